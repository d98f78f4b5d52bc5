//! A log read from its files: roots, entries and proofs at any size that it had.
//!
//! Nothing that is read is trusted: whoever uses a root or a proof compares it with a signed checkpoint.

use super::merkle::{self, Hash, node};
use super::tile::{self, BITS, Level, Tile, WIDTH};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// A log's files, wherever they are.
pub trait Files {
    /// What is in a file, by its name below the log's prefix; none if it is not there.
    fn read(&self, path: &str) -> Option<Vec<u8>>;
}

impl Files for BTreeMap<String, Vec<u8>> {
    fn read(&self, path: &str) -> Option<Vec<u8>> {
        self.get(path).cloned()
    }
}

/// Why a log cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// A file is not there.
    #[error("{path} is missing")]
    Missing {
        /// Its name.
        path: String,
    },
    /// A file is not what it should be.
    #[error("{path} is no tile of this width")]
    Form {
        /// Its name.
        path: String,
    },
    /// Something beyond the end of the log is asked for.
    #[error("a log of {size} entries has no {asked}")]
    Beyond {
        /// What is asked for.
        asked: u64,
        /// Its size.
        size: u64,
    },
}

/// Tiles that are kept: as many as the proofs of neighbouring entries share.
const KEPT: usize = 64;

/// A log of a size.
pub struct Reader<'f, F: ?Sized> {
    files: &'f F,
    size: u64,
    kept: RefCell<BTreeMap<(u8, u64), Vec<Hash>>>,
}

impl<'f, F: Files + ?Sized> Reader<'f, F> {
    /// Of a log's files, at a size that a checkpoint says.
    pub const fn new(files: &'f F, size: u64) -> Self {
        Self { files, size, kept: RefCell::new(BTreeMap::new()) }
    }

    /// How many entries there are.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The bytes of a tile: where the partial one is gone, the full one that replaced it.
    ///
    /// # Errors
    /// Neither is there.
    pub fn file(&self, tile: Tile) -> Result<Vec<u8>, Unreadable> {
        let path = tile.path();
        let full = || self.files.read(&tile.full().path());
        self.files.read(&path).or_else(full).ok_or(Unreadable::Missing { path })
    }

    /// The hashes of a tile.
    ///
    /// # Errors
    /// It is not there, or is no tile.
    pub fn hashes(&self, level: u8, number: u64) -> Result<Vec<Hash>, Unreadable> {
        if let Some(hashes) = self.kept.borrow().get(&(level, number)) {
            return Ok(hashes.clone());
        }
        let tile = Tile::of_size(Level::Hashes(level), number, self.size);
        let tile = tile.ok_or(Unreadable::Beyond { asked: number.saturating_mul(WIDTH), size: self.size })?;
        let hashes = tile::hashes_of(&self.file(tile)?, tile.width);
        let hashes = hashes.ok_or_else(|| Unreadable::Form { path: tile.path() })?;
        let mut kept = self.kept.borrow_mut();
        if kept.len() >= KEPT {
            kept.clear();
        }
        kept.insert((level, number), hashes.clone());
        Ok(hashes)
    }

    /// The entries of a bundle.
    ///
    /// # Errors
    /// It is not there, or is no bundle.
    pub fn entries(&self, number: u64) -> Result<Vec<Vec<u8>>, Unreadable> {
        let tile = Tile::of_size(Level::Entries, number, self.size);
        let tile = tile.ok_or(Unreadable::Beyond { asked: number.saturating_mul(WIDTH), size: self.size })?;
        let bytes = self.file(tile)?;
        let entries = tile::entries_of(&bytes, tile.width);
        let entries = entries.ok_or_else(|| Unreadable::Form { path: tile.path() })?;
        Ok(entries.into_iter().map(<[u8]>::to_vec).collect())
    }

    /// An entry.
    ///
    /// # Errors
    /// Its bundle is not there, or is none.
    pub fn entry(&self, index: u64) -> Result<Vec<u8>, Unreadable> {
        let entries = self.entries(index / WIDTH)?;
        let entry = entries.into_iter().nth((index % WIDTH) as usize);
        entry.ok_or(Unreadable::Beyond { asked: index, size: self.size })
    }

    /// The root of a whole subtree of 2^height entries.
    fn subtree(&self, height: u32, number: u64) -> Result<Hash, Unreadable> {
        let (level, above) = (height / BITS, height % BITS);
        let first = number << above;
        let hashes = self.hashes(level as u8, first / WIDTH)?;
        let from = (first % WIDTH) as usize;
        let some = hashes.get(from..from + (1 << above));
        some.map(merkle::root_of).ok_or(Unreadable::Beyond { asked: number, size: self.size })
    }

    /// The root over entries from `start`, which is where a subtree begins, to before `end`.
    fn range(&self, start: u64, end: u64) -> Result<Hash, Unreadable> {
        let count = end - start;
        if count.is_power_of_two() {
            let height = count.trailing_zeros();
            return self.subtree(height, start >> height);
        }
        let middle = start + largest_below(count);
        Ok(node(&self.range(start, middle)?, &self.range(middle, end)?))
    }

