//! A log's files in a folder. Each is written under another name, synced and renamed: whoever reads finds it whole or not at all.

use skyweave_proof::log::reader::Files;
use skyweave_proof::log::tile::{CHECKPOINT, Tile};
use skyweave_proof::unhex;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Where tables, sources, boundary data and previews are, by the hash that they are known by.
pub const DOCUMENTS: &str = "document";
/// Where the sources of tables are, by the table's hash.
pub const SOURCES: &str = "sources";

/// A folder.
#[derive(Debug, Clone)]
pub struct Folder(PathBuf);

impl Folder {
    /// At a path, which is made if it is not there.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn at(path: &Path) -> std::io::Result<Self> {
        std::fs::create_dir_all(path)?;
        Ok(Self(path.to_owned()))
    }

    /// At a path that is only read.
    #[must_use]
    pub fn read_only(path: &Path) -> Self {
        Self(path.to_owned())
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Writes a file of the log.
    ///
    /// # Errors
    /// It cannot be written; what was there before is there still.
    pub fn write(&self, path: &str, bytes: &[u8]) -> std::io::Result<()> {
        write_whole(&self.0.join(path), bytes)
    }
}

/// Writes a file that is whole or not there.
///
/// # Errors
/// It cannot be written; what was there before is there still.
pub fn write_whole(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        file.as_file().set_permissions(std::fs::Permissions::from_mode(0o644))?;
    }
    file.persist(path).map_err(|error| error.error)?;
    // the name is durable with its folder
    std::fs::File::open(folder)?.sync_all()
}

/// Whether a name is one that a log has: nothing else is read or served, whatever was asked for.
#[must_use]
pub fn is_of_log(path: &str) -> bool {
    let is_document = |rest: &str| unhex(rest).is_some_and(|bytes| bytes.len() == 32);
    path == CHECKPOINT
        || Tile::parse(path).is_some()
        || path
            .split_once('/')
            .is_some_and(|(kind, rest)| matches!(kind, DOCUMENTS | SOURCES) && is_document(rest))
}

impl Files for Folder {
    fn read(&self, path: &str) -> Option<Vec<u8>> {
        is_of_log(path).then(|| std::fs::read(self.0.join(path)).ok()).flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_log_has_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let log = Folder::at(folder.path()).unwrap();
        std::fs::write(folder.path().join("secret"), "x").unwrap();
        log.write("tile/0/000.p/1", b"tile").unwrap();
        log.write("checkpoint", b"one").unwrap();
        log.write("checkpoint", b"two").unwrap();
        assert_eq!(log.read("tile/0/000.p/1").unwrap(), b"tile");
        assert_eq!(log.read("checkpoint").unwrap(), b"two");
        for path in ["secret", "../secret", "tile/../secret", "document/x", "", "tile/0/000"] {
            assert_eq!(log.read(path), None, "{path}");
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 3);
    }
}
