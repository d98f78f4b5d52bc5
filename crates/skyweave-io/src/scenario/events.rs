//! Events of a scenario, resolved to the things of its world. An event that changes nothing is a mistake and is refused.

use super::area::{Atlas, Region};
use super::clock;
use super::diagnostic::{ACCEPTED_NAME, ScenarioError, name_fault};
use super::format::{
    Area, AreaTargets, DemandChange, Event as Written, GroundKind, Pair, PolicyChange, Rainfall, Targets,
};
use super::ground::find;
use super::storm::storm;
use hifitime::Epoch;
use skyweave_core::conditions::Conditions;
use skyweave_core::ids::{CellId, FibreId, GatewayId, PopId, SatId};
use skyweave_core::time::SlotNo;
use skyweave_core::timeline::{Affected, Change, Event, Timeline};
use skyweave_core::weather::Storm;
use skyweave_core::world::World;
use std::ops::Range;
use toml::Spanned;

/// The timeline, and the storms that its events begin.
pub fn build(
    events: &[Written],
    world: &World,
    window: (Epoch, Epoch),
    atlas: &Atlas<'_>,
) -> Result<(Timeline, Vec<Storm>), ScenarioError> {
    let mut resolved: Vec<(Event, Range<usize>)> = Vec::new();
    let mut storms = Vec::new();
    for event in events {
        if let Some(wrong) = name_fault(&event.label) {
            let message = format!("an event whose label is {wrong}");
            return Err(atlas.source.fault(
                event.at.span(),
                &message,
                "the event at this time",
                ACCEPTED_NAME,
            ));
        }
        let at = clock::moment(atlas.source, &event.at, window.0)?;
        if at < window.0 || SlotNo::not_before(at) >= SlotNo::not_before(window.1) {
            return Err(atlas.source.fault(
                event.at.span(),
                &format!("event `{}` is outside of the time window, so it changes nothing", event.label),
                "at this time",
                "accepted: from the start of the window to its last slot",
            ));
        }
        let (change, span) = match effect(event, atlas)? {
            Effect::Fail(targets) => (Change::Fail(affected(targets, world, atlas)?), targets.span()),
            Effect::Recover(targets) => (Change::Recover(affected(targets, world, atlas)?), targets.span()),
            Effect::Demand(change) => (demand(change, world, atlas)?, change.span()),
            Effect::Rain(rain) => {
                storms.push(storm(rain, at, window, world, atlas)?);
                (Change::Rain, rain.span())
            }
            Effect::Policies(policies) => (Change::Policies, policies.span()),
        };
        resolved.push((Event { at: SlotNo::not_before(at), label: event.label.clone(), change }, span));
    }
    resolved.sort_by_key(|(event, _)| event.at);
    let mut conditions = Conditions::fair(world);
    for moment in resolved.chunk_by(|(one, _), (other, _)| one.at == other.at) {
        let before = (moment.len() > 1).then(|| conditions.clone());
        for (event, span) in moment {
            if !conditions.apply(&event.change) {
                return Err(atlas.source.fault(
                    span.clone(),
                    &format!("event `{}` changes nothing", event.label),
                    "everything here is in that state already",
                    "accepted: failures of what works, recoveries of what failed, demand that differs",
                ));
            }
        }
        // rain is undone by nothing, and policies are no conditions
        let is_condition = |change: &Change| !matches!(change, Change::Rain | Change::Policies);
        let mut lasting = moment.iter().filter(|(event, _)| is_condition(&event.change));
        if before.is_some_and(|before| before == conditions)
            && let Some((event, span)) = lasting.next_back()
        {
            return Err(atlas.source.fault(
                span.clone(),
                &format!("event `{}` undoes what the same slot began, so no slot feels it", event.label),
                "here",
                "accepted: events that leave something changed at the start of a slot; slots last 15 s",
            ));
        }
    }
    let events = resolved.into_iter().map(|(event, _)| event).collect();
    Ok((Timeline { events }, storms))
}

