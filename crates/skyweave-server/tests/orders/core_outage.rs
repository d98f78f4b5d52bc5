//! The control plane is killed for two and a half hours: nobody loses service.

use crate::town::{HOUR_S, START_S};
use skyweave_core::admission::{Admission, Basis, Enforced, Unsigned};
use skyweave_core::mandate::{Holdings, Mandate, fleet_of};
use skyweave_core::plan::{Slot, plan};
use skyweave_core::time::SlotNo;
use skyweave_core::world::World;
use skyweave_io::scenario;
use skyweave_proof::UtcTime;
use skyweave_proof::order::Class;
use skyweave_server::log::{KeyFile, Point};
use std::path::Path;

fn slot(now_s: u64) -> SlotNo {
    // GPS seconds: 18 leap seconds since 1980-01-06
    SlotNo((now_s as i64 - 315_964_800 + 18) / 15)
}

/// Whom the scenario would have served then.
fn expected(world: &World, now_s: u64) -> Vec<String> {
    let slot = slot(now_s);
    let admission: Admission<Unsigned> = Admission::declared(world, slot);
    names(world, &plan(world, &admission, None, slot))
}

fn served(world: &World, mandate: &Mandate, now_s: u64) -> Vec<String> {
    let slot = slot(now_s);
    let admission: Admission<Enforced> = Admission::of(mandate, world, slot);
    names(world, &plan(world, &admission, None, slot))
}

fn names<A: Basis>(world: &World, slot: &Slot<A>) -> Vec<String> {
    let served = world.terminals.iter().zip(&slot.terminals).filter(|(_, service)| service.outcome.is_ok());
    served.map(|(terminal, _)| terminal.name.clone()).collect()
}

#[tokio::test]
async fn without_the_control_plane_everybody_keeps_their_service() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios/quickstart.toml");
    let world = scenario::read(&path, &[]).unwrap().world;
    let fleet = fleet_of(&world, slot(START_S)).unwrap();
    let mut town = crate::town::Town::with(fleet.clone(), &[], None).await;
    let inhabited = |_: u64| Vec::new();
    assert!(expected(&world, START_S).len() >= 10);

    // in force: nobody is cut
    let held = town.orders.in_force_here().await.unwrap().unwrap();
    let holdings = Holdings { fleet: &held.fleet, tables: &held.tables, inhabited: &inhabited };
    let mandate = Mandate::new(held.bundle, &holdings, &world).unwrap();
    assert_eq!(served(&world, &mandate, town.now_s), expected(&world, town.now_s));

    // an order is under way, half approved, when the process and its database are gone
    let order = town.propose(Class::Cut, "alice", Some(24)).await;
    town.approve(&order, "bob").await.unwrap();
    town.settle().await;
    let genesis = (std::fs::read(town.log().join("genesis")).unwrap(), town.genesis());
    let key = KeyFile::read(&town.log().join("point.key")).unwrap();
    town.store.close().await;
    std::fs::remove_file(town.folder.path().join("sky.db")).unwrap();
    std::fs::remove_dir_all(town.log().join("public")).unwrap();

    // the point has its disk and nothing else, and is restarted on the way
    for minutes in [10, 75, 150] {
        let now_s = town.now_s + minutes * HOUR_S / 60;
        let file = town.log().join("point");
        let open = Point::open(("service", key.secret()), &file, (&genesis.0, &genesis.1), UtcTime(now_s));
        let bundle = open.unwrap().bundle().unwrap().clone();
        let mandate = Mandate::new(bundle, &holdings, &world).unwrap();
        assert_eq!(served(&world, &mandate, now_s), expected(&world, now_s), "after {minutes} min");
    }
    // two days later the bundle has expired, and stays
    let now_s = town.now_s + 48 * HOUR_S;
    let file = town.log().join("point");
    let point =
        Point::open(("service", key.secret()), &file, (&genesis.0, &genesis.1), UtcTime(now_s)).unwrap();
    let bundle = point.bundle().unwrap().clone();
    assert!(UtcTime(now_s) > bundle.expires);
    let mandate = Mandate::new(bundle, &holdings, &world).unwrap();
    assert_eq!(served(&world, &mandate, now_s), expected(&world, now_s));

    // who is not in the fleet that the bundle names is not served, whatever the world says; who is barred neither
    let none = skyweave_proof::bound::Fleet::new(Vec::new()).unwrap();
    let other = Holdings { fleet: &none, tables: &held.tables, inhabited: &inhabited };
    assert!(Mandate::new(point.bundle().unwrap().clone(), &other, &world).is_err());
    let no_table = Holdings { fleet: &held.fleet, tables: &[], inhabited: &inhabited };
    assert!(Mandate::new(point.bundle().unwrap().clone(), &no_table, &world).is_err());
}
