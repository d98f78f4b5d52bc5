//! What the air over each beam cell and gateway takes from a link, in dry weather, in the rain that falls, or for a share of the
//! year: everything that a site decides is computed once for a world, so that a link has to do with its elevation alone.
//!
//! In dry air a loss goes as the length of the path, so one number a carrier and place is enough: the loss at the zenith.

use crate::atmosphere::{
    Aperture, Band, ClimateSource, FallingRain, LEAST_SINE, LossTable, Polarisation, SiteClimate, SitePath,
};
use crate::ids::{BeamId, GatewayId};
use crate::place::Place;
use crate::rules::{Carrier, Rules};
use rayon::prelude::*;
use std::sync::Arc;

/// Which way a link goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// From a satellite to the ground.
    Down = 0,
    /// From the ground to a satellite.
    Up = 1,
}

/// The air over every beam cell and gateway.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Air {
    /// Where the climate is from, the coarser first if there are several; `None` in a world without air.
    pub source: Option<ClimateSource>,
    rain_reach_km: f64,
    /// By way: the user links' carriers.
    user: Vec<Band>,
    beams: Vec<BeamAir>,
    gateways: Vec<GatewayAir>,
}

/// Losses over one beam cell: small, since there are hundreds of thousands.
#[derive(Debug, Clone, PartialEq)]
struct BeamAir {
    /// By way: dry, at the zenith, dB.
    dry_db: [f32; 2],
    /// By way: where it rains, without the rain itself.
    moist_db: [f32; 2],
    rain_above_km: f32,
    /// By way: what is exceeded for a share of the year.
    exceeded: Option<Arc<[LossTable; 2]>>,
}

/// Losses over one gateway.
#[derive(Debug, Clone, PartialEq)]
struct GatewayAir {
    /// By band and way.
    bands: Vec<[FeederAir; 2]>,
    rain_above_km: f64,
}

#[derive(Debug, Clone, PartialEq)]
struct FeederAir {
    band: Band,
    dry_db: f64,
    moist_db: f64,
    exceeded: Option<LossTable>,
}

/// What a link loses now, and what it would in dry air, dB.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct AirLoss {
    /// Now.
    pub now_db: f64,
    /// In dry air.
    pub dry_db: f64,
}

impl AirLoss {
    /// The same without rain and without what is exceeded for a share of the year.
    #[must_use]
    pub const fn dried(self) -> Self {
        Self { now_db: self.dry_db, ..self }
    }
}

/// The share of its power that a zenith loss in dB leaves a wave, by the sine of the elevation.
fn slant(zenith_db: f64, sine: f64) -> f64 {
    zenith_db / sine.clamp(LEAST_SINE, 1.0)
}

impl Air {
    /// Prepares the air over places.
    #[must_use]
    pub fn over(
        rules: &Rules,
        beams: &[Place],
        gateways: &[Place],
        climate: &dyn Fn(&Place) -> SiteClimate,
    ) -> Self {
        let sites: Vec<SiteClimate> = beams.iter().map(climate).collect();
        let stations: Vec<SiteClimate> = gateways.iter().map(climate).collect();
        let user = vec![band(&rules.radio.down), band(&rules.radio.up)];
        let exceedance = rules.weather.exceedance;
        let (small, large) = (rules.radio.terminal_antenna_m, rules.feeder.antenna_m);
        let tables = |band: &Band, site: &SiteClimate, antenna_m: f64| {
            exceedance.map(|share| SitePath::exceeded(band, site, aperture(antenna_m), share).table())
        };
        let zenith_db = |path: SitePath| path.loss(1.0).total_db();
        let of_site = |site: &SiteClimate| BeamAir {
            dry_db: [0, 1].map(|way: usize| zenith_db(SitePath::dry(&user[way], site)) as f32),
            moist_db: [0, 1].map(|way: usize| zenith_db(moist(&user[way], site)) as f32),
            rain_above_km: site.rain_above_site_km() as f32,
            exceeded: tables(&user[0], site, small)
                .zip(tables(&user[1], site, small))
                .map(|(down, up)| Arc::new([down, up])),
        };
        let beams = once_each(&sites, of_site);
        let feeder = |carrier: &Carrier, site: &SiteClimate| {
            let band = band(carrier);
            FeederAir {
                dry_db: zenith_db(SitePath::dry(&band, site)),
                moist_db: zenith_db(moist(&band, site)),
                exceeded: tables(&band, site, large),
                band,
            }
        };
        let gateways = stations
            .iter()
            .map(|site| GatewayAir {
                bands: rules
                    .feeder
                    .bands
                    .iter()
                    .map(|b| [feeder(&b.down, site), feeder(&b.up, site)])
                    .collect(),
                rain_above_km: site.rain_above_site_km(),
            })
            .collect();
        let coarse = |site: &SiteClimate| site.source == ClimateSource::Coarse;
        let all = || sites.iter().chain(&stations);
        let source = all().find(|site| coarse(site)).or_else(|| all().next()).map(|site| site.source);
        Self { source, rain_reach_km: rules.weather.rain_reach_m / 1e3, user, beams, gateways }
    }

