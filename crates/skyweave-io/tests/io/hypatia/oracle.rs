//! Where the answers are, and how to take them apart.

use flate2::read::GzDecoder;
use skyweave_io::hypatia::{Satellite, Station};
use std::fs;
use std::path::{Path, PathBuf};

/// The directory of answers, or a note that it is missing.
pub fn oracle() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/oracles");
    let root = std::env::var_os("SKYWEAVE_ORACLES").map_or_else(beside, PathBuf::from);
    let directory = root.join("hypatia-kuiper630");
    if directory.is_dir() {
        return Some(directory);
    }
    eprintln!("hypatia: skipped, there is no {}; set SKYWEAVE_ORACLES", directory.display());
    None
}

pub fn text(path: &Path) -> String {
    let bytes = fs::read(path).unwrap();
    if path.extension().is_some_and(|extension| extension == "gz") {
        std::io::read_to_string(GzDecoder::new(bytes.as_slice())).unwrap()
    } else {
        String::from_utf8(bytes).unwrap()
    }
}

/// The rows of a table with a header line, split at its commas.
pub fn table(path: &Path) -> Vec<Vec<String>> {
    text(path).lines().skip(1).map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

pub fn number(field: &str) -> f64 {
    field.parse().unwrap()
}

pub fn seconds_to_ns(field: &str) -> u64 {
    (number(field) * 1e9).round() as u64
}

pub fn satellite(field: &str) -> Satellite {
    Satellite(field.parse().unwrap())
}

pub fn station(field: &str) -> Station {
    Station(field.parse().unwrap())
}
