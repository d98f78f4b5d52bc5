//! Real transport stacks as hosts: bytes moved over one connection, TCP by `smoltcp` and QUIC by `quinn-proto`.
//!
//! Both sides are hosts of the engine ([`TcpHost`], [`QuicHost`]). Each packet is a whole IPv4 packet with right checksums as
//! [`crate::packet::Packet::body`], and [`crate::packet::Packet::bytes`] is its IP length; an MTU of 1,500 is assumed everywhere. Hosts
//! know nothing of nodes: they know a [`Transfer`], which names both hosts and the addresses that both carry in their packets. What
//! comes for another address than their own they ignore, so that a host whose address changes ([`TcpHost::change_address`],
//! [`QuicHost::change_address`]) is one whose PoP has changed.
//!
//! # How deterministic it is
//! The stacks are asked for nothing but what follows from the packets and instants that they are told, and from the transfer's seed:
//! ports, initial sequence numbers, connection ids, reset tokens and gaps in packet numbers are all drawn from it. One draw is left to
//! the system: `quinn-proto`'s BBR begins its cycle at random, which moves a pacing rate that nothing reads, and so no packet. Two runs give the same packets at the same instants, however the engine is cut into regions. TCP counts time in whole microseconds,
//! rounded down. On another platform windows may differ in their last bits: the stacks use floats, and the cube root of
//! `quinn-proto`'s CUBIC is the platform's.
//!
//! # What the stacks lack
//! | stack | lacks | so that |
//! |---|---|---|
//! | `smoltcp` | selective acknowledgements at the sender, and the partial acknowledgements of `NewReno` | a second loss within a window is often found by timeout alone: after many losses in a row, as at the end of slow start or at a slot's edge, it does worse than an operating system's TCP |
//! | `smoltcp` | a retransmission timeout below 1 s (RFC 6298 asks for it; Linux has 0.2 s), tail loss probes, RACK | each such loss is a pause of a second |
//! | `smoltcp` | an initial window of 10 segments: it begins with 2,048 bytes | slow start takes two or three round trips more |
//! | `smoltcp` | pacing, `HyStart` | bursts at line rate, and slow start ends by loss |
//! | `smoltcp` | more than 32 gaps at the receiver | what comes beyond them is thrown away and must be sent again |
//! | `smoltcp` | timestamps without a clock of its own | segments hold 1,460 bytes, not the 1,448 that Linux sends |
//! | `quinn-proto` | `HyStart++` | slow start ends by loss |
//! | `quinn-proto` | pacing by a rate: packets are spaced by 5/4 of a window in a round trip, whatever the controller says | BBR is its window alone, and keeps up to two bandwidth-delay products in flight |
//! | null session | keys, certificates, a retry | the handshake takes one round trip, as with a certificate that fits, and costs no CPU; tags are zeros, and lengths those of AES-GCM |
//!
//! ECN is not used by either, and path MTU discovery is off: the MTU is known.

mod clock;
mod ip;
mod pattern;
mod quic;
mod results;
mod source;
mod tcp;
mod web;

pub use pattern::Pattern;
pub use quic::{QuicCongestion, QuicHost};
pub use results::{Delivered, Ending, FlowResult, Results, RoundTrips, Sent};
pub use tcp::{TcpCongestion, TcpHost};
pub use web::{Reader, Reading, Site};

use crate::packet::{FlowId, HostId};
use crate::time::Ns;
use core::net::Ipv4Addr;

/// Which way the bytes go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From the client, which opens the connection, to the server.
    Up,
    /// From the server to the client.
    Down,
}

/// How much is moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amount {
    /// So many bytes.
    Bytes(u64),
    /// As many as can be handed to the stack in a time that begins when the sender's handshake is done.
    For(Ns),
}

/// One end of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct End {
    /// The host that is there.
    pub host: HostId,
    /// Its address when the connection begins.
    pub address: Ipv4Addr,
}

/// Bytes that are moved over one connection: what both hosts must know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transfer {
    /// Its number.
    pub flow: FlowId,
    /// Who opens the connection.
    pub client: End,
    /// Who waits for it.
    pub server: End,
    /// Which way the bytes go.
    pub direction: Direction,
    /// How many.
    pub amount: Amount,
    /// When the client sends its first packet.
    pub begin: Ns,
    /// Bytes that may be sent and not yet be acknowledged, and that the receiver has room for. Memory of this size is taken at both ends
    /// (QUIC: only while it is used). See [`Self::BUFFER_BYTES`].
    pub buffer_bytes: u32,
    /// After so long a silence a side gives up. QUIC's usual idle timeout is 30 s; Linux's TCP holds on for some 15 minutes.
    pub patience: Ns,
    /// The series of round trips has one not more often than this; [`Ns::NEVER`]: no series.
    pub rtt_every: Ns,
    /// All that is drawn at random is drawn from this.
    pub seed: u64,
}

impl Transfer {
    /// Enough for 1 Gbit/s at a round trip of 100 ms.
    pub const BUFFER_BYTES: u32 = 12_500_000;

    /// The largest buffer that the stacks can announce.
    pub const MOST_BUFFER_BYTES: u32 = 1 << 30;

    /// A download of some bytes, from the beginning on, with room for 1 Gbit/s over 100 ms, and 30 s of patience. The client's address is
    /// one of carrier NAT (RFC 6598), the server's one of those for benchmarks (RFC 2544), each by its host's number.
    #[must_use]
    pub fn download(flow: FlowId, [client, server]: [HostId; 2], bytes: u64) -> Self {
        let address = |prefix: [u8; 4], bits: u32, host: HostId| {
            Ipv4Addr::from_bits(u32::from_be_bytes(prefix) | (host.0 + 1) & ((1 << bits) - 1))
        };
        Self {
            flow,
            client: End { host: client, address: address([100, 64, 0, 0], 22, client) },
            server: End { host: server, address: address([198, 18, 0, 0], 17, server) },
            direction: Direction::Down,
            amount: Amount::Bytes(bytes),
            begin: Ns(0),
            buffer_bytes: Self::BUFFER_BYTES,
            patience: Ns::from_ms(30_000),
            rtt_every: Ns::from_ms(100),
            seed: u64::from(flow.0),
        }
    }

    fn end(&self, side: Side) -> End {
        match side {
            Side::Client => self.client,
            Side::Server => self.server,
        }
    }

    fn sends(&self, side: Side) -> bool {
        (side == Side::Client) == (self.direction == Direction::Up)
    }
}

/// Which end of a connection a host is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Client,
    Server,
}

impl Side {
    const fn other(self) -> Self {
        match self {
            Self::Client => Self::Server,
            Self::Server => Self::Client,
        }
    }
}

#[cfg(test)]
mod tests;
