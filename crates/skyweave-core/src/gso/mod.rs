//! How far a direction stands from the geostationary arc, as seen from a place on the ground.
//!
//! | name | symbol | unit | frame | source |
//! |---|---|---|---|---|
//! | [`GSO_RADIUS_M`] | R | m | | ITU-R S.1503-3, table of constants: 42,164.2 km |
//! | place | (p, 0, q) | m | Earth-fixed, turned so that the place has longitude 0 | |
//! | point of the arc | R (cos l, sin l, 0) | m | the same | |
//!
//! The separation from a direction `s` is the least angle over the points of the arc that stand above the horizon, so it is the
//! greatest cosine `N / sqrt(D)` with `N = R (s_x cos l + s_y sin l) - s.P` and `D = R^2 + |P|^2 - 2 R p cos l`. Newton's
//! method starts at the longitude where the direction pierces the sphere of radius R; the two ends of the arc are looked at too.
//! Turns are kept as sine and cosine, so that nothing here needs an elementary function and all of it runs on vectors. Whether a
//! direction keeps an angle is mostly decided without the search ([`GsoArc::keeps`]).

mod keeps;
mod lanes;

use crate::geodesy::{EcefPosition, Vec3};
use crate::ids::BeamId;
use crate::math::acos;
use crate::place::Place;
use crate::simd::{Kernel, Lanes, MOST_LANES, Path, Simd};
use crate::time::SlotNo;

pub use keeps::{Glance, Separation};
pub(crate) use lanes::{ArcLanes, SeparationLanes};

/// Radius of the geostationary orbit, m.
pub const GSO_RADIUS_M: f64 = 42_164_200.0;
/// How far from the arc satellites must stand, by territory and date.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct GsoRegimes {
    /// Regimes; the first is that of all beam cells that `of_beam` does not name.
    pub regimes: Vec<Vec<GsoStep>>,
    /// By beam cell: its regime. Empty where all have the first.
    pub of_beam: Vec<u16>,
}

/// From a slot on, satellites that serve must stand at least so far from the arc.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GsoStep {
    /// The first slot of it.
    pub from: SlotNo,
    /// Least separation, rad; zero is none.
    pub min_separation_rad: f64,
}

impl GsoRegimes {
    /// One least separation everywhere and always, rad.
    #[must_use]
    pub fn everywhere(min_separation_rad: f64) -> Self {
        let always = GsoStep { from: SlotNo(i64::MIN), min_separation_rad };
        Self { regimes: vec![vec![always]], of_beam: Vec::new() }
    }

    /// The least separation in a slot by regime, rad; zero before the first step.
    #[must_use]
    pub fn at(&self, slot: SlotNo) -> Vec<f64> {
        let in_force = |steps: &Vec<GsoStep>| {
            steps
                .iter()
                .take_while(|step| step.from <= slot)
                .last()
                .map_or(0.0, |step| step.min_separation_rad)
        };
        self.regimes.iter().map(in_force).collect()
    }

    /// The regime of a beam cell, if there is any.
    #[must_use]
    pub fn of(&self, beam: BeamId) -> Option<usize> {
        let regime = self.of_beam.get(beam.index()).copied().map_or(0, usize::from);
        (regime < self.regimes.len()).then_some(regime)
    }
}

/// Newton's steps: with these, 2,200 directions over eleven latitudes have the cosine of a search to 1e-9; with three, one does not.
const STEPS: usize = 4;
/// The longest step, as the tangent of half its angle: farther off, the curvature says nothing.
const LONGEST_STEP: f64 = 0.2;

/// The geostationary arc above the horizon of a place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GsoArc {
    position: EcefPosition,
    /// Cosine and sine of the longitude of the place.
    east: (f64, f64),
    /// Distance from the axis and height over the equatorial plane, m.
    p: f64,
    q: f64,
    /// Sine and cosine of how far beyond the equator the arc is seen at most.
    beyond: (f64, f64),
    /// Cosine and sine of half the length of the arc, in longitude.
    end: (f64, f64),
    /// Unit vectors to the eastern end, in the turned frame; the western one has y negative.
    end_direction: Vec3,
}

