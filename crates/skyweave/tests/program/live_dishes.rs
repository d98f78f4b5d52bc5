//! Dishes within `skyweave up`: public clients read them, and what they say is what slots and service say.

use crate::dish::{MORE_SITES, asked, clients, near};
use crate::support::{Desk, FEW};
use crate::up::{Running, up};
use serde_json::{Value, json};
use skyweave_server::live::format::decode;
use std::time::{Duration, Instant};

/// A site that the service knows.
const CUSTOMER: &str = r#"
[[sites]]
name = "CUSTOMER-1"
latitude_deg = 50.30
longitude_deg = 30.70
"#;

fn made(running: &Running, path: &str, what: &Value) -> String {
    let headers = [("origin", running.url.as_str())];
    let answer = running.send("POST", &format!("/api/v1/{path}"), Some(what.to_string()), &headers).is(201);
    answer.json()["id"].as_str().unwrap().to_owned()
}

/// Where the dishes are, by what is said of them.
fn address(running: &Running, of: &str) -> String {
    let line = running.said.lines().find(|line| line.contains(of)).unwrap();
    line.rsplit(' ').next().unwrap().to_owned()
}

#[test]
#[ignore = "on the clock: cargo xtask soak apart"]
fn clients_read_dishes_of_the_network_that_runs() {
    let desk = Desk::new();
    let Some(clients) = clients() else { return };
    let many = FEW.replace("planes = 6", "planes = 36").replace("per_plane = 10", "per_plane = 20");
    std::fs::write(desk.path("many.toml"), many + MORE_SITES + CUSTOMER).unwrap();
    let dishes = ["kyiv", "pole", "blocked"].map(|name| format!("--dish {name}=127.0.0.1:0")).join(" ");
    let words =
        "up many.toml --at 2026-05-20T13:00:12Z --store sqlite:sky.db --dishes 127.0.0.1:0 --dish-boot 10ms";
    let running = up(&desk, &format!("{words} {dishes}"));

    // a customer without a service line, whose terminal is the listed one
    let organization = made(&running, "organizations", &json!({ "name": "Relief" }));
    let account = made(&running, "accounts", &json!({ "name": "Ambulances", "organization": organization }));
    made(&running, "user-terminals", &json!({ "hardware_key": "CUSTOMER-1", "account": account }));
    let began = Instant::now();
    let known = loop {
        let world = running.get("/api/v1/live/world").json();
        let listed = world["terminals"].as_array().unwrap();
        let of = |name: &str| listed.iter().find(|one| one["name"] == name).unwrap()["account"].clone();
        if !of("CUSTOMER-1").is_null() || began.elapsed() > Duration::from_mins(1) {
            assert_eq!(of("kyiv"), Value::Null);
            break of("CUSTOMER-1");
        }
        std::thread::sleep(Duration::from_millis(200));
    };
    assert_eq!(known, account);
    // a dish is told when a slot begins
    running.wait_for(running.current() + 1);

    let mut addresses: Vec<String> =
        ["kyiv", "pole", "blocked"].map(|name| address(&running, &format!("the dish of {name}:"))).into();
    addresses.push(address(&running, "dishes, by target_id:"));
    addresses.extend(["CUSTOMER-1", "kyiv", "blocked"].map(ToOwned::to_owned));
    let told = asked(&desk, &clients, &addresses);

    let served = &told["served"];
    assert_eq!(served["status"]["state"], "CONNECTED", "{served:#}");
    assert_eq!((&served["disablement_code"], &served["location"]["latitude"]), (&1.into(), &Value::Null));
    assert!(equals_a_slot(&running, &served["status"]), "{served:#}");
    let unreached = &told["unreached"];
    assert_eq!(unreached["status"]["state"], "NO_SATS", "{unreached:#}");
    assert_eq!(unreached["status"]["pop_ping_drop_rate"], 1.0);
    let refused = &told["refused"];
    assert_eq!(
        (&refused["status"]["state"], &refused["disablement_code"]),
        (&"SEARCHING".into(), &16.into())
    );
    assert_eq!(refused["alerts"]["alert_unexpected_location"], true);
    let steered = &told["steered"];
    near(&steered["location"]["latitude"], 50.45);
    assert_eq!((&steered["stowed"], &steered["unstowed"]), (&"STOWED".into(), &"CONNECTED".into()));
    assert_eq!((&steered["booted"], &told["boots"]), (&"CONNECTED".into(), &2.into()));
    // NO_ACTIVE_ACCOUNT by the service: the terminal has no line; `id` is the first of them once more
    assert_eq!(
        told["behind_one"],
        json!({ "CUSTOMER-1": 2, "kyiv": 1, "blocked": 16, "": "NOT_FOUND", "id": 2 })
    );
}

/// Whether the numbers of a dish are those of its terminal, the first one, in one of the slots that are kept.
fn equals_a_slot(running: &Running, status: &Value) -> bool {
    let slots = running.get("/api/v1/live/slots").json();
    let range = slots["first"].as_i64().unwrap()..=slots["current"].as_i64().unwrap();
    range.rev().take(20).any(|no| {
        let slot = running.send("GET", &format!("/api/v1/live/slots/{no}"), None, &[]);
        let Ok((header, _)) = decode(&slot.body) else { return false };
        let terminal = &header.terminals[0];
        // slots round to a thousandth
        let is = |name: &str, expected: f64, unit: f64| {
            (status[name].as_f64().unwrap() / unit - expected).abs() <= 0.001 + expected.abs() * 1e-6
        };
        is("downlink_throughput_bps", terminal.down_mbps, 1e6)
            && is("uplink_throughput_bps", terminal.up_mbps, 1e6)
            && is("pop_ping_latency_ms", terminal.rtt_ms.unwrap_or_default(), 1.0)
    })
}

#[test]
fn a_dish_that_cannot_be_is_refused_in_a_line() {
    let desk = Desk::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let up = "up few.toml --store sqlite:sky.db --listen 127.0.0.1:0";
    desk.run(&format!("{up} --dish kyiv={address}"))
        .refused(&[&format!("cannot listen at {address}"), "--dish"]);
    desk.run(&format!("{up} --dishes {address}")).refused(&["--dishes"]);
    desk.run(&format!("{up} --dish kyiv=127.0.0.1:0 --dish-boot 9h"))
        .refused(&["--dish-boot: `9h`", "up to `1h`"]);
    let ran = desk.run(&format!("{up} --dish kyiv"));
    assert!(ran.code == Some(2) && ran.stderr.contains("kyiv=127.0.0.1:9200"), "{ran:?}");
    // the world is there before names are looked up
    let ran = desk.run(&format!("{up} --dish lima=127.0.0.1:0"));
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.said().contains("noterminaliscalled`lima`") && ran.said().contains("kyiv"), "{ran:?}");
}
