//! Stage: what each listed terminal gets, from where it really is.
//!
//! A terminal is served by the beam of the cell it is in; elevation, range and the first part of its delay are its own.

use crate::admission::{Admission, Basis, Verdict};
use crate::flow::{Flow, Flows};
use crate::geodesy::{LIGHT_M_S, azimuth_elevation_rad};
use crate::ids::{CellId, PopId, SatId, TerminalId};
use crate::orbit::Sky;
use crate::schedule::{Assignment, Outage};
use crate::time::SlotNo;
use crate::world::{Place, World};
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

/// Serves the listed terminals of a slot.
#[must_use]
pub fn serve<A: Basis>(
    world: &World,
    admission: &Admission<A>,
    sky: &Sky,
    assignment: &Assignment,
    flows: &Flows,
    slot: SlotNo,
) -> Vec<TerminalService> {
    let outcome = |id: TerminalId, cell: CellId, place: Place| -> Result<Served, Outage> {
        if let Verdict::Refused(code) = admission.terminal(id) {
            return Err(Outage::NotAdmitted(code));
        }
        let beam = assignment.cells[cell.index()].unwrap_or(Err(Outage::NoPower))?;
        let flow = flows.cells[cell.index()].ok_or(Outage::NoPath)?;
        let position = sky.position[beam.satellite.index()];
        let (azimuth_rad, elevation_rad) = azimuth_elevation_rad(place.geodetic, position);
        if elevation_rad < world.rules.radio.min_elevation_rad - CELL_EDGE_TOLERANCE_RAD {
            return Err(Outage::NoSatellite);
        }
        let mut delay = flow.delay;
        delay.up_s = place.ecef.range_m(position) / LIGHT_M_S;
        Ok(Served {
            satellite: beam.satellite,
            azimuth_rad,
            elevation_rad,
            pop: beam.pop,
            flow: Flow { delay, ..flow },
        })
    };
    world
        .terminals
        .iter()
        .enumerate()
        .map(|(index, terminal)| {
            let (place, cell) = (terminal.motion.at(slot), terminal.cell_at(slot));
            TerminalService { place, cell, outcome: outcome(TerminalId::at(index), cell, place) }
        })
        .collect()
}

/// The beam was chosen for the centre of the cell; at its edge the satellite may stand this much lower.
const CELL_EDGE_TOLERANCE_RAD: f64 = FRAC_PI_2 / 90.0;
