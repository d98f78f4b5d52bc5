//! The commands of the program, as a user types them.

use crate::support::{Desk, FEW, Ran, assert_same, files};
use skyweave_io::scenario;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

fn scenarios() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios")
}

#[test]
fn the_schema_is_the_committed_one() {
    let ran = Desk::new().run("schema");
    let committed = fs::read_to_string(scenarios().join("scenario.schema.json")).unwrap();
    assert!(
        ran.succeeded().stdout == committed,
        "SKYWEAVE_WRITE_DOCS=1 cargo test -p skyweave-io --test io scenario"
    );
}

#[test]
fn every_scenario_that_ships_is_one() {
    let mut read = 0;
    for entry in fs::read_dir(scenarios()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            let prepared =
                scenario::read(&path, &[]).unwrap_or_else(|error| panic!("{:?}", miette::Report::new(error)));
            assert_eq!(prepared.warnings, Vec::<String>::new(), "{}", path.display());
            let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
            assert_eq!(prepared.scenario.name, stem);
            assert!(!prepared.scenario.description.is_empty(), "{stem}");
            read += 1;
        }
    }
    assert!(read >= 4);
}

#[test]
fn values_are_changed_for_a_run_and_recorded() {
    let desk = Desk::new();
    let arguments = "run few.toml -o out --set time.start=2026-05-20T13:00:00Z --set time.duration=2min \
                     --set lasers.pattern=none --set radio.down.bandwidth_mhz=480 --set events=[] --json";
    let ran = desk.run(arguments);
    let summary: serde_json::Value = serde_json::from_str(&ran.succeeded().stdout).unwrap();
    assert_eq!(summary["lasers_up"], serde_json::json!([0, 0]));
    assert_eq!((&summary["slots"], &summary["from"]), (&8.into(), &"2026-05-20T13:00:12.000Z".into()));
    let recorded = fs::read_to_string(desk.path("out/scenario.toml")).unwrap();
    for line in
        ["pattern = \"none\"", "bandwidth_mhz = 480", "start = \"2026-05-20T13:00:00Z\"", "events = []"]
    {
        assert!(recorded.contains(line), "{line} is not in {recorded}");
    }
    // what was recorded is a scenario that gives the same result
    desk.run("run out/scenario.toml -o again").succeeded();
    assert_same(&desk.path("out"), &desk.path("again"));
}

#[test]
fn a_run_without_a_folder_leaves_nothing_behind() {
    let desk = Desk::new();
    let before = desk.listing();
    let ran = desk.run("run few.toml --set time.duration=2min");
    assert!(ran.succeeded().stdout.contains("Nothing was kept"), "{ran:?}");
    assert_eq!(desk.listing(), before);
}

#[test]
fn an_interrupted_run_without_a_folder_leaves_nothing_behind() {
    let desk = Desk::new();
    let before = desk.listing();
    let child = desk
        .command("run few.toml --set time.duration=3000h")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let started = Instant::now();
    while desk.tmp_is_empty() {
        assert!(started.elapsed() < Duration::from_mins(1), "it does not begin");
        std::thread::sleep(Duration::from_millis(10));
    }
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
    let ran = Ran::of(child.wait_with_output().unwrap());
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(130), ""), "{ran:?}");
    assert!(ran.stderr.ends_with("Interrupted.\n"), "{ran:?}");
    assert_eq!(desk.listing(), before);
}

#[test]
fn tables_are_written_as_csv_too() {
    let desk = Desk::new();
    let arguments = "run few.toml -o csv --format csv --set time.duration=5min";
    desk.run(arguments).succeeded();
    let sites = fs::read_to_string(desk.path("csv/sites/date=2026-05-20/12.csv")).unwrap();
    let lines: Vec<&str> = sites.split("\r\n").collect();
    assert_eq!(lines.len(), 1 + 20 * 2 + 1, "a heading, 20 slots of two sites, and the end of the last line");
    let columns = lines[0].split(',').count();
    assert!(lines[0].contains("slot") && lines[0].contains("site"), "{}", lines[0]);
    assert!(lines[1..41].iter().all(|line| line.split(',').count() == columns));
    assert!(desk.tmp_is_empty());
    let whole = files(&desk.path("csv"));
    // finished hours are not planned again for the summary
    let resumed = desk.run(&format!("{arguments} --resume --timings"));
    assert!(resumed.succeeded().stdout.contains("Nothing was planned"), "{resumed:?}");
    assert_eq!(desk.run("run few.toml --json --set time.duration=5min").succeeded().stdout, {
        desk.run(&format!("{arguments} --resume --json")).stdout
    });
    assert!(files(&desk.path("csv")) == whole);
    desk.run(&format!("{arguments} --overwrite")).succeeded();
    assert!(files(&desk.path("csv")) == whole);
}

#[test]
fn two_results_are_compared() {
    let desk = Desk::new();
    fs::write(desk.path("few.toml"), FEW.replace("3h", "5min")).unwrap();
    desk.run("run few.toml -o with -q").succeeded();
    desk.run("run few.toml --set lasers.pattern=none -o without -q --format csv").succeeded();
    let ran = desk.run("compare with without");
    for part in ["kyiv", "quito", "half of the satellites"] {
        assert!(ran.succeeded().stdout.contains(part), "{ran:?}");
    }
}
