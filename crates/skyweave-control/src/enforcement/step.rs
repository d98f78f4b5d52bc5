//! One step of enforcement: a state machine over [`Stage`].
//!
//! | from | when | to |
//! |---|---|---|
//! | any | a permit holds | held, full service |
//! | any | it looks like border flicker | observed, full service |
//! | observed | roaming days are used up, or it is no roaming | grace |
//! | held | no permit holds any more | grace |
//! | grace | it is over | throttled; protected classes: a person is asked first |
//! | throttled | it is over, and it is no mere moving | only emergency calls, if a person approved; else that person is asked |
//! | waits for a person | they approved | what it waited for |
//! | only emergency calls | it looks like mere moving | throttled |
//!
//! How long a stage lasts counts from when it was entered in truth, so that a service that stood still for a week takes nobody's grace away.

use super::Rules;
use crate::entity::{Cause, Incident, IncidentState, Stage};
use crate::time::UnixSeconds;

/// What a step must know beside the incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Situation {
    /// Whether the terminal is in a protected class.
    pub protected: bool,
    /// Until when permits for it hold; none without one.
    pub permitted_until: Option<UnixSeconds>,
    /// Days in a row that its plan lets it be away.
    pub roaming_days: u16,
    /// The time.
    pub now: UnixSeconds,
}

/// The next stage, and why, for the holder to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Where enforcement goes.
    pub to: Stage,
    /// Why.
    pub reason: String,
}

/// What a terminal may have at most. Emergency calls pass whatever it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Service {
    /// Nothing but emergency calls.
    EmergencyOnly,
    /// All, at no more than this.
    Throttled {
        /// kbit/s.
        kbit_s: u32,
    },
    /// All.
    Full,
}

/// What an incident leaves to its terminal. A terminal has at most one that is not closed; a permit that holds gives full service
/// whatever stands here, for the step that says so may not have been taken yet.
#[must_use]
pub fn service(incident: &Incident, permitted: bool) -> Service {
    if permitted || incident.state == IncidentState::Closed {
        return Service::Full;
    }
    match incident.enforcement {
        Stage::Observed
        | Stage::Grace { .. }
        | Stage::Held { .. }
        | Stage::AwaitingHuman { kbit_s: None, .. } => Service::Full,
        Stage::Throttled { kbit_s, .. } | Stage::AwaitingHuman { kbit_s: Some(kbit_s), .. } => {
            Service::Throttled { kbit_s }
        }
        Stage::EmergencyOnly { .. } => Service::EmergencyOnly,
    }
}

/// The next step of enforcement; none if it is not time for one. Taking a step makes time for the next at the earliest when its own is over,
/// so asking again at once gives none.
#[must_use]
pub fn next(incident: &Incident, rules: &Rules, situation: &Situation) -> Option<Step> {
    if incident.state == IncidentState::Closed {
        return None;
    }
    let now = situation.now;
    if let Some(until_s) = situation.permitted_until.filter(|until| *until > now) {
        return step(incident, Stage::Held { until_s }, format!("a permit holds until {until_s}"));
    }
    let cause = incident.finding.cause;
    let Some(grace_s) = rules.grace_s(cause, situation.protected) else {
        return step(
            incident,
            Stage::Observed,
            "it lives near a border: nothing follows from that".to_owned(),
        );
    };
    let approved = incident.cut_approved_by.is_some();
    match incident.enforcement {
        Stage::Observed => {
            let away_s = now.since(incident.finding.since_s);
            if cause == Cause::Roaming && away_s < i64::from(situation.roaming_days) * 86_400 {
                return None;
            }
            Some(grace(cause, now.plus(grace_s)))
        }
        Stage::Held { .. } => {
            let until_s = now.plus(rules.grace_after_permit_s);
            let reason = format!("no permit holds any more; nothing changes before {until_s}");
            step(incident, Stage::Grace { until_s }, reason)
        }
        Stage::Grace { until_s } | Stage::Throttled { until_s, .. } if now < until_s => None,
        Stage::Grace { .. } if situation.protected && !approved => {
            let reason = "it is protected: a person must look before anything changes".to_owned();
            step(incident, Stage::AwaitingHuman { since_s: now, kbit_s: None }, reason)
        }
        Stage::Grace { .. } => throttle(incident, rules, now),
        Stage::AwaitingHuman { kbit_s: None, .. } if approved || !situation.protected => {
            throttle(incident, rules, now)
        }
        Stage::Throttled { .. } | Stage::AwaitingHuman { kbit_s: Some(_), .. } if cause == Cause::Moving => {
            None
        }
        Stage::Throttled { .. } | Stage::AwaitingHuman { kbit_s: Some(_), .. } if approved => {
            let reason = format!(
                "it is {}, the time to come back or to appeal is over, and a person has looked",
                said(cause)
            );
            step(incident, Stage::EmergencyOnly { since_s: now }, reason)
        }
        Stage::Throttled { kbit_s, .. } => {
            let reason = "nobody is cut off by a machine: a person must look first".to_owned();
            step(incident, Stage::AwaitingHuman { since_s: now, kbit_s: Some(kbit_s) }, reason)
        }
        Stage::EmergencyOnly { .. } if cause == Cause::Moving => throttle(incident, rules, now),
        Stage::AwaitingHuman { .. } | Stage::EmergencyOnly { .. } => None,
    }
}

/// The step, unless enforcement is there already.
fn step(incident: &Incident, to: Stage, reason: String) -> Option<Step> {
    (incident.enforcement != to).then_some(Step { to, reason })
}

fn grace(cause: Cause, until_s: UnixSeconds) -> Step {
    let reason = format!("it is {}; come back or appeal: nothing changes before {until_s}", said(cause));
    Step { to: Stage::Grace { until_s }, reason }
}

fn throttle(incident: &Incident, rules: &Rules, now: UnixSeconds) -> Option<Step> {
    let (kbit_s, until_s) = (rules.throttle_kbit_s, now.plus(rules.throttle_s));
    let cause = said(incident.finding.cause);
    let reason =
        format!("it is {cause}; no more than {kbit_s} kbit/s until it comes back or an appeal is lodged");
    step(incident, Stage::Throttled { kbit_s, until_s }, reason)
}

fn said(cause: Cause) -> &'static str {
    match cause {
        Cause::BorderFlicker => "near a border",
        Cause::Moving => "used in motion beyond its plan",
        Cause::Roaming => "away longer than its plan allows",
        Cause::Diverted => "where its service line does not allow it",
    }
}
