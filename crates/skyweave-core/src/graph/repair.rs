//! The ways to a destination again, after a few edges or seeds changed.
//!
//! As Ramalingam and Reps do it (1996): where the first step of a way has become dearer or has gone, the way is taken back,
//! and so are all that go on along it. What is left costs what some walk of the graph as it is now costs, or more; so from
//! there on costs only fall to the solution that `graph` speaks of. Nodes that nothing of this reaches are not looked at.

use super::queue::BucketQueue;
use super::{Graph, NO_HOP, Ways};

/// With more than this share of the nodes changed, ways are made anew: repairing them would take longer.
const MOST_CHANGED_SHARE: f64 = 0.125;

impl Graph {
    /// The nodes whose edges are not the same in another graph of as many nodes, ascending: what [`Graph::repair`] must know.
    #[must_use]
    pub fn changed_since(&self, before: &Self) -> Vec<u32> {
        (0..self.nodes() as u32).filter(|&node| self.neighbours(node) != before.neighbours(node)).collect()
    }

    /// The cheapest ways to `seeds` in this graph, from the `ways` to seeds in one that differs little: what
    /// [`Graph::ways_to`] gives, to the bit. `changed` names every node that has an edge or a seed which it had not before, or
    /// had with another cost, or has no more; naming others does no harm.
    #[must_use]
    pub fn repair(&self, ways: Ways, changed: &[u32], seeds: &[(u32, f64)]) -> Ways {
        if changed.len() as f64 > MOST_CHANGED_SHARE * self.nodes() as f64 {
            return self.ways_to(seeds);
        }
        self.repaired(ways, changed, seeds)
    }

    /// The same however much changed.
    pub(super) fn repaired(&self, ways: Ways, changed: &[u32], seeds: &[(u32, f64)]) -> Ways {
        let mut seed = vec![f64::INFINITY; self.nodes()];
        for &(node, cost) in seeds {
            seed[node as usize] = seed[node as usize].min(cost);
        }
        let mut repair = Repair { graph: self, seed, ways, moved: Vec::new() };
        let lost = repair.take_back(changed);
        repair.settle(changed, &lost);
        repair.find_hops(changed);
        repair.ways
    }
}

struct Repair<'a> {
    graph: &'a Graph,
    /// By node; infinite where there is none.
    seed: Vec<f64>,
    ways: Ways,
    /// Nodes whose cost changed; some more than once.
    moved: Vec<u32>,
}

impl Repair<'_> {
    /// Forgets the ways whose first step does not hold any more, and those that lead over them; gives the nodes.
    fn take_back(&mut self, changed: &[u32]) -> Vec<u32> {
        let mut lost: Vec<u32> = Vec::new();
        for &node in changed {
            if self.ways.cost[node as usize].is_finite() && !self.holds(node) {
                lost.push(node);
            }
        }
        for &node in &lost {
            self.ways.cost[node as usize] = f64::INFINITY;
        }
        let mut at = 0;
        while let Some(&node) = lost.get(at) {
            at += 1;
            for &(neighbour, _) in self.graph.neighbours(node) {
                let ways = &mut self.ways;
                if ways.next[neighbour as usize] == node && ways.cost[neighbour as usize].is_finite() {
                    ways.cost[neighbour as usize] = f64::INFINITY;
                    lost.push(neighbour);
                }
            }
        }
        lost
    }

    /// True if the first step of a node's way is there and leads to its end for no more than before.
    fn holds(&self, node: u32) -> bool {
        let cost = self.ways.cost[node as usize];
        match self.ways.next[node as usize] {
            NO_HOP => self.seed[node as usize] <= cost,
            next => {
                let steps = self.graph.neighbours(node).iter().filter(|(neighbour, _)| *neighbour == next);
                let onward = self.ways.cost[next as usize];
                steps.into_iter().any(|(_, edge)| onward + edge <= cost)
            }
        }
    }

    /// What a node's seed and its neighbours say it costs.
    fn offered(&self, node: u32) -> f64 {
        let through = self.graph.neighbours(node).iter().map(|&(n, edge)| self.ways.cost[n as usize] + edge);
        through.fold(self.seed[node as usize], f64::min)
    }

    /// Lets costs fall to the solution, from the nodes that changed and those that lost their ways.
    fn settle(&mut self, changed: &[u32], lost: &[u32]) {
        self.moved.extend(lost);
        let mut first = Vec::new();
        for &node in changed.iter().chain(lost) {
            let cost = self.offered(node);
            if cost < self.ways.cost[node as usize] {
                first.push((node, cost));
            }
        }
        let from = first.iter().map(|(_, cost)| *cost).fold(f64::INFINITY, f64::min);
        let mut queue = BucketQueue::new(self.graph.bucket_width, from);
        for (node, cost) in first {
            self.lower(node, cost, &mut queue);
        }
        while let Some((node, queued_at)) = queue.pop() {
            let cost = self.ways.cost[node as usize];
            if cost < queued_at {
                continue;
            }
            for &(neighbour, edge) in self.graph.neighbours(node) {
                if cost + edge < self.ways.cost[neighbour as usize] {
                    self.lower(neighbour, cost + edge, &mut queue);
                }
            }
        }
    }

    fn lower(&mut self, node: u32, cost: f64, queue: &mut BucketQueue) {
        if cost < self.ways.cost[node as usize] {
            self.ways.cost[node as usize] = cost;
            self.moved.push(node);
            queue.push(node, cost);
        }
    }

    /// Finds the next hops wherever something about them may have changed.
    fn find_hops(&mut self, changed: &[u32]) {
        let mut found = vec![false; self.ways.next.len()];
        let mut find = |node: u32, ways: &mut Ways| {
            if !found[node as usize] {
                found[node as usize] = true;
                ways.next[node as usize] = self.graph.hop(node, self.seed[node as usize], &ways.cost);
            }
        };
        for &node in changed.iter().chain(&self.moved) {
            find(node, &mut self.ways);
        }
        for &node in &self.moved {
            for &(neighbour, _) in self.graph.neighbours(node) {
                find(neighbour, &mut self.ways);
            }
        }
    }
}

impl Graph {
    /// The next hop of a node with this seed among settled costs.
    fn hop(&self, node: u32, seed: f64, costs: &[f64]) -> u32 {
        let cost = costs[node as usize];
        if cost == f64::INFINITY || seed == cost {
            return NO_HOP;
        }
        let fits = |&&(neighbour, edge): &&(u32, f64)| costs[neighbour as usize] + edge == cost;
        self.neighbours(node).iter().filter(fits).map(|&(neighbour, _)| neighbour).min().unwrap_or(NO_HOP)
    }
}
