//! What happened: pages of events, and a stream of them that goes on where it broke off.

use super::call::{Call, Content, Reply};
use super::collections::{Collection, Seen};
use super::notes;
use super::page::{self, Filling};
use super::problem::Problem;
use super::routes::{OPERATORS, Parameter, Route};
use super::shapes::Shape;
use super::state::Api;
use super::streams::{Full, StreamPlace};
use crate::clock::{SECOND_NS, seconds};
use crate::store::{EventQuery, Scope, StoreError, StoredEvent};
use axum::body::{Body, Bytes};
use axum::http::{HeaderName, Method, StatusCode};
use futures_util::stream;
use skyweave_control::id::Kind;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// Events that a stream reads at once.
const AT_ONCE: i64 = 500;
/// How often an idle stream says that it is there; also how soon it hears of what another server on the same database stored.
const HEARTBEAT: Duration = Duration::from_secs(5);

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

/// Where a stream stands.
struct Following {
    api: Arc<Api>,
    query: EventQuery,
    signal: watch::Receiver<u64>,
    stopping: watch::Receiver<bool>,
    client: String,
    expires_ns: i64,
    /// Whether anything was sent yet.
    begun: bool,
    _place: StreamPlace,
}

async fn follow(call: Call) -> Result<Reply, Problem> {
    let given = call.headers.get(HeaderName::from_static("last-event-id"));
    let after = match given {
        Some(last) => {
            last.to_str().ok().and_then(|text| text.parse().ok()).filter(|after| *after >= 0).ok_or_else(
                || {
                    Problem::invalid(
                        "invalid_last_event_id",
                        "accepted as Last-Event-ID: the `id` of an event of the stream",
                    )
                },
            )?
        }
        None => match call.parameter("after") {
            Some(_) => call.number("after", 0, 0..=i64::MAX)?,
            None => call.api.store.last_event().await?,
        },
    };
    let client = call.caller()?.client.id.clone();
    let place = call.api.streams.take(&client).map_err(|full| {
        let (status, whose) = match full {
            Full::OfClient => (StatusCode::TOO_MANY_REQUESTS, "this client has"),
            Full::OfAll => (StatusCode::SERVICE_UNAVAILABLE, "all clients together have"),
        };
        let detail = format!("{whose} too many event streams open; close some, or ask for pages of events");
        Problem::new(status, "too_many_streams", detail).retry_after(10)
    })?;
    let following = Following {
        query: asked(&call, after)?,
        signal: call.api.store.committed(),
        stopping: call.api.stopping.clone(),
        client,
        expires_ns: call.caller()?.expires_ns,
        begun: false,
        _place: place,
        api: Arc::clone(&call.api),
    };
    let body = stream::unfold(following, |mut following| async move {
        let text = following.next().await?;
        Some((Ok::<Bytes, Infallible>(Bytes::from(text)), following))
    });
    let content = Content::Stream("text/event-stream", Body::from_stream(body));
    Ok(Reply { content, ..Reply::json(String::new()) })
}

impl Following {
    /// What is sent next; none at the end, which comes with that of the token, the client or the server.
    async fn next(&mut self) -> Option<String> {
        if !self.begun {
            self.begun = true;
            // so that whoever follows knows that it has begun, and how soon to come again
            return Some("retry: 1000\n: following\n\n".to_owned());
        }
        loop {
            if *self.stopping.borrow() {
                return None;
            }
            let left_ns = self.expires_ns - self.api.now_ns();
            if left_ns <= 0 {
                return None;
            }
            if self.api.store.client(&self.client).await.ok()?.is_none_or(|client| client.disabled) {
                return None;
            }
            // what is committed while reading must wake the waiting below
            self.signal.borrow_and_update();
            let (events, _) = page_of(&self.api, &self.query, AT_ONCE).await.ok()?;
            if let Some(last) = events.last() {
                self.query.after = last.seq;
                return Some(events.iter().map(frame).collect());
            }
            let patience = HEARTBEAT.min(Duration::from_nanos(left_ns.clamp(0, 60 * SECOND_NS) as u64));
            tokio::select! {
                changed = self.signal.changed() => if changed.is_err() { return None },
                _ = self.stopping.changed() => return None,
                () = tokio::time::sleep(patience) => return Some(": still here\n\n".to_owned()),
            }
        }
    }
}

/// An event as server-sent events are written. JSON has no line breaks of its own.
fn frame(event: &StoredEvent) -> String {
    format!("id: {}\nevent: {}\ndata: {}\n\n", event.seq, event.name, json(event))
}
