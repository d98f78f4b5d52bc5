//! Webhooks: signed, in order, tried again, and sent again.

use crate::desk::Desk;
use serde_json::{Value, json};
use skyweave_server::api::signature;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// What a receiver got: headers and body.
type Got = (BTreeMap<String, String>, String);

/// A receiver that answers with these statuses in turn, and with the last one from then on.
fn receiver(statuses: &'static [u16]) -> (String, Receiver<Got>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let (send, got) = channel();
    std::thread::spawn(move || {
        let mut statuses = statuses.iter().copied().peekable();
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let mut headers = BTreeMap::new();
            let mut line = String::new();
            reader.read_line(&mut line).unwrap();
            loop {
                let mut line = String::new();
                reader.read_line(&mut line).unwrap();
                let Some((name, value)) = line.trim().split_once(": ") else { break };
                headers.insert(name.to_lowercase(), value.to_owned());
            }
            let length = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            let now = *statuses.peek().unwrap();
            if statuses.len() > 1 {
                statuses.next();
            }
            let more = if now == 302 { "location: http://127.0.0.1:1/\r\n" } else { "" };
            let answer = format!("HTTP/1.1 {now} X\r\n{more}content-length: 0\r\nconnection: close\r\n\r\n");
            stream.write_all(answer.as_bytes()).unwrap();
            if send.send((headers, String::from_utf8(body).unwrap())).is_err() {
                break;
            }
        }
    });
    (url, got)
}

const PATIENCE: Duration = Duration::from_mins(1);

fn name_in(got: &Got) -> String {
    let event: Value = serde_json::from_str(&got.1).unwrap();
    event["payload"]["data"]["name"].as_str().unwrap().to_owned()
}

#[test]
fn events_are_sent_in_order_and_signed_and_sent_again_when_asked() {
    let desk = Desk::new();
    let admin = desk.admin();
    let (url, got) = receiver(&[204]);
    admin.make("organizations", &json!({ "name": "too early" }));
    let hook =
        admin.post("/api/v1/webhooks", &json!({ "url": url, "kinds": ["organization"] })).is(201).json();
    let secret = hook["secret"].as_str().unwrap();
    for n in 0..5 {
        admin.make("organizations", &json!({ "name": format!("o {n}") }));
        admin.make("plans", &crate::desk::plan(&format!("p {n}")));
    }
    for n in 0..5 {
        let one = got.recv_timeout(PATIENCE).unwrap();
        assert_eq!(name_in(&one), format!("o {n}"));
        let (headers, body) = &one;
        let time = headers["webhook-timestamp"].parse().unwrap();
        assert_eq!(headers["webhook-signature"], signature(secret, &headers["webhook-id"], time, body));
        assert_ne!(headers["webhook-signature"], signature("whsec_AAAA", &headers["webhook-id"], time, body));
    }
    let path = format!("/api/v1/webhooks/{}", hook["id"].as_str().unwrap());
    let shown = admin.get(&path).is(200);
    assert!(!shown.text.contains(secret), "a secret is shown once");
    admin.post(&format!("{path}/replay"), &json!({ "after": 0 })).is(200);
    let names: Vec<String> = (0..6).map(|_| name_in(&got.recv_timeout(PATIENCE).unwrap())).collect();
    assert_eq!(names, ["too early", "o 0", "o 1", "o 2", "o 3", "o 4"]);
    admin.post(&format!("{path}/replay"), &json!({ "after": 9_999 })).refused(400, "invalid_body");
    // tries are noted after they were made
    let noted =
        || admin.get(&format!("{path}/deliveries")).is(200).json()["results"].as_array().unwrap().len();
    wait_for(|| noted() >= 10);
    admin.delete(&path).is(204);
    admin.get(&path).refused(404, "not_found");
}

#[test]
fn what_failed_is_tried_again_and_nothing_overtakes_it() {
    let desk = Desk::new();
    let admin = desk.admin();
    let (url, got) = receiver(&[500, 302, 200]);
    let hook = admin.post("/api/v1/webhooks", &json!({ "url": url })).is(201).json();
    let path = format!("/api/v1/webhooks/{}", hook["id"].as_str().unwrap());
    admin.make("organizations", &json!({ "name": "one" }));
    admin.make("organizations", &json!({ "name": "two" }));
    assert_eq!(name_in(&got.recv_timeout(PATIENCE).unwrap()), "one");
    wait_for(|| admin.get(&path).json()["failures"] == 1);
    let failed = admin.get(&path).is(200).json();
    assert!(
        failed["last_error"].as_str().unwrap().contains("answered 500") && failed["next_try_s"].is_number(),
        "{failed}"
    );
    // whoever mended the receiver need not wait
    admin.put(&path, &json!({ "paused": false })).is(200);
    assert_eq!(
        name_in(&got.recv_timeout(PATIENCE).unwrap()),
        "one",
        "a redirect is a failure and is not followed"
    );
    wait_for(|| admin.get(&path).json()["failures"] == 1);
    admin.put(&path, &json!({ "paused": false })).is(200);
    assert_eq!(name_in(&got.recv_timeout(PATIENCE).unwrap()), "one");
    assert_eq!(name_in(&got.recv_timeout(PATIENCE).unwrap()), "two");
    admin.put(&path, &json!({ "paused": true })).is(200);
    admin.make("organizations", &json!({ "name": "three" }));
    assert!(got.recv_timeout(Duration::from_secs(3)).is_err(), "it is paused");
}

