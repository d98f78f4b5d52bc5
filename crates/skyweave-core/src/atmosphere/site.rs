//! What the recommendations must know about a site, and a coarse climatology for when nobody knows it.

use super::exceedance::Quantiles;
use super::gases::Air;
use crate::math::{exp, pow};

/// Where a site's climate comes from; every output that rests on it says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClimateSource {
    /// The digital maps of the ITU-R recommendations, from the user's own copy.
    Maps,
    /// [`SiteClimate::coarse`]: a function of latitude and altitude.
    Coarse,
    /// Values that the user gave.
    Given,
}

impl ClimateSource {
    /// As outputs name it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Maps => "itu-maps",
            Self::Coarse => "coarse",
            Self::Given => "given",
        }
    }
}

/// The climate of one site.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SiteClimate {
    /// Where the values come from.
    pub source: ClimateSource,
    /// Geodetic latitude, deg; only how far it is from the equator counts.
    pub latitude_deg: f64,
    /// Height above mean sea level, km.
    pub altitude_km: f64,
    /// Mean temperature at the surface, K (P.1510).
    pub temperature_k: f64,
    /// Mean barometric pressure at the surface, hPa (P.835).
    pub pressure_hpa: f64,
    /// Water vapour at the surface, g/m3 (P.836).
    pub vapour_density_g_m3: Quantiles,
    /// Water vapour of the whole column, kg/m2 (P.836).
    pub vapour_column_kg_m2: Quantiles,
    /// Liquid water of the whole column, reduced to 273.15 K, kg/m2 (P.840).
    pub liquid_column_kg_m2: Quantiles,
    /// Median wet term of the refractivity at the surface, N units (P.453).
    pub wet_refractivity: f64,
    /// Rain rate exceeded for 0.01 % of an average year, mm/h (P.837).
    pub rain_rate_001_mm_h: f64,
    /// Mean rain height above mean sea level, km (P.839).
    pub rain_height_km: f64,
}

/// One latitude of the coarse climatology, at sea level.
struct Band {
    latitude_deg: f64,
    temperature_k: f64,
    /// Median water vapour, g/m3.
    vapour_g_m3: f64,
    /// How much wetter than the median the wettest 1 % of the year are: 1 stands for the factors of [`WETTER`].
    spread: f64,
    /// Columnar liquid water, as a factor on [`LIQUID_KG_M2`].
    cloudiness: f64,
    rain_rate_001_mm_h: f64,
    /// Mean rain height, km: P.839-2's formula, rounded.
    rain_height_km: f64,
}

/// Temperature and vapour pass through the annual means of P.835-6's reference atmospheres (low latitudes 300.4 K and
/// 19.7 g/m3; middle ones 283.8 K and 8.9 g/m3; high ones 272.1 K and 5.1 g/m3). The rest is our own round figure for a
/// place with ordinary rain; deserts have a third of it or less.
const BANDS: [Band; 7] = [
    band(0.0, [300.0, 19.0, 0.35, 1.0, 85.0, 5.36]),
    band(15.0, [299.0, 17.0, 0.5, 1.0, 70.0, 5.36]),
    band(30.0, [294.0, 11.0, 1.0, 0.9, 50.0, 4.8]),
    band(45.0, [283.0, 7.5, 1.0, 1.0, 33.0, 3.6]),
    band(60.0, [275.0, 4.9, 1.0, 0.8, 22.0, 2.5]),
    band(75.0, [262.0, 2.4, 1.2, 0.5, 8.0, 1.4]),
    band(90.0, [252.0, 1.1, 1.4, 0.3, 3.0, 0.6]),
];

const fn band(latitude_deg: f64, values: [f64; 6]) -> Band {
    let [temperature_k, vapour_g_m3, spread, cloudiness, rain_rate_001_mm_h, rain_height_km] = values;
    Band { latitude_deg, temperature_k, vapour_g_m3, spread, cloudiness, rain_rate_001_mm_h, rain_height_km }
}

/// How much wetter than the median air is at the shares of [`super::QUANTILE_PERCENTS`], in middle latitudes.
const WETTER: [f64; 8] = [2.1, 1.97, 1.89, 1.77, 1.6, 1.4, 1.25, 1.0];
/// Columnar liquid water in middle latitudes at those shares, kg/m2.
const LIQUID_KG_M2: [f64; 8] = [1.2, 0.9, 0.75, 0.58, 0.36, 0.17, 0.08, 0.01];
/// Height over which water vapour falls to the e-th part, km: P.835-6's reference atmosphere.
const VAPOUR_SCALE_HEIGHT_KM: f64 = 2.0;
/// Columns are a little more than density times scale height, since vapour reaches up in clouds.
const COLUMN_HEIGHT_KM: f64 = 2.2;
/// Fall of temperature with altitude, K/km (P.835-6).
const LAPSE_K_KM: f64 = 6.5;

