//! The law at a time: the restrictions, territories and names that were in force then, compiled to a decision table.

use super::books::{Books, holds};
use crate::clock::SECOND_NS;
use crate::store::{Store, StoreError};
use sha2::{Digest, Sha256};
use skyweave_control::entity::{
    AnyEntity, BoundarySet, Plan, ProtectedClass, Registry, Restriction, Territory,
};
use skyweave_control::evidence::Region;
use skyweave_control::restriction::{self, Names, PolicyFile};
use skyweave_control::territory::boundary_set::Reading;
use skyweave_control::territory::outline::Mending;
use skyweave_control::territory::{self, Cover, Definition};
use skyweave_proof::hex;
use skyweave_proof::table::document::REFUSE_AT_PARTS;
use skyweave_proof::table::{Point, Table};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use thiserror::Error;

/// Tables that are kept.
const MOST_TABLES: usize = 4;

/// After how long what did not compile is tried again: a file of borders may be back, s.
const TRY_AGAIN_S: i64 = 10;

/// Classes of use that policies may speak of. The service has no field for them yet: a decision that is asked for may name one.
pub const USE_CLASSES: [&str; 6] = ["business", "emergency", "government", "household", "military", "relief"];

/// What is said while the last law that compiled is applied.
pub const GOES_ON: &str = "what is in force does not compile; the law before it goes on";
/// What is said while there is none.
pub const NO_LAW: &str =
    "what is in force does not compile, and no law came before it; nothing is decided until it does";

/// Why there is no table.
#[derive(Debug, Error)]
pub enum Lawless {
    /// The store cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What is in force does not compile.
    #[error("what is in force does not compile: {0}")]
    Faults(String),
}

/// The law at a time.
pub struct Law {
    /// The table.
    pub table: Arc<Table>,
    /// Plans by name.
    pub plans: Arc<Vec<Plan>>,
    /// Registries by name, with what is on them.
    pub registries: Arc<Vec<Registry>>,
    /// Protected classes that are kept.
    pub protected: Arc<Vec<ProtectedClass>>,
    /// Territories by name, ready to be asked how likely a terminal is inside.
    pub regions: Arc<BTreeMap<String, Region>>,
}

impl Law {
    /// The same lists and classes under another table: the one that is in force by a proven bundle, whatever the store says.
    #[must_use]
    pub fn under(&self, table: Arc<Table>) -> Self {
        let Self { plans, registries, protected, regions, .. } = self;
        let (plans, registries) = (Arc::clone(plans), Arc::clone(registries));
        Self { table, plans, registries, protected: Arc::clone(protected), regions: Arc::clone(regions) }
    }

    /// The name of a territory that a point is in: of several the first.
    #[must_use]
    pub fn territory_at(&self, point: Point) -> Option<String> {
        let area = *self.table.areas_of(self.table.class_at(point)).first()?;
        self.table.document().territories.get(usize::from(area.0)).map(|territory| territory.name.clone())
    }
}

/// Tables that were compiled, and the files of borders that territories may be parts of.
#[derive(Default)]
pub struct Laws {
    borders: BTreeMap<String, PathBuf>,
    books: Books,
    kept: Mutex<Vec<([u8; 32], Arc<Law>)>>,
    /// Of the territories that were compiled last: working it out takes seconds, and lists and policies change more often than borders.
    cover: Mutex<Option<Arc<Cover>>>,
    /// Held by whoever compiles, so that those who ask for the same wait for it and do not do the same.
    compiling: tokio::sync::Mutex<()>,
    last: Mutex<Last>,
}

/// The last law that compiled, and what is wrong with what came after it.
#[derive(Default)]
struct Last {
    law: Option<Arc<Law>>,
    fault: Option<Fault>,
}

/// Why what is in force did not compile.
struct Fault {
    /// Of what is in force.
    identity: [u8; 32],
    /// When it was tried, ns since 1970.
    tried_ns: i64,
    faults: String,
}

