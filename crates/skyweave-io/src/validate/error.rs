//! What can be wrong with a folder of measurements.

use crate::elements::ElementsError;
use crate::scenario::ScenarioError;
use miette::Diagnostic;
use std::io;
use std::path::PathBuf;
use thiserror::Error;

/// Why there is no comparison.
#[derive(Debug, Error, Diagnostic)]
pub enum ValidateError {
    /// The folder is not there.
    #[error("{} is no folder", .path.display())]
    #[diagnostic(help("accepted: a folder with catalogues/, serving-satellite/ and rtt/, or some of them"))]
    NoFolder {
        /// What was given.
        path: PathBuf,
    },
    /// No comparison has this name.
    #[error("there is no comparison `{name}`")]
    #[diagnostic(help("accepted: {known}"))]
    NoComparison {
        /// What was given.
        name: String,
        /// What might be.
        known: String,
    },
    /// The folder has nothing that any of the comparisons takes.
    #[error("{} has nothing to compare with", .path.display())]
    #[diagnostic(help(
        "accepted: serving-satellite/first_SITE.csv.gz with serving-satellite/sites.csv and catalogues/; rtt/*.csv with the \
         percentiles of sites or with traces, also .gz"
    ))]
    Nothing {
        /// The folder.
        path: PathBuf,
    },
    /// A file cannot be read.
    #[error("cannot read {}: {source}", .path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file is not as it must be.
    #[error("{}{}: {found}", .path.display(), .line.map_or_else(String::new, |line| format!(", line {line}")))]
    #[diagnostic(help("accepted: {accepted}"))]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The line, from 1, where there are lines.
        line: Option<u64>,
        /// What is there.
        found: String,
        /// What might be.
        accepted: String,
    },
    /// A catalogue cannot be read.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Elements(#[from] Box<ElementsError>),
    /// The world of a comparison cannot be made.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Scenario(#[from] Box<ScenarioError>),
    /// There is no catalogue at all.
    #[error("{} holds no element sets", .path.display())]
    #[diagnostic(help(
        "accepted: files of element sets (TLE or OMM, plain or .gz) of the days that were measured; `skyweave catalog fetch` brings those of today"
    ))]
    NoCatalogue {
        /// The folder.
        path: PathBuf,
    },
}
