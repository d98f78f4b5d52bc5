//! What a decision may depend on besides the place, as scaled integers.
//!
//! | attribute | unit | values |
//! |---|---|---|
//! | `time_s` | s since 1970-01-01 UTC, without leap seconds | |
//! | `second_of_day`, `weekday` | s UTC; days | from `time_s`; 0 is Monday |
//! | `speed_cm_s` | cm/s over ground | |
//! | `altitude_m` | m above the WGS84 ellipsoid | |
//! | `surface` | | [`Surface`] |
//! | `in_motion` | | 0, 1 |
//! | `plan`, `use_class`, `protected_class` | | numbers of the table's names, -1 for none |
//! | `home` | | area number of the service line's territory, -1 for none |
//! | `roaming_days` | days away from home without a break | |
//! | `line` | | [`LineState`] |
//! | `evidence` | | [`Evidence`] |
//! | `error_m` | m, one sigma, of the position | |

use super::number::{AreaNo, PlanNo, ProtectedClassNo, RegistryNo, UseClassNo};

const DAY_S: i64 = 86_400;
/// 1 January 1970 was a Thursday.
const FIRST_WEEKDAY: i64 = 3;

macro_rules! coded {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $code:literal, $text:literal);+ $(;)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum $name { $($(#[$variant_doc])* $variant = $code),+ }

        impl $name {
            /// Every one, in the order of the codes.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The name in policies and outputs.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// The one of this name.
            #[must_use]
            pub fn named(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.name() == name)
            }
        }
    };
}

coded! {
    /// What is below a terminal.
    Surface {
        /// On land.
        Land = 0, "land";
        /// On water.
        Sea = 1, "sea";
        /// Above either.
        Air = 2, "air";
    }
}

coded! {
    /// How a terminal's service line stands.
    LineState {
        /// It has none.
        Absent = 0, "none";
        /// Paid and in use.
        Active = 1, "active";
        /// Stopped for a while.
        Suspended = 2, "suspended";
        /// Given up.
        Ended = 3, "ended";
    }
}

coded! {
    /// What kind of knowledge a position is.
    Evidence {
        /// Nobody knows.
        Absent = 0, "none";
        /// The terminal says so.
        ClaimedGnss = 1, "claimed_gnss";
        /// The beam through which it is heard.
        ServingBeam = 2, "serving_beam";
        /// The network measured the ranges.
        NetworkRanging = 3, "network_ranging";
    }
}

coded! {
    /// An attribute, as programs name it.
    Attribute {
        /// [`Attributes::time_s`].
        Time = 0, "time_s";
        /// Seconds since midnight UTC, from the time.
        SecondOfDay = 1, "second_of_day";
        /// 0 is Monday, from the time in UTC.
        Weekday = 2, "weekday";
        /// [`Attributes::speed_cm_s`].
        Speed = 3, "speed_cm_s";
        /// [`Attributes::altitude_m`].
        Altitude = 4, "altitude_m";
        /// [`Attributes::surface`].
        Surface = 5, "surface";
        /// [`Attributes::in_motion`].
        InMotion = 6, "in_motion";
        /// [`Attributes::plan`].
        Plan = 7, "plan";
        /// [`Attributes::use_class`].
        UseClass = 8, "use_class";
        /// [`Attributes::protected_class`].
        ProtectedClass = 9, "protected_class";
        /// [`Attributes::home`].
        Home = 10, "home";
        /// [`Attributes::roaming_days`].
        RoamingDays = 11, "roaming_days";
        /// [`Attributes::line`].
        Line = 12, "line";
        /// [`Attributes::evidence`].
        Evidence = 13, "evidence";
        /// [`Attributes::error_m`].
        Error = 14, "error_m";
    }
}

/// The registries that a terminal is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Registries([u64; 4]);

impl Registries {
    /// A table has at most this many registries.
    pub const MOST: u16 = 256;
    /// In none.
    pub const NONE: Self = Self([0; 4]);

    /// These and one more.
    #[must_use]
    pub const fn with(mut self, registry: RegistryNo) -> Self {
        self.0[(registry.0 as usize >> 6) & 3] |= 1 << (registry.0 & 63);
        self
    }

