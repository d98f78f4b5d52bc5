//! The bounds of [`GsoArc::keeps`](super::GsoArc::keeps) for a satellite in every lane.

use super::keeps::{STEEPEST, Separation};
use super::{GSO_RADIUS_M, GsoArc};
use crate::simd::{Lanes, Mask, Simd};

/// The numbers of an arc in every lane; lengths in radii of the orbit.
pub(crate) struct ArcLanes<V> {
    zero: V,
    one: V,
    east: [V; 2],
    p: V,
    q: V,
    /// `|P|^2`, `1 - |P|^2` and `1 + |P|^2`.
    sums: [V; 3],
    end: V,
    /// Coefficients of the arc sine.
    series: [V; 2],
    steepest: V,
}

/// The numbers of an angle to be kept in every lane.
pub(crate) struct SeparationLanes<V> {
    sine: V,
    cosine_less_one: V,
    kept_rad: V,
    lost_cosine: V,
}

/// Where lines of sight pierce the sphere of the orbit.
pub(crate) struct Pierced<V: Lanes> {
    k: V,
    here: V,
    latitude: V,
    /// Cosine to the point of the arc at the same longitude, times the distance of that point; and that distance.
    cosine: V,
    distance: V,
    /// Not below the geocentric horizon.
    is_up: V::Mask,
    /// That point is above the horizon.
    is_visible: V::Mask,
}

impl<V: Lanes> SeparationLanes<V> {
    #[inline(always)]
    pub fn of<S: Simd<F64s = V>>(simd: S, separation: &Separation) -> Self {
        Self {
            sine: simd.splat(separation.sine),
            cosine_less_one: simd.splat(separation.cosine_less_one),
            kept_rad: simd.splat(separation.kept_rad),
            lost_cosine: simd.splat(separation.lost_cosine),
        }
    }
}

impl<V: Lanes> ArcLanes<V> {
    #[inline(always)]
    pub fn of<S: Simd<F64s = V>>(simd: S, arc: &GsoArc) -> Self {
        let (p, q) = (arc.p * (1.0 / GSO_RADIUS_M), arc.q * (1.0 / GSO_RADIUS_M));
        let squared = p * p + q * q;
        Self {
            zero: simd.splat(0.0),
            one: simd.splat(1.0),
            east: [simd.splat(arc.east.0), simd.splat(arc.east.1)],
            p: simd.splat(p),
            q: simd.splat(q),
            sums: [simd.splat(squared), simd.splat(1.0 - squared), simd.splat(1.0 + squared)],
            end: simd.splat(arc.end.0),
            series: [simd.splat(1.0 / 6.0), simd.splat(3.0 / 40.0)],
            steepest: simd.splat(STEEPEST),
        }
    }

    /// Follows lines of sight, given with the squares of their lengths, from the place out to the sphere of the orbit.
    #[inline(always)]
    pub fn pierce(&self, line: [V; 3], squared: V) -> Pierced<V> {
        let Self { one, p, q, sums: [place, rest, sum], .. } = *self;
        let scale = one / squared.sqrt();
        let [x, y, z] = [line[0] * scale, line[1] * scale, line[2] * scale];
        let [ex, ey] = self.east;
        let (sx, sy) = (x * ex + y * ey, y * ex - x * ey);
        let k = sx * p + z * q;

        let along = (k * k + rest).sqrt() - k;
        let sine = (q + along * z).abs();
        let sine_squared = sine * sine;
        let [third, fifth] = self.series;
        let (px, py) = (p + along * sx, along * sy);
        let level = (px * px + py * py).sqrt();
        let c = px / level;
        Pierced {
            k,
            here: (place - k * k).max(self.zero).sqrt(),
            latitude: sine + sine * sine_squared * (third + sine_squared * fifth),
            cosine: (sx * px + sy * py) / level - k,
            distance: (sum - (p + p) * c).sqrt(),
            is_up: self.zero.le(k),
            is_visible: self.end.le(c),
        }
    }

