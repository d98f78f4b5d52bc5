//! Segmentation offload: the kernel hands over and takes up to 64 KiB of one flow at once, behind a header that says how it is cut.
//!
//! The header is `struct virtio_net_hdr` (Virtual I/O Device 1.2, 5.1.6), 10 bytes in the machine's byte order. Packets in
//! the network are always whole, cut and with right checksums.

use crate::packet::{self, TCP, UDP, be16, be32, put16};

/// Length of the header before each packet.
pub(crate) const HEADER: usize = 10;
/// Longest packet behind it.
pub(crate) const LONGEST: usize = 65_535;

const NEEDS_CHECKSUM: u8 = 1;
const GSO_NONE: u8 = 0;
const GSO_TCPV4: u8 = 1;
const GSO_TCPV6: u8 = 4;
const GSO_UDP: u8 = 5;
const GSO_ECN: u8 = 0x80;

const FIN: u8 = 0x01;
const PSH: u8 = 0x08;
const ACK: u8 = 0x10;
const CWR: u8 = 0x80;

/// Cuts what was read of a TUN device into packets. False if it makes no sense.
pub(crate) fn cut(read: &mut [u8], mut each: impl FnMut(&[u8])) -> bool {
    let Some((header, bytes)) = read.split_at_mut_checked(HEADER) else { return false };
    let word = |at: usize| usize::from(u16::from_ne_bytes([header[at], header[at + 1]]));
    let (flags, kind, size, start, offset) = (header[0], header[1] & !GSO_ECN, word(4), word(6), word(8));
    if kind == GSO_NONE {
        if flags & NEEDS_CHECKSUM != 0 && !complete(bytes, start, offset) {
            return false;
        }
        each(bytes);
        return true;
    }
    cut_segments(bytes, kind, start, size, &mut each).is_some()
}

/// Finishes a checksum of which the kernel wrote only the pseudo header's part.
fn complete(packet: &mut [u8], start: usize, offset: usize) -> bool {
    let at = start + offset;
    if at + 2 > packet.len() {
        return false;
    }
    let sum = packet::checksum(&packet[start..], 0);
    // Zero means "none" to UDP, and is the same number to everybody else.
    put16(packet, at, if sum == 0 { 0xffff } else { sum });
    true
}

fn cut_segments(
    bytes: &[u8],
    kind: u8,
    start: usize,
    size: usize,
    each: &mut impl FnMut(&[u8]),
) -> Option<()> {
    let version = bytes.first()? >> 4;
    let ip = if version == 4 { usize::from(bytes[0] & 15) * 4 } else { 40 };
    let (protocol, transport, least) = match kind {
        GSO_TCPV4 | GSO_TCPV6 => (TCP, usize::from(bytes.get(start + 12)? >> 4) * 4, 20),
        GSO_UDP => (UDP, 8, 8),
        _ => return None,
    };
    let headers = start + transport;
    let sane = start >= ip && (version == 4 && ip >= 20 || version == 6) && transport >= least && size > 0;
    if !sane || headers > bytes.len() {
        return None;
    }
    let segments = bytes[headers..].chunks(size);
    let last = segments.len().saturating_sub(1);
    let mut packet = Vec::with_capacity(headers + size);
    for (number, payload) in segments.enumerate() {
        packet.clear();
        packet.extend_from_slice(&bytes[..headers]);
        packet.extend_from_slice(payload);
        let length = packet.len();
        if protocol == TCP {
            let sequence = be32(bytes, start + 4).wrapping_add((number * size) as u32);
            packet[start + 4..start + 8].copy_from_slice(&sequence.to_be_bytes());
            if number != last {
                packet[start + 13] &= !(FIN | PSH);
            }
            if number != 0 {
                packet[start + 13] &= !CWR;
            }
        } else {
            put16(&mut packet, start + 4, (length - start) as u16);
        }
        if version == 4 {
            put16(&mut packet, 2, length as u16);
            put16(&mut packet, 4, be16(bytes, 4).wrapping_add(number as u16));
            packet::seal_ipv4(&mut packet, ip);
        } else {
            put16(&mut packet, 4, (length - 40) as u16);
        }
        let at = start + if protocol == TCP { 16 } else { 6 };
        put16(&mut packet, at, 0);
        let begun = packet::pseudo_header(&packet, protocol, length - start);
        let sum = packet::checksum(&packet[start..], begun);
        put16(&mut packet, at, if sum == 0 { 0xffff } else { sum });
        each(&packet);
    }
    Some(())
}

