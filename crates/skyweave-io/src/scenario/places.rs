//! Cells, sites and terminals of a scenario.

use super::area::Atlas;
use super::diagnostic::{ACCEPTED_NAME, ScenarioError, name_fault};
use super::fill::{Filled, fill};
use super::format::{Scenario, Site};
use super::ground::find;
use super::obstructions::mask;
use super::track::track;
use crate::cells;
use h3o::Resolution;
use hifitime::Epoch;
use skyweave_core::geodesy::Geodetic;
use skyweave_core::ids::{CellId, PlanId, PopId};
use skyweave_core::refusal::RefusalCode;
use skyweave_core::rules::Plan;
use skyweave_core::time::SlotNo;
use skyweave_core::world::{Cell, Motion, Place, Pop, Terminal};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Cells and terminals.
pub struct Places {
    pub cells: Vec<Cell>,
    pub terminals: Vec<Terminal>,
}

/// A terminal whose cells are known by their H3 index and not yet by their place in the table.
struct Draft {
    terminal: Terminal,
    cells: Vec<(SlotNo, u64)>,
}

pub fn build(
    scenario: &Scenario,
    window: (Epoch, Epoch),
    pops: &[Pop],
    plans: &[Plan],
    atlas: &Atlas<'_>,
) -> Result<Places, ScenarioError> {
    let resolution = resolution(scenario, atlas)?;
    let people = cells::people(resolution);
    let mut filled: BTreeMap<u64, Filled> = BTreeMap::new();
    for area in &scenario.cells.areas {
        fill(area, resolution, &people, pops, atlas, &mut filled)?;
    }
    let mut drafts = Vec::new();
    let mut names = BTreeSet::new();
    for (site, is_site) in
        scenario.sites.iter().map(|s| (s, true)).chain(scenario.terminals.iter().map(|s| (s, false)))
    {
        let draft = draft(site, is_site, window, resolution, (pops, plans), atlas)?;
        if !names.insert(draft.terminal.name.clone()) {
            return Err(atlas.source.fault(
                site.name.span(),
                &format!("`{}` is there twice", draft.terminal.name),
                "the second one is here",
                "accepted: a name of its own for each site and terminal",
            ));
        }
        for (_, cell) in &draft.cells {
            let entry = filled.entry(*cell).or_default();
            // a cell of listed terminals alone goes where the first of them has its addresses
            if entry.terminals == 0 && entry.pop.is_none() {
                entry.pop = Some(draft.terminal.home_pop);
            }
        }
        drafts.push(draft);
    }
    if filled.is_empty() {
        return Err(atlas.source.fault(
            0..0,
            "nobody is to be served: there is no site, no cell and no terminal",
            "in this file",
            "accepted: `[[sites]]` with name, latitude_deg, longitude_deg; `[[cells.areas]]`; `[[terminals]]`",
        ));
    }
    let order: BTreeMap<u64, usize> = filled.keys().enumerate().map(|(index, cell)| (*cell, index)).collect();
    let cells = filled
        .into_iter()
        .filter_map(|(h3, filled)| {
            let place = cells::place(h3)?;
            Some(Cell {
                h3,
                place,
                population: people.get(&h3).copied().unwrap_or(0.0),
                anonymous_terminals: filled.terminals,
                home_pop: filled.pop.unwrap_or_else(|| nearest(pops, place)),
            })
        })
        .collect();
    let terminals = drafts
        .into_iter()
        .map(|draft| Terminal {
            cells: draft.cells.iter().map(|(from, cell)| (*from, CellId::at(order[cell]))).collect(),
            ..draft.terminal
        })
        .collect();
    Ok(Places { cells, terminals })
}

fn resolution(scenario: &Scenario, atlas: &Atlas<'_>) -> Result<Resolution, ScenarioError> {
    let written = &scenario.cells.resolution;
    let value = *written.get_ref();
    let accepted = cells::RESOLUTIONS.contains(&value);
    Resolution::try_from(value).ok().filter(|_| accepted).ok_or_else(|| {
        atlas.source.fault(
            written.span(),
            &format!("cells of H3 resolution {value}"),
            "here",
            "accepted: 3 to 6 (5 is about 17 km across)",
        )
    })
}

