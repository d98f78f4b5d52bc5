//! The planner as a whole, on a small world: what holds for every slot, and what failures do.

mod capacity;

use hifitime::Epoch;
use skyweave_core::admission::{Admission, Unsigned};
use skyweave_core::atmosphere::SiteClimate;
use skyweave_core::conditions::Conditions;
use skyweave_core::constellation::ServiceState;
use skyweave_core::elements::MeanElements;
use skyweave_core::feeder::Feeders;
use skyweave_core::flow::Limit;
use skyweave_core::gso::{GsoArc, GsoStep};
use skyweave_core::ids::{BeamId, CellId, GatewayId, PlanId, PopId, SatId};
use skyweave_core::laser::{LaserState, Lasers};
use skyweave_core::place::{HorizonMask, Sector};
use skyweave_core::plan::{self, Slot};
use skyweave_core::refusal::RefusalCode;
use skyweave_core::route::{self, Found};
use skyweave_core::rules::{LaserPattern, Plan, PolicyKind, Rules, ScoreWeights};
use skyweave_core::schedule::Outage;
use skyweave_core::sgp4::kozai_mean_motion;
use skyweave_core::time::SlotNo;
use skyweave_core::timeline::{Affected, Change, Event};
use skyweave_core::weather::{Footprint, Storm};
use skyweave_core::world::{
    Cell, DesignPlace, Fibre, Gateway, Motion, Place, Pop, ShellService, Terminal, World,
};
use std::f64::consts::TAU;
use std::sync::Arc;

const PLANES: u16 = 30;
const PER_PLANE: u16 = 24;

fn start() -> SlotNo {
    SlotNo::not_before(Epoch::from_gregorian_utc(2026, 5, 20, 12, 0, 0, 0))
}

fn shell() -> Vec<(MeanElements, Option<DesignPlace>)> {
    let inclination_rad = 53_f64.to_radians();
    (0..PLANES)
        .flat_map(|plane| (0..PER_PLANE).map(move |place| (plane, place)))
        .map(|(plane, place)| {
            let turn = f64::from(place) / f64::from(PER_PLANE)
                + 11.0 * f64::from(plane) / f64::from(PLANES * PER_PLANE);
            let elements = MeanElements {
                name: format!("S-{plane:02}-{place:02}"),
                catalog_number: u32::from(plane * PER_PLANE + place) + 1,
                international_designator: String::new(),
                epoch: Epoch::from_gregorian_utc(2026, 5, 20, 12, 0, 0, 0),
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
                Some(DesignPlace {
                    shell: 0,
                    plane,
                    service: ShellService::Terminals,
                    second_generation: false,
                }),
            )
        })
        .collect()
}

fn rules() -> Rules {
    let mut rules = Rules::default();
    rules.schedule.policy = PolicyKind::HighestElevation;
    rules.schedule.weights = ScoreWeights::of(PolicyKind::HighestElevation);
    rules.demand.plans[0].down_bps = 20e6;
    rules.demand.plans[0].up_bps = 2e6;
    rules.demand.by_hour = [1.0; 24];
    rules
}

fn gateway(name: &str, latitude: f64, longitude: f64) -> Gateway {
    Gateway {
        name: name.to_owned(),
        place: Place::from_degrees(latitude, longitude),
        antennas: 8,
        min_elevation_rad: 25_f64.to_radians(),
        capacity_bps: f64::INFINITY,
        hypothetical: false,
    }
}

fn pop(code: &str, latitude: f64, longitude: f64) -> Pop {
    Pop {
        code: code.to_owned(),
        city: String::new(),
        place: Place::from_degrees(latitude, longitude),
        capacity_bps: f64::INFINITY,
        hypothetical: false,
    }
}

