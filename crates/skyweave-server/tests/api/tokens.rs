//! Getting in, and not getting in.

use crate::desk::{Desk, Hand, books, generous};
use serde_json::json;
use skyweave_server::api::auth::{TOKEN_LIFE_S, TokenRequest, authenticate, new_client, token};
use skyweave_server::api::{Api, Limits, Rate, Targets, note_of_client};
use skyweave_server::server::{Options, Server};
use skyweave_server::{api::auth::Role, store};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

#[test]
fn a_token_is_given_for_a_form_or_a_header() {
    let desk = Desk::new();
    let (id, secret) = (desk.client_id.clone(), desk.client_secret.clone());
    let grant = ("grant_type", "client_credentials");
    let answer = desk.ask_token(&[grant, ("client_id", &id), ("client_secret", &secret)], &[]).is(200);
    assert_eq!(answer.header("cache-control"), "no-store");
    let given = answer.json();
    assert_eq!((&given["token_type"], &given["expires_in"]), (&json!("Bearer"), &json!(900)));
    assert_eq!(given["scope"], "viewer operator approver");
    let basic = format!("Basic {}", base64(&format!("{id}:{secret}")));
    desk.ask_token(&[grant], &[("authorization", &basic)]).is(200);
    desk.ask_token(&[grant, ("scope", "viewer")], &[("authorization", &basic)]).is(200);
    for (form, headers, status, error) in [
        (vec![("grant_type", "password")], vec![], 400, "unsupported_grant_type"),
        (vec![], vec![], 400, "unsupported_grant_type"),
        (vec![grant], vec![], 401, "invalid_client"),
        (vec![grant, ("client_id", &id)], vec![], 401, "invalid_client"),
        (vec![grant, ("client_id", &id), ("client_secret", "wrong")], vec![], 401, "invalid_client"),
        (
            vec![grant, ("client_id", "client_none"), ("client_secret", &secret)],
            vec![],
            401,
            "invalid_client",
        ),
        (
            vec![grant, ("client_id", "' OR 1=1 --"), ("client_secret", "' OR 1=1 --")],
            vec![],
            401,
            "invalid_client",
        ),
        (vec![grant], vec![("authorization", "Basic !!!")], 401, "invalid_client"),
        (vec![grant, ("scope", "root")], vec![("authorization", basic.as_str())], 400, "invalid_scope"),
        (vec![grant, grant], vec![("authorization", basic.as_str())], 400, "invalid_request"),
    ] {
        let answer = desk.ask_token(&form, &headers).is(status);
        assert_eq!(answer.json()["error"], error, "{}", answer.text);
        assert_eq!(answer.header("www-authenticate").is_empty(), status != 401);
    }
}

#[test]
fn what_is_no_client_takes_no_memory() {
    // nothing is counted for an id that no client has
    let few = Rate { per_second: 0.1, burst: 2.0 };
    let desk = Desk::with(Limits { guesses: few, guess: Duration::from_mins(1), ..generous() });
    let grant = ("grant_type", "client_credentials");
    let long = "x".repeat(9_000);
    let huge = [grant, ("client_id", long.as_str()), ("client_secret", "y")];
    desk.ask_token(&huge, &[]).refused(413, "body_too_large");
    for id in [&long[..6_000], "client_' OR 1=1 --            ", "client_none"] {
        for _ in 0..5 {
            let answer = desk.ask_token(&[grant, ("client_id", id), ("client_secret", "y")], &[]);
            assert_eq!(answer.is(401).json()["error"], "invalid_client");
        }
    }
}

fn base64(text: &str) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for three in text.as_bytes().chunks(3) {
        let bits =
            three.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
        for place in 0..4 {
            let letter = char::from(LETTERS[(bits >> (18 - 6 * place)) as usize & 63]);
            out.push(if place <= three.len() { letter } else { '=' });
        }
    }
    out
}

#[test]
fn what_is_no_token_does_not_come_in() {
    let desk = Desk::new();
    let admin = desk.admin();
    let nobody = desk.nobody();
    let problem = nobody.get("/api/v1/accounts");
    assert!(problem.header("www-authenticate").starts_with("Bearer realm="));
    problem.refused(401, "no_token");
    for (given, code) in [
        ("Bearer ".to_owned(), "invalid_token"),
        ("Bearer skytok_AAAA".to_owned(), "invalid_token"),
        (format!("Bearer {}x", admin.token), "invalid_token"),
        (format!("Basic {}", admin.token), "no_token"),
        (format!("Bearer {}", desk.client_secret), "invalid_token"),
        ("Bearer ' OR '1'='1".to_owned(), "invalid_token"),
    ] {
        let answer = nobody.send("GET", "/api/v1/accounts", None, &[("authorization", given.trim_end())]);
        assert!(answer.status == 401, "{given}: {}", answer.text);
        let problem = answer.json();
        assert!(problem["code"] == code || given == "Bearer ", "{problem}");
    }
    let lower = format!("bearer {}", admin.token);
    nobody.send("GET", "/api/v1/accounts", None, &[("authorization", &lower)]).is(200);
}

