//! Plans: what is sold.

use super::{Entity, Misfit, Stamp};
use crate::id::{Kind, PlanId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;

/// Where a terminal is, as plans tell it apart.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Surface {
    /// Ashore and on inland waters.
    Land,
    /// At sea.
    Sea,
    /// In the air.
    Air,
}

impl fmt::Display for Surface {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Land => "land",
            Self::Sea => "sea",
            Self::Air => "air",
        })
    }
}

/// How long and where a plan may be used away from the territory of the service address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Roaming {
    /// Days in a row that it may be away; 0 for not at all.
    pub days: u16,
    /// Names of the territories where it may be; none named means any.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub territories: BTreeSet<String>,
}

/// What is said about a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanSpec {
    /// Its name, of which there is only one: policies speak of it.
    pub name: String,
    /// Greatest rate towards the terminal, kbit/s.
    pub down_kbit_s: u32,
    /// Greatest rate from the terminal, kbit/s.
    pub up_kbit_s: u32,
    /// Who goes first when there is not enough for all: 0 last, 7 first.
    pub priority: u8,
    /// What is carried a month before the rate is lowered, bytes; none for no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quota_bytes: Option<u64>,
    /// Where it may be used: at least one.
    pub surfaces: BTreeSet<Surface>,
    /// Greatest speed in use, cm/s; 0 if it must stand still, none for no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_motion_limit_cm_s: Option<u32>,
    /// What holds away from the service address.
    pub roaming: Roaming,
}

/// A plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Plan {
    /// Its id.
    pub id: PlanId,
    /// Number of events.
    pub version: u64,
    /// What is said about it.
    #[serde(flatten)]
    pub spec: PlanSpec,
    /// Whether new service lines may have it. A withdrawn plan goes on for those that have it.
    pub offered: bool,
}

/// What can happen to a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "type", content = "data", deny_unknown_fields)]
pub enum PlanChange {
    /// It is new.
    #[serde(rename = "plan.created")]
    Created(PlanSpec),
    /// It is another now, for all who have it.
    #[serde(rename = "plan.changed")]
    Changed(PlanSpec),
    /// It is no longer sold.
    #[serde(rename = "plan.withdrawn")]
    Withdrawn,
}

impl Entity for Plan {
    type Id = PlanId;
    type Change = PlanChange;
    const KIND: Kind = Kind::Plan;

    fn id(&self) -> PlanId {
        self.id
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn begun(id: PlanId, change: &PlanChange, stamp: Stamp<'_>) -> Result<Self, Misfit> {
        match change {
            PlanChange::Created(spec) => {
                Ok(Self { id, version: stamp.version, spec: spec.clone(), offered: true })
            }
            _ => Err(Misfit),
        }
    }

    fn after(mut self, change: &PlanChange, stamp: Stamp<'_>) -> Result<Self, Misfit> {
        match change {
            PlanChange::Created(_) => return Err(Misfit),
            PlanChange::Changed(spec) => self.spec = spec.clone(),
            PlanChange::Withdrawn => self.offered = false,
        }
        self.version = stamp.version;
        Ok(self)
    }

    fn name(&self) -> Option<&str> {
        Some(&self.spec.name)
    }

    fn is_live(&self) -> bool {
        self.offered
    }
}
