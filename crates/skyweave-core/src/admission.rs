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

use crate::ids::{CellId, TerminalId};
use crate::refusal::RefusalCode;
use crate::time::SlotNo;
use crate::world::World;
use std::marker::PhantomData;

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

/// Admitted or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// May be served.
    Admitted,
    /// May not, and why.
    Refused(RefusalCode),
}

/// The verdicts of one slot.
#[derive(Debug, Clone)]
pub struct Admission<A: Basis> {
    cells: Vec<Verdict>,
    terminals: Vec<Verdict>,
    basis: PhantomData<A>,
}

impl Admission<Unsigned> {
    /// What a scenario declares: everybody, but the terminals that it marks as refused.
    #[must_use]
    pub fn declared(world: &World, _slot: SlotNo) -> Self {
        Self {
            cells: vec![Verdict::Admitted; world.cells.len()],
            terminals: world
                .terminals
                .iter()
                .map(|t| t.declared_refusal.map_or(Verdict::Admitted, Verdict::Refused))
                .collect(),
            basis: PhantomData,
        }
    }
}

impl<A: Basis> Admission<A> {
    /// The verdict on the anonymous terminals of a cell.
    #[must_use]
    pub fn cell(&self, id: CellId) -> Verdict {
        self.cells[id.index()]
    }

    /// The verdict on a listed terminal.
    #[must_use]
    pub fn terminal(&self, id: TerminalId) -> Verdict {
        self.terminals[id.index()]
    }
}
