//! Nodes near each other, which are run together for a while before others are.
//!
//! Between two clusters every edge takes at least the stride. So the cluster that has something to do first may go on alone for a stride: nothing
//! that others do meanwhile arrives earlier. What a node needs is fetched once for several packets, and each cluster has its own short list
//! of what is due.

use super::topology::Topology;
use crate::time::Ns;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Nodes with a shorter edge between them are of one cluster.
const NEAR: Ns = Ns(500_000);

/// Instants and keys as one number, which sorts by both.
type Entry = Reverse<u128>;

pub fn entry(at: Ns, key: u32) -> Entry {
    Reverse(u128::from(at.0) << 32 | u128::from(key))
}

pub const fn parts(Reverse(entry): Entry) -> (Ns, u32) {
    (Ns((entry >> 32) as u64), entry as u32)
}

/// What is due in a cluster.
#[derive(Debug)]
pub struct Cluster {
    pub due: BinaryHeap<Entry>,
    /// When the region's agenda has it, and no later than the first that is due; zero while it runs, and [`Ns::NEVER`] with nothing due.
    pub noted: Ns,
}

impl Default for Cluster {
    fn default() -> Self {
        Self { due: BinaryHeap::new(), noted: Ns::NEVER }
    }
}

/// Which cluster each node belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Clusters {
    /// By node: the number of its cluster within its region.
    pub of_node: Vec<u32>,
    /// By region: how many it has.
    pub counts: Vec<u32>,
}

impl Clusters {
    /// Puts nodes of a region together that are near each other. Says too what every edge between two clusters of a region takes at least.
    pub fn of(topology: &Topology, region_of_node: &[u16], regions: usize) -> (Self, Ns) {
        let ends = |edge: &super::Edge| {
            let from = topology.node_of_port()[edge.from.index()].index();
            let to = edge.to.index();
            (region_of_node[from] == region_of_node[to]).then_some((from, to))
        };
        let mut parents: Vec<u32> = (0..topology.nodes() as u32).collect();
        for edge in topology.edges().iter().filter(|edge| edge.delay.least() < NEAR) {
            if let Some((from, to)) = ends(edge) {
                let [a, b] = [from, to].map(|node| root(&mut parents, node as u32));
                // the lower number stands for both
                parents[a.max(b) as usize] = a.min(b);
            }
        }
        let mut clusters = Self { of_node: Vec::with_capacity(parents.len()), counts: vec![0; regions] };
        for node in 0..parents.len() as u32 {
            let root = root(&mut parents, node);
            let number = if root == node {
                let count = &mut clusters.counts[usize::from(region_of_node[node as usize])];
                *count += 1;
                *count - 1
            } else {
                clusters.of_node[root as usize]
            };
            clusters.of_node.push(number);
        }
        let between = topology.edges().iter().filter(|edge| {
            ends(edge).is_some_and(|(from, to)| clusters.of_node[from] != clusters.of_node[to])
        });
        let stride = between.map(|edge| edge.delay.least()).min().unwrap_or(Ns::NEVER);
        (clusters, stride)
    }

    /// A node more, by itself until clusters are made anew.
    pub fn add_node(&mut self, region: usize) {
        let count = &mut self.counts[region];
        self.of_node.push(*count);
        *count += 1;
    }
}

/// The node that stands for a node's cluster.
fn root(parents: &mut [u32], node: u32) -> u32 {
    let mut root = node;
    while parents[root as usize] != root {
        // halve the way for whoever asks next
        parents[root as usize] = parents[parents[root as usize] as usize];
        root = parents[root as usize];
    }
    root
}
