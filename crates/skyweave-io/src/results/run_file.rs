//! `run.json`: what a folder of results is, and how far it is.

use super::FORMAT_VERSION;
use super::column::UtcMs;
use super::error::{Difference, ResultsError};
use super::layout::{RunInfo, hours};
use super::table::{Format, Table};
use super::temp::write_whole;
use crate::scenario::Prepared;
use serde::{Deserialize, Serialize};
use skyweave_core::atmosphere::ClimateSource;
use skyweave_core::time::SlotNo;
use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// What a run is made from. It goes into every file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The scenario's name.
    pub scenario_name: String,
    /// The scenario's text.
    pub scenario_text: String,
    /// SHA-256 of the text, hexadecimal.
    pub scenario_sha256: String,
    /// Version of the tables: [`super::FORMAT_VERSION`].
    pub format_version: u32,
    /// Seed of everything that is drawn at random.
    pub seed: u64,
    /// How admission came about: `Basis::NAME` of the slots.
    pub basis: &'static str,
    /// Where the climate of its links is from: `coarse` (our own climatology), `itu-maps`, `given`, or `none`.
    pub climate: &'static str,
    /// The first slot, and the first after the last.
    pub window: (SlotNo, SlotNo),
    /// Version of the program.
    pub skyweave_version: String,
}

impl Header {
    /// The header of a run of a scenario.
    #[must_use]
    pub fn of(prepared: &Prepared, basis: &'static str, skyweave_version: &str) -> Self {
        Self {
            scenario_name: prepared.scenario.name.clone(),
            scenario_text: prepared.text.clone(),
            scenario_sha256: prepared.sha256.clone(),
            format_version: FORMAT_VERSION,
            seed: prepared.scenario.seed,
            basis,
            climate: prepared.world.air.source.map_or("none", ClimateSource::name),
            window: (prepared.first, prepared.end),
            skyweave_version: skyweave_version.to_owned(),
        }
    }
}

/// The name in `run.json` by which a folder is known as ours.
const PROGRAM: &str = "skyweave";
/// The file's name.
pub(crate) const RUN_FILE: &str = "run.json";
/// The copy of the scenario.
pub(crate) const SCENARIO_FILE: &str = "scenario.toml";

/// The content of `run.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunFile {
    /// Always `skyweave`.
    pub program: String,
    /// Version of the program.
    pub skyweave_version: String,
    /// Version of the tables.
    pub format_version: u32,
    /// The scenario's name.
    pub scenario_name: String,
    /// SHA-256 of the scenario's text, hexadecimal; the text is beside this file.
    pub scenario_sha256: String,
    /// Seed of everything that is drawn at random.
    pub seed: u64,
    /// How admission came about.
    pub basis: String,
    /// Where the climate of its links is from: `coarse` (our own climatology), `itu-maps`, `given`, or `none`.
    pub climate: String,
    /// When the run begins, UTC.
    pub from: String,
    /// When it ends, UTC.
    pub until: String,
    /// The first slot.
    pub from_slot: i64,
    /// The first slot after the last.
    pub until_slot: i64,
    /// Format of the tables.
    pub format: Format,
    /// The tables.
    pub tables: BTreeSet<Table>,
    /// How far it is.
    pub state: RunState,
    /// All files, in the order of the hours; listed when the run is finished.
    pub parts: Vec<PartFile>,
}

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RunState {
    /// Begun, and not finished; perhaps nobody works on it any more.
    Running,
    /// All hours are there.
    Finished,
}

/// A file of a finished run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartFile {
    /// Path within the folder.
    pub path: String,
    /// Size, bytes.
    pub bytes: u64,
}

