//! Virtual dishes: public clients of real ones read them, and mistakes are told in a line.

use crate::support::{Desk, FEW, Ran};
use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

pub const MORE_SITES: &str = r#"
[[sites]]
name = "pole"
latitude_deg = -89.0
longitude_deg = 0.0

[[sites]]
name = "blocked"
latitude_deg = 50.40
longitude_deg = 30.60
refused = "BLOCKED_AREA"
"#;

/// Longer than any of this takes, so that the slot is still the first: the clock hardly moves.
const SLOWLY: &str = "--speed 0.01";

fn desk() -> Desk {
    let desk = Desk::new();
    let many = FEW.replace("planes = 6", "planes = 36").replace("per_plane = 10", "per_plane = 20");
    fs::write(desk.path("many.toml"), many + MORE_SITES).unwrap();
    desk
}

/// Dishes that are there until this is dropped.
struct Dishes {
    child: Child,
    addresses: Vec<String>,
}

impl Drop for Dishes {
    fn drop(&mut self) {
        // it may have ended by itself
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn dishes(desk: &Desk, arguments: &str) -> Dishes {
    let mut command = desk.command(&format!("dish -s many.toml --listen 127.0.0.1:0 {arguments}"));
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap();
    let mut addresses = Vec::new();
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        if line.starts_with("Ctrl-C") {
            break;
        }
        addresses
            .extend(line.split_whitespace().find(|word| word.starts_with("127.0.0.1:")).map(str::to_owned));
    }
    assert!(!addresses.is_empty(), "it does not listen");
    Dishes { child, addresses }
}

/// Where the public clients are that `cargo xtask setup` installs; nothing, said in a line, where they are not.
pub fn clients() -> Option<PathBuf> {
    let folder = std::env::var_os("SKYWEAVE_DISH_CLIENTS").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../target/dish-clients"),
        PathBuf::from,
    );
    let there = Command::new("python3")
        .args(["-c", "import starlink_grpc"])
        .env("PYTHONPATH", &folder)
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if !there {
        eprintln!(
            "dish: skipped, no starlink-grpc-core in {}; `cargo xtask setup` installs it",
            folder.display()
        );
    }
    there.then_some(folder)
}

/// What the script of the clients says of dishes at these addresses.
pub fn asked(desk: &Desk, clients: &PathBuf, addresses: &[String]) -> Value {
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/program/dish_client.py");
    let mut command = Command::new("python3");
    command.arg(script).args(addresses).env("PYTHONPATH", clients).current_dir(desk.path("tmp"));
    let ran = Ran::of(command.output().unwrap());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    serde_json::from_str(&ran.stdout).unwrap()
}

pub fn near(found: &Value, expected: f64) {
    let found = found.as_f64().unwrap();
    // the interface has single precision, the table decimals
    assert!((found - expected).abs() <= expected.abs() * 1e-3, "{found} is not {expected}");
}

#[test]
fn unmodified_clients_read_dishes() {
    let desk = desk();
    let Some(clients) = clients() else { return };
    let dishes = dishes(&desk, &format!("--terminal kyiv,pole,blocked {SLOWLY} --boot 10ms"));
    let told = asked(&desk, &clients, &dishes.addresses);

    let served = &told["served"];
    assert_eq!(served["status"]["state"], "CONNECTED", "{served:#}");
    assert_eq!(served["status"]["id"], "ut-skyweave-kyiv");
    assert_eq!(served["location"]["latitude"], Value::Null, "it does not tell where it is");
    assert_eq!(served["disablement_code"], 1);
    assert_eq!(served["map"][0], 123);
    assert_eq!(served["map"][1], 123);
    assert_eq!(served["status"]["alerts"], 0);

    // the same slot as `skyweave run` writes it
    desk.run("run many.toml -o out --format csv --set time.duration=2min --quiet").succeeded();
    let [rtt, down, up] = first_slot_of_kyiv(&desk);
    near(&served["status"]["pop_ping_latency_ms"], rtt);
    near(&served["status"]["downlink_throughput_bps"], down);
    near(&served["status"]["uplink_throughput_bps"], up);

    let unreached = &told["unreached"];
    assert_eq!(unreached["status"]["state"], "NO_SATS", "{unreached:#}");
    assert_eq!(unreached["status"]["pop_ping_drop_rate"], 1.0);
    assert_eq!(unreached["outages"], serde_json::json!([5]));

    let refused = &told["refused"];
    // what the client calls a cause of NO_SCHEDULE
    assert_eq!(refused["status"]["state"], "SEARCHING", "{refused:#}");
    assert_eq!(refused["disablement_code"], 16);
    assert_eq!(refused["alerts"]["alert_unexpected_location"], true);

    let steered = &told["steered"];
    near(&steered["location"]["latitude"], 50.45);
    assert_eq!(steered["sleep"], serde_json::json!([60, 30, true]));
    assert_eq!(steered["gps"], false);
    assert_eq!((&steered["stowed"], &steered["unstowed"]), (&"STOWED".into(), &"CONNECTED".into()));
    assert_eq!(steered["reset"], true);
    assert_eq!((&steered["rebooted"], &steered["booted"]), (&"BOOTING".into(), &"CONNECTED".into()));
    assert_eq!(steered["unknown"], "UNIMPLEMENTED");

    if let Some(other) = told["other"].as_object() {
        assert_eq!(other["id"], served["status"]["id"]);
        assert_eq!(other["down"], served["status"]["downlink_throughput_bps"]);
        assert_eq!(other["latency"], served["status"]["pop_ping_latency_ms"]);
        near(&other["latitude"], 50.45);
    }
}

