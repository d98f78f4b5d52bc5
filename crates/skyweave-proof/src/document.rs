//! Documents that are signed and logged: each has a kind, a fleet, and one sequence of bytes.

use crate::dsse::Envelope;
use crate::json::{self, Fields, Malformed, Value};
use crate::log::merkle::Hash;
use sha2::{Digest, Sha256};

/// No entry of a log is longer, in bytes (C2SP tlog-tiles: a length of sixteen bits).
pub const MOST_ENTRY_BYTES: usize = 65_535;

/// A document of a kind.
pub trait Document: Sized {
    /// The kind with its version: `order.v1`.
    const KIND: &str;

    /// The fleet it is for.
    fn fleet(&self) -> &str;

    /// Its fields.
    fn write(&self) -> Value;

    /// Of its fields.
    ///
    /// # Errors
    /// What is wrong with it.
    fn read(fields: &mut Fields) -> Result<Self, Malformed>;

    /// The bytes that are stored, hashed and signed.
    fn to_bytes(&self) -> Vec<u8> {
        self.write().to_bytes()
    }

    /// Of bytes in their one form.
    ///
    /// # Errors
    /// What is wrong with them.
    fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        let place = Self::KIND.split('.').next().unwrap_or_default();
        let mut fields = Fields::of(json::parse(bytes)?, place)?;
        let document = Self::read(&mut fields)?;
        fields.end()?;
        Ok(document)
    }

    /// The payload type under which it is signed.
    fn payload_type(&self) -> String {
        payload_type(Self::KIND, self.fleet())
    }

    /// In an envelope that nobody signed yet.
    fn to_envelope(&self) -> Envelope {
        Envelope { payload_type: self.payload_type(), payload: self.to_bytes(), signatures: Vec::new() }
    }
}

/// `application/vnd.skyweave.KIND+json; fleet=FLEET`.
#[must_use]
pub fn payload_type(kind: &str, fleet: &str) -> String {
    format!("application/vnd.skyweave.{kind}+json; fleet={fleet}")
}

/// The kind and the fleet of a payload type.
#[must_use]
pub fn kind_and_fleet(payload_type: &str) -> Option<(&str, &str)> {
    payload_type.strip_prefix("application/vnd.skyweave.")?.split_once("+json; fleet=")
}

/// What a document is named by: SHA-256 of its bytes as stored.
#[must_use]
pub fn identity(bytes: &[u8]) -> Hash {
    Sha256::digest(bytes).into()
}

/// Names of fleets, principals and territories: one to 100 letters, digits, `.`, `-`, `_` or `/`.
///
/// # Errors
/// What would be accepted.
pub fn name(fields: &mut Fields, field: &str) -> Result<String, Malformed> {
    let text = fields.text(field)?;
    if is_name(&text) {
        Ok(text)
    } else {
        Err(fields.wrong(field, "a name is needed: 1 to 100 of a-z A-Z 0-9 . - _ /"))
    }
}

/// Whether a text is such a name.
#[must_use]
pub fn is_name(text: &str) -> bool {
    (1..=100).contains(&text.len())
        && text.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'.' | b'-' | b'_' | b'/'))
}
