//! A witness, or a mirror: a small server of its own, run by somebody else than the service (C2SP tlog-witness, tlog-mirror).
//!
//! A witness remembers the last checkpoint of each log that it cosigned and refuses whatever does not continue it. A mirror moreover fetches the
//! log's files, serves them, and cosigns only what it has. What is remembered is on the disk before it is told.

use super::folder::{Folder, write_whole};
use super::remote::Remote;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path as At, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use skyweave_proof::UtcTime;
use skyweave_proof::json::{self, Fields, Malformed, Value};
use skyweave_proof::log::checkpoint::Checkpoint;
use skyweave_proof::log::mirror::{Copy, Mirror, NotMirrored};
use skyweave_proof::log::note::{Note, Signatory, Verifier};
use skyweave_proof::log::reader::{Files, Reader};
use skyweave_proof::log::tile::{CHECKPOINT, WIDTH};
use skyweave_proof::log::witness::{self, Cosigned, Decision, Request, Seen, Witness, monitoring_path};
use skyweave_proof::log::writer::{File, Writer};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use thiserror::Error;
use tokio::net::TcpListener;

/// No request is longer, bytes.
const LONGEST: usize = 64 << 10;

/// How it is started.
pub struct Options {
    /// Its key.
    pub key: Signatory,
    /// The keys of the logs that it knows; a log's origin is the name of its key.
    pub logs: Vec<Verifier>,
    /// Where it remembers what it cosigned, and keeps the files of a mirror.
    pub folder: PathBuf,
    /// For a mirror: where the log's files are.
    pub mirror: Option<String>,
}

/// Why it does not serve.
#[derive(Debug, Error)]
pub enum NoWitness {
    /// What it remembers cannot be read or written.
    #[error("{path}: {problem}")]
    Disk {
        /// Where.
        path: String,
        /// What is wrong.
        problem: String,
    },
    /// A mirror has one log.
    #[error("a mirror is of one log; {0} were named")]
    Logs(usize),
}

/// A witness or mirror.
pub struct Server {
    folder: PathBuf,
    role: Role,
    clock: Box<dyn Fn() -> UtcTime + Send + Sync>,
}

enum Role {
    Witness { witness: Box<Witness>, seen: Mutex<BTreeMap<String, Seen>> },
    Mirror(Box<Mirrored>),
}

struct Mirrored {
    mirror: Mirror,
    origin: String,
    from: Box<dyn Files + Send + Sync>,
    state: Mutex<(Copy, Writer)>,
}

