//! Which server leads, and where live networks are.

use super::engine::Engine;
use super::error::StoreError;
use super::read::Question;
use super::writer::Statement;
use async_trait::async_trait;

/// Bytes of the address of whoever leads: PostgreSQL keeps 63 of the name of a connection, and `skyweave ` comes first.
pub const LONGEST_URL: usize = 54;

/// The lead among the servers on a store, given up when it is dropped.
#[async_trait]
pub trait Lead: Send {
    /// Whether it is still held.
    async fn holds(&mut self) -> bool;
}

/// What an engine gave.
pub struct Held<E: Engine>(pub E::Lead);

#[async_trait]
impl<E: Engine> Lead for Held<E> {
    async fn holds(&mut self) -> bool {
        E::holds(&mut self.0).await
    }
}

/// Where a live network was when it was last seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LivePlace {
    /// The slot in which its world begins.
    pub began: i64,
    /// The slot that held.
    pub slot: i64,
}

pub async fn place<E: Engine>(engine: &E, key: &str) -> Result<Option<LivePlace>, StoreError> {
    let mut question = Question::new("SELECT began, slot FROM live_network WHERE network = ");
    question.value(key);
    let found = question.ask(engine).await?;
    Ok(found.first().map(|row| LivePlace { began: row.int(0), slot: row.int(1) }))
}

pub fn put_place(key: &str, place: LivePlace) -> Statement {
    let sql = "INSERT INTO live_network (network, began, slot) VALUES ($1, $2, $3)
        ON CONFLICT (network) DO UPDATE SET began = excluded.began, slot = excluded.slot";
    (sql.into(), vec![key.into(), place.began.into(), place.slot.into()])
}
