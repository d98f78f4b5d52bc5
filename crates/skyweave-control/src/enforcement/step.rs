//! One step of enforcement: a state machine over [`Stage`].

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

/// What an incident leaves to its terminal. Of several incidents the least counts, unless a permit holds.
#[must_use]
pub fn service(incident: &Incident) -> Service {
    if incident.state == IncidentState::Closed {
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

/// The next step of enforcement; none if it is not time for one.
#[must_use]
pub fn next(incident: &Incident, rules: &Rules, situation: &Situation) -> Option<Step> {
    let _ = (incident, rules, situation, Cause::Diverted);
    None
}
