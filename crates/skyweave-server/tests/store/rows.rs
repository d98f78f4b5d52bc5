//! Rows that tests put into stores.

use skyweave_server::store::{Commit, Condition, EntityRow, ListQuery, NewEvent, Scope, Seen};

/// A second, ns.
pub const S: i64 = 1_000_000_000;

/// A change of one thing from one version to the next.
pub fn change(kind: &'static str, id: &str, version: i64) -> Commit {
    Commit {
        time_ns: version * S,
        actor: "client_test".to_owned(),
        seen: vec![Seen { kind, id: id.to_owned(), version: version - 1 }],
        looked_up: Vec::new(),
        unmoved: None,
        events: vec![event(kind, id, version)],
        freed: Vec::new(),
        entities: vec![row(kind, id, version)],
        answer: None,
    }
}

/// An event without anything special.
pub fn event(kind: &'static str, id: &str, version: i64) -> NewEvent {
    NewEvent {
        kind,
        id: id.to_owned(),
        version,
        name: "changed".to_owned(),
        account: None,
        account_before: None,
        payload: format!("{{\"version\":{version}}}"),
    }
}

/// A thing without anything special.
pub fn row(kind: &str, id: &str, version: i64) -> EntityRow {
    EntityRow {
        kind: kind.to_owned(),
        id: id.to_owned(),
        version,
        previous_version: version - 1,
        search: id.to_lowercase(),
        updated_ns: version * S,
        doc: format!("{{\"version\":{version}}}"),
        ..EntityRow::default()
    }
}

/// A new account below another.
pub fn account(id: &str, parent: Option<&str>) -> Commit {
    let mut commit = change("account", id, 1);
    commit.entities[0].parent = parent.map(ToOwned::to_owned);
    commit.entities[0].account = Some(id.to_owned());
    commit.events[0].account = Some(id.to_owned());
    commit
}

/// A new terminal of an account.
pub fn terminal(id: &str, account: &str) -> Commit {
    let mut commit = change("terminal", id, 1);
    commit.entities[0].account = Some(account.to_owned());
    commit.entities[0].natural_key = Some(format!("key-{id}"));
    commit.events[0].account = Some(account.to_owned());
    commit
}

/// Everything of a kind that fulfils the conditions.
pub fn all(kind: &'static str, conditions: Vec<Condition>) -> ListQuery {
    ListQuery { kind, scope: Scope::All, after: None, limit: 1_000, conditions }
}
