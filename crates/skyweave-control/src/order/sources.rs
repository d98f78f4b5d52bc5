//! What a law is compiled from, as one document. Whoever has it can compile the table again and compare.

use crate::restriction::{self, Names, PolicyFile};
use crate::territory::outline::Mending;
use crate::territory::{self, BoundarySet, Cover, Definition, Reading};
use skyweave_proof::document::identity;
use skyweave_proof::json::{self, Fields, Malformed, Value, text_item};
use skyweave_proof::order::{FailMode, Rules};
use skyweave_proof::table::Table;
use skyweave_proof::table::document::REFUSE_AT_PARTS;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;

/// A file of borders that territories take parts from. The file itself is known by its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BorderFile {
    /// SHA-256 of the file, hexadecimal.
    pub sha256: String,
    /// What it is called.
    pub dataset: String,
    /// Its version.
    pub version: String,
    /// Whose view it shows.
    pub worldview: String,
    /// The property that has the names of parts.
    pub key: String,
}

/// What a law is compiled from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sources {
    /// Texts of policies, by the name of their file.
    pub policies: BTreeMap<String, String>,
    /// Definitions of territories as they were written, by name.
    pub territories: BTreeMap<String, String>,
    /// Files of borders, by hash.
    pub borders: BTreeMap<String, BorderFile>,
    /// Names of plans.
    pub plans: BTreeSet<String>,
    /// Names of classes of use.
    pub use_classes: BTreeSet<String>,
    /// Who is in which protected class.
    pub protected: BTreeMap<String, BTreeSet<String>>,
    /// Names of registries.
    pub registries: BTreeSet<String>,
}

/// Why sources are no law.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotCompiled {
    /// A file of borders is not at hand.
    #[error("the file of borders {0} is not here; it is named by its SHA-256")]
    NoBorders(String),
    /// Policies or territories are wrong.
    #[error("{0}")]
    Faults(String),
}

impl Sources {
    /// Compiles them. `borders` gives the bytes of a file of borders by its SHA-256.
    ///
    /// # Errors
    /// What is wrong with them, or not at hand.
    pub fn compile(
        &self,
        borders: &dyn Fn(&str) -> Option<Vec<u8>>,
        before: Option<&Cover>,
    ) -> Result<(Table, Cover), NotCompiled> {
        let file = |(name, text): (&String, &String)| PolicyFile { name: name.clone(), text: text.clone() };
        let files: Vec<PolicyFile> = self.policies.iter().map(file).collect();
        let names = Names {
            plans: self.plans.clone(),
            use_classes: self.use_classes.clone(),
            protected_classes: self.protected.keys().cloned().collect(),
            registries: self.registries.clone(),
            ..Names::default()
        };
        let territories = self.assemble(borders)?;
        restriction::compile(&files, &names, &territories, REFUSE_AT_PARTS, before).map_err(fault)
    }

    fn assemble(
        &self,
        borders: &dyn Fn(&str) -> Option<Vec<u8>>,
    ) -> Result<Vec<territory::Territory>, NotCompiled> {
        let read = |text: &String| Definition::read(text).map_err(fault);
        let definitions = self.territories.values().map(read).collect::<Result<Vec<_>, _>>()?;
        let cut_from = |set: &str| {
            let is_part = |piece: &territory::Piece| matches!(piece, territory::Piece::Part { boundary_set, .. } if boundary_set == set);
            definitions.iter().any(|definition| definition.pieces.iter().any(is_part))
        };
        let used = self.borders.values().filter(|file| cut_from(&file.sha256));
        let sets = used.map(|file| {
            let bytes = borders(&file.sha256).ok_or_else(|| NotCompiled::NoBorders(file.sha256.clone()))?;
            let reading = Reading {
                dataset: file.dataset.clone(),
                version: file.version.clone(),
                worldview: file.worldview.clone(),
                key: file.key.clone(),
                mending: Mending::TOPOJSON,
            };
            BoundarySet::read(&bytes, &reading).map_err(fault)
        });
        let sets = sets.collect::<Result<Vec<_>, _>>()?;
        definitions.iter().map(|definition| definition.assemble(&sets).map_err(fault)).collect()
    }

