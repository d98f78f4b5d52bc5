//! Where the service is kept: an append-only table of events, and what they come to.
//!
//! [`open`] takes one address and gives a [`Store`]: a file of SQLite or a database of PostgreSQL. All statements are written once
//! (`append`, `read`, ...) over an `engine`; `sqlite` and `postgres` are the two. One task (`writer`) makes all changes, many
//! small ones in one transaction, and acknowledges them when they are on disk.

mod access;
mod append;
mod engine;
mod error;
mod hooks;
mod live;
pub(crate) mod migration;
mod notes;
mod orders;
mod parts;
mod postgres;
mod read;
mod records;
mod sqlite;
mod telemetry;
mod writer;

pub use engine::Value;
pub use error::StoreError;
pub use live::{LONGEST_URL, Lead, LivePlace};
pub use orders::{ApprovalRow, Leaf, LogChange, OrderRow, OrderStore};
pub use records::{
    Answer, Client, Column, Commit, Condition, Delivery, EntityRow, EventQuery, ListQuery, LookedUp,
    NewEvent, Note, Scope, Seen, Sighting, StoredEvent, Stream, TelemetryRow, Token, Unmoved, Webhook,
};

use async_trait::async_trait;
use engine::Engine;
use std::path::Path;
use std::sync::Arc;
use tokio::sync::watch;

/// Where the service is kept. Whatever a function acknowledged is on disk.
#[async_trait]
pub trait Store: OrderStore + Send + Sync {
    /// The file or server, for people.
    fn place(&self) -> &str;

    /// Makes a change. If what it was decided on changed in the meantime, nothing happens.
    async fn commit(&self, commit: Commit) -> Result<(), StoreError>;

    /// Begins a long change that comes in pieces. No other change is made until it is finished or dropped.
    async fn stream(&self) -> Result<Stream, StoreError>;

    /// A signal that events were committed; its value is of no meaning.
    fn committed(&self) -> watch::Receiver<u64>;

    /// A thing.
    async fn entity(&self, kind: &str, id: &str) -> Result<Option<EntityRow>, StoreError>;

    /// The thing of a kind with this natural key.
    async fn entity_by_key(&self, kind: &str, key: &str) -> Result<Option<EntityRow>, StoreError>;

    /// Things of a kind, in the order of their ids.
    async fn list(&self, query: &ListQuery) -> Result<Vec<EntityRow>, StoreError>;

    /// How many things a list would have in all.
    async fn count(&self, query: &ListQuery) -> Result<i64, StoreError>;

    /// True if the second account is the first or below it.
    async fn contains_account(&self, ancestor: &str, account: &str) -> Result<bool, StoreError>;

    /// Events, in their order.
    async fn events(&self, query: &EventQuery) -> Result<Vec<StoredEvent>, StoreError>;

    /// The number of the last event; 0 if there is none.
    async fn last_event(&self) -> Result<i64, StoreError>;

    /// Events of all things, sorted by kind, id and version, after a thing's version.
    async fn histories(&self, after: (&str, &str, i64), limit: i64) -> Result<Vec<StoredEvent>, StoreError>;

    /// Writes things over what is there, without events: only to mend what `verify` found.
    async fn overwrite(&self, entities: Vec<EntityRow>) -> Result<(), StoreError>;

    /// The answer that was given under a key.
    async fn answer(&self, client: &str, key: &str) -> Result<Option<Answer>, StoreError>;

    /// Notes a client, or changes it, with the event of that. One that is disabled stays so.
    async fn put_client(&self, client: Client, note: Note) -> Result<(), StoreError>;

    /// A client.
    async fn client(&self, id: &str) -> Result<Option<Client>, StoreError>;

    /// Clients, in the order of their ids.
    async fn clients(&self, scope: &Scope, after: &str, limit: i64) -> Result<Vec<Client>, StoreError>;

    /// Notes a token.
    async fn put_token(&self, token: Token) -> Result<(), StoreError>;

    /// A token by its hash.
    async fn token(&self, sha256: &[u8]) -> Result<Option<Token>, StoreError>;

    /// Notes rows of telemetry; those that are there already are left as they are. How many were new.
    async fn put_telemetry(&self, rows: Vec<TelemetryRow>, received_ns: i64) -> Result<u64, StoreError>;

