//! Both directions of a user link: from the time at which a packet comes to that at which it goes.

use super::hash::{Draws, Purpose};
use super::params::AccessParams;
use super::{
    FRAME_S, FRAMES_PER_SLOT, GpsNs, LONGEST_DETOUR_S, WANDER_FRAMES, frame_not_before, frame_start_ns, ns,
};
use crate::math;
use crate::time::SlotNo;

/// The jitter of arrivals is drawn anew after so many frames.
const JITTER_FRAMES: i64 = 2;
/// The same, s; no jitter is longer.
const JITTER_STEP_S: f64 = JITTER_FRAMES as f64 * FRAME_S;
/// The least share of granted opportunities: below it a packet could wait for ever.
const LEAST_OPEN_SHARE: f64 = 0.02;
/// No exponential time is longer than so many of its means.
const MOST_MEANS: f64 = 10.0;
/// Nobody waits longer for a grant, slots: parameters may leave no time for any.
const MOST_SLOTS_WAITED: i64 = 4;
/// A detour is looked for so many slots back at most.
const DETOUR_MEMORY_SLOTS: i64 = 40;

/// What a terminal did before it sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activity {
    /// It sent a moment ago, so that grants come without asking: a stream, or a ping every 10 ms.
    Steady,
    /// It was silent, and has to ask for a grant first: a traceroute.
    Sporadic,
}

/// The medium access of one terminal.
#[derive(Debug, Clone)]
pub struct Access {
    params: AccessParams,
    draws: Draws,
}

/// A slot's opportunities to send.
#[derive(Debug, Clone, Copy)]
struct Grants {
    slot: SlotNo,
    period: i64,
    phase: i64,
    wanders: bool,
    open_share: f64,
    opens_ns: i64,
}

impl Access {
    /// The access of the terminal with this seed. Terminals with different seeds have nothing in common but the slots.
    #[must_use]
    pub const fn new(params: AccessParams, seed: u64) -> Self {
        Self { params, draws: Draws { seed } }
    }

    /// The parameters.
    #[must_use]
    pub const fn params(&self) -> &AccessParams {
        &self.params
    }

    /// What a terminal is that last sent so many ns ago.
    #[must_use]
    pub fn activity(&self, silent_ns: i64) -> Activity {
        if silent_ns > ns(self.params.idle_after_s) { Activity::Sporadic } else { Activity::Steady }
    }

    /// When a packet that the terminal gets from its wire at `now` leaves its antenna: the beginning of a frame. Never earlier
    /// for a later `now`, as long as the activity is the same; a steady packet may leave before a sporadic one that came
    /// first, so whoever mixes them takes the later of this and the last one's.
    #[must_use]
    pub fn uplink(&self, now: GpsNs, activity: Activity) -> GpsNs {
        let ready = now.plus_ns(ns(self.params.up_processing_s));
        let ready = match activity {
            Activity::Steady => ready,
            Activity::Sporadic => self.request(ready),
        };
        self.grant_not_before(ready, activity)
    }

    /// The first grant of this terminal at or after an instant: the beginning of a frame.
    #[must_use]
    pub fn grant_not_before(&self, instant: GpsNs, activity: Activity) -> GpsNs {
        let mut slot = instant.slot();
        let mut frame = frame_not_before(instant.offset_ns());
        loop {
            let grants = self.grants(slot, activity);
            while frame < FRAMES_PER_SLOT {
                if self.is_granted(&grants, frame) {
                    return GpsNs::in_slot(slot, frame_start_ns(frame));
                }
                frame += 1;
            }
            if slot.0 > instant.slot().0 + MOST_SLOTS_WAITED {
                return GpsNs::in_slot(slot, 0);
            }
            (slot, frame) = (slot.next(), 0);
        }
    }

    /// When a packet whose signal reaches the terminal's antenna at `arrival` is on its wire. Never earlier for a later arrival.
    #[must_use]
    pub fn downlink(&self, arrival: GpsNs) -> GpsNs {
        let slot = arrival.slot();
        let opens_ns = ns(self.between(self.params.downlink_opens_s, Purpose::DownlinkOpens, slot));
        let held = arrival.max(GpsNs::in_slot(slot, opens_ns));
        // what came in the slot before must be out first, be its detour ever so long
        let before = GpsNs::in_slot(slot, self.detour_ns(slot.minus(1)));
        let detoured = held.plus_ns(self.detour_ns(slot)).max(before);
        self.jittered(detoured).plus_ns(ns(self.params.down_processing_s))
    }

