//! What can go wrong with a feed.

use crate::results::ResultsError;
use skyweave_core::time::SlotNo;
use std::io;
use std::path::PathBuf;

/// What can go wrong with a feed of slots.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum FeedError {
    /// A file could not be read.
    #[error("cannot read {}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// A file ends before it should. All whole slots before that were given.
    #[error("{} is cut short {}", .path.display(), where_cut(*.last))]
    #[diagnostic(help("whoever wrote it was interrupted, or the copy is not complete"))]
    Truncated {
        /// The file.
        path: PathBuf,
        /// The last slot that is whole.
        last: Option<SlotNo>,
    },
    /// A file is no feed of slots, or not one that this version reads.
    #[error("{} is no feed of slots: {what}", .path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// The files of a run do not belong together.
    #[error("{} has other satellites, gateways, PoPs, cells or terminals than the files before it", .path.display())]
    NamesDiffer {
        /// The file.
        path: PathBuf,
    },
    /// The folder of a run could not be read.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Run(#[from] ResultsError),
}

fn where_cut(last: Option<SlotNo>) -> String {
    last.map_or_else(|| "before its first slot".to_owned(), |slot| format!("after slot {}", slot.0))
}
