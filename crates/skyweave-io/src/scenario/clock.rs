//! Times and durations as a scenario writes them.

use super::diagnostic::{ScenarioError, Source};
use hifitime::{Duration, Epoch};
use std::str::FromStr;
use toml::Spanned;

/// A duration such as `90s`, `10min`, `1.5h`, `7d`.
///
/// # Errors
/// Names the place, and the forms that are accepted.
pub fn duration(source: &Source, written: &Spanned<String>) -> Result<Duration, ScenarioError> {
    parse_duration(written.get_ref()).ok_or_else(|| {
        source.fault(
            written.span(),
            &format!("`{}` is no duration", written.get_ref()),
            "here",
            "accepted: a positive number and a unit, such as `90s`, `10min`, `1h`, `7d`",
        )
    })
}

/// The same from bare text; `None` if it is no positive duration.
#[must_use]
pub fn parse_duration(text: &str) -> Option<Duration> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let number: f64 = text[..digits].parse().ok()?;
    let seconds = match text[digits..].trim() {
        "ms" => 1e-3,
        "s" => 1.0,
        "min" | "m" => 60.0,
        "h" => 3_600.0,
        "d" => 86_400.0,
        _ => return None,
    } * number;
    (seconds > 0.0 && seconds < 4e9).then(|| Duration::from_seconds(seconds))
}

/// An instant such as `2026-05-20T12:00:00Z`.
///
/// # Errors
/// Names the place, and the form that is accepted.
pub fn instant(source: &Source, written: &Spanned<String>) -> Result<Epoch, ScenarioError> {
    let text = written.get_ref();
    let fault = || {
        source.fault(
            written.span(),
            &format!("`{text}` is no instant"),
            "here",
            "accepted: ISO 8601 in UTC, such as `2026-05-20T12:00:00Z`",
        )
    };
    let Some(bare) = text.strip_suffix('Z') else { return Err(fault()) };
    let valid = bare.len() >= 19 && bare.is_ascii() && bare.as_bytes()[10] == b'T';
    if !valid {
        return Err(fault());
    }
    Epoch::from_str(&format!("{bare} UTC")).map_err(|_| fault())
}

/// An instant, or a time after the start such as `+5min`.
///
/// # Errors
/// Names the place, and the forms that are accepted.
pub fn moment(source: &Source, written: &Spanned<String>, start: Epoch) -> Result<Epoch, ScenarioError> {
    let text = written.get_ref();
    if text.trim() == "+0" {
        return Ok(start);
    }
    match text.trim().strip_prefix('+') {
        Some(after) => match parse_duration(after) {
            Some(duration) => Ok(start + duration),
            None if after.trim_start_matches('0').trim_matches(|c: char| c.is_alphabetic()).is_empty() => {
                Ok(start)
            }
            None => Err(source.fault(
                written.span(),
                &format!("`{text}` is no time after the start"),
                "here",
                "accepted: `+5min`, `+1h`, or ISO 8601 in UTC such as `2026-05-20T12:05:00Z`",
            )),
        },
        None => instant(source, written),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_units() {
        assert_eq!(parse_duration("10min"), Some(Duration::from_seconds(600.0)));
        assert_eq!(parse_duration("1.5 h"), Some(Duration::from_seconds(5_400.0)));
        for wrong in ["", "10", "min", "-5min", "0s", "1 fortnight", "nan s"] {
            assert_eq!(parse_duration(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn instants_are_utc() {
        let source = Source { name: "x.toml".to_owned(), text: String::new() };
        let at = |text: &str| instant(&source, &Spanned::new(0..0, text.to_owned()));
        assert_eq!(at("2026-05-20T12:00:00Z").unwrap(), Epoch::from_gregorian_utc(2026, 5, 20, 12, 0, 0, 0));
        for wrong in ["2026-05-20", "2026-13-20T12:00:00Z", "2026-05-20 12:00:00", "2026-05-20T12:00:00"] {
            assert!(at(wrong).is_err(), "{wrong}");
        }
        let start = at("2026-05-20T12:00:00Z").unwrap();
        let after = |text: &str| moment(&source, &Spanned::new(0..0, text.to_owned()), start);
        assert_eq!(after("+5min").unwrap() - start, Duration::from_seconds(300.0));
        assert_eq!(after("+0s").unwrap(), start);
    }
}
