//! Filters as people write them: `key=value` or `key!=value`, several values apart by commas.

use super::{Condition, Filter, Pattern, Term};
use crate::entity::{Cause, TerminalState};
use crate::refused::shown;
use crate::time::UnixSeconds;
use std::fmt;
use std::str::FromStr;

/// The keys, each with what its values are.
pub const KEYS: &[(&str, &str)] = &[
    (
        "text",
        "part of the key, serial number, model, note, a tag, or the name of the account, line or a holder",
    ),
    ("key", "a hardware key, or its beginning and *"),
    ("serial", "a serial number, or its beginning and *"),
    ("tag", "a tag"),
    ("state", "manufactured, registered, assigned, active, suspended, lost, stolen, diverted or retired"),
    ("account", "the id of an account (acc_...)"),
    ("under", "the id of an account, which may be above the terminal's own"),
    ("owner", "the id of an organization (org_...)"),
    ("donor", "the id of an organization"),
    ("operator", "the id of an organization"),
    ("line", "the id of a service line (line_...)"),
    ("plan", "the id of a plan (plan_...)"),
    ("home", "the name of the territory of the service address"),
    ("territory", "the name of the territory where it was last seen"),
    ("cell", "an H3 cell of resolution 0 to 5, such as 85283473fffffff"),
    ("incident", "border_flicker, moving, roaming, diverted or any"),
    ("seen_since", "a time: 2026-11-22, 2026-11-22T06:00:00Z or seconds since 1970"),
    ("seen_before", "a time: 2026-11-22, 2026-11-22T06:00:00Z or seconds since 1970"),
    ("seen", "never"),
];

/// Most terms of one filter.
const MOST_TERMS: usize = 32;
/// Most values of one term.
const MOST_VALUES: usize = 100;

/// A filter that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{found}; accepted: {accepted}")]
pub struct FilterError {
    /// The key, where there is one.
    pub key: Option<String>,
    /// What was found.
    pub found: String,
    /// What would be accepted.
    pub accepted: String,
}

impl Filter {
    /// Reads terms such as `state=active,suspended` or `plan!=plan_...`. A comma within a value is written `\,`, and `\` itself `\\`.
    ///
    /// # Errors
    /// Names the term that cannot be read, and what would be accepted.
    pub fn parse<S: AsRef<str>>(terms: &[S]) -> Result<Self, FilterError> {
        if terms.len() > MOST_TERMS {
            let found = format!("{} terms", terms.len());
            return Err(FilterError { key: None, found, accepted: format!("at most {MOST_TERMS}") });
        }
        terms.iter().map(|term| term.as_ref().parse()).collect::<Result<_, _>>().map(|terms| Self { terms })
    }
}

impl FromStr for Term {
    type Err = FilterError;

    fn from_str(text: &str) -> Result<Self, FilterError> {
        let Some((key, value)) = text.split_once('=') else {
            let found = format!("`{}` has no =", shown(text));
            return Err(FilterError { key: None, found, accepted: "key=value or key!=value".to_owned() });
        };
        let (key, negated) = key.strip_suffix('!').map_or((key, false), |key| (key, true));
        let Some((_, what)) = KEYS.iter().find(|(known, _)| *known == key) else {
            let accepted = KEYS.iter().map(|(known, _)| *known).collect::<Vec<_>>().join(", ");
            let found = format!("the key `{}` is unknown", shown(key));
            return Err(FilterError { key: Some(shown(key)), found, accepted });
        };
        let wrong = |value: &str| FilterError {
            key: Some(key.to_owned()),
            found: format!("`{}` is no value of `{key}`", shown(value)),
            accepted: (*what).to_owned(),
        };
        let values = values(value);
        if values.len() > MOST_VALUES {
            let found = format!("{} values of `{key}`", values.len());
            let accepted = format!("at most {MOST_VALUES}");
            return Err(FilterError { key: Some(key.to_owned()), found, accepted });
        }
        if let Some(empty) = values.iter().find(|value| value.is_empty()) {
            return Err(wrong(empty));
        }
        let condition = condition(key, values).map_err(|value| wrong(&value))?;
        Ok(Self { negated, condition })
    }
}

