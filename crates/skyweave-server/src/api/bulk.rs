//! Many at once: commands of any kind, or one command for many terminals with a preview of what it would do to each.

use super::call::{Call, Reply, unreadable};
use super::checks::carry_out_lawfully;
use super::collections::Collection;
use super::entities::{headers_json, new_id, request};
use super::problem::{Problem, RowRefusal};
use super::routes::{CHANGERS, Needs, OPERATORS, Route, Takes};
use super::shapes::Shape;
use crate::service::{self, BulkDone, CarriedOut, Request, Work};
use crate::store::Answer;
use axum::http::{Method, StatusCode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use skyweave_control::command::TerminalCommand;
use skyweave_control::fleet::bulk::{self as fleet, Mode};
use skyweave_control::id::{Kind, TerminalId};

/// Commands of one request.
const MOST_COMMANDS: usize = 1_000;

/// Commands that are carried out in order, all or none.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Commands {
    /// Up to 1,000. Later ones see what earlier ones did.
    #[schemars(length(min = 1, max = 1_000))]
    pub commands: Vec<OneCommand>,
}

/// One of them.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OneCommand {
    /// The kind of thing, such as `terminal`.
    pub kind: Kind,
    /// Which; if it is missing, the server gives the new thing an id.
    #[serde(default)]
    pub id: Option<String>,
    /// What: an object with `verb`, and what the verb needs to know, as at its own address.
    #[serde(rename = "do")]
    #[schemars(with = "std::collections::BTreeMap<String, Value>")]
    pub what: Value,
    /// The version that the thing must still have.
    #[serde(default)]
    pub if_version: Option<u64>,
}

/// What became of commands.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CommandsAnswer {
    /// Of each, in order.
    pub results: Vec<CommandAnswer>,
}

/// What became of a command.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CommandAnswer {
    /// The thing.
    pub id: String,
    /// Its version now.
    pub version: u64,
    /// How many events it took; none if all was as asked for.
    pub events: usize,
}

/// One command for many terminals.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Bulk {
    /// Which, each once.
    #[schemars(length(max = 100_000))]
    pub terminals: Vec<TerminalId>,
    /// What: anything but `enter`, which imports do.
    #[serde(rename = "do")]
    pub command: TerminalCommand,
    /// What becomes of it when some refuse.
    #[serde(default)]
    pub mode: Mode,
}

/// What became of it, or would.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BulkAnswer {
    /// How many it changes.
    pub changed: usize,
    /// How many are so already.
    pub unchanged: usize,
    /// How many refuse.
    pub refused: usize,
    /// How many that are served now are served no longer.
    pub losing_service: usize,
    /// What it does to each, in the order of the list.
    pub rows: Vec<fleet::Row>,
}

/// The routes of this module.
pub fn routes() -> Vec<Route> {
    let commands_text = "Carry out commands of any kind in order, all or none";
    let bulk_text = "Carry out one command for many terminals; dry_run previews what it would do to each";
    vec![
        Route::new(
            Method::POST,
            "/api/v1/commands",
            "carry_out_commands",
            commands_text,
            Shape::CommandsAnswer,
            commands,
        )
        .tag("bulk")
        .needs(Needs::AnyOf(CHANGERS))
        .takes(Takes::Json(Shape::Commands))
        .decided(),
        Route::new(Method::POST, "/api/v1/bulk", "bulk", bulk_text, Shape::BulkAnswer, bulk)
            .tag("bulk")
            .needs(Needs::AnyOf(OPERATORS))
            .takes(Takes::Json(Shape::Bulk))
            .decided(),
    ]
}

