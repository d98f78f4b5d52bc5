//! Terminals that are seen where their lines do not allow them: positions become incidents, and what follows from these.

use crate::desk::{Books, Desk, Hand, books, territory};
use serde_json::{Value, json};

const HOUR_S: i64 = 3_600;

fn now_s() -> i64 {
    skyweave_server::clock::now_ns() / 1_000_000_000
}

/// A terminal on a line of a plan that does not roam, at home from 30 to 31 degrees east.
fn at_home(admin: &Hand<'_>) -> Books {
    let books = books(admin, "kyiv");
    let plan = json!({
        "name": "stays", "down_kbit_s": 200_000, "up_kbit_s": 20_000, "priority": 3, "surfaces": ["land"],
        "in_motion_limit_cm_s": 0, "roaming": { "days": 0 },
    });
    let plan = admin.make("plans", &plan);
    let line = admin.make("service-lines", &crate::desk::line(&books.account, &plan));
    let attach = format!("/api/v1/user-terminals/{}/attach", books.terminal);
    admin.post(&attach, &json!({ "line": line })).is(200);
    Books { plan, line, ..books }
}

fn position(terminal: &str, time_s: i64, longitude_e7: i32) -> Value {
    json!({
        "terminal": terminal, "time_s": time_s, "latitude_e7": 504_500_000, "longitude_e7": longitude_e7,
        "error_m": 300, "evidence": "network_ranging",
    })
}

fn hourly(terminal: &str, from_s: i64, hours: i64, longitude_e7: i32) -> Value {
    let positions: Vec<Value> =
        (0..hours).map(|hour| position(terminal, from_s + hour * HOUR_S, longitude_e7)).collect();
    json!({ "positions": positions })
}

#[test]
fn a_terminal_that_went_over_the_border_and_stays_is_diverted_and_back_home_it_is_over() {
    let desk = Desk::new();
    let admin = desk.admin();
    let books = at_home(&admin);
    let start_s = now_s() - 30 * 24 * HOUR_S;
    let (home, abroad) = (305_200_000, 325_000_000);
    let open = || admin.get("/api/v1/incidents").is(200).json()["results"].clone();

    let quiet = admin.post("/api/v1/positions", &hourly(&books.terminal, start_s, 48, home)).is(200).json();
    assert_eq!((&quiet["positions"], &quiet["incidents"]), (&json!(48), &json!(0)));
    assert_eq!(open(), json!([]));

    let away_s = start_s + 48 * HOUR_S;
    let away = admin.post("/api/v1/positions", &hourly(&books.terminal, away_s, 200, abroad)).is(200).json();
    assert_eq!(away["incidents"], 1, "{away}");
    let incidents = open();
    let incident = &incidents[0];
    assert_eq!(incident["finding"]["cause"], "diverted", "{incident}");
    assert_eq!(incident["terminal"], json!(books.terminal));
    let seen = admin.get("/api/v1/user-terminals?incident=diverted").is(200).json();
    assert_eq!(seen["results"][0]["id"], json!(books.terminal), "{seen}");
    // the same again says nothing new
    let again = admin.post("/api/v1/positions", &hourly(&books.terminal, away_s, 200, abroad)).is(200).json();
    assert_eq!(again["incidents"], 0);

    let back_s = away_s + 200 * HOUR_S;
    admin.post("/api/v1/positions", &hourly(&books.terminal, back_s, 48, home)).is(200);
    let id = incident["id"].as_str().unwrap();
    let closed = admin.get(&format!("/api/v1/incidents/{id}")).is(200).json();
    assert_eq!((&closed["state"], &closed["outcome"]), (&json!("closed"), &json!("came_back")), "{closed}");
    let actors = admin.get(&format!("/api/v1/events?id={id}")).is(200).json();
    assert!(actors["results"].as_array().unwrap().iter().any(|event| event["actor"] == "rule of incidents"));
}

#[test]
fn what_somebody_has_closed_begins_anew_and_not_from_what_was_seen_before() {
    let desk = Desk::new();
    let admin = desk.admin();
    let books = at_home(&admin);
    let start_s = now_s() - 30 * 24 * HOUR_S;
    let post = |from_s: i64, hours: i64| {
        admin.post("/api/v1/positions", &hourly(&books.terminal, from_s, hours, 325_000_000)).is(200).json()
    };
    assert_eq!(post(start_s, 200)["incidents"], 1);
    let id = admin.get("/api/v1/incidents").is(200).json()["results"][0]["id"].as_str().unwrap().to_owned();
    let allowed = json!({ "outcome": "allowed" });
    admin.post(&format!("/api/v1/incidents/{id}/close"), &allowed).is(200);
    assert_eq!(post(start_s + 200 * HOUR_S, 5)["incidents"], 0);
    assert_eq!(post(start_s + 205 * HOUR_S, 200)["incidents"], 1);
}

