//! A point of enforcement: a gateway, a dish, or the service's own planner. It takes bundles that are proven, remembers on its disk what it has
//! before it acts on it, and goes on with that when nobody hands it anything any more.

use super::folder::write_whole;
use skyweave_proof::UtcTime;
use skyweave_proof::bound::{Fleet, Ledger};
use skyweave_proof::bundle::{Acknowledgement, Anchor, Bundle, Proven, Refusal};
use skyweave_proof::document::Document;
use skyweave_proof::json::{self, Fields, Malformed, Value, to_base64};
use skyweave_proof::log::merkle::Hash;
use skyweave_proof::signature::SecretKey;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Why a point does not take a bundle, or cannot begin.
#[derive(Debug, Error)]
pub enum PointError {
    /// The bundle is not proven.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// What is on the disk cannot be read or written.
    #[error("{path}: {problem}")]
    Disk {
        /// Where.
        path: String,
        /// What is wrong.
        problem: String,
    },
}

/// A point of enforcement.
pub struct Point {
    name: String,
    key: SecretKey,
    file: Option<PathBuf>,
    anchor: Anchor,
    bundle: Option<Proven<Bundle>>,
    /// The terminals of the bundle in force and what was lowered so far, where the point has them.
    fleet: Option<(Fleet, Ledger)>,
}

/// What is on the disk: what was remembered before the package, and the package.
struct Held {
    anchor: Vec<u8>,
    package: Vec<u8>,
}

impl Point {
    /// With a disk: what it had in force before it was stopped is in force again, whether anybody answers or not. `genesis` is entry 0 of
    /// the log and `pinned` its identity, learnt elsewhere.
    ///
    /// # Errors
    /// The genesis is another; what is on the disk is damaged.
    pub fn open(
        (name, key): (&str, SecretKey),
        file: &Path,
        (genesis, pinned): (&[u8], &Hash),
        now: UtcTime,
    ) -> Result<Self, PointError> {
        let mut point = Self::in_memory((name, key), (genesis, pinned))?;
        point.file = Some(file.to_owned());
        let damaged = |problem: String| PointError::Disk { path: file.display().to_string(), problem };
        match std::fs::read(file) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(point),
            Err(error) => Err(damaged(error.to_string())),
            Ok(bytes) => {
                let held = Held::parse(&bytes).map_err(|error| damaged(error.to_string()))?;
                let anchor = Anchor::parse(&held.anchor).map_err(|error| damaged(error.to_string()))?;
                if anchor.genesis != *pinned {
                    return Err(Refusal::Genesis { found: anchor.genesis }.into());
                }
                let proven = Proven::<Bundle>::hold(&held.package, &anchor, anchor.epoch, now)?;
                point.anchor = proven.next_anchor().clone();
                point.bundle = Some(proven);
                Ok(point)
            }
        }
    }

    /// Without a disk: it begins with the genesis each time.
    ///
    /// # Errors
    /// The genesis is another.
    pub fn in_memory(
        (name, key): (&str, SecretKey),
        (genesis, pinned): (&[u8], &Hash),
    ) -> Result<Self, PointError> {
        let anchor = Anchor::pinned(genesis, pinned)?;
        Ok(Self { name: name.to_owned(), key, file: None, anchor, bundle: None, fleet: None })
    }

    /// What it remembers: from where packages for it begin.
    #[must_use]
    pub const fn anchor(&self) -> &Anchor {
        &self.anchor
    }

    /// What it has in force; none before its first bundle.
    #[must_use]
    pub const fn bundle(&self) -> Option<&Proven<Bundle>> {
        self.bundle.as_ref()
    }

    /// The terminals that it has in force.
    #[must_use]
    pub fn fleet(&self) -> Option<&Fleet> {
        self.fleet.as_ref().map(|(fleet, _)| fleet)
    }

    /// After a restart: the terminals that it had, if they are those of the bundle in force. What cells lost is forgotten, what bundles tell
    /// is not.
    pub fn remember_fleet(&mut self, fleet: &Fleet) -> bool {
        let Some(bundle) = self.bundle.as_ref().filter(|bundle| bundle.inputs.fleet == fleet.root()) else {
            return false;
        };
        self.fleet = Some((fleet.clone(), bundle.lowered.clone()));
        true
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Takes a package if it proves its bundle, and gives the acknowledgement that it signed. Else what it has stays in force. A point that
    /// is given the terminals checks what the bundle says of them.
    ///
    /// # Errors
    /// Why it is not taken.
    pub fn offer(
        &mut self,
        package: &[u8],
        fleet: Option<&Fleet>,
        now: UtcTime,
    ) -> Result<Vec<u8>, PointError> {
        let proven = Proven::<Bundle>::verify(package, &self.anchor, self.anchor.epoch, now)?;
        let counted = match fleet {
            None => None,
            Some(fleet) => Some(self.check_fleet(&proven, fleet)?),
        };
        if let Some(file) = &self.file {
            let held = Held { anchor: self.anchor.to_bytes(), package: package.to_vec() };
            write_whole(file, &held.to_bytes()).map_err(|error| PointError::Disk {
                path: file.display().to_string(),
                problem: error.to_string(),
            })?;
        }
        self.anchor = proven.next_anchor().clone();
        let acknowledgement = self.acknowledge(&proven, now);
        self.bundle = Some(proven);
        self.fleet = counted.or_else(|| self.fleet.take());
        Ok(acknowledgement)
    }

    /// Against the terminals that it had; at first there is nothing to lower.
    fn check_fleet(&self, proven: &Proven<Bundle>, fleet: &Fleet) -> Result<(Fleet, Ledger), Refusal> {
        let bound = &proven.next_anchor().authority.limits.bound;
        let (before, mut ledger) = match &self.fleet {
            Some((before, ledger)) => (before, ledger.clone()),
            None => (fleet, Ledger::default()),
        };
        proven.check_fleet(fleet, before, &mut ledger, bound)?;
        Ok((fleet.clone(), ledger))
    }

    fn acknowledge(&self, proven: &Proven<Bundle>, now: UtcTime) -> Vec<u8> {
        let said = Acknowledgement {
            fleet: proven.fleet.clone(),
            point: self.name.clone(),
            epoch: proven.epoch,
            bundle: proven.identity(),
            time: now,
        };
        said.to_envelope().signed(&self.key).to_bytes()
    }
}

impl Held {
    fn to_bytes(&self) -> Vec<u8> {
        Value::object([
            ("anchor", Some(Value::text(to_base64(&self.anchor)))),
            ("package", Some(Value::text(to_base64(&self.package)))),
        ])
        .to_bytes()
    }

    fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut fields = Fields::of(json::parse(bytes)?, "point")?;
        let held = Self { anchor: fields.base64("anchor")?, package: fields.base64("package")? };
        fields.end()?;
        Ok(held)
    }
}
