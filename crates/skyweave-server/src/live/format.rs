//! A slot as bytes: `application/vnd.skyweave.slot`, for the page and for whoever else draws or reads it.
//!
//! | bytes | what |
//! |---|---|
//! | 4 | `SKYW` |
//! | 4 | version, u32, little endian like all numbers here |
//! | 4 | length of the header, u32: a multiple of 4, filled up with spaces |
//! | that many | the header, JSON: [`Header`] |
//! | the rest | the sections that the header lists; each begins at a multiple of 4 and is filled up with zeros |

use super::in_force::BundleNow;
use super::outage::code_of;
use super::terminals::{TerminalNow, of_slot};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use skyweave_core::admission::Basis;
use skyweave_core::constellation::ServiceState;
use skyweave_core::geodesy::Vec3;
use skyweave_core::ids::CellId;
use skyweave_core::plan::Slot;
use skyweave_core::schedule::Outage;
use skyweave_core::world::World;
use skyweave_io::results::UtcMs;

/// The media type.
pub const MEDIA_TYPE: &str = "application/vnd.skyweave.slot";
const MAGIC: &[u8; 4] = b"SKYW";
const VERSION: u32 = 1;
/// Before the header: magic, version, length.
const PREFIX: usize = 12;
/// No satellite, no gateway.
pub const NONE: u32 = u32::MAX;
/// Cells that are not served have the number of the reason with this added.
pub const FIRST_OUTAGE: u8 = 2;

/// What stands before the sections.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Header {
    /// Number of the slot: GPS seconds at its start, divided by 15.
    pub slot: i64,
    /// When it begins, RFC 3339.
    pub starts_utc: String,
    /// How its admission came about.
    pub basis: String,
    /// Which bundle it was planned by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bundle: Option<BundleNow>,
    /// True for a slot that was planned before its hour was planned up to it: batch plans it a little differently.
    pub provisional: bool,
    /// How many there are of each.
    pub counts: Counts,
    /// What comes after the header.
    pub sections: Vec<Section>,
    /// What each listed terminal gets, in the order of the world.
    pub terminals: Vec<TerminalNow>,
}

/// How many there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Counts {
    /// Satellites.
    pub satellites: usize,
    /// Lasers that carry traffic.
    pub lasers: usize,
    /// Position cells.
    pub cells: usize,
    /// Listed terminals.
    pub terminals: usize,
}

/// Where a section is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Section {
    /// Its name.
    pub name: String,
    /// `f32`, `u32`, `u16` or `u8`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Where it begins, bytes after the end of the header.
    pub offset: usize,
    /// Its length, bytes, without what fills it up.
    pub length: usize,
}

/// What a slot comes to, in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Summary {
    /// Cells that are served.
    pub served: u32,
    /// Cells that ask for something.
    pub asking: u32,
    /// Terminals that are served: listed ones and those without a name, rounded.
    pub terminals_served: u64,
    /// Lasers that carry traffic.
    pub lasers: u32,
}

/// A slot as it is sent.
pub struct Encoded {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// What it comes to.
    pub summary: Summary,
    /// What each listed terminal gets.
    pub terminals: Vec<TerminalNow>,
    /// Which bundle it was planned by.
    pub bundle: Option<BundleNow>,
}

#[derive(Default)]
struct Body {
    sections: Vec<Section>,
    bytes: Vec<u8>,
}

impl Body {
    fn add<const N: usize>(&mut self, name: &str, kind: &str, values: impl Iterator<Item = [u8; N]>) {
        let offset = self.bytes.len();
        self.bytes.extend(values.flatten());
        let length = self.bytes.len() - offset;
        self.bytes.resize(self.bytes.len().next_multiple_of(4), 0);
        self.sections.push(Section { name: name.to_owned(), kind: kind.to_owned(), offset, length });
    }

    fn f32(&mut self, name: &str, values: impl Iterator<Item = f64>) {
        self.add(name, "f32", values.map(|value| (value as f32).to_le_bytes()));
    }

    fn u32(&mut self, name: &str, values: impl Iterator<Item = u32>) {
        self.add(name, "u32", values.map(u32::to_le_bytes));
    }

    fn u8(&mut self, name: &str, values: impl Iterator<Item = u8>) {
        self.add(name, "u8", values.map(|value| [value]));
    }
}

