//! What can go wrong, in one line each: what, where, and what would do.

use crate::addresses::PlanError;
use std::io;
use std::path::PathBuf;

/// Why something could not be emulated.
#[derive(Debug, thiserror::Error)]
pub enum EmulateError {
    /// The addresses do not work out.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The host uses addresses of the network.
    #[error(
        "the network's {range} overlaps the host's route {route}; choose another range under [addressing] (or leave that network first)"
    )]
    Collision {
        /// Of the network.
        range: String,
        /// Of the host.
        route: String,
    },
    /// Inside a namespace something failed; the sentence says what would do.
    #[error("{0}")]
    Inside(String),
    /// The command is not there.
    #[error("`{command}`: command not found")]
    NotFound {
        /// As it was written.
        command: String,
    },
    /// The command may not be run.
    #[error("`{command}`: {reason}")]
    NotExecutable {
        /// As it was written.
        command: String,
        /// What the kernel said.
        reason: String,
    },
    /// Two programs at one terminal.
    #[error("`{name}` has a shell already; end it first, or take another terminal")]
    InUse {
        /// The terminal or PoP.
        name: String,
    },
    /// A network of that name runs.
    #[error("a network runs at {path} already; `skyweave shell` joins it, or end it first")]
    Running {
        /// Its socket.
        path: PathBuf,
    },
    /// No network runs.
    #[error("no network runs at {path}; start one with `skyweave net up`")]
    NotRunning {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// The driver has ended.
    #[error("the network has stopped")]
    Stopped,
    /// The kernel refused.
    #[error("cannot {what}: {source}")]
    System {
        /// What was tried.
        what: &'static str,
        /// What the kernel said.
        source: io::Error,
    },
    /// The same at a place.
    #[error("cannot {what} {place}: {source}")]
    At {
        /// What was tried.
        what: &'static str,
        /// Where.
        place: String,
        /// What the kernel said.
        source: io::Error,
    },
}

impl EmulateError {
    pub(crate) fn system(what: &'static str, source: impl Into<io::Error>) -> Self {
        Self::System { what, source: source.into() }
    }

    pub(crate) fn at(
        what: &'static str,
        place: &dyn std::fmt::Display,
        source: impl Into<io::Error>,
    ) -> Self {
        Self::At { what, place: place.to_string(), source: source.into() }
    }

    /// The exit code that a shell would give: 127 where a command is not found, 126 where it cannot be run, 1 otherwise.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::NotFound { .. } => 127,
            Self::NotExecutable { .. } => 126,
            _ => 1,
        }
    }
}
