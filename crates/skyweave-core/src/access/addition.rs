//! What medium access adds to a round trip, as quantiles: for outputs that have no packets.

use super::link::{Access, Activity};
use super::params::AccessParams;
use super::{GpsNs, SLOT_NS};
use crate::time::SlotNo;

/// Round trips that are tabulated, each in a slot of its own: enough for a p95 within some tenths of a millisecond.
const SAMPLES: u64 = 4_096;
/// Propagation between the two directions while tabulating, ns: it decides only what a slot's end does.
const NOMINAL_ROUND_TRIP_NS: i64 = 10_000_000;
/// The golden ratio's fractional part as a 64-bit fraction: its multiples fill the slot evenly.
const EVEN_STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// The distribution of what medium access adds to the round trip of a packet that is sent at any time of a slot.
#[derive(Debug, Clone)]
pub struct RttAddition {
    by_slot_s: Vec<f64>,
    sorted_s: Vec<f64>,
}

impl RttAddition {
    /// Tabulates it: the model itself at times spread evenly over slots.
    #[must_use]
    pub fn tabulate(params: &AccessParams, activity: Activity) -> Self {
        let access = Access::new(params.clone(), 0);
        let by_slot_s: Vec<f64> = (0..SAMPLES)
            .map(|index| {
                let part = index.wrapping_mul(EVEN_STEP);
                let offset_ns = ((u128::from(part) * SLOT_NS as u128) >> 64) as i64;
                let sent = GpsNs::in_slot(SlotNo(index as i64), offset_ns);
                let back = access.downlink(access.uplink(sent, activity).plus_ns(NOMINAL_ROUND_TRIP_NS));
                (back.0 - sent.0 - NOMINAL_ROUND_TRIP_NS) as f64 * 1e-9
            })
            .collect();
        let mut sorted_s = by_slot_s.clone();
        sorted_s.sort_by(f64::total_cmp);
        Self { by_slot_s, sorted_s }
    }

    /// What a share `p` of round trips does not exceed, s.
    #[must_use]
    pub fn quantile_s(&self, p: f64) -> f64 {
        let last = self.sorted_s.len() - 1;
        let place = p.clamp(0.0, 1.0) * last as f64;
        let below = place.floor() as usize;
        let above = (below + 1).min(last);
        self.sorted_s[below] + (self.sorted_s[above] - self.sorted_s[below]) * (place - below as f64)
    }

    /// The tabulated additions as they were drawn, s: each goes with any round trip by propagation.
    #[must_use]
    pub fn samples_s(&self) -> &[f64] {
        &self.by_slot_s
    }
}
