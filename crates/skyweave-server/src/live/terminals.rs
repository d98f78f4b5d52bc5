//! What listed terminals get: in a slot, and over the slots that are kept.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use skyweave_core::admission::Basis;
use skyweave_core::flow::DelayParts;
use skyweave_core::plan::Slot;
use skyweave_core::terminal::Served;
use skyweave_core::world::World;

/// What a listed terminal gets in a slot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TerminalNow {
    /// Whether it is served.
    pub served: bool,
    /// Why not.
    pub outage: Option<String>,
    /// Its satellite, by its place in the world.
    pub satellite: Option<u32>,
    /// The gateway that its traffic comes down at.
    pub gateway: Option<u32>,
    /// The PoP in force.
    pub pop: Option<u32>,
    /// Round trip to the PoP, with what medium access adds in the middle of its distribution, ms.
    pub rtt_ms: Option<f64>,
    /// What that is made of.
    pub rtt_parts_ms: Option<RttParts>,
    /// Rate towards it, Mbit/s.
    pub down_mbps: f64,
    /// Rate from it, Mbit/s.
    pub up_mbps: f64,
    /// What keeps it from getting more.
    pub limit: Option<String>,
    /// Elevation of its satellite, deg.
    pub elevation_deg: Option<f64>,
    /// Azimuth of its satellite, deg from north to the east.
    pub azimuth_deg: Option<f64>,
    /// Satellites on its way, its own first.
    pub hops: Vec<u32>,
}

/// Parts of a round trip, ms: there and back. They add up to it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RttParts {
    /// Between terminal and satellite.
    pub up: f64,
    /// Over lasers.
    pub lasers: f64,
    /// Between satellite and gateway.
    pub down: f64,
    /// Between gateway and PoP.
    pub fibre: f64,
    /// What medium access adds.
    pub access: f64,
}

impl RttParts {
    /// The parts of a delay.
    #[must_use]
    pub fn of(delay: &DelayParts) -> Self {
        let both_ways_ms = |one_way_s: f64| rounded(2.0 * one_way_s * 1e3);
        Self {
            up: both_ways_ms(delay.up_s),
            lasers: both_ways_ms(delay.lasers_s),
            down: both_ways_ms(delay.down_s),
            fibre: both_ways_ms(delay.fibre_s),
            access: rounded(delay.access_s * 1e3),
        }
    }
}

/// What listed terminals get in a slot.
#[must_use]
pub fn of_slot<A: Basis>(world: &World, slot: &Slot<A>) -> Vec<TerminalNow> {
    slot.terminals
        .iter()
        .map(|terminal| match &terminal.outcome {
            Ok(served) => served_now(world, slot, served),
            Err(outage) => TerminalNow {
                served: false,
                outage: Some(outage.name().to_owned()),
                satellite: None,
                gateway: None,
                pop: None,
                rtt_ms: None,
                rtt_parts_ms: None,
                down_mbps: 0.0,
                up_mbps: 0.0,
                limit: None,
                elevation_deg: None,
                azimuth_deg: None,
                hops: Vec::new(),
            },
        })
        .collect()
}

fn served_now<A: Basis>(world: &World, slot: &Slot<A>, served: &Served) -> TerminalNow {
    let delay = &served.flow.delay;
    let way = slot.routes.way(served.satellite, served.pop, world);
    TerminalNow {
        served: true,
        outage: None,
        satellite: Some(served.satellite.0),
        gateway: Some(served.flow.gateway.0),
        pop: Some(served.pop.0),
        rtt_ms: Some(rounded(delay.rtt_s() * 1e3)),
        rtt_parts_ms: Some(RttParts::of(delay)),
        down_mbps: rounded(served.flow.down_bps / 1e6),
        up_mbps: rounded(served.flow.up_bps / 1e6),
        limit: Some(served.flow.limit.name().to_owned()),
        elevation_deg: Some(rounded(served.elevation_rad.to_degrees())),
        azimuth_deg: Some(rounded(served.azimuth_rad.to_degrees())),
        hops: way.map_or_else(Vec::new, |way| way.satellites.iter().map(|satellite| satellite.0).collect()),
    }
}

/// To a thousandth: more digits are noise, and bytes.
#[must_use]
pub fn rounded(value: f64) -> f64 {
    (value * 1e3).round() / 1e3
}
