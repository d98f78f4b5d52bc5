//! Too large, too slow, too strange.

use crate::desk::{Desk, books, generous, territory};
use serde_json::{Value, json};
use skyweave_server::api::{Limits, Rate};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

fn short() -> Limits {
    Limits { head: Duration::from_millis(300), request: Duration::from_millis(700), ..generous() }
}

#[test]
fn bodies_that_are_too_large_are_refused() {
    let desk = Desk::with(Limits { body_bytes: 10_000, import_bytes: 20_000, ..generous() });
    let admin = desk.admin();
    let note = "x".repeat(20_000);
    admin.post("/api/v1/organizations", &json!({ "name": "x", "note": note })).refused(413, "body_too_large");
    let csv = [("content-type", "text/csv")];
    admin
        .send("POST", "/api/v1/imports", Some("hardware_key\n".repeat(5_000)), &csv)
        .refused(413, "body_too_large");
    admin.make("organizations", &json!({ "name": "still here" }));
}

#[test]
fn a_slow_head_and_a_slow_body_are_cut_off() {
    let desk = Desk::with(short());
    let admin = desk.admin();
    let mut slow = TcpStream::connect(desk.address).unwrap();
    slow.write_all(b"GET /health/live HTTP/1.1\r\nhost: x\r\n").unwrap();
    slow.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    // the connection ends, with or without an answer, long before that
    let mut said = Vec::new();
    let _ = slow.read_to_end(&mut said);
    assert!(!String::from_utf8_lossy(&said).starts_with("HTTP/1.1 200"));

    let mut slow = TcpStream::connect(desk.address).unwrap();
    slow.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let head = format!(
        "POST /api/v1/organizations HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{{",
        admin.token
    );
    slow.write_all(head.as_bytes()).unwrap();
    let mut said = vec![0; 1_000];
    let read = slow.read(&mut said).unwrap();
    assert!(
        String::from_utf8_lossy(&said[..read]).starts_with("HTTP/1.1 408"),
        "{}",
        String::from_utf8_lossy(&said)
    );
}

#[test]
fn what_is_refused_does_not_wait_for_its_body() {
    let desk = Desk::with(Limits { refused: Duration::from_millis(300), ..generous() });
    for (path, kind) in [("imports", "text/csv"), ("accounts", "application/json")] {
        let mut slow = TcpStream::connect(desk.address).unwrap();
        slow.set_read_timeout(Some(Duration::from_secs(15))).unwrap();
        let head = format!(
            "POST /api/v1/{path} HTTP/1.1\r\nhost: x\r\ncontent-type: {kind}\r\ncontent-length: 900000\r\n\r\nx"
        );
        slow.write_all(head.as_bytes()).unwrap();
        let mut said = String::new();
        slow.read_to_string(&mut said).unwrap();
        assert!(said.starts_with("HTTP/1.1 401") && said.contains("connection: close"), "{path}: {said}");
    }
}

