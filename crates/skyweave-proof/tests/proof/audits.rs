//! Audits of whole logs.

use crate::world::{DAY, HOUR, World, points, publisher};
use skyweave_proof::audit::{Evidence, Violation, audit};
use skyweave_proof::document::Document;
use skyweave_proof::order::{Class, Content, Seal};

fn story() -> World {
    let mut world = World::new();
    for round in 0..4 {
        let cut = world.draw(Class::Cut, "alice", 1 + round, Some(10 * HOUR));
        world.carry_out(&cut, &["bob", "carol", "dave"]).unwrap();
        world.pass(HOUR);
        let back = world.draw(Class::Restore, "erin", 0, None);
        world.carry_out(&back, &["bob", "carol"]).unwrap();
        world.pass(HOUR);
    }
    world
}

#[test]
fn a_log_in_which_everything_is_right() {
    let world = story();
    let mut gateway = world.point("gateway-1");
    gateway.offer(&world.package(&gateway.anchor), world.now).unwrap();
    let evidence = Evidence {
        now: world.now,
        checkpoints: vec![("w1".to_owned(), world.checkpoint.clone().into_bytes())],
        points: points(&[&gateway]),
        acknowledgements: vec![gateway.acknowledge(world.now)],
        ..Evidence::default()
    };
    let report = audit(&world.files, &world.genesis, &evidence);
    assert!(report.is_clean(), "{report}");
    assert_eq!((report.decisions.len(), report.bundles), (8, 8));
    assert!(report.decisions.iter().all(|decision| decision.adopted.is_some()));
    let (time, names) = report.witnessed.unwrap();
    assert_eq!(
        (time, names.len()),
        (world.now.plus(0).0.checked_sub(HOUR).map(skyweave_proof::UtcTime).unwrap(), 4)
    );
}

#[test]
fn each_file_that_is_gone_or_bent_is_named() {
    let world = story();
    let clean = audit(&world.files, &world.genesis, &Evidence::default());
    assert!(clean.is_clean(), "{clean}");
    let used: Vec<String> =
        skyweave_proof::log::tile::all(world.writer.size()).map(|tile| tile.path()).collect();
    for path in used.iter().map(String::as_str).chain(["checkpoint"]) {
        let mut files = world.files.clone();
        files.remove(path);
        let report = audit(&files, &world.genesis, &Evidence::default());
        assert!(report.violations.iter().any(|one| one.to_string().contains(path)), "{path}: {report}");
        let mut files = world.files.clone();
        let bytes = files.get_mut(path).unwrap();
        let at = bytes.len() / 3;
        bytes[at] ^= 1;
        assert!(!audit(&files, &world.genesis, &Evidence::default()).is_clean(), "{path}");
    }
}

#[test]
fn acknowledgements_of_what_is_not_in_the_log_are_named() {
    let world = story();
    let mut other = World::new();
    other.publish(&[]).unwrap();
    let mut gateway = other.point("gateway-1");
    gateway.offer(&other.package(&gateway.anchor), other.now).unwrap();
    let evidence = Evidence {
        points: points(&[&gateway]),
        acknowledgements: vec![gateway.acknowledge(other.now), b"junk".to_vec()],
        ..Evidence::default()
    };
    let report = audit(&world.files, &world.genesis, &evidence);
    assert!(matches!(report.violations[0], Violation::InForceUnproven { .. }), "{report}");
    assert!(matches!(report.violations[1], Violation::Acknowledgement { .. }));
}

#[test]
fn a_sealed_order_that_was_not_opened_is_named() {
    let mut world = World::new();
    let mut order = world.draw(Class::Cut, "alice", 1, Some(DAY));
    let Content::Open(matter) = order.content.clone() else { panic!() };
    order.content = Content::Sealed(Seal::of(&matter, &[1; 32], 3, world.now.plus(2 * DAY)));
    world.carry_out(&order, &["bob", "carol", "dave"]).unwrap();
    let at = |days: u64| Evidence { now: world.now.plus(days * DAY), ..Evidence::default() };
    let early = audit(&world.files, &world.genesis, &at(1));
    assert!(early.is_clean() && early.to_string().contains("sealed until"), "{early}");
    let late = audit(&world.files, &world.genesis, &at(3));
    assert!(matches!(late.violations[..], [Violation::NotUnsealed { .. }]), "{late}");
}

#[test]
fn entries_that_are_nothing_are_named_and_change_nothing() {
    let mut world = story();
    world.append(b"");
    world.append(b"{}");
    let bundle = world.draft(&[]);
    world.append(&bundle.to_envelope().signed(&publisher()).to_bytes()[1..]);
    world.cosign();
    let report = audit(&world.files, &world.genesis, &Evidence::default());
    assert_eq!((report.violations.len(), report.bundles), (3, 8), "{report}");
}
