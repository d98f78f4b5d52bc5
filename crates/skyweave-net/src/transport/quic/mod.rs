//! QUIC: a host around `quinn-proto`'s endpoint and connection, without cryptography.

mod null;
mod settings;
mod watched;

use super::ip;
use super::results::{Ending, Results};
use super::source::Source;
use super::{Pattern, Side, Transfer, clock};
use crate::draw;
use crate::host::{Host, Outlet};
use crate::packet::Packet;
use crate::time::Ns;
use bytes::{Bytes, BytesMut};
use core::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use quinn_proto::{
    ClientConfig, Connection, ConnectionError, ConnectionHandle, DatagramEvent, Dir, Endpoint, Event,
    StreamEvent, StreamId, Transmit, VarInt,
};
use std::any::Any;
use std::fmt;
use watched::Seen;

/// The port that servers listen at.
const SERVER_PORT: u16 = 443;
/// Ports for clients, from here on (RFC 6335).
const CLIENT_PORTS: (u16, u16) = (49_152, 16_384);
/// Bytes that are handed to the stack at once.
const PIECE_BYTES: usize = 64 * 1_024;

/// How a QUIC sender decides how much may be in flight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum QuicCongestion {
    /// CUBIC (RFC 9438).
    #[default]
    Cubic,
    /// `NewReno` (RFC 9002, section 7).
    NewReno,
    /// BBR, version 1 (draft-cardwell-iccrg-bbr-congestion-control-00), as far as a window alone can be it: the stack paces by the
    /// window, not by BBR's rate, so that twice the bandwidth-delay product is in flight.
    Bbr,
}

impl QuicCongestion {
    /// The name in outputs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cubic => "cubic",
            Self::NewReno => "new_reno",
            Self::Bbr => "bbr",
        }
    }
}

/// One side of a QUIC connection. Its session is `null`: nothing is encrypted.
pub struct QuicHost {
    transfer: Transfer,
    side: Side,
    address: SocketAddrV4,
    endpoint: Endpoint,
    client: Option<ClientConfig>,
    connection: Option<(ConnectionHandle, Connection)>,
    stream: Option<StreamId>,
    source: Source,
    /// Of the source's bytes, those that the stack had no room for.
    piece: Bytes,
    finished: bool,
    seen: Seen,
    results: Results,
    buffer: Vec<u8>,
    wake: Ns,
}

impl fmt::Debug for QuicHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QuicHost")
            .field("side", &self.side)
            .field("results", &self.results)
            .finish_non_exhaustive()
    }
}

impl QuicHost {
    /// The name of its session in outputs.
    pub const SESSION: &'static str = "null";

    /// The side that opens the connection.
    #[must_use]
    pub fn client(transfer: Transfer, congestion: QuicCongestion) -> Self {
        Self::new(transfer, congestion, Side::Client)
    }

    /// The side that waits for it.
    #[must_use]
    pub fn server(transfer: Transfer, congestion: QuicCongestion) -> Self {
        Self::new(transfer, congestion, Side::Server)
    }

    fn new(transfer: Transfer, congestion: QuicCongestion, side: Side) -> Self {
        let seen = Seen::default();
        let (endpoint, client) = settings::endpoint(&transfer, side, congestion, seen.clone());
        let port = match side {
            Side::Client => {
                CLIENT_PORTS.0 + (draw::hash(transfer.seed, 2) % u64::from(CLIENT_PORTS.1)) as u16
            }
            Side::Server => SERVER_PORT,
        };
        Self {
            source: Source::new(&transfer),
            results: Results::new(transfer.rtt_every),
            wake: if side == Side::Client { transfer.begin } else { Ns::NEVER },
            address: SocketAddrV4::new(transfer.end(side).address, port),
            transfer,
            side,
            endpoint,
            client,
            connection: None,
            stream: None,
            piece: Bytes::new(),
            finished: false,
            seen,
            buffer: Vec::new(),
        }
    }

    /// What it saw so far.
    #[must_use]
    pub const fn results(&self) -> &Results {
        &self.results
    }

