//! Bulk commands and imports: decided on a thread of their own, since they look at very many things.

use super::view::StoreView;
use super::{NotDone, index, payload_of};
use crate::clock::{seconds, ulid};
use crate::store::{Answer, Commit, EntityRow, NewEvent, Store, StoreError, Stream};
use skyweave_control::command::Actor;
use skyweave_control::decide::{Context, Stopped};
use skyweave_control::enforcement::Rules;
use skyweave_control::entity::AnyEntity;
use skyweave_control::event::{self, Event};
use skyweave_control::fleet::bulk::{Bulk, Mode, Row};
use skyweave_control::fleet::import::{self, ImportError, Options, Report};
use skyweave_control::id::{EntityId, TerminalId, Ulid};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Seek, SeekFrom};
use std::sync::Arc;
use tokio::runtime::Handle;

/// How often a bulk command is decided anew because others were faster.
const MOST_TRIES: usize = 4;

/// One command for many terminals.
pub struct BulkOrder {
    /// Which, and what.
    pub bulk: Bulk,
    /// What becomes of it when some refuse.
    pub mode: Mode,
    /// Who asks.
    pub actor: Actor,
    /// The time that events will bear, ns since 1970.
    pub now_ns: i64,
    /// The rules of enforcement.
    pub rules: Rules,
    /// Decide only.
    pub dry_run: bool,
}

/// What became of it, or would.
#[derive(Debug, Clone)]
pub struct BulkDone {
    /// To each terminal.
    pub rows: Vec<Row>,
    /// How many it changes.
    pub changed: usize,
    /// How many are so already.
    pub unchanged: usize,
    /// How many refuse.
    pub refused: usize,
    /// How many lose service.
    pub losing_service: usize,
}

/// Makes the answer that is kept.
type Keep = Box<dyn Fn(&BulkDone) -> Answer + Send + Sync>;

