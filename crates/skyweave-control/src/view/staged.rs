//! A view as it will be once some events are stored: bulk changes decide each command after the events of those before it.

use super::{MOST_PARTS, View};
use crate::entity::{AnyEntity, Foreseen, HardwareKey};
use crate::event::{self, Event, FoldError};
use crate::fleet::allow_list::Foreseeing;
use crate::id::{EntityId, Kind, TerminalId};
use std::collections::BTreeMap;

/// A view with some events on top of it.
#[derive(Debug)]
pub struct Staged<'a, V> {
    base: &'a V,
    changed: BTreeMap<EntityId, AnyEntity>,
    keys: BTreeMap<HardwareKey, TerminalId>,
}

/// Why an event cannot be put on top.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StageError<F> {
    /// It does not follow from what is there.
    #[error(transparent)]
    Fold(#[from] FoldError),
    /// What is there could not be looked up.
    #[error("something could not be looked up")]
    View(F),
}

impl<'a, V: View> Staged<'a, V> {
    /// The view as it is.
    #[must_use]
    pub const fn on(base: &'a V) -> Self {
        Self { base, changed: BTreeMap::new(), keys: BTreeMap::new() }
    }

    /// Puts one event on top.
    ///
    /// # Errors
    /// If it does not follow from what is there, or that could not be looked up.
    pub fn apply(&mut self, event: &Event) -> Result<(), StageError<V::Failure>> {
        let before = self.entity(event.id).map_err(StageError::View)?;
        let after = event::apply(before, event)?;
        if let AnyEntity::Terminal(terminal) = &after {
            self.keys.insert(terminal.hardware_key.clone(), terminal.id);
        }
        self.changed.insert(event.id, after);
        Ok(())
    }
}

impl<V: View> View for Staged<'_, V> {
    type Failure = V::Failure;

    fn entity(&self, id: EntityId) -> Result<Option<AnyEntity>, V::Failure> {
        self.changed.get(&id).map_or_else(|| self.base.entity(id), |entity| Ok(Some(entity.clone())))
    }

    fn terminal_with_key(&self, key: &HardwareKey) -> Result<Option<TerminalId>, V::Failure> {
        self.keys.get(key).map_or_else(|| self.base.terminal_with_key(key), |id| Ok(Some(*id)))
    }

    fn named(&self, kind: Kind, name: &str) -> Result<Option<EntityId>, V::Failure> {
        let mut of_name = self.changed.values().filter(|e| e.id().kind == kind && e.name() == Some(name));
        if let Some(entity) = of_name.find(|entity| entity.is_live()) {
            return Ok(Some(entity.id()));
        }
        // the one of the base may have got another name since
        let other = |id: &EntityId| self.changed.get(id).is_none_or(|entity| entity.name() == Some(name));
        Ok(self.base.named(kind, name)?.filter(other))
    }

    fn parts_of(&self, whole: EntityId, kind: Kind) -> Result<Vec<EntityId>, V::Failure> {
        let mut parts = self.base.parts_of(whole, kind)?;
        parts.retain(|id| !self.changed.contains_key(id));
        let changed = self.changed.values().filter(|entity| entity.id().kind == kind && entity.is_live());
        parts.extend(changed.filter(|e| e.parents().contains(&whole)).map(AnyEntity::id));
        parts.sort_unstable();
        parts.truncate(MOST_PARTS);
        Ok(parts)
    }

    /// What is put on top are changes to terminals, and those are not foreseen.
    fn foreseen(&self, question: &Foreseeing) -> Result<Foreseen, V::Failure> {
        self.base.foreseen(question)
    }
}
