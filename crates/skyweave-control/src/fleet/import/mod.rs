//! Importing terminals from CSV: all rows or none.
//!
//! [`check`] reads a file once and reports every bad row with its number, column, value and reason; [`events`] reads it again and hands
//! over the events in batches, to be stored in one transaction, which is thrown away if a row turns out bad after all. Neither
//! holds more of the file in memory than a batch and the keys seen so far (about 80 bytes a row).
//!
//! The file is UTF-8, with or without a byte order mark, lines ended in any way, separated by commas, fields in `"` where they contain a
//! comma, a `"` (written twice) or a line break. The first line names the columns of [`COLUMNS`] in any order.

mod columns;
mod report;
mod rows;
mod source;

pub use columns::{COLUMNS, Column};
pub use report::{Fault, ImportError, Report};

use crate::decide::Context;
use crate::entity::{HardwareKey, TerminalChange};
use crate::event::Event;
use crate::id::{AccountId, TerminalId};
use crate::refused::{Code, Refused};
use crate::view::View;
use rows::{Checker, Row};
use source::Source;
use std::collections::HashMap;
use std::io::Read;

/// Rows whose keys are looked up at once, and whose events are handed over at once.
const BATCH: usize = 1_000;

/// How an import is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The account of rows that name none.
    pub account: Option<AccountId>,
    /// Most rows that are read.
    pub most_rows: u64,
    /// Most bad rows that are listed; all are counted.
    pub most_listed: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { account: None, most_rows: 2_000_000, most_listed: 1_000 }
    }
}

/// What an import of this file would do, and what is wrong with it. Nothing happens yet.
///
/// # Errors
/// If the file cannot be read at all, or something could not be looked up.
pub fn check<V: View>(
    file: impl Read,
    options: &Options,
    context: &Context<'_, V>,
) -> Result<Report, ImportError<V::Failure>> {
    read(file, options, context, &mut |_, _| Ok(()))
}

/// Hands over the events of all rows in batches, in the order of the rows: each terminal's entry. `id_of` gives each row, counted from 1, an
/// id of its own. `store` must be able to undo: if this fails, what it was given must not stay.
///
/// # Errors
/// If a row is bad ([`ImportError::Faults`]), the file cannot be read, something could not be looked up, or `store` fails.
pub fn events<V: View>(
    file: impl Read,
    options: &Options,
    context: &Context<'_, V>,
    id_of: &mut dyn FnMut(u64) -> TerminalId,
    store: &mut dyn FnMut(Vec<Event>) -> Result<(), V::Failure>,
) -> Result<Report, ImportError<V::Failure>> {
    let report = read(file, options, context, &mut |rows, report| {
        if report.faulty > 0 {
            return Ok(());
        }
        let entered = |row: Row| context.first(id_of(row.number), TerminalChange::Entered(row.entry));
        store(rows.into_iter().map(entered).collect())
    })?;
    if report.faulty > 0 { Err(ImportError::Faults(Box::new(report))) } else { Ok(report) }
}

type Take<'a, F> = &'a mut dyn FnMut(Vec<Row>, &Report) -> Result<(), F>;

fn read<V: View>(
    file: impl Read,
    options: &Options,
    context: &Context<'_, V>,
    take: Take<'_, V::Failure>,
) -> Result<Report, ImportError<V::Failure>> {
    let mut source = Source::open(file)?;
    let mut checker = Checker::new(source.columns(), options.account, context);
    let mut seen: HashMap<HardwareKey, u64> = HashMap::new();
    let mut report = Report::new(options.most_listed);
    let mut batch: Vec<Row> = Vec::with_capacity(BATCH);
    while let Some(record) = source.next_record()? {
        report.rows += 1;
        if report.rows > options.most_rows {
            return Err(ImportError::TooManyRows { most: options.most_rows });
        }
        let number = report.rows;
        let row = match checker.row(number, &record)? {
            Ok(row) => row,
            Err(faults) => {
                report.add_all(faults);
                continue;
            }
        };
        if let Some(earlier) = seen.get(&row.entry.hardware_key) {
            let reason = Refused::new(
                Code::Doubled,
                format!("row {earlier} has the same hardware key"),
                "accepted: each terminal once",
            );
            report.add_all(vec![row.fault(&reason)]);
            continue;
        }
        seen.insert(row.entry.hardware_key.clone(), number);
        batch.push(row);
        if batch.len() == BATCH {
            finish(&mut batch, &mut report, context, take)?;
        }
    }
    finish(&mut batch, &mut report, context, take)?;
    if report.rows == 0 {
        return Err(ImportError::Empty);
    }
    report.sort();
    Ok(report)
}

/// Looks up the keys of a batch, and hands over the rows whose keys are free.
fn finish<V: View>(
    batch: &mut Vec<Row>,
    report: &mut Report,
    context: &Context<'_, V>,
    take: Take<'_, V::Failure>,
) -> Result<(), ImportError<V::Failure>> {
    let keys: Vec<HardwareKey> = batch.iter().map(|row| row.entry.hardware_key.clone()).collect();
    let known = context.view.terminals_with_keys(&keys).map_err(ImportError::View)?;
    let mut free = Vec::with_capacity(batch.len());
    for (row, known) in batch.drain(..).zip(known) {
        if known.is_some() {
            let found = "the fleet has a terminal with this hardware key already";
            let refused = Refused::new(Code::KeyTaken, found, "leave the row out, or transfer that terminal");
            report.add_all(vec![row.fault(&refused)]);
        } else {
            report.count(&row.entry);
            free.push(row);
        }
    }
    take(free, report).map_err(ImportError::View)
}
