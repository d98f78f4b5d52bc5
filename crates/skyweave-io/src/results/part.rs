//! An hour that is being written.

use super::asks::Asks;
use super::cells::Cells;
use super::collect::{Collector, HourFile, Tabulate};
use super::error::ResultsError;
use super::layout::{RunInfo, slots_of};
use super::links::Links;
use super::moment::{Moment, Names};
use super::network::Network;
use super::outages::Outages;
use super::paths::Paths;
use super::satellites::Satellites;
use super::sites::Sites;
use super::table::Table;
use super::temp::TempFile;
use super::visibility::Visibility;
use crate::slots::SlotTable;
use skyweave_core::admission::Basis;
use skyweave_core::plan::Slot;
use skyweave_core::time::{SlotNo, UtcHour};
use skyweave_core::world::World;
use std::fmt;
use std::sync::Arc;

/// An hour that is being written. A part that is dropped before it is finished leaves no file.
pub struct Part {
    info: Arc<RunInfo>,
    hour: UtcHour,
    next: SlotNo,
    end: SlotNo,
    names: Option<Names>,
    /// True after an error: what the tables then have is not whole.
    failed: bool,
    tables: Vec<Box<dyn Collector>>,
}

impl Part {
    pub(crate) fn begin(info: &Arc<RunInfo>, hour: UtcHour) -> Result<Self, ResultsError> {
        let (next, end) = slots_of(hour, info.header.window);
        if next >= end {
            return Err(ResultsError::OutsideRun { hour });
        }
        let tables = info.options.tables.iter().map(|table| collector(*table, info, hour));
        let tables = tables.collect::<Result<_, _>>()?;
        Ok(Self { info: Arc::clone(info), hour, next, end, names: None, failed: false, tables })
    }

    /// The slots that the part still waits for: the next, and the first after the last.
    #[must_use]
    pub const fn waits_for(&self) -> (SlotNo, SlotNo) {
        (self.next, self.end)
    }

    /// Takes the next slot: those of the hour that are in the run's window, in their order. The world must be the same for
    /// all of them.
    ///
    /// # Errors
    /// [`ResultsError::OutOfOrder`] and [`ResultsError::OtherBasis`]; [`ResultsError::Io`], after which the part takes
    /// nothing more ([`ResultsError::GivenUp`]).
    pub fn slot<A: Basis>(&mut self, world: &World, slot: &Slot<A>) -> Result<(), ResultsError> {
        if self.failed {
            return Err(ResultsError::GivenUp { hour: self.hour });
        }
        if slot.no != self.next || slot.no >= self.end {
            return Err(ResultsError::OutOfOrder { found: slot.no, expected: self.next });
        }
        if A::NAME != self.info.header.basis {
            return Err(ResultsError::OtherBasis { found: A::NAME, expected: self.info.header.basis });
        }
        let names = self.names.get_or_insert_with(|| Names::of(world));
        let now = Moment::of(world, names, slot);
        let written = self.tables.iter_mut().try_for_each(|table| table.slot(&now));
        self.failed = written.is_err();
        written?;
        self.next = self.next.next();
        Ok(())
    }

    /// Puts the files of all tables in place. First all become whole, then all get their names.
    ///
    /// # Errors
    /// [`ResultsError::Incomplete`] if slots are missing, [`ResultsError::GivenUp`] and [`ResultsError::Io`].
    pub fn finish(self) -> Result<(), ResultsError> {
        if self.failed {
            return Err(ResultsError::GivenUp { hour: self.hour });
        }
        if self.next < self.end {
            let missing = self.end.0 - self.next.0;
            return Err(ResultsError::Incomplete { hour: self.hour, missing });
        }
        let end = self.end;
        let files = self.tables.into_iter().map(|table| table.close(end));
        let files = files.collect::<Result<Vec<TempFile>, _>>()?;
        files.into_iter().try_for_each(TempFile::put_in_place)
    }
}

impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Part").field("hour", &self.hour).field("next", &self.next).finish_non_exhaustive()
    }
}

fn collector(table: Table, info: &Arc<RunInfo>, hour: UtcHour) -> Result<Box<dyn Collector>, ResultsError> {
    fn file<T: Tabulate>(info: &RunInfo, hour: UtcHour) -> Result<Box<dyn Collector>, ResultsError> {
        Ok(Box::new(HourFile::<T>::create(info, hour)?))
    }
    match table {
        Table::Network => file::<Network>(info, hour),
        Table::Sites => file::<Sites>(info, hour),
        Table::Paths => file::<Paths>(info, hour),
        Table::Satellites => file::<Satellites>(info, hour),
        Table::Links => file::<Links>(info, hour),
        Table::Outages => file::<Outages>(info, hour),
        Table::Cells => file::<Cells>(info, hour),
        Table::Visibility => file::<Visibility>(info, hour),
        Table::Flows => file::<Asks>(info, hour),
        Table::Slots => Ok(Box::new(SlotTable::create(Arc::clone(info), hour)?)),
    }
}
