//! Deciding about terminals.

use super::desk::{Decided, Found, closed};
use super::{Context, Stopped, fields, incident, line};
use crate::command::TerminalCommand;
use crate::entity::{
    Entry, Holders, LineState, Plan, ServiceLine, Terminal, TerminalChange, TerminalState, Verb,
};
use crate::id::{AccountId, IncidentId, LineId, TerminalId};
use crate::refused::{Code, Refused};
use crate::view::View;

pub(super) fn decide<V: View>(
    id: TerminalId,
    command: &TerminalCommand,
    context: &Context<'_, V>,
) -> Decided<V> {
    if let TerminalCommand::Enter { entry } = command {
        context.absent(id)?;
        enter(id, entry, context)?;
        return Ok(vec![context.first(id, TerminalChange::Entered(entry.clone()))]);
    }
    let before: Terminal = context.find(id)?;
    // whoever holds a terminal that no account has may register it
    if before.account.is_some() || !matches!(command, TerminalCommand::Register { .. }) {
        context.in_scope(before.account, id)?;
    }
    if before.state == TerminalState::Retired {
        return Err(closed(id.into()).into());
    }
    let change = match command {
        TerminalCommand::Enter { .. } => return Ok(Vec::new()),
        TerminalCommand::Describe { serial, model, tags, note } => {
            let same =
                (serial, model, tags, note) == (&before.serial, &before.model, &before.tags, &before.note);
            if same {
                return Ok(Vec::new());
            }
            describe(serial.as_deref(), model.as_deref(), note.as_deref())?;
            fields::tags(tags)?;
            TerminalChange::Described {
                serial: serial.clone(),
                model: model.clone(),
                tags: tags.clone(),
                note: note.clone(),
            }
        }
        TerminalCommand::Register { account, holders } => {
            possible(&before, Verb::Register)?;
            context.usable_account(*account)?;
            known_holders(holders, &before.holders, Some(*account), context)?;
            TerminalChange::Registered { account: *account, holders: *holders }
        }
        TerminalCommand::Attach { line } => {
            attach(&before, *line, context)?;
            TerminalChange::Attached { line: *line }
        }
        TerminalCommand::Transfer { account, holders, reason } => {
            if before.account == Some(*account) && before.holders == *holders {
                return Ok(Vec::new());
            }
            transfer(&before, *account, holders, reason, context)?;
            TerminalChange::Transferred { account: Some(*account), holders: *holders, reason: reason.clone() }
        }
        TerminalCommand::Move { verb, reason, incident } => {
            by_verb(&before, *verb, reason.as_deref(), *incident, context)?;
            TerminalChange::Moved {
                verb: *verb,
                reason: reason.clone(),
                incident: *incident,
                by_the_service: context.is_the_service(),
            }
        }
    };
    Ok(vec![context.next(&before, change)])
}

fn enter<V: View>(id: TerminalId, entry: &Entry, context: &Context<'_, V>) -> Found<(), V> {
    describe(entry.serial.as_deref(), entry.model.as_deref(), entry.note.as_deref())?;
    fields::tags(&entry.tags)?;
    match entry.account {
        Some(account) => _ = context.usable_account(account)?,
        None => context.by_the_service("entering a terminal without an account")?,
    }
    known_holders(&entry.holders, &Holders::default(), entry.account, context)?;
    let key = &entry.hardware_key;
    if let Some(other) = context.view.terminal_with_key(key).map_err(Stopped::View)? {
        let terminal: Option<Terminal> = context.view.get(other).map_err(Stopped::View)?;
        let free = terminal.is_some_and(|terminal| terminal.state == TerminalState::Manufactured);
        let refused = if free {
            let found = format!("the terminal with the key {key} was entered as manufactured, {other}");
            Refused::new(Code::KeyTaken, found, format!("register {other}")).because_of(other)
        } else {
            // of whom it is, is nobody else's business
            let found = format!("there is a terminal with the key {key} already");
            Refused::new(Code::KeyTaken, found, "accepted: the key of a terminal that is not in the books")
        };
        return Err(refused.field("hardware_key").into());
    }
    match (entry.account, entry.line) {
        (None, Some(_)) => Err(not_registered(id).into()),
        (Some(account), Some(line)) => fit_line(id, account, line, context),
        (_, None) => Ok(()),
    }
}

fn describe(serial: Option<&str>, model: Option<&str>, note: Option<&str>) -> Result<(), Refused> {
    fields::description("serial", serial)?;
    fields::description("model", model)?;
    fields::description("note", note)
}

/// Owner and operator may protect a terminal, and whoever names an organization learns that there is one: whoever runs only a part of the
/// service names none but those of the account, and those that the terminal has.
fn known_holders<V: View>(
    holders: &Holders,
    before: &Holders,
    account: Option<AccountId>,
    context: &Context<'_, V>,
) -> Found<(), V> {
    let protecting = [before.owner, before.operator];
    let any = [before.owner, before.operator, before.donor];
    for (field, organization, had) in [
        ("owner", holders.owner, protecting.as_slice()),
        ("operator", holders.operator, &protecting),
        ("donor", holders.donor, &any),
    ] {
        match organization {
            Some(organization) if had.contains(&Some(organization)) => {
                context.open_organization(organization, field)?;
            }
            Some(organization) => context.own_organization(organization, account, field)?,
            None => {}
        }
    }
    Ok(())
}

