//! The live network: what exists, its slots, one thing of it, what if something failed.

use super::call::{Call, Content, Reply};
use super::live_stream;
use super::problem::Problem;
use super::routes::{Parameter, Route, Takes};
use super::shapes::Shape;
use crate::live::format::MEDIA_TYPE;
use crate::live::in_force::BundleNow;
use crate::live::what_if::{Unasked, WhatIf};
use crate::live::world::ClockNow;
use crate::live::{Network, kept::KeptSlot};
use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, header};
use flate2::Compression;
use flate2::write::GzEncoder;
use schemars::JsonSchema;
use serde::Serialize;
use sha2::{Digest, Sha256};
use skyweave_core::time::SlotNo;
use skyweave_proof::hex;
use std::io::Write;
use std::sync::Arc;

/// Which slots there are.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Slots {
    /// The first that is kept. Some between it and the current one may be missing for a while after a start.
    pub first: i64,
    /// The last that has begun.
    pub last: i64,
    /// The one that holds.
    pub current: i64,
    /// The last that is planned; it has not begun.
    pub next_ready: i64,
    /// The last that may be asked for: those after `next_ready` are planned then, as they would be if nothing changed.
    pub furthest: i64,
    /// The network's clock.
    pub clock: ClockNow,
    /// What slots are planned by.
    pub law: Option<LawNow>,
}

/// What slots are planned by.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LawNow {
    /// Number of the bundle, which only grows.
    pub epoch: u64,
    /// SHA-256 of the bundle, as it stands in the log.
    pub bundle: String,
    /// The keys of witnesses are on this server: a demonstration, which proves nothing to anybody.
    pub self_witnessed: bool,
    /// When it should have been replaced, s since 1970; past that it stays, as it says itself.
    pub expires_s: u64,
    /// What stands in the way of the log; what is in force stays meanwhile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waits_for: Option<String>,
}

/// The routes of this module.
pub fn routes() -> Vec<Route> {
    let world = "Show what exists: satellites, gateways, PoPs, cells, listed terminals, territories";
    let slots = "Say which slots there are";
    let slot = "Get a slot as bytes, by its number or `current`; docs/live.md has the format";
    let what_if =
        "Plan the current slot again with something failed, and say what differs; nothing is changed";
    let mut routes = vec![
        Route::new(Method::GET, "/api/v1/live/world", "live_world", world, Shape::LiveWorld, show_world),
        Route::new(Method::GET, "/api/v1/live/slots", "live_slots", slots, Shape::LiveSlots, list_slots),
        Route::new(Method::GET, "/api/v1/live/slots/{id}", "live_slot", slot, Shape::LiveSlot, show_slot),
        Route::new(
            Method::POST,
            "/api/v1/live/what-if",
            "live_what_if",
            what_if,
            Shape::WhatIfAnswer,
            ask_what_if,
        )
        .takes(Takes::Json(Shape::WhatIf)),
    ];
    let after = Parameter::number("after", "After the event with this number.", (0, i64::MAX));
    routes.push(
        Route::new(
            Method::GET,
            "/api/v1/live/events",
            "live_events",
            "Follow slots and news as server-sent events; Last-Event-ID or `after` says where to go on",
            Shape::LiveEvents,
            live_stream::follow,
        )
        .asks([after]),
    );
    let things = [
        ("satellites", "satellite", "by its name or catalogue number", Shape::LiveSatellite),
        ("gateways", "gateway", "by its name", Shape::LiveGateway),
        ("cells", "cell", "by its H3 index", Shape::LiveCell),
        ("terminals", "terminal", "by its name", Shape::LiveTerminal),
    ];
    for (path, kind, by, shape) in things {
        routes.push(Route::new(
            Method::GET,
            &format!("/api/v1/live/{path}/{{id}}"),
            &format!("live_{kind}"),
            &format!("Show a {kind} of the live network {by}: what it is, whom it serves, through what"),
            shape,
            move |call| show_thing(kind, call),
        ));
    }
    routes.into_iter().map(|route| route.tag("live")).collect()
}

/// The network, if this server has one.
pub fn network(call: &Call) -> Result<&Arc<Network>, Problem> {
    call.api.live.as_ref().ok_or_else(|| {
        let detail = "this server runs no live network; `skyweave up` does";
        Problem::new(StatusCode::NOT_FOUND, "no_live_network", detail)
    })
}

fn not_yet(live: &Network) -> Problem {
    let (code, detail) = if live.leads() {
        ("no_slot_yet", "the first slot is being planned; come again in a second")
    } else {
        ("stands_by", "another server on this store plans, and this one stands by; ask that one")
    };
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, code, detail).retry_after(1)
}

fn current(live: &Network) -> Result<SlotNo, Problem> {
    live.current().ok_or_else(|| not_yet(live))
}

