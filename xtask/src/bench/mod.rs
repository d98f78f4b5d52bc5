//! `cargo xtask bench`: measures beside other programs, and writes BENCHMARKS.md below what people wrote in it.

mod report;

use std::fs;
use std::path::Path;

use miette::{IntoDiagnostic, Result, WrapErr, miette};

use crate::command::CommandLine;
use crate::provenance::{self, Machine};
use crate::venv;
use report::{About, Row};

const REPORT: &str = "BENCHMARKS.md";
const RESULTS: &str = "target/bench/results.json";
/// Beside the results: who took part in which version, and what a reader should know.
const ABOUT: &str = "target/bench/results.about.json";
const WORK: &str = "target/bench/work";
const PEERS: &str = "xtask/peers";
const VENV: &str = "target/bench/venv";
const COMMAND: &str = "cargo bench --package skyweave --bench planner --";

/// Measures everything and rewrites the report; with a filter or in a hurry, only shows what came out.
pub fn bench(root: &Path, filter: Option<&str>, quick: bool) -> Result<()> {
    let (rows, about) = measure(root, filter, quick)?;
    let generated =
        report::render(&rows, &about, &Machine::here(root), &provenance::today(), &provenance::commit(root));
    println!("{generated}");
    if filter.is_some() || quick {
        println!("{REPORT} is unchanged: this was {}.", if quick { "a first look" } else { "a part" });
        return Ok(());
    }
    let path = root.join(REPORT);
    let before = if path.exists() {
        fs::read_to_string(&path).into_diagnostic().wrap_err(REPORT)?
    } else {
        "# Benchmarks\n".to_owned()
    };
    fs::write(&path, report::below_marker(&before, &generated)).into_diagnostic().wrap_err(REPORT)
}

fn measure(root: &Path, filter: Option<&str>, quick: bool) -> Result<(Vec<Row>, About)> {
    // `cargo bench` runs in the folder of the benched crate, so no path may be relative.
    let path = |relative: &str| root.join(relative).to_string_lossy().into_owned();
    fs::create_dir_all(root.join(WORK)).into_diagnostic()?;
    // What an earlier run left must not pass for what this one measured.
    for old in [RESULTS, ABOUT].map(|file| root.join(file)).iter().filter(|file| file.exists()) {
        fs::remove_file(old).into_diagnostic()?;
    }
    let python = venv::python(root, VENV, &root.join(PEERS).join("requirements.txt"))?;
    let mut command = CommandLine::new(COMMAND);
    for (option, value) in [("--json", RESULTS), ("--work", WORK), ("--peers", PEERS)] {
        command = command.word(option).word(&path(value));
    }
    if let Some(python) = python {
        command = command.word("--python").word(&python.to_string_lossy());
    }
    if quick {
        command = command.word("--quick");
    }
    let command = filter.into_iter().fold(command, CommandLine::word);
    if !command.run(root)? {
        return Err(miette!("`{command}` failed"));
    }
    let read = |file: &str| fs::read_to_string(root.join(file)).into_diagnostic().wrap_err(file.to_owned());
    let rows: Vec<Row> = serde_json::from_str(&read(RESULTS)?).into_diagnostic().wrap_err(RESULTS)?;
    let mut about: About = serde_json::from_str(&read(ABOUT)?).into_diagnostic().wrap_err(ABOUT)?;
    if rows.is_empty() {
        return Err(miette!("{RESULTS} holds no rows: nothing was measured"));
    }
    about.add_crates(&rows, &read("Cargo.lock")?);
    Ok((rows, about))
}