#[test]
fn telemetry_says_where_terminals_are_and_is_watched_too() {
    let desk = Desk::new();
    let admin = desk.admin();
    let books = at_home(&admin);
    admin.make("territories", &territory("abroad", [32, 49, 36, 52]));
    let start_s = now_s() - 7 * HOUR_S;
    let row = |time_s: i64, cell: Option<&str>| {
        let mut row = json!({ "UtcTimestampNs": time_s * 1_000_000_000, "DeviceId": books.terminal });
        if let Some(cell) = cell {
            row["H3CellId"] = json!(cell);
        }
        row
    };
    // 50.45 N, 32.5 E
    let cell = h3o::LatLng::new(50.45, 32.5).unwrap().to_cell(h3o::Resolution::Five).to_string();
    let rows: Vec<Value> = (0..7).map(|hour| row(start_s + hour * HOUR_S, Some(&cell))).collect();
    let state = || {
        let terminal = admin.get(&format!("/api/v1/user-terminals/{}", books.terminal));
        terminal.is(200).json()["state"].as_str().unwrap().to_owned()
    };
    assert_eq!(state(), "assigned");
    admin.post("/api/v1/telemetry", &json!({ "rows": rows })).is(200);
    assert_eq!(state(), "active", "it was seen");
    let seen = admin.get("/api/v1/user-terminals?territory=abroad").is(200).json();
    assert_eq!(seen["results"][0]["id"], json!(books.terminal), "{seen}");
    // a row without a cell does not make it be nowhere
    admin.post("/api/v1/telemetry", &json!({ "rows": [row(now_s(), None)] })).is(200);
    let seen = admin.get("/api/v1/user-terminals?territory=abroad").is(200).json();
    assert_eq!(seen["results"].as_array().unwrap().len(), 1, "{seen}");
    assert_eq!(
        admin.get("/api/v1/incidents").is(200).json()["results"],
        json!([]),
        "seven hours are no diversion"
    );
}

#[test]
fn what_a_terminal_claims_does_not_keep_out_what_the_network_knows() {
    let desk = Desk::new();
    let admin = desk.admin();
    let books = at_home(&admin);
    let start_s = now_s() - 20 * 24 * HOUR_S;
    let claim = |time_s: i64| {
        let mut claim = position(&books.terminal, time_s, 305_200_000);
        claim["evidence"] = json!("claimed_gnss");
        claim
    };
    let mut opened = 0;
    for day in 0..10 {
        let hours = (0..24).map(|hour| start_s + (day * 24 + hour) * HOUR_S);
        // each claim to be home comes a minute before what the network found an hour's look earlier, and is newer
        let mixed: Vec<Value> = hours
            .flat_map(|time_s| [claim(time_s + 60), position(&books.terminal, time_s, 325_000_000)])
            .collect();
        for pair in mixed.chunks(2) {
            for one in pair {
                let told = admin.post("/api/v1/positions", &json!({ "positions": [one] })).is(200).json();
                assert_eq!(told["used"], 1, "{one}");
                opened += told["incidents"].as_u64().unwrap();
            }
        }
    }
    assert_eq!(opened, 1);
    let late = position(&books.terminal, start_s, 325_000_000);
    assert_eq!(admin.post("/api/v1/positions", &json!({ "positions": [late] })).is(200).json()["used"], 0);
}

#[test]
fn positions_are_reported_by_those_who_run_the_service() {
    let desk = Desk::new();
    let admin = desk.admin();
    let books = at_home(&admin);
    let one = |position: Value| json!({ "positions": [position] });
    let good = position(&books.terminal, now_s(), 305_200_000);
    let of_account = admin.other(&["operator"], Some(&books.account));
    of_account.post("/api/v1/positions", &one(good.clone())).refused(403, "forbidden");
    for (field, value, code) in [
        ("terminal", json!("ut_01JD8Z3N7Q4K2M5T6V7W8X9Y0Z"), "row_refused"),
        ("latitude_e7", json!(900_000_001), "row_refused"),
        ("time_s", json!(-1), "row_refused"),
        ("time_s", json!(now_s() + 1_000), "row_refused"),
    ] {
        let mut wrong = good.clone();
        wrong[field] = value;
        let problem = admin.post("/api/v1/positions", &one(wrong));
        assert_eq!(problem.status, 422, "{field}: {}", problem.text);
        assert_eq!(problem.json()["refusals"][0]["code"], code, "{field}");
        assert_eq!(problem.json()["refusals"][0]["field"], field);
    }
    let mut wrong = good.clone();
    wrong["evidence"] = json!("hearsay");
    admin.post("/api/v1/positions", &one(wrong)).refused(400, "invalid_body");
    let many = json!({ "positions": vec![good; 1_001] });
    admin.post("/api/v1/positions", &many).refused(422, "too_many");
}
