//! Files of a data folder: found by how they are named, read as text whether gzipped or not.

use super::ValidateError;
use flate2::read::MultiGzDecoder;
use std::io::Read;
use std::path::{Path, PathBuf};

/// The most text that is read, bytes.
const LONGEST_TEXT: u64 = 512 << 20;
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// The files of a folder in the order of their names; none if there is no such folder.
pub(super) fn files(folder: &Path) -> Result<Vec<PathBuf>, ValidateError> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let unreadable = |source| ValidateError::File { path: folder.to_owned(), source };
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.is_file() {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// The part of a file's name between a beginning and an ending, with or without `.gz` after it.
pub(super) fn middle<'p>(path: &'p Path, beginning: &str, ending: &str) -> Option<&'p str> {
    let name = path.file_name()?.to_str()?;
    let name = name.strip_suffix(".gz").unwrap_or(name);
    name.strip_prefix(beginning)?.strip_suffix(ending).filter(|middle| !middle.is_empty())
}

/// The text of a file, plain or gzipped, without a byte order mark.
pub(super) fn text(path: &Path) -> Result<String, ValidateError> {
    let bytes =
        std::fs::read(path).map_err(|source| ValidateError::File { path: path.to_owned(), source })?;
    let bytes = if bytes.starts_with(&GZIP_MAGIC) {
        let mut plain = Vec::new();
        let mut decoder = MultiGzDecoder::new(bytes.as_slice()).take(LONGEST_TEXT);
        decoder.read_to_end(&mut plain).map_err(|error| damaged(path, None, &error, "a whole gzip file"))?;
        plain
    } else {
        bytes
    };
    let text =
        String::from_utf8(bytes).map_err(|error| damaged(path, None, &error.utf8_error(), "UTF-8 text"))?;
    // spreadsheets put a byte order mark before what they write
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

/// An error about what a file holds.
pub(super) fn damaged(
    path: &Path,
    line: Option<u64>,
    found: &dyn std::fmt::Display,
    accepted: &str,
) -> ValidateError {
    ValidateError::Damaged {
        path: path.to_owned(),
        line,
        found: found.to_string(),
        accepted: accepted.to_owned(),
    }
}
