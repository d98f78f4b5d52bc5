//! Where beams are pointed: a grid of beam cells over the position cells.
//!
//! Positions are told by H3 cells, beams are pointed at cells of their own, and the two are different things: at resolution 5 a position
//! cell has 253 km2, and a beam cell with its neighbours 24 km away 500 km2. The grid has rows of latitude, `sqrt(3)/2` of
//! that distance apart; every other row is shifted by half a cell, and a row has as many cells as fit around its circle. A
//! position cell belongs to the beam cell whose centre is nearest to its own. Only beam cells with position cells exist.

use crate::geodesy::{EARTH_MEAN_RADIUS_M, Geodetic, Vec3};
use crate::ids::{BeamId, CellId};
use crate::place::Place;
use std::collections::BTreeMap;
use std::f64::consts::{PI, TAU};

/// Beam cells up to so many spacings away are neighbours: two rings of a hexagonal grid.
const NEIGHBOUR_SPACINGS: f64 = 2.2;
/// Distance that stands for a spacing where beams are pointed at position cells, m.
const POSITION_CELL_M: f64 = 16e3;

/// All beam cells.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BeamGrid {
    /// By beam cell: its centre.
    pub places: Vec<Place>,
    /// By position cell: the beam cell that it belongs to.
    pub of_cell: Vec<BeamId>,
    members: Rows<CellId>,
    neighbours: Rows<BeamId>,
    /// By beam cell: the colour that it uses first.
    pub first_colour: Vec<u8>,
}

