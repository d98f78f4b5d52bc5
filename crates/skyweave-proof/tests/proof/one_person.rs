//! One person, in secret: Alice has every credential of the service, its publisher's and its log's key, its database and its files, and
//! one approver's key. Whatever she tries, the network goes on serving, and the audit names the attempt.

use crate::world::{
    DAY, HOUR, PEOPLE, Point, START, World, approval, authority, genesis, genesis_entry, key_of, law,
    log_key, matter, points, publisher, rules, second_key_of_alice,
};
use skyweave_proof::UtcTime;
use skyweave_proof::audit::{Evidence, Report, Violation, audit};
use skyweave_proof::bundle::slot::BadSlot;
use skyweave_proof::bundle::{Anchor, Bundle, Proven, Refusal, SlotStatement};
use skyweave_proof::document::{Document, identity};
use skyweave_proof::keys::Quorums;
use skyweave_proof::log::checkpoint::Checkpoint;
use skyweave_proof::log::witness::{Decision, Request};
use skyweave_proof::order::{
    Action, Approval, Class, Content, Law, Order, Relation, RelationKind, Rules, Verdict,
};
use skyweave_proof::quorum::Quorum;
use skyweave_proof::signature::SecretKey;

/// A network that serves, and a gateway that has its bundle.
pub fn serving() -> (World, Point) {
    let mut world = World::new();
    world.publish(&[]).unwrap();
    world.pass(HOUR);
    let mut gateway = world.point("gateway-1");
    gateway.offer(&world.package(&gateway.anchor), world.now).unwrap();
    (world, gateway)
}

pub fn report(world: &World) -> Report {
    audit(&world.files, &world.genesis, &Evidence { now: world.now, ..Evidence::default() })
}

/// Whether the audit says so, in words that people read.
pub fn names(report: &Report, words: &str) -> bool {
    report.violations.iter().any(|violation| violation.to_string().contains(words))
}

/// Not those of earlier sizes, which nobody needs any more.
fn files_in_use(world: &World) -> impl Iterator<Item = String> {
    skyweave_proof::log::tile::all(world.writer.size()).map(|tile| tile.path())
}

/// The gateway is handed everything that was logged after its bundle, refuses it, and serves on.
pub fn goes_on_serving(world: &mut World, gateway: &mut Point) -> Refusal {
    world.cosign();
    let size = world.writer.size();
    let since = world.trail.entries(skyweave_proof::bundle::BundleEpoch(0), 1, gateway.anchor.epoch);
    let from = since.last().unwrap() + 1;
    let package = world.package_of(&(from..size).collect::<Vec<_>>());
    let refused = gateway.offer(&package, world.now).unwrap_err();
    assert_eq!(gateway.table(world.now), 0);
    refused
}

#[test]
fn through_the_api() {
    let (mut world, mut gateway) = serving();
    let cut = world.draw(Class::Cut, "alice", 1, Some(DAY));
    let refused = world.carry_out(&cut, &[]);
    assert!(matches!(refused, Err(Refusal::Quorum { .. })));
    assert!(matches!(goes_on_serving(&mut world, &mut gateway), Refusal::Quorum { .. }));
    assert!(names(&report(&world), "needs 3 of (alice, bob, carol, dave, erin), and [] had approved"));
}

#[test]
fn by_approving_her_own_order() {
    let (mut world, mut gateway) = serving();
    let cut = world.draw(Class::Cut, "alice", 1, Some(DAY));
    let refused = world.carry_out(&cut, &["alice", "bob", "carol"]);
    assert_eq!(refused, Err(Refusal::RequesterApproves { approver: "alice".to_owned() }));
    _ = goes_on_serving(&mut world, &mut gateway);
    assert!(names(&report(&world), "alice asked for the order and does not count"));
}

