//! `skyweave validate`: the model against what others measured.

use crate::args::Validate as Options;
use crate::say::say;
use crate::table::Table;
use miette::{IntoDiagnostic, Result};
use skyweave_io::validate::{self, COMPARISONS, Outcome};
use std::path::PathBuf;
use std::process::ExitCode;

/// Where the data is if nobody says: beside the checkout.
const USUAL_FOLDER: &str = "../shared/data";

/// Compares, and prints the rows.
pub fn validate(options: &Options) -> Result<ExitCode> {
    if options.schema {
        crate::say::write(format_args!("{}", validate::schema().into_diagnostic()?));
        return Ok(ExitCode::SUCCESS);
    }
    let data = options.data.clone().or_else(|| std::env::var_os("SKYWEAVE_DATA").map(PathBuf::from));
    let data = data.unwrap_or_else(|| PathBuf::from(USUAL_FOLDER));
    let outcome = validate::run(&data, options.only.as_deref())?;
    for name in &outcome.left_out {
        eprintln!("note: {name} is left out: {} has no data for it", data.display());
    }
    if options.json {
        say!("{}", serde_json::to_string_pretty(&outcome.rows).into_diagnostic()?);
    } else {
        print(&outcome);
    }
    Ok(ExitCode::SUCCESS)
}

fn print(outcome: &Outcome) {
    for comparison in COMPARISONS {
        let beginning = format!("{}/", comparison.name);
        let rows: Vec<_> = outcome.rows.iter().filter(|row| row.name.starts_with(&beginning)).collect();
        if rows.is_empty() {
            continue;
        }
        say!("{}: {}\n", comparison.name, comparison.about);
        let mut table = Table::new(&["", "unit", "verdict", "measured", "modelled", "error", "why"], 3);
        let widest = rows.iter().map(|row| row.verdict.why.chars().count()).max().unwrap_or(0);
        for row in rows {
            let number = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), figure);
            let cells = [row.measured, row.modelled, row.error].map(number);
            let name = row.name[beginning.len()..].to_owned();
            let texts = [name, row.unit.clone(), row.verdict.judgement.name().to_owned()].into_iter();
            // numbers stand to the right; reasons are text, and padded to stand to the left
            table.row(texts.chain(cells).chain([format!("{:widest$}", row.verdict.why)]).collect());
        }
        crate::say::write(format_args!("{}\n", table.lines()));
    }
}

/// Four digits that mean something.
fn figure(value: f64) -> String {
    let decimals = if value.abs() >= 100.0 { 1 } else { 3 };
    format!("{value:.decimals$}")
}
