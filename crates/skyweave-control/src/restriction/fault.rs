//! What is wrong with policies, and where.

use cedar_policy_core::parser::Loc;
use std::fmt;

/// One mistake.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// File name as given.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// What was found and what would be accepted.
    pub what: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.what)
    }
}

/// Every mistake that was found, in the order of files and lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Faults(pub Vec<Fault>);

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, fault) in self.0.iter().enumerate() {
            write!(f, "{}{fault}", if number == 0 { "" } else { "\n" })?;
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}

/// A file and its text, to say where something is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source<'a> {
    pub file: &'a str,
    pub text: &'a str,
}

impl Source<'_> {
    /// Line and column of a byte, both from 1.
    pub fn place(&self, offset: usize) -> (usize, usize) {
        let mut end = offset.min(self.text.len());
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        let before = &self.text[..end];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
    }

    pub fn fault(&self, offset: usize, what: impl Into<String>) -> Fault {
        let (line, column) = self.place(offset);
        Fault { file: self.file.to_owned(), line, column, what: what.into() }
    }

    pub fn fault_at(&self, place: Option<&Loc>, what: impl Into<String>) -> Fault {
        self.fault(place.map_or(0, Loc::start), what)
    }

    /// A mistake that Cedar itself found.
    pub fn fault_of(&self, diagnostic: &dyn miette::Diagnostic) -> Fault {
        let offset =
            diagnostic.labels().and_then(|mut labels| labels.next()).map_or(0, |label| label.offset());
        let advice = diagnostic.help().map(|help| format!(" ({help})")).unwrap_or_default();
        self.fault(offset, format!("{diagnostic}{advice}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_lines_and_characters() {
        let source = Source { file: "a.cedar", text: "é = 1\n\nab" };
        for (offset, place) in [(0, (1, 1)), (1, (1, 1)), (2, (1, 2)), (7, (2, 1)), (9, (3, 2)), (99, (3, 3))]
        {
            assert_eq!(source.place(offset), place, "{offset}");
        }
        assert_eq!(source.fault(9, "odd").to_string(), "a.cedar:3:2: odd");
    }
}
