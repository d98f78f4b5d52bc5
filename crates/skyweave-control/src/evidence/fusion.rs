//! Fixes of several kinds as one place with one error.
//!
//! Fixes of one kind share their mistakes: a receiver that is led astray is so each second. So many of them are no more exact than one: their
//! place is the mean, and their variance the mean of theirs plus their scatter. Kinds err apart from each other, and are weighed by the
//! inverse of their variance (Aitken 1935). Where two kinds are further apart than their errors explain, the one that is harder to forge holds.

use super::Fix;
use skyweave_proof::table::geometry::TURN_E7;
use skyweave_proof::table::{Evidence, Point};

/// Kinds further apart than this many sigma do not speak of one place.
pub const AGREE_SIGMA: f64 = 4.0;
/// No fix is taken to be more exact: the coordinates themselves are to 1 cm, antennas and maps are not.
pub const LEAST_ERROR_M: f64 = 1.0;

/// m for 1e-7 degree of latitude, on a sphere of 6,371,009 m.
pub(super) const METRES_PER_E7: f64 = 0.011_119_508_0;

/// A place and its error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The middle.
    pub point: Point,
    /// One sigma in each direction, in m.
    pub error_m: f64,
    /// The strongest kind of knowledge behind it.
    pub evidence: Evidence,
}

/// One kind's place on the plane around the first fix.
#[derive(Debug, Clone, Copy)]
struct Group {
    evidence: Evidence,
    east_m: f64,
    north_m: f64,
    variance_m2: f64,
}

/// What fixes come to together; none without a fix that is evidence of anything.
#[must_use]
pub fn fused(fixes: &[Fix]) -> Option<Estimate> {
    let first = fixes.iter().find(|fix| fix.evidence != Evidence::Absent)?.point;
    let plane = Plane::at(first);
    // from the hardest to forge to what is merely claimed
    let kinds = [Evidence::NetworkRanging, Evidence::ServingBeam, Evidence::ClaimedGnss];
    let groups = kinds.into_iter().filter_map(|kind| group(fixes, kind, plane));
    let all = groups.reduce(|stronger, weaker| {
        let apart_m = (stronger.east_m - weaker.east_m).hypot(stronger.north_m - weaker.north_m);
        let error_m = (stronger.variance_m2 + weaker.variance_m2).sqrt();
        if apart_m > AGREE_SIGMA * error_m { stronger } else { weighed(stronger, weaker) }
    })?;
    let point = plane.point(all.east_m, all.north_m)?;
    Some(Estimate { point, error_m: all.variance_m2.sqrt(), evidence: all.evidence })
}

fn group(fixes: &[Fix], kind: Evidence, plane: Plane) -> Option<Group> {
    let of_kind = || fixes.iter().filter(|fix| fix.evidence == kind);
    let count = of_kind().count() as f64;
    if count == 0.0 {
        return None;
    }
    let mean = |f: &dyn Fn(&Fix) -> f64| of_kind().map(f).sum::<f64>() / count;
    let (east_m, north_m) = (mean(&|fix| plane.place(fix.point).0), mean(&|fix| plane.place(fix.point).1));
    let own_m2 =
        mean(&|fix| f64::from(fix.error_m).max(LEAST_ERROR_M) * f64::from(fix.error_m).max(LEAST_ERROR_M));
    let scatter_m2 = mean(&|fix| {
        let (east, north) = plane.place(fix.point);
        (east - east_m) * (east - east_m) + (north - north_m) * (north - north_m)
    });
    // half of the scatter lies in each of the two directions
    Some(Group { evidence: kind, east_m, north_m, variance_m2: own_m2 + scatter_m2 / 2.0 })
}

fn weighed(a: Group, b: Group) -> Group {
    let (of_a, of_b) = (1.0 / a.variance_m2, 1.0 / b.variance_m2);
    let mean = |x: f64, y: f64| (x * of_a + y * of_b) / (of_a + of_b);
    Group {
        evidence: a.evidence,
        east_m: mean(a.east_m, b.east_m),
        north_m: mean(a.north_m, b.north_m),
        variance_m2: 1.0 / (of_a + of_b),
    }
}

/// The plane that touches the Earth at a point.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plane {
    x: i64,
    y: i64,
    /// Of the latitude.
    cosine: f64,
}

