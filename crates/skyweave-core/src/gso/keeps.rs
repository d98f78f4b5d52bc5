//! Whether a direction keeps an angle from the visible geostationary arc, mostly without searching for the nearest point of it.
//!
//! | name | symbol | unit | meaning |
//! |---|---|---|---|
//! | [`Separation`] | a | rad | the angle to be kept |
//! | | r | radii of the orbit | how far the place is from the centre; on the ground 0.151 |
//! | | zeta | rad | angle between the direction and the line from the centre through the place |
//! | `k` | r cos zeta | radii of the orbit | |
//! | `here` | r sin zeta | radii of the orbit | |
//! | `latitude` | delta | rad | latitude of where the direction pierces the sphere of the orbit, or a little less |
//!
//! **It keeps the angle for certain.** Let the line of sight turn by a small angle. The point that it pierces moves, seen from the
//! centre, at most 1 - d asin(r sin zeta) / d zeta times as far: that much if it turns straight up or down, less if it turns
//! sideways, and the more the lower it looks. So of all turns by `a`, the one straight down moves the point farthest, and as the
//! point seen at zenith distance zeta is zeta - asin(r sin zeta) away from the place's own vertical, that is by
//!
//! `F(a) = a - asin(r sin(zeta + a)) + asin(r sin zeta)`.
//!
//! Every point of the arc is at least delta away on the sphere. Where delta >= F(a), none of them is nearer than `a`.
//!
//! **It fails for certain** if the point of the arc at the longitude where the direction pierces the sphere is visible and nearer
//! than `a`: the nearest point is no farther.
//!
//! **It keeps the angle for certain, at a glance.** The arc lies in the plane of the equator, and is seen with the declinations
//! from -b to 0 from the north, where sin b is the place's height over that plane to the distance of the arc's nearest point; from
//! the south the other way round. An angle between directions is no less than the difference of their declinations: so a
//! satellite that stands at a or more on the pole's side of the equator, or at a + b or more on the other, keeps the angle.
//!
//! In between, and below the geocentric horizon, the exact separation decides. Margins keep the answers as if it always did.

use super::{GSO_RADIUS_M, GsoArc};
use crate::geodesy::{EcefPosition, Vec3};
use crate::math::sin_cos;
use std::f64::consts::{FRAC_PI_2, PI};

/// No less than the slope of the arc sine, 1 / sqrt(1 - r^2), up to r = 0.16: 370 km over the ground.
pub(super) const STEEPEST: f64 = 1.013_1;
/// For rounding, rad: also near 0, where a cosine knows its angle only to 10^-8.
const KEPT_MARGIN_RAD: f64 = 1e-6;
/// What Newton's method is granted to miss of the greatest cosine: a hundred times what its own test allows.
const LOST_MARGIN: f64 = 1e-7;

/// An angle to be kept from the arc, with what [`GsoArc::keeps`] needs of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Separation {
    pub(super) sine: f64,
    cosine: f64,
    pub(super) cosine_less_one: f64,
    /// Sine and cosine of the angle and a margin, for a glance; beyond a right angle more than any sine.
    glance_sine: f64,
    glance_cosine: f64,
    /// The angle and a margin; infinite for more than a right angle, of which the bound says nothing.
    pub(super) kept_rad: f64,
    /// Where a visible point of the arc has a greater cosine than this, the angle is not kept.
    pub(super) lost_cosine: f64,
}

impl Separation {
    /// An angle, rad; brought into 0 to pi.
    #[must_use]
    pub fn new(angle_rad: f64) -> Self {
        let angle_rad = angle_rad.clamp(0.0, PI);
        let (sine, cosine) = sin_cos(angle_rad);
        let kept_rad = if angle_rad <= FRAC_PI_2 { angle_rad + KEPT_MARGIN_RAD } else { f64::INFINITY };
        let (glance_sine, glance_cosine) =
            if angle_rad < FRAC_PI_2 - 1e-3 { sin_cos(angle_rad + KEPT_MARGIN_RAD) } else { (2.0, 0.0) };
        Self {
            sine,
            cosine,
            cosine_less_one: cosine - 1.0,
            glance_sine,
            glance_cosine,
            kept_rad,
            lost_cosine: cosine + LOST_MARGIN,
        }
    }

