//! TCP: a host around `smoltcp`'s socket.

mod segments;
mod wire;

use super::results::{Ending, Results};
use super::source::Source;
use super::{Pattern, Side, Transfer, clock};
use crate::draw;
use crate::host::{Host, Outlet};
use crate::packet::Packet;
use crate::time::Ns;
use core::net::Ipv4Addr;
use segments::{Flight, Segment};
use smoltcp::iface::{Config, Interface, SocketHandle, SocketSet};
use smoltcp::socket::tcp::{CongestionControl, Socket, SocketBuffer, State};
use smoltcp::wire::{HardwareAddress, IpAddress, IpCidr};
use std::any::Any;
use std::fmt;
use wire::Wire;

/// The port that servers listen at.
const SERVER_PORT: u16 = 443;
/// Ports for clients, from here on (RFC 6335).
const CLIENT_PORTS: (u16, u16) = (49_152, 16_384);
/// Bytes that are handed to the stack ahead of what it has sent.
const AHEAD_BYTES: usize = 128 * 1_024;
/// Room for the direction in which nothing goes.
const IDLE_BUFFER_BYTES: usize = 4_096;

/// The stack's unit of time, to which it rounds down.
const MICROSECOND: Ns = Ns(1_000);

/// How a TCP sender decides how much may be in flight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum TcpCongestion {
    /// CUBIC (RFC 9438).
    #[default]
    Cubic,
    /// Reno (RFC 5681).
    Reno,
}

impl TcpCongestion {
    /// The name in outputs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cubic => "cubic",
            Self::Reno => "reno",
        }
    }
}

/// One side of a TCP connection.
pub struct TcpHost {
    transfer: Transfer,
    side: Side,
    interface: Interface,
    wire: Wire,
    sockets: SocketSet<'static>,
    socket: SocketHandle,
    source: Source,
    flight: Flight,
    results: Results,
    opened: bool,
    heard: Ns,
    wake: Ns,
}

impl fmt::Debug for TcpHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TcpHost")
            .field("side", &self.side)
            .field("results", &self.results)
            .finish_non_exhaustive()
    }
}

impl TcpHost {
    /// The side that opens the connection.
    #[must_use]
    pub fn client(transfer: Transfer, congestion: TcpCongestion) -> Self {
        Self::new(transfer, congestion, Side::Client)
    }

    /// The side that waits for it.
    #[must_use]
    pub fn server(transfer: Transfer, congestion: TcpCongestion) -> Self {
        Self::new(transfer, congestion, Side::Server)
    }

    fn new(transfer: Transfer, congestion: TcpCongestion, side: Side) -> Self {
        let mut wire = Wire::default();
        let mut config = Config::new(HardwareAddress::Ip);
        config.random_seed = draw::hash(transfer.seed, side as u64);
        let mut interface = Interface::new(config, &mut wire, clock::to_tcp(Ns(0)));
        put_address(&mut interface, transfer.end(side).address);

        let large = transfer.buffer_bytes.clamp(2 * wire::MTU as u32, Transfer::MOST_BUFFER_BYTES) as usize;
        let (send, receive) =
            if transfer.sends(side) { (large, IDLE_BUFFER_BYTES) } else { (IDLE_BUFFER_BYTES, large) };
        let mut socket = Socket::new(SocketBuffer::new(vec![0; receive]), SocketBuffer::new(vec![0; send]));
        socket.set_congestion_control(match congestion {
            TcpCongestion::Cubic => CongestionControl::Cubic,
            TcpCongestion::Reno => CongestionControl::Reno,
        });
        socket.set_timeout((transfer.patience < Ns::NEVER).then(|| clock::tcp_duration(transfer.patience)));
        let mut sockets = SocketSet::new(Vec::new());
        let socket = sockets.add(socket);
        let mut host = Self {
            source: Source::new(&transfer),
            results: Results::new(transfer.rtt_every),
            wake: if side == Side::Client { transfer.begin } else { Ns::NEVER },
            transfer,
            side,
            interface,
            wire,
            sockets,
            socket,
            flight: Flight::default(),
            opened: false,
            heard: Ns(0),
        };
        if side == Side::Server {
            host.opened = host.socket().listen(SERVER_PORT).is_ok();
        }
        host
    }

