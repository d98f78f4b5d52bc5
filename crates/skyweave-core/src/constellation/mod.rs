//! Shells, planes and service states: what the constellation is, made out from drifting elements.
//!
//! Satellites of a described shell keep the planes they were described with. Observed ones are sorted by inclination,
//! then into shells around the peaks of altitude, then into planes by gaps in right ascension. Who belongs to no plane is
//! in transit. All of it is a function of the world and one slot, and holds until the planner's next hourly restart.

mod neighbours;
mod shells;

use crate::ids::SatId;
use crate::rules::LaserPattern;
use crate::time::SlotNo;
use crate::world::{ShellService, World};

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
    let service = service_states(world, &shells, slot);
    let mut topology = Topology { shells, service, lasers: Vec::new(), spare_lasers: Vec::new() };
    match world.rules.lasers.pattern {
        LaserPattern::None => topology.spare_lasers = vec![0; world.satellites.len()],
        LaserPattern::Grid => neighbours::plan_grid(world, &mut topology),
    }
    topology
}

fn service_states(world: &World, shells: &[Shell], slot: SlotNo) -> Vec<ServiceState> {
    let rules = &world.rules.service;
    let mut in_plane = vec![false; world.satellites.len()];
    for member in shells.iter().flat_map(|s| &s.planes).flat_map(|p| &p.members) {
        in_plane[member.satellite.index()] = true;
    }
    world
        .satellites
        .iter()
        .zip(in_plane)
        .map(|(satellite, in_plane)| {
            let age_days = slot.seconds_after(satellite.epoch).abs() / 86_400.0;
            match satellite.design {
                Some(design) if design.service == ShellService::Terminals => ServiceState::Serving,
                Some(_) => ServiceState::LaserOnly,
                None if !rules.infer => ServiceState::Serving,
                None if age_days > rules.max_element_age_days => ServiceState::Unknown,
                None if satellite.name.contains(DIRECT_TO_CELL_MARK) => {
                    if in_plane {
                        ServiceState::LaserOnly
                    } else {
                        ServiceState::InTransit
                    }
                }
                None if in_plane && satellite.mean_altitude_m >= rules.min_serving_altitude_m => {
                    ServiceState::Serving
                }
                None => ServiceState::InTransit,
            }
        })
        .collect()
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
