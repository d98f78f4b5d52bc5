//! Packets of a region, each in one place as long as it is there: what moves is its number.

use crate::packet::Packet;

/// Packets by number; numbers are used again, the last first, so that memory stays warm.
#[derive(Debug, Default)]
pub struct Slab {
    packets: Vec<Packet>,
    free: Vec<u32>,
}

impl Slab {
    /// Keeps a packet.
    #[inline]
    pub fn keep(&mut self, packet: Packet) -> u32 {
        if let Some(number) = self.free.pop() {
            self.packets[number as usize] = packet;
            return number;
        }
        self.packets.push(packet);
        self.packets.len() as u32 - 1
    }

    /// Gives a packet away.
    #[inline]
    pub fn take(&mut self, number: u32) -> Packet {
        self.free.push(number);
        std::mem::take(&mut self.packets[number as usize])
    }

    /// Lets a packet go.
    #[inline]
    pub fn drop(&mut self, number: u32) {
        self.free.push(number);
        self.packets[number as usize].body = None;
    }

    /// Looks at a packet.
    #[inline]
    pub fn at(&mut self, number: u32) -> &mut Packet {
        &mut self.packets[number as usize]
    }
}
