//! Looks: the positions of one hour, taken together.

use super::{CERTAIN, Fix, Limits, Params};
use crate::entity::PositionEvidence;
use serde::{Deserialize, Serialize};

/// On which side of what is allowed a look is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// Where it may always be.
    Inside,
    /// Where it may roam.
    Roaming,
    /// Where it may not be.
    Outside {
        /// Even if positions were known no better than to some km.
        deep: bool,
    },
    /// That cannot be said.
    Unsure,
}

/// The positions of one hour so far. They are averaged and not multiplied: errors of one hour are not independent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Look {
    /// The number of the hour.
    pub(super) number: i64,
    /// The last position.
    pub(super) last: Fix,
    /// The best evidence.
    pub(super) evidence: PositionEvidence,
    weighed: u32,
    next_s: i64,
    home: u64,
    allowed: u64,
    deep: u64,
}

impl Look {
    pub(super) fn begin(fix: &Fix, limits: &Limits<'_>, params: &Params) -> Self {
        let mut look = Self {
            number: fix.time_s.div_euclid(params.look_s),
            last: *fix,
            evidence: fix.evidence,
            weighed: 0,
            next_s: fix.time_s,
            home: 0,
            allowed: 0,
            deep: 0,
        };
        look.add(fix, limits, params);
        look
    }

    pub(super) fn add(&mut self, fix: &Fix, limits: &Limits<'_>, params: &Params) {
        if fix.time_s < self.next_s {
            return;
        }
        let home = limits.home.mass_65536(&[*fix]);
        let allowed = allowed_65536(fix, home, limits);
        // where it is not outside as it is, it is not deep either
        let blurred = Fix { error_m: fix.error_m.max(params.deep_error_m), ..*fix };
        let deep = if allowed > params.outside_65536 {
            allowed
        } else {
            allowed_65536(&blurred, limits.home.mass_65536(&[blurred]), limits)
        };
        self.home += u64::from(home);
        self.allowed += u64::from(allowed);
        self.deep += u64::from(deep);
        self.weighed += 1;
        self.next_s = fix.time_s + params.look_s / params.most_fixes_a_look;
        self.last = *fix;
        self.evidence = self.evidence.max(fix.evidence);
    }

    /// Share of the probability outside of where it may be, in 65536ths.
    pub(super) fn outside_65536(&self) -> u32 {
        CERTAIN - self.mean(self.allowed)
    }

    pub(super) fn side(&self, params: &Params) -> Side {
        let allowed = self.mean(self.allowed);
        if self.mean(self.home) >= params.inside_65536 {
            Side::Inside
        } else if allowed <= params.outside_65536 {
            Side::Outside { deep: self.mean(self.deep) <= params.outside_65536 }
        } else if allowed >= params.inside_65536 && self.mean(self.home) <= params.outside_65536 {
            Side::Roaming
        } else {
            Side::Unsure
        }
    }

    fn mean(&self, sum: u64) -> u32 {
        (sum / u64::from(self.weighed.max(1))) as u32
    }
}

/// The probability of being at home or where it may roam. The two do not overlap but by mistake, and then the sum is held at certainty.
fn allowed_65536(fix: &Fix, home: u32, limits: &Limits<'_>) -> u32 {
    let roaming = limits.roaming.map_or(0, |roaming| roaming.mass_65536(&[*fix]));
    (home + roaming).min(CERTAIN)
}
