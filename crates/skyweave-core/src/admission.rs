//! Who may be served. How an admission came about is in its type, so that nothing unproven can pass for proven.
//!
//! There is no `Default` and no way to read one from a file. The markers are sealed:
//!
//! ```compile_fail
//! struct Mine;
//! impl skyweave_core::admission::Basis for Mine { const NAME: &'static str = "mine"; }
//! ```
//! ```compile_fail
//! let free: skyweave_core::admission::Admission<skyweave_core::admission::Enforced> = Default::default();
//! ```
//!
//! What is enforced comes from a [`Mandate`], and that from a proven bundle. What a scenario declares, or a preview supposes, does not pass:
//!
//! ```compile_fail
//! # use skyweave_core::{admission::{Admission, Enforced}, time::SlotNo, world::World};
//! # fn pass(world: &World, slot: SlotNo) -> Admission<Enforced> {
//! Admission::declared(world, slot)
//! # }
//! ```
//! ```compile_fail
//! # use skyweave_core::{admission::{Admission, Enforced}, service::Ruling, time::SlotNo, world::World};
//! # fn pass(world: &World, ruling: &std::sync::Arc<Ruling>, slot: SlotNo) -> Admission<Enforced> {
//! Admission::preview(world, ruling, slot)
//! # }
//! ```

use crate::ids::{CellId, PlanId, TerminalId};
use crate::mandate::Mandate;
use crate::refusal::RefusalCode;
use crate::service::Ruling;
use crate::time::{SlotNo, unix_seconds};
use crate::world::{Terminal, World};
use rayon::prelude::*;
use skyweave_proof::UtcTime;
pub use skyweave_proof::table::Outcome;
use std::marker::PhantomData;
use std::sync::Arc;

mod sealed {
    pub trait Sealed {}
}

/// How an admission came about.
pub trait Basis: sealed::Sealed + Send + Sync + 'static {
    /// What outputs call it.
    const NAME: &'static str;
}

macro_rules! bases {
    ($($(#[$doc:meta])* $name:ident = $text:literal),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        pub enum $name {}
        impl sealed::Sealed for $name {}
        impl Basis for $name { const NAME: &'static str = $text; }
    )+};
}

bases! {
    /// Made from a proven bundle: the only kind a service accepts.
    Enforced = "enforced",
    /// Made for a preview of an order that is not in force.
    Hypothetical = "hypothetical",
    /// Declared by a scenario: nobody signed it, and every output says so.
    Unsigned = "unsigned",
}

/// What is decided in one slot.
#[derive(Debug, Clone)]
pub struct Admission<A: Basis> {
    cells: Cells,
    /// By listed terminal.
    terminals: Vec<Outcome>,
    basis: PhantomData<A>,
}

/// The outcomes on terminals without a name.
#[derive(Debug, Clone)]
enum Cells {
    All,
    By { ruling: Arc<Ruling>, outcomes: Vec<Outcome> },
}

impl Admission<Unsigned> {
    /// What a scenario declares: everybody, or whom the decision table in force lets be served; but not the listed terminals that
    /// are marked as refused.
    #[must_use]
    pub fn declared(world: &World, slot: SlotNo) -> Self {
        Self::by(world, world.service.at(slot), slot)
    }
}

impl Admission<Enforced> {
    /// What a proven bundle has in force when a slot begins, before the world that the mandate was made for. What a scenario declares about
    /// single terminals does not count: whoever is barred is barred in the fleet that the bundle names.
    #[must_use]
    pub fn of(mandate: &Mandate, world: &World, slot: SlotNo) -> Self {
        let now = UtcTime(unix_seconds(slot.start()).round().max(0.0) as u64);
        Self::of_law_at(mandate, world, slot, now)
    }

    /// The same with what is in force at another time than that of the slot: a replay's slots have their own time, and orders have ours.
    #[must_use]
    pub fn of_law_at(mandate: &Mandate, world: &World, slot: SlotNo, time: UtcTime) -> Self {
        let decided = Self::by_law(world, Some(mandate.ruling_at(time)), slot);
        let barred =
            |(outcome, barred): (Outcome, &Option<RefusalCode>)| barred.map_or(outcome, Outcome::Refused);
        let terminals = decided.terminals.into_iter().zip(mandate.barred()).map(barred).collect();
        Self { terminals, ..decided }
    }
}

impl Admission<Hypothetical> {
    /// What would be decided if a table were in force. Only previews are planned with it.
    #[must_use]
    pub fn preview(world: &World, ruling: &Arc<Ruling>, slot: SlotNo) -> Self {
        Self::by(world, Some(ruling), slot)
    }
}

impl<A: Basis> Admission<A> {
    /// What a table decides, and what the world declares about single terminals.
    fn by(world: &World, ruling: Option<&Arc<Ruling>>, slot: SlotNo) -> Self {
        let mut decided = Self::by_law(world, ruling, slot);
        for (outcome, terminal) in decided.terminals.iter_mut().zip(&world.terminals) {
            if let Some(code) = terminal.declared_refusal {
                *outcome = Outcome::Refused(code);
            }
        }
        decided
    }

    fn by_law(world: &World, ruling: Option<&Arc<Ruling>>, slot: SlotNo) -> Self {
        let time_s = unix_seconds(slot.start()).round() as i64;
        let outcome = |(index, terminal): (usize, &Terminal)| match ruling {
            None => Outcome::Permitted,
            Some(ruling) => {
                let course = terminal.course_at(slot);
                ruling.of_terminal(TerminalId::at(index), &course, time_s).outcome
            }
        };
        let terminals = world.terminals.par_iter().with_min_len(1_024).enumerate().map(outcome).collect();
        let cells = ruling.map_or(Cells::All, |ruling| Cells::By {
            outcomes: ruling.by_class(time_s).into_iter().map(|decision| decision.outcome).collect(),
            ruling: Arc::clone(ruling),
        });
        Self { cells, terminals, basis: PhantomData }
    }

    /// The outcomes on the terminals of a cell without a name that pay for a plan, each with the share of the cell's area that it holds
    /// for. The shares add up to 1.
    pub fn cell(&self, id: CellId, plan: PlanId, tell: &mut dyn FnMut(f64, Outcome)) {
        match &self.cells {
            Cells::All => tell(1.0, Outcome::Permitted),
            Cells::By { ruling, outcomes } => {
                for (class, share) in ruling.shares(id) {
                    tell(share, outcomes[ruling.place(class, plan)]);
                }
            }
        }
    }

    /// The outcome on a listed terminal.
    #[must_use]
    pub fn terminal(&self, id: TerminalId) -> Outcome {
        self.terminals[id.index()]
    }
}
