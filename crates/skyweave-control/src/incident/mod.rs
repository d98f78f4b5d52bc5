//! Incidents: positions of a terminal over time, held against where its service line allows it.
//!
//! The rule, in words. Positions are gathered into looks of an hour. A look is *outside* if the probability that the terminal is where it may
//! be is at most 10 %, *inside* if it is at least 90 %, and else says nothing. An outside look is *deep* if that still holds when the position
//! is taken to be known no better than to 3 km. A look stands for the time since the look before, at most six hours.
//!
//! | incident | opens when | closes when |
//! |---|---|---|
//! | diverted | deep looks less three times inside looks make 72 h, in 10 looks over 5 days; or all outside looks so 240 h | 24 h inside, nothing outside |
//! | roaming | deep looks, or looks in a territory that the plan lets it roam in, less three times inside looks make 24 h, in 4 looks | the same |
//! | moving | faster than the plan allows for 30 min, less half of the time that it was not | it was not for twice as long |
//! | border flicker | it changed sides 4 times in 7 days, and was never deep outside in between | no change in 7 days |
//!
//! An incident can get graver, in the order moving, roaming, diverted; it never gets lighter but by closing. What a terminal merely claims
//! is set aside while the network knows better. It is also set aside if the terminal cannot have come there so fast, until it has held for
//! 72 h; unless the claim is that it is where it may be, or back where it was.

mod doubt;
mod look;
mod observe;
mod params;
mod regions;
mod scores;

pub use observe::{Notice, Watch, observe};
pub use params::{Limits, Params};
pub use regions::{Everywhere, Regions};

use crate::entity::PositionEvidence;
use serde::{Deserialize, Serialize};
use skyweave_core::geodesy::Geodetic;

/// Certainty, in the unit of [`Inside::mass_65536`].
pub const CERTAIN: u32 = 65_536;

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

impl Fix {
    /// Whether the terminal itself says so.
    const fn is_claimed(&self) -> bool {
        matches!(self.evidence, PositionEvidence::ClaimedGnss)
    }

    /// Great-circle distance to another position, m.
    fn distance_m(&self, other: &Self) -> f64 {
        self.place().great_circle_m(other.place())
    }

    fn place(&self) -> Geodetic {
        Geodetic::from_degrees(f64::from(self.latitude_e7) * 1e-7, f64::from(self.longitude_e7) * 1e-7)
    }

    /// How far apart two positions of one place are in all but one of some hundred cases, m: three standard deviations of their difference.
    fn spread_m(&self, other: &Self) -> f64 {
        let (a, b) = (f64::from(self.error_m), f64::from(other.error_m));
        3.0 * (a * a + b * b).sqrt()
    }
}
