//! Pages are whole, in order, and hold nothing twice, whatever others do meanwhile.

use crate::desk::Desk;
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};

#[test]
fn nothing_is_lost_or_doubled_while_others_insert() {
    let desk = Desk::new();
    let admin = desk.admin();
    let before: BTreeSet<String> =
        (0..60).map(|n| admin.make("organizations", &json!({ "name": format!("before {n}") }))).collect();
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let hand = desk.admin();
            let mut n = 0;
            while !stop.load(Ordering::Relaxed) {
                hand.make("organizations", &json!({ "name": format!("during {n}") }));
                n += 1;
            }
        });
        for _ in 0..5 {
            let seen = every_page(&admin, "/api/v1/organizations?limit=7");
            let unique: BTreeSet<String> = seen.iter().cloned().collect();
            assert_eq!(unique.len(), seen.len(), "something came twice");
            assert!(seen.is_sorted());
            assert!(before.is_subset(&unique), "something is lost");
        }
        stop.store(true, Ordering::Relaxed);
    });
}

fn every_page(hand: &crate::desk::Hand<'_>, path: &str) -> Vec<String> {
    let mut seen = Vec::new();
    let mut cursor = String::new();
    // pages of what is inserted meanwhile come too, and end since reading is faster
    for _ in 0..1_000 {
        let page = hand.get(&format!("{path}{cursor}")).is(200).json();
        seen.extend(
            page["results"].as_array().unwrap().iter().map(|thing| thing["id"].as_str().unwrap().to_owned()),
        );
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return seen,
        }
    }
    panic!("there is no last page");
}

#[test]
fn parameters_that_are_not_understood_are_refused() {
    let desk = Desk::new();
    let admin = desk.admin();
    admin.make("organizations", &json!({ "name": "One" }));
    admin.make("organizations", &json!({ "name": "Two" }));
    let cursor =
        admin.get("/api/v1/organizations?limit=1").is(200).json()["next"].as_str().unwrap().to_owned();
    for (query, code) in [
        ("limit=0", "invalid_parameter"),
        ("limit=1001", "invalid_parameter"),
        ("limit=x", "invalid_parameter"),
        ("limit=99999999999999999999", "invalid_parameter"),
        ("cursor=x", "invalid_cursor"),
        (&format!("cursor={cursor}&name=Two"), "invalid_cursor"),
        ("fields=", "invalid_parameter"),
        ("fields=idd", "invalid_parameter"),
        ("fields=id,hardware_key", "invalid_parameter"),
        ("sort=name", "unknown_parameter"),
        ("name=a%00b", "nul_character"),
    ] {
        admin.get(&format!("/api/v1/organizations?{query}")).refused(400, code);
    }
    admin.get(&format!("/api/v1/organizations?cursor={cursor}&limit=1")).is(200);
    let picked = admin.get("/api/v1/organizations?name=Two&fields=id,name").is(200).json();
    assert_eq!(picked["results"][0].as_object().unwrap().len(), 2);
    // only a suspended line has a reason, and every line may be asked for it
    admin.get("/api/v1/service-lines?fields=id,state,reason").is(200);
    let found = admin.get("/api/v1/organizations?q=tW&count=true").is(200).json();
    assert_eq!((&found["total"], &found["results"][0]["name"]), (&json!(1), &json!("Two")));
}
