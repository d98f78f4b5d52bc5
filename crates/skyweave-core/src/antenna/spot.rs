//! A satellite's spot beam off its axis: ITU-R S.1528-0, recommends 1.3, for satellites in low and medium orbits below 30 GHz.
//!
//! | name | symbol | unit |
//! |---|---|---|
//! | angle from the axis | psi | |
//! | [`SpotBeamParams::half_power_rad`] | `psi_b`, half the beamwidth at -3 dB | rad |
//! | [`SpotBeamParams::peak_gain_dbi`] | `G_m` | dBi |
//! | [`SpotBeamParams::side_lobe_db`] | `L_s`, where the main lobe meets the mask of the side lobes | dB |
//! | [`SpotBeamParams::far_gain_dbi`] | `L_f` | dBi |
//!
//! ```text
//! G = G_m - 3 (psi / psi_b)^2          up to Y = psi_b sqrt(-L_s / 3)
//! G = G_m + L_s - 25 log10(psi / Y)    up to Z = Y 10^(0.04 (G_m + L_s - L_f))
//! G = L_f                              beyond
//! ```
//!
//! The recommendation begins at `psi_b`; within it, the same parabola is used. It has `L_s` = -6.75 dB and `L_f` = 5 dBi for low orbits,
//! and -12 dB and 3 dBi for medium ones. The former is a mask for any antenna; -12 dB lies just above every side lobe of an evenly
//! lit round aperture (a test holds that), which is what a phased array without taper is, and is what to begin with for one.
//! Far from its normal, an array's beam widens by about 1 / cos of the scan angle: that is for the caller.

use super::{Curve, side_lobe, squared_angle};
use crate::math::{cos, from_db};
use std::f64::consts::PI;

/// Less than a hundredth of an arc second is no beam.
const NARROWEST_RAD: f64 = 5e-8;

/// A spot beam.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SpotBeamParams {
    /// Angle from the axis at which 3 dB are lost, rad: half the beamwidth.
    pub half_power_rad: f64,
    /// Gain on the axis, dBi; only its distance to the far gain matters.
    pub peak_gain_dbi: f64,
    /// Relative gain where the side lobes begin, dB; negative.
    pub side_lobe_db: f64,
    /// Gain far from the axis, dBi.
    pub far_gain_dbi: f64,
}

impl SpotBeamParams {
    /// Side lobes and far gain of the recommendation's mask for low orbits.
    pub const LOW_ORBIT: (f64, f64) = (-6.75, 5.0);
    /// Those for medium orbits, which also cover an evenly lit round aperture.
    pub const MEDIUM_ORBIT: (f64, f64) = (-12.0, 3.0);

    /// A beam with the side lobes and far gain of one of the two.
    #[must_use]
    pub const fn with_mask(half_power_rad: f64, peak_gain_dbi: f64, mask: (f64, f64)) -> Self {
        Self { half_power_rad, peak_gain_dbi, side_lobe_db: mask.0, far_gain_dbi: mask.1 }
    }
}

/// The pattern of a spot beam.
#[derive(Debug, Clone, PartialEq)]
pub struct SpotBeam {
    /// Relative gain over the square of the angle.
    main_lobe: Curve,
    /// Cosines of Y and Z.
    main_end: f64,
    side_end: f64,
    /// Y, squared.
    squared_main_end: f64,
    side_lobe: f64,
    far: f64,
}

impl SpotBeam {
    /// The pattern; side lobes above the peak are taken as at it, a far gain above the side lobes as at them.
    #[must_use]
    pub fn new(params: &SpotBeamParams) -> Self {
        let half_power = params.half_power_rad.max(NARROWEST_RAD);
        let side_lobe_db = params.side_lobe_db.min(-1e-6);
        let far_db = (params.far_gain_dbi - params.peak_gain_dbi).min(side_lobe_db);
        let squared_main_end = half_power * half_power * side_lobe_db / -3.0;
        let main_end = squared_main_end.sqrt();
        let side_end = main_end * from_db(0.4 * (side_lobe_db - far_db).min(100.0));
        Self {
            main_lobe: Curve::new(squared_main_end, |squared| {
                from_db(side_lobe_db * squared / squared_main_end)
            }),
            main_end: cos(main_end.min(PI)),
            side_end: cos(side_end.min(PI)),
            squared_main_end,
            side_lobe: from_db(side_lobe_db),
            far: from_db(far_db),
        }
    }

