//! The list of work: hours, which Ballista and DataFusion share out among those who plan.
//!
//! It is a `MemorySourceConfig`, and the plan that computes stands above it. A leaf of our own with several partitions would be run in full
//! by every task of Ballista, which knows how to cut only its own leaves and DataFusion's; rows would come several times, in silence.

use crate::request::Request;
use arrow::array::{ArrayRef, Int64Array};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::record_batch::RecordBatch;
use datafusion::datasource::memory::MemorySourceConfig;
use datafusion::error::{DataFusionError, Result};
use datafusion::physical_plan::ExecutionPlan;
use skyweave_core::time::UtcHour;
use std::sync::Arc;

/// The list of a request. Spread, each hour is a partition; else there are as many partitions as DataFusion wants at a time, so that no more
/// hours than these are in memory.
pub(crate) fn list(request: &Request, partitions: usize) -> Result<Arc<dyn ExecutionPlan>> {
    let hours = request.hours();
    let count = if request.spread { hours.len() } else { partitions };
    of_hours(&hours, count)
}

/// Hours as a list of as many partitions as are said, at most; hours that follow each other stay together.
pub(crate) fn of_hours(hours: &[UtcHour], partitions: usize) -> Result<Arc<dyn ExecutionPlan>> {
    let size = hours.len().div_ceil(partitions.max(1)).max(1);
    let mut parts: Vec<Vec<RecordBatch>> =
        hours.chunks(size).map(|part| Ok(vec![batch(part)?])).collect::<Result<_>>()?;
    if parts.is_empty() {
        parts.push(vec![batch(&[])?]);
    }
    Ok(MemorySourceConfig::try_new_exec(&parts, schema(), None)?)
}

/// The hours of a row.
pub(crate) fn hours(batch: &RecordBatch) -> Result<Vec<UtcHour>> {
    let column = batch.column_by_name(HOUR).and_then(|column| column.as_any().downcast_ref::<Int64Array>());
    let hours = column.ok_or_else(|| DataFusionError::Internal("a list of work without hours".to_owned()))?;
    Ok(hours.values().iter().map(|hour| UtcHour(*hour)).collect())
}

const HOUR: &str = "hour";

fn schema() -> SchemaRef {
    Arc::new(Schema::new(vec![Field::new(HOUR, DataType::Int64, false)]))
}

fn batch(hours: &[UtcHour]) -> Result<RecordBatch> {
    let column: ArrayRef = Arc::new(hours.iter().map(|hour| hour.0).collect::<Int64Array>());
    Ok(RecordBatch::try_new(schema(), vec![column])?)
}
