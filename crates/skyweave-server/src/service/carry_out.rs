//! One or many commands: decided on what was fetched, committed if that is still so, and decided anew if it is not.

use super::books::KINDS;
use super::payload_of;
use super::preview::{Unpreviewed, preview};
use super::{index, members};
use crate::clock::seconds;
use crate::store::{
    Answer, Column, Commit, Condition, EntityRow, ListQuery, LookedUp, NewEvent, Scope, Seen, Store,
    StoreError, Unmoved,
};
use skyweave_control::command::{Actor, Command};
use skyweave_control::decide::{Context, Stopped, decide};
use skyweave_control::enforcement::Rules;
use skyweave_control::entity::{AnyEntity, Foreseen, Registry};
use skyweave_control::event::{self, Event};
use skyweave_control::fleet::allow_list::{Foreseeing, Preview};
use skyweave_control::id::{EntityId, Kind};
use skyweave_control::refused::{Code, Refused};
use skyweave_control::view::{Fetched, LookUp, MOST_PARTS};
use std::collections::BTreeMap;
use thiserror::Error;

/// How often something is decided anew because others were faster.
const MOST_TRIES: usize = 16;
/// Look-ups of one command: the deepest tree of accounts, three times over, is far below.
const MOST_LOOK_UPS: usize = 512;

/// A command, and the version of its subject that the actor has seen.
#[derive(Debug, Clone)]
pub struct Request {
    /// What is asked for.
    pub command: Command,
    /// The version that must still be; any if none.
    pub expected_version: Option<u64>,
}

/// What is to be done together: all of it or nothing.
pub struct Work<'a> {
    /// Who asks.
    pub actor: &'a Actor,
    /// What for, in order.
    pub requests: &'a [Request],
    /// The time that events will bear, ns since 1970.
    pub now_ns: i64,
    /// The rules of enforcement.
    pub rules: &'a Rules,
    /// The number of an event since which nothing may have happened of which the law is made; none if that does not matter.
    pub law_since: Option<i64>,
    /// Decide only.
    pub dry_run: bool,
    /// Makes the answer that is kept with what was done, if any.
    pub answer: Option<&'a (dyn Fn(&CarriedOut) -> Answer + Send + Sync)>,
}

/// What became of one command.
#[derive(Debug, Clone)]
pub struct Done {
    /// Its subject as it is now.
    pub subject: AnyEntity,
    /// What happened.
    pub events: Vec<Event>,
}

/// What became of all commands.
#[derive(Debug, Clone)]
pub struct CarriedOut {
    /// In the order of the requests.
    pub done: Vec<Done>,
}

/// Why nothing was done.
#[derive(Debug, Error)]
pub enum NotDone {
    /// Commands were refused: their numbers, from 0, and why.
    #[error("{} commands were refused", .0.len())]
    Refused(Vec<(usize, Refused)>),
    /// The store could not.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What is stored cannot be understood.
    #[error("what is stored of {id} cannot be read: {problem}")]
    Damaged {
        /// Of what.
        id: String,
        /// What is wrong with it.
        problem: String,
    },
    /// Others were faster, again and again.
    #[error("others changed the same things at the same time, {MOST_TRIES} times in a row")]
    Busy,
}

impl NotDone {
    /// What is stored of this cannot be read.
    pub(super) fn damaged(id: &impl ToString, problem: &(impl ToString + ?Sized)) -> Self {
        Self::Damaged { id: id.to_string(), problem: problem.to_string() }
    }
}