#[test]
fn by_editing_the_database() {
    let (mut world, mut gateway) = serving();
    world.cosign();
    let mut bundle = world.draft(&[]);
    bundle.standing.phases[0].law = law(9);
    world.publish_as_is(&bundle).unwrap_err();
    assert_eq!(goes_on_serving(&mut world, &mut gateway), Refusal::Unordered);
    assert!(names(&report(&world), "something is changed that nobody ordered"));
}

#[test]
fn by_editing_the_log() {
    let (mut world, _) = serving();
    let clean = world.files.clone();
    assert!(report(&world).is_clean());
    // another word in an entry, of the same length
    for path in world.files.keys().filter(|path| path.contains("entries")).cloned().collect::<Vec<_>>() {
        let bytes = world.files.get_mut(&path).unwrap();
        let at = bytes.len() / 2;
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
    }
    assert!(names(&report(&world), "the log was edited"));
    assert!(names(&report(&world), "does not have the hashes of the entries"));
    world.files = clean;
    let tile = files_in_use(&world).next().unwrap();
    world.files.get_mut(&tile).unwrap()[0] ^= 1;
    assert!(names(&report(&world), &tile));
}

#[test]
fn by_replaying_an_old_bundle() {
    let (mut world, mut gateway) = serving();
    let cut = world.draw(Class::Cut, "alice", 1, Some(2 * HOUR));
    world.carry_out(&cut, &["bob", "carol", "dave"]).unwrap();
    let cutting = world.package(&gateway.anchor);
    gateway.offer(&cutting, world.now).unwrap();
    let back = world.draw(Class::Restore, "bob", 0, None);
    world.pass(60).carry_out(&back, &["carol", "dave"]).unwrap();
    gateway.offer(&world.package(&gateway.anchor), world.now).unwrap();
    assert_eq!(gateway.table(world.now), 0);
    assert!(gateway.offer(&cutting, world.now).is_err());
    assert_eq!(gateway.table(world.now), 0);
    // written into the log again it is named
    let entry = skyweave_proof::log::reader::Reader::new(&world.files, world.writer.size());
    let index = *world
        .trail
        .entries(skyweave_proof::bundle::BundleEpoch(1), 1, skyweave_proof::bundle::BundleEpoch(2))
        .last()
        .unwrap();
    let old = entry.entry(index).unwrap();
    assert!(matches!(world.enter(&old), Err(Refusal::Epoch { .. })));
    world.cosign();
    assert!(names(&report(&world), "epochs only grow"));
}

/// A log of her own from the middle on, signed with the log's key.
fn fork(world: &World) -> (World, String) {
    let mut forked = World::new();
    forked.now = world.now;
    forked.append(b"nothing of the kind");
    forked.write_partial();
    let note = forked.note();
    (forked, note)
}

#[test]
fn by_forking_the_log() {
    let (mut world, mut gateway) = serving();
    let (forked, note) = fork(&world);
    let size = world.writer.size();
    // no witness cosigns it, whatever proof comes with it
    for (witness, seen) in &world.witnesses {
        let body = Request { old: size, proof: Vec::new(), note: &note }.to_text();
        let Decision::Refuse(answer) = witness.decide(body.as_bytes(), |_| *seen, world.now) else {
            panic!("cosigned")
        };
        assert_eq!(answer.status, 422);
    }
    // and without them nothing is in force
    world.checkpoint = note.clone();
    world.files = forked.files;
    let package = world.package_of(&[1]);
    assert!(gateway.offer(&package, world.now).is_err());
    assert_eq!(gateway.table(world.now), 0);
    let (world, _) = serving();
    let evidence =
        Evidence { checkpoints: vec![("a gateway".to_owned(), note.into_bytes())], ..Evidence::default() };
    assert!(names(
        &audit(&world.files, &world.genesis, &evidence),
        "a gateway has another log of 2 entries: the log was forked"
    ));
}

