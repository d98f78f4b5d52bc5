//! Comparisons with measurements: on labels that the model made itself, on damaged folders, and on real data where it is there.

use skyweave_core::schedule::preference::Weights;
use skyweave_core::time::SlotNo;
use skyweave_core::world::Place;
use skyweave_io::elements;
use skyweave_io::validate::serving::logit::{Fit, fit};
use skyweave_io::validate::serving::record::{Among, Network, Record};
use skyweave_io::validate::serving::{SiteLabels, free};
use skyweave_io::validate::{self, Judgement, Row};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

/// A start of labels: 2026-05-20 12:00:12 UTC.
const START: SlotNo = SlotNo(97_554_242);
/// Weights that are not those that ship.
const TRUE: Weights = Weights { terms: [1.5, 0.8, 0.7, 1.2, 1.0], uniform_share: 0.0 };
/// Four standard errors of the worst-known weight over 1,500 slots (of the term of the geostationary arc, 0.09).
const WEIGHT_TOLERANCE: f64 = 0.36;

/// A shell of 72 planes of 20 as an OMM table; every other plane is of the second generation.
fn omm() -> String {
    let mut text =
        "OBJECT_NAME,OBJECT_ID,EPOCH,MEAN_MOTION,ECCENTRICITY,INCLINATION,RA_OF_ASC_NODE,ARG_OF_PERICENTER,\
                    MEAN_ANOMALY,NORAD_CAT_ID,BSTAR\n"
            .to_owned();
    for plane in 0..72_u32 {
        for place in 0..20_u32 {
            let number = plane * 20 + place;
            let name = if plane % 2 == 0 { 1_000 } else { 30_000 } + number;
            let anomaly = (f64::from(place) * 18.0 + f64::from(plane) * 5.5) % 360.0;
            let node = f64::from(plane) * 5.0;
            let catalog = 45_000 + number;
            writeln!(
                text,
                "STARLINK-{name},2023-001A,2026-05-20T11:00:00,15.05,.0001,53.05,{node},90,{anomaly},{catalog},0"
            )
            .unwrap();
        }
    }
    text
}

fn network() -> Network {
    Network::new(&elements::parse("omm.csv", omm().as_bytes()).unwrap(), START)
}

/// Slots whose satellites the model chose.
fn made_up(network: &Network, place: Place, slots: i64, seed: u64) -> Record {
    let serving = (0..slots).map(|k| (SlotNo(START.0 + k), String::new())).collect();
    let labels = SiteLabels { site: "made-up".to_owned(), place, serving, in_view: None };
    let mut record = network.record(&labels, Among::Sky).unwrap();
    let choices = free::run(&record.slots, &TRUE, seed);
    let mut before = None;
    for (slot, choice) in record.slots.iter_mut().zip(choices) {
        slot.chosen = choice;
        slot.previous = slot.candidates.iter().position(|c| Some(c.satellite) == before);
        before = choice.map(|place| slot.candidates[place].satellite);
    }
    record
}

#[test]
fn a_fit_finds_the_weights_that_made_the_labels() {
    let record = made_up(&network(), Place::from_degrees(48.0, 11.0), 1_500, 5);
    let slots: Vec<_> = record.slots.iter().collect();
    let found = fit(&slots, Fit { ridge: 1.0, told: true });
    println!("validate: true {:?}, found {found:.2?}", TRUE.terms);
    for (found, truth) in found.iter().zip(TRUE.terms) {
        assert!((found - truth).abs() < WEIGHT_TOLERANCE, "{found} against {truth}");
    }
    // told nothing, the term of staying says nothing
    let untold = fit(&slots, Fit { ridge: 1.0, told: false });
    assert_eq!(untold[3], 0.0);
    assert!((untold[0] - TRUE.terms[0]).abs() < WEIGHT_TOLERANCE);
}

/// A folder with a catalogue and the labels of two sites, the names of which nobody knows.
fn data_folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let (catalogues, labels) = (folder.path().join("catalogues"), folder.path().join("serving-satellite"));
    fs::create_dir(&catalogues).unwrap();
    fs::create_dir(&labels).unwrap();
    fs::write(catalogues.join("a-day.csv"), omm()).unwrap();
    fs::write(catalogues.join("another-day.csv"), omm().replace("2026-05-20", "2026-03-01")).unwrap();
    fs::write(
        labels.join("sites.csv"),
        "site,latitude_deg,longitude_deg\nnorth,48.0,11.0\nsouth,-33.5,151.0\n",
    )
    .unwrap();
    let network = network();
    let set = elements::parse("omm.csv", omm().as_bytes()).unwrap();
    let mut names: BTreeMap<u32, String> = BTreeMap::new();
    for element in set.elements {
        names.insert(network.named(&element.name).unwrap().0, element.name);
    }
    for (site, place) in
        [("north", Place::from_degrees(48.0, 11.0)), ("south", Place::from_degrees(-33.5, 151.0))]
    {
        let record = made_up(&network, place, 240, 9);
        let mut text = "Connected_Satellite,Timestamp\n".to_owned();
        for slot in &record.slots {
            let name = &names[&slot.candidates[slot.chosen.unwrap()].satellite.0];
            let (_, _, _, hour, minute, second, _) = slot.slot.start().to_gregorian_utc();
            writeln!(text, "{name},2026-05-20 {hour:02}:{minute:02}:{second:02}+00:00").unwrap();
        }
        fs::write(labels.join(format!("first_{site}.csv")), text).unwrap();
    }
    folder
}

