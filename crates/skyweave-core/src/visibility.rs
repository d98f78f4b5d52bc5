//! Stage: which satellites each cell and each gateway can see.
//!
//! Satellites are sorted into bins of latitude and longitude; a place looks only at bins within the largest central
//! angle at which a satellite can stand above its horizon mask, and tests each satellite there exactly.

use crate::geodesy::{EcefPosition, Vec3};
use crate::ids::SatId;
use crate::math::{acos, asin, atan2, cos, sin};
use crate::orbit::Sky;
use crate::world::{Place, World};
use rayon::prelude::*;
use std::f64::consts::{FRAC_PI_2, PI, TAU};

/// Height of a latitude band, rad: about the footprint of a satellite, so that few bins are looked at in vain.
const BAND_RAD: f64 = 4.0 * PI / 180.0;
/// Places handled by one task.
const CHUNK: usize = 256;

/// A satellite as seen from a place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct View {
    /// The satellite.
    pub satellite: SatId,
    /// Sine of its elevation.
    pub elevation_sine: f64,
    /// Distance to it, m.
    pub range_m: f64,
}

/// The views of many places: those of place `i` are `of(i)`, by satellite id.
#[derive(Debug, Clone, Default)]
pub struct Sightings {
    starts: Vec<usize>,
    views: Vec<View>,
}

impl Sightings {
    /// The views of one place.
    #[must_use]
    pub fn of(&self, place: usize) -> &[View] {
        &self.views[self.range(place)]
    }

    /// Where the views of one place stand in `all`.
    #[must_use]
    pub fn range(&self, place: usize) -> std::ops::Range<usize> {
        self.starts[place]..self.starts[place + 1]
    }

    /// All views, place by place.
    #[must_use]
    pub fn all(&self) -> &[View] {
        &self.views
    }

    /// How many places there are.
    #[must_use]
    pub fn places(&self) -> usize {
        self.starts.len() - 1
    }
}

/// What everybody on the ground sees.
#[derive(Debug, Clone)]
pub struct Views {
    /// By cell, for the terminals' lowest elevation. Satellites that are not present are not seen.
    pub cells: Sightings,
    /// By gateway, for the gateway's own lowest elevation.
    pub gateways: Sightings,
}

/// Finds all views of a slot.
#[must_use]
pub fn find(world: &World, sky: &Sky) -> Views {
    let index = SkyIndex::new(sky);
    let min_elevation = world.rules.radio.min_elevation_rad;
    Views {
        cells: index.sightings(world.cells.len(), |i| (world.cells[i].place, min_elevation)),
        gateways: index.sightings(world.gateways.len(), |i| {
            let gateway = &world.gateways[i];
            (gateway.place, gateway.min_elevation_rad)
        }),
    }
}

/// Satellites in bins of latitude and longitude.
pub struct SkyIndex {
    bands: Vec<Band>,
    positions: Vec<EcefPosition>,
    ids: Vec<SatId>,
    greatest_radius_m: f64,
}

/// A band of latitude: bins of about equal width, and where each one's satellites start.
struct Band {
    bins: usize,
    starts: Vec<usize>,
}

impl SkyIndex {
    /// Sorts the present satellites of a sky.
    #[must_use]
    pub fn new(sky: &Sky) -> Self {
        let band_count = (PI / BAND_RAD).ceil() as usize;
        let bins_of: Vec<usize> = (0..band_count)
            .map(|band| {
                let middle = (band as f64 + 0.5) * BAND_RAD - FRAC_PI_2;
                ((TAU * cos(middle) / BAND_RAD) as usize).max(1)
            })
            .collect();
        let mut keyed: Vec<(usize, usize, u32)> = Vec::with_capacity(sky.position.len());
        let mut greatest_radius_m = 0.0_f64;
        for (id, position) in sky.position.iter().enumerate().filter(|(id, _)| sky.present[*id]) {
            let radius = position.0.norm();
            greatest_radius_m = greatest_radius_m.max(radius);
            let latitude = asin(position.0.z / radius);
            let band = band_of(latitude, band_count);
            keyed.push((band, bin_of(atan2(position.0.y, position.0.x), bins_of[band]), id as u32));
        }
        keyed.sort_unstable();
        let mut bands = Vec::with_capacity(band_count);
        let mut at = 0;
        for (band, &bins) in bins_of.iter().enumerate() {
            let mut starts = Vec::with_capacity(bins + 1);
            for bin in 0..bins {
                starts.push(at);
                while at < keyed.len() && (keyed[at].0, keyed[at].1) == (band, bin) {
                    at += 1;
                }
            }
            starts.push(at);
            bands.push(Band { bins, starts });
        }
        Self {
            bands,
            positions: keyed.iter().map(|k| sky.position[k.2 as usize]).collect(),
            ids: keyed.iter().map(|k| SatId(k.2)).collect(),
            greatest_radius_m,
        }
    }

    /// The views of `count` places, each given with its lowest elevation in rad.
    #[must_use]
    pub fn sightings(&self, count: usize, place: impl Fn(usize) -> (Place, f64) + Sync) -> Sightings {
        let chunks: Vec<(Vec<usize>, Vec<View>)> = (0..count.div_ceil(CHUNK))
            .into_par_iter()
            .map(|chunk| {
                let (mut counts, mut views) = (Vec::with_capacity(CHUNK), Vec::new());
                for i in chunk * CHUNK..count.min((chunk + 1) * CHUNK) {
                    let before = views.len();
                    let (place, min_elevation_rad) = place(i);
                    self.views_from(place, min_elevation_rad, &mut views);
                    views[before..].sort_unstable_by_key(|view| view.satellite);
                    counts.push(views.len() - before);
                }
                (counts, views)
            })
            .collect();
        let mut sightings = Sightings { starts: Vec::with_capacity(count + 1), views: Vec::new() };
        sightings.starts.push(0);
        sightings.views.reserve(chunks.iter().map(|(_, views)| views.len()).sum());
        let mut end = 0;
        for (counts, views) in chunks {
            for seen in counts {
                end += seen;
                sightings.starts.push(end);
            }
            sightings.views.extend(views);
        }
        sightings
    }