/// The values between commas that no backslash stands before.
fn values(text: &str) -> Vec<String> {
    let mut values = vec![String::new()];
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match (letter, values.last_mut()) {
            (',', _) => values.push(String::new()),
            ('\\', Some(last)) => last.extend(letters.next()),
            (letter, Some(last)) => last.push(letter),
            (_, None) => {}
        }
    }
    values
}

/// All values read by one function, or the first that cannot be.
fn all<T>(values: Vec<String>, read: impl Fn(&str) -> Option<T>) -> Result<Vec<T>, String> {
    values.into_iter().map(|value| read(&value).ok_or(value)).collect()
}

fn one<T>(values: Vec<String>, read: impl Fn(&str) -> Option<T>) -> Result<T, String> {
    match <[String; 1]>::try_from(values) {
        Ok([value]) => read(&value).ok_or(value),
        Err(values) => Err(values.join(",")),
    }
}

fn parsed<T: FromStr>(text: &str) -> Option<T> {
    text.parse().ok()
}

fn condition(key: &str, values: Vec<String>) -> Result<Condition, String> {
    Ok(match key {
        "text" => Condition::Text(values),
        "key" => Condition::Key(values.into_iter().map(Pattern::from).collect()),
        "serial" => Condition::Serial(values.into_iter().map(Pattern::from).collect()),
        "tag" => Condition::Tag(values),
        "state" => Condition::State(all(values, TerminalState::named)?),
        "account" => Condition::Account(all(values, parsed)?),
        "under" => Condition::Under(all(values, parsed)?),
        "owner" => Condition::Owner(all(values, parsed)?),
        "donor" => Condition::Donor(all(values, parsed)?),
        "operator" => Condition::Operator(all(values, parsed)?),
        "line" => Condition::Line(all(values, parsed)?),
        "plan" => Condition::Plan(all(values, parsed)?),
        "home" => Condition::HomeTerritory(values),
        "territory" => Condition::Territory(values),
        "cell" => Condition::Cell(all(values, cell)?),
        "incident" if values == ["any"] => Condition::AnyIncident,
        "incident" => Condition::Incident(all(values, Cause::named)?),
        "seen_since" => Condition::SeenSince(one(values, UnixSeconds::read)?),
        "seen_before" => Condition::SeenBefore(one(values, UnixSeconds::read)?),
        _ => one(values, |value| (value == "never").then_some(Condition::NeverSeen))?,
    })
}

/// An H3 cell: mode 1, resolution 0 to 5, digits that are not used all set.
fn cell(text: &str) -> Option<u64> {
    const CELL_MODE: u64 = 1;
    const FINEST: u64 = 5;
    const BASE_CELLS: u64 = 122;
    const UNUSED: u64 = 7;
    let digits = text.len() == 15 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    let index = digits.then(|| u64::from_str_radix(text, 16).ok()).flatten()?;
    let resolution = index >> 52 & 15;
    let digit = |place: u64| index >> (3 * (15 - place)) & 7;
    let used = (1..=resolution).all(|place| digit(place) != UNUSED);
    let unused = (resolution + 1..=15).all(|place| digit(place) == UNUSED);
    let base = index >> 45 & 127;
    (index >> 56 == CELL_MODE << 3 && resolution <= FINEST && base < BASE_CELLS && used && unused)
        .then_some(index)
}

impl From<String> for Pattern {
    fn from(text: String) -> Self {
        match text.strip_suffix('*') {
            Some(beginning) => Self::Begins(beginning.to_owned()),
            None => Self::Whole(text),
        }
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(text) => f.write_str(text),
            Self::Begins(text) => write!(f, "{text}*"),
        }
    }
}