/// Joins packets of one TCP flow that follow each other, for one write.
#[derive(Debug)]
pub(crate) struct Joined {
    /// The header and the packet.
    bytes: Vec<u8>,
    segments: usize,
    ip: usize,
    headers: usize,
    segment: usize,
    next_sequence: u32,
    closed: bool,
}

impl Joined {
    pub(crate) fn new() -> Self {
        Self { bytes: Vec::new(), segments: 0, ip: 0, headers: 0, segment: 0, next_sequence: 0, closed: true }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.segments == 0
    }

    /// Puts a packet behind those that are there. False if it does not follow them; then they must be taken first.
    pub(crate) fn push(&mut self, packet: &[u8]) -> bool {
        if self.is_empty() {
            self.begin(packet);
            return true;
        }
        if self.closed || !self.follows(packet) {
            return false;
        }
        let payload = &packet[self.headers..];
        self.bytes.extend_from_slice(payload);
        self.segments += 1;
        self.next_sequence = self.next_sequence.wrapping_add(payload.len() as u32);
        if packet[self.ip + 13] & PSH != 0 {
            self.bytes[HEADER + self.ip + 13] |= PSH;
            self.closed = true;
        }
        self.closed |= payload.len() < self.segment;
        true
    }

    /// What is to be written.
    pub(crate) fn take(&mut self) -> &[u8] {
        if self.segments > 1 {
            self.seal();
        }
        self.segments = 0;
        &self.bytes
    }

    fn begin(&mut self, packet: &[u8]) {
        self.bytes.clear();
        self.bytes.resize(HEADER, 0);
        self.bytes.extend_from_slice(packet);
        self.segments = 1;
        self.closed = true;
        let Some((ip, headers)) = plain_segment(packet) else { return };
        (self.ip, self.headers, self.segment) = (ip, headers, packet.len() - headers);
        self.next_sequence = be32(packet, ip + 4).wrapping_add(self.segment as u32);
        self.closed = packet[ip + 13] & PSH != 0;
    }

    fn follows(&self, packet: &[u8]) -> bool {
        let first = &self.bytes[HEADER..];
        let shape = Some((self.ip, self.headers));
        let length = packet.len();
        if length > self.headers + self.segment
            || first.len() + length > LONGEST
            || first[0] != packet[0]
            || plain_segment(packet) != shape
        {
            return false;
        }
        let same = |from: usize, to: usize| first[from..to] == packet[from..to];
        let ip = self.ip;
        // All of the headers but lengths, identification, checksums, the sequence number and PSH.
        let addresses = if first[0] >> 4 == 4 {
            same(1, 2) && same(6, 10) && same(12, ip)
        } else {
            same(0, 4) && same(6, 40)
        };
        addresses
            && same(ip, ip + 4)
            && same(ip + 8, ip + 13)
            && same(ip + 14, ip + 16)
            && same(ip + 18, self.headers)
            && be32(packet, ip + 4) == self.next_sequence
    }

    /// The kernel cuts it again where it must, and takes its checksum as right: `plain_segment` has looked.
    fn seal(&mut self) {
        let (header, packet) = self.bytes.split_at_mut(HEADER);
        let ip = self.ip;
        let is_ipv4 = packet[0] >> 4 == 4;
        let length = packet.len();
        if is_ipv4 {
            put16(packet, 2, length as u16);
            packet::seal_ipv4(packet, ip);
        } else {
            put16(packet, 4, (length - 40) as u16);
        }
        let sum = packet::fold(packet::pseudo_header(packet, TCP, length - ip));
        put16(packet, ip + 16, sum);
        header[0] = NEEDS_CHECKSUM;
        header[1] = if is_ipv4 { GSO_TCPV4 } else { GSO_TCPV6 };
        let mut word =
            |at: usize, value: usize| header[at..at + 2].copy_from_slice(&(value as u16).to_ne_bytes());
        word(2, self.headers);
        word(4, self.segment);
        word(6, ip);
        word(8, 16);
    }
}

