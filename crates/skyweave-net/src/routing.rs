//! Where a packet goes next.
//!
//! Two rules, and what they mean for packets in flight when routes change:
//!
//! | rule | at each hop | when the slot changes |
//! |---|---|---|
//! | [`NextHops`] | the node knows the next hop for the packet's destination | a packet that arrives afterwards goes by the new table; what is queued keeps its hop |
//! | [`crate::space`] | the packet carries the way that it was given where it came in | it keeps that way, and is lost where a link of it is gone |

use crate::packet::{EdgeId, Header, NodeId, PortId};
use std::sync::Arc;

/// The port that a packet leaves through, and which of its receivers is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hop {
    /// The port.
    pub port: PortId,
    /// The receiver.
    pub edge: EdgeId,
}

/// Says where a packet goes that is at a node, and not for a host there.
pub trait Routing: Sync + Send {
    /// The next hop; none where there is no way.
    fn next(&self, node: NodeId, packet: &mut Header) -> Option<Hop>;
}

/// No hop, in a [`NextHops`] table.
const NO_HOP: u64 = u64::MAX;

/// A table of next hops: by node and by destination.
#[derive(Debug, Clone)]
pub struct NextHops {
    destinations: usize,
    hops: Vec<u64>,
    of_host: Arc<[u32]>,
}

impl NextHops {
    /// An empty table. `of_host` says, by host, which destination it stands at.
    #[must_use]
    pub fn new(nodes: usize, destinations: usize, of_host: Arc<[u32]>) -> Self {
        Self { destinations, hops: vec![NO_HOP; nodes * destinations], of_host }
    }

    /// What is for a destination goes on so.
    pub fn set(&mut self, node: NodeId, destination: u32, hop: Option<Hop>) {
        let packed = hop.map_or(NO_HOP, |hop| u64::from(hop.port.0) << 32 | u64::from(hop.edge.0));
        self.hops[node.index() * self.destinations + destination as usize] = packed;
    }
}

impl Routing for NextHops {
    #[inline]
    fn next(&self, node: NodeId, packet: &mut Header) -> Option<Hop> {
        let destination = *self.of_host.get(packet.to.index())? as usize;
        let packed = self.hops[node.index() * self.destinations + destination];
        let hop = Hop { port: PortId((packed >> 32) as u32), edge: EdgeId(packed as u32) };
        (packed != NO_HOP).then_some(hop)
    }
}
