//! Scenarios: a TOML file in, a world and a time window out.
//!
//! Every fault is one error that names the file, the line, what was found and what would be accepted. Nothing is repaired.

mod addressing;
mod area;
mod clock;
mod constellation;
mod defaults;
mod diagnostic;
mod events;
mod format;
mod ground;
mod ground_file;
mod overrides;
mod places;

use crate::borders::Borders;
use area::Atlas;
use hifitime::Epoch;
use sha2::{Digest, Sha256};
use skyweave_core::rules::{Carrier, DemandRules, LaserPattern, LaserRules, RadioRules, Rules, ServiceRules};
use skyweave_core::time::SlotNo;
use skyweave_core::timeline::Timeline;
use skyweave_core::world::World;
use std::path::Path;

pub use addressing::{Addressing, TERMINAL_PREFIX_LENGTH};
pub use clock::parse_duration;
pub use diagnostic::{Fault, ScenarioError, Source};
pub use format::Scenario;

/// The format that this version reads.
pub const FORMAT: u32 = 1;

/// A scenario, resolved: everything that a run needs.
#[derive(Debug)]
pub struct Prepared {
    /// The scenario as written.
    pub scenario: Scenario,
    /// Its text, changed values included.
    pub text: String,
    /// SHA-256 of the text, hexadecimal.
    pub sha256: String,
    /// The world that it describes.
    pub world: World,
    /// Its addresses.
    pub addressing: Addressing,
    /// First slot.
    pub first: SlotNo,
    /// The slot after the last one.
    pub end: SlotNo,
    /// What the user should know, and that is no error.
    pub warnings: Vec<String>,
}

/// Reads a scenario file, changes the values that `settings` name, and resolves it.
///
/// # Errors
/// The first fault found.
pub fn read(path: &Path, settings: &[String]) -> Result<Prepared, ScenarioError> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| ScenarioError::Read { path: path.to_owned(), source })?;
    let source = Source { name: path.display().to_string(), text };
    let folder = path.parent().unwrap_or(Path::new("."));
    prepare(&overrides::apply(&source, settings)?, folder)
}

/// Resolves a scenario whose text is at hand; `folder` is where its paths start from.
///
/// # Errors
/// The first fault found.
pub fn prepare(source: &Source, folder: &Path) -> Result<Prepared, ScenarioError> {
    let scenario = parse(source)?;
    let borders = Borders::builtin()
        .map_err(|error| source.fault(0..0, &format!("the built-in borders are damaged: {error}"), "", ""))?;
    let atlas = Atlas { source, folder, borders: &borders };
    let window = window(&scenario, source)?;
    let mut fleet = constellation::build(&scenario.constellation, window, &atlas)?;
    let ground = ground::build(&scenario.ground, &atlas)?;
    let places = places::build(&scenario, window, &ground.pops, &atlas)?;
    let (satellites, unusable) = World::satellites_from(&fleet.elements);
    if !unusable.is_empty() {
        fleet.warnings.push(format!(
            "{} of {} element sets are no orbit and are left out, the first is {}: {}",
            unusable.len(),
            fleet.elements.len(),
            unusable[0].0,
            unusable[0].1
        ));
    }
    if ground.left_out > 0 {
        fleet.warnings.push(format!("{} planned or hidden ground sites were left out", ground.left_out));
    }
    let mut world = World {
        satellites,
        unusable,
        gateways: ground.gateways,
        pops: ground.pops,
        fibres: ground.fibres,
        cells: places.cells,
        terminals: places.terminals,
        rules: rules(&scenario, source)?,
        timeline: Timeline::default(),
    };
    world.timeline = events::build(&scenario.events, &world, window, &atlas)?;
    let addressing = Addressing::build(&scenario.addressing, scenario.seed, &world, source)?;
    Ok(Prepared {
        text: source.text.clone(),
        sha256: hex(&Sha256::digest(source.text.as_bytes())),
        world,
        addressing,
        first: SlotNo::not_before(window.0),
        end: SlotNo::not_before(window.1),
        warnings: fleet.warnings,
        scenario,
    })
}

/// The JSON Schema of the format, as text.
///
/// # Errors
/// When it cannot be written, which would be a defect of the build.
pub fn schema() -> Result<String, serde_json::Error> {
    let mut text = serde_json::to_string_pretty(&schemars::schema_for!(Scenario))?;
    text.push('\n');
    Ok(text)
}

fn parse(source: &Source) -> Result<Scenario, ScenarioError> {
    #[derive(serde::Deserialize)]
    struct Version {
        format: Option<toml::Spanned<toml::Value>>,
    }
    let fault = |error: &toml::de::Error| {
        source.fault(
            error.span().unwrap_or(0..0),
            error.message(),
            "here",
            "the format is described in docs/scenario.md",
        )
    };
    // an unknown version is said before anything that it may have brought along
    let version: Version = toml::from_str(&source.text).map_err(|error| fault(&error))?;
    let accepted = format!("accepted: `format = {FORMAT}`");
    match version.format {
        None => {
            return Err(source.fault(
                0..0,
                "the scenario does not say its format",
                "the first line is a good place",
                &accepted,
            ));
        }
        Some(found) if found.get_ref().as_integer() != Some(i64::from(FORMAT)) => {
            let message = format!("format {} is not known to this version of skyweave", found.get_ref());
            return Err(source.fault(found.span(), &message, "here", &accepted));
        }
        Some(_) => {}
    }
    toml::from_str(&source.text).map_err(|error| fault(&error))
}

