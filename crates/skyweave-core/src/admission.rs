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

use crate::ids::{CellId, PlanId, TerminalId};
use crate::service::Ruling;
use crate::time::{SlotNo, unix_seconds};
use crate::world::{Terminal, World};
use rayon::prelude::*;
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

impl<A: Basis> Admission<A> {
    fn by(world: &World, ruling: Option<&Arc<Ruling>>, slot: SlotNo) -> Self {
        let time_s = unix_seconds(slot.start()).round() as i64;
        let outcome = |(index, terminal): (usize, &Terminal)| match (terminal.declared_refusal, ruling) {
            (Some(code), _) => Outcome::Refused(code),
            (None, None) => Outcome::Permitted,
            (None, Some(ruling)) => {
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