async fn commands(call: Call) -> Result<Reply, Problem> {
    let asked: Commands = call.json()?;
    if !(1..=MOST_COMMANDS).contains(&asked.commands.len()) {
        let detail =
            format!("{} commands were sent; accepted: 1 to {MOST_COMMANDS} at once", asked.commands.len());
        return Err(Problem::invalid("invalid_body", detail).field("commands"));
    }
    let mut requests = Vec::with_capacity(asked.commands.len());
    let mut refusals = Vec::new();
    for (row, one) in asked.commands.into_iter().enumerate() {
        match understood(&call, one).await {
            Ok(request) => requests.push(request),
            Err(problem) => refusals.push(RowRefusal {
                row: row as u64,
                code: problem.code,
                detail: problem.detail,
                field: problem.field,
            }),
        }
    }
    if !refusals.is_empty() {
        return Err(Problem::of_rows(
            refusals,
            "some commands are not understood or not allowed, and nothing was done",
        ));
    }
    let caller = call.caller()?;
    let keep = call.repeat.clone().map(|repeat| {
        let client = caller.client.id.clone();
        move |out: &CarriedOut| Answer {
            client: client.clone(),
            key: repeat.key.clone(),
            request_sha256: repeat.request_sha256.clone(),
            status: i64::from(StatusCode::OK.as_u16()),
            headers: headers_json(&[]),
            body: serde_json::to_string(&answer(out)).unwrap_or_default(),
        }
    });
    let work = Work {
        actor: &caller.actor()?,
        requests: &requests,
        now_ns: call.api.now_ns(),
        rules: &call.api.rules,
        law_since: None,
        dry_run: call.dry_run,
        answer: keep.as_ref().map(|keep| keep as &(dyn Fn(&CarriedOut) -> Answer + Send + Sync)),
    };
    Reply::of(&answer(&carry_out_lawfully(&call, work).await?))
}

fn answer(out: &CarriedOut) -> CommandsAnswer {
    let results = out.done.iter().map(|done| CommandAnswer {
        id: done.subject.id().to_string(),
        version: done.subject.version(),
        events: done.events.len(),
    });
    CommandsAnswer { results: results.collect() }
}

/// A command that the caller may give.
async fn understood(call: &Call, one: OneCommand) -> Result<Request, Problem> {
    let verb = one.what["verb"].as_str().unwrap_or_default();
    let role =
        Collection::of(one.kind).map_or(super::auth::Role::Approver, |collection| collection.role(verb));
    if !call.caller()?.roles.contains(&role) {
        let detail = format!("`{verb}` of a {} needs the role {}", one.kind, role.name());
        return Err(Problem::forbidden(
            detail.chars().filter(|letter| !letter.is_control()).take(200).collect::<String>(),
        ));
    }
    let id = match one.id {
        Some(id) => json!(id),
        None => json!(new_id(call, one.kind)?),
    };
    request(call, one.kind, &id, &one.what, one.if_version).await
}

async fn bulk(call: Call) -> Result<Reply, Problem> {
    let asked: Bulk = serde_json::from_value(call.object()?.into()).map_err(|error| unreadable(&error))?;
    let caller = call.caller()?;
    let order = service::BulkOrder {
        bulk: fleet::Bulk { terminals: asked.terminals, command: asked.command },
        mode: asked.mode,
        actor: caller.actor()?,
        now_ns: call.api.now_ns(),
        rules: call.api.rules.clone(),
        dry_run: call.dry_run,
    };
    let keep = call.repeat.clone().map(|repeat| {
        let client = caller.client.id.clone();
        Box::new(move |done: &BulkDone| Answer {
            client: client.clone(),
            key: repeat.key.clone(),
            request_sha256: repeat.request_sha256.clone(),
            status: i64::from(StatusCode::OK.as_u16()),
            headers: headers_json(&[]),
            body: serde_json::to_string(&bulk_answer(done)).unwrap_or_default(),
        }) as Box<dyn Fn(&BulkDone) -> Answer + Send + Sync>
    });
    let done = service::bulk(std::sync::Arc::clone(&call.api.store), order, keep).await?;
    Reply::of(&bulk_answer(&done))
}

fn bulk_answer(done: &BulkDone) -> BulkAnswer {
    BulkAnswer {
        changed: done.changed,
        unchanged: done.unchanged,
        refused: done.refused,
        losing_service: done.losing_service,
        rows: done.rows.clone(),
    }
}
