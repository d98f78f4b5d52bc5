//! Keys in files: three lines of text that only their owner may read.

use crate::clock;
use skyweave_proof::log::note::{Kind, Signatory};
use skyweave_proof::signature::SecretKey;
use skyweave_proof::{document, hex, unhex};
use std::io::Write;
use std::path::Path;
use thiserror::Error;

const HEAD: &str = "skyweave key v1";

/// What a key is for. A key of one role does nothing in another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyRole {
    /// Asks for orders and approves them.
    Principal,
    /// Signs bundles and certificates.
    Publisher,
    /// Acknowledges what a point of enforcement has in force.
    Point,
    /// Signs the log's checkpoints.
    Log,
    /// Cosigns checkpoints: a witness or a mirror.
    Witness,
}

const ROLES: [(&str, KeyRole); 5] = [
    ("principal", KeyRole::Principal),
    ("publisher", KeyRole::Publisher),
    ("point", KeyRole::Point),
    ("log", KeyRole::Log),
    ("witness", KeyRole::Witness),
];

/// A key with its name.
pub struct KeyFile {
    /// What it is for.
    pub role: KeyRole,
    /// Whose it is: a principal's name, a log's origin, a witness's name.
    pub name: String,
    secret: [u8; 32],
}

/// Why there is no key.
#[derive(Debug, Error)]
pub enum NoKey {
    /// The file cannot be read or written.
    #[error("{path}: {problem}")]
    File {
        /// Which.
        path: String,
        /// What the system said.
        problem: String,
    },
    /// It is no file of a key.
    #[error("{path} is no key of skyweave; accepted: what `skyweave key new` wrote")]
    Form {
        /// Which.
        path: String,
    },
    /// A name that no key may have.
    #[error("`{0}` is no name for this key; accepted: 1 to 100 of a-z A-Z 0-9 . - _ /")]
    Name(String),
    /// There is no chance to be had.
    #[error("the operating system has no random numbers")]
    Chance,
}

impl KeyRole {
    /// Its word.
    #[must_use]
    pub fn name(self) -> &'static str {
        ROLES.iter().find(|(_, role)| *role == self).map_or("", |(name, _)| name)
    }

    /// The role of this word.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        ROLES.iter().find(|(word, _)| *word == name).map(|(_, role)| *role)
    }
}

impl KeyFile {
    /// A new key.
    ///
    /// # Errors
    /// A name that keys do not have; no chance.
    pub fn new(role: KeyRole, name: &str) -> Result<Self, NoKey> {
        if !document::is_name(name) {
            return Err(NoKey::Name(name.chars().take(60).collect()));
        }
        let secret = clock::chance::<32>().map_err(|_| NoKey::Chance)?;
        Ok(Self { role, name: name.to_owned(), secret })
    }

    /// Writes it into a file that must not be there yet.
    ///
    /// # Errors
    /// It is there, or cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), NoKey> {
        let text = format!("{HEAD}\n{} {}\n{}\n", self.role.name(), self.name, hex(&self.secret));
        let wrong = |problem: std::io::Error| NoKey::File {
            path: path.display().to_string(),
            problem: problem.to_string(),
        };
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            options.mode(0o600);
        }
        let mut file = options.open(path).map_err(wrong)?;
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(wrong)
    }

    /// Reads one.
    ///
    /// # Errors
    /// The file cannot be read, or is no key.
    pub fn read(path: &Path) -> Result<Self, NoKey> {
        let shown = || path.display().to_string();
        let text = std::fs::read_to_string(path)
            .map_err(|error| NoKey::File { path: shown(), problem: error.to_string() })?;
        Self::parse(&text).ok_or_else(|| NoKey::Form { path: shown() })
    }

    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        (lines.next()? == HEAD).then_some(())?;
        let (role, name) = lines.next()?.split_once(' ')?;
        let secret = unhex(lines.next()?)?.try_into().ok()?;
        let is_all = lines.next().is_none() && document::is_name(name);
        is_all.then_some(Self { role: KeyRole::named(role)?, name: name.to_owned(), secret })
    }

    /// The key that signs documents.
    #[must_use]
    pub fn secret(&self) -> SecretKey {
        SecretKey::ed25519(&self.secret)
    }

    /// The key that signs checkpoints, as log or witness.
    #[must_use]
    pub fn signatory(&self) -> Option<Signatory> {
        let kind = match self.role {
            KeyRole::Log => Kind::Ed25519,
            KeyRole::Witness => Kind::Cosignature,
            KeyRole::Principal | KeyRole::Publisher | KeyRole::Point => return None,
        };
        Signatory::new(&self.name, kind, &self.secret).ok()
    }

    /// What others are given: `name+id+key` of logs and witnesses, `01` and 64 digits of all others.
    #[must_use]
    pub fn public(&self) -> String {
        match self.signatory() {
            Some(signatory) => signatory.verifier().to_text(),
            None => self.secret().public().to_text(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_as_they_were_written_and_never_written_over() {
        let folder = tempfile::tempdir().unwrap();
        for (word, role) in ROLES {
            let path = folder.path().join(word);
            let key = KeyFile::new(role, "aurora.example/x").unwrap();
            key.write(&path).unwrap();
            assert!(key.write(&path).is_err());
            let read = KeyFile::read(&path).unwrap();
            assert_eq!((read.role, read.public()), (role, key.public()));
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt;
                assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
            }
        }
        assert!(KeyFile::new(KeyRole::Log, "a b").is_err());
        std::fs::write(folder.path().join("bad"), "skyweave key v1\nlog x\n00\n").unwrap();
        assert!(KeyFile::read(&folder.path().join("bad")).is_err());
    }
}
