//! `skyweave import`: terminals from CSV, all or none.

use super::connection::Connection;
use super::show;
use crate::args::Import;
use miette::{IntoDiagnostic, Result, WrapErr, miette};
use serde_json::Value;
use std::process::ExitCode;

/// Sends the file. A dry run that finds faults ends as an import that does.
pub fn import(options: &Import) -> Result<ExitCode> {
    let file = std::fs::File::open(&options.file);
    let file = file.into_diagnostic().wrap_err_with(|| options.file.display().to_string())?;
    let connection = Connection::open(&options.connect)?;
    let mut query = vec![("dry_run".to_owned(), options.dry_run.to_string())];
    query.extend(options.account.iter().map(|account| ("account".to_owned(), account.clone())));
    let report = connection.send_file("/api/v1/imports", file, &query)?.body;
    show::thing(&report, options.json);
    match &report["faulty"] {
        Value::Number(faulty) if faulty.as_u64() != Some(0) => Err(miette!(
            help = "mend them and send the file again; nothing was entered",
            "{faulty} of {} rows are bad",
            report["rows"]
        )),
        _ => Ok(ExitCode::SUCCESS),
    }
}
