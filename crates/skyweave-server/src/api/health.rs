//! Whether the server is there, and whether it can do its work.

use super::call::{Call, Reply};
use super::problem::Problem;
use super::routes::{Needs, Route};
use super::shapes::Shape;
use axum::http::Method;
use schemars::JsonSchema;
use serde::Serialize;

/// How the server is.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Health {
    /// `ok`.
    pub status: &'static str,
    /// Version of the program.
    pub version: &'static str,
}

/// The routes of this module.
pub fn routes() -> Vec<Route> {
    vec![
        Route::new(Method::GET, "/health/live", "live", "Say that the server is there", Shape::Health, live)
            .needs(Needs::Nothing),
        Route::new(
            Method::GET,
            "/health/ready",
            "ready",
            "Say that the server can read its store",
            Shape::Health,
            ready,
        )
        .needs(Needs::Nothing),
    ]
}

const HEALTH: Health = Health { status: "ok", version: env!("CARGO_PKG_VERSION") };

async fn live(_: Call) -> Result<Reply, Problem> {
    Reply::of(&HEALTH)
}

async fn ready(call: Call) -> Result<Reply, Problem> {
    call.api.store.last_event().await?;
    Reply::of(&HEALTH)
}
