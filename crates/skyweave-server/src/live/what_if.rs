//! What if something failed: the current slot planned twice, as it is and with the failure, and what differs.

use super::Live;
use super::format::{CellState, cell_state, terminals_served};
use super::terminals::rounded;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use skyweave_core::admission::{Admission, Basis};
use skyweave_core::geodesy::Geodetic;
use skyweave_core::ids::{CellId, FibreId, GatewayId, PopId, SatId};
use skyweave_core::plan::{Slot, plan};
use skyweave_core::time::SlotNo;
use skyweave_core::timeline::{Affected, Change, Event};
use skyweave_core::world::World;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What is asked.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WhatIf {
    /// What fails at the start of the current slot.
    pub fail: Failing,
}

/// What fails.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Failing {
    /// Gateways, by name.
    pub gateways: Vec<String>,
    /// PoPs, by code.
    pub pops: Vec<String>,
    /// Satellites, by name or catalogue number.
    pub satellites: Vec<String>,
    /// Everything on the ground within a circle: gateways, PoPs, and fibres that pass through it.
    pub area: Option<Circle>,
}

/// A circle on the ground.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Circle {
    /// Latitude of its centre, deg.
    #[schemars(range(min = -90, max = 90))]
    pub lat_deg: f64,
    /// Longitude of its centre, deg.
    #[schemars(range(min = -180, max = 180))]
    pub lon_deg: f64,
    /// Its radius, km.
    #[schemars(range(min = 0, max = 20_000))]
    pub radius_km: f64,
}

/// What comes of it.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Answer {
    /// The slot that was planned twice.
    pub slot: i64,
    /// How its admission came about.
    pub basis: &'static str,
    /// How many things fail.
    pub failed: Failed,
    /// Without the failure.
    pub before: Figures,
    /// With it.
    pub after: Figures,
    /// Cells that are served before and not after, by their places in the world.
    pub cells_lost: Vec<u32>,
    /// Cells that are served before and after, by another satellite or another gateway.
    pub cells_changed: Vec<u32>,
    /// Listed terminals that are served before and not after.
    pub terminals_lost: Vec<u32>,
    /// People who live in the cells that are lost.
    pub people_lost: f64,
}

/// How many things fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Failed {
    /// Gateways.
    pub gateways: usize,
    /// PoPs.
    pub pops: usize,
    /// Fibres.
    pub fibres: usize,
    /// Satellites.
    pub satellites: usize,
}

/// A slot in figures.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Figures {
    /// Cells that are served.
    pub cells_served: u32,
    /// Cells that ask for something.
    pub cells_asking: u32,
    /// Terminals that are served: listed ones and those without a name.
    pub terminals_served: f64,
    /// Listed terminals that are served.
    pub listed_served: u32,
    /// People who live in cells that are served.
    pub people_served: f64,
    /// All downlink rates together, Gbit/s.
    pub down_gbps: f64,
    /// Median round trip over the cells that are served, ms.
    pub rtt_p50_ms: Option<f64>,
    /// Satellites that are held by a gateway.
    pub satellites_held: u32,
    /// Why cells are not served, and how many for each reason.
    pub outages: BTreeMap<&'static str, u32>,
}

/// Why a what-if cannot be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unasked {
    /// Something in it means nothing: the field, and what would be accepted.
    Wrong(&'static str, String),
    /// There is no current slot, or the one before it is not there.
    NoSlot,
}

