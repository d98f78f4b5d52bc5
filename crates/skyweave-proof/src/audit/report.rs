//! What an audit found, for people.

use crate::bundle::BundleEpoch;
use crate::log::merkle::Hash;
use crate::log::reader::Unreadable;
use crate::order::{Class, Content, Relation, Verdict};
use crate::register::{Docket, Refusal, Register};
use crate::{UtcTime, hex};
use std::fmt;

/// What an audit found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Entries.
    pub size: u64,
    /// When the checkpoint was cosigned, and by whom; none if it was not as it must be.
    pub witnessed: Option<(UtcTime, Vec<String>)>,
    /// Bundles that had their proof.
    pub bundles: u64,
    /// Orders, in the order of the log.
    pub decisions: Vec<Decision>,
    /// Whatever is not as it must be.
    pub violations: Vec<Violation>,
}

/// An order and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Where it stands in the log.
    pub index: u64,
    /// Its identity.
    pub order: Hash,
    /// Its class.
    pub class: Class,
    /// What was ordered; none while it is sealed.
    pub what: Option<String>,
    /// Who asked.
    pub requester: String,
    /// When.
    pub drawn: UtcTime,
    /// Why, and by what law.
    pub why: Option<(String, String)>,
    /// Terminals and people who lose service by its preview.
    pub losing: Option<(u64, u64)>,
    /// An earlier order and what becomes of it.
    pub relation: Option<Relation>,
    /// Who approved, and who refused.
    pub approved: Vec<String>,
    /// Who refused.
    pub rejected: Vec<String>,
    /// The epoch with which it came into force, and when.
    pub adopted: Option<(u64, UtcTime)>,
    /// From when on it changes something, and when it lapses.
    pub term: (UtcTime, Option<UtcTime>),
}

/// Something that is not as it must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Violation {
    /// A file is not there.
    Missing {
        /// Its name.
        path: String,
    },
    /// A file is not there or cannot be read.
    Unreadable {
        /// Which, and why.
        what: Unreadable,
    },
    /// A tile does not have the hashes of the entries.
    Tile {
        /// Its name.
        path: String,
    },
    /// The entries are not those that the checkpoint was signed over.
    Root {
        /// Entries.
        size: u64,
    },
    /// A checkpoint is none, or is not signed and cosigned as it must be.
    Checkpoint {
        /// Whose.
        who: String,
        /// What is wrong.
        what: String,
    },
    /// Somebody was shown another log.
    Forked {
        /// Who.
        who: String,
        /// Entries of what they were shown.
        size: u64,
    },
    /// Somebody was shown a longer log.
    RolledBack {
        /// Who.
        who: String,
        /// Entries of what they were shown.
        size: u64,
        /// Entries here.
        here: u64,
    },
    /// An entry has no effect.
    Entry {
        /// Which one.
        index: u64,
        /// What it says it is.
        what: String,
        /// Why it has none.
        why: Box<Refusal>,
    },
    /// A sealed order was not opened in time.
    NotUnsealed {
        /// Which one.
        order: Hash,
        /// When it should have been.
        at: UtcTime,
    },
    /// An acknowledgement is none.
    Acknowledgement {
        /// Why.
        what: String,
    },
    /// A point of enforcement says that something is in force that is not in the log.
    InForceUnproven {
        /// Which point.
        point: String,
        /// Which epoch.
        epoch: BundleEpoch,
    },
    /// A point of enforcement went back to an earlier epoch.
    PointRolledBack {
        /// Which point.
        point: String,
        /// What it had.
        before: BundleEpoch,
        /// What it has.
        after: BundleEpoch,
    },
    /// A preview, a table or boundary data are not what they are said to be.
    Document {
        /// What they are said to hash to.
        hash: Hash,
    },
    /// Compiled again, a table is another one.
    Table {
        /// The first order with it.
        order: Hash,
        /// What was approved.
        said: Hash,
        /// What comes out.
        found: Hash,
    },
}

impl Report {
    /// Whether everything is as it must be.
    #[must_use]
    pub const fn is_clean(&self) -> bool {
        self.violations.is_empty()
    }
}

/// The orders of a register, in the order of the log.
pub(super) fn decisions(register: &Register) -> Vec<Decision> {
    let voided = register.voided().iter().map(|(id, docket)| (id, docket));
    let all = register.dockets().iter().chain(voided);
    let mut decisions: Vec<Decision> = all.map(|(id, docket)| Decision::of(*id, docket)).collect();
    decisions.sort_unstable_by_key(|decision| decision.index);
    decisions
}

