//! What sends: queues with a rate, and what is wrapped around them.
//!
//! A device takes packets at its sending end and says when each begins to leave and when it has left; what lies between it and the
//! receiver is propagation and none of its business. Wrappers are devices around a device.

mod codel;
mod fair;
mod fifo;
mod lossy;
mod opportunities;
mod pool;
mod uplink;

pub use codel::CoDelParams;
pub use fair::{FairQueue, FairQueueParams};
pub use fifo::{Capacity, Entered, Fifo};
pub use lossy::{LossRule, Lossy};
pub use opportunities::Opportunities;
pub use uplink::Uplink;

use crate::packet::{EdgeId, FlowId, Loss};
use crate::time::Ns;
use std::fmt;

/// A packet on its way out: what a device needs to know of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bound {
    /// Which of the port's receivers is meant.
    pub edge: EdgeId,
    /// What it belongs to.
    pub flow: FlowId,
    /// Length on the wire, bytes.
    pub bytes: u32,
    /// The number under which whoever hands it in keeps the packet meanwhile.
    pub packet: u32,
}

/// A packet that leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Departure {
    /// When its first bit leaves: what propagation delay is taken at.
    pub begins: Ns,
    /// When its last bit has left.
    pub ends: Ns,
    /// What leaves.
    pub bound: Bound,
}

/// What a device has to tell: collected here while it is asked.
#[derive(Debug, Default)]
pub struct Exit {
    /// Packets that leave, in the order in which they do.
    pub departures: Vec<Departure>,
    /// Packets that are lost.
    pub losses: Vec<(Loss, Bound)>,
    /// Packets that are handed back, to go another way.
    pub returned: Vec<Bound>,
}

impl Exit {
    /// A packet leaves.
    pub fn depart(&mut self, begins: Ns, ends: Ns, bound: Bound) {
        self.departures.push(Departure { begins, ends, bound });
    }

    /// A packet is lost.
    pub fn lose(&mut self, why: Loss, bound: Bound) {
        self.losses.push((why, bound));
    }
}

/// What the network grants a device from some instant on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant {
    /// The rate, bit/s; zero stops it, and what waits goes on waiting.
    pub rate_bps: u64,
    /// When that may change next: nothing is promised beyond. [`Ns::NEVER`] where rates stay.
    pub until: Ns,
}

/// Something that sends.
pub trait Device: Send + fmt::Debug {
    /// A packet comes to be sent.
    fn enter(&mut self, now: Ns, bound: Bound, exit: &mut Exit);

    /// It is [`Self::next_wake`].
    fn wake(&mut self, now: Ns, exit: &mut Exit);

    /// When it wants to be woken; [`Ns::NEVER`] if it does not.
    fn next_wake(&self) -> Ns;

    /// From now on this is its rate.
    fn grant(&mut self, now: Ns, grant: Grant, exit: &mut Exit);

    /// Where it led is no more, and elsewhere may do: what waits is handed back.
    fn release(&mut self, now: Ns, exit: &mut Exit);

    /// It is taken away: what waits is lost. What has begun to leave goes on.
    fn close(&mut self, now: Ns, exit: &mut Exit);

    /// Packets that wait, without the one that is leaving.
    fn waiting(&mut self, now: Ns) -> usize;

    /// Packets that it holds itself, and has not handed on with instants in the future.
    fn held(&self) -> usize;
}
