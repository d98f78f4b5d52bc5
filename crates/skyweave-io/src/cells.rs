//! H3 cells: which ones fill an area, who lives in them, where they are.

use crate::borders::Outline;
use crate::builtin::population;
use h3o::geom::{ContainmentMode, TilerBuilder};
use h3o::{CellIndex, LatLng, Resolution};
use skyweave_core::world::Place;
use std::collections::BTreeMap;

/// Coarsest and finest resolution of a scenario's cells.
pub const RESOLUTIONS: std::ops::RangeInclusive<u8> = 3..=6;
/// Resolution of the population table.
const TABLE_RESOLUTION: Resolution = Resolution::Five;

/// The cell that contains a place; `None` for coordinates that are no numbers.
#[must_use]
pub fn containing(latitude_deg: f64, longitude_deg: f64, resolution: Resolution) -> Option<u64> {
    LatLng::new(latitude_deg, longitude_deg).ok().map(|place| u64::from(place.to_cell(resolution)))
}

/// Latitude and longitude of a cell's centre, deg.
#[must_use]
pub fn centre_deg(cell: u64) -> Option<(f64, f64)> {
    let centre = LatLng::from(CellIndex::try_from(cell).ok()?);
    Some((centre.lat(), centre.lng()))
}

/// A cell's centre as a place.
#[must_use]
pub fn place(cell: u64) -> Option<Place> {
    centre_deg(cell).map(|(latitude, longitude)| Place::from_degrees(latitude, longitude))
}

/// Reads a cell from its index in hexadecimal, if it has the resolution wanted.
#[must_use]
pub fn parse(text: &str, resolution: Resolution) -> Option<u64> {
    let cell: CellIndex = text.parse().ok()?;
    (cell.resolution() == resolution).then(|| u64::from(cell))
}

/// People by cell at a resolution: the built-in table, summed up or, where finer, spread evenly over the children.
#[must_use]
pub fn people(resolution: Resolution) -> BTreeMap<u64, f64> {
    let mut by_cell = BTreeMap::new();
    for (cell, people) in population() {
        let Ok(cell) = CellIndex::try_from(cell) else { continue };
        if resolution <= TABLE_RESOLUTION {
            if let Some(parent) = cell.parent(resolution) {
                *by_cell.entry(u64::from(parent)).or_insert(0.0) += people;
            }
        } else {
            let children = cell.children_count(resolution) as f64;
            for child in cell.children(resolution) {
                by_cell.insert(u64::from(child), people / children);
            }
        }
    }
    by_cell
}

/// All cells whose centre is inside an outline, inhabited or not.
#[must_use]
pub fn tiling(outline: &Outline, resolution: Resolution) -> Vec<u64> {
    let mut tiler = TilerBuilder::new(resolution).containment_mode(ContainmentMode::ContainsCentroid).build();
    for polygon in outline.polygons() {
        // a polygon that H3 cannot tile (no area) has no cells
        let _ = tiler.add(polygon.clone());
    }
    let mut cells: Vec<u64> = tiler.into_coverage().map(u64::from).collect();
    cells.sort_unstable();
    cells.dedup();
    cells
}

/// Shares out a whole number by weights: largest remainders get what is left over, ties go to the earlier one.
#[must_use]
pub fn apportion(total: u32, weights: &[f64]) -> Vec<u32> {
    let sum: f64 = weights.iter().sum();
    if sum <= 0.0 {
        return vec![0; weights.len()];
    }
    let exact: Vec<f64> = weights.iter().map(|w| w / sum * f64::from(total)).collect();
    let mut shares: Vec<u32> = exact.iter().map(|x| x.floor() as u32).collect();
    let missing = total.saturating_sub(shares.iter().sum());
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by(|&a, &b| {
        (exact[b] - exact[b].floor()).total_cmp(&(exact[a] - exact[a].floor())).then(a.cmp(&b))
    });
    for &index in order.iter().take(missing as usize) {
        shares[index] += 1;
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn apportioning_loses_nobody() {
        assert_eq!(apportion(10, &[1.0, 1.0, 1.0]), vec![4, 3, 3]);
        assert_eq!(apportion(7, &[0.0, 2.0, 5.0]), vec![0, 2, 5]);
        assert_eq!(apportion(5, &[0.0]), vec![0]);
    }

    #[test]
    fn people_are_the_same_at_every_resolution() {
        let at_five: f64 = people(Resolution::Five).values().sum();
        for resolution in [Resolution::Three, Resolution::Four, Resolution::Six] {
            let sum: f64 = people(resolution).values().sum();
            assert!((sum / at_five - 1.0).abs() < 1e-9);
        }
    }
}
