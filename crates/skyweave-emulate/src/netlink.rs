//! Links, addresses and routes of this process's network namespace, by rtnetlink (RFC 3549, `linux/rtnetlink.h`).

use rustix::fd::OwnedFd;
use rustix::io::Errno;
use rustix::net::netlink::SocketAddrNetlink;
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType};
use std::net::IpAddr;

const NLMSG_ERROR: u16 = 2;
const NLMSG_DONE: u16 = 3;
const RTM_NEWLINK: u16 = 16;
const RTM_NEWADDR: u16 = 20;
const RTM_DELADDR: u16 = 21;
const RTM_NEWROUTE: u16 = 24;
const RTM_GETROUTE: u16 = 26;
const NLM_F_REQUEST: u16 = 0x1;
const NLM_F_ACK: u16 = 0x4;
const NLM_F_CREATE: u16 = 0x400;
const NLM_F_REPLACE: u16 = 0x100;
const NLM_F_DUMP: u16 = 0x300;
const AF_INET: u8 = 2;
const AF_INET6: u8 = 10;
const IFF_UP: u32 = 1;
const IFLA_MTU: u16 = 4;
const IFA_ADDRESS: u16 = 1;
const IFA_LOCAL: u16 = 2;
const IFA_F_NODAD: u8 = 2;
const RTA_DST: u16 = 1;
const RTA_OIF: u16 = 4;
const RTA_TABLE: u16 = 15;
const RT_TABLE_MAIN: u8 = 254;
const RTPROT_BOOT: u8 = 3;
const RT_SCOPE_LINK: u8 = 253;
const RT_SCOPE_HOST: u8 = 254;
const RTN_UNICAST: u8 = 1;
const RTN_LOCAL: u8 = 2;
const HEADER: usize = 16;
const ROUTE: usize = 12;

/// A socket of rtnetlink, in the network namespace where it was opened.
pub(crate) struct Netlink {
    socket: OwnedFd,
}

/// One route of a dump.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Route {
    pub(crate) destination: IpAddr,
    pub(crate) length: u8,
    pub(crate) table: u32,
    /// Index of the interface, 0 if it has none.
    pub(crate) interface: u32,
}

struct Message(Vec<u8>);

impl Message {
    fn new(kind: u16, flags: u16, body: &[u8]) -> Self {
        let mut bytes = vec![0; 4];
        bytes.extend_from_slice(&kind.to_ne_bytes());
        bytes.extend_from_slice(&(flags | NLM_F_REQUEST).to_ne_bytes());
        bytes.extend_from_slice(&[0; 8]);
        bytes.extend_from_slice(body);
        Self(bytes)
    }

    fn with(mut self, kind: u16, value: &[u8]) -> Self {
        self.0.extend_from_slice(&((value.len() + 4) as u16).to_ne_bytes());
        self.0.extend_from_slice(&kind.to_ne_bytes());
        self.0.extend_from_slice(value);
        self.0.resize(self.0.len().next_multiple_of(4), 0);
        self
    }

    fn finish(mut self) -> Vec<u8> {
        let length = self.0.len() as u32;
        self.0[..4].copy_from_slice(&length.to_ne_bytes());
        self.0
    }
}

impl Netlink {
    pub(crate) fn open() -> Result<Self, Errno> {
        // Protocol 0 is rtnetlink's.
        let flags = SocketFlags::CLOEXEC;
        let socket = rustix::net::socket_with(AddressFamily::NETLINK, SocketType::RAW, flags, None)?;
        rustix::net::bind(&socket, &SocketAddrNetlink::new(0, 0))?;
        Ok(Self { socket })
    }

    /// Switches an interface on.
    pub(crate) fn up(&self, interface: u32, mtu: Option<u32>) -> Result<(), Errno> {
        let mut body = vec![0; 4];
        body.extend_from_slice(&interface.to_ne_bytes());
        body.extend_from_slice(&IFF_UP.to_ne_bytes());
        body.extend_from_slice(&IFF_UP.to_ne_bytes());
        let mut message = Message::new(RTM_NEWLINK, NLM_F_ACK, &body);
        if let Some(mtu) = mtu {
            message = message.with(IFLA_MTU, &mtu.to_ne_bytes());
        }
        self.ask(message)
    }

    /// Gives an interface an address. One that is there is no error.
    pub(crate) fn add_address(&self, interface: u32, address: IpAddr, length: u8) -> Result<(), Errno> {
        self.address(RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, interface, address, length)
    }

    pub(crate) fn remove_address(&self, interface: u32, address: IpAddr, length: u8) -> Result<(), Errno> {
        self.address(RTM_DELADDR, 0, interface, address, length)
    }

