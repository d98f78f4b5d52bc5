//! How a run takes its folder: an empty one, its own from before, or one that it replaces.

use super::error::ResultsError;
use super::layout::{RunInfo, hours, is_date_folder, is_part_name, unfinished_name};
use super::run_file::{RUN_FILE, RunFile, RunState, SCENARIO_FILE};
use super::table::{Format, Table};
use super::temp::write_whole;
use std::collections::BTreeSet;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// What is written, and how.
#[derive(Debug, Clone)]
pub struct Options {
    /// Format of the tables.
    pub format: Format,
    /// The tables.
    pub tables: BTreeSet<Table>,
    /// What to do about a folder that is not empty.
    pub mode: Mode,
}

impl Default for Options {
    fn default() -> Self {
        Self { format: Format::default(), tables: Table::default_set(), mode: Mode::default() }
    }
}

/// What to do about a folder that is not empty. An empty one, or one that is not there yet, suits every mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// Refuse it.
    #[default]
    New,
    /// Go on with its run, which must be the same one: finished hours stay.
    Resume,
    /// Remove the files of its run, and only these.
    Overwrite,
}

/// Prepares the folder of a run.
pub(crate) fn prepare(info: &RunInfo) -> Result<(), ResultsError> {
    let dir = &info.dir;
    if info.options.tables.is_empty() {
        return Err(ResultsError::NoTables);
    }
    fs::create_dir_all(dir).map_err(|e| ResultsError::io("create the folder", dir, e))?;
    if !is_empty(dir)? {
        match info.options.mode {
            Mode::New => return Err(ResultsError::NotEmpty { dir: dir.clone() }),
            Mode::Resume => return resume(info),
            Mode::Overwrite => remove_run(dir)?,
        }
    }
    begin(info)
}

fn begin(info: &RunInfo) -> Result<(), ResultsError> {
    RunFile::of(info).write(&info.dir)?;
    write_scenario(info)
}

fn resume(info: &RunInfo) -> Result<(), ResultsError> {
    let there = RunFile::read(&info.dir)?;
    let differences = there.differences(&RunFile::of(info));
    if !differences.is_empty() {
        return Err(ResultsError::Differs { dir: info.dir.clone(), differences });
    }
    for file in files_of_run(&info.dir)?.iter().filter(|file| is_unfinished(file)) {
        remove(file)?;
    }
    write_scenario(info)?;
    let all_there = hours(info.header.window).all(|hour| info.is_finished(hour));
    if there.state == RunState::Finished && !all_there { RunFile::of(info).write(&info.dir) } else { Ok(()) }
}

fn write_scenario(info: &RunInfo) -> Result<(), ResultsError> {
    write_whole(&info.dir.join(SCENARIO_FILE), info.header.scenario_text.as_bytes())
}

/// Removes a run: its tables first, and last the file that says that it is one.
fn remove_run(dir: &Path) -> Result<(), ResultsError> {
    RunFile::read(dir)?;
    for file in files_of_run(dir)? {
        remove(&file)?;
        for folder in file.ancestors().skip(1).take(2) {
            // what else somebody put there stays, and then its folder does too
            let _ = fs::remove_dir(folder);
        }
    }
    for name in [SCENARIO_FILE, RUN_FILE] {
        remove(&dir.join(name))?;
    }
    Ok(())
}

/// The files of all tables, whole or not, by their names.
fn files_of_run(dir: &Path) -> Result<Vec<PathBuf>, ResultsError> {
    let mut files = Vec::new();
    for table in Table::ALL {
        for (date, folder) in entries(&dir.join(table.name()))? {
            if is_date_folder(&date) {
                let parts = entries(&folder)?;
                files.extend(parts.into_iter().filter(|(name, _)| is_part_name(name)).map(|(_, path)| path));
            }
        }
    }
    Ok(files)
}

fn is_unfinished(file: &Path) -> bool {
    file.file_name().is_some_and(|name| unfinished_name(&name.to_string_lossy()).is_some())
}

/// True if a folder holds nothing, or only the first files of a run that was killed before they were whole.
fn is_empty(dir: &Path) -> Result<bool, ResultsError> {
    let begun =
        |name: &str| unfinished_name(name).is_some_and(|name| [RUN_FILE, SCENARIO_FILE].contains(&name));
    Ok(entries(dir)?.iter().all(|(name, _)| begun(name)))
}

/// What a folder holds, by name; nothing if it is not there.
fn entries(folder: &Path) -> Result<Vec<(String, PathBuf)>, ResultsError> {
    let listing = match fs::read_dir(folder) {
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        listing => listing.and_then(Iterator::collect::<io::Result<Vec<_>>>),
    };
    let mut entries: Vec<(String, PathBuf)> = listing
        .map_err(|e| ResultsError::io("list the folder", folder, e))?
        .into_iter()
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry.path()))
        .collect();
    entries.sort();
    Ok(entries)
}

fn remove(file: &Path) -> Result<(), ResultsError> {
    match fs::remove_file(file) {
        Err(e) if e.kind() != ErrorKind::NotFound => Err(ResultsError::io("remove", file, e)),
        _ => Ok(()),
    }
}
