//! The scenario file, table by table, as TOML carries it. Units are in the names; every default is listed with its source
//! in `docs/scenario.md` and in the JSON Schema.

use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;

/// A whole scenario.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Version of this format: 1.
    #[schemars(with = "u32")]
    pub format: Spanned<u32>,
    /// Short name, used for folders and headings.
    pub name: String,
    /// One or two sentences: what it shows.
    #[serde(default)]
    pub description: String,
    /// Seed of everything that is drawn by chance.
    #[serde(default)]
    pub seed: u64,
    /// The time window.
    pub time: Time,
    /// Satellites.
    pub constellation: Constellation,
    /// Inter-satellite lasers.
    #[serde(default)]
    pub lasers: Lasers,
    /// User and gateway radio links.
    #[serde(default)]
    pub radio: Radio,
    /// Gateways, PoPs and fibre.
    #[serde(default)]
    pub ground: Ground,
    /// Named places whose service is written slot by slot.
    #[serde(default)]
    pub sites: Vec<Site>,
    /// Cells with anonymous terminals.
    #[serde(default)]
    pub cells: Cells,
    /// Terminals that are listed one by one, without results of their own.
    #[serde(default)]
    pub terminals: Vec<Site>,
    /// What terminals ask for.
    #[serde(default)]
    pub demand: Demand,
    /// Addresses that terminals and PoPs get.
    #[serde(default)]
    pub addressing: Addressing,
    /// What fails, recovers or changes.
    #[serde(default)]
    pub events: Vec<Event>,
}

/// The time window.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Time {
    /// Start, ISO 8601 with Z: `2026-05-20T12:00:00Z`.
    #[schemars(with = "String")]
    pub start: Spanned<String>,
    /// Length with a unit: `90s`, `10min`, `1h`, `7d`.
    #[schemars(with = "String")]
    pub duration: Spanned<String>,
}

/// Where satellites come from: element files, described shells, or both.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Constellation {
    /// Element files (TLE or OMM in CSV, JSON, XML; plain or .gz), relative to the scenario file.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub elements: Vec<Spanned<String>>,
    /// A built-in set of shells.
    #[serde(default)]
    pub builtin: Option<BuiltinShells>,
    /// Described shells.
    #[serde(default)]
    pub shells: Vec<Shell>,
    /// Whether states are inferred from shells, planes and names, or every satellite serves.
    #[serde(default)]
    pub service: ServiceInference,
    /// Objects below this mean altitude are in transit, km.
    #[serde(default = "super::defaults::min_serving_altitude_km")]
    pub min_serving_altitude_km: f64,
    /// Objects whose elements are further from the time than this have an unknown state, days.
    #[serde(default = "super::defaults::max_element_age_days")]
    pub max_element_age_days: f64,
}

/// Built-in shells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum BuiltinShells {
    /// The network as observed on 2026-05-20, as regular shells.
    #[serde(rename = "shells-2026")]
    Shells2026,
}

/// How service states are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ServiceInference {
    /// From shell density, planes and names.
    #[default]
    Inferred,
    /// Every satellite with an orbit serves.
    All,
}

/// A Walker shell.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Shell {
    /// Name, part of its satellites' names.
    pub name: String,
    /// Nodes around the whole circle (delta) or half of it (star).
    #[serde(default)]
    pub pattern: WalkerPattern,
    /// Number of planes.
    pub planes: u16,
    /// Satellites in each plane.
    pub satellites_per_plane: u16,
    /// Mean altitude over the equatorial radius, km.
    #[schemars(with = "f64")]
    pub altitude_km: Spanned<f64>,
    /// Inclination, deg.
    #[schemars(with = "f64")]
    pub inclination_deg: Spanned<f64>,
    /// Walker's phasing F: neighbouring planes are F x 360 / (planes x satellites per plane) degrees out of step.
    #[serde(default)]
    pub phasing: u16,
    /// Node of the first plane at the start, deg.
    #[serde(default)]
    pub raan_deg: f64,
    /// Argument of latitude of the first satellite at the start, deg.
    #[serde(default)]
    pub anomaly_deg: f64,
    /// What the shell is for.
    #[serde(default)]
    pub service: ShellUse,
}

/// How a Walker shell spreads its planes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WalkerPattern {
    /// Around 360 degrees.
    #[default]
    Delta,
    /// Around 180 degrees, for near-polar shells.
    Star,
}

