//! Orders: which ones are void whoever signs them, and the ways they take.

use crate::world::{DAY, HOUR, World, approval, key_of, law, matter, rules};
use skyweave_proof::UtcTime;
use skyweave_proof::bundle::Refusal;
use skyweave_proof::document::{Document, identity};
use skyweave_proof::keys::Limits;
use skyweave_proof::order::{
    Action, Approval, Class, Content, Law, Opening, Order, Phase, Relation, RelationKind, Seal, Standing,
    TargetKind, Unsealing, Verdict,
};

fn flaw(order: &Order) -> String {
    order.check(&Limits::USUAL).map_or_else(|flaw| flaw.0, |()| "none".to_owned())
}

#[test]
fn void_orders_are_refused_whoever_signs_them() {
    let world = World::new();
    let cut = world.draw(Class::Cut, "alice", 1, Some(DAY));
    let restore = world.draw(Class::Restore, "alice", 1, None);
    let emergency = world.draw(Class::Emergency, "alice", 1, Some(DAY));
    let with = |order: &Order, change: &dyn Fn(&mut Order)| {
        let mut order = order.clone();
        change(&mut order);
        flaw(&order)
    };
    let in_matter = |change: &dyn Fn(&mut skyweave_proof::order::Matter)| {
        with(&restore, &|order| {
            if let Content::Open(matter) = &mut order.content {
                change(matter);
            }
        })
    };
    for (expected, found) in [
        ("none", flaw(&cut)),
        ("none", flaw(&restore)),
        ("none", flaw(&emergency)),
        ("cuts lapse", with(&cut, &|order| order.expires = None)),
        ("the most is", flaw(&world.draw(Class::Cut, "alice", 1, Some(31 * DAY)))),
        ("the most is", flaw(&world.draw(Class::Emergency, "alice", 1, Some(DAY + 1)))),
        ("the most is", with(&cut, &|order| order.expires = Some(order.start))),
        // a cut that does not lapse to what was before
        ("lapses to what was before", with(&cut, &|order| order.after.phases.truncate(2))),
        ("changes nothing", with(&cut, &|order| order.after.phases.truncate(1))),
        ("next number", with(&cut, &|order| order.after.number += 1)),
        ("before it starts", with(&cut, &|order| order.start = order.start.plus(60))),
        ("before it was drawn up", with(&cut, &|order| order.start = UtcTime(1))),
        ("as a restore", in_matter(&|matter| matter.action = Action::Deactivate)),
        // to activate a restriction takes service away
        ("as a restore", in_matter(&|matter| matter.target.kind = TargetKind::Restriction)),
        ("lose service", in_matter(&|matter| matter.preview.losing = 1)),
        (
            "an expiry",
            with(&restore, &|order| {
                order.expires = Some(order.start.plus(DAY));
                order.after = order.before.with(&law(1), order.start, order.expires);
            }),
        ),
    ] {
        assert!(found.contains(expected), "{expected}: {found}");
    }
}

#[test]
fn orders_have_one_form_and_every_field_counts() {
    let world = World::new();
    let order = world.draw(Class::Cut, "alice", 1, Some(DAY));
    let bytes = order.to_bytes();
    assert_eq!(Order::parse(&bytes).as_ref(), Ok(&order));
    let said = Approval::of(&bytes, "bob", Verdict::Approve).unwrap();
    assert_eq!(Approval::parse(&said.to_bytes()), Ok(said.clone()));
    assert_eq!(said.order, identity(&bytes));
    assert_eq!((said.terms.table, said.terms.boundaries), (Some([1; 32]), Some([200; 32])));
    assert_eq!((said.terms.base, said.terms.expires), (order.before.root(), order.expires));
    let text = String::from_utf8(bytes).unwrap();
    for (from, to) in [
        ("\"reason\"", "\"raeson\""),
        ("cut", "kut"),
        ("{", "{ "),
        ("alice", "al ice"),
        ("\"number\":1", "\"number\":01"),
    ] {
        assert!(Order::parse(text.replacen(from, to, 1).as_bytes()).is_err(), "{to}");
    }
}

