//! The live network is planned by what was proven at this server's own point of enforcement, and by nothing else.

use crate::town::{HOUR_S, Town};
use skyweave_core::mandate::fleet_of;
use skyweave_core::time::SlotNo;
use skyweave_io::scenario::{Source, prepare};
use skyweave_proof::bundle::BundleEpoch;
use skyweave_proof::order::Class;
use skyweave_server::live::clock::{Pace, slot_at, start_ns};
use skyweave_server::live::law::{Inhabited, carry_out};
use skyweave_server::live::{Network, Setup, clock, lead};
use skyweave_server::orders::{OrderError, Orders};
use skyweave_server::store;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use tokio::sync::watch;

/// Kyiv is in the north of the town's law.
const WORLD: &str = r#"format = 1
name = "two"
[time]
start = "2027-01-15T08:00:00Z"
duration = "2h"
[constellation]
service = "all"
[[constellation.shells]]
name = "S"
planes = 14
satellites_per_plane = 14
altitude_km = 1100
inclination_deg = 53
phasing = 1
[[sites]]
name = "kyiv"
latitude_deg = 50.45
longitude_deg = 30.52
[[sites]]
name = "milan"
latitude_deg = 45.46
longitude_deg = 9.19
"#;

/// A clock that is set by hand.
struct Hand(Arc<AtomicI64>);

impl clock::Source for Hand {
    fn wall_ns(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }

    fn monotonic(&self) -> Duration {
        Duration::from_nanos(self.wall_ns() as u64)
    }
}

struct City {
    town: Town,
    live: Arc<Network>,
    hand: Arc<AtomicI64>,
    slot: SlotNo,
    stop: watch::Sender<bool>,
    leading: tokio::task::JoinHandle<()>,
    _own: tempfile::TempDir,
}

impl City {
    async fn new() -> Self {
        let source = Source { name: "two".to_owned(), text: WORLD.to_owned() };
        let prepared = prepare(&source, std::path::Path::new(".")).unwrap();
        let fleet = fleet_of(&prepared.world, prepared.first).unwrap();
        let mut town = Town::with(fleet, &[], None).await;
        // the first slot of an hour: nothing before it is to be planned
        town.pass(12);
        let slot = slot_at(town.now_ns());
        assert_eq!(slot, slot.hour().first_slot());
        let hand = Arc::new(AtomicI64::new(town.now_ns()));
        let setup = Setup {
            world: Arc::new(prepared.world),
            scenario: "two".to_owned(),
            seed: 0,
            key: "two".to_owned(),
            began: prepared.first,
            pace: Pace::Wall,
            territories: Vec::new(),
            countries: Vec::new(),
            tables: None,
            inhabited: Inhabited(Arc::new(|_| Vec::new())),
        };
        let live = Arc::new(Network::on(setup, Box::new(Hand(Arc::clone(&hand)))));
        // the lead and the telemetry are another store's: the town's is to be killed
        let own = tempfile::tempdir().unwrap();
        let store = store::open(&format!("sqlite:{}", own.path().join("own.db").display()), 1).await.unwrap();
        let (stop, stopping) = watch::channel(false);
        let leading = tokio::spawn(lead(Arc::clone(&live), store, String::new(), stopping));
        carry_out(&live, &town.orders).await.unwrap();
        live.ready().await;
        Self { town, live, hand, slot, stop, leading, _own: own }
    }

    /// What is in force is carried out, and the next slot begins.
    async fn next(&mut self) -> bool {
        carry_out(&self.live, &self.town.orders).await.unwrap();
        self.slot = self.slot.next();
        // the planner withdraws what has not begun before it plans again
        let by = self.live.in_force().unwrap().bundle();
        let is_planned = || {
            let planned = self.live.planned_by(self.slot);
            planned.is_some_and(|(planned, _)| planned.bundle() == by)
        };
        while !is_planned() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        self.hand.store(start_ns(self.slot), Ordering::Relaxed);
        let slot = self.slot;
        self.live.follow().wait_for(|current| *current == Some(slot)).await.unwrap();
        self.town.now_s = (start_ns(slot) / 1_000_000_000) as u64;
        self.serves("milan") && self.live.leads()
    }

