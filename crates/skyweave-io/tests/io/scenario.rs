//! Scenarios that are to be refused, each with one clear error; scenarios at the edges of the map; the documentation.

use h3o::Resolution;
use miette::Diagnostic;
use rayon::prelude::*;
use skyweave_core::admission::Admission;
use skyweave_core::plan;
use skyweave_core::timeline::Change;
use skyweave_io::cells;
use skyweave_io::scenario::{Prepared, ScenarioError, Source, page, prepare, read, schema};
use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const BASE: &str = include_str!("scenario/base.toml");
/// What takes longer to refuse than this hangs: nothing works through the large numbers of what it refuses.
const LONGEST_REFUSAL: Duration = Duration::from_mins(5);

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    /// A text of its own.
    text: Option<String>,
    /// A piece of the base and what takes its place.
    replace: Option<[String; 2]>,
    /// What is added to the base.
    add: Option<String>,
    /// What the error says.
    message: String,
    /// The text that the error points at.
    at: Option<String>,
    /// What would be accepted.
    help: String,
}

#[derive(serde::Deserialize)]
struct Cases {
    case: Vec<Case>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/io/scenario")
}

fn try_text(text: &str) -> Result<Prepared, ScenarioError> {
    prepare(&Source { name: "bad.toml".to_owned(), text: text.to_owned() }, &folder())
}

fn with(addition: &str) -> Prepared {
    try_text(&format!("{BASE}{addition}"))
        .map_err(|error| format!("{:?}", miette::Report::new(error)))
        .unwrap()
}

fn changed(case: &Case) -> String {
    let mut text = case.text.clone().unwrap_or_else(|| BASE.to_owned());
    if let Some([old, new]) = &case.replace {
        assert!(text.contains(old.as_str()), "{case:?}");
        text = text.replacen(old, new, 1);
    }
    text.push_str(case.add.as_deref().unwrap_or_default());
    text
}

/// What an error says: its message with the folder left out, the text that it points at, and its help.
fn told(error: &ScenarioError) -> (String, Option<String>, String) {
    let folder = format!("{}/", folder().display());
    let at = error.labels().and_then(|mut labels| labels.next()).and_then(|label| {
        let span = *label.inner();
        let shown = error.source_code()?.read_span(&span, 0, 0).ok()?;
        let from = span.offset() - shown.span().offset();
        shown.data().get(from..from + span.len()).map(|text| String::from_utf8_lossy(text).into_owned())
    });
    let help = error.help().map(|help| help.to_string()).unwrap_or_default();
    (error.to_string().replace(&folder, ""), at, help.replace(&folder, ""))
}

#[test]
fn bad_scenarios_are_refused_with_one_clear_error() {
    let cases: Cases = toml::from_str(include_str!("scenario/bad.toml")).unwrap();
    assert!(cases.case.len() > 270);
    let names: BTreeSet<&str> = cases.case.iter().map(|case| case.name.as_str()).collect();
    assert_eq!(names.len(), cases.case.len(), "each case has a name of its own");
    cases.case.par_iter().for_each(|case| {
        let started = Instant::now();
        let error = try_text(&changed(case)).map(|_| panic!("accepted: {case:?}")).unwrap_err();
        assert!(started.elapsed() < LONGEST_REFUSAL, "{case:?}");
        let expected = (case.message.clone(), case.at.clone(), case.help.clone());
        assert_eq!(told(&error), expected, "{case:?}");
        // drawing it is part of telling it
        assert!(!format!("{:?}", miette::Report::new(error)).is_empty());
    });
}

#[test]
fn no_error_shows_more_of_a_scenario_than_a_screen_holds() {
    let million = 1_000_000;
    let texts = [
        format!("{BASE}\n[x]\ny = {}\n", "[".repeat(million)),
        format!("{BASE}\n{}z = 1\n", "x.".repeat(million)),
        BASE.replace("planes = 4", &format!("planes = \"{}\"", "four".repeat(million))),
        BASE.replace("\"10min\"", &format!("\"{}min\"", "1".repeat(million))),
        format!(
            "{BASE}\n[[events]]\nat = \"+1min\"\nlabel = \"e\"\nfail = {{ pops = [\"{}\"] }}\n",
            "x".repeat(million)
        ),
        format!("{}\n[[terminals]]\n{}", BASE, "name = \"x\"\n".repeat(million)),
        "\u{1f6f0}".repeat(million),
    ];
    for text in texts {
        let started = Instant::now();
        let report = format!("{:?}", miette::Report::new(try_text(&text).unwrap_err()));
        assert!(report.len() < 4_000, "{}", &report[..200]);
        assert!(report.contains("bad.toml:"), "{report}");
        assert!(started.elapsed() < LONGEST_REFUSAL);
    }
}

