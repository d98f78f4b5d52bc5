//! The order of activation, as customers know it: register the terminal, create the line, attach.

use crate::desk::{Desk, books};
use serde_json::{Value, json};

#[test]
fn a_terminal_is_activated_in_three_steps() {
    let desk = Desk::new();
    let admin = desk.admin();
    let books = books(&admin, "kyiv");
    let terminal = format!("/api/v1/user-terminals/{}", books.terminal);
    let registered = admin.get(&terminal).is(200);
    assert_eq!(registered.json()["state"], "registered");
    assert_eq!(registered.header("etag"), "\"1\"");
    assert_eq!(registered.header("cache-control"), "no-store");

    let attached = admin.post(&format!("{terminal}/attach"), &json!({ "line": books.line })).is(200);
    assert_eq!(attached.json()["state"], "assigned");
    assert_eq!(attached.header("etag"), "\"2\"");
    admin.post(&format!("{terminal}/activate"), &json!({})).is(200);
    let suspended = admin.post(&format!("{terminal}/suspend"), &json!({ "reason": "asked for" })).is(200);
    assert_eq!(suspended.json()["state"], "suspended");
    assert_eq!(suspended.json()["state_reason"], "asked for");
    // a body is not needed where there is nothing to say
    let resumed = admin.send("POST", &format!("{terminal}/resume"), None, &[]).is(200);
    assert_eq!(resumed.json()["state"], "assigned");

    let closing = admin.post(&format!("/api/v1/service-lines/{}/close", books.line), &json!({}));
    let problem = closing.refused(409, "in_use");
    assert_eq!(problem["because_of"], books.terminal);
    admin
        .post(&format!("{terminal}/suspend"), &json!({ "verb": "retire", "reason": "x" }))
        .refused(400, "invalid_body");
}

#[test]
fn a_version_that_is_no_more_is_refused() {
    let desk = Desk::new();
    let admin = desk.admin();
    let id = admin.make("organizations", &json!({ "name": "One" }));
    let path = format!("/api/v1/organizations/{id}");
    let update = |tag: &str, name: &str| {
        let headers = [("content-type", "application/json"), ("if-match", tag)];
        admin.send("PUT", &path, Some(json!({ "name": name }).to_string()), &headers)
    };
    assert_eq!(update("\"1\"", "Two").is(200).header("etag"), "\"2\"");
    let problem = update("\"1\"", "Three").refused(412, "version_conflict");
    assert!(problem["detail"].as_str().unwrap().contains("version 2"), "{problem}");
    update("*", "Three").is(200);
    update("1", "Four").refused(400, "invalid_if_match");
    let known = admin.send("GET", &path, None, &[("if-none-match", "\"3\"")]).is(304);
    assert_eq!(known.text, "");
    admin.send("GET", &path, None, &[("if-none-match", "\"2\"")]).is(200);
}

#[test]
fn a_dry_run_changes_nothing() {
    let desk = Desk::new();
    let admin = desk.admin();
    let body = json!({ "name": "One" });
    let would = admin.post("/api/v1/organizations?dry_run=true", &body).is(200);
    assert_eq!(would.header("skyweave-dry-run"), "true");
    assert_eq!(would.json()["name"], "One");
    assert_eq!(admin.get("/api/v1/organizations").is(200).json()["results"], json!([]));
    admin.post("/api/v1/organizations?dry_run=maybe", &body).refused(400, "invalid_parameter");
    admin.make("organizations", &body);
    admin.post("/api/v1/organizations?dry_run=true", &body).refused(409, "name_taken");
}

#[test]
fn commands_are_carried_out_all_or_none() {
    let desk = Desk::new();
    let admin = desk.admin();
    let books = books(&admin, "kyiv");
    let command = |verb: Value| json!({ "kind": "terminal", "id": books.terminal, "do": verb });
    let attach = command(json!({ "verb": "attach", "line": books.line }));
    let suspend = command(json!({ "verb": "move", "by": "suspend", "reason": "asked for" }));
    let absurd = command(json!({ "verb": "move", "by": "resume" }));
    let both = json!({ "commands": [attach, absurd] });
    let problem = admin.post("/api/v1/commands", &both);
    assert!(problem.status >= 400, "{}", problem.text);
    let path = format!("/api/v1/user-terminals/{}", books.terminal);
    assert_eq!(admin.get(&path).json()["version"], 1, "half of it was done");
    let good = json!({ "commands": [attach, suspend] });
    let done = admin.post("/api/v1/commands", &good).is(200).json();
    assert_eq!(done["results"][1]["version"], 3);
    assert_eq!(admin.get(&path).json()["state"], "suspended");
    let operator = admin.other(&["operator"], None);
    let enable = json!({ "commands": [{ "kind": "restriction", "id": "rst_01JD8Z3N7Q4K2M5T6V7W8X9Y0Z", "do": { "verb": "enable" } }] });
    let problem = operator.post("/api/v1/commands", &enable).refused(422, "rows_refused");
    assert_eq!(problem["refusals"][0]["code"], "forbidden", "{problem}");
}

