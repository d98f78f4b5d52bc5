//! The rows of a request, with no more work than they need.
//!
//! | what is wanted of a slot | what is computed |
//! |---|---|
//! | nothing but how many satellites there are | nothing |
//! | where satellites are, who sees them | their positions: of those satellites and for those sites that are wanted |
//! | what satellites are (`service`) | also the constellation, once an hour |
//! | anything that somebody is served with | the hour, planned from its warm start up to the last slot that is wanted |

mod columns;
mod planned;
mod sky;

use crate::request::Request;
use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;
use datafusion::error::Result;
use datafusion::physical_plan::metrics::{Count, ExecutionPlanMetricsSet, MetricBuilder};
use rayon::ThreadPool;
use skyweave_core::time::UtcHour;
use skyweave_io::results::Table;
use skyweave_io::scenario::Prepared;

/// What is needed to compute.
pub(crate) struct Given<'a> {
    pub request: &'a Request,
    pub prepared: &'a Prepared,
    /// The schema of the rows: what the request says.
    pub schema: &'a SchemaRef,
    pub counters: &'a Counters,
    /// The threads of this partition: a pool of its own, since a thread that waits within a slot would else begin another hour.
    pub pool: &'a ThreadPool,
}

/// Whether more rows are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Emit {
    GoOn,
    Enough,
}

/// What was computed: `EXPLAIN ANALYZE` shows it.
#[derive(Debug)]
pub(crate) struct Counters {
    /// Slots that were planned wholly, those of the warm-up included.
    pub slots_planned: Count,
    /// Positions of satellites, outside of slots that were planned.
    pub positions_computed: Count,
    /// Pairs of site and satellite that were looked at, outside of slots that were planned.
    pub views_computed: Count,
}

impl Counters {
    pub fn new(metrics: &ExecutionPlanMetricsSet, partition: usize) -> Self {
        let counter = |name| MetricBuilder::new(metrics).counter(name, partition);
        Self {
            slots_planned: counter("slots_planned"),
            positions_computed: counter("positions_computed"),
            views_computed: counter("views_computed"),
        }
    }
}

/// Gives the rows of some hours, in batches of at most a slot.
pub(crate) fn rows(
    given: &Given<'_>,
    hours: &[UtcHour],
    emit: &mut dyn FnMut(RecordBatch) -> Emit,
) -> Result<()> {
    for hour in hours {
        let emitted = if needs_a_plan(given.request) {
            planned::hour(given, *hour, emit)?
        } else {
            sky::hour(given, *hour, emit)?
        };
        if emitted == Emit::Enough {
            break;
        }
    }
    Ok(())
}

/// True if rows say what only a plan knows.
fn needs_a_plan(request: &Request) -> bool {
    let of_a_plan: &[&str] = match request.function.0 {
        Table::Satellites => &["cells", "beams", "gateway", "gateway_up_bps", "gateway_down_bps"],
        Table::Visibility => &["gateway", "serves"],
        _ => return true,
    };
    of_a_plan.iter().any(|column| request.wants(column))
}
