//! Lets each slot begin when it is time, and says so.

use super::Live;
use super::kept::start_s;
use serde_json::json;
use skyweave_core::admission::Basis;
use skyweave_core::time::SlotNo;
use skyweave_core::timeline::Event;
use skyweave_io::results::UtcMs;
use std::sync::PoisonError;
use std::time::Duration;

/// How often the clock is looked at, which may be set.
const LOOK: Duration = Duration::from_millis(500);

impl<A: Basis> Live<A> {
    /// Lets slots begin, for ever.
    pub(super) async fn begin_slots(&self) {
        let mut planned = self.planned.subscribe();
        loop {
            planned.borrow_and_update();
            let (before, now) = (self.current(), self.clock.slot());
            let Some(slot) =
                self.kept.at_or_before(now).filter(|slot| before.is_none_or(|before| *slot > before))
            else {
                // it is not time yet, or it is and nothing is planned
                let patience = before.map_or(LOOK, |before| self.clock.until(before.next()));
                let is_late = before.is_some_and(|before| now > before);
                let patience = if is_late { LOOK } else { patience.min(LOOK) };
                tokio::select! {
                    () = tokio::time::sleep(patience) => {}
                    changed = planned.changed() => if changed.is_err() { return },
                }
                continue;
            };
            if before.is_none() && self.whole(slot).is_none() {
                // what was kept of before the clock was set is not what holds now
                let _ = tokio::time::timeout(LOOK, planned.changed()).await;
                continue;
            }
            self.begin(slot, before);
        }
    }

    fn begin(&self, no: SlotNo, before: Option<SlotNo>) {
        // who starts within a slot is not late
        let late = before.map_or(Duration::ZERO, |_| self.clock.since(no));
        let slot = {
            let _edge = self.edge.lock().unwrap_or_else(PoisonError::into_inner);
            // it may have been withdrawn meanwhile, and is planned again
            let Some(slot) = self.kept.get(no) else { return };
            self.current.send_replace(Some(no));
            slot
        };
        let summary = slot.summary;
        self.metrics.late.observe(late);
        self.metrics.began.add(1);
        self.metrics.served.set(f64::from(summary.served));
        self.metrics.asking.set(f64::from(summary.asking));
        self.metrics.terminals_served.set(summary.terminals_served as f64);
        self.metrics.lasers.set(f64::from(summary.lasers));
        self.metrics.current.set(start_s(no) as f64);
        let (kept, bytes) = self.kept.size();
        self.metrics.kept.set(kept as f64);
        self.metrics.kept_bytes.set(bytes as f64);
        let late_ms = late.as_millis();
        tracing::info!(
            slot = no.0,
            served = summary.served,
            asking = summary.asking,
            late_ms,
            "a slot begins"
        );
        let data = json!({
            "slot": no.0,
            "starts_utc": UtcMs::of_slot(no).to_string(),
            "served": summary.served,
            "asking": summary.asking,
            "terminals_served": summary.terminals_served,
            "lasers": summary.lasers,
            "late_ms": late_ms,
            "epoch": slot.bundle.as_ref().map(|bundle| bundle.epoch),
        });
        self.kept.tell("slot", data.to_string());
        for event in self.events_since(before, no) {
            let data = json!({ "kind": "scenario", "slot": no.0, "text": event.label });
            self.kept.tell("news", data.to_string());
        }
    }

    /// What the scenario lets happen after one slot and up to another; of the other alone at the start.
    fn events_since(&self, before: Option<SlotNo>, no: SlotNo) -> impl Iterator<Item = &Event> {
        let after = before.unwrap_or(no.minus(1));
        self.world.timeline.events.iter().filter(move |event| event.at > after && event.at <= no)
    }
}