#[test]
fn clients_that_never_read_are_cut_off() {
    let desk = Desk::with(Limits { connections: 2, write: Duration::from_millis(500), ..generous() });
    let asked = "GET /api/v1/openapi.json HTTP/1.1\r\nhost: x\r\n\r\n".repeat(200);
    let deaf: Vec<TcpStream> = (0..2)
        .map(|_| {
            let mut one = TcpStream::connect(desk.address).unwrap();
            one.write_all(asked.as_bytes()).unwrap();
            one
        })
        .collect();
    // both places are taken, until they are taken away
    let mut third = TcpStream::connect(desk.address).unwrap();
    third.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    third.write_all(b"GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    let mut said = vec![0; 12];
    third.read_exact(&mut said).unwrap();
    assert_eq!(String::from_utf8_lossy(&said), "HTTP/1.1 200");
    drop(deaf);
}

#[test]
fn those_without_a_token_share_what_they_may_ask() {
    let few = Rate { per_second: 0.1, burst: 3.0 };
    let desk = Desk::with(Limits { strangers: few, ..generous() });
    let (admin, nobody) = (desk.admin(), desk.nobody());
    nobody.get("/api/v1/openapi.json").is(200);
    for _ in 0..2 {
        nobody.get("/api/v1/accounts").refused(401, "no_token");
    }
    for path in ["/api/v1/accounts", "/api/v1/openapi.json"] {
        let refused = nobody.get(path);
        assert!(!refused.header("retry-after").is_empty());
        refused.refused(429, "rate_limited");
    }
    nobody.get("/health/live").is(200);
    admin.get("/api/v1/accounts").is(200);
    desk.admin();
}

#[test]
fn many_slow_clients_keep_nobody_out() {
    let desk = Desk::with(short());
    let slow: Vec<TcpStream> = (0..200)
        .map(|_| {
            let mut one = TcpStream::connect(desk.address).unwrap();
            one.write_all(b"GET / HTTP/1.1\r\n").unwrap();
            one
        })
        .collect();
    desk.admin().make("organizations", &json!({ "name": "One" }));
    drop(slow);
}

#[test]
fn heads_that_are_too_large_and_nonsense_are_refused() {
    let desk = Desk::with(short());
    for (request, expected) in [
        (
            format!("GET /health/live HTTP/1.1\r\nhost: x\r\nx: {}\r\n\r\n", "y".repeat(200_000)),
            "HTTP/1.1 431",
        ),
        ("nonsense\r\n\r\n".to_owned(), "HTTP/1.1 400"),
        ("GET /%ff HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".to_owned(), "HTTP/1.1 404"),
        (
            "GET /api/v1/accounts/%ff HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".to_owned(),
            "HTTP/1.1 400",
        ),
    ] {
        let mut stream = TcpStream::connect(desk.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        // the server may answer and close before all of it is sent
        let _ = stream.write_all(request.as_bytes());
        let mut said = vec![0; 200];
        let read = stream.read(&mut said).unwrap_or(0);
        let said = String::from_utf8_lossy(&said[..read]).into_owned();
        assert!(said.starts_with(expected), "{expected}: {said}");
    }
}

/// Policies of about so many bytes.
fn policies(bytes: usize) -> Value {
    let one = |n: usize| {
        let condition = format!("when {{ context.speed_cm_s > {n} }};\n");
        format!("@id(\"p{n}\")\npermit(principal, action == Action::\"serve\", resource)\n{condition}")
    };
    let text: String = (0..bytes / one(1_000).len()).map(one).collect();
    json!({ "name": "long.cedar", "text": text })
}

#[test]
fn nobody_waits_while_policies_are_read() {
    let desk = Desk::new();
    let admin = desk.admin();
    let books = books(&admin, "kyiv");
    let tenant = admin.other(&["operator"], Some(&books.account));
    // who may not is told so before the text is read
    let nonsense = json!({ "name": "x.cedar", "text": "nonsense" });
    tenant.post("/api/v1/restrictions", &nonsense).refused(403, "out_of_scope");
    let commands =
        json!({ "commands": [{ "kind": "restriction", "do": { "verb": "create", "spec": nonsense } }] });
    let refused = tenant.post("/api/v1/commands", &commands).refused(422, "rows_refused");
    assert_eq!(refused["refusals"][0]["code"], "out_of_scope");
    let mut area = territory("x", [1, 1, 2, 2]);
    area["definition"] = json!("nonsense");
    tenant.post("/api/v1/territories", &area).refused(403, "out_of_scope");
    let long = admin.post("/api/v1/restrictions", &policies(300_000)).refused(422, "policy_refused");
    assert!(long["detail"].as_str().unwrap().contains("up to 262144"), "{long}");
    // as many as the server of a test has threads
    let (one, two) = (desk.admin(), desk.admin());
    std::thread::scope(|scope| {
        let reading: Vec<_> = [&one, &two]
            .map(|hand| {
                scope.spawn(|| hand.post("/api/v1/restrictions?dry_run=true", &policies(250_000)).is(200))
            })
            .into();
        std::thread::sleep(Duration::from_millis(500));
        desk.nobody().get("/health/live").is(200);
        assert!(reading.iter().all(|one| !one.is_finished()), "the texts are read before anybody could wait");
    });
}

#[test]
fn texts_are_kept_as_they_are_or_refused() {
    let desk = Desk::new();
    let admin = desk.admin();
    for name in [
        "'; DROP TABLE entity; --",
        "\" OR \"\"=\"",
        "Robert'); DELETE FROM event;--",
        "$1 $2 ? ?1 :x @y %s {0}",
        "Київ 北京 🛰 e\u{301}",
        "<script>alert(1)</script>",
        "../../etc/passwd",
        "{\"a\":1}",
    ] {
        let id = admin.make("organizations", &json!({ "name": name }));
        assert_eq!(admin.get(&format!("/api/v1/organizations/{id}")).is(200).json()["name"], name);
        let query: String =
            form_urlencoded::Serializer::new(String::new()).append_pair("name", name).finish();
        let found = admin.get(&format!("/api/v1/organizations?{query}")).is(200).json();
        assert_eq!(found["results"][0]["id"], id, "{name}");
    }
    for bad in ["a\u{0}b", "\u{0}"] {
        let answer = admin.post("/api/v1/organizations", &json!({ "name": bad }));
        answer.refused(400, "nul_character");
    }
    let ids = [
        "'%20OR%201=1",
        "%00",
        "org_1%3BDROP%20TABLE",
        "..%2f..",
        "org_01JD8Z3N7Q4K2M5T6V7W8X9Y0Z'--",
        "%F0%9F%9B%B0",
    ];
    for id in ids {
        let answer = admin.get(&format!("/api/v1/organizations/{id}"));
        assert!(answer.status == 404 || answer.status == 400, "{id}: {}", answer.text);
    }
    assert_eq!(admin.get("/api/v1/organizations?count=true").json()["total"], 8);
}

#[test]
fn bodies_that_are_not_understood_say_what_would_be() {
    let desk = Desk::new();
    let admin = desk.admin();
    let json_kind = [("content-type", "application/json")];
    for (body, part) in [
        ("", "missing field `name`"),
        ("{", "EOF"),
        ("[]", "no JSON object"),
        ("\"x\"", "no JSON object"),
        ("{\"nam\":\"x\"}", "unknown field `nam`"),
        ("{\"name\":7}", "invalid type"),
        ("{\"name\":\"x\",\"id\":\"org_1\"}", "is no id of organization"),
        ("{\"name\":\"x\",\"id\":7}", "an id that begins with org_"),
        ("\u{feff}{}", "expected value"),
    ] {
        let problem = admin
            .send("POST", "/api/v1/organizations", Some(body.to_owned()), &json_kind)
            .refused(400, "invalid_body");
        assert!(problem["detail"].as_str().unwrap().contains(part), "{body}: {problem}");
    }
    let deep = "[".repeat(100_000);
    admin.send("POST", "/api/v1/organizations", Some(deep), &json_kind).refused(400, "invalid_body");
    let form = [("content-type", "application/x-www-form-urlencoded")];
    admin
        .send("POST", "/api/v1/organizations", Some("name=x".to_owned()), &form)
        .refused(415, "unsupported_media_type");
    let wrong = admin.send("PATCH", "/api/v1/organizations", None, &[]);
    assert_eq!(wrong.header("allow"), "GET, POST");
    wrong.refused(405, "method_not_allowed");
    admin.get("/api/v2/organizations").refused(404, "no_such_address");
}
