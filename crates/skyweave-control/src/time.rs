//! Times of the service: whole seconds of UTC. They are always given by the caller, never read from a clock.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Seconds since 1970-01-01 00:00 UTC, without leap seconds, as operating systems count them.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(transparent)]
pub struct UnixSeconds(pub i64);

impl UnixSeconds {
    /// This many seconds later (earlier if negative); held at the ends of the range.
    #[must_use]
    pub const fn plus(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds))
    }

    /// How long after `earlier` it is, s; negative if it is before.
    #[must_use]
    pub const fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl UnixSeconds {
    /// Reads a day (`2026-11-22`: its beginning), a time (`2026-11-22T06:00:00Z`) or a number of seconds since 1970; none if it is none of these.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let number = |part: Option<&str>| -> Option<i64> {
            let part = part.filter(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))?;
            part.parse().ok()
        };
        if let Some(seconds) = number(Some(text.strip_prefix('-').unwrap_or(text))) {
            return Some(Self(if text.starts_with('-') { -seconds } else { seconds }));
        }
        let (day, time) = text.split_once('T').unwrap_or((text, "00:00:00Z"));
        let (mut day, mut time) = (day.split('-'), time.strip_suffix('Z')?.split(':'));
        let (year, month, date) = (number(day.next())?, number(day.next())?, number(day.next())?);
        let (hour, minute, second) = (number(time.next())?, number(time.next())?, number(time.next())?);
        let whole = day.next().is_none() && time.next().is_none() && year < 10_000;
        if !whole || hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        let days = days_of(year, month, date);
        // a day that is not in the calendar comes out as another
        (civil(days) == (year, month, date))
            .then_some(Self(days * 86_400 + hour * 3_600 + minute * 60 + second))
    }
}

impl fmt::Display for UnixSeconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (days, of_day) = (self.0.div_euclid(86_400), self.0.rem_euclid(86_400));
        let (year, month, day) = civil(days);
        let (hour, minute, second) = (of_day / 3_600, of_day / 60 % 60, of_day % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }
}

/// The date of a day counted from 1970-01-01. Years are counted from March, so that the leap day is the last of its year.
fn civil(days: i64) -> (i64, i64, i64) {
    const DAYS_OF_400_YEARS: i64 = 146_097;
    const FROM_0000_03_01: i64 = 719_468;
    let shifted = days + FROM_0000_03_01;
    let era = shifted.div_euclid(DAYS_OF_400_YEARS);
    let of_era = shifted.rem_euclid(DAYS_OF_400_YEARS);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

/// The inverse of [`civil`].
fn days_of(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_dates() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (-1, "1969-12-31T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_795_305_600, "2026-11-22T00:00:00Z"),
            (4_107_542_399, "2100-02-28T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ] {
            assert_eq!(UnixSeconds(seconds).to_string(), text);
            assert_eq!(UnixSeconds::read(text), Some(UnixSeconds(seconds)));
            assert_eq!(UnixSeconds::read(&seconds.to_string()), Some(UnixSeconds(seconds)));
        }
        for bad in [
            "",
            "-",
            "2026",
            "2026-13-01",
            "2026-00-10",
            "2026-02-30",
            "2026-11-22T24:00:00Z",
            "2026-11-22T06:00:00",
            "2026-11-22T06:00Z",
            "22.11.2026",
            "99999-01-01",
            "99999999999999999999",
        ] {
            assert!(UnixSeconds::read(bad).is_none_or(|read| bad == "2026" && read.0 == 2_026), "{bad}");
        }
    }
}
