//! The public log and orders: leaves, what of them is not published yet, checkpoints, documents, acknowledgements.
//!
//! What happens to an order, the leaf that says so, the row of the outbox and the event are one change ([`LogChange`]): all are there or
//! none. Two that append at the same place at the same time conflict.

use super::SqlStore;
use super::engine::{Engine, Record};
use super::error::StoreError;
use super::read::Question;
use super::records::Note;
use super::writer::Statement;
use async_trait::async_trait;

/// An entry of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf {
    /// Its place, from 0.
    pub leaf: i64,
    /// What it says it is: `order.v1`.
    pub kind: String,
    /// When it came, ns since 1970.
    pub time_ns: i64,
    /// Its bytes.
    pub entry: Vec<u8>,
}

/// An order as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderRow {
    /// Its identity, hexadecimal.
    pub id: String,
    /// Where it is in its life.
    pub state: String,
    /// Counts its changes, from 1.
    pub version: i64,
    /// Its bytes.
    pub payload: Vec<u8>,
    /// When it was drawn up, ns since 1970.
    pub created_ns: i64,
    /// When it changed last, ns since 1970.
    pub updated_ns: i64,
}

/// Somebody's word on an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovalRow {
    /// Which order.
    pub order: String,
    /// Who.
    pub approver: String,
    /// Where it stands in the log.
    pub leaf: i64,
    /// `approve` or `reject`.
    pub verdict: String,
}

/// What belongs together: all of it is stored, or nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogChange {
    /// Entries for the log, at the places that follow.
    pub leaves: Vec<Leaf>,
    /// Orders that are new, or where they are now.
    pub orders: Vec<OrderRow>,
    /// Words on orders.
    pub approvals: Vec<ApprovalRow>,
    /// Documents by name.
    pub documents: Vec<(String, Vec<u8>)>,
    /// The event of it, if one is told.
    pub note: Option<Note>,
}

/// The log and orders, in a store.
#[async_trait]
pub trait OrderStore {
    /// Stores what belongs together. If somebody else was there first, nothing is stored.
    async fn put_log(&self, change: LogChange) -> Result<(), StoreError>;

    /// How many leaves there are.
    async fn log_size(&self) -> Result<i64, StoreError>;

    /// Leaves from a place on.
    async fn leaves(&self, from: i64, limit: i64) -> Result<Vec<Leaf>, StoreError>;

    /// How many leaves no published checkpoint has.
    async fn unpublished(&self) -> Result<i64, StoreError>;

    /// Notes that a checkpoint was published: its leaves leave the outbox.
    async fn put_checkpoint(&self, size: i64, note: String, time_ns: i64) -> Result<(), StoreError>;

    /// The newest published checkpoint: entries, and the note with every signature.
    async fn newest_checkpoint(&self) -> Result<Option<(i64, String)>, StoreError>;

    /// An order.
    async fn order(&self, id: &str) -> Result<Option<OrderRow>, StoreError>;

    /// Orders in the order of their ids.
    async fn orders(&self, after: &str, limit: i64) -> Result<Vec<OrderRow>, StoreError>;

    /// What was said about an order, in the order of the log.
    async fn approvals(&self, order: &str) -> Result<Vec<ApprovalRow>, StoreError>;

    /// A document by name.
    async fn document(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError>;

    /// Notes what points of enforcement said; of each point and epoch the first counts. How many were new.
    async fn put_acknowledgements(&self, said: Vec<(String, i64, Vec<u8>)>) -> Result<u64, StoreError>;

    /// What points of enforcement said of an epoch, in the order of their names.
    async fn acknowledgements(&self, epoch: i64) -> Result<Vec<Vec<u8>>, StoreError>;
}

const ORDER: &str = "SELECT id, state, version, payload, created_ns, updated_ns FROM orders WHERE 1 = 1";

#[async_trait]
impl<E: Engine> OrderStore for SqlStore<E> {
    async fn put_log(&self, change: LogChange) -> Result<(), StoreError> {
        let note = change.note.clone();
        let statements = statements(change);
        match note {
            Some(note) => self.writer.noted(statements, note).await,
            None => self.writer.statements(statements).await.map(drop),
        }
    }

    async fn log_size(&self) -> Result<i64, StoreError> {
        let question = Question::new("SELECT COALESCE(max(leaf) + 1, 0) FROM log_leaf");
        Ok(question.ask(&*self.engine).await?.first().map_or(0, |row| row.int(0)))
    }

    async fn leaves(&self, from: i64, limit: i64) -> Result<Vec<Leaf>, StoreError> {
        let mut question = Question::new("SELECT leaf, kind, time_ns, entry FROM log_leaf WHERE leaf >= ");
        question.value(from).say(" ORDER BY leaf LIMIT ").value(limit);
        let leaf = |mut row: Record| Leaf {
            leaf: row.int(0),
            kind: row.text(1),
            time_ns: row.int(2),
            entry: row.bytes(3),
        };
        Ok(question.ask(&*self.engine).await?.into_iter().map(leaf).collect())
    }

    async fn unpublished(&self) -> Result<i64, StoreError> {
        let question = Question::new("SELECT count(*) FROM log_outbox");
        Ok(question.ask(&*self.engine).await?.first().map_or(0, |row| row.int(0)))
    }

