//! The stream of slots and news, which goes on where it broke off.

use super::call::{Call, Reply};
use super::live::network;
use super::problem::Problem;
use super::sse::{self, Feed};
use crate::live::Network;
use axum::http::StatusCode;
use std::sync::Arc;

/// Streams at once: each is a browser that shows the network.
pub const MOST: usize = 512;

/// What is told of a network.
struct OfNetwork {
    live: Arc<Network>,
    after: u64,
}

impl Feed for OfNetwork {
    async fn news(&mut self) -> Option<String> {
        let told = self.live.kept.told_after(self.after);
        self.after = told.last().map_or(self.after, |last| last.id);
        Some(told.iter().map(|told| sse::frame(told.id, told.name, &told.data)).collect())
    }
}

/// Follows what is told.
pub async fn follow(call: Call) -> Result<Reply, Problem> {
    let live = Arc::clone(network(&call)?);
    let signal = live.kept.follow();
    let after = sse::goes_on_after(&call)?.map_or_else(|| *signal.borrow(), i64::unsigned_abs);
    let place = call.api.live_streams.take(&call.caller()?.client.id).map_err(|_| {
        let detail = format!("{MOST} streams are open; close some");
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "too_many_streams", detail).retry_after(10)
    })?;
    sse::reply(&call, OfNetwork { live, after }, signal, place)
}