fn attach<V: View>(before: &Terminal, line: LineId, context: &Context<'_, V>) -> Found<(), V> {
    let id = before.id;
    let Some(account) = before.account else {
        return Err(not_registered(id).into());
    };
    if let Some(other) = before.line {
        return Err(still_attached(before, other).into());
    }
    possible(before, Verb::Attach)?;
    incident::not_diverted(id, context)?;
    fit_line(id, account, line, context)
}

/// Refuses if a terminal of this account cannot be put on this line.
pub(crate) fn fit_line<V: View>(
    id: TerminalId,
    account: AccountId,
    line: LineId,
    context: &Context<'_, V>,
) -> Found<(), V> {
    let line: ServiceLine = context.find(line)?;
    context.in_scope(Some(line.spec.account), line.id)?;
    if line.spec.account != account {
        let found = format!("{id} is of {account}, and {} of {}", line.id, line.spec.account);
        let remedy = "transfer the terminal to the account of the line, or use a line of its own account";
        return Err(Refused::new(Code::OtherAccount, found, remedy).because_of(line.id).into());
    }
    context.usable_account(account)?;
    match &line.state {
        LineState::Active => {}
        LineState::Suspended { reason, .. } => {
            let found = format!("{} is suspended: {reason}", line.id);
            let refused = Refused::new(Code::LineSuspended, found, "resume the line first");
            return Err(refused.because_of(line.id).into());
        }
        LineState::Closed => return Err(closed(line.id.into()).into()),
    }
    let plan: Plan = context.find(line.spec.plan)?;
    line::for_surface(&line.spec, &plan)?;
    Ok(())
}

fn transfer<V: View>(
    before: &Terminal,
    account: AccountId,
    holders: &Holders,
    reason: &str,
    context: &Context<'_, V>,
) -> Found<(), V> {
    fields::reason("reason", reason)?;
    let Some(from) = before.account else {
        return Err(not_registered(before.id).into());
    };
    known_holders(holders, &before.holders, Some(account), context)?;
    if from == account {
        return Ok(());
    }
    context.may_leave(from)?;
    if let Some(line) = before.line {
        return Err(still_attached(before, line).into());
    }
    if before.state != TerminalState::Registered {
        let found = format!("{} is {}", before.id, before.state);
        return Err(Refused::new(Code::WrongState, found, "recover it first").into());
    }
    context.usable_account(account)?;
    Ok(())
}

fn by_verb<V: View>(
    before: &Terminal,
    verb: Verb,
    reason: Option<&str>,
    incident: Option<IncidentId>,
    context: &Context<'_, V>,
) -> Found<(), V> {
    if matches!(verb, Verb::Register | Verb::Attach) {
        let remedy = format!("use the command `{verb}`, which names the account or the line");
        return Err(Refused::new(Code::Malformed, format!("by: `{verb}`"), remedy).field("by").into());
    }
    possible(before, verb)?;
    if before.held_by_the_service && !context.is_the_service() {
        let found = format!("{} is {}, and the service made it so", before.id, before.state);
        return Err(Refused::held_by_the_service(found).into());
    }
    match (verb, before.account, before.line) {
        (Verb::Detach, _, Some(line)) => may_be_left(line, context)?,
        (Verb::Unregister, Some(account), _) => context.may_leave(account)?,
        _ => {}
    }
    match (reason, verb) {
        (Some(reason), _) => fields::reason("reason", reason)?,
        (None, Verb::Activate | Verb::Detach | Verb::Resume) => {}
        (None, _) => return Err(fields::wrong("reason", "none", "why, in a few words").into()),
    }
    if let Some(incident) = incident {
        let incident: crate::entity::Incident = context.find(incident)?;
        if incident.terminal != before.id {
            let found = format!("{} is about {}", incident.id, incident.terminal);
            let refused = Refused::new(Code::Malformed, found, "accepted: an incident of this terminal");
            return Err(refused.field("incident").because_of(incident.id).into());
        }
    }
    if let (Verb::Resume, Some(account), Some(line)) = (verb, before.account, before.line) {
        fit_line(before.id, account, line, context)?;
    }
    Ok(())
}

/// Refuses to take a terminal off a line that the service suspended, unless the actor runs the service.
fn may_be_left<V: View>(line: LineId, context: &Context<'_, V>) -> Found<(), V> {
    if context.is_the_service() {
        return Ok(());
    }
    match context.find::<ServiceLine>(line)?.state {
        LineState::Suspended { reason, by_the_service: true, .. } => {
            let found = format!("{line} is suspended, and the service made it so: {reason}");
            Err(Refused::held_by_the_service(found).because_of(line).into())
        }
        _ => Ok(()),
    }
}

fn possible(terminal: &Terminal, verb: Verb) -> Result<(), Refused> {
    if terminal.state_after(verb).is_some() {
        return Ok(());
    }
    let possible: Vec<&str> = terminal.possible().into_iter().map(Verb::name).collect();
    let found = format!("{} is {}, and `{verb}` does not apply", terminal.id, terminal.state);
    Err(Refused::new(Code::WrongState, found, format!("accepted now: {}", possible.join(", "))))
}

fn not_registered(id: TerminalId) -> Refused {
    let found = format!("{id} is not registered with any account");
    Refused::new(Code::NotRegistered, found, "register it first, then create a service line, then attach it")
}

fn still_attached(terminal: &Terminal, line: LineId) -> Refused {
    let found = format!("{} is attached to {line}", terminal.id);
    Refused::new(Code::StillAttached, found, "detach it first").because_of(line)
}
