//! Following events, and going on where it broke off.

use crate::desk::{Desk, Hand, books, generous};
use serde_json::{Value, json};
use skyweave_server::api::Limits;
use std::io::{BufRead, BufReader};

/// Reads this many events of a stream; their numbers and data.
fn follow(hand: &Hand<'_>, path: &str, last: Option<i64>, wanted: usize) -> Vec<(i64, Value)> {
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let mut request =
        agent.get(hand.desk.url(path)).header("authorization", format!("Bearer {}", hand.token));
    if let Some(last) = last {
        request = request.header("last-event-id", last.to_string());
    }
    let mut answer = request.call().unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    assert_eq!(answer.headers()["content-type"], "text/event-stream");
    let (mut found, mut id) = (Vec::new(), 0);
    for line in BufReader::new(answer.body_mut().as_reader()).lines() {
        let line = line.unwrap();
        if let Some(text) = line.strip_prefix("id: ") {
            id = text.parse().unwrap();
        }
        if let Some(data) = line.strip_prefix("data: ") {
            found.push((id, serde_json::from_str(data).unwrap()));
        }
        if found.len() == wanted {
            break;
        }
    }
    found
}

#[test]
fn a_stream_goes_on_where_it_broke_off() {
    let desk = Desk::new();
    let admin = desk.admin();
    std::thread::scope(|scope| {
        let making = scope.spawn(|| {
            let hand = desk.admin();
            for n in 0..60 {
                hand.make("organizations", &json!({ "name": format!("o {n}") }));
            }
        });
        // the reader comes again and again, and never says more than the last number that it has
        let (mut last, mut names) = (0, Vec::new());
        while names.len() < 60 {
            let part = follow(
                &admin,
                "/api/v1/events/stream?after=0&kind=organization",
                Some(last),
                (60 - names.len()).min(9),
            );
            last = part.last().unwrap().0;
            names.extend(
                part.into_iter()
                    .map(|(_, event)| event["payload"]["data"]["name"].as_str().unwrap().to_owned()),
            );
        }
        making.join().unwrap();
        assert_eq!(names, (0..60).map(|n| format!("o {n}")).collect::<Vec<_>>());
    });
    let only = follow(&admin, "/api/v1/events/stream?after=50&kind=organization", None, 10);
    assert_eq!(only[0].0, 51);
    let page = admin.get("/api/v1/events?after=50&limit=5").is(200).json();
    assert_eq!((&page["last"], &page["more"]), (&json!(55), &json!(true)));
    assert_eq!(page["results"][0], only[0].1);
    assert_eq!(page["results"][0]["payload"]["type"], "organization.created");
    admin.get("/api/v1/events?kind=nonsense").refused(400, "invalid_parameter");
    let bad = [("last-event-id", "x")];
    admin.send("GET", "/api/v1/events/stream", None, &bad).refused(400, "invalid_last_event_id");
}

#[test]
fn who_was_let_in_and_what_is_sent_where_are_events() {
    let desk = Desk::new();
    let admin = desk.admin();
    let books = books(&admin, "kyiv");
    let (id, _) = admin.make_client(&["viewer"], Some(&books.account));
    let made = admin.post(&format!("/api/v1/clients/{id}/rotate-secret"), &json!({})).is(200).json();
    admin.post(&format!("/api/v1/clients/{id}/disable"), &json!({})).is(200);
    let hook = json!({ "url": "https://example.net/hook?token=hidden", "kinds": ["client"] });
    let hook = admin.post("/api/v1/webhooks", &hook).is(201).json();
    let path = format!("/api/v1/webhooks/{}", hook["id"].as_str().unwrap());
    admin.put(&path, &json!({ "paused": true })).is(200);
    admin.post(&format!("{path}/replay"), &json!({ "after": 0 })).is(200);
    admin.delete(&path).is(204);
    let told = admin.get("/api/v1/events?kind=client,webhook").is(200);
    for secret in ["skysec_", "whsec_", "hidden", made["client_secret"].as_str().unwrap()] {
        assert!(!told.text.contains(secret), "{secret} in {}", told.text);
    }
    let told = told.json();
    let said = |event: &Value| {
        (event["payload"]["type"].as_str().unwrap().to_owned(), event["version"].as_i64().unwrap())
    };
    let expected = [
        ("client.created", 1),
        ("client.created", 1),
        ("client.secret_rotated", 2),
        ("client.disabled", 3),
        ("webhook.created", 1),
        ("webhook.changed", 2),
        ("webhook.replayed", 3),
        ("webhook.removed", 4),
    ];
    let found: Vec<_> = told["results"].as_array().unwrap().iter().map(said).collect();
    assert_eq!(found, expected.map(|(name, version)| (name.to_owned(), version)));
    assert_eq!(told["results"][0]["actor"], "start of the server");
    assert_eq!(told["results"][3]["actor"], admin.id);
    assert_eq!(told["results"][1]["payload"]["data"]["roles"], json!(["viewer"]));
    // who may not list clients hears nothing of them here either
    let viewer = admin.other(&["viewer", "approver"], None);
    let seen = viewer.get("/api/v1/events?limit=1000").is(200).text;
    assert!(seen.contains(&books.account) && !seen.contains("client.created"), "{seen}");
    viewer.get("/api/v1/events?kind=client").refused(403, "forbidden");
    viewer.get("/api/v1/events/stream?kind=webhook").refused(403, "forbidden");
    // and who runs a part hears of its own
    let operator = admin.other(&["operator"], Some(&books.account));
    let seen = operator.get("/api/v1/events?kind=client").is(200).json();
    let ids: Vec<_> = seen["results"].as_array().unwrap().iter().map(|event| event["id"].clone()).collect();
    assert_eq!(ids, [json!(id), json!(id), json!(id), json!(operator.id)]);
}

#[test]
fn a_stream_ends_with_the_server_and_there_are_not_too_many() {
    let desk = Desk::with(Limits { streams: 2, ..generous() });
    let admin = desk.admin();
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let open = || {
        let request = agent.get(desk.url("/api/v1/events/stream"));
        request.header("authorization", format!("Bearer {}", admin.token)).call().unwrap()
    };
    let (mut first, second, third) = (open(), open(), open());
    assert_eq!((first.status().as_u16(), second.status().as_u16(), third.status().as_u16()), (200, 200, 503));
    drop((second, third));
    let reading = std::thread::spawn(move || {
        BufReader::new(first.body_mut().as_reader()).lines().map_while(Result::ok).count()
    });
    drop(desk);
    assert!(reading.join().unwrap() >= 2);
}

#[test]
fn a_stream_ends_with_its_client_and_a_client_has_a_few() {
    let desk = Desk::with(Limits { client_streams: 2, ..generous() });
    let admin = desk.admin();
    let viewer = admin.other(&["viewer"], None);
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let open = |hand: &Hand<'_>| {
        let request = agent.get(desk.url("/api/v1/events/stream"));
        request.header("authorization", format!("Bearer {}", hand.token)).call().unwrap()
    };
    let (mut first, second, third) = (open(&viewer), open(&viewer), open(&viewer));
    assert_eq!((first.status().as_u16(), second.status().as_u16(), third.status().as_u16()), (200, 200, 429));
    assert_eq!(open(&admin).status().as_u16(), 200);
    admin.post(&format!("/api/v1/clients/{}/disable", viewer.id), &json!({})).is(200);
    admin.make("organizations", &json!({ "name": "secret" }));
    let mut said = String::new();
    std::io::Read::read_to_string(&mut first.body_mut().as_reader(), &mut said).unwrap();
    assert!(said.contains("following") && !said.contains("secret"), "{said}");
}