#[test]
fn a_disabled_client_is_out_at_once_and_another_secret_is_another() {
    let desk = Desk::new();
    let admin = desk.admin();
    let (id, secret) = admin.make_client(&["viewer"], None);
    let viewer = desk.hand(&id, &secret);
    viewer.get("/api/v1/accounts").is(200);
    let rotated = admin.post(&format!("/api/v1/clients/{id}/rotate-secret"), &json!({})).is(200).json();
    desk.ask_token(
        &[("grant_type", "client_credentials"), ("client_id", &id), ("client_secret", &secret)],
        &[],
    )
    .is(401);
    desk.hand(&id, rotated["client_secret"].as_str().unwrap());
    admin.post(&format!("/api/v1/clients/{id}/disable"), &json!({})).is(200);
    viewer.get("/api/v1/accounts").refused(401, "invalid_token");
    let shown = admin.get(&format!("/api/v1/clients/{id}")).is(200);
    assert!(shown.json()["disabled"] == true && !shown.text.contains("skysec_"), "{}", shown.text);
}

#[test]
fn who_is_disabled_while_its_secret_is_changed_stays_out() {
    let desk = Desk::new();
    let admin = desk.admin();
    for _ in 0..10 {
        let (id, _) = admin.make_client(&["viewer"], None);
        let act = |verb: &str| admin.post(&format!("/api/v1/clients/{id}/{verb}"), &json!({})).is(200).json();
        let rotated = std::thread::scope(|scope| {
            let rotated = scope.spawn(|| act("rotate-secret"));
            let disabled = scope.spawn(|| act("disable"));
            disabled.join().unwrap();
            rotated.join().unwrap()
        });
        assert_eq!(admin.get(&format!("/api/v1/clients/{id}")).is(200).json()["disabled"], true);
        let secret = rotated["client_secret"].as_str().unwrap();
        desk.ask_token(&credentials(&id, secret), &[]).is(401);
    }
}

#[test]
fn a_client_gives_no_more_than_it_has() {
    let desk = Desk::new();
    let admin = desk.admin();
    let operator = admin.other(&["operator"], None);
    operator
        .post("/api/v1/clients", &json!({ "name": "x", "roles": ["approver"] }))
        .refused(403, "forbidden");
    operator.post("/api/v1/clients", &json!({ "name": "x", "roles": ["operator"] })).is(201);
    let rotate = format!("/api/v1/clients/{}/rotate-secret", desk.client_id);
    operator.post(&rotate, &json!({})).refused(403, "forbidden");
    for bad in [
        json!({ "name": "", "roles": ["viewer"] }),
        json!({ "name": "x", "roles": [] }),
        json!({ "name": "x", "roles": ["root"] }),
        json!({ "name": "x", "roles": ["terminal"] }),
        json!({ "name": "x", "roles": ["viewer"], "terminal": "ut_1" }),
        json!({ "name": "x\u{0}", "roles": ["viewer"] }),
    ] {
        let answer = admin.post("/api/v1/clients", &bad);
        assert_eq!(answer.status, 400, "{bad}: {}", answer.text);
    }
    admin
        .post("/api/v1/clients", &json!({ "name": "x", "roles": ["viewer"], "account": "acc_1" }))
        .refused(404, "not_found");
}

#[test]
fn nobody_disables_who_may_do_more_or_the_last_who_approves() {
    let desk = Desk::new();
    let admin = desk.admin();
    let operator = admin.other(&["operator"], None);
    let disable = |hand: &Hand<'_>, id: &str| hand.post(&format!("/api/v1/clients/{id}/disable"), &json!({}));
    disable(&operator, &desk.client_id).refused(403, "forbidden");
    admin.other(&["approver"], Some(&books(&admin, "kyiv").account));
    disable(&admin, &desk.client_id).refused(409, "last_approver");
    let (second, secret) = admin.make_client(&["viewer", "operator", "approver"], None);
    let second = desk.hand(&second, &secret);
    disable(&second, &desk.client_id).is(200);
    disable(&second, &operator.id).is(200);
    disable(&second, &second.id).refused(409, "last_approver");
}

#[tokio::test]
async fn who_lost_the_administrator_makes_another_one() {
    let folder = tempfile::tempdir().unwrap();
    let start = async |new_administrator| {
        let options = Options {
            store: format!("sqlite:{}", folder.path().join("a.db").display()),
            listen: "127.0.0.1:0".parse().unwrap(),
            limits: generous(),
            targets: Targets::Any,
            borders: None,
            log: None,
            foresee: None,
            planner_alone: false,
            url: None,
            new_administrator,
        };
        let server = Server::start(options).await.unwrap();
        let made = server.administrator.clone();
        server.run(std::future::ready(())).await;
        made
    };
    let first = start(false).await.unwrap();
    assert_eq!(start(false).await, None);
    assert_ne!(start(true).await.unwrap(), first);
}