impl GsoArc {
    /// The arc as a place sees it; `None` beyond about 81 degrees of latitude, where it is below the horizon.
    #[must_use]
    pub fn seen_from(place: &Place) -> Option<Self> {
        let Vec3 { x, y, z: q } = place.ecef.0;
        let p = (x * x + y * y).sqrt();
        let east = if p > 0.0 { (x / p, y / p) } else { (1.0, 0.0) };
        // up.(point - place) >= 0  <=>  cos l >= (up_x p + up_z q) / (up_x R)
        let up_x = place.up.x * east.0 + place.up.y * east.1;
        let least = (up_x * p + place.up.z * q) / (up_x * GSO_RADIUS_M);
        if up_x <= 0.0 || least >= 1.0 {
            return None;
        }
        let end = (least, (1.0 - least * least).max(0.0).sqrt());
        let line = Vec3::new(GSO_RADIUS_M * end.0 - p, GSO_RADIUS_M * end.1, -q);
        let nearest = ((GSO_RADIUS_M - p) * (GSO_RADIUS_M - p) + q * q).sqrt();
        Some(Self {
            position: place.ecef,
            east,
            p,
            q,
            beyond: (q.abs() / nearest, (GSO_RADIUS_M - p) / nearest),
            end,
            end_direction: line * (1.0 / line.norm()),
        })
    }

    /// Where the place is.
    #[must_use]
    pub const fn position(&self) -> EcefPosition {
        self.position
    }

    /// Angle between a direction (a unit vector, Earth-fixed) and the nearest point of the arc, rad.
    #[must_use]
    pub fn separation_rad(&self, direction: Vec3) -> f64 {
        acos(self.separation_cosine(direction))
    }

    /// Angle between a satellite and the nearest point of the arc, rad.
    #[must_use]
    pub fn separation_of_rad(&self, satellite: EcefPosition) -> f64 {
        let line = satellite.0 - self.position.0;
        self.separation_rad(line * (1.0 / line.norm()))
    }

    /// Cosine of the separation of a direction (a unit vector, Earth-fixed).
    #[must_use]
    pub fn separation_cosine(&self, direction: Vec3) -> f64 {
        Path::Scalar.run(One { arc: self, direction })
    }

    /// Cosines of the separations of many directions, given as the components of unit vectors (Earth-fixed): the same bits as one
    /// by one, on vectors.
    ///
    /// As many are answered as the shortest of the slices holds.
    pub fn separation_cosines(&self, directions: [&[f64]; 3], cosines: &mut [f64]) {
        self.separation_cosines_on(Path::current(), directions, cosines);
    }

    fn separation_cosines_on(&self, path: Path, directions: [&[f64]; 3], cosines: &mut [f64]) {
        path.run(Many { arc: self, directions, cosines });
    }
}

/// The numbers of an arc in every lane; lengths in radii of the orbit.
pub(crate) struct SeparationsInLanes<V> {
    zero: V,
    one: V,
    half: V,
    east: [V; 2],
    p: V,
    q: V,
    /// `1 + |P|^2` and `1 - |P|^2`.
    sums: [V; 2],
    end: [V; 2],
    end_direction: [V; 3],
    longest: V,
    least: V,
}

impl<V: Lanes> SeparationsInLanes<V> {
    #[inline(always)]
    pub fn of<S: Simd<F64s = V>>(simd: S, arc: &GsoArc) -> Self {
        let (p, q) = (arc.p / GSO_RADIUS_M, arc.q / GSO_RADIUS_M);
        let squared = p * p + q * q;
        let Vec3 { x, y, z } = arc.end_direction;
        Self {
            zero: simd.splat(0.0),
            one: simd.splat(1.0),
            half: simd.splat(0.5),
            east: [simd.splat(arc.east.0), simd.splat(arc.east.1)],
            p: simd.splat(p),
            q: simd.splat(q),
            sums: [simd.splat(1.0 + squared), simd.splat(1.0 - squared)],
            end: [simd.splat(arc.end.0), simd.splat(arc.end.1)],
            end_direction: [simd.splat(x), simd.splat(y), simd.splat(z)],
            longest: simd.splat(LONGEST_STEP),
            least: simd.splat(1e-9),
        }
    }

