//! Terminals: what they are, who has them and had them, and in which state they are.

use super::{Entity, HardwareKey, MOVES, Misfit, Move, Stamp, TerminalState, Verb};
use crate::id::{AccountId, EntityId, IncidentId, Kind, LineId, OrganizationId, TerminalId};
use crate::time::UnixSeconds;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeSet;
use std::fmt;

/// Who has a terminal, beside the account that answers for it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Holders {
    /// Whose property it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<OrganizationId>,
    /// Who paid for it and gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub donor: Option<OrganizationId>,
    /// Who uses it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator: Option<OrganizationId>,
}

/// By name only: serde would take a list of three for them too, and of nothing but nulls where somebody meant a list of holders.
impl<'de> Deserialize<'de> for Holders {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Named;
        impl<'de> Visitor<'de> for Named {
            type Value = Holders;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object with `owner`, `donor` and `operator`, each of which may be missing")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Holders, A::Error> {
                let mut holders = Holders::default();
                while let Some(name) = map.next_key::<String>()? {
                    match name.as_str() {
                        "owner" => holders.owner = map.next_value()?,
                        "donor" => holders.donor = map.next_value()?,
                        "operator" => holders.operator = map.next_value()?,
                        other => return Err(A::Error::unknown_field(other, &["owner", "donor", "operator"])),
                    }
                }
                Ok(holders)
            }
        }
        deserializer.deserialize_map(Named)
    }
}

/// One link of the chain of custody: from its date on, these had the terminal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Custody {
    /// Since when.
    pub since_s: UnixSeconds,
    /// Who wrote it down.
    pub recorded_by: String,
    /// The account; none if no account had it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// Who else.
    #[serde(default)]
    pub holders: Holders,
    /// Why it changed hands.
    pub reason: String,
}

/// A terminal as it comes into the books.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The key it proves itself with, of which there is only one.
    pub hardware_key: HardwareKey,
    /// The serial number of the kit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial: Option<String>,
    /// The model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The account that registers it; none if it was only manufactured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// The service line to which it is attached at once; only with an account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<LineId>,
    /// Who has it.
    #[serde(default)]
    pub holders: Holders,
    /// Words to find it by.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub tags: BTreeSet<String>,
    /// Anything else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A user terminal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Terminal {
    /// Its id.
    pub id: TerminalId,
    /// Number of events.
    pub version: u64,
    /// The key it proves itself with.
    pub hardware_key: HardwareKey,
    /// The serial number of the kit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial: Option<String>,
    /// The model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Its state.
    pub state: TerminalState,
    /// Since when it is in this state.
    pub state_since_s: UnixSeconds,
    /// Why it is in this state, where somebody said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state_reason: Option<String>,
    /// True if those who run the service took its service away: then only they give it back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub held_by_the_service: bool,
    /// The account that answers for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// The service line that it is attached to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<LineId>,
    /// Who has it.
    #[serde(default)]
    pub holders: Holders,
    /// Who had it, the oldest first; the last holds now.
    pub custody: Vec<Custody>,
    /// Words to find it by.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub tags: BTreeSet<String>,
    /// Anything else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// What can happen to a terminal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "type", content = "data", deny_unknown_fields)]
pub enum TerminalChange {
    /// It comes into the books.
    #[serde(rename = "terminal.entered")]
    Entered(Entry),
    /// Something else is said about it.
    #[serde(rename = "terminal.described")]
    Described {
        /// The serial number of the kit.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        serial: Option<String>,
        /// The model.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        model: Option<String>,
        /// Words to find it by.
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        tags: BTreeSet<String>,
        /// Anything else.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// An account takes it.
    #[serde(rename = "terminal.registered")]
    Registered {
        /// Which.
        account: AccountId,
        /// Who else has it from now on.
        holders: Holders,
    },
    /// It is put on a service line.
    #[serde(rename = "terminal.attached")]
    Attached {
        /// Which.
        line: LineId,
    },
    /// It goes to other hands.
    #[serde(rename = "terminal.transferred")]
    Transferred {
        /// The account from now on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        account: Option<AccountId>,
        /// Who else has it from now on.
        holders: Holders,
        /// Why.
        reason: String,
    },
    /// Its state changes by anything else.
    #[serde(rename = "terminal.moved")]
    Moved {
        /// What was done: any verb but `register` and `attach`.
        verb: Verb,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// The incident that led to it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        incident: Option<IncidentId>,
        /// True if those who run the service did it: then only they undo it.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        by_the_service: bool,
    },
}

impl Terminal {
    /// The state after `verb`; none if the table has no such row.
    #[must_use]
    pub fn state_after(&self, verb: Verb) -> Option<TerminalState> {
        let attached = self.line.is_some();
        let fits = |row: &&Move| {
            row.from == self.state && row.verb == verb && row.attached.is_none_or(|wanted| wanted == attached)
        };
        MOVES.iter().find(fits).map(|row| row.to)
    }

