//! `FQ-CoDel`: a queue for each flow, served in turns, each under `CoDel` (RFC 8290).

use super::codel::{CoDel, CoDelParams};
use super::pool::Pool;
use super::{Bound, Device, Exit, Grant};
use crate::draw;
use crate::packet::{FlowId, Loss};
use crate::time::{Ns, serialization};

/// Parameters of `FQ-CoDel`, with the defaults of RFC 8290, section 5.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FairQueueParams {
    /// Queues that flows are spread over.
    pub queues: u16,
    /// Bytes that a queue may send in a turn.
    pub quantum: u32,
    /// Packets that may wait in all.
    pub most_packets: usize,
    /// Of each queue.
    pub codel: CoDelParams,
    /// Which flows share a queue is drawn by this.
    pub seed: u64,
}

impl Default for FairQueueParams {
    fn default() -> Self {
        Self { queues: 1_024, quantum: 1_500, most_packets: 10_240, codel: CoDelParams::default(), seed: 0 }
    }
}

/// No queue.
const NONE: u16 = u16::MAX;

#[derive(Debug, Default)]
#[repr(align(64))]
struct Turn {
    codel: CoDel,
    credit: i64,
    /// The one after it in the line that it stands in.
    next: u16,
    listed: bool,
}

/// Queues that wait for their turn, by number.
#[derive(Debug, Clone, Copy)]
struct Line {
    first: u16,
    last: u16,
}

impl Line {
    const EMPTY: Self = Self { first: NONE, last: NONE };

    const fn is_empty(self) -> bool {
        self.first == NONE
    }

    fn push(&mut self, turns: &mut [Turn], queue: u16) {
        turns[usize::from(queue)].next = NONE;
        if self.is_empty() {
            self.first = queue;
        } else {
            turns[usize::from(self.last)].next = queue;
        }
        self.last = queue;
    }

    fn pop(&mut self, turns: &[Turn]) {
        self.first = turns[usize::from(self.first)].next;
    }
}

/// Fair queues before a line of some rate.
#[derive(Debug)]
pub struct FairQueue {
    free_at: Ns,
    grant: Grant,
    /// How long packets of one length take: most have the length of the one before.
    last_length: (u32, Ns),
    packets: usize,
    new: Line,
    old: Line,
    turns: Box<[Turn]>,
    pool: Pool,
    params: FairQueueParams,
}

impl FairQueue {
    /// Empty queues before a line whose rate stays.
    #[must_use]
    pub fn new(rate_bps: u64, params: FairQueueParams) -> Self {
        let queues = usize::from(params.queues.clamp(1, NONE - 1));
        Self {
            free_at: Ns(0),
            grant: Grant { rate_bps, until: Ns::NEVER },
            last_length: (0, Ns(0)),
            packets: 0,
            new: Line::EMPTY,
            old: Line::EMPTY,
            turns: std::iter::repeat_with(Turn::default).take(queues).collect(),
            pool: Pool::default(),
            params,
        }
    }

    fn queue_of(&self, flow: FlowId) -> u16 {
        (draw::hash(self.params.seed, u64::from(flow.0)) % self.turns.len() as u64) as u16
    }

    /// How long so many bytes take.
    fn takes(&mut self, bytes: u32) -> Ns {
        if self.last_length.0 != bytes {
            self.last_length = (bytes, serialization(bytes, self.grant.rate_bps));
        }
        self.last_length.1
    }

    /// Sends while the line is free.
    fn serve(&mut self, now: Ns, exit: &mut Exit) {
        if self.grant.rate_bps == 0 {
            return;
        }
        while self.free_at <= now {
            let Some(bound) = self.next(now, exit) else { return };
            let ends = now.after(self.takes(bound.bytes));
            self.free_at = ends;
            exit.depart(now, ends, bound);
        }
    }

    /// The next packet by turns: new flows before old ones, each until its credit is used up.
    fn next(&mut self, now: Ns, exit: &mut Exit) -> Option<Bound> {
        loop {
            let from_new = !self.new.is_empty();
            let line = if from_new { &mut self.new } else { &mut self.old };
            if line.is_empty() {
                return None;
            }
            let queue = line.first;
            let turn = &mut self.turns[usize::from(queue)];
            if turn.credit <= 0 {
                turn.credit += i64::from(self.params.quantum);
                line.pop(&self.turns);
                self.old.push(&mut self.turns, queue);
                continue;
            }
            let before = turn.codel.len();
            let lose = |bound| exit.lose(Loss::Managed, bound);
            let bound = turn.codel.pop(&mut self.pool, now, &self.params.codel, lose);
            self.packets -= before - turn.codel.len();
            if let Some(bound) = bound {
                turn.credit -= i64::from(bound.bytes);
                return Some(bound);
            }
            line.pop(&self.turns);
            // a new flow that ran dry stands in line once more, so that it cannot be new again at once
            if from_new && !self.old.is_empty() {
                self.old.push(&mut self.turns, queue);
            } else {
                self.turns[usize::from(queue)].listed = false;
            }
        }
    }

    /// The queue with the most bytes loses its oldest packets, up to half of them and 64 at most.
    fn relieve(&mut self, exit: &mut Exit) {
        let fattest = self.turns.iter_mut().max_by_key(|turn| turn.codel.bytes());
        let Some(turn) = fattest else { return };
        let half = turn.codel.bytes() / 2;
        for _ in 0..64 {
            let Some(bound) = turn.codel.take(&mut self.pool) else { return };
            self.packets -= 1;
            exit.lose(Loss::QueueFull, bound);
            if turn.codel.bytes() <= half {
                return;
            }
        }
    }

