//! A bundle as it is handed out: the entries of the log that lead to it from what a point of enforcement has, all under one checkpoint.

use crate::json::{self, Fields, Malformed, Value};
use crate::log::excerpt::Excerpt;
use crate::order::Opening;

/// A bundle with its proof. Nothing in it is verified yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// Rotations, orders, approvals and bundles since what the receiver has; the last entry is the bundle.
    pub excerpt: Excerpt,
    /// What is behind sealed laws.
    pub openings: Vec<Opening>,
}

impl Package {
    /// Its bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        Value::object([
            ("excerpt", Some(self.excerpt.write())),
            ("openings", Some(Value::list(&self.openings, Opening::write))),
        ])
        .to_bytes()
    }

    /// Of its bytes.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut fields = Fields::of(json::parse(bytes)?, "package")?;
        let mut excerpt = fields.fields("excerpt")?;
        let package = Self {
            excerpt: Excerpt::read(&mut excerpt)?,
            openings: fields.list("openings", |value, place| Opening::read(Fields::of(value, place)?))?,
        };
        excerpt.end()?;
        fields.end()?;
        Ok(package)
    }
}
