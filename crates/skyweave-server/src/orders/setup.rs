//! The folder with the genesis and the service's keys.
//!
//! | file | what it is |
//! |---|---|
//! | `genesis` | entry 0 of the log, signed by every principal |
//! | `sources` | what the law at the beginning is compiled from |
//! | `borders/*` | files of borders, by their SHA-256; may be missing |
//! | `log.key`, `publisher.key`, `point.key` | the service's own keys |
//! | `points` | the points of enforcement, a name and a key a line; may be missing |
//! | `here/*.key` | witnesses' keys: only for demonstrations |
//! | `public/` | the log's files, which anybody may copy |
//! | `point`, `fleet` | what this server's own point of enforcement has in force |

use super::laws::Lawful;
use crate::log::keyfile::{KeyFile, KeyRole, NoKey};
use skyweave_control::order::Sources;
use skyweave_proof::bundle::Points;
use skyweave_proof::document::{Document, identity, is_name};
use skyweave_proof::dsse::Envelope;
use skyweave_proof::keys::{Authority, Genesis, Limits, Principal, Quorums};
use skyweave_proof::log::merkle::Hash;
use skyweave_proof::log::note::Signatory;
use skyweave_proof::order::{FailMode, Law};
use skyweave_proof::quorum::Quorum;
use skyweave_proof::signature::PublicKey;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Why a folder is no set-up.
#[derive(Debug, Error)]
pub enum SetupError {
    /// A file cannot be read or written.
    #[error("{path}: {problem}")]
    File {
        /// Which.
        path: String,
        /// What is wrong.
        problem: String,
    },
    /// A key.
    #[error(transparent)]
    Key(#[from] NoKey),
}

/// What a log is begun and gone on with.
pub struct Setup {
    /// The folder.
    pub folder: PathBuf,
    /// Entry 0.
    pub genesis: Vec<u8>,
    /// The law at the beginning.
    pub law: Lawful,
    /// Signs checkpoints.
    pub log: Signatory,
    /// Signs bundles.
    pub publisher: KeyFile,
    /// Signs what this server's own point has in force.
    pub point: KeyFile,
    /// The other points of enforcement.
    pub points: Points,
    /// Witnesses' keys that are here.
    pub here: Vec<Signatory>,
}

impl Setup {
    /// Reads a folder. `borders` gives files of borders by their SHA-256.
    ///
    /// # Errors
    /// What is missing or wrong.
    pub fn read(folder: &Path, borders: &dyn Fn(&str) -> Option<Vec<u8>>) -> Result<Self, SetupError> {
        let file = |name: &str| {
            let path = folder.join(name);
            std::fs::read(&path).map_err(|error| wrong(&path, &error))
        };
        let key = |name: &str, role: KeyRole| {
            let path = folder.join(name);
            let key = KeyFile::read(&path)?;
            if key.role == role {
                Ok(key)
            } else {
                let what = format!("a key of a {}; a {} is needed", key.role.name(), role.name());
                Err(wrong(&path, &what))
            }
        };
        let signatory = |path: &Path, key: &KeyFile| {
            key.signatory().ok_or_else(|| wrong(path, &"this key signs no checkpoints"))
        };
        let genesis = file("genesis")?;
        let sources =
            Sources::parse(&file("sources")?).map_err(|error| wrong(&folder.join("sources"), &error))?;
        let fail_mode = law_of(&genesis).map_or(FailMode::Stay, |rules| rules.fail_mode);
        let border =
            |hash: &str| borders(hash).or_else(|| std::fs::read(folder.join("borders").join(hash)).ok());
        let law = Lawful::compile(sources, fail_mode, &border, None)
            .map_err(|error| wrong(&folder.join("sources"), &error))?;
        if law_of(&genesis).is_none_or(|rules| rules != law.rules) {
            let what = "they compile to another law than the genesis has";
            return Err(wrong(&folder.join("sources"), &what));
        }
        let log = key("log.key", KeyRole::Log)?;
        let mut here = Vec::new();
        if let Ok(entries) = std::fs::read_dir(folder.join("here")) {
            let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
            paths.sort();
            for path in paths {
                here.push(signatory(&path, &KeyFile::read(&path)?)?);
            }
        }
        Ok(Self {
            genesis,
            law,
            log: signatory(&folder.join("log.key"), &log)?,
            publisher: key("publisher.key", KeyRole::Publisher)?,
            point: key("point.key", KeyRole::Point)?,
            points: points(&folder.join("points"))?,
            here,
            folder: folder.to_owned(),
        })
    }

