//! Batches as text and as files, while they come.

use crate::QueryError;
use crate::query::Session;
use arrow::csv;
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use arrow::json;
use arrow::record_batch::RecordBatch;
use arrow::util::pretty::pretty_format_batches;
use datafusion::execution::SendableRecordBatchStream;
use futures_util::StreamExt;
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Rows that a table for people has at most: its columns are as wide as the widest value, so all rows must be there before the first is shown.
pub const MOST_TABLE_ROWS: usize = 1_000;

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A table for people, of [`MOST_TABLE_ROWS`] at most.
    Table,
    /// Comma-separated values with a line of names.
    Csv,
    /// A JSON array of objects.
    Json,
    /// Apache Parquet, compressed with Snappy.
    Parquet,
}

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// Rows.
    pub rows: usize,
    /// True if there are more than a table for people shows.
    pub more: bool,
}

/// Writes all rows of a query. A file is whole or not there.
///
/// # Errors
/// What the query met, and what the file did.
pub async fn write(
    session: &Session,
    mut stream: SendableRecordBatchStream,
    format: Format,
    file: Option<&Path>,
) -> Result<Written, QueryError> {
    let target = Target::of(file);
    let schema = stream.schema();
    let mut sink = Sink::begin(format, target.writer()?, &schema).map_err(|error| target.error(&error))?;
    let mut written = Written { rows: 0, more: false };
    let is_heard = |outcome: Result<(), ArrowError>| match outcome {
        // a reader who hangs up (`| head`) has what it wanted
        Err(error) if file.is_none() && has_hung_up(&error) => Ok(false),
        Err(error) => Err(target.error(&error)),
        Ok(()) => Ok(true),
    };
    while let Some(batch) = stream.next().await {
        let batch = batch.map_err(|error| session.error(&error))?;
        let room = if format == Format::Table { MOST_TABLE_ROWS - written.rows } else { usize::MAX };
        written.more = batch.num_rows() > room;
        let batch = if written.more { batch.slice(0, room) } else { batch };
        written.rows += batch.num_rows();
        if !is_heard(sink.write(&batch))? {
            return Ok(written);
        }
        if written.more {
            break;
        }
    }
    if is_heard(sink.finish(&schema))? {
        target.put_in_place()?;
    }
    Ok(written)
}

fn has_hung_up(error: &ArrowError) -> bool {
    matches!(error, ArrowError::IoError(_, cause) if cause.kind() == io::ErrorKind::BrokenPipe)
}

enum Sink {
    Table(Box<dyn Write + Send>, Vec<RecordBatch>),
    Csv(Box<csv::Writer<Box<dyn Write + Send>>>),
    Json(json::ArrayWriter<Box<dyn Write + Send>>),
    Parquet(Box<ArrowWriter<Box<dyn Write + Send>>>),
}

impl Sink {
    fn begin(format: Format, writer: Box<dyn Write + Send>, schema: &SchemaRef) -> Result<Self, ArrowError> {
        Ok(match format {
            Format::Table => Self::Table(writer, Vec::new()),
            Format::Csv => {
                let mut csv = csv::WriterBuilder::new().with_header(true).build(writer);
                // so that there is a line of names even without rows
                csv.write(&RecordBatch::new_empty(SchemaRef::clone(schema)))?;
                Self::Csv(Box::new(csv))
            }
            Format::Json => Self::Json(json::WriterBuilder::new().with_explicit_nulls(true).build(writer)),
            Format::Parquet => {
                let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
                Self::Parquet(Box::new(ArrowWriter::try_new(
                    writer,
                    SchemaRef::clone(schema),
                    Some(properties),
                )?))
            }
        })
    }

    fn write(&mut self, batch: &RecordBatch) -> Result<(), ArrowError> {
        match self {
            Self::Table(_, batches) => batches.push(batch.clone()),
            Self::Csv(csv) => csv.write(batch)?,
            Self::Json(json) => json.write(batch)?,
            Self::Parquet(parquet) => parquet.write(batch)?,
        }
        Ok(())
    }

    fn finish(self, schema: &SchemaRef) -> Result<(), ArrowError> {
        match self {
            Self::Table(mut writer, mut batches) => {
                if batches.is_empty() {
                    batches.push(RecordBatch::new_empty(SchemaRef::clone(schema)));
                }
                writeln!(writer, "{}", pretty_format_batches(&batches)?)?;
                Ok(writer.flush()?)
            }
            Self::Csv(csv) => Ok(csv.into_inner().flush()?),
            Self::Json(mut json) => {
                json.finish()?;
                let mut writer = json.into_inner();
                writeln!(writer)?;
                Ok(writer.flush()?)
            }
            Self::Parquet(parquet) => Ok(parquet.into_inner()?.flush()?),
        }
    }
}

/// Standard output, or a file that grows under another name.
struct Target {
    file: Option<(PathBuf, PathBuf)>,
    done: bool,
}

impl Target {
    fn of(file: Option<&Path>) -> Self {
        let file = file.map(|file| {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            (file.with_file_name(format!(".{name}.tmp")), file.to_owned())
        });
        Self { file, done: false }
    }

    fn writer(&self) -> Result<Box<dyn Write + Send>, QueryError> {
        Ok(match &self.file {
            None => Box::new(BufWriter::new(io::stdout())),
            Some((temp, _)) => {
                Box::new(BufWriter::new(File::create(temp).map_err(|error| self.error(&error.into()))?))
            }
        })
    }

    fn put_in_place(mut self) -> Result<(), QueryError> {
        if let Some((temp, target)) = &self.file {
            let placed =
                File::open(temp).and_then(|file| file.sync_all()).and_then(|()| fs::rename(temp, target));
            placed.map_err(|error| self.error(&error.into()))?;
        }
        self.done = true;
        Ok(())
    }

    fn error(&self, error: &ArrowError) -> QueryError {
        let target = self
            .file
            .as_ref()
            .map_or_else(|| "standard output".to_owned(), |(_, file)| file.display().to_string());
        QueryError::new(format!("cannot write {target}: {error}"))
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        if let (false, Some((temp, _))) = (self.done, &self.file) {
            // there is nobody to tell any more
            let _ = fs::remove_file(temp);
        }
    }
}
