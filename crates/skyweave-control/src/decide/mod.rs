//! Deciding: a command becomes events, or is refused. Nothing is changed here, and nothing is looked up but through a [`View`].

use crate::command::{Actor, Command};
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
    pub rules: &'a crate::enforcement::Rules,
}

/// The events that do what a command asks for, in the order in which they must be applied. The first is of the command's own subject, others
/// may be of what changes with it; all or none must be stored.
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
    let _ = (command, expected_version, context);
    Err(Refused::new(Code::WrongState, "nothing is decided yet", "wait for it").into())
}
