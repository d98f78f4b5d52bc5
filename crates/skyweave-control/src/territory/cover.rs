//! Which cells territories cover: whole cells, as coarse as can be, and cells that borders cross.
//!
//! Along every edge the cells of resolution 5 near it are looked at. Those that an edge really crosses, and in which that makes a difference, are
//! border cells. All others are of one class; and since a class changes only at a border, so is a coarser cell without a border
//! cell in it, whatever its fringes.

use super::box_of_cell::{BoxOfCell, POLAR_DEG};
use super::faces::Faces;
use super::index::Index;
use super::{Fault, Territory};
use h3o::{CellIndex, LatLng, Resolution};
use rayon::prelude::*;
use skyweave_proof::table::border::{MOST_LOCALS, MOVED, Share, edge_begins, numbered_vertices};
use skyweave_proof::table::document::{BorderCell, Local, WHOLE_PARTS};
use skyweave_proof::table::geometry::{Edge, TURN_E7, Vertex};
use skyweave_proof::table::{AreaNo, ClassNo, Point};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

const FINEST: Resolution = Resolution::Five;
/// Cells of resolution 5 are 14 km across or more: none is missed between two looks.
const STEP_KM: f64 = 3.0;
const KM_PER_DEGREE: f64 = 111.2;
/// From here on cells are taller than wide on the map, and their boxes reach beyond their neighbours.
const HIGH_DEG: f64 = 80.0;

/// Which class each place of the world is of. Territories are in the order of their names.
#[derive(Debug, Clone)]
pub struct Cover {
    pub(crate) territories: Vec<Territory>,
    pub(crate) cells: Vec<CellIndex>,
    pub(crate) classes: Vec<Vec<AreaNo>>,
    pub(crate) whole: Vec<(CellIndex, ClassNo)>,
    pub(crate) borders: Vec<BorderCell>,
}

impl Cover {
    /// Covers territories, and the cells that policies name as areas of their own.
    ///
    /// # Errors
    /// Two territories of one name; borders of more than 32 territories in one cell.
    pub fn of(territories: &[Territory], cells: &BTreeSet<CellIndex>) -> Result<Self, Fault> {
        let mut territories = territories.to_vec();
        territories.sort_by(|a, b| a.name.cmp(&b.name));
        if let Some(pair) = territories.windows(2).find(|pair| pair[0].name == pair[1].name) {
            return Err(Fault::new(format!("territory {}", pair[0].name), "there are two of this name"));
        }
        let (vertices, owners) = numbered_vertices(&territories);
        let is_edge = edge_begins(&territories);
        let ground = Ground { index: Index::of(&vertices, &owners, &is_edge), vertices, owners, is_edge };
        let near = ground.edges_by_cell();
        let results: Vec<Result<Option<Built>, Fault>> =
            near.par_iter().map(|(cell, edges)| ground.border(*cell, edges)).collect();
        let mut built = BTreeMap::new();
        // of several faults always the first
        for result in results {
            built.extend(result?.map(|border| (border.cell, border)));
        }
        let cells: Vec<CellIndex> = cells.iter().copied().collect();
        Ok(Descent::new(&ground, &built, &cells, territories.len()).cover(territories, cells))
    }

    /// Whether it is the cover of these territories and cells.
    #[must_use]
    pub fn is_of(&self, territories: &[Territory], cells: &BTreeSet<CellIndex>) -> bool {
        let find = |name: &str| self.territories.binary_search_by(|known| known.name.as_str().cmp(name));
        let same = |territory: &Territory| {
            find(&territory.name).is_ok_and(|number| self.territories[number] == *territory)
        };
        self.territories.len() == territories.len()
            && territories.iter().all(same)
            && self.cells.iter().eq(cells.iter())
    }

    /// The territories, by name.
    #[must_use]
    pub fn territories(&self) -> &[Territory] {
        &self.territories
    }

    /// How many cells are entered whole, and how many are crossed by borders.
    #[must_use]
    pub fn cell_counts(&self) -> (usize, usize) {
        (self.whole.len(), self.borders.len())
    }

