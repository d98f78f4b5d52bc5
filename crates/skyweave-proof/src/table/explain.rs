//! A decision with everything that can be said about it: which policies, until when, and what would make it better.

use super::attribute::{Attribute, Attributes, Evidence, LineState, Surface, second_of_day};
use super::nearest::{self, Move};
use super::number::{AreaNo, ClassNo, PlanNo, PolicyNo, ProtectedClassNo, RegistryNo, UseClassNo};
use super::policy::{ClassRules, Decision};
use super::program::Test;
use super::{Point, Table};
use std::collections::BTreeSet;

const DAY_S: i64 = 86_400;
/// Days after which a window of hours and weekdays comes again.
const DAYS_AHEAD: i64 = 8;
/// No table of people's making has more moments at which something changes; beyond it nothing is promised.
const MOST_MOMENTS: usize = 20_000;

/// Why a decision is what it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// What was decided.
    pub decision: Decision,
    /// By which table: its SHA-256.
    pub table: [u8; 32],
    /// For which class of places.
    pub class: ClassNo,
    /// What kind of knowledge the position was, and its error.
    pub evidence: (Evidence, i32),
    /// Every policy that speaks for the outcome.
    pub deciding: Vec<PolicyNo>,
    /// First second at which something else is decided if nothing but the time changes; none if that never comes.
    pub holds_until_s: Option<i64>,
    /// Each of these by itself would have the terminal served. Empty if it is served.
    pub remedies: Vec<Remedy>,
}

/// One change after which a refused terminal would be served.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Remedy {
    /// Trying again at this time.
    RetryAfter {
        /// In s since 1970-01-01 UTC.
        time_s: i64,
    },
    /// The attribute below a bound: slower than so many cm/s, lower than so many m.
    Below(Attribute, i64),
    /// The attribute at a value or above it.
    AtLeast(Attribute, i64),
    /// The attribute of another value: another plan, standing still.
    Becomes(Attribute, i64),
    /// Being on a registry.
    Join(RegistryNo),
    /// Not being on a registry.
    Leave(RegistryNo),
    /// Being somewhere else.
    Move(Move),
}

impl Table {
    /// A decision and everything about it. With the place of the terminal it says where the nearest place is that would do.
    #[must_use]
    pub fn explain(&self, class: ClassNo, point: Option<Point>, attributes: &Attributes) -> Explanation {
        let decision = self.decide(class, attributes);
        let tests = self.tests_of(class);
        let moments = moments(&tests, attributes.time_s);
        let at = |time_s: i64| self.decide(class, &Attributes { time_s, ..*attributes });
        let holds_until_s = moments.iter().copied().find(|&time_s| at(time_s) != decision);
        let rules = self.rules.get(class.index());
        let deciding = rules.map(|rules| rules.deciding(&self.programs, attributes)).unwrap_or_default();
        let mut remedies = Vec::new();
        if !decision.outcome.is_served() {
            let later = moments.iter().copied().find(|&time_s| at(time_s).outcome.is_served());
            remedies.extend(later.map(|time_s| Remedy::RetryAfter { time_s }));
            remedies.extend(self.changes(class, &tests, attributes));
            let place = point.and_then(|point| nearest::served(self, point, attributes));
            remedies.extend(place.map(Remedy::Move));
        }
        Explanation {
            decision,
            table: self.identity(),
            class,
            evidence: (attributes.evidence, attributes.error_m),
            deciding,
            holds_until_s,
            remedies,
        }
    }

    /// Every test of the rules of a class.
    fn tests_of(&self, class: ClassNo) -> BTreeSet<Test> {
        let rules = self.rules.get(class.index());
        let programs = rules.into_iter().flat_map(ClassRules::all).map(|rule| rule.program);
        programs.flat_map(|program| self.programs.nodes(program)).map(|node| node.test).collect()
    }

