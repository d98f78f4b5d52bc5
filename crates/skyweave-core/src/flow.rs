//! Stage: what every served cell gets: max-min fair rates, and the parts of its round-trip time.
//!
//! Each terminal of every cell is raised together until its demand is met or something on its way is full: the airtime of
//! its own beam, the airtime and the capacity of its satellite, the lasers, the feeder. Nobody can then gain without a
//! poorer one losing (progressive filling, Bertsekas and Gallager, Data Networks, 6.5.2).

use crate::feeder::Feeders;
use crate::geodesy::LIGHT_M_S;
use crate::graph::NO_HOP;
use crate::ids::GatewayId;
use crate::laser::Lasers;
use crate::radio::Links;
use crate::route::{Routes, ToPop};
use crate::schedule::{Assignment, Beam, CellDemand};
use crate::world::World;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

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

/// Shares out the capacity of a slot.
#[must_use]
pub fn share(
    world: &World,
    demand: &[CellDemand],
    assignment: &Assignment,
    links: &Links,
    lasers: &Lasers,
    feeders: &Feeders,
    routes: &Routes,
) -> Flows {
    let network = Network::new(world, lasers);
    let mut served: Vec<(usize, Path)> = Vec::new();
    for (cell, answer) in assignment.cells.iter().enumerate() {
        if let Some(Ok(beam)) = answer
            && let Some(path) = network.path(world, beam, feeders, routes)
        {
            served.push((cell, path));
        }
    }
    let load = Load { world, served: &served, demand, links, assignment };
    let idle = network.nothing_taken();
    let down = network.fill(&load, &idle, Direction::Down);
    // uplinks have what downlinks leave of the lasers; the rest of their way is their own
    let taken = network.taken(&load, &down, Direction::Down);
    let up = network.fill(&load, &taken, Direction::Up);

    let mut flows =
        Flows { cells: vec![None; world.cells.len()], laser_load_bps: vec![0.0; lasers.live.len()] };
    for (index, (cell, path)) in served.iter().enumerate() {
        flows.cells[*cell] = Some(Flow {
            down_bps: down[index].0,
            limit: down[index].1,
            up_bps: up[index].0,
            delay: path.delay,
            laser_hops: path.lasers.len() as u16,
            gateway: path.gateway,
        });
    }
    let both = network.taken(&load, &up, Direction::Up);
    for (laser, total) in flows.laser_load_bps.iter_mut().enumerate() {
        let way = |k: usize| taken.lasers[2 * laser + k] + both.lasers[2 * laser + k];
        *total = way(0).max(way(1));
    }
    flows
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Down,
    Up,
}

struct LaserHop {
    laser: usize,
    /// True if the way from the serving satellite to the gateway takes the laser from its first satellite to its second.
    forward: bool,
}

impl LaserHop {
    /// Which of the lasers' directions traffic takes: two for each, from the first satellite to the second and back.
    fn resource(&self, direction: Direction) -> usize {
        let from_first = self.forward == (direction == Direction::Up);
        2 * self.laser + usize::from(!from_first)
    }
}

/// What is shared out.
struct Load<'a> {
    world: &'a World,
    served: &'a [(usize, Path)],
    demand: &'a [CellDemand],
    links: &'a Links,
    assignment: &'a Assignment,
}

/// What is taken already: of each laser in both directions, and of all lasers of each satellite, bit/s.
struct Taken {
    lasers: Vec<f64>,
    satellites: Vec<f64>,
}

/// The way of one served cell.
struct Path {
    beam: Beam,
    lasers: Vec<LaserHop>,
    landing: usize,
    gateway: GatewayId,
    delay: DelayParts,
}

/// Resources by number: satellites' airtime, satellites' capacity, feeders, lasers in both directions, beams, and what all
/// lasers of a satellite carry together.
struct Network<'a> {
    lasers: &'a Lasers,
    /// Live lasers by their two satellites.
    by_pair: Vec<((u32, u32), usize)>,
    satellites: usize,
}

