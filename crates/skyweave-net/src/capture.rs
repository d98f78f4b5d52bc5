//! What a host sends and receives, for tshark: a host around a host, and the pcapng file of it.

use crate::host::{Host, Outlet};
use crate::packet::{HostId, Packet};
use crate::time::Ns;
use std::any::Any;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::net::Ipv4Addr;

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

/// `LINKTYPE_RAW`: packets begin with their IP header (tcpdump.org/linktypes.html).
const LINKTYPE_RAW: u16 = 101;
const IP_HEADER: u32 = 20;
const UDP_HEADER: u32 = 8;
const UDP: u8 = 17;
/// Port of packets that are only counted and timed: the discard service.
const DISCARD: u16 = 9;

/// Writes packets as pcapng (draft-ietf-opsawg-pcapng), times in nanoseconds after `origin_unix_ns`. A packet without a body gets the
/// headers of a UDP datagram between the addresses of its hosts, with its flow's number as the source port.
///
/// # Errors
/// What writing says.
pub fn write_pcapng(
    out: &mut dyn Write,
    packets: &[(Ns, Packet)],
    addresses: &BTreeMap<HostId, Ipv4Addr>,
    origin_unix_ns: u64,
) -> io::Result<()> {
    let section = [&0x1A2B_3C4D_u32.to_le_bytes()[..], &[1, 0, 0, 0], &u64::MAX.to_le_bytes()].concat();
    block(out, 0x0A0D_0D0A, &section)?;
    // option 9, if_tsresol: 10^-9 s
    let resolution = [9, 0, 1, 0, 9, 0, 0, 0, 0, 0, 0, 0];
    block(out, 1, &[&LINKTYPE_RAW.to_le_bytes()[..], &[0; 6], &resolution].concat())?;
    for (at, packet) in packets {
        let made;
        let bytes = if let Some(body) = packet.body.as_deref() {
            body
        } else {
            made = headers(packet, addresses);
            &made
        };
        let time = origin_unix_ns + at.0;
        let mut body = Vec::with_capacity(24 + bytes.len());
        body.extend(0_u32.to_le_bytes());
        body.extend(((time >> 32) as u32).to_le_bytes());
        body.extend((time as u32).to_le_bytes());
        body.extend((bytes.len() as u32).to_le_bytes());
        body.extend(packet.bytes.max(bytes.len() as u32).to_le_bytes());
        body.extend(bytes);
        block(out, 6, &body)?;
    }
    Ok(())
}

/// A block: its type, its length before and after, and its body in whole words.
fn block(out: &mut dyn Write, kind: u32, body: &[u8]) -> io::Result<()> {
    let padding = body.len().next_multiple_of(4) - body.len();
    let length = (body.len() + padding + 12) as u32;
    out.write_all(&kind.to_le_bytes())?;
    out.write_all(&length.to_le_bytes())?;
    out.write_all(body)?;
    out.write_all(&[0; 3][..padding])?;
    out.write_all(&length.to_le_bytes())
}

fn headers(packet: &Packet, addresses: &BTreeMap<HostId, Ipv4Addr>) -> Vec<u8> {
    let address = |host: HostId| addresses.get(&host).copied().unwrap_or(Ipv4Addr::UNSPECIFIED).octets();
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
    fn blocks_are_whole_words_and_say_their_length_twice() {
        let packet = Packet { bytes: 100, number: 7, from: HostId(1), to: HostId(2), ..Packet::default() };
        let odd = Packet { body: Some(vec![0x45; 33].into()), bytes: 33, ..packet.clone() };
        let addresses =
            [(HostId(1), Ipv4Addr::new(100, 64, 0, 2)), (HostId(2), Ipv4Addr::new(198, 18, 0, 1))];
        let mut file = Vec::new();
        let packets = [(Ns(5), packet), (Ns(6), odd)];
        let written = write_pcapng(&mut file, &packets, &addresses.into(), 1_700_000_000_000_000_000);
        assert!(written.is_ok());
        let word = |at: usize| u32::from_le_bytes([file[at], file[at + 1], file[at + 2], file[at + 3]]);
        let (mut at, mut kinds) = (0, Vec::new());
        while at < file.len() {
            let length = word(at + 4) as usize;
            assert_eq!((length % 4, word(at + length - 4) as usize), (0, length));
            kinds.push((word(at), length));
            at += length;
        }
        let kind: Vec<u32> = kinds.iter().map(|(kind, _)| *kind).collect();
        assert_eq!(kind, [0x0A0D_0D0A, 1, 6, 6]);
        // the IP header's checksum makes its sum all ones
        let ip = kinds[0].1 + kinds[1].1 + 28;
        let sum: u32 = (0..10)
            .map(|pair| u32::from(u16::from_be_bytes([file[ip + 2 * pair], file[ip + 2 * pair + 1]])))
            .sum();
        assert_eq!((sum & 0xffff) + (sum >> 16), 0xffff);
    }
}
