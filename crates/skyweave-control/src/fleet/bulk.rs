//! One command for many terminals, with a preview of what it would do to each.

use crate::command::{Command, TerminalCommand};
use crate::decide::{Context, Stopped, decide};
use crate::entity::{Terminal, TerminalState};
use crate::event::Event;
use crate::id::{AccountId, EntityId, LineId, TerminalId};
use crate::refused::{Code, Refused};
use crate::view::{StageError, Staged, View};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Most terminals of one bulk command.
pub const MOST_TERMINALS: usize = 100_000;

/// One command for many terminals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Bulk {
    /// Which, each once.
    pub terminals: Vec<TerminalId>,
    /// What: anything but to enter the books, which imports do.
    #[serde(rename = "do")]
    pub command: TerminalCommand,
}

/// What becomes of a bulk command when some terminals refuse it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Nothing happens to any terminal.
    #[default]
    AllOrNothing,
    /// It happens to the others.
    SkipRefused,
}

/// What of a terminal a bulk command can change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Standing {
    /// Its state.
    pub state: TerminalState,
    /// Its account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// Its service line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<LineId>,
}

/// What a bulk command would do to one terminal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(tag = "would", rename_all = "snake_case")]
pub enum Effect {
    /// Change it.
    Change {
        /// How it stands.
        before: Standing,
        /// How it would.
        after: Standing,
    },
    /// Nothing: it is so already.
    Nothing,
    /// Be refused.
    Refuse {
        /// Why.
        refused: Refused,
    },
}

/// What a bulk command would do to one terminal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Row {
    /// Place in the list, from 1.
    pub row: usize,
    /// Which terminal.
    pub terminal: TerminalId,
    /// What.
    #[serde(flatten)]
    pub effect: Effect,
}

/// What a bulk command would do.
#[derive(Debug, Clone, PartialEq)]
pub struct Preview {
    /// To each terminal, in the order of the list.
    pub rows: Vec<Row>,
    /// How many it would change.
    pub changed: usize,
    /// How many are so already.
    pub unchanged: usize,
    /// How many refuse.
    pub refused: usize,
    /// How many that are served now would be served no longer.
    pub losing_service: usize,
    events: Vec<Event>,
}

impl Preview {
    /// The events to store, all or none.
    ///
    /// # Errors
    /// In [`Mode::AllOrNothing`], the first refusal, with how many there are.
    pub fn into_events(self, mode: Mode) -> Result<Vec<Event>, Refused> {
        let refusal = self.rows.iter().find_map(|row| match &row.effect {
            Effect::Refuse { refused } => Some((row.row, refused)),
            _ => None,
        });
        match (mode, refusal) {
            (Mode::AllOrNothing, Some((row, refused))) => {
                let (count, all) = (self.refused, self.rows.len());
                let found =
                    format!("{count} of {all} terminals refuse; the first is row {row}: {}", refused.found);
                Err(Refused { found, ..refused.clone() })
            }
            _ => Ok(self.events),
        }
    }
}

impl Bulk {
    /// The terminals, worth fetching at once before [`Bulk::preview`].
    pub fn touches(&self) -> impl Iterator<Item = EntityId> + '_ {
        self.terminals.iter().map(|id| EntityId::from(*id))
    }

    /// What it would do. Nothing happens yet.
    ///
    /// # Errors
    /// If the list itself is refused (too long, or a terminal twice), or something could not be looked up.
    pub fn preview<V: View>(&self, context: &Context<'_, V>) -> Result<Preview, Stopped<V::Failure>> {
        self.check()?;
        let mut staged = Staged::on(context.view);
        let mut preview = Preview {
            rows: Vec::with_capacity(self.terminals.len()),
            changed: 0,
            unchanged: 0,
            refused: 0,
            losing_service: 0,
            events: Vec::new(),
        };
        for (place, terminal) in self.terminals.iter().enumerate() {
            let (effect, events) = self.effect(*terminal, &staged, context)?;
            match &effect {
                Effect::Change { before, after } => {
                    preview.changed += 1;
                    preview.losing_service +=
                        usize::from(before.state.is_served() && !after.state.is_served());
                }
                Effect::Nothing => preview.unchanged += 1,
                Effect::Refuse { .. } => preview.refused += 1,
            }
            for event in &events {
                staged.apply(event).map_err(stopped)?;
            }
            preview.events.extend(events);
            preview.rows.push(Row { row: place + 1, terminal: *terminal, effect });
        }
        Ok(preview)
    }

    fn effect<V: View>(
        &self,
        id: TerminalId,
        staged: &Staged<'_, V>,
        context: &Context<'_, V>,
    ) -> Result<(Effect, Vec<Event>), Stopped<V::Failure>> {
        let command = Command::Terminal { id, command: self.command.clone() };
        let over = Context { view: staged, actor: context.actor, now: context.now, rules: context.rules };
        let events = match decide(&command, None, &over) {
            Ok(events) if events.is_empty() => return Ok((Effect::Nothing, events)),
            Ok(events) => events,
            Err(Stopped::Refused(refused)) => return Ok((Effect::Refuse { refused }, Vec::new())),
            Err(Stopped::View(failure)) => return Err(Stopped::View(failure)),
        };
        let mut after = Staged::on(staged);
        for event in &events {
            after.apply(event).map_err(stopped)?;
        }
        let standing = |view: Option<Terminal>| view.map(|terminal| Standing::of(&terminal));
        let before = standing(staged.get(id).map_err(Stopped::View)?);
        let after = standing(after.get(id).map_err(Stopped::View)?);
        let effect =
            before.zip(after).map_or(Effect::Nothing, |(before, after)| Effect::Change { before, after });
        Ok((effect, events))
    }

    fn check(&self) -> Result<(), Refused> {
        if self.terminals.len() > MOST_TERMINALS {
            let found = format!("{} terminals", self.terminals.len());
            let remedy = format!("accepted: at most {MOST_TERMINALS} at once");
            return Err(Refused::new(Code::TooMany, found, remedy).field("terminals"));
        }
        if let TerminalCommand::Enter { .. } = self.command {
            let remedy = "use an import, which enters terminals from a file";
            return Err(Refused::new(Code::Malformed, "do: `enter` for many terminals", remedy).field("do"));
        }
        let mut seen = BTreeSet::new();
        for (place, terminal) in self.terminals.iter().enumerate() {
            if !seen.insert(terminal) {
                let found = format!("row {} names {terminal}, which an earlier row does too", place + 1);
                let refused = Refused::new(Code::Doubled, found, "accepted: each terminal once");
                return Err(refused.field("terminals").because_of(*terminal));
            }
        }
        Ok(())
    }
}

impl Standing {
    fn of(terminal: &Terminal) -> Self {
        Self { state: terminal.state, account: terminal.account, line: terminal.line }
    }
}

/// Refusals of a preview, counted by code.
#[must_use]
pub fn by_code(preview: &Preview) -> BTreeMap<Code, usize> {
    let mut counts = BTreeMap::new();
    for row in &preview.rows {
        if let Effect::Refuse { refused } = &row.effect {
            *counts.entry(refused.code).or_default() += 1;
        }
    }
    counts
}

/// An event that deciding has just made follows from the view it was made on, unless that view changes while it is asked.
fn stopped<F>(error: StageError<F>) -> Stopped<F> {
    match error {
        StageError::View(failure) => Stopped::View(failure),
        StageError::Fold(error) => {
            Refused::new(Code::VersionConflict, error.to_string(), "look at it again, and decide anew").into()
        }
    }
}
