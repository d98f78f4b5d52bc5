//! Policies and what they come to for a class of places.

use super::attribute::Attributes;
use super::number::PolicyNo;
use super::program::{Node, Program, holds};
use crate::refusal::RefusalCode;

/// What a policy does when its condition holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PolicyKind {
    /// Lets terminals be served where nothing forbids it.
    Permit,
    /// Forbids to serve, for this reason.
    Forbid(RefusalCode),
    /// Forbids the full rate: at most so many kbit/s, in each direction.
    Throttle {
        /// In kbit/s, at least 1.
        kbit_s: u32,
    },
}

/// A policy by name; its condition is in the programs of the classes that it touches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Its `@id`.
    pub id: String,
    /// Where it stands: `file:line`.
    pub source: String,
    /// What it does.
    pub kind: PolicyKind,
}

/// A policy in a class and the number of the program that is left of it there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rule {
    /// Which policy.
    pub policy: PolicyNo,
    /// Which program of the table.
    pub program: u32,
}

/// What a terminal gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// Served.
    Permitted,
    /// Served with at most so many kbit/s.
    Throttled {
        /// In kbit/s.
        kbit_s: u32,
    },
    /// Not served, and why.
    Refused(RefusalCode),
}

impl Outcome {
    /// True if it is served, at whatever rate.
    #[must_use]
    pub const fn is_served(self) -> bool {
        !matches!(self, Self::Refused(_))
    }

    /// What of a rate is left, bit/s.
    #[must_use]
    pub fn of_rate(self, rate_bps: f64) -> f64 {
        match self {
            Self::Permitted => rate_bps,
            Self::Throttled { kbit_s } => rate_bps.min(f64::from(kbit_s) * 1e3),
            Self::Refused(_) => 0.0,
        }
    }
}

/// An outcome and the policy that it comes from.
///
/// Of several policies that refuse, the first by id gives the reason; of several that throttle, the one with the lowest rate; of several
/// that permit, the first by id is named. Without any the outcome is `BLOCKED_COUNTRY`: what nobody activated is not served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Decision {
    /// Served, throttled or refused.
    pub outcome: Outcome,
    /// The policy that decided; none if nothing permits.
    pub policy: Option<PolicyNo>,
}

impl Decision {
    /// What happens where nothing permits.
    pub const BY_DEFAULT: Self =
        Self { outcome: Outcome::Refused(RefusalCode::BlockedCountry), policy: None };
}

/// All programs of a table in one piece of memory.
#[derive(Debug, Clone, Default)]
pub(super) struct Programs {
    nodes: Vec<Node>,
    ends: Vec<u32>,
}

impl Programs {
    pub fn of(programs: &[Program]) -> Self {
        let mut all = Self::default();
        for program in programs {
            all.nodes.extend_from_slice(&program.0);
            all.ends.push(all.nodes.len() as u32);
        }
        all
    }

    pub fn nodes(&self, program: u32) -> &[Node] {
        let end = |at: usize| self.ends.get(at).map_or(0, |&end| end as usize);
        let start = if program == 0 { 0 } else { end(program as usize - 1) };
        self.nodes.get(start..end(program as usize)).unwrap_or(&[])
    }

    fn holds(&self, program: u32, attributes: &Attributes) -> bool {
        let nodes = self.nodes(program);
        nodes.is_empty() || holds(nodes, attributes)
    }
}

/// The rules of one class, by what they do.
#[derive(Debug, Clone, Default)]
pub(super) struct ClassRules {
    forbids: Vec<(Rule, RefusalCode)>,
    permits: Vec<Rule>,
    throttles: Vec<(Rule, u32)>,
}

impl ClassRules {
    pub fn of(rules: &[Rule], policies: &[Policy]) -> Self {
        let mut sorted = Self::default();
        for &rule in rules {
            match policies[rule.policy.index()].kind {
                PolicyKind::Permit => sorted.permits.push(rule),
                PolicyKind::Forbid(reason) => sorted.forbids.push((rule, reason)),
                PolicyKind::Throttle { kbit_s } => sorted.throttles.push((rule, kbit_s)),
            }
        }
        sorted
    }

    pub fn decide(&self, programs: &Programs, attributes: &Attributes) -> Decision {
        let holds = |rule: &Rule| programs.holds(rule.program, attributes);
        if let Some((rule, reason)) = self.forbids.iter().find(|(rule, _)| holds(rule)) {
            return Decision { outcome: Outcome::Refused(*reason), policy: Some(rule.policy) };
        }
        let Some(permit) = self.permits.iter().find(|rule| holds(rule)) else { return Decision::BY_DEFAULT };
        let throttle =
            self.throttles.iter().filter(|(rule, _)| holds(rule)).min_by_key(|(_, kbit_s)| *kbit_s);
        match throttle {
            Some(&(rule, kbit_s)) => {
                Decision { outcome: Outcome::Throttled { kbit_s }, policy: Some(rule.policy) }
            }
            None => Decision { outcome: Outcome::Permitted, policy: Some(permit.policy) },
        }
    }

    /// Every policy that speaks for the outcome: all that refuse, or else all that throttle, or else all that permit.
    pub fn deciding(&self, programs: &Programs, attributes: &Attributes) -> Vec<PolicyNo> {
        let holds = |rule: &Rule| programs.holds(rule.program, attributes);
        let chosen = |rules: &mut dyn Iterator<Item = &Rule>| -> Vec<PolicyNo> {
            rules.filter(|rule| holds(rule)).map(|rule| rule.policy).collect()
        };
        let forbids = chosen(&mut self.forbids.iter().map(|(rule, _)| rule));
        if !forbids.is_empty() {
            return forbids;
        }
        let permits = chosen(&mut self.permits.iter());
        if permits.is_empty() {
            return permits;
        }
        let throttles = chosen(&mut self.throttles.iter().map(|(rule, _)| rule));
        if throttles.is_empty() { permits } else { throttles }
    }

    /// Every rule of the class.
    pub fn all(&self) -> impl Iterator<Item = Rule> {
        let forbids = self.forbids.iter().map(|&(rule, _)| rule);
        let throttles = self.throttles.iter().map(|&(rule, _)| rule);
        forbids.chain(self.permits.iter().copied()).chain(throttles)
    }
}
