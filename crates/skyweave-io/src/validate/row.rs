//! What a comparison says: one row for each figure.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A figure that was measured, and what the model has for it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// What it is, from the general to the particular, such as `serving/bri/sky/told/second half/over uniform`.
    pub name: String,
    /// What was measured, or what a baseline has where models are scored; `null` where nothing can be measured.
    pub measured: Option<f64>,
    /// What the model has.
    pub modelled: Option<f64>,
    /// Modelled less measured.
    pub error: Option<f64>,
    /// Unit of the three; empty for plain numbers.
    pub unit: String,
    /// `pass`, `fail`, `undecided` or `shown`, and after a colon why.
    #[schemars(with = "String", regex(pattern = "^(pass|fail|undecided|shown)(: .+)?$"))]
    pub verdict: Verdict,
}

impl Row {
    /// A row with its error.
    #[must_use]
    pub fn new(name: impl Into<String>, measured: f64, modelled: f64, unit: &str, verdict: Verdict) -> Self {
        Self {
            name: name.into(),
            measured: Some(measured),
            modelled: Some(modelled),
            error: Some(modelled - measured),
            unit: unit.to_owned(),
            verdict,
        }
    }

    /// A row without figures, for want of what the reason names.
    #[must_use]
    pub fn undecided(name: impl Into<String>, why: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            measured: None,
            modelled: None,
            error: None,
            unit: String::new(),
            verdict: Verdict::of(Judgement::Undecided, why),
        }
    }

    /// A row of the model's own, which nothing measured stands against.
    #[must_use]
    pub fn shown(name: impl Into<String>, modelled: f64, unit: &str, why: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            measured: None,
            modelled: Some(modelled),
            error: None,
            unit: unit.to_owned(),
            verdict: Verdict::of(Judgement::Shown, why),
        }
    }
}

/// What is to be thought of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judgement {
    /// As good as was asked for.
    Pass,
    /// Not as good as was asked for.
    Fail,
    /// The data does not tell.
    Undecided,
    /// Nothing was asked for.
    Shown,
}

impl Judgement {
    const ALL: [Self; 4] = [Self::Pass, Self::Fail, Self::Undecided, Self::Shown];

    /// The word in outputs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Undecided => "undecided",
            Self::Shown => "shown",
        }
    }
}

/// A judgement and the reason for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Verdict {
    /// The judgement.
    pub judgement: Judgement,
    /// The reason; may be empty.
    pub why: String,
}

impl Verdict {
    /// A judgement with its reason.
    #[must_use]
    pub fn of(judgement: Judgement, why: impl Into<String>) -> Self {
        Self { judgement, why: why.into() }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.why.as_str() {
            "" => f.write_str(self.judgement.name()),
            why => write!(f, "{}: {why}", self.judgement.name()),
        }
    }
}

impl From<Verdict> for String {
    fn from(verdict: Verdict) -> Self {
        verdict.to_string()
    }
}

impl TryFrom<String> for Verdict {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let (word, why) = text.split_once(": ").unwrap_or((&text, ""));
        let judgement = Judgement::ALL.into_iter().find(|judgement| judgement.name() == word);
        let judgement =
            judgement.ok_or_else(|| format!("found `{word}`; accepted: pass, fail, undecided, shown"))?;
        Ok(Self { judgement, why: why.to_owned() })
    }
}

/// The JSON Schema of a list of rows.
///
/// # Errors
/// If it cannot be written as JSON, which cannot happen.
pub fn schema() -> Result<String, serde_json::Error> {
    let mut text = serde_json::to_string_pretty(&schemars::schema_for!(Vec<Row>))?;
    text.push('\n');
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read_as_they_were_written() {
        let rows = vec![
            Row::new("a/b", 1.5, 2.0, "ms", Verdict::of(Judgement::Fail, "beyond 0.1: too far")),
            Row::shown("c", 3.0, "", ""),
        ];
        let text = serde_json::to_string(&rows).unwrap();
        assert!(text.contains(r#""error":0.5,"unit":"ms","verdict":"fail: beyond 0.1: too far""#), "{text}");
        assert!(text.contains(r#""measured":null"#) && text.contains(r#""verdict":"shown""#), "{text}");
        assert_eq!(serde_json::from_str::<Vec<Row>>(&text).unwrap(), rows);
        let wrong = text.replace("\"fail:", "\"bad:");
        assert!(serde_json::from_str::<Vec<Row>>(&wrong).is_err());
    }
}
