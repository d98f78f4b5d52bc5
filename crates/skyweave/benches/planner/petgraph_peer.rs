//! `petgraph`: Dijkstra from each ground station over all satellites. It gives distances; the next hop of a node is the
//! neighbour whose distance and edge together make the node's own.

use crate::links::{DOWN, Forwarding, Links, NOWHERE};
use crate::serve::Work;
use miette::Result;
use petgraph::algo::dijkstra;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;
use serde_json::Value;
use std::path::Path;

/// The peer.
pub struct Theirs {
    links: Links,
    found: Forwarding,
}

impl Theirs {
    /// Prepares it.
    pub fn read(work: &Path, name: &str) -> Result<Self> {
        Ok(Self { links: Links::read(work, name)?, found: Forwarding::default() })
    }
}

impl Work for Theirs {
    fn round(&mut self) -> f64 {
        self.found = forwarding(&self.links);
        1.0
    }

    fn answer(&self) -> Result<Value> {
        Ok(self.found.answer())
    }
}

/// Nodes: satellites, stations as destinations (edges lead away only), stations as origins (edges lead there only).
fn forwarding(links: &Links) -> Forwarding {
    let (satellites, stations) = (links.satellites, links.stations);
    let mut graph: DiGraph<(), f64, u32> =
        DiGraph::with_capacity(satellites + 2 * stations, 2 * links.lasers.len());
    for _ in 0..satellites + 2 * stations {
        graph.add_node(());
    }
    let node = |index: usize| NodeIndex::<u32>::new(index);
    for &(a, b, length_m) in &links.lasers {
        graph.add_edge(NodeIndex::from(a), NodeIndex::from(b), length_m);
        graph.add_edge(NodeIndex::from(b), NodeIndex::from(a), length_m);
    }
    for (station, in_range) in links.ground.iter().enumerate() {
        for &(satellite, range_m) in in_range {
            graph.add_edge(node(satellites + station), NodeIndex::from(satellite), range_m);
            graph.add_edge(NodeIndex::from(satellite), node(satellites + stations + station), range_m);
        }
    }
    let mut all = Forwarding::default();
    for to in 0..stations {
        let distances = dijkstra(&graph, node(satellites + to), None, |edge| *edge.weight());
        let mut known = vec![f64::INFINITY; graph.node_count()];
        for (reached, distance_m) in distances {
            known[reached.index()] = distance_m;
        }
        let froms = (0..satellites).chain(satellites + stations..satellites + 2 * stations);
        for from in froms {
            let back = |edge: petgraph::graph::EdgeReference<'_, f64>| {
                (known[edge.source().index()] + edge.weight(), edge.source().index())
            };
            let best = graph.edges_directed(node(from), petgraph::Incoming).map(back);
            let best = best.filter(|(distance_m, _)| distance_m.is_finite());
            let best = best.min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            let (distance_m, next) = match best {
                Some(_) if from == satellites + stations + to => (f64::INFINITY, NOWHERE),
                Some((distance_m, next)) if next < satellites => (distance_m, next as u32),
                Some((distance_m, _)) => (distance_m, DOWN),
                None => (f64::INFINITY, NOWHERE),
            };
            all.next.push(next);
            all.distance_m.push(distance_m);
        }
    }
    all
}