    /// Cosines of the separations of directions.
    #[inline(always)]
    pub fn separation_cosines(&self, x: V, y: V, z: V) -> V {
        let Self { one, half, east: [ex, ey], p, q, sums: [a, rest], .. } = *self;
        let (sx, sy) = (x * ex + y * ey, y * ex - x * ey);
        let k = sx * p + z * q;

        // where the direction pierces the sphere
        let along = (k * k + rest).sqrt() - k;
        let (px, py) = (p + along * sx, along * sy);
        let r = (px * px + py * py).sqrt().max(self.least);
        let (mut c, mut s) = self.within(px / r, py / r);
        for _ in 0..STEPS {
            let level = sx * c + sy * s;
            let n = level - k;
            let n1 = sy * c - sx * s;
            let d = a - (p + p) * c;
            // the derivative of N / sqrt(D), times D^(3/2), and its own derivative
            let slope = n1 * d - n * p * s;
            let curvature = n1 * p * s - level * d - n * p * c;
            // uphill, whatever the curvature
            let t = half * slope / curvature.abs().max(self.least);
            let t = t.min(self.longest).max(-self.longest);
            let scale = one / (one + t * t);
            let (turn_c, turn_s) = ((one - t * t) * scale, (t + t) * scale);
            (c, s) = self.within(c * turn_c - s * turn_s, s * turn_c + c * turn_s);
        }
        let inner = (sx * c + sy * s - k) / (a - (p + p) * c).sqrt();
        let [end_x, end_y, end_z] = self.end_direction;
        let ends = sx * end_x + z * end_z + (sy * end_y).abs();
        inner.max(ends)
    }

    /// The nearest longitude of the arc, each as cosine and sine.
    #[inline(always)]
    fn within(&self, c: V, s: V) -> (V, V) {
        let [end_c, end_s] = self.end;
        let beyond = c.lt(end_c);
        let edge = V::select(s.lt(self.zero), -end_s, end_s);
        (V::select(beyond, end_c, c), V::select(beyond, edge, s))
    }
}

struct One<'a> {
    arc: &'a GsoArc,
    direction: Vec3,
}

impl Kernel for One<'_> {
    type Out = f64;

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> f64 {
        let Vec3 { x, y, z } = self.direction;
        let mut out = [0.0; MOST_LANES];
        let arc = SeparationsInLanes::of(simd, self.arc);
        arc.separation_cosines(simd.splat(x), simd.splat(y), simd.splat(z)).store(&mut out);
        out[0]
    }
}

struct Many<'a> {
    arc: &'a GsoArc,
    directions: [&'a [f64]; 3],
    cosines: &'a mut [f64],
}

