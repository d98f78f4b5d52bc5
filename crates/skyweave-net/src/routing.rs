//! Where a packet goes next.
//!
//! Two rules, and what they mean for packets in flight when routes change:
//!
//! | rule | at each hop | when the slot changes |
//! |---|---|---|
//! | [`NextHops`] | the node knows the next hop for the packet's destination | a packet that arrives afterwards goes by the new table; what is queued keeps its hop |
//! | [`Ways`] | the packet carries the way that it was given where it came in | it keeps that way, and is lost where a link of it is gone |

use crate::packet::{EdgeId, NodeId, Packet, PortId};
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
    fn next(&self, node: NodeId, packet: &mut Packet) -> Option<Hop>;
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
    fn next(&self, node: NodeId, packet: &mut Packet) -> Option<Hop> {
        let destination = *self.of_host.get(packet.to.index())? as usize;
        let packed = self.hops[node.index() * self.destinations + destination];
        let hop = Hop { port: PortId((packed >> 32) as u32), edge: EdgeId(packed as u32) };
        (packed != NO_HOP).then_some(hop)
    }
}

/// Ways: one for each sending and receiving host, given to a packet where it comes in.
#[derive(Debug, Clone, Default)]
pub struct Ways {
    /// Hops of all ways, one after another; `None` where a link of an old way is gone.
    hops: Vec<Option<Hop>>,
    /// By way: where its hops begin, and how many there are.
    ways: Vec<(u32, u16)>,
    /// By sending and receiving host: the way, sorted by the pair.
    between: std::collections::BTreeMap<(u32, u32), u32>,
    /// Ways have numbers of their own in every slot; the first that is known.
    first: u32,
}

/// A way that packets can be given; zero in a packet means none yet.
pub type WayNumber = u32;

impl Ways {
    /// No ways, the first of which will have this number; at least 1.
    #[must_use]
    pub fn starting_at(first: WayNumber) -> Self {
        Self { first: first.max(1), ..Self::default() }
    }

    /// Adds a way.
    pub fn add(&mut self, hops: impl IntoIterator<Item = Option<Hop>>) -> WayNumber {
        let begin = self.hops.len();
        self.hops.extend(hops);
        self.ways.push((begin as u32, (self.hops.len() - begin) as u16));
        self.first + self.ways.len() as u32 - 1
    }

    /// Packets between two hosts are given this way.
    pub fn give(&mut self, from: crate::packet::HostId, to: crate::packet::HostId, way: WayNumber) {
        self.between.insert((from.0, to.0), way);
    }

    /// The number after the last.
    #[must_use]
    pub fn end(&self) -> WayNumber {
        self.first + self.ways.len() as u32
    }

    /// The way that packets between two hosts are given.
    #[must_use]
    pub fn between(&self, from: crate::packet::HostId, to: crate::packet::HostId) -> Option<WayNumber> {
        self.between.get(&(from.0, to.0)).copied()
    }

    /// The hops of a way, those that are gone as none.
    #[must_use]
    pub fn hops(&self, way: WayNumber) -> &[Option<Hop>] {
        let place = way.checked_sub(self.first).and_then(|at| self.ways.get(at as usize));
        place.map_or(&[], |&(begin, count)| &self.hops[begin as usize..begin as usize + usize::from(count)])
    }
}

impl Routing for Ways {
    #[inline]
    fn next(&self, _: NodeId, packet: &mut Packet) -> Option<Hop> {
        if packet.way == 0 {
            packet.way = *self.between.get(&(packet.from.0, packet.to.0))?;
            packet.hop = 0;
        }
        let hop = *self.hops(packet.way).get(usize::from(packet.hop))?;
        packet.hop += 1;
        hop
    }
}
