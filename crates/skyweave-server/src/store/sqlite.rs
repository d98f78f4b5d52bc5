//! SQLite: one file, a write-ahead log, one writer, and a sync to disk before anything is acknowledged.

use super::engine::{Engine, Failure, Migration, Record, Value};
use super::error::StoreError;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteRow, SqliteSynchronous,
};
use sqlx::{AssertSqlSafe, ColumnIndex, Row, Sqlite, TypeInfo, ValueRef, pool::PoolConnection};
use std::borrow::Cow;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Connections that read side by side.
const READERS: u32 = 4;
/// How long another program may hold the file before that is an error: a copy or a look with the `sqlite3` shell is shorter.
const PATIENCE: Duration = Duration::from_secs(5);
/// What a connection may keep in memory, KiB (negative by SQLite's convention).
const CACHE: &str = "-65536";

/// A store in a file.
pub struct SqliteEngine {
    place: String,
    readers: SqlitePool,
    writer: SqlitePool,
    /// Held as long as the store is open: a second server on the same file would not hear of the first one's events.
    _lock: File,
}

impl SqliteEngine {
    /// Opens the file, or makes it.
    ///
    /// # Errors
    /// If it is locked by another server, is no database, or cannot be written.
    pub async fn open(file: &Path) -> Result<Self, StoreError> {
        let place = file.display().to_string();
        let lock = lock(file, &place)?;
        // what fails here fails below too, and is understood there
        let _ = private().create(true).append(true).open(file);
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(PATIENCE)
            .foreign_keys(false)
            .pragma("cache_size", CACHE);
        let failed = |error: sqlx::Error| understand(&place, &error).error;
        let one = SqlitePoolOptions::new().max_connections(1).max_lifetime(None).idle_timeout(None);
        let writer = one.connect_with(options.clone()).await.map_err(failed)?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .max_lifetime(None)
            .connect_with(options.pragma("query_only", "ON"))
            .await
            .map_err(failed)?;
        Ok(Self { place, readers, writer, _lock: lock })
    }
}

/// Makes files that nobody but their owner reads: secrets of webhooks are in the store, and positions. SQLite's log has the mode of its file.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Takes the lock file beside the database.
fn lock(file: &Path, place: &str) -> Result<File, StoreError> {
    let beside = PathBuf::from(format!("{place}.lock"));
    let opened = private().create(true).truncate(false).write(true).open(&beside);
    let opened = opened.map_err(|error| match error.kind() {
        std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => {
            StoreError::ReadOnly { place: place.to_owned() }
        }
        std::io::ErrorKind::StorageFull => StoreError::Full { place: place.to_owned() },
        std::io::ErrorKind::NotFound => {
            let problem = match file.parent() {
                Some(folder) => format!("there is no folder {}", folder.display()),
                None => error.to_string(),
            };
            StoreError::Unopened { place: place.to_owned(), problem }
        }
        _ => StoreError::Unopened { place: place.to_owned(), problem: error.to_string() },
    })?;
    match opened.try_lock() {
        Ok(()) => Ok(opened),
        Err(TryLockError::WouldBlock) => Err(StoreError::Locked { place: place.to_owned() }),
        Err(TryLockError::Error(error)) => {
            Err(StoreError::Unopened { place: place.to_owned(), problem: error.to_string() })
        }
    }
}

impl Engine for SqliteEngine {
    type Connection = PoolConnection<Sqlite>;
    // whoever has the file open has the lead
    type Lead = ();

