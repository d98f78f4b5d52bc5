//! Deciding about accounts.

use super::Context;
use super::desk::{Decided, Found, MOST_LEVELS, already, closed};
use super::fields;
use crate::command::AccountCommand;
use crate::entity::{Account, AccountChange, AccountSpec, AccountState};
use crate::id::{AccountId, Kind};
use crate::refused::{Code, Refused};
use crate::view::View;

pub(super) fn decide<V: View>(
    id: AccountId,
    command: &AccountCommand,
    context: &Context<'_, V>,
) -> Decided<V> {
    if let AccountCommand::Create { spec } = command {
        context.absent(id)?;
        check(id, spec, context)?;
        return Ok(vec![context.first(id, AccountChange::Created(spec.clone()))]);
    }
    context.in_scope(Some(id), id)?;
    let before: Account = context.find(id)?;
    if before.state == AccountState::Closed {
        return Err(closed(id.into()).into());
    }
    let change = match command {
        AccountCommand::Update { spec } if *spec == before.spec => return Ok(Vec::new()),
        AccountCommand::Create { spec } | AccountCommand::Update { spec } => {
            if context.actor.scope == Some(id) && spec.parent != before.spec.parent {
                context.by_the_service("moving one's own account")?;
            }
            if let Some(parent) = before.spec.parent.filter(|_| spec.parent != before.spec.parent) {
                context.may_leave(parent)?;
            }
            let moved = spec.parent != before.spec.parent || spec.organization != before.spec.organization;
            if moved {
                check(id, spec, context)?;
            } else {
                fields::name("name", &spec.name)?;
            }
            AccountChange::Changed(spec.clone())
        }
        AccountCommand::Disable { reason } => {
            not_own(id, context, "disabling one's own account")?;
            fields::reason("reason", reason)?;
            if let AccountState::Disabled { by_the_service, holders_own, .. } = &before.state {
                // the service and its holder each have their own reason
                let by_both = holders_own.is_some() || *by_the_service == context.is_the_service();
                if by_both {
                    return Err(already(id, "disabled").into());
                }
            }
            AccountChange::Disabled { reason: reason.clone(), by_the_service: context.is_the_service() }
        }
        AccountCommand::Enable => {
            not_own(id, context, "enabling one's own account")?;
            match &before.state {
                AccountState::Disabled { by_the_service: true, .. } => {
                    context.by_the_service("enabling what the service disabled")?;
                }
                AccountState::Disabled { reason, .. } => {
                    context.not_over_its_holder(id, "disabled", reason)?;
                }
                AccountState::Open | AccountState::Closed => {}
            }
            if before.state == AccountState::Open {
                return Err(already(id, "open").into());
            }
            AccountChange::Enabled
        }
        AccountCommand::Close => {
            not_own(id, context, "closing one's own account")?;
            let kinds = [Kind::Account, Kind::ServiceLine, Kind::Terminal];
            context.free_of(id, &kinds, "close, transfer or retire what it has first")?;
            AccountChange::Closed
        }
    };
    Ok(vec![context.next(&before, change)])
}

/// Nobody shuts themselves out, or lets themselves in again.
fn not_own<V: View>(id: AccountId, context: &Context<'_, V>, what: &str) -> Found<(), V> {
    if context.actor.scope == Some(id) { context.by_the_service(what) } else { Ok(()) }
}

fn check<V: View>(id: AccountId, spec: &AccountSpec, context: &Context<'_, V>) -> Found<(), V> {
    fields::name("name", &spec.name)?;
    context.own_organization(spec.organization, spec.parent, "organization")?;
    let Some(parent) = spec.parent else {
        return context.by_the_service("an account at the top");
    };
    context.usable_account(parent)?;
    let above = context.with_all_above(parent)?;
    if above.contains(&id) {
        let found = format!("{parent} is {id} itself or below it");
        let refused = Refused::new(Code::Cycle, found, "accepted: a parent that is not below the account");
        return Err(refused.field("parent").because_of(parent).into());
    }
    let below = levels_below(id, context)?;
    if above.len() + 1 + below > MOST_LEVELS {
        let found = format!("the tree would have {} levels", above.len() + 1 + below);
        let refused = Refused::new(Code::TooMany, found, format!("accepted: at most {MOST_LEVELS}"));
        return Err(refused.field("parent").into());
    }
    Ok(())
}

/// How many levels of accounts there are below this one. Where an account has very many children only the first are asked: then a tree can
/// get deeper than it should, and walking up still ends at twice its limit.
fn levels_below<V: View>(id: AccountId, context: &Context<'_, V>) -> Found<usize, V> {
    let mut level = vec![id];
    let mut levels = 0;
    while levels <= MOST_LEVELS {
        let mut below = Vec::new();
        for account in level {
            let parts = context.view.parts_of(account.into(), Kind::Account).map_err(super::Stopped::View)?;
            below.extend(parts.into_iter().filter_map(|part| AccountId::try_from(part).ok()));
        }
        if below.is_empty() {
            break;
        }
        level = below;
        levels += 1;
    }
    Ok(levels)
}
