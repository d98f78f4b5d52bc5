//! What terminals report, and what is remembered of where they were.

use crate::rows::{S, account};
use skyweave_server::store::{Scope, Sighting, Store, TelemetryRow};
use std::sync::Arc;

contract!(
    telemetry_is_read_until_acknowledged,
    what_is_remembered_of_positions_is_the_last,
    hours_of_use_are_counted,
);

type Opened = Arc<dyn Store>;

pub fn measured(terminal: &str, account: &str, time_ns: i64) -> TelemetryRow {
    TelemetryRow {
        seq: 0,
        terminal: terminal.to_owned(),
        account: Some(account.to_owned()),
        time_ns,
        doc: format!("{{\"UtcTimestampNs\":{time_ns}}}"),
    }
}

async fn telemetry_is_read_until_acknowledged(store: &Opened) {
    store.commit(account("acc_a", None)).await.unwrap();
    let rows: Vec<_> =
        (1..=10).map(|n| measured("ut_1", if n > 5 { "acc_a" } else { "acc_b" }, n * 15 * S)).collect();
    assert_eq!(store.put_telemetry(rows.clone(), 7).await.unwrap(), 10);
    assert_eq!(store.put_telemetry(rows, 8).await.unwrap(), 0, "a repeated request adds nothing");
    let read = store.telemetry(&Scope::All, 0, 4).await.unwrap();
    assert_eq!(read.iter().map(|row| row.time_ns / (15 * S)).collect::<Vec<_>>(), [1, 2, 3, 4]);
    let scope = Scope::Account("acc_a".to_owned());
    assert_eq!(store.telemetry(&scope, 0, 100).await.unwrap().len(), 5);
    assert_eq!(store.acknowledged("client_1", "").await.unwrap(), 0);
    store.acknowledge("client_1", "", read[3].seq).await.unwrap();
    store.acknowledge("client_1", "", read[0].seq).await.unwrap();
    assert_eq!(store.acknowledged("client_1", "").await.unwrap(), read[3].seq);
    assert_eq!(store.acknowledged("client_1", "other").await.unwrap(), 0);
    assert_eq!(store.telemetry(&Scope::All, read[3].seq, 100).await.unwrap().len(), 6);
    let at = store.telemetry_at("ut_1", 50 * S).await.unwrap().unwrap();
    assert_eq!(at.time_ns, 45 * S);
    assert_eq!(store.telemetry_at("ut_1", 14 * S).await.unwrap(), None);
    let (first, last) = store.telemetry_range().await.unwrap();
    assert!(first >= 1 && last >= first + 9);
}

async fn what_is_remembered_of_positions_is_the_last(store: &Opened) {
    let said = |terminal: &str, doc: &str| (terminal.to_owned(), doc.to_owned());
    let both = ["ut_1".to_owned(), "ut_2".to_owned()];
    assert_eq!(store.watches(&both).await.unwrap(), []);
    store.put_watches(vec![said("ut_2", "{}"), said("ut_1", "{\"a\":1}")]).await.unwrap();
    store.put_watches(vec![said("ut_1", "{\"a\":2}"), said("ut_3", "{}")]).await.unwrap();
    assert_eq!(store.watches(&both).await.unwrap(), [said("ut_1", "{\"a\":2}"), said("ut_2", "{}")]);
    assert_eq!(store.watches(&[]).await.unwrap(), []);
}

async fn hours_of_use_are_counted(store: &Opened) {
    let seen =
        |seen_s| Sighting { terminal: "ut_1".to_owned(), seen_s, hours: 0, cell: None, territory: None };
    for (seen_s, hours) in [
        (0, 1),
        (15, 1),
        (3_599, 1),
        (3_600, 2),
        (7_300, 3),
        (7_200, 3),
        (2_592_000, 4),
        (9_999_999, 1),
        (9_999_999, 1),
    ] {
        store.put_sightings(vec![seen(seen_s)]).await.unwrap();
        assert_eq!(store.sightings(&["ut_1".to_owned()]).await.unwrap()[0].hours, hours, "{seen_s}");
    }
    assert_eq!(store.sightings(&[]).await.unwrap(), []);
}