impl Server {
    /// Reads what is remembered. `clock` tells the time that is signed.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn new(
        options: Options,
        clock: impl Fn() -> UtcTime + Send + Sync + 'static,
    ) -> Result<Self, NoWitness> {
        let from =
            options.mirror.as_deref().map(|url| Box::new(Remote::at(url)) as Box<dyn Files + Send + Sync>);
        Self::with_files(options, from, clock)
    }

    /// The same, a mirror of whatever files.
    ///
    /// # Errors
    /// As for [`Self::new`].
    pub fn with_files(
        options: Options,
        from: Option<Box<dyn Files + Send + Sync>>,
        clock: impl Fn() -> UtcTime + Send + Sync + 'static,
    ) -> Result<Self, NoWitness> {
        let Options { key, logs, folder, .. } = options;
        let role = match from {
            None => {
                let mut seen = BTreeMap::new();
                for log in &logs {
                    seen.extend(remembered(&folder, log.name())?.map(|one| (log.name().to_owned(), one)));
                }
                let logs = logs.into_iter().map(|log| (log.name().to_owned(), vec![log]));
                let witness = Box::new(Witness::new(logs.collect(), key));
                Role::Witness { witness, seen: Mutex::new(seen) }
            }
            Some(from) => {
                let [log] = <[Verifier; 1]>::try_from(logs).map_err(|logs| NoWitness::Logs(logs.len()))?;
                let origin = log.name().to_owned();
                let mirror = Mirror::new(&origin, vec![log], key);
                let state = Mutex::new(resume(&mirror, &Folder::read_only(&folder))?);
                Role::Mirror(Box::new(Mirrored { mirror, origin, from, state }))
            }
        };
        Ok(Self { folder, role, clock: Box::new(clock) })
    }

    /// Answers the body of `add-checkpoint`. It blocks: files are written, and a mirror fetches.
    #[must_use]
    pub fn add_checkpoint(&self, body: &[u8]) -> witness::Response {
        let now = (self.clock)();
        match &self.role {
            Role::Witness { witness, seen } => {
                // the lock is held until it is on the disk: two requests that race are decided one after the other
                let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
                match witness.decide(body, |origin| seen.get(origin).copied(), now) {
                    Decision::Refuse(response) => response,
                    Decision::Cosign(cosigned) => match self.remember(&cosigned) {
                        Ok(()) => {
                            seen.insert(cosigned.origin, cosigned.after);
                            cosigned.response
                        }
                        Err(problem) => unwell(&problem),
                    },
                }
            }
            Role::Mirror(mirrored) => {
                let mut state = mirrored.state.lock().unwrap_or_else(PoisonError::into_inner);
                mirrored.add_checkpoint(&mut state, &self.folder, body, now)
            }
        }
    }

    fn remember(&self, cosigned: &Cosigned) -> std::io::Result<()> {
        let file = self.folder.join(monitoring_path(&cosigned.origin));
        let Seen { size, root, time } = cosigned.after;
        let state = Value::object([
            ("root", Some(Value::hash(&root))),
            ("size", Some(Value::Number(size))),
            ("time_s", Some(Value::time(time))),
        ]);
        // first what monitors see, then what is refused from now on: a crash in between refuses nothing that was signed
        write_whole(&file.with_file_name("state"), &state.to_bytes())?;
        write_whole(&file, cosigned.checkpoint.as_bytes())
    }

    /// A file that monitors are shown, by its path below the address.
    #[must_use]
    pub fn file(&self, path: &str) -> Option<Vec<u8>> {
        match &self.role {
            Role::Witness { seen, .. } => {
                let seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
                let known = seen.keys().any(|origin| monitoring_path(origin) == path);
                known.then(|| std::fs::read(self.folder.join(path)).ok()).flatten()
            }
            Role::Mirror(mirrored) => {
                let prefix = monitoring_path(&mirrored.origin);
                let prefix = prefix.strip_suffix(CHECKPOINT)?;
                Folder::read_only(&self.folder).read(path.strip_prefix(prefix).unwrap_or(path))
            }
        }
    }
}

impl Mirrored {
    fn add_checkpoint(
        &self,
        (copy, writer): &mut (Copy, Writer),
        folder: &std::path::Path,
        body: &[u8],
        now: UtcTime,
    ) -> witness::Response {
        let mut next = copy.clone();
        if let Err(refused) = self.mirror.add_checkpoint(&mut next, body, now) {
            return refused;
        }
        let Some(checkpoint) = checkpoint_of(body) else { return plain(400, "no checkpoint\n".to_owned()) };
        let mut grown = writer.clone();
        let files = match self.fetch(&mut grown, checkpoint.size) {
            Ok((files, entries)) => {
                if grown.root() != checkpoint.root {
                    let from = writer.size();
                    return plain(422, format!("{}\n", NotMirrored::Others { from }));
                }
                for entry in &entries {
                    if let Err(why) = next.store(entry) {
                        return plain(422, format!("{why}\n"));
                    }
                }
                files
            }
            // what is not there yet is asked for again: nothing was signed
            Err(missing) => return plain(422, format!("{missing}\n")),
        };
        let whole = match self.mirror.cosign(&mut next, now) {
            Ok(whole) => whole,
            Err(why) => return plain(422, format!("{why}\n")),
        };
        let folder = Folder::read_only(folder);
        let stored = files
            .iter()
            .chain(&grown.partial())
            .try_for_each(|file| folder.write(&file.tile.path(), &file.bytes));
        if let Err(problem) = stored.and_then(|()| folder.write(CHECKPOINT, whole.as_bytes())) {
            return unwell(&problem);
        }
        (*copy, *writer) = (next, grown);
        let own = whole.lines().filter(|line| line.contains(&format!(" {} ", self.mirror.verifier().name())));
        plain(200, own.map(|line| line.to_owned() + "\n").collect())
    }

    /// The entries up to a size, and the files that became full with them.
    fn fetch(&self, grown: &mut Writer, size: u64) -> Result<(Vec<File>, Vec<Vec<u8>>), String> {
        let reader = Reader::new(&*self.from, size);
        let (mut files, mut fetched) = (Vec::new(), Vec::new());
        while grown.size() < size {
            let first = grown.size();
            let entries = reader.entries(first / WIDTH).map_err(|error| error.to_string())?;
            for entry in entries.into_iter().skip((first % WIDTH) as usize) {
                files.extend(grown.push(&entry).map_err(|error| error.to_string())?);
                fetched.push(entry);
            }
            if grown.size() == first {
                return Err(format!("entry {first} is missing"));
            }
        }
        Ok((files, fetched))
    }
}

