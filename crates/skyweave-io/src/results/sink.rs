//! Batches and rows into the file of a table.

use super::column::schema;
use super::csv_file::CsvFile;
use super::error::ResultsError;
use super::row::Record;
use super::table::Format;
use super::temp::TempFile;
use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use std::fs::File;
use std::io::BufWriter;
use std::path::Path;
use std::sync::Arc;

/// What a Parquet file says of where it comes from.
pub(crate) struct Origin {
    /// The program that wrote it; the library's own name if nothing is said.
    pub created_by: Option<String>,
    /// Keys and values of its metadata.
    pub pairs: Vec<(String, String)>,
}

/// The file of a table, while it grows.
pub(crate) struct TableFile {
    schema: SchemaRef,
    // before the temporary file, so that it is closed when that is removed
    sink: Sink,
    temp: TempFile,
}

enum Sink {
    Parquet(Box<ArrowWriter<BufWriter<File>>>),
    Csv(Box<CsvFile>),
}

impl TableFile {
    /// Begins the file that will have the name `target`.
    pub fn create(
        target: &Path,
        format: Format,
        schema: SchemaRef,
        origin: Origin,
    ) -> Result<Self, ResultsError> {
        let (temp, file) = TempFile::create(target)?;
        let sink = match format {
            Format::Parquet => {
                let writer =
                    ArrowWriter::try_new(BufWriter::new(file), Arc::clone(&schema), Some(properties(origin)))
                        .map_err(|e| ResultsError::writing_parquet(temp.target(), e))?;
                Sink::Parquet(Box::new(writer))
            }
            Format::Csv => Sink::Csv(Box::new(CsvFile::create(file, &schema, temp.target())?)),
        };
        Ok(Self { schema, sink, temp })
    }

    /// Adds rows: in Parquet a row group of their own.
    pub fn write<R: Record>(&mut self, rows: &[R]) -> Result<(), ResultsError> {
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), R::arrays(rows));
        self.write_batch(&batch.map_err(|e| ResultsError::writing_arrow(self.temp.target(), e))?)
    }

    /// The same with rows that are a batch already.
    pub fn write_batch(&mut self, batch: &RecordBatch) -> Result<(), ResultsError> {
        let path = self.temp.target();
        match &mut self.sink {
            Sink::Parquet(writer) => {
                let written = writer.write(batch).and_then(|()| writer.flush());
                written.map_err(|e| ResultsError::writing_parquet(path, e))
            }
            Sink::Csv(csv) => csv.write(batch, path),
        }
    }

    /// Closes the file, which is then whole and on the disk, but has not got its name yet.
    pub fn close(self) -> Result<TempFile, ResultsError> {
        let path = self.temp.target();
        let file = match self.sink {
            Sink::Parquet(writer) => into_file(*writer, path)?,
            Sink::Csv(csv) => csv.into_file(path)?,
        };
        file.sync_all().map_err(|e| ResultsError::io("write", path, e))?;
        Ok(self.temp)
    }
}

/// Writes all rows of a table into a file: whole or not at all.
pub(crate) fn write_rows<R: Record>(
    target: &Path,
    format: Format,
    origin: Origin,
    rows: &[R],
) -> Result<(), ResultsError> {
    let mut file = TableFile::create(target, format, Arc::new(schema(R::COLUMNS)), origin)?;
    file.write(rows)?;
    file.close()?.put_in_place()
}

/// The same with rows that are a batch already.
pub(crate) fn write_batch(
    target: &Path,
    format: Format,
    origin: Origin,
    batch: &RecordBatch,
) -> Result<(), ResultsError> {
    let mut file = TableFile::create(target, format, batch.schema(), origin)?;
    file.write_batch(batch)?;
    file.close()?.put_in_place()
}

fn into_file(writer: ArrowWriter<BufWriter<File>>, path: &Path) -> Result<File, ResultsError> {
    let buffer = writer.into_inner().map_err(|e| ResultsError::writing_parquet(path, e))?;
    buffer.into_inner().map_err(|e| ResultsError::io("write", path, e.into_error()))
}

fn properties(origin: Origin) -> WriterProperties {
    let metadata = origin.pairs.into_iter().map(|(key, value)| KeyValue::new(key, value));
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_key_value_metadata(Some(metadata.collect()));
    match origin.created_by {
        Some(program) => properties.set_created_by(program).build(),
        None => properties.build(),
    }
}
