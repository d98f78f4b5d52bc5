//! Stage: what each listed terminal gets, from where it really is.
//!
//! A terminal is served by the beam of the cell it is in; elevation, range and the first part of its delay are its own.

use crate::admission::{Admission, Basis, Verdict};
use crate::conditions::Conditions;
use crate::feeder::Feeders;
use crate::flow::{DelayParts, Flow, Flows};
use crate::geodesy::{LIGHT_M_S, azimuth_elevation_rad};
use crate::ids::{CellId, PopId, SatId, TerminalId};
use crate::orbit::Sky;
use crate::route::Routes;
use crate::schedule::{Assignment, Outage};
use crate::time::SlotNo;
use crate::world::{Place, Terminal, World};
use std::f64::consts::FRAC_PI_2;

/// A listed terminal in a slot.
#[derive(Debug, Clone, PartialEq)]
pub struct TerminalService {
    /// Where it is.
    pub place: Place,
    /// The cell it is in.
    pub cell: CellId,
    /// What it gets, or why nothing.
    pub outcome: Result<Served, Outage>,
}

/// A terminal that is served.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Served {
    /// Its satellite.
    pub satellite: SatId,
    /// Azimuth of the satellite from the terminal, rad, north 0, east positive.
    pub azimuth_rad: f64,
    /// Elevation of the satellite over the terminal's horizon, rad.
    pub elevation_rad: f64,
    /// The PoP in force.
    pub pop: PopId,
    /// Rates, delays and limit; the delay up is the terminal's own.
    pub flow: Flow,
}

/// What the terminals of a slot are served with.
pub struct Given<'a> {
    /// Where satellites are.
    pub sky: &'a Sky,
    /// What works.
    pub conditions: &'a Conditions,
    /// The ways to the PoPs in use.
    pub routes: &'a Routes,
    /// Which gateway holds which satellite.
    pub feeders: &'a Feeders,
    /// Who serves whom.
    pub assignment: &'a Assignment,
    /// What everybody gets.
    pub flows: &'a Flows,
}

/// The PoP in force for a listed terminal: its own home if that works, else the nearest that does.
#[must_use]
pub fn pop_in_force(
    world: &World,
    conditions: &Conditions,
    terminal: &Terminal,
    slot: SlotNo,
) -> Option<PopId> {
    let works = |pop: PopId| conditions.pop_up[pop.index()];
    if works(terminal.home_pop) {
        return Some(terminal.home_pop);
    }
    world.nearest_pop(terminal.motion.at(slot), works)
}

/// Serves the listed terminals of a slot.
#[must_use]
pub fn serve<A: Basis>(
    world: &World,
    admission: &Admission<A>,
    given: &Given<'_>,
    slot: SlotNo,
) -> Vec<TerminalService> {
    world
        .terminals
        .iter()
        .enumerate()
        .map(|(index, terminal)| {
            let (place, cell) = (terminal.motion.at(slot), terminal.cell_at(slot));
            let outcome = match admission.terminal(TerminalId::at(index)) {
                Verdict::Refused(code) => Err(Outage::NotAdmitted(code)),
                Verdict::Admitted => outcome(world, terminal, cell, place, given, slot),
            };
            TerminalService { place, cell, outcome }
        })
        .collect()
}

fn outcome(
    world: &World,
    terminal: &Terminal,
    cell: CellId,
    place: Place,
    given: &Given<'_>,
    slot: SlotNo,
) -> Result<Served, Outage> {
    // an admitted terminal makes its cell ask, unless all of it is dark
    let beam = given.assignment.cells[cell.index()].unwrap_or(Err(Outage::NoPower))?;
    let flow = given.flows.cells[cell.index()].ok_or(Outage::NoPath)?;
    let position = given.sky.position[beam.satellite.index()];
    let (azimuth_rad, elevation_rad) = azimuth_elevation_rad(place.geodetic, position);
    if elevation_rad < world.rules.radio.min_elevation_rad - CELL_EDGE_TOLERANCE_RAD {
        return Err(Outage::NoSatellite);
    }
    let pop = pop_in_force(world, given.conditions, terminal, slot).ok_or(Outage::NoPop)?;
    let mut flow = if pop == beam.pop { flow } else { redirected(world, flow, beam.satellite, pop, given)? };
    flow.delay.up_s = place.ecef.range_m(position) / LIGHT_M_S;
    Ok(Served { satellite: beam.satellite, azimuth_rad, elevation_rad, pop, flow })
}

/// The flow of a terminal whose addresses live at another PoP than its cell's: the same rate, its own way.
fn redirected(
    world: &World,
    flow: Flow,
    satellite: SatId,
    pop: PopId,
    given: &Given<'_>,
) -> Result<Flow, Outage> {
    let way = given.routes.way(satellite, pop, world).ok_or(Outage::NoPath)?;
    let hop_s = |pair: &[SatId]| {
        given.sky.position[pair[0].index()].range_m(given.sky.position[pair[1].index()]) / LIGHT_M_S
    };
    let landing = way.satellites[way.satellites.len() - 1];
    let feeder = given.feeders.of_satellite[landing.index()].ok_or(Outage::NoPath)?;
    let delay = DelayParts {
        up_s: flow.delay.up_s,
        lasers_s: way.satellites.windows(2).map(hop_s).sum(),
        down_s: feeder.range_m / LIGHT_M_S,
        fibre_s: world.fibres[way.fibre.index()].delay_s,
    };
    Ok(Flow { delay, laser_hops: (way.satellites.len() - 1) as u16, gateway: way.gateway, ..flow })
}

/// The beam was chosen for the centre of the cell; at its edge the satellite may stand this much lower.
const CELL_EDGE_TOLERANCE_RAD: f64 = FRAC_PI_2 / 90.0;
