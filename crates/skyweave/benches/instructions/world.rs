//! A small world: one regular shell of 72 planes of 22, a thousand cells and forty gateways spread over the globe, eight PoPs.

use hifitime::Epoch;
use skyweave_core::elements::MeanElements;
use skyweave_core::ids::{GatewayId, PopId};
use skyweave_core::rules::{Carrier, DemandRules, LaserPattern, LaserRules, RadioRules, Rules, ServiceRules};
use skyweave_core::sgp4::kozai_mean_motion;
use skyweave_core::timeline::Timeline;
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
            hypothetical: true,
        })
        .collect();
    let pops: Vec<Pop> = places(POPS)
        .enumerate()
        .map(|(number, place)| Pop {
            code: format!("pop {number}"),
            city: String::new(),
            place,
            hypothetical: true,
        })
        .collect();
    let mut world = World {
        satellites,
        unusable,
        gateways,
        pops,
        fibres: Vec::new(),
        cells: Vec::new(),
        terminals: Vec::new(),
        rules: rules(),
        timeline: Timeline::default(),
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
        (elements, Some(DesignPlace { shell: 0, plane, service: ShellService::Terminals }))
    };
    (0..PLANES).flat_map(|plane| (0..PER_PLANE).map(move |place| one(plane, place))).collect()
}

fn rules() -> Rules {
    let carrier = |frequency_hz: f64, bandwidth_hz: f64| Carrier {
        eirp_dbw: 36.0,
        gain_to_noise_db_k: 9.0,
        frequency_hz,
        bandwidth_hz,
        implementation_loss_db: 4.0,
        max_efficiency_bps_hz: 4.5,
    };
    Rules {
        lasers: LaserRules {
            pattern: LaserPattern::Grid,
            per_satellite: 4,
            max_range_m: 5_400e3,
            min_ray_height_m: 80e3,
            cross_shell: false,
            capacity_bps: 100e9,
            per_satellite_bps: 400e9,
            acquisition_s: 12.0,
        },
        radio: RadioRules {
            min_elevation_rad: 25_f64.to_radians(),
            down: carrier(11.7e9, 240e6),
            up: carrier(14.25e9, 62.5e6),
            beams_per_satellite: 48,
            cells_per_beam: 4,
            satellite_down_bps: 96e9,
            satellite_up_bps: 24e9,
            feeder_up_bps: 24e9,
            feeder_down_bps: 12e9,
        },
        service: ServiceRules { infer: true, min_serving_altitude_m: 400e3, max_element_age_days: 14.0 },
        demand: DemandRules { down_bps: 20e6, up_bps: 2e6 },
    }
}
