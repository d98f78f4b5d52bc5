//! A connection to a server: a token first, then requests, and problems as errors.

use crate::args::Connect;
use miette::{IntoDiagnostic, MietteDiagnostic, Report, Result, WrapErr, miette};
use serde_json::Value;
use std::io::Read;
use std::time::Duration;
use ureq::Agent;
use ureq::http::{Response, StatusCode};

/// How long a request may take; imports of a million terminals take minutes.
const PATIENCE: Duration = Duration::from_mins(30);
const CONNECT: Duration = Duration::from_secs(10);
/// How long a connection without a request may be used again.
const IDLE: Duration = Duration::from_secs(5);
/// The largest answer that is taken, bytes.
const LARGEST: u64 = 256 << 20;
/// Refusals of rows that are shown.
const MOST_SHOWN: usize = 20;

/// A server, and the token for it.
pub struct Connection {
    agent: Agent,
    url: String,
    token: String,
}

/// What a server answered.
pub struct Answer {
    /// The body; null if there is none.
    pub body: Value,
    /// The tag of the version.
    pub etag: Option<String>,
}

impl Connection {
    /// Gets a token.
    pub fn open(connect: &Connect) -> Result<Self> {
        let missing = |flag: &str, name: &str| {
            miette!(
                help = format!("give {flag}, or set {name}; `skyweave serve` shows both at its first start"),
                "no credential"
            )
        };
        let id = connect.client_id.as_ref().ok_or_else(|| missing("--client-id", "SKYWEAVE_CLIENT_ID"))?;
        let secret = connect
            .client_secret
            .as_ref()
            .ok_or_else(|| missing("--client-secret", "SKYWEAVE_CLIENT_SECRET"))?;
        let agent: Agent = Agent::config_builder()
            .timeout_connect(Some(CONNECT))
            .timeout_global(Some(PATIENCE))
            .http_status_as_error(false)
            // servers close what is idle for 10 s
            .max_idle_age(IDLE)
            .user_agent(concat!("skyweave/", env!("CARGO_PKG_VERSION")))
            .build()
            .into();
        let url = connect.url.trim_end_matches('/').to_owned();
        let form = [("grant_type", "client_credentials"), ("client_id", id), ("client_secret", secret)];
        let answer = agent.post(format!("{url}/api/auth/connect/token")).send_form(form);
        let mut answer = answer.map_err(|error| unreachable(&url, &error))?;
        let body = read(&mut answer)?;
        let Some(token) = body["access_token"].as_str().filter(|_| answer.status() == StatusCode::OK) else {
            let said = body["error_description"].as_str().unwrap_or("it gave no token");
            return Err(miette!(
                help = "check SKYWEAVE_CLIENT_ID and SKYWEAVE_CLIENT_SECRET",
                "{url} does not let this client in: {said}"
            ));
        };
        let token = token.to_owned();
        Ok(Self { agent, url, token })
    }

    /// Asks for something.
    pub fn get(&self, path: &str, query: &[(String, String)]) -> Result<Answer> {
        let request =
            self.agent.get(format!("{}{path}", self.url)).query_pairs(query.iter().map(|(k, v)| (k, v)));
        answered(
            request.header("authorization", self.bearer()).call().map_err(|e| unreachable(&self.url, &e))?,
        )
    }

    /// Sends JSON; `method` is POST or PUT.
    pub fn send(&self, method: &str, path: &str, body: &Value, options: &Sending) -> Result<Answer> {
        let url = format!("{}{path}", self.url);
        let mut request = if method == "PUT" { self.agent.put(url) } else { self.agent.post(url) };
        request = request.header("authorization", self.bearer()).header("content-type", "application/json");
        if let Some(tag) = &options.if_match {
            request = request.header("if-match", tag);
        }
        if let Some(key) = &options.idempotency_key {
            request = request.header("idempotency-key", key);
        }
        if options.dry_run {
            request = request.query("dry_run", "true");
        }
        answered(request.send(body.to_string()).map_err(|error| unreachable(&self.url, &error))?)
    }

