//! A change, as statements within a transaction that is open.

use super::engine::{Engine, Failure, Value};
use super::error::StoreError;
use super::read;
use super::records::{Answer, Commit, EntityRow, NewEvent, Seen, Unmoved};

/// Rows that one statement inserts: SQLite takes 32,766 values, PostgreSQL 65,535.
const ROWS_A_STATEMENT: usize = 250;

const EVENT_COLUMNS: &[&str] = &[
    "kind",
    "id",
    "version",
    "name",
    "time_ns",
    "actor",
    "account",
    "account_before",
    "idempotency_key",
    "payload",
];

const ENTITY_COLUMNS: &[&str] = &[
    "kind",
    "id",
    "version",
    "previous_version",
    "live",
    "account",
    "parent",
    "organization",
    "plan",
    "line",
    "owner",
    "donor",
    "operator",
    "terminal",
    "link",
    "territory",
    "natural_key",
    "name",
    "serial",
    "state",
    "cause",
    "tags",
    "search",
    "updated_ns",
    "doc",
];

/// Appends events and writes what they come to.
pub async fn commit<E: Engine>(
    engine: &E,
    connection: &mut E::Connection,
    commit: Commit,
) -> Result<(), StoreError> {
    for chunk in commit.seen.chunks(ROWS_A_STATEMENT) {
        check_unchanged(engine, connection, chunk).await?;
    }
    for looked_up in &commit.looked_up {
        if read::ids(engine, connection, &looked_up.query).await? != looked_up.found {
            let id = looked_up.found.first().cloned().unwrap_or_default();
            return Err(StoreError::Conflict { kind: looked_up.query.kind.to_owned(), id });
        }
    }
    if let Some(unmoved) = &commit.unmoved {
        check_unmoved(engine, connection, unmoved).await?;
    }
    let key = commit.answer.as_ref().map(|answer| answer.key.clone());
    events(engine, connection, &commit.events, (commit.time_ns, &commit.actor, key.as_deref())).await?;
    for (kind, id) in &commit.freed {
        let sql = "UPDATE entity SET natural_key = NULL WHERE kind = $1 AND id = $2";
        engine.execute(connection, sql.into(), vec![(*kind).into(), id.as_str().into()]).await?;
    }
    write_entities(engine, connection, &commit.entities, true).await?;
    if let Some(answer) = commit.answer {
        note_answer(engine, connection, answer, commit.time_ns).await?;
    }
    Ok(())
}

/// Writes things over what is there.
pub async fn overwrite<E: Engine>(
    engine: &E,
    connection: &mut E::Connection,
    entities: Vec<EntityRow>,
) -> Result<(), StoreError> {
    write_entities(engine, connection, &entities, false).await
}

async fn check_unchanged<E: Engine>(
    engine: &E,
    connection: &mut E::Connection,
    seen: &[Seen],
) -> Result<(), StoreError> {
    let pairs = places::<E>(seen.len(), 2);
    let sql = format!("SELECT kind, id, version FROM entity WHERE (kind, id) IN (VALUES {pairs})");
    let values = seen.iter().flat_map(|thing| [thing.kind.into(), thing.id.as_str().into()]).collect();
    let mut now = std::collections::BTreeMap::new();
    for mut row in engine.rows(connection, sql.into(), values).await? {
        now.insert((row.text(0), row.text(1)), row.int(2));
    }
    for thing in seen {
        let there = now.get(&(thing.kind.to_owned(), thing.id.clone())).copied().unwrap_or(0);
        if there != thing.version {
            return Err(StoreError::Conflict { kind: thing.kind.to_owned(), id: thing.id.clone() });
        }
    }
    Ok(())
}

/// Whoever writes is alone, with other servers too: so what is not there by now comes after this.
async fn check_unmoved<E: Engine>(
    engine: &E,
    connection: &mut E::Connection,
    unmoved: &Unmoved,
) -> Result<(), StoreError> {
    let kinds = (0..unmoved.kinds.len()).map(|number| format!("${}", number + 2));
    let kinds = kinds.collect::<Vec<_>>().join(", ");
    let sql = format!("SELECT id FROM event WHERE seq > $1 AND kind IN ({kinds}) ORDER BY seq LIMIT 1");
    let values = std::iter::once(unmoved.since.into()).chain(unmoved.kinds.iter().map(|kind| (*kind).into()));
    match engine.rows(connection, sql.into(), values.collect()).await?.pop() {
        Some(mut row) => Err(StoreError::Overtaken { id: row.text(0) }),
        None => Ok(()),
    }
}

