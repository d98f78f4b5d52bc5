//! Positions as they come in, held against where each terminal may be. What the rule finds becomes an incident, or is added to the one that
//! is open, or closes it.
//!
//! What the rule remembers of a terminal is kept beside the events and not folded from them: a crash between the two loses a position, and
//! the next ones say the same.

use super::{Law, NotDone, by_itself};
use crate::clock::ulid;
use crate::store::{Column, Condition, ListQuery, Scope, Store};
use skyweave_control::command::{Command, IncidentCommand};
use skyweave_control::enforcement::Rules;
use skyweave_control::entity::{AnyEntity, Plan, ServiceLine, Surface, Terminal};
use skyweave_control::id::{EntityId, IncidentId, Kind, TerminalId};
use skyweave_control::incident::{Everywhere, Fix, Inside, Limits, Notice, Params, Regions, Watch, observe};
use std::collections::BTreeMap;

/// The name that events bear which nobody asked for but the rule.
const ACTOR: &str = "rule of incidents";
/// What travels by air is no faster, m/s.
const FASTEST_IN_THE_AIR_M_S: u32 = 300;
/// Nor is what travels on land or water.
const FASTEST_M_S: u32 = 45;

/// What became of positions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TakenIn {
    /// Positions that were held against where the terminal may be.
    pub used: usize,
    /// Incidents that began.
    pub incidents: usize,
}

/// What positions are held against, and where what is found goes.
pub struct Watchman<'a> {
    /// Where everything is kept.
    pub store: &'a dyn Store,
    /// Which territories there are.
    pub law: &'a Law,
    /// The rules of enforcement.
    pub rules: &'a Rules,
    /// Now, ns since 1970.
    pub now_ns: i64,
}

/// Where and how a terminal may be used.
struct Allowed {
    home: String,
    roaming: Option<Vec<String>>,
    in_motion_limit_cm_s: Option<u32>,
    fastest_m_s: u32,
}

