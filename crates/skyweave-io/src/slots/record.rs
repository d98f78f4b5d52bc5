//! A slot as a feed gives it: plain values, owned, in SI units.

use skyweave_core::constellation::ServiceState;
use skyweave_core::flow::{DelayParts, Limit};
use skyweave_core::geodesy::{EcefPosition, Geodetic};
use skyweave_core::ids::{CellId, GatewayId, PopId, SatId};
use skyweave_core::schedule::Outage;
use skyweave_core::time::SlotNo;

/// The names of everything, by number. All slots of a feed share them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FeedNames {
    /// By [`SatId`].
    pub satellites: Vec<String>,
    /// By [`GatewayId`].
    pub gateways: Vec<String>,
    /// Codes, by [`PopId`].
    pub pops: Vec<String>,
    /// H3 indexes, hexadecimal, by [`CellId`].
    pub cells: Vec<String>,
    /// By `TerminalId`.
    pub terminals: Vec<String>,
}

/// A slot.
#[derive(Debug, Clone, PartialEq)]
pub struct SlotRecord {
    /// Which slot.
    pub slot: SlotNo,
    /// When it begins: milliseconds since 1970-01-01 00:00 UTC, leap seconds not counted.
    pub time_unix_ms: i64,
    /// Who vouches for the admission: `enforced`, `hypothetical` or `unsigned`.
    pub basis: String,
    /// The satellites.
    pub satellites: SatelliteRecords,
    /// The lasers that carry traffic.
    pub lasers: Vec<LaserRecord>,
    /// The PoPs in use, and the ways to them.
    pub pops: Vec<PopRecord>,
    /// By cell: what each of its terminals gets. Delays are those from the cell's centre.
    pub cells: Vec<Outcome<ServedRecord>>,
    /// By cell: terminals that are admitted and have power.
    pub cell_terminals: Vec<f64>,
    /// By listed terminal.
    pub terminals: Vec<TerminalRecord>,
}

/// The satellites of a slot; every list is by [`SatId`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SatelliteRecords {
    /// Position in the Earth-fixed frame, m; the Earth's centre for a satellite without an orbit.
    pub position: Vec<EcefPosition>,
    /// Velocity as seen from the turning Earth, in the same frame (x, y, z), m/s.
    pub velocity_m_s: Vec<[f32; 3]>,
    /// False for a satellite that failed or has no position.
    pub present: Vec<bool>,
    /// What it may do.
    pub service: Vec<ServiceState>,
    /// Cells that it serves.
    pub cells: Vec<u16>,
    /// The gateway that holds it.
    pub feeder: Vec<Option<FeederRecord>>,
}

/// The link to the gateway that holds a satellite.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FeederRecord {
    /// The gateway.
    pub gateway: GatewayId,
    /// Distance to it, m.
    pub range_m: f64,
    /// What the link carries from the gateway, bit/s.
    pub up_bps: f64,
    /// What it carries to the gateway, bit/s.
    pub down_bps: f64,
}

/// A laser that carries traffic.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LaserRecord {
    /// The satellite with the lower number.
    pub a: SatId,
    /// The other one.
    pub b: SatId,
    /// Distance between them, m.
    pub range_m: f64,
    /// What it carries each way, bit/s.
    pub capacity_bps: f64,
    /// Downlink traffic in the busier direction, bit/s.
    pub load_bps: f64,
}

/// The ways of all satellites to a PoP.
#[derive(Debug, Clone, PartialEq)]
pub struct PopRecord {
    /// The PoP.
    pub pop: PopId,
    /// By satellite: the next one on the way; `None` where the way goes down to its own gateway, or there is none.
    pub next: Vec<Option<SatId>>,
    /// By satellite: one-way delay to the PoP, s; infinite where there is no way.
    pub delay_s: Vec<f64>,
}

/// What becomes of somebody.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Outcome<T> {
    /// Served.
    Served(T),
    /// Not served, and why.
    Out(Outage),
    /// Asks for nothing.
    Idle,
}

impl<T> Outcome<T> {
    /// What is served.
    #[must_use]
    pub const fn served(&self) -> Option<&T> {
        match self {
            Self::Served(served) => Some(served),
            Self::Out(_) | Self::Idle => None,
        }
    }
}

/// What a terminal gets.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ServedRecord {
    /// The satellite.
    pub satellite: SatId,
    /// The PoP in force.
    pub pop: PopId,
    /// The gateway that traffic comes down at.
    pub gateway: GatewayId,
    /// Downlink rate, bit/s.
    pub down_bps: f64,
    /// Uplink rate, bit/s.
    pub up_bps: f64,
    /// What limits the downlink.
    pub limit: Limit,
    /// One-way delays of propagation, and what medium access adds to a round trip, s.
    pub delay: DelayParts,
    /// Lasers on the way.
    pub laser_hops: u16,
}

/// A listed terminal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TerminalRecord {
    /// Where it is.
    pub place: Geodetic,
    /// The cell it is in.
    pub cell: CellId,
    /// What it gets.
    pub outcome: Outcome<ServedTerminal>,
}

/// A listed terminal that is served.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ServedTerminal {
    /// Azimuth of the satellite from it, rad, north 0, east positive.
    pub azimuth_rad: f64,
    /// Elevation of the satellite over its horizon, rad.
    pub elevation_rad: f64,
    /// The rest, with its own delay up.
    pub service: ServedRecord,
}