impl SiteClimate {
    /// A coarse climatology of our own, by distance from the equator and altitude alone: no land, sea, coast or desert. For
    /// use without the ITU's maps. Against them, at 400 places on land between 55 degrees south and 72 north, the total loss
    /// at 11.7 and 28.5 GHz is within a factor of two at four places of five. The median ratio is 0.96 to 1.12, and in
    /// deserts the loss is three to four times too strong.
    #[must_use]
    pub fn coarse(latitude_deg: f64, altitude_km: f64) -> Self {
        let far = latitude_deg.abs().min(90.0);
        let south = BANDS.iter().rposition(|band| band.latitude_deg <= far).unwrap_or(0).min(BANDS.len() - 2);
        let (near_band, far_band) = (&BANDS[south], &BANDS[south + 1]);
        let share = (far - near_band.latitude_deg) / (far_band.latitude_deg - near_band.latitude_deg);
        let between = |value: fn(&Band) -> f64| {
            let (a, b) = (value(near_band), value(far_band));
            a + (b - a) * share
        };
        let thinner = exp(-altitude_km / VAPOUR_SCALE_HEIGHT_KM);
        let median = between(|band| band.vapour_g_m3) * thinner;
        let spread = between(|band| band.spread);
        let density = Quantiles(WETTER).map(|factor| median * (1.0 + (factor - 1.0) * spread));
        let temperature_k = between(|band| band.temperature_k) - LAPSE_K_KM * altitude_km;
        let cloudiness = between(|band| band.cloudiness);
        Self {
            source: ClimateSource::Coarse,
            latitude_deg,
            altitude_km,
            temperature_k,
            pressure_hpa: standard_pressure_hpa(altitude_km),
            vapour_density_g_m3: density,
            vapour_column_kg_m2: density.map(|rho| rho * COLUMN_HEIGHT_KM),
            liquid_column_kg_m2: Quantiles(LIQUID_KG_M2).map(|column| column * cloudiness),
            wet_refractivity: wet_refractivity(temperature_k, median),
            rain_rate_001_mm_h: between(|band| band.rain_rate_001_mm_h),
            rain_height_km: between(|band| band.rain_height_km),
        }
    }

    /// How high above the site it rains, km; zero where the site is above the rain height.
    #[must_use]
    pub fn rain_above_site_km(&self) -> f64 {
        (self.rain_height_km - self.altitude_km).max(0.0)
    }

    /// The air at the surface, with the water vapour exceeded for a share in per cent.
    #[must_use]
    pub fn surface_air(&self, percent: f64) -> Air {
        Air::of_total_pressure(self.temperature_k, self.pressure_hpa, self.vapour_density_g_m3.at(percent))
    }
}

/// Pressure of the mean annual global reference atmosphere, hPa, up to 11 km (P.835-6, equations 1a and 3a).
#[must_use]
pub fn standard_pressure_hpa(altitude_km: f64) -> f64 {
    let geopotential_km = 6_356.766 * altitude_km / (6_356.766 + altitude_km);
    1013.25 * pow(288.15 / (288.15 - LAPSE_K_KM * geopotential_km), -34.1632 / LAPSE_K_KM)
}

/// Wet term of the refractivity, N units, from temperature in K and water vapour in g/m3 (P.453-14, equation 4).
#[must_use]
pub fn wet_refractivity(temperature_k: f64, vapour_density_g_m3: f64) -> f64 {
    let air = Air { temperature_k, dry_pressure_hpa: 0.0, vapour_density_g_m3 };
    let e = air.vapour_pressure_hpa();
    72.0 * e / temperature_k + 3.75e5 * e / (temperature_k * temperature_k)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standard_atmosphere_is_the_one_of_the_tables() {
        for (altitude_km, hpa) in
            [(0.0, 1013.25), (1.0, 898.76), (2.0, 795.01), (5.0, 540.48), (-0.4, 1062.2)]
        {
            assert!((standard_pressure_hpa(altitude_km) - hpa).abs() < 0.1, "{altitude_km} km");
        }
    }

    #[test]
    fn the_coarse_climatology_has_a_value_everywhere() {
        let mut before = SiteClimate::coarse(0.0, 0.0);
        for degree in 1..=90 {
            let here = SiteClimate::coarse(f64::from(degree), 0.0);
            assert_eq!(
                here.rain_rate_001_mm_h,
                SiteClimate::coarse(-f64::from(degree), 0.0).rain_rate_001_mm_h
            );
            assert!(
                here.temperature_k < before.temperature_k
                    && here.rain_rate_001_mm_h < before.rain_rate_001_mm_h
            );
            assert!(here.rain_height_km <= before.rain_height_km && here.wet_refractivity > 0.0);
            before = here;
        }
        let high = SiteClimate::coarse(45.0, 4.0);
        assert_eq!((high.rain_above_site_km(), high.source.name()), (0.0, "coarse"));
        assert!(high.pressure_hpa < 650.0 && high.vapour_column_kg_m2.at(1.0) < 5.0);
    }
}
