//! `skyweave cluster`, and runs whose hours are planned on one.

use crate::args::{Cluster, Executor, Scheduler};
use crate::interrupt::Interrupt;
use crate::progress::Planning;
use crate::query::{runtime, worlds};
use crate::say::say;
use miette::Result;
use skyweave_core::plan::WARM_UP_SLOTS;
use skyweave_core::time::UtcHour;
use skyweave_io::results::Writer;
use skyweave_sql::cluster::run::{Job, Planned, plan};
use skyweave_sql::cluster::{Address, executor, scheduler};
use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::process::ExitCode;
use std::time::Duration;

/// Runs a process of a cluster.
pub fn cluster(process: Cluster) -> Result<ExitCode> {
    match process {
        Cluster::Scheduler(options) => share_out(options),
        Cluster::Executor(options) => execute(options),
    }
}

fn share_out(options: Scheduler) -> Result<ExitCode> {
    let wanted = scheduler::Options {
        listen: options.listen,
        lost_after_s: options.lost_after,
        ..scheduler::Options::default()
    };
    runtime()?.block_on(async {
        tokio::select! {
            stopped = scheduler::run(worlds(None), wanted, |address| say!("scheduler on {address}")) => stopped,
            _ = tokio::signal::ctrl_c() => Ok(()),
        }
    })?;
    Ok(ExitCode::SUCCESS)
}

fn execute(options: Executor) -> Result<ExitCode> {
    let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let slots = options.slots.map_or(cores, usize::from);
    let mut wanted = executor::Options::of(options.scheduler);
    wanted.slots = slots;
    wanted.listen = options.listen;
    wanted.external_host = options.external_host;
    wanted.work_dir = options.work_dir.unwrap_or(wanted.work_dir);
    say!("executor of {slots} slots for {}", wanted.scheduler);
    runtime()?.block_on(executor::run(worlds(Some(cores.div_ceil(slots))), wanted))?;
    Ok(ExitCode::SUCCESS)
}

/// Plans the hours of a run on a cluster. Nothing if somebody wanted to stop: the job then ends on the cluster, and its hours are whole.
pub fn plan_hours(
    scheduler: &Address,
    job: Job,
    writer: &Writer,
    progress: &Planning,
    interrupt: &Interrupt,
) -> Result<Option<Planned>> {
    const LOOK_EVERY: Duration = Duration::from_millis(250);
    let mut waiting: BTreeSet<i64> = job.hours.iter().map(|hour| hour.0).collect();
    let mut look = || {
        let done: Vec<i64> =
            waiting.iter().copied().filter(|hour| writer.is_finished(UtcHour(*hour))).collect();
        for hour in done {
            waiting.remove(&hour);
            let hour = UtcHour(hour);
            let slots = hour.next().first_slot().0 - hour.first_slot().0 + WARM_UP_SLOTS;
            (0..slots).for_each(|_| progress.slot());
        }
        interrupt.came()
    };
    let worlds = worlds(None);
    runtime()?.block_on(async {
        let planned = plan(scheduler, &worlds, job);
        tokio::pin!(planned);
        loop {
            tokio::select! {
                planned = &mut planned => return Ok(Some(planned?)),
                () = tokio::time::sleep(LOOK_EVERY) => if look() { return Ok(None) },
            }
        }
    })
}