    /// What a user link over a beam cell loses at the sine of an elevation, in rain of a rate in mm/h.
    #[must_use]
    pub fn user(&self, beam: BeamId, way: Way, rain_mm_h: f64, sine: f64) -> AirLoss {
        let (air, w) = (&self.beams[beam.index()], way as usize);
        let dry_db = slant(f64::from(air.dry_db[w]), sine);
        let now_db = match &air.exceeded {
            exceeded if rain_mm_h > 0.0 => {
                let moist_db = slant(f64::from(air.moist_db[w]), sine);
                let raining = self.rain_db(&self.user[w], f64::from(air.rain_above_km), rain_mm_h, sine);
                // rain that falls makes nothing better
                (moist_db + raining).max(exceeded.as_ref().map_or(0.0, |tables| tables[w].db(sine)))
            }
            Some(tables) => tables[w].db(sine),
            None => dry_db,
        };
        AirLoss { now_db, dry_db }
    }

    /// The same of a feeder link over a gateway, in one of its bands.
    #[must_use]
    pub fn feeder(&self, gateway: GatewayId, band: usize, way: Way, rain_mm_h: f64, sine: f64) -> AirLoss {
        let air = &self.gateways[gateway.index()];
        let link = &air.bands[band][way as usize];
        let dry_db = slant(link.dry_db, sine);
        let now_db = match &link.exceeded {
            exceeded if rain_mm_h > 0.0 => {
                let raining = self.rain_db(&link.band, air.rain_above_km, rain_mm_h, sine);
                (slant(link.moist_db, sine) + raining)
                    .max(exceeded.as_ref().map_or(0.0, |table| table.db(sine)))
            }
            Some(table) => table.db(sine),
            None => dry_db,
        };
        AirLoss { now_db, dry_db }
    }

    fn rain_db(&self, band: &Band, above_km: f64, rain_mm_h: f64, sine: f64) -> f64 {
        let falling = FallingRain::new(band.rain_coefficients(), rain_mm_h, above_km, self.rain_reach_km);
        falling.db(sine.clamp(LEAST_SINE, 1.0))
    }
}

/// What a function makes of each site, asked once for those that are equal: a coarse climate is the same along a parallel.
fn once_each(sites: &[SiteClimate], of_site: impl Fn(&SiteClimate) -> BeamAir + Sync) -> Vec<BeamAir> {
    let key = |at: u32| {
        let site = &sites[at as usize];
        [site.latitude_deg, site.altitude_km, site.temperature_k, site.rain_rate_001_mm_h].map(f64::to_bits)
    };
    let mut order: Vec<u32> = (0..sites.len() as u32).collect();
    order.par_sort_unstable_by_key(|at| (key(*at), *at));
    let equal = |a: &u32, b: &u32| sites[*a as usize] == sites[*b as usize];
    let groups: Vec<&[u32]> = order.chunk_by(equal).collect();
    let made: Vec<BeamAir> = groups.par_iter().map(|group| of_site(&sites[group[0] as usize])).collect();
    let mut by_site = vec![0; sites.len()];
    for (number, group) in groups.iter().enumerate() {
        group.iter().for_each(|at| by_site[*at as usize] = number);
    }
    by_site.into_iter().map(|number| made[number].clone()).collect()
}

fn band(carrier: &Carrier) -> Band {
    Band::new(carrier.frequency_hz, Polarisation::Circular)
}

fn aperture(diameter_m: f64) -> Aperture {
    Aperture { diameter_m, efficiency: 0.6 }
}

/// The air that it rains out of, without the rain: next to none falls.
fn moist(band: &Band, site: &SiteClimate) -> SitePath {
    SitePath::raining(band, site, 1e-12, 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::atmosphere::Exceedance;

    fn air(percent: Option<f64>) -> Air {
        let mut rules = Rules::default();
        rules.weather.exceedance = percent.and_then(Exceedance::of_percent);
        let place = Place::from_degrees(45.0, 9.0);
        Air::over(&rules, &[place], &[place], &|p| {
            SiteClimate::coarse(p.geodetic.latitude_rad.to_degrees(), 0.0)
        })
    }

    #[test]
    fn losses_are_those_of_the_recommendations_path() {
        let (dry, share) = (air(None), air(Some(0.1)));
        let rules = Rules::default();
        let site = SiteClimate::coarse(45.0, 0.0);
        for sine in [0.3, 0.5, 1.0] {
            for (way, carrier) in [(Way::Down, &rules.radio.down), (Way::Up, &rules.radio.up)] {
                let band = band(carrier);
                let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-4 * b.max(1.0), "{a} {b}");
                let clear = SitePath::dry(&band, &site).loss(sine).total_db();
                let loss = dry.user(BeamId(0), way, 0.0, sine);
                close(loss.now_db, clear);
                assert_eq!(loss.now_db, loss.dry_db);
                let wet = SitePath::raining(&band, &site, 30.0, 5.0).loss(sine).total_db();
                close(dry.user(BeamId(0), way, 30.0, sine).now_db, wet);
                let table =
                    SitePath::exceeded(&band, &site, aperture(0.5), Exceedance::of_percent(0.1).unwrap())
                        .table();
                close(share.user(BeamId(0), way, 0.0, sine).now_db, table.db(sine));
                close(share.user(BeamId(0), way, 0.0, sine).dry_db, clear);
            }
            let feeder = &rules.feeder.bands[0].up;
            let wet = SitePath::raining(&band(feeder), &site, 30.0, 5.0).loss(sine).total_db();
            let ours = dry.feeder(GatewayId(0), 0, Way::Up, 30.0, sine);
            assert!((ours.now_db - wet).abs() < 1e-9 && ours.dry_db < 3.0 && ours.now_db > 10.0, "{ours:?}");
        }
        assert_eq!(dry.source, Some(ClimateSource::Coarse));
    }
}
