//! Which digital maps are read, and how they become grids.

use super::error::ClimateError;
use super::grid::{Axis, Grid};
use super::npz::{self, Matrix};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use skyweave_proof::hex;
use std::path::Path;

/// One map to read.
pub(super) struct Wanted {
    pub name: String,
    pub recommendation: &'static str,
    pub unit: &'static str,
    /// Its files in the folder, without `.npz`: values, latitudes, longitudes.
    files: [String; 3],
}

/// What is known about a map that was read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Origin {
    pub name: String,
    pub recommendation: String,
    pub unit: String,
    /// The file, in the folder that was imported.
    pub file: String,
    pub sha256: String,
    /// Values that were missing, and were put in between their neighbours on the meridian.
    pub filled: usize,
}

/// Suffixes of the files for the shares of `skyweave_core::atmosphere::QUANTILE_PERCENTS`.
pub(super) const SHARES: [&str; 8] = ["1", "2", "3", "5", "10", "20", "30", "50"];
/// More missing values than this are damage, and not the known gap beside the pole.
const MOST_MISSING: f64 = 0.01;
/// How even a grid must be, as a part of its step.
const EVENNESS: f64 = 1e-3;

/// All maps, in the order in which they are kept.
pub(super) fn wanted() -> Vec<Wanted> {
    let one =
        |name: &str, recommendation, unit, folder: &str, [values, latitudes, longitudes]: [&str; 3]| Wanted {
            name: name.to_owned(),
            recommendation,
            unit,
            files: [values, latitudes, longitudes].map(|file| format!("{folder}/{file}")),
        };
    let mut all = vec![
        one("rain_rate_001", "ITU-R P.837-7", "mm/h", "837", ["v7_r001", "v7_lat_r001", "v7_lon_r001"]),
        one("zero_isotherm", "ITU-R P.839-4", "km", "839", ["v4_esa0height", "v4_esalat", "v4_esalon"]),
        one("temperature", "ITU-R P.1510-1", "K", "1510", ["v1_t_annual", "v1_lat", "v1_lon"]),
        one(
            "wet_refractivity",
            "ITU-R P.453-13",
            "N units",
            "453",
            ["v13_nwet_annual_50", "v13_lat_n", "v13_lon_n"],
        ),
        one("topography", "ITU-R P.1511-2", "m", "1511", ["v2_topo", "v2_lat", "v2_lon"]),
        one("coarse_topography", "ITU-R P.836-6", "km", "836", ["v6_topo_0dot5", "v6_topolat", "v6_topolon"]),
    ];
    for (name, recommendation, unit, folder, stem) in [
        ("vapour_density", "ITU-R P.836-6", "g/m3", "836", "v6_rho"),
        ("vapour_column", "ITU-R P.836-6", "kg/m2", "836", "v6_v"),
        ("vapour_scale_height", "ITU-R P.836-6", "km", "836", "v6_vsch"),
        ("liquid_column", "ITU-R P.840-7", "kg/m2", "840", "v7_lred"),
    ] {
        let version = &stem[..2];
        let (latitudes, longitudes) = (format!("{version}_lat"), format!("{version}_lon"));
        all.extend(SHARES.map(|share| {
            let values = format!("{stem}_{share}");
            one(&format!("{name}_{share}"), recommendation, unit, folder, [&values, &latitudes, &longitudes])
        }));
    }
    all
}