    /// A bit a lane: where the angle is kept for certain, and where for certain it is not. In between the exact separation decides.
    #[inline(always)]
    pub fn certain(&self, pierced: &Pierced<V>, least: &SeparationLanes<V>) -> [u32; 2] {
        let difference = pierced.here * least.cosine_less_one + pierced.k * least.sine;
        let farthest = pierced.latitude + difference.min(difference * self.steepest);
        let kept = pierced.is_up.and(least.kept_rad.le(farthest)).bits();
        let near = pierced.is_visible.and((least.lost_cosine * pierced.distance).lt(pierced.cosine));
        [kept, pierced.is_up.and(near).bits() & !kept]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geodesy::EcefPosition;
    use crate::place::Place;
    use crate::simd::{Kernel, MOST_LANES, Path};

    /// Bits of satellites that keep an angle, and of those that do not.
    struct Certain<'a> {
        arc: &'a GsoArc,
        least: &'a Separation,
        lines: [&'a [f64; MOST_LANES]; 3],
    }

    impl Kernel for Certain<'_> {
        type Out = [u32; 2];

        #[inline(always)]
        fn run<S: Simd>(self, simd: S) -> [u32; 2] {
            let (arc, least) = (ArcLanes::of(simd, self.arc), SeparationLanes::of(simd, self.least));
            let mut all = [0; 2];
            for lane in (0..MOST_LANES).step_by(S::LANES) {
                let [x, y, z] = self.lines.map(|axis| simd.load(&axis[lane..]));
                let [kept, lost] = arc.certain(&arc.pierce([x, y, z], x * x + y * y + z * z), &least);
                all[0] |= kept << lane;
                all[1] |= lost << lane;
            }
            all
        }
    }

    #[test]
    fn what_is_certain_is_what_the_exact_decision_says_and_most_is() {
        let (mut asked, mut decided) = (0, 0);
        for latitude_deg in [-80.0, -43.0, -12.0, 0.0, 0.5, 27.0, 51.5, 66.0] {
            let place = Place::from_degrees(latitude_deg, 100.0);
            let arc = GsoArc::seen_from(&place).unwrap();
            for turn in 0..400 {
                // a spiral around the place, 550 km up, some of it below the horizon
                let satellite = |lane: usize| {
                    let at = f64::from(turn) * 8.0 + lane as f64;
                    let (far, around) = (0.009 * at, 2.399_963 * at);
                    let latitude_deg = (latitude_deg + far * around.cos()).clamp(-90.0, 90.0);
                    Place::from_degrees(latitude_deg, 100.0 + far * around.sin()).ecef.0 * 1.086
                        - place.ecef.0
                };
                let lines: [_; MOST_LANES] = std::array::from_fn(satellite);
                let (x, y, z) = (lines.map(|l| l.x), lines.map(|l| l.y), lines.map(|l| l.z));
                for angle_deg in [0.0, 4.0, 18.0, 22.0, 95.0] {
                    let least = Separation::new(f64::to_radians(angle_deg));
                    let on = |path: Path| path.run(Certain { arc: &arc, least: &least, lines: [&x, &y, &z] });
                    let [kept, lost] = on(Path::Scalar);
                    for (lane, line) in lines.iter().enumerate() {
                        let exactly = arc.keeps_satellite(EcefPosition(place.ecef.0 + *line), &least);
                        assert!(exactly || kept >> lane & 1 == 0, "{latitude_deg} {angle_deg} {line:?}");
                        assert!(!exactly || lost >> lane & 1 == 0, "{latitude_deg} {angle_deg} {line:?}");
                    }
                    if angle_deg > 10.0 && angle_deg < 90.0 {
                        asked += 8;
                        decided += (kept | lost).count_ones();
                    }
                    assert!(crate::golden::paths().into_iter().all(|path| on(path) == [kept, lost]));
                }
            }
        }
        assert!(f64::from(decided) > 0.8 * f64::from(asked), "{decided} of {asked}");
    }
}