    const MIGRATIONS: &'static [Migration] = &[
        (1, "first", include_str!("../../migrations/sqlite/0001_first.sql")),
        (2, "watch", include_str!("../../migrations/sqlite/0002_watch.sql")),
        (3, "indexes", include_str!("../../migrations/sqlite/0003_indexes.sql")),
        (4, "live", include_str!("../../migrations/sqlite/0004_live.sql")),
        (5, "orders", include_str!("../../migrations/sqlite/0005_orders.sql")),
    ];
    const BEGIN: &'static str = "BEGIN IMMEDIATE";
    const ALONE: Option<&'static str> = None;
    const POSITION: &'static str = "instr";
    const UNNUMBERED: bool = true;
    const FEW_BY_ID: &'static str = "+id";

    fn place(&self) -> &str {
        &self.place
    }

    async fn reader(&self) -> Result<Self::Connection, StoreError> {
        self.readers.acquire().await.map_err(|error| understand(&self.place, &error).error)
    }

    async fn writer(&self) -> Result<Self::Connection, StoreError> {
        self.writer.acquire().await.map_err(|error| understand(&self.place, &error).error)
    }

    async fn execute(
        &self,
        connection: &mut Self::Connection,
        sql: Cow<'static, str>,
        values: Vec<Value>,
    ) -> Result<u64, Failure> {
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for value in values {
            query = match value {
                Value::Int(value) => query.bind(value),
                Value::Text(value) => query.bind(value),
                Value::Bytes(value) => query.bind(value),
            };
        }
        let done = query.execute(&mut **connection).await.map_err(|error| understand(&self.place, &error))?;
        Ok(done.rows_affected())
    }

    async fn rows(
        &self,
        connection: &mut Self::Connection,
        sql: Cow<'static, str>,
        values: Vec<Value>,
    ) -> Result<Vec<Record>, Failure> {
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for value in values {
            query = match value {
                Value::Int(value) => query.bind(value),
                Value::Text(value) => query.bind(value),
                Value::Bytes(value) => query.bind(value),
            };
        }
        let found = query.fetch_all(&mut **connection).await;
        let found = found.map_err(|error| understand(&self.place, &error))?;
        found.iter().map(record).collect::<Result<_, _>>().map_err(|error| understand(&self.place, &error))
    }

    async fn script(&self, connection: &mut Self::Connection, sql: &'static str) -> Result<(), Failure> {
        let done = sqlx::raw_sql(sql).execute(&mut **connection).await;
        done.map(|_| ()).map_err(|error| understand(&self.place, &error))
    }

    async fn lead(&self, _url: &str) -> Result<Option<()>, StoreError> {
        Ok(Some(()))
    }

    async fn leader(&self) -> Result<Option<String>, StoreError> {
        Ok(None)
    }

    async fn holds((): &mut ()) -> bool {
        true
    }

    async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

fn record(row: &SqliteRow) -> Result<Record, sqlx::Error> {
    (0..row.len()).map(|column| value(row, column)).collect::<Result<_, _>>().map(Record)
}

fn value(row: &SqliteRow, column: usize) -> Result<Value, sqlx::Error>
where
    usize: ColumnIndex<SqliteRow>,
{
    let raw = row.try_get_raw(column)?;
    if raw.is_null() {
        return Ok(Value::Text(None));
    }
    let kind = raw.type_info();
    Ok(match kind.name() {
        "INTEGER" => Value::Int(row.try_get(column)?),
        "BLOB" => Value::Bytes(row.try_get(column)?),
        _ => Value::Text(row.try_get(column)?),
    })
}

/// [Result codes](https://www.sqlite.org/rescode.html): the low byte is the primary one.
fn understand(place: &str, error: &sqlx::Error) -> Failure {
    let place = place.to_owned();
    let Some(database) = error.as_database_error() else {
        let problem = error.to_string();
        let error = match error {
            sqlx::Error::PoolTimedOut => StoreError::Locked { place },
            sqlx::Error::PoolClosed => StoreError::Closed,
            _ => StoreError::Database { place, problem },
        };
        return Failure { error, unique: None };
    };
    let problem = database.message().to_owned();
    let unique = database.is_unique_violation().then(|| problem.clone());
    let code = database.code().and_then(|code| code.parse::<i64>().ok()).unwrap_or_default();
    let error = match code & 0xff {
        13 => StoreError::Full { place },
        5 | 6 => StoreError::Locked { place },
        8 => StoreError::ReadOnly { place },
        14 => StoreError::Unopened { place, problem },
        11 | 26 => StoreError::Damaged { place, problem },
        _ => StoreError::Database { place, problem },
    };
    Failure { error, unique }
}
