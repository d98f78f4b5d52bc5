//! Stage: what each link can carry, interference aside.
//!
//! For now a free-space budget with a ceiling, the same for every terminal; gases, rain, scan loss and the DVB-S2X table
//! are not in it. C/N = EIRP - L + G/T - 10 log10(k B), with L = 20 log10(4 pi d f / c) (ITU-R P.525-4, eq. 3).
//!
//! | name | meaning | unit |
//! |---|---|---|
//! | `down_bps`, `up_bps` | what one beam carries if it serves this cell alone | bit/s |

use crate::geodesy::LIGHT_M_S;
use crate::math::{from_db, log2, to_db};
use crate::rules::{Carrier, RadioRules};
use std::f64::consts::PI;

/// Boltzmann's constant, dBW/K/Hz.
const BOLTZMANN_DBW_K_HZ: f64 = -228.599_17;

/// What a user beam carries over one view, if it serves this cell alone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct UserRate {
    /// Satellite to terminals, bit/s.
    pub down_bps: f64,
    /// Terminals to satellite, bit/s.
    pub up_bps: f64,
}

/// What links of a slot can carry. A link is rated when it is asked for: of ten million views of cells in a slot, a few
/// hundred thousand matter.
#[derive(Debug, Clone)]
pub struct Links {
    down: Budget,
    up: Budget,
}

impl Links {
    /// Prepares the budgets.
    #[must_use]
    pub fn new(rules: &RadioRules) -> Self {
        Self { down: Budget::of(&rules.down), up: Budget::of(&rules.up) }
    }

    /// What a user beam carries over a range, m.
    #[must_use]
    pub fn user(&self, range_m: f64) -> UserRate {
        UserRate { down_bps: self.down.bps(range_m), up_bps: self.up.bps(range_m) }
    }
}

/// A carrier's budget, reduced to what depends on the range.
#[derive(Debug, Clone)]
struct Budget {
    /// C/N at a range of one metre, after the implementation loss, as a ratio.
    ratio_at_1_m: f64,
    bandwidth_hz: f64,
    max_efficiency_bps_hz: f64,
}

impl Budget {
    fn of(carrier: &Carrier) -> Self {
        let loss_at_1_m_db = 2.0 * to_db(4.0 * PI * carrier.frequency_hz / LIGHT_M_S);
        let cn_db = carrier.eirp_dbw - loss_at_1_m_db + carrier.gain_to_noise_db_k
            - BOLTZMANN_DBW_K_HZ
            - to_db(carrier.bandwidth_hz)
            - carrier.implementation_loss_db;
        Self {
            ratio_at_1_m: from_db(cn_db),
            bandwidth_hz: carrier.bandwidth_hz,
            max_efficiency_bps_hz: carrier.max_efficiency_bps_hz,
        }
    }

    fn bps(&self, range_m: f64) -> f64 {
        let ratio = self.ratio_at_1_m / (range_m * range_m);
        self.bandwidth_hz * log2(1.0 + ratio).min(self.max_efficiency_bps_hz)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_budget_is_the_one_done_by_hand() {
        // 600 km at 11.7 GHz: L = 169.37 dB; C/N = 36 - 169.37 + 9 + 228.60 - 83.80 - 3 = 17.43 dB; 240 MHz x 5.815
        let carrier = Carrier {
            eirp_dbw: 36.0,
            gain_to_noise_db_k: 9.0,
            frequency_hz: 11.7e9,
            bandwidth_hz: 240e6,
            implementation_loss_db: 3.0,
            max_efficiency_bps_hz: 10.0,
        };
        let bps = Budget::of(&carrier).bps(600e3);
        assert!((bps / 1.395e9 - 1.0).abs() < 0.005, "{bps}");
        let capped = Budget::of(&Carrier { max_efficiency_bps_hz: 4.5, ..carrier }).bps(600e3);
        assert!((capped - 1.08e9).abs() < 1.0);
    }
}
