//! Hypatia's state directories: read, routed by its rules, written in its formats.
//!
//! Hypatia (snkas/hypatia, Kassing et al., IMC 2020) prepares a constellation as a directory of text files and computes
//! forwarding tables from it for its packet simulator. This module does the same with an exact sky, so that the
//! simulator can run on its output and the two can be compared.
//!
//! | file | what is in it | read by |
//! |---|---|---|
//! | `tles.txt` | the satellites | `tles` |
//! | `isls.txt`, `ground_stations.txt`, `description.txt`, `gsl_interfaces_info.txt` (optional) | lasers, stations, limits, capacities | `tables` |
//! | `fstate_<ns>.txt`, `gsl_if_bandwidth_<ns>.txt` | the answers | written by [`write()`] |
//!
//! From the files comes a [`Network`]; from it and a time a [`Sky`]: where the satellites are and how long every link
//! is; from that a [`State`]: the next hop of every node to every ground station, by the rules of Hypatia's
//! `algorithm_free_one_only_over_isls`. Times are nanoseconds after the common epoch of the element sets.
//!
//! A run of the packet simulator itself is read and its answers written by [`Experiment`].
//!
//! In the files a ground station's node number is the number of satellites plus its own. In this module a node is a
//! [`Node`]; only [`Network::number`] and [`Network::node`] know the rule.

mod error;
mod text;
mod tles;
mod tables;
mod sky;
mod state;
mod output;
mod experiment;

pub use error::HypatiaError;
pub use experiment::{Arrived, BURST_BYTES, Burst, Experiment, write_bursts, write_pings};
pub use output::{Options, Summary, write};
pub use sky::{Sky, Visible};
pub use state::{Hop, State};

use hifitime::Epoch;
use skyweave_core::geodesy::{EcefPosition, Geodetic};
use skyweave_core::sgp4::Sgp4;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

/// A satellite, by its place in `tles.txt`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Satellite(pub u32);

/// A ground station, by its `gid`: its place in `ground_stations.txt`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Station(pub u32);

/// Whatever forwards packets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Node {
    /// One in orbit.
    Satellite(Satellite),
    /// One on the ground, where routes begin and end.
    Station(Station),
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Satellite(Satellite(place)) => write!(f, "satellite {place}"),
            Self::Station(Station(gid)) => write!(f, "ground station {gid}"),
        }
    }
}

/// Number of a network interface on its node, from 0.
pub type Interface = u16;

/// A ground station as `ground_stations.txt` has it.
#[derive(Debug, Clone, PartialEq)]
pub struct StationRecord {
    /// Name, for instance `Tokyo`.
    pub name: String,
    /// Place on the WGS72 ellipsoid.
    pub place: Geodetic,
    /// The same place, Earth-fixed: computed, since Hypatia too leaves the file's own x, y and z unused.
    pub position: EcefPosition,
}

/// A laser between two satellites, with the interface that each end has for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Laser {
    /// The end with the lower number.
    pub a: Satellite,
    /// The end with the higher number.
    pub b: Satellite,
    /// Interface of `a`: how many lasers of `a` stand before this one in `isls.txt`.
    pub interface_a: Interface,
    /// Interface of `b`, likewise.
    pub interface_b: Interface,
}

/// The longest links there may be, from `description.txt`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// Between a ground station and a satellite, m.
    pub ground_m: f64,
    /// Between two satellites, m.
    pub laser_m: f64,
}

/// For each satellite and each of its laser interfaces: who is there, and the interface at that end.
type Ports = Vec<Vec<(Satellite, Interface)>>;

/// A state directory, read and checked.
#[derive(Debug, Clone)]
pub struct Network {
    epoch: Epoch,
    satellites: Vec<Sgp4>,
    stations: Vec<StationRecord>,
    lasers: Vec<Laser>,
    ports: Arc<Ports>,
    limits: Limits,
    /// For each node in the order of the files.
    ground_bandwidth: Vec<f64>,
}

