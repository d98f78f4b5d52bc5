//! Sockets of a namespace, made inside and used outside.

use super::Kind;
use nix::sys::socket::sockopt::{IpTransparent, Ipv4OrigDstAddr, Ipv6OrigDstAddr, Ipv6V6Only, ReuseAddr};
use nix::sys::socket::{
    AddressFamily, Backlog, SockFlag, SockType, SockaddrStorage, bind, listen, setsockopt, socket,
};
use std::net::SocketAddr;
use std::os::fd::{AsRawFd, OwnedFd};

const BACKLOG: i32 = 128;

/// A socket that is bound, and for TCP listens. A transparent one takes and sends from addresses that are not this host's.
pub(super) fn open(kind: Kind, address: SocketAddr, transparent: bool) -> Result<OwnedFd, String> {
    let family = if address.is_ipv4() { AddressFamily::Inet } else { AddressFamily::Inet6 };
    let make = || {
        let (socket_type, tcp) = match kind {
            Kind::Tcp => (SockType::Stream, true),
            Kind::Udp => (SockType::Datagram, false),
        };
        let socket = socket(family, socket_type, SockFlag::SOCK_CLOEXEC, None)?;
        setsockopt(&socket, ReuseAddr, &true)?;
        if address.is_ipv6() {
            setsockopt(&socket, Ipv6V6Only, &true)?;
        }
        if transparent {
            setsockopt(&socket, IpTransparent, &true)?;
            match family {
                AddressFamily::Inet => setsockopt(&socket, Ipv4OrigDstAddr, &true)?,
                _ => setsockopt(&socket, Ipv6OrigDstAddr, &true)?,
            }
        }
        bind(socket.as_raw_fd(), &SockaddrStorage::from(address))?;
        if tcp {
            listen(&socket, Backlog::new(BACKLOG)?)?;
        }
        Ok(socket)
    };
    make().map_err(|error: nix::Error| format!("cannot listen at {address} in the network: {}", error.desc()))
}
