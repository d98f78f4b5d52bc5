//! The command line.

mod dish;
mod orders;
mod service;
#[cfg(feature = "sql")]
mod sql;
mod sweep;
mod up;

pub use dish::Dish;
pub use orders::{
    Key, Log, LogDraft, LogInit, LogPlace, LogSign, Order, OrderDraft, OrderRevoke, OrderShow, OrderSign,
    Verify, Witness, WorldOf,
};
pub use service::{Connect, Events, Explain, Import, Resource, Serve};
#[cfg(feature = "cluster")]
pub use sql::{Cluster, Executor, Scheduler};
#[cfg(feature = "sql")]
pub use sql::{Query, RowFormat};
pub use sweep::Sweep;
pub use up::{Network, Planner, Up};

use clap::{Args, Parser, Subcommand, ValueEnum};
use skyweave_emulate::publish::Publication;
use skyweave_io::results::Table;
use skyweave_study::demand::Demand;
use std::ffi::OsString;
use std::path::PathBuf;

/// More threads than this are a slip of the finger: no machine has use for them, and starting them stops it.
const MOST_THREADS: i64 = 1_024;

/// What `--help` says of the environment.
const ENVIRONMENT: &str = "\
Environment:
  SKYWEAVE_SIMD  Vector instructions to use: scalar, avx2 or avx512; the widest of the machine if unset.
                 Results do not depend on it.
  RUST_LOG       What is logged to standard error, such as `skyweave=debug` (every stage of every slot,
                 with its time in microseconds); warnings if unset.";

/// Satellite internet as open software: plans a LEO network slot by slot.
#[derive(Debug, Parser)]
#[command(version, about, max_term_width = 100, after_long_help = ENVIRONMENT)]
pub struct Cli {
    /// How the log is written to standard error.
    #[arg(long, value_enum, global = true, default_value_t = LogFormat::Text, value_name = "FORMAT")]
    pub log_format: LogFormat,
    #[command(subcommand)]
    pub command: Command,
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// A JSON object a line.
    Json,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the network on the clock, with its service and its page.
    Up(Up),
    /// Plan the network on the clock and nothing else, for the servers on the same database.
    Planner(Planner),
    /// Plan a scenario and say what everybody got.
    Run(Run),
    /// Run a scenario with every combination of some values, and make one table of all runs.
    Sweep(Sweep),
    /// Turn a result into one HTML page that needs no network.
    Report(Report),
    /// Put two results side by side.
    Compare(Compare),
    /// Read a Hypatia state directory and write its forwarding states, or run its packets.
    Hypatia(Hypatia),
    /// Send pings through the planned network, in virtual time.
    Ping(Ping),
    /// Show the way that packets take, hop by hop.
    Trace(Trace),
    /// Run an experiment with packets, in virtual time.
    Packets(Packets),
    /// Run any program as if behind a terminal: real packets, on the wall clock (Linux).
    Shell(Shell),
    /// Answer as the dishes of terminals do, for clients of real ones (gRPC).
    Dish(Dish),
    /// Run any program behind a link that behaves as a trace says (Linux).
    Replay(Replay),
    /// Networks that several programs join.
    #[command(subcommand)]
    Net(Net),
    /// Look into element sets, or bring fresh ones.
    #[command(subcommand)]
    Catalog(Catalog),
    /// Bring the ITU's digital maps of climate, and look a place up in them.
    #[command(subcommand)]
    Climate(Climate),
    /// Compare the model with what others measured.
    Validate(Validate),
    /// Ask results and the planner itself in SQL.
    #[cfg(feature = "sql")]
    Query(Query),
    /// Processes that plan on several machines.
    #[cfg(feature = "cluster")]
    #[command(subcommand)]
    Cluster(Cluster),
    /// Run a rule of the service on a made-up fleet, and say how often it was right.
    Rehearse(Rehearse),
    /// Print the JSON Schema of scenarios.
    Schema,
    /// Run the service: accounts, terminals, territories, who may be served where.
    Serve(Serve),
    /// Organizations: those who pay, donate, hold and vouch.
    Organization(Resource),
    /// Accounts: a tree of those who pay.
    Account(Resource),
    /// Plans: what is sold.
    Plan(Resource),
    /// Service lines: a plan at a service address.
    Line(Resource),
    /// User terminals.
    Terminal(Resource),
    /// Registries: lists of terminals that are allowed or denied.
    Registry(Resource),
    /// Sets of borders.
    BoundarySet(Resource),
    /// Territories.
    Territory(Resource),
    /// Restrictions: files of policies.
    Restriction(Resource),
    /// Protected classes: hospitals, emergency services, relief.
    ProtectedClass(Resource),
    /// Incidents: terminals that were seen where their line does not allow it.
    Incident(Resource),
    /// Appeals against incidents.
    Appeal(Resource),
    /// Provisional permits.
    Permit(Resource),
    /// Enter terminals from a CSV file, all or none.
    Import(Import),
    /// Say what is decided about a terminal, and why.
    Explain(Explain),
    /// Show what happened, and follow what happens.
    Events(Events),
    /// Keys: of those who decide, of the service, of witnesses.
    #[command(subcommand)]
    Key(Key),
    /// The public log: begin one, look at it, copy it.
    #[command(subcommand)]
    Log(Log),
    /// Orders: draw them up, foresee, sign, approve.
    #[command(subcommand)]
    Order(Order),
    /// Run a witness of logs, or a mirror of one.
    Witness(Witness),
    /// Audit a whole log: who decided what, when and why, and whatever is not as it must be.
    Verify(Verify),
}