#[test]
fn later_commands_see_what_belongs_to_what_after_earlier_ones() {
    let desk = Desk::new();
    let admin = desk.admin();
    let books = books(&admin, "kyiv");
    let all = |commands: &[Value]| admin.post("/api/v1/commands", &json!({ "commands": commands }));
    let terminal = |verb: Value| json!({ "kind": "terminal", "id": books.terminal, "do": verb });
    let attach = terminal(json!({ "verb": "attach", "line": books.line }));
    let detach = terminal(json!({ "verb": "move", "by": "detach" }));
    let close = |kind: &str, id: &str| json!({ "kind": kind, "id": id, "do": { "verb": "close" } });
    let close_line = close("service_line", &books.line);
    let refused = all(&[attach.clone(), close_line.clone()]).refused(409, "in_use");
    assert_eq!(refused["because_of"], books.terminal);
    all(&[attach]).is(200);
    all(&[detach, close_line]).is(200);

    let account = |parent: &str| {
        let spec = json!({ "name": "below", "organization": books.organization, "parent": parent });
        json!({ "kind": "account", "do": { "verb": "create", "spec": spec } })
    };
    let parent = admin.make("accounts", &json!({ "name": "P", "organization": books.organization }));
    all(&[account(&parent), close("account", &parent)]).refused(409, "in_use");
    // more than a look-up gives, of which all but one are closed
    let made = all(&vec![account(&parent); 102]).is(200).json();
    let below: Vec<&str> =
        made["results"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    let mut commands: Vec<Value> = below.iter().map(|id| close("account", id)).collect();
    let last = commands.pop().unwrap();
    commands.push(close("account", &parent));
    let refused = all(&commands).refused(409, "in_use");
    assert_eq!(refused["because_of"], below[101]);
    commands.insert(0, last);
    all(&commands).is(200);

    let finding = json!({
        "cause": "roaming", "since_s": 1, "until_s": 2, "looks": 3, "evidence": "claimed_gnss", "outside_65536": 60_000,
        "latitude_e7": 0, "longitude_e7": 0, "error_m": 30,
    });
    let open = json!({ "verb": "open", "terminal": books.terminal, "finding": finding });
    let open = json!({ "kind": "incident", "do": open });
    assert!(all(&[open.clone(), open.clone()]).status >= 400, "a terminal has one open incident");
    all(&[open]).is(200);
}

#[test]
fn names_that_earlier_commands_free_are_free_for_later_ones() {
    let desk = Desk::new();
    let admin = desk.admin();
    let all = |commands: &[Value]| admin.post("/api/v1/commands", &json!({ "commands": commands }));
    let named = |id: &str, verb: &str, name: &str| json!({ "kind": "organization", "id": id, "do": { "verb": verb, "spec": { "name": name } } });
    let name_of = |id: &str| admin.get(&format!("/api/v1/organizations/{id}")).is(200).json()["name"].clone();
    let (one, two) = (
        admin.make("organizations", &json!({ "name": "one" })),
        admin.make("organizations", &json!({ "name": "two" })),
    );
    // written before the one that has the name until then
    let first = "org_01000000000000000000000000";
    all(&[named(&one, "update", "former"), named(first, "create", "one")]).is(200);
    assert_eq!((name_of(&one), name_of(first)), (json!("former"), json!("one")));
    let exchanged =
        [named(first, "update", "x"), named(&two, "update", "one"), named(first, "update", "two")];
    all(&exchanged).is(200);
    assert_eq!((name_of(&two), name_of(first)), (json!("one"), json!("two")));
    let close = json!({ "kind": "organization", "id": two, "do": { "verb": "close" } });
    all(&[close, named(&one, "update", "one")]).is(200);
    assert_eq!(name_of(&one), "one");
    let taken = [named(&one, "update", "other"), named(first, "update", "other")];
    all(&taken).refused(409, "name_taken");
    admin.post("/api/v1/organizations", &json!({ "name": "one" })).refused(409, "name_taken");
}

#[test]
fn one_command_for_many_terminals() {
    let desk = Desk::new();
    let admin = desk.admin();
    let books = books(&admin, "kyiv");
    let mut terminals = vec![books.terminal.clone()];
    for n in 0..20 {
        let entry =
            json!({ "hardware_key": format!("UT-{n:04}"), "account": books.account, "line": books.line });
        terminals.push(admin.make("user-terminals", &entry));
    }
    let suspend =
        json!({ "terminals": terminals, "do": { "verb": "move", "by": "suspend", "reason": "drill" } });
    let preview = admin.post("/api/v1/bulk?dry_run=true", &suspend).is(200).json();
    assert_eq!((&preview["changed"], &preview["refused"]), (&json!(20), &json!(1)), "{preview}");
    assert_eq!(preview["rows"][0]["would"], "refuse");
    let refused = admin.post("/api/v1/bulk", &suspend);
    assert!(refused.status == 409 || refused.status == 422, "{}", refused.text);
    let mut others = suspend.clone();
    others["mode"] = json!("skip_refused");
    let done = admin.post_with("/api/v1/bulk", &others, &[("idempotency-key", "drill-1")]).is(200).json();
    assert_eq!(done["changed"], 20);
    assert_eq!(admin.get("/api/v1/user-terminals?state=suspended&count=true").is(200).json()["total"], 20);
    let again = admin.post_with("/api/v1/bulk", &others, &[("idempotency-key", "drill-1")]).is(200);
    assert_eq!(again.json()["changed"], 20, "it was done twice");
}

#[test]
fn policies_and_registries_need_an_approver() {
    let desk = Desk::new();
    let admin = desk.admin();
    let organization = admin.make("organizations", &json!({ "name": "Steward" }));
    let registry =
        json!({ "name": "verified", "list": "allow", "steward": organization, "evidence": "inspected" });
    let registry = admin.make("registries", &registry);
    let path = format!("/api/v1/registries/{registry}");
    let operator = admin.other(&["operator"], None);
    operator.post(&format!("{path}/add"), &json!({ "keys": ["UT-0001"] })).is(200);
    let force = json!({ "preview": operator.previewed(&path, &json!({})) });
    operator.post(&format!("{path}/put-in-force"), &force).refused(403, "forbidden");
    let approver = admin.other(&["approver"], None);
    approver.post(&format!("{path}/add"), &json!({ "keys": ["UT-0002"] })).refused(403, "forbidden");
    approver.post(&format!("{path}/put-in-force"), &json!({})).refused(409, "stale_preview");
    approver.post(&format!("{path}/put-in-force"), &force).is(200);
    // what cuts somebody off a list in force is for both: an operator who puts lists in force
    let remove = |keys: &Value, preview: Value| json!({ "keys": keys, "preview": preview });
    let keys = json!(["UT-0001"]);
    operator.post(&format!("{path}/remove"), &json!({ "keys": keys })).refused(409, "stale_preview");
    let preview = operator.previewed(&path, &json!({ "change": "remove", "keys": keys }));
    operator.post(&format!("{path}/remove"), &remove(&keys, preview.clone())).refused(403, "forbidden");
    let other = remove(&json!(["UT-0001", "UT-0002"]), preview.clone());
    admin.post(&format!("{path}/remove"), &other).refused(409, "stale_preview");
    admin.post(&format!("{path}/remove"), &remove(&keys, preview)).is(200);
    operator.post(&format!("{path}/add"), &json!({ "keys": keys })).is(200);
    let lift = json!({ "reason": "it is over" });
    admin.post(&format!("{path}/lift"), &lift).refused(409, "stale_preview");
    let preview = admin.previewed(&path, &json!({ "change": "lift" }));
    admin.post(&format!("{path}/lift"), &json!({ "reason": "it is over", "preview": preview })).is(200);
}

#[test]
fn a_list_is_previewed_before_it_takes_effect() {
    let desk = Desk::new();
    let admin = desk.admin();
    let books = books(&admin, "kyiv");
    let mut keys = Vec::new();
    for n in 0..20 {
        let key = format!("UT-{:04}", n * 137);
        let entry = json!({ "hardware_key": key, "account": books.account, "line": books.line });
        admin.make("user-terminals", &entry);
        keys.push(key);
    }
    // one with a slip of the hand
    keys[7] = keys[7].replacen('9', "6", 1);
    let registry = json!({ "name": "verified", "list": "allow", "steward": books.organization, "evidence": "inspected" });
    let path = format!("/api/v1/registries/{}", admin.make("registries", &registry));
    admin.post(&format!("{path}/add"), &json!({ "keys": keys })).is(200);
    let asked = |home: &str| json!({ "terminals": [format!("home={home}")] });
    let preview = admin.post(&format!("{path}/preview"), &asked("kyiv")).is(200);
    assert_eq!(preview.header("etag"), "\"2\"");
    let preview = preview.json();
    assert_eq!((&preview["served"], &preview["keep"]), (&json!(20), &json!(19)), "{preview}");
    assert_eq!(preview["mistakes"][0]["hardware_key"], "UT-0959", "{preview}");
    let elsewhere = admin.post(&format!("{path}/preview"), &asked("odesa")).is(200).json();
    assert_eq!(elsewhere["served"], 0);
    let nonsense = json!({ "terminals": ["nonsense=1"] });
    admin.post(&format!("{path}/preview"), &nonsense).refused(400, "invalid_filter");
    // it holds for the same terminals and the same list only
    let named =
        |terminals: &Value| json!({ "preview": { "sha256": preview["sha256"], "terminals": terminals } });
    let force = format!("{path}/put-in-force");
    admin.post(&force, &named(&json!([]))).refused(409, "stale_preview");
    admin.post(&format!("{path}/add"), &json!({ "keys": ["UT-9999"] })).is(200);
    admin.post(&force, &named(&preview["terminals"])).refused(409, "stale_preview");
    let again = admin.previewed(&path, &asked("kyiv"));
    admin.post(&force, &json!({ "preview": again })).is(200);
    let told = admin.get("/api/v1/events?kind=registry").is(200).json();
    let told = told["results"].as_array().unwrap().last().unwrap()["payload"]["data"]["foreseen"].clone();
    assert_eq!((&told["lost"], &told["lost_by_mistake"]), (&json!(1), &json!(1)), "{told}");
}