/// Of a mirror's own files: what it has and has cosigned.
fn resume(mirror: &Mirror, folder: &Folder) -> Result<(Copy, Writer), NoWitness> {
    let mut copy = Copy::default();
    let Some(note) = folder.read(CHECKPOINT) else { return Ok((copy, Writer::default())) };
    let damaged = |problem: String| NoWitness::Disk {
        path: folder.path().display().to_string(),
        problem: format!("{problem}; a mirror begins anew in an empty folder"),
    };
    let note = String::from_utf8(note).map_err(|error| damaged(error.to_string()))?;
    let body = Request { old: 0, proof: Vec::new(), note: &note }.to_text();
    let taken = mirror.add_checkpoint(&mut copy, body.as_bytes(), UtcTime(1));
    taken.map_err(|response| damaged(response.body))?;
    let reader = Reader::new(folder, copy.wanted());
    while copy.next() < copy.wanted() {
        let entries = reader.entries(copy.next() / WIDTH).map_err(|error| damaged(error.to_string()))?;
        for entry in entries.iter().skip((copy.next() % WIDTH) as usize) {
            copy.store(entry).map_err(|error| damaged(error.to_string()))?;
        }
    }
    mirror.cosign(&mut copy, UtcTime(1)).map_err(|error| damaged(error.to_string()))?;
    let writer = Writer::resume(copy.wanted(), |tile| reader.file(tile).ok());
    let writer = writer.map_err(|tile| damaged(format!("{} is missing", tile.path())))?;
    Ok((copy, writer))
}

fn checkpoint_of(body: &[u8]) -> Option<Checkpoint> {
    let request = Request::parse(body).ok()?;
    let note = Note::parse(request.note.as_bytes()).ok()?;
    Checkpoint::parse(note.text).ok()
}

fn remembered(folder: &std::path::Path, origin: &str) -> Result<Option<Seen>, NoWitness> {
    let path = folder.join(monitoring_path(origin)).with_file_name("state");
    let wrong = |problem: String| NoWitness::Disk { path: path.display().to_string(), problem };
    match std::fs::read(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(wrong(error.to_string())),
        Ok(bytes) => {
            let read = || -> Result<Seen, Malformed> {
                let mut fields = Fields::of(json::parse(&bytes)?, "state")?;
                let seen = Seen {
                    size: fields.number("size")?,
                    root: fields.hash("root")?,
                    time: fields.time("time_s")?,
                };
                fields.end()?;
                Ok(seen)
            };
            read().map(Some).map_err(|error| wrong(error.to_string()))
        }
    }
}

fn plain(status: u16, body: String) -> witness::Response {
    witness::Response { status, content_type: "text/plain; charset=utf-8", body }
}

fn unwell(problem: &std::io::Error) -> witness::Response {
    tracing::error!("what is to be remembered cannot be written: {problem}");
    plain(500, "what is to be remembered cannot be written\n".to_owned())
}

/// What it answers: `POST /add-checkpoint`, and to monitors `GET /HASH/checkpoint`; a mirror its log's files too.
pub fn router(server: &Arc<Server>) -> Router {
    Router::new()
        .route("/add-checkpoint", post(add_checkpoint))
        .route("/{*path}", get(file))
        .layer(DefaultBodyLimit::max(LONGEST))
        .with_state(Arc::clone(server))
}

/// Serves until `stop` is done.
///
/// # Errors
/// The listener fails.
pub async fn serve(
    listener: TcpListener,
    server: Arc<Server>,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    axum::serve(listener, router(&server)).with_graceful_shutdown(stop).await
}

async fn add_checkpoint(State(server): State<Arc<Server>>, body: Bytes) -> Response {
    let answered = tokio::task::spawn_blocking(move || server.add_checkpoint(&body)).await;
    let answer = answered.unwrap_or_else(|_| plain(500, "it failed\n".to_owned()));
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(header::CONTENT_TYPE, answer.content_type)], answer.body).into_response()
}

async fn file(State(server): State<Arc<Server>>, At(path): At<String>) -> Response {
    match tokio::task::spawn_blocking(move || server.file(&path)).await {
        Ok(Some(bytes)) => ([(header::CONTENT_TYPE, "application/octet-stream")], bytes).into_response(),
        _ => (StatusCode::NOT_FOUND, "there is no such file here\n").into_response(),
    }
}