    /// How many classes occur.
    #[must_use]
    pub fn class_count(&self) -> usize {
        self.classes.len()
    }
}

/// Every edge there is.
struct Ground {
    index: Index,
    vertices: Vec<Vertex>,
    owners: Vec<u16>,
    is_edge: Vec<bool>,
}

/// The areas of a class and its parts of a cell.
type Face = (Vec<AreaNo>, u32);

/// A border cell whose classes have no numbers yet.
struct Built {
    cell: CellIndex,
    border: BorderCell,
    faces: Vec<Face>,
}

impl Ground {
    fn edge(&self, number: u32) -> Edge {
        let first = (number & !MOVED) as usize;
        let shift = if number & MOVED == 0 { 0 } else { TURN_E7 };
        Edge::between(self.vertices[first], self.vertices[first + 1], shift)
    }

    /// The cells that edges may touch, and those edges, in order.
    fn edges_by_cell(&self) -> Vec<(CellIndex, Vec<u32>)> {
        let mut near: HashMap<CellIndex, Vec<u32>> = HashMap::new();
        let polar = [polar_cells(90.0), polar_cells(-90.0)];
        for number in (0..self.vertices.len() as u32).filter(|&number| self.is_edge[number as usize]) {
            let edge = self.edge(number);
            let mut add = |cell: CellIndex| {
                let edges = near.entry(cell).or_default();
                if edges.last() != Some(&number) {
                    edges.push(number);
                }
            };
            walk(&edge, &mut add);
            // a degree below the polar cells, which reach lower than their centres
            if edge.y0.max(edge.y1) > 870_000_000 {
                polar[0].iter().copied().for_each(&mut add);
            }
            if edge.y0.min(edge.y1) < -870_000_000 {
                polar[1].iter().copied().for_each(&mut add);
            }
        }
        let mut near: Vec<_> = near.into_iter().collect();
        near.sort_by_key(|&(cell, _)| u64::from(cell));
        near
    }

    /// What crosses a cell; none if all of it is of one class.
    fn border(&self, cell: CellIndex, near: &[u32]) -> Result<Option<Built>, Fault> {
        let around = BoxOfCell::of(cell);
        let (mut numbers, mut is_crossed) = (Vec::new(), false);
        for &number in near {
            let moved = around.crosses_antimeridian().then_some(number | MOVED);
            for number in [Some(number), moved].into_iter().flatten() {
                let edge = self.edge(number);
                if around.is_touched_by(&edge) {
                    numbers.push(number);
                    is_crossed |= around.is_crossed_by(&edge);
                }
            }
        }
        if !is_crossed {
            return Ok(None);
        }
        numbers.sort_unstable();
        let owner = |number: u32| AreaNo(self.owners[(number & !MOVED) as usize]);
        let locals: Vec<AreaNo> =
            numbers.iter().map(|&number| owner(number)).collect::<BTreeSet<_>>().into_iter().collect();
        if locals.len() > MOST_LOCALS {
            let what =
                format!("borders of {} territories; at most {MOST_LOCALS} may meet in a cell", locals.len());
            return Err(Fault::new(format!("cell {cell}"), what));
        }
        let edges: Vec<(Edge, usize)> = numbers
            .iter()
            .filter_map(|&number| Some((self.edge(number), locals.binary_search(&owner(number)).ok()?)))
            .collect();
        let (at_corner, others) = self.at_corner(&around, &locals, &edges);
        let faces = Faces { around: &around, at_corner: &at_corner, edges: &edges };
        let masks = faces.masks();
        if masks.len() == 1 {
            return Ok(None);
        }
        let parts = faces.parts().unwrap_or_default();
        let areas_of = |mask: u32| {
            let inside = locals.iter().enumerate().filter(|(local, _)| mask >> local & 1 == 1);
            let mut areas: Vec<AreaNo> =
                inside.map(|(_, &area)| area).chain(others.iter().copied()).collect();
            areas.sort_unstable();
            areas
        };
        let mut faces: Vec<Face> =
            masks.iter().map(|&mask| (areas_of(mask), parts.get(&mask).copied().unwrap_or(0))).collect();
        let told: u32 = faces.iter().map(|face| face.1).sum();
        if told != WHOLE_PARTS {
            // near a pole a cell has no outline on the map: its parts are counted by the middles of smaller cells
            self.count_middles(cell, &mut faces);
        }
        let winding = |at: usize| at_corner[at] as i16;
        let locals = locals.iter().enumerate();
        let border = BorderCell {
            cell,
            west_e7: around.west as i32,
            south_e7: around.south as i32,
            locals: locals.map(|(at, &territory)| Local { territory, winding: winding(at) }).collect(),
            edges: numbers,
            faces: Vec::new(),
        };
        Ok(Some(Built { cell, border, faces }))
    }

