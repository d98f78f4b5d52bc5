//! Stage: which satellites stand above whose horizon mask.
//!
//! A satellite at `s` is seen from a place at `t` with the vertical `u` when `h = u.(s - t)` is positive and
//! `h^2 / |s - t|^2` is at least the squared sine of the lowest elevation. Nothing is approximated: what follows only spares
//! tests. Satellites are sorted anew each slot into bins of latitude and longitude ([`SkyIndex`]); a place looks at bins that
//! its horizon reaches. Neighbouring places share the search: those within reach of a whole neighbourhood are picked out
//! first, by one dot product each, `c.s >= |s| cos(theta)`.
//!
//! The views of cells are looked at in passing and never kept: 200,000 cells have some ten million of them in every slot.

mod index;
mod neighbourhood;

use crate::geodesy::{EcefPosition, Vec3};
use crate::ids::SatId;
use crate::math::sin;
use crate::orbit::Sky;
use crate::simd::{Lanes, MOST_LANES, Mask, Path, Simd};
use crate::world::{Place, World};
use rayon::prelude::*;
use std::ops::Range;

pub use index::SkyIndex;
use index::tile;
pub(crate) use neighbourhood::{Eye, Neighbourhood, Watcher};

/// Places handled by one task.
const CHUNK: usize = 512;

/// A place that looks at the sky, and how low it can look.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lookout {
    /// Where it is, Earth-fixed.
    pub position: EcefPosition,
    /// The vertical there.
    pub up: Vec3,
    /// Squared sine of the lowest elevation; elevations are not negative.
    pub min_sine_squared: f64,
}

impl Lookout {
    /// A place with its lowest elevation, rad.
    #[must_use]
    pub fn new(place: &Place, min_elevation_rad: f64) -> Self {
        let sine = sin(min_elevation_rad.max(0.0));
        Self { position: place.ecef, up: place.up, min_sine_squared: sine * sine }
    }

    /// The squared sine of a satellite's elevation, if it is seen from here: what the kernels compute, for one.
    #[must_use]
    pub fn sine_squared(&self, satellite: EcefPosition) -> Option<f64> {
        let (line, up) = (satellite.0 - self.position.0, self.up);
        let height = up.x.mul_add(line.x, up.y.mul_add(line.y, up.z * line.z));
        let square = line.x.mul_add(line.x, line.y.mul_add(line.y, line.z * line.z));
        let signed = height * height.abs();
        (height > 0.0 && self.min_sine_squared * square <= signed).then(|| signed / square)
    }
}

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

impl View {
    /// The view of a satellite from a place, whether or not it is above the horizon.
    #[must_use]
    pub fn of(place: &Place, satellite: SatId, sky: &Sky) -> Self {
        let line = sky.position[satellite.index()].0 - place.ecef.0;
        let range_m = line.norm();
        Self { satellite, elevation_sine: line.dot(place.up) / range_m, range_m }
    }
}

/// Who is seen by many places: those of place `i` are `of(i)`, in no order that means anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sightings {
    /// By place: in which chunk, and where there, its satellites are.
    rows: Vec<(u32, Range<u32>)>,
    chunks: Vec<Vec<SatId>>,
}

impl Sightings {
    /// The satellites that one place sees.
    #[must_use]
    pub fn of(&self, place: usize) -> &[SatId] {
        let (chunk, range) = &self.rows[place];
        &self.chunks[*chunk as usize][range.start as usize..range.end as usize]
    }

    /// How many pairs of place and satellite there are.
    #[must_use]
    pub fn pairs(&self) -> usize {
        self.chunks.iter().map(Vec::len).sum()
    }
}

/// The sky as the ground sees it.
#[derive(Debug, Clone)]
pub struct Views {
    /// All satellites that are present.
    pub index: SkyIndex,
    /// By gateway, for the gateway's own lowest elevation.
    pub gateways: Sightings,
}

/// Sorts the sky of a slot and finds who sees whom from the gateways.
#[must_use]
pub fn find(world: &World, sky: &Sky) -> Views {
    let index = SkyIndex::new(sky, &sky.present);
    let lookouts: Vec<Lookout> =
        world.gateways.iter().map(|g| Lookout::new(&g.place, g.min_elevation_rad)).collect();
    let gateways = index.sightings(&lookouts);
    Views { index, gateways }
}

