//! Loss of a phased array that looks aside: cos^n of the scan angle, 10 n log10(cos) in dB.
//!
//! Seen from aside, an aperture is cos times as large, which is n = 1; the elements' own patterns and their mismatch take the rest.
//! Radar budgets use n = 1.2 (2.4 both ways); rfessentials.com (scan loss of a phased array) has 1.3 to 1.8 for a well designed
//! array and 1.5 to 2 as a rule: 1.2 to 1.5 is the optimistic end.

use super::Curve;
use crate::math::pow;

/// The scan loss of an array.
#[derive(Debug, Clone, PartialEq)]
pub struct ScanLoss(Curve);

impl ScanLoss {
    /// A loss of cos^`exponent`; an exponent of zero is no loss.
    #[must_use]
    pub fn new(exponent: f64) -> Self {
        Self(Curve::new(1.0, |cosine| pow(cosine, exponent)))
    }

    /// Gain over that at broadside, a ratio, from the cosine of the angle between the array's normal and where it looks; zero from the
    /// plane of the array backwards. Within 0.002 dB up to 84 degrees, for exponents from 1 to 2.
    #[inline]
    #[must_use]
    pub fn ratio(&self, cos_scan: f64) -> f64 {
        if cos_scan > 0.0 { self.0.at(cos_scan) } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::{cos, to_db};
    use proptest::prelude::*;

    #[test]
    fn losses_are_those_done_by_hand() {
        let loss = ScanLoss::new(1.3);
        // 13 log10(0.5) = -3.913 dB at 60 degrees, 13 log10(0.7071) = -1.957 dB at 45
        assert!((to_db(loss.ratio(0.5)) + 3.913_4).abs() < 0.001);
        assert!((to_db(loss.ratio(0.5_f64.sqrt())) + 1.956_7).abs() < 0.001);
        assert_eq!(
            (loss.ratio(1.0), loss.ratio(0.0), loss.ratio(-0.5), loss.ratio(f64::NAN)),
            (1.0, 0.0, 0.0, 0.0)
        );
        assert_eq!(ScanLoss::new(0.0).ratio(0.3), 1.0);
    }

    proptest! {
        #[test]
        fn the_curve_is_the_power(exponent in 1.0_f64..2.0, scan_deg in 0.0_f64..84.0) {
            let cosine = cos(scan_deg.to_radians());
            let error_db = to_db(ScanLoss::new(exponent).ratio(cosine)) - 10.0 * exponent * crate::math::log10(cosine);
            prop_assert!(error_db.abs() < 0.002, "{error_db}");
        }

        #[test]
        fn ratios_rise_with_the_cosine(exponent in 0.0_f64..5.0, a in -1.1_f64..1.1, b in -1.1_f64..1.1) {
            let loss = ScanLoss::new(exponent);
            let (less, more) = (loss.ratio(a.min(b)), loss.ratio(a.max(b)));
            prop_assert!(0.0 <= less && less <= more && more <= 1.0);
        }
    }
}
