//! How SQLite finds what is asked for: by which index, as it says itself of the statements that the store sends.

use crate::cluster::file_in;
use crate::rows::{account, all, terminal};
use skyweave_server::store::{self, Column, Condition, EventQuery, ListQuery, Scope};
use sqlx::{AssertSqlSafe, Connection, Row, SqliteConnection};
use std::process::Command;
use std::sync::Mutex;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// Set where statements are listened to: the listener hears of all threads, so other tests must not run beside it.
const ALONE: &str = "SKYWEAVE_TEST_ALONE";

/// The statements that were sent.
static SENT: Mutex<Vec<String>> = Mutex::new(Vec::new());

struct Listener;

impl Subscriber for Listener {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "sqlx::query"
    }
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, event: &Event<'_>) {
        let mut heard = Heard::default();
        event.record(&mut heard);
        // the whole statement, unless it is so short that its summary is
        let whole = if heard.statement.trim().is_empty() { heard.summary } else { heard.statement };
        SENT.lock().unwrap().push(whole);
    }
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[derive(Default)]
struct Heard {
    statement: String,
    summary: String,
}

impl Visit for Heard {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "db.statement" => value.clone_into(&mut self.statement),
            "summary" => value.clone_into(&mut self.summary),
            _ => {}
        }
    }
    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}

#[test]
fn every_question_has_its_index() {
    if std::env::var_os(ALONE).is_none() {
        let mut alone = Command::new(std::env::current_exe().unwrap());
        alone.args(["--exact", "plans::every_question_has_its_index", "--nocapture"]).env(ALONE, "1");
        assert!(alone.status().unwrap().success());
        return;
    }
    tracing::subscriber::set_global_default(Listener).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(ask_everything());
}

async fn ask_everything() {
    let folder = tempfile::tempdir().unwrap();
    let url = file_in(folder.path());
    let store = store::open(&url, 1).await.unwrap();
    store.commit(account("acc_1", None)).await.unwrap();
    store.commit(account("acc_2", Some("acc_1"))).await.unwrap();
    store.commit(terminal("ut_1", "acc_2")).await.unwrap();
    let ours = Scope::Account("acc_1".to_owned());
    let mut connection = SqliteConnection::connect(&url).await.unwrap();
    let terminals = |conditions: Vec<Condition>| all("terminal", conditions);
    let is = |column| Condition::Is(column, vec!["x".to_owned()]);
    let begins = |column| Condition::Any(vec![Condition::Begins(column, "key-u".to_owned())]);
    let lists = [
        (ListQuery { scope: ours.clone(), ..terminals(vec![]) }, "entity_of_account (kind=? AND account=?"),
        (
            terminals(vec![begins(Column::NaturalKey)]),
            "entity_natural_key (kind=? AND natural_key>? AND natural_key<?",
        ),
        (
            ListQuery { scope: ours.clone(), ..terminals(vec![begins(Column::NaturalKey)]) },
            "entity_natural_key (kind=? AND natural_key>? AND natural_key<?",
        ),
        (terminals(vec![begins(Column::Serial)]), "entity_of_serial (kind=? AND serial>? AND serial<?"),
        (terminals(vec![is(Column::Serial)]), "entity_of_serial (kind=? AND serial=?"),
        (terminals(vec![is(Column::Owner)]), "entity_of_owner (kind=? AND owner=?"),
        (terminals(vec![is(Column::Donor)]), "entity_of_donor (kind=? AND donor=?"),
        (terminals(vec![is(Column::Operator)]), "entity_of_operator (kind=? AND operator=?"),
    ];
    for (query, index) in lists {
        let query = ListQuery { after: Some("ut_0".to_owned()), ..query };
        SENT.lock().unwrap().clear();
        store.list(&query).await.unwrap();
        finds(&mut connection, &[index]).await;
    }
    let every = EventQuery {
        after: 0,
        limit: 10,
        scope: Scope::All,
        public_kinds: Vec::new(),
        kinds: Vec::new(),
        id: None,
        until_ns: None,
    };
    let kinds = vec!["account".to_owned(), "plan".to_owned()];
    let of_one = EventQuery { id: Some("ut_1".to_owned()), ..every.clone() };
    let theirs = EventQuery { scope: ours.clone(), public_kinds: vec!["plan".to_owned()], ..every.clone() };
    let events: [(EventQuery, &[&str]); 6] = [
        (every.clone(), &["INTEGER PRIMARY KEY (rowid>?"]),
        (EventQuery { kinds: kinds.clone(), ..every }, &["event_of_kind (kind=? AND "]),
        (of_one.clone(), &["event_of_thing (id=? AND "]),
        (EventQuery { scope: ours.clone(), ..of_one }, &["event_of_thing (id=? AND "]),
        (
            theirs.clone(),
            &["event_of_kind (kind=?", "event_of_account (account=?", "event_that_left (account_before=?"],
        ),
        (
            EventQuery { kinds, ..theirs },
            &["event_of_account (account=?", "event_that_left (account_before=?"],
        ),
    ];
    for (query, indexes) in events {
        SENT.lock().unwrap().clear();
        store.events(&query).await.unwrap();
        finds(&mut connection, indexes).await;
    }
    SENT.lock().unwrap().clear();
    store.telemetry(&ours, 0, 10).await.unwrap();
    finds(&mut connection, &["telemetry_of_account (account=?"]).await;
    store.close().await;
}

/// Checks that the statements that were sent go through no table from end to end, and the last one by these indexes.
async fn finds(connection: &mut SqliteConnection, indexes: &[&str]) {
    let sent = SENT.lock().unwrap().clone();
    assert!(!sent.is_empty(), "nothing was heard");
    let mut plan = Vec::new();
    for statement in &sent {
        let explain = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {statement}"));
        let steps = sqlx::query(explain).fetch_all(&mut *connection).await.unwrap();
        plan = steps.iter().map(|step| step.get::<String, _>("detail")).collect::<Vec<_>>();
        let through_all = |step: &&String| {
            ["entity", "event", "telemetry"].iter().any(|table| {
                step.starts_with(&format!("SCAN {table}"))
                    // by the kind alone, a million of them
                    || (step.starts_with(&format!("SEARCH {table}")) && step.ends_with("(kind=?)"))
            })
        };
        let found = plan.iter().find(through_all);
        assert!(found.is_none(), "{found:?} in {plan:#?} of {statement}");
    }
    for index in indexes {
        assert!(
            plan.iter().any(|step| step.contains(index)),
            "no {index} in {plan:#?} of {}",
            sent[sent.len() - 1]
        );
    }
}