    /// The law that they and their table are.
    #[must_use]
    pub fn rules(&self, table: &Table, fail_mode: FailMode) -> Rules {
        Rules {
            table: table.identity(),
            boundaries: identity(&self.boundaries().to_bytes()),
            protected: identity(&self.protected_value().to_bytes()),
            fail_mode,
        }
    }

    /// The boundary data: what `boundaries` of a law is the hash of.
    #[must_use]
    pub fn boundaries(&self) -> Value {
        let file = |file: &BorderFile| {
            Value::object([
                ("dataset", Some(Value::text(&file.dataset))),
                ("key", Some(Value::text(&file.key))),
                ("sha256", Some(Value::text(&file.sha256))),
                ("version", Some(Value::text(&file.version))),
                ("worldview", Some(Value::text(&file.worldview))),
            ])
        };
        Value::object([
            ("borders", Some(Value::list(self.borders.values(), file))),
            ("territories", Some(texts(&self.territories))),
        ])
    }

    fn protected_value(&self) -> Value {
        let members = |members: &BTreeSet<String>| Value::list(members, Value::text);
        Value::Object(self.protected.iter().map(|(name, of_it)| (name.clone(), members(of_it))).collect())
    }

    /// Their bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let names = |names: &BTreeSet<String>| Some(Value::list(names, Value::text));
        Value::object([
            ("boundaries", Some(self.boundaries())),
            ("plans", names(&self.plans)),
            ("policies", Some(texts(&self.policies))),
            ("protected", Some(self.protected_value())),
            ("registries", names(&self.registries)),
            ("use_classes", names(&self.use_classes)),
        ])
        .to_bytes()
    }

    /// Of their bytes.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut fields = Fields::of(json::parse(bytes)?, "sources")?;
        let mut boundaries = fields.fields("boundaries")?;
        let files = boundaries.list("borders", |value, place| {
            let mut file = Fields::of(value, place)?;
            let read = BorderFile {
                sha256: file.text("sha256")?,
                dataset: file.text("dataset")?,
                version: file.text("version")?,
                worldview: file.text("worldview")?,
                key: file.text("key")?,
            };
            file.end()?;
            Ok(read)
        })?;
        let territories = read_texts(&mut boundaries, "territories")?;
        boundaries.end()?;
        let protected = match fields.value("protected")? {
            Value::Object(classes) => classes
                .into_iter()
                .map(|(name, members)| Ok((name.clone(), names_of(members, &name)?)))
                .collect::<Result<_, Malformed>>()?,
            _ => return Err(fields.wrong("protected", "an object is needed")),
        };
        let sources = Self {
            policies: read_texts(&mut fields, "policies")?,
            territories,
            borders: files.into_iter().map(|file| (file.sha256.clone(), file)).collect(),
            plans: names_of(fields.value("plans")?, "plans")?,
            use_classes: names_of(fields.value("use_classes")?, "use_classes")?,
            protected,
            registries: names_of(fields.value("registries")?, "registries")?,
        };
        fields.end()?;
        Ok(sources)
    }
}

fn fault(fault: impl Display) -> NotCompiled {
    NotCompiled::Faults(fault.to_string())
}

fn texts(texts: &BTreeMap<String, String>) -> Value {
    Value::Object(texts.iter().map(|(name, text)| (name.clone(), Value::text(text))).collect())
}

fn read_texts(fields: &mut Fields, name: &str) -> Result<BTreeMap<String, String>, Malformed> {
    let Value::Object(texts) = fields.value(name)? else {
        return Err(fields.wrong(name, "an object is needed"));
    };
    texts.into_iter().map(|(key, text)| Ok((key, text_item(text, name.to_owned())?))).collect()
}

fn names_of(value: Value, place: &str) -> Result<BTreeSet<String>, Malformed> {
    let Value::List(names) = value else { return Err(Malformed::new(place, "a list is needed")) };
    names.into_iter().map(|name| text_item(name, place.to_owned())).collect()
}