async fn events<E: Engine>(
    engine: &E,
    connection: &mut E::Connection,
    events: &[NewEvent],
    (time_ns, actor, key): (i64, &str, Option<&str>),
) -> Result<(), StoreError> {
    for chunk in events.chunks(ROWS_A_STATEMENT) {
        let sql = insert::<E>("event", EVENT_COLUMNS, chunk.len());
        let mut values = Vec::with_capacity(chunk.len() * EVENT_COLUMNS.len());
        for event in chunk {
            values.extend([
                event.kind.into(),
                event.id.as_str().into(),
                event.version.into(),
                event.name.as_str().into(),
                time_ns.into(),
                actor.into(),
                event.account.clone().into(),
                event.account_before.clone().into(),
                key.map(ToOwned::to_owned).into(),
                event.payload.as_str().into(),
            ]);
        }
        if let Err(failure) = engine.execute(connection, sql.into(), values).await {
            // two decided on the same version of something, and the other was first
            let first = chunk.first().map(|event| (event.kind, event.id.as_str())).unwrap_or_default();
            return Err(conflict(failure, first));
        }
    }
    Ok(())
}

async fn write_entities<E: Engine>(
    engine: &E,
    connection: &mut E::Connection,
    entities: &[EntityRow],
    decided: bool,
) -> Result<(), StoreError> {
    for chunk in entities.chunks(ROWS_A_STATEMENT) {
        let mut sql = insert::<E>("entity", ENTITY_COLUMNS, chunk.len());
        sql.push_str(" ON CONFLICT (kind, id) DO UPDATE SET ");
        let set = ENTITY_COLUMNS.iter().skip(2).map(|name| format!("{name} = excluded.{name}"));
        sql.push_str(&set.collect::<Vec<_>>().join(", "));
        if decided {
            sql.push_str(" WHERE entity.version = excluded.previous_version");
        }
        let values = chunk.iter().flat_map(values_of).collect();
        let first = &chunk[0];
        match engine.execute(connection, sql.into(), values).await {
            Ok(written) if written == chunk.len() as u64 => {}
            Ok(_) => return Err(StoreError::Conflict { kind: first.kind.clone(), id: first.id.clone() }),
            Err(failure) => return Err(taken(failure, chunk)),
        }
    }
    for account in entities.iter().filter(|entity| entity.kind == "account") {
        place_in_tree(engine, connection, account).await?;
    }
    for terminal in entities.iter().filter(|entity| entity.kind == "terminal" && entity.previous_version > 0)
    {
        // what is about a terminal goes with it to another account
        let sql = "UPDATE entity SET account = $1 WHERE terminal = $2";
        let values = vec![terminal.account.clone().into(), terminal.id.as_str().into()];
        engine.execute(connection, sql.into(), values).await?;
    }
    Ok(())
}

fn values_of(entity: &EntityRow) -> [Value; 25] {
    [
        entity.kind.as_str().into(),
        entity.id.as_str().into(),
        entity.version.into(),
        entity.previous_version.into(),
        i64::from(entity.live).into(),
        entity.account.clone().into(),
        entity.parent.clone().into(),
        entity.organization.clone().into(),
        entity.plan.clone().into(),
        entity.line.clone().into(),
        entity.owner.clone().into(),
        entity.donor.clone().into(),
        entity.operator.clone().into(),
        entity.terminal.clone().into(),
        entity.link.clone().into(),
        entity.territory.clone().into(),
        entity.natural_key.clone().into(),
        entity.name.clone().into(),
        entity.serial.clone().into(),
        entity.state.clone().into(),
        entity.cause.clone().into(),
        entity.tags.as_str().into(),
        entity.search.as_str().into(),
        entity.updated_ns.into(),
        entity.doc.as_str().into(),
    ]
}

