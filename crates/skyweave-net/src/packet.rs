//! What moves, and the numbers of what it moves between.

use crate::time::Ns;

macro_rules! numbers {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(pub u32);

        impl $name {
            /// As an index.
            #[inline]
            #[must_use]
            pub const fn index(self) -> usize {
                self.0 as usize
            }

            /// The number of what stands at an index.
            #[inline]
            #[must_use]
            pub const fn at(index: usize) -> Self {
                Self(index as u32)
            }
        }
    )+};
}

numbers! {
    /// Where links meet: a satellite, a gateway, a PoP, a terminal.
    NodeId,
    /// A sending end with its queue; it belongs to one node.
    PortId,
    /// A way from a port to another node, with a delay. A port that several receivers hear has several.
    EdgeId,
    /// A program that sends and receives; it sits at one node.
    HostId,
    /// Packets that belong together.
    FlowId,
}

/// A packet. Without a body it is only counted and timed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Packet {
    /// Who gets it.
    pub to: HostId,
    /// Who sent it.
    pub from: HostId,
    /// What it belongs to.
    pub flow: FlowId,
    /// Its number within the flow.
    pub number: u32,
    /// Length on the wire, bytes.
    pub bytes: u32,
    /// The way that it was given, if ways are given where packets come in.
    pub way: u32,
    /// Hops done on that way.
    pub hop: u16,
    /// When it was sent.
    pub sent: Ns,
    /// What it carries, where that matters: a whole IP packet.
    pub body: Option<Box<[u8]>>,
}

/// What is known of a packet without what it carries: all that queues, links and routes look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Header {
    /// Who gets it.
    pub to: HostId,
    /// Who sent it.
    pub from: HostId,
    /// What it belongs to.
    pub flow: FlowId,
    /// Its number within the flow.
    pub number: u32,
    /// Length on the wire, bytes.
    pub bytes: u32,
    /// The way that it was given, if ways are given where packets come in.
    pub way: u32,
    /// When it was sent.
    pub sent: Ns,
    /// Hops done on that way.
    pub hop: u16,
}

impl Packet {
    /// Everything but what it carries.
    #[inline]
    #[must_use]
    pub const fn header(&self) -> Header {
        let Self { to, from, flow, number, bytes, way, hop, sent, body: _ } = *self;
        Header { to, from, flow, number, bytes, way, sent, hop }
    }

    /// A packet of a header and what it carries.
    #[inline]
    #[must_use]
    pub const fn of(header: Header, body: Option<Box<[u8]>>) -> Self {
        let Header { to, from, flow, number, bytes, way, sent, hop } = header;
        Self { to, from, flow, number, bytes, way, hop, sent, body }
    }
}

/// Why a packet was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Loss {
    /// The queue was full.
    QueueFull,
    /// A queue's management dropped it (`CoDel`).
    Managed,
    /// By chance, on the link.
    Random,
    /// When the slot changed.
    Reallocation,
    /// The link that it waited for is gone.
    LinkGone,
    /// There is no way to go on.
    NoWay,
    /// A fault that was injected.
    Fault,
}

impl Loss {
    /// All reasons, in the order of their places in counters.
    pub const ALL: [Self; 7] = [
        Self::QueueFull,
        Self::Managed,
        Self::Random,
        Self::Reallocation,
        Self::LinkGone,
        Self::NoWay,
        Self::Fault,
    ];

    /// The name in outputs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::QueueFull => "queue_full",
            Self::Managed => "managed",
            Self::Random => "random",
            Self::Reallocation => "reallocation",
            Self::LinkGone => "link_gone",
            Self::NoWay => "no_way",
            Self::Fault => "fault",
        }
    }
}

/// Packets lost, by reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Losses([u64; Loss::ALL.len()]);

impl Losses {
    /// Counts one.
    pub fn count(&mut self, why: Loss) {
        self.0[why as usize] += 1;
    }

    /// Those lost for a reason.
    #[must_use]
    pub const fn of(&self, why: Loss) -> u64 {
        self.0[why as usize]
    }

    /// All.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    /// Adds those of somebody else.
    pub fn add(&mut self, other: &Self) {
        for (mine, theirs) in self.0.iter_mut().zip(other.0) {
            *mine += theirs;
        }
    }
}
