//! Requests and answers in datagrams, as of names or of a game: one packet asks, one or several answer.

use crate::draw::Draws;
use crate::host::{Host, Outlet};
use crate::packet::{FlowId, HostId, Packet};
use crate::spread::Spread;
use crate::time::Ns;
use std::any::Any;
use std::collections::BTreeMap;

/// Who asks whom for what.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Asking {
    /// Its number.
    pub flow: FlowId,
    /// Who asks.
    pub from: HostId,
    /// A [`Responder`].
    pub to: HostId,
    /// Bytes of a question on the IP layer.
    pub request_bytes: u32,
    /// Mean time from one question to the next; drawn from an exponential distribution.
    pub mean_interval: Ns,
    /// An answer that is not whole after this is given up.
    pub patience: Ns,
    /// Of the draws.
    pub seed: u64,
    /// When the first may be asked.
    pub begin: Ns,
    /// Nothing is asked at this instant or later.
    pub end: Ns,
}

/// Asks.
#[derive(Debug)]
pub struct Requests {
    asking: Asking,
    /// Packets that an answer has.
    parts: u32,
    draws: Draws,
    next: Ns,
    asked: u32,
    open: BTreeMap<u32, (Ns, u32)>,
    /// From a question to the whole of its answer.
    pub times: Spread,
    /// Questions that were given up.
    pub given_up: u64,
}

/// Packets that so many bytes of an answer need.
fn parts(answer_bytes: u32) -> u32 {
    answer_bytes.div_ceil(PART_BYTES).max(1)
}

/// The longest packet of an answer, bytes on the IP layer.
const PART_BYTES: u32 = 1_500;

impl Requests {
    /// Before the first question; answers have so many bytes.
    #[must_use]
    pub fn new(asking: Asking, answer_bytes: u32) -> Self {
        let mut draws = Draws::new(asking.seed);
        let first = asking.begin.after(Ns(draws.exponential(asking.mean_interval.0 as f64) as u64));
        let next = if first < asking.end { first } else { Ns::NEVER };
        Self {
            asking,
            parts: parts(answer_bytes),
            draws,
            next,
            asked: 0,
            open: BTreeMap::new(),
            times: Spread::default(),
            given_up: 0,
        }
    }

    /// Questions asked so far.
    #[must_use]
    pub const fn asked(&self) -> u32 {
        self.asked
    }

    fn give_up(&mut self, now: Ns) {
        while let Some((&number, &(asked, _))) = self.open.first_key_value() {
            if asked.after(self.asking.patience) > now {
                return;
            }
            self.open.remove(&number);
            self.given_up += 1;
        }
    }
}

impl Host for Requests {
    fn receive(&mut self, now: Ns, packet: Packet, _: &mut Outlet) {
        self.give_up(now);
        let Some((asked, got)) = self.open.get_mut(&packet.number) else { return };
        *got += 1;
        if *got >= self.parts {
            self.times.add(now.since(*asked));
            self.open.remove(&packet.number);
        }
    }

    fn wake(&mut self, now: Ns, outlet: &mut Outlet) {
        self.give_up(now);
        if self.next > now {
            return;
        }
        let Asking { flow, from, to, request_bytes: bytes, mean_interval, .. } = self.asking;
        outlet.send(Packet { to, from, flow, number: self.asked, bytes, ..Packet::default() });
        self.open.insert(self.asked, (now, 0));
        self.asked += 1;
        let next = now.after(Ns(self.draws.exponential(mean_interval.0 as f64) as u64 + 1));
        self.next = if next < self.asking.end { next } else { Ns::NEVER };
    }

    fn next_wake(&self) -> Ns {
        let patience = self.open.first_key_value().map(|(_, (asked, _))| asked.after(self.asking.patience));
        self.next.min(patience.unwrap_or(Ns::NEVER))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }
}

/// Answers every packet with so many bytes.
#[derive(Debug, Clone, Copy)]
pub struct Responder {
    answer_bytes: u32,
}

impl Responder {
    /// Answers have so many bytes on the IP layer.
    #[must_use]
    pub const fn new(answer_bytes: u32) -> Self {
        Self { answer_bytes }
    }
}

impl Host for Responder {
    fn receive(&mut self, _: Ns, packet: Packet, outlet: &mut Outlet) {
        let mut left = self.answer_bytes;
        for _ in 0..parts(self.answer_bytes) {
            let bytes = left.clamp(1, PART_BYTES);
            left -= bytes.min(left);
            let Packet { to, from, flow, number, .. } = packet;
            outlet.send(Packet { to: from, from: to, flow, number, bytes, ..Packet::default() });
        }
    }

    fn wake(&mut self, _: Ns, _: &mut Outlet) {}

    fn next_wake(&self) -> Ns {
        Ns::NEVER
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }
}