impl Network {
    /// Reads `tles.txt`, `isls.txt`, `ground_stations.txt` and `description.txt`, and `gsl_interfaces_info.txt` where
    /// there is one; without it, every ground interface has a bandwidth of 1.
    ///
    /// # Errors
    /// The first thing wrong with the files, with file and line.
    pub fn read(directory: &Path) -> Result<Self, HypatiaError> {
        let tles::Constellation { epoch, satellites } = tles::read(directory)?;
        let lasers = tables::lasers(directory, satellites.len())?;
        let stations = tables::stations(directory)?;
        let limits = tables::limits(directory)?;
        let ground_bandwidth = tables::ground_bandwidth(directory, satellites.len(), stations.len())?;
        let ports = Arc::new(ports(satellites.len(), &lasers));
        Ok(Self { epoch, satellites, stations, lasers, ports, limits, ground_bandwidth })
    }

    /// The instant from which times count: the common epoch of the element sets.
    #[must_use]
    pub fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// How many satellites there are.
    #[must_use]
    pub fn satellite_count(&self) -> usize {
        self.satellites.len()
    }

    /// The ground stations, in the order of their numbers.
    #[must_use]
    pub fn stations(&self) -> &[StationRecord] {
        &self.stations
    }

    /// The lasers, in the order of `isls.txt`.
    #[must_use]
    pub fn lasers(&self) -> &[Laser] {
        &self.lasers
    }

    /// The longest links there may be.
    #[must_use]
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// The number of a node in Hypatia's files.
    #[must_use]
    pub fn number(&self, node: Node) -> u32 {
        match node {
            Node::Satellite(Satellite(place)) => place,
            Node::Station(Station(gid)) => self.satellites.len() as u32 + gid,
        }
    }

    /// The node behind a number in Hypatia's files, if there is one.
    #[must_use]
    pub fn node(&self, number: u32) -> Option<Node> {
        let satellites = self.satellites.len() as u32;
        if number < satellites {
            return Some(Node::Satellite(Satellite(number)));
        }
        let gid = number - satellites;
        ((gid as usize) < self.stations.len()).then_some(Node::Station(Station(gid)))
    }

    /// The interface through which a satellite and all ground stations reach each other: the one after its lasers.
    #[must_use]
    pub fn ground_interface(&self, satellite: Satellite) -> Interface {
        self.ports[satellite.0 as usize].len() as Interface
    }

    /// What bandwidth a node's ground interface has, in the unit of the file.
    #[must_use]
    pub fn ground_bandwidth(&self, node: Node) -> f64 {
        self.ground_bandwidth[self.number(node) as usize]
    }

    /// The interfaces, at `from` and at `to`, of the link between two nodes; none where the files foresee no link.
    /// Whether a link to the ground is short enough now is a question for the [`Sky`].
    #[must_use]
    pub fn interfaces(&self, from: Node, to: Node) -> Option<(Interface, Interface)> {
        interfaces(&self.ports, from, to)
    }
}

fn interfaces(ports: &Ports, from: Node, to: Node) -> Option<(Interface, Interface)> {
    // the one through which a satellite reaches the ground comes after its lasers
    let ground = |satellite: Satellite| ports[satellite.0 as usize].len() as Interface;
    match (from, to) {
        (Node::Satellite(a), Node::Satellite(b)) => {
            let ports = &ports[a.0 as usize];
            let mine = ports.iter().position(|&(neighbour, _)| neighbour == b)?;
            Some((mine as Interface, ports[mine].1))
        }
        (Node::Satellite(a), Node::Station(_)) => Some((ground(a), 0)),
        (Node::Station(_), Node::Satellite(b)) => Some((0, ground(b))),
        (Node::Station(_), Node::Station(_)) => None,
    }
}

fn ports(satellites: usize, lasers: &[Laser]) -> Ports {
    let mut ports = vec![Vec::new(); satellites];
    for laser in lasers {
        ports[laser.a.0 as usize].push((laser.b, laser.interface_b));
        ports[laser.b.0 as usize].push((laser.a, laser.interface_a));
    }
    ports
}
