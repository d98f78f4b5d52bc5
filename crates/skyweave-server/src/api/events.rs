//! What happened: pages of events, and a stream of them that goes on where it broke off.

use super::call::{Call, Reply};
use super::collections::{Collection, Seen};
use super::notes;
use super::page::{self, Filling};
use super::problem::Problem;
use super::routes::{OPERATORS, Parameter, Route};
use super::shapes::Shape;
use super::sse::{self, Feed};
use super::state::Api;
use super::streams::Full;
use crate::clock::seconds;
use crate::store::{EventQuery, Scope, StoreError, StoredEvent};
use axum::http::{Method, StatusCode};
use skyweave_control::id::Kind;
use std::sync::Arc;

/// Events that a stream reads at once.
const AT_ONCE: i64 = 500;

/// The routes of this module.
pub fn routes() -> Vec<Route> {
    let which = || {
        [
            Parameter::number("after", "After the event with this number.", (0, i64::MAX)),
            Parameter::text("kind", "Of these kinds of things, with commas between them."),
            Parameter::text("id", "Of this thing."),
        ]
    };
    let list = "List events, in their order";
    let stream = "Follow events as server-sent events; Last-Event-ID or `after` says where to go on";
    vec![
        Route::new(Method::GET, "/api/v1/events", "list_events", list, Shape::Events, list_events)
            .tag("events")
            .asks(which())
            .asks([Parameter::number("limit", "Events on a page.", (1, page::MOST))]),
        Route::new(Method::GET, "/api/v1/events/stream", "follow_events", stream, Shape::EventStream, follow)
            .tag("events")
            .asks(which()),
    ]
}

async fn list_events(call: Call) -> Result<Reply, Problem> {
    let after = call.number("after", 0, 0..=i64::MAX)?;
    let limit = call.number("limit", page::USUAL, 1..=page::MOST)?;
    let (events, more) = page_of(&call.api, &asked(&call, after)?, limit).await?;
    let docs: Vec<String> = events.iter().map(json).collect();
    let last = events.last().map_or(after, |event| event.seq);
    Ok(Reply::json(format!("{{\"results\":[{}],\"last\":{last},\"more\":{more}}}", docs.join(","))))
}

/// The next events, as many as fit on a page. Whether there are more.
async fn page_of(api: &Api, query: &EventQuery, limit: i64) -> Result<(Vec<StoredEvent>, bool), StoreError> {
    let (mut filling, mut query) = (Filling::new(limit), query.clone());
    loop {
        query.limit = filling.wanted();
        if !filling.add(api.store.events(&query).await?, |event| event.payload.len()) {
            return Ok((filling.rows, filling.more));
        }
        query.after = filling.rows.last().map_or(query.after, |last| last.seq);
    }
}

/// What the caller asks for and may see.
fn asked(call: &Call, after: i64) -> Result<EventQuery, Problem> {
    let mut kinds = match call.parameter("kind") {
        Some(text) => text.split(',').map(kind).collect::<Result<Vec<_>, Problem>>()?,
        None => Vec::new(),
    };
    if !call.caller()?.has_any(OPERATORS) {
        if kinds.is_empty() {
            kinds.extend(Kind::ALL.iter().map(|kind| kind.name()));
        }
        if let Some(hidden) = kinds.iter().find(|kind| notes::KINDS.contains(kind)) {
            let detail = format!("events of the kind {hidden} are for the role operator");
            return Err(Problem::forbidden(detail).field("kind"));
        }
    }
    Ok(query(&call.caller()?.scope(), &kinds, call.parameter("id"), after))
}

/// All kinds of events: those of the model, and those of clients and webhooks.
pub fn kinds() -> impl Iterator<Item = &'static str> {
    Kind::ALL.iter().map(|kind| kind.name()).chain(notes::KINDS)
}

/// The kind of this name.
#[must_use]
pub fn kind_named(name: &str) -> Option<&'static str> {
    kinds().find(|known| *known == name)
}

fn kind(name: &str) -> Result<&'static str, Problem> {
    kind_named(name.trim()).ok_or_else(|| {
        let known: Vec<&str> = kinds().collect();
        let shown: String = name.chars().take(40).collect();
        let detail = format!("`{}` is no kind; accepted: {}", shown.escape_debug(), known.join(", "));
        Problem::invalid("invalid_parameter", detail).field("kind")
    })
}

/// The events that somebody with a scope may see. Those of kinds that are for the service are left out for everybody else.
#[must_use]
pub fn query(scope: &Scope, kinds: &[&'static str], id: Option<&str>, after: i64) -> EventQuery {
    let seen = |kind: &&Kind| Collection::of(**kind).map_or(Seen::ByNobody, |collection| collection.seen);
    let wanted = |name: &&str| kinds.is_empty() || kinds.contains(name);
    let by_all = || Kind::ALL.iter().filter(|kind| seen(kind) == Seen::ByAll).map(|kind| kind.name());
    let public = match scope {
        Scope::All => Vec::new(),
        Scope::Account(_) => by_all().filter(wanted).map(ToOwned::to_owned).collect(),
    };
    EventQuery {
        scope: scope.clone(),
        public_kinds: public,
        kinds: kinds.iter().map(|kind| (*kind).to_owned()).collect(),
        id: id.map(ToOwned::to_owned),
        ..EventQuery::after(after, AT_ONCE)
    }
}

/// An event as it is sent.
#[must_use]
pub fn json(event: &StoredEvent) -> String {
    // ids, kinds and actors are of this program; the payload is JSON already
    let actor = serde_json::Value::from(event.actor.as_str());
    format!(
        "{{\"seq\":{},\"id\":\"{}\",\"kind\":\"{}\",\"version\":{},\"at_s\":{},\"actor\":{actor},\"payload\":{}}}",
        event.seq,
        event.id,
        event.kind,
        event.version,
        seconds(event.time_ns).0,
        event.payload
    )
}

/// The events that somebody may see.
struct OfStore {
    api: Arc<Api>,
    query: EventQuery,
}

impl Feed for OfStore {
    async fn news(&mut self) -> Option<String> {
        let (events, _) = page_of(&self.api, &self.query, AT_ONCE).await.ok()?;
        self.query.after = events.last().map_or(self.query.after, |last| last.seq);
        Some(events.iter().map(|event| sse::frame(event.seq, &event.name, &json(event))).collect())
    }
}

async fn follow(call: Call) -> Result<Reply, Problem> {
    let after = match sse::goes_on_after(&call)? {
        Some(after) => after,
        None => call.api.store.last_event().await?,
    };
    let place = call.api.streams.take(&call.caller()?.client.id).map_err(|full| {
        let (status, whose) = match full {
            Full::OfClient => (StatusCode::TOO_MANY_REQUESTS, "this client has"),
            Full::OfAll => (StatusCode::SERVICE_UNAVAILABLE, "all clients together have"),
        };
        let detail = format!("{whose} too many event streams open; close some, or ask for pages of events");
        Problem::new(status, "too_many_streams", detail).retry_after(10)
    })?;
    let feed = OfStore { query: asked(&call, after)?, api: Arc::clone(&call.api) };
    sse::reply(&call, feed, call.api.store.committed(), place)
}
