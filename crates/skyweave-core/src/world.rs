//! What exists: satellites, gateways, PoPs, fibres, cells and terminals, and the rules they live by.
//!
//! A world is read-only. Whatever changes during a run (failures, demand, motion) is in its [`Timeline`] or in a
//! terminal's track, so that the state at any slot can be computed from the world alone.

use crate::access::{Activity, RttAddition};
use crate::air::Air;
use crate::atmosphere::SiteClimate;
use crate::beams::BeamGrid;
use crate::elements::MeanElements;
use crate::geodesy::{EARTH_MEAN_RADIUS_M, Geodetic, LIGHT_M_S};
use crate::gso::GsoRegimes;
use crate::ids::{BeamId, CellId, FibreId, GatewayId, PlanId, PopId, SatId};
use crate::place::HorizonMask;
use crate::refusal::RefusalCode;
use crate::rules::Rules;
use crate::service::{Course, Point, Ruling, Service, Subscriber};
use crate::sgp4::{EARTH_RADIUS_WGS72_KM, Sgp4, Sgp4Error};
use crate::time::{SLOT_S, SlotInstant, SlotNo};
use crate::timeline::Timeline;
use crate::weather::{Weather, along};
use skyweave_proof::table::Table;
use std::sync::Arc;

pub use crate::place::Place;

/// Everything a plan starts from.
#[derive(Debug, Clone, Default)]
pub struct World {
    /// Satellites with usable elements, ordered by catalogue number.
    pub satellites: Vec<Satellite>,
    /// Objects whose elements are no orbit: they are left out, and counted.
    pub unusable: Vec<(String, Sgp4Error)>,
    /// Gateways.
    pub gateways: Vec<Gateway>,
    /// Points of presence.
    pub pops: Vec<Pop>,
    /// Fibres between gateways and PoPs.
    pub fibres: Vec<Fibre>,
    /// Cells that may be served.
    pub cells: Vec<Cell>,
    /// Terminals that are listed one by one.
    pub terminals: Vec<Terminal>,
    /// Where beams are pointed: the beam cells over the position cells.
    pub beams: BeamGrid,
    /// What the air of each beam cell and gateway takes from a link.
    pub air: Air,
    /// How far from the geostationary arc satellites must stand, by territory and date.
    pub gso: GsoRegimes,
    /// Storms and rain.
    pub weather: Weather,
    /// Which decision tables are in force; without any everybody may be served.
    pub service: Service,
    /// What medium access adds to a round trip, in the middle of its distribution, s.
    pub access_rtt_s: f64,
    /// Parameters of every stage.
    pub rules: Rules,
    /// What fails, recovers or changes, and when.
    pub timeline: Timeline,
}

/// A satellite and its orbit.
#[derive(Debug, Clone)]
pub struct Satellite {
    /// Name as published.
    pub name: String,
    /// Catalogue number.
    pub catalog_number: u32,
    /// International designator, empty where unknown.
    pub international_designator: String,
    /// Epoch of the elements.
    pub epoch: SlotInstant,
    /// The orbit.
    pub orbit: Sgp4,
    /// Inclination at the epoch, rad.
    pub inclination_rad: f64,
    /// Mean altitude over the equatorial radius, m.
    pub mean_altitude_m: f64,
    /// True for the second generation, which has more capacity and bands.
    pub second_generation: bool,
    /// Where it belongs by design, for satellites of a described shell.
    pub design: Option<DesignPlace>,
}

/// Place of a satellite in a shell that was described and not observed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DesignPlace {
    /// Number of the shell in the scenario.
    pub shell: u16,
    /// Plane within the shell.
    pub plane: u16,
    /// What the shell is for.
    pub service: ShellService,
    /// True if its satellites are of the second generation.
    pub second_generation: bool,
}

/// What a described shell is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShellService {
    /// Serves terminals.
    Terminals,
    /// Carries traffic over lasers only (direct-to-cell satellites serve no Ku terminal).
    LasersOnly,
}

impl Satellite {
    /// A satellite from its mean elements.
    ///
    /// # Errors
    /// [`Sgp4Error::Elements`] when they are no orbit.
    pub fn new(elements: &MeanElements, design: Option<DesignPlace>) -> Result<Self, Sgp4Error> {
        let orbit = Sgp4::new(elements)?;
        Ok(Self {
            name: elements.name.clone(),
            catalog_number: elements.catalog_number,
            international_designator: elements.international_designator.clone(),
            epoch: SlotInstant::of(elements.epoch),
            inclination_rad: elements.inclination_rad,
            mean_altitude_m: (orbit.semi_major_axis_km() - EARTH_RADIUS_WGS72_KM) * 1_000.0,
            orbit,
            second_generation: design.map_or_else(
                || is_second_generation(&elements.name, &elements.international_designator),
                |design| design.second_generation,
            ),
            design,
        })
    }
}