    fn socket(&mut self) -> &mut Socket<'static> {
        self.sockets.get_mut(self.socket)
    }

    /// What it saw so far.
    #[must_use]
    pub const fn results(&self) -> &Results {
        &self.results
    }

    /// From now on it has another address. TCP is bound to the old one: the connection is dead, though only this side knows at once.
    pub fn change_address(&mut self, now: Ns, address: Ipv4Addr, outlet: &mut Outlet) {
        put_address(&mut self.interface, address);
        self.pump(now, outlet);
    }

    fn connect(&mut self) -> bool {
        let draw = draw::hash(self.transfer.seed, 2) % u64::from(CLIENT_PORTS.1);
        let port = CLIENT_PORTS.0 + draw as u16;
        let server = (IpAddress::Ipv4(self.transfer.server.address), SERVER_PORT);
        let socket = self.sockets.get_mut::<Socket<'_>>(self.socket);
        socket.connect(self.interface.context(), server, port).is_ok()
    }

    /// Lets the stack and the application work until neither has anything left to do now.
    fn pump(&mut self, now: Ns, outlet: &mut Outlet) {
        let at = clock::to_tcp(now);
        loop {
            self.interface.poll(at, &mut self.wire, &mut self.sockets);
            self.flush(now, outlet);
            if !self.work(now) {
                break;
            }
        }
        self.judge(now);
        let due = self.interface.poll_at(at, &self.sockets).map_or(Ns::NEVER, clock::of_tcp);
        // what is due at once and was not done cannot be done before time goes on
        self.wake = due.max(now.after(MICROSECOND)).min(self.source.deadline(now));
    }

    /// Sends what the stack has put out.
    fn flush(&mut self, now: Ns, outlet: &mut Outlet) {
        let (from, to) = (self.transfer.end(self.side).host, self.transfer.end(self.side.other()).host);
        for packet in self.wire.outgoing.drain(..) {
            let bytes = packet.len() as u32;
            let sent = &mut self.results.sent;
            let number = sent.packets as u32;
            sent.packets += 1;
            sent.packet_bytes += u64::from(bytes);
            if let Some(segment) = Segment::read(&packet)
                && self.flight.sent(now, segment)
            {
                sent.again_packets += 1;
                sent.again_bytes += u64::from(segment.payload);
            }
            self.results.begun.get_or_insert(now);
            let flow = self.transfer.flow;
            outlet.send(Packet { to, from, flow, number, bytes, body: Some(packet), ..Packet::default() });
        }
    }

    /// Takes what came and hands over what is to go. Whether the stack may now have something to do.
    fn work(&mut self, now: Ns) -> bool {
        let pattern = Pattern::new(self.transfer.seed);
        let sends = self.transfer.sends(self.side);
        let socket = self.sockets.get_mut::<Socket<'_>>(self.socket);
        if socket.may_send() && self.results.established.is_none() {
            self.results.established = Some(now);
            if sends {
                self.source.begin(now);
            }
        }
        let mut moved = false;
        let delivered = &mut self.results.delivered;
        while socket.can_recv() {
            let offset = delivered.bytes;
            let taken =
                socket.recv(|bytes| (bytes.len(), (bytes.len() as u64, pattern.wrong(offset, bytes))));
            let Ok((bytes, wrong)) = taken else { break };
            delivered.note(now, bytes, wrong);
            moved = true;
        }
        if self.results.established.is_none() {
            return moved;
        }
        if sends && socket.can_send() {
            let source = &mut self.source;
            let mut room = AHEAD_BYTES.saturating_sub(self.flight.unsent(socket.send_queue()));
            // a ring has two ends
            while room > 0 && source.left(now) > 0 && socket.can_send() {
                let filled = socket.send(|bytes| {
                    let length = (bytes.len().min(room) as u64).min(source.left(now)) as usize;
                    source.fill(&mut bytes[..length]);
                    (length, length)
                });
                let Ok(length @ 1..) = filled else { break };
                room -= length;
                self.results.sent.bytes += length as u64;
                moved = true;
            }
        }
        if sends
            && self.source.is_done(now)
            && matches!(socket.state(), State::Established | State::CloseWait)
        {
            socket.close();
            moved = true;
        }
        if !sends && socket.state() == State::CloseWait && !socket.can_recv() {
            self.results.delivered.complete.get_or_insert(now);
            socket.close();
            moved = true;
        }
        moved
    }

    /// Whether it is over.
    fn judge(&mut self, now: Ns) {
        let sends = self.transfer.sends(self.side);
        let socket = self.sockets.get::<Socket<'_>>(self.socket);
        let (state, queued) = (socket.state(), socket.send_queue());
        if sends
            && self.source.is_done(now)
            && queued == 0
            && self.results.established.is_some()
            && state != State::Closed
        {
            self.results.sent.confirmed.get_or_insert(now);
        }
        let closed = matches!(state, State::Closed | State::TimeWait);
        if !closed || !self.opened {
            return;
        }
        let address = self.interface.ipv4_addr();
        let complete = self.results.sent.confirmed.is_some() || self.results.delivered.complete.is_some();
        let ending = if complete {
            Ending::Complete
        } else if address != Some(self.transfer.end(self.side).address) {
            Ending::AddressLost
        } else if now.after(MICROSECOND) >= self.heard.after(self.transfer.patience) {
            Ending::TimedOut
        } else {
            Ending::Reset
        };
        self.results.end(now, ending);
    }
}

fn put_address(interface: &mut Interface, address: Ipv4Addr) {
    interface.update_ip_addrs(|addresses| {
        addresses.clear();
        // there is room for two
        let _ = addresses.push(IpCidr::new(IpAddress::Ipv4(address), 0));
    });
}

impl Host for TcpHost {
    fn receive(&mut self, now: Ns, packet: Packet, outlet: &mut Outlet) {
        let Some(body) = packet.body else { return };
        self.heard = now;
        self.results.begun.get_or_insert(now);
        if let Some(number) = Segment::read(&body).and_then(|segment| segment.acknowledges)
            && let Some(rtt) = self.flight.acknowledged(now, number)
        {
            self.results.round_trips.note(now, rtt);
        }
        self.wire.incoming = Some(body);
        self.pump(now, outlet);
    }

    fn wake(&mut self, now: Ns, outlet: &mut Outlet) {
        if !self.opened {
            self.opened = true;
            self.heard = now;
            if !self.connect() {
                self.results.end(now, Ending::Failed);
                self.wake = Ns::NEVER;
                return;
            }
        }
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
