//! Comparisons of the model with what others measured, from a folder of data.
//!
//! A comparison takes what is there of its kind and nothing else: sites, dates and file names come from the folder. One that
//! finds nothing is left out, and said to be; what is there and damaged is an error.
//!
//! | in the folder | what | read by |
//! |---|---|---|
//! | `catalogues/*` | element sets in any format of [`crate::elements`] | the one nearest in time to what was measured |
//! | `serving-satellite/sites.csv` | `site,latitude_deg,longitude_deg` | [`serving`] |
//! | `serving-satellite/first_SITE.csv`, also `.gz` | `Timestamp,Connected_Satellite` | [`serving`] |
//! | `serving-satellite/fov_data_SITE.json`, also `.gz` | candidates in the terminal's field of view; optional | [`serving`] |
//! | `rtt/*.csv`, also `.gz`, with a column `site` | `site,latitude_deg,longitude_deg,pop,min_ms,p5_ms,p50_ms,p95_ms` and other percentiles; without these only where traces are from. A month in the name (`2024-10`) says when | [`rtt`], [`victoria`] |
//! | `rtt/*.csv`, also `.gz`, the others | traces without a heading: Unix time in ns, round-trip time in ms; the name begins with that of a site | [`victoria`] |

mod catalogue;
mod error;
pub mod fit;
mod folder;
pub mod geometry;
pub mod resample;
mod row;
pub mod rtt;
pub mod score;
pub mod serving;
pub mod victoria;

use std::path::Path;

pub use catalogue::{Catalogue, nearest_catalogue};
pub use error::ValidateError;
pub use row::{Judgement, Row, Verdict, schema};

/// A comparison by name.
#[derive(Debug, Clone, Copy)]
pub struct Comparison {
    /// What `--only` calls it.
    pub name: &'static str,
    /// Where in the folder its data is.
    pub folder: &'static str,
    /// What is compared, in a line.
    pub about: &'static str,
    /// Makes its rows; none if the folder has nothing of its kind.
    pub rows: fn(&Path) -> Result<Vec<Row>, ValidateError>,
}

/// All comparisons, in the order in which they are printed.
pub const COMPARISONS: &[Comparison] = &[
    Comparison {
        name: "serving",
        folder: "serving-satellite",
        about: "which satellite serves a stationary terminal",
        rows: serving::rows,
    },
    Comparison {
        name: "rtt",
        folder: "rtt",
        about: "round trips by site, each predicted from the others",
        rows: rtt::rows,
    },
    Comparison {
        name: "victoria",
        folder: "rtt",
        about: "dense traces of round trips against an emulated terminal",
        rows: victoria::rows,
    },
];

/// What a validation found.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// Rows of all comparisons.
    pub rows: Vec<Row>,
    /// Names of the comparisons that the folder has nothing for.
    pub left_out: Vec<&'static str>,
}

/// Runs all comparisons, or one, on a folder of data.
///
/// # Errors
/// If the folder or the comparison does not exist, if there is nothing to compare, and if a file that is there is damaged.
pub fn run(data: &Path, only: Option<&str>) -> Result<Outcome, ValidateError> {
    if let Some(name) = only
        && !COMPARISONS.iter().any(|comparison| comparison.name == name)
    {
        let known: Vec<&str> = COMPARISONS.iter().map(|comparison| comparison.name).collect();
        return Err(ValidateError::NoComparison { name: name.to_owned(), known: known.join(", ") });
    }
    if !data.is_dir() {
        return Err(ValidateError::NoFolder { path: data.to_owned() });
    }
    let mut outcome = Outcome { rows: Vec::new(), left_out: Vec::new() };
    for comparison in COMPARISONS.iter().filter(|c| only.is_none_or(|name| c.name == name)) {
        let rows = (comparison.rows)(data)?;
        if rows.is_empty() {
            outcome.left_out.push(comparison.name);
        }
        outcome.rows.extend(rows);
    }
    if outcome.rows.is_empty() {
        return Err(ValidateError::Nothing { path: data.to_owned() });
    }
    Ok(outcome)
}
