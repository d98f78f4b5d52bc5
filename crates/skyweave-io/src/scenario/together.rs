//! What must fit together among a scenario's figures, where each by itself is within its limits.

use super::diagnostic::{ACCEPTED_NAME, ScenarioError, Source, name_fault};
use super::format::{Access, Demand, Feeder, Radio, Scenario};
use std::collections::BTreeSet;

/// Shares of plans sum to 1 within this: more than rounding does, less than a digit of any share.
const SHARES_TOLERANCE: f64 = 1e-9;
/// Colours that beams can have.
const MOST_COLOURS: u16 = 16;
/// Narrowest grid of beam cells, km: half the breadth of the smallest cells that positions are told by.
const NARROWEST_BEAM_CELL_KM: f64 = 5.0;
/// More bands or plans than this are none.
const MOST_BANDS: usize = 8;
const MOST_PLANS: usize = 100;

/// Checks what must fit together.
pub fn check(scenario: &Scenario, source: &Source) -> Result<(), ScenarioError> {
    radio(&scenario.radio, source)?;
    feeder(&scenario.feeder, source)?;
    demand(&scenario.demand, source)?;
    access(&scenario.access, source)
}

fn radio(radio: &Radio, source: &Source) -> Result<(), ScenarioError> {
    let (down, up) = (&radio.down_beams, &radio.up_beams);
    for (name, channels, polarisations) in
        [("down_beams", down.channels, down.polarisations), ("up_beams", up.channels, up.polarisations)]
    {
        let colours = u16::from(channels) * u16::from(polarisations);
        if colours > MOST_COLOURS {
            return Err(source.fault(
                source.span_of(&["radio", name, "channels"]),
                &format!(
                    "radio.{name}: {channels} channels in {polarisations} polarisations are {colours} colours"
                ),
                "here",
                "accepted: channels times polarisations up to 16",
            ));
        }
    }
    let spacing = radio.beam_cell_km;
    if spacing > 0.0 && spacing < NARROWEST_BEAM_CELL_KM {
        return Err(source.fault(
            source.span_of(&["radio", "beam_cell_km"]),
            &format!("radio.beam_cell_km is {spacing}"),
            "here",
            "accepted: 0, which points a beam at each H3 cell, or from 5 to 200",
        ));
    }
    let mut reached = 0.0;
    for (index, limit) in radio.min_elevation_by_latitude.iter().enumerate() {
        if limit.from_latitude_deg <= reached {
            let entry = index.to_string();
            return Err(source.fault(
                source.span_of(&["radio", "min_elevation_by_latitude", &entry, "from_latitude_deg"]),
                &format!(
                    "radio.min_elevation_by_latitude: from latitude {} on, after {reached}",
                    limit.from_latitude_deg
                ),
                "here",
                "accepted: latitudes that ascend, the first above 0; at the equator `radio.min_elevation_deg` holds",
            ));
        }
        reached = limit.from_latitude_deg;
    }
    Ok(())
}

fn feeder(feeder: &Feeder, source: &Source) -> Result<(), ScenarioError> {
    if feeder.bands.is_empty() || feeder.bands.len() > MOST_BANDS {
        return Err(source.fault(
            source.span_of(&["feeder", "bands"]),
            &format!("{} bands of feeder links", feeder.bands.len()),
            "here",
            "accepted: 1 to 8 of `[[feeder.bands]]`; none written is Ka and E band",
        ));
    }
    let mut names = BTreeSet::new();
    for band in &feeder.bands {
        let name = band.name.get_ref();
        if let Some(wrong) = name_fault(name) {
            return Err(source.fault(band.name.span(), &format!("band with {wrong}"), "here", ACCEPTED_NAME));
        }
        if !names.insert(name) {
            return Err(source.fault(
                band.name.span(),
                &format!("band `{name}` is there twice"),
                "the second one is here",
                "accepted: a name of its own for each band",
            ));
        }
    }
    Ok(())
}

fn demand(demand: &Demand, source: &Source) -> Result<(), ScenarioError> {
    let hours = demand.by_hour.get_ref();
    if hours.len() != 24 || hours.iter().all(|share| *share == 0.0) {
        let found = match hours.len() {
            24 => "24 hours in which nobody asks for anything".to_owned(),
            count => format!("the demand of {count} hours"),
        };
        return Err(source.fault(
            demand.by_hour.span(),
            &found,
            "here",
            "accepted: 24 numbers from 0 to 100, one for each hour from midnight on, not all of them 0",
        ));
    }
    let Some(first) = demand.plans.first() else { return Ok(()) };
    for key in ["down_mbps", "up_mbps"] {
        if source.holds(&["demand", key]) {
            return Err(source.fault(
                source.span_of(&["demand", key]),
                &format!("demand.{key} beside `[[demand.plans]]`, each of which states its own"),
                "here",
                "accepted: one or the other",
            ));
        }
    }
    if demand.plans.len() > MOST_PLANS {
        let found = format!("{} plans", demand.plans.len());
        return Err(source.fault(first.span(), &found, "the first is here", "accepted: up to 100"));
    }
    let mut names = BTreeSet::new();
    for plan in &demand.plans {
        let name = &plan.get_ref().name;
        if let Some(wrong) = name_fault(name) {
            return Err(source.fault(plan.span(), &format!("plan with {wrong}"), "here", ACCEPTED_NAME));
        }
        if !names.insert(name) {
            return Err(source.fault(
                plan.span(),
                &format!("plan `{name}` is there twice"),
                "the second one is here",
                "accepted: a name of its own for each plan",
            ));
        }
    }
    let shares: f64 = demand.plans.iter().map(|plan| plan.get_ref().share).sum();
    if (shares - 1.0).abs() > SHARES_TOLERANCE {
        return Err(source.fault(
            first.span(),
            &format!("the shares of all plans sum to {shares}"),
            "the first of them is here",
            "accepted: shares that sum to 1, to within 1e-9",
        ));
    }
    Ok(())
}

fn access(access: &Access, source: &Source) -> Result<(), ScenarioError> {
    if access.period_weights.iter().all(|weight| *weight == 0.0) {
        return Err(source.fault(
            source.span_of(&["access", "period_weights"]),
            "access.period_weights are all 0, so no period can be drawn",
            "here",
            "accepted: 8 weights, of which one at least is more than 0",
        ));
    }
    for (key, pair) in [
        ("open_share", &access.open_share),
        ("down_jitter_ms", &access.down_jitter_ms),
        ("downlink_opens_ms", &access.downlink_opens_ms),
        ("detour_ms", &access.detour_ms),
    ] {
        if pair.0[0] > pair.0[1] {
            return Err(source.fault(
                source.span_of(&["access", key]),
                &format!("access.{key} goes from {} to {}", pair.0[0], pair.0[1]),
                "here",
                "accepted: the lower figure first",
            ));
        }
    }
    Ok(())
}