/// Keeps, for an account, itself and all accounts above it; moves what is below it along.
async fn place_in_tree<E: Engine>(
    engine: &E,
    connection: &mut E::Connection,
    account: &EntityRow,
) -> Result<(), StoreError> {
    let id = || Value::from(account.id.as_str());
    let parent = || Value::from(account.parent.as_deref().unwrap_or_default());
    let itself = "INSERT INTO account_tree (ancestor, descendant) VALUES ($1, $1) ON CONFLICT DO NOTHING";
    engine.execute(connection, itself.into(), vec![id()]).await?;
    let leave = "DELETE FROM account_tree
        WHERE descendant IN (SELECT descendant FROM account_tree WHERE ancestor = $1)
        AND ancestor NOT IN (SELECT descendant FROM account_tree WHERE ancestor = $1)";
    engine.execute(connection, leave.into(), vec![id()]).await?;
    let join = "INSERT INTO account_tree (ancestor, descendant)
        SELECT above.ancestor, below.descendant FROM account_tree above, account_tree below
        WHERE above.descendant = $2 AND below.ancestor = $1 ON CONFLICT DO NOTHING";
    engine.execute(connection, join.into(), vec![id(), parent()]).await?;
    Ok(())
}

async fn note_answer<E: Engine>(
    engine: &E,
    connection: &mut E::Connection,
    answer: Answer,
    time_ns: i64,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO idempotency (client, key, request_sha256, status, headers, body, created_ns)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let key = answer.key.clone();
    let values = vec![
        answer.client.into(),
        answer.key.into(),
        answer.request_sha256.into(),
        answer.status.into(),
        answer.headers.into(),
        answer.body.into(),
        time_ns.into(),
    ];
    match engine.execute(connection, sql.into(), values).await {
        Ok(_) => Ok(()),
        Err(failure) if failure.unique.is_some() => Err(StoreError::Answered { key }),
        Err(failure) => Err(failure.error),
    }
}

fn conflict(failure: Failure, (kind, id): (&str, &str)) -> StoreError {
    if failure.unique.is_some() {
        StoreError::Conflict { kind: kind.to_owned(), id: id.to_owned() }
    } else {
        failure.error
    }
}

/// Says that a natural key is taken, if that was the reason. Which of a large chunk it was is for the caller to find: after an error
/// PostgreSQL answers nothing more within the savepoint.
fn taken(failure: Failure, chunk: &[EntityRow]) -> StoreError {
    let keyed = chunk.iter().find(|entity| entity.natural_key.is_some());
    match (failure.unique, keyed) {
        (Some(message), Some(first)) if message.contains("natural_key") => {
            StoreError::Taken { kind: first.kind.clone(), id: first.id.clone() }
        }
        _ => failure.error,
    }
}

fn insert<E: Engine>(table: &str, columns: &[&str], rows: usize) -> String {
    format!("INSERT INTO {table} ({}) VALUES {}", columns.join(", "), places::<E>(rows, columns.len()))
}

/// `($1, $2), ($3, $4)` for two rows of two, or `(?, ?), (?, ?)`.
fn places<E: Engine>(rows: usize, columns: usize) -> String {
    let mut text = String::with_capacity(rows * columns * 7);
    for row in 0..rows {
        text.push_str(if row == 0 { "(" } else { ", (" });
        for column in 0..columns {
            if column > 0 {
                text.push_str(", ");
            }
            if E::UNNUMBERED {
                text.push('?');
            } else {
                text.push('$');
                text.push_str(&(row * columns + column + 1).to_string());
            }
        }
        text.push(')');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::postgres::PostgresEngine;
    use crate::store::sqlite::SqliteEngine;

    #[test]
    fn places_of_values() {
        assert_eq!(places::<PostgresEngine>(2, 2), "($1, $2), ($3, $4)");
        assert_eq!(places::<SqliteEngine>(2, 2), "(?, ?), (?, ?)");
        assert_eq!(insert::<PostgresEngine>("t", &["a"], 1), "INSERT INTO t (a) VALUES ($1)");
        assert!(ROWS_A_STATEMENT * ENTITY_COLUMNS.len() < 32_766);
    }
}