#[test]
fn by_rolling_the_log_back() {
    let (mut world, mut gateway) = serving();
    let (old_files, old_note) = (world.files.clone(), world.checkpoint.clone());
    world.publish(&[]).unwrap();
    gateway.offer(&world.package(&gateway.anchor), world.now).unwrap();
    // the witnesses remember more
    let body = Request { old: 2, proof: Vec::new(), note: &old_note }.to_text();
    let (witness, seen) = &world.witnesses[0];
    assert!(
        matches!(witness.decide(body.as_bytes(), |_| *seen, world.now), Decision::Refuse(r) if r.status == 409)
    );
    let shown = ("witness w1".to_owned(), world.checkpoint.clone().into_bytes());
    let evidence = Evidence { checkpoints: vec![shown], ..Evidence::default() };
    assert!(names(&audit(&old_files, &world.genesis, &evidence), "rolled back or is held back"));
    assert_eq!(gateway.table(world.now), 0);
}

#[test]
fn by_a_bundle_for_another_fleet() {
    let (mut world, mut gateway) = serving();
    // a fleet of hers, with the same people's keys as far as the documents go
    let mut elsewhere =
        World::of(&skyweave_proof::keys::Genesis { fleet: "borealis".to_owned(), ..genesis() });
    elsewhere.cosign();
    let mut bundle = world.draft(&[]);
    bundle.fleet = "borealis".to_owned();
    world.publish_as_is(&bundle).unwrap_err();
    let refused = goes_on_serving(&mut world, &mut gateway);
    assert_eq!(refused, Refusal::OtherFleet { found: "borealis".to_owned() });
    assert!(names(&report(&world), "it is for the fleet `borealis`"));
}

#[test]
fn by_holding_back_the_witnesses() {
    let (mut world, mut gateway) = serving();
    let cut = world.draw(Class::Cut, "bob", 1, Some(DAY));
    let id = world.propose(&cut).unwrap();
    for approver in ["alice", "carol", "dave"] {
        world.approve(&cut, approver).unwrap();
    }
    // approved even, but shown to nobody: no witness, no mirror
    world.write_partial();
    world.checkpoint = world.note();
    let bundle = world.draft(&[(id, &cut)]);
    let entry = bundle.to_envelope().signed(&publisher()).to_bytes();
    assert!(matches!(world.enter(&entry), Err(Refusal::Checkpoint(_))));
    world.cosign();
    assert!(matches!(goes_on_serving(&mut world, &mut gateway), Refusal::Checkpoint(_)));
    assert!(names(&report(&world), "cosigned by [], which is not 2 of (2 of (w1, w2, w3), 1 of (m1))"));
}

#[test]
fn by_holding_back_the_tiles() {
    let (mut world, _) = serving();
    let entries = files_in_use(&world).find(|path| path.contains("entries")).unwrap();
    world.files.remove(&entries);
    assert!(names(&report(&world), "is missing"));
    // the mirror has not stored it and so does not cosign: see log::mirror
    let (mirror, mut copy) = (&world.mirror.0, skyweave_proof::log::mirror::Copy::default());
    let body = Request { old: 0, proof: Vec::new(), note: &world.note() }.to_text();
    mirror.add_checkpoint(&mut copy, body.as_bytes(), world.now).unwrap();
    assert!(mirror.cosign(&mut copy, world.now).is_err());
}

#[test]
fn by_a_forged_preview() {
    let (mut world, mut gateway) = serving();
    let mut cut = world.draw(Class::Cut, "alice", 1, Some(DAY));
    if let Content::Open(matter) = &mut cut.content {
        matter.preview.hash = identity(b"nobody loses anything");
    }
    world.propose(&cut).unwrap();
    // bob's own binary finds another one, and that is what he signs
    let mut said = Approval::of(&cut.to_bytes(), "bob", Verdict::Approve).unwrap();
    said.terms.preview = Some(identity(b"what bob's binary computed"));
    let refused = world.enter(&said.to_envelope().signed(&key_of("bob")).to_bytes());
    assert_eq!(refused, Err(Refusal::Terms { approver: "bob".to_owned(), what: "preview" }));
    world.cosign();
    _ = goes_on_serving(&mut world, &mut gateway);
    let forged = (identity(b"the real preview"), b"nobody loses anything".to_vec());
    let evidence = Evidence { documents: [forged].into(), ..Evidence::default() };
    let report = audit(&world.files, &world.genesis, &evidence);
    assert!(
        names(&report, "bob approved another preview than the order has") && names(&report, "it was changed")
    );
}

