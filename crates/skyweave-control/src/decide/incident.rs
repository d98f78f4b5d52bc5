//! Deciding about incidents.

use super::desk::{Decided, Found, closed};
use super::{Context, Stopped, appeal, fields};
use crate::command::IncidentCommand;
use crate::enforcement::{self, Situation};
use crate::entity::{
    Account, AnyEntity, Appeal, Cause, Incident, IncidentChange, IncidentState, Outcome, Permit, Plan,
    ProtectedClass, ServiceLine, Terminal, protectors,
};
use crate::id::{EntityId, IncidentId, Kind, PermitId, ProtectedClassId, TerminalId};
use crate::refused::{Code, Refused};
use crate::view::View;

pub(super) fn decide<V: View>(
    id: IncidentId,
    command: &IncidentCommand,
    context: &Context<'_, V>,
) -> Decided<V> {
    if let IncidentCommand::Open { terminal, finding } = command {
        context.by_the_service("opening an incident")?;
        context.absent(id)?;
        let terminal: Terminal = context.find(*terminal)?;
        if let Some(open) = open_incident(terminal.id, context)? {
            let found = format!("{} has an incident already, {open}", terminal.id);
            let refused = Refused::new(Code::AlreadyExists, found, "add what was found to it");
            return Err(refused.because_of(open).into());
        }
        fields::finding(finding, context.now)?;
        let opened = IncidentChange::Opened { terminal: terminal.id, finding: finding.clone() };
        return Ok(vec![context.first(id, opened)]);
    }
    let before: Incident = context.find(id)?;
    let terminal: Terminal = context.find(before.terminal)?;
    context.in_scope(terminal.account, id)?;
    if before.state == IncidentState::Closed {
        return Err(closed(id.into()).into());
    }
    let change = match command {
        IncidentCommand::Open { .. } => return Ok(Vec::new()),
        IncidentCommand::Find { finding } if *finding == before.finding => return Ok(Vec::new()),
        IncidentCommand::Find { finding } => {
            context.by_the_service("adding to an incident")?;
            fields::finding(finding, context.now)?;
            IncidentChange::Found { finding: finding.clone() }
        }
        IncidentCommand::Acknowledge { note } => {
            fields::optional("note", note.as_deref())?;
            if before.state != IncidentState::Open {
                return Ok(Vec::new());
            }
            IncidentChange::Acknowledged { note: note.clone() }
        }
        IncidentCommand::ApproveCut { reason } => {
            context.by_the_service("approving a cut")?;
            fields::reason("reason", reason)?;
            approvable(&before, context)?;
            IncidentChange::CutApproved { reason: reason.clone() }
        }
        IncidentCommand::Advance => {
            context.by_the_service("enforcement")?;
            let situation = situation(&before, context)?;
            let Some(step) = enforcement::next(&before, context.rules, &situation) else {
                return Ok(Vec::new());
            };
            IncidentChange::Enforced { step: step.to, reason: step.reason }
        }
        IncidentCommand::Close { outcome, note } => {
            context.by_the_service("closing an incident")?;
            fields::optional("note", note.as_deref())?;
            let closed = IncidentChange::Closed { outcome: *outcome, note: note.clone() };
            return close(&before, *outcome, closed, context);
        }
    };
    Ok(vec![context.next(&before, change)])
}

/// An incident takes its appeal with it; but one that is confirmed waits until its first appeal is decided.
fn close<V: View>(
    incident: &Incident,
    outcome: Outcome,
    closed: IncidentChange,
    context: &Context<'_, V>,
) -> Decided<V> {
    let mut events = vec![context.next(incident, closed)];
    if let Some(appeal) = open_appeal(incident, context)? {
        let upheld = outcome != Outcome::Confirmed;
        if !upheld && appeal.is_first() {
            let found = format!("there is an appeal against {}", incident.id);
            let refused = Refused::new(Code::WrongState, found, "decide the appeal");
            return Err(refused.because_of(appeal.id).into());
        }
        events.extend(appeal::end_with_its_incident(&appeal, upheld, context)?);
    }
    Ok(events)
}

