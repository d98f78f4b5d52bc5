//! One person with every credential of the server, its keys, its database and its files, but one approver's key, tries to cut the north. It
//! is served in every case, and an audit names the attempt where it left a trace. Attempts that need no server are in `skyweave-proof`.

use crate::town::{HOUR_S, NORTH, SOUTH, Town, fleet, open};
use skyweave_proof::audit::{Evidence, Violation};
use skyweave_proof::bound::{Row, barred, territory_key};
use skyweave_proof::bundle::{BundleEpoch, Refusal};
use skyweave_proof::document::Document;
use skyweave_proof::dsse::Envelope;
use skyweave_proof::order::{Class, Order};
use skyweave_server::log::Point;
use skyweave_server::log::point::PointError;
use skyweave_server::orders::OrderError;
use skyweave_server::store::{Leaf, LogChange};

/// Four ways to say yes with one key.
#[tokio::test]
async fn by_approving_alone() {
    let mut town = Town::new().await;
    let order = town.propose(Class::Cut, "alice", Some(2)).await;
    // her own word, the same word for others, somebody else's under her key, and her key's name under theirs
    let own = town.approve(&order, "alice").await.unwrap_err();
    assert!(matches!(own, OrderError::Refused(Refusal::RequesterApproves { .. })), "{own}");
    let mut forged = Envelope::parse(&town.word(&order, "bob")).unwrap();
    forged.signatures.clear();
    let unsigned = forged.clone().to_bytes();
    let signed = forged.clone().signed(&town.key("alice").secret()).to_bytes();
    forged.sign(&town.key("alice").secret());
    forged.signatures[0].key = town.key("bob").public();
    for entry in [unsigned, signed, forged.to_bytes()] {
        let refused = town.orders.say(&order.row.id, entry, "alice", town.now_ns()).await;
        assert!(matches!(refused, Err(OrderError::Refused(_))), "{refused:?}");
    }
    town.settle().await;
    assert!(town.serves(NORTH).await);
    assert_eq!(town.orders.standing(&order.row.id).await.unwrap().row.state, "proposed");
    assert!(town.audit().is_clean());
}

#[tokio::test]
async fn by_editing_the_database() {
    let mut town = Town::new().await;
    let order = town.propose(Class::Cut, "alice", Some(2)).await;
    town.approve(&order, "bob").await.unwrap();
    town.settle().await;
    // the order's row says whatever she likes, and the approvals too
    town.sql("UPDATE orders SET state = 'in-force', version = 99").await.unwrap();
    town.sql("INSERT INTO order_approval SELECT id, 'carol', 3, 'approve' FROM orders").await.unwrap();
    town.sql("INSERT INTO order_approval SELECT id, 'dave', 4, 'approve' FROM orders").await.unwrap();
    town.pass(61).settle().await;
    assert!(town.serves(NORTH).await && town.serves(SOUTH).await);
    assert_eq!(town.orders.standing(&order.row.id).await.unwrap().approved, ["bob"]);
    // leaves are append-only; who lifts that changes what was published
    assert!(town.sql("UPDATE log_leaf SET entry = x'00'").await.unwrap_err().contains("append-only"));
    assert!(town.sql("DELETE FROM log_leaf").await.unwrap_err().contains("append-only"));
    // an approval that nobody signed, as a leaf
    let mut forged = Envelope::parse(&town.word(&order, "carol")).unwrap();
    forged.signatures.clear();
    forged.sign(&town.key("alice").secret());
    let leaf = Leaf {
        leaf: town.store.log_size().await.unwrap(),
        kind: "approval.v1".to_owned(),
        time_ns: town.now_ns(),
        entry: forged.to_bytes(),
    };
    town.store.put_log(LogChange { leaves: vec![leaf], ..LogChange::default() }).await.unwrap();
    town.restart().await.unwrap();
    town.settle().await;
    assert!(town.serves(NORTH).await);
    let report = town.audit();
    assert!(
        report
            .violations
            .iter()
            .any(|one| matches!(one, Violation::Entry { what, .. } if what == "approval.v1")),
        "{report}"
    );
}

