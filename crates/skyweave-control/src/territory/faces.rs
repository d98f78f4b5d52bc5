//! Which classes occur in a cell that borders cross, and how much of it each has.
//!
//! Along a parallel the edges are met in an order, and between two neighbouring heights at which an edge begins, ends or meets another this
//! order is the same. So one row of whole 1e-7 degrees above each such height finds every class that any point of the cell can have.

use super::box_of_cell::BoxOfCell;
use skyweave_proof::table::document::WHOLE_PARTS;
use skyweave_proof::table::geometry::Edge;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

/// Rows that areas are measured along: an edge across a cell is met to 1/1000 of the cell.
const ROWS: i64 = 24;
/// East of every map.
const FAR_EAST: i64 = 1 << 40;

/// The edges near a cell and how often each local territory winds around the corner.
pub(super) struct Faces<'a> {
    pub around: &'a BoxOfCell,
    pub at_corner: &'a [i32],
    pub edges: &'a [(Edge, usize)],
}

/// Sets of local territories as bits.
type Mask = u32;

impl Faces<'_> {
    /// Every set of local territories that a point of the box can be in.
    pub fn masks(&self) -> BTreeSet<Mask> {
        let mut masks = BTreeSet::new();
        for y in self.heights() {
            let along = self.row(y).into_iter().filter(|&(x, _)| x <= self.around.east);
            masks.extend(along.map(|(_, mask)| mask));
        }
        masks
    }

    /// Parts of the cell's area in each set, of 65,536 in all; none near a pole.
    pub fn parts(&self) -> Option<BTreeMap<Mask, u32>> {
        let exact = &self.around.outline.as_ref()?.exact;
        let (low, high) = (exact.iter().map(|c| c.1).min()?, exact.iter().map(|c| c.1).max()?);
        let mut areas: BTreeMap<Mask, i128> = BTreeMap::new();
        for number in 0..ROWS {
            let y = low + (2 * number + 1) * (high - low) / (2 * ROWS);
            let Some((west, east)) = extent(exact, y) else { continue };
            let row = self.row(y);
            let ends = row.iter().skip(1).map(|&(x, _)| x).chain([FAR_EAST]);
            for (&(from, mask), until) in row.iter().zip(ends) {
                let width = until.min(east) - from.max(west);
                if width > 0 {
                    *areas.entry(mask).or_insert(0) += i128::from(width) * i128::from(cosine(y));
                }
            }
        }
        Some(in_parts(&areas))
    }

    /// From west to east: where a stretch of the row begins, and which set it is in.
    fn row(&self, y: i64) -> Vec<(i64, Mask)> {
        let (west, south) = (self.around.west, self.around.south);
        let mut windings = self.at_corner.to_vec();
        let mut met: Vec<(Meeting, i32, usize)> = Vec::new();
        for (edge, local) in self.edges {
            let north = edge.crossed_from_corner(west, south, west - 1, y);
            windings[*local] += north;
            let east = edge.crossed_from_corner(west, south, FAR_EAST, y) - north;
            if east != 0 {
                met.push((Meeting::of(edge, y), east, *local));
            }
        }
        met.sort_by(|a, b| a.0.order(&b.0));
        let mut row = vec![(west, mask(&windings))];
        let mut met = met.iter().peekable();
        while let Some((meeting, entered, local)) = met.next() {
            windings[*local] += entered;
            // edges that run together are passed together
            if met.peek().is_none_or(|(next, ..)| next.order(meeting) != Ordering::Equal) {
                row.push((meeting.first_after(), mask(&windings)));
            }
        }
        row
    }

    /// The first whole row at or above each height where the order of edges may change.
    fn heights(&self) -> BTreeSet<i64> {
        let BoxOfCell { west, east, south, north, .. } = *self.around;
        let mut heights = BTreeSet::from([south, north]);
        for (at, (edge, _)) in self.edges.iter().enumerate() {
            heights.extend([edge.y0, edge.y1]);
            // where it enters the box, and where it has passed the last whole x in it
            for x in [2 * west - 1, 2 * west, 2 * east, 2 * east + 1] {
                let side = Edge { x0: x, y0: 2 * south - 2, x1: x, y1: 2 * north + 2 };
                let doubled = Edge { x0: 2 * edge.x0, y0: 2 * edge.y0, x1: 2 * edge.x1, y1: 2 * edge.y1 };
                heights.extend(height_of_meeting(&doubled, &side, 2));
            }
            for (other, _) in &self.edges[..at] {
                heights.extend(height_of_meeting(edge, other, 1));
            }
        }
        heights.retain(|height| (south..=north).contains(height));
        heights
    }
}

fn mask(windings: &[i32]) -> Mask {
    windings.iter().enumerate().fold(0, |mask, (local, &winding)| mask | Mask::from(winding > 0) << local)
}

/// Where an edge meets a row: x as a fraction, and the slope just above.
struct Meeting {
    x: i128,
    slope: i128,
    over: i128,
}