impl SkyIndex {
    /// Who is seen by each of some places, in whatever order they are given.
    #[must_use]
    pub fn sightings(&self, places: &[Lookout]) -> Sightings {
        self.sightings_on(Path::current(), places)
    }

    /// The same on a path of one's choice; the answers are the same on all.
    #[must_use]
    pub fn sightings_on(&self, path: Path, places: &[Lookout]) -> Sightings {
        // places that are near each other share the search
        let mut order: Vec<(u32, u32)> =
            places.par_iter().enumerate().map(|(i, place)| (tile(place), i as u32)).collect();
        order.par_sort_unstable();
        let lists: Vec<List> = order
            .par_chunks(CHUNK)
            .map(|order| {
                let lookouts: Vec<Lookout> = order.iter().map(|(_, i)| places[*i as usize]).collect();
                let mut list = List::default();
                self.watch(path, 0, &lookouts, &mut list);
                list
            })
            .collect();
        let mut rows = vec![(0, 0..0); places.len()];
        let mut chunks = Vec::with_capacity(lists.len());
        for ((number, order), list) in (0..).zip(order.chunks(CHUNK)).zip(lists) {
            let mut start = 0;
            for ((_, place), end) in order.iter().zip(list.ends) {
                rows[*place as usize] = (number, start..end);
                start = end;
            }
            chunks.push(list.satellites);
        }
        Sightings { rows, chunks }
    }

    /// The satellites that one place sees, in the order of the index.
    #[must_use]
    pub fn seen_from(&self, place: Lookout) -> Vec<SatId> {
        let mut list = List::default();
        self.watch(Path::current(), 0, &[place], &mut list);
        list.satellites
    }
}

/// Writes down who is seen, and where the satellites of each place end.
#[derive(Default)]
struct List {
    ends: Vec<u32>,
    satellites: Vec<SatId>,
}

impl Watcher for List {
    #[inline(always)]
    fn look<S: Simd>(&mut self, simd: S, _: usize, lookout: &Lookout, sky: &Neighbourhood) {
        let (eye, least) = (Eye::of(simd, lookout), simd.splat(lookout.min_sine_squared));
        let zero = simd.splat(0.0);
        let before = self.satellites.len();
        self.satellites.resize(before + sky.count() + MOST_LANES, SatId(0));
        let mut seen = before;
        for block in sky.blocks() {
            for lane in (0..MOST_LANES).step_by(S::LANES) {
                let (height, range) = eye.squares(eye.lines(simd, block, lane));
                let bits = zero.lt(height).and((least * range).le(height)).bits();
                let room = &mut self.satellites[seen..seen + S::LANES];
                let mut count = 0;
                for k in 0..S::LANES {
                    room[count.min(k)] = block.ids[lane + k];
                    count += (bits >> k & 1) as usize;
                }
                seen += count;
            }
        }
        self.satellites.truncate(seen);
        self.ends.push(seen as u32);
    }
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

    fn seen_by_brute_force(sky: &Sky, place: &Place, min_elevation_rad: f64) -> Vec<SatId> {
        let above =
            |p: &EcefPosition| elevation_sine_and_range(place.ecef, place.up, *p).0 >= sin(min_elevation_rad);
        (0..sky.position.len()).filter(|&s| above(&sky.position[s])).map(SatId::at).collect()
    }

    proptest! {
        #[test]
        fn bins_find_what_brute_force_finds_on_every_path(
            satellites in prop::collection::vec((-90.0..=90.0, -180.0..=180.0, 300e3..1_500e3), 0..600),
            places in prop::collection::vec((-90.0..=90.0, -180.0..=180.0, 0.001..60.0_f64, -400.0..8_000.0), 1..20),
            near in 0.0..2.0_f64,
        ) {
            let sky = sky(&satellites);
            // each place with some neighbours, so that searches are shared
            let places: Vec<(Place, f64)> = places.iter().flat_map(|&(lat, lon, e, height_m)| (0..7).map(move |k| {
                let lat: f64 = lat + near * f64::from(k % 3);
                let (lat, lon) = (lat.min(90.0), lon + near * f64::from(k / 3));
                (Place::new(Geodetic { height_m, ..Geodetic::from_degrees(lat, lon) }), e.to_radians())
            })).collect();
            let index = SkyIndex::new(&sky, &sky.present);
            for path in crate::golden::paths() {
                let lookouts: Vec<Lookout> = places.iter().map(|(place, e)| Lookout::new(place, *e)).collect();
                let found = index.sightings_on(path, &lookouts);
                for (i, (place, min_elevation)) in places.iter().enumerate() {
                    let mut seen = found.of(i).to_vec();
                    seen.sort_unstable();
                    prop_assert_eq!(seen, seen_by_brute_force(&sky, place, *min_elevation));
                }
            }
        }
    }

