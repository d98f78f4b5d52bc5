//! Deciding about appeals and permits.

use super::desk::{Decided, Found, closed};
use super::{Context, Stopped, fields};
use crate::command::{AppealCommand, PermitCommand};
use crate::entity::{
    Appeal, AppealChange, AppealState, Incident, IncidentChange, IncidentState, Outcome, Permit,
    PermitChange, Stage, Terminal,
};
use crate::event::Event;
use crate::id::{AppealId, IncidentId, PermitId};
use crate::refused::{Code, Refused};
use crate::time::UnixSeconds;
use crate::view::View;

pub(super) fn decide<V: View>(id: AppealId, command: &AppealCommand, context: &Context<'_, V>) -> Decided<V> {
    if let AppealCommand::Lodge { incident, statement, permit } = command {
        context.absent(id)?;
        return lodge(id, *incident, statement, *permit, context);
    }
    let before: Appeal = context.find(id)?;
    let terminal: Terminal = context.find(before.terminal)?;
    context.in_scope(terminal.account, id)?;
    if before.state != AppealState::Open {
        return Err(closed(id.into()).into());
    }
    let incident: Incident = context.find(before.incident)?;
    match command {
        AppealCommand::Lodge { .. } => Ok(Vec::new()),
        AppealCommand::Decide { upheld, reason } => {
            context.by_the_service("deciding an appeal")?;
            fields::reason("reason", reason)?;
            if context.actor.name == before.lodged_by {
                let found = format!("{} lodged {id}", before.lodged_by);
                let refused = Refused::new(Code::OutOfScope, found, "somebody else must decide it");
                return Err(refused.into());
            }
            let decided = AppealChange::Decided { upheld: *upheld, reason: reason.clone() };
            let mut events = vec![context.next(&before, decided)];
            if *upheld {
                let outcome = Outcome::Allowed;
                events.push(
                    context.next(&incident, IncidentChange::Closed { outcome, note: Some(reason.clone()) }),
                );
            } else {
                events.extend(go_on(&incident, "the appeal was rejected", context));
            }
            events.extend(end_permit(&before, "the appeal was decided", context)?);
            Ok(events)
        }
        AppealCommand::Withdraw => {
            let mut events = vec![context.next(&before, AppealChange::Withdrawn)];
            events.extend(go_on(&incident, "the appeal was withdrawn", context));
            events.extend(end_permit(&before, "the appeal was withdrawn", context)?);
            Ok(events)
        }
    }
}

/// A first appeal holds everything up; further ones are heard, and hold nothing up, so that nobody can appeal for ever.
fn lodge<V: View>(
    id: AppealId,
    incident: IncidentId,
    statement: &str,
    permit: PermitId,
    context: &Context<'_, V>,
) -> Decided<V> {
    let incident: Incident = context.find(incident)?;
    let terminal: Terminal = context.find(incident.terminal)?;
    context.in_scope(terminal.account, incident.id)?;
    fields::long_text("statement", statement)?;
    if incident.state == IncidentState::Closed {
        return Err(closed(incident.id.into()).into());
    }
    if incident.state == IncidentState::Appealed {
        let found = format!("there is an appeal against {} already", incident.id);
        let refused = Refused::new(Code::AlreadyExists, found, "wait until it is decided, or withdraw it");
        return Err(incident.appeal.into_iter().fold(refused, Refused::because_of).into());
    }
    let first = incident.appeal.is_none();
    if first {
        context.absent(permit)?;
    }
    let lodged = AppealChange::Lodged {
        incident: incident.id,
        terminal: terminal.id,
        statement: statement.to_owned(),
        permit: first.then_some(permit),
    };
    let version = incident.version + 1;
    let mut events = vec![
        context.first(id, lodged),
        context.event(incident.id, version, IncidentChange::Appealed { appeal: id }),
    ];
    if first {
        let until_s = context.now.plus(context.rules.permit_s);
        let granted = PermitChange::Granted {
            terminal: terminal.id,
            appeal: Some(id),
            from_s: context.now,
            until_s,
            reason: "an appeal is open".to_owned(),
        };
        let held = IncidentChange::Enforced {
            step: Stage::Held { until_s },
            reason: format!("service goes on until the appeal is decided, at the latest until {until_s}"),
        };
        events.push(context.first(permit, granted));
        events.push(context.event(incident.id, version + 1, held));
    }
    Ok(events)
}