/// Carries out one command for many terminals.
///
/// # Errors
/// If the list is refused, some terminals refuse and the mode is all or nothing, or the store cannot.
pub async fn bulk(store: Arc<dyn Store>, order: BulkOrder, keep: Option<Keep>) -> Result<BulkDone, NotDone> {
    let handle = Handle::current();
    let order = Arc::new(order);
    for _ in 0..MOST_TRIES {
        let (deciding, asked, handle) = (Arc::clone(&store), Arc::clone(&order), handle.clone());
        let decided = tokio::task::spawn_blocking(move || decide(deciding, &asked, handle)).await;
        let (done, commit) = decided.map_err(|_| StoreError::Closed)??;
        if order.dry_run {
            return Ok(done);
        }
        let commit = Commit { answer: keep.as_ref().map(|keep| keep(&done)), ..commit };
        match store.commit(commit).await {
            Ok(()) => return Ok(done),
            Err(StoreError::Conflict { .. } | StoreError::Taken { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(NotDone::Busy)
}

fn decide(store: Arc<dyn Store>, order: &BulkOrder, handle: Handle) -> Result<(BulkDone, Commit), NotDone> {
    let view = StoreView::new(store, handle);
    let context =
        Context { view: &view, actor: &order.actor, now: seconds(order.now_ns), rules: &order.rules };
    let preview = order.bulk.preview(&context).map_err(|stopped| match stopped {
        Stopped::Refused(refused) => NotDone::Refused(vec![(0, refused)]),
        Stopped::View(not_done) => not_done,
    })?;
    let done = BulkDone {
        rows: preview.rows.clone(),
        changed: preview.changed,
        unchanged: preview.unchanged,
        refused: preview.refused,
        losing_service: preview.losing_service,
    };
    if order.dry_run {
        return Ok((done, Commit::default()));
    }
    let events = preview.into_events(order.mode).map_err(|refused| NotDone::Refused(vec![(0, refused)]))?;
    let mut commit = Commit { time_ns: order.now_ns, actor: order.actor.name.clone(), ..Commit::default() };
    let mut now: BTreeMap<EntityId, (AnyEntity, u64, Option<String>)> = BTreeMap::new();
    for event in &events {
        let (before, stored_version, account_before) = match now.remove(&event.id) {
            Some((entity, version, account)) => (Some(entity), version, account),
            None => view.stored(event.id)?,
        };
        let after = event::apply(before, event).map_err(|error| NotDone::damaged(&event.id, &error))?;
        let account = match (index::own_account(&after), index::about(&after)) {
            (Some(account), _) => Some(account.to_string()),
            (None, Some(_)) => account_before.clone(),
            (None, None) => None,
        };
        commit.events.push(stored_event(event, account.clone(), account_before)?);
        now.insert(event.id, (after, stored_version, account));
    }
    let rows = now.into_values().map(|(entity, stored_version, account)| {
        index::row(&entity, stored_version, account, order.now_ns)
            .map_err(|error| NotDone::damaged(&entity.id(), &error))
    });
    commit.entities = rows.collect::<Result<Vec<EntityRow>, _>>()?;
    (commit.seen, commit.looked_up) = view.seen();
    Ok((done, commit))
}

fn stored_event(
    event: &Event,
    account: Option<String>,
    account_before: Option<String>,
) -> Result<NewEvent, NotDone> {
    let (name, payload) = payload_of(&event.payload).map_err(|error| NotDone::damaged(&event.id, &error))?;
    Ok(NewEvent {
        kind: event.id.kind.name(),
        id: event.id.to_string(),
        version: event.version as i64,
        name,
        account,
        account_before,
        payload,
    })
}

/// A file of terminals.
pub struct ImportOrder {
    /// The file, at its beginning.
    pub file: File,
    /// How.
    pub options: Options,
    /// Who asks.
    pub actor: Actor,
    /// The time that events will bear, ns since 1970.
    pub now_ns: i64,
    /// The rules of enforcement.
    pub rules: Rules,
    /// Report only.
    pub dry_run: bool,
}

/// Why nothing was imported.
pub type NotImported = ImportError<NotDone>;

/// Enters the terminals of a file, all or none.
///
/// # Errors
/// If the file or a row of it is bad, or the store cannot: then nothing was entered.
pub async fn import(store: Arc<dyn Store>, order: ImportOrder) -> Result<Report, NotImported> {
    let handle = Handle::current();
    let importing = tokio::task::spawn_blocking(move || enter(&store, order, &handle));
    importing.await.unwrap_or_else(|_| Err(ImportError::View(StoreError::Closed.into())))
}

fn enter(store: &Arc<dyn Store>, order: ImportOrder, handle: &Handle) -> Result<Report, NotImported> {
    let ImportOrder { mut file, options, actor, now_ns, rules, dry_run } = order;
    let view = StoreView::new(Arc::clone(store), handle.clone());
    let context = Context { view: &view, actor: &actor, now: seconds(now_ns), rules: &rules };
    // the whole file is looked at before the store's only writer is asked to wait for it
    let report = import::check(BufReader::new(&mut file), &options, &context)?;
    if dry_run {
        return Ok(report);
    }
    if report.faulty > 0 {
        return Err(ImportError::Faults(Box::new(report)));
    }
    let read = |error: std::io::Error| ImportError::Read { line: 0, reason: error.to_string() };
    file.seek(SeekFrom::Start(0)).map_err(read)?;
    let failed = |error: StoreError| ImportError::View(error.into());
    let first = ulid(now_ns).map_err(failed)?;
    let mut id_of = |row: u64| TerminalId(Ulid::from_bits(first.bits().wrapping_add(u128::from(row))));
    let mut stream = handle.block_on(store.stream()).map_err(failed)?;
    let mut add = |events: Vec<Event>| add(&mut stream, handle, &events, (now_ns, &actor.name));
    let report = import::events(BufReader::new(&mut file), &options, &context, &mut id_of, &mut add)?;
    // what was looked at, such as the accounts of rows, must still be so
    let (seen, looked_up) = view.seen();
    let last = Commit { time_ns: now_ns, actor: actor.name.clone(), seen, looked_up, ..Commit::default() };
    handle.block_on(stream.add(last)).map_err(failed)?;
    handle.block_on(stream.finish()).map_err(failed)?;
    Ok(report)
}

fn add(
    stream: &mut Stream,
    handle: &Handle,
    events: &[Event],
    (time_ns, actor): (i64, &str),
) -> Result<(), NotDone> {
    let mut piece = Commit { time_ns, actor: actor.to_owned(), ..Commit::default() };
    for event in events {
        let entity = event::apply(None, event).map_err(|error| NotDone::damaged(&event.id, &error))?;
        let account = index::own_account(&entity).map(|account| account.to_string());
        piece.events.push(stored_event(event, account.clone(), None)?);
        piece.entities.push(
            index::row(&entity, 0, account, time_ns).map_err(|error| NotDone::damaged(&event.id, &error))?,
        );
    }
    Ok(handle.block_on(stream.add(piece))?)
}
