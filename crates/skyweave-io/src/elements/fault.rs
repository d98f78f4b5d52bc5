//! What is wrong with a record, and how it is shown.

use super::{Format, MeanElements};
use miette::{Diagnostic, NamedSource, SourceSpan};
use std::ops::Range;

/// Longest piece of found text that a message repeats, characters.
const LONGEST_QUOTE: usize = 60;
/// Lines longer than this are shown in part, bytes: JSON often comes as one line.
const LONGEST_LINE: usize = 240;

/// Why there are no elements.
#[derive(Debug, thiserror::Error, Diagnostic)]
pub enum ElementsError {
    /// The file cannot be opened or read.
    #[error("cannot read {name}: {source}")]
    Read {
        /// The path as given.
        name: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The bytes begin like gzip but do not decompress.
    #[error("{name} begins like gzip, but decompressing failed after {decompressed} bytes: {source}")]
    #[diagnostic(help("accepted: a complete gzip file; fetch or copy it again"))]
    Gzip {
        /// The file.
        name: String,
        /// How many bytes of text came out before.
        decompressed: usize,
        /// What the decompressor said.
        source: std::io::Error,
    },
    /// The text is longer than any catalogue.
    #[error("{name} holds more than {limit} bytes of text; accepted: up to that many")]
    TooLong {
        /// The file.
        name: String,
        /// The most that is read, bytes.
        limit: u64,
    },
    /// Nothing in it.
    #[error(
        "{name} is empty; accepted: element sets as TLE, or as OMM in CSV, JSON or XML, plain or gzipped"
    )]
    Empty {
        /// The file.
        name: String,
    },
    /// Not UTF-8.
    #[error("{name} is not text: byte 0x{byte:02x} at offset {offset} is not UTF-8")]
    #[diagnostic(help("accepted: element sets as TLE, or as OMM in CSV, JSON or XML, plain or gzipped"))]
    NotText {
        /// The file.
        name: String,
        /// Where in the (decompressed) bytes.
        offset: usize,
        /// The byte found there.
        byte: u8,
    },
    /// Text, but none of the formats.
    #[error("{name} holds no element sets: line {line} is {found}")]
    #[diagnostic(help(
        "accepted: TLE (lines that begin with `1 ` and `2 `), OMM as CSV (a header line with OBJECT_NAME, EPOCH, ..), as JSON (an array of objects) or as XML (ndm or omm)"
    ))]
    Unrecognised {
        /// The file.
        name: String,
        /// Number of the first line that is not blank.
        line: usize,
        /// That line, quoted and shortened.
        found: String,
    },
    /// The format is right, but there is no record.
    #[error("{name} is {format} without a single record; accepted: at least one")]
    NoRecords {
        /// The file.
        name: String,
        /// The format found.
        format: Format,
    },
    /// A record is bad.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Record(Box<BadRecord>),
}

/// The first bad record of a file, shown at its place.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("{name}, {place}: {problem}; accepted: {accepted}{}", more(*.further))]
pub struct BadRecord {
    /// The file.
    pub name: String,
    /// Line and columns (both from 1), and the number of the record where the format has no lines of its own.
    pub place: String,
    /// What was found.
    pub problem: String,
    /// What would be accepted instead.
    pub accepted: String,
    /// How many more bad records there are.
    pub further: usize,
    #[source_code]
    source_text: NamedSource<String>,
    #[label("{accepted}")]
    span: SourceSpan,
}

fn more(further: usize) -> String {
    match further {
        0 => String::new(),
        1 => " (1 more bad record)".to_owned(),
        n => format!(" ({n} more bad records)"),
    }
}

/// What is wrong, at which bytes of the text.
#[derive(Debug)]
pub(super) struct Fault {
    pub span: Range<usize>,
    /// Number of the record, from 1; none where lines say enough.
    pub record: Option<usize>,
    pub problem: String,
    pub accepted: String,
}

impl Fault {
    pub fn new(span: Range<usize>, problem: impl Into<String>, accepted: impl Into<String>) -> Self {
        Self { span, record: None, problem: problem.into(), accepted: accepted.into() }
    }

    /// A value that is not as it must be.
    pub fn value(span: Range<usize>, field: &str, found: &str, accepted: impl Into<String>) -> Self {
        Self::new(span, format!("{field} is {}", quoted(found)), accepted)
    }

    pub fn in_record(mut self, number: usize) -> Self {
        self.record = Some(number);
        self
    }

