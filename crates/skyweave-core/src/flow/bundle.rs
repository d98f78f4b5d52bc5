//! Served cells by the way that they share: one satellite, one PoP.

use super::{Beam, DelayParts, Direction, Given};
use crate::geodesy::LIGHT_M_S;
use crate::graph::NO_HOP;
use crate::ids::{GatewayId, PopId, SatId};
use crate::laser::Lasers;
use crate::world::World;
use rayon::prelude::*;
use std::ops::Range;

/// A served cell.
pub(super) struct Served {
    pub cell: usize,
    pub beam: Beam,
    pub terminals: f64,
}

/// The cells of one satellite that go to one PoP, and their way.
pub(super) struct Bundle {
    pub satellite: SatId,
    /// Its cells in `Bundles::cells`.
    pub cells: Range<usize>,
    /// Its lasers in the hops of all bundles.
    pub hops: Range<usize>,
    /// The satellite at the gateway.
    pub landing: SatId,
    pub gateway: GatewayId,
    /// Delays, without the first part, which is each cell's own.
    pub delay: DelayParts,
}

/// A laser on a way.
#[derive(Clone, Copy)]
pub(super) struct LaserHop {
    pub laser: usize,
    /// True if the way from the serving satellite to the gateway takes the laser from its first satellite to its second.
    pub forward: bool,
}

impl LaserHop {
    /// Which of the lasers' directions traffic takes: two for each, from the first satellite to the second and back.
    pub fn resource(&self, direction: Direction) -> usize {
        let from_first = self.forward == (direction == Direction::Up);
        2 * self.laser + usize::from(!from_first)
    }
}

/// All bundles, by satellite and PoP.
pub(super) struct Bundles {
    pub all: Vec<Bundle>,
    /// Served cells, bundle by bundle, and by number within one.
    pub cells: Vec<Served>,
    hops: Vec<LaserHop>,
}

impl Bundles {
    /// Puts the served cells of a slot together. A cell without a way to its PoP is left out.
    pub fn of(world: &World, given: &Given<'_>) -> Self {
        let keys = Keys::of(world, given);
        let neighbours = LasersOf::new(world.satellites.len(), given.lasers);
        let ways: Vec<Option<Way>> = keys
            .groups
            .par_iter()
            .with_min_len(64)
            .map(|(satellite, pop, _)| way(world, given, &neighbours, *satellite, *pop))
            .collect();
        let mut bundles = Self {
            all: Vec::with_capacity(keys.groups.len()),
            cells: Vec::with_capacity(keys.cells.len()),
            hops: Vec::new(),
        };
        for ((satellite, _, cells), way) in keys.groups.into_iter().zip(ways) {
            let Some(way) = way else { continue };
            let (first_cell, first_hop) = (bundles.cells.len(), bundles.hops.len());
            for &(_, cell) in &keys.cells[cells] {
                let cell = cell as usize;
                if let Some(Ok(beam)) = given.assignment.cells[cell] {
                    bundles.cells.push(Served { cell, beam, terminals: given.demand[cell].terminals });
                }
            }
            bundles.hops.extend(way.hops);
            bundles.all.push(Bundle {
                satellite,
                cells: first_cell..bundles.cells.len(),
                hops: first_hop..bundles.hops.len(),
                landing: way.landing,
                gateway: way.gateway,
                delay: way.delay,
            });
        }
        bundles
    }

    /// The lasers on a bundle's way.
    pub fn hops(&self, bundle: &Bundle) -> &[LaserHop] {
        &self.hops[bundle.hops.clone()]
    }
}

/// Served cells sorted by satellite and PoP.
struct Keys {
    /// (satellite and PoP as one number, cell).
    cells: Vec<(u64, u32)>,
    groups: Vec<(SatId, PopId, Range<usize>)>,
}

impl Keys {
    fn of(world: &World, given: &Given<'_>) -> Self {
        let pops = world.pops.len() as u64;
        let mut cells: Vec<(u64, u32)> = Vec::with_capacity(world.cells.len());
        for (cell, answer) in given.assignment.cells.iter().enumerate() {
            if let Some(Ok(beam)) = answer {
                cells.push((u64::from(beam.satellite.0) * pops + u64::from(beam.pop.0), cell as u32));
            }
        }
        cells.par_sort_unstable();
        let mut groups = Vec::new();
        let mut at = 0;
        for run in cells.chunk_by(|a, b| a.0 == b.0) {
            let (satellite, pop) = (SatId((run[0].0 / pops) as u32), PopId((run[0].0 % pops) as u32));
            groups.push((satellite, pop, at..at + run.len()));
            at += run.len();
        }
        Self { cells, groups }
    }
}

/// The live lasers of each satellite, in compressed rows: the other satellite, and which laser.
struct LasersOf {
    starts: Vec<u32>,
    lasers: Vec<(u32, u32)>,
}

impl LasersOf {
    fn new(satellites: usize, lasers: &Lasers) -> Self {
        let mut starts = vec![0_u32; satellites + 1];
        for laser in &lasers.live {
            starts[laser.a.index() + 1] += 1;
            starts[laser.b.index() + 1] += 1;
        }
        for satellite in 0..satellites {
            starts[satellite + 1] += starts[satellite];
        }
        let mut fill = starts.clone();
        let mut rows = vec![(0, 0); 2 * lasers.live.len()];
        for (number, laser) in lasers.live.iter().enumerate() {
            for (from, to) in [(laser.a, laser.b), (laser.b, laser.a)] {
                let at = &mut fill[from.index()];
                rows[*at as usize] = (to.0, number as u32);
                *at += 1;
            }
        }
        Self { starts, lasers: rows }
    }

    fn between(&self, from: u32, to: u32) -> Option<usize> {
        let row = self.starts[from as usize] as usize..self.starts[from as usize + 1] as usize;
        self.lasers[row].iter().find(|(other, _)| *other == to).map(|(_, laser)| *laser as usize)
    }
}

struct Way {
    hops: Vec<LaserHop>,
    landing: SatId,
    gateway: GatewayId,
    delay: DelayParts,
}

fn way(world: &World, given: &Given<'_>, neighbours: &LasersOf, satellite: SatId, pop: PopId) -> Option<Way> {
    let to_pop = given.routes.towards(pop)?;
    let mut hops = Vec::new();
    let mut lasers_s = 0.0;
    let mut at = satellite.0;
    while to_pop.next[at as usize] != NO_HOP {
        let next = to_pop.next[at as usize];
        let laser = neighbours.between(at, next)?;
        lasers_s += given.lasers.live[laser].range_m / LIGHT_M_S;
        hops.push(LaserHop { laser, forward: at < next });
        at = next;
    }
    let feeder = given.feeders.of_satellite[at as usize]?;
    let fibre = world.fibres[to_pop.fibre[at as usize]?.index()];
    let down_s = feeder.range_m / LIGHT_M_S;
    Some(Way {
        hops,
        landing: SatId(at),
        gateway: feeder.gateway,
        delay: DelayParts { up_s: 0.0, lasers_s, down_s, fibre_s: fibre.delay_s },
    })
}
