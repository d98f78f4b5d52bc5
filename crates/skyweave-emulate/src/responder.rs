//! What answers at a port without a program behind it: pings at every address, questions for names at PoPs.

use crate::addresses::AddressPlan;
use crate::names::{self, Answer, DNS_PORT};
use crate::network::{Packet, PortId};
use crate::packet::{self, Header, ICMP, ICMPV6, UDP, be16, put16};
use std::net::IpAddr;

const ECHO_REQUEST: u8 = 8;
const ECHO_REPLY: u8 = 0;
const ECHO_REQUEST_V6: u8 = 128;
const ECHO_REPLY_V6: u8 = 129;
const UNREACHABLE: u8 = 3;
const UNREACHABLE_V6: u8 = 1;
/// Of a packet, so that the answer is not longer than any link must carry (RFC 8200: 1,280 bytes).
const MOST_QUOTED_V6: usize = 1232;
const HOPS: u8 = 64;

/// What a packet met at a port.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Response {
    /// Send this back.
    Reply(Packet),
    /// A name that this network does not have: `query` may be asked elsewhere, `reply` says that there is none.
    Elsewhere {
        /// The question.
        query: Vec<u8>,
        /// The packet that denies it.
        reply: Packet,
    },
    /// Nobody here answers that.
    None,
}

/// Whether a packet is for a PoP's resolver, and not for its host.
pub(crate) fn is_for_resolver(plan: &AddressPlan, port: PortId, packet: &[u8]) -> bool {
    let resolver = plan.resolver(port);
    match packet.first().map(|byte| byte >> 4) {
        Some(4) => packet.get(16..20) == Some(&resolver.ipv4.octets()[..]),
        _ => packet.get(24..40) == Some(&resolver.ipv6.octets()[..]),
    }
}

/// Answers a packet that came out at `port`.
pub(crate) fn respond(plan: &AddressPlan, port: PortId, packet: &[u8], header: &Header) -> Response {
    let question = header.protocol == UDP
        && !header.fragment
        && packet.len() >= header.length + 8
        && be16(packet, header.length + 2) == DNS_PORT;
    if question && plan.is_pop(port) && is_for_resolver(plan, port, packet) {
        return name(plan, port, packet, header);
    }
    echo(packet, header).map_or(Response::None, Response::Reply)
}

fn echo(packet: &[u8], header: &Header) -> Option<Packet> {
    let at = header.length;
    let kind = *packet.get(at)?;
    let reply = match (header.protocol, kind) {
        (ICMP, ECHO_REQUEST) => ECHO_REPLY,
        (ICMPV6, ECHO_REQUEST_V6) => ECHO_REPLY_V6,
        _ => return None,
    };
    if header.fragment || packet.len() < at + 8 {
        return None;
    }
    let mut back = turned(packet, at);
    back.extend_from_slice(&packet[at..]);
    back[at] = reply;
    put16(&mut back, at + 2, 0);
    let begun = if reply == ECHO_REPLY { 0 } else { packet::pseudo_header(&back, ICMPV6, back.len() - at) };
    let sum = packet::checksum(&back[at..], begun);
    put16(&mut back, at + 2, sum);
    seal(&mut back, at);
    Some(back)
}

fn name(plan: &AddressPlan, port: PortId, packet: &[u8], header: &Header) -> Response {
    let at = header.length;
    let question = &packet[at + 8..];
    let Some(asker) = plan.route(port, header.source) else { return Response::None };
    match names::answer(plan, asker, question) {
        Answer::Reply(bytes) => Response::Reply(reply_to(packet, header, &bytes)),
        Answer::Unknown(bytes) => {
            Response::Elsewhere { query: question.to_vec(), reply: reply_to(packet, header, &bytes) }
        }
        Answer::Nothing => Response::None,
    }
}

/// What tells the sender of a packet that nobody has its destination (RFC 792, RFC 4443), from its PoP's resolver. None for packets
/// that must not be answered so: errors, later fragments, and what goes to groups.
pub(crate) fn unreachable(
    plan: &AddressPlan,
    port: PortId,
    packet: &[u8],
    header: &Header,
) -> Option<Packet> {
    let to_one = match header.destination {
        IpAddr::V4(to) => !to.is_multicast() && !to.is_broadcast() && header.protocol != ICMP,
        IpAddr::V6(to) => !to.is_multicast() && header.protocol != ICMPV6,
    };
    let first = !header.fragment || packet[0] >> 4 == 6 || be16(packet, 6) << 3 == 0;
    if !to_one || !first {
        return None;
    }
    let resolver = plan.resolver(plan.pop_of(port));
    let mut back = turned(packet, header.length);
    let is_ipv4 = packet[0] >> 4 == 4;
    let (kind, quoted) =
        if is_ipv4 { (UNREACHABLE, header.length + 8) } else { (UNREACHABLE_V6, MOST_QUOTED_V6) };
    if is_ipv4 {
        back[12..16].copy_from_slice(&resolver.ipv4.octets());
        back[6..8].fill(0);
        back[9] = ICMP;
    } else {
        back[8..24].copy_from_slice(&resolver.ipv6.octets());
        back[6] = ICMPV6;
    }
    let at = header.length;
    back.extend_from_slice(&[kind, 0, 0, 0, 0, 0, 0, 0]);
    back.extend_from_slice(&packet[..quoted.min(packet.len())]);
    let begun = if is_ipv4 { 0 } else { packet::pseudo_header(&back, ICMPV6, back.len() - at) };
    let sum = packet::checksum(&back[at..], begun);
    put16(&mut back, at + 2, sum);
    seal(&mut back, at);
    Some(back)
}