impl RunFile {
    /// The file of a run that begins.
    pub(crate) fn of(info: &RunInfo) -> Self {
        let header = &info.header;
        let (from, until) = header.window;
        Self {
            program: PROGRAM.to_owned(),
            skyweave_version: header.skyweave_version.clone(),
            format_version: header.format_version,
            scenario_name: header.scenario_name.clone(),
            scenario_sha256: header.scenario_sha256.clone(),
            seed: header.seed,
            basis: header.basis.to_owned(),
            climate: header.climate.to_owned(),
            from: UtcMs::of_slot(from).to_string(),
            until: UtcMs::of_slot(until).to_string(),
            from_slot: from.0,
            until_slot: until.0,
            format: info.options.format,
            tables: info.options.tables.clone(),
            state: RunState::Running,
            parts: Vec::new(),
        }
    }

    /// The same, finished, with all files of the run.
    pub(crate) fn finished(info: &RunInfo) -> Result<Self, ResultsError> {
        let mut parts = Vec::new();
        for hour in hours(info.header.window) {
            for &table in &info.options.tables {
                let file = info.file(table, hour);
                let bytes = fs::metadata(&file).map_err(|e| ResultsError::io("look at", &file, e))?.len();
                let path = super::layout::relative(table, hour, info.options.format);
                parts.push(PartFile { path, bytes });
            }
        }
        Ok(Self { state: RunState::Finished, parts, ..Self::of(info) })
    }

    /// Reads the file of a folder.
    ///
    /// # Errors
    /// [`ResultsError::NotARun`] if there is none, [`ResultsError::Damaged`] if it is not ours.
    pub fn read(dir: &Path) -> Result<Self, ResultsError> {
        let path = Self::path(dir);
        let text = fs::read_to_string(&path).map_err(|e| match e.kind() {
            ErrorKind::NotFound => ResultsError::NotARun { dir: dir.to_owned() },
            _ => ResultsError::io("read", &path, e),
        })?;
        let file: Self = serde_json::from_str(&text)
            .map_err(|e| ResultsError::Damaged { path: path.clone(), what: e.to_string() })?;
        if file.program == PROGRAM {
            Ok(file)
        } else {
            let what = format!("it is of the program `{}`, not of `{PROGRAM}`", file.program);
            Err(ResultsError::Damaged { path, what })
        }
    }

    /// Writes the file, whole or not at all.
    pub(crate) fn write(&self, dir: &Path) -> Result<(), ResultsError> {
        let path = Self::path(dir);
        let mut text = serde_json::to_string_pretty(self)
            .map_err(|e| ResultsError::Encode { path: path.clone(), source: Box::new(e) })?;
        text.push('\n');
        write_whole(&path, text.as_bytes())
    }

    /// What keeps a run from being resumed as another.
    pub(crate) fn differences(&self, wanted: &Self) -> Vec<Difference> {
        let tables = |file: &Self| file.tables.iter().map(|t| t.name()).collect::<Vec<_>>().join(", ");
        let window = |file: &Self| format!("{} to {}", file.from, file.until);
        let pairs = [
            ("scenario (SHA-256)", self.scenario_sha256.clone(), wanted.scenario_sha256.clone()),
            ("window", window(self), window(wanted)),
            ("seed", self.seed.to_string(), wanted.seed.to_string()),
            ("basis", self.basis.clone(), wanted.basis.clone()),
            ("format", self.format.to_string(), wanted.format.to_string()),
            ("set of tables", tables(self), tables(wanted)),
            ("version of tables", self.format_version.to_string(), wanted.format_version.to_string()),
            ("version of skyweave", self.skyweave_version.clone(), wanted.skyweave_version.clone()),
        ];
        let differs = pairs.into_iter().filter(|(_, there, here)| there != here);
        differs.map(|(what, there, here)| Difference { what, there, here }).collect()
    }

    /// The window as slots: the first, and the first after the last.
    #[must_use]
    pub const fn window(&self) -> (SlotNo, SlotNo) {
        (SlotNo(self.from_slot), SlotNo(self.until_slot))
    }

    fn path(dir: &Path) -> PathBuf {
        dir.join(RUN_FILE)
    }
}