impl Laws {
    /// With the files of borders in a folder, known by their SHA-256.
    ///
    /// # Errors
    /// If the folder or a file in it cannot be read.
    pub fn with_borders(folder: &Path) -> std::io::Result<Self> {
        let mut borders = BTreeMap::new();
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_file() {
                let hash = Sha256::digest(std::fs::read(&path)?);
                borders.insert(hex(&hash), path);
            }
        }
        Ok(Self { borders, ..Self::default() })
    }

    /// The files of borders, by their SHA-256.
    #[must_use]
    pub const fn borders(&self) -> &BTreeMap<String, PathBuf> {
        &self.borders
    }

    /// The law as it is now. If what is in force does not compile, that is logged, and the last law that did goes on: nobody is left without
    /// a decision for somebody's slip.
    ///
    /// # Errors
    /// If the store cannot be read, or there is no law that did.
    pub async fn now(self: &Arc<Self>, store: &dyn Store, now_ns: i64) -> Result<Arc<Law>, Lawless> {
        let things = self.books.in_force(store, now_ns).await?;
        let identity = identity(&things);
        if let Some(goes_on) = self.failed_just_now(identity, now_ns) {
            return goes_on;
        }
        let found = self.of(things, identity).await;
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        match found {
            Ok(law) => {
                last.fault = None;
                last.law = Some(Arc::clone(&law));
                Ok(law)
            }
            Err(Lawless::Faults(faults)) => {
                if last.fault.as_ref().is_none_or(|fault| fault.faults != faults) {
                    let instead = if last.law.is_some() { GOES_ON } else { NO_LAW };
                    tracing::error!("{instead}: {faults}");
                }
                last.fault = Some(Fault { identity, tried_ns: now_ns, faults: faults.clone() });
                last.law.clone().ok_or(Lawless::Faults(faults))
            }
            Err(error) => Err(error),
        }
    }

    /// The law that goes on, if what is in force is what did not compile some seconds ago: compiling takes seconds, and each decision asks.
    fn failed_just_now(&self, identity: [u8; 32], now_ns: i64) -> Option<Result<Arc<Law>, Lawless>> {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let fault = last.fault.as_ref()?;
        let just_now = (0..TRY_AGAIN_S * SECOND_NS).contains(&(now_ns - fault.tried_ns));
        (just_now && fault.identity == identity)
            .then(|| last.law.clone().ok_or_else(|| Lawless::Faults(fault.faults.clone())))
    }

    /// Why what is in force did not compile when it was last asked for; none if it did.
    #[must_use]
    pub fn fault(&self) -> Option<String> {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.fault.as_ref().map(|fault| fault.faults.clone())
    }

    /// Whether there is a law that goes on while what is in force does not compile.
    #[must_use]
    pub fn goes_on(&self) -> bool {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).law.is_some()
    }

    /// The law at a time, ns since 1970.
    ///
    /// # Errors
    /// If the store cannot be read, or what was in force does not compile.
    pub async fn at(self: &Arc<Self>, store: &dyn Store, time_ns: i64) -> Result<Arc<Law>, Lawless> {
        let things = self.books.in_force(store, time_ns).await?;
        let identity = identity(&things);
        self.of(things, identity).await
    }

    async fn of(
        self: &Arc<Self>,
        things: Vec<Arc<AnyEntity>>,
        identity: [u8; 32],
    ) -> Result<Arc<Law>, Lawless> {
        if let Some(law) = self.kept(identity) {
            return Ok(law);
        }
        let _alone = self.compiling.lock().await;
        if let Some(law) = self.kept(identity) {
            return Ok(law);
        }
        let this = Arc::clone(self);
        // seconds of work, at worst
        let compiled = tokio::task::spawn_blocking(move || this.compile(&things)).await;
        let law = Arc::new(compiled.map_err(|_| StoreError::Closed)??);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.insert(0, (identity, Arc::clone(&law)));
        kept.truncate(MOST_TABLES);
        Ok(law)
    }

    /// Whether the law would still compile with these things as they would be then.
    ///
    /// # Errors
    /// If the store cannot be read, or it would not.
    pub async fn try_with(
        self: &Arc<Self>,
        store: &dyn Store,
        changed: Vec<AnyEntity>,
        time_ns: i64,
    ) -> Result<(), Lawless> {
        let mut things = self.books.in_force(store, time_ns).await?;
        things.retain(|thing| changed.iter().all(|changed| changed.id() != thing.id()));
        things.extend(changed.into_iter().filter(holds).map(Arc::new));
        let this = Arc::clone(self);
        let compiled = tokio::task::spawn_blocking(move || this.compile(&things)).await;
        compiled.map_err(|_| StoreError::Closed)?.map(drop)
    }

    fn kept(&self, identity: [u8; 32]) -> Option<Arc<Law>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|(of, _)| *of == identity).map(|(_, law)| Arc::clone(law))
    }

    pub(super) fn compile(&self, things: &[Arc<AnyEntity>]) -> Result<Law, Lawless> {
        let fault = |fault: &dyn std::fmt::Display| Lawless::Faults(fault.to_string());
        let (mut plans, mut registries, mut protected) = (Vec::new(), Vec::new(), Vec::new());
        let (mut files, mut sets, mut areas) = (Vec::new(), Vec::new(), Vec::new());
        for thing in things {
            match &**thing {
                AnyEntity::Plan(plan) => plans.push(plan.clone()),
                AnyEntity::Registry(registry) => registries.push(registry.clone()),
                AnyEntity::ProtectedClass(class) => protected.push(class.clone()),
                AnyEntity::Restriction(Restriction { spec, enabled: true, .. }) => {
                    files.push(PolicyFile { name: spec.name.clone(), text: spec.text.clone() });
                }
                AnyEntity::BoundarySet(set) => sets.push(set.clone()),
                AnyEntity::Territory(territory) => areas.push(territory.clone()),
                _ => {}
            }
        }
        files.sort_by(|a, b| a.name.cmp(&b.name));
        let definitions =
            areas.iter().map(definition).collect::<Result<Vec<_>, _>>().map_err(|error| fault(&error))?;
        let borders = self.read_borders(&sets, &definitions)?;
        let assembled = definitions.iter().map(|definition| definition.assemble(&borders));
        let territories = assembled.collect::<Result<Vec<_>, _>>().map_err(|error| fault(&error))?;
        let names = Names {
            plans: plans.iter().map(|plan| plan.spec.name.clone()).collect(),
            use_classes: USE_CLASSES.iter().map(ToString::to_string).collect(),
            protected_classes: protected.iter().map(|class| class.spec.name.clone()).collect(),
            registries: registries.iter().map(|registry| registry.spec.name.clone()).collect(),
            ..Names::default()
        };
        let before = self.cover.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let (table, cover) =
            restriction::compile(&files, &names, &territories, REFUSE_AT_PARTS, before.as_deref())
                .map_err(|error| fault(&error))?;
        *self.cover.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(cover));
        let regions = territories.iter().map(|territory| (territory.name.clone(), Region::of(territory)));
        Ok(Law {
            table: Arc::new(table),
            plans: Arc::new(plans),
            registries: Arc::new(registries),
            protected: Arc::new(protected),
            regions: Arc::new(regions.collect()),
        })
    }

    /// Only the sets that territories are cut from.
    fn read_borders(
        &self,
        sets: &[BoundarySet],
        definitions: &[Definition],
    ) -> Result<Vec<territory::BoundarySet>, Lawless> {
        let used = |set: &&BoundarySet| {
            let cut = |piece: &territory::Piece| matches!(piece, territory::Piece::Part { boundary_set, .. } if *boundary_set == set.spec.sha256);
            definitions.iter().any(|definition| definition.pieces.iter().any(cut))
        };
        let read = |set: &BoundarySet| {
            let path = self.borders.get(&set.spec.sha256).ok_or_else(|| {
                let (name, hash) = (&set.spec.dataset, &set.spec.sha256);
                Lawless::Faults(format!(
                    "no file of borders has the hash of {name} ({hash}); give its folder with --borders"
                ))
            })?;
            let bytes = std::fs::read(path)
                .map_err(|error| Lawless::Faults(format!("{}: {error}", path.display())))?;
            let reading = Reading {
                dataset: set.spec.dataset.clone(),
                version: set.spec.release.clone(),
                worldview: set.spec.worldview.clone(),
                key: set.spec.key.clone().unwrap_or_else(|| "name".to_owned()),
                mending: Mending::TOPOJSON,
            };
            territory::BoundarySet::read(&bytes, &reading).map_err(|error| Lawless::Faults(error.to_string()))
        };
        sets.iter().filter(used).map(read).collect()
    }
}

/// What a territory's document says, checked against what is said beside it.
///
/// # Errors
/// What is wrong with it.
pub fn definition(territory: &Territory) -> Result<Definition, String> {
    let spec = &territory.spec;
    let definition = Definition::read(&spec.definition).map_err(|error| error.to_string())?;
    if definition.name != spec.name {
        return Err(format!(
            "the definition is of `{}`, and the territory is named `{}`",
            definition.name, spec.name
        ));
    }
    // where the document is silent, what is said beside it counts
    Ok(Definition {
        from_s: definition.from_s.or(Some(spec.valid_from_s.0)),
        until_s: definition.until_s.or(spec.valid_until_s.map(|end| end.0)),
        ..definition
    })
}

fn identity(things: &[Arc<AnyEntity>]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for thing in things {
        hash.update(thing.id().to_string());
        hash.update(thing.version().to_le_bytes());
    }
    hash.finalize().into()
}

/// A whole second of a time in ns, for attributes.
#[must_use]
pub const fn second(time_ns: i64) -> i64 {
    time_ns.div_euclid(SECOND_NS)
}
