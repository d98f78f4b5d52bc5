//! Shortest ways through a graph of satellites: Dijkstra's algorithm from weighted seeds.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// An undirected graph with a cost on each edge, in compressed rows.
#[derive(Debug, Clone)]
pub struct Graph {
    starts: Vec<u32>,
    neighbours: Vec<(u32, f64)>,
}

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
    /// A graph of `nodes` nodes from its edges (node, node, cost). Costs are positive.
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
        for (a, b, cost) in edges {
            for (from, to) in [(a, b), (b, a)] {
                let at = &mut fill[from as usize];
                neighbours[*at as usize] = (to, cost);
                *at += 1;
            }
        }
        Self { starts, neighbours }
    }

    /// Neighbours of a node with the cost of the edge.
    #[must_use]
    pub fn neighbours(&self, node: u32) -> &[(u32, f64)] {
        &self.neighbours[self.starts[node as usize] as usize..self.starts[node as usize + 1] as usize]
    }

    /// The cheapest ways to seeds (node, cost from there on). Ties are broken by node number: the same graph gives the
    /// same ways.
    #[must_use]
    pub fn ways_to(&self, seeds: &[(u32, f64)]) -> Ways {
        let nodes = self.starts.len() - 1;
        let mut ways = Ways { cost: vec![f64::INFINITY; nodes], next: vec![NO_HOP; nodes] };
        let mut queue = BinaryHeap::with_capacity(nodes);
        for &(node, cost) in seeds {
            if cost < ways.cost[node as usize] {
                ways.cost[node as usize] = cost;
                queue.push(Reverse((Cost::of(cost), node)));
            }
        }
        while let Some(Reverse((cost, node))) = queue.pop() {
            let cost = cost.value();
            if cost > ways.cost[node as usize] {
                continue;
            }
            for &(neighbour, edge) in self.neighbours(node) {
                let through = cost + edge;
                if through < ways.cost[neighbour as usize] {
                    ways.cost[neighbour as usize] = through;
                    ways.next[neighbour as usize] = node;
                    queue.push(Reverse((Cost::of(through), neighbour)));
                }
            }
        }
        ways
    }
}

/// A positive cost that is ordered by its bits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Cost(u64);

impl Cost {
    fn of(value: f64) -> Self {
        Self(value.to_bits())
    }

    fn value(self) -> f64 {
        f64::from_bits(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use petgraph::algo::dijkstra;
    use petgraph::graph::{NodeIndex, UnGraph};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn costs_are_those_of_petgraph(
            edges in prop::collection::vec((0_u32..40, 0_u32..40, 0.1..100.0_f64), 0..200),
            seeds in prop::collection::vec((0_u32..40, 0.0..50.0_f64), 1..5),
        ) {
            let edges: Vec<_> = edges.into_iter().filter(|e| e.0 != e.1).collect();
            let ways = Graph::new(40, edges.iter().copied()).ways_to(&seeds);
            let mut oracle = UnGraph::<(), f64>::default();
            for _ in 0..=40 { oracle.add_node(()); }
            for (a, b, c) in &edges { oracle.add_edge(NodeIndex::new(*a as usize), NodeIndex::new(*b as usize), *c); }
            for (node, cost) in &seeds { oracle.add_edge(NodeIndex::new(40), NodeIndex::new(*node as usize), *cost); }
            let expected = dijkstra(&oracle, NodeIndex::new(40), None, |e| *e.weight());
            for node in 0..40 {
                match expected.get(&NodeIndex::new(node)) {
                    Some(cost) => prop_assert!((ways.cost[node] - cost).abs() < 1e-9),
                    None => prop_assert!(ways.cost[node].is_infinite()),
                }
            }
        }
    }
}