    /// How often the local territories wind around the corner of the box, and which others the cell is in.
    fn at_corner(
        &self,
        around: &BoxOfCell,
        locals: &[AreaNo],
        edges: &[(Edge, usize)],
    ) -> (Vec<i32>, Vec<AreaNo>) {
        let (x, y) = around.centre;
        let on_map = if x >= TURN_E7 / 2 { x - TURN_E7 } else { x };
        let windings =
            Point::new(y as i32, on_map as i32).map(|point| self.index.windings(point)).unwrap_or_default();
        let mut at_corner: Vec<i32> =
            locals.iter().map(|local| windings.get(local).copied().unwrap_or(0)).collect();
        for (edge, local) in edges {
            at_corner[*local] -= edge.crossed_from_corner(around.west, around.south, x, y);
        }
        let others = windings.into_iter().filter(|(area, winding)| *winding > 0 && !locals.contains(area));
        (at_corner, others.map(|(area, _)| area).collect())
    }

    fn count_middles(&self, cell: CellIndex, faces: &mut [Face]) {
        let middles = cell.children(Resolution::Eight).filter_map(|child| {
            let middle = LatLng::from(child);
            Some(self.index.territories(Point::from_degrees(middle.lat(), middle.lng())?))
        });
        let mut counts = vec![0_u32; faces.len()];
        for areas in middles {
            if let Some(at) = faces.iter().position(|face| face.0 == areas) {
                counts[at] += 1;
            }
        }
        let total = counts.iter().sum::<u32>().max(1);
        for (face, count) in faces.iter_mut().zip(&counts) {
            face.1 = count * WHOLE_PARTS / total;
        }
        let left = WHOLE_PARTS - faces.iter().map(|face| face.1).sum::<u32>();
        if let Some(largest) = faces.iter_mut().max_by_key(|face| face.1) {
            largest.1 += left;
        }
    }
}

fn polar_cells(pole_deg: f64) -> Vec<CellIndex> {
    let Ok(pole) = LatLng::new(pole_deg, 0.0) else { return Vec::new() };
    let disk: Vec<CellIndex> = pole.to_cell(FINEST).grid_disk(24);
    disk.into_iter().filter(|&cell| LatLng::from(cell).lat().abs() > POLAR_DEG).collect()
}

/// Names the cells around an edge, at every few kilometres of it.
fn walk(edge: &Edge, add: &mut impl FnMut(CellIndex)) {
    let degrees = |e7: i64| e7 as f64 / 1e7;
    let lowest_deg =
        if edge.y0.signum() == edge.y1.signum() { degrees(edge.y0.abs().min(edge.y1.abs())) } else { 0.0 };
    let east_km = degrees(edge.x1 - edge.x0) * KM_PER_DEGREE * lowest_deg.to_radians().cos();
    let north_km = degrees(edge.y1 - edge.y0) * KM_PER_DEGREE;
    let steps = (east_km.hypot(north_km) / STEP_KM).ceil().max(1.0);
    let mut last = None;
    for step in 0..=steps as u32 {
        let part = f64::from(step) / steps;
        let latitude_deg = degrees(edge.y0) + degrees(edge.y1 - edge.y0) * part;
        let longitude_deg = degrees(edge.x0) + degrees(edge.x1 - edge.x0) * part;
        let Ok(place) = LatLng::new(latitude_deg, longitude_deg) else { continue };
        let cell = place.to_cell(FINEST);
        if last.replace(cell) != Some(cell) {
            let rings = if latitude_deg.abs() < HIGH_DEG { 1 } else { 2 };
            cell.grid_disk_safe(rings).for_each(&mut *add);
        }
    }
}