    /// Sine of the angle and what the arc of a place is seen beyond the equator; more than any sine beyond a right angle.
    #[inline]
    fn glance_sine_beyond(&self, arc: &GsoArc) -> f64 {
        let (sine, cosine) = arc.beyond;
        let cosine_of_sum = self.glance_cosine * cosine - self.glance_sine * sine;
        if cosine_of_sum > 1e-3 { self.glance_sine * cosine + self.glance_cosine * sine } else { 2.0 }
    }

    /// Its cosine: a separation keeps the angle if its own cosine is not greater.
    #[must_use]
    pub fn cosine(&self) -> f64 {
        self.cosine
    }
}

/// What tells at a glance that an angle is kept: how far from the plane of the equator a direction points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Glance {
    /// 1 where the north pole is the nearer one, -1 where the south pole is.
    pub hemisphere: f64,
    /// The angle is kept if the squared sine of the declination is as great as this: on the side of the nearer pole, and on the other.
    pub sines_squared: [f64; 2],
}

impl Glance {
    /// Everything is kept.
    pub const ALL: Self = Self { hemisphere: 1.0, sines_squared: [0.0; 2] };
}

impl GsoArc {
    /// True if a direction (a unit vector, Earth-fixed) is at least that far from every visible point of the arc: always the same
    /// as `separation_cosine(direction) <= least.cosine()`, at a fraction of its cost.
    #[inline]
    #[must_use]
    pub fn keeps(&self, direction: Vec3, least: &Separation) -> bool {
        match self.keeps_for_certain(direction, least) {
            Some(answer) => answer,
            None => self.separation_cosine(direction) <= least.cosine,
        }
    }

    /// The same of a satellite, wherever it is.
    #[inline]
    #[must_use]
    pub fn keeps_satellite(&self, satellite: EcefPosition, least: &Separation) -> bool {
        let line = satellite.0 - self.position.0;
        let squared = line.dot(line);
        let glance = self.glance(least);
        let side = usize::from(line.z * glance.hemisphere <= 0.0);
        line.z * line.z >= glance.sines_squared[side] * squared
            || self.keeps(line * (1.0 / squared.sqrt()), least)
    }

    /// What tells at a glance that an angle is kept.
    #[inline]
    #[must_use]
    pub fn glance(&self, least: &Separation) -> Glance {
        let beyond = least.glance_sine_beyond(self);
        Glance {
            hemisphere: if self.q < 0.0 { -1.0 } else { 1.0 },
            sines_squared: [least.glance_sine * least.glance_sine, beyond * beyond],
        }
    }

    /// The answer, where the bounds give one.
    #[inline]
    fn keeps_for_certain(&self, direction: Vec3, least: &Separation) -> Option<bool> {
        let (p, q) = (self.p * (1.0 / GSO_RADIUS_M), self.q * (1.0 / GSO_RADIUS_M));
        let (ex, ey) = self.east;
        let Vec3 { x, y, z } = direction;
        let (sx, sy) = (x * ex + y * ey, y * ex - x * ey);
        let squared = p * p + q * q;
        let k = sx * p + z * q;
        if k < 0.0 {
            return None;
        }

        let along = (k * k + (1.0 - squared)).sqrt() - k;
        let latitude = asin_at_least((q + along * z).abs());
        let here = (squared - k * k).max(0.0).sqrt();
        // of the arc sines in F(a): their arguments' difference, or more if it is negative
        let difference = here * least.cosine_less_one + k * least.sine;
        if latitude + difference.min(difference * STEEPEST) >= least.kept_rad {
            return Some(true);
        }

        let (px, py) = (p + along * sx, along * sy);
        let level = (px * px + py * py).sqrt();
        let c = px / level;
        let distance = (1.0 + squared - 2.0 * p * c).sqrt();
        let visible = c >= self.end.0;
        let lost = (sx * px + sy * py) / level - k > least.lost_cosine * distance;
        if visible && lost { Some(false) } else { None }
    }
}

