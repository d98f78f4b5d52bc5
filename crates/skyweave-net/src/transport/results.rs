//! What came of a transfer, as each side saw it, and as a whole.

use super::{Direction, Transfer};
use crate::packet::FlowId;
use crate::spread::Spread;
use crate::time::{NS_PER_S, Ns};

/// How a connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Everything was sent and received.
    Complete,
    /// Nothing was heard for as long as the transfer's patience lasts.
    TimedOut,
    /// The other side broke it off.
    Reset,
    /// The address that it was bound to is gone.
    AddressLost,
    /// The stack gave up for another reason: a violation of the protocol, or settings that it cannot work with.
    Failed,
}

impl Ending {
    /// The name in outputs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::TimedOut => "timed_out",
            Self::Reset => "reset",
            Self::AddressLost => "address_lost",
            Self::Failed => "failed",
        }
    }
}

/// What came in order and was handed to the application.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Delivered {
    /// Bytes of the application.
    pub bytes: u64,
    /// Bytes that were not those that were sent.
    pub wrong_bytes: u64,
    /// When the first came.
    pub first: Option<Ns>,
    /// When the last so far came.
    pub last: Option<Ns>,
    /// When it was clear that no more would come.
    pub complete: Option<Ns>,
}

impl Delivered {
    pub(super) fn note(&mut self, now: Ns, bytes: u64, wrong_bytes: u64) {
        self.bytes += bytes;
        self.wrong_bytes += wrong_bytes;
        self.first.get_or_insert(now);
        self.last = Some(now);
    }
}

/// What was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sent {
    /// Bytes that the application handed to the stack.
    pub bytes: u64,
    /// Packets.
    pub packets: u64,
    /// Bytes of packets, with their IP headers.
    pub packet_bytes: u64,
    /// Sent again. TCP: segments that hold a byte that was sent before. QUIC: packets that were held to be lost; what was in them is
    /// sent again in others.
    pub again_packets: u64,
    /// Bytes of those: TCP of their payload, QUIC of the packets.
    pub again_bytes: u64,
    /// When the other side had confirmed everything.
    pub confirmed: Option<Ns>,
}

/// Round-trip times of what was sent, by its acknowledgements: the other side's delay in answering is in them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoundTrips {
    /// All of them.
    pub times: Spread,
    /// When, and how long: not more often than was asked for.
    pub series: Vec<(Ns, Ns)>,
    every: Ns,
}

impl RoundTrips {
    pub(super) fn new(every: Ns) -> Self {
        Self { times: Spread::default(), series: Vec::new(), every }
    }

    pub(super) fn note(&mut self, now: Ns, rtt: Ns) {
        self.times.add(rtt);
        let due = self.series.last().is_none_or(|&(last, _)| now >= last.after(self.every));
        if due && self.every < Ns::NEVER {
            self.series.push((now, rtt));
        }
    }
}

/// What one side saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Results {
    /// When it sent its first packet, or received it.
    pub begun: Option<Ns>,
    /// When the handshake was done.
    pub established: Option<Ns>,
    /// What it received.
    pub delivered: Delivered,
    /// What it sent.
    pub sent: Sent,
    /// How long what it sent took to be acknowledged.
    pub round_trips: RoundTrips,
    /// When the connection ended, and how.
    pub ended: Option<(Ns, Ending)>,
}

impl Results {
    pub(super) fn new(every: Ns) -> Self {
        Self {
            begun: None,
            established: None,
            delivered: Delivered { bytes: 0, wrong_bytes: 0, first: None, last: None, complete: None },
            sent: Sent {
                bytes: 0,
                packets: 0,
                packet_bytes: 0,
                again_packets: 0,
                again_bytes: 0,
                confirmed: None,
            },
            round_trips: RoundTrips::new(every),
            ended: None,
        }
    }

    pub(super) fn end(&mut self, now: Ns, ending: Ending) {
        self.ended.get_or_insert((now, ending));
    }
}

/// A transfer as a whole: a row of a table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FlowResult {
    /// Its number.
    pub flow: FlowId,
    /// Bytes that were delivered to the application.
    pub bytes: u64,
    /// Of those, bytes that were not those that were sent.
    pub wrong_bytes: u64,
    /// When the first came.
    pub first: Option<Ns>,
    /// When the last came.
    pub last: Option<Ns>,
    /// What the client's handshake took.
    pub handshake: Option<Ns>,
    /// From the client's first packet until everything was delivered.
    pub completion: Option<Ns>,
    /// Bytes delivered from the first to the last, as a rate; none before two instants are known.
    pub goodput_bps: Option<f64>,
    /// Packets that the sender sent.
    pub packets: u64,
    /// Of those, sent again: see [`Sent::again_packets`].
    pub again_packets: u64,
    /// Round trips that the sender saw: the shortest, the median, the 95th of a hundred, and the longest.
    pub rtt: Option<[Ns; 4]>,
    /// How it ended at the sender.
    pub ending: Option<Ending>,
}

impl FlowResult {
    /// What both sides saw, put together.
    #[must_use]
    pub fn of(transfer: &Transfer, client: &Results, server: &Results) -> Self {
        let (sender, receiver) = match transfer.direction {
            Direction::Up => (client, server),
            Direction::Down => (server, client),
        };
        let Delivered { bytes, wrong_bytes, first, last, complete } = receiver.delivered;
        let took = first.zip(last).map(|(first, last)| last.since(first)).filter(|took| took.0 > 0);
        let since_begun = |at: Ns| client.begun.map(|begun| at.since(begun));
        Self {
            flow: transfer.flow,
            bytes,
            wrong_bytes,
            first,
            last,
            handshake: client.established.and_then(since_begun),
            completion: complete.and_then(since_begun),
            goodput_bps: took.map(|took| bytes as f64 * 8.0 * NS_PER_S as f64 / took.0 as f64),
            packets: sender.sent.packets,
            again_packets: sender.sent.again_packets,
            rtt: quantiles(&sender.round_trips.times),
            ending: sender.ended.map(|(_, ending)| ending),
        }
    }
}

fn quantiles(times: &Spread) -> Option<[Ns; 4]> {
    Some([times.least()?, times.quantile(0.5)?, times.quantile(0.95)?, times.most()?])
}
