//! The built-in ground segment against community lists of the real one.

use skyweave_core::geodesy::Geodetic;
use std::path::PathBuf;

/// How far a town may be from the site that stands near it, m.
const NEAR_M: f64 = 50_000.0;
/// Share of built-in places that must be near a listed one.
const SHARE: f64 = 0.8;

fn listed(file: &str) -> Option<String> {
    let root = std::env::var_os("SKYWEAVE_DATA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"),
        PathBuf::from,
    );
    let path = root.join("ground").join(file);
    if !path.exists() {
        eprintln!("skipped: {} not found", path.display());
        return None;
    }
    Some(std::fs::read_to_string(path).unwrap())
}

fn built_in(csv: &str) -> Vec<Geodetic> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let headings = reader.headers().unwrap().clone();
    let column = |name: &str| headings.iter().position(|h| h == name).unwrap();
    let (latitude, longitude, source) = (column("latitude_deg"), column("longitude_deg"), column("source"));
    reader
        .records()
        .map(|record| {
            let record = record.unwrap();
            assert!(!record[source].is_empty(), "a row without a source: {record:?}");
            Geodetic::from_degrees(record[latitude].parse().unwrap(), record[longitude].parse().unwrap())
        })
        .collect()
}

fn share_near(places: &[Geodetic], others: &[Geodetic]) -> f64 {
    let near = |place: &&Geodetic| others.iter().any(|other| place.great_circle_m(*other) <= NEAR_M);
    places.iter().filter(near).count() as f64 / places.len() as f64
}

fn json_places(text: &str, list: Option<&str>) -> Vec<Geodetic> {
    let value: serde_json::Value = serde_json::from_str(text).unwrap();
    let list = list.map_or(&value, |name| &value[name]);
    list.as_array()
        .unwrap()
        .iter()
        .filter_map(|entry| Some(Geodetic::from_degrees(entry["lat"].as_f64()?, entry["lon"].as_f64()?)))
        .collect()
}

fn csv_places(text: &str) -> Vec<Geodetic> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let headings = reader.headers().unwrap().clone();
    let column = |name: &str| headings.iter().position(|h| h == name).unwrap();
    let (latitude, longitude) = (column("lat"), column("lon"));
    reader
        .records()
        .filter_map(|record| {
            let record = record.ok()?;
            Some(Geodetic::from_degrees(record[latitude].parse().ok()?, record[longitude].parse().ok()?))
        })
        .collect()
}

#[test]
fn built_in_gateways_stand_where_real_ones_are_reported() {
    let gateways = built_in(skyweave_io::builtin::gateways_csv());
    assert!((150..=250).contains(&gateways.len()), "{} gateways", gateways.len());
    let (Some(newer), Some(older)) =
        (listed("ground-stations_2026-03-20.json"), listed("gateways_2023-10-10.csv"))
    else {
        return;
    };
    let mut others = json_places(&newer, Some("stations"));
    others.extend(csv_places(&older));
    let share = share_near(&gateways, &others);
    println!(
        "ground: {:.0} % of {} built-in gateways within 50 km of a listed one",
        share * 100.0,
        gateways.len()
    );
    assert!(share >= SHARE);
}

#[test]
fn built_in_pops_stand_where_real_ones_are_reported() {
    let pops = built_in(skyweave_io::builtin::pops_csv());
    assert!((40..=70).contains(&pops.len()), "{} PoPs", pops.len());
    let Some(list) = listed("pop_2026-04.json") else { return };
    let share = share_near(&pops, &json_places(&list, None));
    println!("ground: {:.0} % of {} built-in PoPs within 50 km of a listed one", share * 100.0, pops.len());
    assert!(share >= SHARE);
}
