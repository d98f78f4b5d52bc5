//! Errors of scenarios: what was found, where, and what would be accepted.

use crate::elements::ElementsError;
use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode};
use std::ops::Range;
use std::path::PathBuf;
use thiserror::Error;

/// Why a scenario cannot be run.
#[derive(Debug, Error, Diagnostic)]
pub enum ScenarioError {
    /// A file could not be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
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

/// A fault in a text, with its place.
#[derive(Debug, Error)]
#[error("{file}:{line}: {message}")]
pub struct Fault {
    message: String,
    file: String,
    line: usize,
    label: String,
    help: Option<String>,
    text: NamedSource<String>,
    span: Range<usize>,
}

impl Diagnostic for Fault {
    fn help<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn std::fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.text)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
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
        ScenarioError::Fault(Box::new(Fault {
            message: message.to_owned(),
            file: self.name.clone(),
            line,
            label: label.to_owned(),
            help: (!help.is_empty()).then(|| help.to_owned()),
            text: NamedSource::new(&self.name, self.text.clone()),
            span,
        }))
    }
}

impl From<ElementsError> for ScenarioError {
    fn from(error: ElementsError) -> Self {
        Self::Elements(Box::new(error))
    }
}

/// The names closest to a wrong one, for a "did you mean".
#[must_use]
pub fn closest<'a>(wrong: &str, names: impl Iterator<Item = &'a str>) -> String {
    let lower = wrong.to_lowercase();
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
