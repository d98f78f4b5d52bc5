//! Deciding about protected classes.

use super::desk::{Decided, Found, closed, no_such};
use super::{Context, Stopped, fields};
use crate::command::ProtectedClassCommand;
use crate::entity::{ProtectedClass, ProtectedClassChange, ProtectedClassSpec};
use crate::id::{EntityId, Kind, ProtectedClassId};
use crate::refused::{Code, Refused};
use crate::time::UnixSeconds;
use crate::view::View;
use std::collections::BTreeSet;

/// Most members of one class.
const MOST_MEMBERS: usize = 20_000;

pub(super) fn decide<V: View>(
    id: ProtectedClassId,
    command: &ProtectedClassCommand,
    context: &Context<'_, V>,
) -> Decided<V> {
    context.by_the_service("keeping protected classes")?;
    if let ProtectedClassCommand::Create { spec } = command {
        context.absent(id)?;
        check(spec, context.now)?;
        context.open_organization(spec.steward, "steward")?;
        context.free_name(id, &spec.name)?;
        return Ok(vec![context.first(id, ProtectedClassChange::Created(spec.clone()))]);
    }
    let before: ProtectedClass = context.find(id)?;
    if !before.current {
        return Err(closed(id.into()).into());
    }
    let change = match command {
        ProtectedClassCommand::Update { spec } if *spec == before.spec => return Ok(Vec::new()),
        ProtectedClassCommand::Create { spec } | ProtectedClassCommand::Update { spec } => {
            check(spec, context.now)?;
            if spec.steward != before.spec.steward {
                context.open_organization(spec.steward, "steward")?;
            }
            context.free_name(id, &spec.name)?;
            ProtectedClassChange::Changed(spec.clone())
        }
        ProtectedClassCommand::Admit { members } => {
            let members: BTreeSet<EntityId> = members.difference(&before.members).copied().collect();
            if members.is_empty() {
                return Ok(Vec::new());
            }
            admissible(&before, &members, context)?;
            ProtectedClassChange::Admitted { members }
        }
        ProtectedClassCommand::Remove { members } => {
            let members: BTreeSet<EntityId> = members.intersection(&before.members).copied().collect();
            if members.is_empty() {
                return Ok(Vec::new());
            }
            ProtectedClassChange::Removed { members }
        }
        ProtectedClassCommand::Dissolve => ProtectedClassChange::Dissolved,
    };
    Ok(vec![context.next(&before, change)])
}

fn check(spec: &ProtectedClassSpec, now: UnixSeconds) -> Result<(), Refused> {
    fields::name("name", &spec.name)?;
    fields::to_come("expires_s", spec.expires_s, now)
}

fn admissible<V: View>(
    class: &ProtectedClass,
    members: &BTreeSet<EntityId>,
    context: &Context<'_, V>,
) -> Found<(), V> {
    if class.members.len() + members.len() > MOST_MEMBERS {
        let found = format!("the class would have {} members", class.members.len() + members.len());
        let remedy = format!("accepted: at most {MOST_MEMBERS}; name accounts or organizations instead");
        return Err(Refused::new(Code::TooMany, found, remedy).field("members").into());
    }
    for member in members {
        if !matches!(member.kind, Kind::Terminal | Kind::Account | Kind::Organization) {
            let accepted = "ids of terminals, accounts and organizations";
            return Err(fields::wrong("members", member.to_string(), accepted).into());
        }
        let entity = context.view.entity(*member).map_err(Stopped::View)?;
        let entity = entity.ok_or_else(|| no_such(*member).field("members"))?;
        if !entity.is_live() {
            return Err(closed(*member).field("members").into());
        }
    }
    Ok(())
}
