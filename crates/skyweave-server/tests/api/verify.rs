//! State is what the events come to, and a check finds where it is not.

use serde_json::json;
use skyweave_control::command::{Actor, Command};
use skyweave_control::enforcement::Rules;
use skyweave_server::clock::{now_ns, ulid};
use skyweave_server::service::{Request, Work, carry_out, rebuild, verify};
use skyweave_server::store;
use sqlx::{Connection, SqliteConnection};

#[tokio::test]
async fn state_is_the_fold_of_events_and_can_be_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("a.db").display());
    let store = store::open(&url, 1).await.unwrap();
    let id = |prefix: &str| format!("{prefix}_{}", ulid(now_ns()).unwrap());
    let (organization, account, terminal, incident) = (id("org"), id("acc"), id("ut"), id("inc"));
    let finding = json!({
        "cause": "roaming", "since_s": 1, "until_s": 2, "looks": 3, "evidence": "claimed_gnss", "outside_65536": 60_000,
        "latitude_e7": 0, "longitude_e7": 0, "error_m": 30,
    });
    let commands = [
        json!({ "kind": "organization", "id": organization, "do": { "verb": "create", "spec": { "name": "Relief" } } }),
        json!({ "kind": "account", "id": account, "do": { "verb": "create", "spec": { "name": "A", "organization": organization } } }),
        json!({ "kind": "terminal", "id": terminal, "do": { "verb": "enter", "entry": { "hardware_key": "UT-0001", "account": account, "tags": ["a", "b"] } } }),
        json!({ "kind": "incident", "id": incident, "do": { "verb": "open", "terminal": terminal, "finding": finding } }),
        json!({ "kind": "terminal", "id": terminal, "do": { "verb": "move", "by": "report_lost", "reason": "gone" } }),
    ];
    for command in commands {
        let command: Command = serde_json::from_value(command).unwrap();
        let work = Work {
            actor: &Actor::of_the_service("test"),
            requests: &[Request { command, expected_version: None }],
            now_ns: now_ns(),
            rules: &Rules::default(),
            law_since: None,
            dry_run: false,
            answer: None,
        };
        carry_out(&*store, &work).await.unwrap();
    }
    let found = verify(&*store).await.unwrap();
    assert_eq!((found.events, found.entities, found.differences.as_slice()), (5, 4, &[][..]));
    let mut other = SqliteConnection::connect(&url).await.unwrap();
    for tampering in [
        "UPDATE entity SET doc = replace(doc, 'lost', 'active') WHERE kind = 'terminal'",
        "UPDATE entity SET state = 'active' WHERE kind = 'terminal'",
        "DELETE FROM entity WHERE kind = 'incident'",
        "UPDATE entity SET version = 9 WHERE kind = 'account'",
    ] {
        sqlx::raw_sql(tampering).execute(&mut other).await.unwrap();
        let found = verify(&*store).await.unwrap();
        assert_eq!(found.differences.len(), 1, "{tampering}: {:?}", found.differences);
        rebuild(&*store).await.unwrap();
        assert_eq!(verify(&*store).await.unwrap().differences, [], "{tampering}");
    }
    store.close().await;
}
