//! A small world: three planes over eastern Europe, two gateways, two PoPs, a few cells and sites, and an hour in which a
//! gateway and then a PoP are lost.

use hifitime::Epoch;
use skyweave_core::admission::{Admission, Unsigned};
use skyweave_core::atmosphere::SiteClimate;
use skyweave_core::elements::MeanElements;
use skyweave_core::geodesy::{Geodetic, gmst82_rad};
use skyweave_core::ids::{CellId, FibreId, GatewayId, PlanId, PopId};
use skyweave_core::place::HorizonMask;
use skyweave_core::plan::{self, Slot};
use skyweave_core::refusal::RefusalCode;
use skyweave_core::rules::{BeamRules, LaserRules, PolicyKind, Rules, ScoreWeights, ServiceRules};
use skyweave_core::time::{SlotInstant, SlotNo, UtcHour, days_since_j2000};
use skyweave_core::timeline::{Affected, Change, Event, Timeline};
use skyweave_core::world::{
    Cell, DesignPlace, Fibre, Gateway, Motion, Place, Pop, ShellService, Terminal, World,
};
use skyweave_io::results::{FORMAT_VERSION, Header, Options, Writer};
use std::f64::consts::TAU;
use std::path::Path;
use std::sync::{Arc, OnceLock};

/// Slots that the tests look at: the last of one hour and the first of the next.
pub const BEFORE_THE_HOUR: i64 = 6;
pub const IN_THE_HOUR: i64 = 40;
/// Slots of the second hour in which things happen, counted from its first.
pub const GATEWAY_LOST: i64 = 10;
pub const POP_LOST: i64 = 20;
pub const RECOVERED: i64 = 30;

pub const IN_EUROPE: usize = 4;
/// The cell that no satellite comes near.
pub const POLE: usize = 4;
/// The cell that nobody lives in.
pub const EMPTY: usize = 5;
pub const SATELLITES: usize = 3 * PER_PLANE;
pub const TERMINALS: usize = 5;
pub const SITES: usize = 4;

const PER_PLANE: usize = 24;
const ALTITUDE_KM: f64 = 550.0;
const INCLINATION_DEG: f64 = 53.0;

pub fn hour() -> UtcHour {
    SlotNo::containing(Epoch::from_gregorian_utc(2026, 5, 20, 13, 30, 0, 0)).hour()
}

/// Slot `count` of the hour.
pub fn slot(count: i64) -> SlotNo {
    SlotNo(hour().first_slot().0 + count)
}

pub fn window() -> (SlotNo, SlotNo) {
    (slot(-BEFORE_THE_HOUR), slot(IN_THE_HOUR))
}

pub fn header() -> Header {
    Header {
        scenario_name: "small".into(),
        scenario_text: "name = \"small\"\n".into(),
        scenario_sha256: "5a".repeat(32),
        format_version: FORMAT_VERSION,
        seed: 7,
        basis: "unsigned",
        climate: "coarse",
        window: window(),
        skyweave_version: "0.1.0".into(),
    }
}

pub fn world() -> &'static World {
    static WORLD: OnceLock<World> = OnceLock::new();
    WORLD.get_or_init(build)
}

pub fn plan_hour(hour: UtcHour) -> Vec<Arc<Slot<Unsigned>>> {
    let (first, end) = window();
    let world = world();
    let wanted = (hour.next().first_slot().0).min(end.0) - hour.first_slot().0;
    plan::hour(world, |slot| Admission::declared(world, slot), hour)
        .take(wanted as usize)
        .filter(|slot| slot.no >= first)
        .collect()
}

/// The slots of an hour of the window, planned once.
pub fn planned(hour: UtcHour) -> &'static [Arc<Slot<Unsigned>>] {
    static FIRST: OnceLock<Vec<Arc<Slot<Unsigned>>>> = OnceLock::new();
    static SECOND: OnceLock<Vec<Arc<Slot<Unsigned>>>> = OnceLock::new();
    let of_hour = if hour == self::hour() { &SECOND } else { &FIRST };
    of_hour.get_or_init(|| plan_hour(hour))
}