#[test]
fn standings_are_laws_over_time() {
    let base = Standing::of(law(0));
    let one = base.with(&law(1), UtcTime(100), Some(UtcTime(200)));
    let two = one.with(&law(2), UtcTime(150), Some(UtcTime(300)));
    let at = |standing: &Standing, time| match standing.at(UtcTime(time)) {
        Some(Law::Open(rules)) => rules.table[0],
        other => panic!("{other:?}"),
    };
    assert_eq!([0, 99, 100, 199, 200].map(|time| at(&one, time)), [0, 0, 1, 1, 0]);
    assert_eq!([100, 149, 150, 250, 300].map(|time| at(&two, time)), [1, 1, 2, 2, 0]);
    assert!(
        two.agrees(&one, UtcTime(0), Some(UtcTime(150))) && !two.agrees(&one, UtcTime(0), Some(UtcTime(151)))
    );
    assert!(two.agrees(&base, UtcTime(300), None) && !two.agrees(&base, UtcTime(299), None));
    assert_eq!(two.clone().without_past(UtcTime(160)).phases[0], Phase { from: UtcTime(0), law: law(2) });
    assert_eq!(two.check(), Ok(()));
    let same =
        Standing { number: 1, phases: vec![base.phases[0].clone(), Phase { from: UtcTime(5), law: law(0) }] };
    assert!(same.check().is_err());
    assert_ne!(one.root(), two.root());
}

#[test]
fn a_cut_lapses_by_itself_and_a_renewal_goes_on_from_there() {
    let mut world = World::new();
    let mut point = world.point("gateway-1");
    let cut = world.draw(Class::Cut, "alice", 1, Some(10 * HOUR));
    world.carry_out(&cut, &["bob", "carol", "dave"]).unwrap();
    point.offer(&world.package(&point.anchor), world.now).unwrap();
    let start = world.now;
    assert_eq!([0, 10 * HOUR - 1, 10 * HOUR, 100 * DAY].map(|s| point.table(start.plus(s))), [1, 1, 0, 0]);

    world.pass(9 * HOUR);
    let mut renewal = world.draw(Class::Cut, "alice", 1, Some(5 * HOUR));
    if let Content::Open(matter) = &mut renewal.content {
        matter.relation = Some(Relation { kind: RelationKind::Renews, order: identity(&cut.to_bytes()) });
    }
    world.carry_out(&renewal, &["bob", "carol", "dave"]).unwrap();
    point.offer(&world.package(&point.anchor), world.now).unwrap();
    assert_eq!([10, 13, 14].map(|h| point.table(start.plus(h * HOUR))), [1, 1, 0]);
}

#[test]
fn restoring_needs_fewer_and_stays() {
    let mut world = World::new();
    let mut point = world.point("gateway-1");
    let cut = world.draw(Class::Cut, "alice", 1, Some(10 * DAY));
    assert!(matches!(world.carry_out(&cut, &["bob", "carol"]), Err(Refusal::Quorum { .. })));
    world.approve(&cut, "dave").unwrap();
    world.publish(&[(identity(&cut.to_bytes()), &cut)]).unwrap();
    let mut back = world.draw(Class::Restore, "erin", 0, None);
    if let Content::Open(matter) = &mut back.content {
        matter.relation = Some(Relation { kind: RelationKind::Revokes, order: identity(&cut.to_bytes()) });
    }
    world.carry_out(&back, &["bob", "carol"]).unwrap();
    point.offer(&world.package(&point.anchor), world.now).unwrap();
    assert_eq!([0, 5 * DAY, 400 * DAY].map(|s| point.table(world.now.plus(s))), [0, 0, 0]);
    assert_eq!(world.standing().number, 2);
}

#[test]
fn who_refuses_is_heard_and_may_change_their_mind() {
    let mut world = World::new();
    let cut = world.draw(Class::Cut, "alice", 1, Some(DAY));
    let id = world.propose(&cut).unwrap();
    for approver in ["bob", "carol", "dave"] {
        world.approve(&cut, approver).unwrap();
    }
    let no = Approval::of(&cut.to_bytes(), "dave", Verdict::Reject).unwrap();
    world.enter(&no.to_envelope().signed(&key_of("dave")).to_bytes()).unwrap();
    assert!(matches!(world.publish(&[(id, &cut)]), Err(Refusal::Quorum { .. })));
}

fn sealed(world: &World, class: Class, unseal_s: u64, for_s: u64) -> (Order, Unsealing, Opening) {
    let matter =
        matter(if class == Class::Restore { Action::Activate } else { Action::Deactivate }, "north", 0);
    let (blind, mut order) = ([9; 32], world.draw_about(class, "alice", 1, Some(for_s), matter.clone()));
    let opening = Opening { blind: [8; 32], rules: rules(1) };
    order.after = order.before.with(&Law::Sealed(opening.commitment()), order.start, order.expires);
    order.content = Content::Sealed(Seal::of(&matter, &blind, 3, world.now.plus(unseal_s)));
    let unsealing =
        Unsealing { fleet: order.fleet.clone(), order: identity(&order.to_bytes()), blind, matter };
    (order, unsealing, opening)
}

