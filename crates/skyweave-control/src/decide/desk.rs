//! What all decisions have in common: finding what a command speaks of, and writing down what happens.

use super::{Context, Stopped};
use crate::command::Actor;
use crate::entity::{Account, AccountState, AnyEntity, Entity, Organization};
use crate::event::{Event, Payload};
use crate::id::{AccountId, EntityId, Kind, OrganizationId};
use crate::refused::{Code, Refused};
use crate::view::View;

/// The deepest tree of accounts.
pub(super) const MOST_LEVELS: usize = 16;

/// What a decision gives.
pub(super) type Decided<V> = Result<Vec<Event>, Stopped<<V as View>::Failure>>;
/// What a step on the way gives.
pub(crate) type Found<T, V> = Result<T, Stopped<<V as View>::Failure>>;

impl<V: View> Context<'_, V> {
    /// The entity, if there is one that the actor may know of.
    pub(super) fn find<T: Entity + TryFrom<AnyEntity>>(&self, id: T::Id) -> Found<T, V> {
        let found: Option<T> = self.view.get(id).map_err(Stopped::View)?;
        found.ok_or_else(|| no_such(id.into()).into())
    }

    /// Refuses if there is one with this id already.
    pub(super) fn absent(&self, id: impl Into<EntityId>) -> Found<(), V> {
        let id = id.into();
        if self.view.entity(id).map_err(Stopped::View)?.is_none() {
            return Ok(());
        }
        Err(Refused::new(Code::AlreadyExists, format!("there is {id} already"), "accepted: an id of its own")
            .into())
    }

    /// Refuses if another live entity has this name.
    pub(super) fn free_name(&self, id: impl Into<EntityId>, name: &str) -> Found<(), V> {
        let id = id.into();
        let Some(other) = self.view.named(id.kind, name).map_err(Stopped::View)?.filter(|other| *other != id)
        else {
            return Ok(());
        };
        let live = self.view.entity(other).map_err(Stopped::View)?.is_some_and(|entity| entity.is_live());
        if !live {
            return Ok(());
        }
        let found = format!("there is a {} named `{name}` already, {other}", spoken(id.kind));
        Err(Refused::new(Code::NameTaken, found, "accepted: another name")
            .field("name")
            .because_of(other)
            .into())
    }

    /// Refuses if a live entity of these kinds still belongs to this one.
    pub(super) fn free_of(&self, id: impl Into<EntityId>, kinds: &[Kind], remedy: &str) -> Found<(), V> {
        let id = id.into();
        for kind in kinds {
            let parts = self.view.parts_of(id, *kind).map_err(Stopped::View)?;
            if let Some(part) = parts.first() {
                let found = format!("{id} still has a {}, {part}", spoken(*kind));
                return Err(Refused::new(Code::InUse, found, remedy).because_of(*part).into());
            }
        }
        Ok(())
    }

    /// Whether the actor runs the whole service.
    pub(crate) const fn is_the_service(&self) -> bool {
        self.actor.scope.is_none()
    }

    /// Refuses an organization that does not answer for this account or one above it, unless the actor runs the service: what it is
    /// protected for, its name and its address are not for others to take, and who else there is is not for them to learn.
    pub(crate) fn own_organization(
        &self,
        id: OrganizationId,
        account: Option<AccountId>,
        field: &str,
    ) -> Found<(), V> {
        if self.is_the_service() {
            return self.open_organization(id, field);
        }
        for account in account.map_or_else(|| Ok(Vec::new()), |account| self.with_all_above(account))? {
            if self.find::<Account>(account)?.spec.organization == id {
                return self.open_organization(id, field);
            }
        }
        // the same whether there is one: which others there are is not told
        let found = format!("no open organization {id} answers for the account or one above it");
        let remedy = "name an organization that does, or ask those who run the service";
        Err(Refused::new(Code::OutOfScope, found, remedy).field(field).because_of(id).into())
    }

    /// Refuses if the actor runs no more than a part of the service.
    pub(super) fn by_the_service(&self, what: &str) -> Found<(), V> {
        if self.is_the_service() { Ok(()) } else { Err(Refused::for_the_service(what).into()) }
    }

    /// This account and all above it, from the bottom.
    pub(super) fn with_all_above(&self, id: AccountId) -> Found<Vec<AccountId>, V> {
        let mut line = vec![id];
        let mut next =
            self.view.get::<Account>(id).map_err(Stopped::View)?.and_then(|account| account.spec.parent);
        while let Some(parent) = next.filter(|_| line.len() <= MOST_LEVELS) {
            line.push(parent);
            next = self
                .view
                .get::<Account>(parent)
                .map_err(Stopped::View)?
                .and_then(|account| account.spec.parent);
        }
        Ok(line)
    }

    /// Refuses, as if there were no such thing, if it belongs to no account below the actor's own.
    pub(super) fn in_scope(&self, account: Option<AccountId>, subject: impl Into<EntityId>) -> Found<(), V> {
        let Some(scope) = self.actor.scope else {
            return Ok(());
        };
        let inside = match account {
            Some(account) => self.with_all_above(account)?.contains(&scope),
            None => false,
        };
        if inside { Ok(()) } else { Err(no_such(subject.into()).into()) }
    }

    /// An account that something new may be put into.
    pub(crate) fn usable_account(&self, id: AccountId) -> Found<Account, V> {
        self.in_scope(Some(id), id)?;
        let account: Account = self.find(id)?;
        for id in self.with_all_above(id)? {
            let above: Account = self.find(id)?;
            match &above.state {
                AccountState::Open => {}
                AccountState::Disabled { reason, .. } => {
                    let found = format!("{id} is disabled: {reason}");
                    let refused =
                        Refused::new(Code::AccountDisabled, found, "enable it first, or use another");
                    return Err(refused.because_of(id).into());
                }
                AccountState::Closed => return Err(closed(id.into()).into()),
            }
        }
        Ok(account)
    }

    /// Refuses if there is no such organization, or it is closed.
    pub(crate) fn open_organization(&self, id: OrganizationId, field: &str) -> Found<(), V> {
        let found: Option<Organization> = self.view.get(id).map_err(Stopped::View)?;
        match found {
            Some(organization) if organization.open => Ok(()),
            Some(_) => Err(closed(id.into()).field(field).into()),
            None => Err(no_such(id.into()).field(field).into()),
        }
    }

    /// Refuses to take anything out of an account that the service disabled, or out of one below it, unless the actor runs the service:
    /// it would get elsewhere what was taken from it here.
    pub(super) fn may_leave(&self, account: AccountId) -> Found<(), V> {
        if self.is_the_service() {
            return Ok(());
        }
        for id in self.with_all_above(account)? {
            if let AccountState::Disabled { reason, by_the_service: true, .. } =
                self.find::<Account>(id)?.state
            {
                let found = format!("{id} is disabled, and the service made it so: {reason}");
                return Err(Refused::held_by_the_service(found).because_of(id).into());
            }
        }
        Ok(())
    }

    /// Refuses to undo, for those who run the service, what its holder did: they undo their own.
    pub(super) fn not_over_its_holder(
        &self,
        id: impl Into<EntityId>,
        state: &str,
        reason: &str,
    ) -> Found<(), V> {
        if !self.is_the_service() {
            return Ok(());
        }
        let found = format!("{} is {state} by its holder, not by the service: {reason}", id.into());
        Err(Refused::new(Code::WrongState, found, "its holder undoes it, with a client of the account")
            .into())
    }

    /// The event that begins something.
    pub(crate) fn first(&self, id: impl Into<EntityId>, change: impl Into<Payload>) -> Event {
        self.event(id, 1, change)
    }

    /// The event that follows the version that an entity has.
    pub(super) fn next<T: Entity>(&self, entity: &T, change: impl Into<Payload>) -> Event {
        self.event(entity.id(), entity.version() + 1, change)
    }

    /// An event with a version of its own.
    pub(super) fn event(&self, id: impl Into<EntityId>, version: u64, change: impl Into<Payload>) -> Event {
        let actor = self.actor.name.clone();
        Event { id: id.into(), version, at_s: self.now, actor, payload: change.into() }
    }
}

impl Actor {
    /// Whether events may bear the name.
    pub(super) fn is_named(&self) -> bool {
        (1..=200).contains(&self.name.chars().count()) && !self.name.chars().any(char::is_control)
    }
}

/// There is no such thing, or none that the actor may know of: the two are not told apart.
pub(super) fn no_such(id: EntityId) -> Refused {
    let kind = spoken(id.kind);
    Refused::new(Code::NotFound, format!("there is no {kind} {id}"), format!("accepted: the id of a {kind}"))
        .because_of(id)
}

/// It is closed, retired or withdrawn.
pub(super) fn closed(id: EntityId) -> Refused {
    let found = format!("{id} is closed, retired or withdrawn, and stays so");
    Refused::new(Code::Closed, found, format!("use another {}", spoken(id.kind))).because_of(id)
}

/// The verb does nothing: it is so already.
pub(super) fn already(id: impl Into<EntityId>, state: &str) -> Refused {
    let found = format!("{} is {state} already", id.into());
    Refused::new(Code::WrongState, found, "there is nothing to do")
}

/// A kind in a sentence.
pub(super) fn spoken(kind: Kind) -> String {
    kind.name().replace('_', " ")
}
