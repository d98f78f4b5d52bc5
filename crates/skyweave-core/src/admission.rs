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
use crate::refusal::RefusalCode;
use crate::service::Ruling;
use crate::time::{SlotNo, unix_seconds};
use crate::world::{Terminal, World};
use rayon::prelude::*;
use skyweave_proof::table::Outcome;
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

/// Admitted or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// May be served.
    Admitted,
    /// May be served with at most so many kbit/s, each way.
    Throttled {
        /// In kbit/s.
        kbit_s: u32,
    },
    /// May not, and why.
    Refused(RefusalCode),
}

impl Verdict {
    /// True if somebody may be served, at whatever rate.
    #[must_use]
    pub const fn is_served(self) -> bool {
        !matches!(self, Self::Refused(_))
    }

    /// What of a rate is left, bit/s.
    #[must_use]
    pub fn of_rate(self, rate_bps: f64) -> f64 {
        match self {
            Self::Admitted => rate_bps,
            Self::Throttled { kbit_s } => rate_bps.min(f64::from(kbit_s) * 1e3),
            Self::Refused(_) => 0.0,
        }
    }
}

impl From<Outcome> for Verdict {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Permitted => Self::Admitted,
            Outcome::Throttled { kbit_s } => Self::Throttled { kbit_s },
            Outcome::Refused(code) => Self::Refused(code),
        }
    }
}

/// The verdicts of one slot.
#[derive(Debug, Clone)]
pub struct Admission<A: Basis> {
    cells: Cells,
    /// By listed terminal.
    terminals: Vec<Verdict>,
    basis: PhantomData<A>,
}

/// The verdicts on terminals without a name.
#[derive(Debug, Clone)]
enum Cells {
    All,
    By { ruling: Arc<Ruling>, verdicts: Vec<Verdict> },
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
        let verdict = |(index, terminal): (usize, &Terminal)| match (terminal.declared_refusal, ruling) {
            (Some(code), _) => Verdict::Refused(code),
            (None, None) => Verdict::Admitted,
            (None, Some(ruling)) => {
                let course = terminal.course_at(slot);
                ruling.of_terminal(TerminalId::at(index), &course, time_s).outcome.into()
            }
        };
        let terminals = world.terminals.par_iter().with_min_len(1_024).enumerate().map(verdict).collect();
        let cells = ruling.map_or(Cells::All, |ruling| Cells::By {
            verdicts: ruling.by_class(time_s).into_iter().map(|decision| decision.outcome.into()).collect(),
            ruling: Arc::clone(ruling),
        });
        Self { cells, terminals, basis: PhantomData }
    }

    /// The verdicts on the terminals of a cell without a name that pay for a plan, each with the share of the cell's area that it holds
    /// for. The shares add up to 1.
    pub fn cell(&self, id: CellId, plan: PlanId, tell: &mut dyn FnMut(f64, Verdict)) {
        match &self.cells {
            Cells::All => tell(1.0, Verdict::Admitted),
            Cells::By { ruling, verdicts } => {
                for (class, share) in ruling.shares(id) {
                    tell(share, verdicts[ruling.place(class, plan)]);
                }
            }
        }
    }

    /// The verdict on a listed terminal.
    #[must_use]
    pub fn terminal(&self, id: TerminalId) -> Verdict {
        self.terminals[id.index()]
    }
}