#[tokio::test]
async fn by_rewriting_the_log_in_the_database() {
    let mut town = Town::new().await;
    let order = town.propose(Class::Cut, "alice", Some(2)).await;
    town.settle().await;
    let shown = town.orders.checkpoint().unwrap();
    town.sql("DROP TRIGGER log_leaf_is_not_updated").await.unwrap();
    town.sql("DROP TRIGGER log_leaf_is_not_deleted").await.unwrap();
    town.sql("DELETE FROM log_leaf WHERE kind = 'order.v1'").await.unwrap();
    town.sql("UPDATE log_leaf SET leaf = leaf - 1 WHERE leaf > 2").await.ok();
    drop(order);
    // what the server makes of it is another log; who was shown the one before sees that
    if town.restart().await.is_ok() {
        let _ = town.orders.publish(town.now_ns(), true).await;
    }
    assert!(town.serves(NORTH).await);
    let evidence = Evidence {
        now: town.now(),
        checkpoints: vec![("a gateway".to_owned(), shown)],
        ..Evidence::default()
    };
    let report = town.audit_with(&evidence);
    assert!(!report.is_clean(), "{report}");
}

#[tokio::test]
async fn by_editing_the_logs_files() {
    let mut town = Town::new().await;
    let cut = town.cut(2).await;
    town.restore(&cut).await;
    assert!(town.audit().is_clean());
    let path = town.log().join("public/tile/entries");
    let file = std::fs::read_dir(&path).unwrap().next().unwrap().unwrap().path();
    let newest = std::fs::read_dir(&file).unwrap().map(|one| one.unwrap().path());
    let newest = newest
        .max_by_key(|path| path.file_name().unwrap().to_str().unwrap().parse::<u64>().unwrap())
        .unwrap();
    let mut bytes = std::fs::read(&newest).unwrap();
    let at = bytes.len() / 2;
    bytes[at] ^= 1;
    std::fs::write(&newest, bytes).unwrap();
    let report = town.audit();
    assert!(report.violations.iter().any(|one| matches!(one, Violation::Root { .. })), "{report}");
    assert!(town.serves(NORTH).await);
}

#[tokio::test]
async fn by_whatever_lowers_service_and_is_no_order() {
    type Route<'a> = (&'a str, &'a (dyn Fn(Row) -> Row + Sync));
    let routes: [Route<'_>; 5] = [
        ("bulk suspension", &|row| Row { barred: barred::SUSPENDED, ..row }),
        ("maintenance", &|row| Row { barred: barred::MAINTENANCE, ..row }),
        ("a list", &|row| Row { barred: barred::LISTED, ..row }),
        ("scheduler weights", &|row| Row { weight_permille: 1, ..row }),
        ("plan rates", &|row| Row { rate_kbps: 1, ..row }),
    ];
    for (name, lower) in routes {
        let mut town = Town::new().await;
        let before = town.bundle().await;
        let cut =
            |_: usize, row: Row| Some(if row.territory == territory_key("north") { lower(row) } else { row });
        town.orders.give_fleet(fleet(2_000, cut));
        town.pass(60).settle().await;
        let held = town.orders.in_force_here().await.unwrap().unwrap();
        assert_eq!(held.bundle.inputs.fleet, before.inputs.fleet, "{name}");
        assert_eq!(held.fleet, fleet(2_000, |_, row| Some(row)), "{name}");
        let why = town.orders.summary().await.held_back.unwrap();
        assert!(why.contains("it needs an order"), "{why}");
        // single terminals are administered without orders
        let few = |number: usize, row: Row| Some(if number < 2 { lower(row) } else { row });
        town.orders.give_fleet(fleet(2_000, few));
        town.pass(60).settle().await;
        let held = town.orders.in_force_here().await.unwrap().unwrap();
        assert_eq!(held.fleet, fleet(2_000, few), "{name}");
        assert_eq!(town.orders.summary().await.held_back, None);
        assert!(town.audit().is_clean());
    }
}

#[tokio::test]
async fn by_salami_and_by_deleting_rows() {
    let mut town = Town::new().await;
    let mut gone = 0;
    for day in 0..20_usize {
        let left = move |number: usize, row: Row| (number % 200 > day).then_some(row);
        town.orders.give_fleet(fleet(2_000, left));
        town.pass(24 * HOUR_S).settle().await;
        let held = town.orders.in_force_here().await.unwrap().unwrap();
        gone = 2_000 - held.fleet.rows().len();
    }
    // 1 % a day and 5 % in 30 days are the most, however it is sliced
    assert!((10..=100).contains(&gone), "{gone}");
    assert!(town.orders.summary().await.held_back.is_some());
}

