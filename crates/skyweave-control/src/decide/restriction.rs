//! Deciding about files of policies.

use super::Context;
use super::desk::{Decided, already, closed};
use super::fields;
use crate::command::RestrictionCommand;
use crate::entity::{Restriction, RestrictionChange, RestrictionSpec};
use crate::id::RestrictionId;
use crate::refused::{Code, Refused};
use crate::view::View;

/// Longest file, bytes.
const LONGEST_TEXT: usize = 1 << 20;

pub(super) fn decide<V: View>(
    id: RestrictionId,
    command: &RestrictionCommand,
    context: &Context<'_, V>,
) -> Decided<V> {
    context.by_the_service("keeping restrictions")?;
    if let RestrictionCommand::Create { spec } = command {
        context.absent(id)?;
        check(spec)?;
        context.free_name(id, &spec.name)?;
        return Ok(vec![context.first(id, RestrictionChange::Created(spec.clone()))]);
    }
    let before: Restriction = context.find(id)?;
    if !before.current {
        return Err(closed(id.into()).into());
    }
    let change = match command {
        RestrictionCommand::Update { spec } if *spec == before.spec => return Ok(Vec::new()),
        RestrictionCommand::Create { spec } | RestrictionCommand::Update { spec } => {
            if before.enabled {
                let found = format!("{id} is enabled, and what is in force does not change unseen");
                let remedy =
                    "make another one; then disable this one and enable that one, together as two commands";
                return Err(Refused::new(Code::InUse, found, remedy).into());
            }
            check(spec)?;
            context.free_name(id, &spec.name)?;
            RestrictionChange::Changed(spec.clone())
        }
        RestrictionCommand::Enable if before.enabled => return Err(already(id, "enabled").into()),
        RestrictionCommand::Enable => RestrictionChange::Enabled,
        RestrictionCommand::Disable if !before.enabled => return Err(already(id, "disabled").into()),
        RestrictionCommand::Disable => RestrictionChange::Disabled,
        RestrictionCommand::Withdraw if before.enabled => {
            let found = format!("{id} is enabled");
            return Err(Refused::new(Code::InUse, found, "disable it first").into());
        }
        RestrictionCommand::Withdraw => RestrictionChange::Withdrawn,
    };
    Ok(vec![context.next(&before, change)])
}

fn check(spec: &RestrictionSpec) -> Result<(), Refused> {
    fields::name("name", &spec.name)?;
    let plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.');
    let stem = spec.name.strip_suffix(".cedar").unwrap_or_default();
    if stem.is_empty() || stem.starts_with('.') || !stem.chars().all(plain) {
        let accepted = "a file name of letters, digits, -, _ and . that ends in .cedar";
        return Err(fields::wrong("name", format!("`{}`", spec.name), accepted));
    }
    if spec.text.len() > LONGEST_TEXT {
        return Err(fields::wrong("text", format!("{} bytes", spec.text.len()), "at most 1 MiB"));
    }
    fields::optional("note", spec.note.as_deref())
}