    fn address(
        &self,
        kind: u16,
        flags: u16,
        interface: u32,
        address: IpAddr,
        length: u8,
    ) -> Result<(), Errno> {
        let mut body = vec![family(address), length, IFA_F_NODAD, 0];
        body.extend_from_slice(&interface.to_ne_bytes());
        let value = octets(address);
        self.ask(
            Message::new(kind, flags | NLM_F_ACK, &body).with(IFA_LOCAL, &value).with(IFA_ADDRESS, &value),
        )
    }

    /// Sends a range to an interface.
    pub(crate) fn route_to(&self, interface: u32, range: (IpAddr, u8)) -> Result<(), Errno> {
        self.route(interface, range, RTN_UNICAST, RT_SCOPE_LINK)
    }

    /// Takes every address without a better route as this host's.
    pub(crate) fn everything_is_local(&self, loopback: u32, any: IpAddr) -> Result<(), Errno> {
        self.route(loopback, (any, 0), RTN_LOCAL, RT_SCOPE_HOST)
    }

    fn route(&self, interface: u32, (to, length): (IpAddr, u8), kind: u8, scope: u8) -> Result<(), Errno> {
        let mut body = vec![family(to), length, 0, 0, RT_TABLE_MAIN, RTPROT_BOOT, scope, kind];
        body.extend_from_slice(&[0; 4]);
        let flags = NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE;
        let message = Message::new(RTM_NEWROUTE, flags, &body).with(RTA_OIF, &interface.to_ne_bytes());
        self.ask(if length == 0 { message } else { message.with(RTA_DST, &octets(to)) })
    }

    fn ask(&self, message: Message) -> Result<(), Errno> {
        rustix::net::send(&self.socket, &message.finish(), SendFlags::empty())?;
        let mut outcome = Err(Errno::IO);
        self.each_message(|kind, body| {
            if kind == NLMSG_ERROR && body.len() >= 4 {
                let code = i32::from_ne_bytes([body[0], body[1], body[2], body[3]]);
                outcome = if code == 0 { Ok(()) } else { Err(Errno::from_raw_os_error(-code)) };
            }
            true
        })?;
        outcome
    }

    /// All unicast and local routes of all tables.
    pub(crate) fn routes(&self) -> Result<Vec<Route>, Errno> {
        let message = Message::new(RTM_GETROUTE, NLM_F_DUMP, &[0; ROUTE]);
        rustix::net::send(&self.socket, &message.finish(), SendFlags::empty())?;
        let mut routes = Vec::new();
        loop {
            let ended = self.each_message(|kind, body| {
                if kind == RTM_NEWROUTE {
                    routes.extend(route(body));
                }
                matches!(kind, NLMSG_DONE | NLMSG_ERROR)
            })?;
            if ended {
                return Ok(routes);
            }
        }
    }

    /// Hands over the messages of one datagram. True if `each` said so of one.
    fn each_message(&self, mut each: impl FnMut(u16, &[u8]) -> bool) -> Result<bool, Errno> {
        let mut buffer = vec![0; 1 << 16];
        let (length, _) = rustix::net::recv(&self.socket, &mut buffer[..], RecvFlags::empty())?;
        let mut rest = &buffer[..length];
        let mut said = false;
        while rest.len() >= HEADER {
            let length = u32::from_ne_bytes([rest[0], rest[1], rest[2], rest[3]]) as usize;
            let kind = u16::from_ne_bytes([rest[4], rest[5]]);
            let Some(body) = rest.get(HEADER..length) else { break };
            said |= each(kind, body);
            rest = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
        }
        Ok(said)
    }
}

fn route(body: &[u8]) -> Option<Route> {
    let fixed = body.get(..ROUTE)?;
    let (family, length, kind) = (fixed[0], fixed[1], fixed[7]);
    if kind != RTN_UNICAST && kind != RTN_LOCAL {
        return None;
    }
    let mut route = Route {
        destination: match family {
            AF_INET => IpAddr::from([0; 4]),
            AF_INET6 => IpAddr::from([0; 16]),
            _ => return None,
        },
        length,
        table: u32::from(fixed[4]),
        interface: 0,
    };
    let mut rest = &body[ROUTE..];
    while rest.len() >= 4 {
        let length = usize::from(u16::from_ne_bytes([rest[0], rest[1]]));
        let value = rest.get(4..length)?;
        let number = || Some(u32::from_ne_bytes(value.try_into().ok()?));
        match u16::from_ne_bytes([rest[2], rest[3]]) {
            RTA_DST if family == AF_INET => route.destination = <[u8; 4]>::try_from(value).ok()?.into(),
            RTA_DST => route.destination = <[u8; 16]>::try_from(value).ok()?.into(),
            RTA_TABLE => route.table = number()?,
            RTA_OIF => route.interface = number()?,
            _ => {}
        }
        rest = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    Some(route)
}

fn family(address: IpAddr) -> u8 {
    if address.is_ipv4() { AF_INET } else { AF_INET6 }
}

fn octets(address: IpAddr) -> Vec<u8> {
    match address {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets().to_vec(),
    }
}
