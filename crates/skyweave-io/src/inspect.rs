//! What is in an element set: shells, planes, altitudes, ages, and the lasers a "+grid" would have.

use crate::elements::ElementSet;
use skyweave_core::conditions::Conditions;
use skyweave_core::constellation::{self, Topology, neighbouring_planes};
use skyweave_core::laser::{self, LaserState};
use skyweave_core::orbit::{Fleet, Sky};
use skyweave_core::rules::{LaserRules, Rules};
use skyweave_core::time::SlotNo;
use skyweave_core::world::World;

/// Slots over which laser changes are counted: half an hour.
const CHANGE_SLOTS: i64 = 120;

/// An element set, looked into.
#[derive(Debug)]
pub struct Inspection {
    /// The satellites as a world without ground.
    pub world: World,
    /// The slot it was looked at: the median epoch.
    pub slot: SlotNo,
    /// Shells, planes and states.
    pub topology: Topology,
    /// By shell of the topology.
    pub shells: Vec<ShellGeometry>,
    /// Lasers that become possible or impossible in a minute, over the whole set.
    pub laser_changes_per_minute: f64,
    /// Lasers that are up at the slot.
    pub lasers_up: usize,
}

/// How well a shell's lasers find each other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ShellGeometry {
    /// Share of satellites with lasers up to both neighbours of their plane.
    pub linked_in_plane: f64,
    /// Share of satellites that see some satellite of both neighbouring planes within the limits of a laser.
    pub in_sight_across: f64,
    /// Share of satellites with lasers up to both neighbouring planes: one to one, so planes of unequal size lose some.
    pub linked_across: f64,
}

/// Looks into an element set.
#[must_use]
pub fn inspect(set: &ElementSet, lasers: LaserRules) -> Inspection {
    let world = world_of(set, lasers);
    let slot = set.median_epoch().map_or(SlotNo(0), SlotNo::containing);
    let topology = constellation::infer(&world, slot);
    let conditions = Conditions::fair(&world);
    let fleet = Fleet::new(&world.satellites);
    let sky = fleet.sky(&conditions, slot);
    let mut before = laser::point(&world.rules.lasers, &topology, &sky, &conditions, None, slot);
    let lasers_up = before.live.len();
    let shells = geometry(&world, &topology, &sky, &before.planned);
    let mut changes = 0;
    for step in 1..=CHANGE_SLOTS {
        let slot = SlotNo(slot.0 + step);
        let sky = fleet.sky(&conditions, slot);
        before = laser::point(&world.rules.lasers, &topology, &sky, &conditions, Some(&before), slot);
        changes += before.changes;
    }
    let minutes = CHANGE_SLOTS as f64 / 4.0;
    Inspection {
        world,
        slot,
        topology,
        shells,
        laser_changes_per_minute: f64::from(changes) / minutes,
        lasers_up,
    }
}

/// The satellites of an element set as a world without ground.
#[must_use]
pub(crate) fn world_of(set: &ElementSet, lasers: LaserRules) -> World {
    let elements: Vec<_> = set.elements.iter().map(|e| (e.clone(), None)).collect();
    let (satellites, unusable) = World::satellites_from(&elements);
    World { satellites, unusable, rules: Rules { lasers, ..Rules::default() }, ..World::default() }
}

fn geometry(world: &World, topology: &Topology, sky: &Sky, states: &[LaserState]) -> Vec<ShellGeometry> {
    let mut in_plane = vec![0_u8; world.satellites.len()];
    let mut across = vec![0_u8; world.satellites.len()];
    for (plan, state) in topology.lasers.iter().zip(states) {
        if *state == LaserState::Up {
            let count = if plan.across { &mut across } else { &mut in_plane };
            count[plan.a.index()] += 1;
            count[plan.b.index()] += 1;
        }
    }
    let limits = &world.rules.lasers;
    let mut seen = vec![0_u8; world.satellites.len()];
    for shell in &topology.shells {
        for (west, east) in neighbouring_planes(&shell.planes) {
            for (one, other) in [(west, east), (east, west)] {
                for member in &one.members {
                    let here = sky.position[member.satellite.index()];
                    seen[member.satellite.index()] += u8::from(other.members.iter().any(|o| {
                        let there = sky.position[o.satellite.index()];
                        here.range_m(there) <= limits.max_range_m
                            && here.ray_height_m(there) >= limits.min_ray_height_m
                    }));
                }
            }
        }
    }
    topology
        .shells
        .iter()
        .map(|shell| {
            let members: Vec<usize> =
                shell.planes.iter().flat_map(|p| &p.members).map(|m| m.satellite.index()).collect();
            let share = |count: &[u8]| {
                members.iter().filter(|&&m| count[m] >= 2).count() as f64 / members.len().max(1) as f64
            };
            ShellGeometry {
                linked_in_plane: share(&in_plane),
                in_sight_across: share(&seen),
                linked_across: share(&across),
            }
        })
        .collect()
}

/// The lasers that an inspection assumes: the defaults of a scenario.
#[must_use]
pub fn default_lasers() -> LaserRules {
    LaserRules::default()
}
