//! Points and polygons in whole units of 1e-7 degree (about 1 cm), and which side of an edge a point is on: exact, on integers alone.
//!
//! Edges are straight in longitude and latitude, as RFC 7946 draws them. **A point on an edge** belongs to what is east of the edge, and on
//! an edge along a parallel to what is north of it; so of two territories with a common border each point is in exactly one. It is as if
//! every point lay a little to the east of where it is, and far less than that to the north. Longitude 180 is read as -180 and latitude 90 as the
//! last step below it, so that the rule holds at the antimeridian and the pole too. A polygon crosses neither: it is drawn in two parts that
//! meet at the antimeridian, and around a pole it runs along the edge of the map.

/// Units of 1e-7 degree in a whole turn.
pub const TURN_E7: i64 = 3_600_000_000;
const HALF_TURN_E7: i32 = 1_800_000_000;
const POLE_E7: i32 = 900_000_000;

/// A place on the WGS84 ellipsoid, in 1e-7 degree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Point {
    latitude_e7: i32,
    longitude_e7: i32,
}

impl Point {
    /// A point; none if the latitude is beyond 90 or the longitude beyond 180 degrees.
    #[must_use]
    pub fn new(latitude_e7: i32, longitude_e7: i32) -> Option<Self> {
        let in_range = (-POLE_E7..=POLE_E7).contains(&latitude_e7)
            && (-HALF_TURN_E7..=HALF_TURN_E7).contains(&longitude_e7);
        let longitude_e7 = if longitude_e7 == HALF_TURN_E7 { -HALF_TURN_E7 } else { longitude_e7 };
        in_range.then_some(Self { latitude_e7: latitude_e7.min(POLE_E7 - 1), longitude_e7 })
    }

    /// The nearest point to these degrees; none outside -90 to 90 and -180 to 180, and for what is not a number.
    #[must_use]
    pub fn from_degrees(latitude_deg: f64, longitude_deg: f64) -> Option<Self> {
        let in_range = latitude_deg.abs() <= 90.0 && longitude_deg.abs() <= 180.0;
        let e7 = |degrees: f64| (degrees * 1e7).round() as i32;
        if in_range { Self::new(e7(latitude_deg), e7(longitude_deg)) } else { None }
    }

    /// Latitude in 1e-7 degree.
    #[must_use]
    pub const fn latitude_e7(self) -> i32 {
        self.latitude_e7
    }

    /// Longitude in 1e-7 degree, from -180 to just below 180 degrees.
    #[must_use]
    pub const fn longitude_e7(self) -> i32 {
        self.longitude_e7
    }

    /// Latitude and longitude in degrees.
    #[must_use]
    pub fn degrees(self) -> (f64, f64) {
        (f64::from(self.latitude_e7) / 1e7, f64::from(self.longitude_e7) / 1e7)
    }
}

/// A corner of a polygon, in 1e-7 degree: within -180 to 180 and -90 to 90 degrees, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Vertex {
    /// East of Greenwich.
    pub longitude_e7: i32,
    /// North of the equator.
    pub latitude_e7: i32,
}

impl Vertex {
    /// True within the map.
    #[must_use]
    pub fn is_on_the_map(self) -> bool {
        (-HALF_TURN_E7..=HALF_TURN_E7).contains(&self.longitude_e7)
            && (-POLE_E7..=POLE_E7).contains(&self.latitude_e7)
    }
}

/// Corners in order; the last is joined to the first and does not repeat it.
pub type Ring = Vec<Vertex>;

/// An exterior ring, counter-clockwise, and holes, clockwise, with x to the east and y to the north.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Polygon {
    /// Its outline.
    pub exterior: Ring,
    /// What is not part of it.
    pub holes: Vec<Ring>,
}

impl Polygon {
    /// The exterior, then the holes.
    pub fn rings(&self) -> impl Iterator<Item = &Ring> {
        std::iter::once(&self.exterior).chain(&self.holes)
    }
}

/// The edges of a ring, the one back to the first corner included.
pub fn edges(ring: &[Vertex]) -> impl Iterator<Item = Edge> {
    let next = ring.iter().cycle().skip(1);
    ring.iter().zip(next).map(|(&from, &to)| Edge::between(from, to, 0))
}

