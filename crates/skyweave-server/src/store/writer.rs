//! The one task that writes. What waits is made in one transaction, each change in a savepoint of its own, and acknowledged after it is
//! on disk: so a hundred small changes cost one sync, and one that is refused takes nobody with it.

use super::append;
use super::engine::{Engine, Failure, Value};
use super::error::StoreError;
use super::notes;
use super::records::{Commit, EntityRow, Note, Stream};
use std::borrow::Cow;
use std::sync::Arc;
use std::sync::Mutex;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;

/// Changes that may wait before whoever asks has to.
const WAITING: usize = 1_024;
/// Changes in one transaction.
const TOGETHER: usize = 256;
/// Rows in one transaction after which no further change joins it.
const ROWS_TOGETHER: usize = 20_000;
/// Pieces of a stream that may wait.
const PIECES: usize = 4;

/// A statement with its values.
pub type Statement = (Cow<'static, str>, Vec<Value>);
/// The kind and the id of a thing.
type Named = (&'static str, String);
type Reply<T> = oneshot::Sender<Result<T, StoreError>>;

enum Job {
    Commit(Box<Commit>, Reply<()>),
    Statements(Vec<Statement>, Reply<Vec<u64>>),
    /// Statements, the last of which appends an event. Nothing is done if none before it changes a row of the thing that is named, if one is.
    Noted(Vec<Statement>, Option<Named>, Reply<Vec<u64>>),
    Overwrite(Vec<EntityRow>, Reply<()>),
    Stream(mpsc::Receiver<Commit>, Reply<()>),
}

/// What came of a job, to be told once it is on disk.
enum Outcome {
    Unit(Reply<()>, Result<(), StoreError>),
    Counts(Reply<Vec<u64>>, Result<Vec<u64>, StoreError>),
}

impl Outcome {
    fn tell(self, whole: Result<(), &StoreError>) {
        // whoever asked may be gone
        match (self, whole) {
            (Self::Unit(reply, result), Ok(())) => drop(reply.send(result)),
            (Self::Counts(reply, result), Ok(())) => drop(reply.send(result)),
            (Self::Unit(reply, result), Err(error)) => drop(reply.send(result.and(Err(error.clone())))),
            (Self::Counts(reply, result), Err(error)) => drop(reply.send(result.and(Err(error.clone())))),
        }
    }
}

/// The way to the task.
pub struct Writer {
    jobs: Mutex<Option<mpsc::Sender<Job>>>,
    committed: watch::Receiver<u64>,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    /// Starts the task.
    pub fn start<E: Engine>(engine: Arc<E>) -> Self {
        let (jobs, waiting) = mpsc::channel(WAITING);
        let (signal, committed) = watch::channel(0);
        let task = tokio::spawn(write(engine, waiting, signal));
        Self { jobs: Mutex::new(Some(jobs)), committed, task: Mutex::new(Some(task)) }
    }

    /// See [`Store::commit`](super::Store::commit).
    pub async fn commit(&self, commit: Commit) -> Result<(), StoreError> {
        self.ask(|reply| Job::Commit(Box::new(commit), reply)).await
    }

    /// Carries out statements in one transaction; how many rows each changed.
    pub async fn statements(&self, statements: Vec<Statement>) -> Result<Vec<u64>, StoreError> {
        self.ask(|reply| Job::Statements(statements, reply)).await
    }

    /// Carries out statements, and appends the event of that, in one transaction.
    pub async fn noted(&self, mut statements: Vec<Statement>, note: Note) -> Result<(), StoreError> {
        statements.push(notes::append(note));
        self.ask(|reply| Job::Noted(statements, None, reply)).await.map(drop)
    }

    /// The same for what must be there: [`StoreError::Conflict`], and no event, if the statements change nothing.
    pub async fn noted_of(&self, mut statements: Vec<Statement>, note: Note) -> Result<(), StoreError> {
        let named = Some((note.kind, note.id.clone()));
        statements.push(notes::append(note));
        self.ask(|reply| Job::Noted(statements, named, reply)).await.map(drop)
    }

    /// See [`Store::overwrite`](super::Store::overwrite).
    pub async fn overwrite(&self, entities: Vec<EntityRow>) -> Result<(), StoreError> {
        self.ask(|reply| Job::Overwrite(entities, reply)).await
    }

    /// See [`Store::stream`](super::Store::stream).
    pub async fn stream(&self) -> Result<Stream, StoreError> {
        let (pieces, received) = mpsc::channel(PIECES);
        let (reply, done) = oneshot::channel();
        self.sender()?.send(Job::Stream(received, reply)).await.map_err(|_| StoreError::Closed)?;
        Ok(Stream { pieces, done })
    }

    /// See [`Store::committed`](super::Store::committed).
    pub fn committed(&self) -> watch::Receiver<u64> {
        self.committed.clone()
    }

    /// Takes no more jobs, and waits until those that wait are made.
    pub async fn close(&self) {
        drop(self.jobs.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take());
        let task = self.task.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        if let Some(task) = task {
            // it ends by itself when nobody can ask any more; if it panicked, that has been told
            let _ = task.await;
        }
    }

    fn sender(&self) -> Result<mpsc::Sender<Job>, StoreError> {
        let jobs = self.jobs.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        jobs.clone().ok_or(StoreError::Closed)
    }

    async fn ask<T>(&self, job: impl FnOnce(Reply<T>) -> Job) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.sender()?.send(job(reply)).await.map_err(|_| StoreError::Closed)?;
        answer.await.unwrap_or(Err(StoreError::Closed))
    }
}

async fn write<E: Engine>(engine: Arc<E>, mut waiting: mpsc::Receiver<Job>, signal: watch::Sender<u64>) {
    while let Some(first) = waiting.recv().await {
        let mut jobs = vec![first];
        let mut rows = weight(&jobs[0]);
        while jobs.len() < TOGETHER && rows < ROWS_TOGETHER {
            let Ok(next) = waiting.try_recv() else { break };
            rows += weight(&next);
            jobs.push(next);
        }
        // who follows events has nothing to read after anything else
        let events = jobs.iter().any(|job| matches!(job, Job::Commit(..) | Job::Noted(..) | Job::Stream(..)));
        let (outcomes, whole) = together(&*engine, jobs).await;
        if whole.is_ok() && events {
            signal.send_modify(|count| *count += 1);
        }
        for outcome in outcomes {
            outcome.tell(whole.as_ref().copied());
        }
    }
}

fn weight(job: &Job) -> usize {
    match job {
        Job::Commit(commit, _) => commit.rows(),
        Job::Statements(statements, _) | Job::Noted(statements, ..) => statements.len(),
        Job::Overwrite(entities, _) => entities.len(),
        // nothing joins it
        Job::Stream(..) => ROWS_TOGETHER,
    }
}

/// Makes jobs in one transaction. What each came to, and whether the transaction was committed.
async fn together<E: Engine>(engine: &E, jobs: Vec<Job>) -> (Vec<Outcome>, Result<(), StoreError>) {
    let mut outcomes = Vec::with_capacity(jobs.len());
    let mut connection = match engine.writer().await {
        Ok(connection) => connection,
        Err(error) => return (undone(jobs), Err(error)),
    };
    if let Err(error) = begin(engine, &mut connection).await {
        // an open transaction, if there is one, is nobody's
        let _ = engine.script(&mut connection, "ROLLBACK").await;
        return (undone(jobs), Err(error));
    }
    let mut broken = None;
    let mut jobs = jobs.into_iter();
    for job in jobs.by_ref() {
        match guarded(engine, &mut connection, job).await {
            Ok(outcome) => outcomes.push(outcome),
            Err((outcome, error)) => {
                outcomes.push(outcome);
                broken = Some(error);
                break;
            }
        }
    }
    let whole = match broken {
        None => engine.script(&mut connection, "COMMIT").await.map_err(StoreError::from),
        Some(error) => Err(error),
    };
    if whole.is_err() {
        let _ = engine.script(&mut connection, "ROLLBACK").await;
        outcomes.extend(undone(jobs.collect()));
    }
    (outcomes, whole)
}

async fn begin<E: Engine>(engine: &E, connection: &mut E::Connection) -> Result<(), StoreError> {
    engine.script(connection, E::BEGIN).await?;
    if let Some(alone) = E::ALONE {
        engine.rows(connection, alone.into(), Vec::new()).await?;
    }
    Ok(())
}

fn undone(jobs: Vec<Job>) -> Vec<Outcome> {
    jobs.into_iter().map(Job::undone).collect()
}

impl Job {
    /// The outcome of a job that was not begun; what is told is the error of the whole.
    fn undone(self) -> Outcome {
        match self {
            Self::Commit(_, reply) | Self::Overwrite(_, reply) | Self::Stream(_, reply) => {
                Outcome::Unit(reply, Ok(()))
            }
            Self::Statements(_, reply) | Self::Noted(_, _, reply) => Outcome::Counts(reply, Ok(Vec::new())),
        }
    }
}

/// A job within a savepoint. An error beside the outcome means that the transaction is lost.
async fn guarded<E: Engine>(
    engine: &E,
    connection: &mut E::Connection,
    job: Job,
) -> Result<Outcome, (Outcome, StoreError)> {
    if let Err(failure) = engine.script(connection, "SAVEPOINT job").await {
        return Err((job.undone(), failure.error));
    }
    let outcome = match job {
        Job::Commit(commit, reply) => Outcome::Unit(reply, append::commit(engine, connection, *commit).await),
        Job::Overwrite(rows, reply) => {
            Outcome::Unit(reply, append::overwrite(engine, connection, rows).await)
        }
        Job::Stream(pieces, reply) => Outcome::Unit(reply, stream(engine, connection, pieces).await),
        Job::Statements(statements, reply) | Job::Noted(statements, None, reply) => {
            Outcome::Counts(reply, carry_out(engine, connection, statements).await)
        }
        Job::Noted(statements, Some((kind, id)), reply) => {
            let counts = carry_out(engine, connection, statements).await;
            Outcome::Counts(reply, counts.and_then(|counts| changed(counts, kind, id)))
        }
    };
    let refused = match &outcome {
        Outcome::Unit(_, result) => result.as_ref().err().cloned(),
        Outcome::Counts(_, result) => result.as_ref().err().cloned(),
    };
    let end = if refused.is_none() { "RELEASE SAVEPOINT job" } else { "ROLLBACK TO SAVEPOINT job" };
    match engine.script(connection, end).await {
        Ok(()) => Ok(outcome),
        // a full disk, for one, undoes the transaction with all its savepoints: then the first error is the one to tell
        Err(failure) => Err((outcome, refused.unwrap_or(failure.error))),
    }
}

async fn carry_out<E: Engine>(
    engine: &E,
    connection: &mut E::Connection,
    statements: Vec<Statement>,
) -> Result<Vec<u64>, StoreError> {
    let mut changed = Vec::with_capacity(statements.len());
    for (sql, values) in statements {
        changed.push(engine.execute(connection, sql, values).await.map_err(first_come)?);
    }
    Ok(changed)
}

/// Something was changed before the event of it was appended, or somebody else was quicker.
fn changed(counts: Vec<u64>, kind: &str, id: String) -> Result<Vec<u64>, StoreError> {
    let before_the_event = counts.len().saturating_sub(1);
    if counts.iter().take(before_the_event).any(|rows| *rows > 0) {
        Ok(counts)
    } else {
        Err(StoreError::Conflict { kind: kind.to_owned(), id })
    }
}

/// What must be there once is there: somebody else was quicker.
fn first_come(failure: Failure) -> StoreError {
    match failure.unique {
        Some(id) => StoreError::Conflict { kind: "row".to_owned(), id },
        None => failure.error,
    }
}

async fn stream<E: Engine>(
    engine: &E,
    connection: &mut E::Connection,
    mut pieces: mpsc::Receiver<Commit>,
) -> Result<(), StoreError> {
    while let Some(piece) = pieces.recv().await {
        if piece == Commit::default() {
            return Ok(());
        }
        append::commit(engine, connection, piece).await?;
    }
    // dropped before its end
    Err(StoreError::Closed)
}
