//! `skyweave query` and `skyweave cluster`.

use clap::{Args, ValueEnum};
#[cfg(feature = "cluster")]
use skyweave_sql::cluster::Address;
use std::path::PathBuf;

/// What `--help` says of what can be asked.
const TABLES: &str = "\
Tables of a run, with --results DIR: those that `skyweave run -o DIR` wrote, such as sites, network, outages.
Functions, with --scenario FILE, which plan no more than the query needs:
  satellites([from [, until]] [, step])
  visibility([site] [, from [, until]] [, step])
  paths([site [, other_site]] [, from [, until]] [, step])
  flows([cell | site] [, from [, until]] [, step])
  sites([site] [, from [, until]] [, step])
  network([from [, until]] [, step])
Times are ISO 8601 in UTC, steps such as '1min'; all of the scenario if left out. docs/sql.md has more.";

#[derive(Debug, Args)]
#[command(after_help = TABLES)]
pub struct Query {
    /// The query; `-` reads it from standard input.
    pub sql: String,
    /// The scenario that functions plan.
    #[arg(short, long, value_name = "FILE")]
    pub scenario: Option<PathBuf>,
    /// Change a value of the scenario, such as `lasers.pattern=none`. May be given several times.
    #[arg(long, value_name = "PATH=VALUE", requires = "scenario")]
    pub set: Vec<String>,
    /// The folder of a run, whose tables can be read.
    #[arg(long, value_name = "DIR")]
    pub results: Option<PathBuf>,
    /// How rows are written; by the ending of the output's name if left out, and as a table without one.
    #[arg(long, value_enum)]
    pub format: Option<RowFormat>,
    /// Write the rows into this file.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Threads to plan with; one a core if left out.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=super::MOST_THREADS))]
    pub threads: Option<u16>,
    /// Run the query on a cluster, by its scheduler.
    #[cfg(feature = "cluster")]
    #[arg(long, value_name = "HOST:PORT")]
    pub cluster: Option<Address>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RowFormat {
    /// A table for people, of 1,000 rows at most.
    Table,
    /// Comma-separated values.
    Csv,
    /// A JSON array of objects.
    Json,
    /// Apache Parquet; needs --output.
    Parquet,
}

/// The processes of a cluster.
#[cfg(feature = "cluster")]
#[derive(Debug, clap::Subcommand)]
pub enum Cluster {
    /// Share out jobs among executors.
    Scheduler(Scheduler),
    /// Plan what a scheduler shares out.
    Executor(Executor),
}

#[cfg(feature = "cluster")]
#[derive(Debug, Args)]
pub struct Scheduler {
    /// Where it listens. Whoever reaches it can have jobs run: keep it on a network of your own.
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:50050")]
    pub listen: Address,
    /// An executor that is not heard of for so many seconds is lost, and others plan what it had.
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(5..=3_600))]
    pub lost_after: u64,
}

#[cfg(feature = "cluster")]
#[derive(Debug, Args)]
pub struct Executor {
    /// The scheduler.
    #[arg(long, value_name = "HOST:PORT")]
    pub scheduler: Address,
    /// Where it listens, on this port and the next; port 0 takes free ones.
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:0")]
    pub listen: Address,
    /// The name by which others reach it; the address that the scheduler sees if left out.
    #[arg(long, value_name = "HOST")]
    pub external_host: Option<String>,
    /// Hours that it plans at a time; one a core if left out. Each takes the memory of an hour.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=super::MOST_THREADS))]
    pub slots: Option<u16>,
    /// Where rows wait until they are fetched and hours grow until they are whole; a folder for temporary files if left out.
    #[arg(long, value_name = "DIR")]
    pub work_dir: Option<PathBuf>,
}
