//! The forwarding state of an instant: for every node and every ground station, where to send next.
//!
//! Routes are shortest by distance, over lasers only: ground stations do not relay. A route to a ground station ends with
//! the satellite in its range for which laser distance plus ground range is least; a route from a ground station begins
//! with the satellite in its range for which ground range plus the rest is least. Exact ties fall the same way
//! every time.

use super::{HypatiaError, Interface, Network, Node, Satellite, Station, Visible};
use rayon::prelude::*;
use skyweave_core::graph::{Graph, NO_HOP};

/// The next hop of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hop {
    /// Where it goes.
    pub next: Node,
    /// The interface through which it leaves.
    pub interface: Interface,
    /// The interface at which it arrives.
    pub next_interface: Interface,
}

/// The next hop, and the whole way, from every node to every ground station.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    t_ns: u64,
    satellites: usize,
    columns: Vec<Column>,
}

/// The ways to one ground station: satellites first, then ground stations.
#[derive(Debug, Clone, PartialEq)]
struct Column {
    hops: Vec<Option<Hop>>,
    distance_m: Vec<f64>,
}

impl Network {
    /// Routes everything, `t_ns` nanoseconds after the epoch. Ground stations are worked on in parallel; the answer does
    /// not depend on how many threads there are.
    ///
    /// # Errors
    /// [`HypatiaError::NoPosition`] when a satellite has decayed, [`HypatiaError::LaserTooLong`] for a laser that is longer
    /// than the description permits.
    pub fn state_at(&self, t_ns: u64) -> Result<State, HypatiaError> {
        let sky = self.sky_at(t_ns)?;
        let lengths = self.laser_lengths_m(&sky)?;
        let edges = self.lasers.iter().zip(lengths).map(|(laser, length_m)| (laser.a.0, laser.b.0, length_m));
        let graph = Graph::new(self.satellites.len(), edges.collect::<Vec<_>>().into_iter());
        let stations = 0..self.stations.len() as u32;
        let visible: Vec<_> =
            stations.clone().into_par_iter().map(|gid| sky.in_range(Station(gid))).collect();
        let columns =
            stations.into_par_iter().map(|gid| self.column(&graph, &visible, Station(gid))).collect();
        Ok(State { t_ns, satellites: self.satellites.len(), columns })
    }

    fn column(&self, graph: &Graph, visible: &[Vec<Visible>], to: Station) -> Column {
        let seeds: Vec<_> = visible[to.0 as usize].iter().map(|v| (v.satellite.0, v.range_m)).collect();
        let ways = graph.ways_to(&seeds);
        let from_satellites =
            (0..).map(Satellite).zip(&ways.next).zip(&ways.cost).map(|((at, &next), &cost)| {
                let next = match next {
                    _ if cost.is_infinite() => None,
                    NO_HOP => Some(Node::Station(to)),
                    next => Some(Node::Satellite(Satellite(next))),
                };
                (next.and_then(|next| self.hop(Node::Satellite(at), next)), cost)
            });
        let from_stations = (0..).map(Station).zip(visible).map(|(at, visible)| {
            if at == to {
                return (None, 0.0);
            }
            let through = |v: &Visible| (v.range_m + ways.cost[v.satellite.0 as usize], v.satellite);
            let best = visible.iter().map(through).filter(|(cost, _)| cost.is_finite());
            let best = best.min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            let Some((cost, satellite)) = best else { return (None, f64::INFINITY) };
            (self.hop(Node::Station(at), Node::Satellite(satellite)), cost)
        });
        let (hops, distance_m) = from_satellites.chain(from_stations).unzip();
        Column { hops, distance_m }
    }

    fn hop(&self, from: Node, next: Node) -> Option<Hop> {
        let (interface, next_interface) = self.interfaces(from, next)?;
        Some(Hop { next, interface, next_interface })
    }
}

impl State {
    /// When this holds, ns after the epoch.
    #[must_use]
    pub fn t_ns(&self) -> u64 {
        self.t_ns
    }

    /// Where `from` sends what is for `to`; nothing where there is no way, or no need.
    #[must_use]
    pub fn hop(&self, from: Node, to: Station) -> Option<Hop> {
        self.columns[to.0 as usize].hops[self.row(from)]
    }

    /// Length of the way from a node to a ground station, m; infinite where there is none.
    #[must_use]
    pub fn distance_m(&self, from: Node, to: Station) -> f64 {
        self.columns[to.0 as usize].distance_m[self.row(from)]
    }

    /// The way from a node to a ground station, both included; nothing where there is none.
    #[must_use]
    pub fn path(&self, from: Node, to: Station) -> Option<Vec<Node>> {
        let mut path = vec![from];
        let mut at = from;
        while at != Node::Station(to) {
            at = self.hop(at, to)?.next;
            path.push(at);
        }
        Some(path)
    }

    /// All rows in the order of Hypatia's files: every node with every ground station but itself.
    pub(super) fn rows(&self) -> impl Iterator<Item = (Node, Station, Option<Hop>)> {
        let satellites = (0..self.satellites as u32).map(|place| Node::Satellite(Satellite(place)));
        let stations = (0..self.columns.len() as u32).map(|gid| Node::Station(Station(gid)));
        satellites.chain(stations).flat_map(move |from| {
            let targets = (0..self.columns.len() as u32).map(Station);
            let targets = targets.filter(move |&to| from != Node::Station(to));
            targets.map(move |to| (from, to, self.hop(from, to)))
        })
    }

    fn row(&self, node: Node) -> usize {
        match node {
            Node::Satellite(Satellite(place)) => place as usize,
            Node::Station(Station(gid)) => self.satellites + gid as usize,
        }
    }
}
