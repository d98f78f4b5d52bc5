//! The stream of slots and news, which goes on where it broke off.

use super::call::{Call, Content, Reply};
use super::live::network;
use super::problem::Problem;
use super::state::Api;
use super::streams::StreamPlace;
use crate::live::Network;
use crate::live::kept::Told;
use axum::body::{Body, Bytes};
use axum::http::{HeaderName, StatusCode};
use futures_util::stream;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// Streams at once: each is a browser that shows the network.
pub const MOST: usize = 512;
/// How often an idle stream says that it is there.
const HEARTBEAT: Duration = Duration::from_secs(5);

/// Where a stream stands.
struct Following {
    api: Arc<Api>,
    live: Arc<Network>,
    after: u64,
    signal: watch::Receiver<u64>,
    stopping: watch::Receiver<bool>,
    expires_ns: i64,
    begun: bool,
    _place: StreamPlace,
}

/// Follows what is told.
pub async fn follow(call: Call) -> Result<Reply, Problem> {
    let live = Arc::clone(network(&call)?);
    let signal = live.kept.follow();
    let given = call.headers.get(HeaderName::from_static("last-event-id"));
    let after = match given {
        Some(last) => last.to_str().ok().and_then(|text| text.parse().ok()).ok_or_else(|| {
            let detail = "accepted as Last-Event-ID: the `id` of an event of the stream";
            Problem::invalid("invalid_last_event_id", detail)
        })?,
        None => match call.parameter("after") {
            Some(_) => call.number("after", 0, 0..=i64::MAX)?.unsigned_abs(),
            None => *signal.borrow(),
        },
    };
    let caller = call.caller()?;
    let place = call.api.live_streams.take(&caller.client.id).map_err(|_| {
        let detail = format!("{MOST} streams are open; close some");
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "too_many_streams", detail).retry_after(10)
    })?;
    let following = Following {
        stopping: call.api.stopping.clone(),
        expires_ns: caller.expires_ns,
        api: Arc::clone(&call.api),
        live,
        after,
        signal,
        begun: false,
        _place: place,
    };
    let body = stream::unfold(following, |mut following| async move {
        let text = following.next().await?;
        Some((Ok::<Bytes, Infallible>(Bytes::from(text)), following))
    });
    let content = Content::Stream("text/event-stream", Body::from_stream(body));
    Ok(Reply { content, ..Reply::json(String::new()) })
}

impl Following {
    /// What is sent next; none at the end, which comes with that of the session or the server.
    async fn next(&mut self) -> Option<String> {
        if !self.begun {
            self.begun = true;
            return Some("retry: 1000\n: following\n\n".to_owned());
        }
        loop {
            if *self.stopping.borrow() || self.api.now_ns() >= self.expires_ns {
                return None;
            }
            // what is told while looking must wake the waiting below
            self.signal.borrow_and_update();
            let told = self.live.kept.told_after(self.after);
            if let Some(last) = told.last() {
                self.after = last.id;
                return Some(told.iter().map(frame).collect());
            }
            tokio::select! {
                changed = self.signal.changed() => if changed.is_err() { return None },
                _ = self.stopping.changed() => return None,
                () = tokio::time::sleep(HEARTBEAT) => return Some(": still here\n\n".to_owned()),
            }
        }
    }
}

fn frame(told: &Told) -> String {
    format!("id: {}\nevent: {}\ndata: {}\n\n", told.id, told.name, told.data)
}
