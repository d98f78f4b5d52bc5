//! `skyweave packets`: an experiment with packets, in virtual time.

mod flows;
mod format;

use super::demand::Demand;
use super::faults;
use super::ping::{Ends, duration};
use super::slots::Slots;
use crate::args::{Packets as Options, TableFormat};
use crate::interrupt::Interrupt;
use crate::progress;
use crate::say::say;
use crate::table::{Table, count, ms};
use flows::Seated;
use format::{Experiment, FORMAT};
use miette::{IntoDiagnostic, Result, WrapErr, miette};
use rayon::ThreadPoolBuilder;
use serde::Serialize;
use skyweave_core::ids::TerminalId;
use skyweave_core::time::unix_seconds;
use skyweave_io::pcapng;
use skyweave_io::results::{FlowRow, Format, SecondRow, write_packets};
use skyweave_io::scenario::Prepared;
use skyweave_net::capture::{self, on_the_wire};
use skyweave_net::packet::HostId;
use skyweave_net::space::{Options as Model, SLOT, Space};
use skyweave_net::time::Ns;
use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::path::Path;
use std::process::ExitCode;
use std::thread::available_parallelism;
use std::time::Instant;

/// What is still under way after the end has this long to come.
const AFTERWARDS: Ns = Ns::from_ms(5_000);
/// More parts of the network than this give no thread more to do.
const MOST_REGIONS: usize = 64;
/// What a program that was interrupted exits with: 128 + SIGINT.
const INTERRUPTED: u8 = 130;

/// Runs an experiment, and says what became of its flows.
pub fn packets(options: &Options) -> Result<ExitCode> {
    let started = Instant::now();
    let interrupt = Interrupt::listen();
    let source = FORMAT.open(&options.experiment, &options.set)?;
    let experiment: Experiment = FORMAT.parse(&source)?;
    let length = duration("duration", &experiment.duration)?;
    let demand: Demand = experiment
        .demand
        .parse()
        .map_err(|accepted: String| miette!(help = accepted, "demand is `{}`", experiment.demand))?;
    let folder = options.experiment.parent().unwrap_or(Path::new("."));
    let prepared = crate::service::read_changed(&folder.join(&experiment.scenario), &[], |prepared| {
        let terminals = terminals(&experiment, prepared)?;
        demand.apply(&mut prepared.world, &terminals)
    })?;
    let checked = flows::check(&experiment, &prepared, length)?;
    let world = &prepared.world;
    let mut slots = Slots::from(world, prepared.first);
    let mut slot = slots.next();
    let members = terminals(&experiment, &prepared)?;
    let threads =
        options.threads.map_or_else(|| available_parallelism().map_or(1, NonZeroUsize::get), usize::from);
    // one for the network, and one for each terminal
    let regions = if threads == 1 { 1 } else { (members.len() + 1).min(MOST_REGIONS) as u16 };
    let model = Model { medium_access: experiment.medium_access, regions, ..Model::default() };
    let mut space = Space::new(world, &members, slot.no, model);
    space.set_faults(faults::place(&experiment.faults, world, &members)?);
    let seated: Vec<Seated> =
        checked.into_iter().map(|checked| checked.seat(&mut space, &prepared)).collect::<Result<_>>()?;

    let pool = ThreadPoolBuilder::new().num_threads(threads).build().into_diagnostic()?;
    let end = length.after(AFTERWARDS);
    let bar = progress::bar(end.0.div_ceil(SLOT.0), "slots", options.quiet || options.json);
    bar.set_message(experiment.name.clone());
    loop {
        space.enter(world, &slot);
        let until = space.begin_of(slot.no).after(SLOT).min(end);
        pool.install(|| space.run_until(until));
        bar.inc(1);
        if until >= end {
            break;
        }
        if interrupt.came() {
            bar.abandon();
            eprintln!("Interrupted; nothing was written.");
            return Ok(ExitCode::from(INTERRUPTED));
        }
        slot = slots.next();
    }
    bar.finish_and_clear();

    let rows: Vec<FlowRow> = seated.iter().map(|seated| seated.row(&space)).collect();
    if let Some(output) = &options.output {
        write(options, output, &experiment, &prepared, &seated, &space, &rows)?;
    }
    let done = space.engine().done();
    let said = Said {
        name: &experiment.name,
        basis: "unsigned",
        packets_sent: done.sent,
        packet_hops: done.hops,
        lost: skyweave_net::packet::Loss::ALL.iter().map(|&why| (why.name(), done.lost.of(why))).collect(),
        flows: &rows,
    };
    if options.json {
        say!("{}", serde_json::to_string_pretty(&said).into_diagnostic()?);
    } else {
        tell(&said, started, options);
    }
    Ok(ExitCode::SUCCESS)
}

