//! Stage: what every served cell gets: max-min fair rates, and the parts of its round-trip time.
//!
//! Each terminal of every cell is raised together until its demand is met or something on its way is full: the airtime of
//! its own beam, the airtime and the capacity of its satellite, the lasers, the feeder. Nobody can then gain without a
//! poorer one losing (progressive filling, Bertsekas and Gallager, Data Networks, 6.5.2).
//!
//! Cells behind one satellite that go to one PoP share their whole way: they are a bundle, filled
//! together, so that the work grows with the satellites and little with the cells.

mod bundle;
mod filling;

use crate::feeder::Feeders;
use crate::geodesy::LIGHT_M_S;
use crate::ids::GatewayId;
use crate::laser::Lasers;
use crate::radio::{Links, UserRate};
use crate::route::Routes;
use crate::schedule::{Assignment, Beam, CellDemand};
use crate::world::World;
use bundle::Bundles;
use filling::{Filling, Member, Share};
use rayon::prelude::*;

/// What stops a cell from getting more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Limit {
    /// Nothing: demand is met.
    Demand,
    /// The beam of the cell.
    Beam,
    /// Beams or capacity of the satellite.
    Satellite,
    /// A laser on the way.
    Laser,
    /// The feeder link to the gateway.
    Feeder,
}

impl Limit {
    /// The name in outputs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Demand => "demand",
            Self::Beam => "beam",
            Self::Satellite => "satellite",
            Self::Laser => "laser",
            Self::Feeder => "feeder",
        }
    }
}

/// One-way propagation delays of a path, s; the round trip is twice their sum. Medium access is not in it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct DelayParts {
    /// Terminal to satellite.
    pub up_s: f64,
    /// Over lasers.
    pub lasers_s: f64,
    /// Satellite to gateway.
    pub down_s: f64,
    /// Gateway to PoP.
    pub fibre_s: f64,
}

impl DelayParts {
    /// The round-trip time by propagation alone, s.
    #[must_use]
    pub fn rtt_s(self) -> f64 {
        2.0 * (self.up_s + self.lasers_s + self.down_s + self.fibre_s)
    }
}

/// What a served cell gets.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Flow {
    /// To each terminal, bit/s.
    pub down_bps: f64,
    /// From each terminal, bit/s.
    pub up_bps: f64,
    /// What limits the downlink.
    pub limit: Limit,
    /// Delays, from the cell's centre.
    pub delay: DelayParts,
    /// Lasers on the way.
    pub laser_hops: u16,
    /// The gateway.
    pub gateway: GatewayId,
}

/// What everybody gets.
#[derive(Debug, Clone)]
pub struct Flows {
    /// By cell; `None` where no beam serves.
    pub cells: Vec<Option<Flow>>,
    /// Load of each live laser in its busier direction, bit/s; parallel to `Lasers::live`.
    pub laser_load_bps: Vec<f64>,
}

/// What is shared out, and to whom.
#[derive(Clone, Copy)]
pub struct Given<'a> {
    /// What every cell asks for.
    pub demand: &'a [CellDemand],
    /// Who serves whom.
    pub assignment: &'a Assignment,
    /// What user links carry.
    pub links: &'a Links,
    /// Which lasers carry traffic.
    pub lasers: &'a Lasers,
    /// Which gateway holds which satellite.
    pub feeders: &'a Feeders,
    /// The ways to the PoPs in use.
    pub routes: &'a Routes,
}

/// Shares out the capacity of a slot.
#[must_use]
pub fn share(world: &World, given: &Given<'_>) -> Flows {
    let bundles = Bundles::of(world, given);
    let rates: Vec<UserRate> = bundles
        .cells
        .par_iter()
        .with_min_len(4_096)
        .map(|served| given.links.user(served.beam.range_m))
        .collect();
    let load = Load { world, given, bundles: &bundles, rates: &rates };
    let down = load.fill(&load.nothing_taken(), Direction::Down);
    // uplinks have what downlinks leave of the lasers; the rest of their way is their own
    let taken = load.taken(&down, Direction::Down);
    let up = load.fill(&taken, Direction::Up);

    let both = load.taken(&up, Direction::Up);
    let of_laser = |laser: usize| {
        let way = |k: usize| taken.lasers[2 * laser + k] + both.lasers[2 * laser + k];
        way(0).max(way(1))
    };
    let laser_load_bps = (0..given.lasers.live.len()).map(of_laser).collect();
    let mut cells = vec![None; world.cells.len()];
    for bundle in &bundles.all {
        for index in bundle.cells.clone() {
            let served = &bundles.cells[index];
            cells[served.cell] = Some(Flow {
                down_bps: down[index].0,
                limit: down[index].1,
                up_bps: up[index].0,
                delay: DelayParts { up_s: served.beam.range_m / LIGHT_M_S, ..bundle.delay },
                laser_hops: bundle.hops.len() as u16,
                gateway: bundle.gateway,
            });
        }
    }
    Flows { cells, laser_load_bps }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Down,
    Up,
}

