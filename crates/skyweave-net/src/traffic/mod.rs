//! What hosts send in virtual time.

mod ping;
mod received;
mod requests;
mod udp;
mod video;

pub use ping::{Echo, Ping, Pings};
pub use received::{Received, Second};
pub use requests::{Asking, Requests, Responder};
pub use udp::{Arrivals, Sink, Stream, UdpSource};
pub use video::{Call, VideoSource};
