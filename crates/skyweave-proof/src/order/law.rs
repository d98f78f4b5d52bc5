//! What is in force, and from when on.

use crate::UtcTime;
use crate::document::identity;
use crate::json::{Fields, Malformed, Value, word_of};
use crate::log::merkle::Hash;
use sha2::{Digest, Sha256};

/// No standing has more phases.
const MOST_PHASES: usize = 32;
const SEALED_LAW: &[u8] = b"skyweave sealed law v1\n";

/// What is in force when nobody can reach the control plane and the bundle has expired. None of them lowers service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FailMode {
    /// The standing goes on, with every lapse in it.
    Stay,
    /// The last phase of the standing, to which everything lapses, is in force at once.
    Base,
}

const FAIL_MODES: [(&str, FailMode); 2] = [("base", FailMode::Base), ("stay", FailMode::Stay)];

/// What only orders change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// SHA-256 of the compiled decision table.
    pub table: Hash,
    /// SHA-256 of the boundary data it was compiled with.
    pub boundaries: Hash,
    /// SHA-256 of the protected classes and who is in them.
    pub protected: Hash,
    /// What is in force when the bundle has expired.
    pub fail_mode: FailMode,
}

/// Rules, or a commitment to them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Law {
    /// For everybody to read.
    Open(Rules),
    /// A commitment: those who enforce it are given the [`Opening`].
    Sealed(Hash),
}

/// What is behind a commitment to rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// Random bytes, without which the rules could be guessed.
    pub blind: [u8; 32],
    /// The rules.
    pub rules: Rules,
}

/// From when on which law is in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// How many orders led to it.
    pub number: u64,
    /// In the order of time; the first from the beginning of time.
    pub phases: Vec<Phase>,
}

/// A law from a time on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phase {
    /// From when on.
    pub from: UtcTime,
    /// What is in force.
    pub law: Law,
}

impl Rules {
    fn write(&self) -> Value {
        Value::object([
            ("boundaries", Some(Value::hash(&self.boundaries))),
            ("fail_mode", Some(Value::text(word_of(&FAIL_MODES, &self.fail_mode)))),
            ("protected", Some(Value::hash(&self.protected))),
            ("table", Some(Value::hash(&self.table))),
        ])
    }

    fn read(fields: &mut Fields) -> Result<Self, Malformed> {
        Ok(Self {
            table: fields.hash("table")?,
            boundaries: fields.hash("boundaries")?,
            protected: fields.hash("protected")?,
            fail_mode: fields.word("fail_mode", &FAIL_MODES)?,
        })
    }
}

impl Law {
    /// Its fields.
    #[must_use]
    pub fn write(&self) -> Value {
        match self {
            Self::Open(rules) => rules.write(),
            Self::Sealed(commitment) => Value::object([("sealed", Some(Value::hash(commitment)))]),
        }
    }

    /// Of its fields.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(mut fields: Fields) -> Result<Self, Malformed> {
        let law = if fields.has("sealed") {
            Self::Sealed(fields.hash("sealed")?)
        } else {
            Self::Open(Rules::read(&mut fields)?)
        };
        fields.end()?;
        Ok(law)
    }
}

impl Opening {
    /// What is shown of it.
    #[must_use]
    pub fn commitment(&self) -> Hash {
        let rules = self.rules.write().to_bytes();
        Sha256::new().chain_update(SEALED_LAW).chain_update(self.blind).chain_update(rules).finalize().into()
    }

    /// Its fields.
    #[must_use]
    pub fn write(&self) -> Value {
        Value::object([("blind", Some(Value::hash(&self.blind))), ("rules", Some(self.rules.write()))])
    }

    /// Of its fields.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(mut fields: Fields) -> Result<Self, Malformed> {
        let mut rules = fields.fields("rules")?;
        let opening = Self { blind: fields.hash("blind")?, rules: Rules::read(&mut rules)? };
        rules.end()?;
        fields.end()?;
        Ok(opening)
    }
}

impl Standing {
    /// One law for ever.
    #[must_use]
    pub fn of(law: Law) -> Self {
        Self { number: 0, phases: vec![Phase { from: UtcTime(0), law }] }
    }

