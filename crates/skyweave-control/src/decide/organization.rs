//! Deciding about organizations.

use super::Context;
use super::desk::{Decided, already};
use super::fields;
use crate::command::OrganizationCommand;
use crate::entity::{Organization, OrganizationChange, OrganizationSpec};
use crate::id::{Kind, OrganizationId};
use crate::refused::Refused;
use crate::view::View;

pub(super) fn decide<V: View>(
    id: OrganizationId,
    command: &OrganizationCommand,
    context: &Context<'_, V>,
) -> Decided<V> {
    context.by_the_service("keeping organizations")?;
    if let OrganizationCommand::Create { spec } = command {
        context.absent(id)?;
        check(spec)?;
        context.free_name(id, &spec.name)?;
        return Ok(vec![context.first(id, OrganizationChange::Created(spec.clone()))]);
    }
    let before: Organization = context.find(id)?;
    if !before.open {
        return Err(already(id, "closed").into());
    }
    let change = match command {
        OrganizationCommand::Update { spec } if *spec == before.spec => return Ok(Vec::new()),
        OrganizationCommand::Create { spec } | OrganizationCommand::Update { spec } => {
            check(spec)?;
            context.free_name(id, &spec.name)?;
            OrganizationChange::Changed(spec.clone())
        }
        OrganizationCommand::Close => {
            let kinds = [Kind::Account, Kind::Terminal, Kind::Registry, Kind::ProtectedClass];
            context.free_of(id, &kinds, "close or hand over what it has first")?;
            OrganizationChange::Closed
        }
    };
    Ok(vec![context.next(&before, change)])
}

fn check(spec: &OrganizationSpec) -> Result<(), Refused> {
    fields::name("name", &spec.name)?;
    fields::optional("contact", spec.contact.as_deref())?;
    fields::optional("note", spec.note.as_deref())
}
