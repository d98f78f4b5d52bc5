//! Entries, tiles and root against each other.

use super::Violation;
use crate::log::merkle::Hash;
use crate::log::reader::{Files, Reader};
use crate::log::tile::{Level, WIDTH};
use crate::log::writer::{File, Writer};

/// Verifies that the entries of a log, its tiles and the root of its checkpoint are one tree; each entry is shown in turn.
///
/// All entries are hashed and all tiles computed again, in one pass and in memory that does not grow with the log.
pub fn verify<F: Files + ?Sized>(
    files: &F,
    size: u64,
    root: &Hash,
    visit: &mut dyn FnMut(u64, &[u8]),
) -> Vec<Violation> {
    let reader = Reader::new(files, size);
    let (mut writer, mut found) = (Writer::default(), Vec::new());
    for number in 0..size.div_ceil(WIDTH) {
        let entries = match reader.entries(number) {
            Ok(entries) => entries,
            Err(what) => {
                found.push(Violation::Unreadable { what });
                return found;
            }
        };
        for entry in entries {
            visit(writer.size(), &entry);
            match writer.push(&entry) {
                Ok(files) => found.extend(files.iter().filter_map(|file| compare(&reader, file))),
                Err(_) => return found,
            }
        }
    }
    found.extend(writer.partial().iter().filter_map(|file| compare(&reader, file)));
    if writer.root() != *root {
        found.push(Violation::Root { size });
    }
    found
}

/// Of a tile that was computed, whether the stored one is the same. Entries are what was computed from.
fn compare<F: Files + ?Sized>(reader: &Reader<'_, F>, file: &File) -> Option<Violation> {
    if file.tile.level == Level::Entries {
        return None;
    }
    match reader.file(file.tile) {
        // a full tile may be there instead of the partial one
        Ok(stored) if stored.starts_with(&file.bytes) => None,
        Ok(_) => Some(Violation::Tile { path: file.tile.path() }),
        Err(what) => Some(Violation::Unreadable { what }),
    }
}
