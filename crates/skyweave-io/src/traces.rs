//! Traces of links: measured round trips and rates as CSV, and Mahimahi's lists of opportunities.
//!
//! | file | what is in it |
//! |---|---|
//! | `.csv` | a line of names, then rows: `time_s` (ascending, from 0), `rtt_ms`, and where known `down_mbps`, `up_mbps`. A row holds until the next |
//! | any other | a line for each chance to send a packet of 1,504 bytes: milliseconds since the begin, ascending (Mahimahi, Netravali et al., ATC 2015) |
//!
//! After its last line a trace begins again.

use std::io::Read;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// The largest file that is read, bytes.
const MOST_BYTES: u64 = 256 << 20;

/// What holds from some instant on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Row {
    /// From then on, s.
    pub time_s: f64,
    /// Round trip without queues, ms.
    pub rtt_ms: f64,
    /// Rate down, bit/s; none where it is not known.
    pub down_bps: Option<f64>,
    /// Rate up, bit/s.
    pub up_bps: Option<f64>,
}

/// A trace.
#[derive(Debug, Clone, PartialEq)]
pub enum Trace {
    /// Round trips and rates, ascending by time; at least one.
    Rows(Vec<Row>),
    /// Milliseconds at which a packet may be sent, ascending; the last is above zero.
    Opportunities(Vec<u64>),
}

/// Why a trace cannot be read.
#[derive(Debug, Error, miette::Diagnostic)]
pub enum TraceError {
    /// The file cannot be read.
    #[error("cannot read {}: {source}", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Something in it is wrong.
    #[error("{}, line {line}: {found}", .path.display())]
    #[diagnostic(help("accepted: {accepted}"))]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is there.
        found: String,
        /// What may be.
        accepted: &'static str,
    },
}

const ROWS: &str = "a first line with `time_s` and `rtt_ms`, and where known `down_mbps` and `up_mbps`; then numbers, times ascending from 0 or later, round trips from 0 to 60000 ms, rates from 0 to 1000000 Mbit/s";
const OPPORTUNITIES: &str = "whole milliseconds, one a line, ascending, the last above 0";

impl Trace {
    /// Reads a trace: CSV by the name's end, else Mahimahi's format.
    ///
    /// # Errors
    /// [`TraceError`], with the line.
    pub fn read(path: &Path) -> Result<Self, TraceError> {
        let read = || {
            let mut text = String::new();
            std::fs::File::open(path)?.take(MOST_BYTES).read_to_string(&mut text)?;
            Ok(text)
        };
        let text = read().map_err(|source| TraceError::Read { path: path.to_owned(), source })?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let is_csv = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv"));
        let parsed = if is_csv { rows(text) } else { opportunities(text) };
        parsed.map_err(|(line, found)| {
            let accepted = if is_csv { ROWS } else { OPPORTUNITIES };
            TraceError::Line { path: path.to_owned(), line, found, accepted }
        })
    }
}

type Fault = (usize, String);

fn opportunities(text: &str) -> Result<Trace, Fault> {
    let mut all: Vec<u64> = Vec::new();
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let ms: u64 = line.trim().parse().map_err(|_| (index + 1, format!("`{}`", line.trim())))?;
        if all.last().is_some_and(|&last| ms < last) {
            return Err((index + 1, format!("{ms} after a later time")));
        }
        all.push(ms);
    }
    if all.last().is_none_or(|&last| last == 0) {
        return Err((text.lines().count(), "it ends without a time above 0".to_owned()));
    }
    Ok(Trace::Opportunities(all))
}

fn rows(text: &str) -> Result<Trace, Fault> {
    let mut reader =
        csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(false).from_reader(text.as_bytes());
    let headers = reader.headers().map_err(|error| (1, error.to_string()))?.clone();
    let column = |name: &str| headers.iter().position(|header| header == name);
    let needed = |name: &str| column(name).ok_or_else(|| (1, format!("no column `{name}`")));
    let (time, rtt) = (needed("time_s")?, needed("rtt_ms")?);
    let rates = [column("down_mbps"), column("up_mbps")];
    let mut rows: Vec<Row> = Vec::new();
    for (index, record) in reader.records().enumerate() {
        let line = index + 2;
        let record = record.map_err(|error| (line, error.to_string()))?;
        let number = |at: usize, most: f64| {
            let field = record.get(at).unwrap_or_default();
            let value: Option<f64> = field.parse().ok().filter(|value: &f64| (0.0..=most).contains(value));
            value.ok_or_else(|| (line, format!("{} is `{field}`", headers.get(at).unwrap_or_default())))
        };
        let rate = |at: Option<usize>| match at {
            Some(at) if record.get(at).is_some_and(|field| !field.is_empty()) => {
                number(at, 1e6).map(|mbps| Some(mbps * 1e6))
            }
            _ => Ok(None),
        };
        let row = Row {
            time_s: number(time, 1e9)?,
            rtt_ms: number(rtt, 60_000.0)?,
            down_bps: rate(rates[0])?,
            up_bps: rate(rates[1])?,
        };
        if rows.last().is_some_and(|last| row.time_s <= last.time_s) {
            return Err((line, format!("time_s {} is not after the one before", row.time_s)));
        }
        rows.push(row);
    }
    if rows.is_empty() {
        return Err((1, "no rows".to_owned()));
    }
    Ok(Trace::Rows(rows))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_kinds_are_read() {
        assert_eq!(opportunities("1\n1\n\n5\n"), Ok(Trace::Opportunities(vec![1, 1, 5])));
        let read = rows("time_s,up_mbps,rtt_ms\n0, 5, 40\n0.5,,41.5\n");
        let row = |time_s, rtt_ms, up_bps| Row { time_s, rtt_ms, down_bps: None, up_bps };
        assert_eq!(read, Ok(Trace::Rows(vec![row(0.0, 40.0, Some(5e6)), row(0.5, 41.5, None)])));
    }

    #[test]
    fn what_is_wrong_has_a_line() {
        for (text, line) in [("", 0), ("0\n0", 2), ("5\n3", 2), ("1\nx", 2), ("-1", 1), ("1.5", 1)] {
            assert_eq!(opportunities(text).err().map(|fault| fault.0), Some(line), "{text}");
        }
        for (text, line) in [
            ("", 1),
            ("time_s,rtt\n0,1", 1),
            ("time_s,rtt_ms\n", 1),
            ("time_s,rtt_ms\n0,1\n0,2", 3),
            ("time_s,rtt_ms\n0,nan", 2),
            ("time_s,rtt_ms\n0,-4", 2),
            ("time_s,rtt_ms\n0", 2),
            ("time_s,rtt_ms,down_mbps\n0,1,inf", 2),
        ] {
            assert_eq!(rows(text).err().map(|fault| fault.0), Some(line), "{text}");
        }
    }
}