#[derive(Debug, Args)]
#[command(after_long_help = ENVIRONMENT)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub struct Run {
    /// The scenario file.
    pub scenario: PathBuf,
    /// Keep the results in this folder; without it only the summary is printed.
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// How tables are written.
    #[arg(long, value_enum, default_value_t = TableFormat::Parquet)]
    pub format: TableFormat,
    /// Change a value of the scenario, such as `lasers.pattern=none`. May be given several times.
    #[arg(long, value_name = "PATH=VALUE")]
    pub set: Vec<String>,
    /// Go on with an interrupted run: finished hours are kept.
    #[arg(long, conflicts_with = "overwrite", requires = "output")]
    pub resume: bool,
    /// Replace the result that is in the folder.
    #[arg(long, requires = "output")]
    pub overwrite: bool,
    /// Write the slots themselves too (Arrow), for programs that read them.
    #[arg(long, requires = "output")]
    pub slots: bool,
    /// Write more tables: visibility, flows, slots.
    #[arg(long, value_name = "TABLE,...", value_delimiter = ',', value_parser = table, requires = "output")]
    pub also: Vec<Table>,
    /// Print the summary as JSON.
    #[arg(long)]
    pub json: bool,
    /// Threads to plan with, over all hours that are planned side by side; one a core if left out. The result does not
    /// depend on it, memory does: each thread may have an hour of its own.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=MOST_THREADS))]
    pub threads: Option<u16>,
    /// Print where the time went: by stage, for writing, and for slots of the warm-up.
    #[arg(long)]
    pub timings: bool,
    /// Say nothing but the summary.
    #[arg(short, long)]
    pub quiet: bool,
    /// Plan the hours on a cluster, by its scheduler. Scenario and results must be in folders that all its machines share.
    #[cfg(feature = "cluster")]
    #[arg(long, value_name = "HOST:PORT", requires = "output", conflicts_with_all = ["timings", "threads"])]
    pub cluster: Option<skyweave_sql::cluster::Address>,
}

