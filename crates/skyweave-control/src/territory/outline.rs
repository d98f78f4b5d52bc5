//! Rings as they were drawn, in degrees, as polygons of whole 1e-7 degrees. What is not right is refused, or mended only where the reader asked
//! for it, and then told.

use super::Fault;
use super::antimeridian::{Wide, cut, leaves_the_map, unrolled};
use super::crossings;
use super::shapes::{DrawnPolygon, DrawnRing};
use skyweave_proof::table::geometry::{Edge, Polygon, Ring, TURN_E7, Vertex, doubled_area, edges};

/// What may be mended, because a dataset is known to draw so. Nothing by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Mending {
    /// Rings that run the other way around than RFC 7946, 3.1.6 says.
    pub turn_rings: bool,
    /// Rings that step over the antimeridian or around a pole, which RFC 7946, 3.1.9 wants cut.
    pub cut_at_antimeridian: bool,
}

impl Mending {
    /// What TopoJSON files need: the format says nothing about either.
    pub const TOPOJSON: Self = Self { turn_rings: true, cut_at_antimeridian: true };
}

/// The polygons of one part, and what was mended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    /// Each in its one form: rings begin at their westernmost corner, exteriors run counter-clockwise; in order.
    pub polygons: Vec<Polygon>,
    /// One sentence for each thing that was mended.
    pub mended: Vec<String>,
}

/// One part may have at most this many corners: a hundred times the most detailed country of the common datasets.
pub const MOST_CORNERS: usize = 4_000_000;

/// Makes the polygons of a part.
pub(super) fn of(place: &str, drawn: &[DrawnPolygon], mending: Mending) -> Result<Outline, Fault> {
    let corners: usize = drawn.iter().flatten().map(Vec::len).sum();
    if corners > MOST_CORNERS {
        return Err(Fault::new(place, format!("{corners} corners; at most {MOST_CORNERS} are accepted")));
    }
    if drawn.is_empty() {
        return Err(Fault::new(place, "it has no polygon"));
    }
    let mut outline = Outline { polygons: Vec::new(), mended: Vec::new() };
    for (number, rings) in drawn.iter().enumerate() {
        let place = format!("{place}, polygon {number}");
        add(&place, rings, mending, &mut outline)?;
    }
    outline.polygons.sort();
    outline.polygons.dedup();
    Ok(outline)
}

fn add(place: &str, rings: &[DrawnRing], mending: Mending, outline: &mut Outline) -> Result<(), Fault> {
    let rings: Vec<(String, Vec<Wide>, bool)> = rings
        .iter()
        .enumerate()
        .map(|(number, drawn)| {
            let place = format!("{place}, ring {number}");
            let corners = corners(&place, drawn)?;
            let (ring, around_pole) = if mending.cut_at_antimeridian {
                unrolled(&corners)
            } else {
                (as_drawn(&place, corners)?, false)
            };
            Ok((place, ring, around_pole))
        })
        .collect::<Result<_, Fault>>()?;
    // what goes around a pole is land of its own, and closed by an edge that was not drawn
    let (around_pole, others): (Vec<_>, Vec<_>) = rings.iter().partition(|(.., around_pole)| *around_pole);
    without_crossings(place, others.iter().flat_map(|(_, ring, _)| wide_edges(ring)))?;
    for (place, ring, _) in around_pole {
        without_crossings(place, wide_edges(ring))?;
    }
    let (mut exteriors, mut holes): (Vec<Ring>, Vec<Ring>) = (Vec::new(), Vec::new());
    for (number, (place, ring, around_pole)) in rings.into_iter().enumerate() {
        if leaves_the_map(&ring) || around_pole {
            outline.mended.push(format!("{place}: cut at the antimeridian"));
        }
        // a coast around a pole that is drawn as the hole of the sea is land of its own
        let is_exterior = number == 0 || around_pole;
        if !around_pole && (wide_area(&ring) > 0) != is_exterior {
            if !mending.turn_rings {
                let wanted =
                    if is_exterior { "an exterior runs counter-clockwise" } else { "a hole runs clockwise" };
                return Err(Fault::new(
                    place,
                    format!("it runs the wrong way around; {wanted} (RFC 7946, 3.1.6)"),
                ));
            }
            outline.mended.push(format!("{place}: turned"));
        }
        let parts = cut(&ring).into_iter().filter(|part| doubled_area(part) != 0);
        let parts = parts.map(|part| in_one_form(part, is_exterior));
        if is_exterior { exteriors.extend(parts) } else { holes.extend(parts) }
    }
    if exteriors.is_empty() {
        return Err(Fault::new(place, "it has no area"));
    }
    // whoever draws over the antimeridian has holes beside their exterior, until both are cut
    if !mending.cut_at_antimeridian {
        holes_are_inside(place, &exteriors, &holes)?;
    }
    outline.polygons.extend(with_their_holes(exteriors, holes));
    Ok(())
}

