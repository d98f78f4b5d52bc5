//! What texts and figures of commands may be. Events are not checked so: what was once accepted stays readable.

use crate::entity::{Finding, ServiceAddress};
use crate::incident::CERTAIN;
use crate::refused::{Code, Refused};
use crate::time::UnixSeconds;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

/// Longest name, characters.
const LONGEST_NAME: usize = 200;
/// Longest free text, characters.
const LONGEST_TEXT: usize = 2_000;
/// Most tags of one terminal.
const MOST_TAGS: usize = 32;
/// Longest tag, characters.
const LONGEST_TAG: usize = 64;
/// How far ahead of the clock a time that was observed may be, s: clocks differ.
const AHEAD_S: i64 = 300;
/// Largest error of a place, m: whoever knows less knows nothing.
const MOST_ERROR_M: u32 = 1_000_000;
/// Digits of a SHA-256.
const HASH_DIGITS: usize = 64;

fn malformed(field: &str, found: impl Into<String>, accepted: impl Into<String>) -> Refused {
    Refused::new(Code::Malformed, format!("{field}: {}", found.into()), accepted).field(field)
}

/// A wrong value, with what would be accepted.
pub(super) fn wrong(field: &str, found: impl Into<String>, accepted: &str) -> Refused {
    malformed(field, found, format!("accepted: {accepted}"))
}

/// A name: one line that has something on it.
pub(super) fn name(field: &str, text: &str) -> Result<(), Refused> {
    line(field, text, LONGEST_NAME)
}

/// A tag, or another text of one line.
fn line(field: &str, text: &str, longest: usize) -> Result<(), Refused> {
    let accepted = || format!("accepted: 1 to {longest} characters on one line, without blanks at its ends");
    let length = text.chars().count();
    if length == 0 || length > longest {
        return Err(malformed(field, format!("{length} characters"), accepted()));
    }
    if text.trim() != text {
        return Err(malformed(field, "blanks at its ends", accepted()));
    }
    if let Some(letter) = text.chars().find(|letter| hidden(*letter)) {
        return Err(malformed(
            field,
            format!("the control character U+{:04X}", u32::from(letter)),
            accepted(),
        ));
    }
    Ok(())
}

