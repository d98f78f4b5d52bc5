//! `skyweave rehearse`: a rule of the service on a made-up fleet, and how often it was right. No network is planned.

mod bounds;
mod format;
mod outcome;
mod rule;
mod text;

use crate::args::Rehearse as Options;
use crate::progress;
use crate::say::say;
use bounds::Task;
use format::{AllowList, Diverted, FORMAT, Rehearsal};
use miette::{IntoDiagnostic, Result};
use outcome::{Outcome, Rehearsed, Watched};
use schemars::generate::SchemaSettings;
use skyweave_control::fleet::rehearsal::{allow_list, diverted};
use skyweave_control::fleet::synthetic::{fleet, listed_fleet};
use std::process::ExitCode;

/// Reads a rehearsal, holds it, and says what came of it.
pub fn rehearse(options: &Options) -> Result<ExitCode> {
    let Some(file) = &options.file else {
        return schema();
    };
    let source = FORMAT.open(file, &options.set)?;
    let rehearsal: Rehearsal = FORMAT.parse(&source)?;
    let task = bounds::task(&rehearsal, &source)?;
    let rehearsed = match task {
        Task::Diverted(parameters, intervals_s) => watch(&rehearsal, parameters, &intervals_s, options.quiet),
        Task::AllowList(parameters) => preview(rehearsal.seed, parameters),
    };
    let outcome = Outcome { name: rehearsal.name, seed: rehearsal.seed, rehearsed };
    if options.json {
        say!("{}", serde_json::to_string_pretty(&outcome).into_diagnostic()?);
    } else {
        crate::say::write(format_args!("{}", text::lines(&outcome)));
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints the JSON Schema of outcomes.
fn schema() -> Result<ExitCode> {
    let schema =
        SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<Outcome>();
    say!("{}", serde_json::to_string_pretty(&schema).into_diagnostic()?);
    Ok(ExitCode::SUCCESS)
}

/// Watches one fleet for the same month, once for each kind of positions.
fn watch(rehearsal: &Rehearsal, parameters: Diverted, intervals_s: &[i64], quiet: bool) -> Rehearsed {
    let fleet = fleet(rehearsal.seed, &parameters.terminals.lives(), parameters.days);
    let bar = progress::bar((fleet.len() * intervals_s.len()) as u64, "terminals", quiet);
    bar.set_message(rehearsal.name.clone());
    let mut results = Vec::new();
    for (positions, interval_s) in parameters.positions.iter().zip(intervals_s) {
        let month = diverted::Month {
            days: parameters.days,
            front: parameters.front.into(),
            noise: positions.noise.noise(),
            interval_s: *interval_s,
            rule: parameters.rule.into(),
        };
        let detected = diverted::detect(&fleet, &month, &|| bar.inc(1));
        results.push(Watched { noise: positions.noise, every: positions.every.clone(), detected });
    }
    bar.finish_and_clear();
    Rehearsed::Diverted { parameters, results }
}

fn preview(seed: u64, parameters: AllowList) -> Rehearsed {
    let fleet = listed_fleet(seed, &parameters.truths());
    let results = allow_list::foresee(&fleet, &allow_list::previewed(&fleet));
    Rehearsed::AllowList { parameters, results }
}
