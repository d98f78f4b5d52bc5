//! Accounts: a tree, in which each stands below one organization.

use super::{Entity, Misfit, Stamp};
use crate::id::{AccountId, EntityId, Kind, OrganizationId};
use serde::{Deserialize, Serialize};

/// What is said about an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountSpec {
    /// What people call it.
    pub name: String,
    /// Who answers for it.
    pub organization: OrganizationId,
    /// The account that it is part of; none at the top.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<AccountId>,
}

/// Whether an account may be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum AccountState {
    /// It may.
    Open,
    /// Its terminals are refused with `ACCOUNT_DISABLED`.
    Disabled {
        /// Why, for its holder to read.
        reason: String,
        /// True if those who run the service did it: then only they undo it.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        by_the_service: bool,
        /// Why its holder did so too, if the service and its holder both did: that stays when the service undoes its own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        holders_own: Option<String>,
    },
    /// For good.
    Closed,
}

/// What pays and what is told apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// Number of events.
    pub version: u64,
    /// What is said about it.
    #[serde(flatten)]
    pub spec: AccountSpec,
    /// Whether it may be used.
    #[serde(flatten)]
    pub state: AccountState,
}

impl AccountState {
    /// After the service, or its holder, did so: what the other one did before stays.
    fn disabled(self, reason: &str, by_the_service: bool) -> Self {
        let (reason, holders_own) = match self {
            Self::Disabled { reason: own, by_the_service: false, .. } if by_the_service => {
                (reason.to_owned(), Some(own))
            }
            Self::Disabled { reason: of_service, by_the_service: true, .. } if !by_the_service => {
                (of_service, Some(reason.to_owned()))
            }
            _ => (reason.to_owned(), None),
        };
        Self::Disabled { reason, by_the_service: by_the_service || holders_own.is_some(), holders_own }
    }

    /// After whoever did it undid it: the service first, if both did.
    fn enabled(self) -> Self {
        match self {
            Self::Disabled { holders_own: Some(reason), .. } => {
                Self::Disabled { reason, by_the_service: false, holders_own: None }
            }
            _ => Self::Open,
        }
    }
}

/// What can happen to an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "type", content = "data", deny_unknown_fields)]
pub enum AccountChange {
    /// It is new.
    #[serde(rename = "account.created")]
    Created(AccountSpec),
    /// Something else is said about it; it may move in the tree.
    #[serde(rename = "account.changed")]
    Changed(AccountSpec),
    /// It must not be used for now.
    #[serde(rename = "account.disabled")]
    Disabled {
        /// Why.
        reason: String,
        /// True if those who run the service did it: then only they undo it.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        by_the_service: bool,
    },
    /// It may be used again.
    #[serde(rename = "account.enabled")]
    Enabled,
    /// It is no more.
    #[serde(rename = "account.closed")]
    Closed,
}

impl Entity for Account {
    type Id = AccountId;
    type Change = AccountChange;
    const KIND: Kind = Kind::Account;

    fn id(&self) -> AccountId {
        self.id
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn begun(id: AccountId, change: &AccountChange, stamp: Stamp<'_>) -> Result<Self, Misfit> {
        match change {
            AccountChange::Created(spec) => {
                Ok(Self { id, version: stamp.version, spec: spec.clone(), state: AccountState::Open })
            }
            _ => Err(Misfit),
        }
    }

    fn after(mut self, change: &AccountChange, stamp: Stamp<'_>) -> Result<Self, Misfit> {
        match change {
            AccountChange::Created(_) => return Err(Misfit),
            AccountChange::Changed(spec) => self.spec = spec.clone(),
            AccountChange::Disabled { reason, by_the_service } => {
                self.state = self.state.disabled(reason, *by_the_service);
            }
            AccountChange::Enabled => self.state = self.state.enabled(),
            AccountChange::Closed => self.state = AccountState::Closed,
        }
        self.version = stamp.version;
        Ok(self)
    }

    fn name(&self) -> Option<&str> {
        Some(&self.spec.name)
    }

    fn parents(&self) -> Vec<EntityId> {
        let parent = self.spec.parent.map(EntityId::from);
        [self.spec.organization.into()].into_iter().chain(parent).collect()
    }

    fn is_live(&self) -> bool {
        self.state != AccountState::Closed
    }
}
