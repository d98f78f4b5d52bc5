//! Which satellites point lasers at which: two neighbours in the plane, one in each neighbouring plane.

use super::{Member, Plane, Topology};
use crate::ids::SatId;
use crate::math::{cos, wrap_half_turn, wrap_turn};
use crate::world::World;

/// Planes further apart than this are no neighbours, rad: nearer ones meet at least at high latitudes, and the seam of a
/// star pattern, whose two sides run against each other, is never linked.
const SPACING_LIMIT_RAD: f64 = 100.0 * std::f64::consts::PI / 180.0;
/// Satellites of neighbouring planes further out of step than this do not point at each other, rad.
const PHASE_LIMIT_RAD: f64 = 20.0 * std::f64::consts::PI / 180.0;

/// A laser link that is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LaserPlan {
    /// The satellite with the lower id.
    pub a: SatId,
    /// The other one.
    pub b: SatId,
    /// True between planes, false within one.
    pub across: bool,
}

impl LaserPlan {
    pub(super) fn between(one: SatId, other: SatId, across: bool) -> Self {
        Self { a: one.min(other), b: one.max(other), across }
    }
}

/// Fills in the lasers of a topology whose shells are known.
pub(super) fn plan_grid(world: &World, topology: &mut Topology) {
    let mut free = vec![0_u8; world.satellites.len()];
    for (free, service) in free.iter_mut().zip(&topology.service) {
        *free = if service.carries() { world.rules.lasers.per_satellite } else { 0 };
    }
    let mut lasers = Vec::new();
    for shell in &topology.shells {
        for plane in &shell.planes {
            within_plane(plane, &mut free, &mut lasers);
        }
    }
    for shell in &topology.shells {
        let cos_inclination = cos(shell.inclination_rad);
        for (rank, (west, east)) in neighbouring_planes(&shell.planes).into_iter().enumerate() {
            let single = world.rules.lasers.per_satellite == 3;
            across_planes(west, east, &Across { cos_inclination, rank, single }, &mut free, &mut lasers);
        }
    }
    lasers.sort_unstable();
    lasers.dedup();
    topology.lasers = lasers;
    topology.spare_lasers = free;
}

fn take(free: &mut [u8], one: SatId, other: SatId) -> bool {
    let both = one != other && free[one.index()] > 0 && free[other.index()] > 0;
    if both {
        free[one.index()] -= 1;
        free[other.index()] -= 1;
    }
    both
}

fn within_plane(plane: &Plane, free: &mut [u8], lasers: &mut Vec<LaserPlan>) {
    let carrying: Vec<SatId> =
        plane.members.iter().map(|m| m.satellite).filter(|s| free[s.index()] > 0).collect();
    for (index, one) in carrying.iter().enumerate() {
        let other = carrying[(index + 1) % carrying.len()];
        if (carrying.len() > 2 || index == 0) && take(free, *one, other) {
            lasers.push(LaserPlan::between(*one, other, false));
        }
    }
}

/// Pairs of planes next to each other in right ascension, around the circle, the western one first.
#[must_use]
pub fn neighbouring_planes(planes: &[Plane]) -> Vec<(&Plane, &Plane)> {
    if planes.len() < 2 {
        return Vec::new();
    }
    let spacing = |k: usize| wrap_turn(planes[(k + 1) % planes.len()].raan_rad - planes[k].raan_rad);
    let mut pairs: Vec<usize> = (0..planes.len()).filter(|&k| spacing(k) <= SPACING_LIMIT_RAD).collect();
    if planes.len() == 2 {
        // two planes are each other's neighbours once, on the side where they are nearer
        pairs = pairs.into_iter().min_by(|&a, &b| spacing(a).total_cmp(&spacing(b))).into_iter().collect();
    }
    pairs.into_iter().map(|k| (&planes[k], &planes[(k + 1) % planes.len()])).collect()
}

struct Across {
    cos_inclination: f64,
    /// Number of the pair of planes around the shell.
    rank: usize,
    /// True if each satellite has one laser only for other planes.
    single: bool,
}

/// Matches the satellites of two planes one to one, those most in step first.
fn across_planes(west: &Plane, east: &Plane, shell: &Across, free: &mut [u8], lasers: &mut Vec<LaserPlan>) {
    let out_of_step = |a: &Member, b: &Member| {
        let nodes = wrap_half_turn(b.raan_rad - a.raan_rad);
        let along = b.argument_of_latitude_rad - a.argument_of_latitude_rad;
        wrap_half_turn(along + nodes * shell.cos_inclination).abs()
    };
    let mut pairs: Vec<(f64, SatId, SatId)> = Vec::new();
    for (place, a) in west.members.iter().enumerate() {
        // with three lasers each satellite has one to spare across: to the east and to the west in turn
        if shell.single && (place + shell.rank) % 2 == 1 {
            continue;
        }
        for b in &east.members {
            let phase = out_of_step(a, b);
            if phase <= PHASE_LIMIT_RAD {
                pairs.push((phase, a.satellite, b.satellite));
            }
        }
    }
    pairs.sort_by(|x, y| x.0.total_cmp(&y.0).then(x.1.cmp(&y.1)).then(x.2.cmp(&y.2)));
    let mut taken = std::collections::BTreeSet::new();
    for (_, a, b) in pairs {
        if !taken.contains(&a) && !taken.contains(&b) && take(free, a, b) {
            taken.insert(a);
            taken.insert(b);
            lasers.push(LaserPlan::between(a, b, true));
        }
    }
}
