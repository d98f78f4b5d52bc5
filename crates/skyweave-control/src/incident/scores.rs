//! What looks add up to.

use super::Params;
use super::look::{Look, Side};
use crate::entity::{Cause, Finding, PositionEvidence};
use crate::time::UnixSeconds;
use serde::{Deserialize, Serialize};

/// Times outside, less times inside.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Scores {
    /// Deep outside, s.
    deep_s: i64,
    /// Outside, deep or not, s.
    outside_s: i64,
    /// Deep outside, or where it may roam, s.
    away_s: i64,
    /// Inside since the last look outside, s.
    back_s: i64,
    /// Looks of that.
    back_looks: u32,
    /// Too fast, s.
    moving_s: i64,
    /// When it was first too fast.
    #[serde(skip_serializing_if = "Option::is_none")]
    moving_since_s: Option<i64>,
    /// When it was first outside, or roaming.
    #[serde(skip_serializing_if = "Option::is_none")]
    out_since_s: Option<i64>,
    /// Looks outside or roaming since then.
    out_looks: u32,
    /// The best evidence of these.
    #[serde(skip_serializing_if = "Option::is_none")]
    out_evidence: Option<PositionEvidence>,
    /// Whether the last look that said anything was inside; none if it was deep outside or roaming.
    #[serde(skip_serializing_if = "Option::is_none")]
    was_inside: Option<bool>,
    /// When it changed sides, the last few times.
    flips_s: Vec<i64>,
}

impl Scores {
    /// Adds a look that stands for this time.
    pub(super) fn add(&mut self, look: &Look, stands_for_s: i64, params: &Params) {
        let time_s = look.last.time_s;
        let side = look.side(params);
        match side {
            Side::Unsure => return,
            Side::Inside => {
                let less_s = params.inside_weight * stands_for_s;
                for score_s in [&mut self.deep_s, &mut self.outside_s, &mut self.away_s] {
                    *score_s = (*score_s - less_s).max(0);
                }
                self.back_s += stands_for_s;
                self.back_looks += 1;
                if self.outside_s == 0 && self.away_s == 0 {
                    (self.out_since_s, self.out_looks, self.out_evidence) = (None, 0, None);
                }
            }
            Side::Roaming | Side::Outside { .. } => {
                let outside = side != Side::Roaming;
                let deep = side == Side::Outside { deep: true };
                self.deep_s += if deep { stands_for_s } else { 0 };
                self.outside_s += if outside { stands_for_s } else { 0 };
                self.away_s += if deep || !outside { stands_for_s } else { 0 };
                // beyond twice of what is needed, more does not make it surer
                self.deep_s = self.deep_s.min(2 * params.diverted_deep_s);
                self.outside_s = self.outside_s.min(2 * params.diverted_s);
                self.away_s = self.away_s.min(2 * params.roaming_s);
                (self.back_s, self.back_looks) = (0, 0);
                self.out_since_s.get_or_insert(time_s);
                self.out_looks += 1;
                self.out_evidence = self.out_evidence.max(Some(look.evidence));
            }
        }
        // whoever was deep outside in between did not flicker
        let inside = match side {
            Side::Inside => Some(true),
            Side::Outside { deep: false } => Some(false),
            _ => None,
        };
        let was_inside = std::mem::replace(&mut self.was_inside, inside);
        if was_inside.zip(inside).is_some_and(|(was, is)| was != is) {
            self.flips_s.push(time_s);
        }
        let keep = params.flips as usize;
        let surplus = self.flips_s.len().saturating_sub(keep);
        self.flips_s.drain(..surplus);
    }

    /// Adds a stretch of time in which it was too fast, or was not.
    pub(super) fn moved(&mut self, until_s: i64, passed_s: i64, too_fast: bool, params: &Params) {
        if too_fast {
            self.moving_since_s.get_or_insert(until_s - passed_s);
            self.moving_s = (self.moving_s + passed_s).min(2 * params.moving_s);
        } else {
            self.moving_s = (self.moving_s - passed_s / 2).max(0);
        }
        if self.moving_s == 0 {
            self.moving_since_s = None;
        }
    }

    /// The gravest incident that all this is; none if it is none.
    pub(super) fn cause(&self, now_s: i64, params: &Params) -> Option<Cause> {
        let span_s = self.out_since_s.map_or(0, |since_s| now_s - since_s);
        let enough = self.deep_s >= params.diverted_deep_s || self.outside_s >= params.diverted_s;
        let diverted = enough && span_s >= params.diverted_span_s && self.out_looks >= params.diverted_looks;
        if diverted {
            Some(Cause::Diverted)
        } else if self.away_s >= params.roaming_s && self.out_looks >= params.roaming_looks {
            Some(Cause::Roaming)
        } else if self.moving_s >= params.moving_s {
            Some(Cause::Moving)
        } else if self.recent_flips(now_s, params) >= params.flips as usize {
            Some(Cause::BorderFlicker)
        } else {
            None
        }
    }

    /// Whether an incident of this cause is over.
    pub(super) fn is_over(&self, cause: Cause, now_s: i64, params: &Params) -> bool {
        match cause {
            Cause::Diverted | Cause::Roaming => {
                self.back_s >= params.back_s && self.back_looks >= params.back_looks
            }
            Cause::Moving => self.moving_s == 0,
            Cause::BorderFlicker => self.recent_flips(now_s, params) == 0,
        }
    }

    fn recent_flips(&self, now_s: i64, params: &Params) -> usize {
        self.flips_s.iter().filter(|flip_s| now_s - **flip_s <= params.flips_span_s).count()
    }

    /// What there is to say about an incident at the last look.
    pub(super) fn finding(&self, cause: Cause, look: &Look) -> Finding {
        let time_s = look.last.time_s;
        let since_s = match cause {
            Cause::Moving => self.moving_since_s,
            Cause::BorderFlicker => self.flips_s.first().copied(),
            Cause::Roaming | Cause::Diverted => self.out_since_s,
        };
        Finding {
            cause,
            since_s: UnixSeconds(since_s.unwrap_or(time_s)),
            until_s: UnixSeconds(time_s),
            looks: self.out_looks,
            evidence: self.out_evidence.unwrap_or(look.evidence),
            outside_65536: look.outside_65536(),
            latitude_e7: look.last.latitude_e7,
            longitude_e7: look.last.longitude_e7,
            error_m: look.last.error_m,
        }
    }
}
