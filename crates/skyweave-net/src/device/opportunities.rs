//! A line whose chances to send are listed, as Mahimahi's traces do: at each instant so many bytes may leave, and what is not used is gone.

use super::{Bound, Device, Exit, Grant};
use crate::packet::Loss;
use crate::time::Ns;
use std::collections::VecDeque;
use std::sync::Arc;

/// Bytes that may leave at one opportunity: a packet of full size with its frame, as in Mahimahi.
const BYTES: u32 = 1_504;

/// A drop-tail queue before such a line. The list is gone through again and again.
#[derive(Debug)]
pub struct Opportunities {
    /// Within a round, ascending.
    at: Arc<[Ns]>,
    /// How long a round is: the last of them.
    round: Ns,
    /// The opportunity that is used, counted over all rounds, and what it has left, bytes.
    used: u64,
    left: u32,
    capacity: usize,
    /// When what waits leaves.
    leaves: VecDeque<Ns>,
}

impl Opportunities {
    /// A line with a list of at least one opportunity, the last of them later than zero; so many packets may wait.
    #[must_use]
    pub fn new(at: Arc<[Ns]>, capacity: usize) -> Self {
        let round = at.last().copied().unwrap_or(Ns(1)).max(Ns(1));
        Self { at, round, used: 0, left: BYTES, capacity, leaves: VecDeque::new() }
    }

    fn instant(&self, number: u64) -> Ns {
        let count = self.at.len().max(1) as u64;
        let within = self.at.get((number % count) as usize).copied().unwrap_or(self.round);
        Ns((number / count).saturating_mul(self.round.0)).after(within)
    }

    /// The first opportunity at or after an instant.
    fn first_from(&self, now: Ns) -> u64 {
        let count = self.at.len().max(1) as u64;
        let round = now.0 / self.round.0;
        let within = Ns(now.0 % self.round.0);
        let number = round * count + self.at.partition_point(|&at| at < within) as u64;
        // the end of a round is the begin of the next
        let before = number.saturating_sub(1);
        if number > 0 && self.instant(before) >= now { before } else { number }
    }

    /// When a packet that comes now has left.
    fn send(&mut self, now: Ns, bytes: u32) -> Ns {
        let first = self.first_from(now);
        if first > self.used {
            (self.used, self.left) = (first, BYTES);
        }
        let mut bytes = bytes;
        while bytes > 0 {
            if self.left == 0 {
                (self.used, self.left) = (self.used + 1, BYTES);
            }
            let taken = bytes.min(self.left);
            (bytes, self.left) = (bytes - taken, self.left - taken);
        }
        self.instant(self.used).max(now)
    }
}

impl Device for Opportunities {
    fn enter(&mut self, now: Ns, bound: Bound, exit: &mut Exit) {
        while self.leaves.front().is_some_and(|&leaves| leaves <= now) {
            self.leaves.pop_front();
        }
        if self.leaves.len() >= self.capacity {
            exit.lose(Loss::QueueFull, bound);
            return;
        }
        let leaves = self.send(now, bound.bytes);
        self.leaves.push_back(leaves);
        exit.depart(leaves, leaves, bound);
    }

    fn wake(&mut self, _: Ns, _: &mut Exit) {}

    fn next_wake(&self) -> Ns {
        Ns::NEVER
    }

    fn grant(&mut self, _: Ns, _: Grant, _: &mut Exit) {}

    fn release(&mut self, _: Ns, _: &mut Exit) {}

    fn close(&mut self, _: Ns, _: &mut Exit) {}

    fn waiting(&mut self, now: Ns) -> usize {
        self.leaves.iter().filter(|&&leaves| leaves > now).count()
    }

    fn held(&self) -> usize {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packet::{EdgeId, FlowId};

    fn line(ms: &[u64], capacity: usize) -> Opportunities {
        Opportunities::new(ms.iter().map(|&ms| Ns::from_ms(ms)).collect(), capacity)
    }

    fn leave(line: &mut Opportunities, come_ms: &[u64], bytes: u32) -> Vec<u64> {
        let mut exit = Exit::default();
        for &ms in come_ms {
            let bound = Bound { edge: EdgeId(0), flow: FlowId(0), bytes, packet: 0 };
            line.enter(Ns::from_ms(ms), bound, &mut exit);
        }
        exit.departures.iter().map(|departure| departure.ends.0 / 1_000_000).collect()
    }

    #[test]
    fn a_packet_of_full_size_takes_an_opportunity() {
        assert_eq!(leave(&mut line(&[3, 3, 7, 10], 99), &[0, 0, 0, 0, 0], 1_504), [3, 3, 7, 10, 13]);
    }

    #[test]
    fn what_is_not_used_is_gone() {
        assert_eq!(leave(&mut line(&[1, 2, 3, 10], 99), &[5, 5, 12], 1_504), [10, 11, 12]);
        assert_eq!(leave(&mut line(&[10], 99), &[0, 25, 25], 1_504), [10, 30, 40]);
    }

    #[test]
    fn small_packets_share_one_and_large_ones_end_in_the_next() {
        assert_eq!(leave(&mut line(&[5, 10], 99), &[0; 4], 500), [5, 5, 5, 10]);
        assert_eq!(leave(&mut line(&[5, 10], 99), &[0; 2], 1_000), [5, 10]);
    }

    #[test]
    fn what_does_not_fit_is_lost() {
        assert_eq!(leave(&mut line(&[5, 10], 2), &[0; 4], 1_504), [5, 10]);
    }

    #[test]
    fn the_rate_is_that_of_the_trace() {
        // 12 opportunities in 10 ms
        let list = [1, 2, 2, 3, 4, 5, 6, 7, 7, 8, 9, 10];
        let leaves = leave(&mut line(&list, 99_999), &vec![0; 12_000], 1_504);
        assert_eq!(leaves.last(), Some(&10_000));
    }
}
