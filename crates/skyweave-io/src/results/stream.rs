//! Tables without files: record batches slot by slot, while the planner makes the slots.
//!
//! Memory is that of one hour's plan: a batch is gone when its reader lets go of it, and what a table keeps (open links and
//! outages, sums of cells) ends with the hour, as it does in files.

use super::asks::Asks;
use super::cells::Cells;
use super::collect::Tabulate;
use super::column::schema;
use super::error::ResultsError;
use super::layout::metadata;
use super::links::Links;
use super::moment::{Moment, Names};
use super::network::Network;
use super::outages::Outages;
use super::paths::Paths;
use super::row::{Record, Row};
use super::run_file::Header;
use super::satellites::Satellites;
use super::sites::Sites;
use super::table::Table;
use super::visibility::Visibility;
use crate::slots::{names_of, slot_batch, slot_schema};
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use arrow::record_batch::{RecordBatch, RecordBatchReader};
use skyweave_core::admission::Basis;
use skyweave_core::plan::{Slot, Slots};
use skyweave_core::time::{SlotNo, UtcHour};
use skyweave_core::world::World;
use std::collections::BTreeSet;
use std::ops::Deref;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

/// The schema of a table as it is streamed: the columns of its files, and in the metadata what they come from (as in a file, but for the
/// hour). Slots name everything in the world in theirs, and so need it.
///
/// # Errors
/// [`ArrowError`] if the names cannot be written.
pub fn stream_schema(table: Table, header: &Header, world: &World) -> Result<SchemaRef, ArrowError> {
    let origin = metadata(header, table);
    Ok(match table.columns() {
        Some(columns) => schema(columns).with_metadata(origin.into_iter().collect()).into(),
        None => slot_schema(origin.into_iter().chain(names_of(&Names::of(world))?).collect()),
    })
}

/// The tables of one slot; those that have no rows at it are left out. Links, outages and cells have theirs when they end, at the latest
/// with the last slot of an hour.
#[derive(Debug, Clone)]
pub struct SlotBatches {
    /// The slot.
    pub slot: SlotNo,
    /// Its rows, by table.
    pub batches: Vec<(Table, RecordBatch)>,
}

/// Tables of one UTC hour, made from its slots.
pub struct HourTables {
    hour: UtcHour,
    names: Names,
    tables: Vec<(Table, Box<dyn Batched>)>,
}

impl HourTables {
    /// Begins the tables of an hour, with the schemas of [`stream_schema`].
    ///
    /// # Errors
    /// As [`stream_schema`].
    pub fn begin(
        header: &Header,
        world: &World,
        tables: &BTreeSet<Table>,
        hour: UtcHour,
    ) -> Result<Self, ArrowError> {
        let batched = |table: &Table| Ok((*table, batched(*table, stream_schema(*table, header, world)?)));
        let tables = tables.iter().map(batched).collect::<Result<_, ArrowError>>()?;
        Ok(Self { hour, names: Names::of(world), tables })
    }

    /// The hour.
    #[must_use]
    pub const fn hour(&self) -> UtcHour {
        self.hour
    }

    /// The rows that a slot makes known.
    ///
    /// # Errors
    /// [`ArrowError`] if a batch would be too large.
    pub fn slot<A: Basis>(&mut self, world: &World, slot: &Slot<A>) -> Result<SlotBatches, ArrowError> {
        let now = Moment::of(world, &self.names, slot);
        let mut batches = Vec::with_capacity(self.tables.len());
        for (table, batched) in &mut self.tables {
            batches.extend(batched.slot(&now)?.map(|batch| (*table, batch)));
        }
        Ok(SlotBatches { slot: slot.no, batches })
    }

    /// The rows that waited for the end of the hour, or of the window; `end` is the first slot after the last.
    ///
    /// # Errors
    /// [`ArrowError`] if a batch would be too large.
    pub fn finish(self, end: SlotNo) -> Result<Vec<(Table, RecordBatch)>, ArrowError> {
        let mut batches = Vec::new();
        for (table, batched) in self.tables {
            batches.extend(batched.close(end)?.map(|batch| (table, batch)));
        }
        Ok(batches)
    }
}

/// A table as batches.
trait Batched: Send {
    fn slot(&mut self, now: &Moment<'_>) -> Result<Option<RecordBatch>, ArrowError>;
    fn close(self: Box<Self>, end: SlotNo) -> Result<Option<RecordBatch>, ArrowError>;
}

struct Rows<T: Tabulate> {
    table: T,
    schema: SchemaRef,
    rows: Vec<T::Row>,
}

impl<T: Tabulate> Rows<T> {
    fn batch(&mut self) -> Result<Option<RecordBatch>, ArrowError> {
        if self.rows.is_empty() {
            return Ok(None);
        }
        let arrays = T::Row::arrays(&self.rows);
        self.rows.clear();
        RecordBatch::try_new(SchemaRef::clone(&self.schema), arrays).map(Some)
    }
}

impl<T: Tabulate> Batched for Rows<T> {
    fn slot(&mut self, now: &Moment<'_>) -> Result<Option<RecordBatch>, ArrowError> {
        self.table.slot(now, &mut self.rows);
        self.batch()
    }