impl Decision {
    fn of(order: Hash, docket: &Docket) -> Self {
        let matter = docket.matter();
        let said = |wanted: Verdict| {
            let words = docket.words.iter().filter(|(_, (verdict, _))| *verdict == wanted);
            words.map(|(name, _)| name.clone()).collect()
        };
        Self {
            index: docket.index,
            order,
            class: docket.order.class,
            what: matter.map(ToString::to_string),
            requester: docket.order.requester.clone(),
            drawn: docket.order.drawn,
            why: matter.map(|matter| (matter.reason.clone(), matter.basis.clone())),
            losing: matter.map(|matter| (matter.preview.losing, matter.preview.people)),
            relation: matter.and_then(|matter| matter.relation.clone()),
            approved: said(Verdict::Approve),
            rejected: said(Verdict::Reject),
            adopted: docket.adopted,
            term: (docket.order.start, docket.order.expires),
        }
        .with_seal(&docket.order.content)
    }

    fn with_seal(mut self, content: &Content) -> Self {
        if let (None, Content::Sealed(seal)) = (&self.what, content) {
            self.what = Some(format!("sealed until {}, at most {} bytes", seal.unseal, seal.size));
        }
        self
    }
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = self.what.as_deref().unwrap_or("sealed");
        let id: String = hex(&self.order).chars().take(16).collect();
        write!(f, "entry {}, order {id}: {}: {what}", self.index, self.class.name())?;
        write!(f, "\n  asked by {} on {}", self.requester, self.drawn)?;
        if let Some((reason, basis)) = &self.why {
            write!(f, "\n  because: {reason}\n  by: {basis}")?;
        }
        if let Some((terminals, people)) = self.losing {
            write!(f, "\n  foreseen: {terminals} terminals, {people} people lose service")?;
        }
        if let Some(relation) = &self.relation {
            let other: String = hex(&relation.order).chars().take(16).collect();
            write!(f, "\n  {:?} order {other}", relation.kind)?;
        }
        write!(f, "\n  approved by {}", listed(&self.approved))?;
        if !self.rejected.is_empty() {
            write!(f, "; refused by {}", listed(&self.rejected))?;
        }
        let (start, expires) = self.term;
        match self.adopted {
            None => write!(f, "\n  never in force")?,
            Some((epoch, at)) => write!(f, "\n  in force with epoch {epoch} of {at}, from {start}")?,
        }
        expires.map_or(Ok(()), |expires| write!(f, " until {expires}"))
    }
}

fn listed(names: &[String]) -> String {
    if names.is_empty() { "nobody".to_owned() } else { names.join(", ") }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { path } => write!(f, "{path} is missing"),
            Self::Unreadable { what } => write!(f, "{what}"),
            Self::Tile { path } => write!(f, "{path} does not have the hashes of the entries"),
            Self::Root { size } => {
                write!(
                    f,
                    "the {size} entries are not those that the checkpoint was signed over: the log was edited"
                )
            }
            Self::Checkpoint { who, what } => write!(f, "checkpoint of {who}: {what}"),
            Self::Forked { who, size } => {
                write!(f, "{who} has another log of {size} entries: the log was forked")
            }
            Self::RolledBack { who, size, here } => {
                write!(
                    f,
                    "{who} has {size} entries, and there are {here} here: the log was rolled back or is held back"
                )
            }
            Self::Entry { index, what, why } => write!(f, "entry {index} ({what}) has no effect: {why}"),
            Self::NotUnsealed { order, at } => {
                write!(f, "the sealed order {} should have been opened by {at}", hex(order))
            }
            Self::Acknowledgement { what } => write!(f, "an acknowledgement that counts for nothing: {what}"),
            Self::InForceUnproven { point, epoch } => {
                write!(f, "{point} says that epoch {} is in force, and no such bundle is in the log", epoch.0)
            }
            Self::PointRolledBack { point, before, after } => {
                write!(
                    f,
                    "{point} had epoch {} in force and then epoch {}: it was rolled back",
                    before.0, after.0
                )
            }
            Self::Document { hash } => {
                write!(f, "what is said to be {} has another hash: it was changed", hex(hash))
            }
            Self::Table { order, said, found } => write!(
                f,
                "order {}: its sources compile to table {}, and {} was approved: the compiler's output was tampered with",
                hex(order),
                hex(found),
                hex(said)
            ),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} entries, {} bundles", self.size, self.bundles)?;
        match &self.witnessed {
            None => writeln!(f, ", not witnessed as it must be")?,
            Some((time, names)) => writeln!(f, ", witnessed on {time} by {}", listed(names))?,
        }
        for decision in &self.decisions {
            writeln!(f, "{decision}")?;
        }
        for violation in &self.violations {
            writeln!(f, "VIOLATION {violation}")?;
        }
        writeln!(f, "{} orders, {} violations", self.decisions.len(), self.violations.len())
    }
}
