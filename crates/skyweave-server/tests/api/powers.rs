//! What one side did, the other does not undo; and what is in force changes only by those who approve.

use crate::desk::{Books, Desk, Hand, books, redrawn, territory};
use serde_json::{Value, json};

fn now_s() -> i64 {
    skyweave_server::clock::now_ns() / 1_000_000_000
}

/// A terminal on a line, and a client that runs its account.
fn tenant<'a>(admin: &'a Hand<'_>, name: &str) -> (Books, Hand<'a>) {
    let books = books(admin, name);
    let attach = format!("/api/v1/user-terminals/{}/attach", books.terminal);
    admin.post(&attach, &json!({ "line": books.line })).is(200);
    let hand = admin.other(&["viewer", "operator"], Some(&books.account));
    (books, hand)
}

#[test]
fn a_tenant_does_not_give_back_what_the_service_took() {
    let desk = Desk::new();
    let admin = desk.admin();
    let (books, tenant) = tenant(&admin, "kyiv");
    let terminal = format!("/api/v1/user-terminals/{}", books.terminal);
    let line = format!("/api/v1/service-lines/{}", books.line);
    let because = json!({ "reason": "fraud" });

    // its own suspension is its own affair
    tenant.post(&format!("{terminal}/suspend"), &because).is(200);
    tenant.post(&format!("{terminal}/resume"), &json!({})).is(200);
    admin.post(&format!("{terminal}/suspend"), &because).is(200);
    for verb in ["resume", "detach", "report-stolen"] {
        let answer = tenant.post(&format!("{terminal}/{verb}"), &because);
        assert_eq!(answer.json()["code"], "out_of_scope", "{verb}: {}", answer.text);
    }
    admin.post(&format!("{terminal}/resume"), &json!({})).is(200);

    tenant.post(&format!("{line}/suspend"), &because).is(200);
    tenant.post(&format!("{line}/resume"), &json!({})).is(200);
    tenant.post(&format!("{line}/suspend"), &because).is(200);
    // the service adds its own reason, and takes only that away again
    admin.post(&format!("{line}/suspend"), &because).is(200);
    assert_eq!(tenant.post(&format!("{line}/resume"), &json!({})).json()["code"], "out_of_scope");
    let detached = tenant.post(&format!("{terminal}/detach"), &json!({})).refused(403, "out_of_scope");
    assert!(detached["detail"].as_str().unwrap().contains("the service made it so"), "{detached}");
    admin.post(&format!("{line}/resume"), &json!({})).is(200);
    assert_eq!(admin.get(&line).is(200).json()["state"], "suspended");
    admin.post(&format!("{line}/resume"), &json!({})).refused(409, "wrong_state");
    tenant.post(&format!("{line}/resume"), &json!({})).is(200);

    let below = json!({ "name": "below", "organization": books.organization, "parent": books.account });
    let below = tenant.make("accounts", &below);
    let theirs = tenant.make("user-terminals", &json!({ "hardware_key": "UT-BELOW", "account": below }));
    let below = format!("/api/v1/accounts/{below}");
    admin.post(&format!("{below}/disable"), &because).is(200);
    assert_eq!(tenant.post(&format!("{below}/enable"), &json!({})).json()["code"], "out_of_scope");
    let theirs = format!("/api/v1/user-terminals/{theirs}");
    let above = json!({ "account": books.account, "holders": {}, "reason": "x" });
    tenant.post(&format!("{theirs}/transfer"), &above).refused(403, "out_of_scope");
    tenant.post(&format!("{theirs}/unregister"), &because).refused(403, "out_of_scope");
    admin.post(&format!("{theirs}/transfer"), &above).is(200);
}

#[test]
fn an_account_that_is_disabled_takes_those_below_with_it() {
    let desk = Desk::new();
    let admin = desk.admin();
    let (books, tenant) = tenant(&admin, "kyiv");
    let below = json!({ "name": "below", "organization": books.organization, "parent": books.account });
    let below = tenant.make("accounts", &below);
    let line = tenant.make("service-lines", &crate::desk::line(&below, &books.plan));
    let entry = json!({ "hardware_key": "UT-BELOW", "account": below, "line": line });
    let terminal = tenant.make("user-terminals", &entry);
    admin
        .post(&format!("/api/v1/accounts/{}/disable", books.account), &json!({ "reason": "unpaid" }))
        .is(200);
    let asked = json!({ "terminal": terminal, "latitude_e7": 504_500_000, "longitude_e7": 305_200_000 });
    let decided = admin.post("/api/v1/decisions", &asked).is(200).json();
    assert_eq!((&decided["code"], &decided["decided_by"]), (&json!("ACCOUNT_DISABLED"), &json!("account")));
    let entry = json!({ "hardware_key": "UT-NEW", "account": below });
    assert_eq!(tenant.post("/api/v1/user-terminals", &entry).json()["code"], "account_disabled");
}

