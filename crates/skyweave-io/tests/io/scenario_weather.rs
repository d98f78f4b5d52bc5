//! Rain, climate, the geostationary arc, plans and obstructions of scenarios: what worlds come of them.

use arrow::array::{ArrayRef, Float32Array, Float64Array, RecordBatch, StringArray};
use arrow::array::{TimestampMillisecondArray, UInt64Array};
use parquet::arrow::ArrowWriter;
use skyweave_core::atmosphere::ClimateSource;
use skyweave_core::conditions::Conditions;
use skyweave_core::ids::{BeamId, CellId, GatewayId, PlanId};
use skyweave_core::rules::{PolicyKind, ScoreWeights};
use skyweave_core::time::SlotNo;
use skyweave_core::timeline::Change;
use skyweave_core::world::World;
use skyweave_io::scenario::{Prepared, Source, prepare};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const BASE: &str = include_str!("scenario/base.toml");
const KAUNAS: GatewayId = GatewayId(0);

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/io/scenario")
}

fn text(text: &str, folder: &Path) -> Prepared {
    prepare(&Source { name: "x.toml".to_owned(), text: text.to_owned() }, folder)
        .map_err(|error| format!("{:?}", miette::Report::new(error)))
        .unwrap()
}

fn with(addition: &str) -> Prepared {
    text(&format!("{BASE}{addition}"), &folder())
}

/// A slot so many seconds after the start.
fn after(prepared: &Prepared, seconds: i64) -> SlotNo {
    SlotNo(prepared.first.0 + seconds / 15)
}

fn beam_of_site(world: &World, name: &str) -> BeamId {
    let site = world.terminals.iter().find(|terminal| terminal.name == name).unwrap();
    world.beam_of(site.cells[0].1)
}

/// Rain on Kyiv's beam cell and on the gateway of Kaunas at some seconds after the start.
fn rain(prepared: &Prepared, seconds: &[i64]) -> Vec<(f64, f64)> {
    let kyiv = beam_of_site(&prepared.world, "kyiv");
    let at = |second: &i64| {
        let rain = Conditions::at(&prepared.world, after(prepared, *second)).rain;
        (rain.on_beam(kyiv), rain.on_gateway(KAUNAS))
    };
    seconds.iter().map(at).collect()
}

#[test]
fn a_series_rains_on_what_its_cells_hold_until_its_next_time() {
    // a beam at each H3 cell, so that the series' cells are those of the beams
    let prepared = with("\n[radio]\nbeam_cell_km = 0\n[weather]\nrain = \"rain/storm.csv\"\n");
    let [warning] = &prepared.warnings[..] else { panic!("{:?}", prepared.warnings) };
    assert!(warning.contains("rows with rain of rain/storm.csv change nothing"), "{warning}");
    // what fell in the morning is over after an hour; what falls in the evening is not kept
    let expected = [(0.0, 0.0), (12.5, 40.0), (12.5, 40.0), (7.0, 0.0), (0.0, 0.0)];
    assert_eq!(rain(&prepared, &[0, 75, 225, 315, 555]), expected);
    assert_eq!(prepared.world.weather.series.len(), 4);
    // it may hold longer, or not even until the next time
    let holding = |holds: &str| {
        with(&format!(
            "\n[radio]\nbeam_cell_km = 0\n[weather]\nrain = \"rain/storm.csv\"\nrain_holds = \"{holds}\"\n"
        ))
    };
    assert_eq!(rain(&holding("7h"), &[0, 75])[..], [(0.0, 99.0), (12.5, 40.0)]);
    assert_eq!(rain(&holding("1min"), &[0, 75, 225]), [(0.0, 0.0), (12.5, 40.0), (0.0, 0.0)]);
}