    /// The identity of the genesis.
    #[must_use]
    pub fn genesis_id(&self) -> Hash {
        Envelope::parse(&self.genesis).map_or([0; 32], |envelope| identity(&envelope.payload))
    }
}

fn wrong(path: &Path, problem: &dyn std::fmt::Display) -> SetupError {
    SetupError::File { path: path.display().to_string(), problem: problem.to_string() }
}

fn law_of(genesis: &[u8]) -> Option<skyweave_proof::order::Rules> {
    let envelope = Envelope::parse(genesis).ok()?;
    match Genesis::parse(&envelope.payload).ok()?.law {
        Law::Open(rules) => Some(rules),
        Law::Sealed(_) => None,
    }
}

fn points(path: &Path) -> Result<Points, SetupError> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Points::default()),
        Err(error) => return Err(wrong(path, &error)),
    };
    let mut points = BTreeMap::new();
    for (at, line) in text.lines().enumerate() {
        let one = line.split_once(' ').and_then(|(name, key)| Some((name, PublicKey::parse(key).ok()?)));
        let Some((name, key)) = one.filter(|(name, _)| is_name(name)) else {
            return Err(wrong(path, &format!("line {}: accepted: NAME KEY", at + 1)));
        };
        points.insert(name.to_owned(), key);
    }
    Ok(Points(points))
}

/// People of a demonstration.
pub const PEOPLE: [&str; 4] = ["alice", "bob", "carol", "dave"];

/// Makes a folder with everything in it, witnesses' and people's keys included: who has it is everybody at once. For demonstrations and tests,
/// and it says so wherever it is shown. `policy` gives the text of the policy by the log's and the witnesses' keys, if other witnesses are to
/// be asked than those in the folder.
///
/// # Errors
/// The folder cannot be written, or has one already.
pub fn demonstration(
    folder: &Path,
    fleet: &str,
    law: &Lawful,
    limits: Limits,
    outside: Option<&dyn Fn(&str) -> String>,
) -> Result<(), SetupError> {
    std::fs::create_dir_all(folder.join("people")).map_err(|error| wrong(folder, &error))?;
    let make = |name: &str, role: KeyRole, of: &str| -> Result<KeyFile, SetupError> {
        let key = KeyFile::new(role, of)?;
        key.write(&folder.join(name))?;
        Ok(key)
    };
    let log = make("log.key", KeyRole::Log, &format!("{fleet}.example/orders"))?;
    let publisher = make("publisher.key", KeyRole::Publisher, "publisher")?;
    make("point.key", KeyRole::Point, "service")?;
    let mut principals = Vec::new();
    for name in PEOPLE {
        let key = make(&format!("people/{name}.key"), KeyRole::Principal, name)?;
        principals.push((Principal { name: name.to_owned(), keys: vec![key.secret().public()] }, key));
    }
    let witnesses = if let Some(policy) = outside {
        policy(&log.public())
    } else {
        std::fs::create_dir_all(folder.join("here")).map_err(|error| wrong(folder, &error))?;
        let mut text = format!("log {}\n", log.public());
        for name in ["w1", "w2", "w3", "m1"] {
            let of = format!("self-witnessed.{fleet}.example/{name}");
            let key = make(&format!("here/{name}.key"), KeyRole::Witness, &of)?;
            text.push_str(&format!("witness {name} {}\n", key.public()));
        }
        text + "group seen 2 w1 w2 w3\ngroup public all seen m1\nquorum public\n"
    };
    let of = |threshold| Quorum::of(threshold, &PEOPLE);
    let authority = Authority {
        version: 1,
        principals: principals.iter().map(|(principal, _)| principal.clone()).collect(),
        quorums: Quorums { cut: of(3), emergency: of(2), restore: of(2), rotate: of(3) },
        publisher: publisher.secret().public(),
        witnesses,
        limits,
    };
    let genesis = Genesis { fleet: fleet.to_owned(), authority, law: Law::Open(law.rules.clone()) };
    let mut envelope = genesis.to_envelope();
    for (_, key) in &principals {
        envelope.sign(&key.secret());
    }
    let write = |name: &str, bytes: &[u8]| {
        std::fs::write(folder.join(name), bytes).map_err(|error| wrong(&folder.join(name), &error))
    };
    write("genesis", &envelope.to_bytes())?;
    write("sources", &law.sources.to_bytes())
}
