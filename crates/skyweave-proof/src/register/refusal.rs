//! Why an entry or a bundle has no effect.

use crate::UtcTime;
use crate::bound::Excess;
use crate::bundle::BundleEpoch;
use crate::dsse::WrongSignature;
use crate::json::Malformed;
use crate::log::merkle::{Hash, Unproven};
use crate::log::policy::Untrusted;
use crate::{hex, keys, order};

/// Why an entry or a bundle has no effect.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The bytes are not what they should be.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// A kind of document that is not known.
    #[error("`{found}` is no kind of document that is known here")]
    Kind {
        /// Its payload type.
        found: String,
    },
    /// It is for another fleet.
    #[error("it is for the fleet `{found}`")]
    OtherFleet {
        /// Which one.
        found: String,
    },
    /// A known key's signature is not over these bytes.
    #[error(transparent)]
    Signature(#[from] WrongSignature),
    /// Another genesis than the one that is pinned.
    #[error("the genesis is {}, and another is pinned", hex(found))]
    Genesis {
        /// Its identity.
        found: Hash,
    },
    /// Not every principal signed the genesis.
    #[error("{principal} did not sign the genesis")]
    Unsigned {
        /// Who did not.
        principal: String,
    },
    /// A second genesis, or one that is not the first entry.
    #[error("a genesis is the first entry of a log, and there is one")]
    SecondGenesis,
    /// An authority under which somebody could decide alone, or nobody.
    #[error(transparent)]
    Authority(#[from] keys::Flaw),
    /// A rotation that does not follow on the authority in force.
    #[error("a rotation that follows on another authority, log or version than those in force")]
    RotationChain,
    /// A rotation without the old or the new quorum.
    #[error("the {which} authority needs {quorum} to rotate, and [{}] signed", signed.join(", "))]
    Rotation {
        /// Old or new.
        which: &'static str,
        /// Who must.
        quorum: String,
        /// Who did.
        signed: Vec<String>,
    },
    /// An order that can never be in force.
    #[error("void order: {0}")]
    Order(#[from] order::Flaw),
    /// Who is named as asking for an order did not sign it.
    #[error("{requester} is named as the requester and did not sign")]
    Requester {
        /// Who is named.
        requester: String,
    },
    /// The same again.
    #[error("it is in the log already")]
    Again,
    /// An order that nobody logged.
    #[error("order {} is not in the log before it", hex(order))]
    UnknownOrder {
        /// Which one.
        order: Hash,
    },
    /// Who asked approves.
    #[error("{approver} asked for the order and does not count among its approvers")]
    RequesterApproves {
        /// Who.
        approver: String,
    },
    /// An approval without a key of the one who is named.
    #[error("no key of {approver} signed the approval")]
    Approver {
        /// Who is named.
        approver: String,
    },
    /// Somebody approves twice, maybe with another key.
    #[error("{approver} has said so already: everybody counts once, with however many keys")]
    Twice {
        /// Who.
        approver: String,
    },
    /// An approval of something else than what is ordered.
    #[error("{approver} approved another {what} than the order has")]
    Terms {
        /// Who.
        approver: String,
        /// What differs.
        what: &'static str,
    },
    /// The publisher did not sign it.
    #[error("the publisher did not sign it")]
    Publisher,
    /// Made under another authority.
    #[error("made under version {found} of the authority; version {current} is in force")]
    Version {
        /// Which.
        found: u64,
        /// Which is in force.
        current: u64,
    },
    /// A bundle that does not follow on the last one.
    #[error("it does not follow on the last bundle")]
    Chain,
    /// An epoch that does not grow.
    #[error("epoch {}, after epoch {}: epochs only grow", found.0, last.0)]
    Epoch {
        /// Its epoch.
        found: BundleEpoch,
        /// The last one.
        last: BundleEpoch,
    },
    /// A checkpoint that is not signed or cosigned as it must be.
    #[error(transparent)]
    Checkpoint(#[from] Untrusted),
    /// The witnesses' time went back.
    #[error("the witnesses said {said}, and {before} before that")]
    Time {
        /// What they say.
        said: UtcTime,
        /// What they said.
        before: UtcTime,
    },
    /// A bundle of a log that does not have what it rests on yet.
    #[error("its checkpoint is of {size} entries, and it stands at {index}")]
    Size {
        /// Entries of the checkpoint.
        size: u64,
        /// Where the bundle stands.
        index: u64,
    },
    /// A bundle that would be in force for too long.
    #[error("in force from {from} to {until}; {most_s} s after the witnesses' time are the most")]
    Lasting {
        /// From.
        from: UtcTime,
        /// To.
        until: UtcTime,
        /// The most, s.
        most_s: u64,
    },
    /// An order without its quorum.
    #[error("order {} needs {quorum}, and [{}] had approved it in the witnessed log", hex(order), approved.join(", "))]
    Quorum {
        /// Which one.
        order: Hash,
        /// Who must.
        quorum: String,
        /// Who did.
        approved: Vec<String>,
    },
    /// An order that was drawn up for something else than what is in force.
    #[error("order {} rests on another standing than the one in force", hex(order))]
    Base {
        /// Which one.
        order: Hash,
    },
    /// An order whose time is over.
    #[error("order {} lapsed at {at}", hex(order))]
    Lapsed {
        /// Which one.
        order: Hash,
        /// When.
        at: UtcTime,
    },
    /// Too many hours of emergency.
    #[error(
        "with order {} {target} would have had {hours} h of emergency within 30 days, of at most {most}",
        hex(order)
    )]
    Emergency {
        /// Which one.
        order: Hash,
        /// For what.
        target: String,
        /// Hours.
        hours: u64,
        /// The most.
        most: u64,
    },
    /// An emergency that goes on where another lapsed, without ratification.
    #[error("order {} renews an emergency by an emergency: it needs the quorum of a cut", hex(order))]
    Chained {
        /// Which one.
        order: Hash,
    },
    /// A sealed order while another was not opened when it should have been.
    #[error("order {} should have been opened by {at}", hex(order))]
    NotUnsealed {
        /// Which one.
        order: Hash,
        /// When.
        at: UtcTime,
    },
    /// What is opened is not what was sealed.
    #[error("it does not open order {}: {why}", hex(order))]
    Unsealing {
        /// Which one.
        order: Hash,
        /// Why.
        why: &'static str,
    },
    /// A standing to which no orders lead.
    #[error("its standing is not where its orders lead: something is changed that nobody ordered")]
    Unordered,
    /// More was lowered without an order than may be.
    #[error("{0}")]
    Bound(Excess),
    /// What was lowered earlier is not told any more.
    #[error("what was lowered within the last 30 days is not told in full")]
    Forgotten,
    /// A certificate that says what cannot be.
    #[error("a certificate of {acknowledged} of {of} points, or of a bundle that is not in the log")]
    Certificate {
        /// How many.
        acknowledged: u64,
        /// Of how many.
        of: u64,
    },
    /// A package without a bundle at its end.
    #[error("the last entry is no bundle")]
    NoBundle,
    /// A smaller log than was shown before, or another.
    #[error("a log of {size} entries, where one of {seen} was shown before")]
    Log {
        /// Entries.
        size: u64,
        /// Entries before.
        seen: u64,
    },
    /// An entry that is not in the log.
    #[error("entry {index}: {why}")]
    NotLogged {
        /// Which one.
        index: u64,
        /// Why.
        why: Unproven,
    },
    /// The clock here is wrong.
    #[error("the clock here says {now}, and the witnesses said {witnessed}")]
    Clock {
        /// What it says.
        now: UtcTime,
        /// What they said.
        witnessed: UtcTime,
    },
    /// Not in force yet.
    #[error("in force from {from}")]
    NotYet {
        /// From when on.
        from: UtcTime,
    },
    /// Not in force any more.
    #[error("expired at {at}")]
    Expired {
        /// When.
        at: UtcTime,
    },
    /// A sealed law without its opening.
    #[error("a law is sealed, and what opens it is not there")]
    Sealed,
    /// Another fleet's terminals than those that the bundle names.
    #[error("these are not the terminals that the bundle names")]
    Fleet,
    /// Something was lowered and is not told.
    #[error("more was lowered since the bundle before than it tells")]
    Untold,
}
