//! Attenuation by rain: ITU-R P.838-3 (March 2005) for a kilometre, ITU-R P.618-13 (December 2017), section 2.2.1.1, for
//! the share of an average year in which a slant path loses more than so much.
//!
//! | name | symbol | meaning | unit |
//! |---|---|---|---|
//! | `k`, `alpha` | k, alpha | specific attenuation is k R^alpha | dB/km, 1 |
//! | `rate_mm_h` | R | rain rate | mm/h |
//! | `height_km` | h_R - h_s | rain above the site | km |
//! | `sin_elevation` | sin theta | sine of the elevation | 1 |

use super::exceedance::Exceedance;
use crate::math::{asin, atan2, cos, exp, ln, log10, pow};

/// A curve of P.838-3: a sum of bells over log10 f, and a straight line (equations 2 and 3).
struct Curve<const N: usize> {
    /// Height, centre and width of each (the columns a, b and c).
    bells: [[f64; 3]; N],
    slope: f64,
    offset: f64,
}

impl<const N: usize> Curve<N> {
    fn at(&self, log_f: f64) -> f64 {
        let bell = |[a, b, c]: &[f64; 3]| a * exp(-((log_f - b) / c) * ((log_f - b) / c));
        self.bells.iter().map(bell).sum::<f64>() + self.slope * log_f + self.offset
    }
}

/// Table 1: log10 of k, horizontal polarisation.
const K_HORIZONTAL: Curve<4> = Curve {
    bells: [
        [-5.339_80, -0.100_08, 1.130_98],
        [-0.353_51, 1.269_70, 0.454_00],
        [-0.237_89, 0.860_36, 0.153_54],
        [-0.941_58, 0.645_52, 0.168_17],
    ],
    slope: -0.189_61,
    offset: 0.711_47,
};
/// Table 2: log10 of k, vertical polarisation.
const K_VERTICAL: Curve<4> = Curve {
    bells: [
        [-3.805_95, 0.569_34, 0.810_61],
        [-3.449_65, -0.229_11, 0.510_59],
        [-0.399_02, 0.730_42, 0.118_99],
        [0.501_67, 1.073_19, 0.271_95],
    ],
    slope: -0.163_98,
    offset: 0.632_97,
};
/// Table 3: alpha, horizontal polarisation.
const ALPHA_HORIZONTAL: Curve<5> = Curve {
    bells: [
        [-0.143_18, 1.824_42, -0.551_87],
        [0.295_91, 0.775_64, 0.198_22],
        [0.321_77, 0.637_73, 0.131_64],
        [-5.376_10, -0.962_30, 1.478_28],
        [16.172_1, -3.299_80, 3.439_90],
    ],
    slope: 0.678_49,
    offset: -1.955_37,
};
/// Table 4: alpha, vertical polarisation.
const ALPHA_VERTICAL: Curve<5> = Curve {
    bells: [
        [-0.077_71, 2.338_40, -0.762_84],
        [0.567_27, 0.955_45, 0.540_39],
        [-0.202_38, 1.145_20, 0.268_09],
        [-48.299_1, 0.791_669, 0.116_226],
        [48.583_3, 0.791_459, 0.116_479],
    ],
    slope: -0.053_739,
    offset: 0.834_33,
};

/// The coefficients of P.838-3 at one frequency and polarisation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RainCoefficients {
    frequency_ghz: f64,
    k_mean: f64,
    k_alpha_mean: f64,
    /// What an elevation adds, times the squared cosine of it; zero for circular polarisation.
    k_tilted: f64,
    k_alpha_tilted: f64,
}

impl RainCoefficients {
    /// For a frequency from 1 to 1000 GHz; the tilt of the polarisation is counted from the horizontal, and pi/4 stands for
    /// a circular one.
    #[must_use]
    pub fn new(frequency_ghz: f64, tilt_rad: f64) -> Self {
        let log_f = log10(frequency_ghz);
        let (kh, kv) = (pow(10.0, K_HORIZONTAL.at(log_f)), pow(10.0, K_VERTICAL.at(log_f)));
        let (ah, av) = (ALPHA_HORIZONTAL.at(log_f), ALPHA_VERTICAL.at(log_f));
        let cos_2_tau = cos(2.0 * tilt_rad);
        Self {
            frequency_ghz,
            k_mean: 0.5 * (kh + kv),
            k_alpha_mean: 0.5 * (kh * ah + kv * av),
            k_tilted: 0.5 * (kh - kv) * cos_2_tau,
            k_alpha_tilted: 0.5 * (kh * ah - kv * av) * cos_2_tau,
        }
    }

    /// k and alpha at an elevation (equations 4 and 5).
    #[must_use]
    pub fn at(&self, sin_elevation: f64) -> (f64, f64) {
        let cos_squared = 1.0 - sin_elevation * sin_elevation;
        let k = self.k_mean + self.k_tilted * cos_squared;
        (k, (self.k_alpha_mean + self.k_alpha_tilted * cos_squared) / k)
    }

