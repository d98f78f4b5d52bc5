//! Attenuation by oxygen and water vapour: ITU-R P.676-12 (August 2019).
//!
//! Annex 1 gives the specific attenuation, line by line, from 1 to 1000 GHz. Annex 2 gives the zenith attenuation up to
//! 350 GHz from conditions at the surface: oxygen by an equivalent height (section 2.2), water vapour by the content of
//! the whole column (section 2.3). A slant path at 5 to 90 degrees of elevation takes the zenith's part over the sine.
//! Revision 13 replaces the formula of the oxygen's equivalent height by tables; it is not used here.
//!
//! | name | symbol | meaning | unit |
//! |---|---|---|---|
//! | `frequency_ghz` | f | frequency | GHz |
//! | `dry_pressure_hpa` | p | pressure of the dry air | hPa |
//! | `vapour_pressure_hpa` | e | partial pressure of water vapour | hPa |
//! | `vapour_density_g_m3` | rho | density of water vapour | g/m3 |
//! | `theta` | theta | 300 K over the temperature | 1 |
//! | `vapour_column_kg_m2` | V_t | water vapour above the site | kg/m2 |

use super::lines::{OXYGEN, VAPOUR};
use crate::math::{exp, ln, pow};

/// Density times temperature over this is the vapour's partial pressure, hPa (equation 4).
const VAPOUR_GAS_CONSTANT: f64 = 216.7;
/// The frequency at which section 2.3 knows the attenuation of a column, GHz.
const REFERENCE_GHZ: f64 = 20.6;
/// Pressure of the layer that stands for the column, hPa.
const REFERENCE_HPA: f64 = 845.0;
/// Less vapour than this attenuates nothing that matters, and has no reference temperature.
const LEAST_COLUMN_KG_M2: f64 = 1e-3;

/// Air at one place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Air {
    /// Temperature, K.
    pub temperature_k: f64,
    /// Pressure without the water vapour's part, hPa.
    pub dry_pressure_hpa: f64,
    /// Water vapour, g/m3.
    pub vapour_density_g_m3: f64,
}

impl Air {
    /// Air whose barometer, which feels the water vapour too, shows `pressure_hpa`.
    #[must_use]
    pub fn of_total_pressure(temperature_k: f64, pressure_hpa: f64, vapour_density_g_m3: f64) -> Self {
        let e = vapour_density_g_m3 * temperature_k / VAPOUR_GAS_CONSTANT;
        Self { temperature_k, dry_pressure_hpa: pressure_hpa - e, vapour_density_g_m3 }
    }

    /// Partial pressure of water vapour, hPa (equation 4).
    #[must_use]
    pub fn vapour_pressure_hpa(&self) -> f64 {
        self.vapour_density_g_m3 * self.temperature_k / VAPOUR_GAS_CONSTANT
    }
}

/// Specific attenuation by dry air, dB/km: the oxygen lines and the dry continuum (equations 1 to 9).
#[must_use]
pub fn oxygen_db_km(frequency_ghz: f64, air: &Air) -> f64 {
    let (f, p, e) = (frequency_ghz, air.dry_pressure_hpa, air.vapour_pressure_hpa());
    let theta = 300.0 / air.temperature_k;
    let theta_0_8 = pow(theta, 0.8);
    let mut refractivity = 0.0;
    for [f0, a1, a2, a3, a4, a5, a6] in OXYGEN {
        let strength = a1 * 1e-7 * p * theta * theta * theta * exp(a2 * (1.0 - theta)); // (3)
        let power = if a4 == 0.0 { theta_0_8 } else { pow(theta, 0.8 - a4) };
        let pressure_width = a3 * 1e-4 * (p * power + 1.1 * e * theta); // (6a)
        let width = (pressure_width * pressure_width + 2.25e-6).sqrt(); // (6b), Zeeman splitting
        let interference = (a5 + a6 * theta) * 1e-4 * (p + e) * theta_0_8; // (7)
        refractivity += strength * line_shape(f, f0, width, interference);
    }
    let d = 5.6e-4 * (p + e) * theta_0_8; // (9)
    let debye = 6.14e-5 / (d * (1.0 + (f / d) * (f / d)));
    let nitrogen = 1.4e-12 * p * pow(theta, 1.5) / (1.0 + 1.9e-5 * pow(f, 1.5));
    let continuum = f * p * theta * theta * (debye + nitrogen); // (8)
    0.1820 * f * (refractivity + continuum) // (1)
}

/// Specific attenuation by water vapour, dB/km (equations 1 to 6).
#[must_use]
pub fn vapour_db_km(frequency_ghz: f64, air: &Air) -> f64 {
    let (f, p, e) = (frequency_ghz, air.dry_pressure_hpa, air.vapour_pressure_hpa());
    let theta = 300.0 / air.temperature_k;
    let ln_theta = ln(theta);
    let theta_3_5 = exp(3.5 * ln_theta);
    let mut refractivity = 0.0;
    for [f0, b1, b2, b3, b4, b5, b6] in VAPOUR {
        let strength = b1 * 0.1 * e * theta_3_5 * exp(b2 * (1.0 - theta)); // (3)
        let pressure_width = b3 * 1e-4 * (p * exp(b4 * ln_theta) + b5 * e * exp(b6 * ln_theta)); // (6a)
        let doppler = 2.1316e-12 * f0 * f0 / theta;
        let width = 0.535 * pressure_width + (0.217 * pressure_width * pressure_width + doppler).sqrt(); // (6b)
        refractivity += strength * line_shape(f, f0, width, 0.0);
    }
    0.1820 * f * refractivity // (1)
}

