//! Rain and air.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use toml::Spanned;

/// Rain and air. Links always lose what gases and clouds of an ordinary hour take. Rain falls where an event or a series says so, or
/// every link has the fade of a share of the year.
///
/// A series of rain (`rain`) is a table such as this:
///
/// ```csv
/// time,cell,rain_mm_h
/// 2026-05-20T12:00:00Z,851e6387fffffff,12.5
/// 2026-05-20T12:00:00Z,851f40d3fffffff,40
/// 2026-05-20T12:05:00Z,851e6387fffffff,3
/// ```
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Weather {
    /// What is known of the climate: `coarse`, a climatology of our own by latitude alone, which outputs name; or a file that
    /// `skyweave climate import` made of the user's own copy of the ITU's maps, relative to the scenario file.
    #[schemars(with = "String")]
    pub climate: Spanned<String>,
    /// Every link loses what is exceeded for this share of an average year, %: 0.01 is the fade of the worst 53 minutes (ITU-R P.618,
    /// all links at once, which no real hour has). Left out: dry air, and the rain that the scenario lets fall.
    pub exceedance_percent: Option<f64>,
    /// Rain that falls on a place reaches so far from it over the ground, km (assumption: convective cells are of this size).
    pub rain_reach_km: f64,
    /// A time series of rain, CSV or Parquet, relative to the scenario file, with columns `time` (ISO 8601 in UTC; in Parquet also a
    /// timestamp), `cell` (H3 index in hexadecimal; in Parquet also a number) and `rain_mm_h` (0 to 500). All cells have one
    /// resolution, and times never go back. Beam cells and gateways have the rain of the cell that their centre is in, and none
    /// where there is no row. A time holds until the next, and for `rain_holds` at most; before the first it is dry.
    #[schemars(with = "Option<String>")]
    pub rain: Option<Spanned<String>>,
    /// How long rain of a series goes on when no later time follows (assumption: an hour; radar and gauge products come every 5 to 60
    /// minutes).
    #[schemars(with = "String")]
    pub rain_holds: Spanned<String>,
}
