//! The tables, version after version. What was applied is noted with its checksum, so that nobody changes it afterwards unseen.

use super::engine::{Engine, Migration};
use super::error::StoreError;
use sha2::{Digest, Sha256};
use skyweave_proof::hex;

const NOTES: &str = "CREATE TABLE IF NOT EXISTS migration (
    version BIGINT PRIMARY KEY,
    name TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    applied_ns BIGINT NOT NULL
)";

/// Applies the migrations that are missing, each in a transaction of its own.
pub async fn bring_up<E: Engine>(engine: &E, now_ns: i64) -> Result<(), StoreError> {
    let mut connection = engine.writer().await?;
    engine.script(&mut connection, E::BEGIN).await?;
    let done = apply_missing(engine, &mut connection, now_ns).await;
    engine.script(&mut connection, if done.is_ok() { "COMMIT" } else { "ROLLBACK" }).await?;
    done
}

async fn apply_missing<E: Engine>(
    engine: &E,
    connection: &mut E::Connection,
    now_ns: i64,
) -> Result<(), StoreError> {
    if let Some(alone) = E::ALONE {
        engine.rows(connection, alone.into(), Vec::new()).await?;
    }
    engine.script(connection, NOTES).await?;
    let sql = "SELECT version, name, sha256 FROM migration ORDER BY version";
    let mut applied = 0;
    for mut note in engine.rows(connection, sql.into(), Vec::new()).await? {
        let (version, name, sha256) = (note.int(0), note.text(1), note.text(2));
        check(engine.place(), E::MIGRATIONS, version, name, &sha256)?;
        applied = version;
    }
    for (version, name, statements) in E::MIGRATIONS.iter().filter(|(version, ..)| *version > applied) {
        engine.script(connection, statements).await?;
        let sql = "INSERT INTO migration (version, name, sha256, applied_ns) VALUES ($1, $2, $3, $4)";
        let values = vec![(*version).into(), (*name).into(), checksum(statements).into(), now_ns.into()];
        engine.execute(connection, sql.into(), values).await?;
    }
    Ok(())
}

fn check(
    place: &str,
    known: &[Migration],
    version: i64,
    name: String,
    sha256: &str,
) -> Result<(), StoreError> {
    let last = known.last().map_or(0, |(version, ..)| *version);
    match known.iter().find(|(known, ..)| *known == version) {
        None => Err(StoreError::Newer { place: place.to_owned(), found: version, known: last }),
        Some((.., statements)) if checksum(statements) != sha256 => {
            Err(StoreError::Foreign { place: place.to_owned(), version, name })
        }
        Some(_) => Ok(()),
    }
}

fn checksum(statements: &str) -> String {
    hex(&Sha256::digest(statements.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{postgres::PostgresEngine, sqlite::SqliteEngine};

    #[test]
    fn versions_have_no_gaps_and_both_engines_have_the_same() {
        let versions = |known: &[Migration]| known.iter().map(|m| (m.0, m.1)).collect::<Vec<_>>();
        let ours = versions(SqliteEngine::MIGRATIONS);
        assert!(ours.iter().map(|m| m.0).eq(1..=ours.len() as i64));
        assert_eq!(ours, versions(PostgresEngine::MIGRATIONS));
    }
}
