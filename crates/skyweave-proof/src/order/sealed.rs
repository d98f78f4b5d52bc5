//! Orders for lives at risk: that there is one, of what class, how large, by how many and until when is public at once; what it is about
//! is opened later. Who fails to open it is seen by everybody, and the order has lapsed by then.

use super::Matter;
use crate::UtcTime;
use crate::document::{self, Document};
use crate::json::{Fields, Malformed, Value};
use crate::log::merkle::Hash;
use sha2::{Digest, Sha256};

const SEALED_ORDER: &[u8] = b"skyweave sealed order v1\n";
/// Sizes are told in powers of four, so that they tell little.
const SIZES: [u64; 6] = [1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576];

/// What is public of a sealed order at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seal {
    /// To the matter and 32 random bytes.
    pub commitment: Hash,
    /// The matter has at most so many bytes: one of the powers of four from 1024 on.
    pub size: u64,
    /// How many must approve it: at least as many as the quorum needs.
    pub approvers: u64,
    /// When it is to be opened at the latest.
    pub unseal: UtcTime,
}

impl Seal {
    /// Seals a matter with 32 random bytes, which the caller draws and keeps.
    #[must_use]
    pub fn of(matter: &Matter, blind: &[u8; 32], approvers: u64, unseal: UtcTime) -> Self {
        let bytes = matter.write().to_bytes();
        let size = SIZES.into_iter().find(|size| bytes.len() as u64 <= *size).unwrap_or(u64::from(u32::MAX));
        Self { commitment: commitment(&bytes, blind), size, approvers, unseal }
    }

    pub(super) fn write(&self) -> Value {
        Value::object([
            ("approvers", Some(Value::Number(self.approvers))),
            ("commitment", Some(Value::hash(&self.commitment))),
            ("size", Some(Value::Number(self.size))),
            ("unseal_s", Some(Value::time(self.unseal))),
        ])
    }

    pub(super) fn read(mut fields: Fields) -> Result<Self, Malformed> {
        let seal = Self {
            commitment: fields.hash("commitment")?,
            size: fields.number("size")?,
            approvers: fields.number("approvers")?,
            unseal: fields.time("unseal_s")?,
        };
        if !SIZES.contains(&seal.size) {
            return Err(fields.wrong("size", "one of 1024, 4096, 16384, 65536, 262144, 1048576 is needed"));
        }
        fields.end()?;
        Ok(seal)
    }
}

fn commitment(matter: &[u8], blind: &[u8; 32]) -> Hash {
    Sha256::new().chain_update(SEALED_ORDER).chain_update(blind).chain_update(matter).finalize().into()
}

/// What a sealed order was about. Nobody need sign it: it fits the commitment or it does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsealing {
    /// The fleet's name.
    pub fleet: String,
    /// The sealed order's identity.
    pub order: Hash,
    /// The random bytes.
    pub blind: [u8; 32],
    /// What it was about.
    pub matter: Matter,
}

impl Unsealing {
    /// Whether it is what was sealed.
    #[must_use]
    pub fn opens(&self, seal: &Seal) -> bool {
        let bytes = self.matter.write().to_bytes();
        bytes.len() as u64 <= seal.size && commitment(&bytes, &self.blind) == seal.commitment
    }
}

impl Document for Unsealing {
    const KIND: &str = "unsealing.v1";

    fn fleet(&self) -> &str {
        &self.fleet
    }

    fn write(&self) -> Value {
        Value::object([
            ("blind", Some(Value::hash(&self.blind))),
            ("fleet", Some(Value::text(&self.fleet))),
            ("matter", Some(self.matter.write())),
            ("order", Some(Value::hash(&self.order))),
        ])
    }

    fn read(fields: &mut Fields) -> Result<Self, Malformed> {
        Ok(Self {
            fleet: document::name(fields, "fleet")?,
            order: fields.hash("order")?,
            blind: fields.hash("blind")?,
            matter: Matter::read(fields.fields("matter")?)?,
        })
    }
}
