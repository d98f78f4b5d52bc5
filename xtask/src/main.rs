//! `cargo xtask`: set up, test, soak, bench and release the workspace.
//!
//! What is run is data: the tools in [`setup`], the steps in [`steps`], the long proofs in [`soak`], the kernels in
//! [`instructions`].
//! The checks on the repository itself are ordinary tests, in `xtask/tests/repository`.

#![forbid(unsafe_code)]

mod bench;
mod command;
mod instructions;
mod page;
mod provenance;
mod python;
mod release;
mod setup;
mod soak;
mod soak_log;
mod steps;
mod venv;

use std::path::Path;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use miette::{Result, miette};

/// Set up, test, soak and bench the workspace.
#[derive(Parser)]
#[command(bin_name = "cargo xtask", version)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Find what the tests need and install what is missing.
    Setup,
    /// Run every check, stopping at the first that fails.
    Test {
        /// Run this step alone; `python` is one that runs only when it is named.
        #[arg(long, value_name = "STEP")]
        only: Option<String>,
    },
    /// Run the long proofs and record the results in VALIDATION.md.
    Soak {
        /// Run this one alone.
        name: Option<String>,
        /// How long each runs.
        #[arg(long, value_name = "N", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..))]
        minutes: u64,
        /// Run each for a minute and record nothing.
        #[arg(long, conflicts_with = "minutes")]
        sample: bool,
    },
    /// Measure against other programs and write BENCHMARKS.md.
    Bench {
        /// Measure only this: sgp4, visibility, forwarding, optimum or slot; the table is then shown and not written.
        filter: Option<String>,
        /// Measure in a hurry; the table is then shown and not written.
        #[arg(long)]
        quick: bool,
    },
    /// Run the page in a browser: types, flows, what a frame costs.
    Page {
        /// Run this alone: check, unit, browser, measure, or screens, which takes the pictures of web/screens anew.
        script: Option<String>,
    },
    /// Build the program for others: an archive in target/release-archives, and its checksum.
    Release,
    /// Count the instructions of the kernels and compare them with the record.
    Instructions {
        /// Write the record instead.
        #[arg(long)]
        record: bool,
    },
}

fn main() -> Result<ExitCode> {
    // Asked of the environment first: checkouts that share a target folder share this program too.
    let here = std::env::var("CARGO_MANIFEST_DIR").unwrap_or_else(|_| env!("CARGO_MANIFEST_DIR").to_owned());
    let root = Path::new(&here).parent().ok_or_else(|| miette!("xtask has no folder above it"))?;
    let good = match Arguments::parse().task {
        Task::Setup => setup::set_up(root).map(|()| true),
        Task::Test { only } => steps::test(root, only.as_deref()),
        Task::Soak { name, sample: true, .. } => soak::sample(root, name.as_deref()),
        Task::Soak { name, minutes, sample: false } => soak::record(root, name.as_deref(), minutes * 60),
        Task::Bench { filter, quick } => bench::bench(root, filter.as_deref(), quick).map(|()| true),
        Task::Page { script } => page::page(root, script.as_deref()),
        Task::Release => release::release(root).map(|()| true),
        Task::Instructions { record: true } => instructions::record(root).map(|()| true),
        Task::Instructions { record: false } => steps::test(root, Some(steps::INSTRUCTIONS)),
    }?;
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
