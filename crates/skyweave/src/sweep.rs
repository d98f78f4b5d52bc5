//! `skyweave sweep`: a scenario run with every combination of some values, and one table of all runs.

use crate::args::Sweep as Options;
use crate::crew::Staff;
use crate::hours::{self, Work};
use crate::interrupt::Interrupt;
use crate::progress::Planning;
use crate::run::{INTERRUPTED, Scratch, slots_to_plan};
use crate::say::say;
use crate::table::{Table, count, ms, percent};
use miette::{IntoDiagnostic, Result, WrapErr};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use skyweave_core::admission::{Basis, Unsigned};
use skyweave_core::time::UtcHour;
use skyweave_io::results::{
    self, Header, Mode, PointRow, ResultsError, Run, RunFile, RunState, VariedColumn, Writer, write_points,
};
use skyweave_io::scenario::FORMAT;
use skyweave_io::summary::Summary;
use skyweave_study::policies;
use skyweave_study::sweep::{self, Point, SweepFile, Variation};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

/// Runs all points of a sweep, those that are there already left out.
pub fn sweep(options: &Options) -> Result<ExitCode> {
    let started = Instant::now();
    let interrupt = Interrupt::listen();
    let variations: Vec<Variation> =
        options.vary.iter().map(|text| Variation::parse(text)).collect::<Result<_>>()?;
    let points = sweep::points(&variations)?;
    sweep::check(&options.scenario, &options.set, &variations)?;
    let scratch = Scratch::unless(options.output.is_some())?;
    let folder = scratch.tables().or_else(|| options.output.clone()).unwrap_or_default();
    let text = FORMAT.open(&options.scenario, &options.set)?.text;
    SweepFile::of(&this_program()?, &text, &variations).take(&folder)?;

    let desk = Desk { options, interrupt: &interrupt, folder: &folder };
    let mut progress = Progress { bar: None, left: 0, quiet: options.quiet };
    let there = points.iter().map(|point| desk.finished(point)).collect::<Result<Vec<Option<Run>>>>()?;
    progress.left = there.iter().filter(|run| run.is_none()).count() as u64;
    let mut rows = Vec::with_capacity(points.len());
    for (point, there) in points.iter().zip(there) {
        let run = match there {
            Some(run) => run,
            None => match desk.plan(point, points.len(), &mut progress).wrap_err_with(|| at(point))? {
                Some(run) => run,
                None => return Ok(interrupted(options, rows.len(), points.len())),
            },
        };
        rows.push(PointRow::of(point.number, &run.file().scenario_sha256, &Summary::of(&run)?));
    }
    if let Some(bar) = &progress.bar {
        bar.finish();
    }
    let varied = sweep::columns(&variations, &points);
    let origin = [
        ("skyweave.table", "sweep"),
        ("skyweave.version", env!("CARGO_PKG_VERSION")),
        ("skyweave.scenario", &text),
    ];
    write_points(&folder, &origin, &varied, &rows)?;
    drop(scratch);
    if options.json {
        say!("{}", serde_json::to_string_pretty(&json(&varied, &rows)?).into_diagnostic()?);
    } else {
        crate::say::write(format_args!("{}", table(&varied, &rows).lines()));
        let kept = options.output.as_ref().map_or_else(
            || " Nothing was kept; -o DIR keeps the table.".to_owned(),
            |folder| format!(" The table: {0}/sweep.parquet and {0}/sweep.csv.", folder.display()),
        );
        say!("\n{} points in {:.1} s.{kept}", rows.len(), started.elapsed().as_secs_f64());
    }
    Ok(ExitCode::SUCCESS)
}

/// The bytes of this program's file.
fn this_program() -> Result<Vec<u8>> {
    std::env::current_exe()
        .and_then(std::fs::read)
        .into_diagnostic()
        .wrap_err("cannot read this program's file")
}

fn at(point: &Point) -> String {
    format!("at {}", point.settings.join(" "))
}

/// What all points share.
struct Desk<'a> {
    options: &'a Options,
    interrupt: &'a Interrupt,
    folder: &'a Path,
}

/// One bar for all points. How long it is follows from the first that is planned.
struct Progress {
    bar: Option<Planning>,
    /// Points that are not planned yet.
    left: u64,
    quiet: bool,
}

