//! One way through for every request: who asks, may they, is it too much, was it answered already; then the handler.

use super::auth::{self, Caller};
use super::forward;
use super::problem::Problem;
use super::routes::{Needs, Route, Takes};
use super::state::{Api, Limits};
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// The name of the header by which a request may be repeated without being done twice.
pub const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Set on an answer that was given before.
pub const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// Set on an answer to a request that only wanted to know.
pub const DRY_RUN: HeaderName = HeaderName::from_static("skyweave-dry-run");
const LONGEST_KEY: usize = 255;
/// Greatest form, bytes: it is read before it is known who sends it.
const FORM_BYTES: usize = 8 << 10;
/// Clients without a token share a bucket.
const ANYBODY: &str = "";

/// A request that came through.
pub struct Call {
    /// The service.
    pub api: Arc<Api>,
    /// Who asks; only on routes for everybody there is none.
    pub caller: Option<Caller>,
    /// What stands in the address at `{name}`.
    pub params: BTreeMap<String, String>,
    /// What stands behind the `?`, in order.
    pub query: Vec<(String, String)>,
    /// The headers.
    pub headers: HeaderMap,
    /// The body; empty where it is handed over as a stream.
    pub body: Bytes,
    /// The body of an import, which is not read yet; nobody waits for the lock, it only lets calls be shared.
    pub stream: Mutex<Option<Body>>,
    /// Under which key the answer is kept.
    pub repeat: Option<Repeat>,
    /// Only say what would be.
    pub dry_run: bool,
}

/// What makes a request the same as another.
#[derive(Debug, Clone)]
pub struct Repeat {
    /// The key that came with it.
    pub key: String,
    /// The hash of all that matters.
    pub request_sha256: Vec<u8>,
}

/// What is answered.
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// Headers beside those that all answers have.
    pub headers: Vec<(HeaderName, String)>,
    /// The body.
    pub content: Content,
}

/// The body of an answer.
pub enum Content {
    /// None.
    Nothing,
    /// JSON.
    Json(String),
    /// Anything else, with its media type.
    Stream(&'static str, Body),
}

impl Reply {
    /// JSON with status 200.
    #[must_use]
    pub fn json(body: String) -> Self {
        Self { status: StatusCode::OK, headers: Vec::new(), content: Content::Json(body) }
    }

    /// A value as JSON with status 200.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn of(value: &impl serde::Serialize) -> Result<Self, Problem> {
        serde_json::to_string(value).map(Self::json).map_err(|error| unwritable(&error))
    }

    /// No body, status 204.
    #[must_use]
    pub const fn nothing() -> Self {
        Self { status: StatusCode::NO_CONTENT, headers: Vec::new(), content: Content::Nothing }
    }

    /// With another status.
    #[must_use]
    pub fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// With one more header.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let (kind, body) = match self.content {
            Content::Nothing => (None, Body::empty()),
            Content::Json(text) => (Some("application/json"), Body::from(text)),
            Content::Stream(kind, body) => (Some(kind), body),
        };
        let mut response = (self.status, body).into_response();
        let headers = response.headers_mut();
        headers.remove(header::CONTENT_TYPE);
        let kind = kind.map(|kind| (header::CONTENT_TYPE, kind.to_owned()));
        for (name, value) in kind.into_iter().chain(self.headers) {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(name, value);
            }
        }
        response
    }
}

/// Answers a request.
pub async fn answer(
    api: Arc<Api>,
    route: Arc<Route>,
    params: BTreeMap<String, String>,
    request: Request,
) -> Response {
    let began = Instant::now();
    let (head, body) = request.into_parts();
    let mut response = match within(api.limits.request, admit(&api, &route, &params, &head)).await {
        Err(problem) => refuse(problem, body, &api.limits).await,
        Ok(admitted) => match forward::elsewhere(&api, &route, &head.headers).await {
            Err(error) => Problem::from(error).into_response(),
            Ok(Some(planner)) => {
                let answered = within(api.limits.request, forward::to(&api, &planner, head, body)).await;
                answered.unwrap_or_else(Problem::into_response)
            }
            Ok(None) => {
                // nobody but an operator has the time of an import
                let patience =
                    if route.takes == Takes::File { api.limits.import } else { api.limits.request };
                let done =
                    within(patience, come_through(Arc::clone(&api), &route, params, admitted, (head, body)))
                        .await;
                done.map_or_else(Problem::into_response, Reply::into_response)
            }
        },
    };
    common_headers(response.headers_mut());
    api.requests.note(&route.name, response.status().as_u16(), began.elapsed());
    response
}

