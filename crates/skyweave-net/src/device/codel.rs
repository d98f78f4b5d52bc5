//! `CoDel`: drops packets at the head while the queue has stood for too long (RFC 8289).

use super::Bound;
use super::pool::{Pool, Queue};
use crate::time::Ns;

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

/// A queue under `CoDel`. Its packets wait in a pool.
#[derive(Debug)]
pub(super) struct CoDel {
    queue: Queue,
    bytes: u64,
    /// When the sojourn will have been above the target for an interval; [`Ns::NEVER`] while it is below.
    above_until: Ns,
    next_drop: Ns,
    count: u32,
    last_count: u32,
    dropping: bool,
}

impl Default for CoDel {
    fn default() -> Self {
        Self {
            queue: Queue::default(),
            bytes: 0,
            above_until: Ns::NEVER,
            next_drop: Ns(0),
            count: 0,
            last_count: 0,
            dropping: false,
        }
    }
}

impl CoDel {
    /// A packet comes.
    pub fn push(&mut self, pool: &mut Pool, now: Ns, bound: Bound) {
        self.bytes += u64::from(bound.bytes);
        self.queue.push(pool, now, bound);
    }

    /// Bytes that wait.
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Packets that wait.
    pub const fn len(&self) -> usize {
        self.queue.len()
    }

    /// Takes the first whatever it is.
    pub fn take(&mut self, pool: &mut Pool) -> Option<Bound> {
        let (_, bound) = self.queue.pop(pool)?;
        self.bytes -= u64::from(bound.bytes);
        Some(bound)
    }

    /// Takes the next that may leave; those dropped on the way are handed to `drop`.
    pub fn pop(
        &mut self,
        pool: &mut Pool,
        now: Ns,
        params: &CoDelParams,
        mut drop: impl FnMut(Bound),
    ) -> Option<Bound> {
        let (mut bound, mut ripe) = self.look(pool, now, params)?;
        if self.dropping {
            if !ripe {
                self.dropping = false;
            }
            while self.dropping && now >= self.next_drop {
                drop(bound);
                self.count += 1;
                let Some(next) = self.look(pool, now, params) else {
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
            let next = self.look(pool, now, params);
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
    fn look(&mut self, pool: &mut Pool, now: Ns, params: &CoDelParams) -> Option<(Bound, bool)> {
        let Some((came, bound)) = self.queue.pop(pool) else {
            self.above_until = Ns::NEVER;
            return None;
        };
        self.bytes -= u64::from(bound.bytes);
        if now.since(came) < params.target || self.bytes <= params.least_bytes {
            self.above_until = Ns::NEVER;
            return Some((bound, false));
        }
        if self.above_until == Ns::NEVER {
            self.above_until = now.after(params.interval);
        }
        Some((bound, now >= self.above_until))
    }
}

/// The control law: drops come closer with the square root of their count.
fn spacing(params: &CoDelParams, count: u32) -> Ns {
    Ns((params.interval.0 as f64 / f64::from(count.max(1)).sqrt()) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packet::{EdgeId, FlowId};

    fn bound(number: u32) -> Bound {
        Bound { edge: EdgeId(0), flow: FlowId(0), bytes: 1_000, packet: number }
    }

    /// A packet a millisecond comes, and one every `service_ms` leaves; gives when packets were dropped, ms.
    fn drops(service_ms: f64, seconds: u32) -> (Vec<u64>, f64) {
        let (mut codel, params, mut dropped) = (CoDel::default(), CoDelParams::default(), Vec::new());
        let mut pool = Pool::default();
        let (mut free_ms, mut last_sojourn_ms): (f64, f64) = (0.0, 0.0);
        for ms in 0..seconds * 1_000 {
            codel.push(&mut pool, Ns::from_ms(u64::from(ms)), bound(ms));
            while free_ms < f64::from(ms + 1) && codel.len() > 0 {
                free_ms = f64::max(free_ms, f64::from(ms));
                let now = Ns::from_s(free_ms * 1e-3);
                let left = codel.pop(&mut pool, now, &params, |_| dropped.push(now.0 / 1_000_000));
                if let Some(left) = left {
                    last_sojourn_ms = now.as_ms() - f64::from(left.packet);
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
