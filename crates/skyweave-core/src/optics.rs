//! What an inter-satellite laser receives over a range, and the bit/s that this supports.
//!
//! | name | symbol | unit |
//! |---|---|---|
//! | [`LaserBudget::transmit_w`] | `P_t` | W |
//! | apertures | `D_t`, `D_r` | m |
//! | [`LaserBudget::wavelength_m`] | lambda | m |
//! | losses | L | dB |
//! | photon energy | h c / lambda | J |
//! | received | `P_r` | W |
//!
//! `P_r = P_t G_t G_r (lambda / (4 pi d))^2 / L` with the gains `G = (pi D / lambda)^2` of both telescopes, which comes to
//! `P_t (pi D_t D_r / (4 lambda d))^2 / L` (as in Liang et al., Link Budget Analysis for Free-Space Optical Satellite Networks,
//! 2022). In vacuum nothing else is lost. The far field begins at about D^2 / lambda, 6.5 km for the defaults.
//!
//! `rate = min(cap, P_r / (n h c / lambda))` for n photons a bit.

use crate::geodesy::LIGHT_M_S;
use crate::math::from_db;
use std::f64::consts::PI;

/// Planck's constant, J s (exact since 2019).
const PLANCK_J_S: f64 = 6.626_070_15e-34;

/// A laser link.
///
/// Its default is an assumption about links of which nobody publishes the figures: it carries 100 Gbit/s, the published rate, over
/// 5,000 km with 1 dB to spare and up to 5,630 km.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LaserBudget {
    /// Power of the transmitter, W. Default 1: an assumption.
    pub transmit_w: f64,
    /// Diameter of the transmitting telescope, m. Default 0.1: an assumption.
    pub transmit_aperture_m: f64,
    /// Diameter of the receiving telescope, m. Default 0.1, the same.
    pub receive_aperture_m: f64,
    /// Wavelength, m. Default 1,550 nm: the band of fibre optics.
    pub wavelength_m: f64,
    /// Lost by pointing, both ends together, dB. Default 3: 2.9 microradians at each, with 4.34 G theta^2 dB for an end.
    pub pointing_loss_db: f64,
    /// Lost in the optics, both ends together, dB. Default 2: each passes 0.8, as Liang et al. assume.
    pub optical_loss_db: f64,
    /// Photons that the receiver needs for a bit. Default 20: an assumption. The shot-noise limit of homodyne BPSK at an error ratio of
    /// 10^-9 without coding is 9; one was shown at 10.5 Gbit/s, with coding and an almost noiseless
    /// amplifier (Kakarla et al., Light: Science & Applications, 2020).
    pub photons_per_bit: f64,
    /// Most that the modems carry, bit/s. Default 100 Gbit/s.
    pub cap_bps: f64,
}

impl Default for LaserBudget {
    fn default() -> Self {
        Self {
            transmit_w: 1.0,
            transmit_aperture_m: 0.1,
            receive_aperture_m: 0.1,
            wavelength_m: 1_550e-9,
            pointing_loss_db: 3.0,
            optical_loss_db: 2.0,
            photons_per_bit: 20.0,
            cap_bps: 100e9,
        }
    }
}

/// A budget, reduced to what depends on the range.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LaserLink {
    transmit_w: f64,
    /// W m^2.
    received_at_1_m: f64,
    /// bit/s m^2.
    bps_at_1_m: f64,
    cap_bps: f64,
}

impl LaserLink {
    /// Prepares a budget.
    #[must_use]
    pub fn new(budget: &LaserBudget) -> Self {
        let spread =
            PI * budget.transmit_aperture_m * budget.receive_aperture_m / (4.0 * budget.wavelength_m);
        let loss = from_db(-budget.pointing_loss_db - budget.optical_loss_db);
        let received_at_1_m = budget.transmit_w * loss * spread * spread;
        let photon_j = PLANCK_J_S * LIGHT_M_S / budget.wavelength_m;
        Self {
            transmit_w: budget.transmit_w,
            received_at_1_m,
            bps_at_1_m: received_at_1_m / (budget.photons_per_bit * photon_j),
            cap_bps: budget.cap_bps,
        }
    }