    fn close(mut self: Box<Self>, end: SlotNo) -> Result<Option<RecordBatch>, ArrowError> {
        std::mem::take(&mut self.table).close(end, &mut self.rows);
        self.batch()
    }
}

/// Whole slots, which need no rows.
struct Whole(SchemaRef);

impl Batched for Whole {
    fn slot(&mut self, now: &Moment<'_>) -> Result<Option<RecordBatch>, ArrowError> {
        slot_batch(&self.0, now).map(Some)
    }

    fn close(self: Box<Self>, _end: SlotNo) -> Result<Option<RecordBatch>, ArrowError> {
        Ok(None)
    }
}

fn batched(table: Table, schema: SchemaRef) -> Box<dyn Batched> {
    fn rows<T: Tabulate>(schema: SchemaRef) -> Box<dyn Batched> {
        debug_assert_eq!(schema.fields().len(), T::Row::COLUMNS.len(), "{}", T::Row::TABLE);
        Box::new(Rows { table: T::default(), schema, rows: Vec::new() })
    }
    match table {
        Table::Network => rows::<Network>(schema),
        Table::Sites => rows::<Sites>(schema),
        Table::Paths => rows::<Paths>(schema),
        Table::Satellites => rows::<Satellites>(schema),
        Table::Links => rows::<Links>(schema),
        Table::Outages => rows::<Outages>(schema),
        Table::Cells => rows::<Cells>(schema),
        Table::Visibility => rows::<Visibility>(schema),
        Table::Flows => rows::<Asks>(schema),
        Table::Slots => Box::new(Whole(schema)),
    }
}

/// The tables of a window of slots, planned as they are asked for: the rows that `skyweave run` writes, in their order.
pub struct TableStream<W> {
    world: W,
    header: Header,
    tables: BTreeSet<Table>,
    slots: Slots<W>,
    next: SlotNo,
    end: SlotNo,
    open: Option<HourTables>,
}

impl<W: Deref<Target = World> + Clone> TableStream<W> {
    /// The tables of the window that the header names. An hour that the window begins in is planned from its beginning, as runs do.
    ///
    /// # Errors
    /// [`ResultsError::NoTables`].
    pub fn begin(world: W, header: Header, tables: BTreeSet<Table>) -> Result<Self, ResultsError> {
        if tables.is_empty() {
            return Err(ResultsError::NoTables);
        }
        let (next, end) = header.window;
        let slots = Slots::from(world.clone(), next);
        Ok(Self { world, header, tables, slots, next, end, open: None })
    }

    /// The slots that are still to come.
    #[must_use]
    pub const fn left(&self) -> i64 {
        self.end.0 - self.next.0
    }

    fn step(&mut self) -> Result<SlotBatches, ArrowError> {
        let slot = self.slots.next();
        let mut hour = match self.open.take() {
            Some(open) => open,
            None => HourTables::begin(&self.header, &self.world, &self.tables, slot.no.hour())?,
        };
        let mut made = hour.slot(&self.world, &slot)?;
        self.next = slot.no.next();
        if self.next == self.end || self.next.hour() != hour.hour() {
            made.batches.extend(hour.finish(self.next)?);
        } else {
            self.open = Some(hour);
        }
        Ok(made)
    }
}

impl<W: Deref<Target = World> + Clone> Iterator for TableStream<W> {
    type Item = Result<SlotBatches, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.next >= self.end {
            return None;
        }
        let made = self.step();
        if made.is_err() {
            self.next = self.end;
        }
        Some(made)
    }
}

/// Slots whose tables wait for a slow reader.
const AHEAD: usize = 2;

impl<W: Deref<Target = World> + Clone + Send + 'static> TableStream<W> {
    /// The same, made by a thread of its own a few slots ahead of the reader. It ends when the reader is gone.
    #[must_use]
    pub fn ahead(self) -> Ahead {
        let (sender, made) = sync_channel(AHEAD);
        thread::spawn(move || {
            for slot in self {
                if sender.send(slot).is_err() {
                    break;
                }
            }
        });
        Ahead(made)
    }
}

/// Tables that a thread makes ahead.
pub struct Ahead(Receiver<Result<SlotBatches, ArrowError>>);

impl Iterator for Ahead {
    type Item = Result<SlotBatches, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.recv().ok()
    }
}

/// One table of a stream, as Arrow's own readers have it; the rows of other tables are passed over.
pub struct TableReader<I> {
    table: Table,
    schema: SchemaRef,
    stream: I,
    waiting: Vec<RecordBatch>,
}

impl<I> TableReader<I> {
    /// The batches of a table with this schema.
    pub const fn new(table: Table, schema: SchemaRef, stream: I) -> Self {
        Self { table, schema, stream, waiting: Vec::new() }
    }
}

impl<I: Iterator<Item = Result<SlotBatches, ArrowError>>> Iterator for TableReader<I> {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(batch) = self.waiting.pop() {
                return Some(Ok(batch));
            }
            match self.stream.next()? {
                Ok(made) => {
                    let mine = made.batches.into_iter().rev().filter(|(table, _)| *table == self.table);
                    self.waiting = mine.map(|(_, batch)| batch).collect();
                }
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

impl<I: Iterator<Item = Result<SlotBatches, ArrowError>>> RecordBatchReader for TableReader<I> {
    fn schema(&self) -> SchemaRef {
        SchemaRef::clone(&self.schema)
    }
}
