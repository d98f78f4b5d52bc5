//! Names that the network does not have, asked elsewhere when that was wanted.

use crate::engine::Handle;
use crate::network::{Packet, PortId};
use crate::packet;
use crate::responder;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// Questions that wait at once; those beyond are told that there is no such name.
const MOST_WAITING: usize = 64;
const PATIENCE: Duration = Duration::from_secs(3);
/// What fits into one packet behind IPv6 and UDP headers.
const LONGEST_ANSWER: usize = packet::MTU - 48;

#[derive(Debug)]
pub(crate) struct Forwarder {
    server: SocketAddr,
    handle: Handle,
    waiting: Arc<AtomicUsize>,
}

impl Forwarder {
    pub(crate) fn new(server: SocketAddr, handle: Handle) -> Self {
        Self { server, handle, waiting: Arc::default() }
    }

    /// Asks, and sends the answer back from `port` to who sent `packet`. False if too many wait.
    pub(crate) fn ask(&self, port: PortId, packet: Packet, query: Vec<u8>) -> bool {
        if self.waiting.fetch_add(1, Ordering::Relaxed) >= MOST_WAITING {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            return false;
        }
        let (server, handle, waiting) = (self.server, self.handle.clone(), self.waiting.clone());
        let thread = std::thread::Builder::new().name("name".to_owned()).spawn(move || {
            // Silence is what a lost question looks like: the asker asks again.
            if let (Ok(answer), Ok(header)) = (asked(server, &query), packet::check(&packet)) {
                handle.inject(port, responder::reply_to(&packet, &header, &answer));
            }
            waiting.fetch_sub(1, Ordering::Relaxed);
        });
        if thread.is_err() {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
        }
        thread.is_ok()
    }
}

fn asked(server: SocketAddr, query: &[u8]) -> io::Result<Vec<u8>> {
    let any: SocketAddr = match server {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let socket = UdpSocket::bind(any)?;
    socket.set_read_timeout(Some(PATIENCE))?;
    socket.connect(server)?;
    socket.send(query)?;
    let mut answer = vec![0; LONGEST_ANSWER];
    let length = socket.recv(&mut answer)?;
    answer.truncate(length);
    Ok(answer)
}
