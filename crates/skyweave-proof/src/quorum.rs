//! Thresholds over names: `2 of (a, b, 1 of (c, d))`. They serve approvers and witnesses alike.
//!
//! Each name stands in a quorum once, so that everybody counts in one way only (C2SP tlog-policy has the same rule).

use crate::document::is_name;
use crate::json::{self, Fields, Malformed, Value};
use std::collections::BTreeSet;

const MOST_DEPTH: usize = 4;

/// Who must agree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Quorum {
    /// This one.
    Name(String),
    /// So many of these.
    Of {
        /// How many, at least one.
        threshold: usize,
        /// Names and groups.
        members: Vec<Quorum>,
    },
}

impl Quorum {
    /// So many of some names.
    #[must_use]
    pub fn of(threshold: usize, names: &[&str]) -> Self {
        Self::Of { threshold, members: names.iter().map(|name| Self::Name((*name).to_owned())).collect() }
    }

    /// Whether those who agree are enough.
    pub fn is_met(&self, agrees: &dyn Fn(&str) -> bool) -> bool {
        match self {
            Self::Name(name) => agrees(name),
            Self::Of { threshold, members } => {
                members.iter().filter(|member| member.is_met(agrees)).count() >= *threshold
            }
        }
    }

    /// How many must agree, at least.
    #[must_use]
    pub fn least(&self) -> usize {
        match self {
            Self::Name(_) => 1,
            Self::Of { threshold, members } => {
                let mut least: Vec<usize> = members.iter().map(Self::least).collect();
                least.sort_unstable();
                least.iter().take(*threshold).sum()
            }
        }
    }

    /// Every name in it.
    #[must_use]
    pub fn names(&self) -> BTreeSet<&str> {
        match self {
            Self::Name(name) => BTreeSet::from([name.as_str()]),
            Self::Of { members, .. } => members.iter().flat_map(Self::names).collect(),
        }
    }

    /// Whether it can be met when any one of its names does not take part: who asks does not count, and a lost key does not block.
    #[must_use]
    pub fn bears_a_loss(&self) -> bool {
        self.names().iter().all(|lost| self.is_met(&|name| name != *lost))
    }

    /// Its fields.
    #[must_use]
    pub fn write(&self) -> Value {
        match self {
            Self::Name(name) => Value::text(name),
            Self::Of { threshold, members } => Value::object([
                ("members", Some(Value::list(members, Self::write))),
                ("threshold", Some(Value::Number(*threshold as u64))),
            ]),
        }
    }

    /// Of its fields.
    ///
    /// # Errors
    /// A threshold that is not within 1 and the number of members, a name twice, or groups too deep.
    pub fn read(value: Value, place: &str) -> Result<Self, Malformed> {
        let quorum = Self::read_within(value, place, 0)?;
        let mut seen = BTreeSet::new();
        quorum.check_once(&mut seen).map_err(|name| {
            Malformed::new(place, format!("`{name}` stands in it twice: everybody counts in one way"))
        })?;
        Ok(quorum)
    }

    fn read_within(value: Value, place: &str, depth: usize) -> Result<Self, Malformed> {
        if let Value::Text(name) = value {
            return if is_name(&name) {
                Ok(Self::Name(name))
            } else {
                Err(Malformed::new(place, "a name is needed"))
            };
        }
        if depth == MOST_DEPTH {
            return Err(Malformed::new(place, "groups in groups too deep"));
        }
        let mut fields = Fields::of(value, place)?;
        let members = fields.list("members", |value, place| Self::read_within(value, &place, depth + 1))?;
        let threshold = fields.number("threshold")?;
        let threshold = usize::try_from(threshold).unwrap_or(usize::MAX);
        if threshold == 0 || threshold > members.len() {
            let what = format!("{threshold} of {}; accepted: 1 to the number of members", members.len());
            return Err(fields.wrong("threshold", what));
        }
        fields.end()?;
        Ok(Self::Of { threshold, members })
    }

