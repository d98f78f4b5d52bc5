//! The rules: what each entry of a log does to what is in force.
//!
//! | module | what it has |
//! |---|---|
//! | this one | entries one after another, each taken or refused |
//! | [`docket`] | what was logged about an order, and whether it may be in force |
//! | `adopt` | bundles: whether all that they rest on is there |
//! | [`trail`] | which entries lead to a bundle: for those who hand it out |
//! | [`refusal`] | why an entry has no effect |
//!
//! What is refused has no effect, and the next entry is looked at as if it had not been there. A point of enforcement stops at the first
//! refusal; an auditor goes on and lists them.

mod adopt;
pub mod docket;
pub mod refusal;
pub mod trail;

pub use docket::Docket;
pub use refusal::Refusal;
pub use trail::Trail;

use crate::bundle::{Anchor, Bundle, BundleEpoch, Certificate, anchor};
use crate::document::{Document, identity, kind_and_fleet};
use crate::dsse::Envelope;
use crate::keys::{Authority, Genesis, Rotation};
use crate::log::merkle::Hash;
use crate::log::policy::Policy;
use crate::order::{Approval, Class, Content, Order, Unsealing, Verdict};
use std::collections::{BTreeMap, BTreeSet};

/// What is in force, and what was logged about orders.
#[derive(Debug, Clone)]
pub struct Register {
    held: Anchor,
    policy: Policy,
    dockets: BTreeMap<Hash, Docket>,
    voided: Vec<(Hash, Docket)>,
}

/// What an entry was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// The genesis again, which was known.
    Genesis,
    /// Another authority.
    Rotation(Box<Rotation>),
    /// An order was proposed.
    Order(Hash),
    /// Somebody's word on an order.
    Approval {
        /// Which order.
        order: Hash,
        /// Who.
        approver: String,
        /// What.
        verdict: Verdict,
    },
    /// A bundle.
    Bundle(Box<TakenBundle>),
    /// A certificate of convergence.
    Certificate(Certificate),
    /// A sealed order was opened.
    Unsealing(Hash),
}

/// A bundle that follows all rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenBundle {
    /// The bundle.
    pub bundle: Bundle,
    /// Its identity.
    pub identity: Hash,
    /// The checkpoint that it rests on: entries and root.
    pub checkpoint: (u64, Hash),
}

impl Register {
    /// Of the first entry of a log, whose genesis is pinned.
    ///
    /// # Errors
    /// It is another genesis, not everybody signed it, or nothing may be decided under it.
    pub fn open(entry: &[u8], pinned: &Hash) -> Result<Self, Refusal> {
        let envelope = Envelope::parse(entry)?;
        let found = identity(&envelope.payload);
        if found != *pinned {
            return Err(Refusal::Genesis { found });
        }
        let genesis = Genesis::parse(&envelope.payload)?;
        let policy = genesis.authority.check()?;
        if envelope.payload_type != genesis.payload_type() || genesis.authority.version != 1 {
            return Err(Refusal::Kind { found: envelope.payload_type });
        }
        let signed = signers(&envelope, &genesis.authority)?;
        let missing = genesis.authority.principals.iter().find(|one| !signed.contains(&one.name));
        if let Some(missing) = missing {
            return Err(Refusal::Unsigned { principal: missing.name.clone() });
        }
        let held = anchor::of_genesis(genesis, found);
        Ok(Self { held, policy, dockets: BTreeMap::new(), voided: Vec::new() })
    }

    /// From what a point of enforcement remembers.
    ///
    /// # Errors
    /// What is remembered is an authority under which nothing may be decided.
    pub fn of(anchor: &Anchor) -> Result<Self, Refusal> {
        let policy = anchor.authority.check()?;
        Ok(Self { held: anchor.clone(), policy, dockets: BTreeMap::new(), voided: Vec::new() })
    }

    /// The log, its witnesses and mirrors as they are now.
    #[must_use]
    pub const fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Who may decide now.
    #[must_use]
    pub const fn authority(&self) -> &Authority {
        &self.held.authority
    }

    /// What is in force now.
    #[must_use]
    pub const fn held(&self) -> &Anchor {
        &self.held
    }

    /// What was logged about orders.
    #[must_use]
    pub const fn dockets(&self) -> &BTreeMap<Hash, Docket> {
        &self.dockets
    }

    /// Orders that were not in force yet when the authority changed: they are void, and may be proposed again.
    #[must_use]
    pub fn voided(&self) -> &[(Hash, Docket)] {
        &self.voided
    }

    /// What to remember, with the log that was shown.
    #[must_use]
    pub fn anchor(&self, seen: (u64, Hash)) -> Anchor {
        Anchor { seen: Some(seen), ..self.held.clone() }
    }

    pub(crate) fn anchor_without_log(self) -> Anchor {
        self.held
    }

    /// Takes the next entry.
    ///
    /// # Errors
    /// Why it has no effect.
    pub fn take(&mut self, index: u64, entry: &[u8]) -> Result<Taken, Refusal> {
        let envelope = Envelope::parse(entry)?;
        let Some((kind, fleet)) = kind_and_fleet(&envelope.payload_type) else {
            return Err(Refusal::Kind { found: envelope.payload_type });
        };
        if fleet != self.held.fleet {
            return Err(Refusal::OtherFleet { found: fleet.to_owned() });
        }
        match kind {
            Genesis::KIND if index == 0 && identity(&envelope.payload) == self.held.genesis => {
                Ok(Taken::Genesis)
            }
            Genesis::KIND => Err(Refusal::SecondGenesis),
            Rotation::KIND => self.rotation(&envelope),
            Order::KIND => self.order(index, &envelope),
            Approval::KIND => self.approval(index, &envelope),
            Bundle::KIND => self.bundle(index, &envelope),
            Certificate::KIND => self.certificate(&envelope),
            Unsealing::KIND => self.unsealing(index, &envelope),
            _ => Err(Refusal::Kind { found: envelope.payload_type }),
        }
    }