async fn within<T>(patience: Duration, work: impl Future<Output = Result<T, Problem>>) -> Result<T, Problem> {
    tokio::time::timeout(patience, work).await.unwrap_or_else(|_| {
        let detail = format!("the request was not there, or not done, after {} s", patience.as_secs());
        Err(Problem::new(StatusCode::REQUEST_TIMEOUT, "timeout", detail))
    })
}

/// Answers what is refused whatever its body says. A body that nobody reads ends the connection, and with it the next request that is on
/// its way: so a short and quick one is read to its end.
async fn refuse(problem: Problem, body: Body, limits: &Limits) -> Response {
    let closes = problem.headers.iter().any(|(name, _)| name == header::CONNECTION);
    let reading = discard(body, limits.body_bytes);
    let read = !closes && tokio::time::timeout(limits.refused, reading).await.unwrap_or(false);
    let problem = if read || closes { problem } else { problem.header(header::CONNECTION, "close") };
    problem.into_response()
}

/// Puts in what every answer has.
pub fn common_headers(headers: &mut HeaderMap) {
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
}

async fn come_through(
    api: Arc<Api>,
    route: &Route,
    params: BTreeMap<String, String>,
    (caller, query): Admitted,
    (head, body): (Parts, Body),
) -> Result<Reply, Problem> {
    let name = caller.as_ref().map_or(ANYBODY, |caller| caller.client.id.as_str());
    let (body, stream) = match route.takes {
        Takes::File => (Bytes::new(), Some(body)),
        Takes::Form => (read_body(body, FORM_BYTES.min(api.limits.body_bytes)).await?, None),
        Takes::Nothing | Takes::Json(_) => (read_body(body, api.limits.body_bytes).await?, None),
    };
    content_type(route, &head.headers, &body)?;
    let dry_run = dry_run(&query);
    let repeat = repeat(route, &head.headers, &head.method, &head.uri, &body)?.filter(|_| !dry_run);
    let client = name.to_owned();
    if let Some(repeat) = &repeat
        && let Some(reply) = answered(&api, &client, repeat).await?
    {
        return Ok(reply);
    }
    let call = Call {
        api: Arc::clone(&api),
        caller,
        params,
        query,
        headers: head.headers,
        body,
        stream: Mutex::new(stream),
        repeat: repeat.clone(),
        dry_run,
    };
    let done = (route.handler)(call).await;
    if let (Err(_), Some(repeat)) = (&done, &repeat)
        && let Some(reply) = answered(&api, &client, repeat).await?
    {
        // the same request came twice at the same time, and this one was refused for what the other one did
        return Ok(reply);
    }
    done.map(|reply| if dry_run { reply.header(DRY_RUN, "true") } else { reply })
}

/// Who asks, and what stands behind the `?`.
type Admitted = (Option<Caller>, Vec<(String, String)>);

/// Who asks, if they may, and what for: all that can be known before the body is there.
async fn admit(
    api: &Api,
    route: &Route,
    params: &BTreeMap<String, String>,
    head: &Parts,
) -> Result<Admitted, Problem> {
    let caller = match route.needs {
        Needs::Nothing => None,
        Needs::AnyOf(_) => match auth::authenticate_request(api, &head.method, &head.headers).await {
            Ok(caller) => Some(caller),
            Err(problem) => {
                api.take_stranger().map_err(too_many_strangers)?;
                return Err(problem);
            }
        },
    };
    if let Some(caller) = &caller {
        api.take_request(&caller.client.id).map_err(too_many)?;
    }
    if let (Needs::AnyOf(roles), Some(caller)) = (route.needs, &caller)
        && !caller.has_any(roles)
    {
        return Err(lacks_role(roles, caller));
    }
    let query = read_query(route, head.uri.query().unwrap_or_default())?;
    no_nul(params.values().chain(query.iter().map(|(_, value)| value)))?;
    Ok((caller, query))
}

/// Reads a body to its end without keeping it. Whether it came to its end: one that is too long is left to break off.
async fn discard(body: Body, most: usize) -> bool {
    let mut chunks = body.into_data_stream();
    let mut left = most;
    while let Some(Ok(chunk)) = chunks.next().await {
        let Some(rest) = left.checked_sub(chunk.len()) else { return false };
        left = rest;
    }
    true
}

