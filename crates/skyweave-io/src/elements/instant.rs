//! Epochs, exact to the nanosecond: no day fraction goes through a float.

use hifitime::{Duration, Epoch, TimeScale};

/// Nanoseconds of the eighth decimal of a day, the last that a TLE carries.
const NS_PER_1E8_DAY: i128 = 864_000;
const NS_PER_DAY: i128 = 86_400_000_000_000;
/// The first year that has artificial satellites, and the last that is believed.
const YEARS: std::ops::RangeInclusive<i32> = 1957..=2199;

/// What [`parse_instant`] takes, in words.
pub(super) const ACCEPTED: &str = "a UTC instant of 1957 to 2199 such as 2026-05-20T12:34:56.123456 (up to nine decimals, with or without Z)";

/// The instant at a day of a year (1 is the first of January) and 1e-8 days after it; none if the year lacks that day.
pub(super) fn from_day_of_year(year: i32, day: u32, fraction_1e8: u32) -> Option<Epoch> {
    let nanoseconds = i128::from(fraction_1e8) * NS_PER_1E8_DAY;
    day_of_year(year, day)
        .filter(|_| nanoseconds < NS_PER_DAY)
        .map(|start| start + nanoseconds_of(nanoseconds))
}

/// The instant that an ISO 8601 text names, UTC: `YYYY-MM-DDThh:mm:ss[.f][Z]`, or `YYYY-DDDThh:mm:ss[.f][Z]`, as CCSDS
/// has it. None for anything else, for dates that do not exist, and for seconds from 60.
pub(crate) fn parse_instant(text: &str) -> Option<Epoch> {
    let (date, time) = text.strip_suffix('Z').unwrap_or(text).split_once('T')?;
    let date: Vec<&str> = date.split('-').collect();
    let midnight = match date.as_slice() {
        [year, month, day] => month_and_day(digits(year, 4)?, digits(month, 2)?, digits(day, 2)?)?,
        [year, day] => day_of_year(digits(year, 4)?.try_into().ok()?, digits(day, 3)?)?,
        _ => return None,
    };
    let time: Vec<&str> = time.split(':').collect();
    let [hour, minute, second] = time.as_slice() else { return None };
    let (second, fraction) = second.split_once('.').map_or((*second, None), |(s, f)| (s, Some(f)));
    let (hour, minute, second) = (digits(hour, 2)?, digits(minute, 2)?, digits(second, 2)?);
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let fraction_ns = fraction.map_or(Some(0), fraction_nanoseconds)?;
    let seconds = i128::from(hour * 3600 + minute * 60 + second);
    Some(midnight + nanoseconds_of(seconds * 1_000_000_000 + i128::from(fraction_ns)))
}

/// An instant as [`parse_instant`] takes it, to the second before it.
pub(crate) fn write_instant(epoch: Epoch) -> String {
    let (year, month, day, hour, minute, second, _) = epoch.to_gregorian_utc();
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

fn month_and_day(year: u32, month: u32, day: u32) -> Option<Epoch> {
    let year = i32::try_from(year).ok().filter(|year| YEARS.contains(year))?;
    let days = match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=days).contains(&day) {
        return None;
    }
    Epoch::maybe_from_gregorian(year, month as u8, day as u8, 0, 0, 0, 0, TimeScale::UTC).ok()
}

fn day_of_year(year: i32, day: u32) -> Option<Epoch> {
    let days = if is_leap(year) { 366 } else { 365 };
    let first = month_and_day(year.try_into().ok()?, 1, 1)?;
    (1..=days).contains(&day).then(|| first + nanoseconds_of(i128::from(day - 1) * NS_PER_DAY))
}

fn is_leap(year: i32) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// Exactly so many decimal digits.
fn digits(text: &str, count: usize) -> Option<u32> {
    let right = text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
    if right { text.parse().ok() } else { None }
}

fn fraction_nanoseconds(text: &str) -> Option<u32> {
    let right = (1..=9).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if right { format!("{text:0<9}").parse().ok() } else { None }
}

fn nanoseconds_of(nanoseconds: i128) -> Duration {
    Duration::from_total_nanoseconds(nanoseconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_fraction_is_exact() {
        // 0.49119147 d is 42438.943008 s
        let epoch = from_day_of_year(2026, 140, 49_119_147).expect("exists");
        assert_eq!(epoch, Epoch::from_gregorian_utc(2026, 5, 20, 11, 47, 18, 943_008_000));
        assert_eq!(parse_instant("2026-05-20T11:47:18.943008"), Some(epoch));
        assert_eq!(parse_instant("2026-05-20T11:47:18.943008000Z"), Some(epoch));
        assert_eq!(parse_instant("2026-140T11:47:18.943008Z"), Some(epoch));
        assert_eq!(write_instant(epoch), "2026-05-20T11:47:18Z");
    }

    #[test]
    fn a_leap_second_within_the_day_of_year_does_not_shift_the_epoch() {
        let last = from_day_of_year(2016, 366, 99_999_999).expect("2016 has 366 days");
        assert_eq!(last, Epoch::from_gregorian_utc(2016, 12, 31, 23, 59, 59, 999_136_000));
        assert_eq!(from_day_of_year(2017, 1, 0), Some(Epoch::from_gregorian_utc_at_midnight(2017, 1, 1)));
    }

    #[test]
    fn instants_that_do_not_exist_are_none() {
        for text in [
            "2026-13-01T00:00:00",
            "2026-00-01T00:00:00",
            "2026-02-29T00:00:00",
            "2026-02-00T00:00:00",
            "2026-366T00:00:00",
            "2026-000T00:00:00",
            "2026-05-20T24:00:00",
            "2026-05-20T12:60:00",
            "2026-05-20T12:00:60",
            "2026-05-20T12:00:00.",
            "2026-05-20T12:00:00.0000000001",
            "2026-05-20T12:00:00+02:00",
            "2026-05-20 12:00:00",
            "2026-05-20",
            "26-05-20T12:00:00",
            "1956-12-31T00:00:00",
            "+026-05-20T12:00:00",
            "2026-05-20T12:00",
            "",
            "T",
        ] {
            assert_eq!(parse_instant(text), None, "{text}");
        }
        assert_eq!(from_day_of_year(2025, 366, 0), None);
        assert_eq!(from_day_of_year(2025, 0, 0), None);
    }
}
