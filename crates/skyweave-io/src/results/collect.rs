//! What every table does: look at each slot and give rows; and where the rows go, into the file of an hour.

use super::column::schema;
use super::error::ResultsError;
use super::layout::RunInfo;
use super::moment::Moment;
use super::row::{Record, Row};
use super::sink::TableFile;
use super::temp::TempFile;
use skyweave_core::time::{SlotNo, UtcHour};
use std::sync::Arc;

/// Rows that are kept before they are encoded; also the size of a row group. Memory stays flat with it.
const ROWS_AT_ONCE: usize = 100_000;

/// A table of an hour, as rows that follow from its slots.
pub(crate) trait Tabulate: Default + Send + 'static {
    /// Its rows.
    type Row: Row;

    /// Takes a slot, and adds the rows that it makes known.
    fn slot(&mut self, now: &Moment<'_>, rows: &mut Vec<Self::Row>);

    /// Adds the rows that waited for the end of the hour; `end` is the first slot after the last.
    fn close(self, _end: SlotNo, _rows: &mut Vec<Self::Row>) {}
}

/// A table that is being written.
pub(crate) trait Collector: Send {
    /// Takes a slot.
    fn slot(&mut self, now: &Moment<'_>) -> Result<(), ResultsError>;

    /// Closes the file; `end` is the first slot after the last.
    fn close(self: Box<Self>, end: SlotNo) -> Result<TempFile, ResultsError>;
}

/// A table that goes into the file of an hour.
pub(crate) struct HourFile<T: Tabulate> {
    table: T,
    rows: Vec<T::Row>,
    file: TableFile,
}

impl<T: Tabulate> HourFile<T> {
    /// Begins the file.
    pub fn create(info: &RunInfo, hour: UtcHour) -> Result<Self, ResultsError> {
        let table = <T::Row as Row>::TABLE;
        let (target, origin) = (info.file(table, hour), info.origin(table, hour));
        let schema = Arc::new(schema(<T::Row as Record>::COLUMNS));
        let file = TableFile::create(&target, info.options.format, schema, origin)?;
        Ok(Self { table: T::default(), rows: Vec::new(), file })
    }

    fn write_full_groups(&mut self) -> Result<(), ResultsError> {
        while self.rows.len() >= ROWS_AT_ONCE {
            let rest = self.rows.split_off(ROWS_AT_ONCE);
            let full = std::mem::replace(&mut self.rows, rest);
            self.file.write(&full)?;
        }
        Ok(())
    }
}

impl<T: Tabulate> Collector for HourFile<T> {
    fn slot(&mut self, now: &Moment<'_>) -> Result<(), ResultsError> {
        self.table.slot(now, &mut self.rows);
        self.write_full_groups()
    }

    fn close(mut self: Box<Self>, end: SlotNo) -> Result<TempFile, ResultsError> {
        std::mem::take(&mut self.table).close(end, &mut self.rows);
        self.write_full_groups()?;
        if !self.rows.is_empty() {
            self.file.write(&self.rows)?;
        }
        self.file.close()
    }
}