/// Two cells near Kyiv and Milan, gateways near Warsaw and Milan, a PoP in each of the two.
fn world() -> World {
    let (satellites, unusable) = World::satellites_from(&shell());
    assert!(unusable.is_empty());
    let gateways = vec![gateway("warsaw", 51.86, 20.87), gateway("milan", 45.3, 9.0)];
    let pops = vec![pop("wrsw", 52.23, 21.01), pop("mlnn", 45.46, 9.19)];
    let mut fibres = Vec::new();
    for (g, from) in gateways.iter().enumerate() {
        for (p, to) in pops.iter().enumerate() {
            let length = 1.5 * from.place.geodetic.great_circle_m(to.place.geodetic);
            fibres.push(Fibre::new(GatewayId::at(g), PopId::at(p), length, 2.0 / 3.0));
        }
    }
    let cell = |latitude: f64, longitude: f64, home: u32| Cell {
        h3: 0,
        place: Place::from_degrees(latitude, longitude),
        population: 1e5,
        anonymous_terminals: 100,
        home_pop: PopId(home),
    };
    let terminal = |name: &str, latitude: f64, longitude: f64, cell: u32| Terminal {
        name: name.to_owned(),
        is_site: true,
        motion: Motion::Fixed(Place::from_degrees(latitude, longitude)),
        cells: vec![(SlotNo(i64::MIN), CellId(cell))],
        home_pop: PopId(cell),
        declared_refusal: None,
        plan: PlanId(0),
        mask: HorizonMask::default(),
    };
    let mut world = World {
        satellites,
        unusable,
        gateways,
        pops,
        fibres,
        cells: vec![cell(50.45, 30.52, 0), cell(45.46, 9.19, 1)],
        terminals: vec![terminal("kyiv", 50.45, 30.52, 0), terminal("milan", 45.46, 9.19, 1)],
        rules: rules(),
        ..World::default()
    };
    settle(&mut world);
    world
}

fn settle(world: &mut World) {
    world.settle(&|place| SiteClimate::coarse(place.geodetic.latitude_rad.to_degrees(), 0.0));
}

fn at(offset: i64, change: Change) -> Event {
    Event { at: SlotNo(start().0 + offset), label: "event".to_owned(), change }
}

fn slots(world: &World, count: usize) -> Vec<Arc<Slot<Unsigned>>> {
    plan::hour(world, |no| Admission::declared(world, no), start().hour()).take(count).collect()
}

fn outcome(slot: &Slot<Unsigned>, terminal: usize) -> Result<(GatewayId, PopId), Outage> {
    slot.terminals[terminal].outcome.map(|s| (s.flow.gateway, s.pop))
}

#[test]
fn everybody_is_served_and_delays_are_those_of_the_path() {
    let world = world();
    for slot in slots(&world, 20) {
        for (index, service) in slot.terminals.iter().enumerate() {
            let served = service.outcome.unwrap();
            let way = slot.routes.way(served.satellite, served.pop, &world).unwrap();
            assert_eq!(way.satellites.len(), usize::from(served.flow.laser_hops) + 1);
            assert_eq!(way.gateway, served.flow.gateway);
            let mut metres = service.place.ecef.range_m(slot.sky.position[served.satellite.index()]);
            for pair in way.satellites.windows(2) {
                metres += slot.sky.position[pair[0].index()].range_m(slot.sky.position[pair[1].index()]);
            }
            let landing = slot.sky.position[way.satellites[way.satellites.len() - 1].index()];
            metres += world.gateways[way.gateway.index()].place.ecef.range_m(landing);
            let seconds = metres / 299_792_458.0 + world.fibres[way.fibre.index()].delay_s;
            assert!((served.flow.delay.propagation_rtt_s() - 2.0 * seconds).abs() < 1e-9, "terminal {index}");
            assert!(served.elevation_rad > 24_f64.to_radians());
        }
    }
}

#[test]
fn a_slot_is_the_same_on_any_number_of_threads() {
    let world = world();
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| slots(&world, 6).iter().map(|slot| format!("{slot:?}")).collect::<Vec<_>>())
    };
    let one = on(1);
    assert!(one == on(2) && one == on(5));
}

