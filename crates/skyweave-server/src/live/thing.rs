//! One satellite, gateway, cell or terminal: what it is, whom it serves, and through what.

use super::Live;
use super::format::{CellState, cell_state};
use super::in_force::Decided;
use super::outage::{Reason, named};
use super::terminals::{RttParts, TerminalNow, rounded};
use super::world::{degrees, h3_text};
use schemars::JsonSchema;
use serde::Serialize;
use skyweave_core::admission::Basis;
use skyweave_core::flow::Flow;
use skyweave_core::geodesy::Ellipsoid;
use skyweave_core::ids::{CellId, GatewayId, SatId, TerminalId};
use skyweave_core::plan::Slot;
use skyweave_core::time::SlotNo;
use skyweave_io::results::UtcMs;
use std::sync::Arc;

/// A satellite in the current slot.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SatelliteNow {
    /// The slot.
    pub slot: i64,
    /// Its name.
    pub name: String,
    /// Its catalogue number.
    pub catalog_number: u32,
    /// What it does: `serving`, `laser_only`, `in_transit` or `unknown`.
    pub service: &'static str,
    /// Whether it works and has a position.
    pub present: bool,
    /// Latitude below it, deg.
    pub lat_deg: f64,
    /// Longitude below it, deg.
    pub lon_deg: f64,
    /// Height over the ellipsoid, km.
    pub altitude_km: f64,
    /// The gateway that holds it, by its place.
    pub gateway: Option<u32>,
    /// Beam cells that it serves.
    pub beam_cells: u16,
    /// Position cells that it serves, by their places.
    pub cells: Vec<u32>,
    /// Listed terminals that it serves, by their places.
    pub terminals: Vec<u32>,
    /// Its lasers.
    pub lasers: Vec<LaserNow>,
}

/// A laser of a satellite.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LaserNow {
    /// The satellite at the other end, by its place.
    pub to: u32,
    /// Its length, km.
    pub range_km: f64,
    /// What it carries in its busier direction, Gbit/s.
    pub load_gbps: f64,
    /// What it can carry, Gbit/s.
    pub capacity_gbps: f64,
}

/// A gateway in the current slot.
#[derive(Debug, Serialize, JsonSchema)]
pub struct GatewayNow {
    /// The slot.
    pub slot: i64,
    /// Its name.
    pub name: String,
    /// Latitude, deg.
    pub lat_deg: f64,
    /// Longitude, deg.
    pub lon_deg: f64,
    /// Whether it works.
    pub works: bool,
    /// True if no public source has it.
    pub hypothetical: bool,
    /// Its antennas.
    pub antennas: u16,
    /// Antennas that hold a satellite.
    pub antennas_used: u16,
    /// Satellites that it holds, by their places.
    pub satellites: Vec<u32>,
    /// Its fibres.
    pub fibres: Vec<FibreNow>,
    /// Cells whose traffic comes down here.
    pub cells: u32,
    /// Listed terminals whose traffic comes down here, by their places.
    pub terminals: Vec<u32>,
}

/// A fibre of a gateway.
#[derive(Debug, Serialize, JsonSchema)]
pub struct FibreNow {
    /// Its PoP, by its place.
    pub pop: u32,
    /// Its length, km.
    pub length_km: f64,
    /// Whether it works.
    pub works: bool,
}

/// A cell in the current slot.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CellNow {
    /// The slot.
    pub slot: i64,
    /// Its H3 index.
    pub h3: String,
    /// Its place in the list of cells.
    pub index: u32,
    /// Latitude of its centre, deg.
    pub lat_deg: f64,
    /// Longitude of its centre, deg.
    pub lon_deg: f64,
    /// People who live there.
    pub people: f64,
    /// Its terminals, listed ones included.
    pub terminals: f64,
    /// Terminals that may not be served.
    pub refused: f64,
    /// Terminals without power.
    pub dark: f64,
    /// `served`, `idle` where nobody asks, or `out`.
    pub state: &'static str,
    /// Why it is out.
    pub reason: Option<Reason>,
    /// Where some are refused: what decided that.
    pub decided: Option<Decided>,
    /// Its satellite, by its place.
    pub satellite: Option<u32>,
    /// The gateway that its traffic comes down at.
    pub gateway: Option<u32>,
    /// The PoP in force.
    pub pop: Option<u32>,
    /// Rate towards each terminal on average, Mbit/s.
    pub down_mbps: f64,
    /// Rate from each, Mbit/s.
    pub up_mbps: f64,
    /// Round trip to the PoP, ms.
    pub rtt_ms: Option<f64>,
    /// What that is made of.
    pub rtt_parts_ms: Option<RttParts>,
    /// What keeps it from getting more.
    pub limit: Option<&'static str>,
    /// Listed terminals in it, by their places.
    pub listed: Vec<u32>,
}

