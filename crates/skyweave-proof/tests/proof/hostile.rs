//! Bytes that somebody bent: refused, or saying what they said before.

use crate::world::{DAY, World, fleet};
use proptest::prelude::*;
use skyweave_proof::bundle::{
    Acknowledgement, Anchor, Bundle, BundleEpoch, Certificate, Package, Proven, SlotStatement,
};
use skyweave_proof::document::{Document, identity};
use skyweave_proof::keys::{Genesis, Rotation};
use skyweave_proof::order::{Approval, Class, Order, Unsealing, Verdict};
use std::sync::OnceLock;

/// A package with a cut in it, and the genesis' anchor.
fn package() -> &'static (Vec<u8>, Anchor, World) {
    static PACKAGE: OnceLock<(Vec<u8>, Anchor, World)> = OnceLock::new();
    PACKAGE.get_or_init(|| {
        let mut world = World::new();
        let cut = world.draw(Class::Cut, "alice", 1, Some(DAY));
        world.carry_out(&cut, &["bob", "carol", "dave"]).unwrap();
        (world.package(&world.anchor()), world.anchor(), world)
    })
}

fn parse_all(bytes: &[u8]) {
    fn one_form<T: Document>(bytes: &[u8]) {
        if let Ok(document) = T::parse(bytes) {
            assert_eq!(document.to_bytes(), bytes);
        }
    }
    one_form::<Genesis>(bytes);
    one_form::<Rotation>(bytes);
    one_form::<Order>(bytes);
    one_form::<Approval>(bytes);
    one_form::<Unsealing>(bytes);
    one_form::<Bundle>(bytes);
    one_form::<Acknowledgement>(bytes);
    one_form::<Certificate>(bytes);
    one_form::<SlotStatement>(bytes);
    if let Ok(package) = Package::parse(bytes) {
        assert_eq!(package.to_bytes(), bytes);
    }
    if let Ok(anchor) = Anchor::parse(bytes) {
        assert_eq!(anchor.to_bytes(), bytes);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_bent_package_proves_nothing_else(at in any::<prop::sample::Index>(), bit in 0_u8..7, cut in any::<bool>()) {
        let (good, anchor, world) = package();
        let at = at.index(good.len());
        let mut bytes = good.clone();
        if cut { bytes.truncate(at) } else { bytes[at] ^= 1 << bit }
        if let Ok(proven) = Proven::<Bundle>::verify(&bytes, anchor, BundleEpoch(0), world.now) {
            let honest = Proven::<Bundle>::verify(good, anchor, BundleEpoch(0), world.now).unwrap();
            prop_assert_eq!(proven.identity(), honest.identity());
            prop_assert_eq!(&*proven, &*honest);
        }
    }

    /// Two packages spliced: entries of one under the proofs of the other.
    #[test]
    fn entries_do_not_move(from in 0_usize..6, to in 0_usize..6) {
        let (good, anchor, world) = package();
        let mut package = Package::parse(good).unwrap();
        let count = package.excerpt.entries.len();
        let (from, to) = (from % count, to % count);
        let entry = package.excerpt.entries[from].entry.clone();
        package.excerpt.entries[to].entry = entry;
        let verified = Proven::<Bundle>::verify(&package.to_bytes(), anchor, BundleEpoch(0), world.now);
        prop_assert_eq!(verified.is_ok(), from == to);
        package.excerpt.entries.remove(to);
        prop_assert!(Proven::<Bundle>::verify(&package.to_bytes(), anchor, BundleEpoch(0), world.now).is_err());
    }

    #[test]
    fn documents_have_one_form(which in 0_usize..6, at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let (_, anchor, world) = package();
        let order = world.draw(Class::Emergency, "alice", 2, Some(DAY));
        let approval = Approval::of(&order.to_bytes(), "bob", Verdict::Approve).unwrap();
        let documents = [
            crate::world::genesis().to_bytes(), order.to_bytes(), approval.to_bytes(), world.draft(&[]).to_bytes(),
            anchor.to_bytes(), package().0.clone(),
        ];
        let mut bytes = documents[which].clone();
        parse_all(&bytes);
        let at = at.index(bytes.len());
        bytes[at] = byte;
        parse_all(&bytes);
    }

    #[test]
    fn any_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        parse_all(&bytes);
        let (_, anchor, world) = package();
        prop_assert!(Proven::<Bundle>::verify(&bytes, anchor, BundleEpoch(0), world.now).is_err());
        prop_assert!(Anchor::pinned(&bytes, &identity(&bytes)).is_err());
        prop_assert!(world.register.clone().take(9, &bytes).is_err());
        _ = Approval::of(&bytes, "bob", Verdict::Approve);
    }
}

#[test]
fn documents_that_are_too_large_or_too_deep_are_refused_quickly() {
    let (_, anchor, world) = package();
    for bytes in [vec![b'['; 1 << 20], vec![b'"'; 1 << 20], vec![b' '; 33 << 20]] {
        assert!(Proven::<Bundle>::verify(&bytes, anchor, BundleEpoch(0), world.now).is_err());
    }
    assert_eq!(fleet(|_, row| Some(row)).rows().len(), 3_000);
}