#[test]
fn clients_read_history_and_a_map_that_grows() {
    let desk = desk();
    let Some(clients) = clients() else { return };
    let dishes = dishes(&desk, "--terminal kyiv,pole,blocked --speed 60 --boot 10s --location");
    // so long until a history of a slot and more is there
    std::thread::sleep(std::time::Duration::from_secs(1));
    let told = asked(&desk, &clients, &dishes.addresses);
    let served = &told["served"];
    assert!(served["samples"].as_u64().unwrap() > 20, "{served:#}");
    assert!(served["valid_s"].as_f64().unwrap() > 5.0, "{served:#}");
    assert!(served["map"][2].as_array().unwrap().contains(&1.0.into()), "{served:#}");
    near(&served["location"]["longitude"], 30.52);
    let unreached = &told["unreached"];
    assert_eq!(unreached["total_ping_drop"], unreached["samples"].as_f64().unwrap());
}

/// Round trip, ms; rates, bit/s.
fn first_slot_of_kyiv(desk: &Desk) -> [f64; 3] {
    let folder = desk.path("out").join("sites");
    let file =
        crate::support::files(&folder).into_keys().find(|path| path.extension().is_some_and(|e| e == "csv"));
    let text = fs::read_to_string(folder.join(file.unwrap())).unwrap();
    let mut lines = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let names = lines.next().unwrap();
    let column = |name: &str| names.iter().position(|one| *one == name).unwrap();
    let row = lines.find(|row| row.contains(&"kyiv")).unwrap();
    ["rtt_ms", "down_bps", "up_bps"].map(|name| row[column(name)].parse().unwrap())
}

#[test]
fn mistakes_are_told_in_a_line() {
    let desk = desk();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    desk.run(&format!("dish -s many.toml --terminal kyiv --listen {address}"))
        .refused(&[&format!("cannot listen at {address}"), "--listen"]);
    desk.run("dish -s many.toml --terminal lima").refused(&["called `lima`", "kyiv"]);
    desk.run("dish -s many.toml --terminal kyiv,kyiv --listen 127.0.0.1:0").refused(&["named twice"]);
    desk.run("dish -s many.toml --terminal kyiv,quito --listen 127.0.0.1:65535").refused(&["up to 65536"]);
    desk.run("dish -s many.toml --terminal kyiv --at 2026-05-21T00:00:00Z")
        .refused(&["is not in the time of"]);
    desk.run("dish -s many.toml --terminal kyiv --at noon").refused(&["`noon` is no instant"]);
    desk.run("dish -s many.toml --terminal kyiv --boot 9h").refused(&["up to `1h`"]);
    desk.run("dish -s nowhere.toml --terminal kyiv").refused(&["nowhere.toml"]);
    for arguments in
        ["", "--all --terminal kyiv", "--terminal kyiv --speed 0", "--terminal kyiv --listen dish"]
    {
        let ran = desk.run(&format!("dish -s many.toml {arguments}"));
        assert!(ran.code == Some(2) && ran.stdout.is_empty(), "{arguments}: {ran:?}");
    }
}

#[test]
fn a_dish_is_beside_a_shell_where_clients_look_for_it() {
    let desk = desk();
    let script = "exec 3<>/dev/tcp/192.168.100.1/9201 && printf 'GET / HTTP/1.1\\r\\nhost: x\\r\\nconnection: close\\r\\n\\r\\n' >&3 \
                  && timeout 20 head -n1 <&3";
    let mut command = desk.command("shell -s many.toml --terminal kyiv -q -- bash -c");
    let ran = Ran::of(command.arg(script).env("XDG_RUNTIME_DIR", desk.path("tmp")).output().unwrap());
    if ran.code == Some(1) && ["namespace", "/dev/net/tun"].iter().any(|what| ran.stderr.contains(what)) {
        eprintln!("dish: skipped, {}", ran.stderr.trim());
        return;
    }
    assert!(ran.stdout.starts_with("HTTP/1.1 "), "{ran:?}");
    let Some(clients) = clients() else { return };
    let script = "import starlink_grpc, sys; sys.stdout.write(starlink_grpc.status_data()[0]['state'])";
    let mut command = desk.command("shell -s many.toml --terminal kyiv -q -- python3 -c");
    let ran = Ran::of(
        command
            .arg(script)
            .env("XDG_RUNTIME_DIR", desk.path("tmp"))
            .env("PYTHONPATH", clients)
            .output()
            .unwrap(),
    );
    assert_eq!(ran.stdout, "CONNECTED", "{ran:?}");
}
