//! Which entries of a log lead from what a point of enforcement has to a bundle: for those who hand bundles out.

use super::{Register, Taken};
use crate::bundle::BundleEpoch;
use crate::log::merkle::Hash;
use std::collections::BTreeMap;

/// Where in a log is what proofs are made of. It is told of each entry that a [`Register`] took.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trail {
    bundles: BTreeMap<BundleEpoch, Step>,
    /// By the version that they lead to.
    rotations: BTreeMap<u64, u64>,
    unsealings: BTreeMap<Hash, u64>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Step {
    identity: Hash,
    orders: Vec<Hash>,
    needs: Vec<u64>,
}

impl Trail {
    /// Takes note of an entry that was taken.
    pub fn note(&mut self, index: u64, taken: &Taken, register: &Register) {
        match taken {
            Taken::Rotation(rotation) => {
                self.rotations.insert(rotation.authority.version, index);
            }
            Taken::Unsealing(order) => {
                self.unsealings.insert(*order, index);
            }
            Taken::Bundle(taken) => {
                let size = taken.checkpoint.0;
                let dockets = taken.bundle.orders.iter().filter_map(|order| register.dockets().get(order));
                let of_docket = dockets.flat_map(|docket| {
                    let words = docket.words.values().map(|(_, index)| *index).filter(|index| *index < size);
                    words.chain([docket.index]).collect::<Vec<u64>>()
                });
                let needs = of_docket.chain([index]).collect();
                let (identity, orders) = (taken.identity, taken.bundle.orders.clone());
                self.bundles.insert(taken.bundle.epoch, Step { identity, orders, needs });
            }
            Taken::Genesis | Taken::Order(_) | Taken::Approval { .. } | Taken::Certificate(_) => {}
        }
    }

    /// The bundle of an epoch.
    #[must_use]
    pub fn identity_of(&self, epoch: BundleEpoch) -> Option<Hash> {
        self.bundles.get(&epoch).map(|step| step.identity)
    }

    /// The entries that lead from an epoch and a version of the authority to the bundle of another epoch.
    #[must_use]
    pub fn entries(&self, from: BundleEpoch, version: u64, to: BundleEpoch) -> Vec<u64> {
        let steps: Vec<&Step> = self
            .bundles
            .iter()
            .filter(|(epoch, _)| **epoch > from && **epoch <= to)
            .map(|(_, step)| step)
            .collect();
        let last = steps.iter().flat_map(|step| &step.needs).max().copied().unwrap_or(0);
        let rotations = self.rotations.iter().filter(|(to, _)| **to > version).map(|(_, index)| *index);
        let orders = steps.iter().flat_map(|step| &step.orders);
        let unsealings = orders.filter_map(|order| self.unsealings.get(order).copied());
        let needs = steps.iter().flat_map(|step| step.needs.iter().copied());
        let mut entries: Vec<u64> =
            needs.chain(rotations).chain(unsealings).filter(|index| *index <= last).collect();
        entries.sort_unstable();
        entries.dedup();
        entries
    }
}