    fn serves(&self, name: &str) -> bool {
        self.live.terminal(name).unwrap().now.served
    }

    fn epoch(&self) -> u64 {
        self.live.kept.get(self.slot).unwrap().bundle.clone().unwrap().epoch
    }

    async fn tick(&mut self) {
        let now_ns = self.town.now_ns();
        self.town.orders.tick(now_ns).await.unwrap();
    }
}

async fn refused(orders: &Orders, package: &[u8], now_ns: i64) -> String {
    let before = orders.condition().refusals();
    let why = orders.offer(package, now_ns).await.unwrap_err();
    assert!(matches!(why, OrderError::Point(_)), "{why}");
    assert_eq!(orders.condition().refusals(), before + 1);
    assert_eq!(orders.condition().refusal().unwrap(), why.to_string());
    why.to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slots_follow_the_proven_bundle_and_nothing_else() {
    let mut city = City::new().await;
    assert!(city.serves("kyiv") && city.serves("milan"));
    assert_eq!(city.epoch(), 1);

    // one signature: nothing
    let order = city.town.propose(Class::Cut, "alice", Some(1)).await;
    city.town.approve(&order, "bob").await.unwrap();
    city.tick().await;
    assert!(city.next().await && city.serves("kyiv"));
    assert_eq!(city.epoch(), 1);

    // enough: at the next slot, with reason and order
    let first = city.town.orders.package(BundleEpoch(0), 1).await.unwrap().unwrap();
    for approver in ["carol", "dave"] {
        city.town.approve(&order, approver).await.unwrap();
    }
    city.tick().await;
    assert!(city.next().await && !city.serves("kyiv"));
    assert_eq!(city.epoch(), 2);
    let page = city.live.terminal("kyiv").unwrap();
    let decided = page.decided.unwrap();
    assert_eq!(page.now.outage.as_deref(), Some("BLOCKED_COUNTRY"));
    assert_eq!(decided.order.as_deref(), Some(order.row.id.as_str()));
    assert_eq!((decided.epoch, decided.why.as_deref()), (2, Some("an exercise")));
    let cell = city.live.cell(city.live.world.cells[page.cell as usize].h3).unwrap();
    assert!(cell.satellite.is_none(), "its beams are gone");
    assert_eq!(city.live.terminal("milan").unwrap().decided, None);

    // bundles that are none: named, counted, and of no effect
    let now_ns = city.town.now_ns();
    let second = city.town.orders.package(BundleEpoch(1), 1).await.unwrap().unwrap();
    let other = Town::new().await;
    let others = other.orders.package(BundleEpoch(0), 1).await.unwrap().unwrap();
    let mut forged = second.clone();
    let at = forged.len() / 2;
    forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
    for package in [&first, &second, &others, &forged] {
        refused(&city.town.orders, package, now_ns).await;
    }
    assert!(city.next().await && !city.serves("kyiv"));
    assert_eq!(city.epoch(), 2);

    // the control plane dies, and what is in force stays; a cut lapses by itself all the same
    city.town.store.close().await;
    std::fs::remove_dir_all(city.town.log().join("public")).unwrap();
    let died = city.town.orders.tick(now_ns + 1_000_000_000).await;
    assert!(died.is_err());
    assert!(city.next().await && !city.serves("kyiv"));
    assert!(city.next().await && !city.serves("kyiv"));
    let (by, law) = city.live.planned_by(city.slot).unwrap();
    // a clock that is set back brings back nothing that was over when the bundle was made
    let told = by.mandate().bundle().next_anchor().time;
    assert!(law >= told && by.law_at(skyweave_proof::UtcTime(0)) == told);
    let lapsed = skyweave_proof::UtcTime(city.town.now_s + HOUR_S);
    let served = by.admission(&city.live.world, city.slot, lapsed);
    assert_eq!(
        served.terminal(skyweave_core::ids::TerminalId(0)),
        skyweave_core::admission::Outcome::Permitted
    );
    city.stop.send_replace(true);
    city.leading.await.unwrap();
}
