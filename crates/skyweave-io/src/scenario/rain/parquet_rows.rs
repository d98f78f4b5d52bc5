//! Rows of a Parquet file.

use super::collector::{Collector, not_a_cell};
use super::{ACCEPTED, Fault};
use crate::scenario::clock::{ACCEPTED_INSTANT, parse_instant, within_years};
use arrow::array::{Array, ArrayRef, AsArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type, TimeUnit, TimestampNanosecondType, UInt64Type};
use arrow::record_batch::RecordBatch;
use h3o::CellIndex;
use hifitime::{Duration, Epoch};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use std::fmt::Display;
use std::fs::File;

/// Rows that are looked at together.
const BATCH_ROWS: usize = 8_192;
const COLUMNS: [&str; 3] = ["time", "cell", "rain_mm_h"];

/// Gives all rows to a collector.
pub fn read(file: File, collector: &mut Collector<'_>) -> Result<(), Fault> {
    let failed = |error: &dyn Display| Fault::new(error.to_string(), ACCEPTED);
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|error| failed(&error))?;
    let mut roots = Vec::new();
    for name in COLUMNS {
        let column = builder.schema().index_of(name);
        roots.push(column.map_err(|_| Fault::new(format!("there is no column `{name}`"), ACCEPTED))?);
    }
    let mask = ProjectionMask::roots(builder.parquet_schema(), roots);
    let reader = builder.with_projection(mask).with_batch_size(BATCH_ROWS).build();
    let mut row = 0_u64;
    for batch in reader.map_err(|error| failed(&error))? {
        batch_rows(&batch.map_err(|error| failed(&error))?, &mut row, collector)?;
    }
    Ok(())
}

fn batch_rows(batch: &RecordBatch, row: &mut u64, collector: &mut Collector<'_>) -> Result<(), Fault> {
    let column = |name: &'static str| {
        let found = batch.column_by_name(name).cloned();
        found.ok_or_else(|| Fault::new(format!("there is no column `{name}`"), ACCEPTED))
    };
    let times = Times::of(&column("time")?)?;
    let cells = Cells::of(&column("cell")?)?;
    let rain = column("rain_mm_h")?;
    if !rain.data_type().is_numeric() {
        let found = format!("column `rain_mm_h` holds {}", rain.data_type());
        return Err(Fault::new(found, "accepted: numbers"));
    }
    let rain = converted("rain_mm_h", &rain, &DataType::Float64)?;
    let rain = rain.as_primitive::<Float64Type>();
    for index in 0..batch.num_rows() {
        *row += 1;
        let place = format_args!("row {row}");
        if rain.is_null(index) {
            return Err(Fault::new(
                format!("{place}: there is no rain_mm_h"),
                "accepted: rain rates from 0 to 500 mm/h",
            ));
        }
        let time = times.at(&place, index)?;
        let cell = cells.at(&place, index)?;
        collector.row(&place, time, cell, rain.value(index))?;
    }
    Ok(())
}

fn converted(name: &str, column: &ArrayRef, to: &DataType) -> Result<ArrayRef, Fault> {
    cast(column, to).map_err(|error| Fault::new(format!("column `{name}`: {error}"), ACCEPTED))
}

/// The type of a column's values, where a dictionary stands between.
fn plain(data_type: &DataType) -> &DataType {
    match data_type {
        DataType::Dictionary(_, values) => values,
        other => other,
    }
}

enum Times {
    /// Nanoseconds since 1970, UTC.
    Stamps(ArrayRef),
    Texts(ArrayRef),
}

impl Times {
    fn of(column: &ArrayRef) -> Result<Self, Fault> {
        match plain(column.data_type()) {
            // the zone is for showing: values count from 1970 UTC
            DataType::Timestamp(_, zone) => {
                let stamps = DataType::Timestamp(TimeUnit::Nanosecond, zone.clone());
                converted("time", column, &stamps).map(Self::Stamps)
            }
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => {
                converted("time", column, &DataType::Utf8).map(Self::Texts)
            }
            other => Err(Fault::new(format!("column `time` holds {other}"), "accepted: timestamps or texts")),
        }
    }

    fn at(&self, place: &dyn Display, index: usize) -> Result<Epoch, Fault> {
        let (time, found) = match self {
            Self::Stamps(stamps) if stamps.is_valid(index) => {
                let since = stamps.as_primitive::<TimestampNanosecondType>().value(index);
                let time = Epoch::from_unix_duration(Duration::from_total_nanoseconds(i128::from(since)));
                (within_years(time).then_some(time), format!("{time:?}"))
            }
            Self::Texts(texts) if texts.is_valid(index) => {
                let text = texts.as_string::<i32>().value(index);
                (parse_instant(text), text.to_owned())
            }
            _ => return Err(Fault::new(format!("{place}: there is no time"), ACCEPTED_INSTANT)),
        };
        time.ok_or_else(|| Fault::new(format!("{place}: `{found}` is no instant"), ACCEPTED_INSTANT))
    }
}

enum Cells {
    Numbers(ArrayRef),
    Texts(ArrayRef),
}

impl Cells {
    fn of(column: &ArrayRef) -> Result<Self, Fault> {
        match plain(column.data_type()) {
            DataType::UInt64 | DataType::Int64 => {
                converted("cell", column, &DataType::UInt64).map(Self::Numbers)
            }
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => {
                converted("cell", column, &DataType::Utf8).map(Self::Texts)
            }
            other => Err(Fault::new(
                format!("column `cell` holds {other}"),
                "accepted: texts in hexadecimal or whole numbers of 64 bits",
            )),
        }
    }

    fn at(&self, place: &dyn Display, index: usize) -> Result<u64, Fault> {
        match self {
            Self::Numbers(numbers) if numbers.is_valid(index) => {
                Ok(numbers.as_primitive::<UInt64Type>().value(index))
            }
            Self::Texts(texts) if texts.is_valid(index) => {
                let text = texts.as_string::<i32>().value(index);
                text.parse::<CellIndex>().map(u64::from).map_err(|_| not_a_cell(place, text))
            }
            _ => Err(not_a_cell(place, "")),
        }
    }
}
