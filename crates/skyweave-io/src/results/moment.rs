//! A slot as the tables see it: whatever its basis is, and with everything under its name.

use super::column::{Name, UtcMs};
use skyweave_core::admission::Basis;
use skyweave_core::conditions::Conditions;
use skyweave_core::constellation::Topology;
use skyweave_core::demand::Demand;
use skyweave_core::feeder::Feeders;
use skyweave_core::flow::{Flow, Flows};
use skyweave_core::ids::CellId;
use skyweave_core::laser::Lasers;
use skyweave_core::orbit::Sky;
use skyweave_core::plan::Slot;
use skyweave_core::route::Routes;
use skyweave_core::schedule::{Assignment, Beam, Outage};
use skyweave_core::terminal::TerminalService;
use skyweave_core::time::SlotNo;
use skyweave_core::world::World;
use std::sync::Arc;

/// The names of everything, by id.
pub(crate) struct Names {
    pub satellites: Vec<Name>,
    pub gateways: Vec<Name>,
    pub pops: Vec<Name>,
    pub cells: Vec<Name>,
    pub terminals: Vec<Name>,
}

impl Names {
    /// The names in a world. A cell goes by its H3 index, hexadecimal.
    pub fn of(world: &World) -> Self {
        let shared = |text: &str| Name::from(Arc::<str>::from(text));
        Self {
            satellites: world.satellites.iter().map(|s| shared(&s.name)).collect(),
            gateways: world.gateways.iter().map(|g| shared(&g.name)).collect(),
            pops: world.pops.iter().map(|p| shared(&p.code)).collect(),
            cells: world.cells.iter().map(|c| shared(&format!("{:x}", c.h3))).collect(),
            terminals: world.terminals.iter().map(|t| shared(&t.name)).collect(),
        }
    }
}

/// A slot, and what is needed to name what is in it.
pub(crate) struct Moment<'a> {
    pub world: &'a World,
    pub names: &'a Names,
    pub basis: &'static str,
    pub no: SlotNo,
    pub time: UtcMs,
    pub conditions: &'a Conditions,
    pub topology: &'a Topology,
    pub sky: &'a Sky,
    pub lasers: &'a Lasers,
    pub feeders: &'a Feeders,
    pub routes: &'a Routes,
    pub demand: &'a Demand,
    pub assignment: &'a Assignment,
    pub flows: &'a Flows,
    pub terminals: &'a [TerminalService],
}

/// A cell that is served.
pub(crate) struct ServedCell<'a> {
    pub beam: Beam,
    pub flow: &'a Flow,
    /// C/(N+I) of the carriers to it, as a ratio.
    pub down_cni: f32,
}

impl<'a> Moment<'a> {
    pub fn of<A: Basis>(world: &'a World, names: &'a Names, slot: &'a Slot<A>) -> Self {
        Self {
            world,
            names,
            basis: A::NAME,
            no: slot.no,
            time: UtcMs::of_slot(slot.no),
            conditions: &slot.conditions,
            topology: &slot.topology,
            sky: &slot.sky,
            lasers: &slot.lasers,
            feeders: &slot.feeders,
            routes: &slot.routes,
            demand: &slot.demand,
            assignment: &slot.assignment,
            flows: &slot.flows,
            terminals: &slot.terminals,
        }
    }

    /// What a cell gets, why it gets nothing, or `None` where nobody asks.
    pub fn cell(&self, cell: usize) -> Option<Result<ServedCell<'a>, Outage>> {
        let answer = self.flows.cells[cell].as_ref()?;
        Some(answer.as_ref().map_err(|outage| *outage).and_then(|flow| {
            let beam = self.assignment.over(self.world, CellId::at(cell)).unwrap_or(Err(Outage::NoBeam))?;
            let [down_cni, _] = self.flows.cni[self.world.beam_of(CellId::at(cell)).index()];
            Ok(ServedCell { beam, flow, down_cni })
        }))
    }

    /// The listed terminals that are sites, with their places in the list.
    pub fn sites(&self) -> impl Iterator<Item = (usize, &'a TerminalService)> {
        let terminals = self.terminals.iter().enumerate();
        terminals.filter(|(index, _)| self.world.terminals[*index].is_site)
    }
}