/// A listed terminal.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TerminalPage {
    /// The slot.
    pub slot: i64,
    /// Its name.
    pub name: String,
    /// Its place in the list of terminals.
    pub index: u32,
    /// Latitude now, deg.
    pub lat_deg: f64,
    /// Longitude now, deg.
    pub lon_deg: f64,
    /// Its cell, by its place.
    pub cell: u32,
    /// What it pays for.
    pub plan: String,
    /// The PoP that its addresses belong to, by its place.
    pub home_pop: u32,
    /// What it gets now.
    pub now: TerminalNow,
    /// Why it is not served, in words.
    pub reason: Option<Reason>,
    /// If it is refused: what decided that.
    pub decided: Option<Decided>,
    /// When its satellite changes next, as far as is planned.
    pub next_handover: Option<Handover>,
    /// The last slot that is planned.
    pub planned_until: i64,
    /// What stands around it: below these elevations it sees nothing.
    pub mask: Vec<MaskSector>,
    /// What it got in the slots that are kept, oldest first.
    pub history: Vec<Moment>,
}

/// A change of satellite.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Handover {
    /// The first slot with the other satellite, or without any.
    pub slot: i64,
    /// When that begins.
    pub starts_utc: String,
    /// The other satellite, by its place; none if it will not be served.
    pub satellite: Option<u32>,
}

/// A sector of what stands around a terminal, clockwise; it may pass north.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MaskSector {
    /// Azimuth where it begins, deg.
    pub from_deg: f64,
    /// Azimuth where it ends, deg; the same is all around.
    pub to_deg: f64,
    /// Everything below is hidden, deg.
    pub elevation_deg: f64,
}

/// What a terminal got in a slot.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Moment {
    /// The slot.
    pub slot: i64,
    /// When it began, s since 1970.
    pub start_s: i64,
    /// Round trip, ms.
    pub rtt_ms: Option<f64>,
    /// Rate towards it, Mbit/s.
    pub down_mbps: f64,
    /// Rate from it, Mbit/s.
    pub up_mbps: f64,
    /// Share of the slot without service: 0 or 1.
    pub drop: f64,
    /// Its satellite, by its place.
    pub satellite: Option<u32>,
    /// Why it was not served.
    pub outage: Option<String>,
}

impl<A: Basis> Live<A> {
    fn now(&self) -> Option<Arc<Slot<A>>> {
        self.whole(self.current()?)
    }

