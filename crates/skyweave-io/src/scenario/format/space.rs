//! Satellites, lasers and radio links.

use super::carrier::{Downlink, Uplink};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use toml::Spanned;

/// Where satellites come from: element files, described shells, or both.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
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
    /// Objects below this mean altitude are in transit, km (measured: no satellite under 400 km served a terminal in 972
    /// labelled slots of 2024).
    #[serde(default = "crate::scenario::defaults::min_serving_altitude_km")]
    pub min_serving_altitude_km: f64,
    /// Objects whose elements are further from the time than this have an unknown state, days (SGP4 loses 1 to 3 km a day:
    /// beyond two weeks nobody can tell where in its plane a satellite is).
    #[serde(default = "crate::scenario::defaults::max_element_age_days")]
    pub max_element_age_days: f64,
}

/// Built-in shells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub enum BuiltinShells {
    /// The network as observed on 2026-05-20, as regular shells.
    #[serde(rename = "shells-2026")]
    Shells2026,
}

/// How service states are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ServiceInference {
    /// From shell density, planes and names.
    #[default]
    Inferred,
    /// Every satellite with an orbit serves.
    All,
}

/// A Walker shell.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Shell {
    /// Name, part of its satellites' names.
    #[schemars(with = "String")]
    pub name: Spanned<String>,
    /// Nodes around the whole circle (delta) or half of it (star).
    #[serde(default)]
    pub pattern: WalkerPattern,
    /// Number of planes.
    #[schemars(with = "u16")]
    pub planes: Spanned<u16>,
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
    #[serde(default = "crate::scenario::defaults::zero")]
    #[schemars(with = "f64")]
    pub raan_deg: Spanned<f64>,
    /// Argument of latitude of the first satellite at the start, deg.
    #[serde(default = "crate::scenario::defaults::zero")]
    #[schemars(with = "f64")]
    pub anomaly_deg: Spanned<f64>,
    /// What the shell is for.
    #[serde(default)]
    pub service: ShellUse,
}

/// How a Walker shell spreads its planes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WalkerPattern {
    /// Around 360 degrees.
    #[default]
    Delta,
    /// Around 180 degrees, for near-polar shells.
    Star,
}

/// What a shell is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ShellUse {
    /// Serves Ku terminals.
    #[default]
    Terminals,
    /// Serves none, and carries traffic over lasers (direct-to-cell satellites).
    LasersOnly,
}

/// Inter-satellite lasers.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
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
    /// Whether lasers left free by the pattern link any satellite nearby. It tells only where there are any: planes of
    /// unequal size, or more lasers than the pattern uses.
    pub cross_shell: bool,
    /// Capacity each way, Gbit/s (press: 100).
    pub capacity_gbps: f64,
    /// Most that all lasers of a satellite carry together, in and out, each way, Gbit/s (assumption: four links).
    pub per_satellite_gbps: f64,
    /// Time from pointing to carrying, s (press: about 12).
    pub acquisition_s: f64,
}

/// Layout of lasers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LaserLayout {
    /// No lasers.
    None,
    /// Two neighbours in the plane, one in each neighbouring plane.
    Grid,
}

/// User and gateway radio links.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Radio {
    /// Lowest elevation of a terminal, deg (filing: 25).
    pub min_elevation_deg: f64,
    /// Downlink carrier of a user beam.
    pub down: Downlink,
    /// Uplink carrier of a user beam.
    pub up: Uplink,
    /// Beams that a satellite points at once (press: 3 arrays x 8 beams x 2 polarisations).
    pub beams_per_satellite: u16,
    /// Cells that one beam serves in turn (assumption).
    pub cells_per_beam: u16,
    /// Most that a satellite hands down to all its cells, Gbit/s (press: about 96). 96 Gbit/s in 48 channels of 240 MHz would be 8.3
    /// bit/s/Hz, beyond the waveform: the beams bind first.
    pub satellite_down_gbps: f64,
    /// Most that a satellite takes up from all its cells, Gbit/s (assumption: a quarter of the downlink).
    pub satellite_up_gbps: f64,
    /// Gateway antenna to satellite, Gbit/s (assumption).
    pub feeder_up_gbps: f64,
    /// Satellite to gateway antenna, Gbit/s (assumption).
    pub feeder_down_gbps: f64,
}
