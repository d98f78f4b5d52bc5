//! The public log, bundles and acknowledgements over HTTP. The log's own files are served as they are, below `/log/`.

use super::call::{Call, Reply, common_headers, too_many_strangers};
use super::orders::{envelope, orders};
use super::problem::Problem;
use super::routes::{APPROVERS, Needs, Parameter, Route, Takes};
use super::shapes::Shape;
use super::state::Api;
use crate::log::folder::is_of_log;
use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use skyweave_proof::bundle::BundleEpoch;
use skyweave_proof::hex;
use skyweave_proof::json::{from_base64, to_base64};
use skyweave_proof::log::reader::Files;
use skyweave_proof::log::tile::{CHECKPOINT, Tile, WIDTH};
use std::sync::Arc;

/// What is known about the log.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LogSummary {
    /// The fleet's name.
    pub fleet: String,
    /// The identity of the genesis. Learn it elsewhere too: a server can say anything.
    pub genesis: String,
    /// Entries.
    pub size: u64,
    /// Entries that are published.
    pub published: u64,
    /// When the witnesses saw them, s since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub witnessed_s: Option<u64>,
    /// The epoch in force at this server's own point of enforcement; 0 before the first.
    pub epoch: u64,
    /// When its bundle expires, s since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_s: Option<u64>,
    /// The last epoch that has a certificate of convergence.
    pub converged: u64,
    /// The keys of witnesses are on this server: a demonstration, which proves nothing to anybody.
    pub self_witnessed: bool,
    /// Why the terminals of the store are not those in force.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held_back: Option<String>,
    /// What stands in the way of the log; what is in force stays meanwhile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waits_for: Option<String>,
    /// Bundles that were refused here since the start.
    pub refused: u64,
    /// Why the last one was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refusal: Option<String>,
    /// Version of the authority.
    pub authority: u64,
    /// Who may decide.
    pub principals: Vec<PrincipalKeys>,
    /// Who must agree to what.
    pub quorums: Vec<QuorumOf>,
}

/// A principal.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PrincipalKeys {
    /// The name.
    pub name: String,
    /// The public keys.
    pub keys: Vec<String>,
}

/// A quorum.
#[derive(Debug, Serialize, JsonSchema)]
pub struct QuorumOf {
    /// `cut`, `emergency`, `restore` or `rotate`.
    pub of: String,
    /// Who must agree.
    pub quorum: String,
}

/// An entry with its proof.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LogEntry {
    /// Its bytes, base64.
    pub entry: String,
    /// That it is in the log, as C2SP tlog-proof writes it.
    pub proof: String,
}

/// Where an entry came into the log.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LogPlace {
    /// Which entry.
    pub index: u64,
}

/// What points of enforcement say.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Acknowledgements {
    /// Envelopes, each base64 of its bytes.
    pub envelopes: Vec<String>,
}

/// What became of it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AcknowledgementsTaken {
    /// How many were new.
    pub new: u64,
    /// Why others do not count.
    pub refused: Vec<String>,
}

/// The routes of this module.
pub fn routes() -> Vec<Route> {
    let routes = [
        Route::new(
            Method::GET,
            "/api/v1/log",
            "show_log",
            "Say how the log stands, and who may decide",
            Shape::LogSummary,
            show,
        ),
        Route::new(
            Method::GET,
            "/api/v1/log/entries/{index}",
            "show_log_entry",
            "An entry of the published log with its proof",
            Shape::LogEntry,
            entry,
        ),
        Route::new(
            Method::POST,
            "/api/v1/log/entries",
            "add_log_entry",
            "Enter a rotation of the authority or the unsealing of an order, signed as the rules want it",
            Shape::LogPlace,
            add,
        )
        .needs(Needs::AnyOf(APPROVERS))
        .takes(Takes::Json(Shape::Signed))
        .status(201),
        Route::new(
            Method::GET,
            "/api/v1/bundles/newest",
            "newest_bundle",
            "The newest bundle with all that proves it to a point of enforcement; 204 if that has it",
            Shape::Package,
            bundle,
        )
        .needs(Needs::Nothing)
        .asks([
            Parameter::number("epoch", "The epoch that the point has; 0 before its first.", (0, i64::MAX)),
            Parameter::number("authority", "The version of the authority that it has.", (1, i64::MAX)),
        ]),
        Route::new(
            Method::POST,
            "/api/v1/acknowledgements",
            "acknowledge_bundle",
            "Say what points of enforcement have in force; each signed its own",
            Shape::AcknowledgementsTaken,
            acknowledge,
        )
        .needs(Needs::Nothing)
        .takes(Takes::Json(Shape::Acknowledgements)),
    ];
    routes.into_iter().map(|route| route.tag("log")).collect()
}