#[test]
fn an_hour_does_not_depend_on_what_was_planned_before_it() {
    let world = world();
    let hour = start().hour();
    let before: Vec<_> = plan::hour(&world, |no| Admission::declared(&world, no), hour).collect();
    assert_eq!(before.len(), 240);
    let first = before[0].no;
    assert_eq!(first, hour.first_slot());
    // the slots of an hour are a fold from an empty slot shortly before it, whoever makes them
    let mut slot: Option<Slot<Unsigned>> = None;
    for no in first.0 - plan::WARM_UP_SLOTS..=first.0 + 3 {
        let no = SlotNo(no);
        slot = Some(plan::plan(&world, &Admission::declared(&world, no), slot.as_ref(), no));
    }
    assert_eq!(format!("{:?}", slot.unwrap()), format!("{:?}", before[3]));
}

#[test]
fn a_gateway_that_fails_hands_its_traffic_to_another_and_takes_it_back() {
    let mut world = world();
    let warsaw = Affected { gateways: vec![GatewayId(0)], ..Affected::default() };
    world.timeline.events = vec![at(4, Change::Fail(warsaw.clone())), at(8, Change::Recover(warsaw))];
    let slots = slots(&world, 16);
    let gateways: Vec<_> = slots.iter().map(|s| outcome(s, 0).unwrap().0).collect();
    assert!(gateways[4..8].iter().all(|g| *g == GatewayId(1)), "{gateways:?}");
    assert!(gateways[..4].contains(&GatewayId(0)) && gateways[8..].contains(&GatewayId(0)), "{gateways:?}");
    assert!(slots[4].feeders.of_satellite.iter().flatten().all(|f| f.gateway == GatewayId(1)));
}

#[test]
fn without_any_gateway_there_is_no_path_and_without_any_pop_no_pop() {
    let mut world = world();
    let gateways = Affected { gateways: vec![GatewayId(0), GatewayId(1)], ..Affected::default() };
    let pops = Affected { pops: vec![PopId(0), PopId(1)], ..Affected::default() };
    world.timeline.events = vec![
        at(1, Change::Fail(gateways.clone())),
        at(2, Change::Recover(gateways)),
        at(3, Change::Fail(pops)),
    ];
    let slots = slots(&world, 4);
    assert_eq!(outcome(&slots[1], 0), Err(Outage::NoGateway));
    assert!(outcome(&slots[2], 0).is_ok());
    assert_eq!(outcome(&slots[3], 0), Err(Outage::NoPop));
    assert!(slots[3].flows.cells.iter().all(|flow| matches!(flow, Some(Err(Outage::NoPop)))));
}

#[test]
fn a_pop_that_fails_moves_its_terminals_to_the_nearest_other() {
    let mut world = world();
    let warsaw = Affected { pops: vec![PopId(0)], ..Affected::default() };
    world.timeline.events = vec![at(2, Change::Fail(warsaw))];
    let slots = slots(&world, 3);
    assert_eq!(outcome(&slots[1], 0).unwrap().1, PopId(0));
    assert_eq!(outcome(&slots[2], 0).unwrap().1, PopId(1));
}

#[test]
fn a_terminal_keeps_to_the_pop_of_its_addresses_and_not_to_the_nearest() {
    let mut world = world();
    world.terminals[0].home_pop = PopId(1);
    for slot in slots(&world, 8) {
        let served = slot.terminals[0].outcome.unwrap();
        let way = slot.routes.way(served.satellite, PopId(1), &world).unwrap();
        assert_eq!((served.pop, served.flow.gateway), (PopId(1), way.gateway));
        assert_eq!(served.flow.delay.fibre_s, world.fibres[way.fibre.index()].delay_s);
        // the anonymous terminals of the same cell stay with theirs
        assert_eq!(slot.assignment.over(&world, CellId(0)).unwrap().unwrap().pop, PopId(0));
    }
}

