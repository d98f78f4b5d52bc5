//! What became of a flow, at its receiving end.

use crate::packet::Packet;
use crate::spread::Spread;
use crate::time::{NS_PER_S, Ns};

/// A second of a flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Second {
    /// Packets that came in it.
    pub packets: u64,
    /// Their bytes on the IP layer.
    pub bytes: u64,
    /// The longest one-way delay.
    pub most_delay: Ns,
}

/// Packets of a flow that came.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Received {
    /// Packets.
    pub packets: u64,
    /// Bytes on the IP layer.
    pub bytes: u64,
    /// Packets that came after one with a higher number.
    pub reordered: u64,
    /// One-way delays.
    pub delay: Spread,
    /// When the first came.
    pub first: Option<Ns>,
    /// When the last came.
    pub last: Ns,
    /// By second of the experiment.
    pub seconds: Vec<Second>,
    next_number: u32,
}

impl Received {
    /// A packet came.
    pub fn count(&mut self, now: Ns, packet: &Packet) {
        let delay = now.since(packet.sent);
        self.packets += 1;
        self.bytes += u64::from(packet.bytes);
        self.reordered += u64::from(packet.number < self.next_number);
        self.next_number = self.next_number.max(packet.number + 1);
        self.delay.add(delay);
        self.first.get_or_insert(now);
        self.last = now;
        let second = (now.0 / NS_PER_S) as usize;
        if self.seconds.len() <= second {
            self.seconds.resize(second + 1, Second::default());
        }
        let second = &mut self.seconds[second];
        second.packets += 1;
        second.bytes += u64::from(packet.bytes);
        second.most_delay = second.most_delay.max(delay);
    }
}
