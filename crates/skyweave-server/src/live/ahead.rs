//! Time beyond now: slots that are planned because somebody asks for them, as they would be if nothing changed. They are provisional, shown to whoever
//! asks, and forgotten soon: nothing of them is ever in force.

use super::Live;
use super::format::encode;
use super::in_force::InForce;
use super::kept::{KeptSlot, SLOTS};
use super::stream::Stream;
use skyweave_core::admission::Basis;
use skyweave_core::time::SlotNo;
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

/// Slots that are kept.
const KEPT: usize = 40;
/// Whoever asks for a slot that is no further than this behind the last one gets those in between planned; others get a beginning of their own.
const STEPS: i64 = 8;
/// What was planned longer ago is planned again: who may be served may have changed.
const OLD: Duration = Duration::from_mins(1);

/// What was planned ahead.
pub struct Ahead<A: Basis> {
    /// By what it is planned.
    by: Arc<InForce<A>>,
    stream: Stream<A>,
    kept: BTreeMap<SlotNo, Arc<KeptSlot>>,
    began: Instant,
}

impl<A: Basis> Live<A> {
    /// The last slot that may be asked for: an hour after the one that holds.
    #[must_use]
    pub const fn furthest(current: SlotNo) -> SlotNo {
        SlotNo(current.0 + SLOTS)
    }

    /// A slot of the time to come, planned unless it is already. None before there is a slot, and outside of the hour after it.
    pub async fn ahead(self: &Arc<Self>, no: SlotNo) -> Option<Arc<KeptSlot>> {
        let current = self.current()?;
        if no <= current || no > Self::furthest(current) {
            return None;
        }
        let place = Arc::clone(&self.asking).acquire_owned().await.ok()?;
        let live = Arc::clone(self);
        let planned = tokio::task::spawn_blocking(move || {
            // given back when it is done, also if nobody waits any more
            let _place = place;
            let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().ok()?;
            pool.install(|| live.plan_ahead_to(no))
        });
        planned.await.ok().flatten()
    }

    fn plan_ahead_to(&self, no: SlotNo) -> Option<Arc<KeptSlot>> {
        let by = self.in_force()?;
        let mut held = self.ahead.lock().unwrap_or_else(PoisonError::into_inner);
        let usable = held.as_ref().is_some_and(|ahead| {
            let steps = ahead.stream.next().map_or(-1, |next| no.0 - next.0);
            ahead.began.elapsed() < OLD
                && Arc::ptr_eq(&ahead.by, &by)
                && (ahead.kept.contains_key(&no) || (0..STEPS).contains(&steps))
        });
        if !usable {
            *held = None;
        }
        let ahead = held.get_or_insert_with(|| Ahead {
            by,
            stream: Stream::at_once(no),
            kept: BTreeMap::new(),
            began: Instant::now(),
        });
        while !ahead.kept.contains_key(&no) {
            let Some(planned) = ahead.stream.step(&self.world, &ahead.by, &|slot| self.law_time(slot)) else {
                // the hour is over
                ahead.stream = Stream::at_once(no);
                continue;
            };
            if planned.shown {
                let slot = KeptSlot::of(
                    planned.slot.no,
                    encode(&self.world, &planned.slot, true, Some(ahead.by.bundle())),
                );
                ahead.kept.insert(slot.no, Arc::new(slot));
            }
        }
        while ahead.kept.len() > KEPT {
            ahead.kept.pop_first();
        }
        ahead.kept.get(&no).cloned()
    }
}