    /// The root of the log when it had this many entries.
    ///
    /// # Errors
    /// A tile that is not there or is none, and a size that it did not have yet.
    pub fn root(&self, size: u64) -> Result<Hash, Unreadable> {
        match size {
            0 => Ok(merkle::empty_root()),
            size if size > self.size => Err(Unreadable::Beyond { asked: size, size: self.size }),
            size => self.range(0, size),
        }
    }

    /// That an entry is in the log of this size (RFC 6962, section 2.1.1).
    ///
    /// # Errors
    /// As for [`Self::root`].
    pub fn prove_inclusion(&self, index: u64, size: u64) -> Result<Vec<Hash>, Unreadable> {
        if index >= size || size > self.size {
            return Err(Unreadable::Beyond { asked: index.max(size), size: self.size });
        }
        let (mut start, mut end, mut proof) = (0, size, Vec::new());
        while end - start > 1 {
            let middle = start + largest_below(end - start);
            if index < middle {
                proof.push(self.range(middle, end)?);
                end = middle;
            } else {
                proof.push(self.range(start, middle)?);
                start = middle;
            }
        }
        proof.reverse();
        Ok(proof)
    }

    /// That the log of one size is the beginning of the log of another (RFC 6962, section 2.1.2).
    ///
    /// # Errors
    /// As for [`Self::root`].
    pub fn prove_consistency(&self, from: u64, size: u64) -> Result<Vec<Hash>, Unreadable> {
        if from > size || size > self.size {
            return Err(Unreadable::Beyond { asked: from.max(size), size: self.size });
        }
        if from == 0 || from == size {
            return Ok(Vec::new());
        }
        let (mut start, mut end, mut proof) = (0, size, Vec::new());
        while end != from {
            let middle = start + largest_below(end - start);
            if from <= middle {
                proof.push(self.range(middle, end)?);
                end = middle;
            } else {
                proof.push(self.range(start, middle)?);
                start = middle;
            }
        }
        // the reader knows the root of the whole old log
        if start > 0 {
            proof.push(self.range(start, end)?);
        }
        proof.reverse();
        Ok(proof)
    }
}

/// The largest power of two below a count of two or more.
const fn largest_below(count: u64) -> u64 {
    1 << (u64::BITS - 1 - (count - 1).leading_zeros())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::writer::Writer;

    fn files(size: u32) -> BTreeMap<String, Vec<u8>> {
        let mut writer = Writer::default();
        let mut files = BTreeMap::new();
        for number in 0..size {
            files.extend(
                writer.push(&number.to_be_bytes()).unwrap().into_iter().map(|f| (f.tile.path(), f.bytes)),
            );
        }
        files.extend(writer.partial().into_iter().map(|file| (file.tile.path(), file.bytes)));
        files
    }

    #[test]
    fn proofs_of_tiles_are_those_of_the_tree() {
        for size in [1_u32, 2, 3, 7, 8, 255, 256, 257, 600] {
            let files = files(size);
            let reader = Reader::new(&files, u64::from(size));
            let leaves: Vec<Hash> = (0..size).map(|number| merkle::leaf(&number.to_be_bytes())).collect();
            for at in (0..size).filter(|at| size < 20 || at % 37 == 0 || at + 3 > size) {
                let upto = at as usize + 1;
                assert_eq!(reader.root(u64::from(at) + 1).unwrap(), merkle::root_of(&leaves[..upto]));
                let inclusion = merkle::prove_inclusion(&leaves, at as usize);
                assert_eq!(reader.prove_inclusion(u64::from(at), u64::from(size)).unwrap(), inclusion);
                let consistency = merkle::prove_consistency(&leaves, upto);
                assert_eq!(
                    reader.prove_consistency(u64::from(at) + 1, u64::from(size)).unwrap(),
                    consistency
                );
                assert_eq!(reader.entry(u64::from(at)).unwrap(), at.to_be_bytes());
            }
            assert!(reader.prove_inclusion(u64::from(size), u64::from(size)).is_err());
            assert!(reader.root(u64::from(size) + 1).is_err());
            assert!(reader.prove_consistency(2, 1).is_err());
        }
    }

    #[test]
    fn a_full_tile_serves_for_the_partial_one_and_what_is_missing_is_named() {
        let mut whole = files(512);
        // of each size that had a checkpoint partial tiles stay, until full ones take their place
        whole.insert("tile/1/000.p/1".to_owned(), whole["tile/1/000.p/2"][..32].to_vec());
        let reader = Reader::new(&whole, 300);
        let leaves: Vec<Hash> = (0..300_u32).map(|number| merkle::leaf(&number.to_be_bytes())).collect();
        assert_eq!(reader.root(300).unwrap(), merkle::root_of(&leaves));
        whole.remove("tile/0/001");
        let reader = Reader::new(&whole, 300);
        assert_eq!(reader.root(300), Err(Unreadable::Missing { path: "tile/0/001.p/44".to_owned() }));
        whole.insert("tile/0/001".to_owned(), vec![0; 31]);
        let reader = Reader::new(&whole, 300);
        assert_eq!(reader.root(300), Err(Unreadable::Form { path: "tile/0/001.p/44".to_owned() }));
    }
}