/// From the coarsest cells down to where everything is of one class.
struct Descent<'a> {
    ground: &'a Ground,
    built: &'a BTreeMap<CellIndex, Built>,
    /// Cells in which not everything is of one class.
    mixed: HashSet<CellIndex>,
    cell_areas: HashMap<CellIndex, AreaNo>,
    whole: Vec<(CellIndex, Vec<AreaNo>)>,
    borders: Vec<(BorderCell, Vec<Face>)>,
}

impl<'a> Descent<'a> {
    fn new(
        ground: &'a Ground,
        built: &'a BTreeMap<CellIndex, Built>,
        cells: &[CellIndex],
        territories: usize,
    ) -> Self {
        let mut mixed = HashSet::new();
        for &cell in built.keys().chain(cells) {
            let mut above = cell;
            while let Some(parent) = above.resolution().pred().and_then(|coarser| above.parent(coarser)) {
                if !mixed.insert(parent) {
                    break;
                }
                above = parent;
            }
        }
        let cell_areas =
            cells.iter().zip(territories..).map(|(&cell, area)| (cell, AreaNo(area as u16))).collect();
        Self { ground, built, mixed, cell_areas, whole: Vec::new(), borders: Vec::new() }
    }

    fn cover(mut self, territories: Vec<Territory>, cells: Vec<CellIndex>) -> Cover {
        for base in CellIndex::base_cells() {
            self.descend(base, &[]);
        }
        let faces = self.borders.iter().flat_map(|(_, faces)| faces).map(|face| &face.0);
        let mut sets: BTreeSet<&Vec<AreaNo>> =
            self.whole.iter().map(|(_, areas)| areas).chain(faces).collect();
        let nowhere = Vec::new();
        sets.insert(&nowhere);
        let classes: Vec<Vec<AreaNo>> = sets.into_iter().cloned().collect();
        // every set was just listed
        let number = |areas: &Vec<AreaNo>| ClassNo(classes.binary_search(areas).unwrap_or(0) as u16);
        let mut whole: Vec<_> = self.whole.iter().map(|(cell, areas)| (*cell, number(areas))).collect();
        whole.sort_by_key(|&(cell, _)| u64::from(cell));
        let mut borders: Vec<BorderCell> = Vec::with_capacity(self.borders.len());
        for (border, faces) in &self.borders {
            let mut border = border.clone();
            border.faces =
                faces.iter().map(|(areas, parts)| Share { class: number(areas), parts: *parts }).collect();
            border.faces.sort_by_key(|face| face.class);
            borders.push(border);
        }
        borders.sort_by_key(|border| u64::from(border.cell));
        Cover { territories, cells, classes, whole, borders }
    }

    fn descend(&mut self, cell: CellIndex, within: &[AreaNo]) {
        let mut within = within.to_vec();
        within.extend(self.cell_areas.get(&cell));
        within.sort_unstable();
        if self.mixed.contains(&cell) {
            if let Some(finer) = cell.resolution().succ() {
                for child in cell.children(finer) {
                    self.descend(child, &within);
                }
            }
            return;
        }
        let with = |areas: &[AreaNo]| areas.iter().chain(&within).copied().collect::<Vec<AreaNo>>();
        if let Some(built) = self.built.get(&cell) {
            let faces = built.faces.iter().map(|(areas, parts)| (with(areas), *parts)).collect();
            self.borders.push((built.border.clone(), faces));
            return;
        }
        let middle = LatLng::from(cell);
        let Some(point) = Point::from_degrees(middle.lat(), middle.lng()) else { return };
        let areas = with(&self.ground.index.territories(point));
        if !areas.is_empty() {
            self.whole.push((cell, areas));
        }
    }
}