#[test]
fn a_new_laser_carries_nothing_until_it_is_acquired() {
    let mut world = world();
    let first = slots(&world, 1);
    let plan = first[0].topology.lasers[0];
    let laser = Affected { lasers: vec![(plan.a, plan.b)], ..Affected::default() };
    world.timeline.events = vec![at(1, Change::Fail(laser.clone())), at(3, Change::Recover(laser))];
    let slots = slots(&world, 6);
    let carries = |slot: &Slot<Unsigned>| slot.lasers.live.iter().any(|l| (l.a, l.b) == (plan.a, plan.b));
    let states: Vec<LaserState> = slots.iter().map(|s| s.lasers.planned[0]).collect();
    assert_eq!(states[0], LaserState::Up);
    assert_eq!(states[1..3], [LaserState::Down, LaserState::Down]);
    assert_eq!(states[3], LaserState::Acquiring(slots[3].no));
    assert_eq!(states[4], LaserState::Up);
    assert_eq!(slots.iter().map(|s| carries(s)).collect::<Vec<_>>(), [true, false, false, false, true, true]);
}

#[test]
fn satellites_that_fail_or_are_in_transit_serve_nobody() {
    let mut world = world();
    let serving = |slot: &Slot<Unsigned>| -> Vec<SatId> {
        (0..slot.assignment.cells_of_satellite.len())
            .filter(|&s| slot.assignment.cells_of_satellite[s] > 0)
            .map(SatId::at)
            .collect()
    };
    let used = serving(&slots(&world, 1)[0]);
    assert!(!used.is_empty());
    world.timeline.events =
        vec![at(0, Change::Fail(Affected { satellites: used.clone(), ..Affected::default() }))];
    for slot in slots(&world, 4) {
        assert!(serving(&slot).iter().all(|s| !used.contains(s)));
    }
    // the same satellites as objects of no known shell: too few for a plane
    world.timeline.events.clear();
    for satellite in &mut world.satellites {
        satellite.design = None;
    }
    world.satellites.truncate(20);
    let slot = &slots(&world, 1)[0];
    assert!(slot.topology.service.iter().all(|s| *s == ServiceState::InTransit));
    assert!(serving(slot).is_empty() && slot.lasers.live.is_empty());
}

#[test]
fn a_bent_pipe_serves_only_under_a_satellite_that_holds_a_gateway() {
    let mut world = world();
    world.rules.lasers.pattern = LaserPattern::None;
    for slot in slots(&world, 30) {
        assert!(slot.lasers.live.is_empty());
        for beam in slot.assignment.beams.iter().flatten().flatten() {
            assert!(slot.feeders.of_satellite[beam.satellite.index()].is_some());
        }
    }
}

#[test]
fn a_refused_terminal_gets_nothing_and_is_told_why() {
    let mut world = world();
    world.terminals[0].declared_refusal = Some(RefusalCode::BlockedArea);
    let slots = slots(&world, 2);
    assert_eq!(outcome(&slots[1], 0), Err(Outage::NotAdmitted(RefusalCode::BlockedArea)));
    assert!(outcome(&slots[1], 1).is_ok());
    // with nobody else in the cell no beam is pointed at it
    world.cells[0].anonymous_terminals = 0;
    let slot = &self::slots(&world, 1)[0];
    assert!(slot.assignment.over(&world, CellId(0)).is_none() && slot.flows.cells[0].is_none());
}

#[test]
fn demand_that_rises_is_met_as_far_as_the_beams_go() {
    let mut world = world();
    world.timeline.events =
        vec![at(1, Change::Demand { cells: vec![CellId(0)], factor: 40.0, dark_share: 0.3 })];
    let slots = slots(&world, 2);
    let colours = |slot: &Slot<Unsigned>| {
        slot.assignment.over(&world, CellId(0)).unwrap().unwrap().down_colours.count_ones()
    };
    let [before, after] = [0, 1].map(|k: usize| slots[k].flows.cells[0].unwrap().unwrap());
    assert!((slots[1].demand.cells[0].terminals - 101.0 * 0.7).abs() < 1e-9);
    // 101 terminals of 20 Mbit/s are worth two or three beams, and then eight at most
    assert!((2..=3).contains(&colours(&slots[0])) && colours(&slots[1]) == 8);
    assert_eq!((before.down_bps, before.limit), (20e6, Limit::Demand));
    let most = 8.0 * 240e6 * 4.5 / slots[1].demand.cells[0].terminals;
    assert!(after.down_bps <= most && after.down_bps > 0.3 * most, "{after:?}");
    assert!(after.limit == Limit::Beam || after.limit == Limit::Feeder, "{after:?}");
}

