//! IPv4 and UDP headers, as far as QUIC needs them (RFC 791, RFC 768); TCP's stack writes its own.

use core::net::{Ipv4Addr, SocketAddrV4};

/// Bytes of an IPv4 header without options and a UDP header.
pub const UDP_HEADERS: usize = 28;
const IPV4_HEADER: usize = 20;
const UDP: u8 = 17;
const HOPS: u8 = 64;

/// An IP packet around a datagram.
#[must_use]
pub fn udp_packet(from: SocketAddrV4, to: SocketAddrV4, number: u16, payload: &[u8]) -> Box<[u8]> {
    let total = UDP_HEADERS + payload.len();
    let mut packet = Vec::with_capacity(total);
    packet.extend_from_slice(&[0x45, 0]);
    packet.extend_from_slice(&(total as u16).to_be_bytes());
    packet.extend_from_slice(&number.to_be_bytes());
    // not to be taken apart
    packet.extend_from_slice(&[0x40, 0, HOPS, UDP, 0, 0]);
    packet.extend_from_slice(&from.ip().octets());
    packet.extend_from_slice(&to.ip().octets());
    let checksum = fold(sum(0, &packet));
    packet[10..12].copy_from_slice(&checksum.to_be_bytes());

    let length = (total - IPV4_HEADER) as u16;
    packet.extend_from_slice(&from.port().to_be_bytes());
    packet.extend_from_slice(&to.port().to_be_bytes());
    packet.extend_from_slice(&length.to_be_bytes());
    packet.extend_from_slice(&[0, 0]);
    packet.extend_from_slice(payload);
    let pseudo = sum(u64::from(UDP) + u64::from(length), &packet[12..IPV4_HEADER]);
    let checksum = match fold(sum(pseudo, &packet[IPV4_HEADER..])) {
        // zero would say that there is none
        0 => 0xFFFF,
        checksum => checksum,
    };
    packet[26..28].copy_from_slice(&checksum.to_be_bytes());
    packet.into_boxed_slice()
}

/// A datagram: who sent it, to whom, and what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Datagram<'a> {
    /// The sender.
    pub from: SocketAddrV4,
    /// The receiver.
    pub to: SocketAddrV4,
    /// Its payload.
    pub payload: &'a [u8],
}

/// The datagram in an IP packet; none if there is none, or a checksum is wrong.
#[must_use]
pub fn datagram(packet: &[u8]) -> Option<Datagram<'_>> {
    let at = |from: usize| u16::from_be_bytes([packet[from], packet[from + 1]]);
    if packet.len() < UDP_HEADERS
        || packet[0] != 0x45
        || packet[9] != UDP
        || usize::from(at(2)) != packet.len()
    {
        return None;
    }
    let length = packet.len() - IPV4_HEADER;
    if usize::from(at(24)) != length || fold(sum(0, &packet[..IPV4_HEADER])) != 0 {
        return None;
    }
    let pseudo = sum(u64::from(UDP) + length as u64, &packet[12..IPV4_HEADER]);
    if at(26) != 0 && fold(sum(pseudo, &packet[IPV4_HEADER..])) != 0 {
        return None;
    }
    let address =
        |from: usize| Ipv4Addr::new(packet[from], packet[from + 1], packet[from + 2], packet[from + 3]);
    Some(Datagram {
        from: SocketAddrV4::new(address(12), at(20)),
        to: SocketAddrV4::new(address(16), at(22)),
        payload: &packet[UDP_HEADERS..],
    })
}

/// The sum of 16-bit words of the internet checksum (RFC 1071), four at a time.
fn sum(begin: u64, bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<4>();
    let mut sum = begin;
    for word in words {
        sum += u64::from(u32::from_be_bytes(*word));
    }
    let mut last = [0; 4];
    last[..rest.len()].copy_from_slice(rest);
    sum + u64::from(u32::from_be_bytes(last))
}

/// The checksum of a sum.
const fn fold(mut sum: u64) -> u16 {
    while sum > 0xFFFF {
        sum = (sum >> 16) + (sum & 0xFFFF);
    }
    !(sum as u16)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FROM: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::new(192, 168, 0, 1), 50_000);
    const TO: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::new(192, 168, 0, 199), 443);

    /// The header of the worked example that textbooks give: 4500 0073 0000 4000 4011 b861 c0a8 0001 c0a8 00c7.
    #[test]
    fn the_checksum_is_that_of_the_textbook() {
        let packet = udp_packet(FROM, TO, 0, &[0; 0x73 - UDP_HEADERS]);
        assert_eq!(packet[10..12], [0xB8, 0x61]);
    }

    #[test]
    fn what_is_written_is_read() {
        for length in [0, 1, 2, 3, 1_472] {
            let payload: Vec<u8> = (0..length).map(|at| at as u8).collect();
            let packet = udp_packet(FROM, TO, 7, &payload);
            assert_eq!(packet.len(), length + UDP_HEADERS);
            assert_eq!(datagram(&packet), Some(Datagram { from: FROM, to: TO, payload: &payload }));
        }
    }

    #[test]
    fn what_is_broken_is_not_read() {
        let packet = udp_packet(FROM, TO, 7, b"payload");
        for at in 0..packet.len() {
            let mut broken = packet.clone();
            broken[at] ^= 0x10;
            assert_eq!(datagram(&broken), None, "byte {at}");
            assert_eq!(datagram(&packet[..at]), None, "cut at {at}");
        }
    }
}
