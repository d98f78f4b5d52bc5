//! What carries traffic carries no more than it can, and what is full is shared out fairly.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use super::*;
use skyweave_core::laser::LiveLaser;
use skyweave_core::rules::Carrier;
use std::collections::BTreeMap;

/// Everything on a way that carries traffic, each direction by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Carries {
    Satellite(SatId, bool),
    Feeder(SatId, bool),
    Gateway(GatewayId, bool),
    Pop(PopId, bool),
    /// From the first satellite to the second.
    Laser(SatId, SatId),
    /// All lasers of a satellite.
    Lasers(SatId),
}

/// A flow: of all terminals of an ask, in one direction.
struct Stream {
    terminals: f64,
    weight: f64,
    bps: f64,
    asked_bps: f64,
    limit: Option<Limit>,
    beam: BeamId,
    way: Vec<Carries>,
}

impl Stream {
    /// The level that it has reached.
    fn level(&self) -> f64 {
        self.bps / self.weight
    }
}

fn streams(world: &World, slot: &Slot<Unsigned>) -> Vec<Stream> {
    let mut streams = Vec::new();
    for (ask, flow) in slot.demand.asks.iter().zip(&slot.flows.asks) {
        let Some(Ok(flow)) = flow else { continue };
        let beam = slot.assignment.over(world, ask.cell).unwrap().unwrap();
        let pop = ask.pop.unwrap();
        let way = slot.routes.way(beam.satellite, pop, world).unwrap();
        let landing = way.satellites[way.satellites.len() - 1];
        for up in [false, true] {
            let mut uses = vec![
                Carries::Satellite(beam.satellite, up),
                Carries::Feeder(landing, up),
                Carries::Gateway(way.gateway, up),
                Carries::Pop(pop, up),
            ];
            for pair in way.satellites.windows(2) {
                let (from, to) = if up { (pair[0], pair[1]) } else { (pair[1], pair[0]) };
                uses.extend([Carries::Laser(from, to), Carries::Lasers(from), Carries::Lasers(to)]);
            }
            streams.push(Stream {
                terminals: ask.terminals,
                weight: ask.weight,
                bps: if up { flow.up_bps } else { flow.down_bps },
                asked_bps: if up { ask.up_bps } else { ask.down_bps },
                limit: (!up).then_some(flow.limit),
                beam: world.beam_of(ask.cell),
                way: uses,
            });
        }
    }
    streams
}

fn capacity_bps(world: &World, slot: &Slot<Unsigned>, what: Carries) -> f64 {
    let radio = &world.rules.radio;
    match what {
        Carries::Satellite(_, up) => {
            if up {
                radio.satellite_up_bps
            } else {
                radio.satellite_down_bps
            }
        }
        Carries::Feeder(satellite, up) => {
            let rate = slot.feeders.of_satellite[satellite.index()].unwrap().rate;
            if up { rate.down_bps } else { rate.up_bps }
        }
        Carries::Gateway(gateway, _) => world.gateways[gateway.index()].capacity_bps,
        Carries::Pop(pop, _) => world.pops[pop.index()].capacity_bps,
        Carries::Laser(from, to) => {
            let joins = |l: &&LiveLaser| (l.a, l.b) == (from.min(to), from.max(to));
            slot.lasers.live.iter().find(joins).unwrap().capacity_bps
        }
        Carries::Lasers(_) => world.rules.lasers.per_satellite_bps,
    }
}

fn loads(streams: &[Stream]) -> BTreeMap<Carries, f64> {
    let mut loads = BTreeMap::new();
    for stream in streams {
        for what in &stream.way {
            *loads.entry(*what).or_insert(0.0) += stream.terminals * stream.bps;
        }
    }
    loads
}

/// Asserts that nothing carries more than it can and that nobody could gain but from somebody who has less: whoever wants more has
/// something full on the way on which nobody has got further. Beams, whose airtime is not counted here, may be what is full for those
/// who say so. Returns what is full.
fn assert_fair(world: &World, slot: &Slot<Unsigned>) -> Vec<Carries> {
    let streams = streams(world, slot);
    let loads = loads(&streams);
    for (what, bps) in &loads {
        let capacity = capacity_bps(world, slot, *what);
        assert!(*bps <= capacity * (1.0 + 1e-9), "{what:?}: {bps} of {capacity}");
    }
    let is_full = |what: &Carries| loads[what] >= capacity_bps(world, slot, *what) * (1.0 - 1e-9);
    for stream in &streams {
        assert!(stream.bps <= stream.asked_bps * (1.0 + 1e-12));
        if stream.bps >= stream.asked_bps * (1.0 - 1e-12) || stream.limit == Some(Limit::Beam) {
            continue;
        }
        let furthest = |what: &Carries| {
            streams
                .iter()
                .filter(|s| s.way.contains(what))
                .all(|s| s.level() <= stream.level() * (1.0 + 1e-9))
        };
        assert!(
            stream.way.iter().any(|what| is_full(what) && furthest(what)),
            "{:?} over {:?}: {} of {}",
            stream.beam,
            stream.way,
            stream.bps,
            stream.asked_bps
        );
    }
    loads.keys().filter(|what| is_full(what)).copied().collect()
}

