//! Which positions are believed. Near fronts, satellite navigation is jammed and spoofed: claimed positions jump to an airport far away, and back
//! after some hours.

use super::{Fix, Limits, Params};
use crate::entity::PositionEvidence;
use serde::{Deserialize, Serialize};

/// What is remembered for it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Doubt {
    /// The last position, believed or not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last: Option<Fix>,
    /// The last position that did not come from the terminal itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    network: Option<Fix>,
    /// When what the terminal claims was last held against what the network knows, and found wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refuted_s: Option<i64>,
    /// Where the terminal was before it claimed to be somewhere it cannot have come to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    before: Option<Fix>,
    /// For how long it has claimed that, s.
    #[serde(default)]
    held_s: i64,
}

/// What becomes of a position.
pub(super) struct Believed {
    /// Whether it counts.
    pub(super) counts: bool,
    /// The position before it, where the two can be compared: neither is in doubt.
    pub(super) from: Option<Fix>,
}

impl Doubt {
    /// The last position that did not come from the terminal itself.
    pub(super) const fn network(&self) -> Option<Fix> {
        self.network
    }

    /// The last position, believed or not.
    pub(super) const fn last(&self) -> Option<Fix> {
        self.last
    }

    /// Takes in a position. `is_inside` is asked only about claims that are in doubt.
    pub(super) fn weigh(
        &mut self,
        fix: &Fix,
        limits: &Limits<'_>,
        params: &Params,
        is_inside: impl FnOnce() -> bool,
    ) -> Believed {
        let last = self.last.replace(*fix);
        if !fix.is_claimed() {
            let claimed = last.filter(|last| last.evidence == PositionEvidence::ClaimedGnss);
            if claimed.is_some_and(|claimed| too_far(&claimed, fix, limits)) {
                self.refuted_s = Some(fix.time_s);
            }
            self.network = Some(*fix);
            self.settle();
            return Believed { counts: true, from: None };
        }
        let same_kind = last.filter(|last| last.evidence == PositionEvidence::ClaimedGnss);
        let jumped = same_kind.is_some_and(|last| too_far(&last, fix, limits));
        let fresh = self.network.filter(|network| fix.time_s - network.time_s <= params.network_s);
        let contradicted = fresh.is_some_and(|network| self.contradicts(&network, fix, limits, params));
        if contradicted {
            self.refuted_s = Some(fix.time_s);
        }
        if !jumped && !contradicted && self.before.is_none() {
            return Believed { counts: true, from: same_kind };
        }
        let before = *self.before.get_or_insert_with(|| fresh.or(last).unwrap_or(*fix));
        let back = before.distance_m(fix) <= f64::from(params.near_m);
        // a claim to be where one may be helps, unless the network knows better
        if !contradicted && (back || is_inside()) {
            self.settle();
            return Believed { counts: true, from: None };
        }
        let passed_s = last.map_or(0, |last| fix.time_s - last.time_s).min(params.longest_look_s);
        self.held_s = if contradicted { 0 } else { self.held_s + passed_s };
        if self.held_s >= params.doubt_s {
            self.settle();
            return Believed { counts: true, from: None };
        }
        Believed { counts: false, from: None }
    }

    /// Whether what the network knows is against a claim. Once it was, claims must be near what it knows for a while: else a terminal could
    /// claim anything that it might have driven to since.
    fn contradicts(&self, network: &Fix, claim: &Fix, limits: &Limits<'_>, params: &Params) -> bool {
        let refuted = self.refuted_s.is_some_and(|at_s| claim.time_s - at_s <= params.network_s);
        let near_m = f64::from(params.near_m) + network.spread_m(claim);
        too_far(network, claim, limits) || (refuted && network.distance_m(claim) > near_m)
    }

    fn settle(&mut self) {
        (self.before, self.held_s) = (None, 0);
    }
}

/// Whether nothing that the terminal travels on could have brought it from one place to the other.
fn too_far(from: &Fix, to: &Fix, limits: &Limits<'_>) -> bool {
    let passed_s = (to.time_s - from.time_s) as f64;
    from.distance_m(to) - from.spread_m(to) > f64::from(limits.fastest_m_s) * passed_s
}