    #[test]
    fn the_same_views_in_the_same_order_on_every_path() {
        let satellites: Vec<(f64, f64, f64)> =
            (0..3_000).map(|k| (f64::from(k % 107) - 53.0, f64::from(k * 7 % 360) - 180.0, 550e3)).collect();
        let sky = sky(&satellites);
        let index = SkyIndex::new(&sky, &sky.present);
        let place = |i: u32| Place::from_degrees(f64::from(i) / 40.0 - 50.0, f64::from(i) / 25.0);
        let places: Vec<Lookout> = (0..2_000).map(|i| Lookout::new(&place(i), 0.4)).collect();
        let all = |path| index.sightings_on(path, &places);
        let expected = all(Path::Scalar);
        assert!(expected.pairs() > 10_000);
        for path in crate::golden::paths() {
            assert_eq!(all(path), expected, "{}", path.name());
        }
    }

    /// Counts satellites that stand higher than the bound of their block says, and blocks that stop somebody who wants the higher half.
    #[derive(Default)]
    struct Bounds {
        looked: usize,
        higher: usize,
        useful: usize,
    }

    impl Watcher for Bounds {
        fn look<S: Simd>(&mut self, _: S, _: usize, lookout: &Lookout, sky: &Neighbourhood) {
            assert!(sky.bounds().len() == sky.blocks().len() && sky.bounds().is_sorted_by(|a, b| a >= b));
            for at in 0..sky.count() {
                let (block, bound) = (&sky.blocks()[at / MOST_LANES], sky.bounds()[at / MOST_LANES]);
                let line = block.position(at % MOST_LANES).0 - lookout.position.0;
                let height = line.dot(lookout.up);
                self.looked += 1;
                self.higher += usize::from(height * height.abs() / line.dot(line) > bound);
                self.useful += usize::from(bound < 0.5);
            }
        }
    }

    #[test]
    fn nobody_stands_higher_than_the_bound_of_a_block() {
        let satellites: Vec<(f64, f64, f64)> = (0..6_000)
            .map(|k| {
                (f64::from(k % 179) - 89.0, f64::from(k * 7 % 360) - 180.0, 300e3 + 400.0 * f64::from(k))
            })
            .collect();
        let sky = sky(&satellites);
        let index = SkyIndex::new(&sky, &sky.present);
        // from pole to pole, near each other and up to a degree and a half apart, on hills and below the sea
        for (step_deg, e) in [(1e-9, 0.1), (0.01, 0.4), (0.04, 0.0), (0.05, 0.3)] {
            let places: Vec<Lookout> = (0..1_800)
                .map(|k| {
                    let (group, k) = (k / 30, f64::from(k % 30));
                    let latitude_deg = (3.0 * f64::from(group) - 89.0 + step_deg * k).clamp(-90.0, 90.0);
                    let at = Geodetic::from_degrees(
                        latitude_deg,
                        11.0 * f64::from(group) + step_deg * k * k / 30.0,
                    );
                    Lookout::new(&Place::new(Geodetic { height_m: 250.0 * k - 400.0, ..at }), e)
                })
                .collect();
            let mut bounds = Bounds::default();
            index.watch(Path::Scalar, 0, &places, &mut bounds);
            assert_eq!(bounds.higher, 0, "{step_deg}");
            assert!(bounds.useful * 4 > bounds.looked, "{step_deg}: {} of {}", bounds.useful, bounds.looked);
        }
    }

    #[test]
    fn a_missing_satellite_is_seen_by_nobody() {
        let sky = sky(&[(0.0, 0.0, 550e3), (0.5, 0.5, 550e3)]);
        let index = SkyIndex::new(&sky, &[false, true]);
        let found = index.sightings(&[Lookout::new(&Place::from_degrees(0.0, 0.0), 0.4)]);
        assert_eq!(found.of(0), [SatId(1)]);
        assert_eq!(found.pairs(), 1);
    }
}