impl Watchman<'_> {
    /// Takes in positions, of each terminal in the order of their times.
    ///
    /// # Errors
    /// If the store cannot be read or written; terminals that came before are taken in by then.
    pub async fn take_in(&self, fixes: &BTreeMap<TerminalId, Vec<Fix>>) -> Result<TakenIn, NotDone> {
        let params = Params::default();
        let names: Vec<String> = fixes.keys().map(ToString::to_string).collect();
        let known: BTreeMap<String, String> = self.store.watches(&names).await?.into_iter().collect();
        let (mut after, mut taken) = (Vec::new(), TakenIn::default());
        for (terminal, fixes) in fixes {
            let name = terminal.to_string();
            // what an older program left and this one cannot read is begun anew
            let watch: Watch =
                known.get(&name).and_then(|doc| serde_json::from_str(doc).ok()).unwrap_or_default();
            if !fixes.iter().any(|fix| watch.wants(fix, &params)) {
                continue;
            }
            let Some(allowed) = self.allowed(*terminal).await? else { continue };
            let watch = self.unless_settled(watch, *terminal).await?;
            let (watch, notices, used) = self.observe(watch, fixes, &allowed, &params);
            taken.used += used;
            for notice in notices {
                match self.write_down(*terminal, notice).await {
                    Ok(begins) => taken.incidents += usize::from(begins),
                    // somebody closed it just now, or it is under appeal: what was seen is seen again
                    Err(NotDone::Refused(refused)) => tracing::info!("{name}: {refused:?}"),
                    Err(error) => return Err(error),
                }
            }
            let doc = serde_json::to_string(&watch).map_err(|error| NotDone::damaged(terminal, &error))?;
            after.push((name, doc));
        }
        if !after.is_empty() {
            self.store.put_watches(after).await?;
        }
        Ok(taken)
    }

    /// None if nothing says where it may be: then nothing can be held against it.
    async fn allowed(&self, terminal: TerminalId) -> Result<Option<Allowed>, NotDone> {
        let Some(terminal) = self.fetch::<Terminal>(terminal.into()).await? else { return Ok(None) };
        let Some(line) = terminal.line else { return Ok(None) };
        let Some(line) = self.fetch::<ServiceLine>(line.into()).await? else { return Ok(None) };
        let Some(plan) = self.fetch::<Plan>(line.spec.plan.into()).await? else { return Ok(None) };
        let home = line.spec.address.territory;
        if !self.law.regions.contains_key(&home) {
            return Ok(None);
        }
        let roaming = plan.spec.roaming;
        Ok(Some(Allowed {
            home,
            roaming: (roaming.days > 0).then(|| roaming.territories.into_iter().collect()),
            in_motion_limit_cm_s: plan.spec.in_motion_limit_cm_s,
            fastest_m_s: match line.spec.surface {
                Surface::Air => FASTEST_IN_THE_AIR_M_S,
                Surface::Land | Surface::Sea => FASTEST_M_S,
            },
        }))
    }

    fn observe(
        &self,
        mut watch: Watch,
        fixes: &[Fix],
        allowed: &Allowed,
        params: &Params,
    ) -> (Watch, Vec<Notice>, usize) {
        let named =
            |names: &[String]| Regions(names.iter().filter_map(|name| self.law.regions.get(name)).collect());
        let home = named(std::slice::from_ref(&allowed.home));
        let places = allowed.roaming.as_deref().map(named);
        let roaming = places.as_ref().map(|places| -> &dyn Inside {
            // a plan that names no territory lets roam in any
            if allowed.roaming.as_ref().is_some_and(Vec::is_empty) { &Everywhere } else { places }
        });
        let limits = Limits {
            home: &home,
            roaming,
            in_motion_limit_cm_s: allowed.in_motion_limit_cm_s,
            fastest_m_s: allowed.fastest_m_s,
        };
        let (mut notices, mut used) = (Vec::new(), 0);
        for fix in fixes {
            if watch.wants(fix, params) {
                used += 1;
                let notice;
                (watch, notice) = observe(watch, fix, &limits, params);
                notices.extend(notice);
            }
        }
        (watch, notices, used)
    }

    /// Somebody may have closed the incident in the meantime: then what was seen before no longer counts.
    async fn unless_settled(&self, watch: Watch, terminal: TerminalId) -> Result<Watch, NotDone> {
        if watch.raised().is_none() || self.open_incident(terminal).await?.is_some() {
            return Ok(watch);
        }
        Ok(watch.settled())
    }

    /// True if an incident began.
    async fn write_down(&self, terminal: TerminalId, notice: Notice) -> Result<bool, NotDone> {
        let open = self.open_incident(terminal).await?;
        let (id, command, begins) = match (open, notice.into_command(terminal)) {
            (None, command @ IncidentCommand::Open { .. }) => {
                let id = IncidentId(ulid(self.now_ns)?);
                (id, command, true)
            }
            // it was written down, and what is remembered was not
            (Some(id), IncidentCommand::Open { finding, .. }) => {
                (id, IncidentCommand::Find { finding }, false)
            }
            (Some(id), command) => (id, command, false),
            (None, _) => return Ok(false),
        };
        let command = Command::Incident { id, command };
        by_itself(self.store, self.rules, self.now_ns, ACTOR, command).await.map(|_| begins)
    }

    async fn open_incident(&self, terminal: TerminalId) -> Result<Option<IncidentId>, NotDone> {
        let query = ListQuery {
            kind: Kind::Incident.name(),
            scope: Scope::All,
            after: None,
            limit: 1,
            conditions: vec![Condition::Is(Column::Terminal, vec![terminal.to_string()]), Condition::Live],
        };
        Ok(self.store.list(&query).await?.first().and_then(|row| row.id.parse().ok()))
    }

    async fn fetch<T: TryFrom<AnyEntity>>(&self, id: EntityId) -> Result<Option<T>, NotDone> {
        let row = self.store.entity(id.kind.name(), &id.to_string()).await?;
        let entity = row.map(|row| AnyEntity::from_json(id.kind, &row.doc)).transpose();
        let entity = entity.map_err(|error| NotDone::damaged(&id, &error))?;
        Ok(entity.and_then(|entity| T::try_from(entity).ok()))
    }
}