/// A table that a run does not write by itself.
fn table(name: &str) -> Result<Table, String> {
    let more: Vec<&str> =
        Table::ALL.iter().filter(|table| table.is_on_demand()).map(|table| table.name()).collect();
    let table = Table::named(name).filter(|table| table.is_on_demand());
    table.ok_or_else(|| format!("accepted: {}; a run writes the others by itself", more.join(", ")))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TableFormat {
    /// Apache Parquet.
    Parquet,
    /// Comma-separated values (RFC 4180).
    Csv,
}

#[derive(Debug, Args)]
pub struct Report {
    /// A folder that `skyweave run -o` wrote.
    pub result: PathBuf,
    /// The page; `report.html` in that folder if left out.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Compare {
    /// A folder that `skyweave run -o` wrote.
    pub one: PathBuf,
    /// Another one, of the same scenario with something changed.
    pub other: PathBuf,
}

#[derive(Debug, Args)]
pub struct Hypatia {
    /// The state directory, with its `tles.txt`, `isls.txt`, `ground_stations.txt` and `description.txt`.
    pub directory: PathBuf,
    /// States are written for times below this.
    #[arg(long, default_value = "200s", value_name = "TIME")]
    pub duration: String,
    /// Time from one state to the next.
    #[arg(long, default_value = "100ms", value_name = "TIME")]
    pub step: String,
    /// Where the states go, or the tables of what arrived.
    #[arg(short, long, value_name = "DIR")]
    pub output: PathBuf,
    /// Run the packets of a `config_ns3.properties` instead: its pings and UDP bursts.
    #[arg(long, value_name = "FILE")]
    pub packets: Option<PathBuf>,
    /// The schedule of UDP bursts; without, the file that the configuration names.
    #[arg(long, value_name = "FILE", requires = "packets")]
    pub udp_schedule: Option<PathBuf>,
    /// Write every state whole, and not only what changed.
    #[arg(long)]
    pub full: bool,
    /// Remove the states that the output folder holds.
    #[arg(long)]
    pub overwrite: bool,
}

#[derive(Debug, Args)]
pub struct Ping {
    /// Who asks: a site, a terminal, or the code of a PoP.
    pub from: String,
    /// Who answers: the same, or `pop` for the PoP of the other.
    pub to: String,
    /// The scenario file.
    #[arg(short, long, default_value = "scenarios/quickstart.toml")]
    pub scenario: PathBuf,
    /// Change a value of the scenario, such as `lasers.pattern=none`. May be given several times.
    #[arg(long, value_name = "PATH=VALUE")]
    pub set: Vec<String>,
    /// How often to ask.
    #[arg(short, long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub count: u32,
    /// Time from one question to the next.
    #[arg(short, long, default_value = "1s", value_name = "TIME")]
    pub interval: String,
    /// Length of a question on the IP layer, bytes.
    #[arg(long, default_value_t = 84, value_name = "BYTES", value_parser = clap::value_parser!(u32).range(28..=1_500))]
    pub size: u32,
    /// What the terminals ask of the planner, Mbit/s down and up at every hour; `plan` for what their plans say.
    #[arg(long, default_value = "200/20", value_name = "DOWN/UP")]
    pub demand: Demand,
    /// Leave out what medium access adds: grants, held arrivals, detours.
    #[arg(long)]
    pub no_medium_access: bool,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct Packets {
    /// The file of the experiment.
    pub experiment: PathBuf,
    /// Keep tables and captures in this folder; what is there of an earlier run is replaced.
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// How tables are written.
    #[arg(long, value_enum, default_value_t = TableFormat::Parquet)]
    pub format: TableFormat,
    /// Change a value of the experiment, such as `duration=2min`. May be given several times.
    #[arg(long, value_name = "PATH=VALUE")]
    pub set: Vec<String>,
    /// Threads that packets are moved with; one a core if left out. The result does not depend on it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=MOST_THREADS))]
    pub threads: Option<u16>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    /// Show no progress.
    #[arg(short, long)]
    pub quiet: bool,
}

/// What an emulated network is made of.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub struct Emulated {
    /// Change a value of the scenario, such as `lasers.pattern=none`. May be given several times.
    #[arg(long, value_name = "PATH=VALUE")]
    pub set: Vec<String>,
    /// What each terminal asks of the planner, Mbit/s down and up at every hour; `plan` for what its plan says.
    #[arg(long, default_value = "200/20", value_name = "DOWN/UP")]
    pub demand: Demand,
    /// Leave out what medium access adds: grants, held arrivals, detours.
    #[arg(long)]
    pub no_medium_access: bool,
    /// Trouble on user links, as a file with `[[faults]]`; read again whenever it changes.
    #[arg(long, value_name = "FILE")]
    pub faults: Option<PathBuf>,
    /// Open a service of this host at the terminals' PoPs, or at one that is named. May be given several times.
    #[arg(long, value_name = "NAME[@POP]:PORT=HOST:PORT")]
    pub publish: Vec<Publication>,
    /// Let programs reach this host's network through the PoP (address translation).
    #[arg(long)]
    pub nat: bool,
    /// Let dishes tell where they are, as users of real ones may.
    #[arg(long)]
    pub location: bool,
    /// Say nothing of the network itself.
    #[arg(short, long)]
    pub quiet: bool,
}

#[derive(Debug, Args)]
pub struct Shell {
    /// The terminal: a site or terminal of the scenario.
    #[arg(short, long)]
    pub terminal: String,
    /// The scenario file. If `skyweave net up` runs it, the shell joins that network.
    #[arg(short, long, default_value = "scenarios/quickstart.toml")]
    pub scenario: PathBuf,
    #[command(flatten)]
    pub network: Emulated,
    /// The program and its arguments; your shell if left out.
    #[arg(last = true)]
    pub command: Vec<OsString>,
}

#[derive(Debug, Args)]
pub struct Replay {
    /// The trace: CSV with `time_s`, `rtt_ms` and where known `down_mbps` and `up_mbps`, or Mahimahi's format.
    pub trace: PathBuf,
    /// For Mahimahi's format: the trace of the downlink; the same as up if left out.
    #[arg(long, value_name = "TRACE")]
    pub down: Option<PathBuf>,
    /// For Mahimahi's format: one-way delay besides the queue.
    #[arg(long, default_value = "10ms", value_name = "TIME")]
    pub delay: String,
    /// Packets that may wait in each direction.
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub queue: u32,
    /// Open a service of this host at the far end. May be given several times.
    #[arg(long, value_name = "NAME:PORT=HOST:PORT")]
    pub publish: Vec<Publication>,
    /// Let programs reach this host's network through the far end (address translation).
    #[arg(long)]
    pub nat: bool,
    /// Say nothing of the link itself.
    #[arg(short, long)]
    pub quiet: bool,
    /// The program and its arguments; your shell if left out.
    #[arg(last = true)]
    pub command: Vec<OsString>,
}

#[derive(Debug, Subcommand)]
pub enum Net {
    /// Start a network that shells join, and keep it until it is interrupted.
    Up(NetUp),
}

#[derive(Debug, Args)]
pub struct NetUp {
    /// The scenario file.
    #[arg(default_value = "scenarios/quickstart.toml")]
    pub scenario: PathBuf,
    /// The terminals that may be joined, with commas between; all sites if left out.
    #[arg(short, long, value_delimiter = ',')]
    pub terminals: Vec<String>,
    #[command(flatten)]
    pub network: Emulated,
}

#[derive(Debug, Args)]
pub struct Trace {
    /// One end: a site, a terminal, or the code of a PoP.
    pub from: String,
    /// The other end: the same, or `pop` for the PoP of the first.
    pub to: String,
    /// The scenario file.
    #[arg(short, long, default_value = "scenarios/quickstart.toml")]
    pub scenario: PathBuf,
    /// Change a value of the scenario, such as `lasers.pattern=none`. May be given several times.
    #[arg(long, value_name = "PATH=VALUE")]
    pub set: Vec<String>,
    /// The slot, counted from the first of the scenario.
    #[arg(long, default_value_t = 0, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=5_760))]
    pub slot: u32,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Subcommand)]