    /// Gain over that on the axis, a ratio, from the cosine of the angle between the axis and the direction.
    #[inline]
    #[must_use]
    pub fn ratio(&self, cos_psi: f64) -> f64 {
        if cos_psi >= self.main_end {
            self.main_lobe.at(squared_angle(cos_psi))
        } else if cos_psi >= self.side_end {
            self.side_lobe * side_lobe(self.squared_main_end / squared_angle(cos_psi))
        } else {
            self.far
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::{log10, to_db};
    use proptest::prelude::*;

    fn db(beam: &SpotBeam, psi_deg: f64) -> f64 {
        to_db(beam.ratio(cos(psi_deg.to_radians())))
    }

    /// 3 dB at 1.6 degrees, 35 dBi, the mask for low orbits: Y = 2.4 deg, Z = 2.4 x 10^(0.04 x 23.25) = 20.43 deg.
    #[test]
    fn gains_are_those_done_by_hand() {
        let beam =
            SpotBeam::new(&SpotBeamParams::with_mask(1.6_f64.to_radians(), 35.0, SpotBeamParams::LOW_ORBIT));
        for (psi_deg, expected_db) in [
            (0.0, 0.0),
            (0.8, -0.75),
            (1.6, -3.0),
            (2.4, -6.75),
            // -6.75 - 25 log10(4.8 / 2.4), and so with 10 and 20.4 over 2.4
            (4.8, -14.275_7),
            (10.0, -22.244_7),
            (20.4, -29.985_5),
            (20.5, -30.0),
            (90.0, -30.0),
            (180.0, -30.0),
        ] {
            assert!((db(&beam, psi_deg) - expected_db).abs() < 0.001, "{psi_deg}: {}", db(&beam, psi_deg));
        }
    }

    #[test]
    fn at_the_half_power_angle_half_the_power_is_left() {
        for half_deg in [0.2, 1.5, 5.0] {
            let params =
                SpotBeamParams::with_mask(f64::to_radians(half_deg), 34.0, SpotBeamParams::MEDIUM_ORBIT);
            let ratio = SpotBeam::new(&params).ratio(cos(params.half_power_rad));
            // 3 dB are 0.3 % less than half
            assert!((ratio / 0.5 - 1.0).abs() < 0.003, "{ratio}");
        }
    }

    /// |2 J1(u) / u| is half (in power) at u = 1.616 and has its side lobes of -17.57, -23.81, -27.96 and -31.08 dB at u = 5.136,
    /// 8.417, 11.62 and 14.80 (Abramowitz and Stegun, table 9.5 for the zeros of J2).
    #[test]
    fn the_mask_for_medium_orbits_covers_a_round_aperture_closely() {
        let beam = SpotBeam::new(&SpotBeamParams::with_mask(0.02, 40.0, SpotBeamParams::MEDIUM_ORBIT));
        for (u, peak_db) in [(5.136, -17.57), (8.417, -23.81), (11.620, -27.96), (14.796, -31.08)] {
            let above = to_db(beam.ratio(cos(0.02 * u / 1.616))) - peak_db;
            assert!((0.0..3.1).contains(&above), "{u}: {above} dB above");
        }
    }

    #[test]
    fn what_makes_no_sense_is_still_a_ratio() {
        for params in [
            SpotBeamParams { half_power_rad: 0.0, peak_gain_dbi: 0.0, side_lobe_db: 3.0, far_gain_dbi: 40.0 },
            SpotBeamParams {
                half_power_rad: 9.0,
                peak_gain_dbi: 900.0,
                side_lobe_db: -50.0,
                far_gain_dbi: -900.0,
            },
        ] {
            let beam = SpotBeam::new(&params);
            for step in -11..=11 {
                let ratio = beam.ratio(f64::from(step) / 10.0);
                assert!((0.0..=1.0).contains(&ratio), "{params:?}: {ratio}");
            }
        }
    }

    proptest! {
        #[test]
        fn gains_follow_the_formulas_and_fall(
            half_deg in 0.1_f64..10.0,
            peak_gain_dbi in 15.0_f64..50.0,
            side_lobe_db in -30.0_f64..-3.0,
            far_gain_dbi in -10.0_f64..5.0,
            psi_deg in 0.0_f64..180.0,
            further_deg in 0.0_f64..20.0,
        ) {
            let params = SpotBeamParams {
                half_power_rad: half_deg.to_radians(),
                peak_gain_dbi,
                side_lobe_db,
                far_gain_dbi,
            };
            let beam = SpotBeam::new(&params);
            let far_db = (far_gain_dbi - peak_gain_dbi).min(side_lobe_db);
            let main_end_deg = half_deg * (side_lobe_db / -3.0).sqrt();
            let expected_db = if psi_deg <= main_end_deg {
                -3.0 * psi_deg * psi_deg / half_deg / half_deg
            } else {
                (side_lobe_db - 25.0 * log10(psi_deg / main_end_deg)).max(far_db)
            };
            prop_assert!((db(&beam, psi_deg) - expected_db).abs() < 0.001);
            let further = beam.ratio(cos((psi_deg + further_deg).min(180.0).to_radians()));
            let here = beam.ratio(cos(psi_deg.to_radians()));
            prop_assert!(further <= here * (1.0 + 1e-9) && here <= 1.0 && further > 0.0);
        }
    }
}
