//! Shortest ways through a graph of satellites: from weighted seeds, with a bucket queue.

/// An undirected graph with a cost on each edge, in compressed rows.
#[derive(Debug, Clone)]
pub struct Graph {
    starts: Vec<u32>,
    neighbours: Vec<(u32, f64)>,
    bucket_width: f64,
}

/// Buckets of a queue at most; what costs more shares the last one.
const MOST_BUCKETS: usize = 1 << 16;
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

    /// Neighbours of a node with the cost of the edge.
    #[must_use]
    pub fn neighbours(&self, node: u32) -> &[(u32, f64)] {
        &self.neighbours[self.starts[node as usize] as usize..self.starts[node as usize + 1] as usize]
    }

    /// The cheapest ways to seeds (node, cost from there on). Where two ways cost the same, the next node with the lower
    /// number wins: the same graph gives the same ways.
    #[must_use]
    pub fn ways_to(&self, seeds: &[(u32, f64)]) -> Ways {
        let nodes = self.starts.len() - 1;
        let mut ways = Ways { cost: vec![f64::INFINITY; nodes], next: vec![NO_HOP; nodes] };
        let mut queue = BucketQueue::new(self.bucket_width, seeds);
        for &(node, cost) in seeds {
            if cost < ways.cost[node as usize] {
                ways.cost[node as usize] = cost;
                queue.push(node, cost);
            }
        }
        while let Some((node, queued_at)) = queue.pop() {
            let cost = ways.cost[node as usize];
            if cost < queued_at {
                continue;
            }
            for &(neighbour, edge) in self.neighbours(node) {
                let through = cost + edge;
                let known = ways.cost[neighbour as usize];
                if through < known {
                    ways.cost[neighbour as usize] = through;
                    ways.next[neighbour as usize] = node;
                    queue.push(neighbour, through);
                } else if through == known && node < ways.next[neighbour as usize] {
                    let is_own_seed = ways.next[neighbour as usize] == NO_HOP;
                    ways.next[neighbour as usize] = if is_own_seed { NO_HOP } else { node };
                }
            }
        }
        ways
    }
}

/// Buckets of equal width in cost (Dial 1969; with nodes corrected within a bucket, Meyer and Sanders 2003). As wide as the
/// cheapest edge, a bucket's nodes are final when it is reached; wider, some are looked at again.
struct BucketQueue {
    buckets: Vec<Vec<(u32, f64)>>,
    per_cost: f64,
    from: f64,
    at: usize,
}

impl BucketQueue {
    fn new(width: f64, seeds: &[(u32, f64)]) -> Self {
        let from = seeds.iter().map(|(_, cost)| *cost).fold(f64::INFINITY, f64::min);
        Self { buckets: Vec::new(), per_cost: 1.0 / width, from, at: 0 }
    }

    fn push(&mut self, node: u32, cost: f64) {
        let bucket = (((cost - self.from) * self.per_cost) as usize).min(MOST_BUCKETS);
        if bucket >= self.buckets.len() {
            self.buckets.resize_with(bucket + 1, Vec::new);
        }
        self.buckets[bucket].push((node, cost));
    }

    fn pop(&mut self) -> Option<(u32, f64)> {
        while self.at < self.buckets.len() {
            if let Some(entry) = self.buckets[self.at].pop() {
                return Some(entry);
            }
            self.at += 1;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use petgraph::algo::dijkstra;
    use petgraph::graph::{NodeIndex, UnGraph};
    use proptest::prelude::*;

    #[test]
    fn equal_ways_go_over_the_lower_node() {
        // 0 is the seed; 3 is reached over 1 and over 2 at the same cost, in whatever order the edges come
        for edges in [
            [(0, 1, 1.0), (0, 2, 1.0), (1, 3, 1.0), (2, 3, 1.0)],
            [(2, 3, 1.0), (1, 3, 1.0), (0, 2, 1.0), (0, 1, 1.0)],
        ] {
            let ways = Graph::new(4, edges.into_iter()).ways_to(&[(0, 0.5)]);
            assert_eq!(ways.next, [NO_HOP, 0, 0, 1]);
            assert_eq!(ways.cost, [0.5, 1.5, 1.5, 2.5]);
        }
    }

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
