//! The log and orders: what belongs together is stored together, and nobody changes a leaf.

use crate::cluster::{cluster, file_in, name_of};
use skyweave_server::store::{
    self, ApprovalRow, EventQuery, Leaf, LogChange, Note, OrderRow, Store, StoreError,
};
use sqlx::{Connection, SqliteConnection};
use std::sync::Arc;

contract!(
    what_belongs_together_is_stored_together,
    two_that_append_at_one_place_conflict,
    published_leaves_leave_the_outbox,
    of_each_point_and_epoch_the_first_word_counts,
);

fn leaf(place: i64, entry: &[u8]) -> Leaf {
    Leaf { leaf: place, kind: "order.v1".to_owned(), time_ns: 5, entry: entry.to_vec() }
}

fn order(id: &str, state: &str, version: i64) -> OrderRow {
    let payload = b"{}".to_vec();
    OrderRow {
        id: id.to_owned(),
        state: state.to_owned(),
        version,
        payload,
        created_ns: 1,
        updated_ns: version,
    }
}

fn note(id: &str) -> Note {
    let payload = r#"{"type":"order.proposed","data":{}}"#.to_owned();
    let (id, actor) = (id.to_owned(), "a test".to_owned());
    Note { kind: "order", id, name: "order.proposed", time_ns: 5, actor, account: None, payload }
}

fn change(place: i64) -> LogChange {
    let approval = ApprovalRow {
        order: "a".to_owned(),
        approver: "bob".to_owned(),
        leaf: place,
        verdict: "approve".to_owned(),
    };
    LogChange {
        leaves: vec![leaf(place, b"entry")],
        orders: vec![order("a", "proposed", place + 1)],
        approvals: vec![approval],
        documents: vec![("document/00".to_owned(), b"bytes".to_vec())],
        note: Some(note("a")),
    }
}

async fn events(store: &Arc<dyn Store>) -> usize {
    store.events(&EventQuery::after(0, 100)).await.unwrap().len()
}

async fn what_belongs_together_is_stored_together(store: &Arc<dyn Store>) {
    assert_eq!(store.log_size().await.unwrap(), 0);
    store.put_log(change(0)).await.unwrap();
    store.put_log(change(1)).await.unwrap();
    assert_eq!(store.log_size().await.unwrap(), 2);
    assert_eq!(store.leaves(1, 10).await.unwrap(), [leaf(1, b"entry")]);
    assert_eq!(store.order("a").await.unwrap(), Some(order("a", "proposed", 2)));
    assert_eq!(store.orders("", 10).await.unwrap().len(), 1);
    assert_eq!(store.orders("a", 10).await.unwrap(), []);
    let words = store.approvals("a").await.unwrap();
    assert_eq!(words.iter().map(|word| word.leaf).collect::<Vec<_>>(), [0, 1]);
    assert_eq!(store.document("document/00").await.unwrap(), Some(b"bytes".to_vec()));
    assert_eq!(store.document("document/01").await.unwrap(), None);
    assert_eq!(events(store).await, 2);
}

async fn two_that_append_at_one_place_conflict(store: &Arc<dyn Store>) {
    store.put_log(change(0)).await.unwrap();
    let second = LogChange {
        orders: vec![order("b", "proposed", 1)],
        documents: vec![("document/02".to_owned(), Vec::new())],
        note: Some(note("b")),
        ..change(0)
    };
    let refused = store.put_log(second).await.unwrap_err();
    assert!(matches!(refused, StoreError::Conflict { .. }), "{refused}");
    // nothing of it is there
    assert_eq!(store.log_size().await.unwrap(), 1);
    assert_eq!(store.order("b").await.unwrap(), None);
    assert_eq!(store.document("document/02").await.unwrap(), None);
    assert_eq!((events(store).await, store.unpublished().await.unwrap()), (1, 1));
}

async fn published_leaves_leave_the_outbox(store: &Arc<dyn Store>) {
    for place in 0..4 {
        store.put_log(LogChange { leaves: vec![leaf(place, b"x")], ..LogChange::default() }).await.unwrap();
    }
    assert_eq!(store.unpublished().await.unwrap(), 4);
    assert_eq!(store.newest_checkpoint().await.unwrap(), None);
    store.put_checkpoint(3, "three".to_owned(), 7).await.unwrap();
    assert_eq!(store.unpublished().await.unwrap(), 1);
    store.put_checkpoint(4, "four".to_owned(), 8).await.unwrap();
    store.put_checkpoint(4, "four, cosigned again".to_owned(), 9).await.unwrap();
    assert_eq!(store.newest_checkpoint().await.unwrap(), Some((4, "four, cosigned again".to_owned())));
    assert_eq!(store.unpublished().await.unwrap(), 0);
}

async fn of_each_point_and_epoch_the_first_word_counts(store: &Arc<dyn Store>) {
    let said = |point: &str, epoch: i64, word: &[u8]| (point.to_owned(), epoch, word.to_vec());
    let first = vec![said("b", 1, b"b1"), said("a", 1, b"a1"), said("a", 2, b"a2")];
    assert_eq!(store.put_acknowledgements(first).await.unwrap(), 3);
    let again = vec![said("a", 1, b"other"), said("c", 1, b"c1")];
    assert_eq!(store.put_acknowledgements(again).await.unwrap(), 1);
    assert_eq!(store.acknowledgements(1).await.unwrap(), [b"a1".to_vec(), b"b1".to_vec(), b"c1".to_vec()]);
    assert_eq!(store.acknowledgements(3).await.unwrap(), Vec::<Vec<u8>>::new());
}

#[tokio::test]
async fn leaves_can_neither_be_changed_nor_deleted_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let url = file_in(folder.path());
    let store = store::open(&url, 1).await.unwrap();
    store.put_log(change(0)).await.unwrap();
    store.close().await;
    let mut connection = SqliteConnection::connect(&url).await.unwrap();
    for sql in ["UPDATE log_leaf SET entry = x'00'", "DELETE FROM log_leaf"] {
        let error = sqlx::raw_sql(sql).execute(&mut connection).await.unwrap_err();
        assert!(error.to_string().contains("leaves are append-only"), "{sql}: {error}");
    }
}

#[tokio::test]
async fn leaves_can_neither_be_changed_nor_deleted_postgres() {
    let Some(cluster) = cluster() else { return };
    let url = cluster.database();
    let store = store::open(&url, 1).await.unwrap();
    store.put_log(change(0)).await.unwrap();
    for sql in ["UPDATE log_leaf SET kind = ''", "DELETE FROM log_leaf", "TRUNCATE log_leaf"] {
        let guarded = format!(
            "DO $do$ BEGIN {sql}; RAISE EXCEPTION 'it went through'; EXCEPTION WHEN raise_exception THEN
             IF SQLERRM <> 'leaves are append-only' THEN RAISE; END IF; END $do$"
        );
        cluster.psql(name_of(&url), &guarded);
    }
    assert_eq!(store.log_size().await.unwrap(), 1);
    store.close().await;
}
