//! Scenarios: a TOML file in, a world and a time window out.
//!
//! Every fault is one error that names the file, the line, what was found and what would be accepted. Nothing is repaired.

mod addressing;
mod area;
mod climate;
mod clock;
mod constellation;
mod defaults;
mod diagnostic;
mod document;
mod events;
mod fill;
mod format;
mod ground;
mod ground_file;
mod gso;
mod limits;
mod obstructions;
mod overrides;
mod page;
mod places;
mod rain;
mod replaced;
mod rules;
pub mod service;
mod storm;
mod together;
mod track;

use crate::borders::Borders;
use area::Atlas;
use hifitime::Epoch;
use sha2::{Digest, Sha256};
use skyweave_core::constellation::infer as constellation_of;
use skyweave_core::time::SlotNo;
use skyweave_core::world::World;
use skyweave_proof::hex;
use std::path::Path;

pub use addressing::{Addressing, TERMINAL_PREFIX_LENGTH};
pub use clock::{ACCEPTED_INSTANT, parse_duration, parse_instant};
pub use diagnostic::{ACCEPTED_NAME, Fault, ScenarioError, Source, name_fault};
pub use document::{Format, without_table};
pub use format::Scenario;
pub use page::page;

/// Slots before the window that may be planned: those of its hour, and the hour's warm-up.
const SLOTS_BEFORE: i64 = 240 + skyweave_core::plan::WARM_UP_SLOTS;

/// The format that this version reads.
pub const FORMAT: Format = Format {
    kind: "scenario",
    version: 1,
    page: "docs/scenario.md",
    setting: "lasers.pattern=none",
    replaced: replaced::by,
};

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
    /// What is known of the climate, in a line: a climatology by latitude, or which maps.
    pub climate: String,
    /// Its addresses.
    pub addressing: Addressing,
    /// What a decision table is compiled from, if the scenario restricts who may be served. Until a compiled one is put in force in
    /// the world nobody is.
    pub service: Option<service::Declared>,
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
    let folder = path.parent().unwrap_or(Path::new("."));
    prepare(&FORMAT.open(path, settings)?, folder)
}

/// Resolves a scenario whose text is at hand; `folder` is where its paths start from.
///
/// # Errors
/// The first fault found.
pub fn prepare(source: &Source, folder: &Path) -> Result<Prepared, ScenarioError> {
    let scenario: Scenario = FORMAT.parse(source)?;
    let borders = Borders::builtin()
        .map_err(|error| source.fault(0..0, &format!("the built-in borders are damaged: {error}"), "", ""))?;
    let atlas = Atlas { source, folder, borders: &borders };
    if let Some(wrong) = name_fault(&scenario.name) {
        return Err(source.fault(source.span_of(&["name"]), wrong, "here", ACCEPTED_NAME));
    }
    limits::check(&scenario, source)?;
    together::check(&scenario, source)?;
    let rules = rules::rules(&scenario);
    let climate = climate::open(&scenario.weather, &atlas)?;
    let window = window(&scenario, source)?;
    let mut fleet = constellation::build(&scenario.constellation, window, &atlas)?;
    let ground = ground::build(&scenario.ground, &atlas)?;
    let places = places::build(&scenario, window, &ground.pops, &rules.demand.plans, &atlas)?;
    let (satellites, unusable) = World::satellites_from(&fleet.elements);
    if satellites.is_empty() {
        let message = format!("none of the {} element sets is an orbit: {}", unusable.len(), unusable[0].1);
        return Err(source.fault(
            source.span_of(&["constellation"]),
            &message,
            "here",
            constellation::ACCEPTED,
        ));
    }
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
        rules,
        ..World::default()
    };
    world.settle(&|place| climate.at(place));
    world.gso = gso::build(&scenario.radio.gso, &world.beams.places, window, &atlas)?;
    if let Some(file) = &scenario.weather.rain {
        let needed = SlotNo::containing(window.0).minus(SLOTS_BEFORE)..SlotNo::not_before(window.1);
        let holds = clock::duration(source, &scenario.weather.rain_holds)?;
        let series = rain::read(file, holds, &world, needed, &atlas)?;
        fleet.warnings.extend(series.warning(file.get_ref()));
        world.weather.series = series.steps;
    }
    (world.timeline, world.weather.storms) = events::build(&scenario.events, &world, window, &atlas)?;
    fleet.warnings.extend(idle_satellites(&world, SlotNo::not_before(window.0)));
    let service = service::build(&scenario, &mut world, window, &atlas)?;
    let addressing = Addressing::build(&scenario.addressing, scenario.seed, &world, source)?;
    Ok(Prepared {
        text: source.text.clone(),
        sha256: hex(&Sha256::digest(source.text.as_bytes())),
        world,
        climate: climate.description(&scenario.weather),
        addressing,
        service,
        first: SlotNo::not_before(window.0),
        end: SlotNo::not_before(window.1),
        warnings: fleet.warnings,
        scenario,
    })
}

/// What the user should know about satellites that serve nobody.
fn idle_satellites(world: &World, slot: SlotNo) -> Option<String> {
    let [serving, laser_only, in_transit, unknown] = constellation_of(world, slot).service_counts();
    let all = world.satellites.len();
    if unknown > all / 10 {
        return Some(format!(
            "{unknown} of {all} satellites serve nobody: their elements are further from the window than \
             constellation.max_element_age_days = {}",
            world.rules.service.max_element_age_days
        ));
    }
    (serving == 0).then(|| {
        format!(
            "no satellite serves ({laser_only} laser only, {in_transit} in transit): no shell of seven or more planes was \
             made out above constellation.min_serving_altitude_km; `constellation.service = \"all\"` lets every one serve"
        )
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
