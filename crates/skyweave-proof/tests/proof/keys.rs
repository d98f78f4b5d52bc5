//! Authorities: nobody alone, nobody twice, changed by old and new together.

use crate::world::{
    PEOPLE, World, authority, genesis, genesis_entry, key_of, publisher, rotation, second_key_of_alice,
};
use skyweave_proof::bundle::{Anchor, Refusal};
use skyweave_proof::document::{Document, identity};
use skyweave_proof::keys::{Authority, Genesis};
use skyweave_proof::order::Class;
use skyweave_proof::quorum::Quorum;
use skyweave_proof::signature::SecretKey;

fn flaw(change: impl Fn(&mut Authority)) -> String {
    let mut authority = authority();
    change(&mut authority);
    authority.check().map_or_else(|flaw| flaw.0, |_| "none".to_owned())
}

#[test]
fn authorities_under_which_one_could_decide_alone_or_nobody_are_refused() {
    let alice_again = |authority: &mut Authority| {
        authority.principals[1].keys = vec![second_key_of_alice().public()];
    };
    let publisher_approves = |authority: &mut Authority| {
        authority.principals[1].keys = vec![publisher().public()];
    };
    for (expected, found) in [
        ("none", flaw(|_| {})),
        ("one alone", flaw(|a| a.quorums.cut = Quorum::of(1, &PEOPLE))),
        ("one alone", flaw(|a| a.quorums.emergency = Quorum::of(1, &PEOPLE))),
        ("one alone", flaw(|a| a.quorums.rotate = Quorum::of(1, &PEOPLE))),
        ("without one of them", flaw(|a| a.quorums.cut = Quorum::of(5, &PEOPLE))),
        ("restoring needs fewer", flaw(|a| a.quorums.restore = Quorum::of(3, &PEOPLE))),
        ("no more than a cut", flaw(|a| a.quorums.emergency = Quorum::of(4, &PEOPLE))),
        ("is no principal", flaw(|a| a.quorums.cut = Quorum::of(3, &["alice", "bob", "carol", "zoe"]))),
        ("stands in it twice", flaw(|a| a.quorums.cut = Quorum::of(3, &["alice", "alice", "alice", "bob"]))),
        ("has a key of alice", flaw(alice_again)),
        ("has a key of the publisher", flaw(publisher_approves)),
        ("has no keys", flaw(|a| a.principals[0].keys.clear())),
        ("order of their names", flaw(|a| a.principals.swap(0, 1))),
        ("asks for no witness", flaw(|a| a.witnesses = a.witnesses.replace("quorum public", "quorum none"))),
        ("policy, line", flaw(|a| a.witnesses.push_str("quorum public\n"))),
        ("24 h", flaw(|a| a.limits.emergency_s += 1)),
        ("versions", flaw(|a| a.version = 0)),
    ] {
        assert!(found.contains(expected), "{expected}: {found}");
    }
}

#[test]
fn a_genesis_is_the_pinned_one_and_everybody_signed_it() {
    let genesis = genesis();
    let id = identity(&genesis.to_bytes());
    assert_eq!(Genesis::parse(&genesis.to_bytes()).as_ref(), Ok(&genesis));
    let entry = genesis_entry(&genesis);
    let anchor = Anchor::pinned(&entry, &id).unwrap();
    assert_eq!(Anchor::parse(&anchor.to_bytes()), Ok(anchor));
    assert_eq!(Anchor::pinned(&entry, &[0; 32]), Err(Refusal::Genesis { found: id }));
    let mut unsigned = genesis.to_envelope();
    for name in &PEOPLE[..4] {
        unsigned.sign(&key_of(name));
    }
    let refused = Anchor::pinned(&unsigned.to_bytes(), &id);
    assert_eq!(refused, Err(Refusal::Unsigned { principal: "erin".to_owned() }));
}

/// Bob leaves; Frank comes.
fn without_bob() -> Authority {
    let mut next = authority();
    next.version = 2;
    "frank".clone_into(&mut next.principals[1].name);
    next.principals[1].keys = vec![SecretKey::ed25519(&[21; 32]).public()];
    next.principals.sort_by(|a, b| a.name.cmp(&b.name));
    let names = ["alice", "carol", "dave", "erin", "frank"];
    let of = |threshold| Quorum::of(threshold, &names);
    next.quorums.cut = of(3);
    next.quorums.emergency = of(2);
    next.quorums.restore = of(2);
    next.quorums.rotate = of(3);
    next
}

#[test]
fn keys_are_changed_by_the_old_and_the_new_threshold_together() {
    let mut world = World::new();
    let rotation = rotation(&world, without_bob());
    let signed = |names: &[&str], frank: bool| {
        let mut envelope = rotation.to_envelope();
        for name in names {
            envelope.sign(&key_of(name));
        }
        if frank {
            envelope.sign(&SecretKey::ed25519(&[21; 32]));
        }
        envelope.to_bytes()
    };
    let which = |refused: Result<u64, Refusal>| match refused {
        Err(Refusal::Rotation { which, .. }) => which,
        other => panic!("{other:?}"),
    };
    assert_eq!(which(world.enter(&signed(&["alice", "carol"], true))), "old");
    assert_eq!(which(world.enter(&signed(&["alice", "alice", "carol"], true))), "old");
    assert_eq!(which(world.enter(&signed(&["alice", "bob", "carol"], false))), "new");

    let order = world.draw(Class::Cut, "erin", 1, Some(3_600));
    world.propose(&order).unwrap();
    world.approve(&order, "bob").unwrap();
    world.enter(&signed(&["alice", "bob", "carol"], true)).unwrap();
    assert_eq!(world.enter(&signed(&["alice", "bob", "carol"], true)), Err(Refusal::RotationChain));
    // what was not in force yet is void, and bob has nothing to say any more
    assert!(matches!(world.approve(&order, "carol"), Err(Refusal::UnknownOrder { .. })));
    world.propose(&order).unwrap();
    assert_eq!(world.approve(&order, "bob"), Err(Refusal::Approver { approver: "bob".to_owned() }));
    let mut point = world.point("gateway-1");
    world.publish(&[]).unwrap();
    point.offer(&world.package(&point.anchor), world.now).unwrap();
    assert_eq!(point.anchor.authority.version, 2);
    for approver in ["alice", "carol", "dave"] {
        world.approve(&order, approver).unwrap();
    }
    world.publish(&[(identity(&order.to_bytes()), &order)]).unwrap();
    // one that follows from before and one that begins with the genesis
    point.offer(&world.package(&point.anchor), world.now).unwrap();
    let mut fresh = world.point("gateway-2");
    fresh.offer(&world.package(&fresh.anchor), world.now).unwrap();
    assert_eq!((point.table(world.now), fresh.table(world.now)), (1, 1));
    assert_eq!(point.anchor, fresh.anchor);
}
