//! What is sent twice is done once.

use crate::desk::Desk;
use serde_json::json;

#[test]
fn the_same_request_with_the_same_key_gets_the_same_answer() {
    let desk = Desk::new();
    let admin = desk.admin();
    let make = |name: &str, key: &str| {
        admin.post_with("/api/v1/organizations", &json!({ "name": name }), &[("idempotency-key", key)])
    };
    let first = make("One", "a").is(201);
    let again = make("One", "a").is(201);
    assert_eq!(
        (&first.text, first.header("etag"), first.header("location")),
        (&again.text, again.header("etag"), again.header("location"))
    );
    assert_eq!((first.header("idempotency-replayed"), again.header("idempotency-replayed")), ("", "true"));
    assert_eq!(admin.get("/api/v1/organizations?count=true").json()["total"], 1);
    make("Two", "a").refused(422, "idempotency_key_reused");
    make("One", "b").refused(409, "name_taken");
    // a refusal is not kept: what stood in the way may be gone
    make("Three", "b").is(201);
    let other = admin.other(&["operator"], None);
    other.post_with("/api/v1/organizations", &json!({ "name": "Two" }), &[("idempotency-key", "a")]).is(201);
    make("Four", "").refused(400, "invalid_idempotency_key");
    make("Four", &"k".repeat(256)).refused(400, "invalid_idempotency_key");
    let webhook = json!({ "url": "http://127.0.0.1:9/" });
    admin
        .post_with("/api/v1/webhooks", &webhook, &[("idempotency-key", "c")])
        .refused(400, "idempotency_key_not_taken");
}

#[test]
fn the_same_request_at_the_same_time_is_done_once() {
    let desk = Desk::new();
    let admin = desk.admin();
    for round in 0..5 {
        let key = format!("round {round}");
        let body = json!({ "name": key });
        let answers: Vec<_> = std::thread::scope(|scope| {
            let sent: Vec<_> = (0..8)
                .map(|_| {
                    scope.spawn(|| {
                        let answer =
                            admin.post_with("/api/v1/organizations", &body, &[("idempotency-key", &key)]);
                        assert_eq!(answer.status, 201, "{}", answer.text);
                        answer.text
                    })
                })
                .collect();
            sent.into_iter().map(|one| one.join().unwrap()).collect()
        });
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    }
    assert_eq!(admin.get("/api/v1/organizations?count=true").json()["total"], 5);
}

#[test]
fn whatever_it_is_refused_for_the_same_request_gets_the_same_answer() {
    let desk = Desk::new();
    let admin = desk.admin();
    let id = admin.make("organizations", &json!({ "name": "One" }));
    let path = format!("/api/v1/organizations/{id}");
    for version in 1..=6 {
        // all but the first are of a version that is no more
        let key = format!("version {version}");
        let (tag, body) = (format!("\"{version}\""), json!({ "name": key }));
        let headers = [("content-type", "application/json"), ("if-match", &tag), ("idempotency-key", &key)];
        let answers: Vec<_> = std::thread::scope(|scope| {
            let send = || admin.send("PUT", &path, Some(body.to_string()), &headers).is(200).text;
            let sent: Vec<_> = (0..8).map(|_| scope.spawn(send)).collect();
            sent.into_iter().map(|one| one.join().unwrap()).collect()
        });
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    }
    let late = [("content-type", "application/json"), ("if-match", "\"1\""), ("idempotency-key", "late")];
    let body = json!({ "name": "late" }).to_string();
    admin.send("PUT", &path, Some(body), &late).refused(412, "version_conflict");
}

#[test]
fn changes_at_the_same_time_all_happen() {
    let desk = Desk::new();
    let admin = desk.admin();
    let id = admin.make("organizations", &json!({ "name": "Steward" }));
    let registry = json!({ "name": "r", "list": "allow", "steward": id, "evidence": "claimed" });
    let registry = admin.make("registries", &registry);
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let (admin, registry) = (&admin, &registry);
            scope.spawn(move || {
                for n in 0..5 {
                    let keys = json!({ "keys": [format!("UT-{thread}-{n}")] });
                    admin.post(&format!("/api/v1/registries/{registry}/add"), &keys).is(200);
                }
            });
        }
    });
    let all = admin.get(&format!("/api/v1/registries/{registry}")).is(200).json();
    assert_eq!((all["keys"].as_array().unwrap().len(), &all["version"]), (20, &json!(21)));
}
