//! The slots that are kept, as bytes, and the events that a stream can be resumed from. Both are bounded.

use super::clock;
use super::format::{Encoded, Summary};
use super::in_force::BundleNow;
use super::terminals::TerminalNow;
use axum::body::Bytes;
use sha2::{Digest, Sha256};
use skyweave_core::time::SlotNo;
use skyweave_proof::hex;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// Slots of an hour, those that are planned ahead not counted.
pub const SLOTS: i64 = 240;
/// Bytes of slots that are kept at most.
pub const BYTES: usize = 256 << 20;
/// Events that are kept.
const EVENTS: usize = 1_000;

/// A slot that is kept.
pub struct KeptSlot {
    /// Which.
    pub no: SlotNo,
    /// As it is sent.
    pub bytes: Bytes,
    /// Its entity tag.
    pub etag: String,
    /// What it comes to.
    pub summary: Summary,
    /// What each listed terminal gets.
    pub terminals: Vec<TerminalNow>,
    /// Which bundle it was planned by.
    pub bundle: Option<BundleNow>,
}

impl KeptSlot {
    /// Of a slot as bytes.
    #[must_use]
    pub fn of(no: SlotNo, encoded: Encoded) -> Self {
        let etag = format!("\"{}\"", hex(&Sha256::digest(&encoded.bytes)[..12]));
        let Encoded { bytes, summary, terminals, bundle } = encoded;
        Self { no, bytes: bytes.into(), etag, summary, terminals, bundle }
    }
}

/// An event of the stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Its number, which grows, also over restarts.
    pub id: u64,
    /// `slot` or `news`.
    pub name: &'static str,
    /// JSON in one line.
    pub data: String,
}

#[derive(Default)]
struct Slots {
    by_no: BTreeMap<SlotNo, Arc<KeptSlot>>,
    bytes: usize,
}

/// What is kept.
pub struct Kept {
    slots: Mutex<Slots>,
    told: Mutex<VecDeque<Told>>,
    last: watch::Sender<u64>,
}

impl Default for Kept {
    fn default() -> Self {
        // those who come back after a restart have smaller numbers than anything that is told from now on
        let first = u64::try_from(crate::clock::now_ns() / 1_000_000).unwrap_or_default();
        Self { slots: Mutex::default(), told: Mutex::default(), last: watch::Sender::new(first) }
    }
}

impl Kept {
    /// Keeps a slot, in the place of what was planned for its time before. Others are forgotten: those that begin more than an hour before
    /// `current`, and the oldest ones if there are too many bytes.
    pub fn put(&self, no: SlotNo, encoded: Encoded, current: SlotNo) {
        let slot = KeptSlot::of(no, encoded);
        let mut slots = self.lock();
        slots.bytes += slot.bytes.len();
        if let Some(before) = slots.by_no.insert(no, Arc::new(slot)) {
            slots.bytes -= before.bytes.len();
        }
        while let Some((first, kept)) = slots.by_no.first_key_value()
            && (first.0 <= current.0 - SLOTS || (slots.bytes > BYTES && *first < current))
        {
            slots.bytes -= kept.bytes.len();
            slots.by_no.pop_first();
        }
    }

    /// Forgets the slots from this one on: the clock was set.
    pub fn forget_from(&self, no: SlotNo) {
        let mut slots = self.lock();
        let gone = slots.by_no.split_off(&no);
        slots.bytes -= gone.values().map(|slot| slot.bytes.len()).sum::<usize>();
    }

    /// A slot.
    #[must_use]
    pub fn get(&self, no: SlotNo) -> Option<Arc<KeptSlot>> {
        self.lock().by_no.get(&no).cloned()
    }

    /// The last slot at or before this one.
    #[must_use]
    pub fn at_or_before(&self, no: SlotNo) -> Option<SlotNo> {
        self.lock().by_no.range(..=no).next_back().map(|(no, _)| *no)
    }

    /// The first and the last slot that are kept, planned ones included.
    #[must_use]
    pub fn range(&self) -> Option<(SlotNo, SlotNo)> {
        let slots = self.lock();
        Some((*slots.by_no.first_key_value()?.0, *slots.by_no.last_key_value()?.0))
    }

    /// The slots up to this one, oldest first.
    #[must_use]
    pub fn until(&self, no: SlotNo) -> Vec<Arc<KeptSlot>> {
        self.lock().by_no.range(..=no).map(|(_, slot)| Arc::clone(slot)).collect()
    }

    /// How many slots and bytes are kept.
    #[must_use]
    pub fn size(&self) -> (usize, usize) {
        let slots = self.lock();
        (slots.by_no.len(), slots.bytes)
    }

    /// Tells everybody who follows.
    pub fn tell(&self, name: &'static str, data: String) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let id = *self.last.borrow() + 1;
        told.push_back(Told { id, name, data });
        if told.len() > EVENTS {
            told.pop_front();
        }
        self.last.send_replace(id);
    }

    /// What was told after a number, oldest first.
    #[must_use]
    pub fn told_after(&self, id: u64) -> Vec<Told> {
        let told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        told.iter().filter(|event| event.id > id).cloned().collect()
    }

    /// Follows the number of the last event.
    #[must_use]
    pub fn follow(&self) -> watch::Receiver<u64> {
        self.last.subscribe()
    }

    fn lock(&self) -> MutexGuard<'_, Slots> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Seconds since 1970 at which a slot begins.
#[must_use]
pub fn start_s(no: SlotNo) -> i64 {
    clock::start_ns(no) / 1_000_000_000
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(length: usize) -> Encoded {
        let summary = Summary { served: 0, asking: 0, terminals_served: 0, lasers: 0 };
        Encoded { bytes: vec![0; length], summary, terminals: Vec::new(), bundle: None }
    }

    #[test]
    fn an_hour_is_kept_and_no_more() {
        let kept = Kept::default();
        for no in 0..300 {
            kept.put(SlotNo(no + 2), encoded(100), SlotNo(no));
        }
        assert_eq!(kept.range(), Some((SlotNo(299 - SLOTS + 1), SlotNo(301))));
        assert_eq!(kept.size(), (242, 24_200));
        kept.put(SlotNo(299), encoded(50), SlotNo(299));
        assert_eq!(kept.size(), (242, 24_150));
        kept.forget_from(SlotNo(300));
        assert_eq!(kept.range(), Some((SlotNo(60), SlotNo(299))));
    }

    #[test]
    fn bytes_are_bounded_and_the_current_slot_stays() {
        let kept = Kept::default();
        for no in 0..10 {
            kept.put(SlotNo(no), encoded(BYTES / 4), SlotNo(no));
        }
        assert_eq!(kept.size(), (4, BYTES));
        kept.put(SlotNo(10), encoded(2 * BYTES), SlotNo(10));
        assert_eq!(kept.range(), Some((SlotNo(10), SlotNo(10))));
    }

    #[test]
    fn a_stream_goes_on_after_the_last_event_that_was_heard() {
        let kept = Kept::default();
        let before = *kept.follow().borrow();
        for no in 0..EVENTS + 5 {
            kept.tell("slot", no.to_string());
        }
        assert_eq!(kept.told_after(before).len(), EVENTS);
        let last = *kept.follow().borrow();
        assert_eq!(
            kept.told_after(last - 2).iter().map(|told| told.id).collect::<Vec<_>>(),
            [last - 1, last]
        );
        assert_eq!(kept.told_after(last), []);
    }
}
