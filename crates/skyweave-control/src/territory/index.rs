//! Which territories a point is in, by the edges in its band of latitude.

use skyweave_proof::table::geometry::{Edge, Vertex};
use skyweave_proof::table::{AreaNo, Point};
use std::collections::BTreeMap;

/// 0.1 degree: about as many edges a band as a coastline has within a degree of longitude.
const BAND_E7: i64 = 1_000_000;
const BANDS: i64 = 1_801;
const SOUTH_E7: i64 = -900_000_000;

/// Every edge of every territory.
#[derive(Debug)]
pub(super) struct Index {
    bands: Vec<Vec<(Edge, u16)>>,
}

fn band(y: i64) -> usize {
    ((y - SOUTH_E7) / BAND_E7).clamp(0, BANDS - 1) as usize
}

impl Index {
    /// An index of edges given by their corners, a closed ring after the other, and their territories. The step from one ring to the next
    /// is not an edge.
    pub fn of(vertices: &[Vertex], owners: &[u16], is_edge: &[bool]) -> Self {
        let mut bands = vec![Vec::new(); BANDS as usize];
        for at in (0..vertices.len()).filter(|&at| is_edge[at]) {
            let edge = Edge::between(vertices[at], vertices[at + 1], 0);
            // an edge along a parallel is never crossed from the west
            if edge.y0 != edge.y1 {
                for band in &mut bands[band(edge.y0.min(edge.y1))..=band(edge.y0.max(edge.y1))] {
                    band.push((edge, owners[at]));
                }
            }
        }
        Self { bands }
    }

    /// How often each territory winds around a point; those that do not are not there.
    pub fn windings(&self, point: Point) -> BTreeMap<AreaNo, i32> {
        let (x, y) = (point.longitude_e7().into(), point.latitude_e7().into());
        let mut windings = BTreeMap::new();
        for (edge, owner) in &self.bands[band(y)] {
            let entered = edge.crossed_from_west(x, y);
            if entered != 0 {
                *windings.entry(AreaNo(*owner)).or_insert(0) += entered;
            }
        }
        windings.retain(|_, winding| *winding != 0);
        windings
    }

    /// The territories that a point is in.
    pub fn territories(&self, point: Point) -> Vec<AreaNo> {
        let inside = self.windings(point).into_iter().filter(|&(_, winding)| winding > 0);
        inside.map(|(territory, _)| territory).collect()
    }
}
