//! `skyweave packets`: an experiment with packets, in virtual time.

use crate::args::{Packets as Options, TableFormat};
use crate::interrupt::Interrupt;
use crate::progress;
use crate::say::say;
use crate::table::{Table, count, ms};
use miette::{IntoDiagnostic, Result};
use serde::Serialize;
use skyweave_io::results::{FlowRow, Format};
use skyweave_study::experiment::{self, FORMAT};
use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

/// What a program that was interrupted exits with: 128 + SIGINT.
const INTERRUPTED: u8 = 130;

/// Runs an experiment, and says what became of its flows.
pub fn packets(options: &Options) -> Result<ExitCode> {
    let started = Instant::now();
    let interrupt = Interrupt::listen();
    let source = FORMAT.open(&options.experiment, &options.set)?;
    let ready = experiment::open(&source, options.experiment.parent().unwrap_or(Path::new(".")))?;
    let threads = options.threads.and_then(|threads| NonZeroUsize::new(threads.into()));
    let bar = progress::bar(ready.slots(), "slots", options.quiet || options.json);
    bar.set_message(ready.experiment().name.clone());
    let outcome = ready.run(threads, &mut || {
        bar.inc(1);
        !interrupt.came()
    })?;
    let Some(outcome) = outcome else {
        bar.abandon();
        eprintln!("Interrupted; nothing was written.");
        return Ok(ExitCode::from(INTERRUPTED));
    };
    bar.finish_and_clear();
    if let Some(folder) = &options.output {
        let format = match options.format {
            TableFormat::Parquet => Format::Parquet,
            TableFormat::Csv => Format::Csv,
        };
        outcome.write(folder, format)?;
    }
    let (packets_sent, packet_hops) = outcome.packets();
    let said = Said {
        name: &outcome.experiment().name,
        basis: "unsigned",
        packets_sent,
        packet_hops,
        lost: outcome.lost(),
        flows: &outcome.flows(),
    };
    if options.json {
        say!("{}", serde_json::to_string_pretty(&said).into_diagnostic()?);
    } else {
        tell(&said, started, options);
    }
    Ok(ExitCode::SUCCESS)
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