#[test]
fn large_scenarios_are_read() {
    let mut text = format!("{BASE}\n[[terminals]]\nname = \"last\"\nlatitude_deg = 1\nlongitude_deg = 1\n");
    for number in 0..20_000 {
        let (latitude, longitude) = (number % 170 - 85, number % 359 - 179);
        write!(
            text,
            "[[terminals]]\nname = \"t{number}\"\nlatitude_deg = {latitude}.5\nlongitude_deg = {longitude}.25\n"
        )
        .unwrap();
    }
    write!(text, "# {}", "x".repeat(10_000_000)).unwrap();
    assert_eq!(try_text(&text).unwrap().world.terminals.len(), 20_003);
}

#[test]
fn a_billion_terminals_are_a_number() {
    let prepared = with("\n[[cells.areas]]\narea = { country = \"LUX\" }\nterminals = 1_000_000_000\n");
    let terminals: u64 = prepared.world.cells.iter().map(|cell| u64::from(cell.anonymous_terminals)).sum();
    assert_eq!((terminals, prepared.world.terminals.len()), (1_000_000_000, 2));
}

/// The poles, longitude 180 from both sides, the heights that are accepted, tracks of one point and over the edges.
#[test]
fn the_edges_of_the_map_can_be_planned() {
    let mut text = String::new();
    for (name, latitude, longitude, height) in [
        ("north", 90, 0, 0),
        ("south", -90, 180, 2_800),
        ("east", 0, 180, -1_000),
        ("west", 0, -180, 100_000),
    ] {
        write!(
            text,
            "\n[[sites]]\nname = \"{name}\"\nlatitude_deg = {latitude}\nlongitude_deg = {longitude}\nheight_m = {height}\n"
        )
        .unwrap();
    }
    for (name, points) in [
        ("point", &[("+0", 10, 10)][..]),
        ("before", &[("2026-05-19T00:00:00Z", 10, 10), ("2026-05-19T01:00:00Z", 12, 10)]),
        ("after", &[("+100d", 10, 10), ("+101d", 12, 10)]),
        ("around", &[("1980-01-06T00:00:00Z", 10, 170), ("+5min", 10, -170)]),
        ("over", &[("+0", 89, 0), ("+ 5min", 89, 180), (" +10min ", 90, 0)]),
        ("still", &[("+0min", 10, 10), ("+9min", 10, 10)]),
    ] {
        write!(text, "\n[[sites]]\nname = \"{name}\"\n").unwrap();
        for (at, latitude, longitude) in points {
            write!(
                text,
                "[[sites.track]]\nat = \"{at}\"\nlatitude_deg = {latitude}\nlongitude_deg = {longitude}\n"
            )
            .unwrap();
        }
    }
    let prepared = with(&text);
    let world = &prepared.world;
    assert_eq!(world.terminals.len(), 12);
    for terminal in &world.terminals {
        let cells: Vec<_> = terminal.cells.iter().map(|(from, _)| *from).collect();
        assert!(!cells.is_empty() && cells.is_sorted(), "{}", terminal.name);
    }
    let hour = prepared.first.hour();
    let slots = plan::hour(world, |no| Admission::declared(world, no), hour);
    for slot in slots.skip_while(|slot| slot.no < prepared.first).take(3) {
        for (terminal, got) in world.terminals.iter().zip(&slot.terminals) {
            let place = got.place.geodetic;
            assert!(place.latitude_rad.is_finite() && place.longitude_rad.is_finite(), "{}", terminal.name);
        }
    }
}

/// A cell for every slot: what a track says is where the plan looks.
#[test]
fn a_track_enters_its_cells_in_time() {
    let track = "\n[[sites]]\nname = \"ship\"\n\
        track = [{ at = \"+1min\", latitude_deg = 50, longitude_deg = 0 }, { at = \"+8min\", latitude_deg = 51, longitude_deg = 1 }]\n";
    let prepared = with(track);
    let world = &prepared.world;
    let ship = world.terminals.iter().find(|terminal| terminal.name == "ship").unwrap();
    assert!(ship.cells.len() > 3);
    let mut no = prepared.first.minus(8);
    while no < prepared.end {
        let at = ship.motion.at(no).geodetic;
        let cell =
            cells::containing(at.latitude_rad.to_degrees(), at.longitude_rad.to_degrees(), Resolution::Five);
        assert_eq!(Some(world.cells[ship.cell_at(no).index()].h3), cell, "{no:?}");
        no = no.next();
    }
}

