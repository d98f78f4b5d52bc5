//! What exists, for the page: everything that slots only give numbers of.

use super::Live;
use super::outage::{Reason, reasons};
use super::terminals::rounded;
use crate::clock::SECOND_NS;
use schemars::JsonSchema;
use serde::Serialize;
use skyweave_core::admission::Basis;
use skyweave_core::ids::TerminalId;
use skyweave_core::plan::Slot;
use skyweave_core::time::{SLOT_S, SlotNo};
use skyweave_core::world::{Place, World};
use skyweave_io::results::UtcMs;
use std::collections::BTreeMap;

/// A territory of the scenario.
#[derive(Debug, Clone)]
pub struct Territory {
    /// Its name.
    pub name: String,
    /// Its polygons, degrees: rings of longitude and latitude, the outer one first, each closed.
    pub polygons: Vec<Vec<Vec<[f64; 2]>>>,
}

impl Territory {
    /// Whether a place is inside: within an odd number of rings. No ring crosses longitude 180.
    fn contains(&self, latitude_deg: f64, longitude_deg: f64) -> bool {
        let crosses = |[from, to]: [[f64; 2]; 2]| {
            (from[1] > latitude_deg) != (to[1] > latitude_deg)
                && longitude_deg < from[0] + (latitude_deg - from[1]) / (to[1] - from[1]) * (to[0] - from[0])
        };
        let edges =
            self.polygons.iter().flatten().flat_map(|ring| ring.windows(2).map(|edge| [edge[0], edge[1]]));
        edges.filter(|edge| crosses(*edge)).count() % 2 == 1
    }
}

/// What exists.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Document {
    /// What the scenario is called.
    pub scenario: String,
    /// Its seed.
    pub seed: u64,
    /// How admissions come about.
    pub basis: &'static str,
    /// Length of a slot, s.
    pub slot_s: i64,
    /// Satellites.
    pub satellites: Vec<Satellite>,
    /// Gateways.
    pub gateways: Vec<Gateway>,
    /// Points of presence.
    pub pops: Vec<Pop>,
    /// Cells that may be served.
    pub cells: Vec<Cell>,
    /// Terminals that are listed by themselves.
    pub terminals: Vec<Terminal>,
    /// Territories.
    pub territories: Vec<TerritoryNow>,
    /// Reasons why somebody is not served; a cell's state is 2 more than the code.
    pub outages: Vec<Reason>,
    /// The network's clock.
    pub clock: ClockNow,
}

/// A satellite.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Satellite {
    /// Its name.
    pub name: String,
    /// What it did in the first slot: `serving`, `laser_only`, `in_transit` or `unknown`. Slots say what it does now.
    pub service: &'static str,
    /// Its shell, such as `53.0 deg 550 km`.
    pub shell: Option<String>,
}

/// A gateway.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Gateway {
    /// Its name.
    pub name: String,
    /// Latitude, deg.
    pub lat_deg: f64,
    /// Longitude, deg.
    pub lon_deg: f64,
    /// Its country, where known.
    pub country: Option<String>,
}

/// A point of presence.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Pop {
    /// Its code.
    pub code: String,
    /// Its city.
    pub name: String,
    /// Latitude, deg.
    pub lat_deg: f64,
    /// Longitude, deg.
    pub lon_deg: f64,
}

/// A cell.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Cell {
    /// Its H3 index, hexadecimal.
    pub h3: String,
    /// Latitude of its centre, deg.
    pub lat_deg: f64,
    /// Longitude of its centre, deg.
    pub lon_deg: f64,
}

/// A listed terminal.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "LiveTerminal")]
pub struct Terminal {
    /// Its name.
    pub name: String,
    /// Latitude, deg; of one that moves, now.
    pub lat_deg: f64,
    /// Longitude, deg.
    pub lon_deg: f64,
    /// Its cell, by its place in the list of cells.
    pub cell: u32,
    /// Its account, if the service has a terminal whose hardware key is this name, in capitals.
    pub account: Option<String>,
}

/// A territory, and how it stands.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TerritoryNow {
    /// Its name.
    pub name: String,
    /// `served` if terminals in it may be, `refused` if none may, `partly` if some may, `empty` if no cell is in it.
    pub state: &'static str,
    /// Its polygons: rings of [longitude, latitude], deg, the outer one first.
    pub polygons: Vec<Vec<Vec<[f64; 2]>>>,
}

/// The network's clock.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ClockNow {
    /// How many times as fast as time it goes.
    pub speed: f64,
    /// The network's time, RFC 3339.
    pub now_utc: String,
    /// The slot that holds.
    pub slot: Option<i64>,
    /// Whether it stands still.
    pub paused: bool,
    /// True for a replay: the network's time is not the wall clock's.
    pub replay: bool,
}

impl<A: Basis> Live<A> {
    /// The network's clock.
    #[must_use]
    pub fn clock_now(&self) -> ClockNow {
        ClockNow {
            speed: self.clock.speed(),
            now_utc: UtcMs(self.clock.now_ns() / (SECOND_NS / 1_000)).to_string(),
            slot: self.current().map(|slot| slot.0),
            paused: false,
            replay: !self.clock.is_wall(),
        }
    }

    /// What exists; none before the first slot.
    #[must_use]
    pub fn document(&self) -> Option<Document> {
        let current = self.current()?;
        let slot = self.whole(current)?;
        Some(Document {
            scenario: self.scenario.clone(),
            seed: self.seed,
            basis: A::NAME,
            slot_s: SLOT_S,
            satellites: satellites(&self.world, &slot),
            gateways: self.gateways(),
            pops: self.pops(),
            cells: self.cells(),
            terminals: self.terminals(current),
            territories: self.territories.iter().map(|territory| self.territory(territory, &slot)).collect(),
            outages: reasons(),
            clock: self.clock_now(),
        })
    }