/// A slot as bytes.
#[must_use]
pub fn encode<A: Basis>(
    world: &World,
    slot: &Slot<A>,
    provisional: bool,
    bundle: Option<BundleNow>,
) -> Encoded {
    let mut body = Body::default();
    let km = |v: Vec3| [v.x / 1e3, v.y / 1e3, v.z / 1e3];
    let sky = &slot.sky;
    body.f32("sat_position_km", sky.position.iter().flat_map(|position| km(position.0)));
    body.f32("sat_velocity_km_s", sky.velocity_m_s.iter().flat_map(|velocity| km(*velocity)));
    body.u8("sat_state", (0..world.satellites.len()).map(|satellite| satellite_state(slot, satellite)));
    let gateways = slot.feeders.of_satellite.iter();
    body.u32("sat_gateway", gateways.map(|feeder| feeder.map_or(NONE, |feeder| feeder.gateway.0)));
    let live = &slot.lasers.live;
    body.u32("laser_a", live.iter().map(|laser| laser.a.0));
    body.u32("laser_b", live.iter().map(|laser| laser.b.0));
    let loads = live.iter().zip(&slot.flows.laser_load_bps);
    body.u8("laser_load", loads.map(|(laser, load)| share(load / laser.capacity_bps)));
    let cells = || (0..world.cells.len()).map(|cell| cell_state(slot, cell));
    body.u8("cell_state", cells().map(code));
    let over = |cell: usize| slot.assignment.over(world, CellId::at(cell)).and_then(Result::ok);
    let satellite = |cell: usize| over(cell).map_or(NONE, |beam| beam.satellite.0);
    body.u32("cell_satellite", (0..world.cells.len()).map(satellite));
    let rates = slot.flows.cells.iter();
    body.f32(
        "cell_down_mbps",
        rates.map(|cell| {
            cell.as_ref().and_then(|flow| flow.as_ref().ok()).map_or(0.0, |flow| flow.down_bps / 1e6)
        }),
    );

    let terminals = of_slot(world, slot);
    let header = Header {
        slot: slot.no.0,
        starts_utc: UtcMs::of_slot(slot.no).to_string(),
        basis: A::NAME.to_owned(),
        bundle,
        provisional,
        counts: Counts {
            satellites: world.satellites.len(),
            lasers: live.len(),
            cells: world.cells.len(),
            terminals: terminals.len(),
        },
        sections: body.sections,
        terminals,
    };
    let (mut served, mut asking) = (0, 0);
    for state in cells() {
        served += u32::from(state == CellState::Served);
        asking += u32::from(state != CellState::AsksForNothing);
    }
    let summary = Summary {
        served,
        asking,
        terminals_served: terminals_served(slot).round() as u64,
        lasers: live.len() as u32,
    };
    let bytes = join(&header, &body.bytes);
    Encoded { bytes, summary, terminals: header.terminals, bundle: header.bundle }
}

fn join(header: &Header, body: &[u8]) -> Vec<u8> {
    // a header of numbers and texts can always be written
    let mut text = serde_json::to_vec(header).unwrap_or_default();
    text.resize(text.len().next_multiple_of(4), b' ');
    let mut bytes = Vec::with_capacity(PREFIX + text.len() + body.len());
    bytes.extend(MAGIC);
    bytes.extend(VERSION.to_le_bytes());
    bytes.extend((text.len() as u32).to_le_bytes());
    bytes.extend(text);
    bytes.extend(body);
    bytes
}

/// Reads a slot back: its header, and the bytes of the sections.
///
/// # Errors
/// If they are no slot, or one of another version.
pub fn decode(bytes: &[u8]) -> Result<(Header, &[u8]), String> {
    let number =
        |at: usize| -> Option<u32> { Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?)) };
    if bytes.get(..4) != Some(MAGIC) {
        return Err("these bytes do not begin with `SKYW`: they are no slot".to_owned());
    }
    let version = number(4).unwrap_or_default();
    if version != VERSION {
        return Err(format!("a slot of version {version}; accepted: {VERSION}"));
    }
    let end = PREFIX + number(8).unwrap_or_default() as usize;
    let text = bytes.get(PREFIX..end).ok_or("the slot ends within its header")?;
    let header: Header =
        serde_json::from_slice(text).map_err(|error| format!("the header of a slot: {error}"))?;
    let body = &bytes[end..];
    let fits =
        |section: &Section| section.offset.checked_add(section.length).is_some_and(|end| end <= body.len());
    match header.sections.iter().find(|section| !fits(section)) {
        Some(section) => Err(format!("the slot ends before its section {}", section.name)),
        None => Ok((header, body)),
    }
}

/// What a cell is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CellState {
    /// It is served.
    Served,
    /// Nobody there asks for anything.
    AsksForNothing,
    /// Somebody does, and is not served.
    Out(Outage),
}

/// What a cell is like in a slot. One whose terminals may not be served, or have no power, is out for that.
#[must_use]
pub fn cell_state<A: Basis>(slot: &Slot<A>, cell: usize) -> CellState {
    let demand = &slot.demand.cells[cell];
    match &slot.flows.cells[cell] {
        Some(Ok(_)) => CellState::Served,
        Some(Err(outage)) => CellState::Out(*outage),
        None => match demand.refusal {
            Some(code) if demand.refused_terminals > 0.0 => CellState::Out(Outage::NotAdmitted(code)),
            _ if demand.dark_terminals > 0.0 => CellState::Out(Outage::NoPower),
            _ => CellState::AsksForNothing,
        },
    }
}

fn code(state: CellState) -> u8 {
    match state {
        CellState::Served => 0,
        CellState::AsksForNothing => 1,
        CellState::Out(outage) => FIRST_OUTAGE + code_of(outage),
    }
}

/// Terminals of asks that are served.
#[must_use]
pub fn terminals_served<A: Basis>(slot: &Slot<A>) -> f64 {
    let asks = slot.demand.asks.iter().zip(&slot.flows.asks);
    asks.filter(|(_, answer)| matches!(answer, Some(Ok(_)))).map(|(ask, _)| ask.terminals).sum()
}

/// 0 serving, 1 laser only, 2 in transit, 3 unknown, 4 failed.
fn satellite_state<A: Basis>(slot: &Slot<A>, satellite: usize) -> u8 {
    if !slot.conditions.satellite_up[satellite] {
        return 4;
    }
    if !slot.sky.present[satellite] {
        return 3;
    }
    match slot.topology.service[satellite] {
        ServiceState::Serving => 0,
        ServiceState::LaserOnly => 1,
        ServiceState::InTransit => 2,
        ServiceState::Unknown => 3,
    }
}

fn share(of_capacity: f64) -> u8 {
    (of_capacity * 255.0).round().clamp(0.0, 255.0) as u8
}
