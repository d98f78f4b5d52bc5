//! A small world: one regular shell of 72 planes of 22, a thousand cells and forty gateways spread over the globe, eight PoPs.

use hifitime::Epoch;
use skyweave_core::atmosphere::SiteClimate;
use skyweave_core::elements::MeanElements;
use skyweave_core::gso::GsoRegimes;
use skyweave_core::ids::{GatewayId, PopId};
use skyweave_core::rules::Rules;
use skyweave_core::sgp4::kozai_mean_motion;
use skyweave_core::world::{Cell, DesignPlace, Fibre, Gateway, Place, Pop, ShellService, World};
use std::f64::consts::TAU;

const PLANES: u16 = 72;
const PER_PLANE: u16 = 22;
const CELLS: usize = 1_000;
const GATEWAYS: usize = 40;
const POPS: usize = 8;
/// Nobody lives beyond, deg.
const FARTHEST_LATITUDE_DEG: f64 = 55.0;

/// When the elements hold.
pub fn epoch() -> Epoch {
    Epoch::from_gregorian_utc(2026, 5, 20, 12, 0, 0, 0)
}

/// The world.
pub fn world() -> World {
    let (satellites, unusable) = World::satellites_from(&shell());
    let gateways: Vec<Gateway> = places(GATEWAYS)
        .enumerate()
        .map(|(number, place)| Gateway {
            name: format!("gateway {number}"),
            place,
            antennas: 8,
            min_elevation_rad: 25_f64.to_radians(),
            capacity_bps: f64::INFINITY,
            hypothetical: true,
        })
        .collect();
    let pops: Vec<Pop> = places(POPS)
        .enumerate()
        .map(|(number, place)| Pop {
            code: format!("pop {number}"),
            city: String::new(),
            place,
            capacity_bps: f64::INFINITY,
            hypothetical: true,
        })
        .collect();
    let mut world = World {
        satellites,
        unusable,
        gateways,
        pops,
        rules: rules(),
        gso: GsoRegimes::everywhere(18_f64.to_radians()),
        ..World::default()
    };
    let nearest = |place| world.nearest_pop(place, |_| true).unwrap_or(PopId(0));
    let cell = |place: Place| Cell {
        h3: 0,
        place,
        population: 1e5,
        anonymous_terminals: 100,
        home_pop: nearest(place),
    };
    let cells = places(CELLS).map(cell).collect();
    let fibre = |(number, gateway): (usize, &Gateway)| {
        let pop = nearest(gateway.place);
        let length_m = 1.5 * gateway.place.geodetic.great_circle_m(world.pops[pop.index()].place.geodetic);
        Fibre::new(GatewayId::at(number), pop, length_m, 2.0 / 3.0)
    };
    let fibres = world.gateways.iter().enumerate().map(fibre).collect();
    (world.cells, world.fibres) = (cells, fibres);
    world.settle(&|place| SiteClimate::coarse(place.geodetic.latitude_rad.to_degrees(), 0.0));
    world
}

/// A spiral from south to north, each place a golden angle further east.
fn places(count: usize) -> impl Iterator<Item = Place> {
    (0..count).map(move |k| {
        let share = (k as f64 + 0.5) / count as f64;
        let longitude = (k as f64 * 137.507_764).rem_euclid(360.0) - 180.0;
        Place::from_degrees((2.0 * share - 1.0) * FARTHEST_LATITUDE_DEG, longitude)
    })
}

fn shell() -> Vec<(MeanElements, Option<DesignPlace>)> {
    let inclination_rad = 53_f64.to_radians();
    let one = |plane: u16, place: u16| {
        let turn =
            f64::from(place) / f64::from(PER_PLANE) + 17.0 * f64::from(plane) / f64::from(PLANES * PER_PLANE);
        let elements = MeanElements {
            name: format!("S-{plane:02}-{place:02}"),
            catalog_number: u32::from(plane * PER_PLANE + place) + 1,
            international_designator: String::new(),
            epoch: epoch(),
            inclination_rad,
            raan_rad: f64::from(plane) / f64::from(PLANES) * TAU,
            eccentricity: 0.0001,
            argument_of_perigee_rad: 0.0,
            mean_anomaly_rad: turn * TAU,
            mean_motion_rad_min: kozai_mean_motion(550.0, inclination_rad),
            bstar: 0.0,
        };
        (
            elements,
            Some(DesignPlace { shell: 0, plane, service: ShellService::Terminals, second_generation: false }),
        )
    };
    (0..PLANES).flat_map(|plane| (0..PER_PLANE).map(move |place| one(plane, place))).collect()
}

fn rules() -> Rules {
    let mut rules = Rules::default();
    rules.demand.plans[0].down_bps = 20e6;
    rules.demand.plans[0].up_bps = 2e6;
    rules
}
