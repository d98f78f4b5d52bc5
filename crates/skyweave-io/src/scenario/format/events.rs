//! Events.

use super::places::{Area, Circle};
use super::{Pair, PolicyChange};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use toml::Spanned;

/// Something that happens: exactly one of `fail`, `recover`, `demand`, `rain` and `policies`.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// When: `+5min` from the start, or ISO 8601. It takes effect with the first slot that begins then or later.
    #[schemars(with = "String")]
    pub at: Spanned<String>,
    /// What summaries call the time from here on; events of one moment share theirs.
    pub label: String,
    /// What stops working.
    #[schemars(with = "Option<Targets>")]
    pub fail: Option<Spanned<Targets>>,
    /// What works again.
    #[schemars(with = "Option<Targets>")]
    pub recover: Option<Spanned<Targets>>,
    /// How demand changes.
    #[schemars(with = "Option<DemandChange>")]
    pub demand: Option<Spanned<DemandChange>>,
    /// A storm begins.
    #[schemars(with = "Option<Rainfall>")]
    pub rain: Option<Spanned<Rainfall>>,
    /// Which policies come into force, and which end.
    #[schemars(with = "Option<PolicyChange>")]
    pub policies: Option<Spanned<PolicyChange>>,
}

/// What an event acts on; everything named is meant.
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Targets {
    /// Satellites by name or catalogue number.
    #[schemars(with = "Vec<String>")]
    pub satellites: Vec<Spanned<String>>,
    /// Lasers by their two satellites.
    #[schemars(with = "Vec<[String; 2]>")]
    pub lasers: Vec<Spanned<Pair<String>>>,
    /// Gateways by name.
    #[schemars(with = "Vec<String>")]
    pub gateways: Vec<Spanned<String>>,
    /// PoPs by code.
    #[schemars(with = "Vec<String>")]
    pub pops: Vec<Spanned<String>>,
    /// Fibres by gateway and PoP.
    #[schemars(with = "Vec<[String; 2]>")]
    pub fibres: Vec<Spanned<Pair<String>>>,
    /// Everything on the ground within an area, fibres that pass through it included.
    #[schemars(with = "Option<AreaTargets>")]
    pub area: Option<Spanned<AreaTargets>>,
}

/// Everything on the ground within an area.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AreaTargets {
    /// A country.
    pub country: Option<String>,
    /// Corners as [longitude, latitude] in deg.
    #[schemars(with = "Option<Vec<[f64; 2]>>")]
    pub polygon: Option<Vec<Pair<f64>>>,
    /// A circle.
    pub within: Option<Circle>,
    /// What kinds of things are meant; all if left out.
    #[serde(default = "crate::scenario::defaults::all_kinds")]
    pub kinds: Vec<GroundKind>,
}

/// Kinds of things on the ground.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum GroundKind {
    /// Gateways.
    Gateways,
    /// PoPs.
    Pops,
    /// Fibres.
    Fibres,
}

/// How demand changes in an area.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DemandChange {
    /// Where.
    pub area: Area,
    /// Multiple of the usual demand of a terminal.
    #[serde(default = "crate::scenario::defaults::one")]
    pub factor: f64,
    /// Share of terminals without power, 0 to 1.
    #[serde(default)]
    pub dark_share: f64,
}

/// A storm: it rains on an area, or on a circle that moves along a track. Where several rain on one place the strongest counts.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rainfall {
    /// Rain rate, mm/h, more than 0 and up to 300: 5 is steady rain, 50 a thunderstorm.
    pub rate_mm_h: f64,
    /// How long it rains, with a unit: `20min`. A slot that begins before it is over has all of it.
    #[schemars(with = "String")]
    pub lasts: Spanned<String>,
    /// Where, if it stands: on every gateway, and beam cell by its centre, in the area.
    pub area: Option<Area>,
    /// Points that its centre passes on great circles, if it moves. It stands before the first and after the last.
    #[serde(default)]
    pub track: Vec<StormPoint>,
    /// Radius of a storm that moves, km.
    pub radius_km: Option<f64>,
}

/// A point of a storm's track.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StormPoint {
    /// When: `+5min` from the start, or ISO 8601.
    #[schemars(with = "String")]
    pub at: Spanned<String>,
    /// Latitude, deg.
    pub latitude_deg: f64,
    /// Longitude, deg.
    pub longitude_deg: f64,
}
