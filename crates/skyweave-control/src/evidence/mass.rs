//! How much of the probability of a place lies inside a territory.
//!
//! The Gaussian is stood for by 1,024 places, each of which is in or out exactly. Against a straight border this is right to 0.2 per cent of
//! the whole; what lies more than 3.9 sigma out, 1/2048, is not looked at.

use super::Fix;
use super::fusion::{Estimate, METRES_PER_E7, Plane, fused};
use super::scatter::{COUNT, FARTHEST_SIGMA, places};
use crate::territory::Territory;
use skyweave_proof::table::Point;
use skyweave_proof::table::document::WHOLE_PARTS;
use skyweave_proof::table::geometry::{Edge, Polygon, TURN_E7, edges};

/// 0.1 degree.
const BAND_E7: i64 = 1_000_000;
const SOUTH_E7: i64 = -900_000_000;

/// A territory made ready to be asked often: its edges by latitude.
#[derive(Debug, Clone)]
pub struct Region {
    south: usize,
    bands: Vec<Vec<Edge>>,
}

fn band(y: i64) -> usize {
    ((y - SOUTH_E7) / BAND_E7).clamp(0, 1_800) as usize
}

impl Region {
    /// A territory's polygons.
    #[must_use]
    pub fn of(territory: &Territory) -> Self {
        let all = || territory.polygons.iter().flat_map(Polygon::rings).flat_map(|ring| edges(ring));
        let south = all().map(|edge| band(edge.y0)).min().unwrap_or(0);
        let north = all().map(|edge| band(edge.y0)).max().unwrap_or(0);
        let mut bands = vec![Vec::new(); north - south + 1];
        for edge in all().filter(|edge| edge.y0 != edge.y1) {
            let (low, high) = (edge.y0.min(edge.y1), edge.y0.max(edge.y1));
            bands[band(low) - south..=band(high) - south].iter_mut().for_each(|band| band.push(edge));
        }
        Self { south, bands }
    }

    fn in_band(&self, number: usize) -> &[Edge] {
        let bands = number.checked_sub(self.south).and_then(|number| self.bands.get(number));
        bands.map_or(&[], Vec::as_slice)
    }

    /// True if the point is inside.
    #[must_use]
    pub fn contains(&self, point: Point) -> bool {
        let (x, y) = (point.longitude_e7().into(), point.latitude_e7().into());
        self.in_band(band(y)).iter().map(|edge| edge.crossed_from_west(x, y)).sum::<i32>() > 0
    }

    /// True if an edge comes into a box around the estimate, in which all of it but 1/2048 is.
    fn has_an_edge_near(&self, estimate: &Estimate) -> bool {
        let reach_m = estimate.error_m * FARTHEST_SIGMA;
        let plane = Plane::at(estimate.point);
        let ((west, south), (east, north)) = (plane.e7(-reach_m, -reach_m), plane.e7(reach_m, reach_m));
        let near = |edge: &Edge| {
            let beside =
                |shift: i64| edge.x0.max(edge.x1) + shift < west || edge.x0.min(edge.x1) + shift > east;
            let above = edge.y0.max(edge.y1) < south || edge.y0.min(edge.y1) > north;
            !above && ![0, TURN_E7, -TURN_E7].into_iter().all(beside)
        };
        (band(south)..=band(north)).any(|number| self.in_band(number).iter().any(near))
    }

    /// Parts of 65,536 of an estimate's probability that are inside.
    #[must_use]
    pub fn mass_of(&self, estimate: &Estimate) -> u32 {
        if !self.has_an_edge_near(estimate) {
            return if self.contains(estimate.point) { WHOLE_PARTS } else { 0 };
        }
        let inside = spread(estimate).filter(|&point| self.contains(point)).count();
        inside as u32 * (WHOLE_PARTS / COUNT as u32)
    }
}

