//! What is said of a slot that leaves the planner: under which bundle it was planned and from what, so that anybody can plan it again.
//!
//! The publisher signs it. That keeps strangers out; who has the publisher's key is found out by planning again.

use super::{Bundle, Proven};
use crate::document::{self, Document};
use crate::dsse::Envelope;
use crate::json::{Fields, Malformed, Value};
use crate::log::merkle::Hash;
use crate::register::Refusal;

/// What is said of a slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotStatement {
    /// The fleet's name.
    pub fleet: String,
    /// Which slot.
    pub slot: u64,
    /// The bundle's identity.
    pub bundle: Hash,
    /// The root of the bundle's inputs: [`super::Inputs::root`].
    pub inputs: Hash,
    /// The root of the rest of the world: satellites, gateways, weather.
    pub world: Hash,
    /// The hash of the slot.
    pub hash: Hash,
}

/// Why a slot is not carried out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadSlot {
    /// What is said of it is no statement, or the publisher did not sign it.
    #[error(transparent)]
    Statement(#[from] Refusal),
    /// It was planned under another bundle, or from other inputs than the bundle's.
    #[error("slot {slot} was planned under another bundle, or from other inputs than the bundle names")]
    Bundle {
        /// Which slot.
        slot: u64,
    },
    /// These are other bytes.
    #[error("these are not the bytes of slot {slot}")]
    Bytes {
        /// Which slot.
        slot: u64,
    },
}

impl SlotStatement {
    /// Verifies what is said of a slot, whose hash was computed here.
    ///
    /// # Errors
    /// Why it is not carried out.
    pub fn verify(envelope: &[u8], bundle: &Proven<Bundle>, hash: &Hash) -> Result<Self, BadSlot> {
        let envelope = Envelope::parse(envelope).map_err(Refusal::from)?;
        let said = Self::parse(&envelope.payload).map_err(Refusal::from)?;
        let publisher = &bundle.next_anchor().authority.publisher;
        let text = publisher.to_text();
        let signers =
            envelope.signers(|key| (key == text).then_some(((), publisher))).map_err(Refusal::from)?;
        if envelope.payload_type != said.payload_type() || said.fleet != bundle.fleet || signers.is_empty() {
            return Err(Refusal::Publisher.into());
        }
        if said.bundle != bundle.identity() || said.inputs != bundle.inputs.root() {
            return Err(BadSlot::Bundle { slot: said.slot });
        }
        if said.hash == *hash { Ok(said) } else { Err(BadSlot::Bytes { slot: said.slot }) }
    }
}

impl Document for SlotStatement {
    const KIND: &str = "slot.v1";

    fn fleet(&self) -> &str {
        &self.fleet
    }

    fn write(&self) -> Value {
        Value::object([
            ("bundle", Some(Value::hash(&self.bundle))),
            ("fleet", Some(Value::text(&self.fleet))),
            ("hash", Some(Value::hash(&self.hash))),
            ("inputs", Some(Value::hash(&self.inputs))),
            ("slot", Some(Value::Number(self.slot))),
            ("world", Some(Value::hash(&self.world))),
        ])
    }

    fn read(fields: &mut Fields) -> Result<Self, Malformed> {
        Ok(Self {
            fleet: document::name(fields, "fleet")?,
            slot: fields.number("slot")?,
            bundle: fields.hash("bundle")?,
            inputs: fields.hash("inputs")?,
            world: fields.hash("world")?,
            hash: fields.hash("hash")?,
        })
    }
}
