//! The thread that plans ahead of the clock.
//!
//! Who starts in the middle of an hour must see a slot at once, and have what batch plans soon. So two streams are planned: one from just before
//! now, whose slots say that they are provisional, and the hour's own, whenever there is time. The second fills in what lies before the
//! start, and takes over once it has caught up.
//!
//! When something else comes into force, the slots that have not begun are withdrawn and planned again, from the one that holds on: so it is in
//! force at the next slot, and nobody whom it does not concern is moved.

use super::format::encode;
use super::in_force::InForce;
use super::stream::{Planned, Stream};
use super::{Live, clock::SLOT_NS};
use serde_json::json;
use skyweave_core::admission::Basis;
use skyweave_core::time::SlotNo;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Slots that are planned ahead of the one that holds.
const AHEAD: i64 = 2;
/// Time that the beginning of an hour may take, with its warm-up, in time as it passes here: at great speeds more slots must be ahead for it.
const HOUR_BEGINS: Duration = Duration::from_secs(2);
/// A planner that is further behind than this begins anew at the clock.
const MOST_BEHIND: i64 = 8;
/// How often the clock and the end are looked at.
const LOOK: Duration = Duration::from_millis(50);

/// What is planned, and how far.
struct Planner<'a, A: Basis> {
    live: &'a Live<A>,
    /// By what it plans.
    by: Arc<InForce<A>>,
    /// From the start on, until the hour's own plan has caught up.
    at_once: Option<Stream<A>>,
    of_hour: Stream<A>,
    /// The next slot that is needed.
    front: SlotNo,
    ahead: i64,
}

impl<A: Basis> Live<A> {
    /// Plans until it shall stop; on a thread of its own.
    pub(super) fn plan_ahead(&self, stop: &AtomicBool) {
        let threads = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let Ok(pool) = rayon::ThreadPoolBuilder::new().num_threads(threads).build() else {
            tracing::error!("the planner cannot start its threads");
            return;
        };
        let mut planner = None;
        while !stop.load(Ordering::Relaxed) {
            let Some(in_force) = self.in_force() else {
                // before the first bundle nobody may be served
                std::thread::sleep(LOOK);
                continue;
            };
            let planner = planner.get_or_insert_with(|| Planner::begin(self, Arc::clone(&in_force)));
            if !Arc::ptr_eq(&planner.by, &in_force) {
                planner.swap(in_force);
            }
            if let Some(seconds) = self.clock.jumped() {
                tracing::warn!(
                    seconds,
                    "the machine's clock jumped by {seconds} s; planning begins anew at its time"
                );
                self.metrics.clock_jumps.add(1);
                let text = format!("the machine's clock jumped by {seconds} s");
                self.kept.tell("news", json!({ "kind": "clock", "slot": null, "text": text }).to_string());
                self.forget();
                self.kept.forget_from(self.clock.slot());
                *planner = Planner::begin(self, Arc::clone(&planner.by));
            }
            if !pool.install(|| planner.step()) {
                std::thread::sleep(LOOK.min(self.clock.until(self.clock.slot().next())));
            }
        }
    }
}

impl<'a, A: Basis> Planner<'a, A> {
    fn begin(live: &'a Live<A>, by: Arc<InForce<A>>) -> Self {
        let now = live.clock.slot();
        let slot = Duration::from_nanos(SLOT_NS as u64).div_f64(live.clock.speed());
        let ahead = AHEAD + HOUR_BEGINS.div_duration_f64(slot).ceil() as i64;
        let of_hour = Stream::of_hour(now);
        let at_once = (of_hour.next() != Some(now)).then(|| Stream::at_once(now));
        Self { live, by, at_once, of_hour, front: now, ahead }
    }

    /// Plans by something else from now on. What has not begun is planned again.
    fn swap(&mut self, by: Arc<InForce<A>>) {
        let bundle = by.bundle();
        tracing::info!(epoch = bundle.epoch, bundle = bundle.bundle, "slots are planned by another bundle");
        let Some(held) = self.live.withdraw() else {
            *self = Self::begin(self.live, by);
            return;
        };
        let is_provisional = self.at_once.take().is_some();
        if is_provisional {
            self.at_once = Some(Stream::after(&held.slot, false));
            self.of_hour = Stream::of_hour(self.live.clock.slot());
        } else {
            self.of_hour = Stream::after(&held.slot, true);
        }
        self.front = held.slot.no.next();
        self.by = by;
    }

    /// Plans what is needed most; false if there is nothing to do now.
    fn step(&mut self) -> bool {
        let now = self.live.clock.slot();
        if now.0 - self.front.0 > MOST_BEHIND {
            let behind = now.0 - self.front.0;
            tracing::warn!(
                "planning is {behind} slots behind the clock and goes on at its time; a smaller world or a lower --speed helps"
            );
            self.live.metrics.skipped.add(behind as u64);
            *self = Self::begin(self.live, Arc::clone(&self.by));
            return true;
        }
        if self.of_hour.next() == Some(self.front) {
            self.at_once = None;
        }
        if self.front.0 <= now.0 + self.ahead {
            self.plan_front(now);
            return true;
        }
        if self.at_once.is_some() {
            self.catch_up(now);
            return true;
        }
        false
    }

    fn plan_front(&mut self, now: SlotNo) {
        let Some(stream) = &mut self.at_once else {
            if let Some(planned) = timed(self.live, &self.by, &mut self.of_hour) {
                self.show(planned, false, now);
            }
            return;
        };
        if let Some(planned) = timed(self.live, &self.by, stream) {
            self.show(planned, true, now);
        } else {
            // the hour is over: the next one is planned as a whole
            self.at_once = None;
            self.of_hour = Stream::of_hour(self.front);
        }
    }

    /// Shows a slot that is needed, unless it belongs to a warm-up.
    fn show(&mut self, planned: Planned<A>, provisional: bool, now: SlotNo) {
        if !planned.shown {
            return;
        }
        let no = planned.slot.no;
        self.keep(&planned, provisional, now);
        let mut whole = self.live.lock_whole();
        // the slot that holds may be late
        let needed = self.live.current().map_or(now, |current| current.min(now));
        whole.retain(|no, _| *no >= needed.minus(1));
        whole.insert(no, planned);
        drop(whole);
        self.front = no.next();
        self.live.planned.send_modify(|count| *count += 1);
    }

    fn keep(&self, planned: &Planned<A>, provisional: bool, now: SlotNo) {
        let encoded = encode(&self.live.world, &planned.slot, provisional, Some(planned.by.bundle()));
        self.live.metrics.slot_bytes.set(encoded.bytes.len() as f64);
        self.live.kept.put(planned.slot.no, encoded, now);
    }

    /// Plans a slot of the hour's own plan: of the time before the start, or again what was provisional and has not begun.
    fn catch_up(&mut self, now: SlotNo) {
        let Some(planned) = timed(self.live, &self.by, &mut self.of_hour).filter(|planned| planned.shown)
        else {
            return;
        };
        let no = planned.slot.no;
        // what was shown stays as it was shown
        if no > now || self.live.kept.get(no).is_none() {
            self.keep(&planned, false, now);
        }
        if no > now {
            self.live.lock_whole().insert(no, planned);
        }
    }
}

/// Plans a slot, and notes how long that took.
fn timed<A: Basis>(live: &Live<A>, by: &Arc<InForce<A>>, stream: &mut Stream<A>) -> Option<Planned<A>> {
    let began = Instant::now();
    let done = stream.step(&live.world, by, &|slot| live.law_time(slot));
    live.metrics.plan.observe(began.elapsed());
    done
}
