//! Tropospheric scintillation: ITU-R P.618-13, section 2.4.1, for elevations of 5 degrees or more and 4 to 55 GHz.
//!
//! The method is stated for 0.01 to 50 % of the time; below 0.01 % its polynomial is carried on.

use super::exceedance::Exceedance;
use crate::math::{atan2, log10, pow, sin};

/// Height of the turbulent layer, m (step 4).
const TURBULENT_LAYER_M: f64 = 1_000.0;
/// From here on the aperture averages the scintillation away (step 6).
const AVERAGED_AWAY: f64 = 7.0;

/// An antenna's aperture on the ground.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Aperture {
    /// Physical diameter, m.
    pub diameter_m: f64,
    /// Efficiency, 0 to 1; 0.5 is P.618's conservative value.
    pub efficiency: f64,
}

/// Scintillation of one carrier at one site and antenna.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scintillation {
    /// Fade at the zenith but for the aperture's averaging, dB.
    fade_db: f64,
    /// What equation 46 divides by the path: 1.22 times the effective diameter squared, in m2, times the frequency in GHz.
    aperture_term: f64,
}

impl Scintillation {
    /// From the wet refractivity at the surface, N units (median of an average year, P.453).
    #[must_use]
    pub fn new(
        frequency_ghz: f64,
        aperture: Aperture,
        wet_refractivity: f64,
        exceedance: Exceedance,
    ) -> Self {
        let sigma_ref = 3.6e-3 + 1e-4 * wet_refractivity; // (43)
        let log_p = log10(exceedance.percent());
        let a = ((-0.061 * log_p + 0.072) * log_p - 1.71) * log_p + 3.0; // (48)
        let d_eff_squared = aperture.efficiency * aperture.diameter_m * aperture.diameter_m; // (45)
        Self {
            fade_db: a * sigma_ref * pow(frequency_ghz, 7.0 / 12.0),
            aperture_term: 1.22 * d_eff_squared * frequency_ghz,
        }
    }

    /// Fade exceeded, dB, at an elevation of 5 degrees or more (equation 49).
    #[must_use]
    pub fn db(&self, sin_elevation: f64) -> f64 {
        let length_m =
            2.0 * TURBULENT_LAYER_M / ((sin_elevation * sin_elevation + 2.35e-4).sqrt() + sin_elevation); // (44)
        let x = self.aperture_term / length_m;
        if x >= AVERAGED_AWAY {
            return 0.0;
        }
        let turned = sin(11.0 / 6.0 * atan2(1.0, x));
        let squared = 3.86 * pow(x * x + 1.0, 11.0 / 12.0) * turned - 7.08 * pow(x, 5.0 / 6.0); // (46)
        self.fade_db * squared.max(0.0).sqrt() / pow(sin_elevation, 1.2) // (47)
    }
}
