//! Stage: what every served cell gets: max-min fair rates, and the parts of its round-trip time.
//!
//! Terminals are raised together until their demand is met or something on their way is full: the airtime of their cell's beams,
//! the airtime and the capacity of their satellite, the lasers, the feeder. Rates rise in proportion to the plans' weights:
//! nobody can gain without another losing that has less for its weight (progressive filling, Bertsekas and Gallager, Data
//! Networks, 6.5.2, weighted).
//!
//! Asks behind one satellite that go to one PoP share their whole way: they are a bundle, filled together, so that the work
//! grows with the satellites and little with the cells. What a cell's beams carry is shared within the cell beforehand; where
//! its asks go to several PoPs, they are bundles of their own that share the cell's beams as they share a laser.

mod beam_share;
mod bundle;
mod filling;
mod interfered;

use crate::demand::{Ask, Demand};
use crate::feeder::{Feeder, Feeders};
use crate::geodesy::LIGHT_M_S;
use crate::ids::{BeamId, CellId, GatewayId};
use crate::laser::Lasers;
use crate::orbit::Sky;
use crate::radio::Links;
use crate::route::Routes;
use crate::schedule::{Assignment, Outage};
use crate::world::World;
use bundle::Bundles;
use filling::{Filling, Share};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// What stops a cell from getting more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Limit {
    /// Nothing: demand is met.
    Demand,
    /// The beams of the cell.
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

/// Delays of a path, s: by propagation, one way, and what medium access adds to a round trip.
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
    /// What medium access adds to the round trip, in the middle of its distribution: no packet's own delay is known here.
    pub access_s: f64,
}

impl DelayParts {
    /// The round-trip time, s.
    #[must_use]
    pub fn rtt_s(self) -> f64 {
        self.propagation_rtt_s() + self.access_s
    }

    /// The round-trip time by propagation alone, s.
    #[must_use]
    pub fn propagation_rtt_s(self) -> f64 {
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
    /// By ask of the demand; `None` where there are no terminals.
    pub asks: Vec<Option<Result<Flow, Outage>>>,
    /// By position cell: the rates of its terminals on average, and the way of most of them; or why none is served. `None` where nobody
    /// asks.
    pub cells: Vec<Option<Result<Flow, Outage>>>,
    /// By beam cell: C/(N+I) of its carriers down and up, as ratios; zero where no beam serves.
    pub cni: Vec<[f32; 2]>,
    /// Load of each live laser in its busier direction, bit/s; parallel to `Lasers::live`.
    pub laser_load_bps: Vec<f64>,
}

/// What is shared out, and to whom.
#[derive(Clone, Copy)]
pub struct Given<'a> {
    /// What everybody asks for.
    pub demand: &'a Demand,
    /// Where satellites are.
    pub sky: &'a Sky,
    /// Who serves whom.
    pub assignment: &'a Assignment,
    /// What links carry.
    pub links: &'a Links<'a>,
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
    let heard = interfered::Heard::find(world, given);
    let bundles = Bundles::of(world, given, &heard);
    let load = Load { world, given, bundles: &bundles };
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
    let levels = [down, up];
    let places = bundles.places(given.demand.asks.len());
    let answer = |(ask, place): (&Ask, &Option<(u32, u32)>)| {
        let beam = world.beam_of(ask.cell);
        let serving = given.assignment.beams[beam.index()].filter(|_| ask.terminals > 0.0)?;
        let serving = match serving {
            Ok(serving) => serving,
            Err(outage) => return Some(Err(outage)),
        };
        let Some((place, bundle)) = *place else {
            // where the link carries something, a way is missing
            let why = heard.rates[beam.index()].err().unwrap_or(Outage::NoPath);
            return Some(Err(if ask.pop.is_none() { Outage::NoPop } else { why }));
        };
        let [down, up] = [0, 1].map(|way: usize| levels[way][place as usize]);
        let bundle = &bundles.all[bundle as usize];
        Some(Ok(Flow {
            down_bps: down.0 * ask.weight,
            limit: down.1,
            up_bps: up.0 * ask.weight,
            delay: DelayParts {
                up_s: serving.range_m / LIGHT_M_S,
                access_s: world.access_rtt_s,
                ..bundle.delay
            },
            laser_hops: bundle.hops.len() as u16,
            gateway: bundle.gateway,
        }))
    };
    let places = given.demand.asks.par_iter().zip(&places).with_min_len(4_096);
    let mut asks: Vec<Option<Result<Flow, Outage>>> = places.map(answer).collect();
    for &(ask, outage) in &bundles.without_a_way {
        asks[ask as usize] = Some(Err(outage));
    }
    let cells = (0..world.cells.len())
        .into_par_iter()
        .with_min_len(4_096)
        .map(|cell| {
            let (first, of_cell) = given.demand.of_cell(world, CellId::at(cell));
            together(of_cell, &asks[first..first + of_cell.len()])
        })
        .collect();
    Flows { asks, cells, cni: heard.cni, laser_load_bps }
}

