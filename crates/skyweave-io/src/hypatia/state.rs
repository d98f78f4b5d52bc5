//! The forwarding state of an instant: for every node and every ground station, where to send next.
//!
//! Routes are shortest by distance, over lasers only: ground stations do not relay. A route to a ground station ends with
//! the satellite in its range for which laser distance plus ground range is least; a route from a ground station begins
//! with the satellite in its range for which ground range plus the rest is least. Exact ties fall the same way
//! every time.

use super::{HypatiaError, Interface, Network, Node, Ports, Satellite, Station, Visible, interfaces};
use rayon::prelude::*;
use skyweave_core::graph::{Graph, NO_HOP, Ways};
use std::sync::Arc;

/// A laser counts as this long at least, m, so that satellites said to be in the same place do not send in circles.
const LEAST_LENGTH_M: f64 = 1.0;

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
    ports: Arc<Ports>,
    columns: Vec<Column>,
}

/// The ways to one ground station.
#[derive(Debug, Clone, PartialEq)]
struct Column {
    /// By satellite: length of the way, m, and the next satellite.
    from_satellites: Ways,
    /// By ground station, likewise; the destination itself is at 0 m and has no next satellite.
    from_stations: Ways,
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
        let edges = self.lasers.iter().zip(&lengths);
        let edges = edges.map(|(laser, length_m)| (laser.a.0, laser.b.0, length_m.max(LEAST_LENGTH_M)));
        let graph = Graph::new(self.satellites.len(), edges);
        let stations = 0..self.stations.len() as u32;
        let visible: Vec<_> = stations.into_par_iter().map(|gid| sky.in_range(Station(gid))).collect();
        let seeds = |visible: &Vec<Visible>| visible.iter().map(|v| (v.satellite.0, v.range_m)).collect();
        let seeds: Vec<Vec<_>> = visible.iter().map(seeds).collect();
        let ways = graph.ways_to_all(&seeds).into_par_iter().zip(0..visible.len() as u32);
        let columns = ways.map(|(from_satellites, to)| {
            let from_stations = from_stations(&from_satellites, &visible, Station(to));
            Column { from_satellites, from_stations }
        });
        Ok(State { t_ns, ports: Arc::clone(&self.ports), columns: columns.collect() })
    }
}

/// The ways of all ground stations to one of them: up to whichever satellite in range is the best to go on from.
fn from_stations(from_satellites: &Ways, visible: &[Vec<Visible>], to: Station) -> Ways {
    let mut ways = Ways { cost: vec![f64::INFINITY; visible.len()], next: vec![NO_HOP; visible.len()] };
    for (at, visible) in visible.iter().enumerate() {
        // satellites come by number, so that of two with the same length the lower one stays
        for Visible { satellite: Satellite(satellite), range_m } in visible {
            let cost = range_m + from_satellites.cost[*satellite as usize];
            if cost < ways.cost[at] {
                (ways.cost[at], ways.next[at]) = (cost, *satellite);
            }
        }
    }
    (ways.cost[to.0 as usize], ways.next[to.0 as usize]) = (0.0, NO_HOP);
    ways
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
        let (ways, row) = self.ways(from, to);
        let next = match (ways.next[row], from) {
            (NO_HOP, Node::Station(_)) => return None,
            (NO_HOP, Node::Satellite(_)) if ways.cost[row].is_infinite() => return None,
            (NO_HOP, Node::Satellite(_)) => Node::Station(to),
            (next, _) => Node::Satellite(Satellite(next)),
        };
        let (interface, next_interface) = interfaces(&self.ports, from, next)?;
        Some(Hop { next, interface, next_interface })
    }

    /// Length of the way from a node to a ground station, m; infinite where there is none.
    #[must_use]
    pub fn distance_m(&self, from: Node, to: Station) -> f64 {
        let (ways, row) = self.ways(from, to);
        ways.cost[row]
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

    /// All rows in the order of Hypatia's files, every node with every ground station but itself; or only those with another
    /// hop than in a state of the same network before.
    pub(super) fn rows<'a>(
        &'a self,
        before: Option<&'a Self>,
    ) -> impl Iterator<Item = (Node, Station, Option<Hop>)> + 'a {
        let satellites = (0..self.ports.len() as u32).map(|place| Node::Satellite(Satellite(place)));
        let stations = (0..self.columns.len() as u32).map(|gid| Node::Station(Station(gid)));
        satellites.chain(stations).flat_map(move |from| {
            let targets = (0..self.columns.len() as u32).map(Station);
            let targets = targets.filter(move |&to| from != Node::Station(to));
            let changed = move |to: &Station| before.is_none_or(|before| self.differs(before, from, *to));
            targets.filter(changed).map(move |to| (from, to, self.hop(from, to)))
        })
    }

    /// True if the hop is another one than before.
    fn differs(&self, before: &Self, from: Node, to: Station) -> bool {
        let ((now, row), (then, _)) = (self.ways(from, to), before.ways(from, to));
        now.next[row] != then.next[row] || now.cost[row].is_infinite() != then.cost[row].is_infinite()
    }

    /// Where the way from a node to a ground station stands.
    fn ways(&self, from: Node, to: Station) -> (&Ways, usize) {
        let column = &self.columns[to.0 as usize];
        match from {
            Node::Satellite(Satellite(place)) => (&column.from_satellites, place as usize),
            Node::Station(Station(gid)) => (&column.from_stations, gid as usize),
        }
    }
}
