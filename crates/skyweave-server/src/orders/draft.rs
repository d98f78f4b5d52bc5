//! Draws up orders with their previews.

use super::{Lawful, OrderError, Orders, time_of};
use crate::log::folder::DOCUMENTS;
use crate::store::{LogChange, Note, OrderRow};
use skyweave_control::entity::{AnyEntity, Territory};
use skyweave_control::id::Kind;
use skyweave_control::order::{self, Books, Foreseen, NotChanged, NotCompiled, Request};
use skyweave_proof::UtcTime;
use skyweave_proof::document::{Document, identity, is_name};
use skyweave_proof::hex;
use skyweave_proof::order::{Flaw, Preview, TargetKind};
use skyweave_proof::table::Table;
use std::sync::{Arc, PoisonError};
use thiserror::Error;

/// Who plans with and without an order.
pub trait Foresee: Send + Sync {
    /// What comes out, over slots from a time on. It takes seconds.
    fn foresee(&self, without: &Arc<Table>, with: &Arc<Table>, from: UtcTime) -> Foreseen;
}

/// Why there is no draft.
#[derive(Debug, Error)]
pub enum DraftError {
    /// The log or the store.
    #[error(transparent)]
    Order(#[from] OrderError),
    /// It would change nothing, or what it is about is not known.
    #[error(transparent)]
    NotChanged(#[from] NotChanged),
    /// What it comes to does not compile.
    #[error(transparent)]
    NotCompiled(#[from] NotCompiled),
    /// It would be void whoever signs it.
    #[error("{0}")]
    Flaw(#[from] Flaw),
    /// A name that orders do not have.
    #[error("`{0}` is no name in an order; accepted: 1 to 100 of a-z A-Z 0-9 . - _ /")]
    Name(String),
}

impl Orders {
    /// Draws up an order: what it changes is compiled, what that does is foreseen, and both are named by their hashes in it.
    ///
    /// # Errors
    /// It would be void, change nothing, or not compile.
    pub async fn draft(&self, request: Request, actor: &str, now_ns: i64) -> Result<OrderRow, DraftError> {
        for name in [&request.target.name, &request.requester] {
            if !is_name(name) {
                return Err(DraftError::Name(name.chars().take(60).collect()));
            }
        }
        let now = time_of(now_ns);
        let (held, limits) = {
            let state = self.state.lock().await;
            (state.register.held().clone(), state.register.authority().limits)
        };
        if held.authority.principals.iter().all(|one| one.name != request.requester) {
            let known: Vec<&str> = held.authority.principals.iter().map(|one| one.name.as_str()).collect();
            let what = format!("{} is no principal; accepted: {}", request.requester, known.join(", "));
            return Err(OrderError::Other(what).into());
        }
        let start = request.start.unwrap_or(now).max(now);
        let sealed = || OrderError::Other("the law in force then is sealed, and not known here".to_owned());
        let rules = Self::rules_at(&held.standing, start).ok_or_else(sealed)?;
        let before = self.law(&rules).await?;
        let books = self.books(&request).await?;
        let (sources, fail_mode) = order::change(
            (&before.sources, before.rules.fail_mode),
            request.action,
            &request.target,
            &books,
        )?;
        let after = {
            let (before, borders) = (Arc::clone(&before), self.borders.clone());
            let compile = move || {
                let border = |hash: &str| std::fs::read(borders.get(hash)?).ok();
                Lawful::compile(sources, fail_mode, &border, Some(&before))
            };
            let compiled = tokio::task::spawn_blocking(compile).await;
            compiled.map_err(|_| OrderError::Other("the compiler failed".to_owned()))??
        };
        let (preview, document) = self.foreseen(&before, &after, start).await?;
        let order = order::draw(&held, &request, &after.rules, &preview, now);
        order.check(&limits)?;
        let payload = order.to_bytes();
        let row = OrderRow {
            id: hex(&identity(&payload)),
            state: "previewed".to_owned(),
            version: 1,
            payload,
            created_ns: now_ns,
            updated_ns: now_ns,
        };
        let mut documents = after.documents();
        documents.push((format!("{DOCUMENTS}/{}", hex(&preview.hash)), document));
        let change = LogChange {
            orders: vec![row.clone()],
            documents,
            note: Some(note("order.drafted", &row, actor, now_ns)),
            ..LogChange::default()
        };
        self.store.put_log(change).await.map_err(OrderError::from)?;
        self.keep_law(after);
        Ok(row)
    }

    async fn foreseen(
        &self,
        before: &Lawful,
        after: &Lawful,
        from: UtcTime,
    ) -> Result<(Preview, Vec<u8>), OrderError> {
        let (without, with) = (Arc::clone(&before.table), Arc::clone(&after.table));
        let foresee = self.foresee.read().unwrap_or_else(PoisonError::into_inner).clone();
        let foreseen = match foresee {
            None => Foreseen::nothing(without.identity(), with.identity()),
            Some(foresee) => {
                let planned =
                    tokio::task::spawn_blocking(move || foresee.foresee(&without, &with, from)).await;
                planned.map_err(|_| OrderError::Other("the preview failed".to_owned()))?
            }
        };
        Ok((foreseen.summary(), foreseen.to_bytes()))
    }

    /// What the store has under the name of the target.
    async fn books(&self, request: &Request) -> Result<Books, OrderError> {
        let name = &request.target.name;
        let mut books = Books::default();
        let (kind, is_territory) = match request.target.kind {
            TargetKind::Territory => (Kind::Territory, true),
            TargetKind::Restriction => (Kind::Restriction, false),
            TargetKind::Registry | TargetKind::PlanClass | TargetKind::FailMode => return Ok(books),
        };
        let Some(row) = self.store.entity_by_key(kind.name(), name).await? else { return Ok(books) };
        match AnyEntity::from_json(kind, &row.doc) {
            Ok(AnyEntity::Territory(territory)) if is_territory => {
                books.territory = Some(definition_of(&territory)?);
            }
            Ok(AnyEntity::Restriction(restriction)) => books.restriction = Some(restriction.spec.text),
            _ => {}
        }
        Ok(books)
    }
}

/// A territory's definition as one text, with what the service says beside it.
fn definition_of(territory: &Territory) -> Result<String, OrderError> {
    let definition = crate::service::definition(territory).map_err(OrderError::Other)?;
    serde_json::to_string(&definition).map_err(|error| OrderError::Other(error.to_string()))
}

/// The event of a change of an order.
pub(super) fn note(name: &'static str, row: &OrderRow, actor: &str, time_ns: i64) -> Note {
    let payload = serde_json::json!({ "type": name, "data": { "state": row.state } });
    Note {
        kind: "order",
        id: row.id.clone(),
        name,
        time_ns,
        actor: actor.to_owned(),
        account: None,
        payload: payload.to_string(),
    }
}
