//! UDP: a source that sends at its own pace, and a sink that counts.

use super::Received;
use crate::draw::Draws;
use crate::host::{Host, Outlet};
use crate::packet::{FlowId, HostId, Packet};
use crate::time::Ns;
use std::any::Any;

/// When the packets of a stream are sent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Arrivals {
    /// One after each interval.
    Constant(Ns),
    /// At random, independently of each other, so far apart on average; drawn from a seed.
    Poisson(Ns, u64),
}

/// A stream of packets without answers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stream {
    /// Its number.
    pub flow: FlowId,
    /// Who sends it.
    pub from: HostId,
    /// Who gets it.
    pub to: HostId,
    /// Length of each packet on the wire, bytes.
    pub bytes: u32,
    /// When they are sent.
    pub arrivals: Arrivals,
    /// When the first is.
    pub begin: Ns,
    /// None is sent at this instant or later.
    pub end: Ns,
}

/// Sends a stream.
#[derive(Debug)]
pub struct UdpSource {
    stream: Stream,
    next: Ns,
    draws: Draws,
    sent: u32,
}

impl UdpSource {
    /// Before its first packet.
    #[must_use]
    pub fn new(stream: Stream) -> Self {
        let seed = match stream.arrivals {
            Arrivals::Constant(_) => 0,
            Arrivals::Poisson(_, seed) => seed,
        };
        let mut source = Self { stream, next: stream.begin, draws: Draws::new(seed), sent: 0 };
        source.stop();
        source
    }

    /// Packets sent so far.
    #[must_use]
    pub const fn sent(&self) -> u32 {
        self.sent
    }

    fn stop(&mut self) {
        if self.next >= self.stream.end {
            self.next = Ns::NEVER;
        }
    }
}

impl Host for UdpSource {
    fn receive(&mut self, _: Ns, _: Packet, _: &mut Outlet) {}

    fn wake(&mut self, now: Ns, outlet: &mut Outlet) {
        let Stream { flow, from, to, bytes, arrivals, .. } = self.stream;
        outlet.send(Packet { to, from, flow, number: self.sent, bytes, ..Packet::default() });
        self.sent += 1;
        let apart = match arrivals {
            Arrivals::Constant(interval) => interval,
            Arrivals::Poisson(mean, _) => Ns(self.draws.exponential(mean.0 as f64) as u64),
        };
        self.next = now.after(apart);
        self.stop();
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

/// Counts what comes.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Sink {
    /// What came.
    pub received: Received,
}

impl Host for Sink {
    fn receive(&mut self, now: Ns, packet: Packet, _: &mut Outlet) {
        self.received.count(now, &packet);
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
