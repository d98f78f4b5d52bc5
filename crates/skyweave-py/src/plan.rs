//! Slots and tables while they are planned. A thread of its own plans ahead; whoever waits for it has let go of the GIL.

use crate::batch::{Batch, raised, schema_capsule, stream_capsule};
use crate::errors::About;
use crate::scenario::{Held, Scenario, count};
use arrow::array::{RecordBatch, RecordBatchReader};
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use miette::miette;
use pyo3::exceptions::PyKeyError;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;
use skyweave_core::admission::{Basis, Unsigned};
use skyweave_core::time::SlotNo;
use skyweave_io::results::{
    Ahead, Header, SlotBatches, Table, TableReader, TableStream as Planned, UtcMs, stream_schema,
};
use skyweave_study::window::part;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// Part of a scenario's window: where it begins, how many slots or how long it is.
type Part = (Option<String>, Option<u32>, Option<String>);

fn window(held: &Held, (start, slots, duration): &Part) -> PyResult<Range<SlotNo>> {
    let window = part(&held.0, start.as_deref(), *slots, duration.as_deref());
    window.map_err(|report| About::Plan.raise(report))
}

fn table(name: &str) -> PyResult<Table> {
    Table::named(name).ok_or_else(|| {
        let known = Table::ALL.map(Table::name).join(", ");
        About::Plan.raise(miette!(help = format!("accepted: {known}"), "there is no table `{name}`"))
    })
}

fn header(held: &Held, window: &Range<SlotNo>) -> Header {
    let header = Header::of(&held.0, Unsigned::NAME, env!("CARGO_PKG_VERSION"));
    Header { window: (window.start, window.end), ..header }
}

fn planned(held: &Held, window: &Range<SlotNo>, tables: BTreeSet<Table>) -> PyResult<Ahead> {
    let stream = Planned::begin(held.clone(), header(held, window), tables);
    Ok(stream.map_err(|error| About::Plan.raise(error))?.ahead())
}

/// A plan that tells somebody how many slots there are already.
struct Told {
    slots: Ahead,
    tell: Option<Py<PyAny>>,
}

impl Iterator for Told {
    type Item = Result<SlotBatches, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.slots.next();
        if let Some(tell) = &self.tell
            && let Err(error) = Python::attach(|py| tell.call1(py, (u32::from(next.is_some()),)))
        {
            self.tell = None;
            return Some(Err(ArrowError::ExternalError(Box::new(error))));
        }
        next
    }
}

/// The slots of a plan, one after another, each with its tables.
#[pyclass(frozen, module = "skyweave")]
pub struct Slots {
    slots: Mutex<Told>,
    count: i64,
}

/// Plans a part of a scenario's window. `tell` is called with 1 after each slot, and with 0 at the end.
#[pyfunction]
pub fn slots(scenario: &Scenario, tables: Vec<String>, of: Part, tell: Option<Py<PyAny>>) -> PyResult<Slots> {
    let tables = tables.iter().map(|name| table(name)).collect::<PyResult<_>>()?;
    let window = window(&scenario.held, &of)?;
    let slots = planned(&scenario.held, &window, tables)?;
    Ok(Slots { slots: Mutex::new(Told { slots, tell }), count: count(&window) })
}

#[pymethods]
impl Slots {
    fn __iter__(this: PyRef<'_, Self>) -> PyRef<'_, Self> {
        this
    }

    fn __next__(&self, py: Python<'_>) -> PyResult<Option<SlotTables>> {
        let next = py.detach(|| self.slots.lock().unwrap_or_else(PoisonError::into_inner).next());
        next.map(|slot| slot.map(SlotTables)).transpose().map_err(raised)
    }

    /// Slots of the whole plan.
    #[getter]
    fn count(&self) -> i64 {
        self.count
    }
}

/// One slot: the rows of its tables.
#[pyclass(frozen, mapping, module = "skyweave")]
pub struct SlotTables(SlotBatches);

#[pymethods]
impl SlotTables {
    /// Number of the slot.
    #[getter]
    fn slot(&self) -> i64 {
        self.0.slot.0
    }

