//! The host's network behind a PoP: every TCP connection and UDP datagram to an address outside of the plan ends in the PoP's namespace, and
//! goes on from a socket of the host. No right, rule or route on the host is needed or changed.

use crate::error::EmulateError;
use crate::inside::Kind;
use crate::namespace::Namespace;
use crate::relay::{self, Counterparts};
use nix::sys::socket::{ControlMessageOwned, MsgFlags, SockaddrStorage, recvmsg};
use std::collections::HashMap;
use std::io::{self, IoSliceMut};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::os::fd::AsRawFd;
use std::sync::{Arc, Weak};

/// Ports of the PoP's namespace that everything is led to. Nobody can reach them by their numbers: they are led there too.
const TCP: u16 = 1;
const UDP: u16 = 1;
const DATAGRAM: usize = 65_535;

/// Opens the host's network to a PoP's terminals, for as long as `namespace` lives. ICMP is not carried.
///
/// # Errors
/// When the kernel has no transparent proxying (nftables, `tproxy`).
pub fn open(namespace: &Arc<Namespace>) -> Result<(), EmulateError> {
    for any in
        [SocketAddr::from((Ipv4Addr::UNSPECIFIED, TCP)), SocketAddr::from((Ipv6Addr::UNSPECIFIED, TCP))]
    {
        let streams = match namespace.transparent(Kind::Tcp, any) {
            Ok(socket) => TcpListener::from(socket),
            // One socket for both families is there already, or the host has no IPv6.
            Err(_) if any.is_ipv6() => continue,
            Err(error) => return Err(error),
        };
        let datagrams = UdpSocket::from(namespace.transparent(Kind::Udp, SocketAddr::new(any.ip(), UDP))?);
        // A connection's own address is where it wanted to go.
        spawn(move || relay::tcp(&streams, |stream: &TcpStream| stream.local_addr().ok()))?;
        let inside = Arc::downgrade(namespace);
        spawn(move || udp(&datagrams, &inside))?;
    }
    namespace.intercept(TCP, UDP)
}

fn spawn(work: impl FnOnce() + Send + 'static) -> Result<(), EmulateError> {
    let thread = std::thread::Builder::new().name("nat".to_owned()).spawn(work);
    thread.map(drop).map_err(|error| EmulateError::system("start a thread", error))
}

/// Each pair of a sender and where it wants to go has a socket of its own on the host. Answers come from sockets that bear
/// the foreign address inside.
fn udp(inside: &UdpSocket, namespace: &Weak<Namespace>) {
    let known: Counterparts<(SocketAddr, SocketAddr)> = Arc::default();
    let mut bearing: HashMap<SocketAddr, Arc<UdpSocket>> = HashMap::new();
    let mut datagram = vec![0; DATAGRAM];
    loop {
        let (length, sender, wanted) = match receive(inside, &mut datagram) {
            Ok(received) => received,
            Err(error) if error.kind() == io::ErrorKind::InvalidData => continue,
            Err(_) => return,
        };
        if bearing.len() >= relay::MOST {
            // Senders that still talk get new ones.
            bearing.clear();
        }
        let back = if let Some(back) = bearing.get(&wanted) {
            back.clone()
        } else {
            let Some(namespace) = namespace.upgrade() else { return };
            let Ok(socket) = namespace.transparent(Kind::Udp, wanted) else { continue };
            let socket = Arc::new(UdpSocket::from(socket));
            bearing.insert(wanted, socket.clone());
            socket
        };
        let answer = move |bytes: &[u8]| back.send_to(bytes, sender).map(drop);
        if let Some(socket) = relay::counterpart(&known, (sender, wanted), wanted, answer) {
            // A refused datagram is a lost one.
            let _ = socket.send(&datagram[..length]);
        }
    }
}

/// One datagram: its length, who sent it, and where it was to go.
fn receive(socket: &UdpSocket, datagram: &mut [u8]) -> io::Result<(usize, SocketAddr, SocketAddr)> {
    let mut control = nix::cmsg_space!(nix::libc::sockaddr_in6);
    let mut parts = [IoSliceMut::new(datagram)];
    let message =
        recvmsg::<SockaddrStorage>(socket.as_raw_fd(), &mut parts, Some(&mut control), MsgFlags::empty())?;
    let odd = || io::Error::from(io::ErrorKind::InvalidData);
    let sender = message.address.as_ref().and_then(address).ok_or_else(odd)?;
    let wanted = message.cmsgs()?.find_map(|part| match part {
        ControlMessageOwned::Ipv4OrigDstAddr(to) => {
            Some((Ipv4Addr::from(u32::from_be(to.sin_addr.s_addr)), u16::from_be(to.sin_port)).into())
        }
        ControlMessageOwned::Ipv6OrigDstAddr(to) => {
            Some((Ipv6Addr::from(to.sin6_addr.s6_addr), u16::from_be(to.sin6_port)).into())
        }
        _ => None,
    });
    Ok((message.bytes, sender, wanted.ok_or_else(odd)?))
}

fn address(storage: &SockaddrStorage) -> Option<SocketAddr> {
    let ipv4 = storage.as_sockaddr_in().map(|a| SocketAddr::from((a.ip(), a.port())));
    ipv4.or_else(|| storage.as_sockaddr_in6().map(|a| SocketAddr::from((a.ip(), a.port()))))
}
