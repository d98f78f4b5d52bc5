//! Webhooks: who is told of events, and telling them again.

use super::call::{Call, Reply};
use super::events;
use super::notes;
use super::page::{self, Cursor};
use super::problem::Problem;
use super::routes::{Needs, OPERATORS, Parameter, Route, Takes};
use super::shapes::Shape;
use super::webhook::SECRET_PREFIX;
use crate::clock::{self, seconds};
use crate::store::{Scope, StoreError, Webhook};
use axum::http::{Method, StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Webhooks that one account may have, whatever those below it have; or the service.
const MOST: i64 = 100;
/// How often a change is made anew because others were faster.
const MOST_TRIES: usize = 16;

/// What a webhook is made of.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookSpec {
    /// Where events are sent: `http` or `https`, on the public internet, without a name or password in it.
    pub url: String,
    /// Kinds of things whose events are sent, such as `terminal`; all if none are named.
    #[serde(default)]
    pub kinds: BTreeSet<String>,
    /// Begin after the event with this number; with what happens from now on if none is given.
    #[serde(default)]
    #[schemars(range(min = 0))]
    pub after: Option<i64>,
}

/// What is changed of a webhook.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookChange {
    /// Where events are sent.
    #[serde(default)]
    pub url: Option<String>,
    /// Kinds of things whose events are sent.
    #[serde(default)]
    pub kinds: Option<BTreeSet<String>>,
    /// `true` to send nothing for now, `false` to go on: also after the server gave up.
    #[serde(default)]
    pub paused: Option<bool>,
}

/// Where to send again from.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Replay {
    /// Everything after the event with this number is sent again, in order.
    #[schemars(range(min = 0))]
    pub after: i64,
}

/// A webhook.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WebhookAnswer {
    /// Its id.
    pub id: String,
    /// The account whose subtree it hears of; everything if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Where events are sent.
    pub url: String,
    /// Kinds of things whose events are sent; all if empty.
    pub kinds: Vec<String>,
    /// `active`, `paused`, or `failed` if the server gave up.
    pub state: String,
    /// The number of the last event that was delivered, or is none of its kinds.
    pub delivered: i64,
    /// Failures one after another.
    pub failures: i64,
    /// When the next try is, s since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_try_s: Option<i64>,
    /// What went wrong last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
    /// When it was made, s since 1970.
    pub created_s: i64,
    /// What messages are signed with; shown this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}

/// A page of webhooks.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WebhookPage {
    /// In the order of their ids.
    pub results: Vec<WebhookAnswer>,
    /// What the next page is asked with; missing on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// A try to deliver an event.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DeliveryAnswer {
    /// Its number.
    pub id: i64,
    /// The number of the event.
    pub event: i64,
    /// When, s since 1970.
    pub at_s: i64,
    /// What was answered, if anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<i64>,
    /// What went wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// How long it took, ms.
    pub duration_ms: i64,
}

/// Tries to deliver.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DeliveryPage {
    /// The newest first.
    pub results: Vec<DeliveryAnswer>,
}

/// The routes of this module.
pub fn routes() -> Vec<Route> {
    let one = "/api/v1/webhooks/{id}";
    let replay_text = "Send again everything after an event, in order";
    let deliveries_text = "List the tries to deliver of the last 7 days, the newest first";
    let routes = [
        Route::new(
            Method::GET,
            "/api/v1/webhooks",
            "list_webhooks",
            "List webhooks",
            Shape::WebhookPage,
            list,
        )
        .asks([
            Parameter::number("limit", "Webhooks on a page.", (1, page::MOST)),
            Parameter::text("cursor", "The `next` of the page before."),
        ]),
        Route::new(
            Method::POST,
            "/api/v1/webhooks",
            "create_webhook",
            "Make a webhook; its secret is shown this once",
            Shape::Webhook,
            create,
        )
        .takes(Takes::Json(Shape::WebhookSpec))
        .status(201),
        Route::new(Method::GET, one, "show_webhook", "Show a webhook", Shape::Webhook, show),
        Route::new(
            Method::PUT,
            one,
            "update_webhook",
            "Change, pause or resume a webhook",
            Shape::Webhook,
            update,
        )
        .takes(Takes::Json(Shape::WebhookChange)),
        Route::new(Method::DELETE, one, "delete_webhook", "Remove a webhook", Shape::Nothing, remove)
            .status(204),
        Route::new(
            Method::POST,
            "/api/v1/webhooks/{id}/replay",
            "replay_webhook",
            replay_text,
            Shape::Webhook,
            replay,
        )
        .takes(Takes::Json(Shape::Replay)),
        Route::new(
            Method::GET,
            "/api/v1/webhooks/{id}/deliveries",
            "list_deliveries",
            deliveries_text,
            Shape::DeliveryPage,
            deliveries,
        )
        .asks([
            Parameter::number("limit", "Tries on a page.", (1, page::MOST)),
            Parameter::number("before", "Before the try with this number.", (0, i64::MAX)),
        ]),
    ];
    routes.into_iter().map(|route| route.tag("webhooks").needs(Needs::AnyOf(OPERATORS))).collect()
}

