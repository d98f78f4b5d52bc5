//! The scenario file, table by table, as TOML carries it. Units are in the names; every default is listed with its source
//! in `docs/scenario.md` and in the JSON Schema.

mod access;
mod carrier;
mod demand;
mod events;
mod feeder;
mod ground;
mod places;
mod radio;
mod schedule;
mod service;
mod space;
mod weather;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use toml::Spanned;

pub use access::Access;
pub use carrier::{Downlink, FeederDown, FeederModem, FeederUp, Uplink};
pub use demand::{Demand, Plan};
pub use events::{AreaTargets, DemandChange, Event, GroundKind, Rainfall, Targets};
pub use feeder::{Feeder, FeederBand};
pub use ground::{Fibre, Ground};
pub use places::{Area, CellArea, Cells, Circle, EvidenceSource, Site};
pub use radio::{DownBeams, ElevationLimit, GsoLimit, Radio, UpBeams};
pub use schedule::{Policy, Schedule, Weights};
pub use service::{Boundaries, Line, PolicyChange, Service, Subscriber, Surface};
pub use space::{
    BuiltinShells, Constellation, LaserBudget, LaserLayout, Lasers, ServiceInference, Shell, ShellUse,
    WalkerPattern,
};
pub use weather::Weather;

/// Two of a kind, and not one more.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(try_from = "Vec<T>", bound(deserialize = "T: Deserialize<'de>"))]
pub struct Pair<T>(pub [T; 2]);

impl<T> TryFrom<Vec<T>> for Pair<T> {
    type Error = String;

    fn try_from(values: Vec<T>) -> Result<Self, String> {
        let found = values.len();
        values.try_into().map(Self).map_err(|_| format!("a list of {found}, expected a list of 2"))
    }
}

/// A whole scenario.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
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
    /// User links: carriers, beams, antennas, the geostationary arc.
    #[serde(default)]
    pub radio: Radio,
    /// Links between gateways and satellites.
    #[serde(default)]
    pub feeder: Feeder,
    /// Rain and air.
    #[serde(default)]
    pub weather: Weather,
    /// How a satellite is chosen for each cell.
    #[serde(default)]
    pub schedule: Schedule,
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
    /// Who may be served, where; everybody everywhere if left out.
    pub service: Option<Service>,
    /// What medium access adds to delays.
    #[serde(default)]
    pub access: Access,
    /// Addresses that terminals and PoPs get.
    #[serde(default)]
    pub addressing: Addressing,
    /// What fails, recovers or changes.
    #[serde(default)]
    pub events: Vec<Event>,
}

/// The time window.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Time {
    /// Start, ISO 8601 with Z: `2026-05-20T12:00:00Z`.
    #[schemars(with = "String")]
    pub start: Spanned<String>,
    /// Length with a unit: `90s`, `10min`, `1h`, `7d`.
    #[schemars(with = "String")]
    pub duration: Spanned<String>,
}

/// Addresses.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
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
