//! Incidents: a terminal was seen where its service line does not allow it. What follows from it, step by step, is part of it.

use super::{Entity, Misfit, PositionEvidence, Stamp};
use crate::id::{AppealId, EntityId, IncidentId, Kind, TerminalId};
use crate::time::UnixSeconds;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What the positions look like.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// It seems to go to and fro over a border near which it is at home.
    BorderFlicker,
    /// It is used in motion beyond what its plan allows.
    Moving,
    /// It is away from where it may be, and allowed to come back.
    Roaming,
    /// It went to where it may not be, and stays there.
    Diverted,
}

impl Cause {
    /// Every cause.
    pub const ALL: [Self; 4] = [Self::BorderFlicker, Self::Moving, Self::Roaming, Self::Diverted];

    /// Its name in files and interfaces.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::BorderFlicker => "border_flicker",
            Self::Moving => "moving",
            Self::Roaming => "roaming",
            Self::Diverted => "diverted",
        }
    }

    /// The cause of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cause| cause.name() == name)
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// What was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// What it looks like.
    pub cause: Cause,
    /// When the first position that speaks for it was taken.
    pub since_s: UnixSeconds,
    /// When the last was.
    pub until_s: UnixSeconds,
    /// How many looks (positions of an hour taken together) speak for it.
    pub looks: u32,
    /// The best evidence among them.
    pub evidence: PositionEvidence,
    /// Share of the probability outside of where it may be, in 65536ths.
    pub outside_65536: u32,
    /// The last place, 1e-7 degrees, north positive.
    pub latitude_e7: i32,
    /// The last place, 1e-7 degrees, east positive.
    pub longitude_e7: i32,
    /// One standard deviation of that place, m.
    pub error_m: u32,
}

/// Where an incident stands among people.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum IncidentState {
    /// Nobody has looked at it.
    Open,
    /// Somebody has.
    Acknowledged,
    /// Somebody objects.
    Appealed,
    /// It is over.
    Closed,
}

impl IncidentState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Open, Self::Acknowledged, Self::Appealed, Self::Closed];

    /// Its name in files and interfaces.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Acknowledged => "acknowledged",
            Self::Appealed => "appealed",
            Self::Closed => "closed",
        }
    }
}

/// How an incident ended.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The terminal came back by itself.
    CameBack,
    /// It may be where it is: the line, plan or list was wrong.
    Allowed,
    /// The positions were wrong: jammed, spoofed or noise.
    FalsePosition,
    /// It was where it must not be.
    Confirmed,
}

/// Where the enforcement of an incident stands. There is no way from `Observed` to `EmergencyOnly` that does not pass a grace
/// period and a throttle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "stage", rename_all = "snake_case", deny_unknown_fields)]
pub enum Stage {
    /// Nothing follows from it.
    Observed,
    /// The holder was told, and has time.
    Grace {
        /// Until when, at least.
        until_s: UnixSeconds,
    },
    /// The rate is lowered.
    Throttled {
        /// To this, kbit/s.
        kbit_s: u32,
        /// Until when, at least.
        until_s: UnixSeconds,
    },
    /// A person must say whether it goes on. Until then all stays as it was before.
    AwaitingHuman {
        /// Since when.
        since_s: UnixSeconds,
        /// The lowered rate that stays, kbit/s.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        kbit_s: Option<u32>,
    },
    /// Only emergency calls.
    EmergencyOnly {
        /// Since when.
        since_s: UnixSeconds,
    },
    /// A permit holds everything up: full service.
    Held {
        /// Until when.
        until_s: UnixSeconds,
    },
}

/// A terminal was seen where its service line does not allow it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Incident {
    /// Its id.
    pub id: IncidentId,
    /// Number of events.
    pub version: u64,
    /// Which terminal.
    pub terminal: TerminalId,
    /// When it was opened.
    pub opened_s: UnixSeconds,
    /// What was seen, at last.
    pub finding: Finding,
    /// Where it stands among people.
    pub state: IncidentState,
    /// Where its enforcement stands.
    pub enforcement: Stage,
    /// Who confirmed, having looked, that service may be cut.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cut_approved_by: Option<String>,
    /// The last objection against it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub appeal: Option<AppealId>,
    /// How it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
}

/// What can happen to an incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "type", content = "data", deny_unknown_fields)]
pub enum IncidentChange {
    /// It begins.
    #[serde(rename = "incident.opened")]
    Opened {
        /// Which terminal.
        terminal: TerminalId,
        /// What was seen.
        finding: Finding,
    },
    /// More was seen; it may look like something else now.
    #[serde(rename = "incident.found")]
    Found {
        /// What was seen.
        finding: Finding,
    },
    /// Somebody has looked at it.
    #[serde(rename = "incident.acknowledged")]
    Acknowledged {
        /// What they say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// Somebody, having looked, says that service may be cut.
    #[serde(rename = "incident.cut_approved")]
    CutApproved {
        /// Why.
        reason: String,
    },
    /// Somebody objects.
    #[serde(rename = "incident.appealed")]
    Appealed {
        /// Their objection.
        appeal: AppealId,
    },
    /// The objection came to nothing.
    #[serde(rename = "incident.appeal_ended")]
    AppealEnded,
    /// Enforcement went one step on, or back.
    #[serde(rename = "incident.enforced")]
    Enforced {
        /// To where.
        step: Stage,
        /// Why, for the holder to read.
        reason: String,
    },
    /// It is over.
    #[serde(rename = "incident.closed")]
    Closed {
        /// How it ended.
        outcome: Outcome,
        /// What there is to say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
}

impl Entity for Incident {
    type Id = IncidentId;
    type Change = IncidentChange;
    const KIND: Kind = Kind::Incident;

    fn id(&self) -> IncidentId {
        self.id
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn begun(id: IncidentId, change: &IncidentChange, stamp: Stamp<'_>) -> Result<Self, Misfit> {
        let IncidentChange::Opened { terminal, finding } = change else {
            return Err(Misfit);
        };
        Ok(Self {
            id,
            version: stamp.version,
            terminal: *terminal,
            opened_s: stamp.at,
            finding: finding.clone(),
            state: IncidentState::Open,
            enforcement: Stage::Observed,
            cut_approved_by: None,
            appeal: None,
            outcome: None,
        })
    }

    fn after(mut self, change: &IncidentChange, stamp: Stamp<'_>) -> Result<Self, Misfit> {
        if self.state == IncidentState::Closed {
            return Err(Misfit);
        }
        match change {
            IncidentChange::Opened { .. } => return Err(Misfit),
            IncidentChange::Found { finding } => self.finding = finding.clone(),
            IncidentChange::Acknowledged { .. } | IncidentChange::AppealEnded => {
                self.state = IncidentState::Acknowledged;
            }
            IncidentChange::CutApproved { .. } => self.cut_approved_by = Some(stamp.actor.to_owned()),
            IncidentChange::Appealed { appeal } => {
                self.state = IncidentState::Appealed;
                self.appeal = Some(*appeal);
            }
            IncidentChange::Enforced { step, .. } => self.enforcement = *step,
            IncidentChange::Closed { outcome, .. } => {
                self.state = IncidentState::Closed;
                self.outcome = Some(*outcome);
            }
        }
        self.version = stamp.version;
        Ok(self)
    }

    fn parents(&self) -> Vec<EntityId> {
        vec![self.terminal.into()]
    }

    fn is_live(&self) -> bool {
        self.state != IncidentState::Closed
    }
}