    /// These without one.
    #[must_use]
    pub const fn without(mut self, registry: RegistryNo) -> Self {
        self.0[(registry.0 as usize >> 6) & 3] &= !(1 << (registry.0 & 63));
        self
    }

    /// True if the terminal is in this one.
    #[must_use]
    pub const fn has(self, registry: RegistryNo) -> bool {
        self.0[(registry.0 as usize >> 6) & 3] >> (registry.0 & 63) & 1 == 1
    }
}

/// Everything about a terminal that a decision may depend on besides its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attributes {
    /// When, in seconds since 1970-01-01 UTC.
    pub time_s: i64,
    /// Speed over ground in cm/s.
    pub speed_cm_s: i32,
    /// Height above the WGS84 ellipsoid in m.
    pub altitude_m: i32,
    /// Land, sea or air.
    pub surface: Surface,
    /// Its service line says that it moves, or it was seen to.
    pub in_motion: bool,
    /// What was bought.
    pub plan: Option<PlanNo>,
    /// What it is used for.
    pub use_class: Option<UseClassNo>,
    /// Hospital, emergency, relief.
    pub protected_class: Option<ProtectedClassNo>,
    /// The territory of the service line's address.
    pub home: Option<AreaNo>,
    /// Days away from home without a break.
    pub roaming_days: i32,
    /// How its service line stands.
    pub line: LineState,
    /// The lists it is on.
    pub registries: Registries,
    /// What kind of knowledge the position is.
    pub evidence: Evidence,
    /// One sigma of the position in m.
    pub error_m: i32,
}

impl Attributes {
    /// A fixed terminal on land with an active line, at a known place, with nothing else known about it.
    #[must_use]
    pub const fn plain(time_s: i64) -> Self {
        Self {
            time_s,
            speed_cm_s: 0,
            altitude_m: 0,
            surface: Surface::Land,
            in_motion: false,
            plan: None,
            use_class: None,
            protected_class: None,
            home: None,
            roaming_days: 0,
            line: LineState::Active,
            registries: Registries::NONE,
            evidence: Evidence::NetworkRanging,
            error_m: 0,
        }
    }

    /// The integer that programs compare.
    #[must_use]
    pub fn value(&self, attribute: Attribute) -> i64 {
        let number = |number: Option<u16>| number.map_or(-1, i64::from);
        match attribute {
            Attribute::Time => self.time_s,
            Attribute::SecondOfDay => second_of_day(self.time_s),
            Attribute::Weekday => weekday(self.time_s),
            Attribute::Speed => self.speed_cm_s.into(),
            Attribute::Altitude => self.altitude_m.into(),
            Attribute::Surface => self.surface as i64,
            Attribute::InMotion => self.in_motion.into(),
            Attribute::Plan => number(self.plan.map(|n| n.0)),
            Attribute::UseClass => number(self.use_class.map(|n| n.0)),
            Attribute::ProtectedClass => number(self.protected_class.map(|n| n.0)),
            Attribute::Home => number(self.home.map(|n| n.0)),
            Attribute::RoamingDays => self.roaming_days.into(),
            Attribute::Line => self.line as i64,
            Attribute::Evidence => self.evidence as i64,
            Attribute::Error => self.error_m.into(),
        }
    }
}

/// Seconds since midnight UTC.
#[must_use]
pub const fn second_of_day(time_s: i64) -> i64 {
    time_s.rem_euclid(DAY_S)
}

/// Day of the week in UTC; 0 is Monday.
#[must_use]
pub const fn weekday(time_s: i64) -> i64 {
    (time_s.div_euclid(DAY_S) + FIRST_WEEKDAY).rem_euclid(7)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_of_the_week() {
        // 2026-11-22 is a Sunday, and 1969-12-31 was a Wednesday.
        assert_eq!((weekday(1_795_305_600), second_of_day(1_795_305_600)), (6, 0));
        assert_eq!((weekday(-1), second_of_day(-1)), (2, 86_399));
        assert_eq!(weekday(i64::MIN), weekday(i64::MIN + 1));
    }

    #[test]
    fn registries_are_a_set() {
        for number in [0, 63, 64, 255].map(RegistryNo) {
            let set = Registries::NONE.with(number);
            assert!(set.has(number) && !set.has(RegistryNo(number.0 ^ 1)));
            assert_eq!(set.without(number), Registries::NONE);
        }
    }
}
