//! What terminals report, what is remembered of their positions, and how far each reader has come.

use super::engine::{Engine, Record};
use super::error::StoreError;
use super::parts::{self, Part};
use super::read::Question;
use super::records::{Scope, Sighting, TelemetryRow};
use super::writer::Statement;

const ROW: &str = "SELECT seq, terminal, account, time_ns, doc FROM telemetry";

pub fn put(rows: Vec<TelemetryRow>, received_ns: i64) -> Vec<Statement> {
    let statement = |row: TelemetryRow| -> Statement {
        let sql =
            "INSERT INTO telemetry (terminal, account, time_ns, received_ns, doc) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (terminal, time_ns) DO NOTHING";
        let values = vec![
            row.terminal.into(),
            row.account.into(),
            row.time_ns.into(),
            received_ns.into(),
            row.doc.into(),
        ];
        (sql.into(), values)
    };
    rows.into_iter().map(statement).collect()
}

pub async fn rows<E: Engine>(
    engine: &E,
    scope: &Scope,
    after: i64,
    limit: i64,
) -> Result<Vec<TelemetryRow>, StoreError> {
    let mut question = Question::new(ROW);
    match parts::accounts(engine, scope).await? {
        Some(accounts) => {
            let of: Vec<Part> = parts::by("account", &accounts).collect();
            question.say(" WHERE ").in_parts(("telemetry", "seq"), &of, limit, |part| {
                part.say(" AND seq > ").value(after);
            });
        }
        None => {
            question.say(" WHERE seq > ").value(after).within(scope, "account");
        }
    }
    question.say(" ORDER BY seq LIMIT ").value(limit);
    Ok(question.ask(engine).await?.into_iter().map(row_of).collect())
}

pub async fn range<E: Engine>(engine: &E) -> Result<(i64, i64), StoreError> {
    let found = Question::new("SELECT min(seq), max(seq) FROM telemetry").ask(engine).await?;
    Ok(found.first().map_or((0, 0), |row| (row.int(0), row.int(1))))
}

pub async fn at<E: Engine>(
    engine: &E,
    terminal: &str,
    time_ns: i64,
) -> Result<Option<TelemetryRow>, StoreError> {
    let mut question = Question::new(ROW);
    question.say(" WHERE terminal = ").value(terminal).say(" AND time_ns <= ").value(time_ns);
    question.say(" ORDER BY time_ns DESC LIMIT 1");
    Ok(question.ask(engine).await?.pop().map(row_of))
}

/// Only what is newer than what is known counts; whoever does not say where they are is still where they were.
pub fn sight(sightings: Vec<Sighting>) -> Vec<Statement> {
    let statement = |sighting: Sighting| -> Statement {
        // 30 days are 2,592,000 s
        let sql = "INSERT INTO sighting (terminal, seen_s, hours, cell, territory) VALUES ($1, $2, 1, $3, $4)
            ON CONFLICT (terminal) DO UPDATE SET seen_s = excluded.seen_s,
            cell = COALESCE(excluded.cell, sighting.cell),
            territory = CASE WHEN excluded.cell IS NULL THEN sighting.territory ELSE excluded.territory END, hours = CASE
                WHEN excluded.seen_s - sighting.seen_s > 2592000 THEN 1
                WHEN excluded.seen_s / 3600 > sighting.seen_s / 3600 THEN sighting.hours + 1
                ELSE sighting.hours END
            WHERE sighting.seen_s < excluded.seen_s";
        let values = vec![
            sighting.terminal.into(),
            sighting.seen_s.into(),
            sighting.cell.into(),
            sighting.territory.into(),
        ];
        (sql.into(), values)
    };
    sightings.into_iter().map(statement).collect()
}

pub async fn sightings<E: Engine>(engine: &E, terminals: &[String]) -> Result<Vec<Sighting>, StoreError> {
    let mut question =
        Question::new("SELECT terminal, seen_s, hours, cell, territory FROM sighting WHERE terminal IN ");
    question.list(terminals.iter().cloned()).say(" ORDER BY terminal");
    let sighting = |mut row: Record| Sighting {
        terminal: row.text(0),
        seen_s: row.int(1),
        hours: row.int(2),
        cell: row.opt_int(3),
        territory: row.opt_text(4),
    };
    Ok(question.ask(engine).await?.into_iter().map(sighting).collect())
}

pub async fn watches<E: Engine>(
    engine: &E,
    terminals: &[String],
) -> Result<Vec<(String, String)>, StoreError> {
    let mut question = Question::new("SELECT terminal, doc FROM watch WHERE terminal IN ");
    question.list(terminals.iter().cloned()).say(" ORDER BY terminal");
    Ok(question.ask(engine).await?.into_iter().map(|mut row| (row.text(0), row.text(1))).collect())
}

pub fn watch(watches: Vec<(String, String)>) -> Vec<Statement> {
    let statement = |(terminal, doc): (String, String)| -> Statement {
        let sql = "INSERT INTO watch (terminal, doc) VALUES ($1, $2)
            ON CONFLICT (terminal) DO UPDATE SET doc = excluded.doc";
        (sql.into(), vec![terminal.into(), doc.into()])
    };
    watches.into_iter().map(statement).collect()
}

pub async fn acknowledged<E: Engine>(engine: &E, client: &str, reader: &str) -> Result<i64, StoreError> {
    let mut question = Question::new("SELECT acknowledged FROM telemetry_reader WHERE client = ");
    question.value(client).say(" AND name = ").value(reader);
    Ok(question.ask(engine).await?.first().map_or(0, |row| row.int(0)))
}

pub fn acknowledge(client: &str, reader: &str, seq: i64) -> Statement {
    let sql = "INSERT INTO telemetry_reader (client, name, acknowledged) VALUES ($1, $2, $3)
        ON CONFLICT (client, name) DO UPDATE SET acknowledged = excluded.acknowledged
        WHERE telemetry_reader.acknowledged < excluded.acknowledged";
    (sql.into(), vec![client.into(), reader.into(), seq.into()])
}

fn row_of(mut row: Record) -> TelemetryRow {
    TelemetryRow {
        seq: row.int(0),
        terminal: row.text(1),
        account: row.opt_text(2),
        time_ns: row.int(3),
        doc: row.text(4),
    }
}
