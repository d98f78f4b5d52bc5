//! First in, first out, and no more than fit: a drop-tail queue before a line.
//!
//! When a packet comes it is known already when it will leave, since nothing overtakes it: so it is sent on at once, with the instants in
//! the future at which it leaves, and only numbers stay behind. What would begin after the next change of the rate waits here.
//!
//! A packet that comes at the very instant at which the line becomes free comes before that: where the queue is full, it is lost. Behind
//! another line of the same rate, and over a link whose length stays, that is no rare event.

use super::{Bound, Device, Exit, Grant};
use crate::packet::Loss;
use crate::time::{Ns, serialization};
use std::collections::VecDeque;

/// How much may wait, besides what is leaving.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Capacity {
    /// So many packets.
    Packets(u32),
    /// So many bytes; a packet that comes to an empty queue always fits.
    Bytes(u64),
}

/// A drop-tail queue before a line of some rate.
#[derive(Debug)]
pub struct Fifo {
    grant: Grant,
    capacity: Capacity,
    /// How long packets of one length take: most have the length of the one before.
    last_length: (u32, Ns),
    /// When everything that was sent on will have left.
    free_at: Ns,
    /// When what was sent on but waits begins to leave, and its bytes.
    begins: VecDeque<(Ns, u32)>,
    waiting_bytes: u64,
    held: Vec<Bound>,
}

/// What became of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entered {
    /// It will leave.
    Leaves {
        /// When its first bit does.
        begins: Ns,
        /// When its last bit has.
        ends: Ns,
    },
    /// It is held until the rate may have changed: hand it to [`Fifo::hold`].
    Held,
    /// There was no room.
    Full,
}

impl Fifo {
    /// An empty queue whose rate stays.
    #[must_use]
    pub const fn new(rate_bps: u64, capacity: Capacity) -> Self {
        Self {
            grant: Grant { rate_bps, until: Ns::NEVER },
            capacity,
            last_length: (0, Ns(0)),
            free_at: Ns(0),
            begins: VecDeque::new(),
            waiting_bytes: 0,
            held: Vec::new(),
        }
    }

    /// A packet of so many bytes comes.
    #[inline]
    pub fn admit(&mut self, now: Ns, bytes: u32) -> Entered {
        let idle = self.free_at < now && self.held.is_empty();
        if idle {
            self.begins.clear();
            self.waiting_bytes = 0;
        } else {
            self.forget(now);
            let full = match self.capacity {
                Capacity::Packets(most) => self.begins.len() + self.held.len() >= most as usize,
                Capacity::Bytes(most) => {
                    self.waiting_bytes > 0 && self.waiting_bytes + u64::from(bytes) > most
                }
            };
            if full {
                return Entered::Full;
            }
        }
        let begins = self.free_at.max(now);
        let ends = begins.after(self.takes(bytes));
        if begins >= self.grant.until || ends == Ns::NEVER || !self.held.is_empty() {
            return Entered::Held;
        }
        if begins > now {
            self.begins.push_back((begins, bytes));
            self.waiting_bytes += u64::from(bytes);
        }
        self.free_at = ends;
        Entered::Leaves { begins, ends }
    }

    /// Keeps a packet for which [`Self::admit`] said so.
    pub fn hold(&mut self, bound: Bound) {
        self.waiting_bytes += u64::from(bound.bytes);
        self.held.push(bound);
    }

    /// How long so many bytes take at the rate that holds.
    #[inline]
    fn takes(&mut self, bytes: u32) -> Ns {
        if self.last_length.0 != bytes {
            self.last_length = (bytes, serialization(bytes, self.grant.rate_bps));
        }
        self.last_length.1
    }

    /// Forgets those that have begun to leave.
    #[inline]
    fn forget(&mut self, now: Ns) {
        while let Some(&(begins, bytes)) = self.begins.front() {
            if begins >= now {
                break;
            }
            self.begins.pop_front();
            self.waiting_bytes -= u64::from(bytes);
        }
    }
}

impl Device for Fifo {
    fn enter(&mut self, now: Ns, bound: Bound, exit: &mut Exit) {
        match self.admit(now, bound.bytes) {
            Entered::Leaves { begins, ends } => exit.depart(begins, ends, bound),
            Entered::Held => self.hold(bound),
            Entered::Full => exit.lose(Loss::QueueFull, bound),
        }
    }

    fn wake(&mut self, _: Ns, _: &mut Exit) {}

    fn next_wake(&self) -> Ns {
        Ns::NEVER
    }

    fn grant(&mut self, now: Ns, grant: Grant, exit: &mut Exit) {
        self.grant = grant;
        self.last_length = (0, serialization(0, grant.rate_bps));
        self.forget(now);
        let held = std::mem::take(&mut self.held);
        self.waiting_bytes -= held.iter().map(|bound| u64::from(bound.bytes)).sum::<u64>();
        for bound in held {
            let begins = self.free_at.max(now);
            let ends = begins.after(self.takes(bound.bytes));
            if begins >= grant.until || ends == Ns::NEVER || !self.held.is_empty() {
                self.hold(bound);
                continue;
            }
            if begins > now {
                self.begins.push_back((begins, bound.bytes));
                self.waiting_bytes += u64::from(bound.bytes);
            }
            self.free_at = ends;
            exit.depart(begins, ends, bound);
        }
    }

