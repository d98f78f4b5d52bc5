//! The plan that writes: for each hour of its input, the files of the hour, as `skyweave run` writes them.

use super::fault::say;
use super::hours::{Hours, schema};
use crate::scenario::Worlds;
use crate::work;
use arrow::array::{ArrayRef, Float64Array, Int64Array, UInt32Array};
use arrow::record_batch::RecordBatch;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::{EquivalenceProperties, PhysicalExpr};
use datafusion::physical_plan::execution_plan::{Boundedness, EmissionType};
use datafusion::physical_plan::stream::RecordBatchReceiverStream;
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, ExecutionPlanProperties, Partitioning, PlanProperties,
};
use futures_util::StreamExt;
use skyweave_core::admission::{Admission, Basis, Unsigned};
use skyweave_core::plan::HourPlan;
use skyweave_core::time::UtcHour;
use skyweave_io::results::{Header, Mode, Options, Writer};
use std::fmt;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;
use tokio::sync::mpsc::Sender;

/// Plans hours and writes their files.
#[derive(Debug)]
pub(crate) struct WriteExec {
    hours: Arc<Hours>,
    worlds: Arc<Worlds>,
    list: Arc<dyn ExecutionPlan>,
    /// Where hours grow until they are whole.
    scratch: PathBuf,
    properties: Arc<PlanProperties>,
}

impl WriteExec {
    pub fn new(hours: Hours, worlds: Arc<Worlds>, scratch: PathBuf, list: Arc<dyn ExecutionPlan>) -> Self {
        let properties = PlanProperties::new(
            EquivalenceProperties::new(schema()),
            Partitioning::UnknownPartitioning(list.output_partitioning().partition_count()),
            EmissionType::Incremental,
            Boundedness::Bounded,
        );
        Self { hours: Arc::new(hours), worlds, list, scratch, properties: Arc::new(properties) }
    }

    pub fn hours(&self) -> &Hours {
        &self.hours
    }
}

impl DisplayAs for WriteExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WriteExec: {} hours into {}", self.hours.hours.len(), self.hours.folder.display())
    }
}

impl ExecutionPlan for WriteExec {
    fn name(&self) -> &'static str {
        "WriteExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.list]
    }

    fn benefits_from_input_partitioning(&self) -> Vec<bool> {
        vec![false]
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
        let [list] = <[_; 1]>::try_from(children)
            .map_err(|_| DataFusionError::Internal("a writer has one list of work".to_owned()))?;
        Ok(Arc::new(Self::new((*self.hours).clone(), Arc::clone(&self.worlds), self.scratch.clone(), list)))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let mut list = self.list.execute(partition, context)?;
        let mut stream = RecordBatchReceiverStream::builder(schema(), 1);
        let (hours, worlds, reader) = (Arc::clone(&self.hours), Arc::clone(&self.worlds), stream.tx());
        let scratch = self.scratch.clone();
        stream.spawn(async move {
            let mut mine = Vec::new();
            while let Some(batch) = list.next().await {
                mine.extend(work::hours(&batch?)?);
            }
            let written = tokio::task::spawn_blocking(move || {
                mine.into_iter().try_for_each(|hour| write_hour(&hours, &worlds, &scratch, hour, &reader))
            });
            written
                .await
                .map_err(|error| DataFusionError::Execution(format!("the planner stopped: {error}")))?
        });
        Ok(stream.build())
    }
}