/// What a shell is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ShellUse {
    /// Serves Ku terminals.
    #[default]
    Terminals,
    /// Serves none, and carries traffic over lasers (direct-to-cell satellites).
    LasersOnly,
}

/// Inter-satellite lasers.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Lasers {
    /// Layout.
    pub pattern: LaserLayout,
    /// Laser terminals on a satellite: 3 or 4 (assumption).
    pub per_satellite: u8,
    /// Longest link, km (press: 5,400).
    pub max_range_km: f64,
    /// Lowest height of the ray above the mean sphere, km (assumption: 80).
    pub min_ray_height_km: f64,
    /// Whether lasers left free by the pattern link any satellite nearby.
    pub cross_shell: bool,
    /// Capacity each way, Gbit/s (press: 100).
    pub capacity_gbps: f64,
    /// Most that all lasers of a satellite carry together, in and out, each way, Gbit/s (assumption: four links).
    pub per_satellite_gbps: f64,
    /// Time from pointing to carrying, s (press: about 12).
    pub acquisition_s: f64,
}

/// Layout of lasers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LaserLayout {
    /// No lasers.
    None,
    /// Two neighbours in the plane, one in each neighbouring plane.
    Grid,
}

/// User and gateway radio links.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Radio {
    /// Lowest elevation of a terminal, deg (filing: 25).
    pub min_elevation_deg: f64,
    /// Downlink carrier of a user beam.
    pub down: Carrier,
    /// Uplink carrier of a user beam.
    pub up: Carrier,
    /// Beams that a satellite points at once (press: 3 arrays x 8 beams x 2 polarisations).
    pub beams_per_satellite: u16,
    /// Cells that one beam serves in turn (assumption).
    pub cells_per_beam: u16,
    /// Most that a satellite hands down to all its cells, Gbit/s. 96 Gbit/s in 48 channels of 240 MHz would be 8.3
    /// bit/s/Hz, beyond the waveform: the beams bind first.
    pub satellite_down_gbps: f64,
    /// Most that a satellite takes up from all its cells, Gbit/s.
    pub satellite_up_gbps: f64,
    /// Gateway antenna to satellite, Gbit/s (assumption).
    pub feeder_up_gbps: f64,
    /// Satellite to gateway antenna, Gbit/s (assumption).
    pub feeder_down_gbps: f64,
}

/// One carrier.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Carrier {
    /// Effective isotropic radiated power, dBW.
    pub eirp_dbw: f64,
    /// Figure of merit of the receiver (G/T), dB/K.
    pub g_over_t_db_k: f64,
    /// Centre frequency, GHz.
    pub frequency_ghz: f64,
    /// Channel bandwidth, MHz.
    pub bandwidth_mhz: f64,
    /// Loss of coding, pointing and hardware against Shannon, dB.
    pub implementation_loss_db: f64,
    /// Highest spectral efficiency of the waveform, bit/s/Hz.
    pub max_efficiency_bps_hz: f64,
}

/// Gateways, PoPs and fibre.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
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
    /// Antennas where a set does not say.
    pub default_antennas: u16,
    /// Lowest elevation where a set does not say, deg.
    pub default_min_elevation_deg: f64,
    /// Fibre between gateways and PoPs.
    pub fibre: Fibre,
}

/// A gateway.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Gateway {
    /// Name, unique.
    #[schemars(with = "String")]
    pub name: Spanned<String>,
    /// Latitude, deg, north positive.
    pub latitude_deg: f64,
    /// Longitude, deg, east positive.
    pub longitude_deg: f64,
    /// Satellites that it can hold at once.
    pub antennas: Option<u16>,
    /// Lowest elevation, deg.
    pub min_elevation_deg: Option<f64>,
    /// True if no public source has it.
    #[serde(default)]
    pub hypothetical: bool,
}

/// A PoP.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
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
    /// True if no public source has it.
    #[serde(default)]
    pub hypothetical: bool,
}

/// Fibre between gateways and PoPs.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Fibre {
    /// Length of a route over its great circle (assumption: 1.5).
    pub route_factor: f64,
    /// Speed in glass over that of light (2/3).
    pub velocity_factor: f64,
    /// Gateways are joined to every PoP within this great-circle distance, km (assumption); beyond it only a gateway to
    /// its nearest PoP and a PoP to its nearest gateway.
    pub reach_km: f64,
    /// Routes of known length, which replace or add to the rule.
    pub routes: Vec<FibreRoute>,
}