impl Desk<'_> {
    fn results(&self, point: &Point) -> PathBuf {
        self.folder.join(format!("points/{:05}", point.number))
    }

    fn settings(&self, point: &Point) -> Vec<String> {
        self.options.set.iter().chain(&point.settings).cloned().collect()
    }

    /// The run of a point, if it is finished.
    fn finished(&self, point: &Point) -> Result<Option<Run>> {
        let folder = self.results(point);
        let file = match RunFile::read(&folder) {
            Ok(file) => file,
            Err(ResultsError::NotARun { .. }) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let text = FORMAT.open(&self.options.scenario, &self.settings(point))?.text;
        let same = file.scenario_sha256 == skyweave_proof::hex(&Sha256::digest(text.as_bytes()));
        if file.state == RunState::Finished && same { Ok(Some(Run::open(&folder)?)) } else { Ok(None) }
    }

    /// Runs a point; nothing if somebody wants to stop.
    fn plan(&self, point: &Point, points: usize, progress: &mut Progress) -> Result<Option<Run>> {
        let prepared = policies::read(&self.options.scenario, &self.settings(point))?;
        let folder = self.results(point);
        let chosen = results::Options {
            mode: Mode::Resume,
            tables: [results::Table::Network, results::Table::Sites, results::Table::Outages].into(),
            ..results::Options::default()
        };
        let header = Header::of(&prepared, Unsigned::NAME, env!("CARGO_PKG_VERSION"));
        let writer = Writer::open(&folder, header, chosen)?;
        let hours: Vec<UtcHour> = writer.hours().filter(|hour| !writer.is_finished(*hour)).collect();
        let slots = slots_to_plan(&prepared, &hours);
        let bar =
            progress.bar.get_or_insert_with(|| Planning::begin("", slots * progress.left, 0, progress.quiet));
        bar.name(&format!("point {} of {points}", point.number + 1));
        let staff = Staff::of(crate::run::threads(self.options.threads), hours.len());
        let work = Work {
            prepared: &prepared,
            writer: &writer,
            hours: &hours,
            progress: bar,
            interrupt: self.interrupt,
        };
        if hours::plan(&work, &staff, false)?.is_none() {
            bar.abandon();
            return Ok(None);
        }
        writer.finish()?;
        Ok(Some(Run::open(&folder)?))
    }
}

fn interrupted(options: &Options, done: usize, points: usize) -> ExitCode {
    match &options.output {
        Some(folder) => eprintln!(
            "Interrupted. {done} of {points} points are whole in {}; the same command goes on from there.",
            folder.display()
        ),
        None => eprintln!("Interrupted; nothing was kept."),
    }
    ExitCode::from(INTERRUPTED)
}

/// The table as people read it: what is varied, and the figures that sweeps are mostly made for.
fn table(varied: &[VariedColumn], rows: &[PointRow]) -> Table {
    let figures =
        ["served", "asking", "delivered", "RTT p50", "p95", "sites p50 ms", "handovers/h", "lost h"];
    let headings: Vec<&str> = varied.iter().map(|one| one.path.as_str()).chain(figures).collect();
    let mut table = Table::new(&headings, varied.len());
    for (index, row) in rows.iter().enumerate() {
        let mut cells: Vec<String> = varied.iter().map(|one| one.values[index].clone()).collect();
        cells.extend([
            percent(row.served_share),
            count(row.terminals_asking),
            crate::table::rate(row.delivered_down_bps),
            ms(row.rtt_p50_ms),
            ms(row.rtt_p95_ms),
            ms(row.sites_rtt_p50_ms),
            row.handovers_per_h.map_or_else(|| "-".to_owned(), |changes| format!("{changes:.0}")),
            format!("{:.2}", row.lost_terminal_h),
        ]);
        table.row(cells);
    }
    table
}

fn json(varied: &[VariedColumn], rows: &[PointRow]) -> Result<Vec<Value>> {
    let row = |(index, row): (usize, &PointRow)| {
        let values = varied.iter().map(|one| (one.path.clone(), Value::from(one.values[index].as_str())));
        let mut object: Map<String, Value> = values.collect();
        if let Value::Object(figures) = serde_json::to_value(row).into_diagnostic()? {
            object.extend(figures);
        }
        Ok(Value::Object(object))
    };
    rows.iter().enumerate().map(row).collect()
}
