//! Who leads among several servers on one store, and who takes over.

use crate::cluster;
use skyweave_control::order::Sources;
use skyweave_core::mandate::fleet_of;
use skyweave_core::time::SlotNo;
use skyweave_io::scenario::{Source, prepare};
use skyweave_proof::bound::Fleet;
use skyweave_proof::keys::Limits;
use skyweave_proof::order::FailMode;
use skyweave_server::clock::now_ns;
use skyweave_server::live::clock::{Pace, start_ns};
use skyweave_server::live::law::{Inhabited, carry_out};
use skyweave_server::live::{self, Network, lead};
use skyweave_server::orders::{Lawful, Orders, Setup, demonstration};
use skyweave_server::store::{LivePlace, Store, open};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// Two slots.
const IN_TIME: Duration = Duration::from_secs(30);

contract!(where_a_network_is_is_remembered);

async fn where_a_network_is_is_remembered(store: &Arc<dyn Store>) {
    assert_eq!(store.live_place("world").await.unwrap(), None);
    for slot in [8, 9] {
        store.put_live_place("world", LivePlace { began: 7, slot }).await.unwrap();
    }
    store.put_live_place("other", LivePlace { began: 1, slot: 2 }).await.unwrap();
    assert_eq!(store.live_place("world").await.unwrap(), Some(LivePlace { began: 7, slot: 9 }));
    assert!(store.lead("http://here").await.unwrap().is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_two_servers_on_a_database_leads() {
    let Some(cluster) = cluster::cluster() else { return };
    let url = cluster.database();
    let (one, other) = (open(&url, 1).await.unwrap(), open(&url, 1).await.unwrap());
    assert_eq!(other.leader().await.unwrap(), None);
    let mut leads = one.lead("http://one:8081").await.unwrap().unwrap();
    assert!(leads.holds().await);
    assert!(other.lead("http://other:8081").await.unwrap().is_none());
    assert_eq!(other.leader().await.unwrap().as_deref(), Some("http://one:8081"));
    // who wants it twice has it once
    assert!(one.lead("http://one:8081").await.unwrap().is_none());
    drop(leads);
    let began = Instant::now();
    let mut taken = None;
    while taken.is_none() && began.elapsed() < IN_TIME {
        taken = other.lead("http://other:8081").await.unwrap();
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(taken.unwrap().holds().await);
    assert_ne!(one.leader().await.unwrap().as_deref(), Some("http://one:8081"));
    one.close().await;
    other.close().await;
}

/// A log over a store of its own, in which everybody is served.
async fn log(folder: &Path, fleet: Fleet) -> Orders {
    let permit = "@id(\"everybody\")\npermit(principal, action == Action::\"serve\", resource);\n";
    let policies = [("everybody.cedar".to_owned(), permit.to_owned())].into();
    let sources = Sources { policies, plans: ["standard".to_owned()].into(), ..Sources::default() };
    let law = Lawful::compile(sources, FailMode::Stay, &|_| None, None).unwrap();
    demonstration(&folder.join("log"), "few", &law, Limits::USUAL, None).unwrap();
    let store = open(&format!("sqlite:{}", folder.join("log.db").display()), 1).await.unwrap();
    let setup = Setup::read(&folder.join("log"), &|_| None).unwrap();
    let orders = Orders::open(setup, store, None, now_ns()).await.unwrap().with_fleet(fleet);
    orders.tick(now_ns()).await.unwrap();
    orders
}

/// The network of a server, and what ends it.
async fn server(store: &Arc<dyn Store>) -> (Arc<Network>, watch::Sender<bool>, tokio::task::JoinHandle<()>) {
    let text = "format = 1\nname = \"few\"\n[time]\nstart = \"2026-05-20T12:00:00Z\"\nduration = \"1h\"\n[constellation]\nservice = \"all\"\n\
        [[constellation.shells]]\nname = \"S\"\nplanes = 2\nsatellites_per_plane = 6\naltitude_km = 1100\ninclination_deg = 53\nphasing = 1\n\
        [[sites]]\nname = \"kyiv\"\nlatitude_deg = 50.45\nlongitude_deg = 30.52\n";
    let source = Source { name: "few".to_owned(), text: text.to_owned() };
    let prepared = prepare(&source, Path::new(".")).unwrap();
    let fleet = fleet_of(&prepared.world, prepared.first).unwrap();
    let live = Arc::new(Network::new(live::Setup {
        scenario: "few".to_owned(),
        seed: 1,
        began: prepared.first,
        pace: Pace::Replay { from_ns: start_ns(prepared.first), speed: 60.0 },
        key: "few".to_owned(),
        world: Arc::new(prepared.world),
        territories: Vec::new(),
        countries: Vec::new(),
        tables: None,
        inhabited: Inhabited(Arc::new(|_| Vec::new())),
    }));
    let folder = tempfile::tempdir().unwrap();
    carry_out(&live, &log(folder.path(), fleet).await).await.unwrap();
    let (stop, stopping) = watch::channel(false);
    let task = tokio::spawn(lead(Arc::clone(&live), Arc::clone(store), String::new(), stopping));
    (live, stop, task)
}

async fn slot_of(live: &Network) -> SlotNo {
    tokio::time::timeout(IN_TIME, live.ready()).await.unwrap();
    live.current().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_server_takes_over_within_two_slots() {
    let Some(cluster) = cluster::cluster() else { return };
    let url = cluster.database();
    let (store, other_store) = (open(&url, 1).await.unwrap(), open(&url, 1).await.unwrap());
    let (one, _stop, task) = Box::pin(server(&store)).await;
    slot_of(&one).await;
    let (other, stop, other_task) = Box::pin(server(&other_store)).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert!(one.leads() && !other.leads() && other.current().is_none());
    // nobody says goodbye: the task is gone in the middle of something, and its connection with it
    task.abort();
    let began = Instant::now();
    slot_of(&other).await;
    println!("the other one served after {:.1} s", began.elapsed().as_secs_f64());
    assert!(other.leads());
    stop.send(true).unwrap();
    tokio::time::timeout(IN_TIME, other_task).await.unwrap().unwrap();
    assert!(!other.leads() && other.current().is_none());
    store.close().await;
    other_store.close().await;
}
