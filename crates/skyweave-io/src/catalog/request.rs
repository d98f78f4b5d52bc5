//! What to fetch, what came of it, and what can go wrong.

use crate::elements::{ElementSet, ElementsError};
use hifitime::Epoch;
use miette::Diagnostic;
use std::path::PathBuf;
use std::time::Duration;

/// Every object of the constellation, as OMM in CSV.
pub const DEFAULT_SOURCE: &str = "https://celestrak.org/NORAD/elements/gp.php?GROUP=starlink&FORMAT=csv";
/// A kept copy younger than this is taken as it is: the service updates its sets every two hours and blocks clients that
/// fetch more often.
const DEFAULT_MAX_AGE: Duration = Duration::from_hours(2);
/// From the first packet to the last byte.
const DEFAULT_TIMEOUT: Duration = Duration::from_mins(1);

/// What to fetch, and where to.
#[derive(Debug, Clone, PartialEq)]
pub struct FetchRequest {
    /// Address of the element sets, `https` or `http`. From `https`, no redirect to `http` is followed.
    pub source: String,
    /// File that gets the element sets as the service sent them; none leaves them in the cache.
    pub destination: Option<PathBuf>,
    /// Directory of the kept copies; made if it is not there.
    pub cache_dir: PathBuf,
    /// A kept copy younger than this is not asked for again.
    pub max_age: Duration,
    /// The time now, UTC.
    pub now: Epoch,
    /// Limit of the whole exchange with the service.
    pub timeout: Duration,
}

impl FetchRequest {
    /// The default source with its defaults: copies up to two hours old, one minute for the exchange.
    #[must_use]
    pub fn new(cache_dir: impl Into<PathBuf>, now: Epoch) -> Self {
        Self {
            source: DEFAULT_SOURCE.to_owned(),
            destination: None,
            cache_dir: cache_dir.into(),
            max_age: DEFAULT_MAX_AGE,
            now,
            timeout: DEFAULT_TIMEOUT,
        }
    }
}

/// Where the element sets came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FetchStatus {
    /// The kept copy is younger than asked for; nothing was sent.
    Fresh,
    /// The service says that the kept copy is still the newest.
    NotModified,
    /// The service sent new element sets.
    Updated,
}

/// Element sets that were brought.
#[derive(Debug, Clone, PartialEq)]
pub struct FetchOutcome {
    /// Where they came from.
    pub status: FetchStatus,
    /// The file they are in: the destination if there is one, else the copy in the cache.
    pub path: PathBuf,
    /// When the service last sent or confirmed them, UTC, to the second.
    pub fetched: Epoch,
    /// The element sets.
    pub set: ElementSet,
    /// What the user should know.
    pub warnings: Vec<String>,
}

/// Why no element sets were brought.
#[derive(Debug, thiserror::Error, Diagnostic)]
pub enum CatalogError {
    /// The service refused lately, and is not to be asked again yet.
    #[error("not asked: a refusal by {source_url} is to be waited out until {until} ({reason})")]
    #[diagnostic(help("services block clients that ignore an error; to ask anyway delete {}", note.display()))]
    Blocked {
        /// The source.
        source_url: String,
        /// When it may be asked again, UTC.
        until: String,
        /// What the service said.
        reason: String,
        /// The file that holds this note.
        note: PathBuf,
    },
    /// The service answered with something else than the element sets.
    #[error(
        "{source_url} answered with status {status}: {first_line}; accepted: 200, or 304 for a copy that is kept"
    )]
    #[diagnostic(help("nothing will be asked until {until}; to ask sooner delete {}", note.display()))]
    Refused {
        /// The source.
        source_url: String,
        /// The status of the answer.
        status: u16,
        /// The first line of its body, shortened.
        first_line: String,
        /// When it may be asked again, UTC.
        until: String,
        /// The file that holds this note.
        note: PathBuf,
    },
    /// The answer holds no element sets, or bad ones.
    #[error("the answer of {source_url} was not kept: it is no whole set of elements")]
    #[diagnostic(help("nothing will be asked for two hours; to ask sooner delete {}", note.display()))]
    NotElements {
        /// The source.
        source_url: String,
        /// What is wrong with the answer.
        #[source]
        #[diagnostic_source]
        error: ElementsError,
        /// The file that holds the note.
        note: PathBuf,
    },
    /// No whole answer came.
    #[error("no element sets from {source_url}: {problem}")]
    #[diagnostic(help("nothing was replaced"))]
    Network {
        /// The source.
        source_url: String,
        /// What happened.
        problem: String,
    },
    /// The address cannot be asked.
    #[error("{source_url:?} is no address to fetch from; accepted: https://host/path or http://host/path")]
    Address {
        /// The address as given.
        source_url: String,
    },
    /// A file or directory cannot be read or written.
    #[error("cannot {action} {}: {source}", path.display())]
    File {
        /// What was tried.
        action: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}
