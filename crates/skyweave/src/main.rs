//! Skyweave: satellite internet as open software. This program parses its arguments, calls the libraries and prints.
#![forbid(unsafe_code)]

mod args;
mod catalog;
mod client;
mod climate;
#[cfg(feature = "cluster")]
mod cluster;
mod compare;
mod crew;
mod dish;
mod hours;
mod hypatia;
mod interrupt;
mod order;
mod packets;
mod progress;
#[cfg(feature = "sql")]
mod query;
mod rehearse;
mod report;
mod run;
mod say;
mod serve;
mod shell;
mod spread;
mod summary_text;
mod sweep;
mod table;
mod timings;
mod timings_text;
mod up;
mod validate;
mod vector_path;
mod world_text;

use args::{Cli, Command, LogFormat};
use clap::Parser;
use skyweave_control::id::Kind;
use std::io::Write;
use std::process::ExitCode;

fn main() -> ExitCode {
    // namespaces are made and held by this program, started again
    if let Some(code) = skyweave_emulate::enter_if_asked() {
        return code;
    }
    let cli = Cli::parse();
    start_log(cli.log_format);
    match carry_out(cli) {
        Ok(code) => code,
        Err(report) => {
            // nobody may be reading any more
            let _ = writeln!(std::io::stderr(), "{report:?}");
            ExitCode::from(1)
        }
    }
}

fn carry_out(cli: Cli) -> miette::Result<ExitCode> {
    vector_path::choose()?;
    match cli.command {
        Command::Up(options) => up::up(&options),
        Command::Planner(options) => up::planner(&options),
        Command::Run(options) => run::run(&options),
        Command::Sweep(options) => sweep::sweep(&options),
        Command::Report(options) => report::report(&options),
        Command::Compare(options) => compare::compare(&options),
        Command::Hypatia(options) => hypatia::hypatia(&options),
        Command::Ping(options) => packets::ping(&options),
        Command::Trace(options) => packets::trace(&options),
        Command::Packets(options) => packets::packets(&options),
        Command::Shell(options) => shell::shell(&options),
        Command::Net(args::Net::Up(options)) => shell::up(&options),
        Command::Dish(options) => dish::dish(&options),
        Command::Replay(options) => shell::replay(&options),
        Command::Catalog(args::Catalog::Inspect(options)) => catalog::inspect(&options),
        Command::Catalog(args::Catalog::Fetch(options)) => catalog::fetch(&options),
        Command::Climate(args::Climate::Import(options)) => climate::import(&options),
        Command::Climate(args::Climate::Show(options)) => climate::show(&options),
        Command::Validate(options) => validate::validate(&options),
        #[cfg(feature = "sql")]
        Command::Query(options) => query::query(&options),
        #[cfg(feature = "cluster")]
        Command::Cluster(process) => cluster::cluster(process),
        Command::Rehearse(options) => rehearse::rehearse(&options),
        Command::Schema => run::schema(),
        Command::Serve(options) => serve::serve(&options),
        Command::Organization(options) => client::act(Kind::Organization, &options),
        Command::Account(options) => client::act(Kind::Account, &options),
        Command::Plan(options) => client::act(Kind::Plan, &options),
        Command::Line(options) => client::act(Kind::ServiceLine, &options),
        Command::Terminal(options) => client::act(Kind::Terminal, &options),
        Command::Registry(options) => client::act(Kind::Registry, &options),
        Command::BoundarySet(options) => client::act(Kind::BoundarySet, &options),
        Command::Territory(options) => client::act(Kind::Territory, &options),
        Command::Restriction(options) => client::act(Kind::Restriction, &options),
        Command::ProtectedClass(options) => client::act(Kind::ProtectedClass, &options),
        Command::Incident(options) => client::act(Kind::Incident, &options),
        Command::Appeal(options) => client::act(Kind::Appeal, &options),
        Command::Permit(options) => client::act(Kind::Permit, &options),
        Command::Import(options) => client::import(&options),
        Command::Explain(options) => client::explain(&options),
        Command::Events(options) => client::follow(&options),
        Command::Key(options) => order::key(&options),
        Command::Log(options) => order::log(&options),
        Command::Order(options) => order::order(&options),
        Command::Witness(options) => order::witness(options),
        Command::Verify(options) => order::verify(&options),
    }
}

/// `RUST_LOG` chooses what is logged; nothing but warnings by default, and of the text of slow statements, which runs to pages, not even those. The
/// log goes to standard error.
fn start_log(format: LogFormat) {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn,sqlx::query=error"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match format {
        LogFormat::Text => log.without_time().init(),
        LogFormat::Json => log.json().flatten_event(true).init(),
    }
}