#[test]
fn by_swapping_the_boundary_data_or_the_base_state() {
    let (mut world, mut gateway) = serving();
    world.cosign();
    let mut swapped = world.draft(&[]);
    swapped.standing.phases[0].law = Law::Open(Rules { boundaries: [66; 32], ..rules(0) });
    world.publish_as_is(&swapped).unwrap_err();
    assert_eq!(goes_on_serving(&mut world, &mut gateway), Refusal::Unordered);

    let (mut world, _) = serving();
    let cut = world.draw(Class::Cut, "alice", 1, Some(DAY));
    world.propose(&cut).unwrap();
    for (what, change) in [
        (
            "boundary data",
            &(|said: &mut Approval| said.terms.boundaries = Some([1; 32])) as &dyn Fn(&mut Approval),
        ),
        ("base state", &|said| said.terms.base = [1; 32]),
        ("expiry", &|said| said.terms.expires = None),
    ] {
        let mut said = Approval::of(&cut.to_bytes(), "bob", Verdict::Approve).unwrap();
        change(&mut said);
        let refused = world.enter(&said.to_envelope().signed(&key_of("bob")).to_bytes());
        assert_eq!(refused, Err(Refusal::Terms { approver: "bob".to_owned(), what }));
        world.cosign();
        assert!(names(&report(&world), &format!("bob approved another {what}")));
    }
}

#[test]
fn by_shifting_the_clock() {
    let (mut world, mut gateway) = serving();
    let cut = world.draw(Class::Cut, "bob", 1, Some(HOUR));
    let id = world.propose(&cut).unwrap();
    for approver in ["alice", "carol", "dave"] {
        world.approve(&cut, approver).unwrap();
    }
    // it lapsed before anybody took it up; the service's clock is set back, but the witnesses' is not
    world.pass(2 * HOUR).cosign();
    world.now = UtcTime(world.now.0 - 2 * HOUR);
    let bundle = world.draft(&[(id, &cut)]);
    assert_eq!(world.publish_as_is(&bundle), Err(Refusal::Lapsed { order: id, at: cut.expires.unwrap() }));
    // the witnesses never sign an earlier time than before, whatever their clocks say
    assert!(world.witnesses.iter().all(|(_, seen)| seen.unwrap().time >= START.plus(3 * HOUR)));
    assert!(matches!(goes_on_serving(&mut world, &mut gateway), Refusal::Lapsed { .. }));
    assert!(names(&report(&world), "lapsed at"));
    // the gateway's own clock, set back: what is fresher than it is refused, and what it has stays
    let package = world.package(&world.anchor());
    let behind =
        Proven::<Bundle>::verify(&package, &world.anchor(), skyweave_proof::bundle::BundleEpoch(0), START);
    assert!(matches!(
        behind,
        Err(Refusal::Clock { .. } | Refusal::NotLogged { .. } | Refusal::NotYet { .. })
    ));
}