/// Where the headers of a TCP segment end, if it has data, a right checksum and nothing special: no fragment, flags ACK and PSH.
fn plain_segment(packet: &[u8]) -> Option<(usize, usize)> {
    let header = packet::check(packet).ok().filter(|header| header.protocol == TCP && !header.fragment)?;
    let ip = header.length;
    let headers = ip + usize::from(packet.get(ip + 12)? >> 4) * 4;
    let plain = headers >= ip + 20 && headers < packet.len() && packet[ip + 13] & !PSH == ACK;
    let begun = || packet::pseudo_header(packet, TCP, packet.len() - ip);
    (plain && packet::checksum(&packet[ip..], begun()) == 0).then_some((ip, headers))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn segment(sequence: u32, flags: u8, payload: &[u8]) -> Vec<u8> {
        let mut packet = vec![0; 40];
        packet[0] = 0x45;
        put16(&mut packet, 2, (40 + payload.len()) as u16);
        packet[8] = 64;
        packet[9] = TCP;
        packet[12..20].copy_from_slice(&[100, 64, 0, 2, 198, 18, 0, 1]);
        packet[24..28].copy_from_slice(&sequence.to_be_bytes());
        packet[32] = 0x50;
        packet[33] = flags;
        packet.extend_from_slice(payload);
        let begun = packet::pseudo_header(&packet, TCP, 20 + payload.len());
        let sum = packet::checksum(&packet[20..], begun);
        put16(&mut packet, 36, sum);
        packet::seal_ipv4(&mut packet, 20);
        packet
    }

    fn cut_all(mut bytes: Vec<u8>) -> Vec<Vec<u8>> {
        let mut packets = Vec::new();
        assert!(cut(&mut bytes, |packet| packets.push(packet.to_vec())));
        packets
    }

    #[test]
    fn joined_and_cut_again_is_the_same() {
        let payload: Vec<u8> = (0..3000).map(|i| (i % 251) as u8).collect();
        let mut packets: Vec<Vec<u8>> = payload
            .chunks(1000)
            .enumerate()
            .map(|(i, part)| segment(7 + 1000 * i as u32, ACK, part))
            .collect();
        packets.push(segment(3007, ACK | PSH, b"end"));
        for (identification, packet) in (0..).zip(&mut packets) {
            put16(packet, 4, identification);
            packet::seal_ipv4(packet, 20);
        }
        let mut joined = Joined::new();
        for packet in &packets {
            assert!(joined.push(packet));
        }
        assert!(!joined.push(&segment(3010, ACK, b"more")), "nothing after PSH");
        let bytes = joined.take().to_vec();
        assert_eq!(bytes.len(), HEADER + 40 + 3003);
        assert_eq!(cut_all(bytes), packets);
    }

    #[test]
    fn only_what_follows_is_joined() {
        let first = segment(7, ACK, &[1; 100]);
        let joins = |second: &[u8]| {
            let mut joined = Joined::new();
            joined.push(&first) && joined.push(second)
        };
        assert!(joins(&segment(107, ACK, &[2; 100])));
        assert!(!joins(&segment(108, ACK, &[2; 100])), "a gap");
        assert!(!joins(&segment(107, ACK | FIN, &[2; 100])));
        assert!(!joins(&segment(107, ACK, &[2; 101])), "longer than the first");
        assert!(!joins(&segment(107, ACK, &[])), "an acknowledgement alone");
        let mut broken = segment(107, ACK, &[2; 100]);
        broken[60] ^= 1;
        assert!(!joins(&broken), "a wrong checksum must stay wrong");
        let mut other = segment(107, ACK, &[2; 100]);
        other[1] = 3;
        packet::seal_ipv4(&mut other, 20);
        assert!(!joins(&other), "another ECN mark");
    }

    #[test]
    fn unfinished_checksums_are_finished() {
        let whole = packet::tests::datagram([100, 64, 0, 2], [198, 18, 0, 1], (1, 2), b"hello");
        let mut bytes = vec![NEEDS_CHECKSUM, GSO_NONE, 0, 0, 0, 0, 20, 0, 6, 0];
        bytes.extend_from_slice(&whole);
        let begun = packet::fold(packet::pseudo_header(&whole, UDP, 13));
        put16(&mut bytes, HEADER + 26, begun);
        assert_eq!(cut_all(bytes), [whole]);
    }

    proptest! {
        #[test]
        fn nothing_makes_it_stumble(mut bytes in proptest::collection::vec(any::<u8>(), 0..300), kind in 0_u8..6) {
            if bytes.len() > HEADER {
                bytes[1] = kind;
                bytes[7] = 0;
                bytes[9] = 0;
                bytes[HEADER] = bytes[HEADER] & 15 | if bytes[0] & 2 == 0 { 0x40 } else { 0x60 };
            }
            let mut joined = Joined::new();
            cut(&mut bytes, |packet| if !joined.push(packet) { joined.take(); });
        }
    }
}