#[test]
fn everything_that_carries_carries_no_more_than_it_can() {
    let mut world = world();
    world.rules.demand.plans[0].down_bps = 600e6;
    world.rules.demand.plans[0].up_bps = 6e6;
    world.terminals[0].home_pop = PopId(1);
    for slot in slots(&world, 6) {
        assert_fair(&world, &slot);
        for (laser, bps) in slot.lasers.live.iter().zip(&slot.flows.laser_load_bps) {
            assert!(*bps <= laser.capacity_bps * (1.0 + 1e-9));
        }
    }
}

#[test]
fn gateways_and_pops_share_out_what_they_have() {
    let mut world = world();
    let free = slots(&world, 1);
    assert!(assert_fair(&world, &free[0]).is_empty());
    for (gateway, pop, limit) in [(1e9, f64::INFINITY, Limit::Gateway), (f64::INFINITY, 0.8e9, Limit::Pop)] {
        for g in &mut world.gateways {
            g.capacity_bps = gateway;
        }
        for p in &mut world.pops {
            p.capacity_bps = pop;
        }
        for slot in slots(&world, 3) {
            let full = assert_fair(&world, &slot);
            let flow = slot.flows.cells[0].unwrap().unwrap();
            assert_eq!(flow.limit, limit);
            // 101 terminals ask for 20 Mbit/s down, and 2 up, which all can have
            assert!(flow.down_bps < 20e6 && flow.up_bps == 2e6, "{flow:?}");
            assert!(!full.is_empty());
        }
    }
}

/// A world whose traffic all goes over lasers to one gateway far away.
fn over_lasers() -> World {
    let mut world = world();
    world.gateways.truncate(1);
    world.pops.truncate(1);
    world.fibres.retain(|fibre| fibre.gateway == GatewayId(0) && fibre.pop == PopId(0));
    world.gateways[0].place = Place::from_degrees(-10.0, 20.0);
    world.cells[1].home_pop = PopId(0);
    world.terminals[1].home_pop = PopId(0);
    settle(&mut world);
    world
}

#[test]
fn uplinks_and_downlinks_share_full_lasers_alike() {
    let mut world = over_lasers();
    // as much up as down: what a satellite's lasers carry together is shared by both
    world.rules.demand.plans[0].up_bps = 20e6;
    world.rules.radio.up = Carrier { bandwidth_hz: 240e6, ..world.rules.radio.up.clone() };
    world.rules.lasers.per_satellite_bps = 1e9;
    let slots = slots(&world, 3);
    for slot in &slots {
        let full = assert_fair(&world, slot);
        assert!(full.iter().any(|what| matches!(what, Carries::Lasers(_))), "{full:?}");
        for flow in slot.flows.cells.iter().flatten() {
            let flow = flow.unwrap();
            assert_eq!(flow.limit, Limit::Laser);
            assert!((flow.up_bps / flow.down_bps - 1.0).abs() < 1e-9, "{flow:?}");
        }
    }
    // who asks for little has it, whatever the others want
    world.rules.demand.plans[0].up_bps = 1e6;
    for slot in self::slots(&world, 3) {
        assert_fair(&world, &slot);
        assert!(slot.flows.cells.iter().flatten().all(|flow| flow.unwrap().up_bps == 1e6));
    }
}

#[test]
fn beams_of_a_satellite_share_its_power() {
    let mut world = world();
    world.rules.demand.plans[0].down_bps = 40e6;
    let cni = |world: &World| slots(world, 1)[0].flows.cni.clone();
    let full = cni(&world);
    // a beam takes 1 W: more power makes none stronger, and of less each has its share
    world.rules.radio.satellite_power_w = 1e3;
    assert_eq!(cni(&world), full);
    world.rules.radio.satellite_power_w = 1.0;
    let slot = &slots(&world, 1)[0];
    for (beam, answer) in slot.assignment.beams.iter().enumerate() {
        let [lit, _] = slot.assignment.beams_of_satellite[answer.unwrap().unwrap().satellite.index()];
        assert!(lit >= 2, "a cell that asks for so much has several beams");
        let less = slot.flows.cni[beam][0] / full[beam][0];
        assert!((f64::from(less) * f64::from(lit) - 1.0).abs() < 1e-3, "{less} for {lit} beams");
        assert_eq!(slot.flows.cni[beam][1], full[beam][1], "terminals have their own");
    }
}
