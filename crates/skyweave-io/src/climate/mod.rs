//! The climate of any place from the digital maps of ITU-R recommendations.
//!
//! The maps are the ITU's and may not be passed on, so none is in Skyweave. [`import`] reads the user's own copy, the data
//! folder of the PyPI package `itur`, into one file; [`Climate::open`] reads that, and [`Climate::at`] gives a site's values
//! between the nodes as the recommendations say. Whoever has no maps uses `SiteClimate::coarse` of skyweave-core.
//!
//! | value | recommendation | between nodes |
//! |---|---|---|
//! | rain rate exceeded for 0.01 % | P.837-7 | bilinear |
//! | rain height: mean zero isotherm + 0.36 km | P.839-4 | bilinear |
//! | mean temperature at 2 m | P.1510-1 | bilinear |
//! | median wet refractivity | P.453-13 | bilinear |
//! | altitude, unless told | P.1511-2 | bicubic |
//! | water vapour, density and column | P.836-6 | nodes brought to the site's altitude, then bilinear |
//! | liquid water of clouds | P.840-7, whose maps are those of P.840-8 | bilinear |
//! | pressure | P.835-6 at the site's altitude | |

mod error;
mod file;
mod grid;
mod maps;
mod npz;

pub use error::ClimateError;

use grid::Grid;
use skyweave_core::atmosphere::{ClimateSource, Quantiles, SiteClimate, standard_pressure_hpa};
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

/// Rain reaches so far above the zero isotherm, km (P.839-4).
const RAIN_ABOVE_ISOTHERM_KM: f64 = 0.36;

/// All maps, ready to be asked.
#[derive(Debug)]
pub struct Climate {
    maps: Vec<(file::Entry, Grid)>,
    one: Single,
    vapour_density: [usize; 8],
    vapour_column: [usize; 8],
    vapour_scale_height: [usize; 8],
    liquid_column: [usize; 8],
}

/// Where the maps without shares are.
#[derive(Debug)]
struct Single {
    rain_rate_001: usize,
    zero_isotherm: usize,
    temperature: usize,
    wet_refractivity: usize,
    topography: usize,
    coarse_topography: usize,
}

/// What an import found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// Recommendations with their revision, each once.
    pub recommendations: Vec<String>,
    /// How many maps.
    pub maps: usize,
    /// Bytes of the file.
    pub bytes: usize,
    /// Values that were missing and were put in between their neighbours.
    pub filled: usize,
}

/// Reads the maps from a folder and writes the climate file, whole or not at all.
///
/// # Errors
/// If the folder is another one, a map is missing or damaged, or the file cannot be written.
pub fn import(folder: &Path, target: &Path) -> Result<Imported, ClimateError> {
    let mut maps = Vec::new();
    for wanted in maps::wanted() {
        maps.push(maps::read(folder, &wanted)?);
    }
    let failed = |action| move |source| ClimateError::File { action, path: target.to_owned(), source };
    let bytes = file::encode(&maps).map_err(failed("pack"))?;
    write_whole(target, &bytes).map_err(failed("write"))?;
    let mut recommendations: Vec<String> =
        maps.iter().map(|(origin, _)| origin.recommendation.clone()).collect();
    recommendations.sort();
    recommendations.dedup();
    Ok(Imported {
        recommendations,
        maps: maps.len(),
        bytes: bytes.len(),
        filled: maps.iter().map(|(origin, _)| origin.filled).sum(),
    })
}

/// Writes a file under another name, and gives it its own when it is on the disk.
fn write_whole(target: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut name = target.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let part = target.with_file_name(name);
    let written = File::create(&part).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    written.and_then(|()| fs::rename(&part, target)).inspect_err(|_| {
        // what is left of it is of no use; the error is told
        _ = fs::remove_file(&part);
    })
}

