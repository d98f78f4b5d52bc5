//! The parameters of medium access, and what they were fitted on.

/// Parameters of the delay that medium access adds on a user link. All are data: a scenario may state others.
///
/// Where the defaults come from:
///
/// | parameters | source |
/// |---|---|
/// | `period_weights`, `wander_share` | counted: the strongest spectral line of each of 107 slots of two traces of Victoria BC, December 2024 (250 Hz is a period of three frames); slots with none but that at 750 Hz wander |
/// | `downlink_opens_s` | read off: the first reply of a slot came after 42, 50, 73, 100 ms in 5, 25, 50, 75 % of the slots of the same traces; the later of these waited for grants |
/// | `down_processing_s`, `open_share`, `down_jitter_s`, `uplink_closes_s`, `uplink_opens_s`, `uplink_opens_tail_s`, `recovery_open_factor`, `detour_share` | fitted on those traces by the test `access_fit` of skyweave-io, and rounded; the sites want 0 to 0.07 of the last |
/// | `detour_stay`, `detour_s` | fitted likewise, and then held |
/// | `request_period_frames`, `requested_open_share` | fitted on the traceroutes of seven sites, October 2024 (leaving one out gives 16-18 frames and 0.60-0.99: the second is hardly determined); the traces say nothing about silent terminals |
/// | `up_processing_s`, `recovery_s`, `idle_after_s` | assumptions: only the sum of both processing times shows, and probes are either 10-30 ms or minutes apart |
///
/// The two traces are of one terminal and one evening: what they say about rare slots (`detour_share`) is weak.
#[derive(Debug, Clone, PartialEq)]
pub struct AccessParams {
    /// From the wire to the transmitter's queue, s.
    pub up_processing_s: f64,
    /// From the antenna to the wire, and all fixed time in the network, s.
    pub down_processing_s: f64,
    /// How often a terminal's grant opportunities come: weights of a period of 1, 2, ... 8 frames. A slot has one period.
    pub period_weights: [f64; 8],
    /// Share of slots in which the phase of the opportunities changes every [`super::WANDER_FRAMES`].
    pub wander_share: f64,
    /// Share of a slot's opportunities that are granted, lowest and highest of the slots; evenly between. At least 0.02 is taken.
    pub open_share: [f64; 2],
    /// Period of the opportunities to ask for a grant, frames: what a terminal that was silent waits for first.
    pub request_period_frames: u32,
    /// Share of its opportunities that are granted to a terminal that has asked; the slot's own share if that is greater.
    pub requested_open_share: f64,
    /// A terminal that sent nothing for longer than this was silent, s.
    pub idle_after_s: f64,
    /// Most that an arrival is delayed by jitter, s, lowest and highest of the slots; two frames at most are taken.
    pub down_jitter_s: [f64; 2],
    /// No grants from so long before a slot begins, s: what is sent later would come back after the reallocation.
    pub uplink_closes_s: f64,
    /// No grants until so long after a slot has begun, s, at least.
    pub uplink_opens_s: f64,
    /// Mean of the exponential time beyond that, s; cut at ten times the mean.
    pub uplink_opens_tail_s: f64,
    /// Nothing is received until so long after a slot has begun, s, lowest and highest.
    pub downlink_opens_s: [f64; 2],
    /// Until so long after a slot has begun grants are scarce, s.
    pub recovery_s: f64,
    /// The open share is multiplied with this while they are.
    pub recovery_open_factor: f64,
    /// Share of slots with a detour: time on the way that geometry does not explain.
    pub detour_share: f64,
    /// Probability that a slot keeps the detour (or its absence) of the one before.
    pub detour_stay: f64,
    /// Least and mean length of a detour, round trip, s: least plus an exponential time, cut at [`super::LONGEST_DETOUR_S`].
    pub detour_s: [f64; 2],
}

impl Default for AccessParams {
    fn default() -> Self {
        Self {
            up_processing_s: 0.001,
            down_processing_s: 0.005_7,
            period_weights: [0.0, 0.10, 0.38, 0.47, 0.05, 0.0, 0.0, 0.0],
            wander_share: 0.19,
            open_share: [0.21, 0.83],
            request_period_frames: 18,
            requested_open_share: 0.85,
            idle_after_s: 0.1,
            down_jitter_s: [0.000_8, 0.001_9],
            uplink_closes_s: 0.001,
            uplink_opens_s: 0.048,
            uplink_opens_tail_s: 0.024,
            downlink_opens_s: [0.040, 0.090],
            recovery_s: 0.250,
            recovery_open_factor: 0.5,
            detour_share: 0.09,
            detour_stay: 0.55,
            detour_s: [0.0, 0.040],
        }
    }
}
