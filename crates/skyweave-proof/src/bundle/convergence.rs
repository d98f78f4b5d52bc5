//! That points of enforcement have a bundle in force: each signs it, and a certificate in the log rolls them up.

use super::{BundleEpoch, Proven};
use crate::UtcTime;
use crate::bundle::Bundle;
use crate::document::{self, Document, identity};
use crate::dsse::Envelope;
use crate::json::{Fields, Malformed, Value};
use crate::log::merkle::{self, Hash};
use crate::signature::PublicKey;
use std::collections::BTreeMap;

/// A point of enforcement says what it has in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acknowledgement {
    /// The fleet's name.
    pub fleet: String,
    /// Who says it; its key signs it.
    pub point: String,
    /// The bundle's number.
    pub epoch: BundleEpoch,
    /// The bundle's identity.
    pub bundle: Hash,
    /// When it came into force there.
    pub time: UtcTime,
}

/// The points of enforcement and their keys, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Points(pub BTreeMap<String, PublicKey>);

/// How many points have a bundle in force. The publisher signs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// The fleet's name.
    pub fleet: String,
    /// The bundle's number.
    pub epoch: BundleEpoch,
    /// The bundle's identity.
    pub bundle: Hash,
    /// [`Points::root`].
    pub points: Hash,
    /// How many points there are.
    pub of: u64,
    /// How many acknowledged.
    pub acknowledged: u64,
    /// Over the acknowledgements as they were signed, in the order of the points (RFC 6962): those who are given them can compare.
    pub root: Hash,
    /// When the last of them came into force.
    pub time: UtcTime,
}

/// Why an acknowledgement does not count.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAcknowledged {
    /// It is no acknowledgement.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// It is under another type, of another fleet, or of a point that is not known.
    #[error("`{point}` is no point of this fleet")]
    Stranger {
        /// Who it says it is.
        point: String,
    },
    /// The point's key did not sign it.
    #[error("{point} did not sign it")]
    Unsigned {
        /// Who it says it is.
        point: String,
    },
    /// It is of another bundle.
    #[error("{point} has epoch {} in force", epoch.0)]
    Other {
        /// Who it is.
        point: String,
        /// What it has.
        epoch: BundleEpoch,
    },
}

impl Points {
    /// SHA-256 of the list in its one form: what a bundle names.
    #[must_use]
    pub fn root(&self) -> Hash {
        let list = Value::list(&self.0, |(name, key)| {
            Value::object([("key", Some(Value::text(key.to_text()))), ("name", Some(Value::text(name)))])
        });
        identity(&list.to_bytes())
    }

    /// Reads and verifies an acknowledgement.
    ///
    /// # Errors
    /// Why it does not count.
    pub fn verify(&self, envelope: &[u8]) -> Result<Acknowledgement, NotAcknowledged> {
        let envelope = Envelope::parse(envelope)?;
        let said = Acknowledgement::parse(&envelope.payload)?;
        let point = said.point.clone();
        let Some(key) = self.0.get(&point).filter(|_| envelope.payload_type == said.payload_type()) else {
            return Err(NotAcknowledged::Stranger { point });
        };
        let signers = envelope.signers(|text| (text == key.to_text()).then_some(((), key)));
        match signers {
            Ok(signers) if !signers.is_empty() => Ok(said),
            _ => Err(NotAcknowledged::Unsigned { point }),
        }
    }
}

impl Certificate {
    /// Rolls up acknowledgements of a bundle: each point once, whoever else is among them left out. Those left out are given with why.
    #[must_use]
    pub fn of(
        bundle: &Proven<Bundle>,
        points: &Points,
        envelopes: &[Vec<u8>],
    ) -> (Self, Vec<NotAcknowledged>) {
        Self::roll_up(&bundle.fleet, bundle.epoch, bundle.identity(), points, envelopes)
    }

    fn roll_up(
        fleet: &str,
        epoch: BundleEpoch,
        bundle: Hash,
        points: &Points,
        envelopes: &[Vec<u8>],
    ) -> (Self, Vec<NotAcknowledged>) {
        let (mut counted, mut others) = (BTreeMap::new(), Vec::new());
        for envelope in envelopes {
            match points.verify(envelope) {
                Ok(said) if said.bundle == bundle && said.epoch == epoch && said.fleet == fleet => {
                    counted.entry(said.point).or_insert((merkle::leaf(envelope), said.time));
                }
                Ok(said) => others.push(NotAcknowledged::Other { point: said.point, epoch: said.epoch }),
                Err(why) => others.push(why),
            }
        }
        let leaves: Vec<Hash> = counted.values().map(|(leaf, _)| *leaf).collect();
        let certificate = Self {
            fleet: fleet.to_owned(),
            epoch,
            bundle,
            points: points.root(),
            of: points.0.len() as u64,
            acknowledged: leaves.len() as u64,
            root: merkle::root_of(&leaves),
            time: counted.values().map(|(_, time)| *time).max().unwrap_or_default(),
        };
        (certificate, others)
    }

    /// Whether the acknowledgements are those that it rolls up.
    #[must_use]
    pub fn fits(&self, points: &Points, envelopes: &[Vec<u8>]) -> bool {
        Self::roll_up(&self.fleet, self.epoch, self.bundle, points, envelopes).0 == *self
    }
}

impl Document for Acknowledgement {
    const KIND: &str = "acknowledgement.v1";

    fn fleet(&self) -> &str {
        &self.fleet
    }

    fn write(&self) -> Value {
        Value::object([
            ("bundle", Some(Value::hash(&self.bundle))),
            ("epoch", Some(Value::Number(self.epoch.0))),
            ("fleet", Some(Value::text(&self.fleet))),
            ("point", Some(Value::text(&self.point))),
            ("time_s", Some(Value::time(self.time))),
        ])
    }

    fn read(fields: &mut Fields) -> Result<Self, Malformed> {
        Ok(Self {
            fleet: document::name(fields, "fleet")?,
            point: document::name(fields, "point")?,
            epoch: BundleEpoch(fields.number("epoch")?),
            bundle: fields.hash("bundle")?,
            time: fields.time("time_s")?,
        })
    }
}

impl Document for Certificate {
    const KIND: &str = "convergence.v1";

    fn fleet(&self) -> &str {
        &self.fleet
    }

    fn write(&self) -> Value {
        Value::object([
            ("acknowledged", Some(Value::Number(self.acknowledged))),
            ("bundle", Some(Value::hash(&self.bundle))),
            ("epoch", Some(Value::Number(self.epoch.0))),
            ("fleet", Some(Value::text(&self.fleet))),
            ("of", Some(Value::Number(self.of))),
            ("points", Some(Value::hash(&self.points))),
            ("root", Some(Value::hash(&self.root))),
            ("time_s", Some(Value::time(self.time))),
        ])
    }

    fn read(fields: &mut Fields) -> Result<Self, Malformed> {
        Ok(Self {
            fleet: document::name(fields, "fleet")?,
            epoch: BundleEpoch(fields.number("epoch")?),
            bundle: fields.hash("bundle")?,
            points: fields.hash("points")?,
            of: fields.number("of")?,
            acknowledged: fields.number("acknowledged")?,
            root: fields.hash("root")?,
            time: fields.time("time_s")?,
        })
    }
}