/// The places that stand for an estimate.
pub(super) fn spread(estimate: &Estimate) -> impl Iterator<Item = Point> {
    let (plane, error_m) = (Plane::at(estimate.point), estimate.error_m.max(METRES_PER_E7));
    places().iter().filter_map(move |&(east, north)| plane.point(east * error_m, north * error_m))
}

/// Parts of 65,536 of the probability of where fixes say that a terminal is, inside a region; none without evidence.
#[must_use]
pub fn mass_inside(fixes: &[Fix], region: &Region) -> Option<u32> {
    fused(fixes).map(|estimate| region.mass_of(&estimate))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::territory::Definition;
    use skyweave_proof::table::Evidence;

    fn region(ring: &str) -> Region {
        let text = format!(
            r#"{{"name":"r","version":1,"pieces":[{{"source":"s","geometry":{{"type":"Polygon","coordinates":[{ring}]}}}}]}}"#
        );
        Region::of(&Definition::read(&text).unwrap().assemble(&[]).unwrap())
    }

    fn estimate(latitude_deg: f64, longitude_deg: f64, error_m: f64) -> Estimate {
        let point = Point::from_degrees(latitude_deg, longitude_deg).unwrap();
        Estimate { point, error_m, evidence: Evidence::ClaimedGnss }
    }

    /// The share of a Gaussian beyond a straight border at a distance in sigma (Abramowitz and Stegun, table 26.1).
    const BEYOND: [(f64, f64); 6] =
        [(0.0, 0.5), (0.5, 0.308_54), (1.0, 0.158_66), (1.644_85, 0.05), (2.0, 0.022_75), (3.0, 0.001_35)];

    #[test]
    fn the_mass_beyond_a_straight_border_is_right_to_a_per_cent() {
        // the border is the meridian of 35 degrees
        let east = region("[[35,40],[45,40],[45,55],[35,55],[35,40]]");
        let mut worst = 0.0_f64;
        for error_m in [5.0, 300.0, 5_000.0] {
            for (sigma, expected) in BEYOND {
                for side in [1.0, -1.0] {
                    let here = estimate(47.0, 35.0, error_m);
                    let point = Plane::at(here.point).point(side * sigma * error_m, 0.0).unwrap();
                    let mass = f64::from(east.mass_of(&Estimate { point, ..here })) / f64::from(WHOLE_PARTS);
                    let expected = if side > 0.0 { 1.0 - expected } else { expected };
                    worst = worst.max((mass - expected).abs());
                }
            }
        }
        println!("worst {worst:.5}");
        assert!(worst < 0.01, "{worst}");
    }

    #[test]
    fn a_strip_narrower_than_the_error_and_a_place_far_away() {
        // 2 sigma wide around the middle: 68.27 % of the whole
        let error_m = 2_000.0;
        let plane = Plane::at(Point::from_degrees(0.0, 10.0).unwrap());
        let (west, _) = plane.e7(-error_m, 0.0);
        let (west, east) = (west as f64 / 1e7, 20.0 - west as f64 / 1e7);
        let strip = region(&format!("[[{west},-5],[{east},-5],[{east},5],[{west},5],[{west},-5]]"));
        let mass = strip.mass_of(&estimate(0.0, 10.0, error_m));
        assert!((f64::from(mass) / f64::from(WHOLE_PARTS) - 0.6827).abs() < 0.01, "{mass}");
        assert_eq!(strip.mass_of(&estimate(0.0, 12.0, error_m)), 0);
        assert_eq!(strip.mass_of(&estimate(0.0, 10.0, 5.0)), WHOLE_PARTS);
    }

    #[test]
    fn over_the_antimeridian() {
        let east = region("[[-180,-10],[-170,-10],[-170,10],[-180,10],[-180,-10]]");
        for longitude_deg in [180.0, -180.0] {
            let mass = east.mass_of(&estimate(0.0, longitude_deg, 3_000.0));
            assert!(mass.abs_diff(WHOLE_PARTS / 2) < 600, "{mass}");
        }
    }
}