    /// A satellite; none if there is no such one, or no slot.
    #[must_use]
    pub fn satellite(&self, name: &str) -> Option<SatelliteNow> {
        let id = SatId(*self.names.satellites.get(name)?);
        let slot = self.now()?;
        let satellite = self.world.satellite(id);
        let at = slot.sky.position[id.index()].to_geodetic(Ellipsoid::WGS84);
        let loads = slot.lasers.live.iter().zip(&slot.flows.laser_load_bps);
        let lasers =
            loads.filter(|(laser, _)| laser.a == id || laser.b == id).map(|(laser, load)| LaserNow {
                to: if laser.a == id { laser.b.0 } else { laser.a.0 },
                range_km: rounded(laser.range_m / 1e3),
                load_gbps: rounded(load / 1e9),
                capacity_gbps: rounded(laser.capacity_bps / 1e9),
            });
        let serves = |cell: &usize| {
            cell_state(&slot, *cell) == CellState::Served
                && slot
                    .assignment
                    .over(&self.world, CellId::at(*cell))
                    .is_some_and(|beam| beam.is_ok_and(|beam| beam.satellite == id))
        };
        Some(SatelliteNow {
            slot: slot.no.0,
            name: satellite.name.clone(),
            catalog_number: satellite.catalog_number,
            service: slot.topology.service[id.index()].name(),
            present: slot.sky.present[id.index()],
            lat_deg: rounded(at.latitude_rad.to_degrees()),
            lon_deg: rounded(at.longitude_rad.to_degrees()),
            altitude_km: rounded(at.height_m / 1e3),
            gateway: slot.feeders.of_satellite[id.index()].map(|feeder| feeder.gateway.0),
            beam_cells: slot.assignment.cells_of_satellite[id.index()],
            cells: (0..self.world.cells.len()).filter(serves).map(|cell| cell as u32).collect(),
            terminals: listed(&slot, |served| served.satellite == id),
            lasers: lasers.collect(),
        })
    }

    /// A gateway; none if there is no such one, or no slot.
    #[must_use]
    pub fn gateway(&self, name: &str) -> Option<GatewayNow> {
        let id = GatewayId(*self.names.gateways.get(name)?);
        let slot = self.now()?;
        let gateway = &self.world.gateways[id.index()];
        let (lat_deg, lon_deg) = degrees(&gateway.place);
        let holds = slot.feeders.of_satellite.iter().enumerate();
        let holds = holds.filter(|(_, feeder)| feeder.is_some_and(|feeder| feeder.gateway == id));
        let fibres = self.world.fibres.iter().zip(&slot.conditions.fibre_up);
        let fibres = fibres.filter(|(fibre, _)| fibre.gateway == id).map(|(fibre, works)| FibreNow {
            pop: fibre.pop.0,
            length_km: rounded(fibre.length_m / 1e3),
            works: *works,
        });
        let flows = slot.flows.cells.iter().filter_map(|cell| cell.as_ref()?.as_ref().ok());
        Some(GatewayNow {
            slot: slot.no.0,
            name: gateway.name.clone(),
            lat_deg,
            lon_deg,
            works: slot.conditions.gateway_up[id.index()],
            hypothetical: gateway.hypothetical,
            antennas: gateway.antennas,
            antennas_used: slot.feeders.antennas_used[id.index()],
            satellites: holds.map(|(satellite, _)| satellite as u32).collect(),
            fibres: fibres.collect(),
            cells: flows.filter(|flow| flow.gateway == id).count() as u32,
            terminals: listed(&slot, |served| served.flow.gateway == id),
        })
    }

    /// A cell by its H3 index; none if it is not of this world, or there is no slot.
    #[must_use]
    pub fn cell(&self, h3: u64) -> Option<CellNow> {
        let index = *self.names.cells.get(&h3)?;
        let slot = self.now()?;
        let cell = &self.world.cells[index as usize];
        let (lat_deg, lon_deg) = degrees(&cell.place);
        let demand = &slot.demand.cells[index as usize];
        let flow: Option<&Flow> =
            slot.flows.cells[index as usize].as_ref().and_then(|flow| flow.as_ref().ok());
        let beam = slot.assignment.over(&self.world, CellId(index)).and_then(Result::ok);
        let (state, reason) = match cell_state(&slot, index as usize) {
            CellState::Served => ("served", None),
            CellState::AsksForNothing => ("idle", None),
            CellState::Out(outage) => ("out", named(outage.name())),
        };
        let here = slot.terminals.iter().enumerate().filter(|(_, terminal)| terminal.cell == CellId(index));
        let decided = self
            .planned_by(slot.no)
            .filter(|_| demand.refused_terminals > 0.0)
            .and_then(|(by, law)| by.on_cell(CellId(index), slot.no, law));
        Some(CellNow {
            slot: slot.no.0,
            h3: h3_text(h3),
            index,
            lat_deg,
            lon_deg,
            people: cell.population.round(),
            terminals: rounded(demand.all_terminals),
            refused: rounded(demand.refused_terminals),
            dark: rounded(demand.dark_terminals),
            state,
            reason,
            decided,
            satellite: flow.and(beam).map(|beam| beam.satellite.0),
            gateway: flow.map(|flow| flow.gateway.0),
            pop: demand.pop.map(|pop| pop.0),
            down_mbps: flow.map_or(0.0, |flow| rounded(flow.down_bps / 1e6)),
            up_mbps: flow.map_or(0.0, |flow| rounded(flow.up_bps / 1e6)),
            rtt_ms: flow.map(|flow| rounded(flow.delay.rtt_s() * 1e3)),
            rtt_parts_ms: flow.map(|flow| RttParts::of(&flow.delay)),
            limit: flow.map(|flow| flow.limit.name()),
            listed: here.map(|(place, _)| place as u32).collect(),
        })
    }

