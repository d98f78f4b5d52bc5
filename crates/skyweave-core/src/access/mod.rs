//! What medium access adds to propagation on the user link, packet by packet.
//!
//! The model, with the names of [`AccessParams`]:
//!
//! - **Frame.** Time is divided into frames of 1/750 s that begin with the slot (11,250 in 15 s). Grants fall on their multiples.
//! - **Grants.** In a slot a terminal has an opportunity to send every few frames (`period_weights`), at a phase of its own. An
//!   opportunity is granted or not (`open_share`); what waits goes out together with the first that is. So waiting is a queue,
//!   and the number of missed opportunities is geometric: the tail.
//! - **Request.** A terminal that was silent first waits for an opportunity to ask (`request_period_frames`).
//! - **Reallocation.** Around the beginning of a slot no grants are given (`uplink_closes_s`, `uplink_opens_s`) and nothing is
//!   received (`downlink_opens_s`). What comes meanwhile is held and goes out together afterwards; for a while grants are
//!   scarce (`recovery_s`).
//! - **Processing** is fixed; the **jitter** of arrivals (`down_jitter_s`) stays within two frames.
//! - **Detours.** Some slots are longer by tens of milliseconds than any geometry explains (other gateways, lasers, the
//!   network behind), and the next is likely to be too.
//!
//! Each direction is a function from the time at which a packet comes to that at which it goes, and never decreases: packets
//! keep their order without anybody remembering those before. All numbers are drawn by counting (`hash`), so the same seed, slot
//! and time always give the same.
//!
//! Sources: the frame and its grants are seen as spectral lines in arrival times; slots are measured to begin at GPS seconds
//! that 15 divides. The rest is fitted: see [`AccessParams`]. No capacity is modelled here; rates and their queues are not medium access.

mod addition;
mod hash;
mod link;
mod params;
#[cfg(test)]
mod tests;

pub use addition::RttAddition;
pub use link::{Access, Activity};
pub use params::AccessParams;

use crate::time::{SLOT_S, SlotNo};

/// Frames in a second.
pub const FRAMES_PER_S: i64 = 750;
/// Frames in a slot.
pub const FRAMES_PER_SLOT: i64 = FRAMES_PER_S * SLOT_S;
/// Length of a frame, s.
pub const FRAME_S: f64 = 1.0 / FRAMES_PER_S as f64;
/// Where the phase of a terminal's opportunities wanders, it does so after so many frames: 80 ms, a multiple of the usual periods.
pub const WANDER_FRAMES: i64 = 60;
/// No detour is longer than this, s, round trip.
pub const LONGEST_DETOUR_S: f64 = 0.1;

const NS_PER_S: i64 = 1_000_000_000;
const SLOT_NS: i64 = SLOT_S * NS_PER_S;

/// An instant in whole nanoseconds since the GPS epoch, 1980-01-06 00:00:00 UTC, leap seconds counted: slots begin where
/// 15 s divide it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GpsNs(pub i64);

impl GpsNs {
    /// The instant at so many nanoseconds into a slot.
    #[must_use]
    pub const fn in_slot(slot: SlotNo, offset_ns: i64) -> Self {
        Self(slot.0 * SLOT_NS + offset_ns)
    }

    /// The slot that contains the instant.
    #[must_use]
    pub const fn slot(self) -> SlotNo {
        SlotNo(self.0.div_euclid(SLOT_NS))
    }

    /// Nanoseconds since its slot began, 0 to 15 s.
    #[must_use]
    pub const fn offset_ns(self) -> i64 {
        self.0.rem_euclid(SLOT_NS)
    }

    /// The instant so many nanoseconds later.
    #[must_use]
    pub const fn plus_ns(self, ns: i64) -> Self {
        Self(self.0 + ns)
    }
}

/// When a frame of a slot begins, ns after the slot: whole nanoseconds, rounded up so that a frame that begins at an
/// instant is not over before it.
const fn frame_start_ns(frame: i64) -> i64 {
    (frame * NS_PER_S + FRAMES_PER_S - 1).div_euclid(FRAMES_PER_S)
}

/// The first frame that begins at or after so many ns into a slot.
const fn frame_not_before(offset_ns: i64) -> i64 {
    let frame = (offset_ns * FRAMES_PER_S).div_euclid(NS_PER_S);
    if frame_start_ns(frame) < offset_ns { frame + 1 } else { frame }
}

/// Seconds as whole nanoseconds.
fn ns(seconds: f64) -> i64 {
    (seconds * 1e9).round_ties_even() as i64
}
