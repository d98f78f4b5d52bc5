//! Deciding about registries.

use super::desk::{Decided, Found, already, closed};
use super::{Context, Stopped, fields};
use crate::command::RegistryCommand;
use crate::entity::{Foreseen, Previewed, Registry, RegistryChange, RegistrySpec};
use crate::fleet::allow_list::{Foreseeing, ListChange};
use crate::fleet::search::Filter;
use crate::id::RegistryId;
use crate::refused::{Code, Refused};
use crate::time::UnixSeconds;
use crate::view::View;

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
        RegistryCommand::Add { keys, preview } => {
            if keys.is_subset(&before.keys) {
                return Ok(Vec::new());
            }
            room_for(&before, keys.difference(&before.keys).count())?;
            let foreseen =
                looked_at(&before, ListChange::Add { keys: keys.clone() }, preview.as_ref(), context)?;
            RegistryChange::Added { keys: keys.difference(&before.keys).cloned().collect(), foreseen }
        }
        RegistryCommand::Remove { keys, preview } => {
            if keys.is_disjoint(&before.keys) {
                return Ok(Vec::new());
            }
            let foreseen =
                looked_at(&before, ListChange::Remove { keys: keys.clone() }, preview.as_ref(), context)?;
            RegistryChange::Removed { keys: keys.intersection(&before.keys).cloned().collect(), foreseen }
        }
        RegistryCommand::PutInForce { preview } => {
            if in_force {
                return Err(already(id, "in force").into());
            }
            fields::to_come("expires_s", before.spec.expires_s, context.now)?;
            let foreseen = looked_at(&before, ListChange::PutInForce, preview.as_ref(), context)?;
            RegistryChange::PutInForce { foreseen, lost_by_mistake: None }
        }
        RegistryCommand::Lift { reason, preview } => {
            fields::reason("reason", reason)?;
            if before.in_force_since_s.is_none() {
                return Err(already(id, "not in force").into());
            }
            let foreseen = looked_at(&before, ListChange::Lift, preview.as_ref(), context)?;
            RegistryChange::Lifted { reason: reason.clone(), foreseen }
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

/// What may cut somebody off takes effect only after somebody has seen whom: exactly this change, and nothing has moved since.
fn looked_at<V: View>(
    registry: &Registry,
    change: ListChange,
    preview: Option<&Previewed>,
    context: &Context<'_, V>,
) -> Found<Option<Foreseen>, V> {
    if !change.may_cut_off(registry, context.now) {
        return Ok(None);
    }
    let stale =
        |found: String, remedy: &str| Refused::new(Code::StalePreview, found, remedy).field("preview");
    let Some(preview) = preview else {
        let found = format!("nobody has looked at whom this change of {} would cut off", registry.id);
        return Err(stale(found, "preview this change, and name the preview").into());
    };
    fields::sha256("preview.sha256", &preview.sha256)?;
    let terms: Vec<&String> = preview.terminals.iter().collect();
    Filter::parse(&terms).map_err(|error| {
        Refused::new(Code::Malformed, error.found, format!("accepted: {}", error.accepted))
            .field("preview.terminals")
    })?;
    let question = Foreseeing {
        registry: registry.id,
        version: registry.version,
        change,
        terminals: preview.terminals.clone(),
    };
    let now = context.view.foreseen(&question).map_err(Stopped::View)?;
    if now.sha256 == preview.sha256 {
        return Ok(Some(now));
    }
    let found = format!(
        "the preview is of another change, or something has moved since: now {} would lose service by this, {} of them by mistake, as it looks",
        now.lost, now.lost_by_mistake
    );
    Err(stale(found, "preview this change again, and name that preview").into())
}
