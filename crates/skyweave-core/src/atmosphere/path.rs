//! Everything a slant path loses, in two steps: what a band and a site decide is computed once, and a link then asks by
//! its elevation.
//!
//! [`Band`] holds what frequency and polarisation decide, for all sites. [`SitePath`] adds the site, the antenna and the
//! weather, and answers with each part of the loss. [`SitePath::table`] makes one table of it over the sine of the elevation,
//! for the millions of links of a slot.
//!
//! Below 5 degrees of elevation, where the recommendations end, the loss is that of 5 degrees.

use super::cloud::absorption_coefficient;
use super::exceedance::Exceedance;
use super::gases::{oxygen_zenith_db, vapour_zenith_db};
use super::rain::{FallingRain, RainCoefficients, RainStatistics};
use super::scintillation::{Aperture, Scintillation};
use super::site::SiteClimate;
use super::table::{LEAST_SINE, LossTable};
use crate::math::from_db;
use std::f64::consts::FRAC_PI_4;

/// Gases and clouds of an ordinary hour: what is exceeded half of the year.
const MEDIAN_PERCENT: f64 = 50.0;

/// How a wave is polarised.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Polarisation {
    /// Left or right circular.
    Circular,
    /// Linear, tilted against the horizontal by an angle in rad.
    Linear {
        /// The tilt, rad: 0 is horizontal, pi/2 vertical.
        tilt_rad: f64,
    },
}

/// What a carrier's frequency and polarisation decide, at any site.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Band {
    frequency_ghz: f64,
    rain: RainCoefficients,
    cloud: f64,
}

impl Band {
    /// For a frequency from 1 to 350 GHz. P.618 states its rain method up to 55 GHz; beyond, as in E band, it is carried on.
    #[must_use]
    pub fn new(frequency_hz: f64, polarisation: Polarisation) -> Self {
        let frequency_ghz = frequency_hz / 1e9;
        let tilt_rad = match polarisation {
            Polarisation::Circular => FRAC_PI_4,
            Polarisation::Linear { tilt_rad } => tilt_rad,
        };
        Self {
            frequency_ghz,
            rain: RainCoefficients::new(frequency_ghz, tilt_rad),
            cloud: absorption_coefficient(frequency_ghz),
        }
    }
}

impl Band {
    /// What rain does to a wave of this band.
    #[must_use]
    pub const fn rain_coefficients(&self) -> RainCoefficients {
        self.rain
    }
}

/// The parts of a slant path's loss, dB.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Loss {
    /// Oxygen and water vapour (P.676).
    pub gas_db: f64,
    /// Clouds (P.840).
    pub cloud_db: f64,
    /// Rain (P.618 and P.838).
    pub rain_db: f64,
    /// Scintillation (P.618).
    pub scintillation_db: f64,
}

impl Loss {
    /// All of it together, dB (P.618-13, equation 64).
    #[must_use]
    pub fn total_db(&self) -> f64 {
        let wet = self.rain_db + self.cloud_db;
        self.gas_db + (wet * wet + self.scintillation_db * self.scintillation_db).sqrt()
    }
}

/// What rain does on a path.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Rain {
    None,
    Exceeded(RainStatistics),
    Falling(FallingRain),
}

/// The losses of one band at one site, by elevation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SitePath {
    gas_zenith_db: f64,
    cloud_zenith_db: f64,
    rain: Rain,
    scintillation: Option<Scintillation>,
}

impl SitePath {
    /// What is exceeded for a share of an average year: each part at that share, gases and clouds at 1 % or more (P.618-13,
    /// section 2.5).
    #[must_use]
    pub fn exceeded(band: &Band, site: &SiteClimate, aperture: Aperture, exceedance: Exceedance) -> Self {
        let rain = RainStatistics::new(
            band.rain,
            site.rain_rate_001_mm_h,
            site.rain_above_site_km(),
            site.latitude_deg,
            exceedance,
        );
        let scintillation =
            Scintillation::new(band.frequency_ghz, aperture, site.wet_refractivity, exceedance);
        Self {
            rain: Rain::Exceeded(rain),
            scintillation: Some(scintillation),
            ..Self::still(band, site, exceedance.percent())
        }
    }

    /// A dry hour: median gases and clouds, no rain and no scintillation.
    #[must_use]
    pub fn dry(band: &Band, site: &SiteClimate) -> Self {
        Self::still(band, site, MEDIAN_PERCENT)
    }

    /// Rain that falls now at `rate_mm_h`, up to `reach_km` from the site over the ground and up to the rain height; gases
    /// and clouds are those exceeded for 1 % of the year, since it rains out of such air. Without rain it is [`Self::dry`].
    #[must_use]
    pub fn raining(band: &Band, site: &SiteClimate, rate_mm_h: f64, reach_km: f64) -> Self {
        if rate_mm_h <= 0.0 {
            return Self::dry(band, site);
        }
        let rain = FallingRain::new(band.rain, rate_mm_h, site.rain_above_site_km(), reach_km);
        Self { rain: Rain::Falling(rain), ..Self::still(band, site, 1.0) }
    }

    fn still(band: &Band, site: &SiteClimate, percent: f64) -> Self {
        let column = site.vapour_column_kg_m2.at(percent);
        let oxygen = oxygen_zenith_db(band.frequency_ghz, &site.surface_air(percent));
        Self {
            gas_zenith_db: oxygen + vapour_zenith_db(band.frequency_ghz, column, site.altitude_km),
            cloud_zenith_db: band.cloud * site.liquid_column_kg_m2.at(percent).max(0.0),
            rain: Rain::None,
            scintillation: None,
        }
    }

    /// The parts of the loss at the sine of an elevation.
    #[must_use]
    pub fn loss(&self, sin_elevation: f64) -> Loss {
        let sine = sin_elevation.clamp(LEAST_SINE, 1.0);
        Loss {
            gas_db: self.gas_zenith_db / sine,
            cloud_db: self.cloud_zenith_db / sine,
            rain_db: match &self.rain {
                Rain::None => 0.0,
                Rain::Exceeded(rain) => rain.db(sine),
                Rain::Falling(rain) => rain.db(sine),
            },
            scintillation_db: self.scintillation.map_or(0.0, |s| s.db(sine)),
        }
    }

    /// The total as a table.
    #[must_use]
    pub fn table(&self) -> LossTable {
        LossTable::of(|sine| self.loss(sine).total_db())
    }
}

/// Temperature of what absorbs, as P.618-13 has it without measurements, K (section 3).
const MEDIUM_K: f64 = 275.0;
/// The sky behind the atmosphere, K.
const COSMIC_K: f64 = 2.7;

/// Noise temperature of the sky that a ground antenna sees through a loss in dB, K (P.618-13, equation 70).
#[must_use]
pub fn sky_noise_k(loss_db: f64) -> f64 {
    let through = from_db(-loss_db);
    MEDIUM_K * (1.0 - through) + COSMIC_K * through
}
