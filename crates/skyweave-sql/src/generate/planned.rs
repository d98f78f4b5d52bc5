//! Rows that only a plan knows: the hour is planned from its warm start, as a run does it.

use super::columns::batch;
use super::{Emit, Given};
use arrow::array::{AsArray, BooleanArray};
use arrow::compute::filter_record_batch;
use arrow::datatypes::Int32Type;
use arrow::error::ArrowError;
use arrow::record_batch::RecordBatch;
use datafusion::error::{DataFusionError, Result};
use skyweave_core::admission::{Admission, Basis, Unsigned};
use skyweave_core::plan::HourPlan;
use skyweave_core::time::UtcHour;
use skyweave_io::results::{Header, HourTables, Table};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The rows of an hour's slots.
pub(super) fn hour(
    given: &Given<'_>,
    hour: UtcHour,
    emit: &mut dyn FnMut(RecordBatch) -> Emit,
) -> Result<Emit> {
    let (request, world) = (given.request, &given.prepared.world);
    let Some(last) = request.slots_of(hour).last() else { return Ok(Emit::GoOn) };
    let table = request.function.0;
    let header = Header::of(given.prepared, Unsigned::NAME, env!("CARGO_PKG_VERSION"));
    let mut tables = HourTables::begin(&header, world, &BTreeSet::from([table]), hour)?;
    let mut plan = HourPlan::<Unsigned>::begin(hour);
    // a file begins with the hour or with the run, and knows nothing of what was before
    let file_begins = hour.first_slot().max(given.prepared.first);
    while let Some(no) = plan.upcoming().filter(|no| *no <= last) {
        let slot = given.pool.install(|| plan.step(world, &Admission::declared(world, no), &mut |_| {}));
        given.counters.slots_planned.add(1);
        // the warm-up is of the hour before, and may be wanted there
        let wanted = no >= file_begins && request.wants_slot(no);
        // sites are compared with the slot before
        let looked_at = wanted || (table == Table::Sites && no >= file_begins);
        if !looked_at {
            continue;
        }
        let made = tables.slot(world, &slot)?;
        let Some((_, rows)) = made.batches.into_iter().find(|(of, _)| *of == table && wanted) else {
            continue;
        };
        if emit(narrowed(given, &rows)?) == Emit::Enough {
            return Ok(Emit::Enough);
        }
    }
    Ok(Emit::GoOn)
}

/// The rows and columns that are wanted.
fn narrowed(given: &Given<'_>, rows: &RecordBatch) -> Result<RecordBatch> {
    let request = given.request;
    let mut rows = rows.clone();
    if let (Some(key), Some(names)) = (request.function.key(), &request.names) {
        rows = named(&rows, key, names)?;
    }
    if let (true, Some(names)) = (request.function.has_satellites(), &request.satellites) {
        rows = named(&rows, "satellite", names)?;
    }
    let column = |name: &String| {
        let column = rows.column_by_name(name).map(Arc::clone);
        column.ok_or_else(|| DataFusionError::Internal(format!("the table has no column {name}")))
    };
    let columns = given.schema.fields().iter().map(|field| column(field.name())).collect::<Result<_>>()?;
    Ok(batch(given.schema, columns, rows.num_rows())?)
}

/// The rows whose name is among some.
fn named(rows: &RecordBatch, column: &str, wanted: &BTreeSet<String>) -> Result<RecordBatch, ArrowError> {
    let Some(names) = rows.column_by_name(column).and_then(|array| array.as_dictionary_opt::<Int32Type>())
    else {
        return Err(ArrowError::SchemaError(format!("{column} is no column of names")));
    };
    let texts = names.values().as_string::<i32>();
    let is_wanted: Vec<bool> =
        texts.iter().map(|text| text.is_some_and(|text| wanted.contains(text))).collect();
    let mask: BooleanArray =
        names.keys().iter().map(|key| Some(key.is_some_and(|key| is_wanted[key as usize]))).collect();
    filter_record_batch(rows, &mask)
}