    async fn put_checkpoint(&self, size: i64, note: String, time_ns: i64) -> Result<(), StoreError> {
        let put = "INSERT INTO log_checkpoint (size, time_ns, note) VALUES ($1, $2, $3)
            ON CONFLICT (size) DO UPDATE SET time_ns = excluded.time_ns, note = excluded.note";
        let done = "DELETE FROM log_outbox WHERE leaf < $1";
        let statements: Vec<Statement> = vec![
            (put.into(), vec![size.into(), time_ns.into(), note.into()]),
            (done.into(), vec![size.into()]),
        ];
        self.writer.statements(statements).await.map(drop)
    }

    async fn newest_checkpoint(&self) -> Result<Option<(i64, String)>, StoreError> {
        let question = Question::new("SELECT size, note FROM log_checkpoint ORDER BY size DESC LIMIT 1");
        Ok(question.ask(&*self.engine).await?.pop().map(|mut row| (row.int(0), row.text(1))))
    }

    async fn order(&self, id: &str) -> Result<Option<OrderRow>, StoreError> {
        let mut question = Question::new(ORDER);
        question.say(" AND id = ").value(id);
        Ok(question.ask(&*self.engine).await?.pop().map(order_of))
    }

    async fn orders(&self, after: &str, limit: i64) -> Result<Vec<OrderRow>, StoreError> {
        let mut question = Question::new(ORDER);
        question.say(" AND id > ").value(after).say(" ORDER BY id LIMIT ").value(limit);
        Ok(question.ask(&*self.engine).await?.into_iter().map(order_of).collect())
    }

    async fn approvals(&self, order: &str) -> Result<Vec<ApprovalRow>, StoreError> {
        let mut question =
            Question::new("SELECT order_id, approver, leaf, verdict FROM order_approval WHERE order_id = ");
        question.value(order).say(" ORDER BY leaf");
        let approval = |mut row: Record| ApprovalRow {
            order: row.text(0),
            approver: row.text(1),
            leaf: row.int(2),
            verdict: row.text(3),
        };
        Ok(question.ask(&*self.engine).await?.into_iter().map(approval).collect())
    }

    async fn document(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let mut question = Question::new("SELECT bytes FROM log_document WHERE name = ");
        question.value(name);
        Ok(question.ask(&*self.engine).await?.pop().map(|mut row| row.bytes(0)))
    }

    async fn put_acknowledgements(&self, said: Vec<(String, i64, Vec<u8>)>) -> Result<u64, StoreError> {
        let put = |(point, epoch, envelope): (String, i64, Vec<u8>)| {
            let sql = "INSERT INTO acknowledgement (point, epoch, envelope) VALUES ($1, $2, $3)
                ON CONFLICT (point, epoch) DO NOTHING";
            (sql.into(), vec![point.into(), epoch.into(), envelope.into()])
        };
        let done = self.writer.statements(said.into_iter().map(put).collect()).await?;
        Ok(done.into_iter().sum())
    }

    async fn acknowledgements(&self, epoch: i64) -> Result<Vec<Vec<u8>>, StoreError> {
        let mut question = Question::new("SELECT envelope FROM acknowledgement WHERE epoch = ");
        question.value(epoch).say(" ORDER BY point");
        Ok(question.ask(&*self.engine).await?.into_iter().map(|mut row| row.bytes(0)).collect())
    }
}

fn statements(change: LogChange) -> Vec<Statement> {
    let mut statements: Vec<Statement> = Vec::new();
    for leaf in change.leaves {
        let put = "INSERT INTO log_leaf (leaf, kind, time_ns, entry) VALUES ($1, $2, $3, $4)";
        let values = vec![leaf.leaf.into(), leaf.kind.into(), leaf.time_ns.into(), leaf.entry.into()];
        statements.push((put.into(), values));
        statements.push(("INSERT INTO log_outbox (leaf) VALUES ($1)".into(), vec![leaf.leaf.into()]));
    }
    for order in change.orders {
        let put = "INSERT INTO orders (id, state, version, payload, created_ns, updated_ns) VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (id) DO UPDATE SET state = excluded.state, version = excluded.version, updated_ns = excluded.updated_ns";
        let values = vec![
            order.id.into(),
            order.state.into(),
            order.version.into(),
            order.payload.into(),
            order.created_ns.into(),
            order.updated_ns.into(),
        ];
        statements.push((put.into(), values));
    }
    for approval in change.approvals {
        let put = "INSERT INTO order_approval (order_id, approver, leaf, verdict) VALUES ($1, $2, $3, $4)";
        let values = vec![
            approval.order.into(),
            approval.approver.into(),
            approval.leaf.into(),
            approval.verdict.into(),
        ];
        statements.push((put.into(), values));
    }
    for (name, bytes) in change.documents {
        let put = "INSERT INTO log_document (name, bytes) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";
        statements.push((put.into(), vec![name.into(), bytes.into()]));
    }
    statements
}

fn order_of(mut row: Record) -> OrderRow {
    OrderRow {
        id: row.text(0),
        state: row.text(1),
        version: row.int(2),
        payload: row.bytes(3),
        created_ns: row.int(4),
        updated_ns: row.int(5),
    }
}