impl Climate {
    /// Opens a file that [`import`] wrote.
    ///
    /// # Errors
    /// If it cannot be read, is no climate file, is damaged, or lacks a map.
    pub fn open(path: &Path) -> Result<Self, ClimateError> {
        let bytes = fs::read(path).map_err(|source| ClimateError::File {
            action: "read",
            path: path.to_owned(),
            source,
        })?;
        let maps = file::decode(path, &bytes)?;
        let find = |name: &str| {
            let place = maps.iter().position(|(entry, _)| entry.origin.name == name);
            place.ok_or_else(|| ClimateError::Damaged {
                path: path.to_owned(),
                found: format!("it has no map {name}"),
            })
        };
        let shares = |name: &str| {
            let mut places = [0; 8];
            for (place, share) in places.iter_mut().zip(maps::SHARES) {
                *place = find(&format!("{name}_{share}"))?;
            }
            Ok::<_, ClimateError>(places)
        };
        let one = Single {
            rain_rate_001: find("rain_rate_001")?,
            zero_isotherm: find("zero_isotherm")?,
            temperature: find("temperature")?,
            wet_refractivity: find("wet_refractivity")?,
            topography: find("topography")?,
            coarse_topography: find("coarse_topography")?,
        };
        let (vapour_density, vapour_column) = (shares("vapour_density")?, shares("vapour_column")?);
        let (vapour_scale_height, liquid_column) = (shares("vapour_scale_height")?, shares("liquid_column")?);
        Ok(Self { maps, one, vapour_density, vapour_column, vapour_scale_height, liquid_column })
    }

    /// Each map's name, recommendation and SHA-256 of the file that it was read from.
    pub fn origins(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.maps.iter().map(|(entry, _)| {
            let origin = &entry.origin;
            (origin.name.as_str(), origin.recommendation.as_str(), origin.sha256.as_str())
        })
    }

    /// The climate of a place in degrees of geodetic latitude and longitude. The altitude is that of the map unless told, in
    /// km above mean sea level.
    ///
    /// # Errors
    /// If the coordinates are no place.
    pub fn at(
        &self,
        latitude_deg: f64,
        longitude_deg: f64,
        altitude_km: Option<f64>,
    ) -> Result<SiteClimate, ClimateError> {
        if !(-90.0..=90.0).contains(&latitude_deg) || !(-180.0..=360.0).contains(&longitude_deg) {
            return Err(ClimateError::NoPlace { latitude_deg, longitude_deg });
        }
        let bilinear = |map: usize| self.maps[map].1.bilinear(latitude_deg, longitude_deg);
        let altitude_km = altitude_km
            .unwrap_or_else(|| self.maps[self.one.topography].1.bicubic(latitude_deg, longitude_deg) / 1e3);
        let vapour = |maps: &[usize; 8]| {
            let mut values = [0.0; 8];
            for (share, value) in values.iter_mut().enumerate() {
                *value = self.vapour(
                    maps[share],
                    self.vapour_scale_height[share],
                    [latitude_deg, longitude_deg],
                    altitude_km,
                );
            }
            Quantiles(values)
        };
        Ok(SiteClimate {
            source: ClimateSource::Maps,
            latitude_deg,
            altitude_km,
            temperature_k: bilinear(self.one.temperature),
            pressure_hpa: standard_pressure_hpa(altitude_km),
            vapour_density_g_m3: vapour(&self.vapour_density),
            vapour_column_kg_m2: vapour(&self.vapour_column),
            liquid_column_kg_m2: Quantiles(self.liquid_column.map(|map| bilinear(map).max(0.0))),
            wet_refractivity: bilinear(self.one.wet_refractivity),
            rain_rate_001_mm_h: bilinear(self.one.rain_rate_001),
            rain_height_km: bilinear(self.one.zero_isotherm) + RAIN_ABOVE_ISOTHERM_KM,
        })
    }

    /// Water vapour at a place: the values of the four nodes around it, each brought from its own altitude to the place's
    /// (P.836-6, annex 1, steps b to d).
    fn vapour(
        &self,
        values: usize,
        scale_heights: usize,
        [latitude, longitude]: [f64; 2],
        altitude_km: f64,
    ) -> f64 {
        let (values, scale_heights) = (&self.maps[values].1, &self.maps[scale_heights].1);
        let heights = &self.maps[self.one.coarse_topography].1;
        values.bilinear_of(latitude, longitude, |row, column, value| {
            let node_km = heights.bicubic(values.latitude.at(row), values.longitude.at(column));
            value * skyweave_core::math::exp(-(altitude_km - node_km) / scale_heights.value(row, column))
        })
    }
}