/// Reads a map from the folder.
pub(super) fn read(folder: &Path, wanted: &Wanted) -> Result<(Origin, Grid), ClimateError> {
    let [values, latitudes, longitudes] = &wanted.files;
    let (sha256, mut matrix) = read_matrix(folder, values)?;
    let (_, latitudes) = read_matrix(folder, latitudes)?;
    let (_, longitudes) = read_matrix(folder, longitudes)?;
    let path = folder.join(format!("{values}.npz"));
    let wrong = |found: String, accepted| ClimateError::Map { path: path.clone(), found, accepted };
    for side in [&latitudes, &longitudes] {
        if (side.rows, side.columns) != (matrix.rows, matrix.columns) {
            let found = format!(
                "{} x {} values for {} x {} coordinates",
                matrix.rows, matrix.columns, side.rows, side.columns
            );
            return Err(wrong(found, "as many coordinates as values"));
        }
    }
    let columns = matrix.columns;
    let latitude = axis((0..matrix.rows).map(|row| latitudes.values[row * columns]));
    let longitude = axis((0..columns).map(|column| longitudes.values[column]));
    let (Some(latitude), Some(longitude)) = (latitude, longitude) else {
        return Err(wrong("its coordinates are not even".to_owned(), "a regular grid of the whole Earth"));
    };
    let filled = fill(&mut matrix);
    if filled as f64 > MOST_MISSING * matrix.values.len() as f64
        || matrix.values.iter().any(|v| !v.is_finite())
    {
        return Err(wrong(format!("{filled} of its values are missing"), "at most 1 % of them"));
    }
    let origin = Origin {
        name: wanted.name.clone(),
        recommendation: wanted.recommendation.to_owned(),
        unit: wanted.unit.to_owned(),
        file: format!("{values}.npz"),
        sha256,
        filled,
    };
    Ok((origin, Grid { latitude, longitude, values: matrix.values.iter().map(|v| *v as f32).collect() }))
}

fn read_matrix(folder: &Path, file: &str) -> Result<(String, Matrix), ClimateError> {
    let path = folder.join(format!("{file}.npz"));
    let bytes = std::fs::read(&path).map_err(|source| match source.kind() {
        std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory => {
            ClimateError::NotTheFolder { folder: folder.to_owned(), missing: format!("{file}.npz") }
        }
        _ => ClimateError::File { action: "read", path: path.clone(), source },
    })?;
    let matrix = npz::read(&bytes).map_err(|found| ClimateError::Map {
        path: path.clone(),
        found,
        accepted: "the file as the package itur 0.4.0 has it",
    })?;
    Ok((hex(&Sha256::digest(&bytes)), matrix))
}

/// Coordinates as first, step and count; `None` if they are not evenly spaced or do not go round the Earth.
fn axis(coordinates: impl ExactSizeIterator<Item = f64> + Clone) -> Option<Axis> {
    let count = coordinates.len();
    let (first_deg, last) = (coordinates.clone().next()?, coordinates.clone().last()?);
    let step_deg = (last - first_deg) / (count - 1) as f64;
    let axis = Axis { first_deg, step_deg, count };
    let even =
        coordinates.enumerate().all(|(node, at)| (axis.at(node) - at).abs() <= EVENNESS * step_deg.abs());
    (even && step_deg != 0.0 && count >= 4 && (last - first_deg).abs() >= 180.0).then_some(axis)
}

/// Puts values in between their neighbours on the meridian where they are missing: maps of P.836-6 and P.840-7 have a gap
/// in the row at 88.9 degrees north. Says how many.
fn fill(matrix: &mut Matrix) -> usize {
    let columns = matrix.columns;
    let mut filled = 0;
    for column in 0..columns {
        let known: Vec<usize> =
            (0..matrix.rows).filter(|row| matrix.values[row * columns + column].is_finite()).collect();
        for row in 0..matrix.rows {
            if matrix.values[row * columns + column].is_finite() {
                continue;
            }
            filled += 1;
            let after = known.partition_point(|there| *there < row);
            let above = after.checked_sub(1).map(|index| known[index]);
            let value = |row: usize| matrix.values[row * columns + column];
            matrix.values[row * columns + column] = match (above, known.get(after).copied()) {
                (Some(a), Some(b)) => {
                    let share = (row - a) as f64 / (b - a) as f64;
                    value(a) + (value(b) - value(a)) * share
                }
                (Some(only), None) | (None, Some(only)) => value(only),
                (None, None) => f64::NAN,
            };
        }
    }
    filled
}
