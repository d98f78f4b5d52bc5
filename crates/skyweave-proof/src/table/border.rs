//! Cells that borders cross, and which side of them a point is on.
//!
//! Each such cell keeps the edges that come near it and how often each territory winds around one corner, so that a point is placed by
//! the few edges between it and that corner and not by whole countries.

use super::document::{BorderCell, Document, Territory};
use super::geometry::{Edge, Point, Polygon, TURN_E7, Vertex};
use super::number::ClassNo;

/// A border cell has edges of at most this many territories.
pub const MOST_LOCALS: usize = 32;
/// An edge whose number has this bit is moved a turn to the east.
pub const MOVED: u32 = 1 << 31;

/// A class and the share of a cell's area that it has, in parts of 65,536.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Share {
    /// Which class.
    pub class: ClassNo,
    /// Of 65,536; 0 for slivers below that.
    pub parts: u32,
}

#[derive(Debug, Clone, Copy)]
struct Face {
    /// A bit for each local territory that it is in.
    mask: u32,
    share: Share,
}

#[derive(Debug, Clone, Copy)]
struct Cell {
    west: i64,
    south: i64,
    locals: (u32, u32),
    edges: (u32, u32),
    faces: (u32, u32),
}

/// All border cells of a table, in memory made for asking.
#[derive(Debug, Clone, Default)]
pub(super) struct Borders {
    cells: Vec<Cell>,
    /// Windings around the corner, by local territory.
    at_corner: Vec<i16>,
    /// Number of an edge's first corner, perhaps moved, and the local territory.
    edges: Vec<(u32, u8)>,
    faces: Vec<Face>,
    /// Corners of all rings, each ring closed.
    vertices: Vec<Vertex>,
}

/// The corners of all rings in order, each ring closed, and the territory of each; the number of an edge is that of its first corner here.
#[must_use]
pub fn numbered_vertices(territories: &[Territory]) -> (Vec<Vertex>, Vec<u16>) {
    let (mut vertices, mut owners) = (Vec::new(), Vec::new());
    for (number, territory) in territories.iter().enumerate() {
        for ring in territory.polygons.iter().flat_map(Polygon::rings) {
            vertices.extend(ring);
            vertices.extend(ring.first());
            owners.resize(vertices.len(), number as u16);
        }
    }
    (vertices, owners)
}

/// For each of these corners if an edge begins there: the last of a closed ring is the first again, and none does.
#[must_use]
pub fn edge_begins(territories: &[Territory]) -> Vec<bool> {
    let mut begins = Vec::new();
    for ring in territories.iter().flat_map(|territory| &territory.polygons).flat_map(Polygon::rings) {
        begins.resize(begins.len() + ring.len(), true);
        begins.push(false);
    }
    begins
}

impl Borders {
    /// The borders of a document that was checked.
    pub fn of(document: &Document) -> Self {
        let (vertices, owners) = numbered_vertices(&document.territories);
        let mut borders = Self { vertices, ..Self::default() };
        for cell in &document.borders {
            borders.add(cell, &owners, &document.classes);
        }
        borders
    }

    fn add(&mut self, cell: &BorderCell, owners: &[u16], classes: &[Vec<super::number::AreaNo>]) {
        let starts = (self.at_corner.len() as u32, self.edges.len() as u32, self.faces.len() as u32);
        let local_of = |area: u16| cell.locals.iter().position(|local| local.territory.0 == area);
        self.at_corner.extend(cell.locals.iter().map(|local| local.winding));
        for &number in &cell.edges {
            let owner = owners.get((number & !MOVED) as usize).and_then(|&owner| local_of(owner));
            self.edges.extend(owner.map(|local| (number, local as u8)));
        }
        for &share in &cell.faces {
            let areas = classes.get(share.class.index()).map_or(&[][..], Vec::as_slice);
            let mask =
                areas.iter().filter_map(|area| local_of(area.0)).fold(0, |mask, local| mask | 1 << local);
            self.faces.push(Face { mask, share });
        }
        self.cells.push(Cell {
            west: cell.west_e7.into(),
            south: cell.south_e7.into(),
            locals: (starts.0, self.at_corner.len() as u32),
            edges: (starts.1, self.edges.len() as u32),
            faces: (starts.2, self.faces.len() as u32),
        });
    }

    /// The class of a point in a border cell.
    pub fn class_at(&self, number: u32, point: Point) -> ClassNo {
        let Some(cell) = self.cells.get(number as usize) else { return ClassNo::NOWHERE };
        let mut x = i64::from(point.longitude_e7());
        let y = i64::from(point.latitude_e7());
        if x < cell.west {
            x += TURN_E7;
        }
        let mut windings = [0_i32; MOST_LOCALS];
        let at_corner = &self.at_corner[range(cell.locals)];
        for (winding, &there) in windings.iter_mut().zip(at_corner) {
            *winding = there.into();
        }
        for &(edge, local) in &self.edges[range(cell.edges)] {
            windings[usize::from(local)] += self.edge(edge).crossed_from_corner(cell.west, cell.south, x, y);
        }
        let bit = |(local, &winding): (usize, &i32)| u32::from(winding > 0) << local;
        let mask = windings[..at_corner.len()].iter().enumerate().map(bit).fold(0, |mask, bit| mask | bit);
        let faces = &self.faces[range(cell.faces)];
        faces.iter().find(|face| face.mask == mask).map_or(ClassNo::NOWHERE, |face| face.share.class)
    }

    /// The classes of a border cell and their shares of its area.
    pub fn shares(&self, number: u32) -> impl Iterator<Item = Share> {
        let faces = self.cells.get(number as usize).map_or(0..0, |cell| range(cell.faces));
        self.faces[faces].iter().map(|face| face.share)
    }

    /// The edges near a border cell, in the numbers of x that are near the cell.
    pub fn edges_of(&self, number: u32) -> impl Iterator<Item = Edge> {
        let edges = self.cells.get(number as usize).map_or(0..0, |cell| range(cell.edges));
        self.edges[edges].iter().map(|&(edge, _)| self.edge(edge))
    }

    fn edge(&self, number: u32) -> Edge {
        let first = (number & !MOVED) as usize;
        let shift = if number & MOVED == 0 { 0 } else { TURN_E7 };
        Edge::between(self.vertices[first], self.vertices[first + 1], shift)
    }
}

fn range((start, end): (u32, u32)) -> std::ops::Range<usize> {
    start as usize..end as usize
}
