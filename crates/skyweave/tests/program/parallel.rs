//! Hours side by side, and vectors of any width: always the same bytes.

use crate::support::{Desk, FEW, assert_same, files};
use skyweave_core::admission::{Admission, Basis, Unsigned};
use skyweave_core::plan::{HourPlan, Slot};
use skyweave_core::simd;
use skyweave_core::time::SlotNo;
use skyweave_io::results::{self, Header, Part, Table, Writer};
use skyweave_io::scenario;
use std::fs;
use std::path::Path;
use std::sync::Arc;

/// Enough satellites, gateways and cells that every stage has something to share out among threads, for two and a half hours
/// of which the first is cut.
fn more(desk: &Desk) {
    let text = FEW
        .replace("planes = 6\nsatellites_per_plane = 10", "planes = 12\nsatellites_per_plane = 20")
        .replace("\"3h\"", "\"150min\"")
        .replace(
            "[[events]]",
            "[[cells.areas]]\narea = { country = \"UKR\" }\nlimit = 60\nterminals = 9_000\n\n[[events]]",
        );
    fs::write(desk.path("more.toml"), text).unwrap();
}

fn run(desk: &Desk, arguments: &str, simd: Option<&str>) -> String {
    let mut command = desk.command(arguments);
    if let Some(path) = simd {
        command.env("SKYWEAVE_SIMD", path);
    }
    let ran = crate::support::Ran::of(command.output().unwrap());
    ran.succeeded();
    ran.stdout
}

#[test]
fn threads_and_vectors_change_no_byte() {
    let desk = Desk::new();
    more(&desk);
    let one = run(&desk, "run more.toml -o one --slots --json --threads 1", None);
    let mut others = vec![("2 threads", "--threads 2", None), ("16 threads", "--threads 16", None)];
    others.extend(simd::Path::available().map(|path| (path.name(), "", Some(path.name()))));
    assert!(others.len() >= 3);
    for (name, arguments, path) in others {
        let other = run(&desk, &format!("run more.toml -o other --slots --json {arguments}"), path);
        assert_eq!(other, one, "{name}");
        assert_same(&desk.path("one"), &desk.path("other"));
        fs::remove_dir_all(desk.path("other")).unwrap();
    }
    assert!(desk.tmp_is_empty());

    live(&desk.path("more.toml"), &desk.path("live"));
    assert_same(&desk.path("one"), &desk.path("live"));
}

/// Plans as a live planner does: one slot after the other, hour after hour, with the threads that the machine has. What it
/// plans is written like any run.
fn live(scenario: &Path, folder: &Path) {
    let prepared = scenario::read(scenario, &[]).unwrap();
    let header = Header::of(&prepared, Unsigned::NAME, env!("CARGO_PKG_VERSION"));
    let mut options = results::Options::default();
    options.tables.insert(Table::Slots);
    let writer = Writer::open(folder, header, options).unwrap();
    let mut part: Option<Part> = None;
    let mut plan = HourPlan::<Unsigned>::begin(prepared.first.hour());
    for no in (prepared.first.0..prepared.end.0).map(SlotNo) {
        if plan.upcoming().is_none() {
            plan = HourPlan::begin(no.hour());
        }
        let slot: Arc<Slot<Unsigned>> = loop {
            let upcoming = plan.upcoming().unwrap();
            let admission = Admission::declared(&prepared.world, upcoming);
            let slot = plan.step(&prepared.world, &admission, &mut |_| {});
            if slot.no == no {
                break slot;
            }
        };
        let mut of_hour = part.take().unwrap_or_else(|| writer.begin(no.hour()).unwrap());
        of_hour.slot(&prepared.world, &slot).unwrap();
        if of_hour.waits_for().0 < of_hour.waits_for().1 {
            part = Some(of_hour);
        } else {
            of_hour.finish().unwrap();
        }
    }
    writer.finish().unwrap();
}

#[test]
fn csv_and_its_summary_do_not_depend_on_threads_either() {
    let desk = Desk::new();
    let one = desk.run("run few.toml -o one --format csv --json --threads 1");
    let four = desk.run("run few.toml -o four --format csv --json --threads 4");
    assert_eq!(one.succeeded().stdout, four.succeeded().stdout);
    assert_same(&desk.path("one"), &desk.path("four"));
    // a folder is not needed for the summary, nor does its format matter
    assert_eq!(desk.run("run few.toml --json --threads 3").succeeded().stdout, one.stdout);
    assert!(desk.tmp_is_empty());
}

#[test]
fn timings_come_beside_the_summary() {
    let desk = Desk::new();
    let arguments = "run few.toml --set time.duration=45min --json";
    let plain: serde_json::Value = serde_json::from_str(&desk.run(arguments).succeeded().stdout).unwrap();
    let ran = desk.run(&format!("{arguments} --timings --threads 2"));
    let mut timed: serde_json::Value = serde_json::from_str(&ran.succeeded().stdout).unwrap();
    let timings = timed.as_object_mut().unwrap().remove("timings").unwrap();
    assert_eq!(timed, plain);
    // 12:30 to 13:15: 8 slots of warm-up for each hour, and the half hour before the first slot of the window
    assert_eq!((&timings["hours"], &timings["slots"]), (&2.into(), &180.into()));
    assert_eq!(timings["threads_of_workers"], serde_json::json!([1, 1]));
    let hidden = timings["warm_up_slots"].as_u64().unwrap();
    assert!((8 + 8 + 119..=8 + 8 + 121).contains(&hidden), "{hidden}");
    let names: Vec<&str> =
        timings["stages"].as_array().unwrap().iter().map(|stage| stage["name"].as_str().unwrap()).collect();
    assert!(names.contains(&"orbit") && names.contains(&"route"), "{names:?}");

    let ran = desk.run("run few.toml --set time.duration=2min --timings");
    let text = &ran.succeeded().stdout;
    assert!(text.contains("Times of 8 slots") && text.contains("Wall time"), "{text}");
    assert!(!desk.run("run few.toml --set time.duration=2min").stdout.contains("Times of"));
}

#[test]
fn a_vector_path_that_is_not_there_is_refused_with_those_that_are() {
    let desk = Desk::new();
    let before = files(&desk.path("."));
    let missing = simd::Path::ALL.into_iter().filter(|path| !path.is_there()).map(simd::Path::name);
    for name in missing.chain(["neon", ""]) {
        let ran = crate::support::Ran::of(
            desk.command("run few.toml -o out").env("SKYWEAVE_SIMD", name).output().unwrap(),
        );
        ran.refused(&["SKYWEAVE_SIMD", name, "this machine has: scalar"]);
        assert!(files(&desk.path(".")) == before);
    }
    assert!(desk.run("--help").succeeded().stdout.contains("SKYWEAVE_SIMD"));
    assert!(desk.run("run --help").succeeded().stdout.contains("SKYWEAVE_SIMD"));
}

#[test]
fn stages_are_traced_when_the_log_takes_them() {
    let desk = Desk::new();
    let mut command = desk.command("run few.toml --set time.duration=2min -q");
    let ran = crate::support::Ran::of(command.env("RUST_LOG", "skyweave=debug").output().unwrap());
    let said = ran.succeeded().said();
    for part in ["slot=", "stage=\"orbit\"", "us="] {
        assert!(said.contains(part), "{part} is not in {said}");
    }
}