    /// A listed terminal; none if there is no such one, or no slot.
    #[must_use]
    pub fn terminal(&self, name: &str) -> Option<TerminalPage> {
        let index = *self.names.terminals.get(name)?;
        let current = self.current()?;
        let kept = self.kept.get(current)?;
        let now = kept.terminals.get(index as usize)?.clone();
        let terminal = &self.world.terminals[index as usize];
        let (lat_deg, lon_deg) = degrees(&terminal.motion.at(current));
        let until = self.kept.until(current);
        let history =
            until.iter().filter_map(|slot| Some(moment(slot.no, slot.terminals.get(index as usize)?)));
        let mask = terminal.mask.sectors.iter().map(|sector| MaskSector {
            from_deg: rounded(sector.from_rad.to_degrees()),
            to_deg: rounded(sector.to_rad.to_degrees()),
            elevation_deg: rounded(sector.elevation_rad.to_degrees()),
        });
        let reason = now.outage.as_deref().and_then(named);
        let decided = self
            .planned_by(current)
            .filter(|_| reason.as_ref().is_some_and(|reason| reason.refused))
            .and_then(|(by, law)| by.on_terminal(&self.world, TerminalId(index), current, law));
        let planned_until = self.kept.range().map_or(current, |(_, last)| last);
        Some(TerminalPage {
            slot: current.0,
            name: terminal.name.clone(),
            index,
            lat_deg,
            lon_deg,
            cell: terminal.cell_at(current).0,
            plan: self.world.rules.demand.plans[terminal.plan.index()].name.clone(),
            home_pop: terminal.home_pop.0,
            reason,
            decided,
            next_handover: self.next_handover(index as usize, &now, current, planned_until),
            planned_until: planned_until.0,
            mask: mask.collect(),
            history: history.collect(),
            now,
        })
    }

    fn next_handover(
        &self,
        index: usize,
        now: &TerminalNow,
        current: SlotNo,
        last: SlotNo,
    ) -> Option<Handover> {
        let ahead = (current.0 + 1..=last.0).map(SlotNo).filter_map(|no| self.kept.get(no));
        let mut ahead = ahead.filter_map(|slot| Some((slot.no, slot.terminals.get(index)?.satellite)));
        let (slot, satellite) = ahead.find(|(_, satellite)| *satellite != now.satellite)?;
        Some(Handover { slot: slot.0, starts_utc: UtcMs::of_slot(slot).to_string(), satellite })
    }
}

fn listed<A: Basis>(slot: &Slot<A>, is_meant: impl Fn(&skyweave_core::terminal::Served) -> bool) -> Vec<u32> {
    let terminals = slot.terminals.iter().enumerate();
    terminals
        .filter(|(_, one)| one.outcome.as_ref().is_ok_and(&is_meant))
        .map(|(place, _)| place as u32)
        .collect()
}

fn moment(no: SlotNo, terminal: &TerminalNow) -> Moment {
    Moment {
        slot: no.0,
        start_s: super::kept::start_s(no),
        rtt_ms: terminal.rtt_ms,
        down_mbps: terminal.down_mbps,
        up_mbps: terminal.up_mbps,
        drop: if terminal.served { 0.0 } else { 1.0 },
        satellite: terminal.satellite,
        outage: terminal.outage.clone(),
    }
}