    /// Sends a file of terminals.
    pub fn send_file(&self, path: &str, file: std::fs::File, query: &[(String, String)]) -> Result<Answer> {
        let request =
            self.agent.post(format!("{}{path}", self.url)).query_pairs(query.iter().map(|(k, v)| (k, v)));
        let request = request.header("authorization", self.bearer()).header("content-type", "text/csv");
        answered(request.send(file).map_err(|error| unreachable(&self.url, &error))?)
    }

    /// Follows a stream, which is read as it comes.
    pub fn follow(&self, path: &str, query: &[(String, String)]) -> Result<Response<ureq::Body>> {
        let request =
            self.agent.get(format!("{}{path}", self.url)).query_pairs(query.iter().map(|(k, v)| (k, v)));
        let answer = request.header("authorization", self.bearer()).call();
        let answer = answer.map_err(|error| unreachable(&self.url, &error))?;
        if answer.status() == StatusCode::OK {
            Ok(answer)
        } else {
            answered(answer).and_then(|_| Err(miette!("no stream")))
        }
    }

    /// The files of the server's log.
    pub fn log(&self) -> skyweave_server::log::remote::Remote {
        skyweave_server::log::remote::Remote::at(&format!("{}/log", self.url))
    }

    fn bearer(&self) -> String {
        format!("Bearer {}", self.token)
    }
}

/// How something is sent.
#[derive(Debug, Clone, Default)]
pub struct Sending {
    /// Decide only.
    pub dry_run: bool,
    /// Only if this is still the version.
    pub if_match: Option<String>,
    /// Done once, however often it is sent.
    pub idempotency_key: Option<String>,
}

fn unreachable(url: &str, error: &ureq::Error) -> Report {
    miette!(
        help = "start one with `skyweave serve`, or say where it is with --url or SKYWEAVE_URL",
        "no server answers at {url}: {error}"
    )
}

fn answered(mut answer: Response<ureq::Body>) -> Result<Answer> {
    let status = answer.status();
    let etag = answer.headers().get("etag").and_then(|tag| tag.to_str().ok()).map(ToOwned::to_owned);
    let body = read(&mut answer)?;
    if status.is_success() { Ok(Answer { body, etag }) } else { Err(problem(status, &body)) }
}

fn read(answer: &mut Response<ureq::Body>) -> Result<Value> {
    let mut bytes = Vec::new();
    let read = answer.body_mut().as_reader().take(LARGEST).read_to_end(&mut bytes);
    read.into_diagnostic().wrap_err("the answer broke off")?;
    if bytes.is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_slice(&bytes)
        .into_diagnostic()
        .wrap_err("the answer is no JSON; is this a Skyweave server?")
}

/// A problem as the server tells it: what was found is the error, and what would do is the help.
fn problem(status: StatusCode, body: &Value) -> Report {
    let detail =
        body["detail"].as_str().map_or_else(|| format!("the server answered {status}"), ToOwned::to_owned);
    let (found, help) = match detail.split_once("; ") {
        Some((found, help)) => (found.to_owned(), Some(help.to_owned())),
        None => (detail, None),
    };
    let mut text = found;
    let rows = body["refusals"].as_array().map_or(&[][..], Vec::as_slice);
    for row in rows.iter().take(MOST_SHOWN) {
        let field = row["field"].as_str().map_or_else(String::new, |field| format!(", {field}"));
        text.push_str(&format!(
            "\nrow {}{field}: {}",
            row["row"],
            row["detail"].as_str().unwrap_or_default()
        ));
    }
    if rows.len() > MOST_SHOWN {
        text.push_str(&format!("\nand {} more; --json shows them all", rows.len() - MOST_SHOWN));
    }
    let mut diagnostic = MietteDiagnostic::new(text);
    diagnostic.code = body["code"].as_str().map(ToOwned::to_owned);
    diagnostic.help = help;
    Report::new(diagnostic)
}