#[tokio::test]
async fn by_the_publishers_own_key() {
    let mut town = Town::new().await;
    let order = town.propose(Class::Cut, "alice", Some(2)).await;
    town.settle().await;
    // she makes the bundle herself, signed as bundles are, and puts it into the log
    let mut bundle = (*town.bundle().await).clone();
    let wanted = Order::parse(&order.row.payload).unwrap();
    bundle.previous = Some(town.bundle().await.identity());
    bundle.epoch = BundleEpoch(bundle.epoch.0 + 1);
    bundle.standing = wanted.after.clone();
    bundle.checkpoint = String::from_utf8(town.orders.checkpoint().unwrap()).unwrap();
    let publisher = skyweave_server::log::KeyFile::read(&town.log().join("publisher.key")).unwrap();
    let entry = bundle.to_envelope().signed(&publisher.secret()).to_bytes();
    let leaf = Leaf {
        leaf: town.store.log_size().await.unwrap(),
        kind: "bundle.v1".to_owned(),
        time_ns: town.now_ns(),
        entry,
    };
    town.store.put_log(LogChange { leaves: vec![leaf], ..LogChange::default() }).await.unwrap();
    town.restart().await.unwrap();
    town.settle().await;
    assert!(town.serves(NORTH).await);
    let report = town.audit();
    assert!(report.to_string().contains("(bundle.v1) has no effect"), "{report}");
}

#[tokio::test]
async fn by_swapping_the_genesis() {
    let mut town = Town::new().await;
    let other = Town::new().await;
    let pinned = town.genesis();
    for file in ["genesis", "log.key", "publisher.key"] {
        std::fs::copy(other.log().join(file), town.log().join(file)).unwrap();
    }
    let refused = town.restart().await.unwrap_err();
    assert!(refused.to_string().contains("another genesis"), "{refused}");
    // and a point of enforcement has pinned its own
    let genesis = std::fs::read(other.log().join("genesis")).unwrap();
    let key = || town.key("alice").secret();
    let refused = Point::in_memory(("gateway", key()), (&genesis, &pinned)).err().unwrap();
    assert!(matches!(refused, PointError::Refused(Refusal::Genesis { .. })), "{refused}");
}

#[tokio::test]
async fn by_rolling_back_the_points_disk() {
    let mut town = Town::new().await;
    let cut = town.cut(20).await;
    assert!(!town.serves(NORTH).await);
    let old = std::fs::read(town.log().join("point")).unwrap();
    town.restore(&cut).await;
    assert!(town.serves(NORTH).await);
    std::fs::write(town.log().join("point"), old).unwrap();
    town.restart().await.unwrap();
    // it is handed what it lacks, and has it before the next slot
    town.settle().await;
    assert!(town.serves(NORTH).await);
    // a disk that holds something else than a proven bundle is none
    std::fs::write(town.log().join("point"), b"{}").unwrap();
    assert!(matches!(town.restart().await, Err(OrderError::Point(PointError::Disk { .. }))));
}

#[tokio::test]
async fn by_holding_back_tiles_and_documents() {
    let mut town = Town::new().await;
    let cut = town.cut(2).await;
    town.restore(&cut).await;
    std::fs::remove_dir_all(town.log().join("public/tile/0")).unwrap();
    let report = town.audit();
    assert!(report.violations.iter().any(|one| matches!(one, Violation::Unreadable { .. })), "{report}");
    assert!(town.serves(NORTH).await);
}

#[tokio::test]
async fn by_tampering_with_the_compilers_output() {
    let mut town = Town::new().await;
    let cut = town.cut(2).await;
    let order = Order::parse(&cut.row.payload).unwrap();
    let Some(skyweave_proof::order::Law::Open(rules)) = order.after.at(order.start).cloned() else {
        panic!()
    };
    // the sources beside the log say one thing, the approved table another
    let innocent = crate::town::law();
    let compile = move |asked: &skyweave_proof::order::Rules| {
        (asked.table == rules.table).then(|| innocent.table.identity())
    };
    let evidence = Evidence { now: town.now(), compile: Some(&compile), ..Evidence::default() };
    let report = town.audit_with(&evidence);
    assert!(matches!(report.violations[..], [Violation::Table { .. }]), "{report}");
    // and with the true ones nothing is found
    let names = |rules: &skyweave_proof::order::Rules| Some(rules.table);
    assert!(
        town.audit_with(&Evidence { now: town.now(), compile: Some(&names), ..Evidence::default() })
            .is_clean()
    );
    town.settle().await;
}