/// A fibre route of known length.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
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

/// A site or a terminal.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
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
    /// How the position is known.
    pub evidence: Option<Evidence>,
    /// A refusal to study, by its code (`BLOCKED_AREA`).
    #[schemars(with = "Option<String>")]
    pub refused: Option<Spanned<String>>,
    /// Points that it moves through.
    #[serde(default)]
    pub track: Vec<TrackPoint>,
}

/// How a position is known.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// Who says so.
    pub source: EvidenceSource,
    /// Standard error, m.
    pub error_m: f64,
}

/// Where a position comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
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
#[derive(Debug, Clone, Deserialize, JsonSchema)]
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
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Cells {
    /// H3 resolution of every cell of the scenario, 3 to 6.
    #[schemars(with = "u8")]
    pub resolution: Spanned<u8>,
    /// Areas to fill.
    pub areas: Vec<CellArea>,
}

/// An area of cells.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
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
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Area {
    /// Everywhere.
    pub world: bool,
    /// A country by ISO 3166-1 alpha-3 code or English name, by the built-in borders (Natural Earth 1:50 million).
    pub country: Option<String>,
    /// Corners as [longitude, latitude] in deg.
    pub polygon: Option<Vec<[f64; 2]>>,
    /// A GeoJSON file with polygons, relative to the scenario file.
    pub geojson: Option<String>,
    /// A circle.
    pub within: Option<Circle>,
}

/// A circle on the ground.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Circle {
    /// Latitude of its centre, deg.
    pub latitude_deg: f64,
    /// Longitude of its centre, deg.
    pub longitude_deg: f64,
    /// Great-circle radius, km.
    pub radius_km: f64,
}

/// What terminals ask for.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Demand {
    /// Downlink of a terminal, averaged over all of a cell in the busy hour, Mbit/s (assumption).
    pub down_mbps: f64,
    /// Uplink of a terminal, Mbit/s (assumption).
    pub up_mbps: f64,
}

/// Addresses.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Addressing {
    /// IPv4 range that terminals get addresses from, behind the PoP's translation (RFC 6598).
    #[schemars(with = "String")]
    pub carrier_nat: Spanned<String>,
    /// IPv6 /32 whose /56 prefixes terminals get; drawn from the seed (RFC 4193) if left out.
    #[schemars(with = "Option<String>")]
    pub ipv6: Option<Spanned<String>>,
    /// Public IPv4 address of each PoP, by code.
    pub pops: BTreeMap<String, String>,
    /// More names, and whose addresses they stand for.
    pub names: BTreeMap<String, String>,
}

/// Something that happens: exactly one of `fail`, `recover` and `demand`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
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
}

/// What an event acts on; everything named is meant.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Targets {
    /// Satellites by name or catalogue number.
    #[schemars(with = "Vec<String>")]
    pub satellites: Vec<Spanned<String>>,
    /// Lasers by their two satellites.
    #[schemars(with = "Vec<[String; 2]>")]
    pub lasers: Vec<Spanned<[String; 2]>>,
    /// Gateways by name.
    #[schemars(with = "Vec<String>")]
    pub gateways: Vec<Spanned<String>>,
    /// PoPs by code.
    #[schemars(with = "Vec<String>")]
    pub pops: Vec<Spanned<String>>,
    /// Fibres by gateway and PoP.
    #[schemars(with = "Vec<[String; 2]>")]
    pub fibres: Vec<Spanned<[String; 2]>>,
    /// Everything on the ground within an area, fibres that pass through it included.
    #[schemars(with = "Option<AreaTargets>")]
    pub area: Option<Spanned<AreaTargets>>,
}

/// Everything on the ground within an area.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AreaTargets {
    /// A country.
    pub country: Option<String>,
    /// Corners as [longitude, latitude] in deg.
    pub polygon: Option<Vec<[f64; 2]>>,
    /// A circle.
    pub within: Option<Circle>,
    /// What kinds of things are meant; all if left out.
    #[serde(default = "super::defaults::all_kinds")]
    pub kinds: Vec<GroundKind>,
}

/// Kinds of things on the ground.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
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
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DemandChange {
    /// Where.
    pub area: Area,
    /// Multiple of the usual demand of a terminal.
    #[serde(default = "super::defaults::one")]
    pub factor: f64,
    /// Share of terminals without power, 0 to 1.
    #[serde(default)]
    pub dark_share: f64,
}
