//! What a policy asks for, with names resolved: some of it about the place, the rest about the terminal and the time.

use skyweave_proof::table::program::Test;
use skyweave_proof::table::{AreaNo, Attribute};
use std::collections::BTreeSet;

/// A condition of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Condition {
    /// Holds or does not.
    Constant(bool),
    /// A test of an attribute.
    Test(Test),
    /// The place is in this area.
    Inside(AreaNo),
    /// The place is in the territory of the service address.
    InsideHome,
    /// The place is in no territory.
    InNoTerritory,
    /// Does not hold.
    Not(Box<Self>),
    /// All hold.
    All(Vec<Self>),
    /// One holds.
    Any(Vec<Self>),
    /// The first decides between the others.
    Choice(Box<[Self; 3]>),
}

/// When a territory is valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Validity {
    pub from_s: i64,
    pub until_s: i64,
}

impl Validity {
    fn condition(self) -> Condition {
        let mut bounds = Vec::new();
        if self.from_s > i64::MIN {
            bounds.push(Condition::Test(Test::Below(Attribute::Time, self.from_s)).negated());
        }
        if self.until_s < i64::MAX {
            bounds.push(Condition::Test(Test::Below(Attribute::Time, self.until_s)));
        }
        Condition::all(bounds)
    }
}

/// The areas of a class and the validity of every territory.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    pub areas: &'a [AreaNo],
    pub validities: &'a [Validity],
}

impl Place<'_> {
    /// Being in an area: a territory only while it is valid, a cell always.
    fn inside(self, area: AreaNo) -> Condition {
        if self.areas.binary_search(&area).is_err() {
            return Condition::Constant(false);
        }
        self.validities.get(area.index()).map_or(Condition::Constant(true), |validity| validity.condition())
    }

    fn territories(self) -> impl Iterator<Item = AreaNo> {
        self.areas.iter().copied().filter(move |area| area.index() < self.validities.len())
    }
}

impl Condition {
    pub fn negated(self) -> Self {
        match self {
            Self::Constant(value) => Self::Constant(!value),
            Self::Not(inner) => *inner,
            other => Self::Not(Box::new(other)),
        }
    }

    /// All of these, without what goes without saying.
    pub fn all(conditions: impl IntoIterator<Item = Self>) -> Self {
        let mut kept = Vec::new();
        for condition in conditions {
            match condition {
                Self::Constant(true) => {}
                Self::Constant(false) => return Self::Constant(false),
                Self::All(inner) => kept.extend(inner),
                other => kept.push(other),
            }
        }
        match kept.len() {
            0 => Self::Constant(true),
            1 => kept.remove(0),
            _ => Self::All(kept),
        }
    }

    /// One of these, without what cannot be.
    pub fn any(conditions: impl IntoIterator<Item = Self>) -> Self {
        let mut kept = Vec::new();
        for condition in conditions {
            match condition {
                Self::Constant(false) => {}
                Self::Constant(true) => return Self::Constant(true),
                Self::Any(inner) => kept.extend(inner),
                other => kept.push(other),
            }
        }
        match kept.len() {
            0 => Self::Constant(false),
            1 => kept.remove(0),
            _ => Self::Any(kept),
        }
    }

    /// The second if the first holds, else the third.
    pub fn choice(first: Self, second: Self, third: Self) -> Self {
        match first {
            Self::Constant(true) => second,
            Self::Constant(false) => third,
            _ if second == third => second,
            first => Self::Choice(Box::new([first, second, third])),
        }
    }

    /// What is left where the areas are known.
    pub fn at(&self, place: Place<'_>) -> Self {
        match self {
            Self::Constant(_) | Self::Test(_) => self.clone(),
            Self::Inside(area) => place.inside(*area),
            Self::InsideHome => Self::any(place.territories().map(|area| {
                let home = Self::Test(Test::Equals(Attribute::Home, area.0.into()));
                Self::all([home, place.inside(area)])
            })),
            Self::InNoTerritory => Self::all(place.territories().map(|area| place.inside(area).negated())),
            Self::Not(inner) => inner.at(place).negated(),
            Self::All(inner) => {
                let mut left = Vec::new();
                for condition in inner {
                    match condition.at(place) {
                        Self::Constant(false) => return Self::Constant(false),
                        other => left.push(other),
                    }
                }
                Self::all(left)
            }
            Self::Any(inner) => Self::any(inner.iter().map(|condition| condition.at(place))),
            Self::Choice(three) => {
                let [first, second, third] = &**three;
                Self::choice(first.at(place), second.at(place), third.at(place))
            }
        }
    }

    /// True if nothing else about the place is asked than areas by name; those are noted.
    pub fn areas(&self, into: &mut BTreeSet<AreaNo>) -> bool {
        match self {
            Self::Constant(_) | Self::Test(_) => true,
            Self::Inside(area) => {
                into.insert(*area);
                true
            }
            Self::InsideHome | Self::InNoTerritory => false,
            Self::Not(inner) => inner.areas(into),
            Self::All(inner) | Self::Any(inner) => inner.iter().all(|one| one.areas(into)),
            Self::Choice(three) => three.iter().all(|one| one.areas(into)),
        }
    }
}
