//! A view of the store for decisions that look at very many things: it asks the store while they wait, and so is for threads that may wait.

use super::preview::preview;
use super::{NotDone, members};
use crate::clock;
use crate::store::{Column, Condition, EntityRow, ListQuery, LookedUp, Scope, Seen, Store};
use skyweave_control::entity::{AnyEntity, Foreseen, HardwareKey, Registry};
use skyweave_control::fleet::allow_list::Foreseeing;
use skyweave_control::id::{EntityId, Kind, TerminalId};
use skyweave_control::view::{MOST_PARTS, View};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::runtime::Handle;

/// Keys that are looked up by one question.
const KEYS_AT_ONCE: usize = 500;

/// A thing as it was found, and its account.
type Known = (Option<AnyEntity>, u64, Option<String>);

/// The store, seen through questions that wait.
pub struct StoreView {
    store: Arc<dyn Store>,
    handle: Handle,
    known: RefCell<BTreeMap<EntityId, Known>>,
    looked_up: RefCell<Vec<LookedUp>>,
}

impl StoreView {
    /// Over a store. It must be used outside of the runtime's own threads.
    pub fn new(store: Arc<dyn Store>, handle: Handle) -> Self {
        Self { store, handle, known: RefCell::default(), looked_up: RefCell::default() }
    }

    /// What was seen of the store, which must still be so when something is committed.
    pub fn seen(self) -> (Vec<Seen>, Vec<LookedUp>) {
        let seen = self.known.into_inner().into_iter().map(|(id, (_, version, _))| Seen {
            kind: id.kind.name(),
            id: id.to_string(),
            version: version as i64,
        });
        (seen.collect(), self.looked_up.into_inner())
    }

    /// The thing with its version and account, as the store has it.
    pub fn stored(&self, id: EntityId) -> Result<Known, NotDone> {
        if let Some(known) = self.known.borrow().get(&id) {
            return Ok(known.clone());
        }
        let row = self.handle.block_on(self.store.entity(id.kind.name(), &id.to_string()))?;
        let known = read(id, row)?;
        self.known.borrow_mut().insert(id, known.clone());
        Ok(known)
    }

    fn search(&self, kind: Kind, conditions: Vec<Condition>, limit: usize) -> Result<Vec<EntityId>, NotDone> {
        let query =
            ListQuery { kind: kind.name(), scope: Scope::All, after: None, limit: limit as i64, conditions };
        let rows = self.handle.block_on(self.store.list(&query))?;
        let found: Vec<String> = rows.into_iter().map(|row| row.id).collect();
        let ids =
            found.iter().map(|id| id.parse::<EntityId>().map_err(|error| NotDone::damaged(&id, &error)));
        let ids = ids.collect::<Result<_, _>>()?;
        self.looked_up.borrow_mut().push(LookedUp { query, found });
        Ok(ids)
    }
}

fn read(id: EntityId, row: Option<EntityRow>) -> Result<Known, NotDone> {
    let Some(row) = row else { return Ok((None, 0, None)) };
    let entity = AnyEntity::from_json(id.kind, &row.doc).map_err(|error| NotDone::damaged(&id, &error))?;
    Ok((Some(entity), row.version as u64, row.account))
}

impl View for StoreView {
    type Failure = NotDone;

    fn entity(&self, id: EntityId) -> Result<Option<AnyEntity>, NotDone> {
        self.stored(id).map(|(entity, ..)| entity)
    }

    fn terminal_with_key(&self, key: &HardwareKey) -> Result<Option<TerminalId>, NotDone> {
        Ok(self.terminals_with_keys(std::slice::from_ref(key))?.pop().flatten())
    }

    fn named(&self, kind: Kind, name: &str) -> Result<Option<EntityId>, NotDone> {
        let named = Condition::Is(Column::Name, vec![name.to_owned()]);
        Ok(self.search(kind, vec![named, Condition::Live], 1)?.pop())
    }

    fn parts_of(&self, whole: EntityId, kind: Kind) -> Result<Vec<EntityId>, NotDone> {
        if kind == Kind::ProtectedClass {
            let rows = self.handle.block_on(self.store.list(&members::question()))?;
            let naming = members::naming(whole, &rows)?;
            let found = rows.into_iter().map(|row| row.id).collect();
            self.looked_up.borrow_mut().push(LookedUp { query: members::question(), found });
            return Ok(naming);
        }
        let id = whole.to_string();
        let is = |column: &Column| Condition::Is(*column, vec![id.clone()]);
        let any = super::index::columns_of(whole.kind, kind).iter().map(is).collect();
        self.search(kind, vec![Condition::Any(any), Condition::Live], MOST_PARTS)
    }

    fn foreseen(&self, question: &Foreseeing) -> Result<Foreseen, NotDone> {
        let damaged = |problem: &dyn ToString| NotDone::damaged(&question.registry, &problem.to_string());
        let registry: Option<Registry> = self.get(question.registry)?;
        let registry = registry.ok_or_else(|| damaged(&"it is gone"))?;
        let preview = self.handle.block_on(preview(&*self.store, &registry, question, clock::now_ns()));
        Ok(question.answered_by(&preview.map_err(|error| damaged(&error))?))
    }

    /// Not noted as looked up: that a key is given once, the store sees to.
    fn terminals_with_keys(&self, keys: &[HardwareKey]) -> Result<Vec<Option<TerminalId>>, NotDone> {
        let mut found: BTreeMap<String, TerminalId> = BTreeMap::new();
        for chunk in keys.chunks(KEYS_AT_ONCE) {
            let keys = chunk.iter().map(ToString::to_string).collect();
            let query = ListQuery {
                kind: Kind::Terminal.name(),
                scope: Scope::All,
                after: None,
                limit: chunk.len() as i64,
                conditions: vec![Condition::Is(Column::NaturalKey, keys)],
            };
            for row in self.handle.block_on(self.store.list(&query))? {
                let id = row.id.parse().map_err(|error| NotDone::damaged(&row.id, &error))?;
                found.extend(row.natural_key.map(|key| (key, id)));
            }
        }
        Ok(keys.iter().map(|key| found.get(key.as_str()).copied()).collect())
    }
}
