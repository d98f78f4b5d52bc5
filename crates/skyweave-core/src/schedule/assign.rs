//! Cells choose one after another: those with the most terminals first.

use super::candidates::{Found, Servers, is_better};
use super::{Assignment, Beam, CellDemand, Outage};
use crate::constellation::{ServiceState, Topology};
use crate::ids::{PopId, SatId};
use crate::orbit::Sky;
use crate::route::Routes;
use crate::visibility::{Lookout, View, Views};
use crate::world::World;
use rayon::prelude::*;

/// What the cells of a slot choose from.
#[derive(Clone, Copy)]
pub struct Given<'a> {
    /// Which satellites serve.
    pub topology: &'a Topology,
    /// Where they are.
    pub sky: &'a Sky,
    /// The same, sorted.
    pub views: &'a Views,
    /// The ways to the PoPs in use.
    pub routes: &'a Routes,
}

/// Gives each cell with demand a beam.
#[must_use]
pub fn assign(world: &World, demand: &[CellDemand], given: &Given<'_>) -> Assignment {
    let serves = |satellite: SatId| given.topology.service[satellite.index()] == ServiceState::Serving;
    let servers = Servers::new(given.sky, given.routes, serves);
    let asking: Vec<usize> = (0..world.cells.len()).filter(|&c| demand[c].terminals > 0.0).collect();
    let found = servers.candidates(world, demand, &asking);

    let mut order: Vec<(f64, u32)> =
        asking.iter().enumerate().map(|(k, &cell)| (demand[cell].terminals, k as u32)).collect();
    order.par_sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let room = world.rules.radio.beams_per_satellite.saturating_mul(world.rules.radio.cells_per_beam);
    let taken = vec![0; world.satellites.len()];
    let mut choice = Choice { world, given, servers: &servers, found: &found, room, taken };
    let mut answers = vec![Err(Outage::NoSatellite); asking.len()];
    for (_, k) in order {
        let (k, cell) = (k as usize, asking[k as usize]);
        answers[k] = choice.choose(k, cell, demand[cell].pop);
    }

    let mut cells = vec![None; world.cells.len()];
    let beams: Vec<Result<Beam, Outage>> = asking
        .par_iter()
        .zip(answers)
        .with_min_len(4_096)
        .map(|(&cell, answer)| {
            let (satellite, pop) = answer?;
            let View { elevation_sine, range_m, .. } =
                View::of(&world.cells[cell].place, satellite, given.sky);
            Ok(Beam { satellite, elevation_sine, range_m, pop })
        })
        .collect();
    for (cell, beam) in asking.into_iter().zip(beams) {
        cells[cell] = Some(beam);
    }
    Assignment { cells, cells_of_satellite: choice.taken }
}

struct Choice<'a> {
    world: &'a World,
    given: &'a Given<'a>,
    servers: &'a Servers<'a>,
    found: &'a Found,
    /// Cells that a satellite has room for.
    room: u16,
    /// Cells that each has taken.
    taken: Vec<u16>,
}

impl Choice<'_> {
    /// The highest satellite that can take the cell, or how far the search came.
    fn choose(&mut self, asking: usize, cell: usize, pop: Option<PopId>) -> Result<(SatId, PopId), Outage> {
        let pop = pop.ok_or(Outage::NoPop)?;
        let candidates = self.found.of(asking);
        let has_room = |satellite: &SatId| self.taken[satellite.index()] < self.room;
        let mut satellite = candidates.best().iter().copied().find(has_room);
        if satellite.is_none() && candidates.more {
            satellite = self.look_again(asking, cell, pop);
        }
        let Some(satellite) = satellite else {
            return Err(if candidates.best().is_empty() { self.obstacle(cell, pop) } else { Outage::NoBeam });
        };
        self.taken[satellite.index()] += 1;
        Ok((satellite, pop))
    }

    /// The best of all satellites with room, when the few that were kept have none.
    fn look_again(&self, asking: usize, cell: usize, pop: PopId) -> Option<SatId> {
        let (reaching, lookout) = (self.servers.reaching(pop)?, self.lookout(cell));
        let mut best: Option<(f64, SatId)> = None;
        for &satellite in self.found.around(asking) {
            if self.taken[satellite.index()] >= self.room || !reaching.holds(satellite) {
                continue;
            }
            let Some(sine_squared) = lookout.sine_squared(self.given.sky.position[satellite.index()]) else {
                continue;
            };
            if best.is_none_or(|best| is_better((sine_squared, satellite), best)) {
                best = Some((sine_squared, satellite));
            }
        }
        best.map(|(_, satellite)| satellite)
    }

    /// Why a cell has no candidate: the last obstacle before service.
    fn obstacle(&self, cell: usize, pop: PopId) -> Outage {
        if self.given.routes.towards(pop).is_none() {
            return Outage::NoPath;
        }
        let mut obstacle = Outage::NoSatellite;
        for satellite in self.given.views.index.seen_from(self.lookout(cell)) {
            let serves = self.given.topology.service[satellite.index()] == ServiceState::Serving;
            // one that serves and was no candidate has no way to the PoP
            obstacle = obstacle.max(if serves { Outage::NoPath } else { Outage::NoServingSatellite });
        }
        obstacle
    }

    fn lookout(&self, cell: usize) -> Lookout {
        Lookout::new(&self.world.cells[cell].place, self.world.rules.radio.min_elevation_rad)
    }
}