#[test]
fn a_series_in_parquet_is_the_one_in_csv() {
    let folder = tempfile::tempdir().unwrap();
    let rows: Vec<(String, String, f64)> = csv::Reader::from_path(self::folder().join("rain/storm.csv"))
        .unwrap()
        .deserialize::<(String, String, f64, String)>()
        .map(|row| row.map(|(time, cell, rain, _)| (time, cell, rain)).unwrap())
        .collect();
    let texts = |value: fn(&(String, String, f64)) -> &str| -> ArrayRef {
        Arc::new(rows.iter().map(|row| Some(value(row))).collect::<StringArray>())
    };
    let stamp = |text: &str| text.parse::<hifitime::Epoch>().unwrap().to_unix_milliseconds() as i64;
    let stamps = || rows.iter().map(|row| stamp(&row.0));
    let numbers: ArrayRef =
        Arc::new(rows.iter().map(|row| u64::from_str_radix(&row.1, 16).ok()).collect::<UInt64Array>());
    let rates: ArrayRef = Arc::new(rows.iter().map(|row| Some(row.2)).collect::<Float64Array>());
    let single: ArrayRef = Arc::new(rows.iter().map(|row| Some(row.2 as f32)).collect::<Float32Array>());
    let utc = TimestampMillisecondArray::from_iter_values(stamps()).with_timezone("UTC");
    let elsewhere = TimestampMillisecondArray::from_iter_values(stamps()).with_timezone("+05:30");
    let files: [(&str, [ArrayRef; 3]); 3] = [
        ("texts", [texts(|row| &row.0), texts(|row| &row.1), rates]),
        ("numbers", [Arc::new(utc), numbers, single.clone()]),
        ("shown elsewhere", [Arc::new(elsewhere), texts(|row| &row.1), single]),
    ];
    let from_csv = with("\n[weather]\nrain = \"rain/storm.csv\"\n").world.weather.series;
    for (name, [time, cell, rain]) in files {
        let other = Arc::new(StringArray::from(vec!["x"; rows.len()]));
        let columns = [("rain_mm_h", rain), ("other", other), ("cell", cell), ("time", time)];
        let batch = RecordBatch::try_from_iter(columns).unwrap();
        let file = File::create(folder.path().join("storm.parquet")).unwrap();
        let mut writer = ArrowWriter::try_new(file, batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        let read = text(&format!("{BASE}\n[weather]\nrain = \"storm.parquet\"\n"), folder.path());
        assert_eq!(read.world.weather.series, from_csv, "{name}");
    }
}

#[test]
fn a_series_that_rains_on_nobody_is_a_warning() {
    let prepared = with("\n[weather]\nrain = \"rain/elsewhere.csv\"\n");
    assert_eq!(
        prepared.warnings,
        ["the rain of rain/elsewhere.csv never falls on a beam cell or a gateway within the time window"]
    );
}

#[test]
fn storms_stand_or_move_and_begin_with_their_event() {
    let standing = "\n[[events]]\nat = \"+2min\"\nlabel = \"storm\"\n\
        rain = { rate_mm_h = 60, lasts = \"3min\", area = { country = \"LTU\" } }\n";
    // from Kaunas to Kyiv in four minutes
    let moving = "\n[[events]]\nat = \"+2min\"\nlabel = \"another\"\n\
        rain = { rate_mm_h = 30, lasts = \"7min\", radius_km = 60, track = [\
        { at = \"+4min\", latitude_deg = 54.9, longitude_deg = 23.9 }, \
        { at = \"+8min\", latitude_deg = 50.45, longitude_deg = 30.52 }] }\n";
    let prepared = with(&format!("{standing}{moving}"));
    let expected = [(0.0, 0.0), (0.0, 60.0), (0.0, 60.0), (0.0, 0.0), (30.0, 0.0), (0.0, 0.0)];
    // slots begin 12 s after the minute
    assert_eq!(rain(&prepared, &[90, 120, 270, 300, 495, 540]), expected);
    let changes: Vec<bool> =
        prepared.world.timeline.events.iter().map(|event| matches!(event.change, Change::Rain)).collect();
    assert_eq!(changes, [true, true], "two storms may begin in one slot");
}

#[test]
fn the_climate_is_coarse_unless_there_are_maps() {
    let prepared = with("");
    assert_eq!(prepared.world.air.source, Some(ClimateSource::Coarse));
    assert!(prepared.climate.starts_with("coarse: "), "{}", prepared.climate);
    assert!(prepared.world.rules.weather.exceedance.is_none());
    let share = with("\n[weather]\nexceedance_percent = 0.01\n").world.rules.weather.exceedance;
    assert_eq!(share.map(skyweave_core::atmosphere::Exceedance::percent), Some(0.01));
}

#[test]
fn the_arc_is_kept_clear_of_by_18_degrees_unless_a_scenario_says_otherwise() {
    let separations = |addition: &str| {
        let prepared = with(addition);
        let world = prepared.world;
        let least = world.gso.at(after_start(prepared.first));
        ["kyiv", "lviv"].map(|site| {
            world.gso.of(beam_of_site(&world, site)).map_or(0.0, |regime| least[regime].to_degrees().round())
        })
    };
    assert_eq!(separations(""), [18.0, 18.0]);
    assert_eq!(separations("\n[radio]\ngso = []\n"), [0.0, 0.0]);
    let lviv = "\n[[radio.gso]]\nmin_separation_deg = 20\n[[radio.gso]]\nmin_separation_deg = 5\n\
        area = { within = { latitude_deg = 49.84, longitude_deg = 24.03, radius_km = 100 } }\n";
    assert_eq!(separations(lviv), [20.0, 5.0]);
}

fn after_start(first: SlotNo) -> SlotNo {
    SlotNo(first.0 + 1)
}

#[test]
fn plans_are_those_that_are_written_and_sites_name_theirs() {
    let usual = with("\n[demand]\ndown_mbps = 7\n").world;
    let plans = &usual.rules.demand.plans;
    assert_eq!((plans.len(), plans[0].name.as_str(), plans[0].down_bps), (1, "standard", 7e6));
    let world = with(
        "\n[demand]\nby_hour = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n\
        [[demand.plans]]\nname = \"home\"\nshare = 0.9\ndown_mbps = 2\nup_mbps = 0.2\n\
        [[demand.plans]]\nname = \"business\"\nshare = 0.1\ndown_mbps = 10\nup_mbps = 2\nweight = 4\n\
        [[sites]]\nname = \"hospital\"\nlatitude_deg = 50.4\nlongitude_deg = 30.5\nplan = \"business\"\n",
    )
    .world;
    let plan_of = |name: &str| world.terminals.iter().find(|t| t.name == name).unwrap().plan;
    assert_eq!((plan_of("kyiv"), plan_of("hospital")), (PlanId(0), PlanId(1)));
    assert_eq!(world.rules.demand.plans[1].weight, 4.0);
    assert_eq!(world.rules.demand.by_hour, [1.0; 24]);
}

#[test]
fn obstructions_are_sectors_of_the_sky() {
    let world = with(
        "\n[[sites]]\nname = \"yard\"\nlatitude_deg = 50.4\nlongitude_deg = 30.5\n\
        obstructions = [{ from_azimuth_deg = 300, to_azimuth_deg = 20, elevation_deg = 60 }]\n",
    )
    .world;
    let yard = world.terminals.iter().find(|t| t.name == "yard").unwrap();
    let hides = |azimuth: f64| yard.mask.hides(azimuth.to_radians(), 59_f64.to_radians());
    assert!(hides(310.0) && hides(5.0) && !hides(30.0));
}

#[test]
fn a_policy_brings_weights_and_a_scenario_changes_some() {
    let rules =
        with("\n[schedule]\npolicy = \"longest-visible\"\n[schedule.weights]\nstay = 3\n").world.rules;
    let weights = ScoreWeights { stay: 3.0, ..ScoreWeights::of(PolicyKind::LongestVisible) };
    assert_eq!((rules.schedule.policy, rules.schedule.weights), (PolicyKind::LongestVisible, weights));
}

#[test]
fn lower_elevations_may_be_allowed_far_from_the_equator() {
    let rules = with("\n[radio]\nmin_elevation_by_latitude = [{ from_latitude_deg = 53, elevation_deg = 20 }, { from_latitude_deg = 60, elevation_deg = 10 }]\n").world.rules;
    let least = |latitude: f64| rules.radio.min_elevation_rad(latitude.to_radians()).to_degrees().round();
    assert_eq!([0.0, 52.0, -53.5, 60.5].map(least), [25.0, 25.0, 20.0, 10.0]);
}

#[test]
fn beam_cells_hold_the_position_cells() {
    let area = "\n[[cells.areas]]\narea = { country = \"LUX\" }\nterminals = 1000\n";
    let (grid, each) = (with(area).world, with(&format!("\n[radio]\nbeam_cell_km = 0\n{area}")).world);
    assert_eq!(each.beams.len(), each.cells.len());
    assert!(grid.beams.len() < grid.cells.len());
    assert_eq!(grid.beams.of_cell.len(), grid.cells.len());
    assert_eq!(each.beams.of_cell[3], BeamId(3));
    assert!(grid.beams.cells(0).contains(&CellId(0)));
}
