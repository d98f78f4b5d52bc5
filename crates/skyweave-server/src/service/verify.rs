//! Is the state what its events come to? It must be: nothing else may change it.

use super::{event_of, index};
use crate::store::{EntityRow, Store, StoreError, StoredEvent};
use skyweave_control::entity::AnyEntity;
use skyweave_control::event;
use skyweave_control::id::Kind;

/// Events that are read at once.
const PAGE: i64 = 2_000;

/// An entity that is not what its events come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Of which kind.
    pub kind: String,
    /// Which.
    pub id: String,
    /// What is wrong.
    pub problem: String,
}

/// What a check has found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verified {
    /// Events that were folded.
    pub events: u64,
    /// Entities that were compared.
    pub entities: u64,
    /// Those that are not what they should be; the first thousand.
    pub differences: Vec<Difference>,
}

/// Folds all events, one entity after another, and compares. Memory is bounded: no more than a page and one entity are held.
///
/// # Errors
/// If the store cannot be read.
pub async fn verify(store: &dyn Store) -> Result<Verified, StoreError> {
    walk(store, false).await
}

/// Does the same, and writes what events come to over what is there.
///
/// # Errors
/// If the store cannot be read or written.
pub async fn rebuild(store: &dyn Store) -> Result<Verified, StoreError> {
    walk(store, true).await
}

/// An entity while its events are folded.
struct Fold {
    kind: String,
    id: String,
    now: Result<Option<AnyEntity>, String>,
    account: Option<String>,
    updated_ns: i64,
}

async fn walk(store: &dyn Store, mend: bool) -> Result<Verified, StoreError> {
    const MOST_DIFFERENCES: usize = 1_000;
    let mut found = Verified::default();
    let mut current: Option<Fold> = None;
    let mut after = (String::new(), String::new(), 0);
    loop {
        let page = store.histories((&after.0, &after.1, after.2), PAGE).await?;
        let Some(last) = page.last() else { break };
        after = (last.kind.clone(), last.id.clone(), last.version);
        // of clients and webhooks nothing is folded
        for stored in page.into_iter().filter(|stored| Kind::named(&stored.kind).is_some()) {
            found.events += 1;
            if current.as_ref().is_none_or(|fold| (&fold.kind, &fold.id) != (&stored.kind, &stored.id)) {
                if let Some(done) = current.take() {
                    compare(store, done, mend, &mut found).await?;
                }
                current = Some(Fold {
                    kind: stored.kind.clone(),
                    id: stored.id.clone(),
                    now: Ok(None),
                    account: None,
                    updated_ns: 0,
                });
            }
            if let Some(fold) = &mut current {
                fold.take(&stored);
            }
        }
        found.differences.truncate(MOST_DIFFERENCES);
    }
    if let Some(done) = current {
        compare(store, done, mend, &mut found).await?;
    }
    Ok(found)
}

impl Fold {
    fn take(&mut self, stored: &StoredEvent) {
        let Ok(before) = &mut self.now else { return };
        let before = before.take();
        self.now = match event_of(stored) {
            Ok(event) => event::apply(before, &event).map(Some).map_err(|error| error.to_string()),
            Err(error) => Err(format!("event {} cannot be read: {error}", stored.seq)),
        };
        self.account.clone_from(&stored.account);
        self.updated_ns = stored.time_ns;
    }
}

async fn compare(store: &dyn Store, fold: Fold, mend: bool, found: &mut Verified) -> Result<(), StoreError> {
    found.entities += 1;
    let Fold { kind, id, now, mut account, updated_ns } = fold;
    let stored = store.entity(&kind, &id).await?;
    let mut differs = |problem: &str| {
        found.differences.push(Difference {
            kind: kind.clone(),
            id: id.clone(),
            problem: problem.to_owned(),
        });
    };
    let entity = match now {
        Ok(Some(entity)) => entity,
        Ok(None) => return Ok(()),
        Err(problem) => {
            differs(&problem);
            return Ok(());
        }
    };
    if let (Some(_), Some(stored)) = (index::about(&entity), &stored) {
        // it went with its terminal to another account, without an event of its own
        account.clone_from(&stored.account);
    }
    let expected = match index::row(&entity, entity.version() - 1, account, updated_ns) {
        Ok(row) => row,
        Err(error) => {
            differs(&error.to_string());
            return Ok(());
        }
    };
    let same = match &stored {
        None => {
            differs("it is missing");
            false
        }
        Some(stored) if stored.doc != expected.doc => {
            differs("it is not what its events come to");
            false
        }
        // by how many versions the last change went on is not part of the state
        Some(stored) => {
            let expected = EntityRow { previous_version: stored.previous_version, ..expected.clone() };
            if *stored != expected {
                differs("its columns are not those of its state");
            }
            *stored == expected
        }
    };
    if mend && !same {
        store.overwrite(vec![expected]).await?;
    }
    Ok(())
}
