//! The planner left to itself: who serves the sites when the whole pipeline plans the labelled slots, by its default policy, with
//! built-in gateways and PoPs, and satellites from the catalogue nearest to the labels. Nobody else asks for service: load plays no part.

use super::free::{self, Choices};
use super::labels::SiteLabels;
use super::middle;
use super::record::{Network, Record};
use crate::validate::geometry::{Era, Terminal};
use crate::validate::{Row, ValidateError};
use skyweave_core::time::{SlotNo, UtcHour};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The most hours of labels of a site that are planned: enough for distributions, and soon done.
const MOST_HOURS: usize = 24;

/// By slot: the name of the satellite that serves.
pub(super) type Serving = BTreeMap<SlotNo, String>;

/// What the planner has at each of some sites; those of one catalogue are planned together.
pub(super) fn serving(data: &Path, sites: &[SiteLabels]) -> Result<Vec<Serving>, ValidateError> {
    let mut groups: Vec<(Era, Vec<usize>)> = Vec::new();
    for (site, labels) in sites.iter().enumerate() {
        let era = Era::nearest(data, Some(middle(labels).start()))?;
        match groups.iter_mut().find(|(known, _)| known.has_satellites_of(&era)) {
            Some((_, members)) => members.push(site),
            None => groups.push((era, vec![site])),
        }
    }
    let mut of_sites = vec![Serving::new(); sites.len()];
    for (era, members) in groups {
        let terminals: Vec<Terminal> = members.iter().map(|site| terminal(&sites[*site])).collect();
        let wanted = members.iter().flat_map(|site| first_hours(&sites[*site])).collect();
        for (site, mut serving) in members.into_iter().zip(era.serving(&terminals, &wanted)?) {
            // sites of one catalogue have slots of their own
            let own: BTreeSet<SlotNo> = first_hours(&sites[site]).into_iter().collect();
            serving.retain(|slot, _| own.contains(slot));
            of_sites[site] = serving;
        }
    }
    Ok(of_sites)
}

fn terminal(labels: &SiteLabels) -> Terminal {
    let at = labels.place.geodetic;
    let longitude_deg = at.longitude_rad.to_degrees();
    Terminal {
        latitude_deg: at.latitude_rad.to_degrees(),
        longitude_deg: if longitude_deg > 180.0 { longitude_deg - 360.0 } else { longitude_deg },
        pop: None,
    }
}

/// The labelled slots of a site's first hours.
fn first_hours(labels: &SiteLabels) -> Vec<SlotNo> {
    let hours: BTreeSet<UtcHour> = labels.serving.keys().map(|slot| slot.hour()).collect();
    let hours: BTreeSet<UtcHour> = hours.into_iter().take(MOST_HOURS).collect();
    labels.serving.keys().filter(|slot| hours.contains(&slot.hour())).copied().collect()
}

/// What the planner chose among a record's candidates beside what was measured, over the slots that were planned.
pub(super) fn rows(labels: &SiteLabels, record: &Record, network: &Network, serving: &Serving) -> Vec<Row> {
    let slots: Vec<_> =
        record.slots.iter().filter(|labelled| serving.contains_key(&labelled.slot)).cloned().collect();
    let choices: Choices = slots
        .iter()
        .map(|labelled| {
            let satellite = network.named(&serving[&labelled.slot])?;
            labelled.candidates.iter().position(|candidate| candidate.satellite == satellite)
        })
        .collect();
    let name = format!("serving/{}/planner", record.site);
    let (count, served) = (first_hours(labels).len(), serving.len());
    let mut rows = vec![Row::shown(
        format!("{name}/labelled slots in which the planner serves it"),
        served as f64 / count as f64,
        "share",
        format!("{served} of {count}"),
    )];
    if !slots.is_empty() {
        rows.extend(free::beside(&name, &slots, &choices));
    }
    rows
}
