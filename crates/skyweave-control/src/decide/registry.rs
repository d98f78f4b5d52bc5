//! Deciding about registries.

use super::Context;
use super::desk::{Decided, already, closed};
use super::fields;
use crate::command::RegistryCommand;
use crate::entity::{HardwareKey, ListKind, Registry, RegistryChange, RegistrySpec};
use crate::id::RegistryId;
use crate::refused::{Code, Refused};
use crate::time::UnixSeconds;
use crate::view::View;
use std::collections::BTreeSet;

/// Most terminals on one list: each version of a registry is kept as one document.
const MOST_KEYS: usize = 200_000;

pub(super) fn decide<V: View>(
    id: RegistryId,
    command: &RegistryCommand,
    context: &Context<'_, V>,
) -> Decided<V> {
    context.by_the_service("keeping registries")?;
    if let RegistryCommand::Create { spec } = command {
        context.absent(id)?;
        check(spec, context.now)?;
        context.open_organization(spec.steward, "steward")?;
        context.free_name(id, &spec.name)?;
        return Ok(vec![context.first(id, RegistryChange::Created(spec.clone()))]);
    }
    let before: Registry = context.find(id)?;
    if !before.current {
        return Err(closed(id.into()).into());
    }
    let in_force = before.in_force(context.now);
    let change = match command {
        RegistryCommand::Update { spec } if *spec == before.spec => return Ok(Vec::new()),
        RegistryCommand::Create { spec } | RegistryCommand::Update { spec } => {
            check(spec, context.now)?;
            if spec.steward != before.spec.steward {
                context.open_organization(spec.steward, "steward")?;
            }
            context.free_name(id, &spec.name)?;
            if in_force && (&spec.list, &spec.name) != (&before.spec.list, &before.spec.name) {
                let found = format!("{id} is in force, and policies rely on its kind and name");
                return Err(Refused::new(Code::InUse, found, "lift it first").into());
            }
            let sooner = |end: UnixSeconds| before.spec.expires_s.is_none_or(|before| end < before);
            if in_force && spec.expires_s.is_some_and(sooner) {
                let found = format!("{id} is in force, and would end sooner");
                return Err(Refused::new(Code::InUse, found, "lift it when it shall end")
                    .field("expires_s")
                    .into());
            }
            RegistryChange::Changed(spec.clone())
        }
        RegistryCommand::Add { keys, previewed_version } => {
            let keys: BTreeSet<HardwareKey> = keys.difference(&before.keys).cloned().collect();
            if keys.is_empty() {
                return Ok(Vec::new());
            }
            room_for(&before, keys.len())?;
            if in_force && before.spec.list == ListKind::Deny {
                previewed(&before, *previewed_version)?;
            }
            RegistryChange::Added { keys }
        }
        RegistryCommand::Remove { keys, previewed_version } => {
            let keys: BTreeSet<HardwareKey> = keys.intersection(&before.keys).cloned().collect();
            if keys.is_empty() {
                return Ok(Vec::new());
            }
            if in_force && before.spec.list == ListKind::Allow {
                previewed(&before, *previewed_version)?;
            }
            RegistryChange::Removed { keys }
        }
        RegistryCommand::PutInForce { previewed_version, lost_by_mistake } => {
            if in_force {
                return Err(already(id, "in force").into());
            }
            fields::to_come("expires_s", before.spec.expires_s, context.now)?;
            previewed(&before, Some(*previewed_version))?;
            RegistryChange::PutInForce { lost_by_mistake: *lost_by_mistake }
        }
        RegistryCommand::Lift { reason } => {
            fields::reason("reason", reason)?;
            if before.in_force_since_s.is_none() {
                return Err(already(id, "not in force").into());
            }
            RegistryChange::Lifted { reason: reason.clone() }
        }
        RegistryCommand::Withdraw => {
            if in_force {
                let found = format!("{id} is in force");
                return Err(Refused::new(Code::InUse, found, "lift it first").into());
            }
            RegistryChange::Withdrawn
        }
    };
    Ok(vec![context.next(&before, change)])
}

fn check(spec: &RegistrySpec, now: UnixSeconds) -> Result<(), Refused> {
    fields::name("name", &spec.name)?;
    fields::to_come("expires_s", spec.expires_s, now)
}

fn room_for(registry: &Registry, more: usize) -> Result<(), Refused> {
    let keys = registry.keys.len() + more;
    if keys <= MOST_KEYS {
        return Ok(());
    }
    let found = format!("the list would have {keys} terminals");
    Err(Refused::new(Code::TooMany, found, format!("accepted: at most {MOST_KEYS}; use several lists"))
        .field("keys"))
}

/// What may cut somebody off takes effect only after somebody has seen whom.
fn previewed(registry: &Registry, version: Option<u64>) -> Result<(), Refused> {
    let id = registry.id;
    let found = match version {
        Some(version) if version == registry.version => return Ok(()),
        Some(version) => {
            format!("{id} is at version {}, and version {version} was previewed", registry.version)
        }
        None => format!("{id} is in force, and nobody has looked at whom this change would cut off"),
    };
    let remedy = format!("preview version {}, and name it", registry.version);
    Err(Refused::new(Code::StalePreview, found, remedy).field("previewed_version"))
}
