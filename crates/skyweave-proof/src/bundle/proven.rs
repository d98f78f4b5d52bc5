//! What only verification makes.

use super::{Anchor, Bundle, BundleEpoch, Package};
use crate::UtcTime;
use crate::log::merkle::Hash;
use crate::register::{Refusal, Register, Taken};
use std::ops::Deref;

/// By how much a clock may be behind the witnesses', s.
const MOST_BEHIND_S: u64 = 300;

/// Something that was verified. The field is private: there is no other way to have one.
///
/// ```compile_fail
/// # use skyweave_proof::bundle::{Bundle, Proven};
/// # fn forge(bundle: Bundle) -> Proven<Bundle> {
/// Proven(bundle)
/// # }
/// ```
///
/// ```compile_fail
/// # use skyweave_proof::bundle::{Bundle, Proven};
/// let forged: Proven<Bundle> = Default::default();
/// ```
///
/// ```compile_fail
/// # use skyweave_proof::bundle::{Bundle, Proven};
/// # fn change(mut proven: Proven<Bundle>) {
/// proven.expires.0 = u64::MAX;
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proven<T> {
    value: T,
    identity: Hash,
    next: Anchor,
}

impl<T> Deref for Proven<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> Proven<T> {
    /// The SHA-256 of its bytes in the log: what slots and acknowledgements name it by.
    #[must_use]
    pub const fn identity(&self) -> Hash {
        self.identity
    }

    /// What the point of enforcement is to remember from here on, in place of the anchor that it had.
    #[must_use]
    pub const fn next_anchor(&self) -> &Anchor {
        &self.next
    }
}

impl Proven<Bundle> {
    /// Verifies a bundle as it is handed out ([`Package`]), from what is remembered: that the chain of bundles has no gap, that every order
    /// in it has its quorum, that all of it stands in the witnessed log, and that it is in force now. `last` is the epoch in force here.
    ///
    /// # Errors
    /// Why it has no effect.
    pub fn verify(bytes: &[u8], anchor: &Anchor, last: BundleEpoch, now: UtcTime) -> Result<Self, Refusal> {
        let proven = Self::hold(bytes, anchor, last, now)?;
        if now >= proven.expires {
            return Err(Refusal::Expired { at: proven.expires });
        }
        Ok(proven)
    }

    /// The same for a bundle that a point of enforcement had in force, has on its own disk and holds again after a restart, though the
    /// control plane has not answered since and it expired: fail-static. `anchor` and `last` are those from before it.
    ///
    /// # Errors
    /// Why it has no effect.
    pub fn hold(bytes: &[u8], anchor: &Anchor, last: BundleEpoch, now: UtcTime) -> Result<Self, Refusal> {
        let package = Package::parse(bytes)?;
        let mut register = Register::of(anchor)?;
        let mut bundle = None;
        for logged in &package.excerpt.entries {
            bundle = match register.take(logged.index, &logged.entry)? {
                Taken::Bundle(taken) => Some(taken),
                _ => None,
            };
        }
        let Some(taken) = bundle else { return Err(Refusal::NoBundle) };
        let witnessed = register.policy().verify(package.excerpt.checkpoint.as_bytes())?;
        let checkpoint = &witnessed.checkpoint;
        if let Some((size, root)) = anchor.seen
            && (checkpoint.size < size || checkpoint.size == size && checkpoint.root != root)
        {
            return Err(Refusal::Log { size: checkpoint.size, seen: size });
        }
        package
            .excerpt
            .verify(checkpoint.size, &checkpoint.root)
            .map_err(|(index, why)| Refusal::NotLogged { index, why })?;
        let mut value = taken.bundle;
        if value.epoch <= last {
            return Err(Refusal::Epoch { found: value.epoch, last });
        }
        if witnessed.time > now.plus(MOST_BEHIND_S) {
            return Err(Refusal::Clock { now, witnessed: witnessed.time });
        }
        if now < value.not_before {
            return Err(Refusal::NotYet { from: value.not_before });
        }
        value.add_openings(&package.openings);
        if !value.is_open() {
            return Err(Refusal::Sealed);
        }
        let next = register.anchor((checkpoint.size, checkpoint.root));
        Ok(Self { value, identity: taken.identity, next })
    }
}
