//! What slots are planned by: a proven bundle before this world. It is swapped as a whole, between two slots.

use super::Marker;
use super::kept::start_s;
use crate::orders::Cut;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use skyweave_core::admission::{Admission, Basis};
use skyweave_core::ids::{CellId, PlanId, TerminalId};
use skyweave_core::mandate::Mandate;
use skyweave_core::service::Ruling;
use skyweave_core::time::SlotNo;
use skyweave_core::world::World;
use skyweave_proof::table::{Decision, Outcome};
use skyweave_proof::{UtcTime, hex};
use std::collections::BTreeMap;

/// How an admission is made from a mandate: with the law of a time.
type Admit<A> = fn(&Mandate, &World, SlotNo, UtcTime) -> Admission<A>;

/// What slots are planned by.
pub struct InForce<A: Basis> {
    mandate: Mandate,
    admit: Admit<A>,
    /// Orders that lower service, by the file of policies that they put into the law; the last one counts.
    cuts: BTreeMap<String, Cut>,
    self_witnessed: bool,
}

/// Which bundle slots are planned by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BundleNow {
    /// Its number, which only grows.
    pub epoch: u64,
    /// SHA-256 of the bundle, as it stands in the log.
    pub bundle: String,
    /// The keys of witnesses are on this server: a demonstration, which proves nothing to anybody.
    pub self_witnessed: bool,
}

/// What decided that somebody is not served.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Decided {
    /// The bundle in force.
    pub epoch: u64,
    /// The policy; none if nothing permits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// The order that put it into the law, by its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<String>,
    /// What the order says why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// By what law.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub basis: Option<String>,
    /// When the order lapses, s since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until_s: Option<u64>,
}

impl InForce<Marker> {
    /// Of a mandate, which nobody has without a proven bundle.
    #[must_use]
    pub fn new(mandate: Mandate, cuts: Vec<Cut>, self_witnessed: bool) -> Self {
        let cuts = cuts.into_iter().map(|cut| (cut.file.clone(), cut)).collect();
        Self { mandate, admit: Admission::of_law_at, cuts, self_witnessed }
    }
}

impl<A: Basis> InForce<A> {
    /// Who may be served in a slot, by the law of a time.
    #[must_use]
    pub fn admission(&self, world: &World, slot: SlotNo, time: UtcTime) -> Admission<A> {
        (self.admit)(&self.mandate, world, slot, time)
    }

    /// The bundle and what it is looked up in.
    #[must_use]
    pub const fn mandate(&self) -> &Mandate {
        &self.mandate
    }

    /// The time whose law is in force: never earlier than what the witnesses told when the bundle was proven, whatever the clock says here.
    #[must_use]
    pub fn law_at(&self, time: UtcTime) -> UtcTime {
        time.max(self.mandate.bundle().next_anchor().time)
    }

    /// Which bundle it is.
    #[must_use]
    pub fn bundle(&self) -> BundleNow {
        let bundle = self.mandate.bundle();
        BundleNow {
            epoch: bundle.epoch.0,
            bundle: hex(&bundle.identity()),
            self_witnessed: self.self_witnessed,
        }
    }

    /// What decided that a listed terminal is refused in a slot; none if it is not.
    #[must_use]
    pub fn on_terminal(&self, world: &World, id: TerminalId, slot: SlotNo, time: UtcTime) -> Option<Decided> {
        let ruling = self.mandate.ruling_at(time);
        let course = world.terminals[id.index()].course_at(slot);
        let decision = ruling.of_terminal(id, &course, start_s(slot));
        self.decided(ruling, decision, time)
    }

    /// What decided that terminals without a name are refused in a cell, in the first class of places where they are.
    #[must_use]
    pub fn on_cell(&self, id: CellId, slot: SlotNo, time: UtcTime) -> Option<Decided> {
        let ruling = self.mandate.ruling_at(time);
        let decisions = ruling.by_class(start_s(slot));
        let of_class = |class| (0..ruling.plans()).map(move |plan| (class, PlanId::at(plan)));
        let asked = ruling.shares(id).flat_map(|(class, _)| of_class(class));
        let mut decisions = asked.map(|(class, plan)| decisions[ruling.place(class, plan)]);
        decisions.find_map(|decision| self.decided(ruling, decision, time))
    }

    fn decided(&self, ruling: &Ruling, decision: Decision, time: UtcTime) -> Option<Decided> {
        matches!(decision.outcome, Outcome::Refused(_)).then_some(())?;
        let policy = decision.policy.and_then(|number| ruling.table().policy(number));
        let file = policy.and_then(|policy| policy.source.rsplit_once(':')).map(|(file, _)| file);
        let is_now = |cut: &&Cut| cut.start <= time && cut.expires.is_none_or(|at| at > time);
        let cut = file.and_then(|file| self.cuts.get(file)).filter(is_now);
        Some(Decided {
            epoch: self.mandate.bundle().epoch.0,
            policy: policy.map(|policy| policy.id.clone()),
            order: cut.map(|cut| hex(&cut.id)),
            why: cut.map(|cut| cut.reason.clone()),
            basis: cut.map(|cut| cut.basis.clone()),
            until_s: cut.and_then(|cut| cut.expires).map(|at| at.0),
        })
    }
}