async fn show(call: Call) -> Result<Reply, Problem> {
    let orders = orders(&call)?;
    let (summary, condition) = (orders.summary().await, orders.condition());
    let authority = &summary.authority;
    let quorums = &authority.quorums;
    let quorums = [
        ("cut", &quorums.cut),
        ("emergency", &quorums.emergency),
        ("restore", &quorums.restore),
        ("rotate", &quorums.rotate),
    ];
    Reply::of(&LogSummary {
        fleet: summary.fleet,
        genesis: hex(&summary.genesis),
        size: summary.size,
        published: summary.published.map_or(0, |(size, _)| size),
        witnessed_s: summary.published.map(|(_, time)| time.0),
        epoch: summary.epoch,
        expires_s: summary.expires.map(|at| at.0),
        converged: summary.converged,
        self_witnessed: summary.self_witnessed,
        held_back: summary.held_back,
        waits_for: condition.trouble(),
        refused: condition.refusals(),
        refusal: condition.refusal(),
        authority: authority.version,
        principals: authority
            .principals
            .iter()
            .map(|one| PrincipalKeys {
                name: one.name.clone(),
                keys: one.keys.iter().map(skyweave_proof::signature::PublicKey::to_text).collect(),
            })
            .collect(),
        quorums: quorums
            .map(|(of, quorum)| QuorumOf { of: of.to_owned(), quorum: quorum.to_string() })
            .into(),
    })
}

async fn entry(call: Call) -> Result<Reply, Problem> {
    let index = call.param("index").parse::<u64>();
    let index = index.map_err(|_| Problem::not_found("such entry"))?;
    let (entry, proof) = orders(&call)?.proof(index).await?;
    Reply::of(&LogEntry { entry: to_base64(&entry), proof })
}

async fn add(call: Call) -> Result<Reply, Problem> {
    let entry = envelope(&call)?;
    let index = orders(&call)?.take(entry, call.api.now_ns()).await?;
    Ok(Reply::of(&LogPlace { index })?.status(StatusCode::CREATED))
}

async fn bundle(call: Call) -> Result<Reply, Problem> {
    call.api.take_stranger().map_err(too_many_strangers)?;
    let epoch = call.number("epoch", 0, 0..=i64::MAX)?;
    let version = call.number("authority", 1, 1..=i64::MAX)?;
    match orders(&call)?.package(BundleEpoch(epoch as u64), version as u64).await? {
        Some(package) => Ok(Reply::json(String::from_utf8_lossy(&package).into_owned())),
        None => Ok(Reply::nothing()),
    }
}

async fn acknowledge(call: Call) -> Result<Reply, Problem> {
    call.api.take_stranger().map_err(too_many_strangers)?;
    let said: Acknowledgements = call.json()?;
    let orders = orders(&call)?;
    let envelopes: Option<Vec<Vec<u8>>> = said.envelopes.iter().map(|text| from_base64(text)).collect();
    let envelopes = envelopes.ok_or_else(|| {
        Problem::invalid("invalid_body", "accepted as envelopes: base64").field("envelopes")
    })?;
    let (new, refused) = orders.acknowledge(envelopes).await?;
    Reply::of(&AcknowledgementsTaken { new, refused })
}

/// Adds the log's files to a router.
pub fn files(api: &Arc<Api>, router: Router) -> Router {
    let Some(orders) = api.orders.clone() else { return router };
    let api = Arc::clone(api);
    let answer = move |Path(path): Path<String>| {
        let (orders, api) = (Arc::clone(&orders), Arc::clone(&api));
        async move {
            if let Err(wait_s) = api.take_stranger() {
                return too_many_strangers(wait_s).into_response();
            }
            let folder = orders.public().clone();
            let name = path.clone();
            let read = tokio::task::spawn_blocking(move || folder.read(&name)).await;
            let found = match read.ok().flatten() {
                Some(bytes) => Some(bytes),
                // of drafts, which are not beside the published log yet
                None if is_of_log(&path) => orders.document(&path).await.ok().flatten(),
                None => None,
            };
            let none = || Problem::not_found("such file in the log").into_response();
            found.map_or_else(none, |bytes| file(&path, bytes))
        }
    };
    router.route("/log/{*path}", get(answer))
}

/// A file of the log. Full tiles and documents never change; a checkpoint does.
fn file(path: &str, bytes: Vec<u8>) -> Response {
    let is_partial = Tile::parse(path).is_some_and(|tile| u64::from(tile.width) < WIDTH);
    let lasting = if path == CHECKPOINT || is_partial { "no-cache" } else { "max-age=31536000, immutable" };
    let kind = if path == CHECKPOINT { "text/plain; charset=utf-8" } else { "application/octet-stream" };
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(lasting));
    // anybody may show the log, from any page
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    common_headers(headers);
    response
}