pub fn write_hour(writer: &Writer, hour: UtcHour) {
    let mut part = writer.begin(hour).unwrap();
    for slot in planned(hour) {
        part.slot(world(), slot).unwrap();
    }
    part.finish().unwrap();
}

/// Writes the whole run.
pub fn write_run(dir: &Path, options: Options) {
    let writer = Writer::open(dir, header(), options).unwrap();
    writer.hours().for_each(|hour| write_hour(&writer, hour));
    writer.finish().unwrap();
}

fn build() -> World {
    let (satellites, unusable) = World::satellites_from(&elements());
    assert_eq!((satellites.len(), unusable.len()), (SATELLITES, 0));
    let mut world = World {
        satellites,
        unusable,
        gateways: vec![gateway("near", 44.0, 26.0), gateway("far", 52.0, 8.0)],
        pops: vec![pop("sofa", 42.7, 23.3), pop("frnt", 50.1, 8.7)],
        fibres: vec![fibre(0, 0, 250e3), fibre(1, 1, 300e3), fibre(0, 1, 1_900e3)],
        cells: vec![
            cell(0x831_e63f_ffff_ffff, 45.0, 30.0, 40),
            cell(0x831_e62f_ffff_ffff, 46.0, 28.0, 30),
            cell(0x831_e60f_ffff_ffff, 44.0, 32.0, 20),
            cell(0x831_e61f_ffff_ffff, 47.0, 31.0, 10),
            cell(0x83f_29af_ffff_ffff, -88.0, 0.0, 5),
            cell(0x831_e66f_ffff_ffff, 48.0, 33.0, 0),
        ],
        terminals: vec![
            site("harbour", Motion::Fixed(Place::from_degrees(45.2, 29.9)), 0),
            site("refused", Motion::Fixed(Place::from_degrees(46.1, 28.1)), 1),
            Terminal {
                is_site: false,
                ..site("unlisted", Motion::Fixed(Place::from_degrees(44.1, 32.0)), 2)
            },
            site("ship", Motion::Track(track()), 2),
            site("pole", Motion::Fixed(Place::from_degrees(-88.0, 0.0)), POLE),
        ]
        .into_iter()
        .map(|terminal| Terminal {
            declared_refusal: (terminal.name == "refused").then_some(RefusalCode::BlockedArea),
            ..terminal
        })
        .collect(),
        rules: rules(),
        timeline: timeline(),
        ..World::default()
    };
    world.settle(&|place| SiteClimate::coarse(place.geodetic.latitude_rad.to_degrees(), 0.0));
    world
}

/// Planes whose northbound passes cross 45 N near 20, 30 and 40 E at the start of the hour.
fn elements() -> Vec<(MeanElements, Option<DesignPlace>)> {
    let epoch = hour().start();
    let inclination_rad = INCLINATION_DEG.to_radians();
    let semi_major_km: f64 = 6_378.135 + ALTITUDE_KM;
    let mean_motion_rad_min = (398_600.8 / semi_major_km.powi(3)).sqrt() * 60.0;
    let node_rad = gmst82_rad(days_since_j2000(epoch)) + (30.0_f64 - 48.9).to_radians();
    let mut sets = Vec::new();
    for plane in 0..3 {
        for place in 0..PER_PLANE {
            let number = plane * PER_PLANE + place;
            let elements = MeanElements {
                name: format!("SAT-{number:02}"),
                catalog_number: 90_000 + number as u32,
                international_designator: String::new(),
                epoch,
                inclination_rad,
                raan_rad: node_rad + (plane as f64 - 1.0) * 10.0_f64.to_radians(),
                eccentricity: 1e-4,
                argument_of_perigee_rad: 0.0,
                mean_anomaly_rad: TAU * (place as f64 + plane as f64 / 3.0) / PER_PLANE as f64,
                mean_motion_rad_min,
                bstar: 0.0,
            };
            let design = DesignPlace {
                shell: 0,
                plane: plane as u16,
                service: ShellService::Terminals,
                second_generation: false,
            };
            sets.push((elements, Some(design)));
        }
    }
    sets
}