async fn read_body(body: Body, most: usize) -> Result<Bytes, Problem> {
    to_bytes(body, most).await.map_err(|error| {
        let mut cause: Option<&dyn std::error::Error> = Some(&error);
        while let Some(now) = cause {
            if now.is::<http_body_util::LengthLimitError>() {
                return too_large(most as u64);
            }
            cause = now.source();
        }
        Problem::invalid("broken_body", "the body broke off before its end")
    })
}

/// The body is larger than it may be.
pub fn too_large(most: u64) -> Problem {
    let detail = format!("the body is too large; accepted: up to {most} bytes");
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", detail)
}

fn too_many(wait_s: u64) -> Problem {
    let detail = format!("too many requests; the next one is taken in {wait_s} s");
    Problem::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", detail).retry_after(wait_s)
}

/// Too many requests came without a good token, whoever sent them: not even the body of this one is read.
pub fn too_many_strangers(wait_s: u64) -> Problem {
    let detail = format!(
        "too many requests without a good token, of all who send such; the next one is taken in {wait_s} s"
    );
    let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", detail).retry_after(wait_s);
    problem.header(header::CONNECTION, "close")
}

fn lacks_role(roles: &[auth::Role], caller: &Caller) -> Problem {
    let needed: Vec<&str> = roles.iter().map(|role| role.name()).collect();
    Problem::forbidden(format!(
        "this needs the role {}, and the client has {}",
        needed.join(" or "),
        if caller.client.roles.is_empty() { "none" } else { &caller.client.roles }
    ))
}

fn read_query(route: &Route, text: &str) -> Result<Vec<(String, String)>, Problem> {
    let pairs: Vec<(String, String)> = form_urlencoded::parse(text.as_bytes()).into_owned().collect();
    for (name, value) in &pairs {
        let shown = |text: &str| text.chars().take(60).collect::<String>().escape_debug().to_string();
        if !route.takes_parameter(name) {
            let accepted: Vec<&str> = route.parameters.iter().map(|parameter| parameter.name).collect();
            let accepted = if accepted.is_empty() { "none".to_owned() } else { accepted.join(", ") };
            let detail = format!("`{}` is no parameter here; accepted: {accepted}", shown(name));
            return Err(Problem::invalid("unknown_parameter", detail).field(&shown(name)));
        }
        let is_switch =
            route.parameters.iter().any(|parameter| parameter.is_switch && parameter.name == name);
        if is_switch && !matches!(value.as_str(), "true" | "false") {
            let detail = format!("`{}` is no value of {name}; accepted: true or false", shown(value));
            return Err(Problem::invalid("invalid_parameter", detail).field(name));
        }
    }
    Ok(pairs)
}

/// PostgreSQL cannot keep U+0000, and nobody means it.
fn no_nul<'a>(mut texts: impl Iterator<Item = &'a String>) -> Result<(), Problem> {
    if texts.any(|text| text.contains('\0')) {
        return Err(Problem::invalid(
            "nul_character",
            "a text contains U+0000; accepted: any other character",
        ));
    }
    Ok(())
}

/// Whether the request only wants to know.
fn dry_run(query: &[(String, String)]) -> bool {
    query.iter().any(|(name, value)| name == "dry_run" && value == "true")
}

fn content_type(route: &Route, headers: &HeaderMap, body: &Bytes) -> Result<(), Problem> {
    let expected = match &route.takes {
        Takes::Nothing => return Ok(()),
        Takes::Json(_) if body.is_empty() => return Ok(()),
        Takes::Json(_) => "application/json",
        Takes::Form => "application/x-www-form-urlencoded",
        Takes::File => "text/csv",
    };
    let given = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media = given.split(';').next().unwrap_or_default().trim();
    if media.eq_ignore_ascii_case(expected) {
        return Ok(());
    }
    let shown: String = media.chars().take(60).collect();
    let detail =
        format!("the body is said to be `{}`; accepted as Content-Type: {expected}", shown.escape_debug());
    Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", detail))
}

