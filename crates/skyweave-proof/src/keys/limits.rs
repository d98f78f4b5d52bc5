//! How far anybody may go: pinned by the genesis, changed by rotation alone.

use crate::json::{Fields, Malformed, Value};

/// An hour, s.
pub const HOUR_S: u64 = 3_600;
/// A day, s.
pub const DAY_S: u64 = 24 * HOUR_S;
/// No emergency order lasts longer, s, whatever a genesis says.
pub const MOST_EMERGENCY_S: u64 = DAY_S;
/// No cut lasts longer without being renewed, s: a year.
const MOST_CUT_S: u64 = 366 * DAY_S;

/// How far anybody may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// A bundle expires after this at most, s.
    pub bundle_s: u64,
    /// A cut lapses after this at most, s.
    pub cut_s: u64,
    /// An emergency order lapses after this at most, s; a day is the most.
    pub emergency_s: u64,
    /// All emergency orders for one target within 30 days, s.
    pub emergency_total_s: u64,
    /// All emergency orders within 30 days, s.
    pub emergency_all_s: u64,
    /// A sealed order is opened after this at most, s.
    pub sealed_s: u64,
    /// How much service may be lowered without an order.
    pub bound: Bound,
}

/// How much service may be lowered without an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bound {
    /// Up to this many terminals of one place may always be lowered: single terminals are administered without orders.
    pub few: u64,
    /// Terminals of the whole fleet in 24 h.
    pub terminals_in_day: u64,
    /// Of the terminals of a cell or territory in 24 h, in thousandths.
    pub permille_in_day: u64,
    /// The same in 30 days.
    pub permille_in_month: u64,
}

impl Limits {
    /// For demonstrations and tests: bundles of a day, cuts of 30 days, emergencies of 24 h and 48 h in 30 days, 500 terminals or 1 % a
    /// day, 5 % a month, and up to 3 of a place.
    pub const USUAL: Self = Self {
        bundle_s: DAY_S,
        cut_s: 30 * DAY_S,
        emergency_s: DAY_S,
        emergency_total_s: 2 * DAY_S,
        emergency_all_s: 4 * DAY_S,
        sealed_s: 7 * DAY_S,
        bound: Bound { few: 3, terminals_in_day: 500, permille_in_day: 10, permille_in_month: 50 },
    };

    /// What is wrong with them, if anything is.
    #[must_use]
    pub fn flaw(&self) -> Option<&'static str> {
        let bound = &self.bound;
        let wrong = [
            (self.bundle_s == 0, "bundles would be dead when they are born"),
            (self.cut_s == 0 || self.cut_s > MOST_CUT_S, "a cut lasts a year at most"),
            (self.emergency_s > MOST_EMERGENCY_S, "an emergency order lasts 24 h at most"),
            (
                self.emergency_total_s > 30 * DAY_S || self.emergency_all_s > 30 * DAY_S,
                "30 days have no more hours",
            ),
            (self.sealed_s > MOST_CUT_S, "a sealed order is opened within a year"),
            (bound.permille_in_day > 1_000 || bound.permille_in_month > 1_000, "there are 1000 thousandths"),
        ];
        wrong.into_iter().find_map(|(is_wrong, why)| is_wrong.then_some(why))
    }

    pub(super) fn write(&self) -> Value {
        let number = |number: u64| Some(Value::Number(number));
        Value::object([
            ("bundle_s", number(self.bundle_s)),
            ("cut_s", number(self.cut_s)),
            ("emergency_all_s", number(self.emergency_all_s)),
            ("emergency_s", number(self.emergency_s)),
            ("emergency_total_s", number(self.emergency_total_s)),
            ("few", number(self.bound.few)),
            ("permille_in_day", number(self.bound.permille_in_day)),
            ("permille_in_month", number(self.bound.permille_in_month)),
            ("sealed_s", number(self.sealed_s)),
            ("terminals_in_day", number(self.bound.terminals_in_day)),
        ])
    }

    pub(super) fn read(mut fields: Fields) -> Result<Self, Malformed> {
        let limits = Self {
            bundle_s: fields.number("bundle_s")?,
            cut_s: fields.number("cut_s")?,
            emergency_s: fields.number("emergency_s")?,
            emergency_total_s: fields.number("emergency_total_s")?,
            emergency_all_s: fields.number("emergency_all_s")?,
            sealed_s: fields.number("sealed_s")?,
            bound: Bound {
                few: fields.number("few")?,
                terminals_in_day: fields.number("terminals_in_day")?,
                permille_in_day: fields.number("permille_in_day")?,
                permille_in_month: fields.number("permille_in_month")?,
            },
        };
        fields.end()?;
        Ok(limits)
    }
}