    /// Notes where terminals were seen, unless something newer is known.
    async fn put_sightings(&self, sightings: Vec<Sighting>) -> Result<(), StoreError>;

    /// Where terminals were last seen, in the order of their ids; those that never were are left out.
    async fn sightings(&self, terminals: &[String]) -> Result<Vec<Sighting>, StoreError>;

    /// What is remembered of terminals' positions, in the order of their ids, each with its JSON.
    async fn watches(&self, terminals: &[String]) -> Result<Vec<(String, String)>, StoreError>;

    /// Notes what is remembered of terminals' positions.
    async fn put_watches(&self, watches: Vec<(String, String)>) -> Result<(), StoreError>;

    /// Rows of telemetry after a number.
    async fn telemetry(&self, scope: &Scope, after: i64, limit: i64)
    -> Result<Vec<TelemetryRow>, StoreError>;

    /// The numbers of the first and last row that are kept; zeros if there are none.
    async fn telemetry_range(&self) -> Result<(i64, i64), StoreError>;

    /// The newest row of a terminal at or before a time, ns since 1970.
    async fn telemetry_at(&self, terminal: &str, time_ns: i64) -> Result<Option<TelemetryRow>, StoreError>;

    /// Up to where a reader has acknowledged telemetry.
    async fn acknowledged(&self, client: &str, reader: &str) -> Result<i64, StoreError>;

    /// Moves it on; never back.
    async fn acknowledge(&self, client: &str, reader: &str, seq: i64) -> Result<(), StoreError>;

    /// Notes a new webhook, with the event of that.
    async fn put_webhook(&self, webhook: Webhook, note: Note) -> Result<(), StoreError>;

    /// Changes a webhook to its next version, with the event of that; [`StoreError::Conflict`] if it is not there in the version before.
    async fn change_webhook(&self, webhook: Webhook, note: Note) -> Result<(), StoreError>;

    /// A webhook.
    async fn webhook(&self, id: &str) -> Result<Option<Webhook>, StoreError>;

    /// Webhooks, in the order of their ids.
    async fn webhooks(&self, scope: &Scope, after: &str, limit: i64) -> Result<Vec<Webhook>, StoreError>;

    /// How many webhooks were made for exactly this account, or for no account.
    async fn count_webhooks(&self, account: Option<&str>) -> Result<i64, StoreError>;

    /// Removes a webhook and what is known of its deliveries, with the event of that; [`StoreError::Conflict`] if it is not there.
    async fn remove_webhook(&self, id: &str, note: Note) -> Result<(), StoreError>;

    /// Notes how deliveries went, and where the webhook stands unless somebody changed it in the meantime.
    async fn delivered(&self, webhook: Webhook, deliveries: Vec<Delivery>) -> Result<(), StoreError>;

    /// Deliveries to a webhook before a number, newest first.
    async fn deliveries(&self, webhook: &str, before: i64, limit: i64) -> Result<Vec<Delivery>, StoreError>;

    /// Takes the lead among the servers on this store; none if another one has it. Whoever leads is reached at `url`, of at most
    /// [`LONGEST_URL`] bytes.
    async fn lead(&self, url: &str) -> Result<Option<Box<dyn Lead>>, StoreError>;

    /// Where whoever leads is reached; none if nobody leads, or the store is of one process alone.
    async fn leader(&self) -> Result<Option<String>, StoreError>;

    /// Where the network of this key was when it was last seen.
    async fn live_place(&self, key: &str) -> Result<Option<LivePlace>, StoreError>;

    /// Notes where the network of a key is.
    async fn put_live_place(&self, key: &str, place: LivePlace) -> Result<(), StoreError>;

    /// Forgets telemetry, answers, tokens and deliveries that were made before these times, ns since 1970.
    async fn forget(&self, before: Horizon) -> Result<(), StoreError>;

    /// Makes what was begun, and closes the store.
    async fn close(&self);
}

/// Before which times things are forgotten, ns since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Horizon {
    /// Telemetry by when it arrived.
    pub telemetry_ns: i64,
    /// Answers by when they were given.
    pub answers_ns: i64,
    /// Tokens by when they expire.
    pub tokens_ns: i64,
    /// Deliveries by when they were tried.
    pub deliveries_ns: i64,
}

