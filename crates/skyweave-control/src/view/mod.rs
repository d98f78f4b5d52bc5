//! How deciding looks things up. A look-up may fail, because a database may, or because a thing has not been fetched yet.
//!
//! [`Fleet`] has everything in memory. [`Fetched`] has what a caller has fetched so far, and names what it lacks, so that a caller
//! whose database is asynchronous decides again after fetching it: a few rounds, for a command touches few things. [`Staged`] is a view as it
//! will be.

mod staged;

pub use staged::{StageError, Staged};

use crate::entity::{AnyEntity, Entity, Foreseen, HardwareKey, Registry, Terminal};
use crate::event::{self, Event, FoldError};
use crate::fleet::allow_list::{Candidate, Foreseeing};
use crate::id::{EntityId, Kind, TerminalId, Ulid};
use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

/// How many parts of one kind a look-up gives at most. Deciding asks whether there are any, and for all of the few that an entity
/// can have, such as the permits of a terminal.
pub const MOST_PARTS: usize = 100;

/// What deciding may ask.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum LookUp {
    /// The entity with this id.
    Entity(EntityId),
    /// The terminal with this hardware key.
    TerminalWithKey(HardwareKey),
    /// The entity of this kind with exactly this name ([`Entity::name`]) that is live, or else one that is not. Only asked of kinds
    /// whose live entities have different names: organizations, plans, registries, territories, restrictions and protected classes.
    Named(Kind, String),
    /// The live entities of this kind that name this one among their parents ([`Entity::parents`]): the first [`MOST_PARTS`] by id.
    PartsOf(EntityId, Kind),
    /// Who would lose service by a change to a registry, over all terminals to which it applies.
    Foreseen(Foreseeing),
}

/// What deciding sees of the service.
pub trait View {
    /// Why a look-up cannot be answered.
    type Failure;

    /// See [`LookUp::Entity`].
    ///
    /// # Errors
    /// If it cannot be answered.
    fn entity(&self, id: EntityId) -> Result<Option<AnyEntity>, Self::Failure>;

    /// See [`LookUp::TerminalWithKey`].
    ///
    /// # Errors
    /// If it cannot be answered.
    fn terminal_with_key(&self, key: &HardwareKey) -> Result<Option<TerminalId>, Self::Failure>;

    /// See [`LookUp::Named`].
    ///
    /// # Errors
    /// If it cannot be answered.
    fn named(&self, kind: Kind, name: &str) -> Result<Option<EntityId>, Self::Failure>;

    /// See [`LookUp::PartsOf`].
    ///
    /// # Errors
    /// If it cannot be answered.
    fn parts_of(&self, whole: EntityId, kind: Kind) -> Result<Vec<EntityId>, Self::Failure>;

    /// See [`LookUp::Foreseen`].
    ///
    /// # Errors
    /// If it cannot be answered.
    fn foreseen(&self, question: &Foreseeing) -> Result<Foreseen, Self::Failure>;

    /// Many hardware keys at once, in the same order: imports ask so. Worth answering by one query.
    ///
    /// # Errors
    /// If it cannot be answered.
    fn terminals_with_keys(&self, keys: &[HardwareKey]) -> Result<Vec<Option<TerminalId>>, Self::Failure> {
        keys.iter().map(|key| self.terminal_with_key(key)).collect()
    }

    /// The entity with this id, as what it is.
    ///
    /// # Errors
    /// If it cannot be answered.
    fn get<T: Entity + TryFrom<AnyEntity>>(&self, id: T::Id) -> Result<Option<T>, Self::Failure> {
        Ok(self.entity(id.into())?.and_then(|any| T::try_from(any).ok()))
    }
}

/// Everything, in memory. It is made by applying events.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Fleet {
    entities: BTreeMap<EntityId, AnyEntity>,
    keys: BTreeMap<HardwareKey, TerminalId>,
    names: BTreeMap<(Kind, String), BTreeSet<EntityId>>,
    parts: BTreeMap<EntityId, BTreeSet<EntityId>>,
}

impl Fleet {
    /// Takes in one event.
    ///
    /// # Errors
    /// If it does not follow from what was before it; then nothing has changed.
    pub fn apply(&mut self, event: &Event) -> Result<(), FoldError> {
        let before = self.entities.get(&event.id).cloned();
        let after = event::apply(before.clone(), event)?;
        if let Some(before) = &before {
            self.forget(before);
        }
        self.remember(&after);
        self.entities.insert(event.id, after);
        Ok(())
    }

    /// All of one kind, by id.
    pub fn all<T: Entity + TryFrom<AnyEntity>>(&self) -> impl Iterator<Item = T> + '_ {
        let of_kind = self.entities.values().filter(|entity| entity.id().kind == T::KIND);
        of_kind.filter_map(|entity| T::try_from(entity.clone()).ok())
    }

    /// Everything, by kind and id.
    pub fn entities(&self) -> impl Iterator<Item = &AnyEntity> {
        self.entities.values()
    }

    fn remember(&mut self, entity: &AnyEntity) {
        let id = entity.id();
        if let Some(name) = entity.name() {
            self.names.entry((id.kind, name.to_owned())).or_default().insert(id);
        }
        for parent in entity.parents() {
            self.parts.entry(parent).or_default().insert(id);
        }
        if let AnyEntity::Terminal(terminal) = entity {
            self.keys.insert(terminal.hardware_key.clone(), terminal.id);
        }
    }

    fn forget(&mut self, entity: &AnyEntity) {
        let id = entity.id();
        if let Some(name) = entity.name()
            && let Some(ids) = self.names.get_mut(&(id.kind, name.to_owned()))
        {
            ids.remove(&id);
        }
        for parent in entity.parents() {
            if let Some(ids) = self.parts.get_mut(&parent) {
                ids.remove(&id);
            }
        }
    }

    fn is_live(&self, id: EntityId) -> bool {
        self.entities.get(&id).is_some_and(AnyEntity::is_live)
    }
}

