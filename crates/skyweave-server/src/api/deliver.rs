//! Sends events to webhooks: in order, at least once, with growing pauses after failures. The table of events is the outbox.

use super::couriers::Couriers;
use super::events;
use super::state::Api;
use super::webhook::{Targets, signature};
use crate::clock::{SECOND_NS, seconds};
use crate::store::{Delivery, EventQuery, Scope, StoreError, StoredEvent, Webhook};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::{JoinError, JoinSet};
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};

/// Events that are sent before it is noted how far they came.
const AT_ONCE: i64 = 50;
/// Webhooks that are looked at together.
const MOST_WEBHOOKS: i64 = 10_000;
/// How long a receiver may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often webhooks are looked at when nothing happens: pauses end, and other servers on the same database store events.
const LOOK_AGAIN: Duration = Duration::from_secs(2);
/// The first pause after a failure, s; it doubles with each that follows.
const FIRST_PAUSE_S: i64 = 5;
/// The longest pause, s.
const LONGEST_PAUSE_S: i64 = 3_600;
/// Failures one after another after which the server gives up: some three days.
const MOST_FAILURES: i64 = 80;

/// Delivers until the server stops.
pub async fn deliver(api: Arc<Api>) {
    let couriers = Couriers::start();
    let mut signal = api.store.committed();
    let mut stopping = api.stopping.clone();
    let mut busy: BTreeSet<String> = BTreeSet::new();
    let mut rounds: JoinSet<String> = JoinSet::new();
    loop {
        signal.borrow_and_update();
        match due(&api).await {
            Ok(webhooks) => {
                for webhook in webhooks {
                    if busy.insert(webhook.id.clone()) {
                        let (api, couriers) = (Arc::clone(&api), couriers.clone());
                        rounds.spawn(async move {
                            let id = webhook.id.clone();
                            if let Err(error) = one_round(&api, &couriers, webhook).await {
                                tracing::warn!("webhook {id}: {error}");
                                // it is still due, and would come again at once
                                tokio::time::sleep(LOOK_AGAIN).await;
                            }
                            id
                        });
                    }
                }
            }
            Err(StoreError::Closed) => return,
            Err(error) => tracing::warn!("webhooks cannot be read: {error}"),
        }
        // a round that panicked is not repeated
        let mut end = |done: Result<String, JoinError>| done.is_ok_and(|id| busy.remove(&id));
        tokio::select! {
            _ = stopping.changed() => return,
            changed = signal.changed() => if changed.is_err() { return },
            () = api.hooks_changed.notified() => {}
            Some(done) = rounds.join_next(), if !rounds.is_empty() => { end(done); }
            () = tokio::time::sleep(LOOK_AGAIN) => {}
        }
        while let Some(done) = rounds.try_join_next() {
            end(done);
        }
    }
}

/// Webhooks that have not heard of the last event, and need not wait after a failure.
async fn due(api: &Api) -> Result<Vec<Webhook>, StoreError> {
    let last = api.store.last_event().await?;
    let mut webhooks = api.store.webhooks(&Scope::All, "", MOST_WEBHOOKS).await?;
    webhooks
        .retain(|hook| hook.state == "active" && hook.delivered < last && hook.next_try_ns <= api.now_ns());
    Ok(webhooks)
}

/// Sends what there is to send to one webhook, until it is done or something goes wrong.
async fn one_round(api: &Api, couriers: &Couriers, mut webhook: Webhook) -> Result<(), StoreError> {
    let scope = webhook.account.clone().map_or(Scope::All, Scope::Account);
    let kinds: Vec<&'static str> = webhook.kinds.split(' ').filter_map(events::kind_named).collect();
    loop {
        let client = api.store.client(&webhook.client).await?;
        if client.is_none_or(|client| client.disabled) {
            webhook.last_error = Some("the client that made it has been disabled".to_owned());
            "failed".clone_into(&mut webhook.state);
            return api.store.delivered(webhook, Vec::new()).await;
        }
        let before = webhook.clone();
        let last = api.store.last_event().await?;
        let query = EventQuery { limit: AT_ONCE, ..events::query(&scope, &kinds, None, webhook.delivered) };
        let found = api.store.events(&query).await?;
        let all = (found.len() as i64) < AT_ONCE;
        let mut deliveries = Vec::with_capacity(found.len());
        for event in found {
            if *api.stopping.borrow() {
                break;
            }
            if event.id == webhook.id {
                // that it was made, or is to say things again, its owner knows
                webhook.delivered = event.seq;
                continue;
            }
            let delivery = send(api, couriers, &webhook, &event).await;
            let failed = delivery.error.clone();
            deliveries.push(delivery);
            if let Some(problem) = failed {
                fail(&mut webhook, problem, api.now_ns());
                break;
            }
            (webhook.failures, webhook.next_try_ns, webhook.last_error) = (0, 0, None);
            webhook.delivered = event.seq;
        }
        let failed = webhook.failures > 0;
        if all && !failed && !*api.stopping.borrow() && webhook.delivered < last {
            // what is left is of other kinds, or of others
            webhook.delivered = last;
        }
        if !deliveries.is_empty() || webhook != before {
            api.store.delivered(webhook.clone(), deliveries).await?;
        }
        let current = api.store.webhook(&webhook.id).await?;
        let unchanged = current.is_some_and(|current| current.version == webhook.version);
        if all || failed || !unchanged || *api.stopping.borrow() {
            return Ok(());
        }
    }
}

