//! `CoDel`: drops packets at the head while the queue has stood for too long (RFC 8289).

use super::Bound;
use crate::time::Ns;
use std::collections::VecDeque;

/// Parameters of `CoDel`, with the defaults of RFC 8289, section 4.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CoDelParams {
    /// A standing queue of this long is acceptable.
    pub target: Ns,
    /// A window in which the least sojourn must be below the target: about the longest usual round trip.
    pub interval: Ns,
    /// A queue of no more bytes than this is never dropped from: one packet of full size.
    pub least_bytes: u64,
}

impl Default for CoDelParams {
    fn default() -> Self {
        Self { target: Ns::from_ms(5), interval: Ns::from_ms(100), least_bytes: 1_500 }
    }
}

/// A queue under `CoDel`.
#[derive(Debug, Default)]
pub struct CoDel {
    queue: VecDeque<(Ns, Bound)>,
    bytes: u64,
    /// When the sojourn will have been above the target for an interval; none while it is below.
    above_since: Option<Ns>,
    dropping: bool,
    next_drop: Ns,
    count: u32,
    last_count: u32,
}

impl CoDel {
    /// A packet comes.
    pub fn push(&mut self, now: Ns, bound: Bound) {
        self.bytes += u64::from(bound.packet.bytes);
        self.queue.push_back((now, bound));
    }

    /// Bytes that wait.
    #[must_use]
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Packets that wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.queue.len()
    }

    /// True if nothing waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// Takes the first whatever it is.
    pub fn take(&mut self) -> Option<Bound> {
        let (_, bound) = self.queue.pop_front()?;
        self.bytes -= u64::from(bound.packet.bytes);
        Some(bound)
    }

    /// Takes the next that may leave; those dropped on the way are handed to `drop`.
    pub fn pop(&mut self, now: Ns, params: &CoDelParams, mut drop: impl FnMut(Bound)) -> Option<Bound> {
        let (mut bound, mut ripe) = self.look(now, params)?;
        if self.dropping {
            if !ripe {
                self.dropping = false;
            }
            while self.dropping && now >= self.next_drop {
                drop(bound);
                self.count += 1;
                let Some(next) = self.look(now, params) else {
                    self.dropping = false;
                    return None;
                };
                (bound, ripe) = next;
                if ripe {
                    self.next_drop = self.next_drop.after(spacing(params, self.count));
                } else {
                    self.dropping = false;
                }
            }
        } else if ripe {
            drop(bound);
            let next = self.look(now, params);
            // dropping again soon after: begin near the rate at which it ended
            let since = now.since(self.next_drop);
            let grown = self.count.saturating_sub(self.last_count);
            let recently = since < Ns(16 * params.interval.0);
            self.count = if grown > 1 && recently { grown } else { 1 };
            self.last_count = self.count;
            self.next_drop = now.after(spacing(params, self.count));
            self.dropping = true;
            bound = next?.0;
        }
        Some(bound)
    }

    /// Takes the first, and says if its queue has stood above the target for an interval.
    fn look(&mut self, now: Ns, params: &CoDelParams) -> Option<(Bound, bool)> {
        let Some((came, bound)) = self.queue.pop_front() else {
            self.above_since = None;
            return None;
        };
        self.bytes -= u64::from(bound.packet.bytes);
        if now.since(came) < params.target || self.bytes <= params.least_bytes {
            self.above_since = None;
            return Some((bound, false));
        }
        let due = *self.above_since.get_or_insert(now.after(params.interval));
        Some((bound, now >= due))
    }
}

/// The control law: drops come closer with the square root of their count.
fn spacing(params: &CoDelParams, count: u32) -> Ns {
    Ns((params.interval.0 as f64 / f64::from(count.max(1)).sqrt()) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packet::{EdgeId, Packet};

    fn bound(number: u32) -> Bound {
        Bound { edge: EdgeId(0), packet: Packet { number, bytes: 1_000, ..Packet::default() } }
    }

    /// A packet a millisecond comes, and one every `service_ms` leaves; gives when packets were dropped, ms.
    fn drops(service_ms: f64, seconds: u32) -> (Vec<u64>, f64) {
        let (mut codel, params, mut dropped) = (CoDel::default(), CoDelParams::default(), Vec::new());
        let (mut free_ms, mut last_sojourn_ms): (f64, f64) = (0.0, 0.0);
        for ms in 0..seconds * 1_000 {
            codel.push(Ns::from_ms(u64::from(ms)), bound(ms));
            while free_ms < f64::from(ms + 1) && !codel.is_empty() {
                free_ms = f64::max(free_ms, f64::from(ms));
                let now = Ns::from_s(free_ms * 1e-3);
                let left = codel.pop(now, &params, |_| dropped.push(now.0 / 1_000_000));
                if let Some(left) = left {
                    last_sojourn_ms = now.as_ms() - f64::from(left.packet.number);
                    free_ms += service_ms;
                }
            }
        }
        (dropped, last_sojourn_ms)
    }

    #[test]
    fn a_queue_that_keeps_up_is_left_alone() {
        assert_eq!(drops(0.9, 5).0, Vec::<u64>::new());
    }

    #[test]
    fn drops_begin_after_an_interval_and_come_closer() {
        let (dropped, _) = drops(1.05, 3);
        let [first, second, third] = dropped[..3] else { panic!("{dropped:?}") };
        // 5 ms stand after some 105 ms, and must stand for 100 ms more
        assert!((200..=220).contains(&first), "{first}");
        assert!((98..=103).contains(&(second - first)), "{second}");
        assert!((69..=73).contains(&(third - second)), "100 ms over the root of 2: {third}");
    }

    #[test]
    fn in_the_end_the_queue_is_short() {
        let (dropped, sojourn_ms) = drops(1.05, 60);
        assert!(sojourn_ms < 30.0, "{sojourn_ms}");
        let share = dropped.len() as f64 / 60_000.0;
        assert!((0.03..0.08).contains(&share), "5 % too many come: {share}");
    }
}
