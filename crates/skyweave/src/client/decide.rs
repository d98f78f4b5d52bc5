//! `skyweave explain`: what is decided about a terminal, and why.

use super::connection::{Connection, Sending};
use super::{fields, show};
use crate::args::Explain;
use miette::Result;
use serde_json::{Map, Value, json};
use std::process::ExitCode;

/// Asks for the decision.
pub fn explain(options: &Explain) -> Result<ExitCode> {
    let mut body = fields::object(&options.words, Map::new())?;
    body.insert("terminal".to_owned(), json!(options.terminal));
    if let Some(at_s) = options.at_s {
        body.insert("at_s".to_owned(), json!(at_s));
    }
    let connection = Connection::open(&options.connect)?;
    let answer = connection.send("POST", "/api/v1/decisions", &Value::Object(body), &Sending::default())?;
    show::thing(&answer.body, options.json);
    Ok(ExitCode::SUCCESS)
}
