//! Bundles: proven or without effect.

use crate::world::{DAY, HOUR, World, fleet, law, points, publisher, rules};
use skyweave_proof::bound::{Ledger, Row, barred, lowered};
use skyweave_proof::bundle::slot::BadSlot;
use skyweave_proof::bundle::{
    Anchor, Bundle, BundleEpoch, Certificate, Package, Proven, Refusal, SlotStatement,
};
use skyweave_proof::document::{Document, identity};
use skyweave_proof::keys::Limits;
use skyweave_proof::order::{Class, FailMode, Law, Rules};
use skyweave_proof::signature::SecretKey;

#[test]
fn two_approvers_and_one_more_put_a_cut_into_force() {
    let mut world = World::new();
    let mut point = world.point("gateway-1");
    world.publish(&[]).unwrap();
    point.offer(&world.package(&point.anchor), world.now).unwrap();
    assert_eq!(point.table(world.now), 0);
    let cut = world.draw(Class::Cut, "alice", 1, Some(DAY));
    let bundle = world.pass(60).carry_out(&cut, &["bob", "carol", "dave"]).unwrap();
    assert_eq!(Bundle::parse(&bundle.to_bytes()).as_ref(), Ok(&bundle));
    point.offer(&world.package(&point.anchor), world.now).unwrap();
    assert_eq!((point.table(world.now), point.anchor.epoch), (1, BundleEpoch(2)));
    // what a point remembers survives its disk
    assert_eq!(Anchor::parse(&point.anchor.to_bytes()).as_ref(), Ok(&point.anchor));
    assert_eq!(point.bundle.as_ref().unwrap().identity(), identity(&bundle.to_bytes()));
    // one that missed everything comes to the same
    let mut late = world.point("gateway-2");
    late.offer(&world.package(&late.anchor), world.now).unwrap();
    assert_eq!(late.anchor, point.anchor);
}

#[test]
fn epochs_only_grow_and_a_point_that_missed_something_asks_for_it() {
    let mut world = World::new();
    let (mut point, fresh) = (world.point("gateway-1"), world.anchor());
    let mut packages = Vec::new();
    for _ in 0..3 {
        world.pass(HOUR).publish(&[]).unwrap();
        packages.push(world.package(&point.anchor));
        point.offer(packages.last().unwrap(), world.now).unwrap();
    }
    assert_eq!(point.anchor.epoch, BundleEpoch(3));
    for old in &packages {
        assert!(matches!(point.offer(old, world.now), Err(Refusal::Epoch { .. } | Refusal::Chain)));
    }
    // the last alone does not follow on the genesis
    let last = Package::parse(&packages[2]).unwrap();
    assert_eq!(last.excerpt.entries.len(), 1);
    assert_eq!(
        Proven::<Bundle>::verify(&packages[2], &fresh, BundleEpoch(0), world.now),
        Err(Refusal::Chain)
    );
    // who knows that it had a later epoch takes none before it, whatever its anchor says
    let all = world.package(&fresh);
    let refused = Proven::<Bundle>::verify(&all, &fresh, BundleEpoch(3), world.now);
    assert_eq!(refused, Err(Refusal::Epoch { found: BundleEpoch(3), last: BundleEpoch(3) }));
}

#[test]
fn without_the_control_plane_the_last_bundle_stays_and_cuts_lapse() {
    for mode in [FailMode::Stay, FailMode::Base] {
        let mut world = World::new();
        let mut point = world.point("gateway-1");
        let before = point.anchor.clone();
        let mut cut = world.draw(Class::Cut, "alice", 1, Some(3 * DAY));
        let cutting = Law::Open(Rules { fail_mode: mode, ..rules(1) });
        cut.after = cut.before.with(&cutting, cut.start, cut.expires);
        world.carry_out(&cut, &["bob", "carol", "dave"]).unwrap();
        let package = world.package(&before);
        point.offer(&package, world.now).unwrap();
        let start = world.now;
        let after_a_day = u8::from(mode == FailMode::Stay);
        assert_eq!([0, 23, 25, 73].map(|h| point.table(start.plus(h * HOUR))), [1, 1, after_a_day, 0]);
        // after a restart it holds what it had, though it has expired, and takes no expired bundle from others
        let later = start.plus(2 * DAY);
        let held = Proven::<Bundle>::hold(&package, &before, BundleEpoch(0), later).unwrap();
        assert_eq!(held.next_anchor(), &point.anchor);
        let offered = Proven::<Bundle>::verify(&package, &before, BundleEpoch(0), later);
        assert_eq!(offered, Err(Refusal::Expired { at: start.plus(DAY) }));
    }
}

