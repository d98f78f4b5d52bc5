//! What the driver asks of a packet engine.

/// A place where IP packets go in and come out: a terminal or a PoP's host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PortId(pub u32);

/// One whole IP packet.
pub type Packet = Vec<u8>;

/// A packet that came out of the network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// When it was due, ns since the start of the engine.
    pub due_ns: u64,
    /// Where it comes out.
    pub port: PortId,
    /// The packet.
    pub packet: Packet,
}

/// Where IP packets go in and come out; integer nanoseconds since the start of the engine.
pub trait Network {
    /// A packet enters at a port. It is whole, not longer than the MTU, and its source is an address of that port.
    fn send(&mut self, now_ns: u64, from: PortId, packet: Packet);
    /// Runs everything that is due until now and appends what came out, in the order of its due times.
    fn poll(&mut self, now_ns: u64, out: &mut Vec<Delivery>);
    /// When something is due next.
    fn next_at(&self) -> Option<u64>;
}