impl<'a> Network<'a> {
    fn new(world: &World, lasers: &'a Lasers) -> Self {
        let mut by_pair: Vec<((u32, u32), usize)> =
            lasers.live.iter().enumerate().map(|(i, l)| ((l.a.0, l.b.0), i)).collect();
        by_pair.sort_unstable();
        Self { lasers, by_pair, satellites: world.satellites.len() }
    }

    fn path(&self, world: &World, beam: &Beam, feeders: &Feeders, routes: &Routes) -> Option<Path> {
        let to_pop: &ToPop = routes.towards(beam.pop)?;
        let mut hops = Vec::new();
        let mut lasers_s = 0.0;
        let mut at = beam.satellite.0;
        while to_pop.next[at as usize] != NO_HOP {
            let next = to_pop.next[at as usize];
            let pair = (at.min(next), at.max(next));
            let laser = self.by_pair[self.by_pair.binary_search_by_key(&pair, |(pair, _)| *pair).ok()?].1;
            lasers_s += self.lasers.live[laser].range_m / LIGHT_M_S;
            hops.push(LaserHop { laser, forward: at < next });
            at = next;
        }
        let feeder = feeders.of_satellite[at as usize]?;
        let fibre = world.fibres[to_pop.fibre[at as usize]?.index()];
        Some(Path {
            beam: *beam,
            lasers: hops,
            landing: at as usize,
            gateway: feeder.gateway,
            delay: DelayParts {
                up_s: beam.range_m / LIGHT_M_S,
                lasers_s,
                down_s: feeder.range_m / LIGHT_M_S,
                fibre_s: fibre.delay_s,
            },
        })
    }

    fn nothing_taken(&self) -> Taken {
        Taken { lasers: vec![0.0; 2 * self.lasers.live.len()], satellites: vec![0.0; self.satellites] }
    }

    /// What flows of one direction take of lasers and of the satellites at their ends.
    fn taken(&self, load: &Load<'_>, rates: &[(f64, Limit)], direction: Direction) -> Taken {
        let mut taken = self.nothing_taken();
        for ((cell, path), (rate, _)) in load.served.iter().zip(rates) {
            let carried = rate * load.demand[*cell].terminals;
            for hop in &path.lasers {
                taken.lasers[hop.resource(direction)] += carried;
                let laser = &self.lasers.live[hop.laser];
                taken.satellites[laser.a.index()] += carried;
                taken.satellites[laser.b.index()] += carried;
            }
        }
        taken
    }

    /// Rate per terminal and limit of every served cell, in one direction, where some of the lasers is taken already.
    fn fill(&self, load: &Load<'_>, taken: &Taken, direction: Direction) -> Vec<(f64, Limit)> {
        let Load { world, served, demand, links, assignment } = *load;
        let radio = &world.rules.radio;
        let (n, live) = (self.satellites, self.lasers.live.len());
        let (satellite_bps, feeder_bps) = match direction {
            Direction::Down => (radio.satellite_down_bps, radio.feeder_up_bps),
            Direction::Up => (radio.satellite_up_bps, radio.feeder_down_bps),
        };
        let mut pool = Filling::default();
        pool.resources(n, f64::from(radio.beams_per_satellite), Limit::Satellite);
        pool.resources(n, satellite_bps, Limit::Satellite);
        pool.resources(n, feeder_bps, Limit::Feeder);
        pool.resources_less(&taken.lasers, world.rules.lasers.capacity_bps, Limit::Laser);
        pool.resources(served.len(), 1.0, Limit::Beam);
        pool.resources_less(&taken.satellites, world.rules.lasers.per_satellite_bps, Limit::Laser);
        let switch = 3 * n + 2 * live + served.len();
        let mut uses = Vec::new();
        for (index, (cell, path)) in served.iter().enumerate() {
            let (asked, beam_bps) = match direction {
                Direction::Down => (demand[*cell].down_bps, links.user[path.beam.view].down_bps),
                Direction::Up => (demand[*cell].up_bps, links.user[path.beam.view].up_bps),
            };
            let terminals = demand[*cell].terminals;
            let satellite = path.beam.satellite.index();
            let airtime = terminals / beam_bps;
            uses.extend([(2 * n + path.landing, terminals), (n + satellite, terminals)]);
            // beams that do not have to be shared over time leave the satellite's airtime alone
            if assignment.cells_of_satellite[satellite] > radio.beams_per_satellite {
                uses.push((satellite, airtime));
            }
            uses.push((3 * n + 2 * live + index, airtime));
            for hop in &path.lasers {
                uses.push((3 * n + hop.resource(direction), terminals));
                let laser = &self.lasers.live[hop.laser];
                uses.push((switch + laser.a.index(), terminals));
                uses.push((switch + laser.b.index(), terminals));
            }
            pool.flow(asked, uses.drain(..));
        }
        pool.run()
    }
}