    /// The verbs that can be applied now.
    #[must_use]
    pub fn possible(&self) -> Vec<Verb> {
        Verb::ALL.into_iter().filter(|verb| self.state_after(*verb).is_some()).collect()
    }

    fn enter(&mut self, verb: Verb, reason: Option<String>, stamp: Stamp<'_>) -> Result<(), Misfit> {
        let state = self.state_after(verb).ok_or(Misfit)?;
        if state != self.state {
            self.state_since_s = stamp.at;
            self.state_reason = reason;
        }
        self.state = state;
        if matches!(verb, Verb::Detach | Verb::Retire) {
            self.line = None;
        }
        Ok(())
    }

    fn hand_over(&mut self, account: Option<AccountId>, holders: Holders, reason: String, stamp: Stamp<'_>) {
        (self.account, self.holders) = (account, holders);
        let recorded_by = stamp.actor.to_owned();
        self.custody.push(Custody { since_s: stamp.at, recorded_by, account, holders, reason });
    }
}

impl Entity for Terminal {
    type Id = TerminalId;
    type Change = TerminalChange;
    const KIND: Kind = Kind::Terminal;

    fn id(&self) -> TerminalId {
        self.id
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn begun(id: TerminalId, change: &TerminalChange, stamp: Stamp<'_>) -> Result<Self, Misfit> {
        let TerminalChange::Entered(entry) = change else {
            return Err(Misfit);
        };
        let state = match (entry.account, entry.line) {
            (None, None) => TerminalState::Manufactured,
            (Some(_), None) => TerminalState::Registered,
            (Some(_), Some(_)) => TerminalState::Assigned,
            (None, Some(_)) => return Err(Misfit),
        };
        let mut terminal = Self {
            id,
            version: stamp.version,
            hardware_key: entry.hardware_key.clone(),
            serial: entry.serial.clone(),
            model: entry.model.clone(),
            state,
            state_since_s: stamp.at,
            state_reason: None,
            held_by_the_service: false,
            account: None,
            line: entry.line,
            holders: Holders::default(),
            custody: Vec::new(),
            tags: entry.tags.clone(),
            note: entry.note.clone(),
        };
        terminal.hand_over(entry.account, entry.holders, "entered".to_owned(), stamp);
        Ok(terminal)
    }

    fn after(mut self, change: &TerminalChange, stamp: Stamp<'_>) -> Result<Self, Misfit> {
        match change {
            TerminalChange::Entered(_)
            | TerminalChange::Moved { verb: Verb::Register | Verb::Attach, .. } => return Err(Misfit),
            TerminalChange::Described { serial, model, tags, note } => {
                (self.serial, self.model) = (serial.clone(), model.clone());
                (self.tags, self.note) = (tags.clone(), note.clone());
            }
            TerminalChange::Registered { account, holders } => {
                self.enter(Verb::Register, None, stamp)?;
                self.hand_over(Some(*account), *holders, "registered".to_owned(), stamp);
            }
            TerminalChange::Attached { line } => {
                self.enter(Verb::Attach, None, stamp)?;
                self.line = Some(*line);
            }
            TerminalChange::Transferred { account, holders, reason } => {
                self.hand_over(*account, *holders, reason.clone(), stamp);
            }
            TerminalChange::Moved { verb, reason, by_the_service, .. } => {
                self.enter(*verb, reason.clone(), stamp)?;
                let without_service = matches!(
                    self.state,
                    TerminalState::Suspended
                        | TerminalState::Lost
                        | TerminalState::Stolen
                        | TerminalState::Diverted
                );
                self.held_by_the_service = without_service && (*by_the_service || self.held_by_the_service);
                if *verb == Verb::Unregister {
                    let reason = reason.clone().unwrap_or_else(|| "unregistered".to_owned());
                    self.hand_over(None, Holders { operator: None, ..self.holders }, reason, stamp);
                }
            }
        }
        self.version = stamp.version;
        Ok(self)
    }

    fn parents(&self) -> Vec<EntityId> {
        let account = self.account.map(EntityId::from);
        let line = self.line.map(EntityId::from);
        let holders = [self.holders.owner, self.holders.donor, self.holders.operator];
        account.into_iter().chain(line).chain(holders.into_iter().flatten().map(EntityId::from)).collect()
    }

    fn is_live(&self) -> bool {
        self.state != TerminalState::Retired
    }
}
