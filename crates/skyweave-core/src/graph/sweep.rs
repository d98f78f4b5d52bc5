//! Many destinations at once: their costs side by side, all nodes in turn, forward and backward until nothing changes.
//!
//! A row has the costs of one node for up to 16 destinations. To relax a node is to take, lane by lane, the least of its row
//! and of each neighbour's row plus the edge. A sweep relaxes every node once with what the nodes before it have just got
//! (Gauss and Seidel's way of iterating, as in fast sweeping, Zhao 2005). Costs only fall, and none falls below that of a
//! walk that exists, so there is an end to it; and when a whole sweep changes nothing, every row is what its neighbours and
//! seeds say: the one solution that `graph` speaks of, and so the bits that the queue finds.

use super::order::breadth_first;
use super::{Graph, NO_HOP, Ways};
use crate::simd::{Kernel, Path, Simd};
use rayon::prelude::*;
use std::cmp::Reverse;

/// Destinations side by side at most: four vectors of AVX2, two of AVX-512.
const MOST_LANES: usize = 16;
/// A group of fewer goes through the queue, destination by destination. Measured on grids of 1,584 to 9,824 nodes and on the
/// network of 2026: sweeps with up to four lanes take as long as the queue for one to two destinations.
const LEAST_DESTINATIONS: usize = 3;
/// So many sweeps relax every node, later ones only those next to a change. To look for these costs more than it saves until
/// most nodes have settled. A grid is done by then; the network of 2026, with three lasers a satellite and gaps, takes 27
/// sweeps, and without looking they would take a third longer.
const WHOLE_SWEEPS: usize = 10;
/// A group that has not settled after relaxing every node so many times for each of its destinations (at least for four) goes
/// through the queue after all, which takes about as long again: the graph is none for sweeps. Grids take 6 in all, the network of
/// 2026 takes 14.
const MOST_RELAXED_A_DESTINATION: usize = 6;
/// To see that a node needs nothing counts as this share of relaxing it.
const LOOKED_AT_SHARE: usize = 8;

impl Graph {
    /// The cheapest ways to many destinations, each a set of seeds (node, cost from there on): [`Graph::ways_to`] for each
    /// of them, to the bit, in less time. Groups of 16 destinations are worked on in parallel.
    #[must_use]
    pub fn ways_to_all<D: AsRef<[(u32, f64)]> + Sync>(&self, destinations: &[D]) -> Vec<Ways> {
        if destinations.len() < LEAST_DESTINATIONS {
            return destinations.par_iter().map(|seeds| self.ways_to(seeds.as_ref())).collect();
        }
        self.swept(destinations, Path::current(), MOST_RELAXED_A_DESTINATION)
    }

    /// Ways by sweeps on a vector path, and by the queue for groups that would have to relax every node more often than this a destination.
    pub(super) fn swept<D: AsRef<[(u32, f64)]> + Sync>(
        &self,
        destinations: &[D],
        path: Path,
        most_relaxed: usize,
    ) -> Vec<Ways> {
        let rows = Rows::of(self);
        let groups = destinations.par_chunks(MOST_LANES).map_init(Scratch::default, |scratch, group| {
            let settled = match group.len() {
                0..LEAST_DESTINATIONS => None,
                LEAST_DESTINATIONS..=4 => rows.settle(group, path, most_relaxed, &mut scratch.four),
                5..=8 => rows.settle(group, path, most_relaxed, &mut scratch.eight),
                _ => rows.settle(group, path, most_relaxed, &mut scratch.sixteen),
            };
            settled.unwrap_or_else(|| group.iter().map(|seeds| self.ways_to(seeds.as_ref())).collect())
        });
        groups.collect::<Vec<_>>().into_iter().flatten().collect()
    }
}

/// Memory that one thread uses for group after group.
#[derive(Default)]
struct Scratch {
    four: Lanes<4>,
    eight: Lanes<8>,
    sixteen: Lanes<16>,
}

