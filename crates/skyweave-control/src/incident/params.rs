//! The parameters of the rule, with defaults.

use super::{CERTAIN, Inside};

const HOUR_S: i64 = 3_600;
const DAY_S: i64 = 24 * HOUR_S;

/// Where and how a terminal may be used: what its service line, plan and registries say.
#[derive(Clone, Copy)]
pub struct Limits<'a> {
    /// Where it may always be.
    pub home: &'a dyn Inside,
    /// Where it may be while it roams; none if its plan does not roam.
    pub roaming: Option<&'a dyn Inside>,
    /// Greatest speed in use, cm/s; none for no limit.
    pub in_motion_limit_cm_s: Option<u32>,
    /// What it can travel on cannot be faster, m/s: 45 on land and at sea, 300 in the air.
    pub fastest_m_s: u32,
}

/// The parameters of the rule. Defaults were chosen on the seeded fleets of [`crate::fleet::synthetic`]; what they give there is in
/// `docs/service.md`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Params {
    /// Positions within this time make one look, s.
    pub look_s: i64,
    /// Positions of one look that are weighed, evenly over its time.
    pub most_fixes_a_look: i64,
    /// A look stands for the time since the one before, but for no more than this, s.
    pub longest_look_s: i64,
    /// Up to this probability of being inside, a look is outside, in 65536ths.
    pub outside_65536: u32,
    /// From this probability on, a look is inside, in 65536ths.
    pub inside_65536: u32,
    /// For deep looks positions are taken to be known no better than this, m.
    pub deep_error_m: u32,
    /// How much a time inside takes off from times outside.
    pub inside_weight: i64,
    /// Deep time to be diverted, s.
    pub diverted_deep_s: i64,
    /// Outside time of any kind to be diverted, s.
    pub diverted_s: i64,
    /// Least time from the first look outside to being diverted, s.
    pub diverted_span_s: i64,
    /// Least looks outside to be diverted.
    pub diverted_looks: u32,
    /// Deep or roaming time to be roaming, s.
    pub roaming_s: i64,
    /// Least looks outside to be roaming.
    pub roaming_looks: u32,
    /// Time too fast to be moving, s.
    pub moving_s: i64,
    /// Positions further apart in time say nothing about speed, s.
    pub moving_gap_s: i64,
    /// What speed must exceed the limit by, m/s.
    pub moving_margin_m_s: u32,
    /// Changes of side to be border flicker.
    pub flips: u32,
    /// Within this time, s.
    pub flips_span_s: i64,
    /// Time inside, without a look outside, that closes an incident, s.
    pub back_s: i64,
    /// Least looks for that.
    pub back_looks: u32,
    /// A doubtful claim is believed after it has held so long, s.
    pub doubt_s: i64,
    /// Claims this near to the place before a jump are back there, m.
    pub near_m: u32,
    /// What the network knows of a place is held against claims for so long, s.
    pub network_s: i64,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            look_s: HOUR_S,
            most_fixes_a_look: 8,
            longest_look_s: 6 * HOUR_S,
            outside_65536: CERTAIN / 10,
            inside_65536: CERTAIN - CERTAIN / 10,
            deep_error_m: 3_000,
            inside_weight: 3,
            diverted_deep_s: 72 * HOUR_S,
            diverted_s: 240 * HOUR_S,
            diverted_span_s: 5 * DAY_S,
            diverted_looks: 10,
            roaming_s: 24 * HOUR_S,
            roaming_looks: 4,
            moving_s: HOUR_S / 2,
            moving_gap_s: 600,
            moving_margin_m_s: 3,
            flips: 4,
            flips_span_s: 7 * DAY_S,
            back_s: DAY_S,
            back_looks: 4,
            doubt_s: 3 * DAY_S,
            near_m: 25_000,
            network_s: 6 * HOUR_S,
        }
    }
}