    /// Takes everything that waits.
    fn empty(&mut self, mut take: impl FnMut(Bound)) {
        for turn in &mut self.turns {
            while let Some(bound) = turn.codel.take(&mut self.pool) {
                take(bound);
            }
            turn.listed = false;
        }
        self.packets = 0;
        (self.new, self.old) = (Line::EMPTY, Line::EMPTY);
    }
}

impl Device for FairQueue {
    fn enter(&mut self, now: Ns, bound: Bound, exit: &mut Exit) {
        let queue = self.queue_of(bound.flow);
        let turn = &mut self.turns[usize::from(queue)];
        turn.codel.push(&mut self.pool, now, bound);
        self.packets += 1;
        if !turn.listed {
            turn.listed = true;
            turn.credit = i64::from(self.params.quantum);
            self.new.push(&mut self.turns, queue);
        }
        if self.packets > self.params.most_packets {
            self.relieve(exit);
        }
        self.serve(now, exit);
    }

    fn wake(&mut self, now: Ns, exit: &mut Exit) {
        self.serve(now, exit);
    }

    fn next_wake(&self) -> Ns {
        if self.packets == 0 || self.grant.rate_bps == 0 { Ns::NEVER } else { self.free_at }
    }

    fn grant(&mut self, now: Ns, grant: Grant, exit: &mut Exit) {
        self.grant = grant;
        self.last_length = (0, serialization(0, grant.rate_bps));
        self.serve(now, exit);
    }

    fn release(&mut self, _: Ns, exit: &mut Exit) {
        self.empty(|bound| exit.returned.push(bound));
    }

    fn close(&mut self, _: Ns, exit: &mut Exit) {
        self.empty(|bound| exit.lose(Loss::LinkGone, bound));
        self.grant.rate_bps = 0;
    }

    fn waiting(&mut self, _: Ns) -> usize {
        self.packets
    }

    fn held(&self) -> usize {
        self.packets
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packet::EdgeId;

    fn bound(flow: u32, number: u32, bytes: u32) -> Bound {
        Bound { edge: EdgeId(0), flow: FlowId(flow), bytes, packet: number }
    }

    fn run(fair: &mut FairQueue, until: Ns, exit: &mut Exit) {
        while fair.next_wake() <= until {
            let now = fair.next_wake();
            fair.wake(now, exit);
        }
    }

    #[test]
    fn a_sparse_flow_does_not_wait_behind_a_bulk_one() {
        let mut fair = FairQueue::new(12_000_000, FairQueueParams::default());
        let mut exit = Exit::default();
        for number in 0..100 {
            fair.enter(Ns(0), bound(1, number, 1_500), &mut exit);
        }
        let now = Ns::from_s(0.010_5);
        run(&mut fair, now, &mut exit);
        fair.enter(now, bound(2, 0, 100), &mut exit);
        run(&mut fair, Ns::from_ms(20), &mut exit);
        let sparse = exit.departures.iter().find(|d| d.bound.flow == FlowId(2));
        let waited = sparse.map(|d| d.begins.since(now));
        assert!(
            waited.is_some_and(|waited| waited <= Ns::from_ms(1)),
            "{waited:?}: one packet of the other's at most"
        );
    }

    #[test]
    fn flows_share_by_bytes_and_not_by_packets() {
        let mut fair = FairQueue::new(12_000_000, FairQueueParams::default());
        let mut exit = Exit::default();
        for number in 0..3_000 {
            fair.enter(Ns(0), bound(1, number, 1_500), &mut exit);
            for part in 0..3 {
                fair.enter(Ns(0), bound(2, 3 * number + part, 500), &mut exit);
            }
        }
        run(&mut fair, Ns::from_s(0.09), &mut exit);
        let bytes = |flow: u32| {
            let of_flow = exit.departures.iter().filter(|d| d.bound.flow == FlowId(flow));
            of_flow.map(|d| i64::from(d.bound.bytes)).sum::<i64>()
        };
        assert!((bytes(1) - bytes(2)).abs() <= 3_000, "{} and {}", bytes(1), bytes(2));
    }

    #[test]
    fn a_flood_costs_the_flood() {
        let params = FairQueueParams { most_packets: 100, ..FairQueueParams::default() };
        let mut fair = FairQueue::new(12_000_000, params);
        let mut exit = Exit::default();
        fair.enter(Ns(0), bound(2, 0, 1_500), &mut exit);
        fair.enter(Ns(0), bound(2, 1, 1_500), &mut exit);
        for number in 0..1_000 {
            fair.enter(Ns(0), bound(1, number, 1_500), &mut exit);
        }
        assert!(fair.waiting(Ns(0)) <= 100);
        assert!(exit.losses.iter().all(|(why, bound)| *why == Loss::QueueFull && bound.flow == FlowId(1)));
    }

    #[test]
    fn every_packet_leaves_or_is_lost() {
        let params = FairQueueParams { queues: 4, most_packets: 300, ..FairQueueParams::default() };
        let mut fair = FairQueue::new(10_000_000, params);
        let mut exit = Exit::default();
        for ms in 0..2_000_u32 {
            let now = Ns::from_ms(u64::from(ms));
            run(&mut fair, now, &mut exit);
            for part in 0..2 {
                fair.enter(now, bound(ms % 7, 2 * ms + part, 200 + ms % 1_300), &mut exit);
            }
        }
        fair.close(Ns::from_s(2.0), &mut exit);
        assert_eq!(exit.departures.len() + exit.losses.len(), 4_000);
        assert!(exit.losses.iter().any(|(why, _)| *why == Loss::Managed));
        let mut last = Ns(0);
        for departure in &exit.departures {
            assert!(departure.begins >= last, "the line is one");
            last = departure.ends;
        }
    }
}