async fn list(call: Call) -> Result<Reply, Problem> {
    let limit = call.number("limit", page::USUAL, 1..=page::MOST)?;
    let asked = page::fingerprint("webhooks", &call.query);
    let after =
        call.parameter("cursor").map(|text| Cursor::read(text, &asked)).transpose()?.unwrap_or_default();
    let mut found = call.api.store.webhooks(&call.caller()?.scope(), &after, limit + 1).await?;
    let more = found.len() as i64 > limit;
    found.truncate(limit as usize);
    let next = found.last().filter(|_| more).map(|last| Cursor::write(&last.id, &asked));
    Reply::of(&WebhookPage { results: found.into_iter().map(|hook| shown(hook, false)).collect(), next })
}

async fn show(call: Call) -> Result<Reply, Problem> {
    Reply::of(&shown(find(&call).await?, false))
}

async fn create(call: Call) -> Result<Reply, Problem> {
    let spec: WebhookSpec = call.json()?;
    call.api.targets.check(&spec.url)?;
    let kinds = kinds(&spec.kinds)?;
    let caller = call.caller()?;
    if call.api.store.count_webhooks(caller.client.account.as_deref()).await? >= MOST {
        let whose = if caller.client.account.is_some() { "the account" } else { "the service" };
        let detail = format!("{whose} has {MOST} webhooks already; remove one first");
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "too_many", detail));
    }
    let last = call.api.store.last_event().await?;
    let delivered = place(spec.after.unwrap_or(last), last)?;
    let now_ns = call.api.now_ns();
    let webhook = Webhook {
        id: format!("hook_{}", clock::ulid(now_ns)?),
        account: caller.client.account.clone(),
        client: caller.client.id.clone(),
        url: spec.url,
        secret: format!("{SECRET_PREFIX}{}", STANDARD_NO_PAD.encode(clock::chance::<32>()?)),
        kinds,
        state: "active".to_owned(),
        delivered,
        failures: 0,
        next_try_ns: 0,
        last_error: None,
        version: 1,
        created_ns: now_ns,
    };
    call.api
        .store
        .put_webhook(webhook.clone(), notes::of_webhook(&call, "webhook.created", &webhook)?)
        .await?;
    call.api.hooks_changed.notify_one();
    let address = format!("/api/v1/webhooks/{}", webhook.id);
    Ok(Reply::of(&shown(webhook, true))?.status(StatusCode::CREATED).header(header::LOCATION, address))
}

async fn update(call: Call) -> Result<Reply, Problem> {
    let change: WebhookChange = call.json()?;
    find(&call).await?;
    if let Some(url) = &change.url {
        call.api.targets.check(url)?;
    }
    let wanted = change.kinds.as_ref().map(kinds).transpose()?;
    changed(&call, "webhook.changed", |webhook| {
        if let Some(url) = &change.url {
            webhook.url.clone_from(url);
        }
        if let Some(wanted) = &wanted {
            webhook.kinds.clone_from(wanted);
        }
        if let Some(paused) = change.paused {
            if paused { "paused" } else { "active" }.clone_into(&mut webhook.state);
        }
    })
    .await
}

async fn replay(call: Call) -> Result<Reply, Problem> {
    let replay: Replay = call.json()?;
    let last = call.api.store.last_event().await?;
    find(&call).await?;
    let after = place(replay.after, last)?;
    changed(&call, "webhook.replayed", |webhook| {
        webhook.delivered = after;
        "active".clone_into(&mut webhook.state);
    })
    .await
}

