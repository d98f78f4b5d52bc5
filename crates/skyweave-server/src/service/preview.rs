//! Who would lose service by a change to a list, and who of them by mistake: what the store knows of each terminal, put before the model.

use super::search::of_filter;
use super::standing::MOST_LEVELS;
use crate::clock::seconds;
use crate::store::{Column, Condition, EntityRow, ListQuery, Scope, Store, StoreError};
use skyweave_control::entity::{
    AccountSpec, AnyEntity, Cause, Incident, ProtectedClass, Registry, Terminal, protectors,
};
use skyweave_control::fleet::allow_list::{Candidate, Foreseeing, Preview};
use skyweave_control::fleet::search::{Filter, FilterError};
use skyweave_control::id::{AccountId, EntityId, Kind};
use std::collections::{BTreeMap, BTreeSet};
use thiserror::Error;

/// Things that are read at once.
const PAGE: i64 = 1_000;
/// Terminals of one preview: all are held in memory.
const MOST_TERMINALS: usize = 200_000;
const DAYS_30_S: i64 = 30 * 86_400;

/// Why there is no preview.
#[derive(Debug, Error)]
pub enum Unpreviewed {
    /// The store cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What is stored cannot be understood.
    #[error("what is stored cannot be read: {0}")]
    Damaged(#[from] serde_json::Error),
    /// A filter is none.
    #[error(transparent)]
    Filter(#[from] FilterError),
    /// It would be of too many.
    #[error(
        "the list would be held against more than {MOST_TERMINALS} terminals; accepted: filters in `terminals`, such as home=ukraine, that leave fewer"
    )]
    TooMany,
}

/// What is known of a terminal beside itself.
struct Known {
    terminal: Terminal,
    used_h: u32,
    incident: Option<Cause>,
}

/// The preview of a change to a list, over the terminals to which that applies.
///
/// # Errors
/// If the store cannot be read, a filter is none, or there are too many terminals.
pub async fn preview(
    store: &dyn Store,
    registry: &Registry,
    question: &Foreseeing,
    now_ns: i64,
) -> Result<Preview, Unpreviewed> {
    let terms: Vec<&String> = question.terminals.iter().collect();
    let conditions = of_filter(&Filter::parse(&terms)?);
    let classes = all(store, Kind::ProtectedClass, vec![Condition::Live]).await?;
    let mut members: BTreeSet<EntityId> = BTreeSet::new();
    for row in classes {
        if let AnyEntity::ProtectedClass(ProtectedClass { spec, members: of_it, .. }) =
            read(&row, Kind::ProtectedClass)?
            && spec.expires_s.is_none_or(|end| seconds(now_ns) < end)
        {
            members.extend(of_it);
        }
    }
    let mut fleet: Vec<Known> = Vec::new();
    let mut query = query(Kind::Terminal, conditions);
    loop {
        let page = store.list(&query).await?;
        let Some(last) = page.last() else { break };
        query.after = Some(last.id.clone());
        if fleet.len() + page.len() > MOST_TERMINALS {
            return Err(Unpreviewed::TooMany);
        }
        known(store, page, now_ns, &mut fleet).await?;
    }
    let protected_by = protection(store, members).await?;
    let candidates = fleet.iter().map(|known| Candidate {
        terminal: &known.terminal,
        used_h: known.used_h,
        protected: protected_by(&known.terminal),
        incident: known.incident,
    });
    let candidates: Vec<Candidate<'_>> = candidates.collect();
    Ok(question.change.preview(registry, &candidates))
}

/// Whether a terminal is protected by one of these members.
async fn protection(
    store: &dyn Store,
    members: BTreeSet<EntityId>,
) -> Result<impl Fn(&Terminal) -> bool, Unpreviewed> {
    let mut accounts: BTreeMap<AccountId, AccountSpec> = BTreeMap::new();
    if members.iter().any(|member| member.kind != Kind::Terminal) {
        for row in all(store, Kind::Account, Vec::new()).await? {
            if let AnyEntity::Account(account) = read(&row, Kind::Account)? {
                accounts.insert(account.id, account.spec);
            }
        }
    }
    Ok(move |terminal: &Terminal| {
        let answers =
            terminal.account.and_then(|account| accounts.get(&account)).map(|spec| spec.organization);
        let above = |account: &AccountId| accounts.get(account).and_then(|spec| spec.parent);
        let accounts = std::iter::successors(terminal.account, above).take(MOST_LEVELS);
        protectors(terminal, accounts, answers).any(|one| members.contains(&one))
    })
}

/// Looks up what is known of a page of terminals.
async fn known(
    store: &dyn Store,
    page: Vec<EntityRow>,
    now_ns: i64,
    fleet: &mut Vec<Known>,
) -> Result<(), Unpreviewed> {
    let ids: Vec<String> = page.iter().map(|row| row.id.clone()).collect();
    let recent = |seen_s: i64| seconds(now_ns).0 - seen_s < DAYS_30_S;
    let seen = store.sightings(&ids).await?.into_iter().filter(|sighting| recent(sighting.seen_s));
    let hours: BTreeMap<String, i64> = seen.map(|sighting| (sighting.terminal, sighting.hours)).collect();
    let open = vec![Condition::Is(Column::Terminal, ids), Condition::Live];
    let mut causes: BTreeMap<String, Cause> = BTreeMap::new();
    for row in all(store, Kind::Incident, open).await? {
        if let AnyEntity::Incident(Incident { terminal, finding, .. }) = read(&row, Kind::Incident)? {
            let worst = causes.entry(terminal.to_string()).or_insert(finding.cause);
            *worst = (*worst).max(finding.cause);
        }
    }
    for row in page {
        if let AnyEntity::Terminal(terminal) = read(&row, Kind::Terminal)? {
            let used_h = hours.get(&row.id).and_then(|hours| u32::try_from(*hours).ok()).unwrap_or(0);
            fleet.push(Known { terminal, used_h, incident: causes.get(&row.id).copied() });
        }
    }
    Ok(())
}

fn query(kind: Kind, conditions: Vec<Condition>) -> ListQuery {
    ListQuery { kind: kind.name(), scope: Scope::All, after: None, limit: PAGE, conditions }
}

async fn all(
    store: &dyn Store,
    kind: Kind,
    conditions: Vec<Condition>,
) -> Result<Vec<EntityRow>, StoreError> {
    let mut query = query(kind, conditions);
    let mut found = Vec::new();
    loop {
        let page = store.list(&query).await?;
        let Some(last) = page.last() else { return Ok(found) };
        query.after = Some(last.id.clone());
        found.extend(page);
    }
}

fn read(row: &EntityRow, kind: Kind) -> serde_json::Result<AnyEntity> {
    AnyEntity::from_json(kind, &row.doc)
}
