//! The way back: a run's tables as record batches and as rows.

use super::column::Column;
use super::csv_batches::CsvBatches;
use super::error::ResultsError;
use super::layout::{hours, relative};
use super::row::Row;
use super::run_file::{RunFile, SCENARIO_FILE};
use super::table::{Format, Table};
use arrow::record_batch::RecordBatch;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use skyweave_core::time::UtcHour;
use std::fs::{self, File};
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

/// A run that was written, wholly or in part.
#[derive(Debug, Clone)]
pub struct Run {
    dir: PathBuf,
    file: RunFile,
}

impl Run {
    /// Opens the folder of a run.
    ///
    /// # Errors
    /// [`ResultsError::NotARun`], [`ResultsError::Damaged`] and [`ResultsError::Io`].
    pub fn open(dir: &Path) -> Result<Self, ResultsError> {
        Ok(Self { dir: dir.to_owned(), file: RunFile::read(dir)? })
    }

    /// What `run.json` says.
    #[must_use]
    pub const fn file(&self) -> &RunFile {
        &self.file
    }

    /// The folder.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The scenario's text.
    ///
    /// # Errors
    /// [`ResultsError::Io`].
    pub fn scenario_text(&self) -> Result<String, ResultsError> {
        let path = self.dir.join(SCENARIO_FILE);
        fs::read_to_string(&path).map_err(|e| ResultsError::io("read", &path, e))
    }

    /// The finished hours, in order: those of which the files of all tables are there.
    #[must_use]
    pub fn hours(&self) -> Vec<UtcHour> {
        let there = |hour: &UtcHour| self.file.tables.iter().all(|table| self.path(*table, *hour).is_file());
        hours(self.file.window()).filter(there).collect()
    }

    /// The files of a table for the finished hours, in order.
    ///
    /// # Errors
    /// [`ResultsError::NoSuchTable`] if the run has no such table, [`ResultsError::Damaged`] if `run.json` lists a file
    /// that is gone.
    pub fn parts(&self, table: Table) -> Result<Vec<PathBuf>, ResultsError> {
        if !self.file.tables.contains(&table) {
            return Err(ResultsError::NoSuchTable { dir: self.dir.clone(), table: table.name() });
        }
        if let Some(gone) = self.file.parts.iter().find(|part| !self.dir.join(&part.path).is_file()) {
            let what = format!("{} is gone, although the run is finished", gone.path);
            return Err(ResultsError::Damaged { path: self.dir.clone(), what });
        }
        Ok(self.hours().into_iter().map(|hour| self.path(table, hour)).collect())
    }

    /// The record batches of a table in the order of time: all columns, or only those named.
    ///
    /// # Errors
    /// As [`Self::parts`].
    pub fn batches(&self, table: Table, columns: Option<&[&str]>) -> Result<Batches, ResultsError> {
        let Some(all) = table.columns() else {
            // slots are for programs: see `crate::slots::SlotFeed`
            return Err(ResultsError::NoSuchTable { dir: self.dir.clone(), table: "slots of rows" });
        };
        let mut files = self.parts(table)?;
        files.reverse();
        let columns = columns.map(|names| names.iter().map(|name| (*name).to_owned()).collect());
        Ok(Batches { files, format: self.file.format, all, columns, open: None })
    }

    /// The rows of a table in the order of time. Only the columns of the row are read; memory stays flat.
    ///
    /// # Errors
    /// As [`Self::batches`].
    pub fn rows<R: Row>(&self) -> Result<Rows<R>, ResultsError> {
        let columns: Vec<&str> = R::COLUMNS.iter().map(|column| column.name).collect();
        let batches = self.batches(R::TABLE, Some(&columns))?;
        Ok(Rows { batches, decoded: Vec::new().into_iter(), row: PhantomData })
    }

    /// All rows of a table at once.
    ///
    /// # Errors
    /// As [`Self::batches`], and [`ResultsError::Damaged`].
    pub fn all<R: Row>(&self) -> Result<Vec<R>, ResultsError> {
        self.rows()?.collect()
    }

    fn path(&self, table: Table, hour: UtcHour) -> PathBuf {
        self.dir.join(relative(table, hour, self.file.format))
    }
}

/// The record batches of a table.
pub struct Batches {
    /// Those still to read, the next one last.
    files: Vec<PathBuf>,
    format: Format,
    /// The columns of the table.
    all: &'static [Column],
    columns: Option<Vec<String>>,
    open: Option<(PathBuf, FileBatches)>,
}

/// The batches of a file; what is wrong with it is a text.
type FileBatches = Box<dyn Iterator<Item = Result<RecordBatch, String>> + Send>;

impl Batches {
    fn begin(&self, path: &Path) -> Result<FileBatches, ResultsError> {
        let file = File::open(path).map_err(|e| ResultsError::io("read", path, e))?;
        let batches = match self.format {
            Format::Parquet => self.begin_parquet(file),
            Format::Csv => CsvBatches::begin(file, self.all, self.columns.as_deref())
                .map(|batches| Box::new(batches) as FileBatches),
        };
        batches.map_err(|what| ResultsError::Damaged { path: path.to_owned(), what })
    }

    fn begin_parquet(&self, file: File) -> Result<FileBatches, String> {
        let mut builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|e| e.to_string())?;
        if let Some(columns) = &self.columns {
            if let Some(missing) = columns.iter().find(|name| builder.schema().index_of(name).is_err()) {
                return Err(format!("it has no column {missing}"));
            }
            let mask = ProjectionMask::columns(builder.parquet_schema(), columns.iter().map(String::as_str));
            builder = builder.with_projection(mask);
        }
        let batches = builder.build().map_err(|e| e.to_string())?;
        Ok(Box::new(batches.map(|batch| batch.map_err(|e| e.to_string()))))
    }

    fn read(&mut self) -> Result<Option<(PathBuf, RecordBatch)>, ResultsError> {
        loop {
            if let Some((path, reader)) = &mut self.open {
                match reader.next() {
                    Some(Ok(batch)) => return Ok(Some((path.clone(), batch))),
                    Some(Err(what)) => return Err(ResultsError::Damaged { path: path.clone(), what }),
                    None => self.open = None,
                }
            }
            let Some(path) = self.files.pop() else { return Ok(None) };
            let reader = self.begin(&path)?;
            self.open = Some((path, reader));
        }
    }

    /// The next batch and its file; after an error there are no more.
    fn advance(&mut self) -> Option<Result<(PathBuf, RecordBatch), ResultsError>> {
        let next = self.read();
        if next.is_err() {
            self.files.clear();
            self.open = None;
        }
        next.transpose()
    }
}

impl Iterator for Batches {
    type Item = Result<RecordBatch, ResultsError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.advance().map(|next| next.map(|(_, batch)| batch))
    }
}

/// The rows of a table.
pub struct Rows<R> {
    batches: Batches,
    decoded: std::vec::IntoIter<R>,
    row: PhantomData<R>,
}

impl<R: Row> Iterator for Rows<R> {
    type Item = Result<R, ResultsError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(row) = self.decoded.next() {
                return Some(Ok(row));
            }
            let (path, batch) = match self.batches.advance()? {
                Ok(read) => read,
                Err(error) => return Some(Err(error)),
            };
            match R::decode(&batch) {
                Ok(rows) => self.decoded = rows.into_iter(),
                Err(column) => {
                    let what = format!("its column {column} is not what it should be");
                    return Some(Err(ResultsError::Damaged { path, what }));
                }
            }
        }
    }
}