fn draft(
    site: &Site,
    is_site: bool,
    window: (Epoch, Epoch),
    resolution: Resolution,
    (pops, plans): (&[Pop], &[Plan]),
    atlas: &Atlas<'_>,
) -> Result<Draft, ScenarioError> {
    let span = site.name.span();
    if let Some(wrong) = name_fault(site.name.get_ref()) {
        return Err(atlas.source.fault(span, wrong, "here", ACCEPTED_NAME));
    }
    check_height(site.height_m, &span, atlas)?;
    if let Some(evidence) = site.evidence.as_ref().filter(|e| !(0.0..=2e7).contains(&e.error_m)) {
        return Err(atlas.source.fault(
            span,
            &format!("a position known to {} m", evidence.error_m),
            "of this site",
            "accepted: a standard error from 0 to 20,000,000 m",
        ));
    }
    let position = match (site.latitude_deg, site.longitude_deg) {
        (Some(latitude), Some(longitude)) => {
            atlas.coordinates(latitude, longitude, &span)?;
            Some((latitude, longitude))
        }
        (None, None) => None,
        _ => {
            return Err(atlas.source.fault(
                span,
                "half a position",
                "here",
                "accepted: latitude_deg and longitude_deg",
            ));
        }
    };
    let height_m = site.height_m;
    let (motion, cells) = match (position, &site.cell, site.track.is_empty()) {
        (Some((latitude, longitude)), None, true) => {
            let place = Place::new(Geodetic { height_m, ..Geodetic::from_degrees(latitude, longitude) });
            let cell = cells::containing(latitude, longitude, resolution);
            (Motion::Fixed(place), cell.map(|c| (SlotNo(i64::MIN), c)).into_iter().collect())
        }
        (None, Some(written), true) if !is_site => {
            let cell = cells::parse(written.get_ref(), resolution);
            let known = cell.and_then(|c| Some((c, cells::place(c)?)));
            let (cell, place) = known.ok_or_else(|| {
                atlas.source.fault(
                    written.span(),
                    &format!("`{}` is no H3 cell of resolution {resolution}", written.get_ref()),
                    "here",
                    "accepted: the index of a cell in hexadecimal, of the scenario's `cells.resolution`",
                )
            })?;
            (Motion::Fixed(place), vec![(SlotNo(i64::MIN), cell)])
        }
        (None, None, false) => track(site, window, resolution, atlas)?,
        _ => {
            return Err(atlas.source.fault(
                span,
                &format!("where `{}` is, is not clear", site.name.get_ref()),
                "here",
                "accepted: exactly one of latitude_deg with longitude_deg, `track`, and (for terminals) `cell`",
            ));
        }
    };
    let home_pop = match &site.pop {
        Some(code) => PopId::at(find(code, pops.iter().map(|p| p.code.as_str()), "PoP", atlas)?),
        None => nearest(pops, motion.at(SlotNo::containing(window.0))),
    };
    let plan = match &site.plan {
        Some(name) => PlanId::at(find(name, plans.iter().map(|plan| plan.name.as_str()), "plan", atlas)?),
        None => PlanId(0),
    };
    let declared_refusal = match &site.refused {
        None => None,
        Some(code) => Some(RefusalCode::named(code.get_ref()).ok_or_else(|| {
            let names: Vec<&str> = RefusalCode::ALL.iter().map(|c| c.name()).collect();
            atlas.source.fault(
                code.span(),
                &format!("no refusal `{}`", code.get_ref()),
                "here",
                &format!("accepted: {}", names.join(", ")),
            )
        })?),
    };
    let terminal = Terminal {
        name: site.name.get_ref().clone(),
        is_site,
        motion,
        cells: Vec::new(),
        home_pop,
        declared_refusal,
        plan,
        mask: mask(site, atlas)?,
    };
    Ok(Draft { terminal, cells })
}

/// Checks that a height is one that terminals are at.
pub fn check_height(height_m: f64, span: &Range<usize>, atlas: &Atlas<'_>) -> Result<(), ScenarioError> {
    if (-1_000.0..=100_000.0).contains(&height_m) {
        return Ok(());
    }
    Err(atlas.source.fault(
        span.clone(),
        &format!("a height of {height_m} m"),
        "here",
        "accepted: from -1,000 to 100,000 m over the ellipsoid",
    ))
}

fn nearest(pops: &[Pop], place: Place) -> PopId {
    // the chord orders as the great circle does, and costs no trigonometry
    let distance = |pop: &Pop| (pop.place.up - place.up).norm();
    let best =
        (0..pops.len()).min_by(|&a, &b| distance(&pops[a]).total_cmp(&distance(&pops[b])).then(a.cmp(&b)));
    PopId::at(best.unwrap_or(0))
}