#[test]
fn what_is_not_logged_witnessed_mirrored_or_in_time_has_no_effect() {
    let mut world = World::new();
    world.publish(&[]).unwrap();
    let point = world.point("gateway-1");
    let package = world.package(&point.anchor);
    let whole = String::from_utf8(package.clone()).unwrap();
    let without = |names: &[&str]| {
        let mut package = Package::parse(&package).unwrap();
        let lines = package.excerpt.checkpoint.split_inclusive('\n');
        package.excerpt.checkpoint =
            lines.filter(|line| !names.iter().any(|name| line.contains(name))).collect();
        package.to_bytes()
    };
    let verify =
        |bytes: &[u8], now| Proven::<Bundle>::verify(bytes, &point.anchor, BundleEpoch(0), now).map(|_| ());
    assert_eq!(verify(&package, world.now), Ok(()));
    assert_eq!(verify(&without(&["w1"]), world.now), Ok(()));
    for missing in [&["w1", "w2"][..], &["m1"], &["\u{2014} log."]] {
        assert!(matches!(verify(&without(missing), world.now), Err(Refusal::Checkpoint(_))), "{missing:?}");
    }
    assert_eq!(verify(&package, world.now.plus(DAY)), Err(Refusal::Expired { at: world.now.plus(DAY) }));
    assert!(matches!(
        verify(&package, skyweave_proof::UtcTime(world.now.0 - 301)),
        Err(Refusal::Clock { .. })
    ));
    assert!(matches!(
        verify(&package, skyweave_proof::UtcTime(world.now.0 - 1)),
        Err(Refusal::NotYet { .. })
    ));
    let bent =
        whole.replacen("\"path\":[\"", "\"path\":[\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\",\"", 1);
    assert!(matches!(verify(bent.as_bytes(), world.now), Err(Refusal::NotLogged { .. })));
    let empty = Package {
        excerpt: skyweave_proof::log::excerpt::Excerpt {
            checkpoint: world.checkpoint.clone(),
            entries: vec![],
        },
        openings: vec![],
    };
    assert_eq!(verify(&empty.to_bytes(), world.now), Err(Refusal::NoBundle));
}

#[test]
fn the_service_alone_changes_nothing_of_the_law() {
    let mut world = World::new();
    world.cosign();
    let good = world.draft(&[]);
    let refused = |world: &World, bundle: &Bundle, key: &SecretKey| {
        let mut register = world.register.clone();
        register.take(world.writer.size(), &bundle.to_envelope().signed(key).to_bytes()).unwrap_err()
    };
    let with = |change: &dyn Fn(&mut Bundle)| {
        let mut bundle = good.clone();
        change(&mut bundle);
        refused(&world, &bundle, &publisher())
    };
    assert_eq!(with(&|bundle| bundle.standing.phases[0].law = law(9)), Refusal::Unordered);
    assert_eq!(with(&|bundle| bundle.standing.number = 9), Refusal::Unordered);
    assert!(matches!(with(&|bundle| bundle.orders = vec![[1; 32]]), Refusal::UnknownOrder { .. }));
    assert_eq!(with(&|bundle| bundle.authority = 2), Refusal::Version { found: 2, current: 1 });
    assert!(matches!(with(&|bundle| bundle.epoch = BundleEpoch(0)), Refusal::Epoch { .. }));
    assert_eq!(with(&|bundle| bundle.previous = Some([1; 32])), Refusal::Chain);
    assert!(matches!(
        with(&|bundle| bundle.expires = bundle.not_before.plus(DAY + 1)),
        Refusal::Lasting { .. }
    ));
    assert!(matches!(with(&|bundle| bundle.expires = bundle.not_before), Refusal::Lasting { .. }));
    assert!(matches!(with(&|bundle| bundle.checkpoint = world.note()), Refusal::Checkpoint(_)));
    assert_eq!(refused(&world, &good, &SecretKey::ed25519(&[5; 32])), Refusal::Publisher);
    let mut elsewhere = good.clone();
    elsewhere.fleet = "borealis".to_owned();
    assert_eq!(
        refused(&world, &elsewhere, &publisher()),
        Refusal::OtherFleet { found: "borealis".to_owned() }
    );
}

