//! Sweeps: every combination once, one table, and on from where it was interrupted.

use crate::support::{Desk, Ran, assert_same, files};
use serde_json::Value;
use std::fs;

const SWEEP: &str = "sweep few.toml --set time.duration=5min --vary lasers.pattern=grid,none --vary \
                     constellation.shells[0].planes=4,6 --json --quiet";

fn rows(ran: &Ran) -> Vec<Value> {
    serde_json::from_str(&ran.succeeded().stdout).unwrap()
}

#[test]
fn every_combination_is_a_row_and_finished_points_are_kept() {
    let desk = Desk::new();
    let whole = desk.run(&format!("{SWEEP} -o whole"));
    let all = rows(&whole);
    let varied: Vec<[&str; 2]> = all
        .iter()
        .map(|row| {
            ["lasers.pattern", "constellation.shells[0].planes"].map(|path| row[path].as_str().unwrap())
        })
        .collect();
    assert_eq!(varied, [["grid", "4"], ["grid", "6"], ["none", "4"], ["none", "6"]]);
    assert!(all.iter().all(|row| row["slots"] == 20));
    assert!(all[0]["lasers_up_max"].as_u64().unwrap() > 0 && all[2]["lasers_up_max"] == 0);
    let csv = fs::read_to_string(desk.path("whole/sweep.csv")).unwrap();
    assert!(csv.starts_with("point,lasers.pattern,constellation.shells[0].planes,scenario_sha256,"), "{csv}");
    assert_eq!(csv.lines().count(), 5);
    // as if it had been interrupted in the third point
    desk.run(&format!("{SWEEP} -o cut")).succeeded();
    for gone in ["sweep.csv", "sweep.parquet", "points/00002/run.json"] {
        fs::remove_file(desk.path("cut").join(gone)).unwrap();
    }
    fs::remove_dir_all(desk.path("cut/points/00002")).unwrap();
    fs::remove_dir_all(desk.path("cut/points/00003")).unwrap();
    let kept = desk.path("cut/points/00000/run.json");
    let written = fs::metadata(&kept).unwrap().modified().unwrap();
    assert_eq!(desk.run(&format!("{SWEEP} -o cut")).stdout, whole.stdout);
    assert_eq!(fs::metadata(&kept).unwrap().modified().unwrap(), written, "it was planned again");
    assert_same(&desk.path("whole"), &desk.path("cut"));

    assert_eq!(desk.run(SWEEP).stdout, whole.stdout, "nothing needs to be kept");
    assert!(desk.tmp_is_empty());
    let before = files(&desk.path("whole"));
    for (arguments, why) in [
        ("sweep few.toml --vary lasers.pattern=grid,none -o whole", "has another scenario"),
        (
            "sweep few.toml --set time.duration=5min --vary lasers.pattern=grid,none -o whole",
            "varies other values",
        ),
        ("sweep few.toml --vary lasers.pattern=grid,none -o tmp/..", "holds something that is no sweep"),
    ] {
        desk.run(arguments).refused(&[why, "name another folder"]);
    }
    assert_eq!(files(&desk.path("whole")), before);
}
