//! Requests about the live network go to the server that plans, from all others on the same store: whoever has the store's lock says in it where it
//! is reached.

use super::call::too_large;
use super::problem::Problem;
use super::routes::Route;
use super::state::Api;
use crate::store::StoreError;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header, request::Parts};
use axum::response::Response;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Set on what was handed on, which is not handed on again.
const FORWARDED: HeaderName = HeaderName::from_static("skyweave-forwarded");
/// How long it is remembered where the planner is.
const REMEMBERED: Duration = Duration::from_secs(1);
/// How long it may take to be connected.
const CONNECT: Duration = Duration::from_secs(2);
/// What is between two neighbours and nobody else (RFC 9110, 7.6.1).
const OF_A_HOP: [HeaderName; 6] = [
    header::CONNECTION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    HeaderName::from_static("keep-alive"),
];

/// Hands requests on.
#[derive(Debug)]
pub struct Forwarder {
    client: Client<HttpConnector, Body>,
    planner: Mutex<Option<(Instant, Option<String>)>>,
}

impl Default for Forwarder {
    fn default() -> Self {
        let mut connector = HttpConnector::new();
        connector.set_connect_timeout(Some(CONNECT));
        connector.set_nodelay(true);
        Self { client: Client::builder(TokioExecutor::new()).build(connector), planner: Mutex::default() }
    }
}

/// The address of the server that answers a request instead of this one; none if this one does.
///
/// # Errors
/// If the store cannot be read.
pub async fn elsewhere(api: &Api, route: &Route, headers: &HeaderMap) -> Result<Option<String>, StoreError> {
    let is_here = route.tag != "live" || api.live.as_ref().is_some_and(|live| live.leads());
    if is_here || headers.contains_key(FORWARDED) {
        return Ok(None);
    }
    let forwarder = &api.forwarder;
    let known = forwarder.planner.lock().unwrap_or_else(PoisonError::into_inner).clone();
    if let Some((asked, planner)) = known
        && asked.elapsed() < REMEMBERED
    {
        return Ok(planner);
    }
    let planner = api.store.leader().await?;
    *forwarder.planner.lock().unwrap_or_else(PoisonError::into_inner) =
        Some((Instant::now(), planner.clone()));
    Ok(planner)
}

/// Hands a request on and gives back what comes.
///
/// # Errors
/// If nobody answers there.
pub async fn to(api: &Api, planner: &str, head: Parts, body: Body) -> Result<Response, Problem> {
    let gone = || {
        let detail = "the server that plans does not answer; another one takes over within two slots";
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "planner_gone", detail).retry_after(2)
    };
    let length =
        head.headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    let most = api.limits.body_bytes as u64;
    if length.is_some_and(|length: u64| length > most) {
        return Err(too_large(most));
    }
    let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
    let uri: Uri = format!("{planner}{path}").parse().map_err(|_| gone())?;
    let mut request = axum::http::Request::new(body);
    *request.method_mut() = head.method;
    *request.uri_mut() = uri;
    *request.headers_mut() = without_hop(head.headers);
    request.headers_mut().insert(FORWARDED, HeaderValue::from_static("1"));
    let answer = api.forwarder.client.request(request).await.map_err(|error| {
        tracing::warn!("the server that plans, {planner}, does not answer: {error}");
        *api.forwarder.planner.lock().unwrap_or_else(PoisonError::into_inner) = None;
        gone()
    })?;
    let (mut head, body) = answer.into_parts();
    head.headers = without_hop(head.headers);
    Ok(Response::from_parts(head, Body::new(body)))
}

fn without_hop(mut headers: HeaderMap) -> HeaderMap {
    for name in OF_A_HOP {
        headers.remove(name);
    }
    headers
}
