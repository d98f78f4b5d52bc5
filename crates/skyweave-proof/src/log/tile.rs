//! The files of a log: tiles of hashes, bundles of entries, and their names (C2SP tlog-tiles).

use super::decimal;
use super::merkle::Hash;

/// Hashes of a full tile, entries of a full bundle.
pub const WIDTH: u64 = 256;
/// The bits of that.
pub(super) const BITS: u32 = 8;
/// Bytes of a hash.
const HASH_BYTES: usize = 32;
/// The name of the checkpoint's file.
pub const CHECKPOINT: &str = "checkpoint";

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Hashes of subtrees of this many times eight levels: 0 is entries' hashes.
    Hashes(u8),
    /// The entries themselves.
    Entries,
}

/// One file of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tile {
    /// What it holds.
    pub level: Level,
    /// Which one of its level, from 0.
    pub number: u64,
    /// How many hashes or entries it has, 1 to 256.
    pub width: u16,
}

impl Tile {
    /// Its name below the log's prefix: `tile/0/x001/x234/067.p/112`.
    #[must_use]
    pub fn path(&self) -> String {
        let mut groups = vec![format!("{:03}", self.number % 1_000)];
        let mut rest = self.number / 1_000;
        while rest > 0 {
            groups.push(format!("x{:03}", rest % 1_000));
            rest /= 1_000;
        }
        groups.reverse();
        let level = match self.level {
            Level::Hashes(level) => level.to_string(),
            Level::Entries => "entries".to_owned(),
        };
        let partial =
            if u64::from(self.width) == WIDTH { String::new() } else { format!(".p/{}", self.width) };
        format!("tile/{level}/{}{partial}", groups.join("/"))
    }

    /// Of a name, which has one form.
    #[must_use]
    pub fn parse(path: &str) -> Option<Self> {
        let rest = path.strip_prefix("tile/")?;
        let (rest, width) = match rest.split_once(".p/") {
            Some((rest, width)) => (rest, decimal(width).filter(|width| (1..WIDTH).contains(width))?),
            None => (rest, WIDTH),
        };
        let (level, groups) = rest.split_once('/')?;
        let level = match level {
            "entries" => Level::Entries,
            level => Level::Hashes(decimal(level).filter(|level| *level < 64)? as u8),
        };
        let groups: Vec<&str> = groups.split('/').collect();
        let (last, first) = groups.split_last()?;
        let digits = |group: &str| {
            let is_group = group.len() == 3 && group.bytes().all(|c| c.is_ascii_digit());
            group.parse::<u64>().ok().filter(|_| is_group)
        };
        let mut number: u64 = 0;
        for group in first.iter().map(|group| group.strip_prefix('x')).chain([Some(*last)]) {
            number = number.checked_mul(1_000)?.checked_add(digits(group?)?)?;
        }
        let tile = Self { level, number, width: width as u16 };
        // leading groups of zeroes would be another name of the same tile
        (tile.path() == path).then_some(tile)
    }

    /// The tile of a level in a log of this size, as wide as it is there; none if the log has none.
    #[must_use]
    pub fn of_size(level: Level, number: u64, size: u64) -> Option<Self> {
        let shift = match level {
            Level::Hashes(level) => BITS * u32::from(level),
            Level::Entries => 0,
        };
        let hashes = size.checked_shr(shift).unwrap_or(0);
        let width = hashes.checked_sub(number.checked_mul(WIDTH)?)?.min(WIDTH) as u16;
        (width > 0).then_some(Self { level, number, width })
    }

    /// The same when it is full.
    #[must_use]
    pub const fn full(self) -> Self {
        Self { width: WIDTH as u16, ..self }
    }
}

/// Every file that a log has at a size, level by level: full tiles, and the partial ones at the right.
pub fn all(size: u64) -> impl Iterator<Item = Tile> {
    let levels = (0..8).map(Level::Hashes).chain([Level::Entries]);
    levels.flat_map(move |level| (0..).map_while(move |number| Tile::of_size(level, number, size)))
}

/// Hashes one after another.
#[must_use]
pub fn hashes_to_bytes(hashes: &[Hash]) -> Vec<u8> {
    hashes.concat()
}

/// The first `width` hashes of a tile's bytes; none if it is not that long, or no tile.
#[must_use]
pub fn hashes_of(bytes: &[u8], width: u16) -> Option<Vec<Hash>> {
    let (hashes, rest) = bytes.as_chunks::<HASH_BYTES>();
    if !rest.is_empty() || hashes.len() as u64 > WIDTH {
        return None;
    }
    hashes.get(..usize::from(width)).map(<[Hash]>::to_vec)
}

