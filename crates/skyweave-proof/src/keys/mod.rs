//! Who may decide: named principals and their keys, who must agree to what, who witnesses, and how far anybody may go alone.
//!
//! The [`Genesis`] is the first entry of a log; its hash is pinned wherever something is enforced. Later [`Rotation`]s change the
//! [`Authority`] by the old and the new threshold together.

mod authority;
mod limits;

pub use authority::{Authority, Flaw, Principal, Quorums};
pub use limits::{Bound, DAY_S, HOUR_S, Limits, MOST_EMERGENCY_S};

use crate::document::{self, Document};
use crate::json::{Fields, Malformed, Value};
use crate::log::merkle::Hash;
use crate::order::Law;

/// The first entry of a log: whose it is, who may decide, and the law at the beginning. Every principal signs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Genesis {
    /// The fleet's name.
    pub fleet: String,
    /// Who may decide.
    pub authority: Authority,
    /// What is in force before any order.
    pub law: Law,
}

impl Document for Genesis {
    const KIND: &str = "genesis.v1";

    fn fleet(&self) -> &str {
        &self.fleet
    }

    fn write(&self) -> Value {
        Value::object([
            ("authority", Some(self.authority.write())),
            ("fleet", Some(Value::text(&self.fleet))),
            ("law", Some(self.law.write())),
        ])
    }

    fn read(fields: &mut Fields) -> Result<Self, Malformed> {
        let fleet = document::name(fields, "fleet")?;
        let authority = Authority::read(fields.fields("authority")?)?;
        let law = Law::read(fields.fields("law")?)?;
        Ok(Self { fleet, authority, law })
    }
}

/// Another authority takes the place of the one before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotation {
    /// The fleet's name.
    pub fleet: String,
    /// The identity of the genesis or rotation before.
    pub previous: Hash,
    /// Why.
    pub reason: String,
    /// Who may decide from here on.
    pub authority: Authority,
}

impl Document for Rotation {
    const KIND: &str = "rotation.v1";

    fn fleet(&self) -> &str {
        &self.fleet
    }

    fn write(&self) -> Value {
        Value::object([
            ("authority", Some(self.authority.write())),
            ("fleet", Some(Value::text(&self.fleet))),
            ("previous", Some(Value::hash(&self.previous))),
            ("reason", Some(Value::text(&self.reason))),
        ])
    }

    fn read(fields: &mut Fields) -> Result<Self, Malformed> {
        let fleet = document::name(fields, "fleet")?;
        let authority = Authority::read(fields.fields("authority")?)?;
        Ok(Self { fleet, previous: fields.hash("previous")?, reason: fields.text("reason")?, authority })
    }
}