impl<A: Basis> Live<A> {
    /// What fails, as the planner knows it.
    ///
    /// # Errors
    /// If a name is none, or nothing fails.
    pub fn failing(&self, asked: &Failing) -> Result<Affected, Unasked> {
        let mut affected = Affected::default();
        for name in &asked.gateways {
            let found = self.names.gateways.get(name);
            affected
                .gateways
                .push(GatewayId(*found.ok_or_else(|| unknown("fail.gateways", "gateway", name))?));
        }
        for code in &asked.pops {
            let found = self.names.pops.get(code);
            affected.pops.push(PopId(*found.ok_or_else(|| unknown("fail.pops", "PoP", code))?));
        }
        for name in &asked.satellites {
            let found = self.names.satellites.get(name);
            affected
                .satellites
                .push(SatId(*found.ok_or_else(|| unknown("fail.satellites", "satellite", name))?));
        }
        if let Some(circle) = asked.area {
            self.within(circle, &mut affected)?;
        }
        affected.satellites.sort_unstable();
        affected.satellites.dedup();
        affected.gateways.sort_unstable();
        affected.gateways.dedup();
        affected.pops.sort_unstable();
        affected.pops.dedup();
        if affected.is_empty() {
            let accepted = "nothing fails; accepted: `gateways`, `pops`, `satellites`, or an `area` with something in it";
            return Err(Unasked::Wrong("fail", accepted.to_owned()));
        }
        Ok(affected)
    }

    fn within(&self, circle: Circle, affected: &mut Affected) -> Result<(), Unasked> {
        let fits = (-90.0..=90.0).contains(&circle.lat_deg)
            && (-180.0..=180.0).contains(&circle.lon_deg)
            && (0.0..=20_000.0).contains(&circle.radius_km);
        if !fits {
            let accepted = "accepted: lat_deg of -90 to 90, lon_deg of -180 to 180, radius_km of 0 to 20000";
            return Err(Unasked::Wrong("fail.area", accepted.to_owned()));
        }
        let centre = Geodetic::from_degrees(circle.lat_deg, circle.lon_deg);
        let radius_m = circle.radius_km * 1e3;
        let near = |at: Geodetic| centre.great_circle_m(at) <= radius_m;
        let world = &self.world;
        let gateways = (0..world.gateways.len()).filter(|&one| near(world.gateways[one].place.geodetic));
        affected.gateways.extend(gateways.map(GatewayId::at));
        let pops = (0..world.pops.len()).filter(|&one| near(world.pops[one].place.geodetic));
        affected.pops.extend(pops.map(PopId::at));
        let passes = |fibre: &skyweave_core::world::Fibre| {
            let from = world.gateways[fibre.gateway.index()].place.geodetic;
            let to = world.pops[fibre.pop.index()].place.geodetic;
            centre.distance_to_arc_m(from, to) <= radius_m
        };
        let fibres = world.fibres.iter().enumerate().filter(|(_, fibre)| passes(fibre));
        affected.fibres.extend(fibres.map(|(place, _)| FibreId::at(place)));
        Ok(())
    }

    /// Plans the current slot twice, beside the thread that plans ahead.
    ///
    /// # Errors
    /// If what fails means nothing, or there is no slot yet.
    pub async fn what_if(self: &Arc<Self>, asked: &Failing) -> Result<Answer, Unasked> {
        let affected = self.failing(asked)?;
        let no = self.current().ok_or(Unasked::NoSlot)?;
        let before = self.before(no).ok_or(Unasked::NoSlot)?;
        let (by, law) = self.planned_by(no).ok_or(Unasked::NoSlot)?;
        let place = Arc::clone(&self.asking).acquire_owned().await;
        let live = Arc::clone(self);
        let planned = tokio::task::spawn_blocking(move || {
            // given back when it is done, also if nobody waits any more
            let _place = place;
            live.metrics.what_ifs.add(1);
            let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().ok()?;
            let plan = || {
                let admission = by.admission(&live.world, no, law);
                answer(&live.world, &admission, &before, no, &affected)
            };
            Some(pool.install(plan))
        });
        planned.await.ok().flatten().ok_or(Unasked::NoSlot)
    }
}

fn unknown(field: &'static str, kind: &str, name: &str) -> Unasked {
    let shown: String = name.chars().take(60).collect();
    Unasked::Wrong(field, format!("there is no {kind} `{}` in this world", shown.escape_debug()))
}

/// The slot after `before`, as it is and with something failed, and what differs.
#[must_use]
pub fn answer<A: Basis>(
    world: &World,
    admission: &Admission<A>,
    before: &Slot<A>,
    no: SlotNo,
    affected: &Affected,
) -> Answer {
    let one = plan(world, admission, Some(before), no);
    let other = plan(&with_failure(world, no, affected), admission, Some(before), no);
    compare(world, &one, &other, affected)
}