    fn gateways(&self) -> Vec<Gateway> {
        let countries = self.countries.iter().cloned().chain(std::iter::repeat(None));
        self.world
            .gateways
            .iter()
            .zip(countries)
            .map(|(gateway, country)| {
                let (lat_deg, lon_deg) = degrees(&gateway.place);
                Gateway { name: gateway.name.clone(), lat_deg, lon_deg, country }
            })
            .collect()
    }

    fn pops(&self) -> Vec<Pop> {
        let pop = |pop: &skyweave_core::world::Pop| {
            let (lat_deg, lon_deg) = degrees(&pop.place);
            Pop { code: pop.code.clone(), name: pop.city.clone(), lat_deg, lon_deg }
        };
        self.world.pops.iter().map(pop).collect()
    }

    fn cells(&self) -> Vec<Cell> {
        let cell = |cell: &skyweave_core::world::Cell| {
            let (lat_deg, lon_deg) = degrees(&cell.place);
            Cell { h3: h3_text(cell.h3), lat_deg, lon_deg }
        };
        self.world.cells.iter().map(cell).collect()
    }

    fn terminals(&self, now: SlotNo) -> Vec<Terminal> {
        let terminal = |(place, terminal): (usize, &skyweave_core::world::Terminal)| {
            let (lat_deg, lon_deg) = degrees(&terminal.motion.at(now));
            Terminal {
                name: terminal.name.clone(),
                lat_deg,
                lon_deg,
                cell: terminal.cell_at(now).0,
                account: self.known(TerminalId::at(place)).and_then(|known| known.account),
            }
        };
        self.world.terminals.iter().enumerate().map(terminal).collect()
    }

    fn territory(&self, territory: &Territory, slot: &Slot<A>) -> TerritoryNow {
        let inside = |cell: &skyweave_core::world::Cell| {
            let (latitude_deg, longitude_deg) = degrees(&cell.place);
            territory.contains(latitude_deg, longitude_deg)
        };
        let cells = self.world.cells.iter().zip(&slot.demand.cells).filter(|(cell, _)| inside(cell));
        let (mut all, mut refused) = (0.0, 0.0);
        for (_, demand) in cells {
            all += demand.all_terminals;
            refused += demand.refused_terminals;
        }
        let state = if all == 0.0 {
            "empty"
        } else if refused == 0.0 {
            "served"
        } else if refused >= all {
            "refused"
        } else {
            "partly"
        };
        TerritoryNow { name: territory.name.clone(), state, polygons: territory.polygons.clone() }
    }
}

fn satellites<A: Basis>(world: &World, slot: &Slot<A>) -> Vec<Satellite> {
    let mut shell_of: Vec<Option<usize>> = vec![None; world.satellites.len()];
    for (number, shell) in slot.topology.shells.iter().enumerate() {
        for member in shell.planes.iter().flat_map(|plane| &plane.members) {
            shell_of[member.satellite.index()] = Some(number);
        }
    }
    let names: Vec<String> = slot
        .topology
        .shells
        .iter()
        .map(|shell| {
            format!("{:.1} deg {:.0} km", shell.inclination_rad.to_degrees(), shell.altitude_m / 1e3)
        })
        .collect();
    let satellites = world.satellites.iter().zip(&slot.topology.service).zip(shell_of);
    satellites
        .map(|((satellite, service), shell)| Satellite {
            name: satellite.name.clone(),
            service: service.name(),
            shell: shell.map(|shell| names[shell].clone()),
        })
        .collect()
}

/// Latitude and longitude, deg.
pub(super) fn degrees(place: &Place) -> (f64, f64) {
    let at = place.geodetic;
    (rounded(at.latitude_rad.to_degrees()), rounded(at.longitude_rad.to_degrees()))
}

/// An H3 index as it is written.
pub(super) fn h3_text(h3: u64) -> String {
    format!("{h3:x}")
}

/// The places of things in the world, by their names.
#[derive(Debug, Default)]
pub struct Names {
    /// By name, and by catalogue number.
    pub satellites: BTreeMap<String, u32>,
    /// By name.
    pub gateways: BTreeMap<String, u32>,
    /// By code.
    pub pops: BTreeMap<String, u32>,
    /// By H3 index.
    pub cells: BTreeMap<u64, u32>,
    /// By name.
    pub terminals: BTreeMap<String, u32>,
}

impl Names {
    pub(super) fn of(world: &World) -> Self {
        let numbers = world.satellites.iter().enumerate();
        let mut satellites: BTreeMap<String, u32> =
            numbers.map(|(place, one)| (one.catalog_number.to_string(), place as u32)).collect();
        // of namesakes the last is meant; each has its number
        satellites.extend(by_name(world.satellites.iter().map(|one| one.name.as_str())));
        Self {
            satellites,
            gateways: by_name(world.gateways.iter().map(|one| one.name.as_str())).collect(),
            pops: by_name(world.pops.iter().map(|one| one.code.as_str())).collect(),
            cells: world.cells.iter().enumerate().map(|(place, cell)| (cell.h3, place as u32)).collect(),
            terminals: by_name(world.terminals.iter().map(|one| one.name.as_str())).collect(),
        }
    }
}

fn by_name<'a>(names: impl Iterator<Item = &'a str>) -> impl Iterator<Item = (String, u32)> {
    names.enumerate().map(|(place, name)| (name.to_owned(), place as u32))
}