impl Meeting {
    fn of(edge: &Edge, y: i64) -> Self {
        let up = if edge.y1 > edge.y0 { 1 } else { -1 };
        let (across, rise) = (i128::from(edge.x1 - edge.x0) * up, i128::from(edge.y1 - edge.y0) * up);
        Self { x: i128::from(edge.x0) * rise + across * i128::from(y - edge.y0), slope: across, over: rise }
    }

    fn order(&self, other: &Self) -> Ordering {
        let x = (self.x * other.over).cmp(&(other.x * self.over));
        x.then_with(|| (self.slope * other.over).cmp(&(other.slope * self.over)))
    }

    /// The first whole x that is at or east of it.
    fn first_after(&self) -> i64 {
        -((-self.x).div_euclid(self.over)) as i64
    }
}

/// The height at which two edges meet, divided by `scale` and rounded up; none if they do not or run together.
fn height_of_meeting(a: &Edge, b: &Edge, scale: i64) -> Option<i64> {
    let apart = a.x0.max(a.x1) < b.x0.min(b.x1)
        || b.x0.max(b.x1) < a.x0.min(a.x1)
        || a.y0.max(a.y1) < b.y0.min(b.y1)
        || b.y0.max(b.y1) < a.y0.min(a.y1);
    if apart {
        return None;
    }
    let cross = |px: i64, py: i64, qx: i64, qy: i64| {
        i128::from(px) * i128::from(qy) - i128::from(py) * i128::from(qx)
    };
    let (ax, ay, bx, by) = (a.x1 - a.x0, a.y1 - a.y0, b.x1 - b.x0, b.y1 - b.y0);
    let mut over = cross(ax, ay, bx, by);
    if over == 0 {
        return None;
    }
    let mut along = cross(b.x0 - a.x0, b.y0 - a.y0, bx, by);
    let mut other = cross(b.x0 - a.x0, b.y0 - a.y0, ax, ay);
    if over < 0 {
        (over, along, other) = (-over, -along, -other);
    }
    if along < 0 || along > over || other < 0 || other > over {
        return None;
    }
    let height = i128::from(a.y0) * over + i128::from(ay) * along;
    Some(-((-height).div_euclid(over * i128::from(scale))) as i64)
}

/// Where a row enters and leaves a cell.
fn extent(outline: &[(i64, i64)], y: i64) -> Option<(i64, i64)> {
    let sides = outline.iter().zip(outline.iter().cycle().skip(1));
    let crossed = sides.filter(|(a, b)| (a.1 <= y) != (b.1 <= y)).map(|(a, b)| {
        let along = i128::from(b.0 - a.0) * i128::from(y - a.1);
        a.0 + along.div_euclid(i128::from(b.1 - a.1)) as i64
    });
    let at: Vec<i64> = crossed.collect();
    Some((*at.iter().min()?, *at.iter().max()?))
}

/// The cosine of a latitude in parts of 2^30, by its series in whole numbers, so that it is the same everywhere.
fn cosine(latitude_e7: i64) -> i64 {
    const ONE: i128 = 1 << 30;
    /// Pi in parts of 2^30.
    const PI: i128 = 3_373_259_426;
    let angle = i128::from(latitude_e7) * PI / 1_800_000_000;
    let square = angle * angle / ONE;
    let (mut term, mut sum) = (ONE, ONE);
    for n in (2..=16).step_by(2) {
        term = -term * square / ONE / (n * (n - 1));
        sum += term;
    }
    sum as i64
}

/// Rounded down, with what is left going to the largest.
fn in_parts(areas: &BTreeMap<Mask, i128>) -> BTreeMap<Mask, u32> {
    let total: i128 = areas.values().sum();
    let whole = i128::from(WHOLE_PARTS);
    let mut parts: BTreeMap<Mask, u32> =
        areas.iter().map(|(&mask, area)| (mask, (area * whole / total.max(1)) as u32)).collect();
    let left = WHOLE_PARTS - parts.values().sum::<u32>();
    if let Some(largest) = parts.values_mut().max() {
        *largest += left;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cosines_are_right_to_a_millionth() {
        for degrees in [0, 10, 33, 45, 60, 75, 88, -60] {
            let exact = f64::from(degrees).to_radians().cos();
            let found = cosine(i64::from(degrees) * 10_000_000) as f64 / f64::from(1 << 30);
            assert!((exact - found).abs() < 1e-6, "{degrees}: {found}");
        }
    }

    #[test]
    fn edges_meet_at_a_height() {
        let edge = |x0, y0, x1, y1| Edge { x0, y0, x1, y1 };
        assert_eq!(height_of_meeting(&edge(0, 0, 10, 10), &edge(0, 10, 10, 0), 1), Some(5));
        assert_eq!(height_of_meeting(&edge(0, 0, 10, 5), &edge(3, -5, 3, 5), 1), Some(2), "1.5 rounded up");
        assert_eq!(height_of_meeting(&edge(0, 0, 10, 10), &edge(1, 1, 11, 11), 1), None);
        assert_eq!(height_of_meeting(&edge(0, 0, 10, 10), &edge(20, 0, 30, -10), 1), None);
    }
}