/// Costs and next hops of the nodes, in sweep order.
#[derive(Default)]
struct Lanes<const W: usize> {
    cost: Vec<[f64; W]>,
    next: Vec<[u32; W]>,
    stale: Vec<bool>,
}

/// An edge to a neighbour.
#[derive(Clone, Copy)]
struct Edge {
    /// The neighbour's place in the order.
    place: u32,
    /// Its number in the graph.
    node: u32,
    cost: f64,
}

/// The graph with its nodes in sweep order, in compressed rows.
struct Rows {
    /// By node of the graph: its place in the order.
    place: Vec<u32>,
    starts: Vec<u32>,
    /// Neighbours of each node, the highest number first, so that the last one that fits is the lowest.
    edges: Vec<Edge>,
}

impl Rows {
    fn of(graph: &Graph) -> Self {
        let order = breadth_first(graph);
        let mut place = vec![0; order.len()];
        for (at, &node) in (0..).zip(&order) {
            place[node as usize] = at;
        }
        let mut starts = Vec::with_capacity(order.len() + 1);
        let mut edges: Vec<Edge> = Vec::with_capacity(graph.neighbours.len());
        starts.push(0);
        for &node in &order {
            let first = edges.len();
            let neighbours = graph.neighbours(node).iter().rev();
            edges.extend(neighbours.map(|&(node, cost)| Edge { place: place[node as usize], node, cost }));
            edges[first..].sort_unstable_by_key(|edge| Reverse(edge.node));
            starts.push(edges.len() as u32);
        }
        Self { place, starts, edges }
    }

    fn nodes(&self) -> usize {
        self.place.len()
    }

    #[inline(always)]
    fn edges(&self, place: usize) -> &[Edge] {
        &self.edges[self.starts[place] as usize..self.starts[place + 1] as usize]
    }

    /// The ways of a group of at most `W` destinations; nothing where that takes too long.
    fn settle<const W: usize, D: AsRef<[(u32, f64)]>>(
        &self,
        group: &[D],
        path: Path,
        most_relaxed: usize,
        lanes: &mut Lanes<W>,
    ) -> Option<Vec<Ways>> {
        lanes.cost.clear();
        lanes.cost.resize(self.nodes(), [f64::INFINITY; W]);
        lanes.next.resize(self.nodes(), [NO_HOP; W]);
        lanes.stale.clear();
        lanes.stale.resize(self.nodes(), false);
        for (lane, seeds) in group.iter().enumerate() {
            for &(node, cost) in seeds.as_ref() {
                let known = &mut lanes.cost[self.place[node as usize] as usize][lane];
                *known = if cost < *known { cost } else { *known };
            }
        }
        let most_relaxed = most_relaxed * group.len().max(4) * self.nodes();
        let Lanes { cost, stale, .. } = &mut *lanes;
        if !path.run(Sweeps { rows: self, cost, stale, most_relaxed }) {
            return None;
        }
        path.run(Hops { rows: self, cost: &lanes.cost, next: &mut lanes.next });
        let mut ways = self.columns(group.len(), lanes);
        for (ways, seeds) in ways.iter_mut().zip(group) {
            for &(node, cost) in seeds.as_ref() {
                if ways.cost[node as usize] == cost {
                    ways.next[node as usize] = NO_HOP;
                }
            }
        }
        Some(ways)
    }

    /// Each destination by itself, and the nodes by their numbers.
    fn columns<const W: usize>(&self, destinations: usize, lanes: &Lanes<W>) -> Vec<Ways> {
        /// Nodes that are turned at once: a cache line of costs in each column.
        const TILE: usize = 8;
        let with_room =
            || Ways { cost: Vec::with_capacity(self.nodes()), next: Vec::with_capacity(self.nodes()) };
        let mut ways: Vec<Ways> = (0..destinations).map(|_| with_room()).collect();
        let (mut cost, mut next) = ([[0.0; W]; TILE], [[0; W]; TILE]);
        for places in self.place.chunks(TILE) {
            for (tile, &place) in places.iter().enumerate() {
                cost[tile] = lanes.cost[place as usize];
                next[tile] = lanes.next[place as usize];
            }
            for (lane, ways) in ways.iter_mut().enumerate() {
                ways.cost.extend(cost[..places.len()].iter().map(|row| row[lane]));
                ways.next.extend(next[..places.len()].iter().map(|row| row[lane]));
            }
        }
        ways
    }
}

