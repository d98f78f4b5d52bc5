//! Stage: what each listed terminal gets, from where it really is.
//!
//! A terminal is served by the beam over the cell it is in; elevation, range, the first part of its delay and what stands around it are
//! its own. Its rates are those of its cell, plan and PoP.

use crate::admission::{Admission, Basis, Outcome};
use crate::conditions::Conditions;
use crate::demand::Demand;
use crate::flow::{Flow, Flows};
use crate::geodesy::{LIGHT_M_S, azimuth_elevation_rad};
use crate::ids::{CellId, PopId, SatId, TerminalId};
use crate::orbit::Sky;
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
    /// The downlink rate as a share of what it asks for.
    pub share: f64,
}

/// What the terminals of a slot are served with.
pub struct Given<'a> {
    /// Where satellites are.
    pub sky: &'a Sky,
    /// What works.
    pub conditions: &'a Conditions,
    /// What everybody asks for.
    pub demand: &'a Demand,
    /// Who serves whom.
    pub assignment: &'a Assignment,
    /// What everybody gets.
    pub flows: &'a Flows,
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
                Outcome::Refused(code) => Err(Outage::NotAdmitted(code)),
                admitted => outcome(world, terminal, cell, place, given, slot)
                    .map(|served| throttled(served, admitted)),
            };
            TerminalService { place, cell, outcome }
        })
        .collect()
}

/// A terminal whose cell gets more than it may have by itself.
fn throttled(mut served: Served, admitted: Outcome) -> Served {
    served.flow.down_bps = admitted.of_rate(served.flow.down_bps);
    served.flow.up_bps = admitted.of_rate(served.flow.up_bps);
    served
}

fn outcome(
    world: &World,
    terminal: &Terminal,
    cell: CellId,
    place: Place,
    given: &Given<'_>,
    slot: SlotNo,
) -> Result<Served, Outage> {
    let pop = given.conditions.pop_of(world, terminal, slot).ok_or(Outage::NoPop)?;
    let asks = &given.demand.asks;
    // an admitted terminal makes its cell ask, unless all of it is dark
    let ask = given.demand.ask_of(world, cell, pop, terminal.plan);
    let ask = ask.filter(|ask| asks[*ask].terminals > 0.0).ok_or(Outage::NoPower)?;
    let beam = given.assignment.over(world, cell).unwrap_or(Err(Outage::NoPower))?;
    let position = given.sky.position[beam.satellite.index()];
    let (azimuth_rad, elevation_rad) = azimuth_elevation_rad(place.geodetic, position);
    let lowest_rad = world.rules.radio.min_elevation_rad(place.geodetic.latitude_rad);
    if elevation_rad < lowest_rad - CELL_EDGE_TOLERANCE_RAD {
        return Err(Outage::NoSatellite);
    }
    if terminal.mask.hides(azimuth_rad, elevation_rad) {
        return Err(Outage::Obstructed);
    }
    let mut flow = given.flows.asks[ask].unwrap_or(Err(Outage::NoPath))?;
    flow.delay.up_s = place.ecef.range_m(position) / LIGHT_M_S;
    let asked_bps = asks[ask].down_bps;
    let share = if asked_bps > 0.0 { flow.down_bps / asked_bps } else { 1.0 };
    Ok(Served { satellite: beam.satellite, azimuth_rad, elevation_rad, pop, flow, share })
}

/// The beam was chosen for the centre of the beam cell; where its position cells end the satellite may stand this much lower: some
/// 25 km away, under a satellite at 340 km or more.
const CELL_EDGE_TOLERANCE_RAD: f64 = FRAC_PI_2 / 30.0;