    /// What arrives at the receiver over a range (m), W; in the near field at most what was sent.
    #[inline]
    #[must_use]
    pub fn received_w(&self, range_m: f64) -> f64 {
        (self.received_at_1_m / (range_m * range_m)).min(self.transmit_w)
    }

    /// What the link carries over a range (m), bit/s.
    #[inline]
    #[must_use]
    pub fn bps(&self, range_m: f64) -> f64 {
        (self.bps_at_1_m / (range_m * range_m)).min(self.cap_bps)
    }

    /// The longest range over which it carries all that its modems can, m: beyond, the rate falls with the square of the range.
    #[must_use]
    pub fn full_rate_range_m(&self) -> f64 {
        (self.bps_at_1_m / self.cap_bps).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::to_db;
    use proptest::prelude::*;

    /// G = (pi 0.1 / 1.55e-6)^2 = 106.14 dB for each telescope, (4 pi 5e6 / 1.55e-6)^2 = 272.16 dB, 5 dB of losses: -64.88 dBW =
    /// 0.3247 uW. A photon has 1.2816e-19 J: 2.534e12 a second, 25.3 for each bit at 100 Gbit/s, 20 for 126.7 Gbit/s.
    #[test]
    fn the_budget_is_the_one_done_by_hand() {
        let link = LaserLink::new(&LaserBudget::default());
        let received_dbw = to_db(link.received_w(5_000e3));
        assert!((received_dbw - (106.136 + 106.136 - 272.157 - 5.0)).abs() < 0.01, "{received_dbw}");
        let uncapped = LaserLink::new(&LaserBudget { cap_bps: 1e15, ..LaserBudget::default() });
        assert!((uncapped.bps(5_000e3) / 126.7e9 - 1.0).abs() < 0.001, "{}", uncapped.bps(5_000e3));
        assert_eq!(link.bps(5_000e3), 100e9);
        // 5,000 km x sqrt(1.267)
        assert!((link.full_rate_range_m() / 5_628e3 - 1.0).abs() < 0.001, "{}", link.full_rate_range_m());
        // a quarter at twice the range
        assert!((link.bps(2.0 * link.full_rate_range_m()) / 25e9 - 1.0).abs() < 1e-12);
    }

    #[test]
    fn a_link_of_no_length_carries_what_its_modems_can() {
        let link = LaserLink::new(&LaserBudget::default());
        assert_eq!((link.bps(0.0), link.received_w(0.0)), (100e9, 1.0));
    }

    proptest! {
        #[test]
        fn farther_is_never_more(near_m in 0.0_f64..1e8, further_m in 0.0_f64..1e8, watt in 0.0_f64..10.0) {
            let link = LaserLink::new(&LaserBudget { transmit_w: watt, ..LaserBudget::default() });
            let (near, far) = (near_m.max(1.0), near_m.max(1.0) + further_m);
            prop_assert!(link.bps(far) <= link.bps(near) && link.bps(near) <= 100e9 && link.bps(far) >= 0.0);
            prop_assert!(link.received_w(far) <= link.received_w(near) && link.received_w(near) <= watt);
        }
    }

    #[test]
    #[ignore = "measures time"]
    fn how_long_a_rate_takes() {
        let link = LaserLink::new(&LaserBudget::default());
        let ranges: Vec<f64> =
            (0..4_096).map(|index| 5e5 + 7e6 * ((f64::from(index) * 0.618_034) % 1.0)).collect();
        let mut least = f64::INFINITY;
        for _ in 0..500 {
            let start = std::time::Instant::now();
            std::hint::black_box(ranges.iter().map(|range_m| link.bps(*range_m)).sum::<f64>());
            least = least.min(start.elapsed().as_secs_f64());
        }
        println!("optics: {:.1} ns a rate", least * 1e9 / ranges.len() as f64);
    }
}
