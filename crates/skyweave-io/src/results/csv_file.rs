//! A table as CSV: RFC 4180, UTF-8, one line of column names; what is missing is empty, times are as in RFC 3339.

use super::column::UtcMs;
use super::error::ResultsError;
use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Float32Array, Float64Array, Int64Array, StringArray,
    TimestampMillisecondArray, UInt32Array,
};
use arrow::datatypes::{
    DataType, Float32Type, Float64Type, Int32Type, Int64Type, Schema, TimeUnit, TimestampMillisecondType,
    UInt32Type,
};
use arrow::record_batch::RecordBatch;
use std::fmt::Write;
use std::fs::File;
use std::path::Path;

/// A CSV file that grows.
pub(crate) struct CsvFile {
    writer: csv::Writer<File>,
    field: String,
}

impl CsvFile {
    /// Begins the file with the names of its columns.
    pub fn create(file: File, schema: &Schema, path: &Path) -> Result<Self, ResultsError> {
        let mut writer = csv::WriterBuilder::new()
            .terminator(csv::Terminator::CRLF)
            .buffer_capacity(1 << 16)
            .from_writer(file);
        writer
            .write_record(schema.fields().iter().map(|field| field.name()))
            .map_err(|e| ResultsError::writing_csv(path, e))?;
        Ok(Self { writer, field: String::new() })
    }

    /// Adds the rows of a batch.
    pub fn write(&mut self, batch: &RecordBatch, path: &Path) -> Result<(), ResultsError> {
        let columns: Vec<Typed<'_>> = batch.columns().iter().filter_map(Typed::of).collect();
        if columns.len() != batch.num_columns() {
            let source = "a column has a type that CSV has no form for".into();
            return Err(ResultsError::Encode { path: path.to_owned(), source });
        }
        self.write_rows(&columns, batch.num_rows()).map_err(|e| ResultsError::writing_csv(path, e))
    }

    fn write_rows(&mut self, columns: &[Typed<'_>], rows: usize) -> csv::Result<()> {
        for row in 0..rows {
            for column in columns {
                self.field.clear();
                column.write(row, &mut self.field);
                self.writer.write_field(&self.field)?;
            }
            self.writer.write_record(None::<&[u8]>)?;
        }
        Ok(())
    }

    /// The file, with all that was written.
    pub fn into_file(self, path: &Path) -> Result<File, ResultsError> {
        self.writer.into_inner().map_err(|e| ResultsError::io("write", path, e.into_error()))
    }
}

/// A column, by type.
enum Typed<'a> {
    Int64(&'a Int64Array),
    UInt32(&'a UInt32Array),
    Float32(&'a Float32Array),
    Float64(&'a Float64Array),
    Bool(&'a BooleanArray),
    Time(&'a TimestampMillisecondArray),
    Name(&'a arrow::array::Int32Array, &'a StringArray),
}

impl<'a> Typed<'a> {
    fn of(array: &'a ArrayRef) -> Option<Self> {
        Some(match array.data_type() {
            DataType::Int64 => Self::Int64(array.as_primitive::<Int64Type>()),
            DataType::UInt32 => Self::UInt32(array.as_primitive::<UInt32Type>()),
            DataType::Float32 => Self::Float32(array.as_primitive::<Float32Type>()),
            DataType::Float64 => Self::Float64(array.as_primitive::<Float64Type>()),
            DataType::Boolean => Self::Bool(array.as_boolean()),
            DataType::Timestamp(TimeUnit::Millisecond, _) => {
                Self::Time(array.as_primitive::<TimestampMillisecondType>())
            }
            DataType::Dictionary(_, _) => {
                let names = array.as_dictionary_opt::<Int32Type>()?;
                Self::Name(names.keys(), names.values().as_string_opt()?)
            }
            _ => return None,
        })
    }

    /// Writes a value; nothing for one that is missing.
    fn write(&self, row: usize, field: &mut String) {
        // writing to a text cannot fail; numbers get the fewest digits that give the same number back
        let _ = match self {
            Self::Int64(values) if values.is_valid(row) => write!(field, "{}", values.value(row)),
            Self::UInt32(values) if values.is_valid(row) => write!(field, "{}", values.value(row)),
            Self::Float32(values) if values.is_valid(row) => write!(field, "{}", values.value(row)),
            Self::Float64(values) if values.is_valid(row) => write!(field, "{}", values.value(row)),
            Self::Bool(values) if values.is_valid(row) => write!(field, "{}", values.value(row)),
            Self::Time(values) if values.is_valid(row) => write!(field, "{}", UtcMs(values.value(row))),
            Self::Name(keys, names) if keys.is_valid(row) => {
                field.write_str(names.value(keys.value(row) as usize))
            }
            _ => Ok(()),
        };
    }
}
