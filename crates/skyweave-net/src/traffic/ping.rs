//! Ping: asks again and again, and notes when the answers come.

use crate::host::{Host, Outlet};
use crate::packet::{FlowId, HostId, Packet};
use crate::time::Ns;
use std::any::Any;

/// One question and its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ping {
    /// When it was sent.
    pub sent: Ns,
    /// When the answer came; none if it did not.
    pub answered: Option<Ns>,
}

/// Asks an [`Echo`] at equal intervals.
#[derive(Debug)]
pub struct Pings {
    from: HostId,
    to: HostId,
    flow: FlowId,
    bytes: u32,
    interval: Ns,
    next: Ns,
    end: Ns,
    pings: Vec<Ping>,
}

impl Pings {
    /// Asks from `begin` on, and no more at `end` or later; `bytes` is the length of a question on the wire.
    #[must_use]
    pub fn new(
        flow: FlowId,
        [from, to]: [HostId; 2],
        bytes: u32,
        interval: Ns,
        [begin, end]: [Ns; 2],
    ) -> Self {
        let next = if begin < end { begin } else { Ns::NEVER };
        Self { from, to, flow, bytes, interval, next, end, pings: Vec::new() }
    }

    /// What was asked so far.
    #[must_use]
    pub fn pings(&self) -> &[Ping] {
        &self.pings
    }
}

impl Host for Pings {
    fn receive(&mut self, now: Ns, packet: Packet, _: &mut Outlet) {
        if let Some(ping) = self.pings.get_mut(packet.number as usize) {
            ping.answered.get_or_insert(now);
        }
    }

    fn wake(&mut self, now: Ns, outlet: &mut Outlet) {
        let (to, from, flow, bytes) = (self.to, self.from, self.flow, self.bytes);
        outlet.send(Packet { to, from, flow, number: self.pings.len() as u32, bytes, ..Packet::default() });
        self.pings.push(Ping { sent: now, answered: None });
        self.next = now.after(self.interval);
        if self.next >= self.end {
            self.next = Ns::NEVER;
        }
    }

    fn next_wake(&self) -> Ns {
        self.next
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }
}

/// Sends every packet back at once.
#[derive(Debug, Default)]
pub struct Echo;

impl Host for Echo {
    fn receive(&mut self, _: Ns, packet: Packet, outlet: &mut Outlet) {
        let (to, from) = (packet.from, packet.to);
        outlet.send(Packet { to, from, way: 0, hop: 0, ..packet });
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
