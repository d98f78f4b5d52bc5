//! Who would lose service if a registry took effect, and who of them by mistake. Putting one in force asks for the version that was previewed.

use super::call::{Call, Reply, unreadable};
use super::collections::Collection;
use super::entities::{etag, find};
use super::problem::Problem;
use super::routes::Route;
use super::shapes::Shape;
use super::{filter, search};
use crate::service::{self, Unpreviewed};
use axum::http::{Method, StatusCode, header};
use skyweave_control::entity::Registry;
use skyweave_control::id::Kind;

/// The routes of this module.
pub fn routes() -> Vec<Route> {
    let summary = "Say who would lose service if a registry took effect, and who of them by mistake; filters say to which terminals it applies";
    let path = "/api/v1/registries/{id}/preview";
    let route = Route::new(Method::GET, path, "preview_registry", summary, Shape::Preview, preview);
    vec![route.tag("registries").asks(filter::parameters(Kind::Terminal))]
}

async fn preview(call: Call) -> Result<Reply, Problem> {
    let collection = Collection::of(Kind::Registry).ok_or_else(|| Problem::not_found("such a list"))?;
    let row = find(collection, &call).await?;
    let registry: Registry = serde_json::from_str(&row.doc).map_err(|error| unreadable(&error))?;
    let conditions = search::conditions(&call.query)?;
    let found = service::preview(&*call.api.store, &registry, conditions, call.api.now_ns()).await;
    let found = found.map_err(|error| match error {
        Unpreviewed::Store(error) => error.into(),
        Unpreviewed::TooMany => Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "too_many", error.to_string()),
        Unpreviewed::Damaged(error) => unreadable(&error),
    })?;
    // the version that was looked at
    Ok(Reply::of(&found)?.header(header::ETAG, etag(registry.version)))
}