/// What a position cell gets: the rates of its terminals on average, and the way of most of those that are served.
fn together(asks: &[Ask], answers: &[Option<Result<Flow, Outage>>]) -> Option<Result<Flow, Outage>> {
    if let ([_], [answer]) = (asks, answers) {
        return *answer;
    }
    let mut most: Option<(f64, Result<Flow, Outage>)> = None;
    let (mut served, mut down_bps, mut up_bps) = (0.0, 0.0, 0.0);
    for (ask, answer) in asks.iter().zip(answers) {
        let Some(answer) = answer else { continue };
        if let Ok(flow) = answer {
            served += ask.terminals;
            down_bps += ask.terminals * flow.down_bps;
            up_bps += ask.terminals * flow.up_bps;
        }
        // whoever is served stands before whoever is not
        let better = |(terminals, known): &(f64, Result<Flow, Outage>)| match (known.is_ok(), answer.is_ok())
        {
            (true, false) => false,
            (false, true) => true,
            _ => ask.terminals > *terminals,
        };
        if most.as_ref().is_none_or(better) {
            most = Some((ask.terminals, *answer));
        }
    }
    Some(most?.1.map(|flow| Flow { down_bps: down_bps / served, up_bps: up_bps / served, ..flow }))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Down = 0,
    Up = 1,
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
}

impl Load<'_> {
    fn nothing_taken(&self) -> Taken {
        Taken {
            lasers: vec![0.0; 2 * self.given.lasers.live.len()],
            satellites: vec![0.0; self.world.satellites.len()],
        }
    }

    /// What flows of one direction take of lasers and of the satellites at their ends.
    fn taken(&self, levels: &[(f64, Limit)], direction: Direction) -> Taken {
        let mut taken = self.nothing_taken();
        let members = &self.bundles.members[direction as usize];
        for bundle in self.bundles.all.iter().filter(|bundle| !bundle.hops.is_empty()) {
            let of_ask = |index: usize| levels[index].0 * members[index].traffic;
            let carried: f64 = bundle.asks.clone().map(of_ask).sum();
            for hop in self.bundles.hops(bundle) {
                taken.lasers[hop.resource(direction)] += carried;
                let laser = &self.given.lasers.live[hop.laser];
                taken.satellites[laser.a.index()] += carried;
                taken.satellites[laser.b.index()] += carried;
            }
        }
        taken
    }

    /// Level and limit of every served ask, in one direction, where some of the lasers is taken already.
    ///
    /// Resources by number: satellites' airtime, satellites' capacity, feeders, lasers in both directions, what all lasers of a
    /// satellite carry together, and the beams of cells whose asks go several ways.
    fn fill(&self, taken: &Taken, direction: Direction) -> Vec<(f64, Limit)> {
        let rules = &self.world.rules;
        let radio = &rules.radio;
        let (satellites, live) = (self.world.satellites.len(), self.given.lasers.live.len());
        let (satellite_bps, beams) = match direction {
            Direction::Down => (radio.satellite_down_bps, radio.down_beams.per_satellite),
            Direction::Up => (radio.satellite_up_bps, radio.up_beams.per_satellite),
        };
        let feeder_bps = |feeder: &Option<Feeder>| {
            feeder.map_or(0.0, |feeder| match direction {
                Direction::Down => feeder.rate.up_bps,
                Direction::Up => feeder.rate.down_bps,
            })
        };
        let left = |capacity: f64, taken: &f64| (capacity - taken).max(0.0);
        let mut pool = Filling::of(&self.bundles.members[direction as usize]);
        pool.resources(satellites, f64::from(beams), Limit::Satellite);
        pool.resources(satellites, satellite_bps, Limit::Satellite);
        pool.resources_of(self.given.feeders.of_satellite.iter().map(feeder_bps), Limit::Feeder);
        let lasers = taken.lasers.iter().enumerate();
        pool.resources_of(
            lasers.map(|(k, taken)| left(self.given.lasers.live[k / 2].capacity_bps, taken)),
            Limit::Laser,
        );
        pool.resources_of(
            taken.satellites.iter().map(|taken| left(rules.lasers.per_satellite_bps, taken)),
            Limit::Laser,
        );
        let switch = 3 * satellites + 2 * live;
        let mut uses = Vec::new();
        let mut shared: BTreeMap<BeamId, usize> = BTreeMap::new();
        for bundle in &self.bundles.all {
            let satellite = bundle.satellite.index();
            uses.clear();
            uses.extend([
                (2 * satellites + bundle.landing.index(), Share::Traffic),
                (satellites + satellite, Share::Traffic),
            ]);
            // beams that do not have to be shared over time leave the satellite's airtime alone
            if self.given.assignment.beams_of_satellite[satellite][direction as usize] > u32::from(beams) {
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
            if let Some(beam) = bundle.shared_beam {
                let lit = self.given.assignment.beams[beam.index()].and_then(Result::ok);
                let beams = lit.map_or(0, |lit| match direction {
                    Direction::Down => lit.down_colours.count_ones(),
                    Direction::Up => lit.up_colours.count_ones(),
                });
                let resource = || pool.resource(f64::from(beams), Limit::Beam);
                let number = *shared.entry(beam).or_insert_with(resource);
                uses.push((number, Share::Airtime));
            }
            pool.bundle(&uses, bundle.asks.clone());
        }
        pool.run()
    }
}