/// The same world, in which something fails at a slot.
#[must_use]
pub fn with_failure(world: &World, no: SlotNo, affected: &Affected) -> World {
    let mut world = world.clone();
    world.timeline.events.retain(|event| event.at <= no);
    let change = Change::Fail(affected.clone());
    world.timeline.events.push(Event { at: no, label: "what if".to_owned(), change });
    world
}

/// What differs between two slots of one world.
#[must_use]
pub fn compare<A: Basis>(world: &World, before: &Slot<A>, after: &Slot<A>, affected: &Affected) -> Answer {
    let is_served = |slot: &Slot<A>, cell: usize| cell_state(slot, cell) == CellState::Served;
    let through = |slot: &Slot<A>, cell: usize| {
        let satellite =
            slot.assignment.over(world, CellId::at(cell)).and_then(Result::ok).map(|beam| beam.satellite);
        let gateway =
            slot.flows.cells[cell].as_ref().and_then(|flow| flow.as_ref().ok()).map(|flow| flow.gateway);
        (satellite, gateway)
    };
    let (mut cells_lost, mut cells_changed, mut people_lost) = (Vec::new(), Vec::new(), 0.0);
    for cell in (0..world.cells.len()).filter(|&cell| is_served(before, cell)) {
        if !is_served(after, cell) {
            cells_lost.push(cell as u32);
            people_lost += world.cells[cell].population;
        } else if through(before, cell) != through(after, cell) {
            cells_changed.push(cell as u32);
        }
    }
    let listed = before.terminals.iter().zip(&after.terminals).enumerate();
    let lost = listed.filter(|(_, (before, after))| before.outcome.is_ok() && after.outcome.is_err());
    Answer {
        slot: after.no.0,
        basis: A::NAME,
        failed: Failed {
            gateways: affected.gateways.len(),
            pops: affected.pops.len(),
            fibres: affected.fibres.len(),
            satellites: affected.satellites.len(),
        },
        before: figures(world, before),
        after: figures(world, after),
        cells_lost,
        cells_changed,
        terminals_lost: lost.map(|(place, _)| place as u32).collect(),
        people_lost: people_lost.round(),
    }
}

fn figures<A: Basis>(world: &World, slot: &Slot<A>) -> Figures {
    let mut outages = BTreeMap::new();
    let (mut cells_served, mut cells_asking, mut people_served) = (0, 0, 0.0);
    for (place, cell) in world.cells.iter().enumerate() {
        match cell_state(slot, place) {
            CellState::Served => {
                cells_served += 1;
                people_served += cell.population;
            }
            CellState::AsksForNothing => continue,
            CellState::Out(outage) => *outages.entry(outage.name()).or_default() += 1,
        }
        cells_asking += 1;
    }
    let served = || slot.flows.cells.iter().filter_map(|cell| cell.as_ref()?.as_ref().ok());
    let mut rtts_ms: Vec<f64> = served().map(|flow| flow.delay.rtt_s() * 1e3).collect();
    rtts_ms.sort_unstable_by(f64::total_cmp);
    let asks = slot.demand.asks.iter().zip(&slot.flows.asks);
    let down_bps: f64 =
        asks.filter_map(|(ask, answer)| Some(ask.terminals * answer.as_ref()?.as_ref().ok()?.down_bps)).sum();
    Figures {
        cells_served,
        cells_asking,
        terminals_served: rounded(terminals_served(slot)),
        listed_served: slot.terminals.iter().filter(|terminal| terminal.outcome.is_ok()).count() as u32,
        people_served: people_served.round(),
        down_gbps: rounded(down_bps / 1e9),
        rtt_p50_ms: rtts_ms.get(rtts_ms.len() / 2).map(|rtt_ms| rounded(*rtt_ms)),
        satellites_held: slot.feeders.of_satellite.iter().flatten().count() as u32,
        outages,
    }
}