/// Tries anew at once, whatever went wrong before. If others changed the webhook in the meantime, it is read anew.
async fn changed(
    call: &Call,
    name: &'static str,
    change: impl Fn(&mut Webhook) + Send + Sync,
) -> Result<Reply, Problem> {
    for _ in 0..MOST_TRIES {
        let mut webhook = find(call).await?;
        change(&mut webhook);
        (webhook.failures, webhook.next_try_ns, webhook.last_error) = (0, 0, None);
        webhook.version += 1;
        let note = notes::of_webhook(call, name, &webhook)?;
        match call.api.store.change_webhook(webhook.clone(), note).await {
            Ok(()) => {
                call.api.hooks_changed.notify_one();
                return Reply::of(&shown(webhook, false));
            }
            Err(StoreError::Conflict { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(StoreError::Conflict { kind: "webhook".to_owned(), id: call.param("id").to_owned() }.into())
}

async fn remove(call: Call) -> Result<Reply, Problem> {
    let webhook = find(&call).await?;
    let note = notes::of_webhook(&call, "webhook.removed", &webhook)?;
    match call.api.store.remove_webhook(&webhook.id, note).await {
        Ok(()) => Ok(Reply::nothing()),
        // somebody else was quicker
        Err(StoreError::Conflict { id, .. }) => Err(Problem::not_found(format!("webhook {id}"))),
        Err(error) => Err(error.into()),
    }
}

async fn deliveries(call: Call) -> Result<Reply, Problem> {
    let limit = call.number("limit", page::USUAL, 1..=page::MOST)?;
    let before = call.number("before", i64::MAX, 0..=i64::MAX)?;
    let webhook = find(&call).await?;
    let found = call.api.store.deliveries(&webhook.id, before, limit).await?;
    let results = found.into_iter().map(|one| DeliveryAnswer {
        id: one.id,
        event: one.seq,
        at_s: seconds(one.time_ns).0,
        status: one.status,
        error: one.error,
        duration_ms: one.duration_ms,
    });
    Reply::of(&DeliveryPage { results: results.collect() })
}

/// Nobody waits for events whose numbers are still to come.
fn place(after: i64, last: i64) -> Result<i64, Problem> {
    if (0..=last).contains(&after) {
        return Ok(after);
    }
    let detail = format!("there is no event {after}; accepted as after: 0 to {last}");
    Err(Problem::invalid("invalid_body", detail).field("after"))
}

fn kinds(wanted: &BTreeSet<String>) -> Result<String, Problem> {
    if let Some(unknown) = wanted.iter().find(|name| events::kind_named(name).is_none()) {
        let known: Vec<&str> = events::kinds().collect();
        let unknown: String = unknown.chars().take(40).collect();
        let detail = format!("`{}` is no kind; accepted: {}", unknown.escape_debug(), known.join(", "));
        return Err(Problem::invalid("invalid_body", detail).field("kinds"));
    }
    Ok(wanted.iter().map(String::as_str).collect::<Vec<_>>().join(" "))
}

async fn find(call: &Call) -> Result<Webhook, Problem> {
    let id = call.param("id");
    let none = || {
        let shown: String = id.chars().take(60).collect();
        Problem::not_found(format!("webhook {}", shown.escape_debug()))
    };
    let webhook = call.api.store.webhook(id).await?.ok_or_else(none)?;
    let visible = match (call.caller()?.scope(), &webhook.account) {
        (Scope::All, _) => true,
        (Scope::Account(scope), Some(account)) => call.api.store.contains_account(&scope, account).await?,
        (Scope::Account(_), None) => false,
    };
    if visible { Ok(webhook) } else { Err(none()) }
}

fn shown(webhook: Webhook, with_secret: bool) -> WebhookAnswer {
    WebhookAnswer {
        id: webhook.id,
        account: webhook.account,
        url: webhook.url,
        kinds: webhook.kinds.split(' ').filter(|kind| !kind.is_empty()).map(ToOwned::to_owned).collect(),
        state: webhook.state,
        delivered: webhook.delivered,
        failures: webhook.failures,
        next_try_s: (webhook.next_try_ns > 0).then(|| seconds(webhook.next_try_ns).0),
        last_error: webhook.last_error,
        created_s: seconds(webhook.created_ns).0,
        secret: with_secret.then_some(webhook.secret),
    }
}
