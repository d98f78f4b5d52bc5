//! `skyweave run`: the whole product on one screen.

use crate::args::{Run as Options, TableFormat};
use crate::crew::Staff;
use crate::hours::{self, Stretch, Work};
use crate::interrupt::Interrupt;
use crate::progress::Planning;
use crate::say::say;
use crate::timings::Timings;
use crate::timings_text::{self, processor_time};
use crate::{summary_text, world_text};
use miette::{IntoDiagnostic, Result, WrapErr};
use serde::Serialize;
use skyweave_core::admission::{Basis, Unsigned};
use skyweave_core::time::UtcHour;
use skyweave_io::results::{self, Format, Header, Mode, Run, Writer};
use skyweave_io::scenario::{self, Prepared};
use skyweave_io::summary::Summary;
use skyweave_study::policies;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// What a program that was interrupted exits with: 128 + SIGINT.
pub const INTERRUPTED: u8 = 130;

/// Plans a scenario, writes what everybody got, and sums it up.
pub fn run(options: &Options) -> Result<ExitCode> {
    let started = Instant::now();
    let interrupt = Interrupt::listen();
    let prepared = policies::read(&options.scenario, &options.set)?;
    if !options.quiet {
        eprint!("{}", world_text::lines(&prepared));
    }

    let scratch = Scratch::unless(options.output.is_some())?;
    let folder = scratch.tables().or_else(|| options.output.clone()).unwrap_or_default();
    let writer = writer(options, &prepared, &folder)?;
    let (there, hours): (Vec<UtcHour>, Vec<UtcHour>) =
        writer.hours().partition(|hour| writer.is_finished(*hour));
    let progress = progress(options, &prepared, &there, &hours);
    let staff = Staff::of(threads(options.threads), hours.len());
    let work = Work {
        prepared: &prepared,
        writer: &writer,
        hours: &hours,
        progress: &progress,
        interrupt: &interrupt,
    };
    let clock = Clock::start();
    let Some(timings) = plan_hours(options, &work, &staff)? else {
        progress.abandon();
        return Ok(interrupted(options));
    };
    let timings = clock.stop(&timings, &staff, hours.len());
    progress.finish();
    writer.finish()?;

    let summary = Summary::of(&Run::open(&folder)?)?;
    // nobody may be reading: then the program ends where it speaks, and must leave nothing behind
    drop(scratch);
    let timings = options.timings.then_some(timings);
    if options.json {
        let said = Said { summary: &summary, timings };
        say!("{}", serde_json::to_string_pretty(&said).into_diagnostic()?);
    } else {
        crate::say::write(format_args!("{}", summary_text::lines(&summary)));
        crate::say::write(format_args!("{}", timings.map_or_else(String::new, |timings| timings.lines())));
        let seconds = started.elapsed().as_secs_f64();
        say!("\n{} slots planned in {:.1} s.{}", summary.slots, seconds, kept(options));
    }
    Ok(ExitCode::SUCCESS)
}

/// Plans all hours of the work: here, or on a cluster.
fn plan_hours(options: &Options, work: &Work<'_>, staff: &Staff) -> Result<Option<Timings>> {
    #[cfg(feature = "cluster")]
    if let (Some(scheduler), Some(folder)) = (&options.cluster, &options.output) {
        let results::Options { format, tables, .. } = kept_tables(options);
        let scenario =
            skyweave_sql::scenario::ScenarioFile::of(&options.scenario, &options.set, work.prepared);
        let hours = work.hours.to_vec();
        let job = skyweave_sql::cluster::run::Job { scenario, folder: folder.clone(), format, tables, hours };
        let planned = crate::cluster::plan_hours(scheduler, job, work.writer, work.progress, work.interrupt)?;
        return Ok(planned.map(|_| Timings::new(false)));
    }
    hours::plan(work, staff, options.timings)
}

/// What `--json` says: the summary, and beside its members the times if they are asked for.
#[derive(Serialize)]
struct Said<'a> {
    #[serde(flatten)]
    summary: &'a Summary,
    #[serde(skip_serializing_if = "Option::is_none")]
    timings: Option<timings_text::Report>,
}

/// Measures the planning as a whole.
struct Clock(Instant, Option<Duration>);

impl Clock {
    fn start() -> Self {
        Self(Instant::now(), processor_time())
    }

    fn stop(&self, timings: &Timings, staff: &Staff, hours: usize) -> timings_text::Report {
        let cpu = processor_time().zip(self.1).map(|(now, then)| now.saturating_sub(then));
        timings_text::Report::of(timings, staff.shares(), hours, self.0.elapsed(), cpu)
    }
}

