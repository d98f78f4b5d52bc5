//! Rows of a CSV file.

use super::collector::{Collector, not_a_cell};
use super::{ACCEPTED, Fault};
use crate::scenario::clock::{ACCEPTED_INSTANT, parse_instant};
use csv::{ReaderBuilder, StringRecord};
use h3o::CellIndex;
use hifitime::Epoch;
use std::fs::File;

/// Gives all rows to a collector.
pub fn read(file: File, collector: &mut Collector<'_>) -> Result<(), Fault> {
    let failed = |error: csv::Error| Fault::new(error.to_string(), ACCEPTED);
    let mut reader = ReaderBuilder::new().trim(csv::Trim::All).from_reader(file);
    let headings = reader.headers().map_err(failed)?.clone();
    let [time, cell, rain] = ["time", "cell", "rain_mm_h"].map(|name| column(&headings, name));
    let (time, cell, rain) = (time?, cell?, rain?);
    let mut record = StringRecord::new();
    // thousands of rows share a time
    let mut last: Option<(String, Epoch)> = None;
    while reader.read_record(&mut record).map_err(failed)? {
        let line = record.position().map_or(0, csv::Position::line);
        let place = format_args!("line {line}");
        let text = &record[time];
        let at = match &last {
            Some((written, at)) if written == text => *at,
            _ => {
                let at = parse_instant(text).ok_or_else(|| {
                    Fault::new(format!("{place}: `{text}` is no instant"), ACCEPTED_INSTANT)
                })?;
                last = Some((text.to_owned(), at));
                at
            }
        };
        let index: CellIndex = record[cell].parse().map_err(|_| not_a_cell(&place, &record[cell]))?;
        let rain_mm_h = record[rain].parse().map_err(|_| {
            let found = format!("{place}: rain_mm_h is `{}`", &record[rain]);
            Fault::new(found, "accepted: rain rates from 0 to 500 mm/h")
        })?;
        collector.row(&place, at, u64::from(index), rain_mm_h)?;
    }
    Ok(())
}

fn column(headings: &StringRecord, name: &str) -> Result<usize, Fault> {
    headings
        .iter()
        .position(|heading| heading == name)
        .ok_or_else(|| Fault::new(format!("there is no column `{name}` in line 1"), ACCEPTED))
}
