//! Importing terminals from CSV: every bad row is reported, and all are entered or none.

use super::call::{Call, Reply, too_large};
use super::problem::{Problem, RowRefusal};
use super::routes::{Needs, OPERATORS, Parameter, Route, Takes};
use super::shapes::Shape;
use crate::service::{self, ImportOrder, NotImported};
use axum::body::Body;
use axum::http::{Method, StatusCode};
use futures_util::StreamExt;
use skyweave_control::fleet::import::{ImportError, Options};
use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::sync::{Arc, PoisonError};

/// The routes of this module.
pub fn routes() -> Vec<Route> {
    let summary = "Enter terminals from CSV, all or none; dry_run reports every bad row and changes nothing";
    let mut route =
        Route::new(Method::POST, "/api/v1/imports", "import_terminals", summary, Shape::ImportReport, import)
            .tag("imports")
            .needs(Needs::AnyOf(OPERATORS))
            .asks([Parameter::text("account", "The account of rows that name none.")])
            .takes(Takes::File)
            .decided();
    // what it would have to be compared with is the whole file; a hardware key that is there already is refused anyway
    route.repeatable = false;
    vec![route]
}

async fn import(call: Call) -> Result<Reply, Problem> {
    let account = call.parameter("account").map(str::parse).transpose();
    let account = account.map_err(|error: skyweave_control::id::IdError| {
        Problem::invalid("invalid_parameter", error.to_string()).field("account")
    })?;
    let body = call.stream.lock().unwrap_or_else(PoisonError::into_inner).take().unwrap_or_else(Body::empty);
    let file = spool(body, call.api.limits.import_bytes).await?;
    let order = ImportOrder {
        file,
        options: Options { account, ..Options::default() },
        actor: call.caller()?.actor()?,
        now_ns: call.api.now_ns(),
        rules: call.api.rules.clone(),
        dry_run: call.dry_run,
    };
    let report = service::import(Arc::clone(&call.api.store), order).await.map_err(refused)?;
    Reply::of(&report)
}

/// Writes a body into a temporary file that has no name, so that any length takes no memory.
async fn spool(body: Body, most: u64) -> Result<File, Problem> {
    let failed = |error: std::io::Error| {
        let detail = format!("the file cannot be kept while it is read: {error}");
        Problem::new(StatusCode::INSUFFICIENT_STORAGE, "no_space", detail)
    };
    let mut file = tempfile::tempfile().map_err(failed)?;
    let mut length = 0;
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk =
            chunk.map_err(|_| Problem::invalid("broken_body", "the body broke off before its end"))?;
        length += chunk.len() as u64;
        if length > most {
            return Err(too_large(most));
        }
        file.write_all(&chunk).map_err(failed)?;
    }
    file.seek(SeekFrom::Start(0)).map_err(failed)?;
    Ok(file)
}

fn refused(error: NotImported) -> Problem {
    match error {
        ImportError::View(error) => error.into(),
        ImportError::Faults(report) => {
            let detail = format!(
                "{} of {} rows are bad, and nothing was entered; mend them and send the file again",
                report.faulty, report.rows
            );
            let rows = report.faults.into_iter().map(|fault| RowRefusal {
                row: fault.row,
                code: fault.code.name().to_owned(),
                detail: format!("line {}, `{}`: {}", fault.line, fault.value, fault.reason),
                field: fault.column.map(ToOwned::to_owned),
            });
            Problem::of_rows(rows.collect(), detail)
        }
        ImportError::TooManyRows { .. } => {
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "too_many", error.to_string())
        }
        _ => Problem::invalid("invalid_file", error.to_string()),
    }
}