    /// How much longer the way is in a slot than geometry says, round trip, ns.
    #[must_use]
    pub fn detour_ns(&self, slot: SlotNo) -> i64 {
        let redrawn = |s: &SlotNo| {
            self.draws.unit(Purpose::DetourRedrawn, *s, 0) >= self.params.detour_stay.clamp(0.0, 1.0)
        };
        let source = (0..DETOUR_MEMORY_SLOTS).map(|back| slot.minus(back)).find(redrawn).unwrap_or(slot);
        if self.draws.unit(Purpose::Detour, source, 0) >= self.params.detour_share {
            return 0;
        }
        let [least_s, mean_s] = self.params.detour_s;
        let beyond_s = self.exponential(mean_s - least_s, Purpose::DetourLength, source);
        ns((least_s + beyond_s).min(LONGEST_DETOUR_S))
    }

    /// When the network hears that the terminal wants to send.
    fn request(&self, ready: GpsNs) -> GpsNs {
        let period = i64::from(self.params.request_period_frames.max(1));
        let slot = ready.slot();
        let phase = i64::from(self.draws.below(Purpose::RequestPhase, slot, 0, period as u32));
        let frame = frame_not_before(ready.offset_ns());
        let asked = frame + (phase - frame).rem_euclid(period);
        // the next slot has a phase of its own, and begins with opportunities for everybody
        GpsNs::in_slot(slot, frame_start_ns(asked.min(FRAMES_PER_SLOT)))
    }

    fn grants(&self, slot: SlotNo, activity: Activity) -> Grants {
        let period = self.period(slot);
        let tail_s = self.exponential(self.params.uplink_opens_tail_s, Purpose::UplinkOpens, slot);
        let open_share = self.between(self.params.open_share, Purpose::OpenShare, slot);
        Grants {
            slot,
            period,
            phase: i64::from(self.draws.below(Purpose::Phase, slot, 0, period as u32)),
            wanders: self.draws.unit(Purpose::Wander, slot, 0) < self.params.wander_share,
            open_share: match activity {
                Activity::Steady => open_share,
                Activity::Sporadic => open_share.max(self.params.requested_open_share),
            },
            opens_ns: ns(self.params.uplink_opens_s + tail_s),
        }
    }

    /// Frames from one opportunity to the next.
    fn period(&self, slot: SlotNo) -> i64 {
        let weights = &self.params.period_weights;
        let mut left = self.draws.unit(Purpose::Period, slot, 0) * weights.iter().sum::<f64>();
        for (index, weight) in weights.iter().enumerate() {
            left -= weight;
            if left < 0.0 {
                return index as i64 + 1;
            }
        }
        1
    }

    fn is_granted(&self, grants: &Grants, frame: i64) -> bool {
        let phase = if grants.wanders {
            let block = (frame / WANDER_FRAMES) as u64;
            i64::from(self.draws.below(Purpose::WanderPhase, grants.slot, block, grants.period as u32))
        } else {
            grants.phase
        };
        if (frame - phase).rem_euclid(grants.period) != 0 {
            return false;
        }
        let offset_ns = frame_start_ns(frame);
        let closes_ns = frame_start_ns(FRAMES_PER_SLOT) - ns(self.params.uplink_closes_s);
        if offset_ns < grants.opens_ns || offset_ns >= closes_ns {
            return false;
        }
        let recovers = offset_ns < ns(self.params.recovery_s);
        let factor = if recovers { self.params.recovery_open_factor } else { 1.0 };
        let share = (grants.open_share * factor).max(LEAST_OPEN_SHARE);
        self.draws.unit(Purpose::Grant, grants.slot, frame as u64) < share
    }

    /// Later by up to the slot's jitter: drawn anew every [`JITTER_FRAMES`], and in between without a jump, so that nothing overtakes.
    fn jittered(&self, instant: GpsNs) -> GpsNs {
        let slot = instant.slot();
        let knots = instant.offset_ns() as f64 * 1e-9 / JITTER_STEP_S;
        let knot = knots.floor();
        let at = |slot: SlotNo, knot: u64| {
            let width_s = self.between(self.params.down_jitter_s, Purpose::JitterWidth, slot);
            width_s.min(JITTER_STEP_S) * self.draws.unit(Purpose::Jitter, slot, knot)
        };
        let here = at(slot, knot as u64);
        let is_last = knot as i64 + 1 == FRAMES_PER_SLOT / JITTER_FRAMES;
        let next = if is_last { at(slot.next(), 0) } else { at(slot, knot as u64 + 1) };
        let part = knots - knot;
        instant.plus_ns(ns(here + (next - here) * part))
    }

    fn between(&self, [low, high]: [f64; 2], purpose: Purpose, slot: SlotNo) -> f64 {
        low + (high - low) * self.draws.unit(purpose, slot, 0)
    }

    fn exponential(&self, mean: f64, purpose: Purpose, slot: SlotNo) -> f64 {
        let left = 1.0 - self.draws.unit(purpose, slot, 0);
        (-math::ln(left)).min(MOST_MEANS) * mean.max(0.0)
    }
}
