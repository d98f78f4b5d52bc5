//! Whether the server is there, and whether it can do its work.

use super::call::{Call, Reply};
use super::problem::Problem;
use super::routes::{Needs, Route};
use super::shapes::Shape;
use crate::service::{GOES_ON, NO_LAW};
use axum::http::{Method, StatusCode};
use schemars::JsonSchema;
use serde::Serialize;

/// How the server is.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Health {
    /// `ok`.
    pub status: &'static str,
    /// Version of the program.
    pub version: &'static str,
    /// That what is in force does not compile, and what is applied instead: the law before the last change, or none. The log says what is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub law: Option<&'static str>,
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
        Route::new(Method::GET, "/healthz", "healthz", "Say that the server is there", Shape::Health, live)
            .needs(Needs::Nothing),
        Route::new(
            Method::GET,
            "/readyz",
            "readyz",
            "Say that the server can read its store, and that its live network has a slot",
            Shape::Health,
            ready_to_serve,
        )
        .needs(Needs::Nothing),
    ]
}

const HEALTH: Health = Health { status: "ok", version: env!("CARGO_PKG_VERSION"), law: None };

async fn live(_: Call) -> Result<Reply, Problem> {
    Reply::of(&HEALTH)
}

async fn ready_to_serve(call: Call) -> Result<Reply, Problem> {
    if let Some(live) = &call.api.live {
        let missing = if !live.leads() {
            Some(("stands_by", "another server on this store plans, and this one stands by"))
        } else if live.current().is_none() {
            Some(("no_slot_yet", "the first slot is being planned"))
        } else {
            None
        };
        if let Some((code, detail)) = missing {
            return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, code, detail).retry_after(1));
        }
    }
    ready(call).await
}

async fn ready(call: Call) -> Result<Reply, Problem> {
    call.api.store.last_event().await?;
    let laws = &call.api.laws;
    let law = laws.fault().map(|_| if laws.goes_on() { GOES_ON } else { NO_LAW });
    Reply::of(&Health { law, ..HEALTH })
}
