//! What was decided then, asked later: the same answer, whatever has become of everything since.

use crate::desk::{Desk, books, generous, redrawn, territory};
use serde_json::{Value, json};
use skyweave_server::clock::now_ns;
use std::time::Duration;

const S: i64 = 1_000_000_000;

const RULES: &str = r#"@id("on")
permit(principal, action == Action::"serve", resource)
when { resource.territories.contains(Territory::"country") };

@id("district-off")
@reason("BLOCKED_AREA")
forbid(principal, action == Action::"serve", resource)
when { resource.territories.contains(Territory::"district") }
unless { principal in Registry::"let-in" };
"#;

fn next_second() {
    std::thread::sleep(Duration::from_millis(1_100));
}

#[test]
fn what_was_decided_is_decided_again_for_that_time() {
    let desk = Desk::new();
    let admin = desk.admin();
    let books = books(&admin, "kyiv");
    let terminal = format!("/api/v1/user-terminals/{}", books.terminal);
    admin.make("territories", &territory("country", [26, 44, 36, 54]));
    let district = admin.make("territories", &territory("district", [33, 44, 36, 54]));
    let list =
        json!({ "name": "let-in", "list": "allow", "steward": books.organization, "evidence": "inspected" });
    let list = format!("/api/v1/registries/{}", admin.make("registries", &list));
    let rules = admin.make("restrictions", &json!({ "name": "rules.cedar", "text": RULES }));
    admin.post(&format!("/api/v1/restrictions/{rules}/enable"), &json!({})).is(200);
    admin.post(&format!("{terminal}/attach"), &json!({ "line": books.line })).is(200);
    let row =
        json!({ "UtcTimestampNs": now_ns(), "DeviceId": books.terminal, "H3CellId": "851e2657fffffff" });
    admin.post("/api/v1/telemetry", &json!({ "rows": [row] })).is(200);
    next_second();

    let asked = |place: Option<i32>, at_s: Option<i64>| -> Value {
        let mut body = json!({ "terminal": books.terminal, "speed_cm_s": 100 });
        if let Some(longitude_e7) = place {
            (body["latitude_e7"], body["longitude_e7"]) = (json!(490_000_000), json!(longitude_e7));
        }
        if let Some(at_s) = at_s {
            body["at_s"] = json!(at_s);
        }
        admin.post("/api/v1/decisions", &body).is(200).json()
    };
    let places = [Some(305_000_000), Some(335_000_000), None];
    let then = places.map(|place| asked(place, None));
    assert_eq!((&then[0]["outcome"], &then[0]["position_from"]), (&json!("permitted"), &json!("request")));
    assert_eq!((&then[1]["code"], &then[1]["position_at_s"]), (&json!("BLOCKED_AREA"), &Value::Null));
    assert_eq!((&then[2]["position_from"], then[2]["position_at_s"].is_i64()), (&json!("telemetry"), true));
    let times = then.each_ref().map(|answer| answer["at_s"].as_i64().unwrap());
    next_second();

    // everything becomes something else
    admin.post(&format!("{list}/add"), &json!({ "keys": ["UT-KYIV"] })).is(200);
    admin.in_force(&list);
    let redrawn = redrawn("district", [27, 44, 28, 54]);
    admin.put(&format!("/api/v1/territories/{district}"), &redrawn).is(200);
    let mut plan = crate::desk::plan("kyiv plan");
    plan["surfaces"] = json!(["land", "sea"]);
    plan["in_motion_limit_cm_s"] = json!(9_000);
    admin.put(&format!("/api/v1/plans/{}", books.plan), &plan).is(200);
    assert_eq!(asked(places[1], None)["outcome"], "permitted");
    admin.post(&format!("/api/v1/restrictions/{rules}/disable"), &json!({})).is(200);
    admin.post(&format!("{terminal}/suspend"), &json!({ "reason": "unpaid" })).is(200);
    assert_eq!(asked(places[0], None)["code"], "ACCOUNT_DISABLED");
    for ((place, at_s), before) in places.into_iter().zip(times).zip(&then) {
        assert_eq!(asked(place, Some(at_s)), *before);
    }
}

/// With a store whose first event is older than what terminals report is kept.
#[test]
fn a_place_that_is_not_kept_any_more_is_told_from_one_that_nobody_knew() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sky.db");
    let store = format!("sqlite:{}", file.display());
    let desk = Desk::on(folder, store, generous());
    let admin = desk.admin();
    let books = books(&admin, "kyiv");
    let attach = format!("/api/v1/user-terminals/{}/attach", books.terminal);
    admin.post(&attach, &json!({ "line": books.line })).is(200);
    let asked =
        |at_s: i64| admin.post("/api/v1/decisions", &json!({ "terminal": books.terminal, "at_s": at_s }));
    let now_s = now_ns() / S;
    let nowhere = asked(now_s).is(200).json();
    assert_eq!((&nowhere["position_from"], &nowhere["decided_by"]), (&json!("nowhere"), &json!("position")));
    age(&file);
    let answer = asked(now_s - 8 * 3_600 - 600).is(200).json();
    assert_eq!((&answer["position_from"], &answer["code"]), (&json!("not_kept"), &json!("UNKNOWN_LOCATION")));
    let step = answer["remedies"][0]["step"].as_str().unwrap();
    assert!(step.contains("kept for 8 h"), "{step}");
}

/// Makes all events nine hours older, past the guard that keeps everybody from that.
fn age(file: &std::path::Path) {
    use sqlx::{Connection, SqliteConnection};
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut other = SqliteConnection::connect(&format!("sqlite:{}", file.display())).await.unwrap();
        let nine_hours =
            "DROP TRIGGER event_is_not_updated; UPDATE event SET time_ns = time_ns - 32400000000000";
        sqlx::raw_sql(nine_hours).execute(&mut other).await.unwrap();
    });
}