/// A person can only approve what they have before them: an incident whose first appeal is not open, and that leads to a cut at all.
fn approvable<V: View>(incident: &Incident, context: &Context<'_, V>) -> Found<(), V> {
    if let Some(appeal) = open_appeal(incident, context)?.filter(Appeal::is_first) {
        let found = format!("there is an appeal against {}", incident.id);
        let refused = Refused::new(Code::WrongState, found, "decide the appeal first");
        return Err(refused.because_of(appeal.id).into());
    }
    if matches!(incident.finding.cause, Cause::BorderFlicker) {
        let found = format!("{} is border flicker, from which nothing follows", incident.id);
        return Err(Refused::new(Code::WrongState, found, "there is nothing to approve").into());
    }
    if incident.cut_approved_by.is_some() {
        let found = format!("{} was approved already", incident.id);
        return Err(Refused::new(Code::WrongState, found, "there is nothing to do").into());
    }
    Ok(())
}

fn open_appeal<V: View>(incident: &Incident, context: &Context<'_, V>) -> Found<Option<Appeal>, V> {
    let open = incident.appeal.filter(|_| incident.state == IncidentState::Appealed);
    open.map(|appeal| context.find(appeal)).transpose()
}

/// Refuses while a terminal is held to be diverted, unless the actor runs the service: where it may be is then not for its holder to change.
pub(super) fn not_diverted<V: View>(terminal: TerminalId, context: &Context<'_, V>) -> Found<(), V> {
    if context.is_the_service() {
        return Ok(());
    }
    let Some(open) = open_incident(terminal, context)? else {
        return Ok(());
    };
    let incident: Option<AnyEntity> = context.view.entity(open).map_err(Stopped::View)?;
    match incident {
        Some(AnyEntity::Incident(incident)) if incident.finding.cause == Cause::Diverted => {
            let found = format!("{terminal} is held to be diverted, and {open} is open");
            let remedy = "bring it back, appeal, or ask those who run the service";
            Err(Refused::new(Code::OutOfScope, found, remedy).because_of(open).into())
        }
        _ => Ok(()),
    }
}

fn open_incident<V: View>(terminal: TerminalId, context: &Context<'_, V>) -> Found<Option<EntityId>, V> {
    let open = context.view.parts_of(terminal.into(), Kind::Incident).map_err(Stopped::View)?;
    Ok(open.first().copied())
}

/// What enforcement must know beside the incident.
///
/// # Errors
/// [`Stopped::View`] if something could not be looked up.
pub fn situation<V: View>(
    incident: &Incident,
    context: &Context<'_, V>,
) -> Result<Situation, Stopped<V::Failure>> {
    let terminal: Terminal = context.find(incident.terminal)?;
    let mut permitted_until = None;
    for id in context.view.parts_of(terminal.id.into(), Kind::Permit).map_err(Stopped::View)? {
        let permit = PermitId::try_from(id).ok().map(|id| context.view.get::<Permit>(id)).transpose();
        let until = permit.map_err(Stopped::View)?.flatten().filter(|permit| permit.holds(context.now));
        permitted_until = permitted_until.max(until.map(|permit| permit.until_s));
    }
    let roaming_days = match terminal.line {
        Some(line) => {
            let line: ServiceLine = context.find(line)?;
            context.find::<Plan>(line.spec.plan)?.spec.roaming.days
        }
        None => 0,
    };
    let protected = is_protected(&terminal, context)?;
    Ok(Situation { protected, permitted_until, roaming_days, now: context.now })
}

/// Whether the terminal, its account or one above it, an owner or operator of it, or who answers for its account, is in a protected class.
fn is_protected<V: View>(terminal: &Terminal, context: &Context<'_, V>) -> Found<bool, V> {
    let (accounts, answers) = match terminal.account {
        Some(account) => {
            let answers = context.find::<Account>(account)?.spec.organization;
            (context.with_all_above(account)?, Some(answers))
        }
        None => (Vec::new(), None),
    };
    for member in protectors(terminal, accounts, answers) {
        for id in context.view.parts_of(member, Kind::ProtectedClass).map_err(Stopped::View)? {
            let Ok(id) = ProtectedClassId::try_from(id) else {
                continue;
            };
            let class: Option<ProtectedClass> = context.view.get(id).map_err(Stopped::View)?;
            // who keeps a class is not in it for that
            let holds = |class: ProtectedClass| class.members.contains(&member) && class.holds(context.now);
            if class.is_some_and(holds) {
                return Ok(true);
            }
        }
    }
    Ok(false)
}
