//! What works, and what is asked for, at a slot.

use crate::ids::{PopId, SatId};
use crate::time::SlotNo;
use crate::timeline::{Affected, Change};
use crate::weather::Rain;
use crate::world::{Place, Terminal, World};
use std::collections::BTreeSet;

/// What works, and what is asked for, at one slot.
#[derive(Debug, Clone, PartialEq)]
pub struct Conditions {
    /// By satellite.
    pub satellite_up: Vec<bool>,
    /// By gateway.
    pub gateway_up: Vec<bool>,
    /// By PoP.
    pub pop_up: Vec<bool>,
    /// By fibre.
    pub fibre_up: Vec<bool>,
    /// Lasers that failed, the lower id first.
    pub failed_lasers: BTreeSet<(SatId, SatId)>,
    /// Multiple of the usual demand, by cell.
    pub demand_factor: Vec<f64>,
    /// Share of terminals without power, by cell.
    pub dark_share: Vec<f64>,
    /// Where it rains.
    pub rain: Rain,
}

impl Conditions {
    /// Everything works.
    #[must_use]
    pub fn fair(world: &World) -> Self {
        Self {
            satellite_up: vec![true; world.satellites.len()],
            gateway_up: vec![true; world.gateways.len()],
            pop_up: vec![true; world.pops.len()],
            fibre_up: vec![true; world.fibres.len()],
            failed_lasers: BTreeSet::new(),
            demand_factor: vec![1.0; world.cells.len()],
            dark_share: vec![0.0; world.cells.len()],
            rain: Rain::default(),
        }
    }

    /// The conditions of a slot: all events up to it, in their order, and the rain.
    #[must_use]
    pub fn at(world: &World, slot: SlotNo) -> Self {
        let mut conditions = Self::fair(world);
        for event in world.timeline.events.iter().take_while(|e| e.at <= slot) {
            conditions.apply(&event.change);
        }
        if !world.weather.is_empty() {
            let gateways: Vec<Place> = world.gateways.iter().map(|gateway| gateway.place).collect();
            conditions.rain = world.weather.at(slot, &world.beams.places, &gateways);
        }
        conditions
    }

    /// The PoP in force for somebody: home if that works, else the nearest to where they are that does.
    #[must_use]
    pub fn pop_in_force(&self, world: &World, home: PopId, place: impl FnOnce() -> Place) -> Option<PopId> {
        let works = |pop: PopId| self.pop_up[pop.index()];
        if works(home) { Some(home) } else { world.nearest_pop(place(), works) }
    }

    /// The same for a listed terminal.
    #[must_use]
    pub fn pop_of(&self, world: &World, terminal: &Terminal, slot: SlotNo) -> Option<PopId> {
        self.pop_in_force(world, terminal.home_pop, || terminal.motion.at(slot))
    }

    /// Lets a change take effect; true if anything is different afterwards.
    pub fn apply(&mut self, change: &Change) -> bool {
        match change {
            Change::Fail(affected) => self.set(affected, false),
            Change::Recover(affected) => self.set(affected, true),
            // the rain itself is in the weather of the world
            Change::Rain | Change::Policies => true,
            Change::Demand { cells, factor, dark_share } => {
                let mut changed = false;
                for cell in cells {
                    let now = (&mut self.demand_factor[cell.index()], &mut self.dark_share[cell.index()]);
                    changed |= *now.0 != *factor || *now.1 != *dark_share;
                    (*now.0, *now.1) = (*factor, *dark_share);
                }
                changed
            }
        }
    }

    fn set(&mut self, affected: &Affected, up: bool) -> bool {
        let mut changed = false;
        let mut switch = |state: &mut bool| {
            changed |= *state != up;
            *state = up;
        };
        affected.satellites.iter().for_each(|s| switch(&mut self.satellite_up[s.index()]));
        affected.gateways.iter().for_each(|g| switch(&mut self.gateway_up[g.index()]));
        affected.pops.iter().for_each(|p| switch(&mut self.pop_up[p.index()]));
        affected.fibres.iter().for_each(|f| switch(&mut self.fibre_up[f.index()]));
        for pair in &affected.lasers {
            changed |= if up { self.failed_lasers.remove(pair) } else { self.failed_lasers.insert(*pair) };
        }
        changed
    }
}