#[test]
fn a_polygon_may_touch_the_antimeridian_and_an_area_may_be_wide() {
    let count = |area: &str, more: &str| {
        with(&format!("\n[[cells.areas]]\narea = {area}\nterminals = 100000\n{more}\n")).world.cells.len()
    };
    let east = count("{ polygon = [[177, -20], [180, -20], [180, -15], [177, -15]] }", "");
    let west = count("{ polygon = [[-180, 60], [-170, 60], [-170, 70], [-180, 70]] }", "");
    let around = count("{ within = { latitude_deg = -17.5, longitude_deg = 179, radius_km = 500 } }", "");
    assert!(east > 10 && west > 1 && around > 10, "{east} {west} {around}");
    assert_eq!(count("{ polygon = [[177, -20], [180, -20], [180, -15], [177, -15]] }", "limit = 4"), 4 + 2);
    assert!(
        count("{ polygon = [[179, -20], [180, -20], [180, -19], [179, -19]] }", "everywhere = true") > 20
    );
    let wide = "{ polygon = [[-170, 30], [-60, 30], [60, 30], [170, 30], [170, 50], [60, 50], [-60, 50], [-170, 50]] }";
    assert!(count(wide, "") > 10_000);
}

#[test]
fn where_everybody_is_meant_the_limit_keeps_those_with_most_people() {
    let area =
        "\n[[cells.areas]]\narea = { country = \"EST\" }\nterminals = 100\nlimit = 3\neverywhere = true\n";
    let world = with(area).world;
    let filled: Vec<f64> =
        world.cells.iter().filter(|cell| cell.anonymous_terminals > 0).map(|cell| cell.population).collect();
    assert_eq!(filled.len(), 3);
    assert!(filled.iter().all(|people| *people > 20_000.0), "{filled:?}");
}

#[test]
fn events_mean_each_thing_once_and_find_satellites_by_number() {
    let prepared = with(
        "\n[[events]]\nat = \"+1min\"\nlabel = \"e\"\n\
         fail = { gateways = [\"Kaunas\", \"Kaunas\"], satellites = [\"900000003\", \"S-01-04\"], \
         area = { country = \"LTU\", kinds = [\"gateways\", \"gateways\"] } }\n\
         [[events]]\nat = \"+5min\"\nlabel = \"f\"\nrecover = { gateways = [\"Kaunas\"] }\n",
    );
    let events = &prepared.world.timeline.events;
    let Change::Fail(affected) = &events[0].change else { panic!("{events:?}") };
    assert_eq!((affected.gateways.len(), affected.satellites.len()), (1, 1));
}

#[test]
fn a_carrier_is_changed_figure_by_figure() {
    let prepared = with("\n[radio.up]\neirp_dbw = -3\n");
    let (down, up) = (&prepared.world.rules.radio.down, &prepared.world.rules.radio.up);
    assert_eq!((up.eirp_dbw, up.bandwidth_hz, down.bandwidth_hz), (-3.0, 62.5e6, 240e6));
}

#[test]
fn elements_far_from_the_window_are_a_warning() {
    let text = BASE.replace("service = \"all\"", "service = \"all\"\nelements = [\"two.tle\"]");
    assert_eq!(try_text(&text).unwrap().warnings, Vec::<String>::new());
    let far = try_text(&text.replace("2026-05-20", "2026-06-20")).unwrap();
    assert_eq!(
        far.warnings,
        ["the elements are 31.0 days from the window: expect errors of about 60 km along track"]
    );
}

#[test]
fn files_that_cannot_be_read_are_named() {
    for (name, part) in [("none.toml", "No such file"), ("", "Is a directory"), ("latin-1.toml", "UTF-8")] {
        let path = folder().join(name);
        let error = read(&path, &[]).unwrap_err();
        assert_eq!(error.to_string(), format!("cannot read {}", path.display()));
        let report = format!("{:?}", miette::Report::new(error));
        assert!(report.contains(part), "{report}");
    }
}

/// The committed page and schema are what the format says. `SKYWEAVE_WRITE_DOCS=1` writes them.
#[test]
fn the_documentation_is_up_to_date() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for (name, text) in [("docs/scenario.md", page()), ("scenarios/scenario.schema.json", schema().unwrap())]
    {
        let path = root.join(name);
        if std::env::var_os("SKYWEAVE_WRITE_DOCS").is_some() {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, &text).unwrap();
        }
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(committed == text, "{name}: run with SKYWEAVE_WRITE_DOCS=1");
    }
}
