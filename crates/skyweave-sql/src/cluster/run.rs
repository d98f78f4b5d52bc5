//! A run whose hours are planned on a cluster: the same files as those of a run on one machine.

use super::hours::{Hours, HoursTable};
use super::write::UNFINISHED;
use super::{Address, client};
use crate::QueryError;
use crate::scenario::{ScenarioFile, Worlds};
use arrow::array::AsArray;
use arrow::datatypes::{Float64Type, Int64Type};
use futures_util::StreamExt;
use skyweave_core::time::UtcHour;
use skyweave_io::results::{Format, Table};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;

/// What a cluster is to plan.
#[derive(Debug, Clone)]
pub struct Job {
    /// The scenario.
    pub scenario: ScenarioFile,
    /// The folder of the run: the same on all machines, and begun.
    pub folder: std::path::PathBuf,
    /// Format of the tables.
    pub format: Format,
    /// The tables.
    pub tables: BTreeSet<Table>,
    /// The hours that are still to be planned.
    pub hours: Vec<UtcHour>,
}

/// What a cluster did.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Planned {
    /// Hours.
    pub hours: usize,
    /// Bytes of their files.
    pub bytes: i64,
    /// Seconds of all executors together.
    pub seconds: f64,
}

/// Plans hours on a cluster; their files are in the folder of the run afterwards.
///
/// # Errors
/// What the first task met that could not be planned, with the machine. Hours that were planned before are whole, and stay.
pub async fn plan(scheduler: &Address, worlds: &Arc<Worlds>, job: Job) -> Result<Planned, QueryError> {
    let context = client::context(scheduler, worlds).await?;
    let folder = std::path::absolute(&job.folder).unwrap_or(job.folder);
    let hours = Hours {
        scenario: job.scenario,
        folder: folder.clone(),
        format: job.format,
        tables: job.tables.clone(),
        hours: job.hours.iter().map(|hour| hour.0).collect(),
    };
    let table = Arc::new(HoursTable::new(hours, Arc::clone(worlds)));
    let planned = async {
        context.register_table("hours", table)?;
        let mut rows = context.table("hours").await?.execute_stream().await?;
        let mut planned = Planned::default();
        while let Some(batch) = rows.next().await {
            let batch = batch?;
            planned.hours += batch.num_rows();
            planned.bytes += batch.column(2).as_primitive::<Int64Type>().values().iter().sum::<i64>();
            planned.seconds += batch.column(3).as_primitive::<Float64Type>().values().iter().sum::<f64>();
        }
        Ok(planned)
    };
    let planned = planned.await.map_err(|error| QueryError::of(&error, &[]));
    tidy(&folder, &job.tables);
    let planned = planned?;
    if planned.hours != job.hours.len() {
        let what =
            format!("the cluster planned {} hours where {} were asked for", planned.hours, job.hours.len());
        return Err(QueryError::new(what)
            .help("this is a fault of the program; the run can be finished with --resume"));
    }
    Ok(planned)
}

/// Removes what executors left behind that were lost while they wrote.
fn tidy(folder: &Path, tables: &BTreeSet<Table>) {
    let entries = |folder: &Path| fs::read_dir(folder).into_iter().flatten().flatten();
    for day in tables.iter().flat_map(|table| entries(&folder.join(table.name()))) {
        for file in entries(&day.path()) {
            let name = file.file_name();
            if name.to_string_lossy().ends_with(UNFINISHED) {
                // another program may have removed it, and what stays does no harm
                let _ = fs::remove_file(file.path());
            }
        }
    }
}
