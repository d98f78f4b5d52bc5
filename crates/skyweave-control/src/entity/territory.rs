//! Territories, as the service keeps them. Their geometry is in a document that only the territory compiler reads.

use super::{Entity, Misfit, Stamp};
use crate::id::{BoundarySetId, EntityId, Kind, TerritoryId};
use crate::time::UnixSeconds;
use serde::{Deserialize, Serialize};

/// What is said about a territory. Saying something else makes another version of it; the old ones stay in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TerritorySpec {
    /// Its name, of which there is only one: policies and service addresses speak of it. Never a bare country code.
    pub name: String,
    /// The JSON document that defines it: polygons, or parts of a set of borders. Kept byte for byte.
    pub definition: String,
    /// SHA-256 of `definition`, 64 hexadecimal digits in lower case.
    pub definition_sha256: String,
    /// The set of borders that the definition refers to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub boundary_set: Option<BoundarySetId>,
    /// From when on it holds.
    pub valid_from_s: UnixSeconds,
    /// Until when it holds; none for until further notice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until_s: Option<UnixSeconds>,
    /// Whether somebody else claims it.
    #[serde(default)]
    pub disputed: bool,
    /// Whether a front runs along or through it.
    #[serde(default)]
    pub front_line: bool,
}

/// A territory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Territory {
    /// Its id.
    pub id: TerritoryId,
    /// Number of events, and so the version that decisions name.
    pub version: u64,
    /// What is said about it.
    #[serde(flatten)]
    pub spec: TerritorySpec,
    /// Whether it is still in use.
    pub current: bool,
}

/// What can happen to a territory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "type", content = "data", deny_unknown_fields)]
pub enum TerritoryChange {
    /// It is new.
    #[serde(rename = "territory.created")]
    Created(TerritorySpec),
    /// It is another now.
    #[serde(rename = "territory.changed")]
    Changed(TerritorySpec),
    /// It is no longer used.
    #[serde(rename = "territory.withdrawn")]
    Withdrawn,
}

impl Entity for Territory {
    type Id = TerritoryId;
    type Change = TerritoryChange;
    const KIND: Kind = Kind::Territory;

    fn id(&self) -> TerritoryId {
        self.id
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn begun(id: TerritoryId, change: &TerritoryChange, stamp: Stamp<'_>) -> Result<Self, Misfit> {
        match change {
            TerritoryChange::Created(spec) => {
                Ok(Self { id, version: stamp.version, spec: spec.clone(), current: true })
            }
            _ => Err(Misfit),
        }
    }

    fn after(mut self, change: &TerritoryChange, stamp: Stamp<'_>) -> Result<Self, Misfit> {
        match change {
            TerritoryChange::Created(_) => return Err(Misfit),
            TerritoryChange::Changed(spec) => self.spec = spec.clone(),
            TerritoryChange::Withdrawn => self.current = false,
        }
        self.version = stamp.version;
        Ok(self)
    }

    fn name(&self) -> Option<&str> {
        Some(&self.spec.name)
    }

    fn parents(&self) -> Vec<EntityId> {
        self.spec.boundary_set.map(EntityId::from).into_iter().collect()
    }

    fn is_live(&self) -> bool {
        self.current
    }
}
