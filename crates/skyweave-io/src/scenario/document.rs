//! Files in TOML that say their format: read, changed by `--set`, parsed. Scenarios are some, and other files of the program are read the same way.

use super::diagnostic::{ScenarioError, Source, read_text};
use super::overrides;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::path::Path;

/// A format, as its files and the errors about them name it.
#[derive(Debug, Clone, Copy)]
pub struct Format {
    /// What a file is, such as `scenario`.
    pub kind: &'static str,
    /// The version that is read.
    pub version: u32,
    /// Where the format is described.
    pub page: &'static str,
    /// A change of a value that `--set` takes, such as `lasers.pattern=none`.
    pub setting: &'static str,
    /// What is accepted in the place of a field that earlier versions had, by the parser's message.
    pub replaced: fn(&str) -> Option<&'static str>,
}

impl Format {
    /// Reads a file, and changes the values that `settings` name.
    ///
    /// # Errors
    /// When the file cannot be read, or a setting cannot be made.
    pub fn open(&self, path: &Path, settings: &[String]) -> Result<Source, ScenarioError> {
        let text = read_text(path).map_err(|source| ScenarioError::Read {
            path: path.to_owned(),
            accepted: format!(
                "accepted: a {} in TOML and UTF-8; the format is described in {}",
                self.kind, self.page
            ),
            source,
        })?;
        self.change(Source { name: path.display().to_string(), text }, settings)
    }

    /// Changes the values of a text at hand that `settings` name.
    ///
    /// # Errors
    /// When a setting cannot be made.
    pub fn change(&self, source: Source, settings: &[String]) -> Result<Source, ScenarioError> {
        if settings.is_empty() { Ok(source) } else { overrides::apply(&source, settings, self) }
    }

    /// Parses a text.
    ///
    /// # Errors
    /// When it is of another version, no TOML, or has fields that are missing, unknown or of another type.
    pub fn parse<T: DeserializeOwned>(&self, source: &Source) -> Result<T, ScenarioError> {
        // an unknown version is said before anything that it may have brought along
        let version: Version = toml::from_str(&source.text).map_err(|error| self.fault(source, &error))?;
        let accepted = format!("accepted: `format = {}`", self.version);
        match version.format {
            None => {
                let message = format!("the {} does not say its format", self.kind);
                return Err(source.fault(0..0, &message, "the first line is a good place", &accepted));
            }
            Some(found) if found.get_ref().as_integer() != Some(i64::from(self.version)) => {
                let message = format!("format {} is not known to this version of skyweave", found.get_ref());
                return Err(source.fault(found.span(), &message, "here", &accepted));
            }
            Some(_) => {}
        }
        toml::from_str(&source.text).map_err(|error| self.fault(source, &error))
    }

    fn fault(&self, source: &Source, error: &toml::de::Error) -> ScenarioError {
        let span = error.span().unwrap_or(0..0);
        let is_date =
            source.text.get(span.clone()).is_some_and(|t| t.parse::<toml::value::Datetime>().is_ok());
        if is_date && error.message().starts_with("invalid type") {
            let help = "accepted: a string in quotes, such as `\"2026-05-20T12:00:00Z\"`";
            return source.fault(span, "a date without quotes", "here", help);
        }
        let described = format!("the format is described in {}", self.page);
        let help = (self.replaced)(error.message()).unwrap_or(&described);
        source.fault(span, &plain(error.message()), "here", help)
    }
}

/// What a text in TOML says beside one of its tables; nothing if it is no TOML.
#[must_use]
pub fn without_table(text: &str, name: &str) -> Option<toml::Table> {
    let mut table: toml::Table = text.parse().ok()?;
    table.remove(name);
    Some(table)
}

/// What is looked at before all else.
#[derive(Deserialize)]
struct Version {
    format: Option<toml::Spanned<toml::Value>>,
}

/// The words of a parser's message that only Rust knows, in those of TOML.
fn plain(message: &str) -> String {
    const WORDS: [(&str, &str); 9] = [
        ("expected u8", "expected a whole number from 0 to 255"),
        ("expected u16", "expected a whole number from 0 to 65535"),
        ("expected u32", "expected a whole number from 0 to 4294967295"),
        ("expected u64", "expected a whole number from 0 on"),
        ("expected usize", "expected a whole number from 0 on"),
        ("expected f64", "expected a number"),
        ("invalid type: map", "invalid type: table"),
        ("expected a sequence", "expected a list"),
        ("expected an array of length", "expected a list of length"),
    ];
    if let Some((before, _)) = message.split_once("expected struct ") {
        return format!("{before}expected a table");
    }
    WORDS.iter().fold(message.to_owned(), |message, (rust, toml)| message.replace(rust, toml))
}
