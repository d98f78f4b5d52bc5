//! Service states: who serves terminals, who only carries traffic, who takes no part.
//!
//! A satellite of a plane serves. So does one between planes that keeps a station: its altitude is one at which many of a shell's
//! planes fly. Who is there fills a gap, or drifts to another plane at the shell's altitude; who raises or lowers goes through several
//! kilometres a day. In the catalogue of 2024-07-17 505 satellites between planes keep a station; half of them change their altitude by less
//! than 9 m a day, four by more than 500 m (of those in transit, half). Many really served terminals on that day.

use super::shells::{INCLINATION_GAP_RAD, Shell};
use super::{DIRECT_TO_CELL_MARK, ServiceState};
use crate::time::SlotNo;
use crate::world::{Satellite, ShellService, World};

/// A station reaches this far above and below a satellite, m: what is raised or lowered by 5 km a day is there for a day, and over 99 % of
/// the satellites in planes have [`MIN_STATION_MEMBERS`] of them there (catalogues of 2024-07-17, 2025-05-29 and 2026-05-20).
pub(super) const STATION_HALF_BAND_M: f64 = 2_500.0;
/// So many satellites of planes must fly at an altitude for it to be a station: as many as a peak of altitude needs.
const MIN_STATION_MEMBERS: usize = super::shells::MIN_PEAK_MEMBERS;

/// At which altitudes a shell's planes fly.
struct Stations {
    inclination_rad: f64,
    sorted_altitudes_m: Vec<f64>,
}

impl Stations {
    fn of(world: &World, shell: &Shell) -> Self {
        let members = shell.planes.iter().flat_map(|plane| &plane.members);
        let satellites = members.map(|member| &world.satellites[member.satellite.index()]);
        // a described shell keeps its satellites for ever, and has no place for others
        let observed = satellites.filter(|satellite| satellite.design.is_none());
        let mut sorted_altitudes_m: Vec<f64> = observed.map(|satellite| satellite.mean_altitude_m).collect();
        sorted_altitudes_m.sort_by(f64::total_cmp);
        Self { inclination_rad: shell.inclination_rad, sorted_altitudes_m }
    }

    fn has(&self, satellite: &Satellite) -> bool {
        if (satellite.inclination_rad - self.inclination_rad).abs() > INCLINATION_GAP_RAD {
            return false;
        }
        let below = |limit_m: f64| self.sorted_altitudes_m.partition_point(|altitude| *altitude < limit_m);
        let near = below(satellite.mean_altitude_m + STATION_HALF_BAND_M)
            - below(satellite.mean_altitude_m - STATION_HALF_BAND_M);
        near >= MIN_STATION_MEMBERS
    }
}

/// The states of all satellites at a slot.
pub(super) fn states(world: &World, shells: &[Shell], slot: SlotNo) -> Vec<ServiceState> {
    let rules = &world.rules.service;
    let stations: Vec<Stations> = shells.iter().map(|shell| Stations::of(world, shell)).collect();
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
            let high_enough = satellite.mean_altitude_m >= rules.min_serving_altitude_m;
            match satellite.design {
                Some(design) if design.service == ShellService::Terminals => ServiceState::Serving,
                Some(_) => ServiceState::LaserOnly,
                None if !rules.infer => ServiceState::Serving,
                None if age_days > rules.max_element_age_days => ServiceState::Unknown,
                None if satellite.name.contains(DIRECT_TO_CELL_MARK) => {
                    // its use is in lasers, and those are planned between planes
                    if in_plane { ServiceState::LaserOnly } else { ServiceState::InTransit }
                }
                None if high_enough && (in_plane || stations.iter().any(|s| s.has(satellite))) => {
                    ServiceState::Serving
                }
                None => ServiceState::InTransit,
            }
        })
        .collect()
}