#[test]
fn by_chaining_emergencies_with_the_same_quorum() {
    let (mut world, mut gateway) = serving();
    let mut last = None;
    for day in 0..3 {
        let cut = world.draw(Class::Emergency, "alice", 1 + day, Some(DAY));
        last = Some(world.carry_out(&cut, &["bob", "carol"]));
        if day < 2 {
            gateway.offer(&world.package(&gateway.anchor), world.now).unwrap();
            assert_eq!(gateway.table(world.now), 1 + day);
        }
        world.pass(DAY);
        assert_eq!(gateway.table(world.now), 0, "it lapses by itself");
    }
    assert!(matches!(last, Some(Err(Refusal::Emergency { hours: 72, most: 48, .. }))), "{last:?}");
    assert!(names(&report(&world), "72 h of emergency within 30 days, of at most 48"));

    // said to be a renewal it is refused at once
    let (mut world, _) = serving();
    let first = world.draw(Class::Emergency, "alice", 1, Some(HOUR));
    world.carry_out(&first, &["bob", "carol"]).unwrap();
    let mut matter = matter(Action::Deactivate, "north", 5);
    matter.relation = Some(Relation { kind: RelationKind::Renews, order: identity(&first.to_bytes()) });
    let next = world.draw_about(Class::Emergency, "alice", 2, Some(2 * HOUR), matter);
    assert!(matches!(world.carry_out(&next, &["bob", "carol"]), Err(Refusal::Chained { .. })));
    assert!(names(&report(&world), "renews an emergency by an emergency"));
}

#[test]
fn by_editing_a_slot_or_the_world() {
    let (_, gateway) = serving();
    let bundle = gateway.bundle.unwrap();
    let slot = SlotStatement {
        fleet: bundle.fleet.clone(),
        slot: 1,
        bundle: bundle.identity(),
        inputs: [4; 32],
        world: [3; 32],
        hash: identity(b"without the north"),
    };
    // she signs it as the publisher; it was not planned from what the bundle names
    let said = slot.to_envelope().signed(&publisher()).to_bytes();
    assert_eq!(SlotStatement::verify(&said, &bundle, &slot.hash), Err(BadSlot::Bundle { slot: 1 }));
    // naming the right inputs does not help: planned again from them, it is another slot
    let slot = SlotStatement { inputs: bundle.inputs.root(), ..slot };
    let said = slot.to_envelope().signed(&publisher()).to_bytes();
    let replanned = identity(b"with the north");
    assert_eq!(SlotStatement::verify(&said, &bundle, &replanned), Err(BadSlot::Bytes { slot: 1 }));
}

#[test]
fn by_tampering_with_the_compilers_output() {
    let (mut world, mut gateway) = serving();
    // a restore whose table is not what its sources compile to
    let restore = world.draw(Class::Restore, "alice", 9, None);
    world.propose(&restore).unwrap();
    let mut said = Approval::of(&restore.to_bytes(), "bob", Verdict::Approve).unwrap();
    said.terms.table = Some(identity(b"what bob's compiler gives"));
    let refused = world.enter(&said.to_envelope().signed(&key_of("bob")).to_bytes());
    assert_eq!(refused, Err(Refusal::Terms { approver: "bob".to_owned(), what: "table" }));
    world.cosign();
    _ = goes_on_serving(&mut world, &mut gateway);
    // and if two did not look, an auditor does
    world.approve(&restore, "carol").unwrap();
    world.approve(&restore, "dave").unwrap();
    world.publish(&[(identity(&restore.to_bytes()), &restore)]).unwrap();
    let compile = |rules: &Rules| Some(if rules.table == [9; 32] { [10; 32] } else { rules.table });
    let evidence = Evidence { compile: Some(&compile), ..Evidence::default() };
    assert!(names(
        &audit(&world.files, &world.genesis, &evidence),
        "the compiler's output was tampered with"
    ));
}

#[test]
fn by_freezing_a_cut() {
    let (mut world, mut gateway) = serving();
    let cut = world.draw(Class::Cut, "bob", 1, Some(10 * HOUR));
    world.carry_out(&cut, &["alice", "carol", "dave"]).unwrap();
    gateway.offer(&world.package(&gateway.anchor), world.now).unwrap();
    assert_eq!(gateway.table(world.now), 1);
    // no bundle comes any more: it lapses by what it says itself
    assert_eq!(gateway.table(world.now.plus(10 * HOUR)), 0);
    // and a bundle that leaves the lapse out is none
    world.pass(HOUR).cosign();
    let mut frozen = world.draft(&[]);
    frozen.standing.phases.truncate(2);
    assert_eq!(world.publish_as_is(&frozen), Err(Refusal::Unordered));
    assert!(names(&report(&world), "nobody ordered"));
    assert_eq!(gateway.table(world.now.plus(9 * HOUR)), 0);
}

