//! PostgreSQL: a server that may have other clients. Writers take turns by an advisory lock, so that the numbers of events grow in
//! the order in which they become visible, and a reader who follows them misses none.

use super::engine::{Engine, Failure, Migration, Record, Value};
use super::error::StoreError;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions, PgRow};
use sqlx::{AssertSqlSafe, Connection, Postgres, Row, TypeInfo, ValueRef, pool::PoolConnection};
use std::borrow::Cow;
use std::str::FromStr;
use std::time::Duration;

/// Connections in all, one of which writes.
const CONNECTIONS: u32 = 8;
/// How long the server may take to give one.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long the server may take to say that it is still there to whoever leads.
const STILL_THERE: Duration = Duration::from_secs(5);
/// Takes the lead if nobody has it: "skyweave" as a number, and 1.
const LEAD: &str = "SELECT pg_try_advisory_lock(8316221498218149478)";
/// What the connection is called that has the lock: so the address of whoever leads is gone with the lead.
const LEADER: &str = "SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
    WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
        AND (l.classid::bigint << 32) | l.objid::bigint = 8316221498218149478
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())";
/// What stands before the address in that name.
const CALLED: &str = "skyweave ";
/// A machine that is gone without a word keeps the lead for no longer than this: 5 s of silence, then three questions, 3 s apart.
const NOTICE_THE_DEAD: &str =
    "SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 3; SET tcp_keepalives_count = 3";

/// A store in a PostgreSQL database.
pub struct PostgresEngine {
    place: String,
    pool: PgPool,
}

impl PostgresEngine {
    /// Connects.
    ///
    /// # Errors
    /// If the address is wrong or nobody answers there.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        let place = without_password(url);
        let options = PgConnectOptions::from_str(url)
            .map_err(|_| StoreError::Address { found: place.clone() })?
            .application_name("skyweave")
            .options([("synchronous_commit", "on"), ("timezone", "UTC")]);
        let pool = PgPoolOptions::new().max_connections(CONNECTIONS).acquire_timeout(PATIENCE);
        let pool =
            pool.connect_with(options).await.map_err(|error| match understand(&place, &error).error {
                StoreError::Database { place, problem } => StoreError::Unopened { place, problem },
                other => other,
            })?;
        Ok(Self { place, pool })
    }
}

/// The address without what stands between the user's name and the `@`.
pub fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    let path = path.split('?').next().unwrap_or_default();
    match authority.rsplit_once('@') {
        Some((user, host)) => {
            let name = user.split(':').next().unwrap_or_default();
            format!("{scheme}://{name}@{host}{path}")
        }
        None => format!("{scheme}://{authority}{path}"),
    }
}

impl Engine for PostgresEngine {
    type Connection = PoolConnection<Postgres>;
    type Lead = PgConnection;

    const MIGRATIONS: &'static [Migration] = &[
        (1, "first", include_str!("../../migrations/postgres/0001_first.sql")),
        (2, "watch", include_str!("../../migrations/postgres/0002_watch.sql")),
        (3, "indexes", include_str!("../../migrations/postgres/0003_indexes.sql")),
        (4, "live", include_str!("../../migrations/postgres/0004_live.sql")),
        (5, "orders", include_str!("../../migrations/postgres/0005_orders.sql")),
    ];
    const BEGIN: &'static str = "BEGIN";
    // "skyweave" as a number
    const ALONE: Option<&'static str> = Some("SELECT pg_advisory_xact_lock(8316221498218149477)");
    const POSITION: &'static str = "strpos";
    const UNNUMBERED: bool = false;
    const FEW_BY_ID: &'static str = "id";

    fn place(&self) -> &str {
        &self.place
    }

    async fn reader(&self) -> Result<Self::Connection, StoreError> {
        self.pool.acquire().await.map_err(|error| understand(&self.place, &error).error)
    }

    async fn writer(&self) -> Result<Self::Connection, StoreError> {
        self.reader().await
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

    async fn lead(&self, url: &str) -> Result<Option<PgConnection>, StoreError> {
        let failed = |error: sqlx::Error| understand(&self.place, &error).error;
        // one of its own: the lock is gone with the connection, and that with this program, however it ends
        let options = (*self.pool.connect_options()).clone().application_name(&format!("{CALLED}{url}"));
        let mut connection = PgConnection::connect_with(&options).await.map_err(failed)?;
        sqlx::raw_sql(NOTICE_THE_DEAD).execute(&mut connection).await.map_err(failed)?;
        let (leads,): (bool,) = sqlx::query_as(LEAD).fetch_one(&mut connection).await.map_err(failed)?;
        Ok(leads.then_some(connection))
    }

    async fn leader(&self) -> Result<Option<String>, StoreError> {
        let found: Option<(String,)> = sqlx::query_as(LEADER)
            .fetch_optional(&self.pool)
            .await
            .map_err(|error| understand(&self.place, &error).error)?;
        let url = |(name,): (String,)| name.strip_prefix(CALLED).map(ToOwned::to_owned);
        Ok(found.and_then(url).filter(|url| !url.is_empty()))
    }

    async fn holds(lead: &mut PgConnection) -> bool {
        matches!(tokio::time::timeout(STILL_THERE, lead.ping()).await, Ok(Ok(())))
    }

    async fn close(&self) {
        self.pool.close().await;
    }
}

fn record(row: &PgRow) -> Result<Record, sqlx::Error> {
    (0..row.len()).map(|column| value(row, column)).collect::<Result<_, _>>().map(Record)
}

fn value(row: &PgRow, column: usize) -> Result<Value, sqlx::Error> {
    let raw = row.try_get_raw(column)?;
    if raw.is_null() {
        return Ok(Value::Text(None));
    }
    let kind = raw.type_info();
    Ok(match kind.name() {
        "INT8" => Value::Int(row.try_get(column)?),
        "INT4" => Value::Int(row.try_get::<Option<i32>, _>(column)?.map(i64::from)),
        "BYTEA" => Value::Bytes(row.try_get(column)?),
        "VOID" => Value::Text(None),
        _ => Value::Text(row.try_get(column)?),
    })
}

/// [SQLSTATE](https://www.postgresql.org/docs/current/errcodes-appendix.html): the first two characters are the class.
fn understand(place: &str, error: &sqlx::Error) -> Failure {
    let place = place.to_owned();
    let Some(database) = error.as_database_error() else {
        let problem = error.to_string();
        let error = match error {
            sqlx::Error::PoolClosed => StoreError::Closed,
            _ => StoreError::Database { place, problem },
        };
        return Failure { error, unique: None };
    };
    let problem = database.message().to_owned();
    let named = database.constraint().unwrap_or_default();
    let unique = database.is_unique_violation().then(|| format!("{named}: {problem}"));
    let code = database.code().unwrap_or_default().into_owned();
    let error = match code.as_str() {
        "53100" => StoreError::Full { place },
        "55P03" => StoreError::Locked { place },
        "25006" => StoreError::ReadOnly { place },
        "3D000" | "28P01" | "28000" => StoreError::Unopened { place, problem },
        _ => StoreError::Database { place, problem },
    };
    Failure { error, unique }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_password_is_shown() {
        for (url, shown) in [
            ("postgres://me:secret@host/sky", "postgres://me@host/sky"),
            ("postgres://me:se@cret@host:1/sky?password=x", "postgres://me@host:1/sky"),
            ("postgres:///sky?host=/tmp&password=x", "postgres:///sky"),
            ("nonsense", "nonsense"),
        ] {
            assert_eq!(without_password(url), shown);
        }
    }
}
