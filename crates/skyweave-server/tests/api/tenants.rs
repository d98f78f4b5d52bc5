//! A client sees what belongs to its account and those below it, and is told of nothing else.

use crate::desk::{Desk, books, line};
use serde_json::json;

#[test]
fn a_client_of_an_account_sees_its_subtree_only() {
    let desk = Desk::new();
    let admin = desk.admin();
    let (ours, theirs) = (books(&admin, "ours"), books(&admin, "theirs"));
    let below = json!({ "name": "below", "organization": ours.organization, "parent": ours.account });
    let below = admin.make("accounts", &below);
    let deep = admin.make("user-terminals", &json!({ "hardware_key": "UT-DEEP", "account": below }));
    admin.make("user-terminals", &json!({ "hardware_key": "UT-NOBODYS" }));
    let us = admin.other(&["viewer", "operator"], Some(&ours.account));

    let ids = |path: &str| {
        let listed = us.get(&format!("/api/v1/{path}")).is(200).json();
        listed["results"]
            .as_array()
            .unwrap()
            .iter()
            .map(|thing| thing["id"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(ids("accounts"), [ours.account.clone(), below.clone()]);
    assert_eq!(ids("user-terminals"), [ours.terminal.clone(), deep.clone()]);
    assert_eq!(ids("service-lines"), std::slice::from_ref(&ours.line));
    assert_eq!(ids("organizations"), std::slice::from_ref(&ours.organization));
    assert_eq!(ids("plans").len(), 2);
    for hidden in ["registries", "protected-classes"] {
        us.get(&format!("/api/v1/{hidden}")).refused(403, "forbidden");
    }
    for (path, id) in [
        ("accounts", &theirs.account),
        ("user-terminals", &theirs.terminal),
        ("service-lines", &theirs.line),
        ("organizations", &theirs.organization),
    ] {
        us.get(&format!("/api/v1/{path}/{id}")).refused(404, "not_found");
    }
    // what is not theirs to see is not there to be changed either
    us.post(&format!("/api/v1/user-terminals/{}/attach", theirs.terminal), &json!({ "line": ours.line }))
        .refused(404, "not_found");
    us.post(&format!("/api/v1/service-lines/{}/suspend", theirs.line), &json!({ "reason": "x" }))
        .refused(404, "not_found");
    us.post("/api/v1/service-lines", &line(&theirs.account, &ours.plan)).refused(404, "not_found");
    let bulk =
        json!({ "terminals": [theirs.terminal], "do": { "verb": "move", "by": "retire", "reason": "x" } });
    us.post("/api/v1/bulk", &bulk).refused(404, "not_found");
    let plan = crate::desk::plan("mine");
    us.post("/api/v1/plans", &plan).refused(403, "out_of_scope");
    us.post(&format!("/api/v1/user-terminals/{}/attach", ours.terminal), &json!({ "line": ours.line }))
        .is(200);

    let search = us.get("/api/v1/user-terminals?text=UT&count=true").is(200).json();
    assert_eq!(search["total"], 2);
    let under = us.get(&format!("/api/v1/user-terminals?under={}", theirs.account)).is(200).json();
    assert_eq!(under["results"], json!([]));
}

#[test]
fn events_clients_and_webhooks_of_others_are_not_shown() {
    let desk = Desk::new();
    let admin = desk.admin();
    let (ours, theirs) = (books(&admin, "ours"), books(&admin, "theirs"));
    let us = admin.other(&["viewer", "operator"], Some(&ours.account));
    let text = us.get("/api/v1/events?limit=1000").is(200).text;
    assert!(
        text.contains(&ours.terminal) && text.contains(&ours.plan) && text.contains(&theirs.plan),
        "{text}"
    );
    for hidden in [&theirs.terminal, &theirs.account, &theirs.line, &theirs.organization] {
        assert!(!text.contains(hidden.as_str()), "{hidden} in {text}");
    }
    let only = us.get(&format!("/api/v1/events?id={}", theirs.terminal)).is(200).json();
    assert_eq!(only["results"], json!([]));

    let them = admin.other(&["operator"], Some(&theirs.account));
    let hook = them.post("/api/v1/webhooks", &json!({ "url": "http://127.0.0.1:9/" })).is(201).json();
    let path = format!("/api/v1/webhooks/{}", hook["id"].as_str().unwrap());
    them.get(&path).is(200);
    us.get(&path).refused(404, "not_found");
    us.delete(&path).refused(404, "not_found");
    us.post(&format!("{path}/replay"), &json!({ "after": 0 })).refused(404, "not_found");
    assert_eq!(us.get("/api/v1/webhooks").is(200).json()["results"], json!([]));

    us.get(&format!("/api/v1/clients/{}", them.id)).refused(404, "not_found");
    us.post(&format!("/api/v1/clients/{}/disable", desk.client_id), &json!({})).refused(404, "not_found");
    assert_eq!(us.get("/api/v1/clients").is(200).json()["results"].as_array().unwrap().len(), 1);
    let escape = json!({ "name": "x", "roles": ["operator"], "account": theirs.account });
    us.post("/api/v1/clients", &escape).refused(404, "not_found");
    let made = us.post("/api/v1/clients", &json!({ "name": "x", "roles": ["operator"] })).is(201).json();
    assert_eq!(made["account"], ours.account);
}
