//! One thing wrong with the repository.

use std::fmt;

/// Where, and what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Path from the root of the repository.
    pub file: String,
    /// Counted from 1; none if it is the file as a whole.
    pub line: Option<usize>,
    /// What was found, and what would be accepted.
    pub message: String,
}

impl Finding {
    /// About one line.
    pub fn at(file: &str, line: usize, message: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line: Some(line), message: message.into() }
    }

    /// About a whole file.
    pub fn of(file: &str, message: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line: None, message: message.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, message } = self;
        match line {
            Some(line) => write!(f, "{file}:{line}: {message}"),
            None => write!(f, "{file}: {message}"),
        }
    }
}

/// Panics with every finding, one a line.
#[track_caller]
pub fn demand_none(findings: &[Finding]) {
    let list: Vec<_> = findings.iter().map(Finding::to_string).collect();
    assert!(list.is_empty(), "{} found:\n{}", list.len(), list.join("\n"));
}