impl Kernel for Many<'_> {
    type Out = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let arc = SeparationsInLanes::of(simd, self.arc);
        let [x, y, z] = self.directions;
        let count = self.cosines.len().min(x.len()).min(y.len()).min(z.len());
        let whole = count - count % S::LANES;
        for at in (0..whole).step_by(S::LANES) {
            arc.separation_cosines(simd.load(&x[at..]), simd.load(&y[at..]), simd.load(&z[at..]))
                .store(&mut self.cosines[at..]);
        }
        for at in whole..count {
            let mut out = [0.0; MOST_LANES];
            arc.separation_cosines(simd.splat(x[at]), simd.splat(y[at]), simd.splat(z[at])).store(&mut out);
            self.cosines[at] = out[0];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geodesy::{Ellipsoid, Geodetic};
    use crate::math::{cos, sin, sin_cos};
    use std::f64::consts::PI;

    /// The search halves its spacing so often that it misses less than rounding does.
    const COSINE_TOLERANCE: f64 = 1e-9;

    /// The greatest cosine over the arc, by looking at ever closer points around the best.
    fn search(place: &Place, direction: Vec3) -> f64 {
        let (mut best, mut at, mut half_width) = (-1.0_f64, 0.0, PI);
        while half_width > 1e-10 {
            let middle = at;
            for step in -500..=500 {
                let l = middle + half_width * f64::from(step) / 500.0;
                let line = Vec3::new(GSO_RADIUS_M * cos(l), GSO_RADIUS_M * sin(l), 0.0) - place.ecef.0;
                let cosine = line.dot(direction) / line.norm();
                if line.dot(place.up) >= 0.0 && cosine > best {
                    (best, at) = (cosine, l);
                }
            }
            half_width /= 100.0;
        }
        best
    }

    fn directions(place: &Place, count: usize) -> Vec<Vec3> {
        let north = Vec3::new(0.0, 0.0, 1.0) - place.up * place.up.z;
        let north = north * (1.0 / north.norm());
        let east = north.cross(place.up);
        (0..count)
            .map(|k| {
                let (sin_az, cos_az) = sin_cos(2.399_963 * k as f64);
                let up = (k as f64 + 0.5) / count as f64;
                let level = (1.0 - up * up).sqrt();
                place.up * up + (north * cos_az + east * sin_az) * level
            })
            .collect()
    }

    #[test]
    fn separations_are_those_of_a_search() {
        for latitude in [-81.0, -70.0, -51.5, -27.5, -3.0, 0.01, 12.0, 36.6, 51.0, 66.0, 80.5] {
            let place = Place::from_degrees(latitude, 153.0);
            let arc = GsoArc::seen_from(&place).unwrap();
            for direction in directions(&place, 200) {
                let (ours, found) = (arc.separation_cosine(direction), search(&place, direction));
                assert!(
                    (ours - found).abs() < COSINE_TOLERANCE,
                    "{latitude}: {direction:?}: {} against {} deg",
                    acos(ours).to_degrees(),
                    acos(found).to_degrees()
                );
            }
        }
    }

    #[test]
    fn a_point_of_the_arc_has_no_separation() {
        let place = Place::from_degrees(50.0, 8.0);
        let arc = GsoArc::seen_from(&place).unwrap();
        for longitude in [-40.0, 8.0, 19.2, 60.0] {
            let height_m = GSO_RADIUS_M - Ellipsoid::WGS84.semi_major_m;
            let point = Geodetic { height_m, ..Geodetic::from_degrees(0.0, longitude) };
            assert!(arc.separation_of_rad(point.to_ecef(Ellipsoid::WGS84)) < 2e-7);
        }
        // the elevation of the arc due south, tan e = (cos b - r/R) / sin b on the ellipsoid's place: 32.7 deg at 50 deg of latitude
        assert!(
            (arc.separation_rad(place.up).to_degrees() - 57.3).abs() < 0.1,
            "{}",
            arc.separation_rad(place.up).to_degrees()
        );
    }

    #[test]
    fn from_the_poles_the_arc_is_not_seen() {
        for latitude in [-90.0, -82.0, 81.5, 90.0] {
            assert_eq!(GsoArc::seen_from(&Place::from_degrees(latitude, 10.0)), None, "{latitude}");
        }
        assert!(GsoArc::seen_from(&Place::from_degrees(81.0, 10.0)).is_some());
        let on_the_equator = GsoArc::seen_from(&Place::from_degrees(0.0, 0.0)).unwrap();
        assert!(on_the_equator.separation_rad(Vec3::new(0.0, 0.0, 1.0)) - PI / 2.0 < 1e-12);
    }

    #[test]
    fn many_at_once_have_the_bits_of_one_on_every_path() {
        let place = Place::from_degrees(36.56, 136.65);
        let arc = GsoArc::seen_from(&place).unwrap();
        let directions = directions(&place, 37);
        let axis = |of: fn(&Vec3) -> f64| directions.iter().map(of).collect::<Vec<f64>>();
        let (x, y, z) = (axis(|v| v.x), axis(|v| v.y), axis(|v| v.z));
        for path in Path::available() {
            let mut cosines = vec![0.0; directions.len()];
            arc.separation_cosines_on(path, [&x, &y, &z], &mut cosines);
            for (cosine, direction) in cosines.iter().zip(&directions) {
                assert_eq!(cosine.to_bits(), arc.separation_cosine(*direction).to_bits());
            }
        }
    }

    #[test]
    #[ignore = "measures time"]
    fn how_long_many_take() {
        let place = Place::from_degrees(36.56, 136.65);
        let arc = GsoArc::seen_from(&place).unwrap();
        let directions = directions(&place, 4_096);
        let axis = |of: fn(&Vec3) -> f64| directions.iter().map(of).collect::<Vec<f64>>();
        let (x, y, z) = (axis(|v| v.x), axis(|v| v.y), axis(|v| v.z));
        let mut cosines = vec![0.0; directions.len()];
        for path in Path::available() {
            let mut least = f64::INFINITY;
            for _ in 0..200 {
                let start = std::time::Instant::now();
                arc.separation_cosines_on(path, [&x, &y, &z], &mut cosines);
                least = least.min(start.elapsed().as_secs_f64());
            }
            println!("gso: {}: {:.1} ns a direction", path.name(), least * 1e9 / directions.len() as f64);
        }
    }
}
