//! Registries: lists of terminals that are allowed or denied.

use super::{Entity, HardwareKey, Misfit, Stamp};
use crate::id::{EntityId, Kind, OrganizationId, RegistryId};
use crate::time::UnixSeconds;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What being on a list means.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ListKind {
    /// Only those on it.
    Allow,
    /// All but those on it.
    Deny,
}

/// How well a steward knows what a list says.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceLevel {
    /// Somebody said so.
    Claimed,
    /// There is a paper for it.
    Documented,
    /// Somebody looked at the terminal.
    Inspected,
}

/// What is said about a registry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RegistrySpec {
    /// Its name, of which there is only one: policies speak of it.
    pub name: String,
    /// What being on it means.
    pub list: ListKind,
    /// Who keeps it and answers for it.
    pub steward: OrganizationId,
    /// How well the steward knows.
    pub evidence: EvidenceLevel,
    /// When it ends by itself; none for never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_s: Option<UnixSeconds>,
}

/// A list of terminals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Registry {
    /// Its id.
    pub id: RegistryId,
    /// Number of events.
    pub version: u64,
    /// What is said about it.
    #[serde(flatten)]
    pub spec: RegistrySpec,
    /// The hardware keys on it; a list may name terminals that the service does not know.
    pub keys: BTreeSet<HardwareKey>,
    /// Since when it is in force; none while it is being drawn up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_force_since_s: Option<UnixSeconds>,
    /// Whether it is still kept.
    pub current: bool,
}

impl Registry {
    /// Whether it decides anything at this time.
    #[must_use]
    pub fn in_force(&self, now: UnixSeconds) -> bool {
        self.current
            && self.in_force_since_s.is_some_and(|since| since <= now)
            && self.spec.expires_s.is_none_or(|expires| now < expires)
    }
}

/// A preview that somebody has looked at.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct Previewed {
    /// The `sha256` that the preview gave.
    pub sha256: String,
    /// To which terminals the list applies, as the preview was told: filters such as `home=ukraine`, all of which must hold. All terminals
    /// if there are none.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub terminals: BTreeSet<String>,
}

/// What a preview says of a change to a list, in short.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct Foreseen {
    /// SHA-256 of the change, of the version of the list, and of who would lose service.
    pub sha256: String,
    /// To which terminals the list applies, as filters; all if there are none.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub terminals: BTreeSet<String>,
    /// How many terminals would lose service.
    pub lost: u64,
    /// How many of them by mistake, as it looks.
    pub lost_by_mistake: u64,
}

/// What can happen to a registry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "type", content = "data", deny_unknown_fields)]
pub enum RegistryChange {
    /// It is new, empty and not in force.
    #[serde(rename = "registry.created")]
    Created(RegistrySpec),
    /// Something else is said about it.
    #[serde(rename = "registry.changed")]
    Changed(RegistrySpec),
    /// Terminals came onto it.
    #[serde(rename = "registry.added")]
    Added {
        /// Which.
        keys: BTreeSet<HardwareKey>,
        /// What was foreseen, if it could cost somebody service.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        foreseen: Option<Foreseen>,
    },
    /// Terminals were taken off it.
    #[serde(rename = "registry.removed")]
    Removed {
        /// Which.
        keys: BTreeSet<HardwareKey>,
        /// What was foreseen, if it could cost somebody service.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        foreseen: Option<Foreseen>,
    },
    /// It is in force from now on.
    #[serde(rename = "registry.put_in_force")]
    PutInForce {
        /// What was foreseen.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        foreseen: Option<Foreseen>,
        /// How many terminals would lose service by mistake, as whoever asked said: only in events of early versions.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lost_by_mistake: Option<u64>,
    },
    /// It is in force no longer.
    #[serde(rename = "registry.lifted")]
    Lifted {
        /// Why.
        reason: String,
        /// What was foreseen, if it could cost somebody service.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        foreseen: Option<Foreseen>,
    },
    /// It is no longer kept.
    #[serde(rename = "registry.withdrawn")]
    Withdrawn,
}

impl Entity for Registry {
    type Id = RegistryId;
    type Change = RegistryChange;
    const KIND: Kind = Kind::Registry;

    fn id(&self) -> RegistryId {
        self.id
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn begun(id: RegistryId, change: &RegistryChange, stamp: Stamp<'_>) -> Result<Self, Misfit> {
        let RegistryChange::Created(spec) = change else {
            return Err(Misfit);
        };
        Ok(Self {
            id,
            version: stamp.version,
            spec: spec.clone(),
            keys: BTreeSet::new(),
            in_force_since_s: None,
            current: true,
        })
    }

    fn after(mut self, change: &RegistryChange, stamp: Stamp<'_>) -> Result<Self, Misfit> {
        match change {
            RegistryChange::Created(_) => return Err(Misfit),
            RegistryChange::Changed(spec) => self.spec = spec.clone(),
            RegistryChange::Added { keys, .. } => self.keys.extend(keys.iter().cloned()),
            RegistryChange::Removed { keys, .. } => self.keys.retain(|key| !keys.contains(key)),
            RegistryChange::PutInForce { .. } => self.in_force_since_s = Some(stamp.at),
            RegistryChange::Lifted { .. } => self.in_force_since_s = None,
            RegistryChange::Withdrawn => (self.in_force_since_s, self.current) = (None, false),
        }
        self.version = stamp.version;
        Ok(self)
    }

    fn name(&self) -> Option<&str> {
        Some(&self.spec.name)
    }

    fn parents(&self) -> Vec<EntityId> {
        vec![self.spec.steward.into()]
    }

    fn is_live(&self) -> bool {
        self.current
    }
}