#[test]
fn a_plan_of_more_weight_gets_more_where_something_is_full_and_nobody_more_than_asked() {
    let mut world = world();
    let standard = world.rules.demand.plans[0].clone();
    world.rules.demand.plans = vec![
        Plan { share: 0.8, down_bps: 800e6, ..standard.clone() },
        Plan { name: "priority".to_owned(), share: 0.2, down_bps: 800e6, weight: 4.0, ..standard },
    ];
    world.terminals[0].plan = PlanId(1);
    for slot in slots(&world, 3) {
        let (first, asks) = slot.demand.of_cell(&world, CellId(0));
        let flow = |plan: u32| {
            let ask = asks.iter().position(|ask| ask.plan == PlanId(plan)).unwrap();
            slot.flows.asks[first + ask].unwrap().unwrap()
        };
        let (one, other) = (flow(0), flow(1));
        assert!(one.limit != Limit::Demand && other.limit != Limit::Demand);
        assert!((other.down_bps / one.down_bps - 4.0).abs() < 1e-9);
        assert_eq!(slot.terminals[0].outcome.unwrap().flow.down_bps, other.down_bps);
        assert_eq!(slot.terminals[0].outcome.unwrap().flow.up_bps, other.up_bps);
    }
}

#[test]
fn rain_takes_links_down_and_diversity_goes_round_it() {
    let mut world = world();
    let storm = |rate_mm_h: f64, beams: Vec<BeamId>, gateways: Vec<GatewayId>| Storm {
        from: SlotNo(start().0 + 2),
        until: SlotNo(start().0 + 6),
        rate_mm_h,
        footprint: Footprint::Places { beams, gateways },
    };
    let rates = |world: &World| -> Vec<Result<f64, Outage>> {
        slots(world, 8).iter().map(|slot| slot.terminals[0].outcome.map(|s| s.flow.down_bps)).collect()
    };
    let kyiv = world.beam_of(CellId(0));
    world.rules.demand.plans[0].down_bps = 600e6;
    let dry = rates(&world);
    world.weather.storms = vec![storm(25.0, vec![kyiv], Vec::new())];
    let rain = rates(&world);
    assert_eq!(dry[..2], rain[..2]);
    assert_eq!(dry[6..], rain[6..]);
    assert!((2..6).all(|k| rain[k].unwrap() < 0.9 * dry[k].unwrap()), "{rain:?} {dry:?}");
    world.weather.storms = vec![storm(300.0, vec![kyiv], Vec::new())];
    assert!(rates(&world)[2..6].iter().all(|rate| *rate == Err(Outage::Rain)));

    // the same over both gateways: nobody is served; over one of them: the other takes over, if anybody looks at the weather
    world.weather.storms = vec![storm(200.0, Vec::new(), vec![GatewayId(0), GatewayId(1)])];
    for pattern in [LaserPattern::None, LaserPattern::Grid] {
        world.rules.lasers.pattern = pattern;
        assert!(rates(&world)[2..6].iter().all(|rate| *rate == Err(Outage::Rain)), "{pattern:?}");
    }
    world.weather.storms = vec![storm(200.0, Vec::new(), vec![GatewayId(0)])];
    let gateways = |world: &World| -> Vec<_> {
        slots(world, 8).iter().map(|slot| outcome(slot, 0).map(|(gateway, _)| gateway)).collect()
    };
    assert!(gateways(&world)[2..6].iter().all(|gateway| *gateway == Ok(GatewayId(1))));
    world.rules.feeder.diversity = false;
    assert!(gateways(&world)[2..6].contains(&Err(Outage::Rain)), "{:?}", gateways(&world));
}