/// An entry with its length before it; none if it is too long for a log.
#[must_use]
pub fn entry_to_bytes(entry: &[u8]) -> Option<Vec<u8>> {
    let length = u16::try_from(entry.len()).ok()?;
    Some([&length.to_be_bytes(), entry].concat())
}

/// The first `width` entries of a bundle's bytes; none if it has fewer, or is no bundle.
#[must_use]
pub fn entries_of(bytes: &[u8], width: u16) -> Option<Vec<&[u8]>> {
    let mut entries = Vec::with_capacity(usize::from(width));
    let mut rest = bytes;
    while !rest.is_empty() {
        let (length, after) = rest.split_first_chunk::<2>()?;
        let (entry, after) = after.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        entries.push(entry);
        rest = after;
    }
    if entries.len() as u64 > WIDTH || entries.len() < usize::from(width) {
        return None;
    }
    entries.truncate(usize::from(width));
    Some(entries)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_those_of_the_specification() {
        let tile = |level, number, width| Tile { level, number, width };
        for (tile, path) in [
            (tile(Level::Hashes(0), 1_234_067, 256), "tile/0/x001/x234/067"),
            (tile(Level::Hashes(63), 0, 1), "tile/63/000.p/1"),
            (tile(Level::Entries, 273, 112), "tile/entries/273.p/112"),
            (tile(Level::Entries, 1_000, 256), "tile/entries/x001/000"),
        ] {
            assert_eq!(tile.path(), path);
            assert_eq!(Tile::parse(path), Some(tile));
        }
        for wrong in [
            "",
            "tile/0",
            "tile/64/000",
            "tile/00/000",
            "tile/0/0",
            "tile/0/x000/000",
            "tile/0/001/000",
            "tile/0/000.p/0",
            "tile/0/000.p/256",
            "tile/0/000.p/01",
            "tile/0/../000",
            "tile/-1/000",
            "tile/0/x999/x999/x999/x999/x999/x999/x999/999",
            "tile/0/+01",
            "Tile/0/000",
            "tile/0/000/",
            "tile/entries/000.p/",
        ] {
            assert_eq!(Tile::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_log_of_70000_and_one_of_256_have_the_files_that_the_specification_says() {
        let count = |size, level, is_full| {
            let of = |tile: &Tile| tile.level == level && (tile.width == 256) == is_full;
            all(size).filter(of).count()
        };
        assert_eq!(
            [(0, true), (0, false), (1, true), (1, false), (2, true), (2, false), (3, false)]
                .map(|(level, is_full)| count(70_000, Level::Hashes(level), is_full)),
            [273, 1, 1, 1, 0, 1, 0]
        );
        let widths: Vec<u16> = all(70_000).map(|tile| tile.width).filter(|width| *width < 256).collect();
        assert_eq!(widths, [112, 17, 1, 112]);
        let paths: Vec<String> = all(256).map(|tile| tile.path()).collect();
        assert_eq!(paths, ["tile/0/000", "tile/1/000.p/1", "tile/entries/000"]);
        assert_eq!(all(0).count(), 0);
    }

    proptest! {
        #[test]
        fn names_are_read_as_written(level in 0_u8..64, number: u64, width in 1_u16..=256) {
            let tile = Tile { level: Level::Hashes(level), number, width };
            prop_assert_eq!(Tile::parse(&tile.path()), Some(tile));
        }

        #[test]
        fn any_name_and_any_bytes_are_read_or_refused(name in ".{0,40}", bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
            if let Some(tile) = Tile::parse(&name) {
                prop_assert_eq!(tile.path(), name);
            }
            _ = (hashes_of(&bytes, 3), entries_of(&bytes, 3), entries_of(&bytes, 256));
        }

        #[test]
        fn bundles_give_back_their_entries(entries in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..50), 1..300)) {
            let bytes: Vec<u8> = entries.iter().flat_map(|entry| entry_to_bytes(entry).unwrap()).collect();
            let width = entries.len().min(256) as u16;
            let found = entries_of(&bytes, width);
            prop_assert_eq!(found.is_some(), entries.len() <= 256);
            if let Some(found) = found {
                prop_assert_eq!(found, entries);
                prop_assert!(entries_of(&bytes[..bytes.len() - 1], width).is_none());
                prop_assert!(entries_of(&bytes, width + 1).is_none());
            }
        }
    }

    #[test]
    fn entries_have_a_length_of_sixteen_bits() {
        assert!(entry_to_bytes(&vec![0; 65_535]).is_some());
        assert!(entry_to_bytes(&vec![0; 65_536]).is_none());
    }
}