#[tokio::test]
async fn by_freezing_a_cut() {
    let mut town = Town::new().await;
    town.cut(3).await;
    assert!(!town.serves(NORTH).await && town.serves(SOUTH).await);
    // the server is stopped for good: the cut lapses where it is enforced, and nobody is needed for it
    let setup = |name: &str| std::fs::read(town.log().join(name)).unwrap();
    let key = skyweave_server::log::KeyFile::read(&town.log().join("point.key")).unwrap();
    let file = town.log().join("point");
    let genesis = (setup("genesis"), town.genesis());
    for (hours, is_cut) in [(1, true), (2, true), (4, false), (30, false)] {
        let now = skyweave_proof::UtcTime(town.now_s + hours * HOUR_S);
        let point = Point::open(("service", key.secret()), &file, (&genesis.0, &genesis.1), now).unwrap();
        let table = point.bundle().unwrap().rules_at(now).unwrap().table;
        assert_eq!(table != crate::town::law().table.identity(), is_cut, "{hours} h");
    }
}

#[tokio::test]
async fn by_shifting_the_clock() {
    let mut town = Town::new().await;
    let cut = town.propose(Class::Cut, "alice", Some(1)).await;
    town.approve(&cut, "bob").await.unwrap();
    let started = town.now_s;
    // ahead, so that the log is witnessed in the future: whoever has the right time refuses that, and goes on
    town.pass(20 * HOUR_S).settle().await;
    let genesis = std::fs::read(town.log().join("genesis")).unwrap();
    let key = skyweave_server::log::KeyFile::read(&town.log().join("point.key")).unwrap();
    let mut gateway = Point::in_memory(("gateway", key.secret()), (&genesis, &town.genesis())).unwrap();
    let package = town.orders.package(BundleEpoch(0), 1).await.unwrap().unwrap();
    let refused = gateway.offer(&package, None, skyweave_proof::UtcTime(started));
    assert!(matches!(refused, Err(PointError::Refused(Refusal::Clock { .. }))), "{refused:?}");
    assert!(town.serves(NORTH).await);
    // and back: who approves after the order lapsed by the witnesses' time approves nothing
    town.now_s = started;
    for approver in ["carol", "dave"] {
        town.approve(&cut, approver).await.unwrap();
    }
    for _ in 0..4 {
        // what it says of the time does not fit what was said before
        let _ = town.orders.tick(town.now_ns()).await;
        town.pass(1);
    }
    assert!(town.serves(NORTH).await);
    town.now_s = started + 20 * HOUR_S + 60;
    town.settle().await;
    assert!(town.serves(NORTH).await);
    assert_eq!(town.orders.standing(&cut.row.id).await.unwrap().row.state, "expired");
}

#[tokio::test]
async fn by_holding_back_the_witnesses() {
    let outside = |log: &str| {
        let witness = |name: &str, port: u16| {
            let key =
                skyweave_server::log::KeyFile::new(skyweave_server::log::KeyRole::Witness, name).unwrap();
            format!("witness {name} {} http://127.0.0.1:{port}\n", key.public())
        };
        // nobody listens there
        format!("log {log}\n{}{}quorum seen\n", witness("w1", 1), witness("w2", 1))
            .replace("quorum seen", "group seen 2 w1 w2\nquorum seen")
    };
    let town = Town::with(fleet(10, |_, row| Some(row)), &[], Some(&outside)).await;
    let error = town.orders.tick(town.now_ns()).await.unwrap_err();
    assert!(matches!(error, OrderError::Refused(_)), "{error}");
    assert_eq!(town.orders.checkpoint(), None);
    assert!(town.orders.in_force_here().await.unwrap().is_none());
    // it is there still, and goes on when they are back
    assert_eq!(town.store.unpublished().await.unwrap(), 1);
    open(&town.log(), &town.store, town.now_s).await.unwrap();
}