fn row<'r>(rows: &'r [Row], name: &str) -> &'r Row {
    rows.iter().find(|row| row.name == name).ok_or(name).unwrap()
}

#[test]
fn a_folder_of_unknown_sites_is_compared() {
    let folder = data_folder();
    let outcome = validate::run(folder.path(), None).unwrap();
    let rows = &outcome.rows;
    for site in ["north", "south"] {
        let age = row(rows, &format!("serving/{site}/age of the catalogue"));
        assert!(age.modelled.unwrap() < 1.0 && age.verdict.why.starts_with("a-day.csv"), "{age:?}");
        let outside = row(rows, &format!("serving/{site}/sky/labels outside the candidates"));
        assert_eq!(outside.modelled, Some(0.0));
        for way in ["told", "untold"] {
            let over = row(rows, &format!("serving/{site}/sky/{way}/second half/over uniform"));
            assert_eq!(over.verdict.judgement, Judgement::Pass, "{over:?}");
        }
        // the planner's own choices, among the same candidates
        let served =
            row(rows, &format!("serving/{site}/planner/labelled slots in which the planner serves it"));
        assert!((0.9..=1.0).contains(&served.modelled.unwrap()), "{served:?}");
        let stays = row(rows, &format!("serving/{site}/planner/probability to stay"));
        assert!((0.0..1.0).contains(&stays.modelled.unwrap()) && stays.verdict.judgement == Judgement::Shown);
        let height = row(rows, &format!("serving/{site}/planner/chosen elevation p50"));
        assert!((35.0..80.0).contains(&height.modelled.unwrap()), "{height:?}");
    }
    assert!(!rows.iter().any(|row| row.name.contains("/fov/")));
    assert_eq!(outcome.left_out, ["rtt", "victoria"]);
    assert_eq!(validate::run(folder.path(), Some("serving")).unwrap().rows, outcome.rows);
    let values: serde_json::Value = serde_json::to_value(rows).unwrap();
    for value in values.as_array().unwrap() {
        let keys: Vec<&String> = value.as_object().unwrap().keys().collect();
        assert_eq!(keys.len(), 6, "{keys:?}");
    }
}

#[test]
fn what_is_missing_or_damaged_is_one_clear_error() {
    let sites = "serving-satellite/sites.csv";
    let first = "serving-satellite/first_north.csv";
    let view = "serving-satellite/fov_data_north.json";
    let catalogue = "catalogues/another-day.csv";
    for (file, text, parts) in [
        (sites, None, &["sites.csv", "not there", "first_north", "latitude_deg"][..]),
        (sites, Some("site,latitude_deg\nnorth,1\n"), &["line 1", "no column longitude_deg"]),
        (sites, Some("site,latitude_deg,longitude_deg\nnorth,91,0\n"), &["line 2", "`91`", "-90 to 90"]),
        (sites, Some("site,latitude_deg,longitude_deg\nsouth,1,0\n"), &["no site `north`", "first_north"]),
        (
            sites,
            Some("site,latitude_deg,longitude_deg\nnorth,1,0\nnorth,2,0\n"),
            &["line 3", "`north`", "name of its own"],
        ),
        (first, Some("Timestamp\nx\n"), &["first_north.csv, line 1", "no column Connected_Satellite"]),
        (first, Some("Timestamp,Connected_Satellite\nnoon,A\n"), &["line 2", "found `noon`", "in UTC"]),
        (first, Some("Timestamp,Connected_Satellite\n"), &["fewer than two slots"]),
        (first, Some("Timestamp,Connected_Satellite\n1,2,3\n"), &["line 2", "3 fields"]),
        (first, Some("\u{1f}\u{8b}x"), &["first_north.csv"]),
        (view, Some("[{\"Timestamp\": 1}]"), &["fov_data_north.json, line 1", "Satellites"]),
        (view, Some("[{\"Timestamp\": \"noon\", \"Satellites\": []}]"), &["found `noon`"]),
        (catalogue, Some("1 2\n"), &["another-day.csv"]),
    ] {
        let folder = data_folder();
        let path = folder.path().join(file);
        match text {
            Some(text) => fs::write(path, text).unwrap(),
            None => fs::remove_file(path).unwrap(),
        }
        let error = validate::run(folder.path(), None).unwrap_err();
        // on one line: a narrow screen must not break what is looked for
        let shown =
            format!("{:?}", miette::Report::new(error)).replace("\n  │ ", "").replace("\n        ", " ");
        for part in parts {
            let squeezed = |text: &str| text.split_whitespace().collect::<String>();
            assert!(squeezed(&shown).contains(&squeezed(part)), "{file}: {part}: {shown}");
        }
    }
    let mut gzip = data_folder();
    fs::write(gzip.path().join(format!("{first}.gz")), b"\x1f\x8b\x08broken").unwrap();
    fs::remove_file(gzip.path().join(first)).unwrap();
    assert!(validate::run(gzip.path(), None).unwrap_err().to_string().contains("first_north.csv.gz"));
    gzip = data_folder();
    fs::remove_dir_all(gzip.path().join("catalogues")).unwrap();
    assert!(validate::run(gzip.path(), None).unwrap_err().to_string().contains("no element sets"));

    let empty = tempfile::tempdir().unwrap();
    assert!(validate::run(empty.path(), None).unwrap_err().to_string().contains("nothing to compare"));
    assert!(validate::run(empty.path(), Some("no")).unwrap_err().to_string().contains("no comparison `no`"));
    let missing = empty.path().join("not there");
    assert!(validate::run(&missing, None).unwrap_err().to_string().contains("is no folder"));
}