/// True for a satellite of the second generation, by what is published of it: names from `STARLINK-30000` on; without a number
/// in the name, launches from 2024 on (only second-generation ones were launched since late 2023).
#[must_use]
pub fn is_second_generation(name: &str, international_designator: &str) -> bool {
    let number = name.strip_prefix("STARLINK-").map(|rest| {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        rest[..digits].parse::<u32>()
    });
    if let Some(Ok(number)) = number {
        return number >= 30_000;
    }
    let year = international_designator.get(..4).map(str::parse::<u32>);
    matches!(year, Some(Ok(year)) if year >= 2024)
}

/// A gateway: the antennas that hold satellites.
#[derive(Debug, Clone)]
pub struct Gateway {
    /// Name, unique among gateways.
    pub name: String,
    /// Where it stands.
    pub place: Place,
    /// How many satellites it can hold at once.
    pub antennas: u16,
    /// Lowest elevation it works at, rad.
    pub min_elevation_rad: f64,
    /// Most that all its antennas carry together, each way, bit/s; infinite where only its feeder links bind.
    pub capacity_bps: f64,
    /// True if no public source has it: invented for a what-if.
    pub hypothetical: bool,
}

/// A point of presence: where the network meets the internet, and where addresses live.
#[derive(Debug, Clone)]
pub struct Pop {
    /// Code, unique among PoPs.
    pub code: String,
    /// City.
    pub city: String,
    /// Where it stands.
    pub place: Place,
    /// Most that it hands over to and from the internet, each way, bit/s; infinite where it never binds.
    pub capacity_bps: f64,
    /// True if no public source has it: invented for a what-if.
    pub hypothetical: bool,
}

/// A fibre route from a gateway to a PoP.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fibre {
    /// Its gateway.
    pub gateway: GatewayId,
    /// Its PoP.
    pub pop: PopId,
    /// Length of the route, m.
    pub length_m: f64,
    /// One-way delay, s.
    pub delay_s: f64,
}

impl Fibre {
    /// A fibre of a stated length in glass with a stated velocity factor.
    #[must_use]
    pub fn new(gateway: GatewayId, pop: PopId, length_m: f64, velocity_factor: f64) -> Self {
        Self { gateway, pop, length_m, delay_s: length_m / (LIGHT_M_S * velocity_factor) }
    }
}

/// A position cell: what tells where somebody is.
#[derive(Debug, Clone)]
pub struct Cell {
    /// H3 index of the cell.
    pub h3: u64,
    /// Its centre, at ground level.
    pub place: Place,
    /// People who live there.
    pub population: f64,
    /// Terminals that are not listed by themselves.
    pub anonymous_terminals: u32,
    /// PoP that the addresses of this cell's terminals belong to.
    pub home_pop: PopId,
}

/// A terminal that is listed by itself.
#[derive(Debug, Clone)]
pub struct Terminal {
    /// Name, unique among terminals.
    pub name: String,
    /// True for a named site, whose results are written slot by slot.
    pub is_site: bool,
    /// Where it is, or goes.
    pub motion: Motion,
    /// The cell it is in, from each slot on; the first entry holds from the beginning.
    pub cells: Vec<(SlotNo, CellId)>,
    /// PoP that its addresses belong to.
    pub home_pop: PopId,
    /// A refusal that the scenario declares for it.
    pub declared_refusal: Option<RefusalCode>,
    /// What it pays for.
    pub plan: PlanId,
    /// What stands around it.
    pub mask: HorizonMask,
}

/// Where a terminal is over time.
#[derive(Debug, Clone)]
pub enum Motion {
    /// It stays.
    Fixed(Place),
    /// It passes these points at these times, on great circles in between; it stands before the first and after the last.
    Track(Vec<(SlotInstant, Geodetic)>),
}

impl Motion {
    /// The place at the start of a slot.
    #[must_use]
    pub fn at(&self, slot: SlotNo) -> Place {
        match self {
            Self::Fixed(place) => *place,
            Self::Track(points) => Place::new(along(points, slot)),
        }
    }
}

impl Terminal {
    /// Where it is when a slot begins, and its speed from there to the next one.
    #[must_use]
    pub fn course_at(&self, slot: SlotNo) -> Course {
        let place = self.motion.at(slot).geodetic;
        let speed_m_s = match &self.motion {
            Motion::Fixed(_) => 0.0,
            Motion::Track(_) => place.great_circle_m(self.motion.at(slot.next()).geodetic) / SLOT_S as f64,
        };
        Course { place, speed_m_s }
    }

