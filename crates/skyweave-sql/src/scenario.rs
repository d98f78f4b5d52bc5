//! A scenario by its file, and the worlds that are kept once they are read.

use crate::QueryError;
use serde::{Deserialize, Serialize};
use skyweave_io::scenario::Prepared;
use std::collections::VecDeque;
use std::fmt;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Worlds that are kept at a time: two, so that two scenarios can be compared in one query.
const KEPT: usize = 2;

/// A scenario by its file. It travels to other machines, which must find the same file under the same name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScenarioFile {
    /// The file; absolute where it travels.
    pub path: PathBuf,
    /// Values that are changed, as `--set` takes them.
    pub settings: Vec<String>,
    /// SHA-256 of its text, changed values included.
    pub sha256: String,
    /// First slot.
    pub first: i64,
    /// The slot after the last one.
    pub end: i64,
}

impl ScenarioFile {
    /// A scenario that was read.
    #[must_use]
    pub fn of(path: &Path, settings: &[String], prepared: &Prepared) -> Self {
        Self {
            path: std::path::absolute(path).unwrap_or_else(|_| path.to_owned()),
            settings: settings.to_vec(),
            sha256: prepared.sha256.clone(),
            first: prepared.first.0,
            end: prepared.end.0,
        }
    }
}

/// Reads a scenario and puts its policies in force: the program knows how.
pub type Load = dyn Fn(&Path, &[String]) -> Result<Prepared, String> + Send + Sync;

/// Worlds, read when somebody needs them and kept for who needs them next.
pub struct Worlds {
    load: Box<Load>,
    kept: Mutex<VecDeque<(ScenarioFile, Arc<Prepared>)>>,
    threads: usize,
}

impl Worlds {
    /// No world yet. Each task plans with `threads` threads, or with one a core.
    #[must_use]
    pub fn new(load: Box<Load>, threads: Option<usize>) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        Self { load, kept: Mutex::default(), threads: threads.unwrap_or(cores).max(1) }
    }

    /// All threads that may plan at a time on this machine.
    #[must_use]
    pub const fn threads(&self) -> usize {
        self.threads
    }

    /// Keeps the world of a scenario that was read already.
    pub fn keep(&self, file: &ScenarioFile, prepared: Prepared) {
        push(&mut self.kept.lock().unwrap_or_else(PoisonError::into_inner), file, &Arc::new(prepared));
    }

    /// The world of a scenario that was opened, here or on another machine.
    ///
    /// # Errors
    /// It cannot be read here, or is another one here.
    pub fn get(&self, file: &ScenarioFile) -> Result<Arc<Prepared>, QueryError> {
        // whoever else needs it waits, and finds it then
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, prepared)) = kept.iter().find(|(known, _)| known == file) {
            return Ok(Arc::clone(prepared));
        }
        let prepared = Arc::new((self.load)(&file.path, &file.settings).map_err(QueryError::new)?);
        if prepared.sha256 != file.sha256 {
            let what = format!(
                "{} is another scenario on this machine: SHA-256 {}, and {} where the job comes from",
                file.path.display(),
                prepared.sha256,
                file.sha256
            );
            return Err(QueryError::new(what)
                .help("put scenarios and what they name into a folder that all machines share"));
        }
        push(&mut kept, file, &prepared);
        Ok(prepared)
    }
}

fn push(kept: &mut VecDeque<(ScenarioFile, Arc<Prepared>)>, file: &ScenarioFile, prepared: &Arc<Prepared>) {
    kept.retain(|(known, _)| known != file);
    kept.truncate(KEPT - 1);
    kept.push_front((file.clone(), Arc::clone(prepared)));
}

impl fmt::Debug for Worlds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Worlds").field("threads", &self.threads).finish_non_exhaustive()
    }
}
