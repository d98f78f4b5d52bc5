//! What dishes say is what the slots say.

use super::*;
use skyweave_core::plan::Slots;
use skyweave_core::schedule::Outage;
use skyweave_core::world::World;
use skyweave_dish::answer::answer;
use skyweave_dish::cause;
use skyweave_dish::wire::{
    DishGetObstructionMapRequest, DishGetObstructionMapResponse, DishGetStatusResponse, GetStatusRequest,
    Request, request, response,
};
use std::fs;

const SCENARIO: &str = r#"format = 1
name = "dishes"

[time]
start = "2026-05-20T12:30:00Z"
duration = "10min"

[constellation]
service = "all"

[[constellation.shells]]
name = "S"
planes = 36
satellites_per_plane = 20
altitude_km = 550
inclination_deg = 53
phasing = 1

[[sites]]
name = "kyiv"
latitude_deg = 50.45
longitude_deg = 30.52

[[sites]]
name = "courtyard"
latitude_deg = 50.40
longitude_deg = 30.60

[[sites.obstructions]]
from_azimuth_deg = 0
to_azimuth_deg = 350
elevation_deg = 85

[[sites]]
name = "refused"
latitude_deg = 45.46
longitude_deg = 9.19
refused = "BLOCKED_AREA"

[[events]]
at = "+1min"
label = "no PoP works"
fail = { area = { within = { latitude_deg = 0, longitude_deg = 0, radius_km = 20000 }, kinds = ["pops"] } }

[[events]]
at = "+2min"
label = "they work again"
recover = { area = { within = { latitude_deg = 0, longitude_deg = 0, radius_km = 20000 }, kinds = ["pops"] } }
"#;

fn world() -> (Arc<World>, SlotNo) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("dishes.toml");
    fs::write(&file, SCENARIO).unwrap();
    let prepared = policies::read(&file, &[]).unwrap();
    (Arc::new(prepared.world), prepared.first)
}

fn make() -> Make {
    Make { software_version: SOFTWARE.to_owned(), boot_ns: BOOT_NS, tells_location: false }
}

fn ask(dishes: &Dishes, terminal: TerminalId, question: request::Request) -> Option<response::Response> {
    let dish = dishes.dish(terminal).unwrap();
    let asked = Request { request: Some(question), ..Request::default() };
    answer(&mut dish.lock(), &asked).unwrap().response
}

fn status(dishes: &Dishes, terminal: TerminalId) -> DishGetStatusResponse {
    match ask(dishes, terminal, request::Request::GetStatus(GetStatusRequest {})) {
        Some(response::Response::DishGetStatus(status)) => status,
        other => panic!("{other:?}"),
    }
}

fn map(dishes: &Dishes, terminal: TerminalId) -> DishGetObstructionMapResponse {
    match ask(dishes, terminal, request::Request::DishGetObstructionMap(DishGetObstructionMapRequest {})) {
        Some(response::Response::DishGetObstructionMap(map)) => map,
        other => panic!("{other:?}"),
    }
}

#[test]
fn numbers_are_those_of_the_slot() {
    let (world, first) = world();
    let terminals: Vec<TerminalId> = (0..world.terminals.len()).map(TerminalId::at).collect();
    let dishes = Dishes::new(&world, &terminals, &make(), GpsNs::in_slot(first, 0));
    let mut slots = Slots::from(Arc::clone(&world), first);
    let (mut served, mut unserved) = (0, std::collections::BTreeSet::new());
    for _ in 0..24 {
        let slot = slots.next();
        dishes.slot_began(&slot);
        for &terminal in &terminals {
            dishes.dish(terminal).unwrap().lock().advance(GpsNs::in_slot(slot.no, 7_000_000_000));
            let told = status(&dishes, terminal);
            match &slot.terminals[terminal.index()].outcome {
                Ok(given) => {
                    served += 1;
                    assert_eq!(told.outage, None);
                    assert_eq!(told.downlink_throughput_bps, given.flow.down_bps as f32);
                    assert_eq!(told.uplink_throughput_bps, given.flow.up_bps as f32);
                    assert_eq!(told.pop_ping_latency_ms, (given.flow.delay.rtt_s() * 1e3) as f32);
                    assert_eq!(told.pop_ping_drop_rate, 0.0);
                }
                Err(outage) => {
                    unserved.insert(outage.name());
                    let shown = told.outage.unwrap();
                    assert_eq!(Some(shown.cause()), cause::of(*outage));
                    assert_eq!((told.downlink_throughput_bps, told.pop_ping_drop_rate), (0.0, 1.0));
                    assert_eq!(told.disablement_code, cause::code(Some(*outage)) as i32);
                    let stats = told.obstruction_stats.unwrap();
                    assert_eq!(stats.currently_obstructed, *outage == Outage::Obstructed);
                }
            }
        }
    }
    assert!(served > 20, "{served}");
    for expected in ["BLOCKED_AREA", "no_pop", "obstructed"] {
        assert!(unserved.contains(expected), "{expected} is not among {unserved:?}");
    }
    let hidden =
        |terminal: usize| map(&dishes, terminals[terminal]).snr.iter().filter(|snr| **snr == 0.0).count();
    assert_eq!(hidden(0), 0, "nothing stands around kyiv");
    assert!(hidden(1) > 0, "the courtyard has walls");
    let seen = map(&dishes, terminals[0]).snr.iter().filter(|snr| **snr == 1.0).count();
    assert!(seen > 20, "{seen}");
}

#[test]
fn every_dish_of_two_runs_says_the_same() {
    let (world, first) = world();
    let terminals: Vec<TerminalId> = (0..world.terminals.len()).map(TerminalId::at).collect();
    let run = || {
        let dishes = Dishes::new(&world, &terminals, &make(), GpsNs::in_slot(first, 0));
        let mut slots = Slots::from(Arc::clone(&world), first);
        (0..4).for_each(|_| dishes.slot_began(&slots.next()));
        terminals.iter().map(|terminal| format!("{:?}", status(&dishes, *terminal))).collect::<Vec<_>>()
    };
    assert_eq!(run(), run());
}
