//! What is decided about a terminal, now and at times past, from policies and territories that came through the API.

use crate::desk::{Desk, Hand, books, territory};
use serde_json::{Value, json};

/// From 44 to 54 degrees north.
fn band(name: &str, west: i32, east: i32) -> Value {
    territory(name, [west, 44, east, 54])
}

const ON: &str = r#"@id("country-on")
permit(principal, action == Action::"serve", resource)
when { resource.territories.contains(Territory::"country") };
"#;
const RULES: &str = r#"@id("district-off")
@reason("BLOCKED_AREA")
forbid(principal, action == Action::"serve", resource)
when { resource.territories.contains(Territory::"district") };

@id("slow-only")
@reason("MOVING_TOO_FAST_FOR_POLICY")
forbid(principal, action == Action::"serve", resource)
when { resource.territories.contains(Territory::"country") && context.speed_cm_s >= 2084 };
"#;

fn enabled(admin: &Hand<'_>, name: &str, text: &str) -> String {
    let id = admin.make("restrictions", &json!({ "name": name, "text": text }));
    admin.post(&format!("/api/v1/restrictions/{id}/enable"), &json!({})).is(200);
    id
}

fn decide(hand: &Hand<'_>, terminal: &str, longitude_e7: i32, more: &[(&str, Value)]) -> Value {
    let mut body = json!({ "terminal": terminal, "latitude_e7": 490_000_000, "longitude_e7": longitude_e7 });
    for (name, value) in more {
        body[*name] = value.clone();
    }
    hand.post("/api/v1/decisions", &body).is(200).json()
}

fn now_s() -> i64 {
    skyweave_server::clock::now_ns() / 1_000_000_000
}

#[test]
fn a_decision_says_by_what_until_when_and_what_would_do() {
    let desk = Desk::new();
    let admin = desk.admin();
    let books = books(&admin, "kyiv");
    let (inside, excluded) = (305_200_000, 335_000_000);
    let of_account = decide(&admin, &books.terminal, inside, &[]);
    assert_eq!(
        (&of_account["code"], &of_account["decided_by"]),
        (&json!("NO_ACTIVE_ACCOUNT"), &json!("service_line")),
        "{of_account}"
    );
    admin
        .post(&format!("/api/v1/user-terminals/{}/attach", books.terminal), &json!({ "line": books.line }))
        .is(200);
    let nothing = decide(&admin, &books.terminal, inside, &[]);
    assert_eq!(
        (&nothing["code"], &nothing["decided_by"], &nothing["policies"]),
        (&json!("BLOCKED_COUNTRY"), &json!("law"), &json!([]))
    );
    assert_eq!(nothing["emergency_call"], "permitted");

    admin.make("territories", &band("country", 26, 36));
    admin.make("territories", &band("district", 33, 36));
    let without = now_s();
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    enabled(&admin, "on.cedar", ON);
    let rules = enabled(&admin, "rules.cedar", RULES);
    let served = decide(&admin, &books.terminal, inside, &[]);
    assert_eq!((&served["outcome"], &served["remedies"]), (&json!("permitted"), &json!([])), "{served}");
    assert_eq!(
        (&served["policies"][0]["id"], &served["territories"]),
        (&json!("country-on"), &json!(["country"]))
    );

    let off = decide(&admin, &books.terminal, excluded, &[]);
    assert_eq!(
        (&off["code"], &off["policies"][0]["source"]),
        (&json!("BLOCKED_AREA"), &json!("rules.cedar:1")),
        "{off}"
    );
    let there = off["remedies"].as_array().unwrap().iter().find(|one| one["change"] == "move").unwrap();
    let distance_m = there["distance_m"].as_i64().unwrap();
    assert!(
        (30_000..42_000).contains(&distance_m) && there["bearing_deg"].as_i64().unwrap().abs_diff(270) < 5,
        "{there}"
    );
    let fast =
        decide(&admin, &books.terminal, inside, &[("speed_cm_s", json!(2_500)), ("in_motion", json!(true))]);
    assert_eq!(fast["code"], "MOVING_TOO_FAST_FOR_POLICY");
    let slower = fast["remedies"].as_array().unwrap().iter().find(|one| one["change"] == "below").unwrap();
    // the law would do with 2084, and its plan is for standing still
    assert_eq!((&slower["attribute"], &slower["bound"]), (&json!("speed_cm_s"), &json!(301)));
    assert_eq!(fast["also_refused_by"], json!(["plan"]));

    // as it was before the policies were enabled, and still is of then when they are gone
    let before = decide(&admin, &books.terminal, inside, &[("at_s", json!(without))]);
    assert_eq!(before["code"], "BLOCKED_COUNTRY");
    let then = now_s();
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    admin.post(&format!("/api/v1/restrictions/{rules}/disable"), &json!({})).is(200);
    assert_eq!(decide(&admin, &books.terminal, excluded, &[])["outcome"], "permitted");
    assert_eq!(decide(&admin, &books.terminal, excluded, &[("at_s", json!(then))])["code"], "BLOCKED_AREA");

    let unknown = admin.post("/api/v1/decisions", &json!({ "terminal": books.terminal })).is(200).json();
    assert_eq!(
        (&unknown["code"], &unknown["decided_by"]),
        (&json!("UNKNOWN_LOCATION"), &json!("position")),
        "{unknown}"
    );
    admin
        .post(&format!("/api/v1/user-terminals/{}/suspend", books.terminal), &json!({ "reason": "x" }))
        .is(200);
    let suspended = decide(&admin, &books.terminal, inside, &[]);
    assert_eq!(
        (&suspended["code"], &suspended["decided_by"]),
        (&json!("ACCOUNT_DISABLED"), &json!("terminal"))
    );
}

