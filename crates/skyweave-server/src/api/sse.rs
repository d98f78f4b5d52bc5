//! Server-sent events: where a stream goes on, how its events are written, and when it ends, which is with the token, the client or the server.

use super::call::{Call, Content, Reply};
use super::problem::Problem;
use super::state::Api;
use super::streams::StreamPlace;
use axum::body::{Body, Bytes};
use axum::http::HeaderName;
use futures_util::stream;
use std::convert::Infallible;
use std::fmt::Display;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// The media type.
pub const MEDIA_TYPE: &str = "text/event-stream";
/// What comes first: so that whoever follows knows that it has begun, and how soon to come again, ms.
const GREETING: &str = "retry: 1000\n: following\n\n";
/// How often an idle stream says that it is there; also how soon it hears of what another server on the same database stored, and of
/// the end of its client.
const HEARTBEAT: Duration = Duration::from_secs(5);

/// What a stream tells.
pub trait Feed: Send + Sync + 'static {
    /// What is new since it was asked last, each written with [`frame`]; none if it cannot be read.
    fn news(&mut self) -> impl Future<Output = Option<String>> + Send;
}

/// After which event the caller goes on: by `Last-Event-ID`, or else `after`; none if neither is said.
///
/// # Errors
/// If it is no number of an event.
pub fn goes_on_after(call: &Call) -> Result<Option<i64>, Problem> {
    match call.headers.get(HeaderName::from_static("last-event-id")) {
        Some(last) => {
            let last = last.to_str().ok().and_then(|text| text.parse().ok()).filter(|after| *after >= 0);
            last.map(Some).ok_or_else(|| {
                let detail = "accepted as Last-Event-ID: the `id` of an event of the stream";
                Problem::invalid("invalid_last_event_id", detail)
            })
        }
        None if call.parameter("after").is_some() => call.number("after", 0, 0..=i64::MAX).map(Some),
        None => Ok(None),
    }
}

/// One event. Data is JSON, which has no line breaks of its own.
pub fn frame(id: impl Display, name: &str, data: &str) -> String {
    format!("id: {id}\nevent: {name}\ndata: {data}\n\n")
}

/// Answers with a stream that looks for news whenever the signal changes.
///
/// # Errors
/// If nobody asks.
pub fn reply(
    call: &Call,
    feed: impl Feed,
    signal: watch::Receiver<u64>,
    place: StreamPlace,
) -> Result<Reply, Problem> {
    let caller = call.caller()?;
    let following = Following {
        stopping: call.api.stopping.clone(),
        client: caller.client.id.clone(),
        expires_ns: caller.expires_ns,
        api: Arc::clone(&call.api),
        feed,
        signal,
        begun: false,
        _place: Some(place),
    };
    let body = stream::unfold(following, |mut following| async move {
        let text = following.next().await?;
        Some((Ok::<Bytes, Infallible>(Bytes::from(text)), following))
    });
    let content = Content::Stream(MEDIA_TYPE, Body::from_stream(body));
    Ok(Reply { content, ..Reply::json(String::new()) })
}

/// Where a stream stands.
struct Following<F> {
    api: Arc<Api>,
    feed: F,
    signal: watch::Receiver<u64>,
    stopping: watch::Receiver<bool>,
    client: String,
    expires_ns: i64,
    /// Whether anything was sent yet.
    begun: bool,
    _place: Option<StreamPlace>,
}

impl<F: Feed> Following<F> {
    /// What is sent next; none at the end.
    async fn next(&mut self) -> Option<String> {
        if !self.begun {
            self.begun = true;
            return Some(GREETING.to_owned());
        }
        loop {
            let left = self.left().await?;
            // what comes while looking must wake the waiting below
            self.signal.borrow_and_update();
            let news = self.feed.news().await?;
            if !news.is_empty() {
                return Some(news);
            }
            tokio::select! {
                changed = self.signal.changed() => if changed.is_err() { return None },
                _ = self.stopping.changed() => return None,
                () = tokio::time::sleep(HEARTBEAT.min(left)) => {
                    self.left().await?;
                    return Some(": still here\n\n".to_owned());
                }
            }
        }
    }

    /// How long the stream may go on; none at its end.
    async fn left(&self) -> Option<Duration> {
        let left_ns = u64::try_from(self.expires_ns.saturating_sub(self.api.now_ns())).ok()?;
        let over = *self.stopping.borrow()
            || left_ns == 0
            || self.api.store.client(&self.client).await.ok()?.is_none_or(|client| client.disabled);
        (!over).then(|| Duration::from_nanos(left_ns))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::auth::{Role, new_client};
    use crate::api::{Limits, Targets, note_of_client};
    use crate::clock::now_ns;
    use std::time::Instant;

    struct Nothing;

    impl Feed for Nothing {
        async fn news(&mut self) -> Option<String> {
            Some(String::new())
        }
    }

    #[tokio::test]
    async fn a_stream_ends_exactly_with_its_token() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("a.db").display());
        let store = crate::store::open(&url, 1).await.unwrap();
        let (client, _) = new_client("test", &[Role::Viewer], 1).unwrap();
        let note = note_of_client("client.created", &client, "test", 1);
        store.put_client(client.clone(), note).await.unwrap();
        let ((_stop, stopping), (_signal, signal)) = (watch::channel(false), watch::channel(0));
        let api = Api::new(Arc::clone(&store), Limits::default(), Targets::Public, stopping.clone());
        let life = Duration::from_millis(400);
        let expires_ns = now_ns() + life.as_nanos() as i64;
        let mut following = Following {
            api: Arc::new(api),
            feed: Nothing,
            signal,
            stopping,
            client: client.id,
            expires_ns,
            begun: false,
            _place: None,
        };
        let began = Instant::now();
        assert_eq!(following.next().await.as_deref(), Some(GREETING));
        // without a heartbeat, and sooner than one would come
        assert_eq!(following.next().await, None);
        assert!(now_ns() >= expires_ns && began.elapsed() < HEARTBEAT, "{:?}", began.elapsed());
        store.close().await;
    }
}
