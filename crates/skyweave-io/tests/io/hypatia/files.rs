//! What is written, read back; and what is refused. The three satellites in `small` fly one behind the other; a ground
//! station stands under the first, one under the last, and one at the North Pole, which none of them reaches.

use super::oracle::oracle;
use serde::Deserialize;
use skyweave_io::hypatia::{HypatiaError, Options, Summary, write};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

const INPUTS: [&str; 5] =
    ["tles.txt", "isls.txt", "ground_stations.txt", "description.txt", "gsl_interfaces_info.txt"];
const TWO_STATES: Options = Options {
    duration: Duration::from_millis(200),
    step: Duration::from_millis(100),
    full: false,
    overwrite: false,
};

fn small() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/io/hypatia/small")
}

fn write_quietly(directory: &Path, out: &Path, options: &Options) -> Result<Summary, HypatiaError> {
    write(directory, out, options, &mut |_, _| ())
}

fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort_unstable();
    names
}

#[test]
fn what_is_written_is_what_hypatia_would_write() {
    let out = tempfile::tempdir().unwrap();
    let mut heard = Vec::new();
    let summary =
        write(&small(), out.path(), &TWO_STATES, &mut |done, total| heard.push((done, total))).unwrap();
    assert_eq!(summary, Summary { satellites: 3, stations: 3, states: 2, rows: 15 });
    assert_eq!(heard, [(1, 2), (2, 2)]);
    for name in ["fstate_0.txt", "gsl_if_bandwidth_0.txt"] {
        let expected = fs::read_to_string(small().join(format!("expected-{name}"))).unwrap();
        assert_eq!(fs::read_to_string(out.path().join(name)).unwrap(), expected, "{name}");
    }
    for name in ["fstate_100000000.txt", "gsl_if_bandwidth_100000000.txt"] {
        assert_eq!(
            fs::read_to_string(out.path().join(name)).unwrap(),
            "",
            "{name}: nothing changes in 0.1 s"
        );
    }
    assert_eq!(names(out.path()).len(), 4);
}

#[test]
fn states_that_are_there_are_replaced_only_on_demand() {
    let out = tempfile::tempdir().unwrap();
    fs::write(out.path().join("notes.txt"), "not a state").unwrap();
    write_quietly(&small(), out.path(), &TWO_STATES).unwrap();
    let refused = write_quietly(&small(), out.path(), &TWO_STATES).unwrap_err();
    assert!(matches!(&refused, HypatiaError::Occupied { file, .. } if file == "fstate_0.txt"), "{refused}");

    let one_state = Options { step: TWO_STATES.duration, overwrite: true, ..TWO_STATES };
    write_quietly(&small(), out.path(), &one_state).unwrap();
    assert_eq!(names(out.path()), ["fstate_0.txt", "gsl_if_bandwidth_0.txt", "notes.txt"]);
}

#[test]
fn a_duration_that_ends_within_a_step_has_a_state_for_it() {
    let out = tempfile::tempdir().unwrap();
    let uneven = Options { duration: Duration::from_millis(201), ..TWO_STATES };
    assert_eq!(write_quietly(&small(), out.path(), &uneven).unwrap().states, 3);
    assert!(out.path().join("fstate_200000000.txt").exists());
}

#[test]
fn without_step_or_duration_nothing_is_written() {
    let none = Duration::ZERO;
    for (options, says) in [
        (Options { step: none, ..TWO_STATES }, "the step is 0 s"),
        (Options { duration: none, ..TWO_STATES }, "the duration is 0 s"),
        (Options { duration: Duration::MAX, ..TWO_STATES }, "the duration is 18446744073709552000 s"),
    ] {
        let out = tempfile::tempdir().unwrap();
        let refused = write_quietly(&small(), out.path(), &options).unwrap_err().to_string();
        assert_eq!(refused, format!("{says}; accepted: more than 0 s and up to 2^64 ns, about 584 years"));
        assert!(names(out.path()).is_empty());
    }
}

/// Rows of a forwarding state by node and destination.
fn rows(text: &str) -> BTreeMap<(u32, u32), String> {
    let row = |line: &str| {
        let mut fields = line.splitn(3, ',');
        let mut node = || fields.next().unwrap().parse().unwrap();
        ((node(), node()), fields.next().unwrap().to_owned())
    };
    text.lines().map(row).collect()
}

#[test]
fn the_changes_applied_to_a_state_give_the_next_one() {
    let Some(oracle) = oracle() else { return };
    let step = Duration::from_secs(10);
    let changes = Options { step, duration: 2 * step, ..TWO_STATES };
    let (out, whole) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let summary = write_quietly(&oracle, out.path(), &changes).unwrap();
    let whole_summary = write_quietly(&oracle, whole.path(), &Options { full: true, ..changes }).unwrap();
    assert_eq!(whole_summary.rows, 2 * 125_500);

    let read = |out: &Path, name: &str| fs::read_to_string(out.join(name)).unwrap();
    assert_eq!(read(out.path(), "fstate_0.txt"), read(whole.path(), "fstate_0.txt"));
    let mut applied = rows(&read(out.path(), "fstate_0.txt"));
    let changed = rows(&read(out.path(), "fstate_10000000000.txt"));
    assert_eq!(summary.rows as usize, applied.len() + changed.len());
    for (key, row) in changed {
        assert_ne!(applied.insert(key, row.clone()), Some(row), "{key:?} is written without a change");
    }
    assert!(applied == rows(&read(whole.path(), "fstate_10000000000.txt")));
    println!("hypatia: {} of 125500 rows change from 0 s to 10 s", summary.rows - 125_500);
}

#[derive(Deserialize)]
struct BadInput {
    file: String,
    /// What is changed; without it the file is removed.
    old: Option<String>,
    #[serde(default)]
    new: String,
    says: String,
}

#[derive(Deserialize)]
struct BadInputs {
    case: Vec<BadInput>,
}

#[test]
fn bad_inputs_are_refused_with_file_line_value_and_what_would_be_accepted() {
    let cases = fs::read_to_string(small().with_file_name("bad.toml")).unwrap();
    let BadInputs { case: cases } = toml::from_str(&cases).unwrap();
    assert!(cases.len() > 20);
    for BadInput { file, old, new, says } in cases {
        let place = tempfile::tempdir().unwrap();
        for input in INPUTS {
            fs::copy(small().join(input), place.path().join(input)).unwrap();
        }
        let path = place.path().join(&file);
        let good = fs::read_to_string(&path).unwrap();
        match old {
            Some(old) => {
                assert!(good.contains(&old), "{file} has no `{old}`");
                fs::write(&path, good.replacen(&old, &new, 1)).unwrap();
            }
            None => fs::remove_file(&path).unwrap(),
        }
        let out = place.path().join("out");
        let refused = write_quietly(place.path(), &out, &TWO_STATES).unwrap_err().to_string();
        let refused = refused.replace(&format!("{}/", place.path().display()), "");
        assert_eq!(refused, says);
        assert!(!out.exists(), "{refused}: yet something was written");
    }
}

#[test]
fn the_table_of_ground_interfaces_may_be_missing() {
    let place = tempfile::tempdir().unwrap();
    for input in &INPUTS[..4] {
        fs::copy(small().join(input), place.path().join(input)).unwrap();
    }
    let out = place.path().join("out");
    write_quietly(place.path(), &out, &TWO_STATES).unwrap();
    let bandwidth = fs::read_to_string(out.join("gsl_if_bandwidth_0.txt")).unwrap();
    assert!(bandwidth.lines().all(|line| line.ends_with(",1.000000")), "{bandwidth}");
}
