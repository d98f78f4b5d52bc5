//! Everything about a terminal that a decision depends on, as it is or as it was at a time.

use super::books::as_it_was;
use super::law::{Lawless, second};
use crate::store::{Column, Condition, ListQuery, Scope, Store};
use skyweave_control::entity::{
    Account, AnyEntity, Incident, Permit, Plan, ServiceLine, Terminal, protectors,
};
use skyweave_control::id::{AccountId, EntityId, Kind};
use skyweave_control::time::UnixSeconds;

/// Incidents and permits of one terminal that are looked at.
const MOST: i64 = 1_000;
/// The deepest tree of accounts, and some more.
pub(super) const MOST_LEVELS: usize = 32;

/// Everything about a terminal that counts.
#[derive(Debug, Clone)]
pub struct Standing {
    pub(super) terminal: Terminal,
    pub(super) line: Option<ServiceLine>,
    pub(super) plan: Option<Plan>,
    /// Its account and all above that, from the bottom.
    pub(super) accounts: Vec<Account>,
    /// What protected classes may have as members so that they protect it.
    pub(super) members: Vec<EntityId>,
    pub(super) incidents: Vec<Incident>,
    pub(super) permitted: bool,
}

impl Standing {
    /// The account that has it.
    #[must_use]
    pub fn account(&self) -> Option<String> {
        self.terminal.account.map(|account| account.to_string())
    }
}

/// When something is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Now, ns since 1970.
    Now(i64),
    /// At a time in the past, ns since 1970.
    At(i64),
}

impl When {
    /// The time, ns since 1970.
    #[must_use]
    pub const fn time_ns(self) -> i64 {
        let (Self::Now(time_ns) | Self::At(time_ns)) = self;
        time_ns
    }
}

/// What is, or was, known of a terminal; none if it is not there.
///
/// # Errors
/// If the store cannot be read.
pub async fn standing(store: &dyn Store, id: EntityId, when: When) -> Result<Option<Standing>, Lawless> {
    let Some(AnyEntity::Terminal(terminal)) = found(store, id, when).await? else { return Ok(None) };
    let line = match terminal.line {
        Some(line) => {
            found(store, line.into(), when).await?.and_then(|line| ServiceLine::try_from(line).ok())
        }
        None => None,
    };
    let plan = match &line {
        Some(line) => {
            found(store, line.spec.plan.into(), when).await?.and_then(|plan| Plan::try_from(plan).ok())
        }
        None => None,
    };
    let accounts = accounts(store, terminal.account, when).await?;
    let answers = accounts.first().map(|account| account.spec.organization);
    let members = protectors(&terminal, accounts.iter().map(|account| account.id), answers).collect();
    let mut standing =
        Standing { members, terminal, line, plan, accounts, incidents: Vec::new(), permitted: false };
    for kind in [Kind::Incident, Kind::Permit] {
        for about in of_terminal(store, kind, id, when).await? {
            match about {
                AnyEntity::Incident(incident) => standing.incidents.push(incident),
                AnyEntity::Permit(permit) => {
                    standing.permitted |= Permit::holds(&permit, UnixSeconds(second(when.time_ns())));
                }
                _ => {}
            }
        }
    }
    Ok(Some(standing))
}

async fn accounts(store: &dyn Store, first: Option<AccountId>, when: When) -> Result<Vec<Account>, Lawless> {
    let (mut accounts, mut next) = (Vec::<Account>::new(), first);
    while let Some(id) = next.filter(|_| accounts.len() < MOST_LEVELS) {
        let account =
            found(store, id.into(), when).await?.and_then(|account| Account::try_from(account).ok());
        next = account.as_ref().and_then(|account| account.spec.parent);
        accounts.extend(account);
    }
    Ok(accounts)
}

/// Incidents or permits: those that are open now, or all as they were.
async fn of_terminal(
    store: &dyn Store,
    kind: Kind,
    terminal: EntityId,
    when: When,
) -> Result<Vec<AnyEntity>, Lawless> {
    let mut conditions = vec![Condition::Is(Column::Terminal, vec![terminal.to_string()])];
    if matches!(when, When::Now(_)) {
        conditions.push(Condition::Live);
    }
    let query = ListQuery { kind: kind.name(), scope: Scope::All, after: None, limit: MOST, conditions };
    let mut all = Vec::new();
    for row in store.list(&query).await? {
        all.extend(match when {
            When::Now(_) => Some(read(kind, &row.doc)?),
            When::At(time_ns) => as_it_was(store, kind, &row.id, time_ns).await?,
        });
    }
    Ok(all)
}

async fn found(store: &dyn Store, id: EntityId, when: When) -> Result<Option<AnyEntity>, Lawless> {
    match when {
        When::Now(_) => {
            let row = store.entity(id.kind.name(), &id.to_string()).await?;
            row.map(|row| read(id.kind, &row.doc)).transpose()
        }
        When::At(time_ns) => as_it_was(store, id.kind, &id.to_string(), time_ns).await,
    }
}

fn read(kind: Kind, doc: &str) -> Result<AnyEntity, Lawless> {
    AnyEntity::from_json(kind, doc).map_err(|error| Lawless::Faults(error.to_string()))
}