/// Characters that a reader does not see: control characters, and those that turn the order of others.
fn hidden(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// A reason: somebody will read it.
pub(super) fn reason(field: &str, text: &str) -> Result<(), Refused> {
    long_text(field, text)
}

/// A free text that has something in it.
pub(super) fn long_text(field: &str, text: &str) -> Result<(), Refused> {
    let accepted =
        || format!("accepted: 1 to {LONGEST_TEXT} characters; of control characters only line breaks");
    let length = text.chars().count();
    if text.trim().is_empty() || length > LONGEST_TEXT {
        return Err(malformed(field, format!("{length} characters"), accepted()));
    }
    if let Some(letter) = text.chars().find(|letter| hidden(*letter) && !matches!(letter, '\n' | '\r')) {
        return Err(malformed(
            field,
            format!("the control character U+{:04X}", u32::from(letter)),
            accepted(),
        ));
    }
    Ok(())
}

/// A free text that may be missing.
pub(super) fn optional(field: &str, text: Option<&str>) -> Result<(), Refused> {
    text.map_or(Ok(()), |text| long_text(field, text))
}

/// What may be said of a terminal: a serial number or a model, on one line, or a longer note.
pub(crate) fn description(field: &str, text: Option<&str>) -> Result<(), Refused> {
    if field == "note" { optional(field, text) } else { text.map_or(Ok(()), |text| name(field, text)) }
}

/// Tags.
pub(crate) fn tags(tags: &BTreeSet<String>) -> Result<(), Refused> {
    if tags.len() > MOST_TAGS {
        return Err(malformed(
            "tags",
            format!("{} of them", tags.len()),
            format!("accepted: at most {MOST_TAGS}"),
        ));
    }
    for tag in tags {
        line("tags", tag, LONGEST_TAG)?;
        if tag.contains([',', ';']) {
            return Err(wrong(
                "tags",
                format!("`{tag}`"),
                "tags without , and ;, which separate them in files",
            ));
        }
    }
    Ok(())
}

/// A SHA-256 in hexadecimal digits.
pub(super) fn sha256(field: &str, text: &str) -> Result<(), Refused> {
    let digits = text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    if text.len() == HASH_DIGITS && digits {
        return Ok(());
    }
    Err(wrong(field, format!("{} characters", text.chars().count()), "64 hexadecimal digits in lower case"))
}

/// The SHA-256 of a text, in hexadecimal digits.
#[must_use]
pub fn sha256_of(text: &str) -> String {
    let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or_default();
    Sha256::digest(text.as_bytes()).iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// A time that is still to come.
pub(super) fn to_come(field: &str, time: Option<UnixSeconds>, now: UnixSeconds) -> Result<(), Refused> {
    match time {
        Some(time) if time <= now => Err(wrong(field, format!("{time} is past"), "a time to come")),
        _ => Ok(()),
    }
}

/// A place on Earth, in 1e-7 degrees.
fn place(within: &str, latitude_e7: i32, longitude_e7: i32) -> Result<(), Refused> {
    const QUARTER_TURN_E7: i32 = 900_000_000;
    const HALF_TURN_E7: i32 = 1_800_000_000;
    if !(-QUARTER_TURN_E7..=QUARTER_TURN_E7).contains(&latitude_e7) {
        let accepted = "-900000000 to 900000000, in 1e-7 degrees";
        return Err(wrong(&format!("{within}.latitude_e7"), latitude_e7.to_string(), accepted));
    }
    if !(-HALF_TURN_E7..=HALF_TURN_E7).contains(&longitude_e7) {
        let accepted = "-1800000000 to 1800000000, in 1e-7 degrees";
        return Err(wrong(&format!("{within}.longitude_e7"), longitude_e7.to_string(), accepted));
    }
    Ok(())
}

/// What was seen of a terminal.
pub(super) fn finding(finding: &Finding, now: UnixSeconds) -> Result<(), Refused> {
    place("finding", finding.latitude_e7, finding.longitude_e7)?;
    if finding.outside_65536 > CERTAIN {
        let accepted = "0 to 65536, which is certain";
        return Err(wrong("finding.outside_65536", finding.outside_65536.to_string(), accepted));
    }
    if finding.error_m > MOST_ERROR_M {
        let accepted = "0 to 1000000, in m";
        return Err(wrong("finding.error_m", finding.error_m.to_string(), accepted));
    }
    let latest = now.plus(AHEAD_S);
    if !(UnixSeconds(0)..=latest).contains(&finding.until_s) {
        let accepted = "s since 1970, at most 5 minutes ahead of the clock";
        return Err(wrong("finding.until_s", finding.until_s.to_string(), accepted));
    }
    if !(UnixSeconds(0)..=finding.until_s).contains(&finding.since_s) {
        let accepted = "s since 1970, not after until_s";
        return Err(wrong("finding.since_s", finding.since_s.to_string(), accepted));
    }
    Ok(())
}

/// A service address.
pub(super) fn address(address: &ServiceAddress) -> Result<(), Refused> {
    place("address", address.latitude_e7, address.longitude_e7)?;
    name("address.territory", &address.territory)?;
    optional("address.text", address.text.as_deref())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_mislead_are_refused() {
        for bad in ["", " ", "a ", "a\nb", "a\0", "a\u{202e}b", "\u{feff}a", "\u{1b}[2J", &"x".repeat(201)] {
            let refused = name("name", bad).unwrap_err();
            assert_eq!((refused.code, refused.field.as_deref()), (Code::Malformed, Some("name")), "{bad:?}");
        }
        for good in ["a", "Лікарня № 5", "عيادة", "O'Neill & \"Söhne\"; DROP TABLE", &"x".repeat(200)]
        {
            assert_eq!(name("name", good), Ok(()), "{good}");
        }
    }

    #[test]
    fn hashes_are_those_of_the_standard() {
        // FIPS 180-4, example of one block
        assert_eq!(sha256_of("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert!(sha256("sha256", &sha256_of("")).is_ok());
        assert!(sha256("sha256", &sha256_of("").to_uppercase()).is_err());
    }
}
