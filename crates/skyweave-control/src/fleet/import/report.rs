//! What an import found.

use crate::entity::Entry;
use crate::id::AccountId;
use crate::refused::Code;
use serde::Serialize;
use std::collections::BTreeMap;

/// One thing that is wrong with one row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, schemars::JsonSchema)]
pub struct Fault {
    /// The row, counted from 1 below the heading; lines with nothing on them do not count.
    pub row: u64,
    /// The line of the file on which it begins, counted from 1.
    pub line: u64,
    /// The column; none if it is the row as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<&'static str>,
    /// What was found there, cut short if it is long.
    pub value: String,
    /// Why, for programs.
    pub code: Code,
    /// Why, and what would be accepted.
    pub reason: String,
}

/// What an import would do, or did, and what is wrong with the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Report {
    /// Rows read.
    pub rows: u64,
    /// Rows with nothing wrong.
    pub good: u64,
    /// Rows with something wrong.
    pub faulty: u64,
    /// Good rows that attach their terminal to a service line.
    pub attached: u64,
    /// Good rows by account.
    pub by_account: BTreeMap<AccountId, u64>,
    /// Faults by code; a row may have several.
    pub by_code: BTreeMap<Code, u64>,
    /// The faults of the first faulty rows, in the order of the file.
    pub faults: Vec<Fault>,
    /// Faults that are not listed because there are too many.
    pub unlisted: u64,
    #[serde(skip)]
    most_listed: usize,
}

impl Report {
    pub(super) fn new(most_listed: usize) -> Self {
        Self {
            rows: 0,
            good: 0,
            faulty: 0,
            attached: 0,
            by_account: BTreeMap::new(),
            by_code: BTreeMap::new(),
            faults: Vec::new(),
            unlisted: 0,
            most_listed,
        }
    }

    /// Adds the faults of one row.
    pub(super) fn add_all(&mut self, faults: Vec<Fault>) {
        self.faulty += 1;
        for fault in faults {
            *self.by_code.entry(fault.code).or_default() += 1;
            if self.faults.len() < self.most_listed {
                self.faults.push(fault);
            } else {
                self.unlisted += 1;
            }
        }
    }

    /// Counts a good row.
    pub(super) fn count(&mut self, entry: &Entry) {
        self.good += 1;
        self.attached += u64::from(entry.line.is_some());
        if let Some(account) = entry.account {
            *self.by_account.entry(account).or_default() += 1;
        }
    }

    /// Keys are looked up in batches, and so faults of other kinds may stand before them.
    pub(super) fn sort(&mut self) {
        self.faults.sort();
    }
}

/// Why an import stopped.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImportError<F> {
    /// There is nothing in the file.
    #[error("the file has no rows; accepted: a line that names the columns, and a line for each terminal")]
    Empty,
    /// The first line does not name columns.
    #[error("{found}; accepted in the first line: {accepted}")]
    Heading {
        /// What was found.
        found: String,
        /// The columns.
        accepted: String,
    },
    /// It is no UTF-8.
    #[error("line {line} is no UTF-8; accepted: CSV in UTF-8 (a spreadsheet program calls it `CSV UTF-8`)")]
    Encoding {
        /// The line, counted from 1.
        line: u64,
    },
    /// A row does not end.
    #[error(
        "the row that begins on line {line} is longer than {most_kib} KiB; look for a \" that is not closed"
    )]
    LongRow {
        /// The line, counted from 1.
        line: u64,
        /// Longest row, KiB.
        most_kib: u64,
    },
    /// There are too many rows.
    #[error("the file has more than {most} rows; accepted: several files")]
    TooManyRows {
        /// Most rows.
        most: u64,
    },
    /// The file could not be read.
    #[error("the file cannot be read after line {line}: {reason}")]
    Read {
        /// The line, counted from 1.
        line: u64,
        /// What the system said.
        reason: String,
    },
    /// Some rows are bad: nothing may stay of what was stored.
    #[error("{} of {} rows are bad", .0.faulty, .0.rows)]
    Faults(Box<Report>),
    /// Something could not be looked up or stored.
    #[error("something could not be looked up or stored")]
    View(F),
}
