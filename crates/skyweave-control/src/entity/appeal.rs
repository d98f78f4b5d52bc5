//! Appeals against incidents, and the permits that keep service up while one is open.

use super::{Entity, Misfit, Stamp};
use crate::id::{AppealId, EntityId, IncidentId, Kind, PermitId, TerminalId};
use crate::time::UnixSeconds;
use serde::{Deserialize, Serialize};

/// Where an appeal stands.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum AppealState {
    /// Nobody has decided it.
    Open,
    /// It was right.
    Upheld,
    /// It was not.
    Rejected,
    /// Whoever lodged it took it back.
    Withdrawn,
}

/// An objection against an incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Appeal {
    /// Its id.
    pub id: AppealId,
    /// Number of events.
    pub version: u64,
    /// Against which incident.
    pub incident: IncidentId,
    /// The terminal of that incident.
    pub terminal: TerminalId,
    /// What is objected.
    pub statement: String,
    /// By whom.
    pub lodged_by: String,
    /// When.
    pub lodged_s: UnixSeconds,
    /// The permit that came with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permit: Option<PermitId>,
    /// Where it stands.
    pub state: AppealState,
    /// Why it was decided so, and by whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<String>,
}

impl Appeal {
    /// Whether it is the first against its incident, which holds everything up. Further ones bring no permit and hold nothing up.
    #[must_use]
    pub const fn is_first(&self) -> bool {
        self.permit.is_some()
    }
}

/// What can happen to an appeal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "type", content = "data", deny_unknown_fields)]
pub enum AppealChange {
    /// It begins.
    #[serde(rename = "appeal.lodged")]
    Lodged {
        /// Against which incident.
        incident: IncidentId,
        /// The terminal of that incident.
        terminal: TerminalId,
        /// What is objected.
        statement: String,
        /// The permit that comes with it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        permit: Option<PermitId>,
    },
    /// It is decided.
    #[serde(rename = "appeal.decided")]
    Decided {
        /// Whether it was right.
        upheld: bool,
        /// Why.
        reason: String,
    },
    /// Whoever lodged it takes it back.
    #[serde(rename = "appeal.withdrawn")]
    Withdrawn,
}

impl Entity for Appeal {
    type Id = AppealId;
    type Change = AppealChange;
    const KIND: Kind = Kind::Appeal;

    fn id(&self) -> AppealId {
        self.id
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn begun(id: AppealId, change: &AppealChange, stamp: Stamp<'_>) -> Result<Self, Misfit> {
        let AppealChange::Lodged { incident, terminal, statement, permit } = change else {
            return Err(Misfit);
        };
        Ok(Self {
            id,
            version: stamp.version,
            incident: *incident,
            terminal: *terminal,
            statement: statement.clone(),
            lodged_by: stamp.actor.to_owned(),
            lodged_s: stamp.at,
            permit: *permit,
            state: AppealState::Open,
            decision: None,
        })
    }

    fn after(mut self, change: &AppealChange, stamp: Stamp<'_>) -> Result<Self, Misfit> {
        if self.state != AppealState::Open {
            return Err(Misfit);
        }
        match change {
            AppealChange::Lodged { .. } => return Err(Misfit),
            AppealChange::Decided { upheld, reason } => {
                self.state = if *upheld { AppealState::Upheld } else { AppealState::Rejected };
                self.decision = Some(format!("{reason} ({})", stamp.actor));
            }
            AppealChange::Withdrawn => self.state = AppealState::Withdrawn,
        }
        self.version = stamp.version;
        Ok(self)
    }

    fn parents(&self) -> Vec<EntityId> {
        vec![self.incident.into()]
    }

    fn is_live(&self) -> bool {
        self.state == AppealState::Open
    }
}

/// Service that is kept up for a while, whatever incidents say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Permit {
    /// Its id.
    pub id: PermitId,
    /// Number of events.
    pub version: u64,
    /// For which terminal.
    pub terminal: TerminalId,
    /// Because of which appeal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub appeal: Option<AppealId>,
    /// From when on.
    pub from_s: UnixSeconds,
    /// Until when.
    pub until_s: UnixSeconds,
    /// Why it was given.
    pub reason: String,
}

impl Permit {
    /// Whether it holds at this time.
    #[must_use]
    pub fn holds(&self, now: UnixSeconds) -> bool {
        self.from_s <= now && now < self.until_s
    }
}

/// What can happen to a permit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "type", content = "data", deny_unknown_fields)]
pub enum PermitChange {
    /// It is given.
    #[serde(rename = "permit.granted")]
    Granted {
        /// For which terminal.
        terminal: TerminalId,
        /// Because of which appeal.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        appeal: Option<AppealId>,
        /// From when on.
        from_s: UnixSeconds,
        /// Until when.
        until_s: UnixSeconds,
        /// Why.
        reason: String,
    },
    /// It holds longer.
    #[serde(rename = "permit.extended")]
    Extended {
        /// Until when.
        until_s: UnixSeconds,
    },
    /// It ends at once.
    #[serde(rename = "permit.ended")]
    Ended {
        /// Why.
        reason: String,
    },
}

impl Entity for Permit {
    type Id = PermitId;
    type Change = PermitChange;
    const KIND: Kind = Kind::Permit;

    fn id(&self) -> PermitId {
        self.id
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn begun(id: PermitId, change: &PermitChange, stamp: Stamp<'_>) -> Result<Self, Misfit> {
        let PermitChange::Granted { terminal, appeal, from_s, until_s, reason } = change else {
            return Err(Misfit);
        };
        Ok(Self {
            id,
            version: stamp.version,
            terminal: *terminal,
            appeal: *appeal,
            from_s: *from_s,
            until_s: *until_s,
            reason: reason.clone(),
        })
    }

    fn after(mut self, change: &PermitChange, stamp: Stamp<'_>) -> Result<Self, Misfit> {
        match change {
            PermitChange::Granted { .. } => return Err(Misfit),
            PermitChange::Extended { until_s } => self.until_s = *until_s,
            PermitChange::Ended { .. } => self.until_s = self.until_s.min(stamp.at),
        }
        self.version = stamp.version;
        Ok(self)
    }

    fn parents(&self) -> Vec<EntityId> {
        [Some(self.terminal.into()), self.appeal.map(EntityId::from)].into_iter().flatten().collect()
    }
}