/// Plans an hour into a folder of its own, and puts its files into that of the run. It stops when nobody waits for it any more.
fn write_hour(
    hours: &Hours,
    worlds: &Worlds,
    scratch: &Path,
    hour: UtcHour,
    reader: &Sender<Result<RecordBatch>>,
) -> Result<()> {
    let begun = Instant::now();
    let prepared = worlds.get(&hours.scenario).map_err(say)?;
    let scratch = Scratch::within(scratch).map_err(|error| {
        say(format!("{} {}: {error}", here("cannot make a folder in"), scratch.display()))
    })?;
    let failed = |what: &dyn fmt::Display| say(format!("{}: {what}", here("cannot write an hour")));
    let header = Header::of(&prepared, Unsigned::NAME, super::VERSION);
    let options = Options { format: hours.format, tables: hours.tables.clone(), mode: Mode::New };
    let writer = Writer::open(&scratch.0, header, options).map_err(|error| failed(&with_cause(&error)))?;
    let mut part = writer.begin(hour).map_err(|error| failed(&with_cause(&error)))?;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(worlds.threads()).build();
    let pool = pool.map_err(|error| failed(&error))?;
    let mut plan = HourPlan::<Unsigned>::begin(hour);
    while let Some(no) = plan.upcoming().filter(|no| *no < prepared.end) {
        if reader.is_closed() {
            return Ok(());
        }
        let world = &prepared.world;
        let slot = pool.install(|| plan.step(world, &Admission::declared(world, no), &mut |_| {}));
        if no >= part.waits_for().0 {
            pool.install(|| part.slot(world, &slot)).map_err(|error| failed(&with_cause(&error)))?;
        }
    }
    part.finish().map_err(|error| failed(&with_cause(&error)))?;
    let mut files = (0, 0);
    for table in &hours.tables {
        put_in_place(&scratch.0.join(table.name()), &hours.folder.join(table.name()), &mut files)
            .map_err(|(file, error)| failed(&format!("cannot write {}: {error}", file.display())))?;
    }
    let seconds = begun.elapsed().as_secs_f64();
    let columns: Vec<ArrayRef> = vec![
        Arc::new(Int64Array::from(vec![hour.0])),
        Arc::new(UInt32Array::from(vec![files.0])),
        Arc::new(Int64Array::from(vec![files.1])),
        Arc::new(Float64Array::from(vec![seconds])),
    ];
    // if nobody waits any more, the files are there all the same
    let _ = reader.blocking_send(Ok(RecordBatch::try_new(schema(), columns)?));
    Ok(())
}

/// Which machine it is, for whoever reads of it on another.
fn here(what: &str) -> String {
    let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let host = if host.trim().is_empty() { "unknown" } else { host.trim() };
    format!("the executor on {host} (process {}) {what}", std::process::id())
}

fn with_cause(error: &dyn std::error::Error) -> String {
    error.source().map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}"))
}

/// Copies all files of a folder under names that only this process uses, then gives them theirs: whole, or not there.
fn put_in_place(from: &Path, to: &Path, count: &mut (u32, i64)) -> Result<(), (PathBuf, io::Error)> {
    let at = |file: &Path| {
        let file = file.to_owned();
        move |error| (file, error)
    };
    fs::create_dir_all(to).map_err(at(to))?;
    for entry in fs::read_dir(from).and_then(Iterator::collect::<io::Result<Vec<_>>>).map_err(at(from))? {
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if source.is_dir() {
            put_in_place(&source, &target, count)?;
            continue;
        }
        let name = format!(".{}.{}.{UNFINISHED}", entry.file_name().to_string_lossy(), unique());
        let temp = Unfinished(to.join(name));
        let bytes = fs::copy(&source, &temp.0).map_err(at(&target))?;
        File::open(&temp.0).and_then(|file| file.sync_all()).map_err(at(&target))?;
        fs::rename(&temp.0, &target).map_err(at(&target))?;
        File::open(to).and_then(|folder| folder.sync_all()).map_err(at(to))?;
        *count = (count.0 + 1, count.1 + bytes as i64);
    }
    Ok(())
}

/// How names of files end that an executor has not finished.
pub(crate) const UNFINISHED: &str = "executor.tmp";

/// A file that is gone if it did not get its name.
struct Unfinished(PathBuf);

impl Drop for Unfinished {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// A folder that is gone with the hour.
struct Scratch(PathBuf);

impl Scratch {
    fn within(folder: &Path) -> io::Result<Self> {
        let path = folder.join(format!("skyweave-hour-{}", unique()));
        fs::create_dir(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A name that no other process uses, on this machine or on another.
fn unique() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    format!(
        "{}-{}-{}-{}",
        host.trim(),
        std::process::id(),
        now.as_nanos(),
        COUNT.fetch_add(1, Ordering::Relaxed)
    )
}
