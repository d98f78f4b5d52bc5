//! What is in force, as one document that carries its own proof.
//!
//! | module | what it has |
//! |---|---|
//! | this one | the bundle: an entry of the log that names everything by its hash |
//! | [`package`] | the bundle with the entries that prove it, as it is handed out |
//! | [`proven`] | [`Proven`], which only verification makes |
//! | [`anchor`] | what a point of enforcement remembers |
//! | [`slot`] | what is said of a slot that leaves the planner |
//! | [`convergence`] | acknowledgements, and the certificate that rolls them up |

pub mod anchor;
pub mod convergence;
pub mod package;
pub mod proven;
pub mod slot;

pub use anchor::Anchor;
pub use convergence::{Acknowledgement, Certificate, Points};
pub use package::Package;
pub use proven::Proven;
pub use slot::SlotStatement;

pub use crate::register::Refusal;

use crate::UtcTime;
use crate::bound::{self, Fleet, Ledger};
use crate::document::{self, Document};
use crate::json::{Fields, Malformed, Value, hash_item};
use crate::keys::Bound;
use crate::log::merkle::Hash;
use crate::order::{FailMode, Law, Opening, Rules, Standing};
use std::collections::BTreeMap;

/// The number of a bundle. It only grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct BundleEpoch(pub u64);

/// Everything besides the law that can lower service, by its roots.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Inputs {
    /// Over the terminals with everything that lowers their service: [`Fleet::root`].
    pub fleet: Hash,
    /// Maintenance and faults declared by hand.
    pub maintenance: Hash,
    /// Rates of plans.
    pub plan_rates: Hash,
    /// Points of enforcement and their keys: [`Points::root`].
    pub points: Hash,
    /// Lists of terminals.
    pub registries: Hash,
    /// Suspended lines.
    pub suspensions: Hash,
    /// Weights of the scheduler.
    pub weights: Hash,
}

/// What is in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    /// The fleet's name.
    pub fleet: String,
    /// Its number.
    pub epoch: BundleEpoch,
    /// The identity of the bundle before; none for the first.
    pub previous: Option<Hash>,
    /// The version of the authority under which it was made.
    pub authority: u64,
    /// From when on it is in force.
    pub not_before: UtcTime,
    /// When it should have been replaced. What is then in force its law says.
    pub expires: UtcTime,
    /// Which law is in force when.
    pub standing: Standing,
    /// The orders that lead here from the bundle before, in that order.
    pub orders: Vec<Hash>,
    /// The log when it had these orders and their approvals: signed and cosigned.
    pub checkpoint: String,
    /// Everything else that can lower service.
    pub inputs: Inputs,
    /// What was lowered without an order.
    pub lowered: Ledger,
    /// What is behind sealed laws. Not in the document: those who enforce it are given it beside.
    pub openings: BTreeMap<Hash, Rules>,
}

impl Bundle {
    /// The rules in force at a time. None if the law is sealed and was not opened here.
    #[must_use]
    pub fn rules_at(&self, now: UtcTime) -> Option<&Rules> {
        let law = self.standing.at(now)?;
        if now < self.expires {
            return self.open(law);
        }
        // what it says of its own expiry is what was in force then
        match self.open(self.standing.at(self.expires)?)?.fail_mode {
            FailMode::Stay => self.open(law),
            FailMode::Base => self.open(self.standing.last()?),
        }
    }

    fn open<'b>(&'b self, law: &'b Law) -> Option<&'b Rules> {
        match law {
            Law::Open(rules) => Some(rules),
            Law::Sealed(commitment) => self.openings.get(commitment),
        }
    }

    /// Adds what is behind sealed laws; what fits none of them is of no use and left out.
    pub fn add_openings(&mut self, openings: &[Opening]) {
        let commitments = openings.iter().map(|one| (one.commitment(), one.rules.clone()));
        self.openings.extend(commitments);
    }