fn fail(webhook: &mut Webhook, problem: String, now_ns: i64) {
    webhook.failures += 1;
    let doubled = FIRST_PAUSE_S.saturating_mul(1 << (webhook.failures - 1).min(20));
    webhook.next_try_ns = now_ns + doubled.min(LONGEST_PAUSE_S) * SECOND_NS;
    webhook.last_error = Some(problem);
    if webhook.failures >= MOST_FAILURES {
        "failed".clone_into(&mut webhook.state);
    }
}

async fn send(api: &Api, couriers: &Couriers, webhook: &Webhook, event: &StoredEvent) -> Delivery {
    let time_ns = api.now_ns();
    let began = Instant::now();
    let (url, secret, targets) = (webhook.url.clone(), webhook.secret.clone(), api.targets);
    let (id, body) = (format!("evt_{}", event.seq), events::json(event));
    let timestamp_s = seconds(time_ns).0;
    let sent = couriers.send(move || post(targets, &url, &secret, (&id, timestamp_s), &body)).await;
    let (status, error) = match sent {
        Some(Ok(status @ 200..=299)) => (Some(i64::from(status)), None),
        Some(Ok(status)) => {
            (Some(i64::from(status)), Some(format!("it answered {status}; accepted: 200 to 299")))
        }
        Some(Err(problem)) => (None, Some(problem)),
        None => (None, Some("it could not be tried".to_owned())),
    };
    Delivery {
        id: 0,
        webhook: webhook.id.clone(),
        seq: event.seq,
        time_ns,
        status,
        error,
        duration_ms: i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX),
    }
}

fn post(
    targets: Targets,
    url: &str,
    secret: &str,
    (id, timestamp_s): (&str, i64),
    body: &str,
) -> Result<u16, String> {
    let config = ureq::Agent::config_builder()
        .timeout_global(Some(PATIENCE))
        .max_redirects(0)
        .max_redirects_will_error(false)
        .http_status_as_error(false)
        .proxy(None)
        .user_agent(concat!("skyweave/", env!("CARGO_PKG_VERSION")))
        .build();
    let resolver = Guarded { targets, inner: DefaultResolver::default() };
    let agent = ureq::Agent::with_parts(config, DefaultConnector::default(), resolver);
    let answer = agent
        .post(url)
        .header("content-type", "application/json")
        .header("webhook-id", id)
        .header("webhook-timestamp", timestamp_s.to_string())
        .header("webhook-signature", signature(secret, id, timestamp_s, body))
        .send(body);
    answer.map(|answer| answer.status().as_u16()).map_err(|error| error.to_string())
}

/// Gives only addresses that webhooks may lead to; the connection uses no others.
#[derive(Debug)]
struct Guarded {
    targets: Targets,
    inner: DefaultResolver,
}

impl Resolver for Guarded {
    fn resolve(
        &self,
        uri: &ureq::http::Uri,
        config: &ureq::config::Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = self.inner.resolve(uri, config, timeout)?;
        let mut allowed = self.empty();
        for address in found.iter().filter(|address| self.targets.allow(address.ip())) {
            allowed.push(*address);
        }
        if allowed.is_empty() {
            let refused = "the host is not on the public internet, and webhooks lead nowhere else";
            return Err(ureq::Error::Io(std::io::Error::new(std::io::ErrorKind::PermissionDenied, refused)));
        }
        Ok(allowed)
    }
}