    /// Specific attenuation, dB/km (equation 1).
    #[must_use]
    pub fn specific_db_km(&self, rate_mm_h: f64, sin_elevation: f64) -> f64 {
        let (k, alpha) = self.at(sin_elevation);
        k * pow(rate_mm_h, alpha)
    }
}

/// Rain over one site by its statistics: what is lost more than so much of the time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RainStatistics {
    coefficients: RainCoefficients,
    /// The rain rate exceeded for 0.01 % of an average year, mm/h.
    rate_001_mm_h: f64,
    height_km: f64,
    latitude_deg: f64,
    exceedance: Exceedance,
}

impl RainStatistics {
    /// Rain that reaches `height_km` above the site; a site at or above the rain height has none.
    #[must_use]
    pub fn new(
        coefficients: RainCoefficients,
        rate_001_mm_h: f64,
        height_km: f64,
        latitude_deg: f64,
        exceedance: Exceedance,
    ) -> Self {
        Self { coefficients, rate_001_mm_h, height_km, latitude_deg: latitude_deg.abs(), exceedance }
    }

    /// Attenuation exceeded, dB, at an elevation of 5 degrees or more.
    #[must_use]
    pub fn db(&self, sin_elevation: f64) -> f64 {
        if self.height_km <= 0.0 || self.rate_001_mm_h <= 0.0 {
            return 0.0;
        }
        self.scaled(self.exceeded_for_001(sin_elevation), sin_elevation)
    }

    /// Steps 2 to 9: attenuation exceeded for 0.01 % of an average year.
    fn exceeded_for_001(&self, sine: f64) -> f64 {
        let f = self.coefficients.frequency_ghz;
        let cosine = (1.0 - sine * sine).max(0.0).sqrt();
        let elevation_deg = asin(sine).to_degrees();
        let gamma = self.coefficients.specific_db_km(self.rate_001_mm_h, sine);
        let slant = self.height_km / sine; // (1)
        let ground = slant * cosine; // (3)
        let r = 1.0 / (1.0 + 0.78 * (ground * gamma / f).sqrt() - 0.38 * (1.0 - exp(-2.0 * ground))); // (6)
        let zeta_deg = atan2(self.height_km, ground * r).to_degrees(); // (7)
        let path = if zeta_deg > elevation_deg { ground * r / cosine } else { slant };
        let chi = (36.0 - self.latitude_deg).max(0.0);
        let bent = 31.0 * (1.0 - exp(-elevation_deg / (1.0 + chi))) * (path * gamma).sqrt() / (f * f);
        let v = 1.0 / (1.0 + sine.sqrt() * (bent - 0.45));
        gamma * path * v // (8), (9)
    }

    /// Step 10: another share of the year (equation 10).
    fn scaled(&self, a001: f64, sine: f64) -> f64 {
        // from here on the latitude's term has another form
        const STEEP_SINE: f64 = 0.422_618_261_740_699_4; // sin 25 deg
        let p = self.exceedance.percent();
        let southerly = -0.005 * (self.latitude_deg - 36.0);
        let beta = if p >= 1.0 || self.latitude_deg >= 36.0 {
            0.0
        } else if sine >= STEEP_SINE {
            southerly
        } else {
            southerly + 1.8 - 4.25 * sine
        };
        if a001 <= 0.0 {
            return 0.0;
        }
        let power = 0.655 + 0.033 * ln(p) - 0.045 * ln(a001) - beta * (1.0 - p) * sine;
        a001 * pow(p / 0.01, -power)
    }
}

/// Rain that falls now, everywhere alike along the path below the rain height and within the storm.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FallingRain {
    coefficients: RainCoefficients,
    rate_mm_h: f64,
    height_km: f64,
    reach_km: f64,
}

impl FallingRain {
    /// Rain at a rate, up to `height_km` above the site and as far as `reach_km` from it over the ground.
    #[must_use]
    pub fn new(coefficients: RainCoefficients, rate_mm_h: f64, height_km: f64, reach_km: f64) -> Self {
        Self { coefficients, rate_mm_h, height_km: height_km.max(0.0), reach_km: reach_km.max(0.0) }
    }

    /// Attenuation now, dB: specific attenuation times the path inside the rain.
    #[must_use]
    pub fn db(&self, sin_elevation: f64) -> f64 {
        let cosine = (1.0 - sin_elevation * sin_elevation).max(0.0).sqrt();
        let up = self.height_km / sin_elevation;
        let inside = if up * cosine > self.reach_km { self.reach_km / cosine } else { up };
        self.coefficients.specific_db_km(self.rate_mm_h, sin_elevation) * inside
    }
}