/// The edge of the district is at 33 degrees east; a place is refused if it is in the district with 95 %.
#[test]
fn an_uncertain_place_is_refused_only_if_nearly_all_of_it_is() {
    let desk = Desk::new();
    let admin = desk.admin();
    let books = books(&admin, "kyiv");
    let attach = format!("/api/v1/user-terminals/{}/attach", books.terminal);
    admin.post(&attach, &json!({ "line": books.line })).is(200);
    admin.make("territories", &band("country", 26, 36));
    admin.make("territories", &band("district", 33, 36));
    enabled(&admin, "on.cedar", ON);
    enabled(&admin, "rules.cedar", RULES);
    // 1e-7 degrees of longitude are 7.3 mm here
    let east_of_the_edge = |metres: i32| 330_000_000 + (f64::from(metres) / 0.0073) as i32;
    let judged = |metres: i32, error_m: i32, evidence: &str| {
        let more = [("error_m", json!(error_m)), ("evidence", json!(evidence))];
        decide(&admin, &books.terminal, east_of_the_edge(metres), &more)
    };
    for (metres, error_m, outcome) in [
        (300, 10, "refused"),
        (300, 1_000, "permitted"),
        (-300, 1_000, "permitted"),
        (1_400, 1_000, "permitted"),
        (2_000, 1_000, "refused"),
    ] {
        for evidence in ["claimed_gnss", "network_ranging"] {
            let found = judged(metres, error_m, evidence);
            assert_eq!(found["outcome"], outcome, "{metres} {error_m}: {found}");
        }
    }
    let share = judged(300, 1_000, "claimed_gnss")["refused_65536"].as_u64().unwrap();
    // 0.3 sigma beyond the edge: 61.8 %
    assert!((40_000..41_500).contains(&share), "{share}");
    let unsaid = decide(&admin, &books.terminal, east_of_the_edge(300), &[]);
    assert_eq!((&unsaid["outcome"], &unsaid["error_m"]), (&json!("refused"), &json!(10)));
    let ranged = json!({
        "terminal": books.terminal, "latitude_e7": 490_000_000, "longitude_e7": 0, "evidence": "network_ranging",
    });
    admin.post("/api/v1/decisions", &ranged).refused(400, "invalid_body");
}

