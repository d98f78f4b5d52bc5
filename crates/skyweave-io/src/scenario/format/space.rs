//! Satellites and lasers.

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
    /// True if its satellites are of the second generation, which some feeder bands and the policy `measured` tell apart. Objects of
    /// element files tell theirs by name and launch.
    #[serde(default)]
    pub second_generation: bool,
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
    /// Most that the modems of a link carry each way, Gbit/s (press: 100); over long ranges the budget allows less.
    pub capacity_gbps: f64,
    /// Power budget of a link.
    pub budget: LaserBudget,
    /// Most that all lasers of a satellite carry together, in and out, traffic down and up added, Gbit/s (assumption: four links). Downlinks and uplinks rise together.
    pub per_satellite_gbps: f64,
    /// Time from pointing to carrying, s (press: about 12).
    pub acquisition_s: f64,
}

/// Power budget of a laser link. Nobody publishes the figures of real ones: by default it carries 100 Gbit/s up to 5,630 km, and less
/// beyond, as the square of the range. 1 dB to spare at 5,000 km.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LaserBudget {
    /// Power of the transmitter, W (assumption).
    pub power_w: f64,
    /// Diameter of the transmitting telescope, m (assumption).
    pub transmit_aperture_m: f64,
    /// Diameter of the receiving telescope, m (assumption).
    pub receive_aperture_m: f64,
    /// Wavelength, nm (the band of fibre optics).
    pub wavelength_nm: f64,
    /// Lost by pointing, both ends together, dB (assumption: 2.9 microradians at each).
    pub pointing_loss_db: f64,
    /// Lost in the optics, both ends together, dB (study: each passes 0.8).
    pub optical_loss_db: f64,
    /// Photons that the receiver needs for a bit (assumption; the shot-noise limit without coding is 9).
    pub photons_per_bit: f64,
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
