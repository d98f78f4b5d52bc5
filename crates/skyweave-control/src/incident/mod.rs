//! Incidents: positions of a terminal over time, held against where its service line allows it.

use crate::entity::PositionEvidence;
use serde::{Deserialize, Serialize};

/// One position of a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fix {
    /// When, Unix time.
    pub time_s: i64,
    /// Latitude on WGS84, 1e-7 degrees, north positive.
    pub latitude_e7: i32,
    /// Longitude on WGS84, 1e-7 degrees, east positive.
    pub longitude_e7: i32,
    /// One standard deviation in each direction, m.
    pub error_m: u32,
    /// How it is known.
    pub evidence: PositionEvidence,
}

/// Where a terminal may be, and how sure it is that it is there.
pub trait Inside {
    /// The probability that a terminal seen at these positions, all of about the same time, is inside, in 65536ths: 65536 is certain.
    fn mass_65536(&self, fixes: &[Fix]) -> u32;
}
