//! IP packets as they come from programs that nobody trusts: what is read of them, and what makes them unfit to be sent.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Longest IP packet on every link.
pub const MTU: usize = 1500;

pub(crate) const ICMP: u8 = 1;
pub(crate) const TCP: u8 = 6;
pub(crate) const UDP: u8 = 17;
pub(crate) const ICMPV6: u8 = 58;
const IPV6_FRAGMENT: u8 = 44;
const IPV4_HEADER: usize = 20;
const IPV6_HEADER: usize = 40;

/// What a packet's own header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// Who claims to have sent it.
    pub source: IpAddr,
    /// Where it wants to go.
    pub destination: IpAddr,
    /// IP protocol number; for IPv6 that of the first next header.
    pub protocol: u8,
    /// Where the header ends, bytes.
    pub length: usize,
    /// Part of a longer packet.
    pub fragment: bool,
}

/// Why a packet is dropped before it enters the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Neither version 4 nor 6, or shorter than its header.
    Version,
    /// The header's lengths do not fit the packet.
    Length,
    /// The checksum of the IPv4 header is wrong.
    Checksum,
    /// Longer than [`MTU`].
    TooLong,
    /// A fragment that fits no packet: beyond 65,535 bytes, or a middle one whose length is no multiple of 8.
    Fragment,
}

/// Reads a packet's header and holds it against the packet.
///
/// # Errors
/// When it is no IP packet that a router would forward.
pub fn check(packet: &[u8]) -> Result<Header, Fault> {
    let header = match packet.first().map(|byte| byte >> 4) {
        Some(4) if packet.len() >= IPV4_HEADER => ipv4(packet),
        Some(6) if packet.len() >= IPV6_HEADER => ipv6(packet),
        _ => Err(Fault::Version),
    }?;
    if packet.len() > MTU { Err(Fault::TooLong) } else { Ok(header) }
}

fn ipv4(packet: &[u8]) -> Result<Header, Fault> {
    let length = usize::from(packet[0] & 15) * 4;
    if length < IPV4_HEADER || usize::from(be16(packet, 2)) != packet.len() || length > packet.len() {
        return Err(Fault::Length);
    }
    if checksum(&packet[..length], 0) != 0 {
        return Err(Fault::Checksum);
    }
    let fragment = be16(packet, 6);
    let more = fragment & 0x2000 != 0;
    let offset = usize::from(fragment & 0x1fff) * 8;
    check_fragment(offset, more, packet.len() - length)?;
    Ok(Header {
        source: IpAddr::V4(ipv4_at(packet, 12)),
        destination: IpAddr::V4(ipv4_at(packet, 16)),
        protocol: packet[9],
        length,
        fragment: more || offset > 0,
    })
}

fn ipv6(packet: &[u8]) -> Result<Header, Fault> {
    if usize::from(be16(packet, 4)) + IPV6_HEADER != packet.len() {
        return Err(Fault::Length);
    }
    let fragment = packet[6] == IPV6_FRAGMENT;
    if fragment {
        if packet.len() < IPV6_HEADER + 8 {
            return Err(Fault::Length);
        }
        let word = be16(packet, IPV6_HEADER + 2);
        check_fragment(usize::from(word & 0xfff8), word & 1 != 0, packet.len() - IPV6_HEADER - 8)?;
    }
    Ok(Header {
        source: IpAddr::V6(ipv6_at(packet, 8)),
        destination: IpAddr::V6(ipv6_at(packet, 24)),
        protocol: packet[6],
        length: IPV6_HEADER,
        fragment,
    })
}

fn check_fragment(offset: usize, more: bool, length: usize) -> Result<(), Fault> {
    let fits = u16::try_from(offset + length).is_ok();
    let whole = !more || (length > 0 && length.is_multiple_of(8));
    if fits && whole { Ok(()) } else { Err(Fault::Fragment) }
}

/// The Internet checksum (RFC 1071) of `bytes`, begun with a sum that [`sum`] gave.
pub(crate) fn checksum(bytes: &[u8], begun: u64) -> u16 {
    !fold(sum(bytes, begun))
}

/// Adds the bytes to a ones' complement sum. Only the last part may have an odd length.
pub(crate) fn sum(bytes: &[u8], begun: u64) -> u64 {
    // Sums of words of any width fold to the same 16 bits (RFC 1071, 2C); four lanes let the compiler use vectors.
    let mut lanes = [0_u64; 4];
    let mut blocks = bytes.chunks_exact(16);
    for block in &mut blocks {
        for (lane, word) in lanes.iter_mut().zip(block.chunks_exact(4)) {
            *lane += u64::from(u32::from_be_bytes([word[0], word[1], word[2], word[3]]));
        }
    }
    let mut words = blocks.remainder().chunks_exact(2);
    let mut total = begun + lanes.iter().sum::<u64>();
    for word in &mut words {
        total += u64::from(be16(word, 0));
    }
    if let [last] = words.remainder() {
        total += u64::from(*last) << 8;
    }
    total
}

