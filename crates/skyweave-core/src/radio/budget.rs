//! A carrier's budget, reduced to what depends on the link.

use crate::air::AirLoss;
use crate::geodesy::LIGHT_M_S;
use crate::math::{exp, from_db, to_db};
use crate::modcod::Ladder;
use crate::rules::Carrier;
use std::f64::consts::{LN_10, PI};

/// Boltzmann's constant, dBW/K/Hz.
const BOLTZMANN_DBW_K_HZ: f64 = -228.599_17;
/// How much warmer what absorbs is than the sky behind it, K (P.618-13, section 3: 275 K before 2.7 K).
const WARMER_K: f64 = 272.3;

/// A carrier's budget.
#[derive(Debug, Clone)]
pub(super) struct Budget {
    /// C/N at a range of one metre without air and scan, as a ratio.
    at_1_m: f64,
    /// What a sky that is wholly warm adds to the receiver's noise, as a share of it.
    warm_sky: f64,
    bandwidth_hz: f64,
    ladder: Ladder,
}

impl Budget {
    pub fn of(carrier: &Carrier) -> Self {
        let loss_at_1_m_db = 2.0 * to_db(4.0 * PI * carrier.frequency_hz / LIGHT_M_S);
        let cn_db = carrier.eirp_dbw - loss_at_1_m_db + carrier.gain_to_noise_db_k
            - BOLTZMANN_DBW_K_HZ
            - to_db(carrier.bandwidth_hz)
            - carrier.pointing_loss_db
            - carrier.interference_margin_db;
        Self {
            at_1_m: from_db(cn_db),
            warm_sky: WARMER_K / carrier.noise_k,
            bandwidth_hz: carrier.bandwidth_hz,
            ladder: Ladder::new(&carrier.modem),
        }
    }

    /// C/N over a range, m, through air, as a ratio.
    pub fn cn(&self, range_m: f64, loss: AirLoss) -> f64 {
        let through = passed(loss.now_db);
        let clear = self.at_1_m / (range_m * range_m) * through;
        if loss.now_db == loss.dry_db {
            return clear;
        }
        clear / (1.0 + self.warm_sky * (passed(loss.dry_db) - through).max(0.0))
    }

    /// What the carrier carries at a ratio to noise and interference, bit/s.
    pub fn bps(&self, cn: f64) -> f64 {
        self.bandwidth_hz * self.ladder.efficiency_bps_hz(cn)
    }
}

/// The share of its power that a loss in dB leaves a wave.
fn passed(db: f64) -> f64 {
    exp(-db * (LN_10 / 10.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::modcod::Modem;

    fn carrier() -> Carrier {
        Carrier {
            eirp_dbw: 36.0,
            gain_to_noise_db_k: 9.0,
            noise_k: 200.0,
            frequency_hz: 11.7e9,
            bandwidth_hz: 240e6,
            pointing_loss_db: 0.5,
            interference_margin_db: 0.5,
            modem: Modem { roll_off: 0.1, implementation_margin_db: 2.0, pilots: true, most_bits: 6 },
        }
    }

    #[test]
    fn the_budget_is_the_one_done_by_hand() {
        // 600 km at 11.7 GHz: L = 169.37 dB; C/N = 36 - 169.37 + 9 + 228.60 - 83.80 - 1 = 19.43 dB
        let budget = Budget::of(&carrier());
        let none = AirLoss::default();
        let db = 10.0 * budget.cn(600e3, none).log10();
        assert!((db - 19.43).abs() < 0.01, "{db}");
        // 19.43 dB - 2 dB = 17.43; Es/N0 is 0.41 dB more: above 64APSK 5/6 (16.55); 4.937 / 1.1 with pilots
        let bps = budget.bps(budget.cn(600e3, none));
        assert!((bps / 240e6 - 4.40).abs() < 0.06, "{}", bps / 240e6);
        assert_eq!(budget.bps(0.0), 0.0);
        // 3 dB of rain before 200 K: 3 dB of power and 10 log10(1 + 272.3 (1 - 0.501) / 200) = 2.26 dB of warmth
        let rain = AirLoss { now_db: 3.0, dry_db: 0.0 };
        let less = 10.0 * (budget.cn(600e3, none) / budget.cn(600e3, rain)).log10();
        assert!((less - 5.25).abs() < 0.02, "{less}");
    }
}