/// Opens the store at an address, and brings its tables to what this program knows.
///
/// # Errors
/// If the address is none, or the store is locked, read-only, full, of a newer program or no store at all. `now_ns` is noted beside each
/// migration that is applied.
pub async fn open(url: &str, now_ns: i64) -> Result<Arc<dyn Store>, StoreError> {
    if let Some(file) = url.strip_prefix("sqlite:") {
        let file = file.strip_prefix("//").unwrap_or(file);
        if file.is_empty() || file == ":memory:" || file.contains(['?', '\0']) {
            return Err(StoreError::Address { found: url.to_owned() });
        }
        let engine = sqlite::SqliteEngine::open(Path::new(file)).await?;
        return Ok(Arc::new(SqlStore::start(engine, now_ns).await?));
    }
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        let engine = postgres::PostgresEngine::open(url).await?;
        return Ok(Arc::new(SqlStore::start(engine, now_ns).await?));
    }
    Err(StoreError::Address { found: postgres::without_password(url) })
}

/// A store over an engine.
struct SqlStore<E> {
    engine: Arc<E>,
    writer: writer::Writer,
}

impl<E: Engine> SqlStore<E> {
    async fn start(engine: E, now_ns: i64) -> Result<Self, StoreError> {
        migration::bring_up(&engine, now_ns).await?;
        let engine = Arc::new(engine);
        let writer = writer::Writer::start(Arc::clone(&engine));
        Ok(Self { engine, writer })
    }
}

#[async_trait]
impl<E: Engine> Store for SqlStore<E> {
    fn place(&self) -> &str {
        self.engine.place()
    }

    async fn commit(&self, commit: Commit) -> Result<(), StoreError> {
        self.writer.commit(commit).await
    }

    async fn stream(&self) -> Result<Stream, StoreError> {
        self.writer.stream().await
    }

    fn committed(&self) -> watch::Receiver<u64> {
        self.writer.committed()
    }

    async fn entity(&self, kind: &str, id: &str) -> Result<Option<EntityRow>, StoreError> {
        read::entity(&*self.engine, kind, id).await
    }

    async fn entity_by_key(&self, kind: &str, key: &str) -> Result<Option<EntityRow>, StoreError> {
        read::entity_by_key(&*self.engine, kind, key).await
    }

    async fn list(&self, query: &ListQuery) -> Result<Vec<EntityRow>, StoreError> {
        read::list(&*self.engine, query).await
    }

    async fn count(&self, query: &ListQuery) -> Result<i64, StoreError> {
        read::count(&*self.engine, query).await
    }

    async fn contains_account(&self, ancestor: &str, account: &str) -> Result<bool, StoreError> {
        read::contains_account(&*self.engine, ancestor, account).await
    }

    async fn events(&self, query: &EventQuery) -> Result<Vec<StoredEvent>, StoreError> {
        read::events(&*self.engine, query).await
    }

    async fn last_event(&self) -> Result<i64, StoreError> {
        read::last_event(&*self.engine).await
    }

    async fn histories(&self, after: (&str, &str, i64), limit: i64) -> Result<Vec<StoredEvent>, StoreError> {
        read::histories(&*self.engine, after, limit).await
    }

    async fn overwrite(&self, entities: Vec<EntityRow>) -> Result<(), StoreError> {
        self.writer.overwrite(entities).await
    }

    async fn answer(&self, client: &str, key: &str) -> Result<Option<Answer>, StoreError> {
        read::answer(&*self.engine, client, key).await
    }

    async fn put_client(&self, client: Client, note: Note) -> Result<(), StoreError> {
        self.writer.noted(vec![access::put_client(client)], note).await
    }

    async fn client(&self, id: &str) -> Result<Option<Client>, StoreError> {
        access::client(&*self.engine, id).await
    }

    async fn clients(&self, scope: &Scope, after: &str, limit: i64) -> Result<Vec<Client>, StoreError> {
        access::clients(&*self.engine, scope, after, limit).await
    }

    async fn put_token(&self, token: Token) -> Result<(), StoreError> {
        self.writer.statements(vec![access::put_token(token)]).await.map(drop)
    }

    async fn token(&self, sha256: &[u8]) -> Result<Option<Token>, StoreError> {
        access::token(&*self.engine, sha256).await
    }

