//! What can be wrong with a state directory, a time step or the place for the answers.

use super::Satellite;
use miette::Diagnostic;
use skyweave_core::sgp4::Sgp4Error;
use std::io;
use std::path::PathBuf;
use thiserror::Error;

/// Why there is no forwarding state.
#[derive(Debug, Error, Diagnostic)]
pub enum HypatiaError {
    /// A file of the state directory cannot be opened or read.
    #[error("cannot read {}: {source}", .path.display())]
    #[diagnostic(help(
        "accepted: a state directory as Hypatia's satgenpy writes it, with tles.txt, isls.txt, ground_stations.txt and description.txt as UTF-8 text"
    ))]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A line says something that it may not.
    #[error("{}, line {line}: {found}; accepted: {accepted}", .path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// Number of the line, from 1.
        line: usize,
        /// What is there.
        found: String,
        /// What might be.
        accepted: String,
    },
    /// A file ends too early, or has no content.
    #[error("{} ends after {found}; accepted: {accepted}", .path.display())]
    Ends {
        /// The file.
        path: PathBuf,
        /// What it holds.
        found: String,
        /// What it should hold.
        accepted: String,
    },
    /// SGP4 has no answer for a satellite.
    #[error("satellite {} has no position {t_ns} ns after the epoch: {source}", satellite.0)]
    #[diagnostic(help("accepted: element sets that stay in orbit over the whole duration"))]
    NoPosition {
        /// The satellite.
        satellite: Satellite,
        /// The time, ns after the epoch.
        t_ns: u64,
        /// What the theory said.
        source: Sgp4Error,
    },
    /// A laser is longer than the description permits, which Hypatia too refuses.
    #[error(
        "the laser between satellites {} and {} is {length_m:.2} m long {t_ns} ns after the epoch; accepted: at most the max_isl_length_m of description.txt, {limit_m:.2} m",
        a.0, b.0
    )]
    LaserTooLong {
        /// One end.
        a: Satellite,
        /// The other end.
        b: Satellite,
        /// How long it is, m.
        length_m: f64,
        /// How long it may be, m.
        limit_m: f64,
        /// The time, ns after the epoch.
        t_ns: u64,
    },
    /// A duration or a step without use.
    #[error("the {what} is {found}; accepted: more than 0 s and up to 2^64 ns, about 584 years")]
    Time {
        /// Which of the two.
        what: &'static str,
        /// What was given.
        found: String,
    },
    /// There are answers already where these should go.
    #[error("{} already holds {file}; accepted: a directory without fstate_*.txt and gsl_if_bandwidth_*.txt", .directory.display())]
    #[diagnostic(help("name another directory, or say that what is there may be replaced"))]
    Occupied {
        /// Where the answers should go.
        directory: PathBuf,
        /// The first file found there.
        file: String,
    },
    /// The answers cannot be written.
    #[error("cannot write {}: {source}", .path.display())]
    Write {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}