    fn show(self, name: &str, text: &str, further: usize) -> BadRecord {
        let place = match self.record {
            Some(number) => format!("record {number}, {}", place(text, &self.span)),
            None => place(text, &self.span),
        };
        let (shown, span) = excerpt(text, &self.span);
        BadRecord {
            name: name.to_owned(),
            place,
            problem: self.problem,
            accepted: self.accepted,
            further,
            source_text: NamedSource::new(name, shown),
            span: (span.start, span.len()).into(),
        }
    }
}

/// Elements read so far, and what went wrong.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    elements: Vec<MeanElements>,
    first_fault: Option<Fault>,
    faults: usize,
}

impl Gathered {
    pub fn take(&mut self, record: Result<MeanElements, Fault>) {
        match record {
            Ok(elements) => self.elements.push(elements),
            Err(fault) => {
                self.faults += 1;
                self.first_fault.get_or_insert(fault);
            }
        }
    }

    pub fn finish(self, name: &str, text: &str) -> Result<Vec<MeanElements>, ElementsError> {
        match self.first_fault {
            None => Ok(self.elements),
            Some(fault) => Err(ElementsError::Record(Box::new(fault.show(name, text, self.faults - 1)))),
        }
    }
}

/// Found text as a message shows it: in backquotes, control characters escaped, shortened.
pub(super) fn quoted(found: &str) -> String {
    if found.is_empty() {
        return "empty".to_owned();
    }
    let mut shown: String = found.chars().take(LONGEST_QUOTE).flat_map(escaped).collect();
    if found.chars().nth(LONGEST_QUOTE).is_some() {
        shown.push_str("..");
    }
    format!("`{shown}`")
}

fn escaped(c: char) -> impl Iterator<Item = char> {
    let plain = (!c.is_control()).then_some(c);
    plain.into_iter().chain(c.escape_default().filter(move |_| c.is_control()))
}

/// `line 5, columns 54-61`: both from 1, columns in characters.
fn place(text: &str, span: &Range<usize>) -> String {
    let line_start = line_start(text, span.start);
    let line = count_lines(&text[..line_start]);
    let line_end = line_end(text, span.start);
    let first = text[line_start..span.start].chars().count() + 1;
    let width = text[span.start..span.end.min(line_end).max(span.start)].chars().count();
    match width {
        0 | 1 => format!("line {line}, column {first}"),
        _ => format!("line {line}, columns {first}-{}", first + width - 1),
    }
}

fn count_lines(before: &str) -> usize {
    before.bytes().filter(|byte| *byte == b'\n').count() + 1
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

fn line_end(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |newline| at + newline)
}

/// The text to show and the span in it: all of it, so that line numbers hold, unless its line is too long to print.
fn excerpt(text: &str, span: &Range<usize>) -> (String, Range<usize>) {
    let (line_start, line_end) = (line_start(text, span.start), line_end(text, span.start));
    if line_end - line_start <= LONGEST_LINE {
        return (text.to_owned(), span.clone());
    }
    let from = text.floor_char_boundary(span.start.saturating_sub(LONGEST_LINE / 2).max(line_start));
    let to = text.ceil_char_boundary((span.start + LONGEST_LINE / 2).min(line_end));
    (text[from..to].to_owned(), span.start - from..span.end.min(to).max(span.start) - from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_lines_and_characters_from_one() {
        let text = "first\nzwölf 13\nlast";
        let at = text.find("13").expect("in the text");
        assert_eq!(place(text, &(at..at + 2)), "line 2, columns 7-8");
        assert_eq!(place(text, &(0..1)), "line 1, column 1");
        assert_eq!(place(text, &(text.len()..text.len())), "line 3, column 5");
    }

    #[test]
    fn a_long_line_is_shown_in_part() {
        let text = format!("{}ö13ö{}", "x".repeat(1000), "y".repeat(1000));
        let at = text.find("13").expect("in the text");
        let (shown, span) = excerpt(&text, &(at..at + 2));
        assert_eq!(&shown[span], "13");
        assert!(shown.len() <= LONGEST_LINE + 4);
    }

    #[test]
    fn control_characters_are_escaped() {
        assert_eq!(quoted("a\u{0}b\u{1b}"), "`a\\u{0}b\\u{1b}`");
        assert_eq!(quoted(""), "empty");
        assert_eq!(quoted(&"z".repeat(99)), format!("`{}..`", "z".repeat(60)));
    }
}
