//! What was logged about an order.

use crate::UtcTime;
use crate::keys::Authority;
use crate::log::merkle::Hash;
use crate::order::approval::Terms;
use crate::order::{Class, Content, Matter, Order, Verdict};
use crate::quorum::Quorum;
use std::collections::BTreeMap;

use super::Refusal;

/// An order with everything that was logged about it.
#[derive(Debug, Clone)]
pub struct Docket {
    /// The order.
    pub order: Order,
    /// Where it stands in the log.
    pub index: u64,
    /// Who said what, and where that stands in the log.
    pub words: BTreeMap<String, (Verdict, u64)>,
    /// With which bundle it came into force, and when by the witnesses.
    pub adopted: Option<(u64, UtcTime)>,
    /// What it was about, once it was opened, and where that stands in the log.
    pub unsealed: Option<(Matter, u64)>,
    terms: Terms,
}

impl Docket {
    pub(super) fn new(order: Order, index: u64) -> Self {
        let terms = Terms::of(&order);
        Self { order, index, words: BTreeMap::new(), adopted: None, unsealed: None, terms }
    }

    /// What approvers must have found.
    #[must_use]
    pub const fn terms(&self) -> &Terms {
        &self.terms
    }

    /// False if this one has said so already. Who changes their mind is heard.
    pub(super) fn enter(&mut self, approver: &str, verdict: Verdict, index: u64) -> bool {
        let before = self.words.insert(approver.to_owned(), (verdict, index));
        before.is_none_or(|(said, _)| said != verdict)
    }

    pub(super) fn unseal(&mut self, matter: Matter, index: u64) {
        self.unsealed.get_or_insert((matter, index));
    }

    /// What it is about, as far as it is known.
    #[must_use]
    pub fn matter(&self) -> Option<&Matter> {
        self.order.matter().or(self.unsealed.as_ref().map(|(matter, _)| matter))
    }

    /// Who must agree. A sealed order takes the quorum of a cut, whatever it says it is.
    #[must_use]
    pub const fn quorum<'a>(&self, authority: &'a Authority) -> &'a Quorum {
        match (self.order.class, &self.order.content) {
            (Class::Emergency, _) => &authority.quorums.emergency,
            (Class::Restore, Content::Open(_)) => &authority.quorums.restore,
            (Class::Cut, _) | (Class::Restore, Content::Sealed(_)) => &authority.quorums.cut,
        }
    }

    /// Who approved it before the log had `size` entries and is a principal still.
    #[must_use]
    pub fn approvers(&self, authority: &Authority, size: u64) -> Vec<String> {
        let approves = |(_, (verdict, index)): &(&String, &(Verdict, u64))| {
            *verdict == Verdict::Approve && *index < size
        };
        let is_principal = |name: &&String| authority.principals.iter().any(|one| one.name == **name);
        let names = self.words.iter().filter(approves).map(|(name, _)| name);
        names.filter(is_principal).filter(|name| **name != self.order.requester).cloned().collect()
    }

    /// Whether enough approved it in a log of `size` entries.
    ///
    /// # Errors
    /// Who did and who must.
    pub fn check_quorum(&self, id: &Hash, authority: &Authority, size: u64) -> Result<(), Refusal> {
        let approved = self.approvers(authority, size);
        let quorum = self.quorum(authority);
        let announced = match &self.order.content {
            Content::Sealed(seal) => usize::try_from(seal.approvers).unwrap_or(usize::MAX),
            Content::Open(_) => 0,
        };
        let is_met = quorum.is_met(&|name| approved.iter().any(|one| one == name));
        if self.index < size && is_met && approved.len() >= announced {
            return Ok(());
        }
        Err(Refusal::Quorum { order: *id, quorum: quorum.to_string(), approved })
    }

    /// Whether it is sealed, should have been opened and was not.
    #[must_use]
    pub fn overdue(&self, now: UtcTime) -> Option<UtcTime> {
        match &self.order.content {
            Content::Sealed(seal) if self.unsealed.is_none() && seal.unseal < now => Some(seal.unseal),
            _ => None,
        }
    }
}
