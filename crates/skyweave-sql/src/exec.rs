//! The plan that computes: for each hour of its input, the rows that a request wants.

use crate::generate::{self, Counters, Emit};
use crate::request::Request;
use crate::scenario::Worlds;
use crate::work;
use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::{EquivalenceProperties, PhysicalExpr};
use datafusion::physical_plan::execution_plan::{Boundedness, EmissionType};
use datafusion::physical_plan::metrics::{ExecutionPlanMetricsSet, MetricBuilder, MetricsSet};
use datafusion::physical_plan::stream::RecordBatchReceiverStream;
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, ExecutionPlanProperties, Partitioning, PlanProperties,
};
use futures_util::StreamExt;
use skyweave_core::time::UtcHour;
use std::fmt;
use std::sync::Arc;
use tokio::sync::mpsc::Sender;

/// Batches that wait for a slow reader.
const AHEAD: usize = 2;

/// Computes what a request wants, for the hours that its input lists.
#[derive(Debug)]
pub(crate) struct PlannerExec {
    request: Arc<Request>,
    worlds: Arc<Worlds>,
    hours: Arc<dyn ExecutionPlan>,
    properties: Arc<PlanProperties>,
    metrics: ExecutionPlanMetricsSet,
}

impl PlannerExec {
    pub fn new(request: Request, worlds: Arc<Worlds>, hours: Arc<dyn ExecutionPlan>) -> Self {
        let partitions = hours.output_partitioning().partition_count();
        let properties = PlanProperties::new(
            EquivalenceProperties::new(request.schema()),
            Partitioning::UnknownPartitioning(partitions),
            EmissionType::Incremental,
            Boundedness::Bounded,
        );
        let metrics = ExecutionPlanMetricsSet::new();
        Self { request: Arc::new(request), worlds, hours, properties: Arc::new(properties), metrics }
    }

    /// What it computes.
    #[cfg_attr(not(feature = "cluster"), expect(dead_code, reason = "only what travels is taken apart"))]
    pub fn request(&self) -> &Request {
        &self.request
    }
}

impl DisplayAs for PlannerExec {
    fn fmt_as(&self, format: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match format {
            DisplayFormatType::TreeRender => write!(f, "{}", self.request.function.name()),
            _ => write!(f, "PlannerExec: {}", self.request),
        }
    }
}

impl ExecutionPlan for PlannerExec {
    fn name(&self) -> &'static str {
        "PlannerExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.hours]
    }

    fn benefits_from_input_partitioning(&self) -> Vec<bool> {
        vec![false]
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        vec![true]
    }

    fn apply_expressions(
        &self,
        _f: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn with_new_children(
        self: Arc<Self>,
        children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let [hours] = <[_; 1]>::try_from(children)
            .map_err(|_| DataFusionError::Internal("a planner has one list of work".to_owned()))?;
        Ok(Arc::new(Self::new((*self.request).clone(), Arc::clone(&self.worlds), hours)))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let mut list = self.hours.execute(partition, context)?;
        let mut stream = RecordBatchReceiverStream::builder(self.schema(), AHEAD);
        let task = Task {
            request: Arc::clone(&self.request),
            worlds: Arc::clone(&self.worlds),
            threads: self.worlds.threads().div_ceil(self.hours.output_partitioning().partition_count()),
            schema: self.schema(),
            counters: Counters::new(&self.metrics, partition),
            rows: MetricBuilder::new(&self.metrics).output_rows(partition),
            reader: stream.tx(),
        };
        stream.spawn(async move {
            let mut hours = Vec::new();
            while let Some(batch) = list.next().await {
                hours.extend(work::hours(&batch?)?);
            }
            let spread = task.request.spread;
            let computed = tokio::task::spawn_blocking(move || task.compute(&hours)).await;
            let computed =
                computed.map_err(|error| DataFusionError::Execution(format!("the planner stopped: {error}")));
            computed.and_then(|computed| computed).map_err(|error| if spread { spoken(error) } else { error })
        });
        Ok(stream.build())
    }

    fn metrics(&self) -> Option<MetricsSet> {
        Some(self.metrics.clone_inner())
    }
}

/// An error whose words are found again on another machine.
#[cfg(feature = "cluster")]
fn spoken(error: DataFusionError) -> DataFusionError {
    match &error {
        DataFusionError::External(inner) => crate::cluster::spoken(inner),
        DataFusionError::Execution(what) => crate::cluster::spoken(what),
        _ => error,
    }
}

#[cfg(not(feature = "cluster"))]
const fn spoken(error: DataFusionError) -> DataFusionError {
    error
}

/// One partition, while it is computed.
struct Task {
    request: Arc<Request>,
    worlds: Arc<Worlds>,
    threads: usize,
    schema: SchemaRef,
    counters: Counters,
    rows: datafusion::physical_plan::metrics::Count,
    reader: Sender<Result<RecordBatch>>,
}

impl Task {
    fn compute(self, hours: &[UtcHour]) -> Result<()> {
        if hours.is_empty() {
            return Ok(());
        }
        let prepared = self.worlds.get(&self.request.scenario)?;
        let pool = rayon::ThreadPoolBuilder::new().num_threads(self.threads).build();
        let pool =
            pool.map_err(|error| DataFusionError::Execution(format!("cannot start threads: {error}")))?;
        let Self { request, schema, counters, rows, reader, .. } = self;
        let mut left = request.fetch.unwrap_or(usize::MAX);
        let mut emit = |batch: RecordBatch| {
            let batch = if batch.num_rows() > left { batch.slice(0, left) } else { batch };
            left -= batch.num_rows();
            rows.add(batch.num_rows());
            // nobody reads any more: there is no reason to go on
            let heard = batch.num_rows() == 0 || reader.blocking_send(Ok(batch)).is_ok();
            if heard && left > 0 { Emit::GoOn } else { Emit::Enough }
        };
        generate::rows(
            &generate::Given {
                request: &request,
                prepared: &prepared,
                schema: &schema,
                counters: &counters,
                pool: &pool,
            },
            hours,
            &mut emit,
        )
    }
}
