//! Searching terminals: `skyweave-control` reads the filter, a store answers it. Both mean the same, which a test checks.

use super::problem::Problem;
use super::routes::Parameter;
use crate::service::of_filter;
use crate::store::Condition;
use skyweave_control::fleet::search::{Filter, KEYS};

/// What is not a term of a filter.
const NOT_TERMS: [&str; 5] = ["limit", "cursor", "fields", "count", "dry_run"];

/// The parameters that filter terminals.
#[must_use]
pub fn parameters() -> Vec<Parameter> {
    KEYS.iter().map(|(name, text)| Parameter { negatable: true, ..Parameter::text(name, text) }).collect()
}

/// What a list of terminals was asked for.
///
/// # Errors
/// If a term is not understood.
pub fn conditions(query: &[(String, String)]) -> Result<Vec<Condition>, Problem> {
    let terms = query.iter().filter(|(name, _)| !NOT_TERMS.contains(&name.as_str()));
    let terms: Vec<String> = terms.map(|(name, value)| format!("{name}={value}")).collect();
    let filter = Filter::parse(&terms).map_err(|error| {
        let problem = Problem::invalid("invalid_filter", error.to_string());
        if let Some(key) = &error.key { problem.field(key) } else { problem }
    })?;
    Ok(of_filter(&filter))
}
