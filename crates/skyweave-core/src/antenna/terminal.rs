//! A user terminal's beam off its axis, for interference from satellites it does not look at: ITU-R S.1428-1, the reference pattern
//! of receiving earth stations against satellites in low orbits, 10.7 to 30 GHz, for apertures of 20 to 100 wavelengths.
//!
//! | name | symbol | unit |
//! |---|---|---|
//! | angle from the axis | phi | degrees in the formulas |
//! | aperture | D / lambda | |
//! | gain on the axis | `G_max = 20 log10(D / lambda) + 7.7` | dBi |
//! | first side lobe | `G_1 = 29 - 25 log10(95 lambda / D)` | dBi |
//! | end of the main lobe | `phi_m = 20 (lambda / D) sqrt(G_max - G_1)` | degrees |
//!
//! | from | to | gain, dBi |
//! |---|---|---|
//! | 0 | `phi_m` | `G_max - 0.0025 (phi D / lambda)^2` |
//! | `phi_m` | 95 lambda / D | `G_1` |
//! | 95 lambda / D | 33.1 | 29 - 25 log10(phi) |
//! | 33.1 | 80 | -9 |
//! | 80 | 120 | -4, or -5 up to 25 wavelengths |
//! | 120 | 180 | -9, or -5 up to 25 wavelengths |
//!
//! It is made for reflectors. A terminal of 0.5 to 0.6 m has 20 to 23 wavelengths at 11.7 GHz; being a phased array, it is broader by
//! 1 / cos of its scan angle, and no public pattern of one is as general. S.465-6, the alternative, says nothing of the main lobe.

use super::{Curve, side_lobe, squared_angle};
use crate::math::{cos, from_db, log10};
use std::f64::consts::PI;

/// Half the beamwidth, degrees times D / lambda: 0.0025 x^2 = 3.
const HALF_POWER_DEG: f64 = 34.641_016_151_377_55;
/// Fewer wavelengths than this are taken as so many: below, the first side lobe would begin beyond where it ends.
const FEWEST_WAVELENGTHS: f64 = 5.0;
/// Up to here an aperture is small, and sees more behind itself.
const SMALL_WAVELENGTHS: f64 = 25.0;

/// A terminal's aperture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TerminalBeamParams {
    /// Diameter of the aperture, m; of an array that is not round, that of the circle of its area.
    pub diameter_m: f64,
    /// Wavelength, m.
    pub wavelength_m: f64,
}

/// The pattern of a terminal.
#[derive(Debug, Clone, PartialEq)]
pub struct TerminalBeam {
    peak_gain_dbi: f64,
    half_power_rad: f64,
    /// Relative gain over the square of the angle.
    main_lobe: Curve,
    /// Cosine of `phi_m`.
    main_end: f64,
    /// Cosine and square of 95 lambda / D.
    first_end: f64,
    squared_first_end: f64,
    /// Cosines of 33.1, 80 and 120 degrees.
    side_end: f64,
    far_end: f64,
    beside_end: f64,
    first: f64,
    far: f64,
    beside: f64,
    behind: f64,
}

impl TerminalBeam {
    /// The pattern. Outside the recommendation's 20 to 100 wavelengths its formulas go on.
    #[must_use]
    pub fn new(params: &TerminalBeamParams) -> Self {
        let wavelengths = (params.diameter_m / params.wavelength_m).max(FEWEST_WAVELENGTHS);
        let peak_gain_dbi = 20.0 * log10(wavelengths) + 7.7;
        let first_end_deg = 95.0 / wavelengths;
        let first_db = 29.0 - 25.0 * log10(first_end_deg) - peak_gain_dbi;
        let main_end = (20.0 / wavelengths * (-first_db).sqrt()).to_radians();
        let first_end = first_end_deg.to_radians();
        let (beside_dbi, behind_dbi) =
            if wavelengths <= SMALL_WAVELENGTHS { (-5.0, -5.0) } else { (-4.0, -9.0) };
        let squared_main_end = main_end * main_end;
        Self {
            peak_gain_dbi,
            half_power_rad: (HALF_POWER_DEG / wavelengths).to_radians(),
            main_lobe: Curve::new(squared_main_end, |squared| from_db(first_db * squared / squared_main_end)),
            main_end: cos(main_end),
            first_end: cos(first_end),
            squared_first_end: first_end * first_end,
            side_end: cos(33.1 * PI / 180.0),
            far_end: cos(80.0 * PI / 180.0),
            beside_end: -0.5,
            first: from_db(first_db),
            far: from_db(-9.0 - peak_gain_dbi),
            beside: from_db(beside_dbi - peak_gain_dbi),
            behind: from_db(behind_dbi - peak_gain_dbi),
        }
    }

