//! What a rehearsal came to, as `--json` prints it. Its schema is in `docs/rehearsal.schema.json`.

use super::format::{AllowList, Diverted, NoiseKind};
use schemars::JsonSchema;
use serde::Serialize;
use skyweave_control::fleet::rehearsal::allow_list::Foreseen;
use skyweave_control::fleet::rehearsal::diverted::Detected;

/// One rehearsal.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Outcome {
    /// Its name.
    pub name: String,
    /// The seed of everything that was drawn by chance.
    pub seed: u64,
    /// What was rehearsed.
    #[serde(flatten)]
    pub rehearsed: Rehearsed,
}

/// What was rehearsed, named like its table in the file.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Rehearsed {
    /// Terminals that go beyond a front.
    Diverted {
        /// The table of the file, with its defaults.
        parameters: Diverted,
        /// What came of each kind of positions, in the order of the file.
        results: Vec<Watched>,
    },
    /// An allow list that lacks some who should be on it.
    AllowList {
        /// The table of the file, with its defaults.
        parameters: AllowList,
        /// What its preview says.
        results: Foreseen,
    },
}

/// What came of one kind of positions.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Watched {
    /// What is wrong with them.
    pub noise: NoiseKind,
    /// From one to the next.
    pub every: String,
    /// How often the rule was right.
    #[serde(flatten)]
    pub detected: Detected,
}