fn wait_for(mut holds: impl FnMut() -> bool) {
    for _ in 0..600 {
        if holds() {
            return;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("it never came to that");
}

#[test]
fn a_webhook_with_nothing_to_send_writes_nothing() {
    let desk = Desk::new();
    let admin = desk.admin();
    let (url, got) = receiver(&[204]);
    let hook = json!({ "url": url, "kinds": ["plan"] });
    let hook = admin.post("/api/v1/webhooks", &hook).is(201).json();
    let path = format!("/api/v1/webhooks/{}", hook["id"].as_str().unwrap());
    let delivered = || admin.get(&path).json()["delivered"].as_i64().unwrap();
    let before = delivered();
    // of another kind: it is noted that this far there is nothing for it
    admin.make("organizations", &json!({ "name": "one" }));
    wait_for(|| delivered() > before);
    let log = desk.folder.path().join("sky.db-wal");
    let written = || log.metadata().unwrap().modified().unwrap();
    // each write goes into the log; the server's own first minute may bring one or two
    let quiet = (0..5).any(|_| {
        let before = written();
        std::thread::sleep(Duration::from_secs(3));
        written() == before
    });
    assert!(quiet, "something is written all the time");
    admin.make("plans", &crate::desk::plan("p"));
    assert_eq!(name_in(&got.recv_timeout(PATIENCE).unwrap()), "p");
}

#[test]
fn webhooks_of_a_disabled_client_stop() {
    let desk = Desk::new();
    let admin = desk.admin();
    let operator = admin.other(&["operator"], None);
    let (url, got) = receiver(&[204]);
    let hook = operator.post("/api/v1/webhooks", &json!({ "url": url })).is(201).json();
    admin.make("organizations", &json!({ "name": "one" }));
    assert_eq!(name_in(&got.recv_timeout(PATIENCE).unwrap()), "one");
    admin.post(&format!("/api/v1/clients/{}/disable", operator.id), &json!({})).is(200);
    admin.make("organizations", &json!({ "name": "two" }));
    let path = format!("/api/v1/webhooks/{}", hook["id"].as_str().unwrap());
    wait_for(|| admin.get(&path).json()["state"] == "failed");
    assert!(admin.get(&path).json()["last_error"].as_str().unwrap().contains("disabled"));
    assert!(got.try_recv().is_err());
}

#[test]
fn webhooks_are_counted_for_each_account() {
    let desk = Desk::new();
    let admin = desk.admin();
    let ours = crate::desk::books(&admin, "ours");
    let tenant = admin.other(&["operator"], Some(&ours.account));
    let hook = json!({ "url": "http://127.0.0.1:9/" });
    for _ in 0..100 {
        tenant.post("/api/v1/webhooks", &hook).is(201);
    }
    let full = tenant.post("/api/v1/webhooks", &hook).refused(422, "too_many");
    assert!(full["detail"].as_str().unwrap().contains("the account has 100"), "{full}");
    // what others have takes nothing from the service
    admin.post("/api/v1/webhooks", &hook).is(201);
}

#[test]
fn webhooks_lead_where_they_may() {
    let desk = Desk::new();
    let admin = desk.admin();
    for bad in ["ftp://example.net", "https://me:secret@example.net/", "nonsense", ""] {
        admin.post("/api/v1/webhooks", &json!({ "url": bad })).refused(400, "invalid_url");
    }
    admin
        .post("/api/v1/webhooks", &json!({ "url": "https://example.net", "kinds": ["x"] }))
        .refused(400, "invalid_body");
}

#[test]
fn what_is_removed_while_it_is_changed_does_not_come_back() {
    let desk = Desk::new();
    let admin = desk.admin();
    let hook = json!({ "url": "http://127.0.0.1:9/" });
    for _ in 0..10 {
        let made = admin.post("/api/v1/webhooks", &hook).is(201).json();
        let path = format!("/api/v1/webhooks/{}", made["id"].as_str().unwrap());
        std::thread::scope(|scope| {
            let removed = scope.spawn(|| admin.delete(&path).is(204));
            let changed = scope.spawn(|| admin.put(&path, &json!({ "paused": true })).status);
            let replayed =
                scope.spawn(|| admin.post(&format!("{path}/replay"), &json!({ "after": 0 })).status);
            removed.join().unwrap();
            for status in [changed.join().unwrap(), replayed.join().unwrap()] {
                assert!(matches!(status, 200 | 404), "{status}");
            }
        });
        admin.get(&path).refused(404, "not_found");
    }
}
