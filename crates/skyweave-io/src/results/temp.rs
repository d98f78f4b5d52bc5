//! Files that are there whole or not at all.

use super::error::ResultsError;
use super::layout::temp_path;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

/// A file that grows under another name beside its final one, and is removed unless it is put in place.
#[derive(Debug)]
pub(crate) struct TempFile {
    temp: PathBuf,
    target: PathBuf,
    in_place: bool,
}

impl TempFile {
    /// Begins the file that will have the name `target`; folders are made as needed.
    pub fn create(target: &Path) -> Result<(Self, File), ResultsError> {
        if let Some(folder) = target.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            fs::create_dir_all(folder).map_err(|e| ResultsError::io("create the folder", folder, e))?;
        }
        let temp = temp_path(target);
        let file = File::create(&temp).map_err(|e| ResultsError::io("create", &temp, e))?;
        Ok((Self { temp, target: target.to_owned(), in_place: false }, file))
    }

    /// The final name.
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// Gives the file its final name. Its content must be on the disk already (`File::sync_all`).
    pub fn put_in_place(mut self) -> Result<(), ResultsError> {
        fs::rename(&self.temp, &self.target)
            .map_err(|e| ResultsError::io("put in place", &self.target, e))?;
        self.in_place = true;
        sync_folder(&self.target)
    }
}

impl Drop for TempFile {
    fn drop(&mut self) {
        if !self.in_place {
            // there is nobody to tell any more; the next run of this hour replaces what is left
            let _ = fs::remove_file(&self.temp);
        }
    }
}

/// Writes a small file at once: whole or not at all.
///
/// # Errors
/// What keeps it from being written.
pub fn write_whole(target: &Path, content: &[u8]) -> Result<(), ResultsError> {
    let (temp, mut file) = TempFile::create(target)?;
    file.write_all(content)
        .and_then(|()| file.sync_all())
        .map_err(|e| ResultsError::io("write", target, e))?;
    drop(file);
    temp.put_in_place()
}

/// A new name lasts only when its folder is on the disk.
#[cfg(unix)]
fn sync_folder(target: &Path) -> Result<(), ResultsError> {
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(|e| ResultsError::io("write the folder", folder, e))
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the same signature as where folders can be synchronised")]
fn sync_folder(_target: &Path) -> Result<(), ResultsError> {
    Ok(())
}