/// Progressive filling: every flow's rate rises at the same pace until its demand or a full resource stops it.
#[derive(Default)]
struct Filling {
    capacity: Vec<f64>,
    limit: Vec<Limit>,
    /// By flow: what it asks for.
    asked: Vec<f64>,
    /// Where the uses of each flow end in `uses`.
    ends: Vec<usize>,
    /// What one unit of a flow's rate takes of which resource.
    uses: Vec<(u32, f64)>,
}

impl Filling {
    fn resources(&mut self, count: usize, capacity: f64, limit: Limit) {
        self.capacity.resize(self.capacity.len() + count, capacity);
        self.limit.resize(self.capacity.len(), limit);
    }

    /// Resources of one capacity, of each of which some is taken.
    fn resources_less(&mut self, taken: &[f64], capacity: f64, limit: Limit) {
        self.capacity.extend(taken.iter().map(|taken| (capacity - taken).max(0.0)));
        self.limit.resize(self.capacity.len(), limit);
    }

    fn flow(&mut self, asked: f64, uses: impl IntoIterator<Item = (usize, f64)>) {
        self.asked.push(asked);
        self.uses.extend(uses.into_iter().map(|(resource, coefficient)| (resource as u32, coefficient)));
        self.ends.push(self.uses.len());
    }

    fn uses_of(&self, flow: usize) -> &[(u32, f64)] {
        let start = if flow == 0 { 0 } else { self.ends[flow - 1] };
        &self.uses[start..self.ends[flow]]
    }

    /// The flows of each resource, in compressed rows: where they start, and which they are.
    fn users(&self) -> (Vec<u32>, Vec<u32>) {
        let mut starts = vec![0_u32; self.capacity.len() + 1];
        for (resource, _) in &self.uses {
            starts[*resource as usize + 1] += 1;
        }
        for resource in 0..self.capacity.len() {
            starts[resource + 1] += starts[resource];
        }
        let mut fill = starts.clone();
        let mut flows = vec![0_u32; self.uses.len()];
        for flow in 0..self.asked.len() {
            for (resource, _) in self.uses_of(flow) {
                let at = &mut fill[*resource as usize];
                flows[*at as usize] = flow as u32;
                *at += 1;
            }
        }
        (starts, flows)
    }

    fn run(self) -> Vec<(f64, Limit)> {
        let (starts, users) = self.users();
        let mut open = Open {
            result: vec![None; self.asked.len()],
            slope: vec![0.0; self.capacity.len()],
            spent: vec![0.0; self.capacity.len()],
        };
        for (resource, coefficient) in &self.uses {
            open.slope[*resource as usize] += coefficient;
        }
        // entries: (level at which it binds, 0 for a demand or 1 for a resource, number)
        let demands =
            self.asked.iter().enumerate().map(|(flow, asked)| Reverse((Level(*asked), 0, flow as u32)));
        let resources = (0..self.capacity.len())
            .filter(|&r| open.slope[r] > 0.0)
            .map(|r| Reverse((open.binds_at(r, &self.capacity), 1, r as u32)));
        let mut queue: BinaryHeap<Reverse<(Level, u32, u32)>> = demands.chain(resources).collect();
        while let Some(Reverse((level, kind, number))) = queue.pop() {
            let number = number as usize;
            if kind == 0 {
                open.stop(number, level.0, Limit::Demand, self.uses_of(number));
                continue;
            }
            if open.slope[number] <= 0.0 {
                continue;
            }
            let now = open.binds_at(number, &self.capacity);
            if now > level {
                queue.push(Reverse((now, 1, number as u32)));
                continue;
            }
            for &flow in &users[starts[number] as usize..starts[number + 1] as usize] {
                open.stop(flow as usize, level.0, self.limit[number], self.uses_of(flow as usize));
            }
        }
        open.result.into_iter().map(|r| r.unwrap_or((0.0, Limit::Demand))).collect()
    }
}

