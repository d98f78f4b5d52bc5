//! A cell of H3 on the plane of longitude and latitude, a little larger than it is.
//!
//! A cell's sides are arcs of great circles, and which cell a point is in is worked out in floating point. The outline here is larger by
//! 1/64 of the cell, about 130 m, which is more than an arc bends within a cell below 88 degrees of latitude (56 m), so that a border that
//! could touch the cell touches the outline. Beyond, a cell is taken as all longitudes between its parallels.

use super::crossings::side;
use h3o::{CellIndex, LatLng};
use skyweave_proof::table::geometry::{Edge, TURN_E7};

const HALF_TURN_E7: i64 = TURN_E7 / 2;
const POLE_E7: i64 = 900_000_000;
const LARGER_BY: i64 = 64;
/// Degrees beyond which meridians are too close for a cell to look like one.
pub(super) const POLAR_DEG: f64 = 88.0;

/// A cell on the plane, in 1e-7 degree. Longitudes begin at -180 degrees and may go on beyond 180.
#[derive(Debug, Clone)]
pub(super) struct BoxOfCell {
    pub west: i64,
    pub east: i64,
    pub south: i64,
    pub north: i64,
    pub centre: (i64, i64),
    /// None near a pole.
    pub outline: Option<Outline>,
}

/// Corners counter-clockwise.
#[derive(Debug, Clone)]
pub(super) struct Outline {
    /// As H3 has them.
    pub exact: Vec<(i64, i64)>,
    /// Around the centre by 1/64.
    larger: Vec<(i64, i64)>,
}

fn e7(degrees: f64) -> i64 {
    (degrees * 1e7).round() as i64
}

impl BoxOfCell {
    pub fn of(cell: CellIndex) -> Self {
        let centre = LatLng::from(cell);
        let (x, y) = (e7(centre.lng()), e7(centre.lat()));
        let corners: Vec<(i64, i64)> =
            cell.boundary().iter().map(|corner| (e7(corner.lng()), e7(corner.lat()))).collect();
        if centre.lat().abs() > POLAR_DEG {
            return Self::polar((x, y), &corners);
        }
        let near = |(cx, cy): (i64, i64)| {
            let across = cx - x;
            let turn = i64::from(across < -HALF_TURN_E7) - i64::from(across > HALF_TURN_E7);
            (cx + turn * TURN_E7, cy)
        };
        let mut exact: Vec<(i64, i64)> = corners.into_iter().map(near).collect();
        let mut centre = (x, y);
        let larger = |exact: &[(i64, i64)], (x, y): (i64, i64)| -> Vec<(i64, i64)> {
            let out = |at: i64, middle: i64| at + (at - middle) / LARGER_BY;
            exact.iter().map(|&(cx, cy)| (out(cx, x), out(cy, y))).collect()
        };
        // a cell that begins west of the map is moved to its other end
        if larger(&exact, centre).iter().any(|corner| corner.0 < -HALF_TURN_E7) {
            for corner in &mut exact {
                corner.0 += TURN_E7;
            }
            centre.0 += TURN_E7;
        }
        let larger = larger(&exact, centre);
        let bounds = |pick: fn(&(i64, i64)) -> i64| {
            let values = larger.iter().map(pick);
            (values.clone().min().unwrap_or(0), values.max().unwrap_or(0))
        };
        let ((west, east), (south, north)) = (bounds(|corner| corner.0), bounds(|corner| corner.1));
        Self { west, east, south, north, centre, outline: Some(Outline { exact, larger }) }
    }

    fn polar(centre: (i64, i64), corners: &[(i64, i64)]) -> Self {
        let latitudes = corners.iter().map(|corner| corner.1.abs());
        // a cell's sides bend towards the pole: only the low end of its latitudes is at a corner
        let low = latitudes.min().unwrap_or(0) - (POLE_E7 / 90 / 100);
        let (south, north) = if centre.1 > 0 { (low, POLE_E7) } else { (-POLE_E7, -low) };
        Self { west: -HALF_TURN_E7, east: HALF_TURN_E7, south, north, centre, outline: None }
    }

    /// True if the cell goes on beyond 180 degrees, so that edges at the other end of the map are near it.
    pub fn crosses_antimeridian(&self) -> bool {
        self.east >= HALF_TURN_E7 && self.outline.is_some()
    }

    /// True if an edge touches the box.
    pub fn is_touched_by(&self, edge: &Edge) -> bool {
        let beside = edge.x0.max(edge.x1) < self.west - 1
            || edge.x0.min(edge.x1) > self.east + 1
            || edge.y0.max(edge.y1) < self.south - 1
            || edge.y0.min(edge.y1) > self.north + 1;
        let corners = [
            (self.west - 1, self.south - 1),
            (self.east + 1, self.south - 1),
            (self.east + 1, self.north + 1),
            (self.west - 1, self.north + 1),
        ];
        !beside && !all_on_one_side(edge, &corners)
    }

    /// True if an edge touches the outline, or near a pole the box.
    pub fn is_crossed_by(&self, edge: &Edge) -> bool {
        if !self.is_touched_by(edge) {
            return false;
        }
        let Some(Outline { larger, .. }) = &self.outline else { return true };
        let sides = larger.iter().zip(larger.iter().cycle().skip(1));
        let beyond_a_side = sides
            .map(|(a, b)| Edge { x0: a.0, y0: a.1, x1: b.0, y1: b.1 })
            .any(|outer| side(&outer, edge.x0, edge.y0) < 0 && side(&outer, edge.x1, edge.y1) < 0);
        !beyond_a_side && !all_on_one_side(edge, larger)
    }
}

fn all_on_one_side(edge: &Edge, corners: &[(i64, i64)]) -> bool {
    let mut sides = corners.iter().map(|corner| side(edge, corner.0, corner.1));
    let first = sides.next().unwrap_or(0);
    first != 0 && sides.all(|side| side == first)
}