/// The committed schema is what the code says. `SKYWEAVE_WRITE_DOCS=1` writes it.
#[test]
fn other_columns_and_byte_order_marks_change_nothing() {
    let folder = data_folder();
    let plain = validate::run(folder.path(), None).unwrap().rows;
    let labels = folder.path().join("serving-satellite");
    let rewrite = |name: &str, by: &dyn Fn(&str) -> String| {
        let path = labels.join(name);
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, format!("\u{feff}{}", by(&text))).unwrap();
    };
    // columns the other way round with one that nobody knows, and the lines of Windows
    let turned = |text: &str| {
        let turn = |line: &str| line.split(',').rev().chain(["x"]).collect::<Vec<_>>().join(",");
        text.lines().map(|line| turn(line) + "\r\n").collect()
    };
    rewrite("sites.csv", &turned);
    rewrite("first_north.csv", &turned);
    assert_eq!(validate::run(folder.path(), None).unwrap().rows, plain);
}

#[test]
fn a_site_with_little_data_is_an_honest_table() {
    let folder = data_folder();
    let labels = folder.path().join("serving-satellite");
    let path = labels.join("first_north.csv");
    let text = fs::read_to_string(&path).unwrap();
    for lines in [1, 2, 9] {
        fs::write(&path, text.lines().take(lines).fold(String::new(), |all, line| all + line + "\n"))
            .unwrap();
        match validate::run(folder.path(), None) {
            Ok(outcome) => {
                let of_site = |row: &&Row| row.name.starts_with("serving/north/");
                let judged = |row: &Row| matches!(row.verdict.judgement, Judgement::Pass);
                assert!(lines > 2 && !outcome.rows.iter().filter(of_site).any(judged), "{lines}");
            }
            Err(error) => assert!(lines <= 2 && error.to_string().contains("first_north.csv"), "{error}"),
        }
    }
}

#[test]
fn the_schema_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/validation.schema.json");
    let text = validate::schema().unwrap();
    if std::env::var_os("SKYWEAVE_WRITE_DOCS").is_some() {
        fs::write(&path, &text).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == text, "docs/validation.schema.json: run with SKYWEAVE_WRITE_DOCS=1");
}

/// On whatever labels there are, the weights that ship beat uniform, told or not.
#[test]
fn the_shipped_weights_beat_uniform_on_real_labels() {
    let data = std::env::var_os("SKYWEAVE_DATA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"),
        PathBuf::from,
    );
    if !data.join("serving-satellite/sites.csv").exists() || !data.join("catalogues").exists() {
        eprintln!("skipped: {} has no labels of serving satellites", data.display());
        return;
    }
    let rows = validate::serving::rows(&data).unwrap();
    let mut compared = 0;
    for row in rows.iter().filter(|row| row.name.ends_with("half/over uniform")) {
        println!("validate: {}: {:+.3} nat/slot, {}", row.name, row.error.unwrap(), row.verdict);
        assert_eq!(row.verdict.judgement, Judgement::Pass, "{row:?}");
        compared += 1;
    }
    assert!(compared >= 2);
    for row in rows.iter().filter(|row| row.name.ends_with("that the planner has as not serving")) {
        assert!(row.modelled.unwrap() <= NOT_SERVING, "{row:?}");
    }
}

/// Labels are inferred, and some name satellites that are being lowered.
const NOT_SERVING: f64 = 0.02;
