//! What every table of a part does: look at each slot, then close its file.

use super::error::ResultsError;
use super::moment::Moment;
use super::temp::TempFile;
use skyweave_core::time::SlotNo;

/// A table that is being written.
pub(crate) trait Collector: Send {
    /// Takes a slot.
    fn slot(&mut self, now: &Moment<'_>) -> Result<(), ResultsError>;

    /// Closes the file; `end` is the first slot after the last.
    fn close(self: Box<Self>, end: SlotNo) -> Result<TempFile, ResultsError>;
}