    /// Whether every law of its standing is open here.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.standing.phases.iter().all(|phase| self.open(&phase.law).is_some())
    }

    /// For those who have the terminals: that this bundle's fleet is these, that it tells what they lower against the fleet of the bundle
    /// before, and that no cell, territory or fleet loses too much. `ledger` is what they counted so far, cells included; it is brought up
    /// to date.
    ///
    /// # Errors
    /// What is not so.
    pub fn check_fleet(
        &self,
        fleet: &Fleet,
        before: &Fleet,
        ledger: &mut Ledger,
        bound: &Bound,
    ) -> Result<(), Refusal> {
        if fleet.root() != self.inputs.fleet {
            return Err(Refusal::Fleet);
        }
        let mut next = ledger.clone();
        next.enter(self.not_before, &bound::lowered(before, fleet));
        let next = next.since_a_month(self.not_before);
        if !self.lowered.covers(&next.published()) {
            return Err(Refusal::Untold);
        }
        if let Some(excess) = next.excess(bound, self.not_before) {
            return Err(Refusal::Bound(excess));
        }
        *ledger = next;
        Ok(())
    }
}

impl Inputs {
    /// The hash over all of them, which slots name.
    #[must_use]
    pub fn root(&self) -> Hash {
        document::identity(&self.write().to_bytes())
    }

    fn write(&self) -> Value {
        Value::object([
            ("fleet", Some(Value::hash(&self.fleet))),
            ("maintenance", Some(Value::hash(&self.maintenance))),
            ("plan_rates", Some(Value::hash(&self.plan_rates))),
            ("points", Some(Value::hash(&self.points))),
            ("registries", Some(Value::hash(&self.registries))),
            ("suspensions", Some(Value::hash(&self.suspensions))),
            ("weights", Some(Value::hash(&self.weights))),
        ])
    }

    fn read(mut fields: Fields) -> Result<Self, Malformed> {
        let inputs = Self {
            fleet: fields.hash("fleet")?,
            maintenance: fields.hash("maintenance")?,
            plan_rates: fields.hash("plan_rates")?,
            points: fields.hash("points")?,
            registries: fields.hash("registries")?,
            suspensions: fields.hash("suspensions")?,
            weights: fields.hash("weights")?,
        };
        fields.end()?;
        Ok(inputs)
    }
}

impl Document for Bundle {
    const KIND: &str = "bundle.v1";

    fn fleet(&self) -> &str {
        &self.fleet
    }

    fn write(&self) -> Value {
        Value::object([
            ("authority", Some(Value::Number(self.authority))),
            ("checkpoint", Some(Value::text(&self.checkpoint))),
            ("epoch", Some(Value::Number(self.epoch.0))),
            ("expires_s", Some(Value::time(self.expires))),
            ("fleet", Some(Value::text(&self.fleet))),
            ("inputs", Some(self.inputs.write())),
            ("lowered", Some(self.lowered.write())),
            ("not_before_s", Some(Value::time(self.not_before))),
            ("orders", Some(Value::list(&self.orders, Value::hash))),
            ("previous", self.previous.as_ref().map(Value::hash)),
            ("standing", Some(self.standing.write())),
        ])
    }

    fn read(fields: &mut Fields) -> Result<Self, Malformed> {
        Ok(Self {
            fleet: document::name(fields, "fleet")?,
            epoch: BundleEpoch(fields.number("epoch")?),
            previous: if fields.has("previous") { Some(fields.hash("previous")?) } else { None },
            authority: fields.number("authority")?,
            not_before: fields.time("not_before_s")?,
            expires: fields.time("expires_s")?,
            standing: Standing::read(fields.fields("standing")?)?,
            orders: fields.list("orders", hash_item)?,
            checkpoint: fields.text("checkpoint")?,
            inputs: Inputs::read(fields.fields("inputs")?)?,
            lowered: Ledger::read(fields, "lowered")?,
            openings: BTreeMap::new(),
        })
    }
}