/// A hole beside its exterior would take its area from whatever else of the territory is there. Rings do not cross, so that one place tells; corners
/// may touch, and so the middles of edges are asked.
fn holes_are_inside(place: &str, exteriors: &[Ring], holes: &[Ring]) -> Result<(), Fault> {
    let middle = |one: Vertex, other: Vertex| Vertex {
        longitude_e7: i32::midpoint(one.longitude_e7, other.longitude_e7),
        latitude_e7: i32::midpoint(one.latitude_e7, other.latitude_e7),
    };
    let inside = |hole: &&Ring| {
        let next = hole.iter().cycle().skip(1);
        hole.iter()
            .zip(next)
            .any(|(one, other)| exteriors.iter().any(|exterior| around(exterior, middle(*one, *other))))
    };
    let Some(outside) = holes.iter().find(|hole| !inside(hole)) else { return Ok(()) };
    let degrees = outside.first().map_or([0.0; 2], |corner| {
        [f64::from(corner.longitude_e7) / 1e7, f64::from(corner.latitude_e7) / 1e7]
    });
    let what = format!("the hole at {} {} is not inside of its exterior", degrees[0], degrees[1]);
    Err(Fault::new(place, what))
}

fn without_crossings(place: &str, edges: impl Iterator<Item = Edge>) -> Result<(), Fault> {
    let Some((a, b)) = crossings::first(&edges.collect::<Vec<Edge>>()) else { return Ok(()) };
    let degrees = |edge: Edge| format!("{} {}", edge.x0 as f64 / 1e7, edge.y0 as f64 / 1e7);
    let what = format!(
        "its edges from {} and from {} cross; a border does not cross itself",
        degrees(a),
        degrees(b)
    );
    Err(Fault::new(place, what))
}

/// Corners in whole units, open, without repetitions.
fn corners(place: &str, drawn: &DrawnRing) -> Result<Vec<Wide>, Fault> {
    if drawn.len() < 4 {
        let what = format!("{} positions; a ring has at least four, the last like the first", drawn.len());
        return Err(Fault::new(place, what));
    }
    if drawn.first() != drawn.last() {
        return Err(Fault::new(place, "it is open; its last position must be its first again"));
    }
    let mut corners: Vec<Wide> = Vec::with_capacity(drawn.len());
    for [longitude_deg, latitude_deg] in &drawn[1..] {
        if !(longitude_deg.abs() <= 180.0 && latitude_deg.abs() <= 90.0) {
            let what = format!(
                "longitude {longitude_deg}, latitude {latitude_deg}; they are -180 to 180 and -90 to 90 degrees"
            );
            return Err(Fault::new(place, what));
        }
        let corner = ((longitude_deg * 1e7).round() as i64, (latitude_deg * 1e7).round() as i64);
        if corners.last() != Some(&corner) {
            corners.push(corner);
        }
    }
    if corners.len() > 1 && corners.first() == corners.last() {
        corners.pop();
    }
    if corners.len() < 3 {
        return Err(Fault::new(place, "it has fewer than three different corners"));
    }
    Ok(corners)
}

/// A ring whose edges are where they are drawn. One that is longer than half a turn was most likely meant to go the other way around; only along
/// a pole, where the map ends, it says nothing of that.
fn as_drawn(place: &str, ring: Vec<Wide>) -> Result<Vec<Wide>, Fault> {
    let at_pole = |edge: &Edge| edge.y0 == edge.y1 && edge.y0.abs() == 900_000_000;
    let long = wide_edges(&ring).find(|edge| (edge.x1 - edge.x0).abs() > TURN_E7 / 2 && !at_pole(edge));
    match long {
        None => Ok(ring),
        Some(edge) => {
            let (from, to) = (edge.x0 as f64 / 1e7, edge.x1 as f64 / 1e7);
            let what = format!(
                "an edge from longitude {from} to {to}; over the antimeridian RFC 7946, section 3.1.9 asks to cut the \
                 polygon in two, and an edge that long has corners between"
            );
            Err(Fault::new(place, what))
        }
    }
}

fn wide_edges(ring: &[Wide]) -> impl Iterator<Item = Edge> {
    let next = ring.iter().cycle().skip(1);
    ring.iter().zip(next).map(|(from, to)| Edge { x0: from.0, y0: from.1, x1: to.0, y1: to.1 })
}

fn wide_area(ring: &[Wide]) -> i128 {
    wide_edges(ring).map(|e| i128::from(e.x0) * i128::from(e.y1) - i128::from(e.x1) * i128::from(e.y0)).sum()
}

fn in_one_form(mut ring: Ring, counter_clockwise: bool) -> Ring {
    if (doubled_area(&ring) > 0) != counter_clockwise {
        ring.reverse();
    }
    let first = ring.iter().enumerate().min_by_key(|(_, corner)| **corner).map_or(0, |(at, _)| at);
    ring.rotate_left(first);
    ring
}

