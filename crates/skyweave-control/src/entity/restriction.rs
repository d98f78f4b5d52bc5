//! Restrictions: files of policies in the Cedar language. What they say is checked and compiled elsewhere.

use super::{Entity, Misfit, Stamp};
use crate::id::{Kind, RestrictionId};
use serde::{Deserialize, Serialize};

/// What is said about a restriction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RestrictionSpec {
    /// The name of the file, of which there is only one, such as `speed-limit.cedar`. Errors and decisions name it.
    pub name: String,
    /// The policies, byte for byte.
    pub text: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A file of policies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Restriction {
    /// Its id.
    pub id: RestrictionId,
    /// Number of events.
    pub version: u64,
    /// What is said about it.
    #[serde(flatten)]
    pub spec: RestrictionSpec,
    /// Whether the next bundle contains it.
    pub enabled: bool,
    /// Whether it is still kept.
    pub current: bool,
}

/// What can happen to a restriction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "type", content = "data", deny_unknown_fields)]
pub enum RestrictionChange {
    /// It is new, and not enabled.
    #[serde(rename = "restriction.created")]
    Created(RestrictionSpec),
    /// Its text is another.
    #[serde(rename = "restriction.changed")]
    Changed(RestrictionSpec),
    /// The next bundle contains it.
    #[serde(rename = "restriction.enabled")]
    Enabled,
    /// The next bundle does not contain it.
    #[serde(rename = "restriction.disabled")]
    Disabled,
    /// It is no longer kept.
    #[serde(rename = "restriction.withdrawn")]
    Withdrawn,
}

impl Entity for Restriction {
    type Id = RestrictionId;
    type Change = RestrictionChange;
    const KIND: Kind = Kind::Restriction;

    fn id(&self) -> RestrictionId {
        self.id
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn begun(id: RestrictionId, change: &RestrictionChange, stamp: Stamp<'_>) -> Result<Self, Misfit> {
        match change {
            RestrictionChange::Created(spec) => {
                Ok(Self { id, version: stamp.version, spec: spec.clone(), enabled: false, current: true })
            }
            _ => Err(Misfit),
        }
    }

    fn after(mut self, change: &RestrictionChange, stamp: Stamp<'_>) -> Result<Self, Misfit> {
        match change {
            RestrictionChange::Created(_) => return Err(Misfit),
            RestrictionChange::Changed(spec) => self.spec = spec.clone(),
            RestrictionChange::Enabled => self.enabled = true,
            RestrictionChange::Disabled => self.enabled = false,
            RestrictionChange::Withdrawn => (self.enabled, self.current) = (false, false),
        }
        self.version = stamp.version;
        Ok(self)
    }

    fn name(&self) -> Option<&str> {
        Some(&self.spec.name)
    }

    fn is_live(&self) -> bool {
        self.current
    }
}
