//! Who may decide, who witnesses, who publishes.

use super::Limits;
use crate::document::is_name;
use crate::json::{Fields, Malformed, Value, text_item};
use crate::log::policy::Policy;
use crate::quorum::Quorum;
use crate::signature::PublicKey;
use std::collections::{BTreeMap, BTreeSet};

/// Who may decide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authority {
    /// 1 in the genesis, one more with each rotation.
    pub version: u64,
    /// Everybody who may sign orders and approvals, in the order of their names.
    pub principals: Vec<Principal>,
    /// Who must agree to what.
    pub quorums: Quorums,
    /// Who signs bundles and certificates: the service. It decides nothing.
    pub publisher: PublicKey,
    /// The log, its witnesses and mirrors: the text of a policy file.
    pub witnesses: String,
    /// How far anybody may go.
    pub limits: Limits,
}

/// Somebody, or an office, that counts as one however many keys it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// Its name.
    pub name: String,
    /// Its keys, in order.
    pub keys: Vec<PublicKey>,
}

/// Who must agree to what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quorums {
    /// To lower service.
    pub cut: Quorum,
    /// To lower it for hours, without waiting.
    pub emergency: Quorum,
    /// To give it back.
    pub restore: Quorum,
    /// To change the authority.
    pub rotate: Quorum,
}

/// Why an authority would not do what it is for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("authority: {0}")]
pub struct Flaw(pub String);

impl Authority {
    /// Looks for what would let somebody decide alone, or everybody be blocked; gives the policy of its witnesses.
    ///
    /// # Errors
    /// The first flaw.
    pub fn check(&self) -> Result<Policy, Flaw> {
        let flaw = |what: String| Err(Flaw(what));
        if self.version == 0 {
            return flaw("versions begin with 1".to_owned());
        }
        if !self.principals.is_sorted_by(|a, b| a.name < b.name) {
            return flaw("the principals are not in the order of their names, each once".to_owned());
        }
        let policy = Policy::parse(&self.witnesses).map_err(|e| Flaw(e.to_string()))?;
        let services = policy.known().iter().map(|one| (one.key().clone(), one.name().to_owned()));
        let mut holders: BTreeMap<PublicKey, String> = services.collect();
        if let Some(other) = holders.insert(self.publisher.clone(), "the publisher".to_owned()) {
            return flaw(format!("the publisher has the key of {other}"));
        }
        for principal in &self.principals {
            if principal.keys.is_empty() || !principal.keys.is_sorted_by(|a, b| a < b) {
                return flaw(format!("{} has no keys, or not in order, each once", principal.name));
            }
            for key in &principal.keys {
                if let Some(other) = holders.insert(key.clone(), principal.name.clone()) {
                    return flaw(format!("{} has a key of {other}: it would count twice", principal.name));
                }
            }
        }
        self.check_quorums()?;
        if policy.logs().len() != 1 {
            return flaw("the policy has one log".to_owned());
        }
        if policy.quorum().is_none() {
            return flaw("the policy asks for no witness".to_owned());
        }
        self.limits.flaw().map_or(Ok(policy), |what| flaw(format!("limits: {what}")))
    }

    fn check_quorums(&self) -> Result<(), Flaw> {
        let flaw = |what: String| Err(Flaw(what));
        let Quorums { cut, emergency, restore, rotate } = &self.quorums;
        let names: BTreeSet<&str> = self.principals.iter().map(|principal| principal.name.as_str()).collect();
        for (what, quorum, least) in
            [("cut", cut, 2), ("emergency", emergency, 2), ("restore", restore, 1), ("rotate", rotate, 2)]
        {
            let mut seen = BTreeSet::new();
            if let Err(name) = quorum.check_once(&mut seen) {
                return flaw(format!("{what}: {name} stands in it twice"));
            }
            if let Some(name) = quorum.names().difference(&names).next() {
                return flaw(format!("{what}: {name} is no principal"));
            }
            if quorum.least() < least {
                return flaw(format!("{what}: one alone would be enough"));
            }
            if !quorum.bears_a_loss() {
                return flaw(format!("{what}: without one of them nothing could be decided"));
            }
        }
        if restore.least() >= cut.least() {
            return flaw("restoring needs fewer than cutting".to_owned());
        }
        if emergency.least() > cut.least() {
            return flaw("an emergency needs no more than a cut".to_owned());
        }
        Ok(())
    }

    /// Whose key it is, as documents name keys.
    #[must_use]
    pub fn holder(&self, key: &str) -> Option<(&str, &PublicKey)> {
        // by text: to make a point of a stranger's key would be slow
        let keys = self.principals.iter().flat_map(|one| one.keys.iter().map(|key| (one.name.as_str(), key)));
        keys.into_iter().find(|(_, one)| one.to_text() == key)
    }

    /// The log's name.
    #[must_use]
    pub fn origin(policy: &Policy) -> &str {
        policy.logs().first().map_or("", |log| log.verifier.name())
    }

    pub(super) fn write(&self) -> Value {
        let principal = |one: &Principal| {
            Value::object([
                ("keys", Some(Value::list(&one.keys, |key| Value::text(key.to_text())))),
                ("name", Some(Value::text(&one.name))),
            ])
        };
        let quorums = Value::object([
            ("cut", Some(self.quorums.cut.write())),
            ("emergency", Some(self.quorums.emergency.write())),
            ("restore", Some(self.quorums.restore.write())),
            ("rotate", Some(self.quorums.rotate.write())),
        ]);
        Value::object([
            ("limits", Some(self.limits.write())),
            ("principals", Some(Value::list(&self.principals, principal))),
            ("publisher", Some(Value::text(self.publisher.to_text()))),
            ("quorums", Some(quorums)),
            ("version", Some(Value::Number(self.version))),
            ("witnesses", Some(Value::text(&self.witnesses))),
        ])
    }

    pub(super) fn read(mut fields: Fields) -> Result<Self, Malformed> {
        let key = |text: &str, place: &str| {
            PublicKey::parse(text).map_err(|e| Malformed::new(place, e.to_string()))
        };
        let principals = fields.list("principals", |value, place| {
            let mut fields = Fields::of(value, place)?;
            let name = fields.text("name")?;
            if !is_name(&name) {
                return Err(fields.wrong("name", "a name is needed"));
            }
            let keys = fields.list("keys", |value, place| key(&text_item(value, place.clone())?, &place))?;
            fields.end()?;
            Ok(Principal { name, keys })
        })?;
        let mut quorums = fields.fields("quorums")?;
        let mut quorum = |name: &str| Quorum::read(quorums.value(name)?, &format!("quorums.{name}"));
        let read = Quorums {
            cut: quorum("cut")?,
            emergency: quorum("emergency")?,
            restore: quorum("restore")?,
            rotate: quorum("rotate")?,
        };
        quorums.end()?;
        let authority = Self {
            version: fields.number("version")?,
            principals,
            quorums: read,
            publisher: key(&fields.text("publisher")?, "publisher")?,
            witnesses: fields.text("witnesses")?,
            limits: Limits::read(fields.fields("limits")?)?,
        };
        fields.end()?;
        Ok(authority)
    }
}
