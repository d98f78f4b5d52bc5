//! Gateways, PoPs and fibre.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use toml::Spanned;

/// Gateways, PoPs and fibre.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Ground {
    /// Sets of gateways: `builtin`, or CSV, GeoJSON or JSON files.
    #[schemars(with = "Vec<String>")]
    pub gateways: Vec<Spanned<String>>,
    /// Sets of PoPs: `builtin`, or CSV, GeoJSON or JSON files.
    #[schemars(with = "Vec<String>")]
    pub pops: Vec<Spanned<String>>,
    /// More gateways.
    pub gateway: Vec<Gateway>,
    /// More PoPs.
    pub pop: Vec<Pop>,
    /// Antennas where a set does not say (filing: 8 or more dishes).
    pub default_antennas: u16,
    /// Lowest elevation where a set does not say, deg (filing: 25 mostly, 5 at a few).
    pub default_min_elevation_deg: f64,
    /// Most that a gateway carries over all its antennas where neither it nor a set says, each way, Gbit/s; if left out, only its feeder
    /// links bind (no public figure).
    pub default_gateway_capacity_gbps: Option<f64>,
    /// Most that a PoP hands over to and from the internet where neither it nor a set says, each way, Gbit/s; if left out, it never binds
    /// (no public figure).
    pub default_pop_capacity_gbps: Option<f64>,
    /// Fibre between gateways and PoPs.
    pub fibre: Fibre,
}

/// A gateway.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Gateway {
    /// Name, unique.
    #[schemars(with = "String")]
    pub name: Spanned<String>,
    /// Latitude, deg, north positive.
    pub latitude_deg: f64,
    /// Longitude, deg, east positive.
    pub longitude_deg: f64,
    /// Satellites that it can hold at once; `default_antennas` if left out.
    pub antennas: Option<u16>,
    /// Lowest elevation, deg; `default_min_elevation_deg` if left out.
    pub min_elevation_deg: Option<f64>,
    /// Most that all its antennas carry together, each way, Gbit/s; `default_gateway_capacity_gbps` if left out.
    pub capacity_gbps: Option<f64>,
    /// True if no public source has it.
    #[serde(default)]
    pub hypothetical: bool,
}

/// A PoP.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pop {
    /// Code, unique.
    #[schemars(with = "String")]
    pub code: Spanned<String>,
    /// City.
    #[serde(default)]
    pub city: String,
    /// Latitude, deg, north positive.
    pub latitude_deg: f64,
    /// Longitude, deg, east positive.
    pub longitude_deg: f64,
    /// Most that it hands over to and from the internet, each way, Gbit/s; `default_pop_capacity_gbps` if left out.
    pub capacity_gbps: Option<f64>,
    /// True if no public source has it.
    #[serde(default)]
    pub hypothetical: bool,
}

/// Fibre between gateways and PoPs.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Fibre {
    /// Length of a route over its great circle (assumption: 1.5).
    pub route_factor: f64,
    /// Speed in glass over that of light (refractive index of about 1.5: 2/3).
    pub velocity_factor: f64,
    /// Gateways are joined to every PoP within this great-circle distance, km (assumption); beyond it only a gateway to
    /// its nearest PoP and a PoP to its nearest gateway.
    pub reach_km: f64,
    /// Routes of known length, which replace or add to the rule.
    pub routes: Vec<FibreRoute>,
}

/// A fibre route of known length.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FibreRoute {
    /// Name of the gateway.
    #[schemars(with = "String")]
    pub gateway: Spanned<String>,
    /// Code of the PoP.
    #[schemars(with = "String")]
    pub pop: Spanned<String>,
    /// Length of the route, km.
    pub length_km: f64,
}
