//! Rings that go on beyond 180 degrees, cut where they cross it, in whole 1e-7 degrees.

use skyweave_proof::table::geometry::{TURN_E7, Vertex};

const HALF_TURN_E7: i64 = TURN_E7 / 2;
const POLE_E7: i64 = 900_000_000;

/// A corner whose longitude may be beyond 180 degrees.
pub(super) type Wide = (i64, i64);

/// The ring (open, its last corner is not the first) with each step the short way around, and true if it goes once around the Earth: then
/// it is closed along the edge of the map at the pole nearer to its corners, which it must enclose.
pub(super) fn unrolled(ring: &[Wide]) -> (Vec<Wide>, bool) {
    let mut turns = 0;
    let mut before: Option<Wide> = None;
    let mut step = |corner: Wide| {
        if let Some(before) = before.replace(corner) {
            let across = corner.0 - before.0;
            turns -= i64::from(across > HALF_TURN_E7) - i64::from(across < -HALF_TURN_E7);
        }
        (corner.0 + turns * TURN_E7, corner.1)
    };
    let mut corners: Vec<Wide> = ring.iter().map(|&corner| step(corner)).collect();
    let Some(&first) = corners.first() else { return (corners, false) };
    let again = step(first);
    if again == first {
        return (corners, false);
    }
    let middle: i64 = corners.iter().map(|corner| corner.1.signum()).sum();
    let pole = if middle < 0 { -POLE_E7 } else { POLE_E7 };
    corners.extend([again, (again.0, pole), (first.0, pole)]);
    (corners, true)
}

/// True if the ring leaves the map.
pub(super) fn leaves_the_map(ring: &[Wide]) -> bool {
    ring.iter().any(|corner| corner.0.abs() > HALF_TURN_E7)
}

/// The parts of a ring in each turn, moved onto the map. Where a ring is cut several times its parts are joined along the antimeridian, to and
/// fro, which bounds nothing.
pub(super) fn cut(ring: &[Wide]) -> Vec<Vec<Vertex>> {
    let on_the_map = |turn: i64| {
        let (west, east) = (turn * TURN_E7 - HALF_TURN_E7, turn * TURN_E7 + HALF_TURN_E7);
        let part = half(&half(ring, west, true), east, false);
        let moved = part
            .into_iter()
            .map(|(x, y)| Vertex { longitude_e7: (x - turn * TURN_E7) as i32, latitude_e7: y as i32 });
        let mut corners: Vec<Vertex> = moved.collect();
        corners.dedup();
        if corners.len() > 1 && corners.first() == corners.last() {
            corners.pop();
        }
        corners
    };
    let turns = [-1, 0, 1].into_iter().map(on_the_map);
    turns.filter(|corners| corners.len() >= 3).collect()
}

/// What is east of a meridian, or west of it, by Sutherland and Hodgman (1974).
fn half(ring: &[Wide], meridian: i64, east: bool) -> Vec<Wide> {
    let inside = |corner: &Wide| if east { corner.0 >= meridian } else { corner.0 <= meridian };
    let mut kept = Vec::new();
    for (from, to) in ring.iter().zip(ring.iter().cycle().skip(1)) {
        if inside(from) {
            kept.push(*from);
        }
        if inside(from) != inside(to) {
            kept.push((meridian, latitude_at(*from, *to, meridian)));
        }
    }
    kept
}

/// Rounded down, whichever way the edge runs, so that neighbours are cut at one point.
fn latitude_at(from: Wide, to: Wide, meridian: i64) -> i64 {
    let (from, to) = if from.0 <= to.0 { (from, to) } else { (to, from) };
    let rise = i128::from(to.1 - from.1) * i128::from(meridian - from.0);
    from.1 + rise.div_euclid(i128::from(to.0 - from.0)) as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    use skyweave_proof::table::geometry::doubled_area;

    fn e7(corners: &[(i64, i64)]) -> Vec<Wide> {
        corners.iter().map(|&(x, y)| (x * 10_000_000, y * 10_000_000)).collect()
    }

    #[test]
    fn a_ring_across_the_antimeridian_is_cut_in_two() {
        let (ring, around) = unrolled(&e7(&[(170, -10), (-170, -10), (-170, 10), (170, 10)]));
        assert!(!around && leaves_the_map(&ring));
        let parts = cut(&ring);
        assert_eq!(parts.len(), 2);
        let whole: i128 = parts.iter().map(|part| doubled_area(part)).sum();
        assert_eq!(whole, 2 * 20 * 20 * 100_000_000_000_000);
        assert!(parts.iter().flatten().all(|corner| corner.is_on_the_map()));
    }

    #[test]
    fn a_ring_around_a_pole_is_closed_along_the_edge_of_the_map() {
        let (ring, around) = unrolled(&e7(&[(-120, -70), (0, -70), (120, -70)]));
        assert!(around);
        let parts = cut(&ring);
        let whole: i128 = parts.iter().map(|part| doubled_area(part).abs()).sum();
        assert_eq!(whole, 2 * 360 * 20 * 100_000_000_000_000);
    }
}