#[test]
fn nothing_that_policies_speak_of_can_be_taken_from_under_them() {
    let desk = Desk::new();
    let admin = desk.admin();
    let books = books(&admin, "kyiv");
    let country = admin.make("territories", &band("country", 26, 36));
    let expires_s = now_s() + 2;
    let class = json!({ "name": "hospitals", "protection": "hospital", "steward": books.organization, "expires_s": expires_s });
    let class = admin.make("protected-classes", &class);
    let of_class = r#"@id("hospitals-on")
permit(principal, action == Action::"serve", resource)
when { principal.protected_class == ProtectedClass::"hospitals" };
"#;
    enabled(&admin, "on.cedar", ON);
    let second = enabled(&admin, "hospitals.cedar", of_class);
    let (of_country, of_class) =
        (format!("/api/v1/territories/{country}"), format!("/api/v1/protected-classes/{class}"));
    admin.post(&format!("{of_country}/withdraw"), &json!({})).refused(409, "law_does_not_compile");
    admin.post(&format!("{of_class}/dissolve"), &json!({})).refused(409, "law_does_not_compile");
    let withdraw =
        json!({ "commands": [{ "kind": "territory", "id": country, "do": { "verb": "withdraw" } }] });
    admin.post("/api/v1/commands", &withdraw).refused(409, "law_does_not_compile");
    admin.put(&of_country, &band("county", 26, 36)).refused(409, "in_use");
    admin.post("/api/v1/plans", &crate::desk::plan("none")).refused(409, "law_does_not_compile");
    // a class that expires is still known, and has nobody in it
    std::thread::sleep(std::time::Duration::from_millis(2_100));
    let attach = format!("/api/v1/user-terminals/{}/attach", books.terminal);
    admin.post(&attach, &json!({ "line": books.line })).is(200);
    assert_eq!(decide(&admin, &books.terminal, 305_200_000, &[])["outcome"], "permitted");
    admin.post(&format!("/api/v1/restrictions/{second}/disable"), &json!({})).is(200);
    admin.post(&format!("{of_class}/dissolve"), &json!({})).is(200);
}

#[test]
fn what_is_asked_wrongly_is_refused() {
    let desk = Desk::new();
    let admin = desk.admin();
    let books = books(&admin, "kyiv");
    let ask = |field: &str, value: Value| {
        let mut body = json!({ "terminal": books.terminal, "latitude_e7": 0, "longitude_e7": 0 });
        body[field] = value;
        admin.post("/api/v1/decisions", &body)
    };
    for (field, value) in [
        ("latitude_e7", json!(900_000_001)),
        ("longitude_e7", json!(null)),
        ("evidence", json!("hearsay")),
        ("surface", json!("moon")),
        ("use_class", json!("other")),
        ("speed_cm_s", json!(-1)),
        ("at_s", json!(-1)),
        ("at_s", json!(now_s() + 1_000)),
        ("no_such", json!(1)),
    ] {
        ask(field, value).refused(400, "invalid_body");
    }
    ask("at_s", json!(1_000)).refused(404, "not_found");
    ask("terminal", json!("ut_01JD8Z3N7Q4K2M5T6V7W8X9Y0Z")).refused(404, "not_found");
    let others = admin.make("accounts", &json!({ "name": "Others", "organization": books.organization }));
    let others = admin.other(&["viewer"], Some(&others));
    others.post("/api/v1/decisions", &json!({ "terminal": books.terminal })).refused(404, "not_found");
}

