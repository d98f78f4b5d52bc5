//! Telemetry: taken once, read until it is acknowledged.

use crate::desk::{Desk, books};
use serde_json::{Value, json};
use skyweave_server::clock::now_ns;

const SLOT_NS: i64 = 15_000_000_000;

fn row(terminal: &str, slots_ago: i64) -> Value {
    // not at the very edge of what is kept
    json!({
        "UtcTimestampNs": now_ns() / SLOT_NS * SLOT_NS - slots_ago * SLOT_NS, "DeviceId": terminal, "DownlinkThroughput": 120.5,
        "PingDropRateAvg": 0.01, "H3CellId": "85283473fffffff", "ActiveAlert": ["roaming"],
    })
}

#[test]
fn a_reader_loses_nothing_and_moves_on_when_it_says_so() {
    let desk = Desk::new();
    let admin = desk.admin();
    let books = books(&admin, "kyiv");
    let rows: Vec<Value> = (0..10).rev().map(|ago| row(&books.terminal, ago)).collect();
    let received = admin.post("/api/v1/telemetry", &json!({ "rows": rows })).is(200).json();
    assert_eq!(received, json!({ "accepted": 10, "known": 0 }));
    let again = admin.post("/api/v1/telemetry", &json!({ "rows": rows })).is(200).json();
    assert_eq!(again, json!({ "accepted": 0, "known": 10 }));

    let read = |wanted: &Value| admin.post("/api/v1/telemetry/stream", wanted).is(200).json();
    let first = read(&json!({ "batchSize": 4, "maxLingerMs": 0 }));
    assert_eq!((first["rows"].as_array().unwrap().len(), &first["more"]), (4, &json!(true)));
    assert_eq!(first["rows"][0], rows[0]);
    // a reader that crashed gets the same rows again
    assert_eq!(read(&json!({ "batchSize": 4 }))["rows"], first["rows"]);
    let cursor = first["cursor"].clone();
    admin.post("/api/v1/telemetry/ack", &json!({ "cursor": cursor })).is(204);
    let rest = read(&json!({}));
    assert_eq!((rest["rows"].as_array().unwrap().len(), &rest["more"]), (6, &json!(false)));
    assert_eq!(rest["rows"][0], rows[4]);
    // another reader of the same client has a place of its own
    assert_eq!(read(&json!({ "reader": "other" }))["rows"].as_array().unwrap().len(), 10);
    admin.post("/api/v1/telemetry/ack", &json!({ "cursor": "0" })).is(204);
    assert_eq!(read(&json!({}))["rows"].as_array().unwrap().len(), 6, "it does not go back");
    admin.post("/api/v1/telemetry/ack", &json!({ "cursor": "999999" })).refused(400, "invalid_cursor");
    let seen = admin.get("/api/v1/user-terminals?cell=8428347ffffffff").is(200).json();
    assert_eq!(seen["results"][0]["id"], books.terminal);
}

#[test]
fn a_reader_waits_for_rows() {
    let desk = Desk::new();
    let admin = desk.admin();
    let books = books(&admin, "kyiv");
    let waited = std::thread::scope(|scope| {
        let reading = scope.spawn(|| {
            admin.post("/api/v1/telemetry/stream", &json!({ "maxLingerMs": 20_000 })).is(200).json()
        });
        std::thread::sleep(std::time::Duration::from_millis(300));
        desk.admin().post("/api/v1/telemetry", &json!({ "rows": [row(&books.terminal, 0)] })).is(200);
        reading.join().unwrap()
    });
    assert_eq!(waited["rows"].as_array().unwrap().len(), 1);
}

#[test]
fn rows_that_are_not_right_are_refused_with_their_numbers() {
    let desk = Desk::new();
    let admin = desk.admin();
    let (ours, theirs) = (books(&admin, "ours"), books(&admin, "theirs"));
    let dish = json!({ "name": "dish", "roles": ["terminal"], "terminal": ours.terminal });
    let dish = admin.post("/api/v1/clients", &dish).is(201).json();
    let dish = desk.hand(dish["id"].as_str().unwrap(), dish["client_secret"].as_str().unwrap());
    dish.post("/api/v1/telemetry", &json!({ "rows": [row(&ours.terminal, 0)] })).is(200);
    let with = |field: &str, value: Value| {
        let mut row = row(&ours.terminal, 1);
        row[field] = value;
        row
    };
    for (bad, field) in [
        (row(&theirs.terminal, 1), "DeviceId"),
        (row("ut_none", 1), "DeviceId"),
        (row(&ours.terminal, -30), "UtcTimestampNs"),
        (row(&ours.terminal, 4 * 60 * 8 + 10), "UtcTimestampNs"),
        (with("SignalQuality", json!(1.5)), "SignalQuality"),
        (with("DownlinkThroughput", json!(-1)), "DownlinkThroughput"),
        (with("RunningSoftwareVersion", json!("v".repeat(65))), "RunningSoftwareVersion"),
        (with("CountryCode", json!("c".repeat(65))), "CountryCode"),
        (with("ActiveAlert", json!(vec!["a"; 17])), "ActiveAlert"),
        (with("ActiveAlert", json!(["a".repeat(65)])), "ActiveAlert"),
        (with("H3CellId", json!("nonsense")), "H3CellId"),
        (with("H3CellId", json!("8428347ffffffff")), "H3CellId"),
    ] {
        let rows = json!({ "rows": [row(&ours.terminal, 2), bad] });
        let problem = dish.post("/api/v1/telemetry", &rows).refused(422, "rows_refused");
        assert_eq!(
            (&problem["refusals"][0]["row"], &problem["refusals"][0]["field"]),
            (&json!(1), &json!(field)),
            "{problem}"
        );
    }
    dish.post("/api/v1/telemetry", &json!({ "rows": [with("NoSuchField", json!(1))] }))
        .refused(400, "invalid_body");
    let many: Vec<Value> = (0..1_001).map(|ago| row(&ours.terminal, ago)).collect();
    dish.post("/api/v1/telemetry", &json!({ "rows": many })).refused(422, "too_many");
    let read = admin.post("/api/v1/telemetry/stream", &json!({})).is(200).json();
    assert_eq!(read["rows"].as_array().unwrap().len(), 1, "half of a request was taken");
    let them = admin.other(&["viewer"], Some(&theirs.account));
    assert_eq!(them.post("/api/v1/telemetry/stream", &json!({})).is(200).json()["rows"], json!([]));
}
