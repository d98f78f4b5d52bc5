//! Sites, cells and areas.

use super::{Pair, Subscriber};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use toml::Spanned;

/// A site or a terminal.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Site {
    /// Name, unique.
    #[schemars(with = "String")]
    pub name: Spanned<String>,
    /// Latitude, deg, north positive. Left out where a track or a cell is given.
    pub latitude_deg: Option<f64>,
    /// Longitude, deg, east positive.
    pub longitude_deg: Option<f64>,
    /// Height above the ellipsoid, m.
    #[serde(default)]
    pub height_m: f64,
    /// H3 index of the cell it is in, where nothing better is known (terminals only).
    #[schemars(with = "Option<String>")]
    pub cell: Option<Spanned<String>>,
    /// Code of the PoP that its addresses belong to; the nearest one if left out.
    #[schemars(with = "Option<String>")]
    pub pop: Option<Spanned<String>>,
    /// Plan of `[[demand.plans]]`; the first one if left out.
    #[schemars(with = "Option<String>")]
    pub plan: Option<Spanned<String>>,
    /// What stands around it and hides the sky. Sectors may overlap: then the highest counts.
    #[serde(default)]
    pub obstructions: Vec<Obstruction>,
    /// How the position is known.
    pub evidence: Option<Evidence>,
    /// A refusal to study, by its code, such as `BLOCKED_AREA`.
    #[schemars(with = "Option<String>")]
    pub refused: Option<Spanned<String>>,
    /// Who it is, for policies.
    pub service: Option<Subscriber>,
    /// Points that it moves through.
    #[serde(default)]
    pub track: Vec<TrackPoint>,
}

/// Something that hides a sector of the sky.
#[derive(Debug, Clone, Copy, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Obstruction {
    /// Azimuth where it begins, deg clockwise from north, -360 to 360.
    pub from_azimuth_deg: f64,
    /// Azimuth where it ends, clockwise from there; it may pass north. The same as `from_azimuth_deg`, or 360 more, is all around.
    pub to_azimuth_deg: f64,
    /// Everything below this elevation is hidden, deg, more than 0 and up to 90.
    pub elevation_deg: f64,
}

/// How a position is known.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// Who says so.
    pub source: EvidenceSource,
    /// Standard error, m.
    pub error_m: f64,
}

/// Where a position comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EvidenceSource {
    /// The terminal's own receiver.
    ClaimedGnss,
    /// The beam that serves it.
    ServingBeam,
    /// Ranging by the network.
    NetworkRanging,
}

/// A point of a track.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TrackPoint {
    /// When: `+5min` from the start, or ISO 8601.
    #[schemars(with = "String")]
    pub at: Spanned<String>,
    /// Latitude, deg.
    pub latitude_deg: f64,
    /// Longitude, deg.
    pub longitude_deg: f64,
    /// Height above the ellipsoid, m.
    #[serde(default)]
    pub height_m: f64,
}

/// Cells with anonymous terminals.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Cells {
    /// H3 resolution of the cells that positions are told by (5 is about 17 km across); beams are pointed at cells of their own,
    /// as `radio.beam_cell_km` says.
    #[schemars(with = "u8")]
    pub resolution: Spanned<u8>,
    /// Areas to fill.
    pub areas: Vec<CellArea>,
}

/// An area of cells.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CellArea {
    /// Where: the world, a country, a polygon, a circle.
    #[schemars(with = "Area")]
    pub area: Spanned<Area>,
    /// Terminals in all, spread over the cells by population.
    pub terminals: Option<u32>,
    /// Terminals for each million people.
    pub terminals_per_million: Option<f64>,
    /// Only this many cells: those with most people.
    pub limit: Option<usize>,
    /// Also the cells where nobody lives, with terminals spread evenly.
    #[serde(default)]
    pub everywhere: bool,
    /// Code of the PoP of all terminals there; the nearest to each cell if left out.
    #[schemars(with = "Option<String>")]
    pub pop: Option<Spanned<String>>,
}

/// A place on the map: exactly one of its fields.
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Area {
    /// Everywhere.
    pub world: bool,
    /// A country by ISO 3166-1 alpha-3 code or English name, by the built-in borders (Natural Earth 1:50 million).
    pub country: Option<String>,
    /// Corners as [longitude, latitude] in deg.
    #[schemars(with = "Option<Vec<[f64; 2]>>")]
    pub polygon: Option<Vec<Pair<f64>>>,
    /// A GeoJSON file with polygons, relative to the scenario file.
    pub geojson: Option<String>,
    /// A circle.
    pub within: Option<Circle>,
}

/// A circle on the ground.
#[derive(Debug, Clone, Copy, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Circle {
    /// Latitude of its centre, deg.
    pub latitude_deg: f64,
    /// Longitude of its centre, deg.
    pub longitude_deg: f64,
    /// Great-circle radius, km.
    pub radius_km: f64,
}
