//! Searching terminals: a typed filter that a store translates to its own language, its text form `key=value` ([`Filter::parse`]), and what
//! it means ([`Filter::matches`]), against which a store's translation is tested.

mod matching;
mod text;

pub use text::{FilterError, KEYS};

use crate::entity::{Cause, Terminal, TerminalState};
use crate::id::{AccountId, LineId, OrganizationId, PlanId};
use crate::time::UnixSeconds;

/// All terms must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// In the order in which they were written.
    pub terms: Vec<Term>,
}

/// A condition, or that it does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// Whether it must not hold: written `key!=value`.
    pub negated: bool,
    /// What must (not) hold.
    pub condition: Condition,
}

/// Something that holds of a terminal or does not. Of several values one is enough. Nothing that is missing equals any value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// One of these texts is part of its key, serial number, model, note or a tag, or of the name of its account, service line, owner, donor or
    /// operator; ASCII letters count as equal in both cases.
    Text(Vec<String>),
    /// Its hardware key, as it stands (`UT-1`) or by its beginning (`UT-1*`).
    Key(Vec<Pattern>),
    /// Its serial number, in the same way.
    Serial(Vec<Pattern>),
    /// It has one of these tags.
    Tag(Vec<String>),
    /// Its state.
    State(Vec<TerminalState>),
    /// Its account.
    Account(Vec<AccountId>),
    /// Its account or any above that is one of these.
    Under(Vec<AccountId>),
    /// Its owner.
    Owner(Vec<OrganizationId>),
    /// Its donor.
    Donor(Vec<OrganizationId>),
    /// Its operator.
    Operator(Vec<OrganizationId>),
    /// Its service line.
    Line(Vec<LineId>),
    /// The plan of its service line.
    Plan(Vec<PlanId>),
    /// The territory of the service address of its line.
    HomeTerritory(Vec<String>),
    /// The territory that it was last seen in.
    Territory(Vec<String>),
    /// The H3 cell of resolution 5 that it was last seen in, or one of a coarser resolution around it.
    Cell(Vec<u64>),
    /// It has an incident that is not closed, of one of these causes.
    Incident(Vec<Cause>),
    /// It has any incident that is not closed: `incident=any`.
    AnyIncident,
    /// It was seen at this time or later.
    SeenSince(UnixSeconds),
    /// It was seen, and not at this time or later.
    SeenBefore(UnixSeconds),
    /// It was never seen: `seen=never`.
    NeverSeen,
}

/// A text as it stands, or its beginning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pattern {
    /// All of it.
    Whole(String),
    /// It begins so.
    Begins(String),
}

/// All that conditions ask about a terminal: the columns that a store must have.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The terminal.
    pub terminal: Terminal,
    /// The account of the terminal and all above it, from the bottom.
    pub accounts: Vec<AccountId>,
    /// Name of its account.
    pub account_name: Option<String>,
    /// Names of owner, donor and operator.
    pub holder_names: Vec<String>,
    /// Name of its service line.
    pub line_name: Option<String>,
    /// Plan of its service line.
    pub plan: Option<PlanId>,
    /// Territory of the service address of its line.
    pub home_territory: Option<String>,
    /// When and where it was last seen.
    pub seen: Option<Sighting>,
    /// Causes of its incidents that are not closed.
    pub incidents: Vec<Cause>,
}

/// Where a terminal was last seen: from telemetry, not from events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting {
    /// When.
    pub at: UnixSeconds,
    /// In which H3 cell of resolution 5.
    pub cell: u64,
    /// In which territory, where it is in one.
    pub territory: Option<String>,
}
