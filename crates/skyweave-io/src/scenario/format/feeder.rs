//! Links between gateways and satellites.

use super::carrier::{FeederDown, FeederUp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use toml::Spanned;

/// Links between gateways and satellites: one antenna of a gateway holds one satellite.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Feeder {
    /// Gateway diversity: antennas are pointed, and ways chosen, by what the links carry in the rain that falls. Without, the network
    /// is blind to the weather: antennas keep to their satellites, and what a link in the rain cannot carry is lost.
    pub diversity: bool,
    /// With diversity, a link counts as drowned when it carries less than this share of what it carries in dry air (assumption).
    pub drowned_share: f64,
    /// Diameter of a gateway's antenna, m (filing: 1.5 to 1.85): it evens out scintillation.
    pub antenna_m: f64,
    /// Bands; an antenna uses all that its satellite has. Bands that are written replace those that are there by default.
    pub bands: Vec<FeederBand>,
}

/// A band of feeder links. Those that are there by default stand [below](#bands-of-feeder-links).
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FeederBand {
    /// Name in outputs, unique.
    #[schemars(with = "String")]
    pub name: Spanned<String>,
    /// One carrier from a gateway to a satellite.
    pub up: FeederUp,
    /// Carriers up, polarisations counted.
    pub up_carriers: u16,
    /// One carrier from a satellite to a gateway.
    pub down: FeederDown,
    /// Carriers down, polarisations counted.
    pub down_carriers: u16,
    /// True if only satellites of the second generation have it.
    #[serde(default)]
    pub second_generation_only: bool,
}