/// Shape of a line (equation 5).
#[inline]
fn line_shape(f: f64, f0: f64, width: f64, interference: f64) -> f64 {
    let (below, above) = (f0 - f, f0 + f);
    let near = (width - interference * below) / (below * below + width * width);
    let far = (width - interference * above) / (above * above + width * width);
    f / f0 * (near + far)
}

/// Equivalent heights of oxygen and of water vapour, km (equations 30 to 38).
#[must_use]
pub fn equivalent_heights_km(frequency_ghz: f64, air: &Air) -> (f64, f64) {
    (oxygen_height_km(frequency_ghz, air), vapour_height_km(frequency_ghz, air))
}

/// Pressure at the surface in units of the standard atmosphere's.
fn pressure_ratio(air: &Air) -> f64 {
    (air.dry_pressure_hpa + air.vapour_pressure_hpa()) / 1013.25
}

fn oxygen_height_km(f: f64, air: &Air) -> f64 {
    // c_i and f_i of equation 33
    const LINES: [(f64, f64); 7] = [
        (0.1597, 118.750_334),
        (0.1066, 368.498_246),
        (0.1325, 424.763_020),
        (0.1242, 487.249_273),
        (0.0938, 715.392_902),
        (0.1448, 773.839_490),
        (0.1374, 834.145_546),
    ];
    let r = pressure_ratio(air);
    let offset = (f - 59.7) / (2.87 + 12.4 * exp(-7.9 * r));
    let t1 = 5.1040 / (1.0 + 0.066 * pow(r, -2.3)) * exp(-offset * offset); // (32)
    let (grown, wide) = (exp(2.12 * r), 0.025 * exp(2.2 * r));
    let t2: f64 = LINES.iter().map(|(c, fi)| c * grown / ((f - fi) * (f - fi) + wide)).sum(); // (33)
    let rising = 0.0114 * f / (1.0 + 0.14 * pow(r, -2.6));
    let above = 15.02 * f * f - 1353.0 * f + 5.333e4;
    let below = f * f * f - 151.3 * f * f + 9629.0 * f - 6803.0;
    let t3 = rising * above / below; // (34)
    let warmth = 0.7832 + 0.00709 * (air.temperature_k - 273.15); // (31)
    let height = 6.1 * warmth / (1.0 + 0.17 * pow(r, -1.1)) * (1.0 + t1 + t2 + t3); // (30)
    if f < 70.0 { height.min(10.7 * pow(r, 0.3)) } else { height }
}

fn vapour_height_km(f: f64, air: &Air) -> f64 {
    // f_i, a_i and b_i of table 3
    const LINES: [(f64, f64, f64); 14] = [
        (22.235_08, 1.52, 2.56),
        (183.310_087, 7.62, 10.2),
        (325.152_888, 1.56, 2.7),
        (380.197_353, 4.15, 5.7),
        (439.150_807, 0.2, 0.91),
        (448.001_085, 1.63, 2.46),
        (474.689_092, 0.76, 2.22),
        (488.490_108, 0.26, 2.49),
        (556.935_985, 7.81, 10.0),
        (620.700_87, 1.25, 2.35),
        (752.033_113, 16.2, 20.0),
        (916.171_582, 1.47, 2.58),
        (970.315_022, 1.36, 2.44),
        (987.926_764, 1.6, 1.86),
    ];
    let celsius = air.temperature_k - 273.15;
    let a = 1.9298 - 0.04166 * celsius + 0.0517 * air.vapour_density_g_m3; // (36)
    let b = 1.1674 - 0.00622 * celsius + 0.0063 * air.vapour_density_g_m3; // (37)
    let sigma = 1.013 / (1.0 + exp(-8.6 * (pressure_ratio(air) - 0.57))); // (38)
    let lines: f64 = LINES.iter().map(|(fi, ai, bi)| ai * sigma / ((f - fi) * (f - fi) + bi * sigma)).sum();
    a + b * lines // (35)
}

/// Attenuation by the oxygen above a site, dB at the zenith (section 2.2), up to 350 GHz.
#[must_use]
pub fn oxygen_zenith_db(frequency_ghz: f64, surface: &Air) -> f64 {
    oxygen_db_km(frequency_ghz, surface) * oxygen_height_km(frequency_ghz, surface)
}

/// Attenuation by the water vapour above a site, dB at the zenith (section 2.3), from 1 to 350 GHz. The site's altitude
/// counts from 20 GHz on, and as 0 to 4 km.
#[must_use]
pub fn vapour_zenith_db(frequency_ghz: f64, vapour_column_kg_m2: f64, altitude_km: f64) -> f64 {
    if vapour_column_kg_m2 < LEAST_COLUMN_KG_M2 {
        return 0.0;
    }
    let density = vapour_column_kg_m2 / 2.38;
    let celsius = 14.0 * ln(0.22 * density) + 3.0;
    let layer = Air {
        temperature_k: celsius + 273.15,
        dry_pressure_hpa: REFERENCE_HPA,
        vapour_density_g_m3: density,
    };
    let ratio = vapour_db_km(frequency_ghz, &layer) / vapour_db_km(REFERENCE_GHZ, &layer);
    0.0176 * vapour_column_kg_m2 * ratio * altitude_factor(frequency_ghz, altitude_km)
}

fn altitude_factor(f: f64, altitude_km: f64) -> f64 {
    if f < 20.0 {
        return 1.0;
    }
    let bell = |height: f64, centre: f64, width: f64| {
        let offset = (f - centre) / width;
        height * exp(-offset * offset)
    };
    let a = bell(0.2048, 22.43, 3.097) + bell(0.2326, 183.5, 4.096) + bell(0.2073, 325.0, 3.651) - 0.1113;
    let b = 8.741e4 * exp(-0.587 * f) + 312.2 * pow(f, -2.38) + 0.723;
    1.0 + a * pow(altitude_km.clamp(0.0, 4.0), b)
}
