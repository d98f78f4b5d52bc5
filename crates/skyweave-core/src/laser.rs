//! Stage: which lasers point at each other, and which of them carry traffic.
//!
//! A link is possible while both satellites are present, the range is within limits and the ray stays above the
//! atmosphere. A link that becomes possible carries nothing until it has been acquired.

use crate::conditions::Conditions;
use crate::constellation::Topology;
use crate::geodesy::EcefPosition;
use crate::ids::SatId;
use crate::optics::LaserLink;
use crate::orbit::Sky;
use crate::rules::LaserRules;
use crate::time::{SLOT_S, SlotNo};

/// A free laser is pointed only at satellites within this share of the longest range, so that the link lasts a while.
const CROSS_SHELL_RANGE_SHARE: f64 = 0.5;

/// Whether a link carries traffic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LaserState {
    /// Not possible.
    Down,
    /// Possible since a slot, and not acquired yet.
    Acquiring(SlotNo),
    /// Carries traffic.
    Up,
}

/// A link between satellites of any shells that came near each other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CrossLink {
    /// The satellite with the lower id.
    pub a: SatId,
    /// The other one.
    pub b: SatId,
    /// Whether it carries traffic.
    pub state: LaserState,
}

/// A link that carries traffic.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LiveLaser {
    /// The satellite with the lower id.
    pub a: SatId,
    /// The other one.
    pub b: SatId,
    /// Distance between them, m.
    pub range_m: f64,
    /// What it carries, each way, bit/s.
    pub capacity_bps: f64,
}

/// The lasers of one slot.
#[derive(Debug, Clone, Default)]
pub struct Lasers {
    /// By planned link of the topology.
    pub planned: Vec<LaserState>,
    /// Links beyond the pattern.
    pub crossing: Vec<CrossLink>,
    /// Links that carry traffic: planned ones in their order, then crossing ones.
    pub live: Vec<LiveLaser>,
    /// Links that changed between possible and not since the slot before.
    pub changes: u32,
}

/// Points the lasers for a slot.
#[must_use]
pub fn point(
    rules: &LaserRules,
    topology: &Topology,
    sky: &Sky,
    conditions: &Conditions,
    before: Option<&Lasers>,
    slot: SlotNo,
) -> Lasers {
    let geometry = Geometry { rules, link: LaserLink::new(&rules.budget), sky, conditions };
    let mut lasers = Lasers::default();
    lasers.planned.reserve(topology.lasers.len());
    for (index, plan) in topology.lasers.iter().enumerate() {
        let earlier = before.map(|b| b.planned[index]);
        let range = geometry.possible(plan.a, plan.b);
        let state = next_state(rules, earlier, range.is_some(), slot);
        if let Some(earlier) = earlier {
            lasers.changes += u32::from((earlier == LaserState::Down) != (state == LaserState::Down));
        }
        lasers.planned.push(state);
        if let (LaserState::Up, Some(range_m)) = (state, range) {
            lasers.live.push(geometry.live(plan.a, plan.b, range_m));
        }
    }
    if rules.cross_shell {
        cross_shells(&geometry, topology, before, slot, &mut lasers);
    }
    lasers
}

fn next_state(rules: &LaserRules, earlier: Option<LaserState>, possible: bool, slot: SlotNo) -> LaserState {
    match (possible, earlier) {
        (false, _) => LaserState::Down,
        // after a restart links are taken to have been there; the warm-up slots absorb the difference
        (true, None | Some(LaserState::Up)) => LaserState::Up,
        (true, Some(LaserState::Down)) if rules.acquisition_s <= 0.0 => LaserState::Up,
        (true, Some(LaserState::Down)) => LaserState::Acquiring(slot),
        (true, Some(LaserState::Acquiring(since))) => {
            if ((slot.0 - since.0) * SLOT_S) as f64 >= rules.acquisition_s {
                LaserState::Up
            } else {
                LaserState::Acquiring(since)
            }
        }
    }
}

struct Geometry<'a> {
    rules: &'a LaserRules,
    link: LaserLink,
    sky: &'a Sky,
    conditions: &'a Conditions,
}

impl Geometry<'_> {
    fn live(&self, a: SatId, b: SatId, range_m: f64) -> LiveLaser {
        LiveLaser { a, b, range_m, capacity_bps: self.link.bps(range_m) }
    }

    /// The range of a link if it is possible, m.
    fn possible(&self, a: SatId, b: SatId) -> Option<f64> {
        if !self.sky.present[a.index()] || !self.sky.present[b.index()] {
            return None;
        }
        let (from, to): (EcefPosition, EcefPosition) =
            (self.sky.position[a.index()], self.sky.position[b.index()]);
        let range_m = from.range_m(to);
        let clear = range_m <= self.rules.max_range_m && from.ray_height_m(to) >= self.rules.min_ray_height_m;
        (clear && !self.conditions.failed_lasers.contains(&(a, b))).then_some(range_m)
    }
}

/// Keeps the crossing links that still work, then points lasers left free at the nearest satellite with one.
fn cross_shells(
    geometry: &Geometry<'_>,
    topology: &Topology,
    before: Option<&Lasers>,
    slot: SlotNo,
    lasers: &mut Lasers,
) {
    let mut free = topology.spare_lasers.clone();
    let add = |link: CrossLink, range_m: f64, free: &mut Vec<u8>, lasers: &mut Lasers| {
        free[link.a.index()] -= 1;
        free[link.b.index()] -= 1;
        if link.state == LaserState::Up {
            lasers.live.push(geometry.live(link.a, link.b, range_m));
        }
        lasers.crossing.push(link);
    };
    for link in before.map_or(&[][..], |b| &b.crossing) {
        match geometry.possible(link.a, link.b) {
            Some(range_m) => {
                let state = next_state(geometry.rules, Some(link.state), true, slot);
                add(CrossLink { state, ..*link }, range_m, &mut free, lasers);
            }
            None => lasers.changes += 1,
        }
    }
    let waiting: Vec<SatId> =
        (0..free.len()).filter(|&s| free[s] > 0 && geometry.sky.present[s]).map(SatId::at).collect();
    let reach = geometry.rules.max_range_m * CROSS_SHELL_RANGE_SHARE;
    let mut pairs = Vec::new();
    for (rank, &a) in waiting.iter().enumerate() {
        for &b in &waiting[rank + 1..] {
            let range = geometry.sky.position[a.index()].range_m(geometry.sky.position[b.index()]);
            if range <= reach {
                pairs.push((range, a, b));
            }
        }
    }
    pairs.sort_by(|x, y| x.0.total_cmp(&y.0).then(x.1.cmp(&y.1)).then(x.2.cmp(&y.2)));
    let linked: std::collections::BTreeSet<(SatId, SatId)> = topology
        .lasers
        .iter()
        .map(|plan| (plan.a, plan.b))
        .chain(lasers.crossing.iter().map(|link| (link.a, link.b)))
        .collect();
    for (_, a, b) in pairs {
        if free[a.index()] == 0 || free[b.index()] == 0 || linked.contains(&(a, b)) {
            continue;
        }
        if let Some(range_m) = geometry.possible(a, b) {
            let earlier = before.map(|_| LaserState::Down);
            let state = next_state(geometry.rules, earlier, true, slot);
            lasers.changes += u32::from(before.is_some());
            add(CrossLink { a, b, state }, range_m, &mut free, lasers);
        }
    }
}
