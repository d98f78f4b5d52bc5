//! The shipped scenarios give the results that are committed beside them, on any machine and number of threads.
//!
//! `SKYWEAVE_UPDATE=1` rewrites the expected results. The hour-long ones take minutes: they run when
//! `SKYWEAVE_SOAK_SECONDS` allows for it, and their first five minutes always do. Those in `fleet` are rehearsals (`skyweave rehearse`).

use serde_json::Value;
use skyweave_io::summary::{Site, Summary};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Name of the expected result, the scenario, what is changed in it, and the seconds that a proof must have for it.
const CASES: [(&str, &str, &[&str], u64); 15] = [
    ("fleet/allow-list", "fleet/allow-list", &[], 0),
    ("fleet/diverted-jammed", "fleet/diverted", &[JAMMED], 0),
    ("fleet/diverted", "fleet/diverted", &[], 600),
    ("quickstart", "quickstart", &[], 0),
    ("kyiv-blackout", "kyiv-blackout", &[], 120),
    ("kyiv-blackout-no-lasers", "kyiv-blackout", &["lasers.pattern=none"], 300),
    ("territory-off", "territory-off", &[], 60),
    ("excluded-area", "excluded-area", &[], 60),
    ("speed-limit", "speed-limit", &[], 60),
    ("storm", "storm", &[], 120),
    ("storm-no-diversity", "storm", &["feeder.diversity=false"], 300),
    ("world-5min", "world", &["time.duration=5min"], 120),
    ("no-lasers-5min", "no-lasers", &["time.duration=5min"], 300),
    ("world", "world", &[], 1_200),
    ("no-lasers", "no-lasers", &[], 1_200),
];
/// One kind of positions of the five that take some twenty seconds, for all terminals.
const JAMMED: &str = "diverted.positions=[{ noise = 'jammed', every = '1h' }]";
/// What is run where nobody says how long a proof may take.
const USUAL_SECONDS: u64 = 120;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn expected(name: &str) -> PathBuf {
    root().join("scenarios/expected").join(format!("{name}.json"))
}

fn result(scenario: &str, settings: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_skyweave"));
    let verb = if scenario.starts_with("fleet/") { "rehearse" } else { "run" };
    command.args([verb, "--quiet", "--json"]).arg(root().join(format!("scenarios/{scenario}.toml")));
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
        let found = result(scenario, settings);
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

fn site<'a>(summary: &'a Summary, name: &str) -> &'a Site {
    summary.sites.iter().find(|site| site.name == name).unwrap()
}

/// No beams where the service is not activated, neighbours as ever, and from the activation on everybody.
#[test]
fn a_territory_is_off_and_then_on() {
    let summary = read("territory-off");
    let [off, on] = &summary.acts[..] else { panic!("two acts") };
    assert!(
        off.terminals_refused > 59_000.0 && on.terminals_refused < 0.02 * off.terminals_refused,
        "{summary:?}"
    );
    assert!(on.terminals_asking > off.terminals_asking + 59_000.0);
    // a beam that is lit for Japan's islands or the Philippines' may reach over the edge, and little more
    assert!(off.terminals_refused_under_beams < 0.05 * off.terminals_refused);
    // what it takes: some more satellites, no gateway that was not there, and lasers to those that are
    let (before, after) = (off.takes.unwrap(), on.takes.unwrap());
    assert!(after.satellites > before.satellites && after.gateways < before.gateways + 1.0, "{after:?}");
    assert!(after.terminals_over_lasers > before.terminals_over_lasers + 40_000.0, "{after:?}");
    for name in ["taipei", "kaohsiung"] {
        let site = site(&summary, name);
        assert_eq!(site.main_outage.as_deref(), Some("BLOCKED_COUNTRY"));
        // ten of twenty minutes, to the slot
        assert!((0.45..=0.5).contains(&site.served_share) && site.longest_outage_s == 600.0, "{site:?}");
    }
    for name in ["ishigaki", "laoag"] {
        assert!(site(&summary, name).served_share > 0.99);
    }
}

/// The edge of an excluded area is exact for a terminal that crosses it, to the slot.
#[test]
fn a_vessel_loses_service_at_the_edge_and_gets_it_back() {
    let summary = read("excluded-area");
    let vessel = site(&summary, "vessel");
    assert_eq!(vessel.main_outage.as_deref(), Some("BLOCKED_AREA"));
    // it crosses the edge, at 32.138 deg east, after 12.4 min and again after 33.6 min
    assert!((vessel.longest_outage_s - 21.2 * 60.0).abs() <= 15.0, "{vessel:?}");
    assert_eq!(site(&summary, "sevastopol").main_outage.as_deref(), Some("BLOCKED_AREA"));
    assert_eq!(site(&summary, "sevastopol").served_share, 0.0);
    for name in ["kherson", "lighthouse on Snake Island"] {
        assert!(site(&summary, name).served_share > 0.99);
    }
}

#[test]
fn whoever_is_too_fast_is_refused_and_nobody_else() {
    let summary = read("speed-limit");
    let drone = site(&summary, "drone");
    assert_eq!((drone.served_share, drone.main_outage.as_deref()), (0.0, Some("MOVING_TOO_FAST_FOR_POLICY")));
    for name in ["house", "car", "ambulance", "train"] {
        assert!(site(&summary, name).served_share > 0.99, "{name}");
    }
}

/// Of a rehearsal: all of the five kinds of positions, and the one that the usual tests run.
#[test]
fn diverted_terminals_are_found_and_those_who_live_at_the_front_left_alone() {
    let rehearsed = |name: &str| -> Value {
        serde_json::from_str(&std::fs::read_to_string(expected(name)).unwrap()).unwrap()
    };
    let all = rehearsed("fleet/diverted");
    let rows = all["diverted"]["results"].as_array().unwrap();
    assert_eq!(rows.len(), 5);
    for (row, least_recall) in rows.iter().zip([0.98, 0.98, 0.98, 0.98, 0.7]) {
        assert_eq!(
            (&row["lives"]["diverted"]["terminals"], &row["wrongly_called"]),
            (&300.into(), &0.into())
        );
        assert!(row["recall"].as_f64() >= Some(least_recall), "{row}");
        let dwellers = &row["lives"]["border_dweller"];
        assert_eq!((&dwellers["terminals"], &dwellers["diverted"]), (&200.into(), &0.into()));
    }
    assert_eq!(rehearsed("fleet/diverted-jammed")["diverted"]["results"][0], rows[2]);
    let list = &rehearsed("fleet/allow-list")["allow_list"]["results"];
    assert_eq!((&list["missing"], &list["wrongful_named"]), (&150.into(), &0.into()));
    assert!(list["recall"].as_f64() >= Some(0.75) && list["recall_with_looked_at"].as_f64() >= Some(0.95));
}
