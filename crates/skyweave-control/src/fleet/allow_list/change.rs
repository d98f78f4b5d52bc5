//! Changes to a list, and what each would do.

use super::{Candidate, Loss, Preview, weighed};
use crate::decide::sha256_of;
use crate::entity::{Foreseen, HardwareKey, ListKind, Registry};
use crate::id::RegistryId;
use crate::time::UnixSeconds;
use serde::Serialize;
use std::collections::BTreeSet;

/// A change to a list.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum ListChange {
    /// It is put in force.
    PutInForce,
    /// It is put out of force.
    Lift,
    /// Keys come onto it.
    Add {
        /// Which.
        keys: BTreeSet<HardwareKey>,
    },
    /// Keys are taken off it.
    Remove {
        /// Which.
        keys: BTreeSet<HardwareKey>,
    },
}

/// The question who would lose service by a change to a list.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Foreseeing {
    /// Which list.
    pub registry: RegistryId,
    /// In which version.
    pub version: u64,
    /// What happens to it.
    pub change: ListChange,
    /// To which terminals the list applies, as filters; all if there are none.
    pub terminals: BTreeSet<String>,
}

impl ListChange {
    /// Whether the change takes anything from anybody: policies permit who is on an allow list in force, and refuse who is on such a deny list.
    #[must_use]
    pub fn may_cut_off(&self, registry: &Registry, now: UnixSeconds) -> bool {
        let in_force = registry.in_force(now);
        match self {
            Self::PutInForce => true,
            Self::Lift | Self::Remove { .. } => in_force && registry.spec.list == ListKind::Allow,
            Self::Add { .. } => in_force && registry.spec.list == ListKind::Deny,
        }
    }

    /// Who of the terminals to which the list applies would lose service by the change, and who of them by mistake. Of a list that is put in
    /// force it is taken that policies rely on it; of one that is in force, that they do so already.
    #[must_use]
    pub fn preview(&self, registry: &Registry, fleet: &[Candidate<'_>]) -> Preview {
        let (kind, keys) = (registry.spec.list, &registry.keys);
        match self {
            Self::PutInForce => super::preview(kind, keys, fleet),
            Self::Lift => {
                weighed(kind, &BTreeSet::new(), |key| kind == ListKind::Deny || !keys.contains(key), fleet)
            }
            Self::Add { keys: added } => {
                let loses =
                    |key: &HardwareKey| kind == ListKind::Deny && added.contains(key) && !keys.contains(key);
                weighed(kind, &(keys | added), |key| !loses(key), fleet)
            }
            Self::Remove { keys: removed } => {
                let loses = |key: &HardwareKey| {
                    kind == ListKind::Allow && removed.contains(key) && keys.contains(key)
                };
                weighed(kind, &(keys - removed), |key| !loses(key), fleet)
            }
        }
    }
}

impl Foreseeing {
    /// What a preview says, with a hash of all that somebody who looked at it relies on: the question, and who would lose service in each of
    /// its lists. Hours of use alone do not change it.
    #[must_use]
    pub fn answered_by(&self, preview: &Preview) -> Foreseen {
        let lists = [&preview.mistakes, &preview.doubtful, &preview.losses];
        let who = lists.map(|list| list.iter().map(|loss: &Loss| loss.terminal).collect::<BTreeSet<_>>());
        // neither has a map with keys that are no texts, nor a number that is not finite
        let text = serde_json::to_string(&(self, &who)).unwrap_or_default();
        Foreseen {
            sha256: sha256_of(&text),
            terminals: self.terminals.clone(),
            lost: who.iter().map(|list| list.len() as u64).sum(),
            lost_by_mistake: who[0].len() as u64,
        }
    }
}
