//! What antennas lose off their axis: gains relative to boresight, as ratios of power.
//!
//! | type | what | source |
//! |---|---|---|
//! | [`ScanLoss`] | a phased array that looks aside | cos^n of the scan angle |
//! | [`SpotBeam`] | a satellite's beam, off its axis | ITU-R S.1528-0, recommends 1.3 |
//! | [`TerminalBeam`] | a terminal's beam, off its axis | ITU-R S.1428-1 |
//!
//! Everything is asked by the cosine of an angle, which two unit vectors give without an inverse function, and is answered as a
//! ratio between 0 and 1; formulas and tests are in dB. What is costly is done once: main lobes and scan losses are tables, side
//! lobes fall with the power -2.5 of the angle and need two square roots.

mod scan;
mod spot;
mod terminal;

pub use scan::ScanLoss;
pub use spot::{SpotBeam, SpotBeamParams};
pub use terminal::{TerminalBeam, TerminalBeamParams};

use crate::curve::Curve;
use crate::math::acos;

/// The series of the squared arc cosine of 1 - x: 2 (2x)^n / (n^2 binomial(2n, n)) for n from 1 on.
const SQUARED_ARC_COSINE: [f64; 8] =
    [2.0, 1.0 / 3.0, 4.0 / 45.0, 1.0 / 35.0, 16.0 / 1_575.0, 8.0 / 2_079.0, 32.0 / 21_021.0, 4.0 / 6_435.0];
/// Up to here (37 degrees) the series is right to 10^-9.
const SERIES_END: f64 = 0.2;

/// The square of an angle, rad^2, from its cosine.
#[inline]
fn squared_angle(cosine: f64) -> f64 {
    let x = (1.0 - cosine).max(0.0);
    if x < SERIES_END {
        SQUARED_ARC_COSINE.iter().rev().fold(0.0, |series, term| (series + term) * x)
    } else {
        let angle = acos(cosine);
        angle * angle
    }
}

/// The power -5/2 of an angle, from its square in units of the angle where it begins.
#[inline]
fn side_lobe(squared_begin_over_angle: f64) -> f64 {
    squared_begin_over_angle * squared_begin_over_angle.sqrt().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::cos;

    #[test]
    fn the_square_of_an_angle_is_that_of_its_arc_cosine() {
        for step in 0..=1_000 {
            let angle = std::f64::consts::PI * f64::from(step) / 1_000.0;
            let squared = squared_angle(cos(angle));
            // a cosine knows its angle's square to 10^-16
            assert!((squared - angle * angle).abs() < 4e-16 + 1e-9 * angle * angle, "{angle}: {squared}");
        }
        assert_eq!((squared_angle(1.0), squared_angle(1.000_000_1)), (0.0, 0.0));
    }

    #[test]
    fn side_lobes_fall_by_25_db_a_decade() {
        assert!((crate::math::to_db(side_lobe(0.01)) + 25.0).abs() < 1e-9);
    }

    fn time(name: &str, cosines: &[f64], ratio: impl Fn(f64) -> f64) {
        let mut least = f64::INFINITY;
        for _ in 0..500 {
            let start = std::time::Instant::now();
            std::hint::black_box(cosines.iter().map(|cosine| ratio(*cosine)).sum::<f64>());
            least = least.min(start.elapsed().as_secs_f64());
        }
        println!("antenna: {name}: {:.1} ns a ratio", least * 1e9 / cosines.len() as f64);
    }

    #[test]
    #[ignore = "measures time"]
    fn how_long_a_ratio_takes() {
        let spot = SpotBeam::new(&SpotBeamParams::with_mask(0.026, 34.0, SpotBeamParams::MEDIUM_ORBIT));
        let terminal = TerminalBeam::new(&TerminalBeamParams { diameter_m: 0.55, wavelength_m: 0.025_6 });
        let scan = ScanLoss::new(1.3);
        // in no order, half of them within 10 degrees and half within 60
        let cosines: Vec<f64> = (0..4_096)
            .map(|index| {
                let within = if index % 2 == 0 { 10.0 } else { 60.0 };
                cos(f64::to_radians(within * ((f64::from(index) * 0.618_034) % 1.0)))
            })
            .collect();
        time("scan", &cosines, |cosine| scan.ratio(cosine));
        time("pow, for comparison", &cosines, |cosine| crate::math::pow(cosine, 1.3));
        time("spot", &cosines, |cosine| spot.ratio(cosine));
        time("terminal", &cosines, |cosine| terminal.ratio(cosine));
    }
}