    /// The cell it is in at a slot.
    #[must_use]
    pub fn cell_at(&self, slot: SlotNo) -> CellId {
        let entered = self.cells.partition_point(|(from, _)| *from <= slot);
        self.cells[entered.saturating_sub(1)].1
    }
}

impl World {
    /// Splits elements into satellites and the unusable, ordered by catalogue number.
    #[must_use]
    pub fn satellites_from(
        elements: &[(MeanElements, Option<DesignPlace>)],
    ) -> (Vec<Satellite>, Vec<(String, Sgp4Error)>) {
        let (mut satellites, mut unusable) = (Vec::with_capacity(elements.len()), Vec::new());
        for (set, design) in elements {
            match Satellite::new(set, *design) {
                Ok(satellite) => satellites.push(satellite),
                Err(error) => unusable.push((set.name.clone(), error)),
            }
        }
        satellites.sort_by_key(|s| s.catalog_number);
        (satellites, unusable)
    }

    /// Computes what follows from the rest: the beam cells over the position cells, the air of each beam cell and gateway by a
    /// climate, and the delay of medium access.
    pub fn settle(&mut self, climate: &dyn Fn(&Place) -> SiteClimate) {
        let cells: Vec<Place> = self.cells.iter().map(|cell| cell.place).collect();
        let radio = &self.rules.radio;
        let colours = radio.down_beams.colours.max(radio.up_beams.colours);
        self.beams = BeamGrid::lay(&cells, radio.beam_cell_m, colours);
        let gateways: Vec<Place> = self.gateways.iter().map(|gateway| gateway.place).collect();
        self.air = Air::over(&self.rules, &self.beams.places, &gateways, climate);
        self.access_rtt_s = RttAddition::tabulate(&self.rules.access, Activity::Steady).quantile_s(0.5);
    }

    /// A decision table before this world: its cells, plans and listed terminals. `inhabited` is as for [`Ruling::new`].
    #[must_use]
    pub fn ruled_by(&self, table: Arc<Table>, inhabited: &(dyn Fn(u64) -> Vec<Point> + Sync)) -> Arc<Ruling> {
        let cells: Vec<u64> = self.cells.iter().map(|cell| cell.h3).collect();
        let plans: Vec<&str> = self.rules.demand.plans.iter().map(|plan| plan.name.as_str()).collect();
        let paid = self.terminals.iter().map(|terminal| terminal.plan);
        // a world that declares no service says nothing of its terminals
        let nobody = Subscriber::plain();
        let known = self.service.subscribers.iter().chain(std::iter::repeat(&nobody));
        let subscribers: Vec<_> = paid.zip(known).collect();
        Arc::new(Ruling::new(table, &cells, &plans, &subscribers, inhabited))
    }

    /// The beam cell of a position cell.
    #[must_use]
    pub fn beam_of(&self, cell: CellId) -> BeamId {
        self.beams.of_cell[cell.index()]
    }

    /// The satellite of this id.
    #[must_use]
    pub fn satellite(&self, id: SatId) -> &Satellite {
        &self.satellites[id.index()]
    }

    /// The fibre between a gateway and a PoP, if there is one.
    #[must_use]
    pub fn fibre_between(&self, gateway: GatewayId, pop: PopId) -> Option<FibreId> {
        self.fibres.iter().position(|f| f.gateway == gateway && f.pop == pop).map(FibreId::at)
    }

    /// The PoP nearest to a place among those that pass a test.
    #[must_use]
    pub fn nearest_pop(&self, place: Place, usable: impl Fn(PopId) -> bool) -> Option<PopId> {
        let mut best: Option<(f64, PopId)> = None;
        for (index, pop) in self.pops.iter().enumerate() {
            let id = PopId::at(index);
            if !usable(id) {
                continue;
            }
            // the chord orders as the great circle does, and costs no trigonometry
            let chord = (pop.place.up - place.up).norm() * EARTH_MEAN_RADIUS_M;
            if best.is_none_or(|(least, _)| chord < least) {
                best = Some((chord, id));
            }
        }
        best.map(|(_, id)| id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generations_are_read_from_names() {
        for (name, designator, expected) in [
            ("STARLINK-1008", "2019-074B", false),
            ("STARLINK-6279", "2023-084A", false),
            ("STARLINK-30000", "2023-026A", true),
            ("STARLINK-31072 [DTC]", "2024-001A", true),
            ("STARLINK-11072 [DTC]", "2024-001A", false),
            ("OBJECT A", "2025-001A", true),
            ("OBJECT A", "2021-001A", false),
            ("", "", false),
        ] {
            assert_eq!(is_second_generation(name, designator), expected, "{name}");
        }
    }
}
