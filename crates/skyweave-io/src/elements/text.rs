//! From bytes to text, and which format the text is.

use super::fault::quoted;
use super::omm::KEYS;
use super::{ElementsError, Format};
use flate2::read::MultiGzDecoder;
use std::io::Read;

/// The most text that is read, bytes. The whole public catalogue as XML is about 60 MiB.
const LONGEST_TEXT: u64 = 256 << 20;
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Decompresses where the bytes begin like gzip, and checks that they are UTF-8. A byte order mark is left out.
pub(super) fn decode(name: &str, bytes: &[u8]) -> Result<String, ElementsError> {
    let mut text = if bytes.starts_with(&GZIP_MAGIC) { gunzip(name, bytes)? } else { bytes.to_vec() };
    if text.len() as u64 > LONGEST_TEXT {
        return Err(ElementsError::TooLong { name: name.to_owned(), limit: LONGEST_TEXT });
    }
    if text.starts_with(BYTE_ORDER_MARK) {
        text.drain(..BYTE_ORDER_MARK.len());
    }
    String::from_utf8(text).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        let byte = error.as_bytes().get(offset).copied().unwrap_or_default();
        ElementsError::NotText { name: name.to_owned(), offset, byte }
    })
}

fn gunzip(name: &str, bytes: &[u8]) -> Result<Vec<u8>, ElementsError> {
    let mut text = Vec::new();
    match MultiGzDecoder::new(bytes).take(LONGEST_TEXT + 1).read_to_end(&mut text) {
        Ok(_) => Ok(text),
        Err(source) => Err(ElementsError::Gzip { name: name.to_owned(), decompressed: text.len(), source }),
    }
}

/// Finds the format from the first character, the header or the lines.
pub(super) fn detect(name: &str, text: &str) -> Result<Format, ElementsError> {
    let Some((index, first)) = text.lines().enumerate().find(|(_, line)| !line.trim().is_empty()) else {
        return Err(ElementsError::Empty { name: name.to_owned() });
    };
    match first.trim_start().chars().next() {
        Some('[' | '{') => return Ok(Format::OmmJson),
        Some('<') if ["<ndm", "<omm", ":ndm", ":omm"].iter().any(|tag| text.contains(tag)) => {
            return Ok(Format::OmmXml);
        }
        _ => {}
    }
    if first.contains(',') && first.split(',').any(|key| KEYS.contains(&key.trim_matches(['"', ' ', '\r']))) {
        return Ok(Format::OmmCsv);
    }
    if text.lines().any(|line| line.starts_with("1 ") || line.starts_with("2 ")) {
        return Ok(Format::Tle);
    }
    Err(ElementsError::Unrecognised { name: name.to_owned(), line: index + 1, found: quoted(first) })
}
