//! Where the satellites are at an instant, and how long every link is.
//!
//! | quantity | computed by |
//! |---|---|
//! | satellite, TEME | SGP4 in the improved mode, WGS72 |
//! | satellite, Earth-fixed | TEME turned by GMST-82, UT1 taken as UTC |
//! | ground station | on the WGS72 ellipsoid |
//! | length of a link, m | the straight line between the two |
//!
//! Hypatia asks `PyEphem` for the same, and differs from this by up to 51 m in a ground range and 14 m in a laser.

use super::{HypatiaError, Limits, Network, Node, Satellite, Station};
use skyweave_core::geodesy::{EcefPosition, Gmst, TemePosition};
use skyweave_core::sgp4::StateKm;
use skyweave_core::time::days_since_j2000;

const NS_A_MINUTE: f64 = 60.0e9;
const NS_A_DAY: f64 = 86_400.0e9;
const M_A_KM: f64 = 1000.0;
/// More than a square and a root are off by in rounding, as a share.
const ROUNDING: f64 = 1.0e-12;

/// Every position at one instant.
#[derive(Debug, Clone, PartialEq)]
pub struct Sky {
    t_ns: u64,
    satellites: Vec<EcefPosition>,
    stations: Vec<EcefPosition>,
    limits: Limits,
}

/// A satellite that a ground station may use.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Visible {
    /// The satellite.
    pub satellite: Satellite,
    /// The straight line to it, m.
    pub range_m: f64,
}

impl Network {
    /// Position and velocity of a satellite, `t_ns` nanoseconds after the epoch, in TEME.
    ///
    /// # Errors
    /// [`HypatiaError::NoPosition`] when the satellite has decayed.
    pub fn teme(&self, satellite: Satellite, t_ns: u64) -> Result<StateKm, HypatiaError> {
        self.satellites[satellite.0 as usize]
            .propagate(t_ns as f64 / NS_A_MINUTE)
            .map_err(|source| HypatiaError::NoPosition { satellite, t_ns, source })
    }

    /// Every position, `t_ns` nanoseconds after the epoch.
    ///
    /// # Errors
    /// [`HypatiaError::NoPosition`] when a satellite has decayed.
    pub fn sky_at(&self, t_ns: u64) -> Result<Sky, HypatiaError> {
        let gmst = Gmst::iau82(days_since_j2000(self.epoch) + t_ns as f64 / NS_A_DAY);
        let satellites = (0..self.satellites.len() as u32)
            .map(|place| {
                let state = self.teme(Satellite(place), t_ns)?;
                Ok(TemePosition(state.position_km * M_A_KM).to_ecef(gmst))
            })
            .collect::<Result<_, _>>()?;
        let stations = self.stations.iter().map(|station| station.position).collect();
        Ok(Sky { t_ns, satellites, stations, limits: self.limits })
    }

    /// The length of every laser in the order of [`Network::lasers`], m.
    ///
    /// # Errors
    /// [`HypatiaError::LaserTooLong`] for the first that is longer than the description permits.
    pub fn laser_lengths_m(&self, sky: &Sky) -> Result<Vec<f64>, HypatiaError> {
        let limit_m = self.limits.laser_m;
        let length = |laser: &super::Laser| {
            let (a, b) = (laser.a, laser.b);
            let length_m = sky.length_m(Node::Satellite(a), Node::Satellite(b));
            if length_m > limit_m {
                return Err(HypatiaError::LaserTooLong { a, b, length_m, limit_m, t_ns: sky.t_ns });
            }
            Ok(length_m)
        };
        self.lasers.iter().map(length).collect()
    }
}

impl Sky {
    /// When this is, ns after the epoch.
    #[must_use]
    pub fn t_ns(&self) -> u64 {
        self.t_ns
    }

    /// Where a node is, Earth-fixed.
    #[must_use]
    pub fn position(&self, node: Node) -> EcefPosition {
        match node {
            Node::Satellite(Satellite(place)) => self.satellites[place as usize],
            Node::Station(Station(gid)) => self.stations[gid as usize],
        }
    }

    /// The straight line between two nodes, m.
    #[must_use]
    pub fn length_m(&self, from: Node, to: Node) -> f64 {
        self.position(from).range_m(self.position(to))
    }

    /// The straight lines along a path, summed, m.
    #[must_use]
    pub fn path_length_m(&self, path: &[Node]) -> f64 {
        path.windows(2).map(|link| self.length_m(link[0], link[1])).sum()
    }

    /// The satellites that a ground station may use, by number.
    #[must_use]
    pub fn in_range(&self, station: Station) -> Vec<Visible> {
        let place = self.stations[station.0 as usize];
        // most satellites are far beyond the limit: no root is taken for them
        let far_m2 = self.limits.ground_m * self.limits.ground_m * (1.0 + ROUNDING);
        let candidates = (0..).map(Satellite).zip(&self.satellites).filter(|(_, position)| {
            let apart = place.0 - position.0;
            apart.dot(apart) <= far_m2
        });
        let ranges =
            candidates.map(|(satellite, position)| Visible { satellite, range_m: place.range_m(*position) });
        ranges.filter(|visible| visible.range_m <= self.limits.ground_m).collect()
    }
}