async fn show_world(call: Call) -> Result<Reply, Problem> {
    let live = Arc::clone(network(&call)?);
    let document = live.document().ok_or_else(|| not_yet(&live))?;
    let zipped = takes_gzip(&call.headers);
    let known =
        call.headers.get(header::IF_NONE_MATCH).and_then(|tag| tag.to_str().ok()).map(ToOwned::to_owned);
    // a large world takes a while to write and to compress
    let made = tokio::task::spawn_blocking(move || {
        let mut value = serde_json::to_value(&document)?;
        let clock = value.as_object_mut().and_then(|object| object.remove("clock")).unwrap_or_default();
        let lasting = value.to_string();
        let tag = format!("W/\"{}\"", hex(&Sha256::digest(&lasting)[..12]));
        if known.is_some_and(|known| known == tag) {
            return Ok((tag, None));
        }
        // the clock comes last: it alone differs from one answer to the next
        let text = format!("{},\"clock\":{clock}}}", lasting.strip_suffix('}').unwrap_or(&lasting));
        let bytes = if zipped { gzip(text.as_bytes()) } else { text.into_bytes() };
        Ok::<_, serde_json::Error>((tag, Some(bytes)))
    });
    let made = made.await.map_err(|_| not_yet(&live))?;
    let (tag, bytes) = made.map_err(|error| super::call::unwritable(&error))?;
    let reply = match bytes {
        None => Reply { content: Content::Nothing, ..Reply::nothing().status(StatusCode::NOT_MODIFIED) },
        Some(bytes) => {
            let content = Content::Stream("application/json", Body::from(bytes));
            let reply = Reply { content, ..Reply::nothing().status(StatusCode::OK) };
            if zipped { reply.header(header::CONTENT_ENCODING, "gzip") } else { reply }
        }
    };
    let reply =
        reply.header(header::ETAG, tag).header(header::VARY, "accept-encoding, cookie, authorization");
    Ok(reply.header(header::CACHE_CONTROL, "private, no-cache"))
}

async fn list_slots(call: Call) -> Result<Reply, Problem> {
    let live = network(&call)?;
    let current = current(live)?;
    let (first, last) = live.kept.range().ok_or_else(|| not_yet(live))?;
    Reply::of(&Slots {
        first: first.0,
        last: current.0,
        current: current.0,
        next_ready: last.0,
        furthest: Network::furthest(current).0,
        clock: live.clock_now(),
        law: live.in_force().map(|now| {
            let BundleNow { epoch, bundle, self_witnessed } = now.bundle();
            LawNow {
                epoch,
                bundle,
                self_witnessed,
                expires_s: now.mandate().bundle().expires.0,
                waits_for: call.api.orders.as_ref().and_then(|orders| orders.condition().trouble()),
            }
        }),
    })
}

async fn show_slot(call: Call) -> Result<Reply, Problem> {
    let live = network(&call)?;
    let now = current(live)?;
    let wanted = match call.param("id") {
        "current" => Some(now),
        text => text.parse().ok().map(SlotNo),
    };
    let planned = match wanted.map(|no| (no, live.kept.get(no))) {
        Some((_, Some(slot))) => Some(slot),
        Some((no, None)) => live.ahead(no).await,
        None => None,
    };
    let slot = planned.ok_or_else(|| {
        let detail = match live.kept.range() {
            Some((first, _)) => format!(
                "there is no such slot; accepted: `current`, or a number of {} to {}, of which some may be missing after a start",
                first.0,
                Network::furthest(now).0
            ),
            None => "there is no slot yet".to_owned(),
        };
        Problem::new(StatusCode::NOT_FOUND, "no_such_slot", detail)
    })?;
    Ok(bytes_of(&call.headers, &slot))
}

fn bytes_of(headers: &HeaderMap, slot: &KeptSlot) -> Reply {
    let is_known =
        headers.get(header::IF_NONE_MATCH).is_some_and(|tag| tag.as_bytes() == slot.etag.as_bytes());
    let reply = if is_known {
        Reply::nothing().status(StatusCode::NOT_MODIFIED)
    } else {
        let content = Content::Stream(MEDIA_TYPE, Body::from(slot.bytes.clone()));
        Reply { content, ..Reply::nothing().status(StatusCode::OK) }
    };
    let number = HeaderName::from_static("skyweave-slot");
    let reply = reply.header(header::ETAG, slot.etag.clone()).header(number, slot.no.0.to_string());
    reply.header(header::CACHE_CONTROL, "private, no-cache")
}

async fn show_thing(kind: &'static str, call: Call) -> Result<Reply, Problem> {
    let live = Arc::clone(network(&call)?);
    current(&live)?;
    let name = call.param("id").to_owned();
    // a terminal's history and a satellite's cells are searched for in all that is kept
    let found = tokio::task::spawn_blocking(move || match kind {
        "satellite" => live.satellite(&name).map(|one| serde_json::to_string(&one)),
        "gateway" => live.gateway(&name).map(|one| serde_json::to_string(&one)),
        "cell" => {
            let h3 = u64::from_str_radix(&name, 16).ok();
            h3.and_then(|h3| live.cell(h3)).map(|one| serde_json::to_string(&one))
        }
        _ => live.terminal(&name).map(|one| serde_json::to_string(&one)),
    });
    let found = found.await.ok().flatten();
    let text = found.ok_or_else(|| {
        let detail =
            format!("there is no such {kind} in this world; accepted: what /api/v1/live/world lists");
        Problem::new(StatusCode::NOT_FOUND, "not_found", detail)
    })?;
    text.map(Reply::json).map_err(|error| super::call::unwritable(&error))
}

async fn ask_what_if(call: Call) -> Result<Reply, Problem> {
    let live = network(&call)?;
    let asked: WhatIf = call.json()?;
    match live.what_if(&asked.fail).await {
        Ok(answer) => Reply::of(&answer),
        Err(Unasked::NoSlot) => Err(not_yet(live)),
        Err(Unasked::Wrong(field, detail)) => Err(Problem::invalid("invalid_body", detail).field(field)),
    }
}

fn takes_gzip(headers: &HeaderMap) -> bool {
    let accepted =
        headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accepted.split(',').any(|coding| coding.split(';').next().is_some_and(|name| name.trim() == "gzip"))
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 4), Compression::fast());
    // writing to memory cannot fail
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}
