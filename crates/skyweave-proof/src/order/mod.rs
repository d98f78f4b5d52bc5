//! Orders: what is to change, for whom, why, until when, and what everybody who approves signs.
//!
//! | module | what it has |
//! |---|---|
//! | [`law`] | what is in force: hashes of the table and what goes with it, and from when on |
//! | this one | the order itself, and what is wrong with one |
//! | [`approval`] | what approvers sign |
//! | [`sealed`] | orders whose content is opened later |
//! | [`life`] | the states an order goes through |
//!
//! An order names the whole *standing* before it and after it: from when on which law is in force. So lapsing needs nobody: a cut's
//! standing says by itself that what was in force before is in force again, and a control plane that dies takes no cut with it.

pub mod approval;
pub mod law;
pub mod life;
mod matter;
pub mod sealed;

pub use approval::{Approval, Verdict};
pub use law::{FailMode, Law, Opening, Phase, Rules, Standing};
pub use matter::{Action, Matter, Preview, Relation, RelationKind, Target, TargetKind};
pub use sealed::{Seal, Unsealing};

use crate::UtcTime;
use crate::document::{self, Document};
use crate::json::{Fields, Malformed, Value, word_of};
use crate::keys::Limits;

/// Which quorum it takes, and how it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Lowers service; lapses unless renewed.
    Cut,
    /// Lowers service for hours, by a small quorum; lapses unless ratified.
    Emergency,
    /// Gives service back; never expires.
    Restore,
}

const CLASSES: [(&str, Class); 3] =
    [("cut", Class::Cut), ("emergency", Class::Emergency), ("restore", Class::Restore)];

impl Class {
    /// Its word.
    #[must_use]
    pub fn name(self) -> &'static str {
        word_of(&CLASSES, &self)
    }

    /// The one of this word.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        CLASSES.iter().find(|(one, _)| *one == word).map(|(_, class)| *class)
    }
}

/// An order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The fleet's name.
    pub fleet: String,
    /// Which quorum it takes.
    pub class: Class,
    /// Who asks for it, and signs it: a principal, who does not count among the approvers.
    pub requester: String,
    /// When it was drawn up; what was in force earlier is of no concern to it.
    pub drawn: UtcTime,
    /// From when on it changes something.
    pub start: UtcTime,
    /// Until when, for all but open restores.
    pub expires: Option<UtcTime>,
    /// What is in force without it.
    pub before: Standing,
    /// What is in force with it.
    pub after: Standing,
    /// What it is about, or that this is opened later.
    pub content: Content,
}

/// What an order is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// For everybody to read.
    Open(Matter),
    /// Opened later.
    Sealed(Seal),
}

/// Why an order can never be in force.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Flaw(pub String);

impl Order {
    /// Looks for what makes an order void whoever signs it.
    ///
    /// # Errors
    /// The first flaw.
    pub fn check(&self, limits: &Limits) -> Result<(), Flaw> {
        let flaw = |what: &str| Err(Flaw(what.to_owned()));
        for (name, standing) in [("before", &self.before), ("after", &self.after)] {
            standing.check().map_err(|what| Flaw(format!("{name}: {what}")))?;
        }
        if self.after.number != self.before.number + 1 {
            return flaw("the standing after it has the next number after the one before");
        }
        if self.drawn > self.start {
            return flaw("it starts before it was drawn up");
        }
        if !self.after.agrees(&self.before, self.drawn, Some(self.start)) {
            return flaw("it changes something before it starts");
        }
        if self.after.agrees(&self.before, self.start, None) {
            return flaw("it changes nothing");
        }
        match (self.expires, self.class) {
            (None, Class::Cut | Class::Emergency) => return flaw("a cut without an expiry: cuts lapse"),
            (Some(expires), _) => self.check_lapse(expires, limits)?,
            (None, Class::Restore) => {}
        }
        match &self.content {
            Content::Open(matter) => self.check_matter(matter),
            Content::Sealed(seal) => self.check_seal(seal, limits),
        }
    }

    fn check_lapse(&self, expires: UtcTime, limits: &Limits) -> Result<(), Flaw> {
        let most_s = match self.class {
            Class::Emergency => limits.emergency_s,
            Class::Cut | Class::Restore => limits.cut_s,
        };
        if expires <= self.start || expires.since(self.start) > most_s {
            return Err(Flaw(format!("it lasts from {} to {expires}; the most is {most_s} s", self.start)));
        }
        if !self.after.agrees(&self.before, expires, None) {
            let what = "after its expiry something else is in force than without it: a cut lapses to what was before";
            return Err(Flaw(what.to_owned()));
        }
        Ok(())
    }

    fn check_matter(&self, matter: &Matter) -> Result<(), Flaw> {
        let flaw = |what: String| Err(Flaw(what));
        if self.class != Class::Restore {
            return Ok(());
        }
        if self.expires.is_some() {
            return flaw("a restore with an expiry: it would be a cut later on".to_owned());
        }
        if !matter.restores() {
            return flaw(format!("`{matter}` lowers service, and is ordered as a restore"));
        }
        if matter.preview.losing > 0 {
            return flaw(format!(
                "a restore by whose preview {} terminals lose service",
                matter.preview.losing
            ));
        }
        Ok(())
    }

    fn check_seal(&self, seal: &Seal, limits: &Limits) -> Result<(), Flaw> {
        let most = self.start.plus(limits.sealed_s);
        if self.expires.is_none_or(|expires| expires > seal.unseal) {
            return Err(Flaw("a sealed order lapses before it is to be opened".to_owned()));
        }
        if seal.unseal > most {
            return Err(Flaw(format!(
                "it is to be opened at {}; by the limits at {most} at the latest",
                seal.unseal
            )));
        }
        Ok(())
    }

    /// What it is about, where that is open.
    #[must_use]
    pub const fn matter(&self) -> Option<&Matter> {
        match &self.content {
            Content::Open(matter) => Some(matter),
            Content::Sealed(_) => None,
        }
    }
}

impl Document for Order {
    const KIND: &str = "order.v1";

    fn fleet(&self) -> &str {
        &self.fleet
    }

    fn write(&self) -> Value {
        let (matter, seal) = match &self.content {
            Content::Open(matter) => (Some(matter.write()), None),
            Content::Sealed(seal) => (None, Some(seal.write())),
        };
        Value::object([
            ("after", Some(self.after.write())),
            ("before", Some(self.before.write())),
            ("class", Some(Value::text(self.class.name()))),
            ("drawn_s", Some(Value::time(self.drawn))),
            ("expires_s", self.expires.map(Value::time)),
            ("fleet", Some(Value::text(&self.fleet))),
            ("matter", matter),
            ("requester", Some(Value::text(&self.requester))),
            ("seal", seal),
            ("start_s", Some(Value::time(self.start))),
        ])
    }

    fn read(fields: &mut Fields) -> Result<Self, Malformed> {
        let content = if fields.has("seal") {
            Content::Sealed(Seal::read(fields.fields("seal")?)?)
        } else {
            Content::Open(Matter::read(fields.fields("matter")?)?)
        };
        Ok(Self {
            fleet: document::name(fields, "fleet")?,
            class: fields.word("class", &CLASSES)?,
            requester: document::name(fields, "requester")?,
            drawn: fields.time("drawn_s")?,
            start: fields.time("start_s")?,
            expires: if fields.has("expires_s") { Some(fields.time("expires_s")?) } else { None },
            before: Standing::read(fields.fields("before")?)?,
            after: Standing::read(fields.fields("after")?)?,
            content,
        })
    }
}
