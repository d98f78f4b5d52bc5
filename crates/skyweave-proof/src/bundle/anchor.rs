//! What a point of enforcement remembers: at first the genesis that is pinned there, later where the last bundle left off.

use super::BundleEpoch;
use crate::UtcTime;
use crate::bound::Ledger;
use crate::document::Document;
use crate::json::{self, Fields, Malformed, Value};
use crate::keys::{Authority, Genesis, Rotation};
use crate::log::merkle::Hash;
use crate::order::{Standing, Target};
use crate::register::{Refusal, Register};

/// What is remembered. It is as trusted as the disk it is on: who can write there can pin another genesis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anchor {
    /// The identity of the genesis.
    pub genesis: Hash,
    /// The fleet's name.
    pub fleet: String,
    /// Who may decide.
    pub authority: Authority,
    /// The identity of the genesis or rotation that says so.
    pub authority_id: Hash,
    /// The last bundle's number; 0 before the first.
    pub epoch: BundleEpoch,
    /// The last bundle's identity.
    pub bundle: Option<Hash>,
    /// What it had in force when.
    pub standing: Standing,
    /// What was lowered without an order.
    pub lowered: Ledger,
    /// Emergency orders of the last 30 days.
    pub emergencies: Vec<Emergency>,
    /// The latest time that witnesses told.
    pub time: UtcTime,
    /// The largest log that was shown: entries and root.
    pub seen: Option<(u64, Hash)>,
}

/// An emergency order that was in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Emergency {
    /// Its identity.
    pub order: Hash,
    /// What it was about; none while it is sealed.
    pub target: Option<String>,
    /// From when on.
    pub from: UtcTime,
    /// Until when.
    pub until: UtcTime,
}

impl Emergency {
    /// How a target is named.
    #[must_use]
    pub fn name_of(target: &Target) -> String {
        target.to_string()
    }
}

impl Anchor {
    /// From a genesis as it stands in the log, whose identity was learnt elsewhere.
    ///
    /// # Errors
    /// It is another genesis, or one under which nothing may be decided.
    pub fn pinned(entry: &[u8], genesis: &Hash) -> Result<Self, Refusal> {
        Register::open(entry, genesis).map(Register::anchor_without_log)
    }

    /// As it is stored.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let emergency = |one: &Emergency| {
            Value::object([
                ("from_s", Some(Value::time(one.from))),
                ("order", Some(Value::hash(&one.order))),
                ("target", one.target.as_ref().map(Value::text)),
                ("until_s", Some(Value::time(one.until))),
            ])
        };
        let authority = Rotation {
            fleet: self.fleet.clone(),
            previous: self.authority_id,
            reason: String::new(),
            authority: self.authority.clone(),
        };
        let seen = |(size, root): &(u64, Hash)| {
            Value::object([("root", Some(Value::hash(root))), ("size", Some(Value::Number(*size)))])
        };
        Value::object([
            ("authority", Some(authority.write())),
            ("bundle", self.bundle.as_ref().map(Value::hash)),
            ("emergencies", Some(Value::list(&self.emergencies, emergency))),
            ("epoch", Some(Value::Number(self.epoch.0))),
            ("genesis", Some(Value::hash(&self.genesis))),
            ("lowered", Some(self.lowered.write())),
            ("seen", self.seen.as_ref().map(seen)),
            ("standing", Some(self.standing.write())),
            ("time_s", Some(Value::time(self.time))),
        ])
        .to_bytes()
    }

    /// Of what is stored.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut fields = Fields::of(json::parse(bytes)?, "anchor")?;
        let mut authority = fields.fields("authority")?;
        let rotation = Rotation::read(&mut authority)?;
        authority.end()?;
        let emergencies = fields.list("emergencies", |value, place| {
            let mut fields = Fields::of(value, place)?;
            let one = Emergency {
                order: fields.hash("order")?,
                target: if fields.has("target") { Some(fields.text("target")?) } else { None },
                from: fields.time("from_s")?,
                until: fields.time("until_s")?,
            };
            fields.end()?;
            Ok(one)
        })?;
        let seen = if fields.has("seen") {
            let mut seen = fields.fields("seen")?;
            let both = (seen.number("size")?, seen.hash("root")?);
            seen.end()?;
            Some(both)
        } else {
            None
        };
        let anchor = Self {
            genesis: fields.hash("genesis")?,
            fleet: rotation.fleet,
            authority: rotation.authority,
            authority_id: rotation.previous,
            epoch: BundleEpoch(fields.number("epoch")?),
            bundle: if fields.has("bundle") { Some(fields.hash("bundle")?) } else { None },
            standing: Standing::read(fields.fields("standing")?)?,
            lowered: Ledger::read(&mut fields, "lowered")?,
            emergencies,
            time: fields.time("time_s")?,
            seen,
        };
        fields.end()?;
        Ok(anchor)
    }
}

/// What a genesis leaves to be remembered.
pub(crate) fn of_genesis(genesis: Genesis, identity: Hash) -> Anchor {
    Anchor {
        genesis: identity,
        fleet: genesis.fleet,
        authority: genesis.authority,
        authority_id: identity,
        epoch: BundleEpoch(0),
        bundle: None,
        standing: Standing::of(genesis.law),
        lowered: Ledger::default(),
        emergencies: Vec::new(),
        time: UtcTime(0),
        seen: None,
    }
}