#[test]
fn nobody_names_a_hospital_as_who_operates_their_terminal() {
    let desk = Desk::new();
    let admin = desk.admin();
    let (books, tenant) = tenant(&admin, "kyiv");
    let hospital = admin.make("organizations", &json!({ "name": "Hospital" }));
    let transfer = |hand: &Hand<'_>, holders: Value| {
        let body = json!({ "account": books.account, "holders": holders, "reason": "x" });
        hand.post(&format!("/api/v1/user-terminals/{}/transfer", books.terminal), &body)
    };
    // nor does anybody learn so whether there is such an organization
    let nobody = "org_01JDFKR0000000000000000009";
    for field in ["owner", "operator", "donor"] {
        let told = [hospital.as_str(), nobody].map(|organization| {
            let entry = json!({ "hardware_key": "UT-NEW", "account": books.account, "holders": { field: organization } });
            let entered = tenant.post("/api/v1/user-terminals", &entry);
            let answer = transfer(&tenant, json!({ field: organization }));
            assert_eq!((entered.status, answer.status), (403, 403), "{} {}", entered.text, answer.text);
            assert_eq!(
                (&answer.json()["code"], &answer.json()["field"]),
                (&json!("out_of_scope"), &json!(field))
            );
            (entered.text + &answer.text).replace(organization, "it")
        });
        assert_eq!(told[0], told[1]);
    }
    transfer(&tenant, json!({ "operator": books.organization })).is(200);
    transfer(&admin, json!({ "operator": hospital, "donor": hospital })).is(200);
    // what it has, it may keep
    let kept = json!({ "operator": hospital, "owner": books.organization, "donor": hospital });
    transfer(&tenant, kept).is(200);
    let below = json!({ "name": "below", "organization": hospital, "parent": books.account });
    assert_eq!(tenant.post("/api/v1/accounts", &below).json()["code"], "out_of_scope");
}

#[test]
fn protected_classes_protect_by_account_and_give_more_time() {
    let desk = Desk::new();
    let admin = desk.admin();
    let (books, tenant) = tenant(&admin, "kyiv");
    let class = json!({ "name": "hospitals", "protection": "hospital", "steward": books.organization });
    let class = admin.make("protected-classes", &class);
    let admit = format!("/api/v1/protected-classes/{class}/admit");
    admin.post(&admit, &json!({ "members": [books.account] })).is(200);
    let below = json!({ "name": "below", "organization": books.organization, "parent": books.account });
    let below = tenant.make("accounts", &below);
    let line = tenant.make("service-lines", &crate::desk::line(&below, &books.plan));
    let entry = json!({ "hardware_key": "UT-BELOW", "account": below, "line": line });
    let terminal = tenant.make("user-terminals", &entry);
    let finding = json!({
        "cause": "diverted", "since_s": now_s() - 100, "until_s": now_s(), "looks": 12, "evidence": "network_ranging",
        "outside_65536": 65_536, "latitude_e7": 0, "longitude_e7": 0, "error_m": 10,
    });
    let grace_of = |terminal: &str| {
        let id = admin.make("incidents", &json!({ "terminal": terminal, "finding": finding }));
        let told = admin.post(&format!("/api/v1/incidents/{id}/advance"), &json!({})).is(200).json();
        (told["enforcement"]["until_s"].as_i64().unwrap() - now_s()) / 3_600
    };
    let protected_h = grace_of(&terminal);
    let plain = self::tenant(&admin, "odesa").0;
    let plain_h = grace_of(&plain.terminal);
    assert!(protected_h > 3 * plain_h, "{protected_h} h and {plain_h} h");

    let text = r#"@id("on")
permit(principal, action == Action::"serve", resource);
@id("slow") @reason("MOVING_TOO_FAST_FOR_POLICY")
forbid(principal, action == Action::"serve", resource) when { context.speed_cm_s >= 100 }
unless { principal.protected_class == ProtectedClass::"hospitals" };
"#;
    let rules = admin.make("restrictions", &json!({ "name": "rules.cedar", "text": text }));
    admin.post(&format!("/api/v1/restrictions/{rules}/enable"), &json!({})).is(200);
    let decided = |terminal: &str| {
        let asked = json!({
            "terminal": terminal, "latitude_e7": 504_500_000, "longitude_e7": 305_200_000, "speed_cm_s": 200,
        });
        admin.post("/api/v1/decisions", &asked).is(200).json()["outcome"].clone()
    };
    assert_eq!(decided(&plain.terminal), "refused");
    assert_eq!(decided(&terminal), "permitted");
}

