//! `skyweave events`: what happened, and what happens from now on.

use super::connection::Connection;
use crate::args::Events;
use crate::say::say;
use miette::{IntoDiagnostic, Result};
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::process::ExitCode;

/// Shows events; follows them until somebody interrupts, if asked to.
pub fn follow(options: &Events) -> Result<ExitCode> {
    let mut connection = Connection::open(&options.connect)?;
    let mut after = options.after;
    loop {
        let page = connection.get("/api/v1/events", &[("after".to_owned(), after.to_string())])?.body;
        for event in page["results"].as_array().map_or(&[][..], Vec::as_slice) {
            show(event, options.json);
        }
        after = page["last"].as_i64().unwrap_or(after);
        if page["more"] != true {
            break;
        }
    }
    if !options.follow {
        return Ok(ExitCode::SUCCESS);
    }
    loop {
        let mut stream =
            connection.follow("/api/v1/events/stream", &[("after".to_owned(), after.to_string())])?;
        for line in BufReader::new(stream.body_mut().as_reader()).lines() {
            // a stream ends with its token, and then another goes on
            let Ok(line) = line else { break };
            if let Some(data) = line.strip_prefix("data: ") {
                let event: Value = serde_json::from_str(data).into_diagnostic()?;
                after = event["seq"].as_i64().unwrap_or(after);
                show(&event, options.json);
            }
        }
        connection = Connection::open(&options.connect)?;
    }
}

fn show(event: &Value, as_json: bool) {
    if as_json {
        say!("{event}");
    } else {
        let what = event["payload"]["type"].as_str().unwrap_or_default();
        let (id, actor) =
            (event["id"].as_str().unwrap_or_default(), event["actor"].as_str().unwrap_or_default());
        say!(
            "  {:>8}  {}  {what:28}  {id}  v{}  {actor}",
            event["seq"].to_string(),
            event["at_s"],
            event["version"]
        );
    }
}
