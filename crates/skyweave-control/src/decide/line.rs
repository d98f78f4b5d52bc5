//! Deciding about service lines.

use super::desk::{Decided, Found, already, closed, no_such};
use super::{Context, Stopped, fields, incident};
use crate::command::LineCommand;
use crate::entity::{LineChange, LineSpec, LineState, Plan, ServiceLine, Territory};
use crate::id::{EntityId, Kind, LineId, TerminalId};
use crate::refused::{Code, Refused};
use crate::view::{MOST_PARTS, View};

pub(super) fn decide<V: View>(id: LineId, command: &LineCommand, context: &Context<'_, V>) -> Decided<V> {
    if let LineCommand::Create { spec } = command {
        context.absent(id)?;
        check(spec, None, context)?;
        return Ok(vec![context.first(id, LineChange::Created(spec.clone()))]);
    }
    let before: ServiceLine = context.find(id)?;
    context.in_scope(Some(before.spec.account), id)?;
    if before.state == LineState::Closed {
        return Err(closed(id.into()).into());
    }
    let change = match command {
        LineCommand::Update { spec } if *spec == before.spec => return Ok(Vec::new()),
        LineCommand::Create { spec } | LineCommand::Update { spec } => {
            if spec.account != before.spec.account {
                let remedy = "detach its terminals first, and transfer them too";
                context.free_of(id, &[Kind::Terminal], remedy)?;
            }
            if spec.address.territory != before.spec.address.territory {
                nobody_diverted(id, context)?;
            }
            check(spec, Some(&before.spec), context)?;
            LineChange::Changed(spec.clone())
        }
        LineCommand::Suspend { reason } => {
            fields::reason("reason", reason)?;
            if let LineState::Suspended { by_the_service, holders_own, .. } = &before.state {
                // the service and its holder each have their own reason
                let by_both = holders_own.is_some() || *by_the_service == context.is_the_service();
                if by_both {
                    return Err(already(id, "suspended").into());
                }
            }
            LineChange::Suspended { reason: reason.clone(), by_the_service: context.is_the_service() }
        }
        LineCommand::Resume => {
            if before.state == LineState::Active {
                return Err(already(id, "active").into());
            }
            match &before.state {
                LineState::Suspended { by_the_service: true, .. } => {
                    context.by_the_service("resuming what the service suspended")?;
                }
                LineState::Suspended { reason, .. } => {
                    context.not_over_its_holder(id, "suspended", reason)?;
                }
                LineState::Active | LineState::Closed => {}
            }
            context.usable_account(before.spec.account)?;
            LineChange::Resumed
        }
        LineCommand::Close => {
            context.free_of(id, &[Kind::Terminal], "detach its terminals first")?;
            LineChange::Closed
        }
    };
    Ok(vec![context.next(&before, change)])
}

/// Incidents are held against the territory of the line: whoever is bound to an account does not end one by naming another.
fn nobody_diverted<V: View>(id: LineId, context: &Context<'_, V>) -> Found<(), V> {
    if context.is_the_service() {
        return Ok(());
    }
    let terminals = context.view.parts_of(id.into(), Kind::Terminal).map_err(Stopped::View)?;
    if terminals.len() >= MOST_PARTS {
        context
            .by_the_service(&format!("another territory for a line with {MOST_PARTS} terminals or more"))?;
    }
    let mut terminals = terminals.into_iter().filter_map(|part| TerminalId::try_from(part).ok());
    terminals.try_for_each(|terminal| incident::not_diverted(terminal, context))
}

/// What has not changed is not looked at again: a line keeps a plan that is no longer sold.
fn check<V: View>(spec: &LineSpec, before: Option<&LineSpec>, context: &Context<'_, V>) -> Found<(), V> {
    fields::name("name", &spec.name)?;
    fields::address(&spec.address)?;
    if before.is_none_or(|before| before.account != spec.account) {
        context.usable_account(spec.account)?;
    }
    let plan: Plan = context.find(spec.plan)?;
    if !plan.offered && before.is_none_or(|before| before.plan != spec.plan) {
        let found = format!("the plan `{}` is no longer sold", plan.spec.name);
        let refused = Refused::new(Code::PlanNotOffered, found, "choose a plan that is");
        return Err(refused.field("plan").because_of(plan.id).into());
    }
    for_surface(spec, &plan)?;
    if before.is_none_or(|before| before.address.territory != spec.address.territory) {
        known_territory(&spec.address.territory, context)?;
    }
    Ok(())
}

/// Refuses if the plan is not for where the line is used.
pub(super) fn for_surface(line: &LineSpec, plan: &Plan) -> Result<(), Refused> {
    if plan.spec.surfaces.contains(&line.surface) {
        return Ok(());
    }
    let accepted: Vec<String> = plan.spec.surfaces.iter().map(ToString::to_string).collect();
    let found = format!("the plan `{}` is not for use at or in the {}", plan.spec.name, line.surface);
    let remedy = format!("it is for {}; choose another plan, or another surface", accepted.join(" and "));
    Err(Refused::new(Code::PlanNotForSurface, found, remedy).field("surface").because_of(plan.id))
}

fn known_territory<V: View>(name: &str, context: &Context<'_, V>) -> Found<(), V> {
    let unknown = || {
        let found = format!("there is no territory named `{name}`");
        Refused::new(Code::NotFound, found, "accepted: the name of a territory").field("address.territory")
    };
    let id: EntityId =
        context.view.named(Kind::Territory, name).map_err(Stopped::View)?.ok_or_else(unknown)?;
    let id = id.try_into().map_err(|_| no_such(id))?;
    let territory: Territory = context.find(id)?;
    if territory.current { Ok(()) } else { Err(unknown().because_of(id).into()) }
}
