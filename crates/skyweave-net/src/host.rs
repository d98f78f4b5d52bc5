//! What sends and receives: programs at nodes.

use crate::packet::Packet;
use crate::time::Ns;
use std::any::Any;

/// Where a host puts what it sends.
#[derive(Debug, Default)]
pub struct Outlet {
    pub(crate) packets: Vec<Packet>,
}

impl Outlet {
    /// Sends a packet now. The engine fills in when.
    pub fn send(&mut self, packet: Packet) {
        self.packets.push(packet);
    }
}

/// A program at a node. It knows no other time than what it is told.
pub trait Host: Any + Send {
    /// A packet came.
    fn receive(&mut self, now: Ns, packet: Packet, outlet: &mut Outlet);

    /// It is [`Self::next_wake`].
    fn wake(&mut self, now: Ns, outlet: &mut Outlet);

    /// When it wants to be woken; [`Ns::NEVER`] if it does not. Asked after each of the calls above.
    fn next_wake(&self) -> Ns;

    /// What was captured here, if anything is.
    fn capture(&self) -> Option<&crate::capture::Captured> {
        None
    }

    /// Itself, so that whoever made it can ask for its results.
    fn as_any(&self) -> &dyn Any;

    /// Itself, to be changed between two runs.
    fn as_any_mut(&mut self) -> &mut dyn Any;
}