#[test]
fn by_one_person_with_several_keys() {
    let (mut world, mut gateway) = serving();
    let cut = world.draw(Class::Cut, "bob", 1, Some(DAY));
    let id = world.propose(&cut).unwrap();
    world.approve(&cut, "alice").unwrap();
    // her other key, in an envelope of its own, and both in one
    let again = approval(&cut, "alice").signed(&second_key_of_alice());
    assert_eq!(world.enter(&again.to_bytes()), Err(Refusal::Twice { approver: "alice".to_owned() }));
    let as_carol = approval(&cut, "carol").signed(&second_key_of_alice());
    assert_eq!(world.enter(&as_carol.to_bytes()), Err(Refusal::Approver { approver: "carol".to_owned() }));
    let stranger = approval(&cut, "dave").signed(&SecretKey::ed25519(&[99; 32]));
    assert_eq!(world.enter(&stranger.to_bytes()), Err(Refusal::Approver { approver: "dave".to_owned() }));
    assert!(matches!(world.publish(&[(id, &cut)]), Err(Refusal::Quorum { .. })));
    _ = goes_on_serving(&mut world, &mut gateway);
    assert!(names(&report(&world), "everybody counts once, with however many keys"));
    // and no authority takes her for two
    let mut two = authority();
    two.principals[1].keys = vec![second_key_of_alice().public()];
    assert!(two.check().unwrap_err().0.contains("a key of alice"));
}

#[test]
fn by_swapping_the_genesis() {
    let (world, mut gateway) = serving();
    // everybody in it is her
    let mut hers = genesis();
    for (number, principal) in hers.authority.principals.iter_mut().enumerate() {
        principal.keys = vec![SecretKey::ed25519(&[200 + number as u8; 32]).public()];
    }
    let id = identity(&hers.to_bytes());
    let mut envelope = hers.to_envelope();
    (0..5).for_each(|number| envelope.sign(&SecretKey::ed25519(&[200 + number; 32])));
    assert!(
        Anchor::pinned(&envelope.to_bytes(), &id).is_ok(),
        "a good genesis, but not the one that is pinned"
    );
    assert_eq!(Anchor::pinned(&envelope.to_bytes(), &world.genesis), Err(Refusal::Genesis { found: id }));
    assert_eq!(gateway.table(world.now), 0);
    let mut swapped = World::new();
    let package = swapped.package_of(&[0]);
    assert_eq!(gateway.offer(&package, world.now), Err(Refusal::NoBundle));
    swapped.enter(&envelope.to_bytes()).unwrap_err();
    swapped.cosign();
    assert!(names(&report(&swapped), "a genesis is the first entry of a log, and there is one"));
    let report = audit(&swapped.files, &id, &Evidence::default());
    assert!(names(&report, "and another is pinned"));
    assert_eq!(genesis_entry(&genesis()), world.genesis_entry);
}

#[test]
fn by_rotating_the_keys_alone() {
    let (mut world, mut gateway) = serving();
    let mut hers = authority();
    hers.version = 2;
    hers.quorums = Quorums { cut: Quorum::of(3, &PEOPLE), ..hers.quorums };
    for (number, principal) in (210..).zip(hers.principals.iter_mut().skip(1)) {
        principal.keys = vec![SecretKey::ed25519(&[number; 32]).public()];
    }
    let rotation = crate::world::rotation(&world, hers);
    let signed = rotation.to_envelope().signed(&key_of("alice"));
    assert!(matches!(world.enter(&signed.to_bytes()), Err(Refusal::Rotation { which: "old", .. })));
    world.cosign();
    _ = goes_on_serving(&mut world, &mut gateway);
    assert!(names(&report(&world), "the old authority needs"));
}

