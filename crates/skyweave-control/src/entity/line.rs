//! Service lines: a plan at a service address.

use super::{Entity, Misfit, Stamp, Surface};
use crate::id::{AccountId, EntityId, Kind, LineId, PlanId};
use serde::{Deserialize, Serialize};

/// Where a service line is sold for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ServiceAddress {
    /// Latitude on WGS84, 1e-7 degrees, north positive.
    pub latitude_e7: i32,
    /// Longitude on WGS84, 1e-7 degrees, east positive.
    pub longitude_e7: i32,
    /// Name of the territory that it is in.
    pub territory: String,
    /// The address as people write it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// What is said about a service line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LineSpec {
    /// What people call it.
    pub name: String,
    /// Which account pays for it.
    pub account: AccountId,
    /// What it gives.
    pub plan: PlanId,
    /// Where it is used.
    pub address: ServiceAddress,
    /// On what it is used.
    pub surface: Surface,
}

/// Whether a service line serves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum LineState {
    /// It does.
    Active,
    /// Not for now.
    Suspended {
        /// Why, for its holder to read.
        reason: String,
        /// True if those who run the service did it: then only they undo it.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        by_the_service: bool,
        /// Why its holder did so too, if the service and its holder both did: that stays when the service undoes its own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        holders_own: Option<String>,
    },
    /// For good.
    Closed,
}

/// A service line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ServiceLine {
    /// Its id.
    pub id: LineId,
    /// Number of events.
    pub version: u64,
    /// What is said about it.
    #[serde(flatten)]
    pub spec: LineSpec,
    /// Whether it serves.
    #[serde(flatten)]
    pub state: LineState,
}

impl LineState {
    /// After the service, or its holder, did so: what the other one did before stays.
    fn suspended(self, reason: &str, by_the_service: bool) -> Self {
        let (reason, holders_own) = match self {
            Self::Suspended { reason: own, by_the_service: false, .. } if by_the_service => {
                (reason.to_owned(), Some(own))
            }
            Self::Suspended { reason: of_service, by_the_service: true, .. } if !by_the_service => {
                (of_service, Some(reason.to_owned()))
            }
            _ => (reason.to_owned(), None),
        };
        Self::Suspended { reason, by_the_service: by_the_service || holders_own.is_some(), holders_own }
    }

    /// After whoever did it undid it: the service first, if both did.
    fn resumed(self) -> Self {
        match self {
            Self::Suspended { holders_own: Some(reason), .. } => {
                Self::Suspended { reason, by_the_service: false, holders_own: None }
            }
            _ => Self::Active,
        }
    }
}

/// What can happen to a service line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "type", content = "data", deny_unknown_fields)]
pub enum LineChange {
    /// It is new.
    #[serde(rename = "service_line.created")]
    Created(LineSpec),
    /// Another plan, address, name or account.
    #[serde(rename = "service_line.changed")]
    Changed(LineSpec),
    /// It does not serve for now.
    #[serde(rename = "service_line.suspended")]
    Suspended {
        /// Why.
        reason: String,
        /// True if those who run the service did it: then only they undo it.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        by_the_service: bool,
    },
    /// It serves again.
    #[serde(rename = "service_line.resumed")]
    Resumed,
    /// It is no more.
    #[serde(rename = "service_line.closed")]
    Closed,
}

impl Entity for ServiceLine {
    type Id = LineId;
    type Change = LineChange;
    const KIND: Kind = Kind::ServiceLine;

    fn id(&self) -> LineId {
        self.id
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn begun(id: LineId, change: &LineChange, stamp: Stamp<'_>) -> Result<Self, Misfit> {
        match change {
            LineChange::Created(spec) => {
                Ok(Self { id, version: stamp.version, spec: spec.clone(), state: LineState::Active })
            }
            _ => Err(Misfit),
        }
    }

    fn after(mut self, change: &LineChange, stamp: Stamp<'_>) -> Result<Self, Misfit> {
        match change {
            LineChange::Created(_) => return Err(Misfit),
            LineChange::Changed(spec) => self.spec = spec.clone(),
            LineChange::Suspended { reason, by_the_service } => {
                self.state = self.state.suspended(reason, *by_the_service);
            }
            LineChange::Resumed => self.state = self.state.resumed(),
            LineChange::Closed => self.state = LineState::Closed,
        }
        self.version = stamp.version;
        Ok(self)
    }

    fn name(&self) -> Option<&str> {
        Some(&self.spec.name)
    }

    fn parents(&self) -> Vec<EntityId> {
        vec![self.spec.account.into(), self.spec.plan.into()]
    }

    fn is_live(&self) -> bool {
        self.state != LineState::Closed
    }
}
