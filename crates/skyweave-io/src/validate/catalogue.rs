//! The element sets that are nearest in time to a measurement.

use super::{ValidateError, folder};
use crate::elements::{self, ElementSet};
use hifitime::{Epoch, Unit};
use std::path::{Path, PathBuf};

/// Element sets, and how old they are.
#[derive(Debug, Clone)]
pub struct Catalogue {
    /// The file.
    pub path: PathBuf,
    /// What it holds.
    pub set: ElementSet,
    /// From the median epoch to the instant asked for, days; negative if the elements are younger.
    pub age_days: f64,
}

/// The catalogue of `catalogues/` whose median epoch is nearest to an instant; of equally near ones the first by name.
///
/// # Errors
/// If there is none, or any of them is damaged.
pub fn nearest_catalogue(data: &Path, instant: Epoch) -> Result<Catalogue, ValidateError> {
    let folder = data.join("catalogues");
    let mut best: Option<Catalogue> = None;
    for path in folder::files(&folder)? {
        let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
        if name.starts_with("readme") || name.starts_with('.') {
            continue;
        }
        let set = elements::read(&path).map_err(Box::new)?;
        let Some(median) = set.median_epoch() else { continue };
        let age_days = (instant - median).to_unit(Unit::Day);
        if best.as_ref().is_none_or(|best| age_days.abs() < best.age_days.abs()) {
            best = Some(Catalogue { path, set, age_days });
        }
    }
    best.ok_or(ValidateError::NoCatalogue { path: folder })
}