/// Sweeps until nothing changes; false if that takes too many.
struct Sweeps<'a, const W: usize> {
    rows: &'a Rows,
    cost: &'a mut [[f64; W]],
    /// By place: whether a neighbour changed since it was relaxed last. Not looked at in the first sweeps.
    stale: &'a mut [bool],
    most_relaxed: usize,
}

impl<const W: usize> Kernel for Sweeps<'_, W> {
    type Out = bool;

    #[inline(always)]
    fn run<S: Simd>(self, _simd: S) -> bool {
        let Self { rows, cost, stale, most_relaxed } = self;
        let nodes = cost.len();
        let (mut sweep, mut relaxed) = (0, 0);
        while relaxed < most_relaxed.max(1) {
            let mut changed = 0;
            for step in 0..nodes {
                let place = if sweep % 2 == 0 { step } else { nodes - 1 - step };
                if sweep < WHOLE_SWEEPS {
                    changed |= relax(rows.edges(place), cost, place);
                    continue;
                }
                if sweep > WHOLE_SWEEPS && !stale[place] {
                    continue;
                }
                stale[place] = false;
                relaxed += 1;
                let change = relax(rows.edges(place), cost, place);
                changed |= change;
                if change != 0 {
                    for edge in rows.edges(place) {
                        stale[edge.place as usize] = true;
                    }
                }
            }
            if changed == 0 {
                return true;
            }
            relaxed += if sweep < WHOLE_SWEEPS { nodes } else { nodes / LOOKED_AT_SHARE };
            sweep += 1;
        }
        false
    }
}

/// Relaxes a node; zero if that changes nothing.
#[inline(always)]
fn relax<const W: usize>(edges: &[Edge], cost: &mut [[f64; W]], place: usize) -> u64 {
    let before = cost[place];
    let mut least = before;
    for edge in edges {
        let there = &cost[edge.place as usize];
        for lane in 0..W {
            let through = there[lane] + edge.cost;
            least[lane] = if through < least[lane] { through } else { least[lane] };
        }
    }
    let mut changed = 0;
    for lane in 0..W {
        changed |= least[lane].to_bits() ^ before[lane].to_bits();
    }
    cost[place] = least;
    changed
}

/// Finds the next hops that settled costs speak of, but for seeds.
struct Hops<'a, const W: usize> {
    rows: &'a Rows,
    cost: &'a [[f64; W]],
    next: &'a mut [[u32; W]],
}

impl<const W: usize> Kernel for Hops<'_, W> {
    type Out = ();

    #[inline(always)]
    fn run<S: Simd>(self, _simd: S) {
        for (place, (cost, next)) in self.cost.iter().zip(self.next).enumerate() {
            // not a number equals nothing: where there is no way, no neighbour fits
            let mut wanted = [0.0; W];
            for lane in 0..W {
                wanted[lane] = if cost[lane] < f64::INFINITY { cost[lane] } else { f64::NAN };
            }
            let mut hop = [u64::from(NO_HOP); W];
            for edge in self.rows.edges(place) {
                let (there, node) = (&self.cost[edge.place as usize], u64::from(edge.node));
                for lane in 0..W {
                    let fits = there[lane] + edge.cost == wanted[lane];
                    hop[lane] = if fits { node } else { hop[lane] };
                }
            }
            for lane in 0..W {
                next[lane] = hop[lane] as u32;
            }
        }
    }
}
