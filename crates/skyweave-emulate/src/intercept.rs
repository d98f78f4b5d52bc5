//! Taking in every TCP connection and UDP datagram of a namespace, wherever it wants to go: one nftables chain, by nfnetlink
//! (`linux/netfilter/nf_tables.h`).

use rustix::io::Errno;
use rustix::net::netlink::{self, SocketAddrNetlink};
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType};

const SUBSYSTEM: u16 = 10 << 8;
const BATCH_BEGIN: u16 = 0x10;
const BATCH_END: u16 = 0x11;
const NEW_TABLE: u16 = SUBSYSTEM;
const NEW_CHAIN: u16 = SUBSYSTEM | 3;
const NEW_RULE: u16 = SUBSYSTEM | 6;
const REQUEST_ACK: u16 = 0x1 | 0x4;
const CREATE_APPEND: u16 = 0x400 | 0x800;
const INET: u8 = 1;
const NESTED: u16 = 0x8000;
const HOOK_PREROUTING: u32 = 0;
/// Before addresses are translated: where nftables' own documentation puts transparent proxies.
const PRIORITY_MANGLE: i32 = -150;
const REGISTER: u32 = 1;
const META_L4PROTO: u32 = 16;
const TABLE: &[u8] = b"skyweave\0";
const CHAIN: &[u8] = b"intercept\0";

fn attribute(kind: u16, value: &[u8]) -> Vec<u8> {
    let mut bytes = ((value.len() + 4) as u16).to_ne_bytes().to_vec();
    bytes.extend_from_slice(&kind.to_ne_bytes());
    bytes.extend_from_slice(value);
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

fn number(kind: u16, value: u32) -> Vec<u8> {
    attribute(kind, &value.to_be_bytes())
}

fn nested(kind: u16, parts: &[Vec<u8>]) -> Vec<u8> {
    attribute(kind | NESTED, &parts.concat())
}

fn expression(name: &[u8], data: &[Vec<u8>]) -> Vec<u8> {
    nested(1, &[attribute(1, name), nested(2, data)])
}

fn message(kind: u16, flags: u16, family: u8, resource: u16, parts: &[Vec<u8>]) -> Vec<u8> {
    let mut body = vec![family, 0];
    body.extend_from_slice(&resource.to_be_bytes());
    body.extend(parts.concat());
    let mut bytes = ((body.len() + 16) as u32).to_ne_bytes().to_vec();
    bytes.extend_from_slice(&kind.to_ne_bytes());
    bytes.extend_from_slice(&flags.to_ne_bytes());
    bytes.extend_from_slice(&[0; 8]);
    bytes.extend(body);
    bytes
}

/// `meta l4proto PROTOCOL tproxy to :PORT`
fn rule(protocol: u8, port: u16) -> Vec<u8> {
    let load = expression(b"meta\0", &[number(1, REGISTER), number(2, META_L4PROTO)]);
    let compare =
        expression(b"cmp\0", &[number(1, REGISTER), number(2, 0), nested(3, &[attribute(1, &[protocol])])]);
    let port =
        expression(b"immediate\0", &[number(1, REGISTER), nested(2, &[attribute(1, &port.to_be_bytes())])]);
    let proxy = expression(b"tproxy\0", &[number(1, 0), number(3, REGISTER)]);
    let parts = [attribute(1, TABLE), attribute(2, CHAIN), nested(4, &[load, compare, port, proxy])];
    message(NEW_RULE, REQUEST_ACK | CREATE_APPEND, INET, 0, &parts)
}

/// Sends all that arrives in this network namespace to transparent sockets at these ports.
pub(crate) fn all(tcp: u16, udp: u16) -> Result<(), String> {
    let hook = nested(4, &[number(1, HOOK_PREROUTING), attribute(2, &PRIORITY_MANGLE.to_be_bytes())]);
    let chain = [attribute(1, TABLE), attribute(3, CHAIN), hook, attribute(7, b"filter\0")];
    let batch = [
        message(BATCH_BEGIN, 1, 0, 10, &[]),
        message(NEW_TABLE, REQUEST_ACK | CREATE_APPEND, INET, 0, &[attribute(1, TABLE)]),
        message(NEW_CHAIN, REQUEST_ACK | CREATE_APPEND, INET, 0, &chain),
        rule(crate::packet::TCP, tcp),
        rule(crate::packet::UDP, udp),
        message(BATCH_END, 1, 0, 10, &[]),
    ];
    send(&batch.concat(), batch.len() - 2).map_err(|error| {
        let error = std::io::Error::from(error);
        format!("cannot take in connections for the host's network (nftables with `tproxy`): {error}")
    })
}

fn send(batch: &[u8], messages: usize) -> Result<(), Errno> {
    let protocol = Some(netlink::NETFILTER);
    let socket =
        rustix::net::socket_with(AddressFamily::NETLINK, SocketType::RAW, SocketFlags::CLOEXEC, protocol)?;
    rustix::net::bind(&socket, &SocketAddrNetlink::new(0, 0))?;
    rustix::net::send(&socket, batch, SendFlags::empty())?;
    let mut acknowledged = 0;
    while acknowledged < messages {
        let mut buffer = vec![0; 1 << 16];
        let (length, _) = rustix::net::recv(&socket, &mut buffer[..], RecvFlags::empty())?;
        let mut rest = &buffer[..length];
        while rest.len() >= 20 {
            let length = u32::from_ne_bytes([rest[0], rest[1], rest[2], rest[3]]) as usize;
            let code = i32::from_ne_bytes([rest[16], rest[17], rest[18], rest[19]]);
            if code != 0 {
                return Err(Errno::from_raw_os_error(-code));
            }
            acknowledged += 1;
            rest = rest.get(length.next_multiple_of(4).max(20)..).unwrap_or_default();
        }
    }
    Ok(())
}
