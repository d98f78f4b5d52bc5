//! `skyweave trace A B`: the way that packets take in a slot, hop by hop.

use crate::args::Trace as Options;
use crate::say::say;
use crate::table::Table;
use miette::{IntoDiagnostic, Result};
use skyweave_core::plan::Slots;
use skyweave_study::ends::Ends;
use skyweave_study::{policies, ways};
use std::process::ExitCode;

/// Prints the way between two ends in the first slot of the scenario, or in a later one.
pub fn trace(options: &Options) -> Result<ExitCode> {
    let prepared = policies::read(&options.scenario, &options.set)?;
    let world = &prepared.world;
    let ends = Ends::find(&prepared, [&options.from, &options.to])?;
    let mut slots = Slots::from(world, prepared.first);
    let mut slot = slots.next();
    for _ in 0..options.slot {
        slot = slots.next();
    }
    let hops = ways::way(world, &ends, &slot)?;
    if options.json {
        say!("{}", serde_json::to_string_pretty(&hops).into_diagnostic()?);
        return Ok(ExitCode::SUCCESS);
    }
    let date = crate::catalog::date(slot.no.start());
    say!("{} to {}, {date}, unsigned; one way, by propagation alone", options.from, options.to);
    let mut table = Table::new(&["from", "to", "ms", "so far, ms"], 2);
    for hop in hops {
        let ms = [hop.one_way_ms, hop.so_far_ms].map(|ms| format!("{ms:.3}"));
        let [ms, so_far] = ms;
        table.row(vec![hop.from, hop.to, ms, so_far]);
    }
    crate::say::write(format_args!("{}", table.lines()));
    Ok(ExitCode::SUCCESS)
}