    /// What is wrong with it, if anything is. A standing has one form.
    ///
    /// # Errors
    /// What it is.
    pub fn check(&self) -> Result<(), &'static str> {
        let is_ordered = self.phases.is_sorted_by(|a, b| a.from < b.from);
        let is_short = self.phases.windows(2).all(|pair| match pair {
            [a, b] => a.law != b.law,
            _ => true,
        });
        match self.phases.first() {
            None => Err("a standing has a law"),
            Some(first) if first.from != UtcTime(0) => {
                Err("its first phase is not from the beginning of time")
            }
            Some(_) if self.phases.len() > MOST_PHASES => Err("it has more than 32 phases"),
            Some(_) if !is_ordered => Err("its phases are not in the order of time"),
            Some(_) if !is_short => Err("a phase changes nothing"),
            Some(_) => Ok(()),
        }
    }

    /// The law at a time.
    #[must_use]
    pub fn at(&self, time: UtcTime) -> Option<&Law> {
        self.phases.iter().rev().find(|phase| phase.from <= time).map(|phase| &phase.law)
    }

    /// What everything lapses to.
    #[must_use]
    pub fn last(&self) -> Option<&Law> {
        self.phases.last().map(|phase| &phase.law)
    }

    /// Whether both have the same laws from one time until before another.
    #[must_use]
    pub fn agrees(&self, other: &Self, from: UtcTime, until: Option<UtcTime>) -> bool {
        let both = self.phases.iter().chain(&other.phases).map(|phase| phase.from);
        let within = |time: &UtcTime| *time >= from && until.is_none_or(|until| *time < until);
        let mut times = both.chain([from]).filter(within);
        times.all(|time| self.at(time) == other.at(time))
    }

    /// The same with another law from one time until another: how orders are drawn up.
    #[must_use]
    pub fn with(&self, law: &Law, from: UtcTime, until: Option<UtcTime>) -> Self {
        let inside = |time: UtcTime| time >= from && until.is_none_or(|until| time < until);
        let mut times: Vec<UtcTime> =
            self.phases.iter().map(|phase| phase.from).chain([from]).chain(until).collect();
        times.sort_unstable();
        times.dedup();
        let mut phases: Vec<Phase> = Vec::new();
        for from in times {
            let here = if inside(from) { Some(law) } else { self.at(from) };
            if let Some(law) = here.filter(|law| phases.last().is_none_or(|last| last.law != **law)) {
                phases.push(Phase { from, law: law.clone() });
            }
        }
        Self { number: self.number + 1, phases }
    }

    /// Without what is over: the law at a time is taken to have been there from the beginning.
    #[must_use]
    pub fn without_past(mut self, now: UtcTime) -> Self {
        let current = self.phases.iter().rposition(|phase| phase.from <= now).unwrap_or(0);
        self.phases.drain(..current);
        if let Some(first) = self.phases.first_mut() {
            first.from = UtcTime(0);
        }
        self
    }

    /// The hash that approvers sign: of everything in it.
    #[must_use]
    pub fn root(&self) -> Hash {
        identity(&self.write().to_bytes())
    }

    /// Its fields.
    #[must_use]
    pub fn write(&self) -> Value {
        let phase = |phase: &Phase| {
            Value::object([("from_s", Some(Value::time(phase.from))), ("law", Some(phase.law.write()))])
        };
        Value::object([
            ("number", Some(Value::Number(self.number))),
            ("phases", Some(Value::list(&self.phases, phase))),
        ])
    }

    /// Of its fields.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(mut fields: Fields) -> Result<Self, Malformed> {
        let phases = fields.list("phases", |value, place| {
            let mut fields = Fields::of(value, place)?;
            let phase = Phase { from: fields.time("from_s")?, law: Law::read(fields.fields("law")?)? };
            fields.end()?;
            Ok(phase)
        })?;
        let standing = Self { number: fields.number("number")?, phases };
        standing.check().map_err(|what| fields.wrong("phases", what))?;
        fields.end()?;
        Ok(standing)
    }
}
