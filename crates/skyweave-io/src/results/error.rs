//! What can go wrong with results, said so that somebody can act on it.

use super::layout::hour_label;
use arrow::error::ArrowError;
use parquet::errors::ParquetError;
use skyweave_core::time::{SlotNo, UtcHour};
use std::error::Error;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// What can go wrong with results.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum ResultsError {
    /// A file or folder could not be used.
    #[error("cannot {action} {}", .path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What was tried, for instance `write`.
        action: &'static str,
        /// Why it failed.
        source: io::Error,
    },
    /// A new run was to go where something is.
    #[error("the folder {} is not empty", .dir.display())]
    #[diagnostic(help(
        "name another folder, continue the run in it with --resume, or replace it with --overwrite"
    ))]
    NotEmpty {
        /// The folder.
        dir: PathBuf,
    },
    /// A folder was to be resumed, replaced or read, and holds no run.
    #[error("the folder {} holds no run: there is no run.json in it", .dir.display())]
    #[diagnostic(help("name the folder of a run, or an empty one; what is in this one was left alone"))]
    NotARun {
        /// The folder.
        dir: PathBuf,
    },
    /// A run was to be resumed as something else.
    #[error("cannot resume the run in {}: {}", .dir.display(), listed(.differences))]
    #[diagnostic(help("name another folder, or replace the run with --overwrite"))]
    Differs {
        /// The folder.
        dir: PathBuf,
        /// What differs.
        differences: Vec<Difference>,
    },
    /// No table was asked for.
    #[error("no table is to be written; choose at least one")]
    NoTables,
    /// A part was given a slot that it does not wait for.
    #[error("slot {} was given where slot {} is next", .found.0, .expected.0)]
    OutOfOrder {
        /// The slot given.
        found: SlotNo,
        /// The slot waited for.
        expected: SlotNo,
    },
    /// A part was begun for an hour that the run does not cover.
    #[error("the hour {} is not in the run", hour_label(*.hour))]
    OutsideRun {
        /// The hour.
        hour: UtcHour,
    },
    /// A slot was planned on another basis than the run says.
    #[error("the slot is {found}, and the run says {expected}")]
    OtherBasis {
        /// The basis of the slot.
        found: &'static str,
        /// The basis of the run.
        expected: &'static str,
    },
    /// An hour or a run was to be finished before all of it was there.
    #[error("the hour {} is not finished: {missing} of its slots are missing", hour_label(*.hour))]
    Incomplete {
        /// The hour.
        hour: UtcHour,
        /// How many slots are missing.
        missing: i64,
    },
    /// A part was used after it had failed.
    #[error("the hour {} was given up after an error", hour_label(*.hour))]
    GivenUp {
        /// The hour.
        hour: UtcHour,
    },
    /// A table was asked for that the run does not have.
    #[error("the run in {} has no table {table}", .dir.display())]
    NoSuchTable {
        /// The folder.
        dir: PathBuf,
        /// The table.
        table: &'static str,
    },
    /// A file is not what it should be.
    #[error("{} is damaged: {what}", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// The encoder refused what it was given.
    #[error("cannot encode {}", .path.display())]
    Encode {
        /// The file.
        path: PathBuf,
        /// Why.
        source: Box<dyn Error + Send + Sync>,
    },
}

/// Something that two runs do not share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What it is.
    pub what: &'static str,
    /// Its value in the folder.
    pub there: String,
    /// Its value in what was asked for.
    pub here: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "its {} is {}, and not {}", self.what, self.there, self.here)
    }
}

fn listed(differences: &[Difference]) -> String {
    differences.iter().map(Difference::to_string).collect::<Vec<_>>().join("; ")
}

impl ResultsError {
    /// An error of the system.
    pub(crate) fn io(action: &'static str, path: &Path, source: io::Error) -> Self {
        Self::Io { path: path.to_owned(), action, source }
    }

    /// An error while Parquet was written: mostly one of the system, wrapped.
    pub(crate) fn writing_parquet(path: &Path, error: ParquetError) -> Self {
        match error {
            ParquetError::External(inner) => match inner.downcast::<io::Error>() {
                Ok(source) => Self::io("write", path, *source),
                Err(source) => Self::Encode { path: path.to_owned(), source },
            },
            other => Self::Encode { path: path.to_owned(), source: Box::new(other) },
        }
    }

    /// An error while Arrow was written.
    pub(crate) fn writing_arrow(path: &Path, error: ArrowError) -> Self {
        match error {
            ArrowError::IoError(_, source) => Self::io("write", path, source),
            other => Self::Encode { path: path.to_owned(), source: Box::new(other) },
        }
    }

    /// An error while CSV was written.
    pub(crate) fn writing_csv(path: &Path, error: csv::Error) -> Self {
        Self::io("write", path, error.into())
    }
}
