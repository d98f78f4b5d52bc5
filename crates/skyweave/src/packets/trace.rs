//! `skyweave trace A B`: the way that packets take in a slot, hop by hop.

use super::names;
use super::ping::Ends;
use super::slots::Slots;
use crate::args::Trace as Options;
use crate::say::say;
use crate::table::Table;
use miette::{IntoDiagnostic, Result, miette};
use serde::Serialize;
use skyweave_core::admission::Unsigned;
use skyweave_core::ids::TerminalId;
use skyweave_core::plan::Slot;
use skyweave_core::world::World;
use skyweave_net::space::{Options as Model, Space, Step};
use skyweave_net::traffic::Echo;
use std::process::ExitCode;

/// A hop, as JSON has it.
#[derive(Serialize)]
struct Row {
    from: String,
    to: String,
    one_way_ms: f64,
    so_far_ms: f64,
}

/// Prints the way between two ends in the first slot of the scenario, or in a later one.
pub fn trace(options: &Options) -> Result<ExitCode> {
    let prepared = crate::service::read(&options.scenario, &options.set)?;
    let world = &prepared.world;
    let ends = Ends::find(&prepared, [&options.from, &options.to])?;
    let mut slots = Slots::from(world, prepared.first);
    let mut slot = slots.next();
    for _ in 0..options.slot {
        slot = slots.next();
    }
    let mut space = Space::new(world, &ends.terminals(), slot.no, Model::default());
    let [from, to] = [ends.from, ends.to].map(|end| end.seat(&mut space, Box::new(Echo)));
    space.enter(world, &slot);
    let steps = space.trace(from?, to?).ok_or_else(|| why_not(world, &slot, &ends.terminals()))?;
    let rows = rows(world, &steps);
    if options.json {
        say!("{}", serde_json::to_string_pretty(&rows).into_diagnostic()?);
        return Ok(ExitCode::SUCCESS);
    }
    let date = crate::catalog::date(slot.no.start());
    say!("{} to {}, {date}, unsigned; one way, by propagation alone", options.from, options.to);
    let mut table = Table::new(&["from", "to", "ms", "so far, ms"], 2);
    for row in rows {
        let ms = [row.one_way_ms, row.so_far_ms].map(|ms| format!("{ms:.3}"));
        let [ms, so_far] = ms;
        table.row(vec![row.from, row.to, ms, so_far]);
    }
    crate::say::write(format_args!("{}", table.lines()));
    Ok(ExitCode::SUCCESS)
}

fn rows(world: &World, steps: &[Step]) -> Vec<Row> {
    let mut so_far_ms = 0.0;
    let row = |step: &Step| {
        so_far_ms += step.delay.as_ms();
        let [from, to] = [step.from, step.to].map(|place| names::of_place(world, place));
        Row { from, to, one_way_ms: step.delay.as_ms(), so_far_ms }
    };
    steps.iter().map(row).collect()
}

/// What keeps packets from going.
fn why_not(world: &World, slot: &Slot<Unsigned>, terminals: &[TerminalId]) -> miette::Report {
    let outage = terminals.iter().find_map(|terminal| {
        let outage = slot.terminals[terminal.index()].outcome.as_ref().err()?;
        Some((&world.terminals[terminal.index()].name, outage))
    });
    match outage {
        Some((name, outage)) => miette!("there is no way: `{name}` is not served: {}", outage.name()),
        None => miette!("there is no way in this slot"),
    }
}
