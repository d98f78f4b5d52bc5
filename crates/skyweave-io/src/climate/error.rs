//! What can be wrong with a folder of maps, a climate file or a place.

use miette::Diagnostic;
use std::io;
use std::path::PathBuf;
use thiserror::Error;

/// Why there is no climate.
#[derive(Debug, Error, Diagnostic)]
pub enum ClimateError {
    /// The folder has none of the maps.
    #[error("{} holds no digital maps of ITU-R recommendations: {} is not there", .folder.display(), .missing)]
    #[diagnostic(help(
        "accepted: the folder `itur/data` of the PyPI package itur, with subfolders 453, 836, 837, 839, 840, 1510 and 1511. `pip install itur`, then `python -c \"import itur, os; print(os.path.join(os.path.dirname(itur.__file__), 'data'))\"` prints it"
    ))]
    NotTheFolder {
        /// What was given.
        folder: PathBuf,
        /// The first file that was looked for.
        missing: String,
    },
    /// A file cannot be read or written.
    #[error("cannot {action} {}: {source}", .path.display())]
    File {
        /// What was tried.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A map is not as it must be.
    #[error("{}: {found}; accepted: {accepted}", .path.display())]
    Map {
        /// The file.
        path: PathBuf,
        /// What is there.
        found: String,
        /// What might be.
        accepted: &'static str,
    },
    /// A climate file is not one, or is damaged.
    #[error("{}: {found}", .path.display())]
    #[diagnostic(help("accepted: a file that `skyweave climate import` wrote; write it anew"))]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        found: String,
    },
    /// A place is none.
    #[error(
        "latitude {latitude_deg}, longitude {longitude_deg} is no place; accepted: -90 to 90 and -180 to 360 degrees"
    )]
    NoPlace {
        /// What was given, deg.
        latitude_deg: f64,
        /// What was given, deg.
        longitude_deg: f64,
    },
}