fn joined<T: ToString>(values: &[T]) -> String {
    let written = values.iter().map(|value| value.to_string().replace('\\', "\\\\").replace(',', "\\,"));
    written.collect::<Vec<_>>().join(",")
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (key, values) = match &self.condition {
            Condition::Text(values) => ("text", joined(values)),
            Condition::Key(values) => ("key", joined(values)),
            Condition::Serial(values) => ("serial", joined(values)),
            Condition::Tag(values) => ("tag", joined(values)),
            Condition::State(values) => ("state", joined(values)),
            Condition::Account(values) => ("account", joined(values)),
            Condition::Under(values) => ("under", joined(values)),
            Condition::Owner(values) => ("owner", joined(values)),
            Condition::Donor(values) => ("donor", joined(values)),
            Condition::Operator(values) => ("operator", joined(values)),
            Condition::Line(values) => ("line", joined(values)),
            Condition::Plan(values) => ("plan", joined(values)),
            Condition::HomeTerritory(values) => ("home", joined(values)),
            Condition::Territory(values) => ("territory", joined(values)),
            Condition::Cell(values) => {
                ("cell", joined(&values.iter().map(|cell| format!("{cell:x}")).collect::<Vec<_>>()))
            }
            Condition::Incident(values) => ("incident", joined(values)),
            Condition::AnyIncident => ("incident", "any".to_owned()),
            Condition::SeenSince(time) => ("seen_since", time.0.to_string()),
            Condition::SeenBefore(time) => ("seen_before", time.0.to_string()),
            Condition::NeverSeen => ("seen", "never".to_owned()),
        };
        write!(f, "{key}{}={values}", if self.negated { "!" } else { "" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_name_the_key_and_what_would_do() {
        for (text, expected) in [
            ("active", "`active` has no =; accepted: key=value or key!=value"),
            ("colour=red", "the key `colour` is unknown; accepted: text, key, serial"),
            ("state=activ", "`activ` is no value of `state`; accepted: manufactured, registered"),
            ("state=active,", "`` is no value of `state`"),
            (
                "account=ut_01JD8Z3N7Q4K2M5T6V7W8X9Y0Z",
                "is no value of `account`; accepted: the id of an account",
            ),
            ("cell=85283473ffffff", "is no value of `cell`; accepted: an H3 cell of resolution 0 to 5"),
            ("cell=8928308280fffff", "is no value of `cell`"),
            ("seen_since=yesterday", "is no value of `seen_since`; accepted: a time"),
            ("seen_since=2026-02-29", "is no value of `seen_since`"),
            ("seen=always", "is no value of `seen`; accepted: never"),
            ("incident=any,roaming", "`any` is no value of `incident`"),
        ] {
            let error = text.parse::<Term>().unwrap_err().to_string();
            assert!(error.contains(expected), "{text}: {error}");
        }
        let many = vec!["state=active"; 33];
        assert_eq!(Filter::parse(&many).unwrap_err().to_string(), "33 terms; accepted: at most 32");
        let error = format!("text={}x", "a,".repeat(100)).parse::<Term>().unwrap_err().to_string();
        assert_eq!(error, "101 values of `text`; accepted: at most 100");
    }

    #[test]
    fn terms_are_read_as_they_are_written() {
        for text in [
            "text=a\\,b,c\\\\d",
            "key=UT-1,UT-2*",
            "serial!=KIT*",
            "state!=retired,lost",
            "cell=85283473fffffff,8428347ffffffff",
            "incident=diverted,roaming",
            "incident!=any",
            "seen_since=1795305600",
            "seen=never",
            "home=Odesa oblast",
        ] {
            assert_eq!(text.parse::<Term>().unwrap().to_string(), text);
        }
        let day: Term = "seen_before=2026-11-22".parse().unwrap();
        assert_eq!(day.condition, Condition::SeenBefore(UnixSeconds(1_795_305_600)));
        let time: Term = "seen_before=2026-11-22T01:02:03Z".parse().unwrap();
        assert_eq!(time.condition, Condition::SeenBefore(UnixSeconds(1_795_309_323)));
    }
}
