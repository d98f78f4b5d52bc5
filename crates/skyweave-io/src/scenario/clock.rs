//! Times and durations as a scenario writes them.

use super::diagnostic::{ScenarioError, Source};
use hifitime::{Duration, Epoch};
use std::ops::RangeInclusive;
use toml::Spanned;

/// Longest run, s: ten years. Nothing that is known of satellites lasts longer.
const LONGEST_RUN_S: f64 = 3_653.0 * 86_400.0;
/// No number of seconds beyond this is a duration: 126 years.
const LONGEST_S: f64 = 4e9;
/// Years that a scenario may speak of: slots are counted from 1980.
const YEARS: RangeInclusive<i32> = 1980..=2199;

/// A duration such as `90s`, `10min`, `1.5h`, `7d`.
///
/// # Errors
/// Names the place, and the forms that are accepted.
pub fn duration(source: &Source, written: &Spanned<String>) -> Result<Duration, ScenarioError> {
    let text = written.get_ref();
    let fault = |found: &str, accepted| source.fault(written.span(), found, "here", accepted);
    if seconds(text).is_some_and(|seconds| seconds > LONGEST_RUN_S) {
        return Err(fault(&format!("`{text}` is longer than ten years"), "accepted: at most `3653d`"));
    }
    parse_duration(text).ok_or_else(|| {
        fault(
            &format!("`{text}` is no duration"),
            "accepted: a positive number and a unit, such as `90s`, `10min`, `1h`, `7d`",
        )
    })
}

/// The same from bare text; `None` if it is no positive duration, or longer than a century.
#[must_use]
pub fn parse_duration(text: &str) -> Option<Duration> {
    not_negative(text).filter(|duration| *duration > Duration::ZERO)
}

fn not_negative(text: &str) -> Option<Duration> {
    seconds(text).filter(|seconds| *seconds < LONGEST_S).map(Duration::from_seconds)
}

/// A number with a unit, as seconds. There is no sign, and so nothing negative.
fn seconds(text: &str) -> Option<f64> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let number: f64 = text[..digits].parse().ok()?;
    let unit_s = match text[digits..].trim() {
        "ms" => 1e-3,
        "s" => 1.0,
        "min" | "m" => 60.0,
        "h" => 3_600.0,
        "d" => 86_400.0,
        _ => return None,
    };
    Some(number * unit_s)
}

/// An instant such as `2026-05-20T12:00:00Z`.
///
/// # Errors
/// Names the place, and the form that is accepted.
pub fn instant(source: &Source, written: &Spanned<String>) -> Result<Epoch, ScenarioError> {
    let text = written.get_ref();
    parse_instant(text).ok_or_else(|| {
        source.fault(written.span(), &format!("`{text}` is no instant"), "here", ACCEPTED_INSTANT)
    })
}

/// What is accepted as an instant.
pub const ACCEPTED_INSTANT: &str =
    "accepted: ISO 8601 in UTC of 1980 to 2199, such as `2026-05-20T12:00:00Z`";

/// True if an instant is in the years that a scenario may speak of.
pub fn within_years(at: Epoch) -> bool {
    YEARS.contains(&at.year())
}

/// Exactly `YYYY-MM-DDThh:mm:ssZ`, with up to nine decimals of a second.
#[must_use]
pub fn parse_instant(text: &str) -> Option<Epoch> {
    /// Where the digits of year, month, day, hour, minute and second are.
    const FIELDS: [(usize, usize); 6] = [(0, 4), (5, 7), (8, 10), (11, 13), (14, 16), (17, 19)];
    let bare = text.strip_suffix('Z').filter(|bare| bare.is_ascii() && bare.len() >= 19)?;
    let shape: String = bare[..19].chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    if shape != "0000-00-00T00:00:00" {
        return None;
    }
    let nanoseconds = match &bare[19..] {
        "" => 0,
        fraction => {
            let digits = fraction.strip_prefix('.').filter(|d| (1..=9).contains(&d.len()))?;
            let all = digits.bytes().all(|b| b.is_ascii_digit());
            format!("{digits:0<9}").parse().ok().filter(|_| all)?
        }
    };
    let mut numbers = [0_u16; 6];
    for (number, (from, to)) in numbers.iter_mut().zip(FIELDS) {
        *number = bare[from..to].parse().ok()?;
    }
    let [year, month, day, hour, minute, second] = numbers;
    let year = i32::from(year);
    if !YEARS.contains(&year) || hour > 23 || minute > 59 {
        return None;
    }
    let [month, day, hour, minute, second] = [month, day, hour, minute, second].map(|n| n as u8);
    Epoch::maybe_from_gregorian_utc(year, month, day, hour, minute, second, nanoseconds).ok()
}

