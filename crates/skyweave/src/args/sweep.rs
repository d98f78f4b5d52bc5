//! The command line of sweeps.

use clap::Args;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub struct Sweep {
    /// The scenario file.
    pub scenario: PathBuf,
    /// A value to vary, such as `lasers.pattern=grid,none` or `constellation.shells[0].planes=36,72,144`. Given several times, every
    /// combination is planned; the value that is named last changes fastest.
    #[arg(long, value_name = "PATH=VALUE,...", required = true)]
    pub vary: Vec<String>,
    /// Change a value of the scenario for all points. May be given several times.
    #[arg(long, value_name = "PATH=VALUE")]
    pub set: Vec<String>,
    /// Keep the table and the results of the points in this folder. The same command goes on where it was interrupted.
    #[arg(short, long, visible_alias = "out", value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// Print the table as JSON.
    #[arg(long)]
    pub json: bool,
    /// Threads to plan with; one a core if left out.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=super::MOST_THREADS))]
    pub threads: Option<u16>,
    /// Show no progress.
    #[arg(short, long)]
    pub quiet: bool,
}