    async fn put_telemetry(&self, rows: Vec<TelemetryRow>, received_ns: i64) -> Result<u64, StoreError> {
        self.writer.statements(telemetry::put(rows, received_ns)).await.map(|changed| changed.iter().sum())
    }

    async fn put_sightings(&self, sightings: Vec<Sighting>) -> Result<(), StoreError> {
        self.writer.statements(telemetry::sight(sightings)).await.map(drop)
    }

    async fn sightings(&self, terminals: &[String]) -> Result<Vec<Sighting>, StoreError> {
        telemetry::sightings(&*self.engine, terminals).await
    }

    async fn watches(&self, terminals: &[String]) -> Result<Vec<(String, String)>, StoreError> {
        telemetry::watches(&*self.engine, terminals).await
    }

    async fn put_watches(&self, watches: Vec<(String, String)>) -> Result<(), StoreError> {
        self.writer.statements(telemetry::watch(watches)).await.map(drop)
    }

    async fn telemetry(
        &self,
        scope: &Scope,
        after: i64,
        limit: i64,
    ) -> Result<Vec<TelemetryRow>, StoreError> {
        telemetry::rows(&*self.engine, scope, after, limit).await
    }

    async fn telemetry_range(&self) -> Result<(i64, i64), StoreError> {
        telemetry::range(&*self.engine).await
    }

    async fn telemetry_at(&self, terminal: &str, time_ns: i64) -> Result<Option<TelemetryRow>, StoreError> {
        telemetry::at(&*self.engine, terminal, time_ns).await
    }

    async fn acknowledged(&self, client: &str, reader: &str) -> Result<i64, StoreError> {
        telemetry::acknowledged(&*self.engine, client, reader).await
    }

    async fn acknowledge(&self, client: &str, reader: &str, seq: i64) -> Result<(), StoreError> {
        self.writer.statements(vec![telemetry::acknowledge(client, reader, seq)]).await.map(drop)
    }

    async fn put_webhook(&self, webhook: Webhook, note: Note) -> Result<(), StoreError> {
        self.writer.noted(vec![hooks::put(webhook)], note).await
    }

    async fn change_webhook(&self, webhook: Webhook, note: Note) -> Result<(), StoreError> {
        self.writer.noted_of(vec![hooks::change(webhook)], note).await
    }

    async fn webhook(&self, id: &str) -> Result<Option<Webhook>, StoreError> {
        hooks::webhook(&*self.engine, id).await
    }

    async fn webhooks(&self, scope: &Scope, after: &str, limit: i64) -> Result<Vec<Webhook>, StoreError> {
        hooks::webhooks(&*self.engine, scope, after, limit).await
    }

    async fn count_webhooks(&self, account: Option<&str>) -> Result<i64, StoreError> {
        hooks::count(&*self.engine, account).await
    }

    async fn remove_webhook(&self, id: &str, note: Note) -> Result<(), StoreError> {
        self.writer.noted_of(hooks::remove(id), note).await
    }

    async fn delivered(&self, webhook: Webhook, deliveries: Vec<Delivery>) -> Result<(), StoreError> {
        self.writer.statements(hooks::delivered(webhook, deliveries)).await.map(drop)
    }

    async fn deliveries(&self, webhook: &str, before: i64, limit: i64) -> Result<Vec<Delivery>, StoreError> {
        hooks::deliveries(&*self.engine, webhook, before, limit).await
    }

    async fn lead(&self, url: &str) -> Result<Option<Box<dyn Lead>>, StoreError> {
        let held = self.engine.lead(url).await?;
        Ok(held.map(|held| Box::new(live::Held::<E>(held)) as Box<dyn Lead>))
    }

    async fn leader(&self) -> Result<Option<String>, StoreError> {
        self.engine.leader().await
    }

    async fn live_place(&self, key: &str) -> Result<Option<LivePlace>, StoreError> {
        live::place(&*self.engine, key).await
    }

    async fn put_live_place(&self, key: &str, place: LivePlace) -> Result<(), StoreError> {
        self.writer.statements(vec![live::put_place(key, place)]).await.map(drop)
    }

    async fn forget(&self, before: Horizon) -> Result<(), StoreError> {
        self.writer.statements(access::forget(before)).await.map(drop)
    }

    async fn close(&self) {
        self.writer.close().await;
        self.engine.close().await;
    }
}