#[test]
fn a_terminal_that_sees_no_sky_is_obstructed_and_one_that_sees_half_is_served_there() {
    let mut world = world();
    world.cells[0].anonymous_terminals = 0;
    let sector = |from_deg: f64, to_deg: f64, elevation_deg: f64| Sector {
        from_rad: from_deg.to_radians(),
        to_rad: to_deg.to_radians(),
        elevation_rad: elevation_deg.to_radians(),
    };
    world.terminals[0].mask = HorizonMask { sectors: vec![sector(0.0, 0.0, 90.0)] };
    assert_eq!(outcome(&slots(&world, 1)[0], 0), Err(Outage::Obstructed));
    // alone in its cell it is given satellites that it sees
    world.terminals[0].mask = HorizonMask { sectors: vec![sector(90.0, 270.0, 80.0)] };
    let mut served = 0;
    for slot in slots(&world, 20) {
        match slot.terminals[0].outcome {
            Ok(service) => {
                let south = (90.0..270.0).contains(&service.azimuth_rad.to_degrees());
                assert!(!south || service.elevation_rad.to_degrees() >= 80.0);
                served += 1;
            }
            Err(outage) => assert_eq!(outage, Outage::Obstructed),
        }
    }
    assert!(served >= 10, "{served}");
    // with others in the cell it takes what they are given
    world.cells[0].anonymous_terminals = 100;
    let outcomes: Vec<_> = slots(&world, 20).iter().map(|slot| outcome(slot, 0)).collect();
    assert!(outcomes.contains(&Err(Outage::Obstructed)));
}

#[test]
fn satellites_near_the_geostationary_arc_serve_nobody_where_and_when_they_must_not() {
    let mut world = world();
    let step = |from: SlotNo, deg: f64| GsoStep { from, min_separation_rad: deg.to_radians() };
    let always = SlotNo(i64::MIN);
    let separation = |world: &World, slot: &Slot<Unsigned>, cell: u32| {
        let beam = slot.assignment.over(world, CellId(cell)).unwrap().unwrap();
        let arc = GsoArc::seen_from(&world.beams.places[world.beam_of(CellId(cell)).index()]).unwrap();
        arc.separation_of_rad(slot.sky.position[beam.satellite.index()]).to_degrees()
    };
    let nearest = |world: &World, cell: u32, slots: &[Arc<Slot<Unsigned>>]| {
        slots.iter().map(|slot| separation(world, slot, cell)).fold(f64::INFINITY, f64::min)
    };
    let free = slots(&world, 60);
    let is_near = nearest(&world, 0, &free);
    assert!(is_near < 40.0, "{is_near}");
    // Kyiv alone, from the 30th slot on
    world.gso.regimes =
        vec![vec![step(always, 0.0)], vec![step(always, 0.0), step(SlotNo(start().0 + 30), 40.0)]];
    world.gso.of_beam = vec![0; world.beams.len()];
    let kyiv = world.beam_of(CellId(0)).index();
    world.gso.of_beam[kyiv] = 1;
    let limited = slots(&world, 60);
    assert!(nearest(&world, 0, &limited[30..]) >= 40.0);
    assert_eq!(format!("{:?}", free[29].assignment), format!("{:?}", limited[29].assignment));
    assert_eq!(nearest(&world, 1, &free), nearest(&world, 1, &limited));
    world.gso.regimes[1][1].min_separation_rad = 3.0;
    assert_eq!(outcome(&slots(&world, 40)[35], 0), Err(Outage::GsoArc));
}

