//! Stores and logs that earlier programs left: this one brings them up, and everything is there.
//!
//! `previous/tables-4.tar.gz` has a store as it was before there were orders (version 4 of its tables), `previous/log-5.tar.gz` one of version 5 with
//! the folder of a demonstration's log. Whoever changes tables or the log adds what the program before that leaves behind.

use crate::service::serve;
use crate::support::{Desk, Ran};
use serde_json::Value;
use std::path::PathBuf;
use std::process::Command;

const GENESIS: &str = "e81af6cdc31f6587e174e761df3daa03ef4b5989f2d816bb16efccc54d586fb7";

fn desk_with(archive: &str) -> Desk {
    let desk = Desk::new();
    let archive = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/program/previous").join(archive);
    let unpacked = Command::new("tar").arg("-xzf").arg(archive).current_dir(desk.path("")).status().unwrap();
    assert!(unpacked.success());
    desk
}

#[test]
fn a_store_of_version_4_is_brought_up_with_everything_in_it() {
    let desk = desk_with("tables-4.tar.gz");
    let server = serve(&desk, "--store sqlite:sky.db --new-administrator");
    let terminals = server.json(&desk, &["terminal", "list"]);
    let states: Vec<(&str, &str)> = terminals
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["hardware_key"].as_str().unwrap(), one["state"].as_str().unwrap()))
        .collect();
    assert_eq!(states, [("UT-0001", "active"), ("UT-0002", "registered")]);
    assert_eq!(server.json(&desk, &["account", "list"])[0]["name"], "Ambulances");
    let id = terminals[0]["id"].as_str().unwrap();
    let where_it_is = ["explain", id, "latitude_e7=504500000", "longitude_e7=305200000"];
    assert_eq!(server.json(&desk, &where_it_is)["outcome"], "permitted");
    let events = server.run(&desk, &["events"]);
    assert!(events.succeeded().stdout.contains("terminal.attached"), "{events:?}");
    // and what comes now goes into it
    server.id_of(&desk, &["organization", "create", "name=Second Relief"]);
}

#[test]
fn a_log_goes_on_where_it_was() {
    let desk = desk_with("log-5.tar.gz");
    let tile = desk.path("demo/public/tile/entries/000.p/3");
    let before = std::fs::read(&tile).unwrap();
    let server = serve(&desk, "--store sqlite:sky.db --log demo --new-administrator");
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let get = |path: &str| {
        agent.get(format!("{}{path}", server.url)).call().unwrap().body_mut().read_to_vec().unwrap()
    };
    let checkpoint = String::from_utf8(get("/log/checkpoint")).unwrap();
    let size: u64 = checkpoint.lines().nth(1).unwrap().parse().unwrap();
    assert!(checkpoint.starts_with("demonstration.example/orders\n") && size >= 3, "{checkpoint}");
    assert_eq!(std::fs::read(tile).unwrap(), before);
    let verified = Ran::of(
        desk.command("verify --json --genesis")
            .args([GENESIS, &format!("{}/log", server.url)])
            .output()
            .unwrap(),
    );
    let audit: Value = serde_json::from_str(&verified.succeeded().stdout).unwrap();
    assert_eq!(audit["violations"], serde_json::json!([]), "{audit}");
    assert!(audit["entries"].as_u64() >= Some(3), "{audit}");
    assert_eq!(server.json(&desk, &["account", "list"])[0]["name"], "Ambulances");
}
