//! Shells, planes and service states: what the constellation is, made out from drifting elements.
//!
//! Satellites of a described shell keep the planes they were described with. Observed ones are sorted by inclination,
//! then into shells around the peaks of altitude, then into planes by gaps in right ascension. Who belongs to no plane and
//! keeps no station at a shell's altitude is in transit. All of it is a function of the world and one slot, and holds until the planner's next hourly restart.

mod neighbours;
mod service;
mod shells;

use crate::ids::SatId;
use crate::rules::LaserPattern;
use crate::time::SlotNo;
use crate::world::World;

pub use neighbours::{LaserPlan, neighbouring_planes};
pub use shells::{Plane, Shell};

/// Mark of direct-to-cell satellites in published names.
const DIRECT_TO_CELL_MARK: &str = "[DTC]";

/// What a satellite may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ServiceState {
    /// Serves terminals and carries traffic.
    Serving,
    /// Carries traffic over lasers and gateways, serves no terminal.
    LaserOnly,
    /// Raising, drifting, lowering or decaying: takes no part.
    InTransit,
    /// Elements too far from the time to tell: takes no part.
    Unknown,
}

impl ServiceState {
    /// The name in outputs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Serving => "serving",
            Self::LaserOnly => "laser_only",
            Self::InTransit => "in_transit",
            Self::Unknown => "unknown",
        }
    }

    /// True if it carries traffic of others.
    #[must_use]
    pub const fn carries(self) -> bool {
        matches!(self, Self::Serving | Self::LaserOnly)
    }
}

/// The constellation as it stands for an hour.
#[derive(Debug, Clone)]
pub struct Topology {
    /// Shells, the most populous first for observed ones.
    pub shells: Vec<Shell>,
    /// By satellite.
    pub service: Vec<ServiceState>,
    /// Laser links that are tried, in a fixed order.
    pub lasers: Vec<LaserPlan>,
    /// Lasers of each satellite that no link of the pattern uses.
    pub spare_lasers: Vec<u8>,
}

impl Topology {
    /// True if a satellite that holds a gateway is of use to somebody: it serves terminals, or passes on over lasers.
    #[must_use]
    pub fn worth_holding(&self, satellite: SatId) -> bool {
        match self.service[satellite.index()] {
            ServiceState::Serving => true,
            ServiceState::LaserOnly => !self.lasers.is_empty() || self.spare_lasers[satellite.index()] > 0,
            ServiceState::InTransit | ServiceState::Unknown => false,
        }
    }

    /// How many satellites are in each service state: serving, laser only, in transit, unknown.
    #[must_use]
    pub fn service_counts(&self) -> [usize; 4] {
        let mut counts = [0; 4];
        for state in &self.service {
            counts[*state as usize] += 1;
        }
        counts
    }
}

/// Makes out the constellation at a slot.
#[must_use]
pub fn infer(world: &World, slot: SlotNo) -> Topology {
    let shells = shells::find(world, slot);
    let service = service::states(world, &shells, slot);
    let mut topology = Topology { shells, service, lasers: Vec::new(), spare_lasers: Vec::new() };
    match world.rules.lasers.pattern {
        LaserPattern::None => topology.spare_lasers = vec![0; world.satellites.len()],
        LaserPattern::Grid => neighbours::plan_grid(world, &mut topology),
    }
    topology
}

/// A satellite in its plane.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Member {
    /// The satellite.
    pub satellite: SatId,
    /// Mean argument of latitude, rad.
    pub argument_of_latitude_rad: f64,
    /// Right ascension of the ascending node, rad.
    pub raan_rad: f64,
}