    /// From now on it has another address. A client says so to the server by its next packet, and the connection lives on (RFC 9000,
    /// section 9); a server's address is fixed by the protocol, and its connection is dead.
    pub fn change_address(&mut self, now: Ns, address: Ipv4Addr, outlet: &mut Outlet) {
        self.address.set_ip(address);
        if let Some((_, connection)) = &mut self.connection {
            connection.local_address_changed();
        }
        self.pump(now, outlet);
    }

    fn connect(&mut self, now: Ns) {
        let Some(client) = self.client.take() else { return };
        let server = SocketAddr::V4(SocketAddrV4::new(self.transfer.server.address, SERVER_PORT));
        match self.endpoint.connect(clock::to_quic(now), client, server, "server") {
            Ok(connection) => self.connection = Some(connection),
            Err(_) => self.results.end(now, Ending::Failed),
        }
    }

    /// Hands a datagram to the endpoint.
    fn take(&mut self, now: Ns, from: SocketAddrV4, payload: &[u8], outlet: &mut Outlet) {
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.clear();
        let local = Some(core::net::IpAddr::V4(*self.address.ip()));
        let at = clock::to_quic(now);
        let event =
            self.endpoint.handle(at, SocketAddr::V4(from), local, None, BytesMut::from(payload), &mut buffer);
        match event {
            Some(DatagramEvent::ConnectionEvent(handle, event)) => {
                if let Some((own, connection)) = &mut self.connection
                    && *own == handle
                {
                    connection.handle_event(event);
                }
            }
            Some(DatagramEvent::NewConnection(incoming)) if self.connection.is_none() => {
                match self.endpoint.accept(incoming, at, &mut buffer, None) {
                    Ok(connection) => self.connection = Some(connection),
                    Err(refused) => {
                        if let Some(transmit) = refused.response {
                            self.send(now, &transmit, &buffer, outlet);
                        }
                        self.results.end(now, Ending::Failed);
                    }
                }
            }
            Some(DatagramEvent::NewConnection(incoming)) => self.endpoint.ignore(incoming),
            Some(DatagramEvent::Response(transmit)) => self.send(now, &transmit, &buffer, outlet),
            None => {}
        }
        self.buffer = buffer;
    }

    /// Sends a datagram that the stack has written.
    fn send(&mut self, now: Ns, transmit: &Transmit, buffer: &[u8], outlet: &mut Outlet) {
        let SocketAddr::V4(to) = transmit.destination else { return };
        let sent = &mut self.results.sent;
        let number = sent.packets as u32;
        let body = ip::udp_packet(self.address, to, number as u16, &buffer[..transmit.size]);
        let bytes = body.len() as u32;
        sent.packets += 1;
        sent.packet_bytes += u64::from(bytes);
        self.results.begun.get_or_insert(now);
        let (from, to) = (self.transfer.end(self.side).host, self.transfer.end(self.side.other()).host);
        let flow = self.transfer.flow;
        outlet.send(Packet { to, from, flow, number, bytes, body: Some(body), ..Packet::default() });
    }

    /// Lets the connection and the application work until neither has anything left to do now.
    fn pump(&mut self, now: Ns, outlet: &mut Outlet) {
        let Some((handle, mut connection)) = self.connection.take() else { return };
        loop {
            let mut moved = false;
            while let Some(event) = connection.poll() {
                self.heed(now, &mut connection, event);
                moved = true;
            }
            self.give(now, &mut connection);
            let mut buffer = std::mem::take(&mut self.buffer);
            loop {
                buffer.clear();
                let Some(transmit) = connection.poll_transmit(clock::to_quic(now), 1, &mut buffer) else {
                    break;
                };
                self.send(now, &transmit, &buffer, outlet);
            }
            self.buffer = buffer;
            while let Some(event) = connection.poll_endpoint_events() {
                if let Some(event) = self.endpoint.handle_event(handle, event) {
                    connection.handle_event(event);
                }
                moved = true;
            }
            if !moved {
                break;
            }
        }
        let due = connection.poll_timeout().map_or(Ns::NEVER, clock::of_quic);
        self.wake = due.min(self.source.deadline(now)).max(now.after(Ns(1)));
        let path = connection.stats().path;
        (self.results.sent.again_packets, self.results.sent.again_bytes) =
            (path.lost_packets, path.lost_bytes);
        let round_trips = &mut self.results.round_trips;
        self.seen.take(|at, rtt| round_trips.note(at, rtt));
        if connection.is_drained() {
            self.wake = Ns::NEVER;
        } else {
            self.connection = Some((handle, connection));
        }
    }

