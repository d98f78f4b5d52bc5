//! The states of terminals and what leads from one to the next: a table, [`MOVES`].

use serde::{Deserialize, Serialize};
use std::fmt;

/// The state of a terminal.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum TerminalState {
    /// It exists, and no account has it.
    Manufactured,
    /// An account has it. No service yet.
    Registered,
    /// Attached to a service line: it is served as soon as it is switched on.
    Assigned,
    /// It was seen on the network since it was attached.
    Active,
    /// Attached, and not served for now.
    Suspended,
    /// Its holder does not know where it is.
    Lost,
    /// It was taken from its holder.
    Stolen,
    /// It is used by others, elsewhere, than it was given to.
    Diverted,
    /// It is no more.
    Retired,
}

impl TerminalState {
    /// Every state.
    pub const ALL: [Self; 9] = [
        Self::Manufactured,
        Self::Registered,
        Self::Assigned,
        Self::Active,
        Self::Suspended,
        Self::Lost,
        Self::Stolen,
        Self::Diverted,
        Self::Retired,
    ];

    /// Its name in files and interfaces.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Manufactured => "manufactured",
            Self::Registered => "registered",
            Self::Assigned => "assigned",
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Lost => "lost",
            Self::Stolen => "stolen",
            Self::Diverted => "diverted",
            Self::Retired => "retired",
        }
    }

    /// The state of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Whether a terminal in this state is served at all.
    #[must_use]
    pub const fn is_served(self) -> bool {
        matches!(self, Self::Assigned | Self::Active)
    }
}

impl fmt::Display for TerminalState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// What leads from one state to another.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Verb {
    /// An account takes it.
    Register,
    /// Its account gives it up.
    Unregister,
    /// It is put on a service line.
    Attach,
    /// It is taken off its service line.
    Detach,
    /// It was seen on the network.
    Activate,
    /// It shall not be served for now.
    Suspend,
    /// It shall be served again.
    Resume,
    /// Its holder lost it.
    ReportLost,
    /// It was stolen.
    ReportStolen,
    /// It was found in other hands.
    ReportDiverted,
    /// It is back with its holder, or never was away.
    Recover,
    /// It is no more.
    Retire,
}

impl Verb {
    /// Every verb.
    pub const ALL: [Self; 12] = [
        Self::Register,
        Self::Unregister,
        Self::Attach,
        Self::Detach,
        Self::Activate,
        Self::Suspend,
        Self::Resume,
        Self::ReportLost,
        Self::ReportStolen,
        Self::ReportDiverted,
        Self::Recover,
        Self::Retire,
    ];

    /// Its name in files and interfaces.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::Unregister => "unregister",
            Self::Attach => "attach",
            Self::Detach => "detach",
            Self::Activate => "activate",
            Self::Suspend => "suspend",
            Self::Resume => "resume",
            Self::ReportLost => "report_lost",
            Self::ReportStolen => "report_stolen",
            Self::ReportDiverted => "report_diverted",
            Self::Recover => "recover",
            Self::Retire => "retire",
        }
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// One row of the table of states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Move {
    /// The state before.
    pub from: TerminalState,
    /// What is done.
    pub verb: Verb,
    /// Only for a terminal that is (or is not) attached to a service line; none if that does not matter.
    pub attached: Option<bool>,
    /// The state after.
    pub to: TerminalState,
}

macro_rules! moves {
    ($($from:ident $verb:ident $(if $attached:literal)? => $to:ident;)+) => {
        &[$(Move {
            from: TerminalState::$from,
            verb: Verb::$verb,
            attached: moves!(@ $($attached)?),
            to: TerminalState::$to,
        }),+]
    };
    (@ $attached:literal) => { Some($attached) };
    (@) => { None };
}

/// The table of states: whatever is not in it is refused. A terminal that was lost, stolen or diverted keeps its service line, so that
/// one that was reported by mistake needs no more than `recover` and `resume`.
pub const MOVES: &[Move] = moves! {
    Manufactured Register => Registered;
    Manufactured Retire => Retired;
    Registered Unregister => Manufactured;
    Registered Attach => Assigned;
    Registered ReportLost => Lost;
    Registered ReportStolen => Stolen;
    Registered ReportDiverted => Diverted;
    Registered Retire => Retired;
    Assigned Detach => Registered;
    Assigned Activate => Active;
    Assigned Suspend => Suspended;
    Assigned ReportLost => Lost;
    Assigned ReportStolen => Stolen;
    Assigned ReportDiverted => Diverted;
    Active Detach => Registered;
    Active Suspend => Suspended;
    Active ReportLost => Lost;
    Active ReportStolen => Stolen;
    Active ReportDiverted => Diverted;
    Suspended Detach => Registered;
    Suspended Resume => Assigned;
    Suspended ReportLost => Lost;
    Suspended ReportStolen => Stolen;
    Suspended ReportDiverted => Diverted;
    Lost Recover if true => Suspended;
    Lost Recover if false => Registered;
    Lost Detach => Lost;
    Lost ReportStolen => Stolen;
    Lost ReportDiverted => Diverted;
    Lost Retire => Retired;
    Stolen Recover if true => Suspended;
    Stolen Recover if false => Registered;
    Stolen Detach => Stolen;
    Stolen ReportDiverted => Diverted;
    Stolen Retire => Retired;
    Diverted Recover if true => Suspended;
    Diverted Recover if false => Registered;
    Diverted Detach => Diverted;
    Diverted Retire => Retired;
};