/// Twice the area within a ring in (1e-7 degree)²: positive if it runs counter-clockwise.
#[must_use]
pub fn doubled_area(ring: &[Vertex]) -> i128 {
    edges(ring).map(|e| i128::from(e.x0) * i128::from(e.y1) - i128::from(e.x1) * i128::from(e.y0)).sum()
}

/// How often polygons go around a point, each once counter-clockwise: more than 0 if it is inside any of them.
#[must_use]
pub fn winding(polygons: &[Polygon], point: Point) -> i32 {
    let (x, y) = (point.longitude_e7.into(), point.latitude_e7.into());
    polygons
        .iter()
        .flat_map(Polygon::rings)
        .flat_map(|ring| edges(ring))
        .map(|e| e.crossed_from_west(x, y))
        .sum()
}

/// A directed edge: x to the east and y to the north, in 1e-7 degree, perhaps beyond 180 degrees. What it bounds is to its left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Edge {
    /// Where it begins.
    pub x0: i64,
    /// Where it begins.
    pub y0: i64,
    /// Where it ends.
    pub x1: i64,
    /// Where it ends.
    pub y1: i64,
}

impl Edge {
    /// The edge between two corners, moved to the east.
    #[must_use]
    pub fn between(from: Vertex, to: Vertex, shift_e7: i64) -> Self {
        Self {
            x0: i64::from(from.longitude_e7) + shift_e7,
            y0: from.latitude_e7.into(),
            x1: i64::from(to.longitude_e7) + shift_e7,
            y1: to.latitude_e7.into(),
        }
    }

    /// True if the edge crosses the parallel just above y.
    #[must_use]
    pub const fn crosses_row(&self, y: i64) -> bool {
        (self.y0 <= y) != (self.y1 <= y)
    }

    /// 1 if somebody walking east along the parallel of a point, from the western edge of the plane to the point, enters at this edge,
    /// -1 if they leave, 0 if they do not cross it.
    #[must_use]
    pub fn crossed_from_west(&self, x: i64, y: i64) -> i32 {
        if self.crosses_row(y) && self.meets_row_up_to(x, y) { self.entering_eastwards() } else { 0 }
    }

    /// The same for somebody who begins half a unit west of `west` and just above `south`, walks north and then east. The point must
    /// not be west or south of that corner.
    #[must_use]
    pub fn crossed_from_corner(&self, west: i64, south: i64, x: i64, y: i64) -> i32 {
        let mut entered = 0;
        if self.crosses_row(y) && self.meets_row_up_to(x, y) && self.meets_row_beyond(west, y) {
            entered += self.entering_eastwards();
        }
        if (self.x0 < west) != (self.x1 < west)
            && self.meets_meridian_up_to(west, y)
            && !self.meets_meridian_up_to(west, south)
        {
            entered += if self.x1 > self.x0 { 1 } else { -1 };
        }
        entered
    }

    /// What is to the left of an edge that leads south is east of it.
    const fn entering_eastwards(&self) -> i32 {
        if self.y1 < self.y0 { 1 } else { -1 }
    }

    /// The edge, which crosses row y, does so at x or west of it.
    fn meets_row_up_to(&self, x: i64, y: i64) -> bool {
        if self.x0.max(self.x1) <= x {
            return true;
        }
        if self.x0.min(self.x1) > x {
            return false;
        }
        let across = product(self.x1 - self.x0, y - self.y0);
        let along = product(x - self.x0, self.y1 - self.y0);
        if self.y1 > self.y0 { across <= along } else { across >= along }
    }

    /// The edge, which crosses row y, does so east of the line half a unit west of `west`.
    fn meets_row_beyond(&self, west: i64, y: i64) -> bool {
        if self.x0.min(self.x1) >= west {
            return true;
        }
        if self.x0.max(self.x1) < west {
            return false;
        }
        let across = product(2 * (self.x1 - self.x0), y - self.y0);
        let along = product(2 * west - 1 - 2 * self.x0, self.y1 - self.y0);
        // exactly on the corner: just above the row the edge is where it leads to
        if across == along {
            return (self.x1 > self.x0) == (self.y1 > self.y0);
        }
        (across > along) == (self.y1 > self.y0)
    }