/// An instant, or a time after the start such as `+5min`.
///
/// # Errors
/// Names the place, and the forms that are accepted.
pub fn moment(source: &Source, written: &Spanned<String>, start: Epoch) -> Result<Epoch, ScenarioError> {
    let text = written.get_ref();
    let Some(after) = text.trim().strip_prefix('+') else { return instant(source, written) };
    if after.trim() == "0" {
        return Ok(start);
    }
    not_negative(after).map(|duration| start + duration).ok_or_else(|| {
        source.fault(
            written.span(),
            &format!("`{text}` is no time after the start"),
            "here",
            "accepted: `+0`, `+5min`, `+1h`, or ISO 8601 in UTC such as `2026-05-20T12:05:00Z`",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_units() {
        assert_eq!(parse_duration("10min"), Some(Duration::from_seconds(600.0)));
        assert_eq!(parse_duration("1.5 h"), Some(Duration::from_seconds(5_400.0)));
        let wrong = [
            "",
            "10",
            "min",
            "-5min",
            "0s",
            "1 fortnight",
            "nan s",
            "inf s",
            "1.5.5h",
            ".s",
            "1e3s",
            "99999999d",
            "0.0000000001ms",
            "５min",
        ];
        for wrong in wrong {
            assert_eq!(parse_duration(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn instants_are_utc() {
        let source = Source { name: "x.toml".to_owned(), text: String::new() };
        let at = |text: &str| instant(&source, &Spanned::new(0..0, text.to_owned()));
        let noon = Epoch::from_gregorian_utc(2026, 5, 20, 12, 0, 0, 0);
        assert_eq!(at("2026-05-20T12:00:00Z").unwrap(), noon);
        assert_eq!(at("2026-05-20T12:00:00.25Z").unwrap() - noon, Duration::from_milliseconds(250.0));
        assert!(at("2016-12-31T23:59:60Z").is_ok(), "a leap second");
        let wrong = [
            "2026-05-20",
            "2026-13-20T12:00:00Z",
            "2026-02-30T12:00:00Z",
            "2026-05-20 12:00:00",
            "2026-05-20T12:00:00",
            "2026-05-20T24:00:00Z",
            "2026-05-20T12:60:00Z",
            "2026-05-20T12:00:61Z",
            "2026-05-20T12:00:00+02:00Z",
            "2026-05-20T12:00:00.Z",
            "2026-05-20T12:00:00.1234567891Z",
            "2026-05-20T12:00:00 TAIZ",
            "1979-05-20T12:00:00Z",
            "+026-05-20T12:00:00Z",
            "2026-05-20T12:00:0éZ",
            "Z",
            "",
        ];
        for wrong in wrong {
            assert!(at(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn moments_are_instants_or_times_after_the_start() {
        let source = Source { name: "x.toml".to_owned(), text: String::new() };
        let start = Epoch::from_gregorian_utc(2026, 5, 20, 12, 0, 0, 0);
        let after = |text: &str| moment(&source, &Spanned::new(0..0, text.to_owned()), start);
        for (text, seconds) in [
            ("+5min", 300.0),
            ("+ 5min", 300.0),
            (" +5 min ", 300.0),
            ("+0", 0.0),
            ("+0s", 0.0),
            ("+0min", 0.0),
        ] {
            assert_eq!(after(text).unwrap() - start, Duration::from_seconds(seconds), "{text}");
        }
        for wrong in ["+", "+x", "+min", "+00x", "+-5min", "++5min", "5min", "-5min"] {
            assert!(after(wrong).is_err(), "{wrong}");
        }
    }
}