#[test]
fn every_policy_serves_everybody_and_does_what_it_is_named_for() {
    let mut elevations = Vec::new();
    let mut handovers = Vec::new();
    for policy in PolicyKind::ALL {
        let mut world = world();
        world.rules.schedule.policy = policy;
        world.rules.schedule.weights = ScoreWeights::of(policy);
        let slots = slots(&world, 80);
        let beam = |slot: &Slot<Unsigned>| slot.assignment.over(&world, CellId(0)).unwrap().unwrap();
        elevations.push(slots.iter().map(|slot| beam(slot).elevation_sine).sum::<f64>() / 80.0);
        handovers.push(slots.windows(2).filter(|p| beam(&p[0]).satellite != beam(&p[1]).satellite).count());
    }
    let [highest, longest, measured, _] = elevations[..] else { panic!() };
    assert!(highest > measured && measured > longest, "{elevations:?}");
    assert!(handovers[1] < handovers[0] && handovers[0] < handovers[2], "{handovers:?}");
}

#[test]
fn where_the_first_plane_stands_does_not_matter_to_its_neighbours() {
    // a shell of two planes 60 degrees apart and one of four around the circle, turned about the axis
    let across = |planes: u16, spacing_deg: f64, turned_deg: f64| -> usize {
        let mut world = world();
        let mut sets = shell();
        sets.retain(|(_, design)| design.unwrap().plane < planes);
        for (elements, design) in &mut sets {
            let plane = f64::from(design.unwrap().plane);
            elements.raan_rad = (plane * spacing_deg + turned_deg).rem_euclid(360.0).to_radians();
        }
        world.satellites = World::satellites_from(&sets).0;
        let topology = skyweave_core::constellation::infer(&world, start());
        topology.lasers.iter().filter(|laser| laser.across).count()
    };
    for (planes, spacing_deg) in [(2, 60.0), (4, 90.0)] {
        let found: Vec<usize> =
            [0.0, 10.0, 45.0, 100.0, 300.0, 350.0].map(|turned| across(planes, spacing_deg, turned)).to_vec();
        assert!(found[0] > 0 && found.iter().all(|n| *n == found[0]), "{planes} planes: {found:?}");
    }
}

#[test]
fn described_satellites_keep_their_lasers_however_long_a_run_is() {
    let mut world = world();
    world.rules.service.max_element_age_days = 0.001;
    let slot = &slots(&world, 20)[19];
    assert!(!slot.lasers.live.is_empty() && slot.terminals[0].outcome.is_ok());
}

#[test]
fn routes_found_again_after_failures_are_those_found_anew() {
    let world = world();
    let slot = &slots(&world, 2)[1];
    let before = Found { lasers: &slot.lasers, feeders: &slot.feeders, routes: &slot.routes };
    let (mut conditions, mut lasers, mut feeders) =
        (slot.conditions.clone(), slot.lasers.clone(), slot.feeders.clone());
    let find = |conditions: &Conditions, lasers: &Lasers, feeders: &Feeders| {
        let pops = || slot.routes.pops.clone();
        let anew = route::find(&world, conditions, lasers, feeders, pops());
        assert_eq!(route::find_again(&world, conditions, lasers, feeders, pops(), before), anew);
        anew
    };
    assert_eq!(find(&conditions, &lasers, &feeders), slot.routes);

    let laser = lasers.live.swap_remove(lasers.live.len() / 2);
    let without_a_laser = find(&conditions, &lasers, &feeders);
    assert_ne!(without_a_laser, slot.routes, "{laser:?} carried nothing");
    lasers.live.retain(|laser| laser.a.0 % 9 != 0);
    feeders.of_satellite.iter_mut().step_by(2).for_each(|feeder| *feeder = None);
    feeders.of_satellite.iter_mut().flatten().next().unwrap().range_m += 1.0;
    find(&conditions, &lasers, &feeders);
    conditions.gateway_up[0] = false;
    find(&conditions, &lasers, &feeders);
    conditions.pop_up[0] = false;
    let without_a_pop = find(&conditions, &lasers, &feeders);
    assert!(without_a_pop.towards(PopId(0)).unwrap().delay_s.iter().all(|delay_s| delay_s.is_infinite()));
}