/// Each hole with the exterior that it is in; the sum over all rings, which decides what is inside, is the same wherever it goes.
fn with_their_holes(mut exteriors: Vec<Ring>, holes: Vec<Ring>) -> Vec<Polygon> {
    exteriors.sort();
    let mut polygons: Vec<Polygon> =
        exteriors.into_iter().map(|exterior| Polygon { exterior, holes: Vec::new() }).collect();
    for hole in holes {
        let at = hole.first().map_or(0, |&corner| {
            polygons.iter().position(|polygon| around(&polygon.exterior, corner)).unwrap_or(0)
        });
        polygons[at].holes.push(hole);
    }
    for polygon in &mut polygons {
        polygon.holes.sort();
    }
    polygons
}

fn around(ring: &Ring, corner: Vertex) -> bool {
    let (x, y) = (corner.longitude_e7.into(), corner.latitude_e7.into());
    edges(ring).map(|edge| edge.crossed_from_west(x, y)).sum::<i32>() > 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(rings: &[&[[f64; 2]]], mending: Mending) -> Result<Outline, String> {
        let drawn: DrawnPolygon = rings.iter().map(|ring| ring.to_vec()).collect();
        of("x", &[drawn], mending).map_err(|fault| fault.to_string())
    }

    const SQUARE: &[[f64; 2]] = &[[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [0.0, 4.0], [0.0, 0.0]];
    const HOLE: &[[f64; 2]] = &[[1.0, 1.0], [1.0, 2.0], [2.0, 2.0], [2.0, 1.0], [1.0, 1.0]];

    #[test]
    fn what_is_wrong_is_said() {
        let turned: Vec<_> = SQUARE.iter().rev().copied().collect();
        let turned_hole: Vec<_> = HOLE.iter().rev().copied().collect();
        let beside = [[5.0, 5.0], [5.0, 6.0], [6.0, 6.0], [6.0, 5.0], [5.0, 5.0]];
        let touching = beside.map(|[x, y]| [x - 1.0, y - 1.0]);
        let across: &[[f64; 2]] = &[[179.0, 0.0], [-179.0, 0.0], [-179.0, 1.0], [179.0, 1.0], [179.0, 0.0]];
        let bow: &[[f64; 2]] = &[[0.0, 0.0], [4.0, 4.0], [4.0, 0.0], [0.0, 3.0], [0.0, 0.0]];
        let out: &[[f64; 2]] = &[[0.0, 0.0], [4.0, 91.0], [4.0, 0.0], [0.0, 0.0]];
        let nan: &[[f64; 2]] = &[[0.0, 0.0], [f64::NAN, 1.0], [4.0, 0.0], [0.0, 0.0]];
        for (rings, said) in [
            (vec![&SQUARE[..3]], "3 positions"),
            (vec![&SQUARE[..4]], "it is open"),
            (vec![&turned[..]], "ring 0: it runs the wrong way around; an exterior"),
            (vec![SQUARE, &turned_hole[..]], "ring 1: it runs the wrong way around; a hole"),
            (vec![SQUARE, HOLE, &beside[..]], "polygon 0: the hole at 5 5 is not inside of its exterior"),
            (vec![SQUARE, &touching[..]], "the hole at 4 4 is not inside"),
            (vec![across], "RFC 7946, section 3.1.9"),
            (vec![bow], "cross"),
            (vec![out], "latitude 91"),
            (vec![nan], "longitude NaN"),
            (vec![&[[0.0, 0.0]; 5][..]], "fewer than three different"),
        ] {
            let error = read(&rings, Mending::default()).unwrap_err();
            assert!(error.contains(said), "{said}: {error}");
        }
        assert_eq!(of("x", &[], Mending::default()).unwrap_err().to_string(), "x: it has no polygon");
    }

    #[test]
    fn what_is_mended_is_told() {
        let turned: Vec<_> = SQUARE.iter().rev().copied().collect();
        let right = read(&[SQUARE, HOLE], Mending::default()).unwrap();
        assert_eq!((right.polygons.len(), right.polygons[0].holes.len(), right.mended.len()), (1, 1, 0));
        let in_the_corner: &[[f64; 2]] = &[[0.0, 0.0], [1.0, 2.0], [2.0, 1.0], [0.0, 0.0]];
        assert_eq!(read(&[SQUARE, in_the_corner], Mending::default()).unwrap().polygons[0].holes.len(), 1);
        let to_the_pole: &[[f64; 2]] = &[
            [-180.0, -90.0],
            [180.0, -90.0],
            [180.0, -80.0],
            [0.0, -70.0],
            [-180.0, -80.0],
            [-180.0, -90.0],
        ];
        assert_eq!(read(&[to_the_pole], Mending::default()).unwrap().mended.len(), 0);
        let mended = read(&[&turned, HOLE], Mending::TOPOJSON).unwrap();
        assert_eq!(mended.polygons, right.polygons);
        assert_eq!(mended.mended, ["x, polygon 0, ring 0: turned"]);
    }
}