/// Prints the JSON Schema of scenarios.
pub fn schema() -> Result<ExitCode> {
    crate::say::write(format_args!("{}", scenario::schema().into_diagnostic()?));
    Ok(ExitCode::SUCCESS)
}

/// The threads that somebody asked for, else one for each core.
pub fn threads(asked: Option<u16>) -> usize {
    let cores = || std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    asked.map_or_else(cores, usize::from)
}

/// How many slots are planned for some hours, those of warm-ups included.
pub fn slots_to_plan(prepared: &Prepared, hours: &[UtcHour]) -> u64 {
    let stretch = |hour: &UtcHour| Stretch::of(*hour, (prepared.first, prepared.end));
    hours.iter().map(stretch).map(|hour| (hour.ends.0 - hour.begins.0) as u64).sum()
}

/// The bar, with the slots of finished hours and of those still to plan.
fn progress(options: &Options, prepared: &Prepared, there: &[UtcHour], hours: &[UtcHour]) -> Planning {
    let stretch = |hour: &UtcHour| Stretch::of(*hour, (prepared.first, prepared.end));
    let there: i64 = there.iter().map(stretch).map(|hour| hour.ends.0 - hour.shown.0).sum();
    Planning::begin(&prepared.scenario.name, slots_to_plan(prepared, hours), there as u64, options.quiet)
}

/// A folder that is gone with the run, for tables that nobody asked to keep; none where results are kept.
pub struct Scratch(Option<PathBuf>);

impl Scratch {
    /// One in the system's folder for such things, unless results are kept.
    pub fn unless(kept: bool) -> Result<Self> {
        /// Folders of killed runs may have the number of this process.
        const MOST_IN_THE_WAY: u32 = 1_000;
        if kept {
            return Ok(Self(None));
        }
        let path = |no| std::env::temp_dir().join(format!("skyweave-{}-{no}", std::process::id()));
        let free = (0..MOST_IN_THE_WAY).find(|no| path(*no).symlink_metadata().is_err());
        let path = path(free.unwrap_or(MOST_IN_THE_WAY));
        std::fs::create_dir(&path)
            .into_diagnostic()
            .wrap_err_with(|| format!("cannot make the folder {}", path.display()))?;
        Ok(Self(Some(path)))
    }

    /// Where tables go in it.
    pub fn tables(&self) -> Option<PathBuf> {
        self.0.as_ref().map(|path| path.join("tables"))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Some(path) = &self.0 {
            let _ = std::fs::remove_dir_all(path);
        }
    }
}

/// Who writes into the folder: what is to be kept, or the few tables that a summary is made from.
fn writer(options: &Options, prepared: &Prepared, folder: &Path) -> Result<Writer> {
    let header = Header::of(prepared, Unsigned::NAME, env!("CARGO_PKG_VERSION"));
    if options.output.is_none() {
        let mut few = kept_tables(options);
        few.tables = [results::Table::Network, results::Table::Sites, results::Table::Outages].into();
        return Ok(Writer::open(folder, header, few)?);
    }
    Ok(Writer::open(folder, header, kept_tables(options))?)
}

/// The tables that are to be kept, and how.
fn kept_tables(options: &Options) -> results::Options {
    let mut chosen = results::Options { mode: mode(options), ..results::Options::default() };
    if options.output.is_some() {
        chosen.format = match options.format {
            TableFormat::Parquet => Format::Parquet,
            TableFormat::Csv => Format::Csv,
        };
    }
    if options.slots {
        chosen.tables.insert(results::Table::Slots);
    }
    chosen.tables.extend(&options.also);
    chosen
}

fn mode(options: &Options) -> Mode {
    match (options.resume, options.overwrite) {
        (true, _) => Mode::Resume,
        (_, true) => Mode::Overwrite,
        _ => Mode::New,
    }
}

fn interrupted(options: &Options) -> ExitCode {
    match &options.output {
        Some(folder) => eprintln!(
            "Interrupted. Finished hours are whole in {}; --resume goes on from there.",
            folder.display()
        ),
        None => eprintln!("Interrupted."),
    }
    ExitCode::from(INTERRUPTED)
}

fn kept(options: &Options) -> String {
    options.output.as_ref().map_or_else(
        || " Nothing was kept; -o DIR keeps the results.".to_owned(),
        |folder| format!(" Results: {0}. A page of them: skyweave report {0}", folder.display()),
    )
}

/// Opens a result for reading.
pub fn open(folder: &Path) -> Result<Run> {
    Ok(Run::open(folder)?)
}
