//! Orders over HTTP, as their people meet them.

use crate::desk::{Answer, Desk, Hand, books};
use serde_json::{Value, json};
use skyweave_proof::document::Document;
use skyweave_proof::json::{from_base64, to_base64};
use skyweave_proof::order::{Approval, Order, Verdict};
use skyweave_server::log::KeyFile;
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_mins(1);

fn key(desk: &Desk, name: &str) -> KeyFile {
    KeyFile::read(&desk.folder.path().join(format!("log/people/{name}.key"))).unwrap()
}

fn spec() -> Value {
    json!({
        "class": "cut", "action": "deactivate", "target": "plan-class", "name": "standard", "requester": "alice",
        "reason": "an exercise", "basis": "section 1",
    })
}

fn payload(order: &Value) -> Vec<u8> {
    from_base64(order["payload"].as_str().unwrap()).unwrap()
}

fn propose(desk: &Desk, hand: &Hand<'_>, order: &Value, name: &str) -> Answer {
    let envelope = Order::parse(&payload(order)).unwrap().to_envelope().signed(&key(desk, name).secret());
    let body = json!({ "envelope": to_base64(&envelope.to_bytes()) });
    hand.post(&format!("/api/v1/orders/{}/propose", order["id"].as_str().unwrap()), &body)
}

fn approve(desk: &Desk, hand: &Hand<'_>, order: &Value, name: &str) -> Answer {
    let word = Approval::of(&payload(order), name, Verdict::Approve).unwrap();
    let envelope = word.to_envelope().signed(&key(desk, name).secret());
    let body = json!({ "envelope": to_base64(&envelope.to_bytes()) });
    hand.post(&format!("/api/v1/orders/{}/approvals", order["id"].as_str().unwrap()), &body)
}

fn wait(what: &str, is_so: impl Fn() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < PATIENCE, "{what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// A restriction that nobody signed for.
#[test]
fn what_an_administrator_enables_alone_has_no_effect() {
    let desk = Desk::with_log();
    let admin = desk.admin();
    let books = books(&admin, "kyiv");
    wait("a first bundle", || admin.get("/api/v1/log").is(200).json()["epoch"] != json!(0));
    let decided = || {
        let asked =
            json!({ "terminal": books.terminal, "latitude_e7": 504_500_000, "longitude_e7": 305_200_000 });
        let verdict = admin.post("/api/v1/decisions", &asked).is(200).json();
        (verdict["table_sha256"].clone(), verdict["outcome"].clone())
    };
    let before = decided();
    let text =
        "@id(\"off\") @reason(\"BLOCKED_AREA\")\nforbid(principal, action == Action::\"serve\", resource);\n";
    let off = admin.make("restrictions", &json!({ "name": "off.cedar", "text": text }));
    admin.post(&format!("/api/v1/restrictions/{off}/enable"), &json!({})).is(200);
    assert_eq!(decided(), before);
    // as an order it takes people
    let mut spec = json!({
        "class": "cut", "action": "activate", "target": "restriction", "name": "off.cedar", "requester": "alice",
        "reason": "an exercise", "basis": "section 1", "expires_s": 1,
    });
    admin.post("/api/v1/orders", &spec).refused(422, "no_order");
    let in_an_hour =
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs() + 3_600;
    spec["expires_s"] = json!(in_an_hour);
    let order = admin.post("/api/v1/orders", &spec).is(201).json();
    propose(&desk, &admin, &order, "bob").refused(422, "refused_by_the_rules");
    propose(&desk, &admin, &order, "alice").is(200);
    propose(&desk, &admin, &order, "alice").refused(422, "refused_by_the_rules");
    approve(&desk, &admin, &order, "alice").refused(422, "refused_by_the_rules");
    assert_eq!(approve(&desk, &admin, &order, "bob").is(200).json()["state"], "proposed");
    approve(&desk, &admin, &order, "bob").refused(422, "refused_by_the_rules");
    assert_eq!(decided(), before);
    approve(&desk, &admin, &order, "carol").is(200);
    approve(&desk, &admin, &order, "dave").is(200);
    let one = format!("/api/v1/orders/{}", order["id"].as_str().unwrap());
    wait("the order in force", || admin.get(&one).is(200).json()["state"] == "in-force");
    let after = decided();
    assert_ne!(after.0, before.0);
    assert_eq!(admin.get("/api/v1/orders").is(200).json()["results"].as_array().unwrap().len(), 1);
    // and everybody can look
    let events = admin.get("/api/v1/events?kind=order&limit=100").is(200).json();
    let names: Vec<&str> = events["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["payload"]["type"].as_str().unwrap())
        .collect();
    for name in ["order.drafted", "order.proposed", "order.approved", "order.in_force"] {
        assert!(names.contains(&name), "{name}: {names:?}");
    }
    let nobody = desk.nobody();
    nobody.get("/log/checkpoint").is(200);
    nobody.get("/log/../sky.db").is(404);
    nobody.get("/log/log.key").is(404);
    let package = nobody.get("/api/v1/bundles/newest?epoch=0").is(200);
    assert!(package.json()["excerpt"]["checkpoint"].as_str().unwrap().contains("aurora.example/orders"));
    nobody.get("/api/v1/bundles/newest?epoch=1000000").is(204);
    let entry = admin.get("/api/v1/log/entries/0").is(200).json();
    assert!(entry["proof"].as_str().unwrap().starts_with("c2sp.org/tlog-proof@v1"));
    admin.get("/api/v1/log/entries/99999").refused(422, "not_accepted");
    let summary = admin.get("/api/v1/log").is(200).json();
    assert_eq!(
        (summary["self_witnessed"].clone(), summary["principals"].as_array().unwrap().len()),
        (json!(true), 4)
    );
    let said =
        nobody.post("/api/v1/acknowledgements", &json!({ "envelopes": [to_base64(b"junk")] })).is(200).json();
    assert_eq!((said["new"].clone(), said["refused"].as_array().unwrap().len()), (json!(0), 1));
}

#[test]
fn what_is_wrong_with_an_order_is_said() {
    let desk = Desk::with_log();
    let admin = desk.admin();
    for (field, value, status, code) in [
        ("class", "slaughter", 400, "invalid_body"),
        ("action", "erase", 400, "invalid_body"),
        ("target", "person", 400, "invalid_body"),
        ("reason", " ", 400, "invalid_body"),
        ("relation", "ends", 400, "invalid_body"),
        ("requester", "mallory", 422, "not_accepted"),
        ("requester", "two words", 422, "no_order"),
        ("name", "no such plan\"", 422, "no_order"),
        ("name", "nothing", 422, "no_order"),
    ] {
        let mut spec = spec();
        spec[field] = json!(value);
        admin.post("/api/v1/orders", &spec).refused(status, code);
    }
    admin.get(&format!("/api/v1/orders/{}", "0".repeat(64))).refused(404, "not_found");
    admin.post("/api/v1/log/entries", &json!({ "envelope": "?" })).refused(400, "invalid_body");
    admin.post("/api/v1/log/entries", &json!({ "envelope": "" })).refused(422, "refused_by_the_rules");
    let plain = Desk::new();
    plain.admin().get("/api/v1/log").refused(404, "no_log");
    plain.admin().get("/api/v1/orders").refused(404, "no_log");
}
