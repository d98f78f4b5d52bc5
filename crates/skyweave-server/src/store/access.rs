//! Who may come in: clients and their tokens; and the forgetting of what is old.

use super::Horizon;
use super::engine::{Engine, Record};
use super::error::StoreError;
use super::read::Question;
use super::records::{Client, Scope, Token};
use super::writer::Statement;

const CLIENT: &str =
    "SELECT id, name, secret_sha256, roles, account, terminal, created_ns, disabled FROM client WHERE 1 = 1";

/// A client that is disabled stays so: whoever changes something else may have read it before.
pub fn put_client(client: Client) -> Statement {
    let sql = "INSERT INTO client (id, name, secret_sha256, roles, account, terminal, created_ns, disabled)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (id) DO UPDATE SET name = excluded.name, secret_sha256 = excluded.secret_sha256,
        roles = excluded.roles, account = excluded.account, terminal = excluded.terminal,
        disabled = CASE WHEN client.disabled <> 0 THEN client.disabled ELSE excluded.disabled END";
    let values = vec![
        client.id.into(),
        client.name.into(),
        client.secret_sha256.into(),
        client.roles.into(),
        client.account.into(),
        client.terminal.into(),
        client.created_ns.into(),
        i64::from(client.disabled).into(),
    ];
    (sql.into(), values)
}

pub async fn client<E: Engine>(engine: &E, id: &str) -> Result<Option<Client>, StoreError> {
    let mut question = Question::new(CLIENT);
    question.say(" AND id = ").value(id);
    Ok(question.ask(engine).await?.pop().map(client_of))
}

pub async fn clients<E: Engine>(
    engine: &E,
    scope: &Scope,
    after: &str,
    limit: i64,
) -> Result<Vec<Client>, StoreError> {
    let mut question = Question::new(CLIENT);
    question.within(scope, "account");
    question.say(" AND id > ").value(after).say(" ORDER BY id LIMIT ").value(limit);
    Ok(question.ask(engine).await?.into_iter().map(client_of).collect())
}

pub fn put_token(token: Token) -> Statement {
    let sql = "INSERT INTO token (sha256, client, issued_ns, expires_ns) VALUES ($1, $2, $3, $4)";
    let values =
        vec![token.sha256.into(), token.client.into(), token.issued_ns.into(), token.expires_ns.into()];
    (sql.into(), values)
}

pub async fn token<E: Engine>(engine: &E, sha256: &[u8]) -> Result<Option<Token>, StoreError> {
    let mut question =
        Question::new("SELECT sha256, client, issued_ns, expires_ns FROM token WHERE sha256 = ");
    question.value(sha256.to_vec());
    let found = question.ask(engine).await?.pop();
    Ok(found.map(|mut row| Token {
        sha256: row.bytes(0),
        client: row.text(1),
        issued_ns: row.int(2),
        expires_ns: row.int(3),
    }))
}

pub fn forget(before: Horizon) -> Vec<Statement> {
    vec![
        ("DELETE FROM telemetry WHERE received_ns < $1".into(), vec![before.telemetry_ns.into()]),
        ("DELETE FROM idempotency WHERE created_ns < $1".into(), vec![before.answers_ns.into()]),
        ("DELETE FROM token WHERE expires_ns < $1".into(), vec![before.tokens_ns.into()]),
        ("DELETE FROM delivery WHERE time_ns < $1".into(), vec![before.deliveries_ns.into()]),
    ]
}

fn client_of(mut row: Record) -> Client {
    Client {
        id: row.text(0),
        name: row.text(1),
        secret_sha256: row.bytes(2),
        roles: row.text(3),
        account: row.opt_text(4),
        terminal: row.opt_text(5),
        created_ns: row.int(6),
        disabled: row.int(7) != 0,
    }
}