fn rules() -> Rules {
    let mut rules = Rules {
        lasers: LaserRules {
            per_satellite: 5,
            max_range_m: 5_000e3,
            cross_shell: true,
            acquisition_s: 30.0,
            ..LaserRules::default()
        },
        service: ServiceRules { infer: false, min_serving_altitude_m: 0.0, max_element_age_days: 30.0 },
        ..Rules::default()
    };
    rules.radio.down_beams = BeamRules { per_satellite: 2, colours: 4 };
    rules.radio.up_beams = BeamRules { per_satellite: 2, colours: 4 };
    rules.radio.cells_per_beam = 2;
    rules.radio.beams_per_cell = 1;
    rules.radio.satellite_down_bps = 20e9;
    rules.radio.satellite_up_bps = 4e9;
    rules.schedule.policy = PolicyKind::HighestElevation;
    rules.schedule.weights = ScoreWeights::of(PolicyKind::HighestElevation);
    rules.demand.plans[0].down_bps = 50e6;
    rules.demand.plans[0].up_bps = 5e6;
    rules
}

fn timeline() -> Timeline {
    let (near, sofa) = (GatewayId(0), PopId(0));
    let lost = Affected { gateways: vec![near], ..Affected::default() };
    let pop = Affected { pops: vec![sofa], fibres: vec![FibreId(0)], ..Affected::default() };
    let event = |at, label: &str, change| Event { at: slot(at), label: label.to_owned(), change };
    let dark = Change::Demand { cells: vec![CellId(0)], factor: 1.0, dark_share: 0.5 };
    Timeline {
        events: vec![
            event(GATEWAY_LOST, "gateway lost", Change::Fail(lost.clone())),
            event(POP_LOST, "PoP lost", Change::Fail(pop.clone())),
            event(POP_LOST, "lights out", dark),
            event(RECOVERED, "repaired", Change::Recover(Affected { gateways: vec![near], ..pop })),
        ],
    }
}

fn gateway(name: &str, latitude_deg: f64, longitude_deg: f64) -> Gateway {
    Gateway {
        name: name.to_owned(),
        place: Place::from_degrees(latitude_deg, longitude_deg),
        antennas: 2,
        min_elevation_rad: 15.0_f64.to_radians(),
        capacity_bps: f64::INFINITY,
        hypothetical: true,
    }
}

fn pop(code: &str, latitude_deg: f64, longitude_deg: f64) -> Pop {
    let place = Place::from_degrees(latitude_deg, longitude_deg);
    Pop {
        code: code.to_owned(),
        city: code.to_owned(),
        place,
        capacity_bps: f64::INFINITY,
        hypothetical: true,
    }
}

fn fibre(gateway: u32, pop: u32, length_m: f64) -> Fibre {
    Fibre::new(GatewayId(gateway), PopId(pop), length_m, 0.68)
}

fn cell(h3: u64, latitude_deg: f64, longitude_deg: f64, anonymous_terminals: u32) -> Cell {
    Cell {
        h3,
        place: Place::from_degrees(latitude_deg, longitude_deg),
        population: f64::from(anonymous_terminals) * 1_000.0,
        anonymous_terminals,
        home_pop: PopId(0),
    }
}

fn site(name: &str, motion: Motion, cell: usize) -> Terminal {
    Terminal {
        name: name.to_owned(),
        is_site: true,
        motion,
        cells: vec![(slot(-1_000), CellId::at(cell))],
        home_pop: PopId(0),
        declared_refusal: None,
        plan: PlanId(0),
        mask: HorizonMask::default(),
    }
}

fn track() -> Vec<(SlotInstant, Geodetic)> {
    let at = |count| SlotInstant { slot: slot(count), offset_s: 0.0 };
    vec![(at(0), Geodetic::from_degrees(43.9, 31.5)), (at(40), Geodetic::from_degrees(43.9, 32.0))]
}
