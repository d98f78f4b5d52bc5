//! Byte streams and datagrams between a socket in the network and one on the host.

use std::collections::HashMap;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Connections, and counterparts of one UDP socket, at once.
pub(crate) const MOST: usize = 1024;
/// A UDP counterpart that was silent for so long is forgotten (RFC 4787 asks for two minutes at least).
const IDLE: Duration = Duration::from_mins(2);
const CONNECT: Duration = Duration::from_secs(10);
const DATAGRAM: usize = 65_535;

/// Counts what is open, and counts down when dropped.
pub(crate) struct Place(Arc<AtomicUsize>);

impl Place {
    pub(crate) fn take(open: &Arc<AtomicUsize>) -> Option<Self> {
        let place = (open.fetch_add(1, Ordering::Relaxed), Self(open.clone()));
        (place.0 < MOST).then_some(place.1)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Accepts connections for as long as the listener works, each relayed to where `target` says.
pub(crate) fn tcp(listener: &TcpListener, target: impl Fn(&TcpStream) -> Option<SocketAddr>) {
    let open = Arc::new(AtomicUsize::new(0));
    loop {
        let inside = match listener.accept() {
            Ok((inside, _)) => inside,
            // The one that waited is gone, or files have run out: both pass.
            Err(error) if error.kind() == io::ErrorKind::InvalidInput => return,
            Err(_) => {
                std::thread::sleep(Duration::from_millis(10));
                continue;
            }
        };
        let (Some(place), Some(to)) = (Place::take(&open), target(&inside)) else { continue };
        // Without a thread the connection closes, which tells its client.
        let _ = std::thread::Builder::new().name("relay".to_owned()).spawn(move || {
            let _place = place;
            // A host that refuses is told by a closed connection.
            let _ = connect(&inside, to);
        });
    }
}

fn connect(inside: &TcpStream, to: SocketAddr) -> io::Result<()> {
    let outside = TcpStream::connect_timeout(&to, CONNECT)?;
    inside.set_nodelay(true)?;
    outside.set_nodelay(true)?;
    std::thread::scope(|scope| {
        scope.spawn(|| one_way(inside, &outside));
        one_way(&outside, inside);
    });
    Ok(())
}

fn one_way(mut from: &TcpStream, mut to: &TcpStream) {
    let whole = io::copy(&mut from, &mut to).is_ok();
    // The end of a stream is handed on alone; a broken one breaks both ways.
    let _ = to.shutdown(Shutdown::Write);
    if !whole {
        let _ = from.shutdown(Shutdown::Both);
        let _ = to.shutdown(Shutdown::Both);
    }
}

/// A socket on the host for one counterpart.
pub(crate) fn outside(to: SocketAddr) -> io::Result<UdpSocket> {
    let any: SocketAddr = match to {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let socket = UdpSocket::bind(any)?;
    socket.connect(to)?;
    socket.set_read_timeout(Some(IDLE))?;
    Ok(socket)
}

/// Sockets on the host by whom they stand for.
pub(crate) type Counterparts<K> = Arc<Mutex<HashMap<K, Arc<UdpSocket>>>>;

/// Relays datagrams of one inner socket, each sender with a socket of its own on the host.
pub(crate) fn udp(inside: &Arc<UdpSocket>, to: SocketAddr) {
    let known: Counterparts<SocketAddr> = Arc::default();
    let mut datagram = vec![0; DATAGRAM];
    loop {
        match inside.recv_from(&mut datagram) {
            Ok((length, sender)) => {
                let back = inside.clone();
                let answer = move |bytes: &[u8]| back.send_to(bytes, sender).map(drop);
                if let Some(socket) = counterpart(&known, sender, to, answer) {
                    // A refused datagram is a lost one.
                    let _ = socket.send(&datagram[..length]);
                }
            }
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {}
            Err(_) => return,
        }
    }
}

/// The socket for `key`, made if it is not there; what comes back through it is given to `answer`.
pub(crate) fn counterpart<K: Clone + Eq + std::hash::Hash + Send + 'static>(
    known: &Counterparts<K>,
    key: K,
    to: SocketAddr,
    answer: impl Fn(&[u8]) -> io::Result<()> + Send + 'static,
) -> Option<Arc<UdpSocket>> {
    let mut there = known.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(socket) = there.get(&key) {
        return Some(socket.clone());
    }
    if there.len() >= MOST {
        return None;
    }
    let socket = Arc::new(outside(to).ok()?);
    let (own, known_too, own_key) = (socket.clone(), known.clone(), key.clone());
    let thread = std::thread::Builder::new().name("relay".to_owned()).spawn(move || {
        let mut datagram = vec![0; DATAGRAM];
        loop {
            match own.recv(&mut datagram) {
                Ok(length) => {
                    // A datagram that cannot be handed on is lost, as datagrams are.
                    let _ = answer(&datagram[..length]);
                }
                Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {}
                Err(_) => break,
            }
        }
        known_too.lock().unwrap_or_else(PoisonError::into_inner).remove(&own_key);
    });
    thread.ok()?;
    there.insert(key, socket.clone());
    Some(socket)
}
