//! The detector: one position at a time, with a small state for each terminal.

use super::doubt::Doubt;
use super::look::Look;
use super::scores::Scores;
use super::{Fix, Limits, Params};
use crate::command::IncidentCommand;
use crate::entity::{Cause, Finding, Outcome};
use crate::id::TerminalId;
use serde::{Deserialize, Serialize};

/// What is remembered of one terminal: about a kilobyte of JSON at most.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Watch {
    /// The look that is not over yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    look: Option<Look>,
    /// When the last look ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    looked_s: Option<i64>,
    /// The time of the last position.
    #[serde(skip_serializing_if = "Option::is_none")]
    seen_s: Option<i64>,
    /// The time of the last position that did not come from the terminal itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    network_s: Option<i64>,
    doubt: Doubt,
    scores: Scores,
    /// The incident that is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    raised: Option<Cause>,
}

/// What the detector has to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// An incident begins.
    Opened(Finding),
    /// The one that is open got graver.
    Changed(Finding),
    /// It is over.
    Closed(Outcome),
}

impl Notice {
    /// The command that writes it down: to a new incident of this terminal, or to the one that is open.
    #[must_use]
    pub fn into_command(self, terminal: TerminalId) -> IncidentCommand {
        match self {
            Self::Opened(finding) => IncidentCommand::Open { terminal, finding },
            Self::Changed(finding) => IncidentCommand::Find { finding },
            Self::Closed(outcome) => IncidentCommand::Close { outcome, note: None },
        }
    }
}

impl Watch {
    /// The cause of the incident that is open.
    #[must_use]
    pub const fn raised(&self) -> Option<Cause> {
        self.raised
    }

    /// False for a position that would change nothing but the time: of where the last one was, and sooner after it than positions of a look
    /// are weighed. Whoever gets one each 15 s can spare themselves 29 of 30.
    #[must_use]
    pub fn wants(&self, fix: &Fix, params: &Params) -> bool {
        if !self.is_next(fix, params) {
            return false;
        }
        let last = if fix.is_claimed() { self.doubt.last() } else { self.doubt.network() };
        let Some(last) = last else { return true };
        let same = Fix { time_s: last.time_s, ..*fix } == last;
        !(same && fix.time_s - last.time_s < params.look_s / params.most_fixes_a_look)
    }

    /// Claims come in the order of their times. What the network knows has an order of its own: it may come later than claims, up to a
    /// look, and is not kept out by a terminal that dates its own ahead.
    fn is_next(&self, fix: &Fix, params: &Params) -> bool {
        let newer = |than_s: Option<i64>| than_s.is_none_or(|than_s| fix.time_s > than_s);
        if fix.is_claimed() {
            return newer(self.seen_s);
        }
        newer(self.network_s) && self.seen_s.is_none_or(|seen_s| seen_s - fix.time_s <= params.look_s)
    }

    /// Begins anew, after somebody has closed the incident: what was seen before no longer counts.
    #[must_use]
    pub fn settled(self) -> Self {
        Self { scores: Scores::default(), raised: None, ..self }
    }

    /// Gathers positions into looks. One says something only when the next begins.
    fn gather(&mut self, fix: &Fix, limits: &Limits<'_>, params: &Params) -> Option<Look> {
        let number = fix.time_s.div_euclid(params.look_s);
        match &mut self.look {
            Some(look) if look.number == number => {
                look.add(fix, limits, params);
                None
            }
            _ => self.look.replace(Look::begin(fix, limits, params)),
        }
    }

    fn judge(&mut self, look: &Look, params: &Params) -> Option<Notice> {
        let now_s = look.last.time_s;
        if let Some(raised) = self.raised
            && self.scores.is_over(raised, now_s, params)
        {
            *self = std::mem::take(self).settled();
            return Some(Notice::Closed(Outcome::CameBack));
        }
        let cause = self.scores.cause(now_s, params).filter(|cause| Some(*cause) > self.raised)?;
        let finding = self.scores.finding(cause, look);
        match self.raised.replace(cause) {
            None => Some(Notice::Opened(finding)),
            Some(_) => Some(Notice::Changed(finding)),
        }
    }
}

/// The state after one more position, and what there is to say. Positions of a kind, claims or what the network knows, must come in
/// order of time; one that does not is left out.
#[must_use]
pub fn observe(mut watch: Watch, fix: &Fix, limits: &Limits<'_>, params: &Params) -> (Watch, Option<Notice>) {
    if !watch.is_next(fix, params) {
        return (watch, None);
    }
    if !fix.is_claimed() {
        watch.network_s = Some(fix.time_s);
    }
    // what comes late is about now, give or take how far it may have gone since
    let late_s = watch.seen_s.map_or(0, |seen_s| (seen_s - fix.time_s).max(0));
    let gone_m = u32::try_from(late_s).unwrap_or(u32::MAX).saturating_mul(limits.fastest_m_s);
    let fix = &Fix { time_s: fix.time_s + late_s, error_m: fix.error_m.saturating_add(gone_m), ..*fix };
    watch.seen_s = Some(fix.time_s);
    let is_inside = || limits.home.mass_65536(&[*fix]) >= params.inside_65536;
    let believed = watch.doubt.weigh(fix, limits, params, is_inside);
    if let (Some(from), Some(limit_cm_s)) = (believed.from, limits.in_motion_limit_cm_s) {
        let passed_s = fix.time_s - from.time_s;
        if passed_s <= params.moving_gap_s {
            let least_m = from.distance_m(fix) - from.spread_m(fix);
            let limit_m_s = f64::from(limit_cm_s) * 0.01 + f64::from(params.moving_margin_m_s);
            let too_fast = least_m > limit_m_s * passed_s as f64;
            watch.scores.moved(fix.time_s, passed_s, too_fast, params);
        }
    }
    if !believed.counts {
        return (watch, None);
    }
    let Some(look) = watch.gather(fix, limits, params) else {
        return (watch, None);
    };
    let ended_s = look.last.time_s;
    let gap_s = watch.looked_s.map_or(params.look_s, |looked_s| ended_s - looked_s);
    watch.looked_s = Some(ended_s);
    watch.scores.add(&look, gap_s.min(params.longest_look_s), params);
    let notice = watch.judge(&look, params);
    (watch, notice)
}
