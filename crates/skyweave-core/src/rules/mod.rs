//! Parameters of every stage, as a scenario states them. Nothing here is a constant of nature: each default is a figure of
//! a filing, of the press or of a study, or an assumption, as `docs/scenario.md` says for each; a stage has none of its own.

mod demand;
mod feeder;
mod laser;
mod radio;
mod schedule;
mod weather;

use crate::access::AccessParams;

pub use demand::{DemandRules, Plan};
pub use feeder::{FeederBand, FeederRules};
pub use laser::{LaserPattern, LaserRules};
pub use radio::{BeamRules, Carrier, LatitudeLimit, RadioRules};
pub use schedule::{PolicyKind, ScheduleRules, ScoreWeights};
pub use weather::WeatherRules;

/// All parameters.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Rules {
    /// Inter-satellite lasers.
    pub lasers: LaserRules,
    /// User links and their beams.
    pub radio: RadioRules,
    /// Links between gateways and satellites.
    pub feeder: FeederRules,
    /// Which satellites serve.
    pub service: ServiceRules,
    /// Who is served by whom.
    pub schedule: ScheduleRules,
    /// What terminals ask for.
    pub demand: DemandRules,
    /// Rain and air.
    pub weather: WeatherRules,
    /// What medium access adds to delays.
    pub access: AccessParams,
    /// What everything that is drawn by chance starts from.
    pub seed: u64,
}

/// Which satellites serve.
#[derive(Debug, Clone, PartialEq)]
pub struct ServiceRules {
    /// Inferred from shells, planes and names; or every satellite serves.
    pub infer: bool,
    /// Objects below this mean altitude are in transit, m.
    pub min_serving_altitude_m: f64,
    /// Objects whose elements are older or younger than this have an unknown state, days.
    pub max_element_age_days: f64,
}

impl Default for ServiceRules {
    fn default() -> Self {
        Self { infer: true, min_serving_altitude_m: 400e3, max_element_age_days: 14.0 }
    }
}
