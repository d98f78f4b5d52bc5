//! What keeps a page from being made.

use crate::results::ResultsError;
use std::io;
use std::path::{Path, PathBuf};

/// What keeps a page from being made.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum ReportError {
    /// The result cannot be read.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Results(#[from] ResultsError),
    /// The page cannot be written.
    #[error("cannot {action} the page {}", .path.display())]
    #[diagnostic(help("name a file in a folder that can be written to; no page was made"))]
    Io {
        /// The page.
        path: PathBuf,
        /// What was tried, for instance `write`.
        action: &'static str,
        /// Why it failed.
        source: io::Error,
    },
    /// The map cannot be drawn: a defect of the build.
    #[error("the built-in borders are damaged")]
    Borders(#[source] serde_json::Error),
}

impl ReportError {
    /// An error while the page was written; `page` is its final name, whatever the file was called at that moment.
    pub(super) fn writing(page: &Path, error: ResultsError) -> Self {
        match error {
            ResultsError::Io { action, source, .. } => Self::Io { path: page.to_owned(), action, source },
            other => Self::Results(other),
        }
    }
}
