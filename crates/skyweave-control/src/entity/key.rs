//! The keys that terminals prove themselves with.

use crate::id::Text;
use serde::de::Deserializer;
use serde::{Deserialize, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// The key that a terminal proves itself with, as it is printed on it: 4 to 40 of `A-Z`, `0-9` and `-`. Small letters are not
/// taken for capitals: whoever writes a key in another way gets to know.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HardwareKey(Box<str>);

/// A text that is no hardware key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("accepted as hardware key: 4 to 40 of the characters A-Z, 0-9 and -, without - at its ends")]
pub struct HardwareKeyError;

impl HardwareKey {
    /// Length, characters.
    pub const LENGTH: std::ops::RangeInclusive<usize> = 4..=40;

    /// The key as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for HardwareKey {
    type Err = HardwareKeyError;

    fn from_str(text: &str) -> Result<Self, HardwareKeyError> {
        let letters = text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-');
        let ends = text.starts_with('-') || text.ends_with('-');
        if Self::LENGTH.contains(&text.len()) && letters && !ends {
            Ok(Self(text.into()))
        } else {
            Err(HardwareKeyError)
        }
    }
}

impl fmt::Display for HardwareKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for HardwareKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl schemars::JsonSchema for HardwareKey {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "HardwareKey".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^[A-Z0-9][A-Z0-9-]{2,38}[A-Z0-9]$" })
    }
}

impl Serialize for HardwareKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for HardwareKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Text("a hardware key", str::parse))
    }
}