    fn changes(&self, class: ClassNo, tests: &BTreeSet<Test>, attributes: &Attributes) -> Vec<Remedy> {
        let served = |changed: &Attributes| self.decide(class, changed).outcome.is_served();
        let mut remedies = Vec::new();
        for attribute in [Attribute::Speed, Attribute::Altitude, Attribute::RoamingDays, Attribute::Error] {
            let now = attributes.value(attribute);
            let works =
                |value: i64| attributes.with(attribute, value).is_some_and(|changed| served(&changed));
            let values = values_to_try(tests, attribute);
            let lower = values.iter().rev().copied().find(|&value| value < now && works(value));
            remedies.extend(lower.map(|value| Remedy::Below(attribute, value + 1)));
            let higher = values.iter().copied().find(|&value| value > now && works(value));
            remedies.extend(higher.map(|value| Remedy::AtLeast(attribute, value)));
        }
        let asked =
            |attribute| tests.iter().any(|test| matches!(test, Test::Equals(a, _) if *a == attribute));
        let plans = 0..self.document.plans.len() as i64;
        for (attribute, values) in [
            (Attribute::InMotion, 0..1),
            (Attribute::Plan, plans),
            (Attribute::Line, LineState::Active as i64..LineState::Active as i64 + 1),
            (Attribute::Evidence, Evidence::ServingBeam as i64..Evidence::ALL.len() as i64),
        ] {
            let others = values.filter(|&value| asked(attribute) && value != attributes.value(attribute));
            let works =
                |value: &i64| attributes.with(attribute, *value).is_some_and(|changed| served(&changed));
            remedies.extend(others.filter(works).map(|value| Remedy::Becomes(attribute, value)));
        }
        for test in tests {
            let Test::In(registry) = *test else { continue };
            let (is_in, registries) = (attributes.registries.has(registry), attributes.registries);
            let changed = if is_in { registries.without(registry) } else { registries.with(registry) };
            if served(&Attributes { registries: changed, ..*attributes }) {
                remedies.push(if is_in { Remedy::Leave(registry) } else { Remedy::Join(registry) });
            }
        }
        remedies
    }
}

/// The values of an attribute on both sides of every bound.
fn values_to_try(tests: &BTreeSet<Test>, attribute: Attribute) -> BTreeSet<i64> {
    let mut values = BTreeSet::new();
    for test in tests {
        match *test {
            Test::Below(a, bound) if a == attribute => values.extend([bound.saturating_sub(1), bound]),
            Test::Equals(a, value) if a == attribute => {
                values.extend([value.saturating_sub(1), value, value.saturating_add(1)]);
            }
            _ => {}
        }
    }
    values
}

/// The times after `now` at which a test on time may begin to answer otherwise, in order.
fn moments(tests: &BTreeSet<Test>, now_s: i64) -> BTreeSet<i64> {
    let mut once: BTreeSet<i64> = values_to_try(tests, Attribute::Time);
    once.retain(|&time_s| time_s > now_s);
    let mut of_day = values_to_try(tests, Attribute::SecondOfDay);
    of_day.retain(|second| (0..DAY_S).contains(second));
    let daily = tests.iter().any(|test| {
        matches!(test, Test::Below(a, _) | Test::Equals(a, _) if matches!(a, Attribute::SecondOfDay | Attribute::Weekday))
    });
    let mut moments = once.clone();
    if daily {
        of_day.insert(0);
        for start in std::iter::once(now_s).chain(once) {
            let midnight = start.saturating_sub(second_of_day(start));
            for day in 0..=DAYS_AHEAD {
                if moments.len() > MOST_MOMENTS {
                    return moments;
                }
                let times = of_day.iter().map(|second| midnight.saturating_add(day * DAY_S + second));
                moments.extend(times.filter(|&time_s| time_s > now_s));
            }
        }
    }
    moments
}

