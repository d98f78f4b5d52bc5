//! What a host sends and receives: a host around a host.

use crate::host::{Host, Outlet};
use crate::packet::{HostId, Packet};
use crate::time::Ns;
use std::any::Any;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Notes every packet that a host sends and receives.
pub struct Captured {
    inner: Box<dyn Host>,
    packets: Vec<(Ns, Packet)>,
    snapshot_bytes: usize,
}

impl Captured {
    /// Around a host; of a body so many bytes are kept.
    #[must_use]
    pub fn around(inner: Box<dyn Host>, snapshot_bytes: usize) -> Self {
        Self { inner, packets: Vec::new(), snapshot_bytes }
    }

    /// What was noted, in order.
    #[must_use]
    pub fn packets(&self) -> &[(Ns, Packet)] {
        &self.packets
    }

    fn note(&mut self, now: Ns, packet: &Packet) {
        let mut kept = Packet { body: None, ..packet.clone() };
        let body = packet.body.as_deref();
        kept.body = body.map(|body| body[..body.len().min(self.snapshot_bytes)].into());
        self.packets.push((now, kept));
    }

    fn note_sent(&mut self, now: Ns, outlet: &Outlet, before: usize) {
        for packet in &outlet.packets[before..] {
            self.note(now, packet);
        }
    }
}

impl Host for Captured {
    fn receive(&mut self, now: Ns, packet: Packet, outlet: &mut Outlet) {
        self.note(now, &packet);
        let before = outlet.packets.len();
        self.inner.receive(now, packet, outlet);
        self.note_sent(now, outlet, before);
    }

    fn wake(&mut self, now: Ns, outlet: &mut Outlet) {
        let before = outlet.packets.len();
        self.inner.wake(now, outlet);
        self.note_sent(now, outlet, before);
    }

    fn next_wake(&self) -> Ns {
        self.inner.next_wake()
    }

    // whoever asks for the host means the one inside
    fn as_any(&self) -> &dyn Any {
        self.inner.as_any()
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self.inner.as_any_mut()
    }

    fn capture(&self) -> Option<&Captured> {
        Some(self)
    }
}

const IP_HEADER: u32 = 20;
const UDP_HEADER: u32 = 8;
const UDP: u8 = 17;
/// Port of packets that are only counted and timed: the discard service.
const DISCARD: u16 = 9;

/// A packet as it is on the wire, from its IP header on. One without a body gets the headers of a UDP datagram between the IPv4 addresses
/// of its hosts, with its flow's number in the source port.
#[must_use]
pub fn on_the_wire<'a>(packet: &'a Packet, addresses: &BTreeMap<HostId, [u8; 4]>) -> Cow<'a, [u8]> {
    match packet.body.as_deref() {
        Some(body) => Cow::Borrowed(body),
        None => Cow::Owned(headers(packet, addresses)),
    }
}

fn headers(packet: &Packet, addresses: &BTreeMap<HostId, [u8; 4]>) -> Vec<u8> {
    let address = |host: HostId| addresses.get(&host).copied().unwrap_or_default();
    let total = packet.bytes.clamp(IP_HEADER + UDP_HEADER, u32::from(u16::MAX)) as u16;
    let mut ip = Vec::with_capacity((IP_HEADER + UDP_HEADER) as usize);
    ip.extend([0x45, 0]);
    ip.extend(total.to_be_bytes());
    ip.extend((packet.number as u16).to_be_bytes());
    ip.extend([0, 0, 64, UDP, 0, 0]);
    ip.extend(address(packet.from));
    ip.extend(address(packet.to));
    let sum: u32 = ip.chunks_exact(2).map(|pair| u32::from(u16::from_be_bytes([pair[0], pair[1]]))).sum();
    let folded = (sum & 0xffff) + (sum >> 16);
    let checksum = !((folded & 0xffff) + (folded >> 16)) as u16;
    ip[10..12].copy_from_slice(&checksum.to_be_bytes());
    ip.extend((1_024 + (packet.flow.0 % 60_000) as u16).to_be_bytes());
    ip.extend(DISCARD.to_be_bytes());
    ip.extend((total - IP_HEADER as u16).to_be_bytes());
    ip.extend([0, 0]);
    ip
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn made_up_headers_add_up() {
        let packet = Packet { bytes: 100, number: 7, from: HostId(1), to: HostId(2), ..Packet::default() };
        let addresses = [(HostId(1), [100, 64, 0, 2]), (HostId(2), [198, 18, 0, 1])].into();
        let bytes = on_the_wire(&packet, &addresses);
        // the IP header's checksum makes its sum all ones
        let word = |pair: usize| u32::from(u16::from_be_bytes([bytes[2 * pair], bytes[2 * pair + 1]]));
        let sum: u32 = (0..10).map(word).sum();
        assert_eq!((sum & 0xffff) + (sum >> 16), 0xffff);
        assert_eq!((bytes.len(), word(1), word(12)), (28, 100, 80));
        let real = Packet { body: Some([1, 2].into()), ..packet };
        assert_eq!(&*on_the_wire(&real, &addresses), [1, 2]);
    }
}
