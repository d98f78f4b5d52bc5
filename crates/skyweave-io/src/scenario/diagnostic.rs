//! Errors of scenarios: what was found, where, and what would be accepted.

use crate::elements::ElementsError;
use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode};
use std::io::{self, Read};
use std::ops::Range;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Why a scenario cannot be run.
#[derive(Debug, Error, Diagnostic)]
pub enum ScenarioError {
    /// A file could not be read.
    #[error("cannot read {}", path.display())]
    #[diagnostic(help("{accepted}"))]
    Read {
        /// The file.
        path: PathBuf,
        /// What would do.
        accepted: String,
        /// What the system said.
        source: io::Error,
    },
    /// Something in the scenario file is wrong.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Fault(Box<Fault>),
    /// An element file is wrong.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Elements(Box<ElementsError>),
}

/// Longest line that is shown, bytes.
const LONGEST_LINE: usize = 400;
/// Longest message, characters: it may repeat what was found.
const LONGEST_MESSAGE: usize = 600;

/// A fault in a text, with its place.
#[derive(Debug, Error)]
#[error("{file}:{line}: {message}")]
pub struct Fault {
    message: String,
    file: String,
    line: usize,
    label: String,
    help: Option<String>,
    /// The text to show the place in; none where its lines are too long for any screen.
    text: Option<NamedSource<String>>,
    span: Range<usize>,
}

impl Diagnostic for Fault {
    fn help<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn std::fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.text.as_ref().map(|text| text as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        self.text.as_ref()?;
        let length = self.span.end.saturating_sub(self.span.start).max(1);
        Some(Box::new(std::iter::once(LabeledSpan::new(Some(self.label.clone()), self.span.start, length))))
    }
}

/// A text that faults can be found in.
#[derive(Debug, Clone)]
pub struct Source {
    /// Name of the file.
    pub name: String,
    /// Its text.
    pub text: String,
}

impl Source {
    /// A fault at a place of this text: `message` says what was found, `label` what is wrong there, `help` what would do.
    #[must_use]
    pub fn fault(&self, span: Range<usize>, message: &str, label: &str, help: &str) -> ScenarioError {
        let end = self.text.floor_char_boundary(span.start);
        let line = self.text[..end].matches('\n').count() + 1;
        let around = self.text.lines().skip(line.saturating_sub(2)).take(3);
        let showable = around.into_iter().all(|line| line.len() <= LONGEST_LINE);
        let mut shown: String = message.chars().take(LONGEST_MESSAGE).collect();
        if shown.len() < message.len() {
            shown.push_str(" (and so on)");
        }
        ScenarioError::Fault(Box::new(Fault {
            message: shown,
            file: self.name.clone(),
            line,
            label: label.to_owned(),
            help: (!help.is_empty()).then(|| help.to_owned()),
            text: showable.then(|| NamedSource::new(&self.name, self.text.clone())),
            span,
        }))
    }

    /// Checks that a figure, at the place that these keys lead to, is from the least to the greatest that is accepted.
    ///
    /// # Errors
    /// When it is not.
    pub fn in_range(
        &self,
        keys: &[&str],
        found: f64,
        (least, greatest): (f64, f64),
    ) -> Result<(), ScenarioError> {
        if (least..=greatest).contains(&found) {
            return Ok(());
        }
        let is_field = |key: &&&str| key.parse::<usize>().is_err();
        let field: Vec<&str> = keys.iter().filter(is_field).copied().collect();
        let message = format!("{} is {found}", field.join("."));
        let help = format!("accepted: from {least} to {greatest}");
        Err(self.fault(self.span_of(keys), &message, "out of range", &help))
    }

    /// True if there is a value in the text that these keys lead to. It reads the text anew, so it is for rare questions.
    #[must_use]
    pub fn holds(&self, keys: &[&str]) -> bool {
        let Ok(document) = toml_edit::Document::parse(self.text.as_str()) else { return false };
        keys.iter().try_fold(document.as_item(), |item, key| item.get(key)).is_some()
    }

    /// Where the value stands that these keys (numbers for entries of lists) lead to; the beginning of the text if it is not written there. It reads the
    /// text anew, so it is for faults.
    #[must_use]
    pub fn span_of(&self, keys: &[&str]) -> Range<usize> {
        let Ok(document) = toml_edit::Document::parse(self.text.as_str()) else { return 0..0 };
        let mut item = document.as_item();
        for key in keys {
            // an entry of a list goes by its number
            let Some(next) = item.get(key).or_else(|| item.get(key.parse::<usize>().ok()?)) else { break };
            item = next;
        }
        item.span().filter(|span| span.len() < self.text.len()).unwrap_or(0..0)
    }
}

/// The longest file that is read, bytes: a million terminals listed one by one have room in it.
const LONGEST_FILE: u64 = 1 << 28;

/// Reads a text file, up to a length that no memory minds.
pub fn read_text(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    let read = std::fs::File::open(path)?.take(LONGEST_FILE + 1).read_to_string(&mut text)?;
    if read as u64 > LONGEST_FILE {
        return Err(io::Error::other(format!("it is longer than {LONGEST_FILE} bytes")));
    }
    Ok(text)
}

impl From<ElementsError> for ScenarioError {
    fn from(error: ElementsError) -> Self {
        Self::Elements(Box::new(error))
    }
}

/// What is wrong with a name, if anything: tables and messages show it in one line.
#[must_use]
pub fn name_fault(name: &str) -> Option<&'static str> {
    if name.trim().is_empty() {
        Some("an empty name")
    } else if name.chars().any(char::is_control) {
        Some("a name with a line break or another control character")
    } else if name.chars().count() > LONGEST_NAME {
        Some("a name of more than 100 characters")
    } else {
        None
    }
}

/// What is accepted as a name.
pub const ACCEPTED_NAME: &str = "accepted: 1 to 100 characters in one line";
const LONGEST_NAME: usize = 100;

/// The names closest to a wrong one, for a "did you mean".
#[must_use]
pub fn closest<'a>(wrong: &str, names: impl Iterator<Item = &'a str>) -> String {
    let lower: String = wrong.chars().take(LONGEST_NAME).collect::<String>().to_lowercase();
    let mut ranked: Vec<(usize, &str)> =
        names.map(|name| (edit_distance(&lower, &name.to_lowercase()), name)).collect();
    ranked.sort_unstable();
    let best: Vec<String> = ranked.iter().take(3).map(|(_, name)| format!("`{name}`")).collect();
    if best.is_empty() {
        "there are none in this world".to_owned()
    } else {
        format!("closest: {}", best.join(", "))
    }
}

fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row[b.len()]
}
