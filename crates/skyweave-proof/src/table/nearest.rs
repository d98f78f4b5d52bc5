//! The nearest place where a terminal would be served.
//!
//! For people and not for decisions: distances are on a sphere and right to a few parts in a thousand, and the place is a few metres beyond the border.

use super::Table;
use super::attribute::Attributes;
use super::geometry::{Edge, Point, TURN_E7};
use super::grid::{Entry, FINEST};
use super::number::ClassNo;
use h3o::{CellIndex, LatLng};

const EARTH_RADIUS_M: f64 = 6_371_009.0;
/// How many rings of cells are searched: some 800 km.
const MOST_RINGS: u32 = 50;
/// Between rings at the least, anywhere on Earth.
const RING_M: f64 = 10_000.0;
/// How far beyond a border the place is.
const BEYOND_M: f64 = 3.0;

/// A place to go to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Move {
    /// Where.
    pub to: Point,
    /// What class it is of.
    pub class: ClassNo,
    /// How far, in m.
    pub distance_m: u32,
    /// In which direction at the start, in degrees clockwise from north.
    pub bearing_deg: u16,
}

/// The nearest place where these attributes are served; none within some 500 km.
pub(super) fn served(table: &Table, from: Point, attributes: &Attributes) -> Option<Move> {
    let (latitude_deg, longitude_deg) = from.degrees();
    let start = LatLng::new(latitude_deg, longitude_deg).ok()?.to_cell(FINEST);
    let mut is_served: Vec<Option<bool>> = vec![None; table.class_count()];
    let mut serves = |class: ClassNo| match is_served.get_mut(class.index()) {
        Some(known) => *known.get_or_insert_with(|| table.decide(class, attributes).outcome.is_served()),
        None => false,
    };
    let mut best: Option<Move> = None;
    for ring in 0..=MOST_RINGS {
        if best.is_some_and(|best| f64::from(ring.saturating_sub(1)) * RING_M > f64::from(best.distance_m)) {
            break;
        }
        let cells: Vec<CellIndex> = start.grid_ring(ring);
        for cell in cells {
            let places: Vec<Point> = match table.grid.entry(cell) {
                Entry::Whole(class) if serves(class) => inside(cell).collect(),
                Entry::Whole(_) => continue,
                Entry::Border(number) => {
                    table.borders.edges_of(number).flat_map(|edge| beside(&edge, from)).collect()
                }
            };
            for to in places {
                let class = table.class_at(to);
                if serves(class) {
                    let found = way(from, to, class);
                    if best.is_none_or(|best| found.distance_m < best.distance_m) {
                        best = Some(found);
                    }
                }
            }
        }
    }
    best
}

/// Some places of a cell near its rim, and its middle.
fn inside(cell: CellIndex) -> impl Iterator<Item = Point> {
    let middle = LatLng::from(cell);
    let corners: Vec<(f64, f64)> =
        cell.boundary().iter().map(|corner| (corner.lat(), corner.lng())).collect();
    let sides = corners.clone().into_iter().zip(corners.into_iter().cycle().skip(1));
    let rim = sides.flat_map(move |(a, b)| {
        [0.0, 0.25, 0.5, 0.75].map(|part| {
            let towards = |from: f64, to: f64, part: f64| from + (to - from) * part;
            let side = (towards(a.0, b.0, part), a.1 + short_way(b.1 - a.1) * part);
            (towards(side.0, middle.lat(), 0.01), side.1 + short_way(middle.lng() - side.1) * 0.01)
        })
    });
    rim.chain([(middle.lat(), middle.lng())])
        .filter_map(|(lat, lon)| Point::from_degrees(lat, short_way(lon)))
}

fn short_way(degrees: f64) -> f64 {
    (degrees + 180.0).rem_euclid(360.0) - 180.0
}

/// The places on both sides of an edge where it is nearest.
fn beside(edge: &Edge, from: Point) -> Vec<Point> {
    let y = f64::from(from.latitude_e7());
    let metres = |e7: f64| e7 * 1e-7_f64.to_radians() * EARTH_RADIUS_M;
    let across = (y * 1e-7).to_radians().cos().max(1e-6);
    // from the nearer copy of the point where the edge lies beyond 180 degrees
    let turns = ((edge.x0 - i64::from(from.longitude_e7())) as f64 / TURN_E7 as f64).round();
    let x = f64::from(from.longitude_e7()) + turns * TURN_E7 as f64;
    let plane = |ex: i64, ey: i64| (metres(ex as f64 - x) * across, metres(ey as f64 - y));
    let (a, b) = (plane(edge.x0, edge.y0), plane(edge.x1, edge.y1));
    let (along_x, along_y) = (b.0 - a.0, b.1 - a.1);
    let length = along_x.hypot(along_y);
    if length == 0.0 {
        return Vec::new();
    }
    let part = (-(a.0 * along_x + a.1 * along_y) / (length * length)).clamp(0.0, 1.0);
    let near = (a.0 + along_x * part, a.1 + along_y * part);
    let out = (-along_y / length * BEYOND_M, along_x / length * BEYOND_M);
    let place = |side: f64| {
        let degrees = |metres: f64| (metres / EARTH_RADIUS_M).to_degrees();
        let latitude_deg = y * 1e-7 + degrees(near.1 + side * out.1);
        let longitude_deg = x * 1e-7 + degrees((near.0 + side * out.0) / across);
        Point::from_degrees(latitude_deg, short_way(longitude_deg))
    };
    [place(1.0), place(-1.0)].into_iter().flatten().collect()
}

/// Distance by the haversine formula, and the bearing at the start.
fn way(from: Point, to: Point, class: ClassNo) -> Move {
    let radians = |point: Point| {
        let (lat, lon) = point.degrees();
        (lat.to_radians(), lon.to_radians())
    };
    let ((lat0, lon0), (lat1, lon1)) = (radians(from), radians(to));
    let half = |angle: f64| (angle / 2.0).sin().powi(2);
    let haversine = half(lat1 - lat0) + lat0.cos() * lat1.cos() * half(lon1 - lon0);
    let distance_m = 2.0 * EARTH_RADIUS_M * haversine.sqrt().min(1.0).asin();
    let east = (lon1 - lon0).sin() * lat1.cos();
    let north = lat0.cos() * lat1.sin() - lat0.sin() * lat1.cos() * (lon1 - lon0).cos();
    let bearing_deg = east.atan2(north).to_degrees().rem_euclid(360.0).round() as u16 % 360;
    Move { to, class, distance_m: distance_m.round() as u32, bearing_deg }
}