#[test]
fn by_rolling_back_an_enforcement_points_disk() {
    let (mut world, mut gateway) = serving();
    let disk = gateway.anchor.to_bytes();
    let cut = world.draw(Class::Cut, "bob", 1, Some(2 * HOUR));
    world.carry_out(&cut, &["alice", "carol", "dave"]).unwrap();
    let cutting = world.package(&gateway.anchor);
    gateway.offer(&cutting, world.now).unwrap();
    let mut said = vec![gateway.acknowledge(world.now)];
    let back = world.draw(Class::Restore, "bob", 0, None);
    world.pass(HOUR).carry_out(&back, &["carol", "dave"]).unwrap();
    gateway.offer(&world.package(&gateway.anchor), world.now).unwrap();
    said.push(gateway.acknowledge(world.now));
    // the disk as it was: for an hour more it takes the cut again, and says so, which gives it away
    gateway.anchor = Anchor::parse(&disk).unwrap();
    gateway.offer(&cutting, world.now).unwrap();
    said.push(gateway.acknowledge(world.now));
    let evidence = Evidence { points: points(&[&gateway]), acknowledgements: said, ..Evidence::default() };
    let report = audit(&world.files, &world.genesis, &evidence);
    assert!(names(&report, "gateway-1 had epoch 3 in force and then epoch 2: it was rolled back"));
    // what a point remembers outside that disk holds it up at once
    let anchor = Anchor::parse(&disk).unwrap();
    let last = skyweave_proof::bundle::BundleEpoch(3);
    assert!(matches!(
        Proven::<Bundle>::verify(&cutting, &anchor, last, world.now),
        Err(Refusal::Epoch { .. })
    ));
    // and the cut lapses there as everywhere
    assert_eq!(gateway.table(world.now.plus(HOUR)), 0);
}

/// With the publisher's and the log's key alone, in all ways at once: nothing changes.
#[test]
fn every_key_of_the_service_together_decides_nothing() {
    let (mut world, mut gateway) = serving();
    let cut = world.draw(Class::Cut, "alice", 1, Some(DAY));
    let mut envelope = cut.to_envelope().signed(&key_of("alice"));
    envelope.sign(&publisher());
    envelope.sign(&second_key_of_alice());
    world.enter(&envelope.to_bytes()).unwrap();
    for name in ["bob", "carol", "dave"] {
        let forged = approval(&cut, name).signed(&publisher()).signed(&key_of("alice"));
        assert!(matches!(world.enter(&forged.to_bytes()), Err(Refusal::Approver { .. })));
    }
    assert!(matches!(world.publish(&[(identity(&cut.to_bytes()), &cut)]), Err(Refusal::Quorum { .. })));
    _ = goes_on_serving(&mut world, &mut gateway);
    let text =
        Checkpoint { origin: "x".to_owned(), size: 0, root: [0; 32], extensions: Vec::new() }.to_text();
    assert!(!log_key().line(&text, world.now).is_empty());
    assert_eq!(report(&world).decisions.iter().filter(|decision| decision.adopted.is_some()).count(), 0);
}

/// What is out of reach is said, not hidden: two approvers of three and the requester are people, and may be one mind.
#[test]
fn enough_people_together_can_cut_and_everybody_sees_who() {
    let (mut world, mut gateway) = serving();
    let cut: Order = world.draw(Class::Cut, "alice", 1, Some(DAY));
    world.carry_out(&cut, &["bob", "carol", "dave"]).unwrap();
    gateway.offer(&world.package(&gateway.anchor), world.now).unwrap();
    assert_eq!(gateway.table(world.now), 1);
    let report = report(&world);
    assert!(report.is_clean(), "{report}");
    let text = report.to_string();
    for words in [
        "cut: deactivate territory north",
        "asked by alice",
        "because: an exercise",
        "by: section 1",
        "approved by bob, carol, dave",
        "in force with epoch 2",
        "1000 terminals, 4000 people",
    ] {
        assert!(text.contains(words), "{words}\n{text}");
    }
    assert!(!report.violations.iter().any(|one| matches!(one, Violation::Root { .. })));
}
