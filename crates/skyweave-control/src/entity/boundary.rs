//! Sets of borders. What is in them is read and checked by whoever loads the file; here they are pinned.

use super::{Entity, Misfit, Stamp};
use crate::id::{BoundarySetId, Kind};
use serde::{Deserialize, Serialize};

/// What is said about a set of borders. It never changes: other borders are another set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BoundarySetSpec {
    /// The data set, such as `Natural Earth admin 0 countries 1:50m`.
    pub dataset: String,
    /// The version that its publisher gives it.
    pub release: String,
    /// SHA-256 of the file, 64 hexadecimal digits in lower case.
    pub sha256: String,
    /// Whose view of disputed borders it takes. There is no default: somebody must say.
    pub worldview: String,
    /// The property of the file that has the names of its parts; `name` if none is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Where it comes from.
    pub source: String,
    /// Under which licence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence: Option<String>,
}

/// A set of borders.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct BoundarySet {
    /// Its id.
    pub id: BoundarySetId,
    /// Number of events.
    pub version: u64,
    /// What is said about it.
    #[serde(flatten)]
    pub spec: BoundarySetSpec,
    /// Whether new territories may be cut from it.
    pub current: bool,
}

/// What can happen to a set of borders.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "type", content = "data", deny_unknown_fields)]
pub enum BoundarySetChange {
    /// It is new.
    #[serde(rename = "boundary_set.created")]
    Created(BoundarySetSpec),
    /// New territories should be cut from another.
    #[serde(rename = "boundary_set.withdrawn")]
    Withdrawn,
}

impl Entity for BoundarySet {
    type Id = BoundarySetId;
    type Change = BoundarySetChange;
    const KIND: Kind = Kind::BoundarySet;

    fn id(&self) -> BoundarySetId {
        self.id
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn begun(id: BoundarySetId, change: &BoundarySetChange, stamp: Stamp<'_>) -> Result<Self, Misfit> {
        match change {
            BoundarySetChange::Created(spec) => {
                Ok(Self { id, version: stamp.version, spec: spec.clone(), current: true })
            }
            BoundarySetChange::Withdrawn => Err(Misfit),
        }
    }

    fn after(mut self, change: &BoundarySetChange, stamp: Stamp<'_>) -> Result<Self, Misfit> {
        match change {
            BoundarySetChange::Created(_) => return Err(Misfit),
            BoundarySetChange::Withdrawn => self.current = false,
        }
        self.version = stamp.version;
        Ok(self)
    }

    fn is_live(&self) -> bool {
        self.current
    }
}
