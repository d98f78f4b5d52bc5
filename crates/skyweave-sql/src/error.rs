//! What can be wrong with a query, said once and so that somebody can act on it.

use datafusion::common::SchemaError;
use datafusion::error::DataFusionError;
use miette::Diagnostic;
use thiserror::Error;

/// What is wrong with a query, its scenario, or the cluster that was to run it.
#[derive(Debug, Error, Diagnostic)]
#[error("{what}")]
pub struct QueryError {
    what: String,
    #[help]
    help: Option<String>,
}

impl QueryError {
    /// An error without advice.
    #[must_use]
    pub fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), help: None }
    }

    /// The same with advice.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// What DataFusion says, in our words where its own would not help. `known` are the tables that there are.
    #[must_use]
    pub fn of(error: &DataFusionError, known: &[String]) -> Self {
        #[cfg(feature = "cluster")]
        if let Some(what) = crate::cluster::said(&error.to_string()) {
            return Self::new(what);
        }
        let root = error.find_root();
        if let Some(ours) = ours(root) {
            return Self { what: ours.what.clone(), help: ours.help.clone() };
        }
        match root {
            DataFusionError::SQL(fault, _) => {
                let text = fault.to_string();
                let what = text.trim_start_matches("sql parser error: ");
                Self::new(format!("this is no SQL: {what}"))
            }
            DataFusionError::SchemaError(fault, _) => match &**fault {
                SchemaError::FieldNotFound { field, valid_fields } => {
                    let mut names: Vec<&str> = valid_fields.iter().map(|c| c.name.as_str()).collect();
                    names.dedup();
                    Self::new(format!("there is no column `{}`", field.name))
                        .help(format!("the columns are: {}", names.join(", ")))
                }
                other => Self::new(other.to_string()),
            },
            other => Self::of_text(&first_lines(&other.strip_backtrace()), known),
        }
    }

    fn of_text(text: &str, known: &[String]) -> Self {
        let tables = || {
            let mut all = known.to_vec();
            all.extend(crate::function::SIGNATURES.iter().map(|signature| (*signature).to_owned()));
            format!("there are: {}", all.join(", "))
        };
        if let Some(name) = between(text, "table '", "' not found") {
            let bare = name.rsplit('.').next().unwrap_or(name);
            let hint = if known.is_empty() { "; the tables of a run need --results DIR" } else { "" };
            return Self::new(format!("there is no table `{bare}`")).help(tables() + hint);
        }
        if let Some(name) = between(text, "table function '", "' not found")
            .or_else(|| between(text, "Invalid function '", "'"))
        {
            let of_tables = crate::function::SIGNATURES.join(", ");
            return Self::new(format!("there is no function `{name}`"))
                .help(format!("functions in FROM are: {of_tables}; others are those of DataFusion"));
        }
        if text.contains("Statement not supported")
            || text.contains("DDL not supported")
            || text.contains("DML not supported")
        {
            return Self::new("only queries are allowed: nothing is created or changed")
                .help("SELECT, WITH, VALUES, EXPLAIN and SHOW are queries");
        }
        let bare = ["Error during planning: ", "Execution error: ", "External error: ", "Arrow error: "]
            .iter()
            .fold(text, |text, prefix| text.strip_prefix(prefix).unwrap_or(text));
        Self::new(bare)
    }
}

impl From<QueryError> for DataFusionError {
    fn from(error: QueryError) -> Self {
        Self::External(Box::new(error))
    }
}

/// Our own error within one of DataFusion's.
fn ours(error: &DataFusionError) -> Option<&QueryError> {
    match error {
        DataFusionError::External(inner) => inner.downcast_ref(),
        _ => None,
    }
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let rest = &text[text.find(before)? + before.len()..];
    Some(&rest[..rest.find(after)?])
}

/// Without what DataFusion adds for its own developers.
fn first_lines(text: &str) -> String {
    let end = text.find("\n\nbacktrace").or_else(|| text.find("\nThis issue was likely caused"));
    text[..end.unwrap_or(text.len())].trim().to_owned()
}
