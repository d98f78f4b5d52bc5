//! Cells of areas, filled with terminals that have no name.

use super::area::{Atlas, Region, share_of_globe};
use super::diagnostic::ScenarioError;
use super::format::CellArea;
use super::ground::find;
use crate::cells;
use h3o::Resolution;
use skyweave_core::ids::PopId;
use skyweave_core::world::Pop;
use std::collections::BTreeMap;
use std::ops::Range;

/// More terminals than this have no people to hold them.
const MOST_TERMINALS: u64 = 1_000_000_000;
/// More cells than this are more than the whole globe has at resolution 5.
const MOST_CELLS: usize = 2_100_000;

/// What areas put into a cell.
#[derive(Default)]
pub struct Filled {
    /// Terminals without a name.
    pub terminals: u32,
    /// PoP that the scenario names for them.
    pub pop: Option<PopId>,
}

/// Adds the terminals of an area to the cells that they live in.
pub fn fill(
    area: &CellArea,
    resolution: Resolution,
    people: &BTreeMap<u64, f64>,
    pops: &[Pop],
    atlas: &Atlas<'_>,
    filled: &mut BTreeMap<u64, Filled>,
) -> Result<(), ScenarioError> {
    let span = area.area.span();
    let fault = |found: &str, accepted: &str| atlas.source.fault(span.clone(), found, "this area", accepted);
    check(area, atlas)?;
    let region = atlas.region(area.area.get_ref(), &span)?;
    let pop = match &area.pop {
        Some(code) => Some(PopId::at(find(code, pops.iter().map(|p| p.code.as_str()), "PoP", atlas)?)),
        None => None,
    };
    let mut chosen: Vec<(u64, f64)> = if area.everywhere {
        let Region::Outline(outline) = &region else {
            return Err(fault(
                "`everywhere` without an outline",
                "accepted: `everywhere = true` with `country`, `polygon` or `geojson`",
            ));
        };
        let about = share_of_globe(outline) * resolution.cell_count() as f64;
        if about > MOST_CELLS as f64 {
            return Err(fault(
                &format!("about {:.1} million cells", about / 1e6),
                "accepted: up to 2.1 million; a smaller area, or a coarser `cells.resolution`",
            ));
        }
        cells::tiling(outline, resolution).into_iter().map(|c| (c, 1.0)).collect()
    } else {
        let inside = |cell: u64| cells::centre_deg(cell).is_some_and(|(lat, lon)| region.contains(lat, lon));
        people.iter().filter(|(cell, _)| inside(**cell)).map(|(cell, people)| (*cell, *people)).collect()
    };
    let people_in = |cell: &u64| people.get(cell).copied().unwrap_or(0.0);
    if let Some(limit) = area.limit {
        chosen.sort_by(|a, b| people_in(&b.0).total_cmp(&people_in(&a.0)).then(a.0.cmp(&b.0)));
        chosen.truncate(limit);
        chosen.sort_by_key(|(cell, _)| *cell);
    }
    if chosen.is_empty() {
        return Err(fault(
            "no cell has its centre in it",
            "accepted: an area with people; `everywhere = true` takes empty cells too",
        ));
    }
    let inhabitants: f64 = chosen.iter().map(|(cell, _)| people_in(cell)).sum();
    let by_rate = |rate: f64| (inhabitants / 1e6 * rate).round() as u64;
    let total = area.terminals.map(u64::from).or(area.terminals_per_million.map(by_rate)).unwrap_or(0);
    if total == 0 {
        return Err(fault(
            &format!("{inhabitants:.0} people, and not one terminal"),
            "accepted: an area and a rate that come to at least one terminal",
        ));
    }
    let before: u64 = filled.values().map(|cell| u64::from(cell.terminals)).sum();
    if before + total > MOST_TERMINALS {
        return Err(fault(
            &format!("with these there are {} terminals", before + total),
            "accepted: up to 1,000,000,000 in all areas together",
        ));
    }
    let weights: Vec<f64> = chosen.iter().map(|(_, weight)| *weight).collect();
    for ((cell, _), terminals) in chosen.iter().zip(cells::apportion(total as u32, &weights)) {
        if terminals > 0 {
            let entry = filled.entry(*cell).or_default();
            entry.terminals += terminals;
            entry.pop = pop.or(entry.pop);
        }
    }
    Ok(())
}

/// What can be said of an area without looking at the map.
fn check(area: &CellArea, atlas: &Atlas<'_>) -> Result<(), ScenarioError> {
    let span: Range<usize> = area.area.span();
    let fault = |found: &str, accepted: &str| Err(atlas.source.fault(span, found, "this area", accepted));
    match (area.terminals, area.terminals_per_million) {
        (Some(0), None) => return fault("an area of no terminals", "accepted: 1 or more terminals"),
        (Some(_), None) => {}
        (None, Some(rate)) if rate > 0.0 && rate <= 1e6 => {}
        (None, Some(rate)) => {
            let found = format!("{rate} terminals for each million people");
            return fault(&found, "accepted: more than 0 and at most 1,000,000");
        }
        _ => {
            return fault(
                "how many terminals there are is not clear",
                "accepted: exactly one of `terminals = 15000` and `terminals_per_million = 500`",
            );
        }
    }
    if area.limit == Some(0) {
        return fault("a limit of no cells", "accepted: a limit of 1 or more cells");
    }
    Ok(())
}
