//! What terminals ask for.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use toml::Spanned;

/// What terminals ask for.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Demand {
    /// Downlink of a terminal, averaged over all of a cell in the busy hour, Mbit/s (assumption). It is that of the one plan that
    /// everybody has: where plans are written, each states its own.
    pub down_mbps: f64,
    /// Uplink of a terminal, likewise, Mbit/s (assumption).
    pub up_mbps: f64,
    /// 24 numbers: the share of the busy hour's demand in each hour of local mean solar time, from midnight on; between the middles
    /// of the hours it changes evenly (round figures of our own with an evening peak; 24 times 1 is the busy hour all day).
    #[schemars(with = "[f64; 24]")]
    pub by_hour: Spanned<Vec<f64>>,
    /// Plans, which replace the one that everybody has by default.
    #[schemars(with = "Vec<Plan>")]
    pub plans: Vec<Spanned<Plan>>,
}

/// A plan: what terminals that pay for it ask for.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Name, unique; sites and terminals name theirs, and have the first one if they do not.
    pub name: String,
    /// Share of terminals without a name that have it, 0 to 1; all shares sum to 1, to within 1e-9.
    pub share: f64,
    /// Downlink of a terminal in the busy hour, Mbit/s.
    pub down_mbps: f64,
    /// Uplink of a terminal in the busy hour, Mbit/s.
    pub up_mbps: f64,
    /// Priority: where something is full, rates are in proportion to it.
    #[serde(default = "crate::scenario::defaults::one")]
    pub weight: f64,
    /// True if it asks for the same at every hour: a machine, or somebody who measures.
    #[serde(default)]
    pub steady: bool,
}