impl Plane {
    pub fn at(point: Point) -> Self {
        let y = i64::from(point.latitude_e7());
        Self { x: point.longitude_e7().into(), y, cosine: cosine(y as f64 * 1e-7).max(1e-3) }
    }

    /// m to the east and north of the point.
    pub fn place(self, other: Point) -> (f64, f64) {
        let mut across = i64::from(other.longitude_e7()) - self.x;
        if across.abs() > TURN_E7 / 2 {
            across -= across.signum() * TURN_E7;
        }
        let north = i64::from(other.latitude_e7()) - self.y;
        (across as f64 * METRES_PER_E7 * self.cosine, north as f64 * METRES_PER_E7)
    }

    /// The same back; a place beyond a pole is taken at it.
    pub fn point(self, east_m: f64, north_m: f64) -> Option<Point> {
        let (x, y) = self.e7(east_m, north_m);
        let around = (x + TURN_E7 / 2).rem_euclid(TURN_E7) - TURN_E7 / 2;
        Point::new(y.clamp(-900_000_000, 900_000_000) as i32, around as i32)
    }

    /// In 1e-7 degree, perhaps beyond 180 degrees.
    pub fn e7(self, east_m: f64, north_m: f64) -> (i64, i64) {
        let x = self.x + (east_m / (METRES_PER_E7 * self.cosine)).round() as i64;
        (x, self.y + (north_m / METRES_PER_E7).round() as i64)
    }
}

/// By its series, so that it is the same everywhere.
fn cosine(degrees: f64) -> f64 {
    let angle = degrees * (std::f64::consts::PI / 180.0);
    let (mut term, mut sum) = (1.0, 1.0);
    for n in (2..=24).step_by(2) {
        term *= -angle * angle / f64::from(n * (n - 1));
        sum += term;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fix(east_m: f64, error_m: u32, evidence: Evidence) -> Fix {
        let middle = Point::from_degrees(47.0, 35.0).unwrap();
        let point = Plane::at(middle).point(east_m, 0.0).unwrap();
        Fix { time_s: 0, point, error_m, evidence }
    }

    fn east_m(estimate: Estimate) -> f64 {
        Plane::at(Point::from_degrees(47.0, 35.0).unwrap()).place(estimate.point).0
    }

    #[test]
    fn many_claims_are_no_more_exact_than_one() {
        let one = fused(&[fix(0.0, 30, Evidence::ClaimedGnss)]).unwrap();
        let many = fused(&[fix(0.0, 30, Evidence::ClaimedGnss); 50]).unwrap();
        assert_eq!((one.error_m, many.error_m), (30.0, 30.0));
        let moving: Vec<Fix> =
            (0..10).map(|n| fix(f64::from(n) * 100.0, 30, Evidence::ClaimedGnss)).collect();
        let moving = fused(&moving).unwrap();
        assert!((east_m(moving) - 450.0).abs() < 0.1 && moving.error_m > 200.0);
        assert_eq!(fused(&[fix(0.0, 5, Evidence::Absent)]), None);
    }

    #[test]
    fn kinds_that_agree_are_weighed_and_claims_do_not_outweigh_ranging() {
        let together =
            fused(&[fix(0.0, 300, Evidence::ClaimedGnss), fix(400.0, 300, Evidence::NetworkRanging)])
                .unwrap();
        assert!((east_m(together) - 200.0).abs() < 0.1);
        assert!((together.error_m - 300.0 / 2.0_f64.sqrt()).abs() < 0.1);
        let forged =
            fused(&[fix(90_000.0, 5, Evidence::ClaimedGnss), fix(0.0, 2_000, Evidence::NetworkRanging)])
                .unwrap();
        assert!(east_m(forged).abs() < 0.1);
        assert_eq!(forged.evidence, Evidence::NetworkRanging);
    }

    #[test]
    fn the_plane_goes_over_the_antimeridian() {
        let east = Point::from_degrees(10.0, 179.999).unwrap();
        let west = Point::from_degrees(10.0, -179.999).unwrap();
        let (across, _) = Plane::at(east).place(west);
        assert!((across - 219.0).abs() < 1.0, "{across}");
        assert_eq!(Plane::at(east).point(across, 0.0), Some(west));
    }
}
