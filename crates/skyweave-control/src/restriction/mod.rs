//! Restrictions: who is served where, written in Cedar and compiled to a decision table.
//!
//! [`Restrictions::load`] reads policies and validates them against the schema; [`Restrictions::resolve`] looks up what they name;
//! [`Resolved::compile`] works out what is left of each in each class of places; [`compile`](compile()) is all
//! of it in one step. What a policy may say is in `docs/restrictions.md`;
//! one that says more is refused where it says so, and never decided slowly.

mod annotations;
mod compile;
mod condition;
mod emit;
mod fault;
mod load;
mod operand;
mod subset;
mod whole;

pub use compile::{CompileError, Resolved};
pub use fault::{Fault, Faults};
pub use load::{PolicyFile, Restrictions, SCHEMA};
pub use whole::{NotCompiled, compile};

use std::collections::BTreeSet;

/// What policies may name, besides territories: what is not among these is a mistake.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// Plans.
    pub plans: BTreeSet<String>,
    /// Classes of use.
    pub use_classes: BTreeSet<String>,
    /// Protected classes.
    pub protected_classes: BTreeSet<String>,
    /// Registries.
    pub registries: BTreeSet<String>,
    /// Territories.
    pub territories: BTreeSet<String>,
}

/// The name that stands for no plan, no territory, and so on.
pub const NONE: &str = "none";
