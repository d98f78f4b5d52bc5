//! `skyweave query`: SQL over results, and over the planner itself.

use crate::args::{Query as Options, RowFormat};
use crate::say::say;
use miette::{IntoDiagnostic, Result, WrapErr, miette};
use skyweave_io::scenario::Prepared;
use skyweave_sql::output::{self, Format, MOST_TABLE_ROWS};
use skyweave_sql::query::Session;
use skyweave_sql::scenario::{ScenarioFile, Worlds};
use skyweave_study::policies;
use std::io::Read;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use tokio::runtime::Runtime;

/// Runs a query and writes its rows.
pub fn query(options: &Options) -> Result<ExitCode> {
    let format = format(options)?;
    let sql = sql(options)?;
    let worlds = worlds(options.threads.map(usize::from));
    let scenario = options.scenario.as_deref().map(|path| open(&worlds, path, &options.set)).transpose()?;
    let written = runtime()?.block_on(async {
        let session = session(options, &worlds, scenario.as_ref()).await?;
        let rows = session.query(&sql).await?;
        output::write(&session, rows, format, options.output.as_deref()).await
    })?;
    if written.more {
        eprintln!(
            "There are more rows: a table shows {MOST_TABLE_ROWS}. --format csv, json or parquet writes all."
        );
    }
    if let Some(file) = &options.output {
        say!("{} rows: {}", written.rows, file.display());
    }
    Ok(ExitCode::SUCCESS)
}

#[cfg(feature = "cluster")]
async fn session(
    options: &Options,
    worlds: &Arc<Worlds>,
    scenario: Option<&ScenarioFile>,
) -> Result<Session, skyweave_sql::QueryError> {
    match &options.cluster {
        Some(scheduler) => {
            skyweave_sql::cluster::client::session(scheduler, worlds, options.results.as_deref(), scenario)
                .await
        }
        None => Session::local(worlds, options.results.as_deref(), scenario),
    }
}

#[cfg(not(feature = "cluster"))]
#[expect(clippy::unused_async, reason = "the same signature as where there is a cluster")]
async fn session(
    options: &Options,
    worlds: &Arc<Worlds>,
    scenario: Option<&ScenarioFile>,
) -> Result<Session, skyweave_sql::QueryError> {
    Session::local(worlds, options.results.as_deref(), scenario)
}

/// Worlds that are read as the program reads scenarios, policies included.
pub fn worlds(threads: Option<usize>) -> Arc<Worlds> {
    let load = |path: &Path, settings: &[String]| -> Result<Prepared, String> {
        policies::read(path, settings).map_err(|report| {
            let help = report.help().map_or_else(String::new, |help| format!("; {help}"));
            format!("{report}{help}")
        })
    };
    Arc::new(Worlds::new(Box::new(load), threads))
}

/// Reads a scenario, and says what is wrong with it as all commands do.
fn open(worlds: &Worlds, path: &Path, settings: &[String]) -> Result<ScenarioFile> {
    let prepared = policies::read(path, settings)?;
    let file = ScenarioFile::of(path, settings, &prepared);
    worlds.keep(&file, prepared);
    Ok(file)
}

/// The threads that wait for rows; those that plan are others.
pub fn runtime() -> Result<Runtime> {
    Runtime::new().into_diagnostic().wrap_err("cannot start threads")
}

fn sql(options: &Options) -> Result<String> {
    if options.sql != "-" {
        return Ok(options.sql.clone());
    }
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).into_diagnostic().wrap_err("cannot read standard input")?;
    Ok(text)
}

fn format(options: &Options) -> Result<Format> {
    let ending = options.output.as_deref().and_then(Path::extension).and_then(|ending| ending.to_str());
    let by_name = match ending {
        Some("csv") => RowFormat::Csv,
        Some("json") => RowFormat::Json,
        Some("parquet") => RowFormat::Parquet,
        _ => RowFormat::Table,
    };
    Ok(match options.format.unwrap_or(by_name) {
        RowFormat::Table => Format::Table,
        RowFormat::Csv => Format::Csv,
        RowFormat::Json => Format::Json,
        RowFormat::Parquet if options.output.is_none() => {
            return Err(miette!(help = "name one with --output FILE", "Parquet is written into a file"));
        }
        RowFormat::Parquet => Format::Parquet,
    })
}
