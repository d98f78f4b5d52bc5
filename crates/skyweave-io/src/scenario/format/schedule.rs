//! Who is served by whom.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a satellite is chosen for each cell.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Schedule {
    /// What satellites are chosen by.
    pub policy: Policy,
    /// How much a slot without a beam raises a cell's place in the order of choosing: its terminals count as many times more
    /// (assumption).
    pub starved: f64,
    /// What a satellite's score is made of; what is left out is as the policy has it.
    pub weights: Weights,
}

impl Default for Schedule {
    fn default() -> Self {
        Self { policy: Policy::Measured, starved: 1.0, weights: Weights::default() }
    }
}

/// Named policies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Policy {
    /// As measured terminals are served: a choice model fitted on public measurements of July 2024, with its chance.
    #[default]
    Measured,
    /// The highest satellite.
    HighestElevation,
    /// The satellite that stays in view longest.
    LongestVisible,
    /// The satellite over which the cell gets most.
    MaxCapacity,
}

/// Weights of a satellite's score; the highest score wins. Each is for one step of its term.
///
/// Where nothing is written they are those of the policy:
///
/// | policy | weights |
/// |---|---|
/// | `measured` (fitted; load and way are assumptions) | elevation 1.09, gso 0.63, scan 0.70, stay 1.04, generation 0.92, load 0.5, way 0.35, chance 1, uniform_share 0.05 |
/// | `highest-elevation` (assumptions) | elevation 1, stay 0.1 |
/// | `longest-visible` (assumptions) | remaining 1, stay 1000 |
/// | `max-capacity` (assumptions) | capacity 1, load 2, stay 0.02 |
#[derive(Debug, Clone, Copy, Default, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Weights {
    /// Height above the horizon; a step is half of its sine.
    pub elevation: Option<f64>,
    /// Separation from the geostationary arc; a step is 5 degrees less below 22. A higher weight keeps further away.
    pub gso: Option<f64>,
    /// Angle off the terminal's boresight; a step is 10 degrees more beyond 45. A higher weight keeps nearer to it.
    pub scan: Option<f64>,
    /// Staying with the satellite of the slot before.
    pub stay: Option<f64>,
    /// A satellite of the second generation.
    pub generation: Option<f64>,
    /// Load: what is taken off a satellite that has taken all cells that it has room for, against an empty one.
    pub load: Option<f64>,
    /// The way from the satellite to the PoP; a step is a millisecond less, one way, under 12. A higher weight avoids detours.
    pub way: Option<f64>,
    /// Time that the satellite stays in view; a step is a minute.
    pub remaining: Option<f64>,
    /// Rate over the satellite; a step is a factor of e.
    pub capacity: Option<f64>,
    /// Width of what is drawn by chance (a Gumbel distribution: 1 draws from the logit of the score).
    pub chance: Option<f64>,
    /// Share of the choices that go to any satellite in view alike.
    pub uniform_share: Option<f64>,
}
