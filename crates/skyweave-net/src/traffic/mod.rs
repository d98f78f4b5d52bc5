//! What hosts send in virtual time.

mod ping;
mod udp;

pub use ping::{Echo, Ping, Pings};
pub use udp::{Arrivals, Sink, Stream, UdpSource};
