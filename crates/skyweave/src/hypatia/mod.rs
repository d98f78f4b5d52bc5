//! `skyweave hypatia`: forwarding states for Hypatia's packet simulator, or its packets themselves.

mod network;
mod packets;

use crate::args::Hypatia as Options;
use crate::progress;
use crate::say::say;
use crate::table::count;
use miette::{Result, miette};
use skyweave_io::hypatia;
use skyweave_io::scenario::parse_duration;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// Reads a state directory and writes its forwarding states, or what becomes of packets.
pub fn hypatia(options: &Options) -> Result<ExitCode> {
    if let Some(config) = &options.packets {
        return packets::packets(options, config);
    }
    let started = Instant::now();
    let chosen = hypatia::Options {
        duration: duration("--duration", &options.duration)?,
        step: duration("--step", &options.step)?,
        full: options.full,
        overwrite: options.overwrite,
    };
    let bar = progress::bar(0, "states", false);
    bar.set_message("forwarding");
    let summary = hypatia::write(&options.directory, &options.output, &chosen, &mut |done, all| {
        bar.set_length(all);
        bar.set_position(done);
    })?;
    bar.finish_and_clear();
    say!(
        "{} satellites, {} ground stations: {} states with {} rows in {:.1} s, in {}",
        count(summary.satellites as f64),
        summary.stations,
        count(summary.states as f64),
        count(summary.rows as f64),
        started.elapsed().as_secs_f64(),
        options.output.display()
    );
    Ok(ExitCode::SUCCESS)
}

fn duration(what: &str, text: &str) -> Result<Duration> {
    parse_duration(text)
        .map(|d| Duration::from_nanos(d.total_nanoseconds() as u64))
        .ok_or_else(|| miette!(help = "accepted: `200s`, `100ms`, `10min`", "{what} {text} is no duration"))
}