#[test]
fn those_who_have_the_terminals_check_what_a_bundle_tells_of_them() {
    let mut world = World::new();
    let before = fleet(|_, row| Some(row));
    let suspended = |count: usize| {
        fleet(move |number, row| {
            let is_hit = number % 50 == 0 && number / 50 < count;
            Some(Row { barred: if is_hit { barred::SUSPENDED } else { 0 }, ..row })
        })
    };
    let bound = &Limits::USUAL.bound;
    world.publish(&[]).unwrap();
    world.inputs.fleet = suspended(5).root();
    let told = world.draft(&[]);
    let mut ledger = Ledger::default();
    // five suspended, and nothing told of it
    assert_eq!(told.check_fleet(&suspended(5), &before, &mut ledger, bound), Err(Refusal::Untold));
    assert_eq!(told.check_fleet(&suspended(6), &before, &mut ledger, bound), Err(Refusal::Fleet));
    world.lowered.enter(world.now, &lowered(&before, &suspended(5)));
    world.lowered = world.lowered.published();
    let told = world.draft(&[]);
    assert_eq!(told.check_fleet(&suspended(5), &before, &mut ledger, bound), Ok(()));
    world.publish_as_is(&told).unwrap();
    // later bundles do not forget it
    world.lowered = Ledger::default();
    world.pass(HOUR).cosign();
    assert_eq!(world.publish(&[]), Err(Refusal::Forgotten));
}

#[test]
fn ten_thousand_acknowledgements_are_rolled_up_and_each_counts_once() {
    let mut world = World::new();
    let mut one = world.point("gateway-1");
    world.publish(&[]).unwrap();
    one.offer(&world.package(&one.anchor), world.now).unwrap();
    let mut others: Vec<_> = (2..=40).map(|n| world.point(&format!("gateway-{n}"))).collect();
    for other in &mut others {
        other.anchor = one.anchor.clone();
        other.bundle.clone_from(&one.bundle);
    }
    let all: Vec<&_> = others.iter().chain([&one]).collect();
    let registry = points(&all);
    let mut said: Vec<Vec<u8>> = all.iter().map(|point| point.acknowledge(world.now)).collect();
    said.push(said[0].clone());
    said.push(world.point("stranger").name.into_bytes());
    let bundle = one.bundle.as_ref().unwrap();
    let (certificate, left_out) = Certificate::of(bundle, &registry, &said);
    assert_eq!((certificate.acknowledged, certificate.of, left_out.len()), (40, 40, 1));
    assert!(certificate.fits(&registry, &said) && !certificate.fits(&registry, &said[1..39]));
    world.enter(&certificate.to_envelope().signed(&publisher()).to_bytes()).unwrap();
    let mut too_many = certificate.clone();
    too_many.acknowledged = 41;
    let refused = world.enter(&too_many.to_envelope().signed(&publisher()).to_bytes());
    assert_eq!(refused, Err(Refusal::Certificate { acknowledged: 41, of: 40 }));
    assert_eq!(world.enter(&certificate.to_envelope().signed(&one.key).to_bytes()), Err(Refusal::Publisher));
    assert_eq!(Certificate::parse(&certificate.to_bytes()), Ok(certificate));
}

#[test]
fn a_slot_names_its_bundle_and_what_it_was_planned_from() {
    let mut world = World::new();
    let mut point = world.point("planner");
    world.publish(&[]).unwrap();
    point.offer(&world.package(&point.anchor), world.now).unwrap();
    let bundle = point.bundle.unwrap();
    let slot = SlotStatement {
        fleet: bundle.fleet.clone(),
        slot: 7,
        bundle: bundle.identity(),
        inputs: bundle.inputs.root(),
        world: [3; 32],
        hash: identity(b"slot 7"),
    };
    let signed = |slot: &SlotStatement, key: &SecretKey| slot.to_envelope().signed(key).to_bytes();
    let verify = |bytes: &[u8], hash| SlotStatement::verify(bytes, &bundle, &hash);
    assert_eq!(verify(&signed(&slot, &publisher()), identity(b"slot 7")), Ok(slot.clone()));
    assert_eq!(verify(&signed(&slot, &publisher()), identity(b"slot 8")), Err(BadSlot::Bytes { slot: 7 }));
    assert_eq!(verify(&signed(&slot, &point.key), slot.hash), Err(BadSlot::Statement(Refusal::Publisher)));
    let other = SlotStatement { inputs: [1; 32], ..slot };
    assert_eq!(verify(&signed(&other, &publisher()), other.hash), Err(BadSlot::Bundle { slot: 7 }));
}
