//! A thousand dishes in one process.

use skyweave_core::access::GpsNs;
use skyweave_core::geodesy::Geodetic;
use skyweave_core::ids::{CellId, GatewayId, PopId, SatId};
use skyweave_core::place::HorizonMask;
use skyweave_core::time::SlotNo;
use skyweave_dish::answer::answer;
use skyweave_dish::dish::{Dish, Identity};
use skyweave_dish::dishes::SharedDish;
use skyweave_dish::holding::{Direction, Holding, Link, Pass};
use skyweave_dish::service::{Clock, DeviceService, Reflection};
use skyweave_dish::wire::{DishGetObstructionMapRequest, GetHistoryRequest, Request, request, response};
use std::fs;

const DISHES: u32 = 1_000;
/// More slots than a history is long.
const SLOTS: i64 = 61;
const FIRST: SlotNo = SlotNo(97_000_000);
/// What is promised, kB.
const MOST_KB: u64 = 200_000;

fn holding(slot: i64, dish: u32) -> Holding {
    let turn = f64::from(dish) + slot as f64;
    let direction = |elevation: f64| Direction { azimuth_rad: turn % 6.0, elevation_rad: elevation };
    let link = Link {
        satellite: SatId(dish + slot as u32),
        gateway: GatewayId(0),
        pop: PopId(0),
        down_bps: 1e6 * turn,
        up_bps: 1e5 * turn,
        rtt_s: 0.03,
    };
    Holding {
        slot: SlotNo(FIRST.0 + slot),
        place: Geodetic::from_degrees(50.0, 30.0),
        cell: CellId(dish),
        outcome: Ok(link),
        pass: Some(Pass { from: direction(0.6), to: direction(1.0) }),
    }
}

fn resident_kb() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB")?.parse().ok())
}

#[test]
fn a_thousand_dishes_with_full_histories_and_maps_of_their_own_are_small() {
    let clock = Clock::new(|| GpsNs::in_slot(SlotNo(FIRST.0 + SLOTS), 0));
    let reflection = Reflection::new().unwrap();
    let dishes: Vec<SharedDish> = (0..DISHES)
        .map(|number| {
            let identity = Identity {
                id: format!("ut-{number}"),
                software_version: "test".into(),
                moves: false,
                mask: HorizonMask::default(),
                boot_ns: 0,
                tells_location: true,
            };
            SharedDish::new(Dish::new(identity, GpsNs::in_slot(FIRST, 0)))
        })
        .collect();
    for slot in 0..SLOTS {
        for (number, dish) in (0..).zip(&dishes) {
            dish.lock().slot_began(holding(slot, number));
        }
    }
    let servers: Vec<_> = dishes
        .iter()
        .map(|dish| reflection.routes(DeviceService::new(dish.clone(), clock.clone())))
        .collect();
    for dish in &dishes {
        for question in [
            request::Request::GetHistory(GetHistoryRequest {}),
            request::Request::DishGetObstructionMap(DishGetObstructionMapRequest {}),
        ] {
            let asked = Request { request: Some(question), ..Request::default() };
            match answer(&mut dish.lock(), &asked).unwrap().response.unwrap() {
                response::Response::DishGetHistory(history) => assert_eq!(history.current, 900),
                response::Response::DishGetObstructionMap(map) => assert!(map.snr.contains(&1.0)),
                other => panic!("{other:?}"),
            }
        }
    }
    let Some(resident) = resident_kb() else { return };
    println!("{} dishes: {resident} kB resident", servers.len());
    assert!(resident < MOST_KB, "{resident} kB");
}
