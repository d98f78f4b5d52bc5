//! Terminals from CSV: all or none, and every bad row by its number.

use crate::desk::{Desk, Hand, books};
use serde_json::json;

#[test]
fn one_bad_row_is_reported_and_nothing_is_entered() {
    let desk = Desk::new();
    let admin = desk.admin();
    let books = books(&admin, "kyiv");
    let csv = |file: &str, query: &str| {
        admin.send(
            "POST",
            &format!("/api/v1/imports{query}"),
            Some(file.to_owned()),
            &[("content-type", "text/csv")],
        )
    };
    let mut file = "hardware_key,account,service_line\n".to_owned();
    for n in 0..2_500 {
        let key = if n == 1_700 { "bad key".to_owned() } else { format!("UT-{n:05}") };
        file.push_str(&format!("{key},{},{}\n", books.account, if n % 2 == 0 { &books.line } else { "" }));
    }
    let tried = csv(&file, "?dry_run=true").is(200).json();
    assert_eq!((&tried["rows"], &tried["faulty"]), (&json!(2_500), &json!(1)), "{tried}");
    assert_eq!(tried["faults"][0]["row"], 1_701);
    let problem = csv(&file, "").refused(422, "rows_refused");
    assert_eq!(
        (&problem["refusals"][0]["row"], &problem["refusals"][0]["field"]),
        (&json!(1_701), &json!("hardware_key")),
        "{problem}"
    );
    let count =
        || admin.get("/api/v1/user-terminals?count=true&limit=1").is(200).json()["total"].as_i64().unwrap();
    assert_eq!(count(), 1);
    let events = admin.get("/api/v1/events?limit=1").is(200).json()["last"].clone();
    let good = file.replace("bad key", "UT-GOOD");
    let done = csv(&good, "").is(200).json();
    assert_eq!((&done["good"], &done["attached"]), (&json!(2_500), &json!(1_250)), "{done}");
    assert_eq!(count(), 2_501);
    let attached = admin.get("/api/v1/user-terminals?key=UT-00002").is(200).json();
    assert_eq!(attached["results"][0]["state"], "assigned");
    csv(&good, "").refused(422, "rows_refused");
    assert_eq!(count(), 2_501);
    assert_eq!(events, json!(1));
    for (bad, code) in
        [("", "invalid_file"), ("nonsense\n1\n", "invalid_file"), ("hardware_key\n", "invalid_file")]
    {
        csv(bad, "").refused(400, code);
    }
    csv(&good, "?account=nonsense").refused(400, "invalid_parameter");
}

#[test]
fn a_tenant_names_no_owner_that_answers_for_others() {
    let desk = Desk::new();
    let admin = desk.admin();
    let (ours, theirs) = (books(&admin, "ours"), books(&admin, "theirs"));
    let us = admin.other(&["viewer", "operator"], Some(&ours.account));
    let sent = |hand: &Hand<'_>, owner: &str| {
        let file = format!("hardware_key,account,owner\nOWN-1,{},{owner}\n", ours.account);
        hand.send("POST", "/api/v1/imports?dry_run=true", Some(file), &[("content-type", "text/csv")])
    };
    let mut reasons = Vec::new();
    for owner in ["theirs relief", theirs.organization.as_str(), "nobody"] {
        let report = sent(&us, owner).is(200).json();
        let fault = &report["faults"][0];
        assert_eq!((&fault["code"], &fault["column"]), (&json!("out_of_scope"), &json!("owner")), "{report}");
        reasons.push(fault["reason"].clone());
    }
    assert!(reasons.iter().all(|reason| *reason == reasons[0]), "{reasons:?}");
    for owner in ["ours relief", ours.organization.as_str()] {
        assert_eq!(sent(&us, owner).is(200).json()["good"], 1);
    }
    assert_eq!(sent(&admin, "theirs relief").is(200).json()["good"], 1);
}