/// The first terms of the arc sine of a sine that is not negative; neither are the others.
#[inline]
fn asin_at_least(sine: f64) -> f64 {
    let squared = sine * sine;
    sine + sine * squared * (1.0 / 6.0 + squared * (3.0 / 40.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geodesy::Geodetic;
    use crate::math::acos;
    use crate::place::Place;
    use proptest::prelude::*;

    /// A direction at an azimuth (from north over east) and an elevation.
    fn towards(place: &Place, azimuth_rad: f64, elevation_rad: f64) -> Vec3 {
        let (sin_lat, cos_lat) = sin_cos(place.geodetic.latitude_rad);
        let (sin_lon, cos_lon) = sin_cos(place.geodetic.longitude_rad);
        let north = Vec3::new(-sin_lat * cos_lon, -sin_lat * sin_lon, cos_lat);
        let east = Vec3::new(-sin_lon, cos_lon, 0.0);
        let ((sin_az, cos_az), (sin_el, cos_el)) = (sin_cos(azimuth_rad), sin_cos(elevation_rad));
        place.up * sin_el + (north * cos_az + east * sin_az) * cos_el
    }

    fn exactly(arc: &GsoArc, direction: Vec3, least: &Separation) -> bool {
        arc.separation_cosine(direction) <= least.cosine()
    }

    /// Directions of a regular grid over the sky above an elevation, every one of about the same solid angle.
    fn sky(place: &Place, lowest_deg: f64, count: usize) -> Vec<Vec3> {
        let lowest = sin_cos(lowest_deg.to_radians()).0;
        (0..count)
            .map(|index| {
                let up = lowest + (1.0 - lowest) * (index as f64 + 0.5) / count as f64;
                towards(place, 2.399_963_229_728_653 * index as f64, crate::math::asin(up))
            })
            .collect()
    }

    /// Directions to a shell evenly filled at 550 km, above 25 degrees: 8.46 degrees around the place, in no order.
    fn shell(place: &Place, count: usize) -> Vec<Vec3> {
        let edge = sin_cos(8.46_f64.to_radians()).1;
        let radius_m = place.ecef.0.norm() + 550e3;
        (0..count)
            .map(|index| {
                let towards_up = edge + (1.0 - edge) * ((index as f64 * 0.754_877_666) % 1.0);
                let azimuth_rad = std::f64::consts::TAU * ((index as f64 * 0.569_840_291) % 1.0);
                let elevation_rad = FRAC_PI_2 - acos(towards_up);
                let line = towards(place, azimuth_rad, elevation_rad) * radius_m - place.ecef.0;
                line * (1.0 / line.norm())
            })
            .collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 20_000, ..ProptestConfig::default() })]
        #[test]
        fn the_answer_is_the_exact_one(
            latitude_deg in -90.0_f64..=90.0,
            longitude_deg in -180.0_f64..180.0,
            height_m in -400.0_f64..12_000.0,
            azimuth_deg in 0.0_f64..360.0,
            elevation_deg in -1.0_f64..=90.0,
            angle_deg in 0.0_f64..=30.0,
        ) {
            let place = Place::new(Geodetic { height_m, ..Geodetic::from_degrees(latitude_deg, longitude_deg) });
            if let Some(arc) = GsoArc::seen_from(&place) {
                let direction = towards(&place, azimuth_deg.to_radians(), elevation_deg.to_radians());
                let least = Separation::new(angle_deg.to_radians());
                prop_assert_eq!(arc.keeps(direction, &least), exactly(&arc, direction, &least));
                let satellite = EcefPosition(place.ecef.0 + direction * 700e3);
                prop_assert_eq!(arc.keeps_satellite(satellite, &least), exactly(&arc, direction, &least));
            }
        }

        /// Angles at, and a hair beside, the separation itself.
        #[test]
        fn it_is_exact_where_it_is_close(
            latitude_deg in -81.5_f64..=81.5,
            azimuth_deg in 0.0_f64..360.0,
            elevation_deg in 0.0_f64..=90.0,
            beside in -1e-4_f64..=1e-4,
            smaller in 0.0_f64..12.0,
        ) {
            let place = Place::from_degrees(latitude_deg, 33.0);
            if let Some(arc) = GsoArc::seen_from(&place) {
                let direction = towards(&place, azimuth_deg.to_radians(), elevation_deg.to_radians());
                let beside = beside * crate::math::exp(-smaller);
                let least = Separation::new(acos(arc.separation_cosine(direction)) + beside);
                prop_assert_eq!(arc.keeps(direction, &least), exactly(&arc, direction, &least));
            }
        }
    }

    /// 31 latitudes of both hemispheres to the edge of what sees the arc, 3,000 directions each, all angles to 30 degrees: no bound
    /// contradicts the exact method, and the margins are not what saves it.
    #[test]
    fn the_bounds_hold_all_over_the_sky() {
        let latitudes = (-14..=14).map(|step| 5.75 * f64::from(step)).chain([81.2, 0.001]);
        let (mut asked, mut decided) = (0, 0);
        for latitude_deg in latitudes {
            let place = Place::from_degrees(latitude_deg, -71.0);
            let arc = GsoArc::seen_from(&place).unwrap();
            for direction in sky(&place, 0.0, 3_000) {
                let cosine = arc.separation_cosine(direction);
                for half_deg in 0..=60 {
                    let least = Separation::new((0.5 * f64::from(half_deg)).to_radians());
                    let unpadded = Separation {
                        kept_rad: least.kept_rad - KEPT_MARGIN_RAD + 1e-12,
                        lost_cosine: least.cosine + 1e-11,
                        ..least
                    };
                    asked += 1;
                    if let Some(answer) = arc.keeps_for_certain(direction, &unpadded) {
                        decided += 1;
                        assert_eq!(
                            answer,
                            cosine <= least.cosine,
                            "{latitude_deg}: {direction:?}: {half_deg}"
                        );
                    }
                    assert_eq!(arc.keeps(direction, &least), cosine <= least.cosine);
                }
            }
        }
        assert!(f64::from(decided) > 0.9 * f64::from(asked), "{decided} of {asked}");
    }

    #[test]
    fn angles_beyond_the_bounds_are_decided_exactly() {
        let place = Place::from_degrees(47.0, 8.0);
        let arc = GsoArc::seen_from(&place).unwrap();
        for direction in sky(&place, -90.0, 500) {
            for angle_deg in [-5.0, 60.0, 89.0, 91.0, 120.0, 180.0, 200.0] {
                let least = Separation::new(f64::to_radians(angle_deg));
                assert_eq!(arc.keeps(direction, &least), exactly(&arc, direction, &least));
            }
        }
        assert!(arc.keeps(place.up, &Separation::new(0.9)) && !arc.keeps(place.up, &Separation::new(1.1)));
    }

    #[test]
    #[ignore = "measures time"]
    fn how_long_a_decision_takes() {
        for latitude_deg in [0.0, 30.0, 50.0, 60.0] {
            let place = Place::from_degrees(latitude_deg, 10.0);
            let arc = GsoArc::seen_from(&place).unwrap();
            let directions = shell(&place, 4_096);
            let least = Separation::new(f64::to_radians(20.0));
            let exact = directions.iter().filter(|d| arc.keeps_for_certain(**d, &least).is_none()).count();
            let kept = directions.iter().filter(|d| arc.keeps(**d, &least)).count();
            let (mut ours, mut theirs) = (f64::INFINITY, f64::INFINITY);
            for _ in 0..300 {
                let start = std::time::Instant::now();
                std::hint::black_box(directions.iter().filter(|d| arc.keeps(**d, &least)).count());
                ours = ours.min(start.elapsed().as_secs_f64());
                let start = std::time::Instant::now();
                std::hint::black_box(directions.iter().filter(|d| exactly(&arc, **d, &least)).count());
                theirs = theirs.min(start.elapsed().as_secs_f64());
            }
            let each = 1e9 / directions.len() as f64;
            println!(
                "gso: latitude {latitude_deg}, 20 deg: {:.1} ns by bounds, {:.1} ns exactly; exact in {:.2} %, kept {:.1} %",
                ours * each,
                theirs * each,
                100.0 * exact as f64 / directions.len() as f64,
                100.0 * kept as f64 / directions.len() as f64,
            );
        }
    }
}