    pub(crate) fn check_once<'q>(&'q self, seen: &mut BTreeSet<&'q str>) -> Result<(), &'q str> {
        match self {
            Self::Name(name) => seen.insert(name).then_some(()).ok_or(name),
            Self::Of { members, .. } => members.iter().try_for_each(|member| member.check_once(seen)),
        }
    }
}

impl std::fmt::Display for Quorum {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Of { threshold, members } => {
                let members: Vec<String> = members.iter().map(Self::to_string).collect();
                write!(f, "{threshold} of ({})", members.join(", "))
            }
        }
    }
}

/// Reads a quorum of JSON's bytes, for tests and command lines.
///
/// # Errors
/// What is wrong with it.
pub fn parse(bytes: &[u8]) -> Result<Quorum, Malformed> {
    Quorum::read(json::parse(bytes)?, "quorum")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn two_and_one() -> Quorum {
        parse(br#"{"members":[{"members":["a","b","c"],"threshold":2},{"members":["x","y"],"threshold":1}],"threshold":2}"#)
            .unwrap()
    }

    #[test]
    fn groups_with_thresholds() {
        let quorum = two_and_one();
        for (who, is_met) in
            [("abx", true), ("acy", true), ("abc", false), ("axy", false), ("abcxy", true), ("", false)]
        {
            assert_eq!(quorum.is_met(&|name| who.contains(name)), is_met, "{who}");
        }
        assert_eq!((quorum.least(), quorum.names().len(), quorum.bears_a_loss()), (3, 5, true));
        assert!(!Quorum::of(2, &["a", "b"]).bears_a_loss());
        assert_eq!(quorum.to_string(), "2 of (2 of (a, b, c), 1 of (x, y))");
        assert_eq!(parse(&quorum.write().to_bytes()), Ok(quorum));
    }

    #[test]
    fn quorums_that_could_be_met_by_fewer_than_they_say_are_refused() {
        for wrong in [
            r#"{"members":["a","a"],"threshold":2}"#,
            r#"{"members":["a",{"members":["a","b"],"threshold":1}],"threshold":2}"#,
            r#"{"members":["a","b"],"threshold":0}"#,
            r#"{"members":["a","b"],"threshold":3}"#,
            r#"{"members":[],"threshold":0}"#,
            r#"{"members":["a b"],"threshold":1}"#,
            r#"{"members":[{"members":[{"members":[{"members":[{"members":["a"],"threshold":1}],"threshold":1}],"threshold":1}],"threshold":1}],"threshold":1}"#,
            "7",
        ] {
            assert!(parse(wrong.as_bytes()).is_err(), "{wrong}");
        }
    }

    proptest! {
        /// By counting all sets of names.
        #[test]
        fn the_least_number_is_that_of_the_smallest_set_that_is_enough(
            thresholds in prop::collection::vec(1_usize..4, 3), sizes in prop::collection::vec(1_usize..4, 2)
        ) {
            let letters = ["a", "b", "c", "d", "e", "f"];
            let (left, right) = letters.split_at(3);
            let groups = [(left, sizes[0], thresholds[0]), (right, sizes[1], thresholds[1])].map(
                |(names, size, threshold)| Quorum::of(threshold.min(size), &names[..size]));
            let quorum = Quorum::Of { threshold: thresholds[2].min(2), members: groups.to_vec() };
            let enough = |set: u32| {
                let has = |name: &str| letters.iter().position(|one| *one == name).is_some_and(|at| set >> at & 1 == 1);
                quorum.is_met(&has)
            };
            let least = (0..64_u32).filter(|set| enough(*set)).map(u32::count_ones).min().unwrap();
            prop_assert_eq!(quorum.least(), least as usize);
            // more agreement never undoes a quorum
            for set in 0..64 {
                for at in 0..6 {
                    prop_assert!(!enough(set) || enough(set | 1 << at));
                }
            }
        }
    }
}