impl BeamGrid {
    /// Lays the grid over position cells. With a spacing of zero each of them has a beam cell of its own.
    #[must_use]
    pub fn lay(cells: &[Place], spacing_m: f64, colours: u8) -> Self {
        let (places, of_cell) = if spacing_m > 0.0 {
            gather(cells, spacing_m)
        } else {
            (cells.to_vec(), (0..cells.len()).map(BeamId::at).collect())
        };
        let members =
            Rows::of(places.len(), of_cell.iter().zip((0..).map(CellId)).map(|(b, c)| (b.index(), c)));
        let reach_m = NEIGHBOUR_SPACINGS * if spacing_m > 0.0 { spacing_m } else { POSITION_CELL_M };
        let neighbours = Rows::of(places.len(), near(&places, reach_m).into_iter());
        let first_colour = colour(&neighbours, places.len(), colours);
        Self { places, of_cell, members, neighbours, first_colour }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// True if there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The position cells of a beam cell, ascending.
    #[must_use]
    pub fn cells(&self, beam: usize) -> &[CellId] {
        self.members.of_row(beam)
    }

    /// The beam cells around one, ascending.
    #[must_use]
    pub fn neighbours(&self, beam: usize) -> &[BeamId] {
        self.neighbours.of_row(beam)
    }
}

/// Lists of different lengths, one behind the other.
#[derive(Debug, Clone, PartialEq)]
struct Rows<T> {
    starts: Vec<u32>,
    values: Vec<T>,
}

impl<T> Default for Rows<T> {
    fn default() -> Self {
        Self { starts: vec![0], values: Vec::new() }
    }
}

impl<T: Copy + Ord> Rows<T> {
    fn of(rows: usize, entries: impl Iterator<Item = (usize, T)>) -> Self {
        let mut entries: Vec<(usize, T)> = entries.collect();
        entries.sort_unstable();
        let mut starts = vec![0_u32; rows + 1];
        for (row, _) in &entries {
            starts[row + 1] += 1;
        }
        for row in 0..rows {
            starts[row + 1] += starts[row];
        }
        Self { starts, values: entries.into_iter().map(|(_, value)| value).collect() }
    }
}

impl<T> Rows<T> {
    fn of_row(&self, row: usize) -> &[T] {
        &self.values[self.starts[row] as usize..self.starts[row + 1] as usize]
    }
}

/// Row and column of a beam cell.
type Key = (i32, i32);

/// The grid's cells that position cells fall into, and into which each falls.
fn gather(cells: &[Place], spacing_m: f64) -> (Vec<Place>, Vec<BeamId>) {
    let spacing = spacing_m / EARTH_MEAN_RADIUS_M;
    let keys: Vec<Key> = cells.iter().map(|cell| nearest(&cell.geodetic, spacing)).collect();
    // numbered as they are met, so that whoever goes through them stays in one region as position cells do
    let (mut numbers, mut places) = (BTreeMap::new(), Vec::new());
    let of_cell = keys.iter().map(|key| {
        *numbers.entry(*key).or_insert_with(|| {
            places.push(Place::new(centre(*key, spacing)));
            BeamId::at(places.len() - 1)
        })
    });
    let of_cell = of_cell.collect();
    (places, of_cell)
}

fn row_height(spacing: f64) -> f64 {
    spacing * 3_f64.sqrt() / 2.0
}

/// Cells around the circle of a row.
fn columns(row: i32, spacing: f64) -> i32 {
    let latitude = f64::from(row) * row_height(spacing);
    ((TAU * crate::math::cos(latitude).max(0.0) / spacing).round() as i32).max(1)
}

fn centre((row, column): Key, spacing: f64) -> Geodetic {
    let shift = if row.rem_euclid(2) == 1 { 0.5 } else { 0.0 };
    let longitude = TAU * (f64::from(column) + shift) / f64::from(columns(row, spacing));
    let longitude_rad = if longitude > PI { longitude - TAU } else { longitude };
    let latitude_rad = (f64::from(row) * row_height(spacing)).clamp(-PI / 2.0, PI / 2.0);
    Geodetic { latitude_rad, longitude_rad, height_m: 0.0 }
}

/// The cell whose centre is nearest.
fn nearest(place: &Geodetic, spacing: f64) -> Key {
    let up = place.up();
    let middle = (place.latitude_rad / row_height(spacing)).round() as i32;
    let last = (PI / 2.0 / row_height(spacing)).floor() as i32;
    let mut best: Option<(f64, Key)> = None;
    for row in (middle - 1).max(-last)..=(middle + 1).min(last) {
        let count = columns(row, spacing);
        let shift = if row.rem_euclid(2) == 1 { 0.5 } else { 0.0 };
        let column = (place.longitude_rad / TAU * f64::from(count) - shift).round() as i32;
        let key = (row, column.rem_euclid(count));
        let along = centre(key, spacing).up().dot(up);
        if best.is_none_or(|(most, _)| along > most) {
            best = Some((along, key));
        }
    }
    best.map_or((0, 0), |(_, key)| key)
}

/// All ordered pairs of places that are near each other.
fn near(places: &[Place], reach_m: f64) -> Vec<(usize, BeamId)> {
    let reach = reach_m / EARTH_MEAN_RADIUS_M;
    let row_of = |place: &Place| (place.geodetic.latitude_rad / reach).floor() as i32;
    let mut rows: BTreeMap<i32, Vec<(f64, u32)>> = BTreeMap::new();
    for (number, place) in (0..).zip(places) {
        rows.entry(row_of(place)).or_default().push((place.geodetic.longitude_rad, number));
    }
    for row in rows.values_mut() {
        row.sort_by(|a, b| a.0.total_cmp(&b.0));
    }
    let least_cosine = crate::math::cos(reach);
    let mut pairs = Vec::new();
    for (number, place) in places.iter().enumerate() {
        let at = &place.geodetic;
        // the widest difference of longitude within reach, at the far edge of the neighbouring rows
        let narrow = crate::math::cos((at.latitude_rad.abs() + 2.0 * reach).min(PI / 2.0));
        let half_width = if narrow > reach { reach / narrow } else { PI };
        for row in row_of(place) - 1..=row_of(place) + 1 {
            let Some(row) = rows.get(&row) else { continue };
            let mut look = |from: f64, to: f64| {
                let first = row.partition_point(|(longitude, _)| *longitude < from);
                for &(_, other) in row[first..].iter().take_while(|(longitude, _)| *longitude <= to) {
                    let up: Vec3 = places[other as usize].up;
                    if other as usize != number && up.dot(place.up) >= least_cosine {
                        pairs.push((number, BeamId(other)));
                    }
                }
            };
            let (from, to) = (at.longitude_rad - half_width, at.longitude_rad + half_width);
            if half_width >= PI {
                look(f64::NEG_INFINITY, f64::INFINITY);
                continue;
            }
            look(from, to);
            if from < -PI {
                look(from + TAU, f64::INFINITY);
            }
            if to > PI {
                look(f64::NEG_INFINITY, to - TAU);
            }
        }
    }
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

/// A first colour for each, that as few neighbours as possible have: one after another, the least used colour around.
fn colour(neighbours: &Rows<BeamId>, count: usize, colours: u8) -> Vec<u8> {
    let colours = usize::from(colours.clamp(1, 16));
    let mut chosen = vec![u8::MAX; count];
    let mut in_all = [0_u32; 16];
    for beam in 0..count {
        let mut around = [0_u32; 16];
        for neighbour in neighbours.of_row(beam) {
            if let Some(used) = around.get_mut(usize::from(chosen[neighbour.index()])) {
                *used += 1;
            }
        }
        let best = (0..colours).min_by_key(|c| (around[*c], in_all[*c], *c)).unwrap_or(0);
        in_all[best] += 1;
        chosen[beam] = best as u8;
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn distance_m(a: &Place, b: &Place) -> f64 {
        a.geodetic.great_circle_m(b.geodetic)
    }

    #[test]
    fn a_beam_cell_has_about_five_hundred_square_kilometres() {
        // position cells of 2 km over a degree square at three latitudes
        for latitude in [0.0, 35.0, 62.0] {
            let places: Vec<Place> = (0..60)
                .flat_map(|i| (0..60).map(move |j| (f64::from(i) / 60.0, f64::from(j) / 60.0)))
                .map(|(dy, dx): (f64, f64)| Place::from_degrees(latitude + 3.0 * dy, 10.0 + 3.0 * dx))
                .collect();
            let grid = BeamGrid::lay(&places, 24e3, 16);
            let area_km2 = 333.6 * 333.6 * (latitude + 1.5_f64).to_radians().cos();
            let each = area_km2 / grid.len() as f64;
            assert!((380.0..560.0).contains(&each), "{latitude}: {each} km2");
        }
    }

    #[test]
    fn neighbours_have_other_first_colours() {
        let places: Vec<Place> = (0..40)
            .flat_map(|i| {
                (0..40).map(move |j| Place::from_degrees(40.0 + f64::from(i) * 0.1, f64::from(j) * 0.15))
            })
            .collect();
        let grid = BeamGrid::lay(&places, 24e3, 16);
        let mut same = 0;
        for beam in 0..grid.len() {
            same += grid
                .neighbours(beam)
                .iter()
                .filter(|n| grid.first_colour[n.index()] == grid.first_colour[beam])
                .count();
        }
        assert!(same * 50 < grid.len(), "{same} of {}", grid.len());
    }

    proptest! {
        #[test]
        fn each_cell_is_in_the_beam_cell_that_is_nearest_and_neighbours_are_those_in_reach(
            places in prop::collection::vec((-90.0..=90.0_f64, -180.0..=180.0_f64), 1..60),
            (lat, lon) in (-88.0..88.0_f64, -180.0..180.0_f64),
        ) {
            let mut places: Vec<Place> = places.iter().map(|(a, o)| Place::from_degrees(*a, *o)).collect();
            // some of them near each other, across the date line too
            places.extend((0..40).map(|k| {
                let lon = (lon + 0.2 * f64::from(k % 7) + 180.0).rem_euclid(360.0) - 180.0;
                Place::from_degrees(lat + 0.2 * f64::from(k / 7), lon)
            }));
            let grid = BeamGrid::lay(&places, 24e3, 16);
            let mut seen = vec![false; places.len()];
            for beam in 0..grid.len() {
                for cell in grid.cells(beam) {
                    prop_assert_eq!(grid.of_cell[cell.index()], BeamId::at(beam));
                    seen[cell.index()] = true;
                    let own = distance_m(&grid.places[beam], &places[cell.index()]);
                    prop_assert!(own < 17e3, "{own} m");
                    for other in &grid.places {
                        prop_assert!(distance_m(other, &places[cell.index()]) > own - 120.0);
                    }
                }
                let reach = |other: &usize| {
                    let up = grid.places[*other].up;
                    *other != beam && up.dot(grid.places[beam].up) >= crate::math::cos(2.2 * 24e3 / EARTH_MEAN_RADIUS_M)
                };
                let expected: Vec<BeamId> = (0..grid.len()).filter(reach).map(BeamId::at).collect();
                prop_assert_eq!(grid.neighbours(beam), expected);
            }
            prop_assert!(seen.iter().all(|s| *s));
            let own = BeamGrid::lay(&places, 0.0, 16);
            prop_assert_eq!(own.len(), places.len());
        }
    }
}
