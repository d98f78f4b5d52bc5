//! Deciding: a command becomes events, or is refused. Nothing is changed here, and nothing is looked up but through a [`View`].
//!
//! A module a kind. Each first looks at the command's own subject, then at what it would touch, then at its fields; so that a refusal names
//! what the actor can do something about.

mod account;
mod appeal;
mod border;
mod desk;
mod fields;
mod incident;
mod line;
mod organization;
mod plan;
mod protected;
mod registry;
mod restriction;
mod terminal;

pub use fields::sha256_of;
pub(crate) use fields::{description as check_description, tags as check_tags};
pub use incident::situation;
pub(crate) use terminal::fit_line as check_line;

use crate::command::{Actor, Command};
use crate::enforcement::Rules;
use crate::event::Event;
use crate::refused::{Code, Refused};
use crate::time::UnixSeconds;
use crate::view::View;

/// Why a command did not become events.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Stopped<F> {
    /// It is refused.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// Something could not be looked up.
    #[error("something could not be looked up")]
    View(F),
}

/// What a decision needs to know beside the command.
#[derive(Debug)]
pub struct Context<'a, V> {
    /// What is there.
    pub view: &'a V,
    /// Who asks.
    pub actor: &'a Actor,
    /// The time that events will bear.
    pub now: UnixSeconds,
    /// The rules of enforcement.
    pub rules: &'a Rules,
}

/// The events that do what a command asks for, in the order in which they must be applied: the first is of the command's own subject, others
/// may be of what changes with it. All or none must be stored. No events: all is as asked for already.
///
/// `expected_version` is the version that the actor has seen (0: it must not exist yet); none if that does not matter. Whoever stores events
/// must still check that the versions before them are in force, for others may store at the same time.
///
/// # Errors
/// [`Stopped::Refused`] if the command cannot be done; [`Stopped::View`] if something could not be looked up.
pub fn decide<V: View>(
    command: &Command,
    expected_version: Option<u64>,
    context: &Context<'_, V>,
) -> Result<Vec<Event>, Stopped<V::Failure>> {
    if !context.actor.is_named() {
        return Err(fields::wrong("actor", "no name that events can bear", "1 to 200 characters").into());
    }
    as_seen(command, expected_version, context)?;
    match command {
        Command::Organization { id, command } => organization::decide(*id, command, context),
        Command::Account { id, command } => account::decide(*id, command, context),
        Command::Plan { id, command } => plan::decide(*id, command, context),
        Command::ServiceLine { id, command } => line::decide(*id, command, context),
        Command::Terminal { id, command } => terminal::decide(*id, command, context),
        Command::Registry { id, command } => registry::decide(*id, command, context),
        Command::BoundarySet { id, command } => border::decide_set(*id, command, context),
        Command::Territory { id, command } => border::decide_territory(*id, command, context),
        Command::Restriction { id, command } => restriction::decide(*id, command, context),
        Command::ProtectedClass { id, command } => protected::decide(*id, command, context),
        Command::Incident { id, command } => incident::decide(*id, command, context),
        Command::Appeal { id, command } => appeal::decide(*id, command, context),
        Command::Permit { id, command } => appeal::decide_permit(*id, command, context),
    }
}

fn as_seen<V: View>(
    command: &Command,
    expected_version: Option<u64>,
    context: &Context<'_, V>,
) -> Result<(), Stopped<V::Failure>> {
    let Some(expected) = expected_version else {
        return Ok(());
    };
    let id = command.id();
    let have = context.view.entity(id).map_err(Stopped::View)?.map_or(0, |entity| entity.version());
    if have == expected {
        return Ok(());
    }
    let found = match have {
        0 => format!("there is no {id}, and version {expected} of it was expected"),
        _ => format!("{id} is at version {have}, and version {expected} was expected"),
    };
    Err(Refused::new(Code::VersionConflict, found, "look at it again, and decide anew").into())
}
