//! The way back from CSV: record batches of what [`super::csv_file`] wrote.

use super::column::{Column, Kind, Name, Scalar, UtcMs, schema};
use arrow::array::ArrayRef;
use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;
use csv::StringRecord;
use hifitime::Epoch;
use skyweave_core::time::unix_seconds;
use std::fs::File;
use std::io::BufReader;
use std::str::FromStr;
use std::sync::Arc;

/// Rows of a batch.
const ROWS_AT_ONCE: usize = 8_192;

/// The batches of a file; what is wrong with it is a text.
pub(crate) struct CsvBatches {
    reader: csv::Reader<BufReader<File>>,
    schema: SchemaRef,
    /// The columns wanted, with their places in the file.
    columns: Vec<(usize, Column)>,
}

impl CsvBatches {
    /// Reads the line of column names. Only `wanted` columns are given, or all of the table.
    ///
    /// # Errors
    /// It cannot be read, or has not got a column.
    pub fn begin(file: File, table: &[Column], wanted: Option<&[String]>) -> Result<Self, String> {
        let mut reader = csv::Reader::from_reader(BufReader::new(file));
        let names = reader.headers().map_err(|e| e.to_string())?;
        let chosen = |column: &&Column| wanted.is_none_or(|w| w.iter().any(|name| name == column.name));
        let columns = table.iter().filter(chosen).map(|column| {
            let place = names.iter().position(|name| name == column.name);
            place.map(|place| (place, *column)).ok_or_else(|| format!("it has no column {}", column.name))
        });
        let columns = columns.collect::<Result<Vec<_>, _>>()?;
        let schema = Arc::new(schema(&columns.iter().map(|(_, column)| *column).collect::<Vec<_>>()));
        Ok(Self { reader, schema, columns })
    }

    fn batch(&mut self) -> Result<Option<RecordBatch>, String> {
        let rows: Result<Vec<StringRecord>, _> = self.reader.records().take(ROWS_AT_ONCE).collect();
        let rows = rows.map_err(|e| e.to_string())?;
        if rows.is_empty() {
            return Ok(None);
        }
        let arrays = self.columns.iter().map(|(place, column)| Field { column, place: *place }.array(&rows));
        let arrays = arrays.collect::<Result<_, _>>()?;
        RecordBatch::try_new(Arc::clone(&self.schema), arrays).map(Some).map_err(|e| e.to_string())
    }
}

impl Iterator for CsvBatches {
    type Item = Result<RecordBatch, String>;

    fn next(&mut self) -> Option<Self::Item> {
        self.batch().transpose()
    }
}

/// A column in the file.
struct Field<'a> {
    column: &'a Column,
    place: usize,
}

impl Field<'_> {
    fn array(&self, rows: &[StringRecord]) -> Result<ArrayRef, String> {
        match self.column.kind {
            Kind::Int64 => self.parsed(rows, parse::<i64>),
            Kind::UInt32 => self.parsed(rows, parse::<u32>),
            Kind::Float32 => self.parsed(rows, parse::<f32>),
            Kind::Float64 => self.parsed(rows, parse::<f64>),
            Kind::Bool => self.parsed(rows, parse::<bool>),
            Kind::Time => self.parsed(rows, time),
            Kind::Name => self.parsed(rows, |text| Some(Name::from(Arc::<str>::from(text)))),
        }
    }

    fn parsed<T: Scalar>(
        &self,
        rows: &[StringRecord],
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<ArrayRef, String> {
        let values = rows.iter().map(|row| {
            let text = row.get(self.place).unwrap_or_default();
            if text.is_empty() && self.column.nullable {
                return Ok(None);
            }
            parse(text).map(Some).ok_or_else(|| {
                let (name, kind) = (self.column.name, self.column.kind.name());
                // the heading is record 0; names may hold line ends, so that lines say less
                let number = row.position().map_or(0, csv::Position::record);
                format!("row {number}: `{text}` in column {name} is no {kind}")
            })
        });
        let values = values.collect::<Result<Vec<Option<T>>, _>>()?;
        Ok(T::array(&mut values.iter().map(Option::as_ref)))
    }
}

fn parse<T: FromStr>(text: &str) -> Option<T> {
    text.parse().ok()
}

fn time(text: &str) -> Option<UtcMs> {
    let epoch = Epoch::from_str(text).ok()?;
    Some(UtcMs((unix_seconds(epoch) * 1_000.0).round() as i64))
}
