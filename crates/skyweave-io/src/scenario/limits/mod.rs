//! What single figures of a scenario may be. One table serves the check and the documentation.

mod table;

use super::diagnostic::{ScenarioError, Source};
use super::format::Scenario;

pub use table::{CAPACITY_GBPS, LIMITS};

/// A figure of a scenario, and what it may be.
pub struct Limit {
    /// Where it stands; a list on the way to it is marked with `[]`.
    path: &'static str,
    /// The values of a scenario.
    figure: Figure,
    /// Least and greatest that is accepted.
    pub accepted: (f64, f64),
}

/// How many values a figure has in a scenario.
enum Figure {
    /// One.
    One(fn(&Scenario) -> f64),
    /// None, if nothing is written.
    Maybe(fn(&Scenario) -> Option<f64>),
    /// One for each entry of a list.
    Each(fn(&Scenario) -> Vec<f64>),
}

const fn one(path: &'static str, value: fn(&Scenario) -> f64, accepted: (f64, f64)) -> Limit {
    Limit { path, figure: Figure::One(value), accepted }
}

const fn maybe(path: &'static str, value: fn(&Scenario) -> Option<f64>, accepted: (f64, f64)) -> Limit {
    Limit { path, figure: Figure::Maybe(value), accepted }
}

const fn each(path: &'static str, values: fn(&Scenario) -> Vec<f64>, accepted: (f64, f64)) -> Limit {
    Limit { path, figure: Figure::Each(values), accepted }
}

impl Limit {
    /// Where it stands, without the marks of lists.
    pub fn field(&self) -> String {
        self.path.replace("[]", "")
    }

    fn values(&self, scenario: &Scenario) -> Vec<f64> {
        match self.figure {
            Figure::One(value) => vec![value(scenario)],
            Figure::Maybe(value) => value(scenario).into_iter().collect(),
            Figure::Each(values) => values(scenario),
        }
    }
}

/// Checks all figures with limits.
pub fn check(scenario: &Scenario, source: &Source) -> Result<(), ScenarioError> {
    for limit in &LIMITS {
        for (entry, found) in limit.values(scenario).into_iter().enumerate() {
            let entry = entry.to_string();
            let keys: Vec<&str> = limit
                .path
                .split('.')
                .flat_map(|key| match key.strip_suffix("[]") {
                    Some(list) => vec![list, entry.as_str()],
                    None => vec![key],
                })
                .collect();
            source.in_range(&keys, found, limit.accepted)?;
        }
    }
    Ok(())
}
