//! The same cut, rightly approved.

use crate::town::{NORTH, SOUTH, Town, fleet};
use skyweave_proof::UtcTime;
use skyweave_proof::bundle::{BundleEpoch, Certificate};
use skyweave_proof::document::Document;
use skyweave_proof::dsse::Envelope;
use skyweave_proof::order::Class;
use skyweave_proof::signature::SecretKey;
use skyweave_server::log::Point;
use std::time::Instant;

/// How many points of enforcement there are beside the server's own; `SKYWEAVE_POINTS=10000` has as many as a network.
const POINTS: u64 = 1_000;

fn points() -> u64 {
    std::env::var("SKYWEAVE_POINTS").ok().and_then(|text| text.parse().ok()).unwrap_or(POINTS)
}

fn key(number: u64) -> SecretKey {
    let mut secret = [9; 32];
    secret[..8].copy_from_slice(&number.to_be_bytes());
    SecretKey::ed25519(&secret)
}

/// Each point verifies a package by itself, on two threads.
fn verify(points: &mut [Point], package: &[u8], now: UtcTime) -> Vec<Vec<u8>> {
    let (one, other) = points.split_at_mut(points.len() / 2);
    std::thread::scope(|scope| {
        let offer = |point: &mut Point| point.offer(package, None, now).unwrap();
        let running =
            [one, other].map(|half| scope.spawn(move || half.iter_mut().map(offer).collect::<Vec<_>>()));
        running.into_iter().flat_map(|half| half.join().unwrap()).collect()
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cut_that_enough_approved_is_in_force_everywhere_and_certified() {
    let points = points();
    let line = |number: u64| format!("gateway-{number} {}\n", key(number).public().to_text());
    let lines: Vec<String> = (0..points).map(line).collect();
    let town = Town::with(fleet(2_000, |_, row| Some(row)), &lines, None).await;
    // every point begins with the pinned genesis, and has what everybody has in force
    let genesis = std::fs::read(town.log().join("genesis")).unwrap();
    let (pinned, now) = (town.genesis(), town.now());
    let begin = |number: u64| {
        let name = format!("gateway-{number}");
        Point::in_memory((&name, key(number)), (&genesis, &pinned)).unwrap()
    };
    let mut gateways: Vec<Point> = (0..points).map(begin).collect();
    let first = town.orders.package(BundleEpoch(0), 1).await.unwrap().unwrap();
    verify(&mut gateways, &first, now);

    let order = town.propose(Class::Cut, "alice", Some(24)).await;
    for (approver, state) in [("bob", "proposed"), ("carol", "proposed"), ("dave", "logged")] {
        assert_eq!(town.approve(&order, approver).await.unwrap().row.state, state, "{approver}");
    }
    assert!(town.serves(NORTH).await);
    let started = Instant::now();
    // one go: published, witnessed, bundled, published, in force here
    town.orders.tick(town.now_ns()).await.unwrap();
    assert!(!town.serves(NORTH).await && town.serves(SOUTH).await);
    let package = town.orders.package(BundleEpoch(1), 1).await.unwrap().unwrap();
    let said = verify(&mut gateways, &package, now);
    let verified = started.elapsed();
    let (new, refused) = town.orders.acknowledge(said).await.unwrap();
    assert_eq!((new, refused.len()), (points, 0));
    assert!(town.orders.tick(town.now_ns()).await.unwrap().certified);
    println!(
        "{points} points verified by themselves in {:.1} s, certificate in the log after {:.1} s",
        verified.as_secs_f64(),
        started.elapsed().as_secs_f64()
    );

    // everybody can look at it
    let size = town.orders.summary().await.size;
    let (entry, _) = town.orders.proof(size - 1).await.unwrap();
    let certificate = Certificate::parse(&Envelope::parse(&entry).unwrap().payload).unwrap();
    assert_eq!((certificate.acknowledged, certificate.of), (points + 1, points + 1));
    let standing = town.orders.standing(&order.row.id).await.unwrap();
    assert_eq!((standing.row.state.as_str(), standing.approved.len()), ("in-force", 3));
    let report = town.audit();
    assert!(report.is_clean(), "{report}");
    assert!(report.to_string().contains("deactivate territory north"), "{report}");
    // and whoever is affected is told which policy, which names the order's target
    let law = town.orders.in_force(town.now_ns()).await.unwrap().unwrap();
    assert!(law.sources.policies.contains_key("orders/territory/north.cedar"));
}

#[tokio::test]
async fn an_order_goes_through_its_life() {
    let mut town = Town::new().await;
    let state = async |town: &Town, id: &str| town.orders.standing(id).await.unwrap().row.state;
    let cut = town.cut(2).await;
    assert_eq!((cut.row.state.as_str(), cut.epoch), ("in-force", Some(2)));
    let back = town.restore(&cut).await;
    assert_eq!(state(&town, &cut.row.id).await, "revoked");
    assert_eq!(back.row.state, "in-force");
    assert!(town.serves(NORTH).await);

    // of two that are drawn up for the same standing one goes stale
    let first = town.propose(Class::Cut, "alice", Some(2)).await;
    let second = town.propose(Class::Emergency, "dave", Some(2)).await;
    for approver in ["bob", "carol"] {
        town.approve(&second, approver).await.unwrap();
    }
    town.settle().await;
    assert_eq!(state(&town, &first.row.id).await, "stale-preview");
    assert_eq!(state(&town, &second.row.id).await, "in-force");
    assert!(!town.serves(NORTH).await);
    // nobody ratifies it
    town.pass(3 * crate::town::HOUR_S).settle().await;
    assert_eq!(state(&town, &second.row.id).await, "auto-reverted");
    assert!(town.serves(NORTH).await);
    assert!(town.audit().is_clean());

    // and after a restart everything is as it was
    town.restart().await.unwrap();
    town.settle().await;
    assert_eq!(state(&town, &second.row.id).await, "auto-reverted");
    assert!(town.audit().is_clean());
}