    /// Appends the satellites above a lowest elevation, in no particular order.
    fn views_from(&self, place: Place, min_elevation_rad: f64, views: &mut Vec<View>) {
        if self.ids.is_empty() {
            return;
        }
        let min_sine = sin(min_elevation_rad);
        let radius = place.ecef.0.norm();
        // A satellite at radius r stands at elevation e when the central angle is acos(R cos e / r) - e. The vertical
        // of the ellipsoid is up to 0.2 degrees off the geocentric one: a margin of 0.3 degrees covers it.
        let ratio = (radius * cos(min_elevation_rad) / self.greatest_radius_m).clamp(-1.0, 1.0);
        let reach = (acos(ratio) - min_elevation_rad + 0.3_f64.to_radians()).clamp(0.0, PI);
        let latitude = asin(place.ecef.0.z / radius);
        let longitude = atan2(place.ecef.0.y, place.ecef.0.x);
        let first = band_of(latitude - reach, self.bands.len());
        let last = band_of(latitude + reach, self.bands.len());
        let over_a_pole = latitude.abs() + reach >= FRAC_PI_2;
        let half_width = if over_a_pole { PI } else { asin(sin(reach) / cos(latitude)) };
        for band in &self.bands[first..=last] {
            let Some((from, count)) = bins_within(longitude, half_width, band.bins) else { continue };
            // bins run around the band: the range is one or two runs of satellites
            let end = from + count;
            self.test(place, min_sine, band.starts[from]..band.starts[end.min(band.bins)], views);
            if end > band.bins {
                self.test(place, min_sine, band.starts[0]..band.starts[end - band.bins], views);
            }
        }
    }

    fn test(&self, place: Place, min_sine: f64, range: std::ops::Range<usize>, views: &mut Vec<View>) {
        for (position, id) in self.positions[range.clone()].iter().zip(&self.ids[range]) {
            let line: Vec3 = position.0 - place.ecef.0;
            let height = line.dot(place.up);
            let range_m = line.norm();
            if height >= min_sine * range_m {
                views.push(View { satellite: *id, elevation_sine: height / range_m, range_m });
            }
        }
    }
}

fn band_of(latitude: f64, bands: usize) -> usize {
    (((latitude + FRAC_PI_2) / BAND_RAD).max(0.0) as usize).min(bands - 1)
}

fn bin_of(longitude: f64, bins: usize) -> usize {
    (((longitude + PI) / TAU * bins as f64) as usize).min(bins - 1)
}

/// First bin and number of bins that a range of longitudes touches.
fn bins_within(longitude: f64, half_width: f64, bins: usize) -> Option<(usize, usize)> {
    let width = bins as f64 / TAU;
    let from = ((longitude - half_width + PI) * width).floor() as i64;
    let to = ((longitude + half_width + PI) * width).floor() as i64;
    let count = ((to - from + 1).max(1) as usize).min(bins);
    (bins > 0).then(|| (from.rem_euclid(bins as i64) as usize, count))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geodesy::{Ellipsoid, Geodetic, elevation_sine_and_range};
    use proptest::prelude::*;

    fn sky(places: &[(f64, f64, f64)]) -> Sky {
        let position: Vec<EcefPosition> = places
            .iter()
            .map(|&(lat, lon, height_m)| {
                Geodetic { height_m, ..Geodetic::from_degrees(lat, lon) }.to_ecef(Ellipsoid::WGS84)
            })
            .collect();
        Sky {
            present: vec![true; position.len()],
            velocity_m_s: vec![Vec3::default(); position.len()],
            position,
            without_orbit: 0,
        }
    }

    proptest! {
        #[test]
        fn bins_find_what_brute_force_finds(
            satellites in prop::collection::vec((-90.0..90.0, -180.0..180.0, 300e3..1_500e3), 1..400),
            places in prop::collection::vec((-90.0..=90.0, -180.0..=180.0, 0.0..60.0_f64), 1..20),
        ) {
            let sky = sky(&satellites);
            let places: Vec<(Place, f64)> =
                places.iter().map(|&(lat, lon, e)| (Place::from_degrees(lat, lon), e.to_radians())).collect();
            let found = SkyIndex::new(&sky).sightings(places.len(), |i| places[i]);
            for (i, (place, min_elevation)) in places.iter().enumerate() {
                let expected: Vec<SatId> = sky.position.iter().enumerate()
                    .filter(|(_, p)| elevation_sine_and_range(place.ecef, place.up, **p).0 >= sin(*min_elevation))
                    .map(|(id, _)| SatId::at(id)).collect();
                let seen: Vec<SatId> = found.of(i).iter().map(|v| v.satellite).collect();
                prop_assert_eq!(seen, expected);
            }
        }
    }

    #[test]
    fn a_missing_satellite_is_seen_by_nobody() {
        let mut sky = sky(&[(0.0, 0.0, 550e3), (0.5, 0.5, 550e3)]);
        sky.present[0] = false;
        let found = SkyIndex::new(&sky).sightings(1, |_| (Place::from_degrees(0.0, 0.0), 0.4));
        assert_eq!(found.of(0).iter().map(|v| v.satellite).collect::<Vec<_>>(), vec![SatId(1)]);
    }
}