/// The datagram that answers `packet` with these bytes.
pub(crate) fn reply_to(packet: &[u8], header: &Header, bytes: &[u8]) -> Packet {
    let at = header.length;
    let mut back = turned(packet, at);
    back.extend_from_slice(&packet[at + 2..at + 4]);
    back.extend_from_slice(&packet[at..at + 2]);
    back.extend_from_slice(&((bytes.len() + 8) as u16).to_be_bytes());
    back.extend_from_slice(&[0, 0]);
    back.extend_from_slice(bytes);
    let begun = packet::pseudo_header(&back, UDP, bytes.len() + 8);
    let sum = packet::checksum(&back[at..], begun);
    put16(&mut back, at + 6, if sum == 0 { 0xffff } else { sum });
    seal(&mut back, at);
    back
}

/// The header with source and destination exchanged.
fn turned(packet: &[u8], header: usize) -> Packet {
    let mut back = packet[..header].to_vec();
    let (from, to, end) = if packet[0] >> 4 == 4 { (12, 16, 20) } else { (8, 24, 40) };
    back[from..to].copy_from_slice(&packet[to..end]);
    back[to..end].copy_from_slice(&packet[from..to]);
    back
}

fn seal(back: &mut [u8], header: usize) {
    let length = back.len();
    if back[0] >> 4 == 4 {
        back[8] = HOPS;
        put16(back, 2, length as u16);
        packet::seal_ipv4(back, header);
    } else {
        back[7] = HOPS;
        put16(back, 4, (length - header) as u16);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::addresses::tests::plan;
    use crate::packet::tests::datagram;
    #[test]
    fn pings_come_back() {
        let plan = plan();
        let mut ping = datagram([100, 64, 0, 2], [100, 64, 0, 3], (0, 0), b"0123456789");
        ping[9] = ICMP;
        ping[20] = ECHO_REQUEST;
        ping[21..24].fill(0);
        let sum = packet::checksum(&ping[20..], 0);
        put16(&mut ping, 22, sum);
        packet::seal_ipv4(&mut ping, 20);
        let header = packet::check(&ping).unwrap();
        let Response::Reply(back) = respond(&plan, plan.port("lviv").unwrap(), &ping, &header) else {
            panic!()
        };
        let seen = packet::check(&back).unwrap();
        assert_eq!((seen.source, seen.destination), (header.destination, header.source));
        assert_eq!(packet::checksum(&back[20..], 0), 0);
        assert_eq!((back[20], &back[24..]), (ECHO_REPLY, &ping[24..]));
        assert_eq!(respond(&plan, PortId(4), &back, &seen), Response::None, "answers are not answered");
    }

    #[test]
    fn senders_learn_that_nobody_is_there() {
        let plan = plan();
        let kyiv = plan.port("kyiv").unwrap();
        let packet = datagram([100, 64, 0, 2], [9, 9, 9, 9], (4000, 5000), b"anybody?");
        let header = packet::check(&packet).unwrap();
        let back = unreachable(&plan, kyiv, &packet, &header).unwrap();
        let seen = packet::check(&back).unwrap();
        assert_eq!((seen.source, seen.destination), ([100, 64, 0, 1].into(), header.source));
        assert_eq!((back[20], packet::checksum(&back[20..], 0)), (UNREACHABLE, 0));
        assert_eq!(back[28..], packet[..28]);
        assert_eq!(unreachable(&plan, kyiv, &back, &seen), None, "errors are not answered");
        let group = datagram([100, 64, 0, 2], [224, 0, 0, 1], (4000, 5000), b"");
        assert_eq!(unreachable(&plan, kyiv, &group, &packet::check(&group).unwrap()), None);
    }

    #[test]
    fn questions_are_for_pops() {
        let plan = plan();
        let question = b"\x00\x4d\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x04lviv\x00\x00\x01\x00\x01";
        let packet = datagram([100, 64, 0, 2], [100, 64, 0, 1], (4000, DNS_PORT), question);
        let header = packet::check(&packet).unwrap();
        let Response::Reply(back) = respond(&plan, plan.port("fra").unwrap(), &packet, &header) else {
            panic!()
        };
        let seen = packet::check(&back).unwrap();
        assert_eq!(seen.destination, IpAddr::from([100, 64, 0, 2]));
        assert_eq!((be16(&back, 20), be16(&back, 22)), (DNS_PORT, 4000));
        assert!(back.ends_with(&[100, 64, 0, 3]));
        assert_eq!(respond(&plan, plan.port("kyiv").unwrap(), &packet, &header), Response::None);
    }
}
