//! A log that grows, as files to write.
//!
//! What is kept is what the next entry needs: the hashes at the right edge of each level, and the entries of the last bundle. Files are
//! given out when they are full, and those that are not when a checkpoint is made.

use super::merkle::{self, Hash, node};
use super::tile::{self, Level, Tile, WIDTH};

/// A file of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Which one it is.
    pub tile: Tile,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// An entry is longer than a log takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an entry of {0} bytes: a log takes up to 65535")]
pub struct TooLong(pub usize);

/// The right edge of a log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Writer {
    size: u64,
    /// Of each level, the hashes of its last tile, which is not full.
    edges: Vec<Vec<Hash>>,
    /// The entries of the last bundle with their lengths.
    bundle: Vec<u8>,
}

impl Writer {
    /// How many entries there are.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Adds an entry; gives the files that are full now.
    ///
    /// # Errors
    /// It is too long.
    pub fn push(&mut self, entry: &[u8]) -> Result<Vec<File>, TooLong> {
        let bytes = tile::entry_to_bytes(entry).ok_or(TooLong(entry.len()))?;
        self.bundle.extend_from_slice(&bytes);
        let mut files = Vec::new();
        let number = self.size / WIDTH;
        self.size += 1;
        if self.size.is_multiple_of(WIDTH) {
            let tile = Tile { level: Level::Entries, number, width: WIDTH as u16 };
            files.push(File { tile, bytes: std::mem::take(&mut self.bundle) });
        }
        let mut hash = merkle::leaf(entry);
        let mut number = number;
        for level in 0.. {
            if self.edges.len() == level {
                self.edges.push(Vec::new());
            }
            let Some(edge) = self.edges.get_mut(level) else { break };
            edge.push(hash);
            if (edge.len() as u64) < WIDTH {
                break;
            }
            let full = std::mem::take(edge);
            let tile = Tile { level: Level::Hashes(level as u8), number, width: WIDTH as u16 };
            files.push(File { tile, bytes: tile::hashes_to_bytes(&full) });
            hash = merkle::root_of(&full);
            number /= WIDTH;
        }
        Ok(files)
    }

    /// The files at the right edge that are not full: to be written before a checkpoint of this size is shown.
    #[must_use]
    pub fn partial(&self) -> Vec<File> {
        let tile = |level, width| {
            Tile::of_size(level, (self.size >> shift(level)) / WIDTH, self.size)
                .filter(|tile| usize::from(tile.width) == width)
        };
        let edges =
            self.edges.iter().enumerate().filter(|(_, edge)| !edge.is_empty()).filter_map(|(level, edge)| {
                let tile = tile(Level::Hashes(level as u8), edge.len())?;
                Some(File { tile, bytes: tile::hashes_to_bytes(edge) })
            });
        let width = (self.size % WIDTH) as usize;
        let entries = tile(Level::Entries, width).map(|tile| File { tile, bytes: self.bundle.clone() });
        edges.chain(entries).collect()
    }

    /// The root over all entries.
    #[must_use]
    pub fn root(&self) -> Hash {
        let mut right: Option<Hash> = None;
        for edge in &self.edges {
            // at each level the edge is joined as the tree has it, and what came from below is its last, smaller part
            right = join(edge, right);
        }
        right.unwrap_or_else(merkle::empty_root)
    }

    /// Goes on where a log ended, from the files at its right edge.
    ///
    /// # Errors
    /// The first file that is needed and not there, or is not what it should be.
    pub fn resume(size: u64, mut read: impl FnMut(Tile) -> Option<Vec<u8>>) -> Result<Self, Tile> {
        let mut writer = Self { size, ..Self::default() };
        for level in 0..8 {
            let level = Level::Hashes(level);
            let hashes = size >> shift(level);
            if hashes == 0 {
                break;
            }
            let mut edge = Vec::new();
            if let Some(tile) = Tile::of_size(level, hashes / WIDTH, size) {
                edge = read(tile).and_then(|bytes| tile::hashes_of(&bytes, tile.width)).ok_or(tile)?;
            }
            writer.edges.push(edge);
        }
        if let Some(tile) = Tile::of_size(Level::Entries, size / WIDTH, size) {
            let bytes =
                read(tile).filter(|bytes| tile::entries_of(bytes, tile.width).is_some()).ok_or(tile)?;
            let entries = tile::entries_of(&bytes, tile.width).ok_or(tile)?;
            writer.bundle =
                entries.iter().filter_map(|entry| tile::entry_to_bytes(entry)).flatten().collect();
        }
        Ok(writer)
    }
}

const fn shift(level: Level) -> u32 {
    match level {
        Level::Hashes(level) => tile::BITS * level as u32,
        Level::Entries => 0,
    }
}

/// The root over whole subtrees of one size and a smaller one at their right.
fn join(edge: &[Hash], right: Option<Hash>) -> Option<Hash> {
    // whole subtrees of subtrees, the largest first, as the bits of their number say
    let mut roots = Vec::new();
    let mut rest = edge;
    while !rest.is_empty() {
        let largest = 1 << rest.len().ilog2();
        let (left, after) = rest.split_at(largest);
        roots.push(merkle::root_of(left));
        rest = after;
    }
    roots.extend(right);
    roots.into_iter().rev().reduce(|right, left| node(&left, &right))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_is_that_of_all_entries_whatever_the_size() {
        let mut writer = Writer::default();
        let mut frontier = merkle::Frontier::default();
        assert_eq!(writer.root(), merkle::empty_root());
        for number in 0..66_000_u32 {
            let entry = number.to_be_bytes();
            writer.push(&entry).unwrap();
            frontier.push(merkle::leaf(&entry));
            if number < 1_100 || number % 251 == 0 || number > 65_530 && number < 65_540 {
                assert_eq!(writer.root(), frontier.root(), "{number}");
            }
        }
        assert_eq!(writer.push(&vec![0; 65_536]), Err(TooLong(65_536)));
        assert_eq!(writer.size(), 66_000);
    }

    #[test]
    fn files_are_those_of_the_size_and_a_log_goes_on_from_them() {
        let mut files = std::collections::BTreeMap::new();
        let mut writer = Writer::default();
        for number in 0..1_500_u32 {
            for file in writer.push(&number.to_be_bytes()).unwrap() {
                files.insert(file.tile, file.bytes);
            }
            let partial: std::collections::BTreeMap<Tile, Vec<u8>> =
                writer.partial().into_iter().map(|file| (file.tile, file.bytes)).collect();
            let names: Vec<Tile> = files.keys().chain(partial.keys()).copied().collect();
            let mut expected: Vec<Tile> = tile::all(writer.size()).collect();
            let mut names = names;
            names.sort_unstable();
            expected.sort_unstable();
            assert_eq!(names, expected, "{number}");
            let read = |tile: Tile| files.get(&tile).or_else(|| partial.get(&tile)).cloned();
            assert_eq!(Writer::resume(writer.size(), read).as_ref(), Ok(&writer), "{number}");
            if !partial.is_empty() {
                assert!(Writer::resume(writer.size(), |_| None).is_err());
            }
        }
    }
}