#[test]
fn too_many_requests_are_told_to_wait() {
    let rate = Rate { per_second: 0.1, burst: 5.0 };
    let desk = Desk::with(Limits { client: rate, logins: Rate { burst: 3.0, ..rate }, ..generous() });
    let admin = desk.admin();
    let answers: Vec<_> = (0..8).map(|_| admin.get("/api/v1/accounts")).collect();
    assert!(answers[0].status == 200 && answers[4].status == 200);
    assert_eq!(answers[6].header("retry-after"), "10");
    let problem = answers.into_iter().next_back().unwrap().refused(429, "rate_limited");
    assert!(problem["retry_after_s"].as_u64().unwrap() > 0);
    desk.nobody().get("/health/live").is(200);
    let right = credentials(&desk.client_id, &desk.client_secret);
    let last = (0..5).map(|_| desk.ask_token(&right, &[])).reduce(|_, later| later).unwrap().is(429);
    assert_eq!((last.json()["error"].as_str(), last.header("retry-after")), (Some("slow_down"), "10"));
}

fn credentials<'a>(id: &'a str, secret: &'a str) -> [(&'static str, &'a str); 3] {
    [("grant_type", "client_credentials"), ("client_id", id), ("client_secret", secret)]
}

#[test]
fn those_who_guess_wait_and_lock_nobody_out() {
    let few = Rate { per_second: 0.1, burst: 3.0 };
    let late = Duration::from_secs(1);
    let desk = Desk::with(Limits { logins: few, guesses: few, guess: late, ..generous() });
    let ask = |secret: &str| {
        let began = Instant::now();
        (desk.ask_token(&credentials(&desk.client_id, secret), &[]).status, began.elapsed() >= late)
    };
    for _ in 0..3 {
        assert_eq!(ask("guess").0, 401);
    }
    assert_eq!(ask("guess"), (401, true));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert_eq!(ask("guess"), (401, true)));
        }
        assert_eq!(ask(&desk.client_secret).0, 200);
    });
}

/// An import has the store to itself for minutes.
#[tokio::test]
async fn who_comes_in_during_an_import_does_not_wait_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = store::open(&format!("sqlite:{}", folder.path().join("a.db").display()), 1).await.unwrap();
    let (client, secret) = new_client("test", &[Role::Viewer], 1).unwrap();
    let note = note_of_client("client.created", &client, "test", 1);
    store.put_client(client.clone(), note).await.unwrap();
    let (_stop, stopping) = tokio::sync::watch::channel(false);
    let api = Api::new(Arc::clone(&store), generous(), Targets::Public, stopping);
    let import = store.stream().await.unwrap();
    let asked = TokenRequest {
        grant_type: "client_credentials".to_owned(),
        client_id: Some(client.id),
        client_secret: Some(secret),
        scope: None,
    };
    let given = token(&api, &axum::http::HeaderMap::new(), asked).await.unwrap();
    let mut with = axum::http::HeaderMap::new();
    with.insert("authorization", format!("Bearer {}", given.access_token).parse().unwrap());
    authenticate(&api, &with).await.unwrap();
    let sha256 = skyweave_server::api::auth::hash(&given.access_token);
    assert_eq!(store.token(&sha256).await.unwrap(), None);
    drop(import);
    while store.token(&sha256).await.unwrap().is_none() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    authenticate(&api, &with).await.unwrap();
    store.close().await;
}

/// With a clock of our own.
#[tokio::test]
async fn tokens_end_and_do_not_come_from_the_future() {
    const S: i64 = 1_000_000_000;
    let folder = tempfile::tempdir().unwrap();
    let store = store::open(&format!("sqlite:{}", folder.path().join("a.db").display()), 1).await.unwrap();
    let (client, secret) = new_client("test", &[Role::Viewer], 1).unwrap();
    let note = note_of_client("client.created", &client, "test", 1);
    store.put_client(client.clone(), note).await.unwrap();
    let now = Arc::new(AtomicI64::new(1_000_000 * S));
    let (_stop, stopping) = tokio::sync::watch::channel(false);
    let clock = Arc::clone(&now);
    let api = Api::new(Arc::clone(&store), generous(), Targets::Public, stopping)
        .with_clock(move || clock.load(Ordering::Relaxed));
    let asked = TokenRequest {
        grant_type: "client_credentials".to_owned(),
        client_id: Some(client.id),
        client_secret: Some(secret),
        scope: None,
    };
    let headers = axum::http::HeaderMap::new();
    let given = token(&api, &headers, asked).await.unwrap();
    let mut with = axum::http::HeaderMap::new();
    with.insert("authorization", format!("Bearer {}", given.access_token).parse().unwrap());
    for (offset_s, good) in [
        (0, true),
        (-59, true),
        (-61, false),
        (TOKEN_LIFE_S - 1, true),
        (TOKEN_LIFE_S, false),
        (86_400, false),
    ] {
        now.store((1_000_000 + offset_s) * S, Ordering::Relaxed);
        let came_in = authenticate(&api, &with).await;
        assert_eq!(came_in.is_ok(), good, "{offset_s} s");
        if let Err(problem) = came_in {
            assert_eq!((problem.status, problem.code.as_str()), (401, "invalid_token"));
        }
    }
    store.close().await;
}
