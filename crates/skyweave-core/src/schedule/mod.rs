//! Stage: satellite and beam for each admitted cell with demand.
//!
//! The rule for now is `highest-elevation`: cells with the most terminals choose first, and each takes the highest
//! satellite that serves, has a way to the cell's PoP and has room left. All cells look at the sky at once and keep their few
//! best (`candidates`); then they choose one after another (`assign`).

mod assign;
mod candidates;
pub mod preference;

use crate::admission::{Admission, Basis, Verdict};
use crate::conditions::Conditions;
use crate::ids::{CellId, PopId, SatId, TerminalId};
use crate::refusal::RefusalCode;
use crate::time::SlotNo;
use crate::world::World;
use rayon::prelude::*;

pub use assign::{Given, assign};

/// Why somebody is not served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outage {
    /// Not admitted, and why.
    NotAdmitted(RefusalCode),
    /// No power at the terminal.
    NoPower,
    /// No satellite above the lowest elevation.
    NoSatellite,
    /// Satellites are there, and none of them serves terminals.
    NoServingSatellite,
    /// Satellites are there, and none has a way to the PoP.
    NoPath,
    /// Satellites with a way are there, and all their beams are taken.
    NoBeam,
    /// No PoP works.
    NoPop,
    /// Something stands in the way of the only satellites.
    Obstructed,
    /// Rain takes the link down.
    Rain,
}

impl Outage {
    /// The name in outputs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotAdmitted(code) => code.name(),
            Self::NoPower => "no_power",
            Self::NoSatellite => "no_satellite",
            Self::NoServingSatellite => "no_serving_satellite",
            Self::NoPath => "no_path",
            Self::NoBeam => "no_beam",
            Self::NoPop => "no_pop",
            Self::Obstructed => "obstructed",
            Self::Rain => "rain",
        }
    }
}

/// What a cell asks for in a slot.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CellDemand {
    /// Terminals that are admitted and have power.
    pub terminals: f64,
    /// All terminals, dark and refused ones included.
    pub all_terminals: f64,
    /// Terminals without power.
    pub dark_terminals: f64,
    /// Downlink demand of each, bit/s.
    pub down_bps: f64,
    /// Uplink demand of each, bit/s.
    pub up_bps: f64,
    /// PoP in force: home if it works, else the nearest that does.
    pub pop: Option<PopId>,
}

/// A cell's beam.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Beam {
    /// The satellite.
    pub satellite: SatId,
    /// Sine of the elevation at the cell's centre.
    pub elevation_sine: f64,
    /// Range to the cell's centre, m.
    pub range_m: f64,
    /// The PoP that traffic goes to.
    pub pop: PopId,
}

/// Who serves whom.
#[derive(Debug, Clone)]
pub struct Assignment {
    /// By cell: its beam, why it has none, or `None` where nobody asks.
    pub cells: Vec<Option<Result<Beam, Outage>>>,
    /// Cells served, by satellite.
    pub cells_of_satellite: Vec<u16>,
}

/// What every cell asks for at a slot: the demand that admission lets through.
#[must_use]
pub fn demand<A: Basis>(
    world: &World,
    conditions: &Conditions,
    admission: &Admission<A>,
    slot: SlotNo,
) -> Vec<CellDemand> {
    let mut listed = vec![(0_u32, 0_u32); world.cells.len()];
    for (index, terminal) in world.terminals.iter().enumerate() {
        let (all, admitted) = &mut listed[terminal.cell_at(slot).index()];
        *all += 1;
        *admitted += u32::from(admission.terminal(TerminalId::at(index)) == Verdict::Admitted);
    }
    let rules = &world.rules.demand;
    world
        .cells
        .par_iter()
        .with_min_len(4_096)
        .enumerate()
        .map(|(index, cell)| {
            let (all, admitted) = listed[index];
            let anonymous_admitted = admission.cell(CellId::at(index)) == Verdict::Admitted;
            let admitted = f64::from(admitted)
                + if anonymous_admitted { f64::from(cell.anonymous_terminals) } else { 0.0 };
            let all = f64::from(all + cell.anonymous_terminals);
            let (factor, dark) = (conditions.demand_factor[index], conditions.dark_share[index]);
            let pop = if conditions.pop_up[cell.home_pop.index()] {
                Some(cell.home_pop)
            } else {
                world.nearest_pop(cell.place, |pop| conditions.pop_up[pop.index()])
            };
            CellDemand {
                terminals: admitted * (1.0 - dark),
                all_terminals: all,
                dark_terminals: all * dark,
                down_bps: rules.down_bps * factor,
                up_bps: rules.up_bps * factor,
                pop,
            }
        })
        .collect()
}