fn repeat(
    route: &Route,
    headers: &HeaderMap,
    method: &axum::http::Method,
    uri: &axum::http::Uri,
    body: &Bytes,
) -> Result<Option<Repeat>, Problem> {
    let Some(key) = headers.get(IDEMPOTENCY_KEY) else { return Ok(None) };
    if !route.repeatable {
        let detail = "an Idempotency-Key is not taken here; repeat this request only if its answer is lost";
        return Err(Problem::invalid("idempotency_key_not_taken", detail));
    }
    let key = key.to_str().ok().filter(|key| (1..=LONGEST_KEY).contains(&key.len()));
    let Some(key) = key else {
        let detail = format!("accepted as Idempotency-Key: 1 to {LONGEST_KEY} printable ASCII characters");
        return Err(Problem::invalid("invalid_idempotency_key", detail));
    };
    let mut hash = Sha256::new();
    let condition = headers.get(header::IF_MATCH).map_or(&b""[..], |value| value.as_bytes());
    for part in [method.as_str().as_bytes(), uri.to_string().as_bytes(), condition, body] {
        // with its length, so that no two requests run into one
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    Ok(Some(Repeat { key: key.to_owned(), request_sha256: hash.finalize().to_vec() }))
}

async fn answered(api: &Api, client: &str, repeat: &Repeat) -> Result<Option<Reply>, Problem> {
    let Some(answer) = api.store.answer(client, &repeat.key).await? else { return Ok(None) };
    if answer.request_sha256 != repeat.request_sha256 {
        let detail = "the Idempotency-Key came before with another request; accepted: a key of its own for each request";
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "idempotency_key_reused", detail));
    }
    let headers: Vec<(String, String)> = serde_json::from_str(&answer.headers).unwrap_or_default();
    let headers =
        headers.into_iter().filter_map(|(name, value)| Some((name.parse::<HeaderName>().ok()?, value)));
    let status = u16::try_from(answer.status).ok().and_then(|status| StatusCode::from_u16(status).ok());
    let reply = Reply {
        status: status.unwrap_or(StatusCode::OK),
        headers: headers.collect(),
        content: Content::Json(answer.body),
    };
    Ok(Some(reply.header(REPLAYED, "true")))
}

impl Call {
    /// Who asks.
    ///
    /// # Errors
    /// On a route for everybody.
    pub fn caller(&self) -> Result<&Caller, Problem> {
        self.caller.as_ref().ok_or_else(|| Problem::forbidden("this needs a token"))
    }

    /// What stands in the address at a name.
    #[must_use]
    pub fn param(&self, name: &str) -> &str {
        self.params.get(name).map_or("", String::as_str)
    }

    /// The last value of a parameter.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// A number that a parameter gives.
    ///
    /// # Errors
    /// If it is none, or outside of the range.
    pub fn number(
        &self,
        name: &str,
        default: i64,
        range: std::ops::RangeInclusive<i64>,
    ) -> Result<i64, Problem> {
        let Some(text) = self.parameter(name) else { return Ok(default) };
        text.parse().ok().filter(|number| range.contains(number)).ok_or_else(|| {
            let shown: String = text.chars().take(40).collect();
            let (least, most) = (range.start(), range.end());
            let detail =
                format!("`{}` is no value of {name}; accepted: {least} to {most}", shown.escape_debug());
            Problem::invalid("invalid_parameter", detail).field(name)
        })
    }

    /// The body as an object; an empty one if there is none.
    ///
    /// # Errors
    /// If it is no JSON object, or holds U+0000.
    pub fn object(&self) -> Result<serde_json::Map<String, serde_json::Value>, Problem> {
        if self.body.is_empty() {
            return Ok(serde_json::Map::new());
        }
        let value: serde_json::Value =
            serde_json::from_slice(&self.body).map_err(|error| unreadable(&error))?;
        if holds_nul(&value) {
            let detail = "a text of the body contains U+0000; accepted: any other character";
            return Err(Problem::invalid("nul_character", detail));
        }
        match value {
            serde_json::Value::Object(object) => Ok(object),
            _ => Err(Problem::invalid("invalid_body", "the body is no JSON object; accepted: {...}")),
        }
    }

    /// The body as what is expected.
    ///
    /// # Errors
    /// If it is not.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        serde_json::from_value(self.object()?.into()).map_err(|error| unreadable(&error))
    }
}

/// What `serde_json` cannot read.
pub fn unreadable(error: &serde_json::Error) -> Problem {
    Problem::invalid("invalid_body", format!("the body is not what is expected: {error}"))
}

/// What cannot be written; that is a mistake of this program.
pub fn unwritable(error: &serde_json::Error) -> Problem {
    tracing::error!("an answer cannot be written: {error}");
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "the answer cannot be written")
}

fn holds_nul(value: &serde_json::Value) -> bool {
    match value {
        serde_json::Value::String(text) => text.contains('\0'),
        serde_json::Value::Array(values) => values.iter().any(holds_nul),
        serde_json::Value::Object(object) => {
            object.iter().any(|(name, value)| name.contains('\0') || holds_nul(value))
        }
        _ => false,
    }
}
