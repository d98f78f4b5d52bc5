//! What approvers sign: not a database row but everything that they agree to.

use super::{Content, Law, Order};
use crate::UtcTime;
use crate::document::{self, Document, identity};
use crate::json::{Fields, Malformed, Value};
use crate::log::merkle::Hash;

/// Yes or no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Yes.
    Approve,
    /// No.
    Reject,
}

const VERDICTS: [(&str, Verdict); 2] = [("approve", Verdict::Approve), ("reject", Verdict::Reject)];

/// One principal's word on an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// The fleet's name.
    pub fleet: String,
    /// Who says it; a key of theirs signs it.
    pub approver: String,
    /// Yes or no.
    pub verdict: Verdict,
    /// The order's identity.
    pub order: Hash,
    /// What it rests on, as the approver found it.
    pub terms: Terms,
}

/// What an order rests on. Approvers compute these themselves; if one differs, they approved another order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// The root of the standing before the order.
    pub base: Hash,
    /// The boundary data under the order; none if its law is sealed.
    pub boundaries: Option<Hash>,
    /// The compiled table under the order; none if its law is sealed.
    pub table: Option<Hash>,
    /// The preview; none if the order is sealed.
    pub preview: Option<Hash>,
    /// When it lapses.
    pub expires: Option<UtcTime>,
}

impl Terms {
    /// Those of an order.
    #[must_use]
    pub fn of(order: &Order) -> Self {
        let rules = match order.after.at(order.start) {
            Some(Law::Open(rules)) => Some(rules),
            _ => None,
        };
        let preview = match &order.content {
            Content::Open(matter) => Some(matter.preview.hash),
            Content::Sealed(_) => None,
        };
        Self {
            base: order.before.root(),
            boundaries: rules.map(|rules| rules.boundaries),
            table: rules.map(|rules| rules.table),
            preview,
            expires: order.expires,
        }
    }

    /// The first thing in which they differ.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Option<&'static str> {
        let differs = [
            (self.base != other.base, "base state"),
            (self.boundaries != other.boundaries, "boundary data"),
            (self.table != other.table, "table"),
            (self.preview != other.preview, "preview"),
            (self.expires != other.expires, "expiry"),
        ];
        differs.into_iter().find_map(|(differs, what)| differs.then_some(what))
    }
}

impl Approval {
    /// A word on an order as its bytes are stored.
    ///
    /// # Errors
    /// The bytes are no order.
    pub fn of(order: &[u8], approver: &str, verdict: Verdict) -> Result<Self, Malformed> {
        let parsed = Order::parse(order)?;
        Ok(Self {
            terms: Terms::of(&parsed),
            fleet: parsed.fleet,
            approver: approver.to_owned(),
            verdict,
            order: identity(order),
        })
    }
}

impl Document for Approval {
    const KIND: &str = "approval.v1";

    fn fleet(&self) -> &str {
        &self.fleet
    }

    fn write(&self) -> Value {
        let hash = |hash: &Option<Hash>| hash.as_ref().map(Value::hash);
        Value::object([
            ("approver", Some(Value::text(&self.approver))),
            ("base", Some(Value::hash(&self.terms.base))),
            ("boundaries", hash(&self.terms.boundaries)),
            ("expires_s", self.terms.expires.map(Value::time)),
            ("fleet", Some(Value::text(&self.fleet))),
            ("order", Some(Value::hash(&self.order))),
            ("preview", hash(&self.terms.preview)),
            ("table", hash(&self.terms.table)),
            ("verdict", Some(Value::text(crate::json::word_of(&VERDICTS, &self.verdict)))),
        ])
    }

    fn read(fields: &mut Fields) -> Result<Self, Malformed> {
        fn hash(fields: &mut Fields, name: &str) -> Result<Option<Hash>, Malformed> {
            if fields.has(name) { fields.hash(name).map(Some) } else { Ok(None) }
        }
        Ok(Self {
            fleet: document::name(fields, "fleet")?,
            approver: document::name(fields, "approver")?,
            verdict: fields.word("verdict", &VERDICTS)?,
            order: fields.hash("order")?,
            terms: Terms {
                base: fields.hash("base")?,
                boundaries: hash(fields, "boundaries")?,
                table: hash(fields, "table")?,
                preview: hash(fields, "preview")?,
                expires: if fields.has("expires_s") { Some(fields.time("expires_s")?) } else { None },
            },
        })
    }
}
