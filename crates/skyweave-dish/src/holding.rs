//! What a slot gives a terminal.
//!
//! | name | unit | frame |
//! |---|---|---|
//! | [`Direction`] | rad | the terminal's horizon: azimuth from north over east, elevation |
//! | [`Link`] | bit/s, s | |

use skyweave_core::admission::Basis;
use skyweave_core::geodesy::{EcefPosition, Geodetic, Vec3, azimuth_elevation_rad};
use skyweave_core::ids::{CellId, GatewayId, PopId, SatId, TerminalId};
use skyweave_core::math::{asin, atan2, sin_cos};
use skyweave_core::plan::Slot;
use skyweave_core::refusal::RefusalCode;
use skyweave_core::schedule::Outage;
use skyweave_core::time::{SLOT_S, SlotNo};
use skyweave_core::world::World;

/// Gravitational parameter of the Earth, m3/s2 (WGS84).
const EARTH_GM_M3_S2: f64 = 3.986_004_418e14;

/// What holds for a terminal in a slot.
#[derive(Debug, Clone, PartialEq)]
pub struct Holding {
    /// Which slot.
    pub slot: SlotNo,
    /// Where the terminal is when it begins.
    pub place: Geodetic,
    /// The cell it is in.
    pub cell: CellId,
    /// What it gets, or why nothing.
    pub outcome: Result<Link, Outage>,
    /// The way of the satellite that it looks at, be it hidden or not.
    pub pass: Option<Pass>,
}

/// What a terminal gets.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Link {
    /// Its satellite.
    pub satellite: SatId,
    /// The gateway on its way.
    pub gateway: GatewayId,
    /// Its PoP.
    pub pop: PopId,
    /// Rate to the terminal, bit/s.
    pub down_bps: f64,
    /// Rate from the terminal, bit/s.
    pub up_bps: f64,
    /// Round trip to the PoP, s.
    pub rtt_s: f64,
}

/// A direction over a terminal's horizon.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Direction {
    /// From north over east, rad.
    pub azimuth_rad: f64,
    /// Over the horizon, rad.
    pub elevation_rad: f64,
}

/// The way of a satellite over a terminal's sky in a slot.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pass {
    /// When the slot begins.
    pub from: Direction,
    /// When it ends.
    pub to: Direction,
}

impl Holding {
    /// What a slot gives a listed terminal.
    #[must_use]
    pub fn of<A: Basis>(world: &World, slot: &Slot<A>, terminal: TerminalId) -> Self {
        let service = &slot.terminals[terminal.index()];
        let (place, cell) = (service.place.geodetic, service.cell);
        let beam = || slot.assignment.over(world, cell)?.ok().map(|beam| beam.satellite);
        let (outcome, looked_at) = match &service.outcome {
            Ok(served) => {
                let link = Link {
                    satellite: served.satellite,
                    gateway: served.flow.gateway,
                    pop: served.pop,
                    down_bps: served.flow.down_bps,
                    up_bps: served.flow.up_bps,
                    rtt_s: served.flow.delay.rtt_s(),
                };
                (Ok(link), Some(served.satellite))
            }
            // it looks at a satellite all the same, and that is how it finds out
            Err(Outage::Obstructed) => (Err(Outage::Obstructed), beam()),
            Err(outage) => (Err(*outage), None),
        };
        let pass = looked_at.map(|satellite| Pass::of(place, slot, satellite));
        Self { slot: slot.no, place, cell, outcome, pass }
    }
}

impl Holding {
    /// The same, of a terminal that is refused.
    #[must_use]
    pub fn refused(self, code: RefusalCode) -> Self {
        Self { outcome: Err(Outage::NotAdmitted(code)), pass: None, ..self }
    }
}

impl Pass {
    fn of<A: Basis>(place: Geodetic, slot: &Slot<A>, satellite: SatId) -> Self {
        let position = slot.sky.position[satellite.index()];
        let later = after_a_slot(position, slot.sky.velocity_m_s[satellite.index()]);
        Self { from: Direction::of(place, position), to: Direction::of(place, later) }
    }

    /// Where the satellite stands after a share of the slot, from 0 to 1: on the chord, which is nearer to its way than a map's cell is wide.
    #[must_use]
    pub fn at(&self, share: f64) -> Direction {
        let [a, b] = [self.from, self.to].map(Direction::unit);
        let [east, north, up] = std::array::from_fn(|axis| a[axis] + (b[axis] - a[axis]) * share);
        let length = (east * east + north * north + up * up).sqrt();
        Direction { azimuth_rad: atan2(east, north), elevation_rad: asin(up / length) }
    }
}

impl Direction {
    fn of(place: Geodetic, target: EcefPosition) -> Self {
        let (azimuth_rad, elevation_rad) = azimuth_elevation_rad(place, target);
        Self { azimuth_rad, elevation_rad }
    }

    /// East, north, up.
    fn unit(self) -> [f64; 3] {
        let (sin_azimuth, cos_azimuth) = sin_cos(self.azimuth_rad);
        let (sin_elevation, cos_elevation) = sin_cos(self.elevation_rad);
        [cos_elevation * sin_azimuth, cos_elevation * cos_azimuth, sin_elevation]
    }
}

/// Where a satellite is 15 s later, Earth-fixed: r + v t - (GM / r3) r t2 / 2. What the turning frame adds (130 m) is left out: 0.02 degrees.
fn after_a_slot(position: EcefPosition, velocity_m_s: Vec3) -> EcefPosition {
    let (r, t) = (position.0, SLOT_S as f64);
    let radius_m = r.norm();
    let left = 1.0 - 0.5 * EARTH_GM_M3_S2 / (radius_m * radius_m * radius_m) * t * t;
    EcefPosition(Vec3::new(
        r.x * left + velocity_m_s.x * t,
        r.y * left + velocity_m_s.y * t,
        r.z * left + velocity_m_s.z * t,
    ))
}
