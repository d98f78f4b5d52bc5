//! Stage: what every served cell gets: max-min fair rates, and the parts of its round-trip time.
//!
//! Terminals are raised together until their demand is met or something on their way is full: the airtime of their cell's beams,
//! the airtime and the capacity of their satellite, the lasers, the feeder, the gateway, the PoP. Rates rise in proportion to the
//! plans' weights: nobody can gain without another losing that has less for its weight (progressive filling, Bertsekas and
//! Gallager, Data Networks, 6.5.2, weighted). Downlinks and uplinks rise together, each a flow of its own: they meet on the
//! lasers, which carry both ways' traffic of different terminals in one direction, and nobody is before the other there.
//!
//! Asks behind one satellite that go to one PoP share their whole way: they are a bundle, filled together, so that the work
//! grows with the satellites and little with the cells. What a cell's beams carry is shared within the cell beforehand; where
//! its asks go to several PoPs, they are bundles of their own that share the cell's beams as they share a laser.

mod beam_share;
mod bundle;
mod filling;
mod interfered;
mod load;

use crate::demand::{Ask, Demand};
use crate::feeder::Feeders;
use crate::geodesy::LIGHT_M_S;
use crate::ids::{CellId, GatewayId};
use crate::laser::Lasers;
use crate::orbit::Sky;
use crate::radio::Links;
use crate::route::Routes;
use crate::schedule::{Assignment, Outage};
use crate::world::World;
use bundle::Bundles;
use load::Load;
use rayon::prelude::*;

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
    /// What the gateway carries over all its feeder links.
    Gateway,
    /// What the PoP hands over.
    Pop,
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
            Self::Gateway => "gateway",
            Self::Pop => "pop",
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
    let levels = load.fill();
    let laser_load_bps = load.of_lasers(&levels);
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
