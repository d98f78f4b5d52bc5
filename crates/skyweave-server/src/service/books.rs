//! What was in force at a time: plans, registries, restrictions and all else of which the law is made, folded from their events.
//!
//! What is in force now is kept, and brought up by the events that came since: a decision reads no history. What was in force at a time
//! before the last of these events is folded anew from all of them.

use super::event_of;
use super::law::Lawless;
use crate::store::{EventQuery, Store, StoredEvent};
use skyweave_control::entity::AnyEntity;
use skyweave_control::event;
use skyweave_control::id::{EntityId, Kind};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::Mutex;

/// Kinds of things of which the law is made.
pub(super) const KINDS: [Kind; 6] =
    [Kind::BoundarySet, Kind::Plan, Kind::ProtectedClass, Kind::Registry, Kind::Restriction, Kind::Territory];
/// Events that are read at once.
const PAGE: i64 = 1_000;

/// What is in force now, as far as events were read.
#[derive(Default)]
pub(super) struct Books {
    now: Mutex<Fold>,
}

#[derive(Default)]
struct Fold {
    /// The number of the last event that was read, of whatever kind.
    upto: i64,
    /// When the newest event happened that changed anything here, ns since 1970.
    newest_ns: i64,
    things: BTreeMap<EntityId, Arc<AnyEntity>>,
}

impl Books {
    /// What is in force at a time, ns since 1970.
    pub async fn in_force(&self, store: &dyn Store, time_ns: i64) -> Result<Vec<Arc<AnyEntity>>, Lawless> {
        let mut now = self.now.lock().await;
        if let Err(error) = now.catch_up(store).await {
            *now = Fold::default();
            return Err(error);
        }
        let things = if time_ns >= now.newest_ns {
            now.things.values().cloned().collect()
        } else {
            drop(now);
            as_they_were(store, time_ns).await?
        };
        Ok(things.into_iter().filter(|thing| holds(thing)).collect())
    }
}

/// Whether policies may speak of a thing. A class or list that has expired is still known, and has nobody on it.
pub(super) fn holds(thing: &AnyEntity) -> bool {
    // a plan that is no longer sold goes on for those who have it, and so do borders
    matches!(thing, AnyEntity::Plan(_) | AnyEntity::BoundarySet(_)) || thing.is_live()
}

impl Fold {
    async fn catch_up(&mut self, store: &dyn Store) -> Result<(), Lawless> {
        let last = store.last_event().await?;
        while self.upto < last {
            let kinds = KINDS.iter().map(|kind| kind.name().to_owned()).collect();
            let query = EventQuery { kinds, ..EventQuery::after(self.upto, PAGE) };
            let page = store.events(&query).await?;
            for stored in &page {
                let event = event_of(stored).map_err(unreadable)?;
                let before = self.things.remove(&event.id).map(Arc::unwrap_or_clone);
                let after = event::apply(before, &event).map_err(unreadable)?;
                self.things.insert(after.id(), Arc::new(after));
                self.upto = stored.seq;
                self.newest_ns = self.newest_ns.max(stored.time_ns);
            }
            if (page.len() as i64) < PAGE {
                self.upto = self.upto.max(last);
            }
        }
        Ok(())
    }
}

async fn as_they_were(store: &dyn Store, time_ns: i64) -> Result<Vec<Arc<AnyEntity>>, Lawless> {
    let mut found = Vec::new();
    for kind in KINDS {
        let mut now: Option<AnyEntity> = None;
        let mut after = (String::new(), 0);
        loop {
            let page = store.histories((kind.name(), &after.0, after.1), PAGE).await?;
            let of_kind: Vec<&StoredEvent> =
                page.iter().take_while(|event| event.kind == kind.name()).collect();
            let Some(last) = of_kind.last() else { break };
            after = (last.id.clone(), last.version);
            for stored in of_kind.iter().filter(|event| event.time_ns <= time_ns) {
                let event = event_of(stored).map_err(unreadable)?;
                let same = now.take_if(|entity| entity.id() == event.id);
                found.extend(now.take());
                now = Some(event::apply(same, &event).map_err(unreadable)?);
            }
        }
        found.extend(now);
    }
    Ok(found.into_iter().map(Arc::new).collect())
}

/// The entity as it was at a time, ns since 1970.
///
/// # Errors
/// If the store cannot be read, or what is in it cannot be understood.
pub async fn as_it_was(
    store: &dyn Store,
    kind: Kind,
    id: &str,
    time_ns: i64,
) -> Result<Option<AnyEntity>, Lawless> {
    let (mut now, mut after) = (None, 0);
    loop {
        let query = EventQuery {
            kinds: vec![kind.name().to_owned()],
            id: Some(id.to_owned()),
            until_ns: Some(time_ns),
            ..EventQuery::after(after, PAGE)
        };
        let page = store.events(&query).await?;
        for stored in &page {
            let event = event_of(stored).map_err(unreadable)?;
            now = Some(event::apply(now, &event).map_err(unreadable)?);
            after = stored.seq;
        }
        if (page.len() as i64) < PAGE {
            return Ok(now);
        }
    }
}

fn unreadable(error: impl std::fmt::Display) -> Lawless {
    Lawless::Faults(error.to_string())
}
