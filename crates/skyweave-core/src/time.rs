//! Slots and hours: the planner's clock.
//!
//! | name | unit | source |
//! |---|---|---|
//! | [`SlotNo`] | 15 s, counted from the GPS epoch 1980-01-06 00:00:00 UTC | slots begin when GPS seconds divide by 15, measured at :12, :27, :42, :57 UTC |
//! | [`UtcHour`] | hours since 1970-01-01 00:00 UTC | the unit of restart, of output files and of parallel work |

use hifitime::{Duration, Epoch};

/// Length of a slot in seconds.
pub const SLOT_S: i64 = 15;
/// The epoch J2000.0 in Unix seconds: 2000-01-01 12:00:00.
const J2000_UNIX_S: f64 = 946_728_000.0;

/// Number of a slot: GPS seconds at its start, divided by 15.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SlotNo(pub i64);

impl SlotNo {
    /// The slot that contains an instant.
    #[must_use]
    pub fn containing(epoch: Epoch) -> Self {
        Self(gps_nanoseconds(epoch).div_euclid(i128::from(SLOT_S) * 1_000_000_000) as i64)
    }

    /// The first slot that begins at or after an instant.
    #[must_use]
    pub fn not_before(epoch: Epoch) -> Self {
        let slot = Self::containing(epoch);
        if slot.start() < epoch { slot.next() } else { slot }
    }

    /// When the slot begins.
    #[must_use]
    pub fn start(self) -> Epoch {
        Epoch::from_gpst_duration(Duration::from_total_nanoseconds(
            i128::from(self.0 * SLOT_S) * 1_000_000_000,
        ))
    }

    /// The slot after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }

    /// The slot `count` slots before this one.
    #[must_use]
    pub const fn minus(self, count: i64) -> Self {
        Self(self.0 - count)
    }

    /// The UTC hour in which the slot begins.
    #[must_use]
    pub fn hour(self) -> UtcHour {
        UtcHour((unix_seconds(self.start())).div_euclid(3600.0) as i64)
    }

    /// Seconds from an instant to the start of this slot.
    #[must_use]
    pub fn seconds_after(self, origin: SlotInstant) -> f64 {
        (self.0 - origin.slot.0) as f64 * SLOT_S as f64 - origin.offset_s
    }
}

/// An instant as a slot and the seconds into it: differences between such instants lose no digits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SlotInstant {
    /// The slot that contains the instant.
    pub slot: SlotNo,
    /// Seconds since that slot began, in [0, 15).
    pub offset_s: f64,
}

impl SlotInstant {
    /// The same instant, split.
    #[must_use]
    pub fn of(epoch: Epoch) -> Self {
        let slot = SlotNo::containing(epoch);
        Self { slot, offset_s: (epoch - slot.start()).to_seconds() }
    }
}

/// A UTC hour, counted from 1970-01-01 00:00 UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UtcHour(pub i64);

impl UtcHour {
    /// When the hour begins.
    #[must_use]
    pub fn start(self) -> Epoch {
        Epoch::from_unix_seconds(self.0 as f64 * 3600.0)
    }

    /// The first slot that begins in this hour.
    #[must_use]
    pub fn first_slot(self) -> SlotNo {
        SlotNo::not_before(self.start())
    }

    /// The hour after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

/// UTC seconds since 1970-01-01, leap seconds not counted.
#[must_use]
pub fn unix_seconds(epoch: Epoch) -> f64 {
    epoch.to_unix_seconds()
}

/// Seconds since midnight UTC.
#[must_use]
pub fn utc_seconds_of_day(epoch: Epoch) -> f64 {
    unix_seconds(epoch).rem_euclid(86_400.0)
}

/// UTC days since J2000.0 (2000-01-01 12:00), leap seconds not counted.
#[must_use]
pub fn days_since_j2000(epoch: Epoch) -> f64 {
    (unix_seconds(epoch) - J2000_UNIX_S) / 86_400.0
}

fn gps_nanoseconds(epoch: Epoch) -> i128 {
    epoch.to_gpst_duration().total_nanoseconds()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_begin_at_12_27_42_and_57_utc() {
        let slot = SlotNo::containing(Epoch::from_gregorian_utc(2026, 5, 20, 12, 0, 30, 0));
        assert_eq!(slot.start(), Epoch::from_gregorian_utc(2026, 5, 20, 12, 0, 27, 0));
        assert_eq!(slot.next().start(), Epoch::from_gregorian_utc(2026, 5, 20, 12, 0, 42, 0));
        assert_eq!(SlotNo::not_before(slot.start()), slot);
    }

    #[test]
    fn an_hour_has_240_slots_and_the_first_begins_12_s_into_it() {
        let hour = SlotNo::containing(Epoch::from_gregorian_utc(2026, 5, 20, 12, 30, 0, 0)).hour();
        assert_eq!(hour.start(), Epoch::from_gregorian_utc(2026, 5, 20, 12, 0, 0, 0));
        assert_eq!(hour.first_slot().start(), Epoch::from_gregorian_utc(2026, 5, 20, 12, 0, 12, 0));
        assert_eq!(hour.next().first_slot().0 - hour.first_slot().0, 240);
        assert_eq!(hour.first_slot().hour(), hour);
        assert_eq!(hour.first_slot().minus(1).hour().next(), hour);
    }

    #[test]
    fn a_split_instant_keeps_its_microseconds() {
        let epoch = Epoch::from_gregorian_utc(2026, 5, 20, 3, 4, 5, 678_901_000);
        let later = SlotNo::not_before(epoch);
        let elapsed = later.seconds_after(SlotInstant::of(epoch));
        assert!((elapsed - (later.start() - epoch).to_seconds()).abs() < 1e-9);
    }
}
