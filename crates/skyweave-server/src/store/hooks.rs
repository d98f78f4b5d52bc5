//! Webhooks. The table of events is their outbox: a webhook knows the number of the last event that was delivered, and what was not
//! delivered before a crash is delivered after it.

use super::engine::{Engine, Record};
use super::error::StoreError;
use super::read::Question;
use super::records::{Delivery, Scope, Webhook};
use super::writer::Statement;

const WEBHOOK: &str = "SELECT id, account, client, url, secret, kinds, state, delivered, failures, next_try_ns, last_error, version, \
     created_ns FROM webhook WHERE 1 = 1";

pub fn put(webhook: Webhook) -> Statement {
    let sql = "INSERT INTO webhook (id, account, client, url, secret, kinds, state, delivered, failures, next_try_ns, last_error,
        version, created_ns) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    let values = vec![
        webhook.id.into(),
        webhook.account.into(),
        webhook.client.into(),
        webhook.url.into(),
        webhook.secret.into(),
        webhook.kinds.into(),
        webhook.state.into(),
        webhook.delivered.into(),
        webhook.failures.into(),
        webhook.next_try_ns.into(),
        webhook.last_error.into(),
        webhook.version.into(),
        webhook.created_ns.into(),
    ];
    (sql.into(), values)
}

/// Only if it is there, and of the version before: what was removed does not come back.
pub fn change(webhook: Webhook) -> Statement {
    let sql = "UPDATE webhook SET url = $3, kinds = $4, state = $5, delivered = $6, failures = $7, next_try_ns = $8,
        last_error = $9, version = $2 WHERE id = $1 AND version = $10";
    let before = webhook.version - 1;
    let values = vec![
        webhook.id.into(),
        webhook.version.into(),
        webhook.url.into(),
        webhook.kinds.into(),
        webhook.state.into(),
        webhook.delivered.into(),
        webhook.failures.into(),
        webhook.next_try_ns.into(),
        webhook.last_error.into(),
        before.into(),
    ];
    (sql.into(), values)
}

pub async fn webhook<E: Engine>(engine: &E, id: &str) -> Result<Option<Webhook>, StoreError> {
    let mut question = Question::new(WEBHOOK);
    question.say(" AND id = ").value(id);
    Ok(question.ask(engine).await?.pop().map(webhook_of))
}

pub async fn webhooks<E: Engine>(
    engine: &E,
    scope: &Scope,
    after: &str,
    limit: i64,
) -> Result<Vec<Webhook>, StoreError> {
    let mut question = Question::new(WEBHOOK);
    question.within(scope, "account");
    question.say(" AND id > ").value(after).say(" ORDER BY id LIMIT ").value(limit);
    Ok(question.ask(engine).await?.into_iter().map(webhook_of).collect())
}

pub async fn count<E: Engine>(engine: &E, account: Option<&str>) -> Result<i64, StoreError> {
    let mut question = Question::new("SELECT count(*) FROM webhook WHERE account ");
    match account {
        Some(account) => question.say("= ").value(account),
        None => question.say("IS NULL"),
    };
    Ok(question.ask(engine).await?.first().map_or(0, |row| row.int(0)))
}

pub fn remove(id: &str) -> Vec<Statement> {
    vec![
        ("DELETE FROM delivery WHERE webhook = $1".into(), vec![id.into()]),
        ("DELETE FROM webhook WHERE id = $1".into(), vec![id.into()]),
    ]
}

/// The version is in the condition: who replays or pauses while a delivery is under way has the last word.
pub fn delivered(webhook: Webhook, deliveries: Vec<Delivery>) -> Vec<Statement> {
    let sql =
        "UPDATE webhook SET state = $3, delivered = $4, failures = $5, next_try_ns = $6, last_error = $7
        WHERE id = $1 AND version = $2";
    let values = vec![
        webhook.id.into(),
        webhook.version.into(),
        webhook.state.into(),
        webhook.delivered.into(),
        webhook.failures.into(),
        webhook.next_try_ns.into(),
        webhook.last_error.into(),
    ];
    let mut statements: Vec<Statement> = vec![(sql.into(), values)];
    for delivery in deliveries {
        let sql = "INSERT INTO delivery (webhook, seq, time_ns, status, error, duration_ms)
            VALUES ($1, $2, $3, $4, $5, $6)";
        let values = vec![
            delivery.webhook.into(),
            delivery.seq.into(),
            delivery.time_ns.into(),
            delivery.status.into(),
            delivery.error.into(),
            delivery.duration_ms.into(),
        ];
        statements.push((sql.into(), values));
    }
    statements
}

pub async fn deliveries<E: Engine>(
    engine: &E,
    webhook: &str,
    before: i64,
    limit: i64,
) -> Result<Vec<Delivery>, StoreError> {
    let mut question =
        Question::new("SELECT id, webhook, seq, time_ns, status, error, duration_ms FROM delivery");
    question.say(" WHERE webhook = ").value(webhook).say(" AND id < ").value(before);
    question.say(" ORDER BY id DESC LIMIT ").value(limit);
    let delivery = |mut row: Record| Delivery {
        id: row.int(0),
        webhook: row.text(1),
        seq: row.int(2),
        time_ns: row.int(3),
        status: row.opt_int(4),
        error: row.opt_text(5),
        duration_ms: row.int(6),
    };
    Ok(question.ask(engine).await?.into_iter().map(delivery).collect())
}

fn webhook_of(mut row: Record) -> Webhook {
    Webhook {
        id: row.text(0),
        account: row.opt_text(1),
        client: row.text(2),
        url: row.text(3),
        secret: row.text(4),
        kinds: row.text(5),
        state: row.text(6),
        delivered: row.int(7),
        failures: row.int(8),
        next_try_ns: row.int(9),
        last_error: row.opt_text(10),
        version: row.int(11),
        created_ns: row.int(12),
    }
}
