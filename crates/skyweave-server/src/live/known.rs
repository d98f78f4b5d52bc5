//! What the service knows of listed terminals: the one whose hardware key is its name, in capitals, is that terminal.

use super::Live;
use crate::api::Api;
use crate::clock::now_ns;
use crate::service::{Circumstances, Lawless, When, judge, standing};
use crate::store::StoreError;
use skyweave_control::id::EntityId;
use skyweave_core::admission::Basis;
use skyweave_core::ids::TerminalId;
use skyweave_core::refusal::RefusalCode;
use skyweave_core::time::SlotNo;
use skyweave_core::world::{Motion, Terminal};
use skyweave_proof::table::{Evidence, Point};
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

/// What is decided may change with time alone; so soon it is looked at again.
const AGAIN: Duration = Duration::from_secs(15);
/// Looking takes no more than this share of the time.
const SHARE: u32 = 10;
/// And is not done more often than this.
const AT_MOST: Duration = Duration::from_secs(1);
/// One sigma of where a terminal is, m: the network knows that of those that it lists.
const ERROR_M: i32 = 10;

/// What the service knows of a listed terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The id of its account.
    pub account: Option<String>,
    /// Why the service refuses it where it is, if it does.
    pub refused: Option<RefusalCode>,
}

impl<A: Basis> Live<A> {
    /// What the service knows of a listed terminal; none if it has no such terminal.
    #[must_use]
    pub fn known(&self, terminal: TerminalId) -> Option<Known> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(terminal.index()).cloned().flatten()
    }

    /// Why the service refuses a listed terminal, if it does.
    #[must_use]
    pub fn refused(&self, terminal: TerminalId) -> Option<RefusalCode> {
        self.known(terminal)?.refused
    }
}

/// Looks whenever something changed in the service, for ever.
pub async fn learn(api: Arc<Api>) {
    let Some(live) = api.live.clone() else { return };
    let mut committed = api.store.committed();
    let mut current = live.follow();
    let mut seen: Option<(i64, Instant)> = None;
    loop {
        committed.borrow_and_update();
        let slot = *current.borrow_and_update();
        let began = Instant::now();
        if let Some(slot) = slot {
            match look(&api, &live, slot, seen).await {
                Ok(looked) => seen = looked,
                Err(Lawless::Store(StoreError::Closed)) => return,
                Err(error) => tracing::warn!("what the service decides about listed terminals: {error}"),
            }
        }
        tokio::time::sleep(AT_MOST.max(began.elapsed() * SHARE)).await;
        tokio::select! {
            changed = committed.changed() => if changed.is_err() { return },
            changed = current.changed() => if changed.is_err() { return },
        }
    }
}

/// Looks once, unless nothing can have changed. The last event that was seen, and when.
async fn look<A: Basis>(
    api: &Api,
    live: &Live<A>,
    slot: SlotNo,
    seen: Option<(i64, Instant)>,
) -> Result<Option<(i64, Instant)>, Lawless> {
    let last = api.store.last_event().await?;
    if seen.is_some_and(|(event, at)| event == last && at.elapsed() < AGAIN) {
        return Ok(seen);
    }
    let mut known = Vec::with_capacity(live.world.terminals.len());
    for terminal in &live.world.terminals {
        known.push(of(api, terminal, slot).await?);
    }
    *live.known.lock().unwrap_or_else(PoisonError::into_inner) = known;
    Ok(Some((last, Instant::now())))
}

async fn of(api: &Api, terminal: &Terminal, slot: SlotNo) -> Result<Option<Known>, Lawless> {
    let key = terminal.name.to_ascii_uppercase();
    let Some(row) = api.store.entity_by_key("terminal", &key).await? else { return Ok(None) };
    let Ok(id) = row.id.parse::<EntityId>() else { return Ok(None) };
    let time_ns = now_ns();
    let Some(standing) = standing(&*api.store, id, When::Now(time_ns)).await? else { return Ok(None) };
    let mut law = api.laws.now(&*api.store, time_ns).await?;
    if let Some(orders) = &api.orders
        && let Ok(Some(in_force)) = orders.in_force(time_ns).await
    {
        law = Arc::new(law.under(Arc::clone(&in_force.table)));
    }
    let verdict = judge(&standing, &law, &circumstances(terminal, slot), time_ns);
    let refused = verdict.code.filter(|_| verdict.outcome == "refused").and_then(RefusalCode::named);
    Ok(Some(Known { account: standing.account(), refused }))
}

fn circumstances(terminal: &Terminal, slot: SlotNo) -> Circumstances {
    let course = terminal.course_at(slot);
    let at = course.place;
    Circumstances {
        point: Point::from_degrees(at.latitude_rad.to_degrees(), at.longitude_rad.to_degrees()),
        error_m: ERROR_M,
        evidence: Evidence::NetworkRanging,
        speed_cm_s: (course.speed_m_s * 100.0).round() as i32,
        altitude_m: at.height_m.round() as i32,
        surface: None,
        in_motion: matches!(terminal.motion, Motion::Track(_)),
        roaming_days: 0,
        use_class: None,
    }
}