fn window(scenario: &Scenario, source: &Source) -> Result<(Epoch, Epoch), ScenarioError> {
    let start = clock::instant(source, &scenario.time.start)?;
    let end = start + clock::duration(source, &scenario.time.duration)?;
    if SlotNo::not_before(start) >= SlotNo::not_before(end) {
        return Err(source.fault(
            scenario.time.duration.span(),
            "no slot begins in the time window",
            "too short",
            "accepted: 15 s or more (slots begin at :12, :27, :42 and :57 UTC)",
        ));
    }
    Ok((start, end))
}

fn rules(scenario: &Scenario, source: &Source) -> Result<Rules, ScenarioError> {
    let lasers = &scenario.lasers;
    let radio = &scenario.radio;
    let checks: [(&str, f64, std::ops::RangeInclusive<f64>); 17] = [
        ("lasers.per_satellite", f64::from(lasers.per_satellite), 0.0..=16.0),
        ("lasers.max_range_km", lasers.max_range_km, 0.0..=100_000.0),
        ("lasers.min_ray_height_km", lasers.min_ray_height_km, 0.0..=2_000.0),
        ("lasers.capacity_gbps", lasers.capacity_gbps, 1e-6..=1e6),
        ("lasers.per_satellite_gbps", lasers.per_satellite_gbps, 1e-6..=1e6),
        ("lasers.acquisition_s", lasers.acquisition_s, 0.0..=3_600.0),
        ("radio.min_elevation_deg", radio.min_elevation_deg, 0.0..=89.0),
        ("radio.beams_per_satellite", f64::from(radio.beams_per_satellite), 1.0..=10_000.0),
        ("radio.cells_per_beam", f64::from(radio.cells_per_beam), 1.0..=1_000.0),
        ("radio.down.bandwidth_mhz", radio.down.bandwidth_mhz, 1e-3..=1e5),
        ("radio.up.bandwidth_mhz", radio.up.bandwidth_mhz, 1e-3..=1e5),
        ("radio.down.frequency_ghz", radio.down.frequency_ghz, 0.1..=1_000.0),
        ("radio.up.frequency_ghz", radio.up.frequency_ghz, 0.1..=1_000.0),
        ("ground.fibre.route_factor", scenario.ground.fibre.route_factor, 1.0..=10.0),
        ("ground.fibre.velocity_factor", scenario.ground.fibre.velocity_factor, 0.1..=1.0),
        ("demand.down_mbps", scenario.demand.down_mbps, 0.0..=1e6),
        ("demand.up_mbps", scenario.demand.up_mbps, 0.0..=1e6),
    ];
    for (name, value, accepted) in checks {
        if !accepted.contains(&value) {
            let message = format!("{name} = {value}");
            let help = format!("accepted: from {} to {}", accepted.start(), accepted.end());
            return Err(source.fault(0..0, &message, "in this file", &help));
        }
    }
    let carrier = |written: &format::Carrier| Carrier {
        eirp_dbw: written.eirp_dbw,
        gain_to_noise_db_k: written.g_over_t_db_k,
        frequency_hz: written.frequency_ghz * 1e9,
        bandwidth_hz: written.bandwidth_mhz * 1e6,
        implementation_loss_db: written.implementation_loss_db,
        max_efficiency_bps_hz: written.max_efficiency_bps_hz,
    };
    Ok(Rules {
        lasers: LaserRules {
            pattern: match lasers.pattern {
                format::LaserLayout::None => LaserPattern::None,
                format::LaserLayout::Grid => LaserPattern::Grid,
            },
            per_satellite: lasers.per_satellite,
            max_range_m: lasers.max_range_km * 1e3,
            min_ray_height_m: lasers.min_ray_height_km * 1e3,
            cross_shell: lasers.cross_shell,
            capacity_bps: lasers.capacity_gbps * 1e9,
            per_satellite_bps: lasers.per_satellite_gbps * 1e9,
            acquisition_s: lasers.acquisition_s,
        },
        radio: RadioRules {
            min_elevation_rad: radio.min_elevation_deg.to_radians(),
            down: carrier(&radio.down),
            up: carrier(&radio.up),
            beams_per_satellite: radio.beams_per_satellite,
            cells_per_beam: radio.cells_per_beam,
            satellite_down_bps: radio.satellite_down_gbps * 1e9,
            satellite_up_bps: radio.satellite_up_gbps * 1e9,
            feeder_up_bps: radio.feeder_up_gbps * 1e9,
            feeder_down_bps: radio.feeder_down_gbps * 1e9,
        },
        service: ServiceRules {
            infer: scenario.constellation.service == format::ServiceInference::Inferred,
            min_serving_altitude_m: scenario.constellation.min_serving_altitude_km * 1e3,
            max_element_age_days: scenario.constellation.max_element_age_days,
        },
        demand: DemandRules {
            down_bps: scenario.demand.down_mbps * 1e6,
            up_bps: scenario.demand.up_mbps * 1e6,
        },
    })
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
