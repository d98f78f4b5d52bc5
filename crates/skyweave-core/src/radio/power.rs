//! The power of a satellite, shared between its beams.
//!
//! | name in code | symbol | unit |
//! |---|---|---|
//! | `radio.satellite_power_w` | `P` | W |
//! | `down.eirp_dbw` | EIRP of a beam at most | dBW |
//! | `spot.peak_gain_dbi` | `G` | dBi |
//! | beams lit at once | `n` | |
//!
//! A beam of full EIRP takes `EIRP / G` of power. As long as `n` of them take no more than `P`, each has its EIRP, and what is left over
//! makes none stronger; beyond that all beams of a satellite go down alike, to `P / n` each. Beams that take turns are lit at once as far as
//! the arrays go.

use crate::ids::SatId;
use crate::math::from_db;
use crate::rules::RadioRules;

/// What may be lost in rounding before beams go down for it.
const ROUNDING: f64 = 1e-9;

/// The share of their full EIRP that each satellite's beams to terminals have.
#[derive(Debug, Clone, PartialEq)]
pub struct PowerShares {
    /// By satellite; empty where power is short nowhere.
    shares: Vec<f64>,
}

impl PowerShares {
    /// The shares of a slot, by satellite: beams down and up that each would have, were all lit all the time.
    #[must_use]
    pub fn of(radio: &RadioRules, beams_of_satellite: &[[u32; 2]]) -> Self {
        let of = |[down, _]: &[u32; 2]| share(radio, (*down).min(u32::from(radio.down_beams.per_satellite)));
        let shares: Vec<f64> = beams_of_satellite.iter().map(of).collect();
        Self { shares: if shares.iter().all(|share| *share >= 1.0) { Vec::new() } else { shares } }
    }

    /// The share of a satellite's beams, above 0 and at most 1.
    #[must_use]
    pub fn of_satellite(&self, satellite: SatId) -> f64 {
        self.shares.get(satellite.index()).copied().unwrap_or(1.0)
    }

    /// How many times the power of one satellite's beams those of another have, both of the same EIRP at most.
    pub(super) fn ratio(&self, theirs: SatId, ours: SatId) -> f64 {
        if self.shares.is_empty() {
            return 1.0;
        }
        self.of_satellite(theirs) / self.of_satellite(ours)
    }
}

/// The share of its full EIRP that each of so many beams has.
fn share(radio: &RadioRules, lit: u32) -> f64 {
    let wanted_w = f64::from(lit) * from_db(radio.down.eirp_dbw - radio.spot.peak_gain_dbi);
    if wanted_w <= radio.satellite_power_w * (1.0 + ROUNDING) {
        return 1.0;
    }
    radio.satellite_power_w / wanted_w
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beams_have_their_eirp_until_the_power_is_spent_and_then_share_it() {
        // 36 dBW with 36 dBi is 1 W a beam: 48 W are enough for the 48 beams there are
        let mut radio = RadioRules::default();
        assert_eq!(PowerShares::of(&radio, &[[0, 0], [48, 0], [500, 9]]).shares, Vec::<f64>::new());
        // 39 dBW take 1.995 W: 12 beams fit into 24 W, 24 have half of what they want, and no more than 48 are ever lit
        radio.satellite_power_w = 24.0;
        radio.down.eirp_dbw = 39.0;
        let shares = PowerShares::of(&radio, &[[12, 0], [24, 3], [48, 0], [500, 0]]);
        for (satellite, expected) in [(0, 1.0), (1, 24.0 / (24.0 * 1.995_26)), (2, 0.250_594), (3, 0.250_594)]
        {
            assert!((shares.of_satellite(SatId(satellite)) - expected).abs() < 1e-5, "{satellite}");
        }
        assert!((shares.ratio(SatId(2), SatId(0)) - 0.250_594).abs() < 1e-5);
        // so 12 and 24 beams radiate alike in sum as soon as the power binds
        let sum = |satellite: u32, lit: f64| lit * shares.of_satellite(SatId(satellite));
        assert!((sum(1, 24.0) - sum(2, 48.0)).abs() < 1e-9);
    }
}
