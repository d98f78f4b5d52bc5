//! What the page tells.

use super::cell::{self, Cells};
use super::events::{self, Event};
use super::outages::{self, Outages};
use super::site::{self, Site};
use crate::results::{NetworkRow, ResultsError, Run, RunFile};
use crate::summary::Summary;
use serde::Deserialize;

/// What the page tells.
pub struct Data {
    pub run: RunFile,
    pub summary: Summary,
    pub scenario_text: String,
    /// What the scenario says of itself.
    pub description: Option<String>,
    pub network: Vec<NetworkRow>,
    pub events: Vec<Event>,
    pub sites: Vec<Site>,
    pub cells: Cells,
    pub outages: Outages,
}

impl Data {
    /// Gathers it from the tables.
    pub fn of(run: &Run) -> Result<Self, ResultsError> {
        let scenario_text = run.scenario_text()?;
        let network: Vec<NetworkRow> = run.all()?;
        Ok(Self {
            run: run.file().clone(),
            summary: Summary::of(run)?,
            description: description(&scenario_text),
            scenario_text,
            events: events::of(&network),
            network,
            sites: site::read(run)?,
            cells: cell::read(run)?,
            outages: outages::read(run)?,
        })
    }

    /// The first slot in the tables, and the first after the last.
    pub fn window(&self) -> (i64, i64) {
        match (self.network.first(), self.network.last()) {
            (Some(first), Some(last)) => (first.slot, last.slot + 1),
            _ => (self.run.from_slot, self.run.until_slot),
        }
    }
}

/// The scenario's text was read when the run was made; a description that cannot be had is none.
fn description(scenario: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Head {
        description: Option<String>,
    }
    toml::from_str::<Head>(scenario).ok()?.description.filter(|text| !text.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_may_be_missing() {
        assert_eq!(description("name = 'a'\ndescription = 'b'\n[time]\nstart = 'c'"), Some("b".to_owned()));
        assert_eq!(description("name = 'a'\ndescription = ' '"), None);
        assert_eq!(description("no toml"), None);
    }
}