pub enum Catalog {
    /// Print shells, planes, altitudes and ages of an element file.
    Inspect(Inspect),
    /// Bring fresh elements, politely: cached, and stopped by any answer but success.
    Fetch(Fetch),
}

#[derive(Debug, Args)]
pub struct Inspect {
    /// The element file: TLE or OMM (CSV, JSON, XML), plain or .gz.
    pub file: PathBuf,
}

#[derive(Debug, Args)]
pub struct Fetch {
    /// Where from; the public GP service if left out.
    #[arg(long, value_name = "URL")]
    pub source: Option<String>,
    /// Copy the elements to this file.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Where fetched sets are kept.
    #[arg(long, value_name = "DIR")]
    pub cache: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub enum Climate {
    /// Read the maps from the data folder of the PyPI package itur and write them as one file.
    Import(ClimateImport),
    /// Print the climate of a place, and what a link there loses.
    Show(ClimateShow),
}

#[derive(Debug, Args)]
pub struct ClimateImport {
    /// The folder `itur/data` of the installed package.
    pub folder: PathBuf,
    /// Where the file goes; it may not be passed on, since the maps are the ITU's.
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
}

#[derive(Debug, Args)]
pub struct ClimateShow {
    /// A file that `skyweave climate import` wrote.
    pub file: PathBuf,
    /// Geodetic latitude, deg.
    #[arg(allow_negative_numbers = true)]
    pub latitude: f64,
    /// Longitude, deg east.
    #[arg(allow_negative_numbers = true)]
    pub longitude: f64,
    /// Height above mean sea level, m; that of the map if left out.
    #[arg(long, value_name = "M", allow_negative_numbers = true)]
    pub altitude: Option<f64>,
    /// Print as JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct Validate {
    /// The folder of data, with catalogues/ and what was measured; `$SKYWEAVE_DATA`, else ../shared/data, if left out.
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Make this comparison only.
    #[arg(long, value_name = "NAME")]
    pub only: Option<String>,
    /// Print the rows as JSON.
    #[arg(long)]
    pub json: bool,
    /// Print the JSON Schema of the rows instead.
    #[arg(long, conflicts_with_all = ["data", "only", "json"])]
    pub schema: bool,
}

#[derive(Debug, Args)]
pub struct Rehearse {
    /// The file of the rehearsal.
    #[arg(required_unless_present = "schema")]
    pub file: Option<PathBuf>,
    /// Change a value of the file, such as `seed=7`. May be given several times.
    #[arg(long, value_name = "PATH=VALUE")]
    pub set: Vec<String>,
    /// Print what came of it as JSON.
    #[arg(long)]
    pub json: bool,
    /// Show no progress.
    #[arg(short, long)]
    pub quiet: bool,
    /// Print the JSON Schema of what `--json` prints instead.
    #[arg(long, conflicts_with_all = ["file", "set", "json", "quiet"])]
    pub schema: bool,
}
