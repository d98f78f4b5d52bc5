//! Organizations: those who pay, donate, hold and vouch.

use super::{Entity, Misfit, Stamp};
use crate::id::{Kind, OrganizationId};
use serde::{Deserialize, Serialize};

/// What is said about an organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OrganizationSpec {
    /// Its name, of which there is only one.
    pub name: String,
    /// Whom to ask, in free text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
    /// Anything else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A legal person or agency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Organization {
    /// Its id.
    pub id: OrganizationId,
    /// Number of events.
    pub version: u64,
    /// What is said about it.
    #[serde(flatten)]
    pub spec: OrganizationSpec,
    /// Whether it is still there: nothing new may name a closed one.
    pub open: bool,
}

/// What can happen to an organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "type", content = "data", deny_unknown_fields)]
pub enum OrganizationChange {
    /// It is new.
    #[serde(rename = "organization.created")]
    Created(OrganizationSpec),
    /// Something else is said about it.
    #[serde(rename = "organization.changed")]
    Changed(OrganizationSpec),
    /// It is no more.
    #[serde(rename = "organization.closed")]
    Closed,
}

impl Entity for Organization {
    type Id = OrganizationId;
    type Change = OrganizationChange;
    const KIND: Kind = Kind::Organization;

    fn id(&self) -> OrganizationId {
        self.id
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn begun(id: OrganizationId, change: &OrganizationChange, stamp: Stamp<'_>) -> Result<Self, Misfit> {
        match change {
            OrganizationChange::Created(spec) => {
                Ok(Self { id, version: stamp.version, spec: spec.clone(), open: true })
            }
            _ => Err(Misfit),
        }
    }

    fn after(mut self, change: &OrganizationChange, stamp: Stamp<'_>) -> Result<Self, Misfit> {
        match change {
            OrganizationChange::Created(_) => return Err(Misfit),
            OrganizationChange::Changed(spec) => self.spec = spec.clone(),
            OrganizationChange::Closed => self.open = false,
        }
        self.version = stamp.version;
        Ok(self)
    }

    fn name(&self) -> Option<&str> {
        Some(&self.spec.name)
    }

    fn is_live(&self) -> bool {
        self.open
    }
}
