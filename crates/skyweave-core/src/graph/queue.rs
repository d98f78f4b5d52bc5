//! One destination: nodes by their cost, out of buckets.

use super::{Graph, NO_HOP, Ways};

/// Buckets of a queue at most; what costs more shares the last one.
const MOST_BUCKETS: usize = 1 << 16;

impl Graph {
    /// The cheapest ways to seeds (node, cost from there on). Where two ways cost the same, the next node with the lower
    /// number wins: the same graph gives the same ways.
    #[must_use]
    pub fn ways_to(&self, seeds: &[(u32, f64)]) -> Ways {
        let nodes = self.nodes();
        let mut ways = Ways { cost: vec![f64::INFINITY; nodes], next: vec![NO_HOP; nodes] };
        let from = seeds.iter().map(|(_, cost)| *cost).fold(f64::INFINITY, f64::min);
        let mut queue = BucketQueue::new(self.bucket_width, from);
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
pub(super) struct BucketQueue {
    buckets: Vec<Vec<(u32, f64)>>,
    per_cost: f64,
    from: f64,
    at: usize,
}

impl BucketQueue {
    /// An empty queue for costs from `from` on; nothing cheaper than what was taken out may be put in.
    pub(super) fn new(width: f64, from: f64) -> Self {
        Self { buckets: Vec::new(), per_cost: 1.0 / width, from, at: 0 }
    }

    /// Puts a node in.
    pub(super) fn push(&mut self, node: u32, cost: f64) {
        let bucket = (((cost - self.from) * self.per_cost) as usize).min(MOST_BUCKETS);
        if bucket >= self.buckets.len() {
            self.buckets.resize_with(bucket + 1, Vec::new);
        }
        self.buckets[bucket].push((node, cost));
    }

    /// Takes a node out of the cheapest bucket, with the cost that it was put in with.
    pub(super) fn pop(&mut self) -> Option<(u32, f64)> {
        while self.at < self.buckets.len() {
            if let Some(entry) = self.buckets[self.at].pop() {
                return Some(entry);
            }
            self.at += 1;
        }
        None
    }
}
