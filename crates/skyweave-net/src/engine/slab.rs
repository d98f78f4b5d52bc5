//! Packets of a region, each in one place as long as it is there: what moves is its number. Those on their way over an edge are a list,
//! each knowing the one behind it.

use crate::packet::{Header, Packet};
use crate::time::Ns;

/// No packet.
pub const NONE: u32 = u32::MAX;

/// What is looked at of a packet at every hop, in one line of the cache.
#[derive(Debug, Clone, Copy, Default)]
#[repr(align(64))]
pub struct Kept {
    pub header: Header,
    /// When it arrives at the end of its edge.
    pub at: Ns,
    /// The one that arrives there after it.
    pub next: u32,
    has_body: bool,
}

/// Packets by number; numbers are used again, the last first, so that memory stays warm.
#[derive(Debug, Default)]
pub struct Slab {
    kept: Vec<Kept>,
    bodies: Vec<Option<Box<[u8]>>>,
    free: Vec<u32>,
}

impl Slab {
    /// Keeps a packet.
    #[inline]
    pub fn keep(&mut self, packet: Packet) -> u32 {
        let kept = Kept { header: packet.header(), at: Ns(0), next: NONE, has_body: packet.body.is_some() };
        if let Some(number) = self.free.pop() {
            self.kept[number as usize] = kept;
            if kept.has_body {
                self.bodies[number as usize] = packet.body;
            }
            return number;
        }
        self.kept.push(kept);
        self.bodies.push(packet.body);
        self.kept.len() as u32 - 1
    }

    /// Gives a packet away.
    #[inline]
    pub fn take(&mut self, number: u32) -> Packet {
        self.free.push(number);
        let Kept { header, has_body, .. } = self.kept[number as usize];
        let body = if has_body { self.bodies[number as usize].take() } else { None };
        Packet::of(header, body)
    }

    /// Lets a packet go.
    #[inline]
    pub fn drop(&mut self, number: u32) {
        self.free.push(number);
        if self.kept[number as usize].has_body {
            self.bodies[number as usize] = None;
        }
    }

    /// Looks at a packet.
    #[inline]
    pub fn at(&mut self, number: u32) -> &mut Kept {
        &mut self.kept[number as usize]
    }
}
