//! Nobody changes the past, not even with SQL.

use crate::cluster::{cluster, file_in, name_of};
use crate::rows::change;
use skyweave_server::store;
use sqlx::{Connection, SqliteConnection};

#[tokio::test]
async fn events_can_neither_be_changed_nor_deleted_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let url = file_in(folder.path());
    let store = store::open(&url, 1).await.unwrap();
    store.commit(change("plan", "plan_1", 1)).await.unwrap();
    store.close().await;
    let mut connection = SqliteConnection::connect(&url).await.unwrap();
    for sql in ["UPDATE event SET payload = ''", "DELETE FROM event"] {
        let error = sqlx::raw_sql(sql).execute(&mut connection).await.unwrap_err();
        assert!(error.to_string().contains("events are append-only"), "{sql}: {error}");
    }
}

#[tokio::test]
async fn events_can_neither_be_changed_nor_deleted_postgres() {
    let Some(cluster) = cluster() else { return };
    let url = cluster.database();
    let store = store::open(&url, 1).await.unwrap();
    store.commit(change("plan", "plan_1", 1)).await.unwrap();
    let refused = |sql: &str| {
        let sql = format!(
            "DO $do$ BEGIN {sql}; RAISE EXCEPTION 'it went through'; EXCEPTION WHEN raise_exception THEN
             IF SQLERRM <> 'events are append-only' THEN RAISE; END IF; END $do$"
        );
        cluster.psql(name_of(&url), &sql);
    };
    refused("UPDATE event SET payload = ''");
    refused("DELETE FROM event");
    refused("TRUNCATE event");
    assert_eq!(store.events(&crate::contract::since(0)).await.unwrap().len(), 1);
    store.close().await;
}