/// What is still rising.
struct Open {
    /// By flow: its rate and what stopped it.
    result: Vec<Option<(f64, Limit)>>,
    /// By resource: what one step of the level takes.
    slope: Vec<f64>,
    /// By resource: what stopped flows have taken.
    spent: Vec<f64>,
}

impl Open {
    fn binds_at(&self, resource: usize, capacity: &[f64]) -> Level {
        Level(((capacity[resource] - self.spent[resource]) / self.slope[resource]).max(0.0))
    }

    fn stop(&mut self, flow: usize, level: f64, limit: Limit, uses: &[(u32, f64)]) {
        if self.result[flow].is_some() {
            return;
        }
        self.result[flow] = Some((level, limit));
        for &(resource, coefficient) in uses {
            let resource = resource as usize;
            self.slope[resource] = (self.slope[resource] - coefficient).max(0.0);
            self.spent[resource] += coefficient * level;
        }
    }
}

/// A level of filling, ordered.
#[derive(Clone, Copy, PartialEq)]
struct Level(f64);

impl Eq for Level {}

impl PartialOrd for Level {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Level {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    #[test]
    fn two_flows_share_what_one_resource_has() {
        let mut pool = Filling::default();
        pool.resources(1, 10.0, Limit::Feeder);
        pool.flow(2.0, vec![(0, 1.0)]);
        pool.flow(100.0, vec![(0, 1.0)]);
        assert_eq!(pool.run(), vec![(2.0, Limit::Demand), (8.0, Limit::Feeder)]);
    }

    proptest! {
        #[test]
        fn nothing_overflows_and_nobody_can_gain_without_a_poorer_one_losing(
            capacities in prop::collection::vec(1.0..100.0_f64, 1..12),
            flows in prop::collection::vec((0.1..50.0_f64, prop::collection::vec((0_usize..12, 0.1..3.0_f64), 1..5)), 1..30),
        ) {
            let mut pool = Filling::default();
            for capacity in &capacities { pool.resources(1, *capacity, Limit::Laser); }
            let flows: Vec<(f64, Vec<(usize, f64)>)> = flows.into_iter().map(|(asked, uses)| {
                let uses: BTreeMap<usize, f64> = uses.into_iter().map(|(r, c)| (r % capacities.len(), c)).collect();
                (asked, uses.into_iter().collect())
            }).collect();
            for (asked, uses) in &flows { pool.flow(*asked, uses.iter().copied()); }
            let rates = pool.run();
            let mut used = vec![0.0; capacities.len()];
            for ((rate, _), (_, uses)) in rates.iter().zip(&flows) {
                for (resource, coefficient) in uses { used[*resource] += rate * coefficient; }
            }
            for (used, capacity) in used.iter().zip(&capacities) { prop_assert!(*used <= capacity * (1.0 + 1e-9)); }
            for (index, (rate, limit)) in rates.iter().enumerate() {
                let (asked, uses) = &flows[index];
                prop_assert!(*rate <= asked * (1.0 + 1e-12));
                if *limit == Limit::Demand { continue }
                // some full resource on the way, on which nobody gets more
                let bottleneck = uses.iter().any(|(resource, _)| {
                    used[*resource] >= capacities[*resource] * (1.0 - 1e-9)
                        && rates.iter().zip(&flows).all(|((other, _), (_, u))| {
                            u.iter().all(|(r, _)| r != resource) || *other <= rate * (1.0 + 1e-9)
                        })
                });
                prop_assert!(bottleneck);
            }
        }
    }
}