/// Every terminal that some flow begins or ends at.
fn terminals(experiment: &Experiment, prepared: &Prepared) -> Result<Vec<TerminalId>> {
    let mut all = BTreeSet::new();
    for flow in &experiment.flows {
        let ends = Ends::find(prepared, [&flow.from, &flow.to]);
        all.extend(ends.wrap_err_with(|| format!("flow `{}`", flow.name))?.terminals());
    }
    Ok(all.into_iter().collect())
}

/// What `--json` prints.
#[derive(Serialize)]
struct Said<'a> {
    name: &'a str,
    basis: &'static str,
    packets_sent: u64,
    packet_hops: u64,
    lost: BTreeMap<&'static str, u64>,
    flows: &'a [FlowRow],
}

fn tell(said: &Said<'_>, started: Instant, options: &Options) {
    let headings = [
        "flow",
        "kind",
        "from",
        "to",
        "sent",
        "came",
        "Mbit/s",
        "delay p50",
        "p99, ms",
        "RTT p50",
        "p95, ms",
    ];
    let mut table = Table::new(&headings, 4);
    for row in said.flows {
        let rate = row.goodput_mbps.map_or_else(|| "-".to_owned(), |mbps| format!("{mbps:.2}"));
        let mut cells: Vec<String> =
            [&row.flow, &row.kind, &row.from, &row.to].map(ToString::to_string).into();
        let came = row.received_packets.map_or_else(|| "-".to_owned(), |packets| count(packets as f64));
        cells.extend([count(row.sent_packets as f64), came]);
        cells.push(rate);
        cells.extend([row.delay_p50_ms, row.delay_p99_ms, row.rtt_p50_ms, row.rtt_p95_ms].map(ms));
        table.row(cells);
    }
    crate::say::write(format_args!("{}", table.lines()));
    let lost: Vec<String> =
        said.lost.iter().filter(|(_, lost)| **lost > 0).map(|(why, lost)| format!("{why} {lost}")).collect();
    say!("lost: {}", if lost.is_empty() { "none".to_owned() } else { lost.join(", ") });
    let kept = options.output.as_ref().map_or_else(
        || " Nothing was kept; -o DIR keeps the results.".to_owned(),
        |folder| format!(" Results: {}.", folder.display()),
    );
    say!("{} packet hops in {:.1} s.{kept}", count(said.packet_hops as f64), started.elapsed().as_secs_f64());
}

fn write(
    options: &Options,
    folder: &Path,
    experiment: &Experiment,
    prepared: &Prepared,
    seated: &[Seated],
    space: &Space,
    rows: &[FlowRow],
) -> Result<()> {
    let format = match options.format {
        TableFormat::Parquet => Format::Parquet,
        TableFormat::Csv => Format::Csv,
    };
    let metadata = [
        ("skyweave.version", env!("CARGO_PKG_VERSION")),
        ("skyweave.experiment", experiment.name.as_str()),
        ("skyweave.scenario", prepared.scenario.name.as_str()),
        ("skyweave.scenario_sha256", prepared.sha256.as_str()),
        ("skyweave.basis", "unsigned"),
    ];
    write_packets(folder, format, &metadata, rows)?;
    let seconds: Vec<SecondRow> = seated.iter().flat_map(|seated| seated.seconds(space)).collect();
    write_packets(folder, format, &metadata, &seconds)?;
    let addresses = addresses(prepared, seated);
    let origin_unix_ns = (unix_seconds(prepared.first.start()) * 1e9) as u64;
    for (host, file) in seated.iter().flat_map(Seated::captured) {
        let path = folder.join(file);
        let mut bytes = Vec::new();
        pcapng::begin(&mut bytes).into_diagnostic()?;
        for (at, packet) in space.engine().capture(host).map_or(&[][..], capture::Captured::packets) {
            let kept = &on_the_wire(packet, &addresses);
            let captured = pcapng::Captured { unix_ns: origin_unix_ns + at.0, bytes: packet.bytes, kept };
            pcapng::packet(&mut bytes, &captured).into_diagnostic()?;
        }
        std::fs::write(&path, bytes)
            .into_diagnostic()
            .wrap_err_with(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

/// The address of each host: that of its terminal or PoP.
fn addresses(prepared: &Prepared, seated: &[Seated]) -> BTreeMap<HostId, [u8; 4]> {
    let ends =
        seated.iter().flat_map(|seated| [(seated.from, seated.ends().from), (seated.to, seated.ends().to)]);
    ends.map(|(host, end)| (host, end.ipv4(&prepared.addressing).octets())).collect()
}
