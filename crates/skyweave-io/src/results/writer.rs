//! A run that is being written.

use super::error::ResultsError;
use super::layout::{RunInfo, hours, slots_of};
use super::open::{Options, prepare};
use super::part::Part;
use super::run_file::{Header, RunFile};
use skyweave_core::time::UtcHour;
use std::path::Path;
use std::sync::Arc;

/// A run that is being written. Its hours are independent: parts may be written at the same time from several threads.
#[derive(Debug)]
pub struct Writer {
    info: Arc<RunInfo>,
}

impl Writer {
    /// Takes the folder for a run, as the mode says, and writes `run.json` and the copy of the scenario into it.
    ///
    /// # Errors
    /// [`ResultsError::NotEmpty`], [`ResultsError::NotARun`] or [`ResultsError::Differs`] if the folder does not suit the
    /// mode, [`ResultsError::Damaged`] if its `run.json` is not ours, [`ResultsError::NoTables`], and [`ResultsError::Io`].
    pub fn open(dir: &Path, header: Header, options: Options) -> Result<Self, ResultsError> {
        let info = RunInfo { dir: dir.to_owned(), header, options };
        prepare(&info)?;
        Ok(Self { info: Arc::new(info) })
    }

    /// The hours that the run touches, in order.
    pub fn hours(&self) -> impl Iterator<Item = UtcHour> + use<> {
        hours(self.info.header.window)
    }

    /// True if the files of all tables are there for this hour.
    #[must_use]
    pub fn is_finished(&self, hour: UtcHour) -> bool {
        self.info.is_finished(hour)
    }

    /// Begins an hour; what is there of it is replaced when the part is finished.
    ///
    /// # Errors
    /// [`ResultsError::OutsideRun`] and [`ResultsError::Io`].
    pub fn begin(&self, hour: UtcHour) -> Result<Part, ResultsError> {
        Part::begin(&self.info, hour)
    }

    /// Marks the run as finished, with the list of its files.
    ///
    /// # Errors
    /// [`ResultsError::Incomplete`] for the first hour that is not finished, and [`ResultsError::Io`].
    pub fn finish(self) -> Result<(), ResultsError> {
        if let Some(hour) = self.hours().find(|hour| !self.is_finished(*hour)) {
            let (first, end) = slots_of(hour, self.info.header.window);
            return Err(ResultsError::Incomplete { hour, missing: end.0 - first.0 });
        }
        RunFile::finished(&self.info)?.write(&self.info.dir)
    }
}