#[test]
fn what_is_in_force_is_changed_by_those_who_approve_and_by_nobody_else() {
    let desk = Desk::new();
    let admin = desk.admin();
    let books = books(&admin, "kyiv");
    let operator = admin.other(&["operator"], None);
    let text = "@id(\"on\")\npermit(principal, action == Action::\"serve\", resource);\n";
    let spec = json!({ "name": "on.cedar", "text": text });
    let id = operator.make("restrictions", &spec);
    let other = json!({ "name": "on.cedar", "text": text.replace("on\")", "all\")") });
    operator.put(&format!("/api/v1/restrictions/{id}"), &other).is(200);
    admin.post(&format!("/api/v1/restrictions/{id}/enable"), &json!({})).is(200);
    operator.put(&format!("/api/v1/restrictions/{id}"), &spec).refused(409, "in_use");

    let area = operator.make("territories", &territory("area", [0, 0, 1, 1]));
    let place = format!("/api/v1/territories/{area}");
    operator.put(&place, &redrawn("area", [0, 0, 2, 2])).refused(403, "forbidden");
    // decisions name the version: other borders have another
    let same_version = admin.put(&place, &territory("area", [0, 0, 2, 2])).refused(422, "malformed");
    assert_eq!(same_version["field"], "definition", "{same_version}");
    admin.put(&place, &redrawn("area", [0, 0, 2, 2])).is(200);
    admin.put(&place, &territory("area", [0, 0, 1, 1])).refused(422, "malformed");

    let list = |expires_s: i64| json!({ "name": "verified", "list": "allow", "steward": books.organization, "evidence": "inspected", "expires_s": expires_s });
    let registry = operator.make("registries", &list(now_s() + 1_000));
    let registry = format!("/api/v1/registries/{registry}");
    operator.put(&registry, &list(now_s() + 900)).is(200);
    admin.in_force(&registry);
    operator.put(&registry, &list(now_s() + 3)).refused(409, "in_use");
    operator.put(&registry, &list(now_s() + 5_000)).is(200);
}

#[test]
fn a_territory_holds_from_when_it_is_said_to() {
    let desk = Desk::new();
    let admin = desk.admin();
    let (books, _) = tenant(&admin, "kyiv");
    let text = r#"@id("on") permit(principal, action == Action::"serve", resource);
@id("off") @reason("BLOCKED_AREA")
forbid(principal, action == Action::"serve", resource) when { resource.territories.contains(Territory::"closed") };
"#;
    let mut closed = territory("closed", [30, 50, 31, 51]);
    closed["valid_until_s"] = json!(1_000);
    let area = admin.make("territories", &closed);
    let rules = admin.make("restrictions", &json!({ "name": "rules.cedar", "text": text }));
    admin.post(&format!("/api/v1/restrictions/{rules}/enable"), &json!({})).is(200);
    let decided = || {
        let asked =
            json!({ "terminal": books.terminal, "latitude_e7": 504_500_000, "longitude_e7": 305_200_000 });
        admin.post("/api/v1/decisions", &asked).is(200).json()["outcome"].clone()
    };
    assert_eq!(decided(), "permitted");
    admin.put(&format!("/api/v1/territories/{area}"), &territory("closed", [30, 50, 31, 51])).is(200);
    assert_eq!(decided(), "refused");
    let mut otherwise = territory("later", [30, 50, 31, 51]);
    let mut definition: Value = serde_json::from_str(otherwise["definition"].as_str().unwrap()).unwrap();
    definition["from_s"] = json!(5_000);
    otherwise["definition"] = json!(definition.to_string());
    admin.post("/api/v1/territories", &otherwise).refused(422, "definition_refused");
}