    /// Gain on the axis, dBi.
    #[must_use]
    pub fn peak_gain_dbi(&self) -> f64 {
        self.peak_gain_dbi
    }

    /// Angle from the axis at which 3 dB are lost, rad.
    #[must_use]
    pub fn half_power_rad(&self) -> f64 {
        self.half_power_rad
    }

    /// Gain over that on the axis, a ratio, from the cosine of the angle between the axis and the direction.
    #[inline]
    #[must_use]
    pub fn ratio(&self, cos_phi: f64) -> f64 {
        if cos_phi >= self.main_end {
            self.main_lobe.at(squared_angle(cos_phi))
        } else if cos_phi >= self.first_end {
            self.first
        } else if cos_phi >= self.side_end {
            self.first * side_lobe(self.squared_first_end / squared_angle(cos_phi))
        } else if cos_phi >= self.far_end {
            self.far
        } else if cos_phi >= self.beside_end {
            self.beside
        } else {
            self.behind
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::to_db;
    use proptest::prelude::*;

    fn beam(wavelengths: f64) -> TerminalBeam {
        TerminalBeam::new(&TerminalBeamParams { diameter_m: wavelengths * 0.025, wavelength_m: 0.025 })
    }

    fn dbi(beam: &TerminalBeam, phi_deg: f64) -> f64 {
        to_db(beam.ratio(cos(phi_deg.to_radians()))) + beam.peak_gain_dbi()
    }

    // 20 wavelengths: G_max = 33.721 dBi, G_1 = 29 - 25 log10(4.75) = 12.083 dBi, phi_m = sqrt(21.638) = 4.652 deg.
    // 50 wavelengths: G_max = 41.679 dBi, G_1 = 29 - 25 log10(1.9) = 22.031 dBi, phi_m = 0.4 sqrt(19.648) = 1.773 deg.
    #[test]
    fn gains_are_those_done_by_hand() {
        let small = [
            (0.0, 33.720_6),
            (1.0, 32.720_6),
            (3.0, 24.720_6),
            (4.7, 12.082_7),
            (10.0, 4.0),
            (20.0, -3.525_7),
            (33.0, -8.962_8),
            (50.0, -9.0),
            (100.0, -5.0),
            (170.0, -5.0),
        ];
        let large = [
            (0.0, 41.679_4),
            (1.0, 35.429_4),
            (1.85, 22.031_2),
            (20.0, -3.525_7),
            (100.0, -4.0),
            (150.0, -9.0),
        ];
        for (beam, points) in [(beam(20.0), &small[..]), (beam(50.0), &large[..])] {
            for (phi_deg, expected_dbi) in points {
                let found = dbi(&beam, *phi_deg);
                assert!((found - expected_dbi).abs() < 0.001, "{phi_deg}: {found}");
            }
        }
    }

    #[test]
    fn at_the_half_power_angle_half_the_power_is_left() {
        for wavelengths in [19.5, 23.4, 60.0] {
            let beam = beam(wavelengths);
            // 3 dB are 0.3 % less than half
            assert!((beam.ratio(cos(beam.half_power_rad())) / 0.5 - 1.0).abs() < 0.003);
        }
    }

    proptest! {
        #[test]
        fn gains_fall_up_to_80_degrees_and_never_exceed_the_axis(
            wavelengths in 0.1_f64..200.0,
            phi_deg in 0.0_f64..80.0,
            further_deg in 0.0_f64..20.0,
            anywhere in -1.1_f64..1.1,
        ) {
            let beam = beam(wavelengths);
            let here = beam.ratio(cos(phi_deg.to_radians()));
            let further = beam.ratio(cos((phi_deg + further_deg).min(80.0).to_radians()));
            // at 33.1 degrees the slope ends 0.005 dB above -9
            prop_assert!(further <= here * (1.0 + 1e-9) && here <= 1.0);
            prop_assert!((0.0..=1.0).contains(&beam.ratio(anywhere)));
        }
    }
}