    /// When it begins, as in RFC 3339.
    #[getter]
    fn time(&self) -> String {
        UtcMs::of_slot(self.0.slot).to_string()
    }

    /// The tables that have rows at this slot.
    fn keys(&self) -> Vec<&'static str> {
        let mut names: Vec<&'static str> = self.0.batches.iter().map(|(table, _)| table.name()).collect();
        names.dedup();
        names
    }

    fn __len__(&self) -> usize {
        self.keys().len()
    }

    fn __contains__(&self, name: &str) -> bool {
        self.keys().contains(&name)
    }

    /// The rows of a table; those that waited for the end of the hour are among them.
    fn __getitem__(&self, name: &str) -> PyResult<Batch> {
        let rows: Vec<&RecordBatch> =
            self.0.batches.iter().filter(|(table, _)| table.name() == name).map(|(_, batch)| batch).collect();
        match rows[..] {
            [] => Err(PyKeyError::new_err(name.to_owned())),
            [one] => Ok(Batch(one.clone())),
            [first, ..] => {
                let all = arrow::compute::concat_batches(&first.schema(), rows.iter().copied());
                all.map(Batch).map_err(raised)
            }
        }
    }

    fn __repr__(&self) -> String {
        format!("<skyweave.SlotTables {}: {}>", self.time(), self.keys().join(", "))
    }
}

/// A table of a plan as an Arrow stream, to be read once.
#[pyclass(frozen, module = "skyweave")]
pub struct TableStream {
    schema: SchemaRef,
    reader: Mutex<Option<Box<dyn RecordBatchReader + Send>>>,
    count: i64,
}

/// Plans one table of a part of a scenario's window.
#[pyfunction]
pub fn stream(scenario: &Scenario, name: &str, of: Part, tell: Option<Py<PyAny>>) -> PyResult<TableStream> {
    let (held, table) = (&scenario.held, table(name)?);
    let window = window(held, &of)?;
    let schema = stream_schema(table, &header(held, &window), held).map_err(raised)?;
    let slots = Told { slots: planned(held, &window, [table].into())?, tell };
    let reader = TableReader::new(table, SchemaRef::clone(&schema), slots);
    Ok(TableStream { schema, reader: Mutex::new(Some(Box::new(reader))), count: count(&window) })
}

impl TableStream {
    fn take(&self) -> PyResult<Box<dyn RecordBatchReader + Send>> {
        let reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner).take();
        reader.ok_or_else(|| {
            let help = "accepted: one reader for a plan; plan again for another one";
            About::Plan.raise(miette!(help = help, "this table was read already"))
        })
    }
}

#[pymethods]
impl TableStream {
    /// The schema, as an Arrow capsule.
    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        schema_capsule(py, &self.schema)
    }

    /// The table, as an Arrow capsule. It can be taken once.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        // the interface lets a producer give its own schema
        drop(requested_schema);
        stream_capsule(py, self.take()?)
    }

    fn __iter__(this: PyRef<'_, Self>) -> PyRef<'_, Self> {
        this
    }

    /// The next batch.
    fn __next__(&self, py: Python<'_>) -> PyResult<Option<Batch>> {
        let next = py.detach(|| {
            let mut reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
            reader.as_mut().and_then(Iterator::next)
        });
        next.map(|batch| batch.map(Batch)).transpose().map_err(raised)
    }

    /// Names of the columns.
    #[getter]
    fn column_names(&self) -> Vec<String> {
        self.schema.fields().iter().map(|field| field.name().clone()).collect()
    }

    /// Slots of the whole plan.
    #[getter]
    fn count(&self) -> i64 {
        self.count
    }
}

/// How long planning alone takes, without tables and without Python, s. It is what streams are measured against.
#[pyfunction]
pub fn planner_seconds(py: Python<'_>, scenario: &Scenario, of: Part) -> PyResult<f64> {
    let held = &scenario.held;
    let window = window(held, &of)?;
    Ok(py.detach(|| {
        let began = Instant::now();
        let mut slots = skyweave_core::plan::Slots::from(held.clone(), window.start);
        while slots.next().no.next() < window.end {}
        began.elapsed().as_secs_f64()
    }))
}
