//! Rows into the file of a table.

use super::column::schema;
use super::csv_file::CsvFile;
use super::error::ResultsError;
use super::layout::RunInfo;
use super::row::Row;
use super::table::Format;
use super::temp::TempFile;
use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use skyweave_core::time::UtcHour;
use std::fs::File;
use std::io::BufWriter;
use std::path::Path;
use std::sync::Arc;

/// Rows that are kept before they are encoded; also the size of a row group. Memory stays flat with it.
const ROWS_AT_ONCE: usize = 100_000;

/// The file of a table for an hour, while it grows.
pub(crate) struct Output<R: Row> {
    rows: Vec<R>,
    schema: SchemaRef,
    // before the temporary file, so that it is closed when that is removed
    sink: Sink,
    temp: TempFile,
}

enum Sink {
    Parquet(Box<ArrowWriter<BufWriter<File>>>),
    Csv(Box<CsvFile>),
}

impl<R: Row> Output<R> {
    /// Begins the file.
    pub fn create(info: &RunInfo, hour: UtcHour) -> Result<Self, ResultsError> {
        let schema = Arc::new(schema(R::COLUMNS));
        let (temp, file) = TempFile::create(&info.file(R::TABLE, hour))?;
        let sink = match info.options.format {
            Format::Parquet => {
                let properties = properties(info, R::TABLE, hour);
                let writer =
                    ArrowWriter::try_new(BufWriter::new(file), Arc::clone(&schema), Some(properties))
                        .map_err(|e| ResultsError::writing_parquet(temp.target(), e))?;
                Sink::Parquet(Box::new(writer))
            }
            Format::Csv => Sink::Csv(Box::new(CsvFile::create(file, R::COLUMNS, temp.target())?)),
        };
        Ok(Self { rows: Vec::new(), schema, sink, temp })
    }

    /// Adds a row.
    pub fn push(&mut self, row: R) -> Result<(), ResultsError> {
        self.rows.push(row);
        if self.rows.len() >= ROWS_AT_ONCE { self.flush() } else { Ok(()) }
    }

    /// Closes the file, which is then whole and on the disk, but has not got its name yet.
    pub fn close(mut self) -> Result<TempFile, ResultsError> {
        self.flush()?;
        let path = self.temp.target();
        let file = match self.sink {
            Sink::Parquet(writer) => into_file(*writer, path)?,
            Sink::Csv(csv) => csv.into_file(path)?,
        };
        file.sync_all().map_err(|e| ResultsError::io("write", path, e))?;
        Ok(self.temp)
    }

    fn flush(&mut self) -> Result<(), ResultsError> {
        if self.rows.is_empty() {
            return Ok(());
        }
        let path = self.temp.target();
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), R::arrays(&self.rows))
            .map_err(|e| ResultsError::writing_arrow(path, e))?;
        self.rows.clear();
        match &mut self.sink {
            Sink::Parquet(writer) => {
                let written = writer.write(&batch).and_then(|()| writer.flush());
                written.map_err(|e| ResultsError::writing_parquet(path, e))
            }
            Sink::Csv(csv) => csv.write(&batch, path),
        }
    }
}

fn into_file(writer: ArrowWriter<BufWriter<File>>, path: &Path) -> Result<File, ResultsError> {
    let buffer = writer.into_inner().map_err(|e| ResultsError::writing_parquet(path, e))?;
    buffer.into_inner().map_err(|e| ResultsError::io("write", path, e.into_error()))
}

fn properties(info: &RunInfo, table: super::table::Table, hour: UtcHour) -> WriterProperties {
    let metadata = info.metadata(table, hour).into_iter().map(|(key, value)| KeyValue::new(key, value));
    WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_created_by(format!("skyweave version {}", info.header.skyweave_version))
        .set_key_value_metadata(Some(metadata.collect()))
        .build()
}