/// Decides and commits; decides anew as long as others change what it was decided on.
///
/// # Errors
/// If a command is refused or the store cannot: then nothing has changed.
pub async fn carry_out(store: &dyn Store, work: &Work<'_>) -> Result<CarriedOut, NotDone> {
    for _ in 0..MOST_TRIES {
        let mut desk =
            Desk { store, work, view: Fetched::default(), known: BTreeMap::new(), commit: Commit::default() };
        let carried_out = desk.decide_all().await?;
        if work.dry_run {
            return Ok(carried_out);
        }
        let mut commit = desk.into_commit()?;
        commit.answer = work.answer.map(|answer| answer(&carried_out));
        if commit.events.is_empty() && commit.answer.is_none() {
            return Ok(carried_out);
        }
        match store.commit(commit).await {
            Ok(()) => return Ok(carried_out),
            // a key that is taken is found by the next decision, which says so better
            Err(StoreError::Conflict { .. } | StoreError::Taken { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(NotDone::Busy)
}

/// Has one command carried out that nobody asked for: as the service, under the name of what in it did so.
///
/// # Errors
/// As [`carry_out`].
pub async fn by_itself(
    store: &dyn Store,
    rules: &Rules,
    now_ns: i64,
    name: &str,
    command: Command,
) -> Result<CarriedOut, NotDone> {
    let work = Work {
        actor: &Actor::of_the_service(name),
        requests: &[Request { command, expected_version: None }],
        now_ns,
        rules,
        law_since: None,
        dry_run: false,
        answer: None,
    };
    carry_out(store, &work).await
}

/// What is known of an entity while deciding: its version and key in the store, and what it is by now.
struct Known {
    stored_version: u64,
    stored_key: Option<String>,
    now: Option<AnyEntity>,
    account: Option<String>,
}

impl Known {
    /// What it is by now, if it is another than in the store.
    fn changed(&self) -> Option<&AnyEntity> {
        self.now.as_ref().filter(|now| now.version() != self.stored_version)
    }
}

fn unforeseen(error: &Unpreviewed) -> Refused {
    Refused::new(Code::TooMany, error.to_string(), "name the preview of these").field("preview.terminals")
}

struct Desk<'a> {
    store: &'a dyn Store,
    work: &'a Work<'a>,
    view: Fetched,
    known: BTreeMap<EntityId, Known>,
    commit: Commit,
}

impl Desk<'_> {
    async fn decide_all(&mut self) -> Result<CarriedOut, NotDone> {
        let mut done = Vec::with_capacity(self.work.requests.len());
        let mut refused = Vec::new();
        for (number, request) in self.work.requests.iter().enumerate() {
            let events = match self.decide(request).await? {
                Ok(events) => events,
                Err(why) => {
                    refused.push((number, why));
                    continue;
                }
            };
            for event in &events {
                self.happen(event).await?;
            }
            let subject = self.known.get(&request.command.id()).and_then(|known| known.now.clone());
            let subject = match subject {
                Some(subject) => subject,
                // nothing happened, and deciding did not even look at it
                None => self
                    .fetch(request.command.id())
                    .await?
                    .ok_or_else(|| NotDone::damaged(&request.command.id(), "it is gone"))?,
            };
            done.push(Done { subject, events });
        }
        if refused.is_empty() { Ok(CarriedOut { done }) } else { Err(NotDone::Refused(refused)) }
    }

    async fn decide(&mut self, request: &Request) -> Result<Result<Vec<Event>, Refused>, NotDone> {
        for _ in 0..MOST_LOOK_UPS {
            let Work { actor, now_ns, rules, .. } = self.work;
            let context = Context { view: &self.view, actor, now: seconds(*now_ns), rules };
            match decide(&request.command, request.expected_version, &context) {
                Ok(events) => return Ok(Ok(events)),
                Err(Stopped::Refused(refused)) => return Ok(Err(refused)),
                Err(Stopped::View(LookUp::Foreseen(question))) => match self.foresee(&question).await {
                    Ok(foreseen) => self.view.add_foreseen(question, foreseen),
                    Err(Unpreviewed::Store(error)) => return Err(error.into()),
                    Err(Unpreviewed::Damaged(error)) => {
                        return Err(NotDone::damaged(&question.registry, &error));
                    }
                    Err(error @ (Unpreviewed::TooMany | Unpreviewed::Filter(_))) => {
                        return Ok(Err(unforeseen(&error)));
                    }
                },
                Err(Stopped::View(look_up)) => self.look_up(look_up).await?,
            }
        }
        Err(NotDone::damaged(&request.command.id(), "it hangs on more than a decision can follow"))
    }

    /// What a change to a list as it is by now would do.
    async fn foresee(&self, question: &Foreseeing) -> Result<Foreseen, Unpreviewed> {
        let known = self.known.get(&question.registry.into()).and_then(|known| known.now.clone());
        // deciding has looked at it before it asks
        let preview = match known.and_then(|it| Registry::try_from(it).ok()) {
            Some(registry) => preview(self.store, &registry, question, self.work.now_ns).await?,
            None => Preview::default(),
        };
        Ok(question.answered_by(&preview))
    }

    async fn look_up(&mut self, look_up: LookUp) -> Result<(), NotDone> {
        match look_up {
            // answered where it can be refused
            LookUp::Foreseen(_) => {}
            LookUp::Entity(id) => _ = self.fetch(id).await?,
            LookUp::TerminalWithKey(key) => {
                let conditions = vec![Condition::Is(Column::NaturalKey, vec![key.to_string()])];
                let found = self.search(Kind::Terminal, conditions, 1).await?;
                self.view.add_terminal(key, found.first().and_then(|id| (*id).try_into().ok()));
            }
            LookUp::Named(kind, name) => {
                let named = Condition::Is(Column::Name, vec![name.clone()]);
                let found = self.search(kind, vec![named, Condition::Live], 1).await?;
                let found = found.into_iter().find(|id| !self.is_changed(*id));
                let named = |it: &&AnyEntity| it.is_live() && it.name() == Some(name.as_str());
                let now = self.changed(kind).find(named).map(AnyEntity::id);
                self.view.add_named(kind, name, now.or(found));
            }
            LookUp::PartsOf(whole, Kind::ProtectedClass) => {
                let rows = self.store.list(&members::question()).await?;
                self.add_parts(whole, Kind::ProtectedClass, members::naming(whole, &rows)?);
                let found = rows.into_iter().map(|row| row.id).collect();
                self.commit.looked_up.push(LookedUp { query: members::question(), found });
            }
            LookUp::PartsOf(whole, kind) => {
                let id = whole.to_string();
                let is = |column: &Column| Condition::Is(*column, vec![id.clone()]);
                let any = index::columns_of(whole.kind, kind).iter().map(is).collect();
                // so many that enough are left without those that are parts no more
                let most = MOST_PARTS + self.changed(kind).count();
                let parts =
                    self.search(kind, vec![Condition::Any(any), Condition::Live], most as i64).await?;
                self.add_parts(whole, kind, parts);
            }
        }
        Ok(())
    }

    /// Those of a kind that are other than in the store by now.
    fn changed(&self, kind: Kind) -> impl Iterator<Item = &AnyEntity> {
        self.known.values().filter_map(Known::changed).filter(move |it| it.id().kind == kind)
    }

    fn is_changed(&self, id: EntityId) -> bool {
        self.known.get(&id).is_some_and(|known| known.changed().is_some())
    }

    /// Adds parts that the store found, as they are after the commands before this one.
    fn add_parts(&mut self, whole: EntityId, kind: Kind, mut parts: Vec<EntityId>) {
        parts.retain(|id| !self.is_changed(*id));
        let changed = self.changed(kind).filter(|it| it.is_live() && it.parents().contains(&whole));
        parts.extend(changed.map(AnyEntity::id));
        parts.sort_unstable();
        self.view.add_parts(whole, kind, parts);
    }

    /// Searches, and notes what must still be found when it is committed.
    async fn search(
        &mut self,
        kind: Kind,
        conditions: Vec<Condition>,
        limit: i64,
    ) -> Result<Vec<EntityId>, NotDone> {
        let query = ListQuery { kind: kind.name(), scope: Scope::All, after: None, limit, conditions };
        let found: Vec<String> = self.store.list(&query).await?.into_iter().map(|row| row.id).collect();
        let ids = found.iter().map(|id| id.parse::<EntityId>());
        let ids = ids.collect::<Result<_, _>>().map_err(|error| NotDone::damaged(&kind.name(), &error))?;
        self.commit.looked_up.push(LookedUp { query, found });
        Ok(ids)
    }

    async fn fetch(&mut self, id: EntityId) -> Result<Option<AnyEntity>, NotDone> {
        if let Some(known) = self.known.get(&id) {
            return Ok(known.now.clone());
        }
        let row = self.store.entity(id.kind.name(), &id.to_string()).await?;
        let stored_version = row.as_ref().map_or(0, |row| row.version as u64);
        let stored_key = row.as_ref().and_then(|row| row.natural_key.clone());
        let account = row.as_ref().and_then(|row| row.account.clone());
        let now = row.map(|row| AnyEntity::from_json(id.kind, &row.doc)).transpose();
        let now = now.map_err(|error| NotDone::damaged(&id, &error))?;
        self.commit.seen.push(Seen {
            kind: id.kind.name(),
            id: id.to_string(),
            version: stored_version as i64,
        });
        self.view.add_entity(id, now.clone());
        self.known.insert(id, Known { stored_version, stored_key, now: now.clone(), account });
        Ok(now)
    }

    /// Takes in an event, so that what is decided next sees it: of several commands, later ones must see what earlier ones did.
    async fn happen(&mut self, event: &Event) -> Result<(), NotDone> {
        let before = self.fetch(event.id).await?;
        if let Some(before) = &before {
            self.view.forget_answers_about(before);
        }
        let account_before = self.known.get(&event.id).and_then(|known| known.account.clone());
        let after = event::apply(before, event).map_err(|error| NotDone::damaged(&event.id, &error))?;
        let account = self.account_of(&after).await?;
        let (name, payload) =
            payload_of(&event.payload).map_err(|error| NotDone::damaged(&event.id, &error))?;
        self.commit.events.push(NewEvent {
            kind: event.id.kind.name(),
            id: event.id.to_string(),
            version: event.version as i64,
            name,
            account: account.clone(),
            account_before,
            payload,
        });
        self.view.forget_answers_about(&after);
        if let AnyEntity::Terminal(terminal) = &after {
            self.view.add_terminal(terminal.hardware_key.clone(), Some(terminal.id));
        }
        self.view.add_entity(event.id, Some(after.clone()));
        if let Some(known) = self.known.get_mut(&event.id) {
            (known.now, known.account) = (Some(after), account);
        }
        Ok(())
    }

    /// The account of an entity, or of the terminal that it is about.
    async fn account_of(&mut self, entity: &AnyEntity) -> Result<Option<String>, NotDone> {
        if let Some(account) = index::own_account(entity) {
            return Ok(Some(account.to_string()));
        }
        let Some(terminal) = index::about(entity) else { return Ok(None) };
        let terminal = self.fetch(terminal).await?;
        Ok(terminal.and_then(|terminal| index::own_account(&terminal)).map(|account| account.to_string()))
    }

    fn into_commit(mut self) -> Result<Commit, NotDone> {
        let rows = self.known.values().filter_map(|known| {
            let now = known.changed()?;
            let row = index::row(now, known.stored_version, known.account.clone(), self.work.now_ns);
            Some(row.map_err(|error| NotDone::damaged(&now.id(), &error)))
        });
        self.commit.entities = rows.collect::<Result<Vec<EntityRow>, _>>()?;
        self.commit.freed = self.freed();
        let kinds = || KINDS.iter().map(|kind| kind.name()).collect();
        self.commit.unmoved = self.work.law_since.map(|since| Unmoved { kinds: kinds(), since });
        self.commit.time_ns = self.work.now_ns;
        self.commit.actor.clone_from(&self.work.actor.name);
        Ok(self.commit)
    }

    /// Things whose key another one gets, which must be free before that one is written.
    fn freed(&self) -> Vec<(&'static str, String)> {
        let key = |row: &EntityRow| Some(((row.kind.clone(), row.natural_key.clone()?), row.id.clone()));
        let taken: BTreeMap<(String, String), String> = self.commit.entities.iter().filter_map(key).collect();
        let freed = |(id, known): (&EntityId, &Known)| {
            let key = (id.kind.name().to_owned(), known.stored_key.clone()?);
            let by = taken.get(&key)?;
            (*by != id.to_string()).then(|| (id.kind.name(), id.to_string()))
        };
        self.known.iter().filter_map(freed).collect()
    }
}