    fn release(&mut self, now: Ns, exit: &mut Exit) {
        self.forget(now);
        for bound in std::mem::take(&mut self.held) {
            self.waiting_bytes -= u64::from(bound.bytes);
            exit.returned.push(bound);
        }
    }

    fn close(&mut self, now: Ns, exit: &mut Exit) {
        self.forget(now);
        for bound in std::mem::take(&mut self.held) {
            self.waiting_bytes -= u64::from(bound.bytes);
            exit.lose(Loss::LinkGone, bound);
        }
        self.grant.rate_bps = 0;
        self.last_length = (0, Ns::NEVER);
    }

    fn waiting(&mut self, now: Ns) -> usize {
        self.forget(now);
        self.begins.len() + self.held.len()
    }

    fn held(&self) -> usize {
        self.held.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packet::{EdgeId, FlowId};

    fn bound(number: u32, bytes: u32) -> Bound {
        Bound { edge: EdgeId(0), flow: FlowId(0), bytes, packet: number }
    }

    /// 1,000 bytes at 8 Mbit/s: a millisecond each.
    fn offer(fifo: &mut Fifo, now: Ns, numbers: std::ops::Range<u32>) -> (Vec<(u32, u64, u64)>, Vec<u32>) {
        let mut exit = Exit::default();
        for number in numbers {
            fifo.enter(now, bound(number, 1_000), &mut exit);
        }
        told(&exit)
    }

    fn told(exit: &Exit) -> (Vec<(u32, u64, u64)>, Vec<u32>) {
        let ms = |at: Ns| at.0 / 1_000_000;
        let left = exit.departures.iter().map(|d| (d.bound.packet, ms(d.begins), ms(d.ends)));
        (left.collect(), exit.losses.iter().map(|(_, bound)| bound.packet).collect())
    }

    #[test]
    fn a_full_queue_drops_the_last() {
        let mut fifo = Fifo::new(8_000_000, Capacity::Packets(2));
        let (left, lost) = offer(&mut fifo, Ns(0), 0..5);
        assert_eq!(left, [(0, 0, 1), (1, 1, 2), (2, 2, 3)], "one leaves, two wait");
        assert_eq!(lost, [3, 4]);
        assert_eq!(offer(&mut fifo, Ns::from_ms(1), 5..6), (vec![], vec![5]), "what comes now comes first");
        assert_eq!(fifo.waiting(Ns(1_000_001)), 1, "the second leaves");
        let (left, lost) = offer(&mut fifo, Ns(1_000_001), 6..8);
        assert_eq!((left, lost), (vec![(6, 3, 4)], vec![7]));
    }

    #[test]
    fn bytes_count_where_the_capacity_is_in_bytes() {
        let mut fifo = Fifo::new(8_000_000, Capacity::Bytes(1_500));
        let (left, lost) = offer(&mut fifo, Ns(0), 0..4);
        assert_eq!(left, [(0, 0, 1), (1, 1, 2)]);
        assert_eq!(lost, [2, 3]);
    }

    #[test]
    fn nothing_is_promised_beyond_the_next_change() {
        let mut fifo = Fifo::new(8_000_000, Capacity::Packets(10));
        let mut exit = Exit::default();
        let until = Ns::from_ms(2);
        fifo.grant(Ns(0), Grant { rate_bps: 8_000_000, until }, &mut exit);
        let (left, lost) = offer(&mut fifo, Ns(0), 0..4);
        assert_eq!((left, lost), (vec![(0, 0, 1), (1, 1, 2)], vec![]));
        assert_eq!(fifo.waiting(Ns(0)), 3);
        // twice the rate from there on
        fifo.grant(until, Grant { rate_bps: 16_000_000, until: Ns::NEVER }, &mut exit);
        let departures: Vec<_> = exit.departures.iter().map(|d| (d.begins.0, d.ends.0)).collect();
        assert_eq!(departures, [(2_000_000, 2_500_000), (2_500_000, 3_000_000)]);
    }

    #[test]
    fn a_link_that_goes_takes_along_what_waits() {
        let mut fifo = Fifo::new(8_000_000, Capacity::Packets(10));
        let mut exit = Exit::default();
        fifo.grant(Ns(0), Grant { rate_bps: 8_000_000, until: Ns::from_ms(1) }, &mut exit);
        offer(&mut fifo, Ns(0), 0..3);
        fifo.close(Ns::from_ms(1), &mut exit);
        let (left, lost) = told(&exit);
        assert_eq!((left, lost), (vec![], vec![1, 2]), "the first was on its way");
        let (left, lost) = offer(&mut fifo, Ns::from_ms(5), 3..4);
        assert_eq!(
            (left, lost, fifo.waiting(Ns::from_ms(9))),
            (vec![], vec![], 1),
            "without a rate it waits"
        );
    }
}
