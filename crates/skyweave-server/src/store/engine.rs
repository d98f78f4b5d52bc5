//! What the two databases have in common: statements with values in, rows of values out.
//!
//! Statements are written once, in the SQL that both understand, with `$1`, `$2` ... for values. What a person sent is only ever a
//! value; text of statements comes from this program alone.

use super::error::StoreError;
use std::borrow::Cow;
use std::future::Future;

/// A value of a statement. An absent one has a type too, since PostgreSQL asks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A whole number.
    Int(Option<i64>),
    /// A text.
    Text(Option<String>),
    /// Bytes.
    Bytes(Option<Vec<u8>>),
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(Some(value))
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(Some(value.to_owned()))
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(Some(value))
    }
}

impl From<Option<String>> for Value {
    fn from(value: Option<String>) -> Self {
        Self::Text(value)
    }
}

impl From<Option<i64>> for Value {
    fn from(value: Option<i64>) -> Self {
        Self::Int(value)
    }
}

impl From<Vec<u8>> for Value {
    fn from(value: Vec<u8>) -> Self {
        Self::Bytes(Some(value))
    }
}

/// A row that was read: its values by column, in the order of the statement.
#[derive(Debug, Clone)]
pub struct Record(pub Vec<Value>);

impl Record {
    /// The number in a column; 0 where there is none.
    pub fn int(&self, column: usize) -> i64 {
        self.opt_int(column).unwrap_or_default()
    }

    /// The number in a column that may be empty.
    pub fn opt_int(&self, column: usize) -> Option<i64> {
        match self.0.get(column) {
            Some(Value::Int(value)) => *value,
            _ => None,
        }
    }

    /// The text in a column, taken out of the row; empty where there is none.
    pub fn text(&mut self, column: usize) -> String {
        self.opt_text(column).unwrap_or_default()
    }

    /// The text in a column that may be empty, taken out of the row.
    pub fn opt_text(&mut self, column: usize) -> Option<String> {
        match self.0.get_mut(column) {
            Some(Value::Text(value)) => value.take(),
            _ => None,
        }
    }

    /// The bytes in a column, taken out of the row.
    pub fn bytes(&mut self, column: usize) -> Vec<u8> {
        match self.0.get_mut(column) {
            Some(Value::Bytes(value)) => value.take().unwrap_or_default(),
            _ => Vec::new(),
        }
    }
}

/// What a statement failed with: what the store makes of it, and whether a unique key was the reason.
#[derive(Debug)]
pub struct Failure {
    /// For people.
    pub error: StoreError,
    /// The message of a violated unique key; both databases name the index or its columns in it.
    pub unique: Option<String>,
}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> Self {
        failure.error
    }
}

/// A migration: its version, its name and its statements.
pub type Migration = (i64, &'static str, &'static str);

/// A database as the store uses it.
pub trait Engine: Send + Sync + 'static {
    /// A connection, given back when it is dropped.
    type Connection: Send;
    /// What whoever leads has and nobody else, for as long as it lives.
    type Lead: Send;

    /// Its migrations, from 1 on without gaps.
    const MIGRATIONS: &'static [Migration];
    /// Begins a transaction that writes.
    const BEGIN: &'static str;
    /// What ends before any other writer of the same database begins; nothing where `BEGIN` sees to it.
    const ALONE: Option<&'static str>;
    /// The function that finds a text in a text, from 1; 0 if it is not there.
    const POSITION: &'static str;
    /// Whether thousands of values in their order are better not numbered: SQLite's names of parameters are looked up one by one, each from the
    /// beginning, which took three quarters of an import.
    const UNNUMBERED: bool;
    /// By id, for so few rows that they are found first and sorted then. SQLite must be told, or it walks through all by id.
    const FEW_BY_ID: &'static str;

    /// The file or server, for errors; never with a password.
    fn place(&self) -> &str;

    /// A connection to read with.
    fn reader(&self) -> impl Future<Output = Result<Self::Connection, StoreError>> + Send;

    /// The connection to write with; only the writer's task has it.
    fn writer(&self) -> impl Future<Output = Result<Self::Connection, StoreError>> + Send;

    /// Carries out a statement; how many rows it changed.
    fn execute(
        &self,
        connection: &mut Self::Connection,
        sql: Cow<'static, str>,
        values: Vec<Value>,
    ) -> impl Future<Output = Result<u64, Failure>> + Send;

    /// All rows that a statement gives.
    fn rows(
        &self,
        connection: &mut Self::Connection,
        sql: Cow<'static, str>,
        values: Vec<Value>,
    ) -> impl Future<Output = Result<Vec<Record>, Failure>> + Send;

    /// Several statements at once, without values.
    fn script(
        &self,
        connection: &mut Self::Connection,
        sql: &'static str,
    ) -> impl Future<Output = Result<(), Failure>> + Send;

    /// Takes the lead; none if another server on the same database has it. Others learn of `url` from [`Self::leader`].
    fn lead(&self, url: &str) -> impl Future<Output = Result<Option<Self::Lead>, StoreError>> + Send;

    /// Where whoever leads is reached.
    fn leader(&self) -> impl Future<Output = Result<Option<String>, StoreError>> + Send;

    /// Whether the lead is still this server's.
    fn holds(lead: &mut Self::Lead) -> impl Future<Output = bool> + Send;

    /// Closes all connections.
    fn close(&self) -> impl Future<Output = ()> + Send;
}
