//! Edges of a polygon that cross each other, which no border does.

use skyweave_proof::table::geometry::Edge;

/// The first two edges that properly cross: each has the other's ends strictly on both sides. Rings that touch are let be, since it is clear what
/// is inside.
pub(super) fn first(edges: &[Edge]) -> Option<(Edge, Edge)> {
    let mut by_west: Vec<&Edge> = edges.iter().collect();
    by_west.sort_by_key(|edge| (edge.x0.min(edge.x1), edge.y0, edge.y1));
    let mut near: Vec<&Edge> = Vec::new();
    for edge in by_west {
        let west = edge.x0.min(edge.x1);
        near.retain(|other| other.x0.max(other.x1) >= west);
        if let Some(other) = near.iter().find(|other| cross(edge, other)) {
            return Some((**other, *edge));
        }
        near.push(edge);
    }
    None
}

fn cross(a: &Edge, b: &Edge) -> bool {
    let apart = a.y0.max(a.y1) < b.y0.min(b.y1) || b.y0.max(b.y1) < a.y0.min(a.y1);
    !apart && splits(a, b) && splits(b, a)
}

/// The ends of the second are strictly on both sides of the first.
fn splits(edge: &Edge, other: &Edge) -> bool {
    side(edge, other.x0, other.y0) * side(edge, other.x1, other.y1) < 0
}

/// 1 to the left of the edge, -1 to its right, 0 on its line.
pub(super) fn side(edge: &Edge, x: i64, y: i64) -> i32 {
    let along = i128::from(edge.x1 - edge.x0) * i128::from(y - edge.y0);
    let across = i128::from(edge.y1 - edge.y0) * i128::from(x - edge.x0);
    (along - across).signum() as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_proper_crossings_count() {
        let edge = |x0, y0, x1, y1| Edge { x0, y0, x1, y1 };
        let flat = edge(0, 0, 10, 0);
        for (other, crosses) in [
            (edge(5, -5, 5, 5), true),
            (edge(5, 0, 5, 5), false),
            (edge(10, 0, 10, 5), false),
            (edge(2, 0, 8, 0), false),
            (edge(5, 1, 5, 5), false),
        ] {
            assert_eq!(first(&[flat, other]).is_some(), crosses, "{other:?}");
            assert_eq!(first(&[other, flat]).is_some(), crosses, "{other:?}");
        }
    }
}
