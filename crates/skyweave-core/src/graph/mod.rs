//! Shortest ways through a graph of satellites, from every node to destinations that are sets of weighted seeds.
//!
//! The cost of a way is summed from its end: the seed's cost, plus each edge in turn, rounded each time. Costs are positive,
//! and rounding keeps order, so `fl(c + w)` never falls when `c` grows and is above `c`. Therefore the costs
//!
//! > `cost[v] = min(seed of v, min over neighbours n of fl(cost[n] + edge))`
//!
//! have one solution only. (Of two solutions, take the node with the least cost among those where they differ: its cost comes
//! from its seed or from a node of less cost, where both agree, so both have it.) Whoever finds it has the same bits, in
//! whatever order edges are looked at: that is why there may be two ways to find it, and a way to repair it.
//!
//! | module | finds | is for |
//! |---|---|---|
//! | `queue` | one destination, nodes by cost | few destinations, or graphs on which sweeps are slow |
//! | `sweep` | up to 16 destinations at once, all nodes in turn | many destinations on grids |
//! | `repair` | one destination again, after a few edges or seeds changed | previews |
//!
//! The next hop of a node follows from the costs alone: none if the node's own seed has its cost, else the lowest neighbour
//! `n` with `fl(cost[n] + edge) = cost[v]`. So it too does not depend on who found the costs.

mod order;
mod queue;
mod repair;
mod sweep;

#[cfg(test)]
mod tests;

/// An undirected graph with a cost on each edge, in compressed rows.
#[derive(Debug, Clone)]
pub struct Graph {
    starts: Vec<u32>,
    neighbours: Vec<(u32, f64)>,
    bucket_width: f64,
}

/// A bucket is at least this share of the mean edge wide, so that one very short edge does not make thousands of empty ones.
const LEAST_WIDTH: f64 = 1.0 / 16.0;

/// No way on from here: the node is a seed, or nothing reaches it.
pub const NO_HOP: u32 = u32::MAX;

/// The cheapest way from every node to its best seed.
#[derive(Debug, Clone, PartialEq)]
pub struct Ways {
    /// Cost of the way, seed included; infinite where there is none.
    pub cost: Vec<f64>,
    /// The next node towards the seed; [`NO_HOP`] at a seed that is its own best, or where there is no way.
    pub next: Vec<u32>,
}

impl Graph {
    /// A graph of `nodes` nodes from its edges (node, node, cost). Costs are positive, and large enough to count when added
    /// to the cost of a way: more than some 10^-15 of the longest.
    #[must_use]
    pub fn new(nodes: usize, edges: impl Iterator<Item = (u32, u32, f64)> + Clone) -> Self {
        let mut starts = vec![0_u32; nodes + 1];
        for (a, b, _) in edges.clone() {
            starts[a as usize + 1] += 1;
            starts[b as usize + 1] += 1;
        }
        for i in 0..nodes {
            starts[i + 1] += starts[i];
        }
        let mut fill: Vec<u32> = starts[..nodes].to_vec();
        let mut neighbours = vec![(0, 0.0); starts[nodes] as usize];
        let (mut count, mut sum, mut cheapest) = (0.0, 0.0, f64::INFINITY);
        for (a, b, cost) in edges {
            (count, sum, cheapest) = (count + 1.0, sum + cost, cheapest.min(cost));
            for (from, to) in [(a, b), (b, a)] {
                let at = &mut fill[from as usize];
                neighbours[*at as usize] = (to, cost);
                *at += 1;
            }
        }
        let bucket_width = if count > 0.0 { cheapest.max(LEAST_WIDTH * sum / count) } else { 1.0 };
        Self { starts, neighbours, bucket_width }
    }

    /// How many nodes there are.
    #[must_use]
    pub fn nodes(&self) -> usize {
        self.starts.len() - 1
    }

    /// Neighbours of a node with the cost of the edge.
    #[must_use]
    pub fn neighbours(&self, node: u32) -> &[(u32, f64)] {
        &self.neighbours[self.starts[node as usize] as usize..self.starts[node as usize + 1] as usize]
    }
}