    /// The edge, which crosses the line half a unit west of `west`, does so at y or south of it.
    fn meets_meridian_up_to(&self, west: i64, y: i64) -> bool {
        if self.y0.max(self.y1) <= y {
            return true;
        }
        if self.y0.min(self.y1) > y {
            return false;
        }
        let across = product(self.y1 - self.y0, 2 * west - 1 - 2 * self.x0);
        let along = product(2 * (self.x1 - self.x0), y - self.y0);
        if self.x1 > self.x0 { across <= along } else { across >= along }
    }
}

fn product(a: i64, b: i64) -> i128 {
    i128::from(a) * i128::from(b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ring(corners: &[(i32, i32)]) -> Ring {
        corners.iter().map(|&(longitude_e7, latitude_e7)| Vertex { longitude_e7, latitude_e7 }).collect()
    }

    fn polygon(corners: &[(i32, i32)]) -> Polygon {
        Polygon { exterior: ring(corners), holes: Vec::new() }
    }

    #[test]
    fn a_common_border_belongs_to_one_side() {
        let west = [polygon(&[(0, 0), (10, 0), (10, 10), (0, 10)])];
        let east = [polygon(&[(10, 0), (20, 0), (20, 10), (10, 10)])];
        for (x, y, in_west, in_east) in [
            (0, 5, 1, 0),
            (10, 5, 0, 1),
            (20, 5, 0, 0),
            (5, 0, 1, 0),
            (5, 10, 0, 0),
            (10, 0, 0, 1),
            (0, 0, 1, 0),
            (0, 10, 0, 0),
        ] {
            let point = Point::new(y, x).unwrap();
            assert_eq!((winding(&west, point), winding(&east, point)), (in_west, in_east), "{x} {y}");
        }
    }

    #[test]
    fn overlapping_polygons_are_a_union_and_holes_are_not_inside() {
        let mut pierced = polygon(&[(0, 0), (100, 0), (100, 100), (0, 100)]);
        pierced.holes.push(ring(&[(40, 40), (40, 60), (60, 60), (60, 40)]));
        let over = polygon(&[(50, 50), (150, 50), (150, 150), (50, 150)]);
        let at = |x, y| winding(&[pierced.clone(), over.clone()], Point::new(y, x).unwrap());
        assert_eq!([at(45, 45), at(55, 55), at(70, 70), at(10, 10), at(120, 120)], [0, 1, 2, 1, 1]);
    }

    #[test]
    fn points_are_read_within_the_map() {
        assert_eq!(Point::new(0, 1_800_000_000).unwrap().longitude_e7(), -1_800_000_000);
        assert_eq!(Point::new(900_000_000, 0).unwrap().latitude_e7(), 899_999_999);
        assert_eq!(Point::new(900_000_001, 0), None);
        assert_eq!(Point::from_degrees(f64::NAN, 0.0), None);
        assert_eq!(Point::from_degrees(1.0, -200.0), None);
        assert_eq!(Point::from_degrees(50.45, 30.52), Point::new(504_500_000, 305_200_000));
    }

    proptest! {
        /// However one walks to a point, one has entered as often.
        #[test]
        fn the_way_does_not_matter(
            corners in prop::collection::vec((-8_i32..8, -8_i32..8), 3..9), west in -9_i64..3, south in -9_i64..3,
            dx in 0_i64..12, dy in 0_i64..12
        ) {
            let edges: Vec<Edge> = edges(&ring(&corners)).collect();
            let total = |f: &dyn Fn(&Edge) -> i32| -> i32 { edges.iter().map(f).sum() };
            let (x, y) = (west + dx, south + dy);
            let at_point = total(&|e| e.crossed_from_west(x, y));
            // the corner is half a unit west of `west`: seen from the west, nothing at or east of `west` is crossed before it
            let at_corner = total(&|e| if e.crosses_row(south) && !e.meets_row_beyond(west, south) { e.entering_eastwards() } else { 0 });
            let way = total(&|e| e.crossed_from_corner(west, south, x, y));
            prop_assert_eq!(at_point, at_corner + way);
        }
    }
}
