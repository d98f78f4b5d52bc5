//! Element sets: from a file or an answer of a catalogue service to [`MeanElements`].
//!
//! Read are TLE (two or three lines) and OMM as CSV, JSON and XML, each plain or gzipped; which of them is found from
//! the content, never from the name. Reading is strict: a record that is not as its format has it is an error, and
//! nothing is repaired. The error shows the first bad record and counts the others.
//!
//! | module | what |
//! |---|---|
//! | `text` | bytes to text: gzip, UTF-8, which format |
//! | `tle` | two-line elements: columns, checksums, Alpha-5 |
//! | `omm_csv`, `omm_json`, `omm_xml` | records of an OMM as named fields, each with its place in the text |
//! | `omm` | named fields to elements |
//! | `quantity`, `instant` | numbers in their ranges, epochs to the nanosecond |
//! | `fault` | what is wrong with a record and where, and the errors that are shown |
//! | `set` | the elements of a file, one set per object, and how old they are |
//!
//! Sources: TLE format as in Hoots and Roehrich, Spacetrack Report #3 (1980), and Vallado and others, AIAA 2006-6753;
//! OMM in CCSDS 502.0-B-3 (fields) and 505.0-B-3 (XML); CSV and JSON as `CelesTrak` and Space-Track publish them.

mod fault;
mod instant;
mod omm;
mod omm_csv;
mod omm_json;
mod omm_xml;
mod quantity;
mod set;
mod text;
mod tle;

use fault::Gathered;
use std::path::Path;

pub use fault::{BadRecord, ElementsError};
pub(crate) use instant::{parse_instant, write_instant};
pub use set::ElementSet;
pub use skyweave_core::elements::MeanElements;

/// In which of the formats element sets came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Two-line elements, with or without a line for the name.
    Tle,
    /// Orbit mean-elements message: one header line and one line per object.
    OmmCsv,
    /// Orbit mean-elements message: an array of objects.
    OmmJson,
    /// Orbit mean-elements message: `omm` elements, in an `ndm` or alone.
    OmmXml,
}

impl std::fmt::Display for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Tle => "TLE",
            Self::OmmCsv => "OMM (CSV)",
            Self::OmmJson => "OMM (JSON)",
            Self::OmmXml => "OMM (XML)",
        })
    }
}

/// Reads a file of element sets, plain or gzipped, in any of the formats.
///
/// # Errors
/// If the file cannot be read, and as [`parse`] has it; errors name the file by its path as given.
pub fn read(path: &Path) -> Result<ElementSet, ElementsError> {
    let name = path.display().to_string();
    match std::fs::read(path) {
        Ok(bytes) => parse(&name, &bytes),
        Err(source) => Err(ElementsError::Read { name, source }),
    }
}

/// Reads element sets from bytes, plain or gzipped, in any of the formats. `name` is what errors call them.
///
/// # Errors
/// If the bytes are empty, a damaged gzip, no UTF-8 or none of the formats; if any record is bad (the first one is
/// shown, the others are counted); if there is no record at all.
pub fn parse(name: &str, bytes: &[u8]) -> Result<ElementSet, ElementsError> {
    let text = text::decode(name, bytes)?;
    let format = text::detect(name, &text)?;
    let mut gathered = Gathered::default();
    match format {
        Format::Tle => tle::gather(&text, &mut gathered),
        Format::OmmCsv => omm_csv::gather(&text, &mut gathered),
        Format::OmmJson => omm_json::gather(&text, &mut gathered),
        Format::OmmXml => omm_xml::gather(&text, &mut gathered),
    }
    let elements = gathered.finish(name, &text)?;
    if elements.is_empty() {
        return Err(ElementsError::NoRecords { name: name.to_owned(), format });
    }
    Ok(ElementSet::newest_of(elements, format))
}
