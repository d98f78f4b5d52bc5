//! `skyweave run`: the whole product on one screen.

use crate::args::{Run as Options, TableFormat};
use crate::interrupt::Interrupt;
use crate::progress;
use crate::table::{Table, count, ms, percent, rate, time};
use miette::{IntoDiagnostic, Result, WrapErr};
use skyweave_core::admission::{Admission, Basis, Unsigned};
use skyweave_core::plan;
use skyweave_core::timeline::Change;
use skyweave_core::world::World;
use skyweave_io::results::{self, Format, Header, Mode, Run, Writer};
use skyweave_io::scenario::{self, Prepared};
use skyweave_io::summary::Summary;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

/// What a program that was interrupted exits with: 128 + SIGINT.
const INTERRUPTED: u8 = 130;

/// Plans a scenario, writes what everybody got, and sums it up.
pub fn run(options: &Options) -> Result<ExitCode> {
    let started = Instant::now();
    set_threads(options.threads)?;
    let interrupt = Interrupt::listen();
    let prepared = scenario::read(&options.scenario, &options.set)?;
    if !options.quiet {
        eprint!("{}", world_line(&prepared));
    }

    let scratch = Scratch::new()?;
    let writers = writers(options, &prepared, &scratch)?;
    let slots = (prepared.end.0 - prepared.first.0) as u64;
    let bar = progress::bar(slots, "slots", options.quiet);
    bar.set_message(prepared.scenario.name.clone());
    for hour in writers[0].hours() {
        let window = |no: i64| (prepared.first.0..prepared.end.0).contains(&no);
        if writers.iter().all(|writer| writer.is_finished(hour)) {
            bar.inc((hour.first_slot().0..hour.next().first_slot().0).filter(|&no| window(no)).count() as u64);
            continue;
        }
        let mut parts = writers.iter().map(|writer| writer.begin(hour)).collect::<Result<Vec<_>, _>>()?;
        for slot in plan::hour(&prepared.world, |no| Admission::declared(&prepared.world, no), hour) {
            if interrupt.came() {
                bar.abandon();
                return Ok(interrupted(options));
            }
            if slot.no >= prepared.end {
                break;
            }
            if window(slot.no.0) {
                for part in &mut parts {
                    part.slot(&prepared.world, &slot)?;
                }
                bar.inc(1);
            }
        }
        for part in parts {
            part.finish()?;
        }
    }
    bar.finish_and_clear();
    for writer in writers {
        writer.finish()?;
    }

    let tables = summary_folder(options, &scratch);
    let summary = Summary::of(&Run::open(&tables)?)?;
    if options.json {
        println!("{}", serde_json::to_string_pretty(&summary).into_diagnostic()?);
    } else {
        print!("{}", text(&summary));
        let seconds = started.elapsed().as_secs_f64();
        println!("\n{} slots planned in {:.1} s.{}", summary.slots, seconds, kept(options));
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints the JSON Schema of scenarios.
pub fn schema() -> Result<ExitCode> {
    print!("{}", scenario::schema().into_diagnostic()?);
    Ok(ExitCode::SUCCESS)
}

fn set_threads(threads: Option<usize>) -> Result<()> {
    let Some(threads) = threads else { return Ok(()) };
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build_global()
        .into_diagnostic()
        .wrap_err_with(|| format!("cannot plan with {threads} threads"))
}

/// A folder that is gone with the run, for tables that nobody asked to keep.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Result<Self> {
        let path = std::env::temp_dir().join(format!("skyweave-{}", std::process::id()));
        std::fs::create_dir_all(&path)
            .into_diagnostic()
            .wrap_err_with(|| format!("cannot make the folder {}", path.display()))?;
        Ok(Self(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The folder that the summary is made from: the results if they are Parquet, else the scratch folder.
fn summary_folder(options: &Options, scratch: &Scratch) -> PathBuf {
    match (&options.output, options.format) {
        (Some(folder), TableFormat::Parquet) => folder.clone(),
        _ => scratch.0.join("tables"),
    }
}

fn writers(options: &Options, prepared: &Prepared, scratch: &Scratch) -> Result<Vec<Writer>> {
    let header = || Header {
        scenario_name: prepared.scenario.name.clone(),
        scenario_text: prepared.text.clone(),
        scenario_sha256: prepared.sha256.clone(),
        format_version: scenario::FORMAT,
        seed: prepared.scenario.seed,
        basis: Unsigned::NAME,
        window: (prepared.first, prepared.end),
        skyweave_version: env!("CARGO_PKG_VERSION").to_owned(),
    };
    let mut writers = Vec::new();
    if let Some(folder) = &options.output {
        let mut chosen = results::Options { mode: mode(options), ..results::Options::default() };
        chosen.format = match options.format {
            TableFormat::Parquet => Format::Parquet,
            TableFormat::Csv => Format::Csv,
        };
        if options.slots {
            chosen.tables.insert(results::Table::Slots);
        }
        writers.push(Writer::open(folder, header(), chosen)?);
    }
    if summary_folder(options, scratch).starts_with(&scratch.0) {
        let tables = [results::Table::Network, results::Table::Sites, results::Table::Outages];
        let chosen = results::Options { tables: tables.into(), ..results::Options::default() };
        writers.push(Writer::open(&scratch.0.join("tables"), header(), chosen)?);
    }
    Ok(writers)
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
    match (&options.output, options.format) {
        (Some(folder), TableFormat::Parquet) => {
            format!(" Results: {0}. A page of them: skyweave report {0}", folder.display())
        }
        (Some(folder), TableFormat::Csv) => format!(" Results: {}.", folder.display()),
        (None, _) => " Nothing was kept; -o DIR keeps the results.".to_owned(),
    }
}

fn world_line(prepared: &Prepared) -> String {
    let world = &prepared.world;
    let terminals: f64 = world.cells.iter().map(|c| f64::from(c.anonymous_terminals)).sum::<f64>()
        + world.terminals.len() as f64;
    let mut text = format!(
        "{}: {} satellites, {} gateways, {} PoPs, {} cells, {} terminals\n",
        prepared.scenario.name,
        count(world.satellites.len() as f64),
        world.gateways.len(),
        world.pops.len(),
        count(world.cells.len() as f64),
        count(terminals)
    );
    for warning in &prepared.warnings {
        text.push_str(&format!("warning: {warning}\n"));
    }
    for event in &world.timeline.events {
        text.push_str(&format!("event {}: {}\n", event.label, what_happens(world, &event.change)));
    }
    text
}

fn what_happens(world: &World, change: &Change) -> String {
    let (verb, affected) = match change {
        Change::Fail(affected) => ("", affected),
        Change::Recover(affected) => ("back: ", affected),
        Change::Demand { cells, factor, dark_share } => {
            return format!(
                "{} cells ask {factor} times as much, {} of terminals dark",
                cells.len(),
                percent(*dark_share)
            );
        }
    };
    let mut parts: Vec<String> = Vec::new();
    let mut say = |what: &str, names: Vec<String>| {
        /// More names than this are only counted.
        const MOST_NAMES: usize = 8;
        match names.len() {
            0 => {}
            1..=MOST_NAMES => parts.push(format!("{what} {}", names.join(", "))),
            many => parts.push(format!("{many} {what}s")),
        }
    };
    say("gateway", affected.gateways.iter().map(|g| world.gateways[g.index()].name.clone()).collect());
    say("PoP", affected.pops.iter().map(|p| world.pops[p.index()].code.clone()).collect());
    say("satellite", affected.satellites.iter().map(|s| world.satellite(*s).name.clone()).collect());
    let pair = |(a, b): &(_, _)| format!("{}-{}", world.satellite(*a).name, world.satellite(*b).name);
    say("laser", affected.lasers.iter().map(pair).collect());
    let fibre = |f: &skyweave_core::ids::FibreId| {
        let fibre = &world.fibres[f.index()];
        format!("{}-{}", world.gateways[fibre.gateway.index()].name, world.pops[fibre.pop.index()].code)
    };
    say("fibre", affected.fibres.iter().map(fibre).collect());
    format!("{verb}{}", parts.join("; "))
}

/// The summary as people read it.
pub fn text(summary: &Summary) -> String {
    let mut text = format!(
        "\n{} from {} to {}, {} slots, admission {}\n",
        summary.scenario, summary.from, summary.until, summary.slots, summary.basis
    );
    text.push_str(&format!(
        "{} of the terminals that ask are served; {} satellites serve, {} lasers carry traffic\n",
        percent(summary.served_share()),
        span(summary.satellites_serving),
        span(summary.lasers_up)
    ));
    text.push_str("RTT is propagation alone: medium access and queues are not in it.\n");
    if !summary.sites.is_empty() {
        text.push('\n');
        text.push_str(&sites(summary).lines());
    }
    let by_terminal = summary.acts.len() > 1
        || summary.acts.iter().any(|a| a.terminals_asking > summary.sites.len() as f64);
    if by_terminal {
        text.push('\n');
        text.push_str(&acts(summary).lines());
    }
    if !summary.lost.is_empty() {
        let all: f64 = summary.lost.iter().map(|l| l.terminal_seconds).sum();
        let reasons: Vec<String> = summary
            .lost
            .iter()
            .map(|l| format!("{} {}", l.reason, percent(l.terminal_seconds / all)))
            .collect();
        text.push_str(&format!(
            "\nTerminal-hours without service: {}: {}\n",
            count(all / 3_600.0),
            reasons.join(", ")
        ));
    }
    text
}

/// Least and greatest, or the one value that both are.
fn span((least, greatest): (u32, u32)) -> String {
    let (low, high) = (count(f64::from(least)), count(f64::from(greatest)));
    if low == high { low } else { format!("{low} to {high}") }
}

fn sites(summary: &Summary) -> Table {
    let mut table = Table::new(
        &["site", "gateway", "PoP", "served", "RTT min", "p50", "p95 ms", "handovers/h", "longest outage"],
        3,
    );
    for site in &summary.sites {
        let rtt = |k: usize| ms(site.rtt_ms.map(|r| r[k]));
        let outage = match &site.main_outage {
            Some(reason) => format!("{} ({reason})", time(site.longest_outage_s)),
            None => "-".to_owned(),
        };
        table.row(vec![
            site.name.clone(),
            site.main_gateway.clone().unwrap_or_else(|| "-".to_owned()),
            if site.pops.is_empty() { "-".to_owned() } else { site.pops.join(" > ") },
            percent(site.served_share),
            rtt(0),
            rtt(1),
            rtt(2),
            format!("{:.0}", site.handovers_per_hour),
            outage,
        ]);
    }
    table
}

fn acts(summary: &Summary) -> Table {
    let mut table = Table::new(
        &[
            "from event",
            "slots",
            "asking",
            "dark",
            "served",
            "share",
            "asked",
            "delivered",
            "RTT p50",
            "p95 ms",
            "by laser",
            "moved PoP",
        ],
        1,
    );
    for act in &summary.acts {
        table.row(vec![
            if act.label.is_empty() { "(start)".to_owned() } else { act.label.clone() },
            act.slots.to_string(),
            count(act.terminals_asking),
            count(act.terminals_dark),
            count(act.terminals_served),
            percent(act.served_share),
            rate(act.offered_down_bps),
            rate(act.delivered_down_bps),
            ms(act.rtt_p50_ms),
            ms(act.rtt_p95_ms),
            percent(act.over_lasers_share),
            count(act.terminals_moved_pop),
        ]);
    }
    table
}

/// Opens a result for reading.
pub fn open(folder: &Path) -> Result<Run> {
    Ok(Run::open(folder)?)
}