#[test]
fn sealed_orders_say_how_large_and_until_when_and_are_opened() {
    let mut world = World::new();
    let mut point = world.point("gateway-1");
    let (order, unsealing, opening) = sealed(&world, Class::Cut, 3 * DAY, 2 * DAY);
    assert_eq!(Order::parse(&order.to_bytes()).as_ref(), Ok(&order));
    assert!(!String::from_utf8(order.to_bytes()).unwrap().contains("north"));
    let Content::Sealed(seal) = &order.content else { panic!() };
    assert_eq!((seal.size, seal.approvers), (1_024, 3));
    world.carry_out(&order, &["bob", "carol", "dave"]).unwrap();
    // a point that is not told what is behind it does not guess
    assert_eq!(point.offer(&world.package(&point.anchor), world.now), Err(Refusal::Sealed));
    world.openings = vec![Opening { blind: [7; 32], rules: rules(1) }];
    assert_eq!(point.offer(&world.package(&point.anchor), world.now), Err(Refusal::Sealed));
    world.openings = vec![opening];
    point.offer(&world.package(&point.anchor), world.now).unwrap();
    assert_eq!([0, 2 * DAY].map(|s| point.table(world.now.plus(s))), [1, 0]);

    let mut other = unsealing.clone();
    other.matter.target.name = "south".to_owned();
    assert!(matches!(world.enter(&other.to_envelope().to_bytes()), Err(Refusal::Unsealing { .. })));
    world.enter(&unsealing.to_envelope().to_bytes()).unwrap();
    assert_eq!(world.register.overdue(world.now.plus(10 * DAY)).count(), 0);
}

#[test]
fn a_sealed_order_that_is_not_opened_lapses_and_blocks_the_next() {
    let mut world = World::new();
    for (class, unseal_s, for_s, expected) in [
        (Class::Cut, 2 * DAY, 3 * DAY, "lapses before"),
        (Class::Cut, 8 * DAY, 3 * DAY, "is to be opened"),
        (Class::Restore, 3 * DAY, 2 * DAY, "none"),
    ] {
        assert!(flaw(&sealed(&world, class, unseal_s, for_s).0).contains(expected), "{expected}");
    }
    let (order, _, opening) = sealed(&world, Class::Cut, 2 * DAY, 2 * DAY);
    world.carry_out(&order, &["bob", "carol", "dave"]).unwrap();
    world.pass(3 * DAY);
    world.openings = vec![opening];
    let mut next = sealed(&world, Class::Cut, 2 * DAY, 2 * DAY).0;
    next.before = world.standing().clone();
    let refused = world.carry_out(&next, &["bob", "carol", "dave"]);
    assert!(matches!(refused, Err(Refusal::NotUnsealed { .. })), "{refused:?}");
}

/// A sealed order takes the quorum of a cut even where it says that it gives service back: nobody can look.
#[test]
fn a_sealed_restore_takes_the_quorum_of_a_cut() {
    let mut world = World::new();
    let (order, mut unsealing, opening) = sealed(&world, Class::Restore, 2 * DAY, 2 * DAY);
    world.openings = vec![opening];
    assert!(matches!(world.carry_out(&order, &["bob", "carol"]), Err(Refusal::Quorum { .. })));
    world.approve(&order, "dave").unwrap();
    world.publish(&[(identity(&order.to_bytes()), &order)]).unwrap();
    world.enter(&unsealing.to_envelope().to_bytes()).unwrap();
    // one that lowers service after all is named when it is opened
    unsealing.matter = matter(Action::Deactivate, "north", 5);
    let mut lie = order;
    lie.content = Content::Sealed(Seal::of(&unsealing.matter, &unsealing.blind, 3, world.now.plus(2 * DAY)));
    unsealing.order = world.propose(&lie).unwrap();
    let refused = world.enter(&unsealing.to_envelope().to_bytes());
    assert!(matches!(refused, Err(Refusal::Unsealing { why, .. }) if why.contains("sealed as a restore")));
}

#[test]
fn approvals_do_not_move_from_one_fleet_or_order_to_another() {
    let mut world = World::new();
    let order = world.draw(Class::Cut, "alice", 1, Some(DAY));
    let other = world.draw(Class::Cut, "alice", 2, Some(DAY));
    world.propose(&order).unwrap();
    let mut envelope = approval(&order, "bob").signed(&key_of("bob"));
    envelope.payload_type = envelope.payload_type.replace("aurora", "borealis");
    let refused = world.enter(&envelope.to_bytes());
    assert_eq!(refused, Err(Refusal::OtherFleet { found: "borealis".to_owned() }));
    envelope.payload_type = envelope.payload_type.replace("borealis", "aurora");
    envelope.payload = approval(&other, "bob").payload;
    assert!(matches!(world.enter(&envelope.to_bytes()), Err(Refusal::Signature(_))));
    assert!(matches!(world.approve(&other, "bob"), Err(Refusal::UnknownOrder { .. })));
}
