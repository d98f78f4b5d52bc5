//! The shipped scenarios give the results that are committed beside them, on any machine and number of threads.
//!
//! `SKYWEAVE_UPDATE=1` rewrites the expected results. The hour-long ones take minutes: they run when
//! `SKYWEAVE_SOAK_SECONDS` allows for it, and their first five minutes always do.
#![expect(clippy::unwrap_used, reason = "a test may stop where it stands")]

use skyweave_io::summary::Summary;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Name of the expected result, the scenario, what is changed in it, and the seconds that a proof must have for it.
const CASES: [(&str, &str, &[&str], u64); 9] = [
    ("quickstart", "quickstart", &[], 0),
    ("kyiv-blackout", "kyiv-blackout", &[], 120),
    ("kyiv-blackout-no-lasers", "kyiv-blackout", &["lasers.pattern=none"], 120),
    ("storm", "storm", &[], 120),
    ("storm-no-diversity", "storm", &["feeder.diversity=false"], 120),
    ("world-5min", "world", &["time.duration=5min"], 120),
    ("no-lasers-5min", "no-lasers", &["time.duration=5min"], 120),
    ("world", "world", &[], 1_200),
    ("no-lasers", "no-lasers", &[], 1_200),
];
/// What is run where nobody says how long a proof may take.
const USUAL_SECONDS: u64 = 120;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn expected(name: &str) -> PathBuf {
    root().join("scenarios/expected").join(format!("{name}.json"))
}

fn summary(scenario: &str, settings: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_skyweave"));
    command.args(["run", "--quiet", "--json"]).arg(root().join(format!("scenarios/{scenario}.toml")));
    for setting in settings {
        command.args(["--set", setting]);
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{scenario}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn read(name: &str) -> Summary {
    serde_json::from_str(&std::fs::read_to_string(expected(name)).unwrap()).unwrap()
}

#[test]
fn every_scenario_gives_its_committed_result() {
    let seconds = std::env::var("SKYWEAVE_SOAK_SECONDS").ok().and_then(|s| s.parse().ok());
    let update = std::env::var_os("SKYWEAVE_UPDATE").is_some();
    let (mut equal, mut left_out) = (0, 0);
    for (name, scenario, settings, needs) in CASES {
        if needs > seconds.unwrap_or(USUAL_SECONDS) {
            left_out += 1;
            continue;
        }
        let found = summary(scenario, settings);
        if update {
            std::fs::write(expected(name), &found).unwrap();
        }
        let committed = std::fs::read_to_string(expected(name)).unwrap();
        assert!(found == committed, "{name} differs from scenarios/expected/{name}.json:\n{found}");
        equal += 1;
    }
    println!("soak: scenarios: {equal} results as committed, {left_out} left out for want of time");
}

/// What the scenario is there to show: with lasers service goes on through everything, without them it is lost.
#[test]
fn kyiv_is_served_through_lasers_and_not_without() {
    let (with, without) = (read("kyiv-blackout"), read("kyiv-blackout-no-lasers"));
    assert_eq!(with.acts.len(), 4);
    assert!(with.acts.iter().all(|act| act.served_share > 0.999));
    assert!(without.acts[0].served_share > 0.98 && without.acts[3].served_share < 0.75);
    let kharkiv = |summary: &Summary| summary.sites.iter().find(|s| s.name == "kharkiv").unwrap().clone();
    assert_eq!(kharkiv(&with).longest_outage_s, 0.0);
    assert!(kharkiv(&without).longest_outage_s >= 300.0 && kharkiv(&without).served_share < 0.8);
    // act one: demand multiplies and a share goes dark
    let (start, one) = (&with.acts[0], &with.acts[1]);
    assert!(one.offered_down_bps > 1.3 * start.offered_down_bps && one.terminals_dark > 10_000.0);
    // acts two and three: addresses move, round trips grow
    assert!(with.acts[2].terminals_moved_pop > 10_000.0);
    assert!(with.acts[3].terminals_moved_pop > with.acts[2].terminals_moved_pop);
    assert!(with.acts[3].rtt_p95_ms > with.acts[0].rtt_p95_ms);
}
