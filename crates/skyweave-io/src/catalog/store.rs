//! The kept copy of a source, the note after a refusal, and files that are never half written.
//!
//! A source has three files in the cache, named after its host and the start of its address's SHA-256:
//! `<key>.elements` as the service sent it, `<key>.json` about it, and `<key>.blocked-until` after a refusal. The copy
//! counts only if its SHA-256 is the one told in `<key>.json`: an interruption between the two leaves no copy, and
//! never a wrong one.

use super::CatalogError;
use crate::elements::{self, ElementSet, parse_instant, write_instant};
use hifitime::Epoch;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use skyweave_proof::hex;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Bytes of the SHA-256 of the address in the name of a file.
const KEY_BYTES: usize = 8;

/// The files of one source.
pub(super) struct Store {
    source: String,
    body: PathBuf,
    meta: PathBuf,
    note: PathBuf,
}

/// What is known about a copy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Meta {
    source: String,
    /// When the service last sent or confirmed it, UTC.
    fetched: String,
    sha256: String,
    pub etag: Option<String>,
    pub last_modified: Option<String>,
}

/// A copy and what it holds.
pub(super) struct Copy {
    pub meta: Meta,
    pub bytes: Vec<u8>,
    pub set: ElementSet,
}

impl Meta {
    pub fn of(
        source: &str,
        bytes: &[u8],
        now: Epoch,
        etag: Option<String>,
        last_modified: Option<String>,
    ) -> Self {
        Self {
            source: source.to_owned(),
            fetched: write_instant(now),
            sha256: sha256_hex(bytes),
            etag,
            last_modified,
        }
    }

    /// When the service last sent or confirmed the copy. [`Store::copy`] lets no copy through without it.
    pub fn fetched_epoch(&self) -> Epoch {
        parse_instant(&self.fetched).unwrap_or_else(|| Epoch::from_unix_seconds(0.0))
    }
}

impl Store {
    /// Makes the directory if it is not there.
    pub fn open(cache_dir: &Path, source: &str) -> Result<Self, CatalogError> {
        fs::create_dir_all(cache_dir).map_err(failed("make the directory", cache_dir))?;
        let stem = cache_dir.join(key(source));
        let with = |extension: &str| {
            let mut path = stem.clone().into_os_string();
            path.push(extension);
            PathBuf::from(path)
        };
        let store = Self {
            source: source.to_owned(),
            body: with(".elements"),
            meta: with(".json"),
            note: with(".blocked-until"),
        };
        check_writable(&store.body)?;
        Ok(store)
    }

    pub fn body_path(&self) -> &Path {
        &self.body
    }

    /// The kept copy. A damaged one counts as none, with a warning.
    pub fn copy(&self, warnings: &mut Vec<String>) -> Result<Option<Copy>, CatalogError> {
        let (Some(meta), Some(bytes)) = (read_if_there(&self.meta)?, read_if_there(&self.body)?) else {
            return Ok(None);
        };
        let meta = serde_json::from_slice::<Meta>(&meta).ok().filter(|meta| {
            meta.source == self.source
                && parse_instant(&meta.fetched).is_some()
                && meta.sha256 == sha256_hex(&bytes)
        });
        let set = elements::parse(&self.body.display().to_string(), &bytes).ok();
        let copy = meta.zip(set).map(|(meta, set)| Copy { meta, bytes, set });
        if copy.is_none() {
            warnings.push(format!("the kept copy {} is damaged and was not used", self.body.display()));
        }
        Ok(copy)
    }

    /// Takes a new copy in place of the one before, and forgets a refusal that is over.
    pub fn replace(&self, copy: Copy) -> Result<Copy, CatalogError> {
        write_whole(&self.body, &copy.bytes)?;
        self.write_meta(&copy.meta)?;
        self.unblock()?;
        Ok(copy)
    }

    /// The service confirmed the copy.
    pub fn touch(&self, mut copy: Copy, now: Epoch) -> Result<Copy, CatalogError> {
        copy.meta.fetched = write_instant(now);
        self.write_meta(&copy.meta)?;
        self.unblock()?;
        Ok(copy)
    }

    /// Fails while a refusal is to be waited out. A note that cannot be understood counts as one.
    pub fn check_not_blocked(&self, now: Epoch) -> Result<(), CatalogError> {
        let Some(note) = read_if_there(&self.note)? else { return Ok(()) };
        let note = String::from_utf8_lossy(&note);
        let mut lines = note.lines();
        let until = lines.next().and_then(parse_instant);
        if until.is_some_and(|until| now >= until) {
            return Ok(());
        }
        Err(CatalogError::Blocked {
            source_url: self.source.clone(),
            until: until.map_or_else(|| "a time that the note does not tell".to_owned(), write_instant),
            reason: lines.next().unwrap_or("no reason noted").to_owned(),
            note: self.note.clone(),
        })
    }

    /// Notes until when nothing is to be asked, and why.
    pub fn block(&self, until: Epoch, reason: &str) -> Result<PathBuf, CatalogError> {
        let note =
            format!("{}\n{}\n{}\n", write_instant(until), reason.replace(['\n', '\r'], " "), self.source);
        write_whole(&self.note, note.as_bytes())?;
        Ok(self.note.clone())
    }

    fn unblock(&self) -> Result<(), CatalogError> {
        match fs::remove_file(&self.note) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed("remove", &self.note)(error)),
            _ => Ok(()),
        }
    }

    fn write_meta(&self, meta: &Meta) -> Result<(), CatalogError> {
        let json =
            serde_json::to_vec_pretty(meta).map_err(io::Error::from).map_err(failed("write", &self.meta))?;
        write_whole(&self.meta, &json)
    }
}

/// Writes a file so that it is there whole or as before: beside it, to the disk, renamed.
pub(super) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), CatalogError> {
    let beside = beside(path);
    let written = File::create(&beside)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        // the file beside may never have come to be; the first error is the one to tell
        drop(fs::remove_file(&beside));
    }
    written.map_err(failed("write", path))?;
    // the new name is on the disk only with its directory; systems that cannot do that lose nothing but the name
    drop(File::open(directory(path)).and_then(|directory| directory.sync_all()));
    Ok(())
}

/// Fails if no file can be made beside this one: better before a service is asked than after.
pub(super) fn check_writable(path: &Path) -> Result<(), CatalogError> {
    if path.is_dir() {
        return Err(failed("write", path)(io::ErrorKind::IsADirectory.into()));
    }
    let beside = beside(path);
    File::create(&beside).and_then(|_| fs::remove_file(&beside)).map_err(failed("write", path))
}

/// A name in the same directory that no other process takes.
fn beside(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    directory(path).join(format!(".{name}.{}.part", std::process::id()))
}

fn directory(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn read_if_there(path: &Path) -> Result<Option<Vec<u8>>, CatalogError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed("read", path)(error)),
    }
}

fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> CatalogError {
    move |source| CatalogError::File { action, path: path.to_owned(), source }
}

/// `celestrak.org-0123456789abcdef`: readable, and another for each source.
fn key(source: &str) -> String {
    let host =
        source.split("://").nth(1).and_then(|rest| rest.split(['/', '?', '#']).next()).unwrap_or_default();
    let safe: String =
        host.chars().map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '_' }).take(64).collect();
    format!("{safe}-{}", &sha256_hex(source.as_bytes())[..2 * KEY_BYTES])
}

fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}