impl View for Fleet {
    type Failure = Infallible;

    fn entity(&self, id: EntityId) -> Result<Option<AnyEntity>, Infallible> {
        Ok(self.entities.get(&id).cloned())
    }

    fn terminal_with_key(&self, key: &HardwareKey) -> Result<Option<TerminalId>, Infallible> {
        Ok(self.keys.get(key).copied())
    }

    fn named(&self, kind: Kind, name: &str) -> Result<Option<EntityId>, Infallible> {
        let Some(ids) = self.names.get(&(kind, name.to_owned())) else {
            return Ok(None);
        };
        let live = ids.iter().find(|id| self.is_live(**id));
        Ok(live.or_else(|| ids.first()).copied())
    }

    fn parts_of(&self, whole: EntityId, kind: Kind) -> Result<Vec<EntityId>, Infallible> {
        let first = EntityId { kind, ulid: Ulid::from_bits(0) };
        let parts = self.parts.get(&whole).into_iter().flat_map(|parts| parts.range(first..));
        let live = parts.copied().take_while(|id| id.kind == kind).filter(|id| self.is_live(*id));
        Ok(live.take(MOST_PARTS).collect())
    }

    /// Over all terminals, whatever the filters say. Nothing is known here of use and of protected classes.
    fn foreseen(&self, question: &Foreseeing) -> Result<Foreseen, Infallible> {
        let terminals: Vec<Terminal> = self.all().collect();
        let candidate = |terminal| Candidate { terminal, used_h: 0, protected: false, incident: None };
        let candidates: Vec<Candidate<'_>> = terminals.iter().map(candidate).collect();
        let registry: Option<Registry> = self.get(question.registry)?;
        let lost = registry.map(|registry| question.change.preview(&registry, &candidates));
        Ok(question.answered_by(&lost.unwrap_or_default()))
    }
}

/// What a caller has fetched so far. A look-up that it has no answer to fails with the question.
#[derive(Debug, Clone, Default)]
pub struct Fetched {
    entities: BTreeMap<EntityId, Option<AnyEntity>>,
    keys: BTreeMap<HardwareKey, Option<TerminalId>>,
    named: BTreeMap<(Kind, String), Option<EntityId>>,
    parts: BTreeMap<(EntityId, Kind), Vec<EntityId>>,
    foreseen: BTreeMap<Foreseeing, Foreseen>,
}

impl Fetched {
    /// Adds an entity, or that there is none.
    pub fn add_entity(&mut self, id: EntityId, entity: Option<AnyEntity>) {
        self.entities.insert(id, entity);
    }

    /// Adds the answer to [`LookUp::TerminalWithKey`].
    pub fn add_terminal(&mut self, key: HardwareKey, terminal: Option<TerminalId>) {
        self.keys.insert(key, terminal);
    }

    /// Adds the answer to [`LookUp::Named`].
    pub fn add_named(&mut self, kind: Kind, name: String, id: Option<EntityId>) {
        self.named.insert((kind, name), id);
    }

    /// Adds the answer to [`LookUp::PartsOf`].
    pub fn add_parts(&mut self, whole: EntityId, kind: Kind, parts: Vec<EntityId>) {
        self.parts.insert((whole, kind), parts);
    }

    /// Adds the answer to [`LookUp::Foreseen`].
    pub fn add_foreseen(&mut self, question: Foreseeing, foreseen: Foreseen) {
        self.foreseen.insert(question, foreseen);
    }

    /// Forgets what was answered about what an entity belongs to and is named, since it becomes or became otherwise.
    pub fn forget_answers_about(&mut self, entity: &AnyEntity) {
        let kind = entity.id().kind;
        for whole in entity.parents() {
            self.parts.remove(&(whole, kind));
        }
        if let Some(name) = entity.name() {
            self.named.remove(&(kind, name.to_owned()));
        }
    }
}

impl View for Fetched {
    type Failure = LookUp;

    fn entity(&self, id: EntityId) -> Result<Option<AnyEntity>, LookUp> {
        self.entities.get(&id).cloned().ok_or(LookUp::Entity(id))
    }

    fn terminal_with_key(&self, key: &HardwareKey) -> Result<Option<TerminalId>, LookUp> {
        self.keys.get(key).copied().ok_or_else(|| LookUp::TerminalWithKey(key.clone()))
    }

    fn named(&self, kind: Kind, name: &str) -> Result<Option<EntityId>, LookUp> {
        let question = (kind, name.to_owned());
        self.named.get(&question).copied().ok_or(LookUp::Named(question.0, question.1))
    }

    fn parts_of(&self, whole: EntityId, kind: Kind) -> Result<Vec<EntityId>, LookUp> {
        self.parts.get(&(whole, kind)).cloned().ok_or(LookUp::PartsOf(whole, kind))
    }

    fn foreseen(&self, question: &Foreseeing) -> Result<Foreseen, LookUp> {
        self.foreseen.get(question).cloned().ok_or_else(|| LookUp::Foreseen(question.clone()))
    }
}