    /// What the connection says.
    fn heed(&mut self, now: Ns, connection: &mut Connection, event: Event) {
        match event {
            Event::Connected => {
                self.results.established.get_or_insert(now);
                if self.transfer.sends(self.side) {
                    self.source.begin(now);
                    self.stream = connection.streams().open(Dir::Uni);
                }
            }
            Event::Stream(StreamEvent::Opened { dir: Dir::Uni }) => {
                self.stream = connection.streams().accept(Dir::Uni);
                self.read(now, connection);
            }
            Event::Stream(StreamEvent::Readable { .. }) => self.read(now, connection),
            Event::Stream(StreamEvent::Finished { .. }) => {
                self.results.sent.confirmed.get_or_insert(now);
                self.results.end(now, Ending::Complete);
                connection.close(clock::to_quic(now), VarInt::from_u32(0), Bytes::new());
            }
            Event::ConnectionLost { reason } => {
                let complete =
                    self.results.delivered.complete.is_some() || self.results.sent.confirmed.is_some();
                let ending = match reason {
                    _ if complete => Ending::Complete,
                    ConnectionError::TimedOut => Ending::TimedOut,
                    ConnectionError::Reset
                    | ConnectionError::ApplicationClosed(_)
                    | ConnectionError::ConnectionClosed(_) => Ending::Reset,
                    _ => Ending::Failed,
                };
                self.results.end(now, ending);
            }
            _ => {}
        }
    }

    /// Takes what came in order.
    fn read(&mut self, now: Ns, connection: &mut Connection) {
        let Some(id) = self.stream else { return };
        let mut stream = connection.recv_stream(id);
        let Ok(mut chunks) = stream.read(true) else { return };
        let pattern = Pattern::new(self.transfer.seed);
        loop {
            match chunks.next(usize::MAX) {
                Ok(Some(chunk)) => {
                    let wrong = pattern.wrong(chunk.offset, &chunk.bytes);
                    self.results.delivered.note(now, chunk.bytes.len() as u64, wrong);
                }
                Ok(None) => {
                    self.results.delivered.complete.get_or_insert(now);
                    break;
                }
                Err(_) => break,
            }
        }
        // what is to be sent of it, is sent with the rest
        let _ = chunks.finalize();
    }

    /// Hands over what is to go.
    fn give(&mut self, now: Ns, connection: &mut Connection) {
        let Some(id) = self.stream.filter(|_| self.transfer.sends(self.side) && !self.finished) else {
            return;
        };
        loop {
            if self.piece.is_empty() {
                let length = self.source.left(now).min(PIECE_BYTES as u64) as usize;
                if length == 0 {
                    break;
                }
                let mut piece = vec![0; length];
                self.source.fill(&mut piece);
                self.piece = Bytes::from(piece);
            }
            let before = self.piece.len();
            let written = connection.send_stream(id).write_chunks(std::slice::from_mut(&mut self.piece));
            self.results.sent.bytes += (before - self.piece.len()) as u64;
            if written.is_err() {
                break;
            }
        }
        if self.piece.is_empty() && self.source.is_done(now) {
            self.finished = connection.send_stream(id).finish().is_ok();
        }
    }
}

impl Host for QuicHost {
    fn receive(&mut self, now: Ns, packet: Packet, outlet: &mut Outlet) {
        let Some(datagram) = packet.body.as_deref().and_then(ip::datagram) else { return };
        if datagram.to != self.address {
            return;
        }
        self.results.begun.get_or_insert(now);
        self.take(now, datagram.from, datagram.payload, outlet);
        self.pump(now, outlet);
    }

    fn wake(&mut self, now: Ns, outlet: &mut Outlet) {
        if self.client.is_some() {
            self.connect(now);
        } else if let Some((_, connection)) = &mut self.connection {
            connection.handle_timeout(clock::to_quic(now));
        }
        self.wake = Ns::NEVER;
        self.pump(now, outlet);
    }

    fn next_wake(&self) -> Ns {
        self.wake
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }
}