impl Attributes {
    /// These with another value of one; none if the attribute cannot have it or follows from others.
    #[must_use]
    pub fn with(&self, attribute: Attribute, value: i64) -> Option<Self> {
        let mut changed = *self;
        let number = if value == -1 { Some(None) } else { u16::try_from(value).ok().map(Some) };
        match attribute {
            Attribute::Time => changed.time_s = value,
            Attribute::SecondOfDay | Attribute::Weekday => return None,
            Attribute::Speed => changed.speed_cm_s = value.try_into().ok()?,
            Attribute::Altitude => changed.altitude_m = value.try_into().ok()?,
            Attribute::Surface => changed.surface = *Surface::ALL.get(usize::try_from(value).ok()?)?,
            Attribute::InMotion => changed.in_motion = value != 0,
            Attribute::Plan => changed.plan = number?.map(PlanNo),
            Attribute::UseClass => changed.use_class = number?.map(UseClassNo),
            Attribute::ProtectedClass => changed.protected_class = number?.map(ProtectedClassNo),
            Attribute::Home => changed.home = number?.map(AreaNo),
            Attribute::RoamingDays => changed.roaming_days = value.try_into().ok()?,
            Attribute::Line => changed.line = *LineState::ALL.get(usize::try_from(value).ok()?)?,
            Attribute::Evidence => changed.evidence = *Evidence::ALL.get(usize::try_from(value).ok()?)?,
            Attribute::Error => changed.error_m = value.try_into().ok()?,
        }
        Some(changed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::refusal::RefusalCode;
    use crate::table::policy::{Policy, PolicyKind, Rule};
    use crate::table::program::{Next, Node, Program};
    use crate::table::{Document, Outcome};

    /// Permitted everywhere; too fast from 2,084 cm/s; forbidden at night from 22:00 unless on the first registry.
    fn table() -> Table {
        let one = |test, yes, no| Program(vec![Node { test, yes, no }]);
        let night = Program(vec![
            Node { test: Test::Below(Attribute::SecondOfDay, 79_200), yes: Next::No, no: Next::Node(1) },
            Node { test: Test::In(RegistryNo(0)), yes: Next::No, no: Next::Yes },
        ]);
        let fast = one(Test::Below(Attribute::Speed, 2_084), Next::No, Next::Yes);
        let mut programs = vec![Program::default(), fast.clone(), night.clone()];
        programs.sort();
        let at = |program: &Program| programs.iter().position(|one| one == program).unwrap() as u32;
        let rules = vec![
            Rule { policy: PolicyNo(0), program: at(&Program::default()) },
            Rule { policy: PolicyNo(1), program: at(&fast) },
            Rule { policy: PolicyNo(2), program: at(&night) },
        ];
        let policy = |id: &str, kind| Policy { id: id.to_owned(), source: "a.cedar:1".to_owned(), kind };
        let policies = vec![
            policy("a-permit", PolicyKind::Permit),
            policy("b-fast", PolicyKind::Forbid(RefusalCode::MovingTooFastForPolicy)),
            policy("c-night", PolicyKind::Forbid(RefusalCode::CellIsDisabled)),
        ];
        let registries = vec!["ambulances".to_owned()];
        Table::new(Document { registries, policies, programs, rules: vec![rules], ..Document::empty() })
            .unwrap()
    }

    #[test]
    fn an_explanation_says_until_when_and_what_would_help() {
        let table = table();
        let noon = 1_795_305_600 + 43_200;
        let mut attributes = Attributes::plain(noon);
        let day = table.explain(ClassNo(0), None, &attributes);
        assert_eq!(day.decision.outcome, Outcome::Permitted);
        assert_eq!((day.holds_until_s, day.deciding), (Some(noon + 36_000), vec![PolicyNo(0)]));
        assert_eq!(day.remedies, []);

        attributes.time_s = noon + 36_000;
        let night = table.explain(ClassNo(0), None, &attributes);
        assert_eq!(night.decision.outcome, Outcome::Refused(RefusalCode::CellIsDisabled));
        let midnight = noon + 43_200;
        assert_eq!(night.holds_until_s, Some(midnight));
        assert_eq!(night.remedies, [Remedy::RetryAfter { time_s: midnight }, Remedy::Join(RegistryNo(0))]);

        attributes.time_s = noon;
        attributes.speed_cm_s = 3_000;
        let fast = table.explain(ClassNo(0), None, &attributes);
        assert_eq!(fast.decision.policy, Some(PolicyNo(1)));
        assert_eq!(fast.remedies, [Remedy::Below(Attribute::Speed, 2_084)]);
        assert_eq!(fast.holds_until_s, None, "at night the same policy comes first");
    }
}
