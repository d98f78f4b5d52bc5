//! Protected classes: who must not be cut off by a machine.

use super::{Entity, Misfit, Stamp, Terminal};
use crate::id::{AccountId, EntityId, Kind, OrganizationId, ProtectedClassId};
use crate::time::UnixSeconds;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Why somebody is protected.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Protection {
    /// Hospitals and who drives for them.
    Hospital,
    /// Fire, rescue, alarm centres.
    Emergency,
    /// Relief and evacuation.
    Relief,
}

/// What is said about a protected class.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProtectedClassSpec {
    /// Its name, of which there is only one.
    pub name: String,
    /// Why its members are protected.
    pub protection: Protection,
    /// Who keeps it and answers for it.
    pub steward: OrganizationId,
    /// When it ends by itself; none for never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_s: Option<UnixSeconds>,
}

/// A protected class.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ProtectedClass {
    /// Its id.
    pub id: ProtectedClassId,
    /// Number of events.
    pub version: u64,
    /// What is said about it.
    #[serde(flatten)]
    pub spec: ProtectedClassSpec,
    /// Who is in it: terminals, and all terminals of accounts, and all that organizations own or operate.
    pub members: BTreeSet<EntityId>,
    /// Whether it is still kept.
    pub current: bool,
}

impl ProtectedClass {
    /// Whether it protects anybody at this time.
    #[must_use]
    pub fn holds(&self, now: UnixSeconds) -> bool {
        self.current && self.spec.expires_s.is_none_or(|expires| now < expires)
    }
}

/// What a class may have as a member so that it protects a terminal: the terminal itself, its account and those above (`accounts`), who
/// answers for its account, and who owns or operates it.
pub fn protectors(
    terminal: &Terminal,
    accounts: impl IntoIterator<Item = AccountId>,
    answers: Option<OrganizationId>,
) -> impl Iterator<Item = EntityId> {
    let holders = [terminal.holders.owner, terminal.holders.operator].into_iter().flatten();
    let accounts = accounts.into_iter().map(EntityId::from);
    [terminal.id.into()]
        .into_iter()
        .chain(accounts)
        .chain(answers.into_iter().chain(holders).map(EntityId::from))
}

/// What can happen to a protected class.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "type", content = "data", deny_unknown_fields)]
pub enum ProtectedClassChange {
    /// It is new and empty.
    #[serde(rename = "protected_class.created")]
    Created(ProtectedClassSpec),
    /// Something else is said about it.
    #[serde(rename = "protected_class.changed")]
    Changed(ProtectedClassSpec),
    /// Members came into it.
    #[serde(rename = "protected_class.admitted")]
    Admitted {
        /// Terminals, accounts or organizations.
        members: BTreeSet<EntityId>,
    },
    /// Members left it.
    #[serde(rename = "protected_class.removed")]
    Removed {
        /// Terminals, accounts or organizations.
        members: BTreeSet<EntityId>,
    },
    /// It is no longer kept.
    #[serde(rename = "protected_class.dissolved")]
    Dissolved,
}

impl Entity for ProtectedClass {
    type Id = ProtectedClassId;
    type Change = ProtectedClassChange;
    const KIND: Kind = Kind::ProtectedClass;

    fn id(&self) -> ProtectedClassId {
        self.id
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn begun(id: ProtectedClassId, change: &ProtectedClassChange, stamp: Stamp<'_>) -> Result<Self, Misfit> {
        let ProtectedClassChange::Created(spec) = change else {
            return Err(Misfit);
        };
        Ok(Self { id, version: stamp.version, spec: spec.clone(), members: BTreeSet::new(), current: true })
    }

    fn after(mut self, change: &ProtectedClassChange, stamp: Stamp<'_>) -> Result<Self, Misfit> {
        match change {
            ProtectedClassChange::Created(_) => return Err(Misfit),
            ProtectedClassChange::Changed(spec) => self.spec = spec.clone(),
            ProtectedClassChange::Admitted { members } => self.members.extend(members),
            ProtectedClassChange::Removed { members } => {
                self.members.retain(|member| !members.contains(member));
            }
            ProtectedClassChange::Dissolved => self.current = false,
        }
        self.version = stamp.version;
        Ok(self)
    }

    fn name(&self) -> Option<&str> {
        Some(&self.spec.name)
    }

    fn parents(&self) -> Vec<EntityId> {
        [self.spec.steward.into()].into_iter().chain(self.members.iter().copied()).collect()
    }

    fn is_live(&self) -> bool {
        self.current
    }
}