pub(crate) fn fold(mut sum: u64) -> u16 {
    while sum >> 16 != 0 {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    sum as u16
}

/// The sum of the pseudo header of TCP, UDP and ICMP for IPv6 (RFC 9293, RFC 8200 8.1).
pub(crate) fn pseudo_header(packet: &[u8], protocol: u8, length: usize) -> u64 {
    let addresses = if packet[0] >> 4 == 4 { &packet[12..20] } else { &packet[8..40] };
    sum(addresses, u64::from(protocol) + length as u64)
}

/// Writes the checksum of an IPv4 header anew.
pub(crate) fn seal_ipv4(packet: &mut [u8], length: usize) {
    put16(packet, 10, 0);
    let sum = checksum(&packet[..length], 0);
    put16(packet, 10, sum);
}

pub(crate) fn be16(bytes: &[u8], at: usize) -> u16 {
    u16::from_be_bytes([bytes[at], bytes[at + 1]])
}

pub(crate) fn be32(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

pub(crate) fn put16(bytes: &mut [u8], at: usize, value: u16) {
    bytes[at..at + 2].copy_from_slice(&value.to_be_bytes());
}

fn ipv4_at(bytes: &[u8], at: usize) -> Ipv4Addr {
    Ipv4Addr::from(be32(bytes, at))
}

fn ipv6_at(bytes: &[u8], at: usize) -> Ipv6Addr {
    let mut octets = [0; 16];
    octets.copy_from_slice(&bytes[at..at + 16]);
    Ipv6Addr::from(octets)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A UDP datagram over IPv4 with right checksums.
    pub(crate) fn datagram(
        source: [u8; 4],
        destination: [u8; 4],
        ports: (u16, u16),
        payload: &[u8],
    ) -> Vec<u8> {
        let length = 28 + payload.len();
        let mut packet = vec![0; 28];
        packet[0] = 0x45;
        put16(&mut packet, 2, length as u16);
        packet[8] = 64;
        packet[9] = UDP;
        packet[12..16].copy_from_slice(&source);
        packet[16..20].copy_from_slice(&destination);
        put16(&mut packet, 20, ports.0);
        put16(&mut packet, 22, ports.1);
        put16(&mut packet, 24, (length - 20) as u16);
        packet.extend_from_slice(payload);
        let begun = pseudo_header(&packet, UDP, length - 20);
        let sum = checksum(&packet[20..], begun);
        put16(&mut packet, 26, sum);
        seal_ipv4(&mut packet, 20);
        packet
    }

    #[test]
    fn a_checksum_as_in_the_rfc() {
        let bytes = [0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7];
        assert_eq!(fold(sum(&bytes, 0)), 0xddf2);
        assert_eq!(fold(sum(&bytes[..7], 0)), fold(0xddf2 + 0x1_0000 - 1 - 0xf7));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let good = datagram([100, 64, 0, 2], [198, 18, 0, 1], (5000, 53), b"hello");
        let header = check(&good).unwrap();
        assert_eq!(header.source, IpAddr::from([100, 64, 0, 2]));
        assert_eq!((header.protocol, header.length, header.fragment), (UDP, 20, false));
        let changed = |change: &dyn Fn(&mut Vec<u8>)| {
            let mut packet = good.clone();
            change(&mut packet);
            check(&packet)
        };
        assert_eq!(check(&[]), Err(Fault::Version));
        assert_eq!(changed(&|p| p[0] = 0x55), Err(Fault::Version));
        assert_eq!(changed(&|p| p[0] = 0x65), Err(Fault::Version));
        assert_eq!(changed(&|p| p[0] = 0x44), Err(Fault::Length));
        assert_eq!(changed(&|p| p[0] = 0x4f), Err(Fault::Length));
        assert_eq!(changed(&|p| p.truncate(30)), Err(Fault::Length));
        assert_eq!(changed(&|p| p[12] = 1), Err(Fault::Checksum));
        assert_eq!(
            changed(&|p| {
                put16(p, 6, 0x1fff);
                seal_ipv4(p, 20);
            }),
            Err(Fault::Fragment)
        );
        let long = datagram([100, 64, 0, 2], [198, 18, 0, 1], (1, 2), &[0; 1473]);
        assert_eq!(check(&long), Err(Fault::TooLong));
    }

    proptest! {
        #[test]
        fn nothing_makes_it_stumble(mut bytes in proptest::collection::vec(any::<u8>(), 0..200), version in 4_u8..7) {
            if let Some(first) = bytes.first_mut() {
                *first = *first & 15 | version << 4;
            }
            if let Ok(header) = check(&bytes) {
                prop_assert!(header.length <= bytes.len());
            }
        }

        #[test]
        fn sums_are_those_of_16_bit_words(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let words = bytes.chunks(2).map(|w| u64::from(w[0]) << 8 | u64::from(*w.get(1).unwrap_or(&0)));
            prop_assert_eq!(fold(sum(&bytes, 0)), fold(words.sum()));
        }
    }
}
