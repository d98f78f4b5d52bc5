//! What an order is about, in words that people read.

use crate::document::is_name;
use crate::json::{Fields, Malformed, Value, word_of};
use crate::log::merkle::Hash;
use std::fmt;

/// No text of an order is longer, in bytes.
const MOST_TEXT: usize = 4_000;

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Puts into force or switches on.
    Activate,
    /// Takes out of force or switches off.
    Deactivate,
    /// Serves fewer or for less.
    Restrict,
    /// Serves more slowly.
    Throttle,
    /// Gives back.
    Restore,
}

const ACTIONS: [(&str, Action); 5] = [
    ("activate", Action::Activate),
    ("deactivate", Action::Deactivate),
    ("restore", Action::Restore),
    ("restrict", Action::Restrict),
    ("throttle", Action::Throttle),
];

impl Action {
    /// The one of this word.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        ACTIONS.iter().find(|(one, _)| *one == word).map(|(_, value)| *value)
    }
}

/// What it is done to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TargetKind {
    /// A territory.
    Territory,
    /// A restriction.
    Restriction,
    /// A list of terminals.
    Registry,
    /// A class of plans.
    PlanClass,
    /// What is in force when the control plane is dead.
    FailMode,
}

const TARGETS: [(&str, TargetKind); 5] = [
    ("fail-mode", TargetKind::FailMode),
    ("plan-class", TargetKind::PlanClass),
    ("registry", TargetKind::Registry),
    ("restriction", TargetKind::Restriction),
    ("territory", TargetKind::Territory),
];

impl TargetKind {
    /// The one of this word.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        TARGETS.iter().find(|(one, _)| *one == word).map(|(_, value)| *value)
    }
}

/// One thing that orders change.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Target {
    /// What it is.
    pub kind: TargetKind,
    /// Its name.
    pub name: String,
}

/// What an order has to do with an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RelationKind {
    /// Makes an emergency order last.
    Ratifies,
    /// Goes on where it lapses.
    Renews,
    /// Takes it back.
    Revokes,
    /// Takes its place.
    Supersedes,
}

const RELATIONS: [(&str, RelationKind); 4] = [
    ("ratifies", RelationKind::Ratifies),
    ("renews", RelationKind::Renews),
    ("revokes", RelationKind::Revokes),
    ("supersedes", RelationKind::Supersedes),
];

impl RelationKind {
    /// The one of this word.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        RELATIONS.iter().find(|(one, _)| *one == word).map(|(_, value)| *value)
    }
}

/// An earlier order and what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    /// What becomes of it.
    pub kind: RelationKind,
    /// Its identity.
    pub order: Hash,
}

/// What is foreseen. The whole preview is behind the hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// SHA-256 of the preview's document.
    pub hash: Hash,
    /// Terminals that get service or better service.
    pub gaining: u64,
    /// Terminals that lose service or have it lowered.
    pub losing: u64,
    /// People who lose it, as estimated.
    pub people: u64,
}

/// What an order is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matter {
    /// What is done.
    pub action: Action,
    /// To what.
    pub target: Target,
    /// Why.
    pub reason: String,
    /// By what law.
    pub basis: String,
    /// With what consequences.
    pub preview: Preview,
    /// What it has to do with an earlier order.
    pub relation: Option<Relation>,
}

impl Matter {
    /// Whether what is done gives service back, by what it is done to: a restriction or a list that is put into force takes it away.
    #[must_use]
    pub const fn restores(&self) -> bool {
        matches!(
            (self.action, self.target.kind),
            (Action::Restore, _)
                | (Action::Activate, TargetKind::Territory | TargetKind::PlanClass)
                | (Action::Deactivate, TargetKind::Restriction)
        )
    }

    /// Its fields.
    #[must_use]
    pub fn write(&self) -> Value {
        let preview = Value::object([
            ("gaining", Some(Value::Number(self.preview.gaining))),
            ("hash", Some(Value::hash(&self.preview.hash))),
            ("losing", Some(Value::Number(self.preview.losing))),
            ("people", Some(Value::Number(self.preview.people))),
        ]);
        let relation = |one: &Relation| {
            Value::object([
                ("kind", Some(Value::text(word_of(&RELATIONS, &one.kind)))),
                ("order", Some(Value::hash(&one.order))),
            ])
        };
        let target = Value::object([
            ("kind", Some(Value::text(word_of(&TARGETS, &self.target.kind)))),
            ("name", Some(Value::text(&self.target.name))),
        ]);
        Value::object([
            ("action", Some(Value::text(word_of(&ACTIONS, &self.action)))),
            ("basis", Some(Value::text(&self.basis))),
            ("preview", Some(preview)),
            ("reason", Some(Value::text(&self.reason))),
            ("relation", self.relation.as_ref().map(relation)),
            ("target", Some(target)),
        ])
    }

    /// Of its fields.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(mut fields: Fields) -> Result<Self, Malformed> {
        let text = |fields: &mut Fields, name: &str| {
            let text = fields.text(name)?;
            let is_said = !text.trim().is_empty() && text.len() <= MOST_TEXT;
            is_said.then_some(text).ok_or_else(|| fields.wrong(name, "1 to 4000 bytes of text are needed"))
        };
        let mut preview = fields.fields("preview")?;
        let mut target = fields.fields("target")?;
        let mut relation = if fields.has("relation") { Some(fields.fields("relation")?) } else { None };
        let matter = Self {
            action: fields.word("action", &ACTIONS)?,
            target: Target { kind: target.word("kind", &TARGETS)?, name: target.text("name")? },
            reason: text(&mut fields, "reason")?,
            basis: text(&mut fields, "basis")?,
            preview: Preview {
                hash: preview.hash("hash")?,
                gaining: preview.number("gaining")?,
                losing: preview.number("losing")?,
                people: preview.number("people")?,
            },
            relation: match &mut relation {
                Some(one) => {
                    Some(Relation { kind: one.word("kind", &RELATIONS)?, order: one.hash("order")? })
                }
                None => None,
            },
        };
        if !is_name(&matter.target.name) {
            return Err(target.wrong("name", "a name is needed"));
        }
        for rest in [preview, target].into_iter().chain(relation).chain([fields]) {
            rest.end()?;
        }
        Ok(matter)
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", word_of(&TARGETS, &self.kind), self.name)
    }
}

impl fmt::Display for Matter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", word_of(&ACTIONS, &self.action), self.target)
    }
}
