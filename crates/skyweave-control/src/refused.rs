//! Refusals: what is wrong with a command, and what to do about it.

use crate::id::EntityId;
use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! codes {
    ($($(#[$doc:meta])* $code:ident = $name:literal;)+) => {
        /// Why a command is refused, for programs. The names are stable.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
        pub enum Code { $($(#[$doc])* #[serde(rename = $name)] $code),+ }

        impl Code {
            /// Every code.
            pub const ALL: &[Self] = &[$(Self::$code),+];

            /// Its name in interfaces.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$code => $name),+ }
            }
        }
    };
}

codes! {
    /// A field holds what it must not.
    Malformed = "malformed";
    /// There is no such thing, or none that the actor may know of.
    NotFound = "not_found";
    /// There is one with this id already.
    AlreadyExists = "already_exists";
    /// Another has this name.
    NameTaken = "name_taken";
    /// Another terminal has this hardware key.
    KeyTaken = "key_taken";
    /// It has changed since the actor looked.
    VersionConflict = "version_conflict";
    /// The actor may not touch it.
    OutOfScope = "out_of_scope";
    /// It is closed, retired or withdrawn.
    Closed = "closed";
    /// Its account is disabled.
    AccountDisabled = "account_disabled";
    /// Something still hangs on it.
    InUse = "in_use";
    /// An account would be above itself.
    Cycle = "cycle";
    /// A tree or a list would be too large.
    TooMany = "too_many";
    /// Nothing would change.
    NoChange = "no_change";
    /// This cannot be done in its present state.
    WrongState = "wrong_state";
    /// A terminal must be registered first.
    NotRegistered = "not_registered";
    /// A terminal must be detached first.
    StillAttached = "still_attached";
    /// The service line is suspended.
    LineSuspended = "line_suspended";
    /// The terminal and the service line are of two accounts.
    OtherAccount = "other_account";
    /// The plan is no longer sold.
    PlanNotOffered = "plan_not_offered";
    /// The plan is not for land, sea or air, as the case may be.
    PlanNotForSurface = "plan_not_for_surface";
    /// A text does not have the hash that it is pinned by.
    HashMismatch = "hash_mismatch";
    /// The preview was of another version.
    StalePreview = "stale_preview";
    /// A person must look first.
    NeedsHuman = "needs_human";
    /// It may last no longer.
    TooLong = "too_long";
    /// The same appears twice in one request.
    Doubled = "doubled";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A command that is refused. Nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error, schemars::JsonSchema)]
#[error("{found}; {remedy}")]
pub struct Refused {
    /// Why, for programs.
    pub code: Code,
    /// What was found, as a sentence without its full stop.
    pub found: String,
    /// What would be accepted, or what to do first.
    pub remedy: String,
    /// The field of the command that is wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// What stands in the way, where that is not the command's own subject.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because_of: Option<EntityId>,
}

impl Refused {
    /// It is for those who run the service, and the actor runs no more than a part of it.
    #[must_use]
    pub fn for_the_service(what: &str) -> Self {
        Self::new(Code::OutOfScope, format!("{what} is for those who run the service"), "ask them to do it")
    }

    /// The service took it away: others do not give it back to themselves.
    pub(crate) fn held_by_the_service(found: impl Into<String>) -> Self {
        Self::new(Code::OutOfScope, found, "ask those who run the service, or appeal")
    }

    /// A refusal with its reason and its remedy.
    #[must_use]
    pub fn new(code: Code, found: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { code, found: found.into(), remedy: remedy.into(), field: None, because_of: None }
    }

    /// With the field that is wrong.
    #[must_use]
    pub fn field(mut self, field: &str) -> Self {
        self.field = Some(field.to_owned());
        self
    }

    /// With what stands in the way.
    #[must_use]
    pub fn because_of(mut self, id: impl Into<EntityId>) -> Self {
        self.because_of = Some(id.into());
        self
    }
}

/// Longest part of a wrong value that a message repeats, characters.
const SHOWN: usize = 60;

/// A wrong value as a message may repeat it: its beginning, with control characters made visible.
pub(crate) fn shown(text: &str) -> String {
    let mut shown: String = text.chars().take(SHOWN).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown.escape_debug().to_string()
}