/// What an event does, as written.
enum Effect<'a> {
    Fail(&'a Spanned<Targets>),
    Recover(&'a Spanned<Targets>),
    Demand(&'a Spanned<DemandChange>),
    Rain(&'a Spanned<Rainfall>),
    Policies(&'a Spanned<PolicyChange>),
}

fn effect<'a>(event: &'a Written, atlas: &Atlas<'_>) -> Result<Effect<'a>, ScenarioError> {
    match (&event.fail, &event.recover, &event.demand, &event.rain, &event.policies) {
        (Some(targets), None, None, None, None) => Ok(Effect::Fail(targets)),
        (None, Some(targets), None, None, None) => Ok(Effect::Recover(targets)),
        (None, None, Some(change), None, None) => Ok(Effect::Demand(change)),
        (None, None, None, Some(rain), None) => Ok(Effect::Rain(rain)),
        (None, None, None, None, Some(policies)) => Ok(Effect::Policies(policies)),
        _ => Err(atlas.source.fault(
            event.at.span(),
            &format!("what event `{}` does is not clear", event.label),
            "the event at this time",
            "accepted: exactly one of `fail`, `recover`, `demand`, `rain` and `policies`",
        )),
    }
}

fn affected(targets: &Spanned<Targets>, world: &World, atlas: &Atlas<'_>) -> Result<Affected, ScenarioError> {
    let written = targets.get_ref();
    let mut affected = Affected::default();
    for name in &written.satellites {
        affected.satellites.push(satellite(name.get_ref(), &name.span(), world, atlas)?);
    }
    for pair in &written.lasers {
        let Pair([one, other]) = pair.get_ref();
        let (a, b) =
            (satellite(one, &pair.span(), world, atlas)?, satellite(other, &pair.span(), world, atlas)?);
        if a == b {
            return Err(atlas.source.fault(
                pair.span(),
                &format!("a laser from `{one}` to itself"),
                "here",
                "accepted: the names or catalogue numbers of two satellites",
            ));
        }
        affected.lasers.push((a.min(b), a.max(b)));
    }
    let gateways = || world.gateways.iter().map(|g| g.name.as_str());
    let pops = || world.pops.iter().map(|p| p.code.as_str());
    for name in &written.gateways {
        affected.gateways.push(GatewayId::at(find(name, gateways(), "gateway", atlas)?));
    }
    for code in &written.pops {
        affected.pops.push(PopId::at(find(code, pops(), "PoP", atlas)?));
    }
    for pair in &written.fibres {
        let Pair([gateway, pop]) = pair.get_ref();
        let named = |name: &String| Spanned::new(pair.span(), name.clone());
        let gateway = GatewayId::at(find(&named(gateway), gateways(), "gateway", atlas)?);
        let pop = PopId::at(find(&named(pop), pops(), "PoP", atlas)?);
        let fibre = world.fibre_between(gateway, pop).ok_or_else(|| {
            atlas.source.fault(
                pair.span(),
                "no fibre joins these two",
                "here",
                "accepted: a gateway and a PoP within `ground.fibre.reach_km`, or a route of `ground.fibre.routes`",
            )
        })?;
        affected.fibres.push(fibre);
    }
    if let Some(area) = &written.area {
        within(area.get_ref(), &area.span(), world, atlas, &mut affected)?;
    }
    once(&mut affected.satellites);
    once(&mut affected.lasers);
    once(&mut affected.gateways);
    once(&mut affected.pops);
    once(&mut affected.fibres);
    if affected.is_empty() {
        return Err(atlas.source.fault(
            targets.span(),
            "nothing is meant by this event, so it changes nothing",
            "here",
            "accepted: `satellites`, `lasers`, `gateways`, `pops`, `fibres`, or an `area` with something in it",
        ));
    }
    Ok(affected)
}

/// What is named twice, alone and by its area, is meant once.
fn once<T: Ord>(things: &mut Vec<T>) {
    things.sort_unstable();
    things.dedup();
}

fn satellite(
    name: &str,
    span: &Range<usize>,
    world: &World,
    atlas: &Atlas<'_>,
) -> Result<SatId, ScenarioError> {
    if let Ok(number) = name.parse::<u32>()
        && let Some(index) = world.satellites.iter().position(|s| s.catalog_number == number)
    {
        return Ok(SatId::at(index));
    }
    let written = Spanned::new(span.clone(), name.to_owned());
    let namesakes: Vec<String> =
        world.satellites.iter().filter(|s| s.name == name).map(|s| s.catalog_number.to_string()).collect();
    if namesakes.len() > 1 {
        return Err(atlas.source.fault(
            span.clone(),
            &format!("{} satellites are called `{name}`", namesakes.len()),
            "here",
            &format!("accepted: the catalogue number of one of them: {}", namesakes.join(", ")),
        ));
    }
    find(&written, world.satellites.iter().map(|s| s.name.as_str()), "satellite", atlas).map(SatId::at)
}

fn within(
    area: &AreaTargets,
    span: &Range<usize>,
    world: &World,
    atlas: &Atlas<'_>,
    affected: &mut Affected,
) -> Result<(), ScenarioError> {
    let place = Area {
        country: area.country.clone(),
        polygon: area.polygon.clone(),
        within: area.within,
        ..Area::default()
    };
    let region = atlas.region(&place, span)?;
    let inside = |place: &skyweave_core::world::Place| {
        region.contains(place.geodetic.latitude_rad.to_degrees(), place.geodetic.longitude_rad.to_degrees())
    };
    for kind in &area.kinds {
        match kind {
            GroundKind::Gateways => affected.gateways.extend(
                (0..world.gateways.len()).filter(|&g| inside(&world.gateways[g].place)).map(GatewayId::at),
            ),
            GroundKind::Pops => affected
                .pops
                .extend((0..world.pops.len()).filter(|&p| inside(&world.pops[p].place)).map(PopId::at)),
            GroundKind::Fibres => affected.fibres.extend(fibres_through(&region, world)),
        }
    }
    Ok(())
}

fn fibres_through(region: &Region, world: &World) -> Vec<FibreId> {
    let ends = |fibre: &skyweave_core::world::Fibre| {
        (world.gateways[fibre.gateway.index()].place.geodetic, world.pops[fibre.pop.index()].place.geodetic)
    };
    world
        .fibres
        .iter()
        .enumerate()
        .filter(|(_, fibre)| {
            let (from, to) = ends(fibre);
            region.crosses(from, to)
        })
        .map(|(index, _)| FibreId::at(index))
        .collect()
}

fn demand(change: &Spanned<DemandChange>, world: &World, atlas: &Atlas<'_>) -> Result<Change, ScenarioError> {
    let written = change.get_ref();
    let valid = (0.0..=1e6).contains(&written.factor) && (0.0..=1.0).contains(&written.dark_share);
    if !valid {
        return Err(atlas.source.fault(
            change.span(),
            &format!("a factor of {} and a dark share of {}", written.factor, written.dark_share),
            "here",
            "accepted: a factor from 0 to 1,000,000, a share from 0 to 1",
        ));
    }
    let region = atlas.region(&written.area, &change.span())?;
    let cells: Vec<CellId> = world
        .cells
        .iter()
        .enumerate()
        .filter(|(_, cell)| {
            let at = cell.place.geodetic;
            region.contains(at.latitude_rad.to_degrees(), at.longitude_rad.to_degrees())
        })
        .map(|(index, _)| CellId::at(index))
        .collect();
    if cells.is_empty() {
        return Err(atlas.source.fault(
            change.span(),
            "no cell of this scenario is in the area, so the event changes nothing",
            "here",
            "accepted: an area that some cell's centre is in",
        ));
    }
    Ok(Change::Demand { cells, factor: written.factor, dark_share: written.dark_share })
}
