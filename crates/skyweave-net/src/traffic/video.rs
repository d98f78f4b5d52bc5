//! A video call as it looks on the wire: frames of several packets at a steady pace, key frames that are larger, and sound in between.
//! One direction; it does not adapt to what the network gives.

use crate::draw::Draws;
use crate::host::{Host, Outlet};
use crate::packet::{FlowId, HostId, Packet};
use crate::time::{NS_PER_S, Ns};
use std::any::Any;

/// What is sent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Call {
    /// Its number.
    pub flow: FlowId,
    /// Who sends.
    pub from: HostId,
    /// Who gets it.
    pub to: HostId,
    /// Bit/s of pictures on average, on the IP layer.
    pub video_bps: u64,
    /// Frames a second.
    pub frames_per_s: u32,
    /// A key frame comes after so many frames, and has this many times the bytes of another.
    pub key_frames: (u32, f64),
    /// Sizes of frames are drawn from this.
    pub seed: u64,
    /// When it begins.
    pub begin: Ns,
    /// Nothing is sent at this instant or later.
    pub end: Ns,
}

/// A packet of sound every 20 ms: 160 bytes of voice at 64 kbit/s and their headers.
const SOUND_INTERVAL: Ns = Ns(20_000_000);
const SOUND_BYTES: u32 = 200;
/// The longest packet, bytes; what calls keep below the MTU.
const PACKET_BYTES: u32 = 1_228;
/// A frame is smaller or larger than the mean by up to this share.
const UNEVENNESS: f64 = 0.4;

/// Sends a call.
#[derive(Debug)]
pub struct VideoSource {
    call: Call,
    draws: Draws,
    sent: u32,
    frame: u32,
    next_frame: Ns,
    next_sound: Ns,
}

impl VideoSource {
    /// Before its first frame.
    #[must_use]
    pub fn new(call: Call) -> Self {
        let begin = if call.begin < call.end { call.begin } else { Ns::NEVER };
        let draws = Draws::new(call.seed);
        Self { call, draws, sent: 0, frame: 0, next_frame: begin, next_sound: begin }
    }

    /// Packets sent so far.
    #[must_use]
    pub const fn sent(&self) -> u32 {
        self.sent
    }

    fn send(&mut self, bytes: u32, outlet: &mut Outlet) {
        let Call { flow, from, to, .. } = self.call;
        outlet.send(Packet { to, from, flow, number: self.sent, bytes, ..Packet::default() });
        self.sent += 1;
    }

    fn frame_bytes(&mut self) -> u32 {
        let (every, times) = self.call.key_frames;
        let mean = self.call.video_bps as f64 / 8.0 / f64::from(self.call.frames_per_s);
        let ordinary = mean * f64::from(every) / (f64::from(every) - 1.0 + times);
        let uneven = 1.0 + UNEVENNESS * (2.0 * self.draws.unit() - 1.0);
        let key = if self.frame.is_multiple_of(every) { times } else { 1.0 };
        ((ordinary * key * uneven) as u32).max(1)
    }
}

impl Host for VideoSource {
    fn receive(&mut self, _: Ns, _: Packet, _: &mut Outlet) {}

    fn wake(&mut self, now: Ns, outlet: &mut Outlet) {
        let later = |at: Ns| if at < self.call.end { at } else { Ns::NEVER };
        if self.next_sound <= now {
            self.next_sound = later(now.after(SOUND_INTERVAL));
            self.send(SOUND_BYTES, outlet);
        }
        if self.next_frame <= now {
            let mut left = self.frame_bytes();
            while left > 0 {
                let bytes = left.min(PACKET_BYTES);
                self.send(bytes, outlet);
                left -= bytes;
            }
            self.frame += 1;
            let after = u64::from(self.frame) * NS_PER_S / u64::from(self.call.frames_per_s.max(1));
            let at = self.call.begin.after(Ns(after));
            self.next_frame = if at < self.call.end { at } else { Ns::NEVER };
        }
    }

    fn next_wake(&self) -> Ns {
        self.next_frame.min(self.next_sound)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }
}
