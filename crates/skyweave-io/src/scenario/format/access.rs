//! What medium access adds to delays.

use super::Pair;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What medium access adds to the delay of a user link. A frame is 1/750 s, and a slot of 15 s has 11,250.
///
/// Two public traces of one terminal (Victoria, December 2024) and traceroutes of seven sites (October 2024) are what the figures
/// come from; what they say about rare slots (the detours) is weak.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Access {
    /// From the wire to the transmitter's queue, ms (assumption: only the sum of both processing times shows).
    pub up_processing_ms: f64,
    /// From the antenna to the wire, and all fixed time in the network, ms (fitted).
    pub down_processing_ms: f64,
    /// How often a terminal's opportunities to send come: weights of a period of 1, 2, ... 8 frames. A slot has one period (counted
    /// in 107 slots).
    pub period_weights: [f64; 8],
    /// Share of slots in which the phase of the opportunities changes every 60 frames (counted).
    pub wander_share: f64,
    /// Share of a slot's opportunities that are granted, lowest and highest of the slots, evenly between (fitted).
    #[schemars(with = "[f64; 2]")]
    pub open_share: Pair<f64>,
    /// Period of the opportunities to ask for a grant, which a terminal that was silent waits for first, frames (fitted).
    pub request_period_frames: u32,
    /// Share of its opportunities that are granted to a terminal that has asked (fitted, and hardly determined: 0.60 to 0.99).
    pub requested_open_share: f64,
    /// A terminal that sent nothing for longer than this was silent, ms (assumption).
    pub idle_after_ms: f64,
    /// Most that an arrival is delayed by jitter, lowest and highest of the slots, ms (fitted).
    #[schemars(with = "[f64; 2]")]
    pub down_jitter_ms: Pair<f64>,
    /// No grants from so long before a slot begins, ms (fitted).
    pub uplink_closes_ms: f64,
    /// No grants until so long after a slot has begun, at least, ms (fitted).
    pub uplink_opens_ms: f64,
    /// Mean of the exponential time beyond that, ms (fitted).
    pub uplink_opens_tail_ms: f64,
    /// Nothing is received until so long after a slot has begun, lowest and highest, ms (read off the traces).
    #[schemars(with = "[f64; 2]")]
    pub downlink_opens_ms: Pair<f64>,
    /// Until so long after a slot has begun grants are scarce, ms (assumption).
    pub recovery_ms: f64,
    /// The share of opportunities that are granted is multiplied with this while they are (fitted).
    pub recovery_open_factor: f64,
    /// Share of slots with a detour: time on the way that geometry does not explain (fitted).
    pub detour_share: f64,
    /// Probability that a slot keeps the detour, or its absence, of the one before (fitted).
    pub detour_stay: f64,
    /// Least and mean length of a detour, round trip, ms (fitted).
    #[schemars(with = "[f64; 2]")]
    pub detour_ms: Pair<f64>,
}