/// Enforcement goes on after an appeal; its holder gets some grace, wherever it stood.
fn go_on<V: View>(incident: &Incident, why: &str, context: &Context<'_, V>) -> Vec<Event> {
    let mut events = vec![context.next(incident, IncidentChange::AppealEnded)];
    if let Stage::Held { .. } = incident.enforcement {
        let until_s = context.now.plus(context.rules.grace_after_permit_s);
        let step = IncidentChange::Enforced {
            step: Stage::Grace { until_s },
            reason: format!("{why}; nothing changes before {until_s}"),
        };
        events.push(context.event(incident.id, incident.version + 2, step));
    }
    events
}

/// There is nothing left to decide: the incident was closed, in favour of the terminal or not.
pub(super) fn end_with_its_incident<V: View>(
    appeal: &Appeal,
    upheld: bool,
    context: &Context<'_, V>,
) -> Decided<V> {
    let how = if upheld { "closed in favour of the terminal" } else { "confirmed" };
    let reason = format!("the incident was {how}");
    let decided = AppealChange::Decided { upheld, reason: reason.clone() };
    let mut events = vec![context.next(appeal, decided)];
    events.extend(end_permit(appeal, &reason, context)?);
    Ok(events)
}

fn end_permit<V: View>(appeal: &Appeal, why: &str, context: &Context<'_, V>) -> Found<Option<Event>, V> {
    let Some(permit) = appeal.permit else {
        return Ok(None);
    };
    let permit: Option<Permit> = context.view.get(permit).map_err(Stopped::View)?;
    let permit = permit.filter(|permit| permit.holds(context.now));
    Ok(permit.map(|permit| context.next(&permit, PermitChange::Ended { reason: why.to_owned() })))
}

pub(super) fn decide_permit<V: View>(
    id: PermitId,
    command: &PermitCommand,
    context: &Context<'_, V>,
) -> Decided<V> {
    context.by_the_service("giving permits")?;
    if let PermitCommand::Grant { terminal, until_s, reason } = command {
        context.absent(id)?;
        let terminal: Terminal = context.find(*terminal)?;
        fields::reason("reason", reason)?;
        bounded(*until_s, context)?;
        let granted = PermitChange::Granted {
            terminal: terminal.id,
            appeal: None,
            from_s: context.now,
            until_s: *until_s,
            reason: reason.clone(),
        };
        return Ok(vec![context.first(id, granted)]);
    }
    let before: Permit = context.find(id)?;
    if !before.holds(context.now) {
        let found = format!("{id} ended at {}", before.until_s);
        return Err(Refused::new(Code::Closed, found, "grant another").into());
    }
    let change = match command {
        PermitCommand::Grant { .. } => return Ok(Vec::new()),
        PermitCommand::Extend { until_s } => {
            bounded(*until_s, context)?;
            if *until_s <= before.until_s {
                return Err(
                    fields::wrong("until_s", format!("{until_s} is not later"), "a later time").into()
                );
            }
            PermitChange::Extended { until_s: *until_s }
        }
        PermitCommand::End { reason } => {
            fields::reason("reason", reason)?;
            PermitChange::Ended { reason: reason.clone() }
        }
    };
    Ok(vec![context.next(&before, change)])
}

fn bounded<V: View>(until: UnixSeconds, context: &Context<'_, V>) -> Result<(), Refused> {
    fields::to_come("until_s", Some(until), context.now)?;
    let longest_s = context.rules.longest_permit_s;
    if until.since(context.now) <= longest_s {
        return Ok(());
    }
    let found = format!("a permit until {until}");
    let remedy = format!("accepted: at most {} days from now; it can be extended", longest_s / 86_400);
    Err(Refused::new(Code::TooLong, found, remedy).field("until_s"))
}