/// What is taken already: of each laser in both directions, and of all lasers of each satellite, bit/s.
struct Taken {
    lasers: Vec<f64>,
    satellites: Vec<f64>,
}

struct Load<'a> {
    world: &'a World,
    given: &'a Given<'a>,
    bundles: &'a Bundles,
    /// By served cell, in the bundles' order.
    rates: &'a [UserRate],
}

impl Load<'_> {
    fn nothing_taken(&self) -> Taken {
        Taken {
            lasers: vec![0.0; 2 * self.given.lasers.live.len()],
            satellites: vec![0.0; self.world.satellites.len()],
        }
    }

    /// What flows of one direction take of lasers and of the satellites at their ends.
    fn taken(&self, rates: &[(f64, Limit)], direction: Direction) -> Taken {
        let mut taken = self.nothing_taken();
        for bundle in &self.bundles.all {
            if bundle.hops.is_empty() {
                continue;
            }
            let of_cell = |index: usize| rates[index].0 * self.bundles.cells[index].terminals;
            let carried: f64 = bundle.cells.clone().map(of_cell).sum();
            for hop in self.bundles.hops(bundle) {
                taken.lasers[hop.resource(direction)] += carried;
                let laser = &self.given.lasers.live[hop.laser];
                taken.satellites[laser.a.index()] += carried;
                taken.satellites[laser.b.index()] += carried;
            }
        }
        taken
    }

    /// Rate per terminal and limit of every served cell, in one direction, where some of the lasers is taken already.
    ///
    /// Resources by number: satellites' airtime, satellites' capacity, feeders, lasers in both directions, and what all
    /// lasers of a satellite carry together.
    fn fill(&self, taken: &Taken, direction: Direction) -> Vec<(f64, Limit)> {
        let radio = &self.world.rules.radio;
        let (satellites, live) = (self.world.satellites.len(), self.given.lasers.live.len());
        let (satellite_bps, feeder_bps) = match direction {
            Direction::Down => (radio.satellite_down_bps, radio.feeder_up_bps),
            Direction::Up => (radio.satellite_up_bps, radio.feeder_down_bps),
        };
        let mut pool = Filling::default();
        pool.resources(satellites, f64::from(radio.beams_per_satellite), Limit::Satellite);
        pool.resources(satellites, satellite_bps, Limit::Satellite);
        pool.resources(satellites, feeder_bps, Limit::Feeder);
        pool.resources_less(&taken.lasers, self.world.rules.lasers.capacity_bps, Limit::Laser);
        pool.resources_less(&taken.satellites, self.world.rules.lasers.per_satellite_bps, Limit::Laser);
        let switch = 3 * satellites + 2 * live;
        let mut uses = Vec::new();
        for bundle in &self.bundles.all {
            let satellite = bundle.satellite.index();
            uses.clear();
            uses.extend([
                (2 * satellites + bundle.landing.index(), Share::Traffic),
                (satellites + satellite, Share::Traffic),
            ]);
            // beams that do not have to be shared over time leave the satellite's airtime alone
            if self.given.assignment.cells_of_satellite[satellite] > radio.beams_per_satellite {
                uses.push((satellite, Share::Airtime));
            }
            for hop in self.bundles.hops(bundle) {
                let laser = &self.given.lasers.live[hop.laser];
                uses.extend([
                    (3 * satellites + hop.resource(direction), Share::Traffic),
                    (switch + laser.a.index(), Share::Traffic),
                    (switch + laser.b.index(), Share::Traffic),
                ]);
            }
            pool.bundle(&uses, bundle.cells.clone().map(|index| self.member(index, direction)));
        }
        pool.run()
    }

    /// A served cell as one that asks: by itself it is stopped by its demand or by its own beam.
    fn member(&self, index: usize, direction: Direction) -> Member {
        let served = &self.bundles.cells[index];
        let demand = &self.given.demand[served.cell];
        let (asked, beam_bps) = match direction {
            Direction::Down => (demand.down_bps, self.rates[index].down_bps),
            Direction::Up => (demand.up_bps, self.rates[index].up_bps),
        };
        let airtime = served.terminals / beam_bps;
        let alone = 1.0 / airtime;
        let (most, limit) = if asked <= alone { (asked, Limit::Demand) } else { (alone, Limit::Beam) };
        Member { traffic: served.terminals, airtime, most, limit }
    }
}