#[test]
fn policies_and_territories_that_are_not_right_are_refused_with_their_lines() {
    let desk = Desk::new();
    let admin = desk.admin();
    let policy = |text: &str| admin.post("/api/v1/restrictions", &json!({ "name": "x.cedar", "text": text }));
    let problem = policy("\n\npermit(principal, action, resource").refused(422, "policy_refused");
    assert!(problem["detail"].as_str().unwrap().starts_with("x.cedar:3:"), "{problem}");
    let problem = policy("@id(\"a\")\nforbid(principal, action == Action::\"serve\", resource);")
        .refused(422, "policy_refused");
    assert!(problem["refusals"][0]["row"].is_number(), "{problem}");
    let mut bad = band("country", 26, 36);
    bad["name"] = json!("other");
    admin.post("/api/v1/territories", &bad).refused(422, "definition_refused");
    let mut hashed = band("country", 26, 36);
    hashed["definition_sha256"] = json!("0".repeat(64));
    let answer = admin.post("/api/v1/territories", &hashed);
    assert_eq!(answer.status, 422, "{}", answer.text);
    // a policy that names what is not there is kept, and cannot be enabled
    let id = admin.make("restrictions", &json!({ "name": "on.cedar", "text": ON }));
    let enable = format!("/api/v1/restrictions/{id}/enable");
    let problem = admin.post(&enable, &json!({})).refused(409, "law_does_not_compile");
    assert!(problem["detail"].as_str().unwrap().contains("on.cedar:3"), "{problem}");
    let country = admin.make("territories", &band("country", 26, 36));
    admin.post(&enable, &json!({})).is(200);
    let withdraw = format!("/api/v1/territories/{country}/withdraw");
    admin.post(&withdraw, &json!({})).refused(409, "law_does_not_compile");
    let books = books(&admin, "kyiv");
    let asked = json!({ "terminal": books.terminal, "latitude_e7": 0, "longitude_e7": 0 });
    admin.post("/api/v1/decisions", &asked).is(200);
}

#[test]
fn a_former_holder_learns_nothing_and_leaves_no_trace() {
    let desk = Desk::new();
    let admin = desk.admin();
    let (from, to) = (books(&admin, "from"), books(&admin, "to"));
    let (old, new) = (
        admin.other(&["operator", "viewer"], Some(&from.account)),
        admin.other(&["operator", "viewer"], Some(&to.account)),
    );
    let dish = json!({ "name": "dish", "roles": ["terminal"], "terminal": from.terminal });
    let dish = old.post("/api/v1/clients", &dish).is(201).json();
    let dish = desk.hand(dish["id"].as_str().unwrap(), dish["client_secret"].as_str().unwrap());
    let report = |hand: &Hand<'_>, cell: &str| {
        let time_ns = skyweave_server::clock::now_ns();
        let row = json!({ "UtcTimestampNs": time_ns, "DeviceId": from.terminal, "H3CellId": cell });
        hand.post("/api/v1/telemetry", &json!({ "rows": [row] })).is(200);
    };
    let asked = json!({ "terminal": from.terminal });
    let ask = |hand: &Hand<'_>| hand.post("/api/v1/decisions", &asked);
    report(&dish, "851e2657fffffff");
    let before_s = now_s();
    assert!(ask(&dish).is(200).json()["position_e7"].is_array());
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    let transfer = json!({ "account": to.account, "holders": {}, "reason": "given" });
    admin.post(&format!("/api/v1/user-terminals/{}/transfer", from.terminal), &transfer).is(200);
    // the new holder has said nothing yet, and where the old one was is not where it is
    assert!(ask(&new).is(200).json()["position_e7"].is_null());
    let then = json!({ "terminal": from.terminal, "at_s": before_s });
    new.post("/api/v1/decisions", &then).refused(404, "not_found");
    assert!(admin.post("/api/v1/decisions", &then).is(200).json()["position_e7"].is_array());
    report(&new, "85283473fffffff");
    assert!(ask(&new).is(200).json()["position_e7"].is_array());
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    let since = json!({ "terminal": from.terminal, "at_s": now_s() - 1 });
    assert!(new.post("/api/v1/decisions", &since).is(200).json()["position_e7"].is_array());
    ask(&old).refused(404, "not_found");
    ask(&dish).refused(404, "not_found");
}