    /// A payload names its fleet as its type does: one cannot be swapped without the other.
    fn document<T: Document>(&self, envelope: &Envelope) -> Result<T, Refusal> {
        let document = T::parse(&envelope.payload)?;
        if document.fleet() == self.held.fleet {
            Ok(document)
        } else {
            Err(Refusal::OtherFleet { found: document.fleet().to_owned() })
        }
    }

    fn rotation(&mut self, envelope: &Envelope) -> Result<Taken, Refusal> {
        let rotation: Rotation = self.document(envelope)?;
        let policy = rotation.authority.check()?;
        let (old, new) = (&self.held.authority, &rotation.authority);
        let follows = rotation.previous == self.held.authority_id
            && new.version == old.version + 1
            && Authority::origin(&policy) == Authority::origin(&self.policy);
        if !follows {
            return Err(Refusal::RotationChain);
        }
        for (which, authority) in [("old", old), ("new", new)] {
            let signed = signers(envelope, authority)?;
            let quorum = &authority.quorums.rotate;
            if !quorum.is_met(&|name| signed.contains(name)) {
                let signed = signed.into_iter().collect();
                return Err(Refusal::Rotation { which, quorum: quorum.to_string(), signed });
            }
        }
        self.held.authority_id = identity(&envelope.payload);
        self.held.authority = rotation.authority.clone();
        self.policy = policy;
        // who asked and who approved did so under keys that may be gone
        let all = std::mem::take(&mut self.dockets);
        let (kept, void): (BTreeMap<_, _>, BTreeMap<_, _>) =
            all.into_iter().partition(|(_, docket)| docket.adopted.is_some());
        self.dockets = kept;
        self.voided.extend(void);
        Ok(Taken::Rotation(Box::new(rotation)))
    }

    fn order(&mut self, index: u64, envelope: &Envelope) -> Result<Taken, Refusal> {
        let order: Order = self.document(envelope)?;
        let id = identity(&envelope.payload);
        if self.dockets.contains_key(&id) {
            return Err(Refusal::Again);
        }
        if !signers(envelope, &self.held.authority)?.contains(&order.requester) {
            return Err(Refusal::Requester { requester: order.requester });
        }
        order.check(&self.held.authority.limits)?;
        self.dockets.insert(id, Docket::new(order, index));
        Ok(Taken::Order(id))
    }

    fn approval(&mut self, index: u64, envelope: &Envelope) -> Result<Taken, Refusal> {
        let approval: Approval = self.document(envelope)?;
        let signed = signers(envelope, &self.held.authority)?;
        let Approval { order, approver, verdict, .. } = approval;
        let docket = self.dockets.get_mut(&order).ok_or(Refusal::UnknownOrder { order })?;
        if !signed.contains(&approver) {
            return Err(Refusal::Approver { approver });
        }
        if approver == docket.order.requester && verdict == Verdict::Approve {
            return Err(Refusal::RequesterApproves { approver });
        }
        if let Some(what) = docket.terms().difference(&approval.terms) {
            return Err(Refusal::Terms { approver, what });
        }
        if !docket.enter(&approver, verdict, index) {
            return Err(Refusal::Twice { approver });
        }
        Ok(Taken::Approval { order, approver, verdict })
    }

    fn certificate(&self, envelope: &Envelope) -> Result<Taken, Refusal> {
        let certificate: Certificate = self.document(envelope)?;
        self.published(envelope)?;
        let Certificate { acknowledged, of, bundle, epoch, .. } = certificate;
        let is_last = self.held.bundle == Some(bundle) && self.held.epoch == epoch;
        if acknowledged > of || !(is_last || epoch < self.held.epoch) {
            return Err(Refusal::Certificate { acknowledged, of });
        }
        Ok(Taken::Certificate(certificate))
    }

    fn unsealing(&mut self, index: u64, envelope: &Envelope) -> Result<Taken, Refusal> {
        let unsealing: Unsealing = self.document(envelope)?;
        let order = unsealing.order;
        let docket = self.dockets.get_mut(&order).ok_or(Refusal::UnknownOrder { order })?;
        let Content::Sealed(seal) = &docket.order.content else { return Err(Refusal::Again) };
        if !unsealing.opens(seal) {
            return Err(Refusal::Unsealing { order, why: "the commitment is to something else" });
        }
        let matter = &unsealing.matter;
        docket.unseal(matter.clone(), index);
        if docket.order.class == Class::Restore && (!matter.restores() || matter.preview.losing > 0) {
            return Err(Refusal::Unsealing { order, why: "it was sealed as a restore, and lowers service" });
        }
        Ok(Taken::Unsealing(order))
    }

    fn published(&self, envelope: &Envelope) -> Result<(), Refusal> {
        let publisher = &self.held.authority.publisher;
        let text = publisher.to_text();
        let signed = envelope.signers(|key| (key == text).then_some(((), publisher)))?;
        if signed.is_empty() { Err(Refusal::Publisher) } else { Ok(()) }
    }

    /// The last epoch.
    #[must_use]
    pub const fn epoch(&self) -> BundleEpoch {
        self.held.epoch
    }
}

/// The principals who signed.
fn signers(envelope: &Envelope, authority: &Authority) -> Result<BTreeSet<String>, Refusal> {
    let signers = envelope.signers(|key| authority.holder(key))?;
    Ok(signers.into_iter().map(str::to_owned).collect())
}
