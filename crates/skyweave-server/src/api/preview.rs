//! Who would lose service by a change to a registry, and who of them by mistake. The change itself asks for the hash of its preview.

use super::auth::Role;
use super::call::{Call, Reply, unreadable};
use super::collections::Collection;
use super::entities::{etag, find};
use super::problem::Problem;
use super::routes::{Route, Takes};
use super::shapes::Shape;
use crate::service::{self, Unpreviewed};
use axum::http::{Method, StatusCode, header};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use skyweave_control::command::{Command, RegistryCommand};
use skyweave_control::entity::{HardwareKey, Registry};
use skyweave_control::fleet::allow_list::{Foreseeing, ListChange, Preview};
use skyweave_control::id::Kind;
use std::collections::BTreeSet;

/// What may happen to a list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// It is put in force.
    #[default]
    PutInForce,
    /// It is put out of force.
    Lift,
    /// Keys come onto it.
    Add,
    /// Keys are taken off it.
    Remove,
}

/// Which change to a list is to be previewed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PreviewRequest {
    /// What; that it is put in force, if nothing is said.
    #[serde(default)]
    pub change: Change,
    /// The keys that are added or removed.
    #[serde(default)]
    pub keys: BTreeSet<HardwareKey>,
    /// To which terminals the list applies: filters as lists of terminals take them, such as `home=ukraine`, all of which must hold. All
    /// terminals if there are none.
    #[serde(default)]
    #[schemars(length(max = 32))]
    pub terminals: BTreeSet<String>,
}

/// What a change to a list would do.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PreviewAnswer {
    /// What the change names as its `preview`, together with the same `terminals`. It is another one as soon as the list changes, or others
    /// would lose service.
    pub sha256: String,
    /// To which terminals the list applies, as asked.
    pub terminals: BTreeSet<String>,
    /// Who would lose service.
    #[serde(flatten)]
    pub preview: Preview,
}

/// The routes of this module.
pub fn routes() -> Vec<Route> {
    let summary = "Say who would lose service by a change to a registry, and who of them by mistake";
    let path = "/api/v1/registries/{id}/preview";
    let route = Route::new(Method::POST, path, "preview_registry", summary, Shape::Preview, preview);
    vec![route.tag("registries").takes(Takes::Json(Shape::PreviewRequest))]
}

async fn preview(call: Call) -> Result<Reply, Problem> {
    let PreviewRequest { change, keys, terminals } = call.json()?;
    let collection = Collection::of(Kind::Registry).ok_or_else(|| Problem::not_found("such a list"))?;
    let row = find(collection, &call).await?;
    let change = match change {
        Change::Add => ListChange::Add { keys },
        Change::Remove => ListChange::Remove { keys },
        Change::PutInForce | Change::Lift if !keys.is_empty() => {
            let detail = "accepted: keys with the changes `add` and `remove`, and none with others";
            return Err(Problem::invalid("invalid_body", detail).field("keys"));
        }
        Change::PutInForce => ListChange::PutInForce,
        Change::Lift => ListChange::Lift,
    };
    let registry: Registry = serde_json::from_str(&row.doc).map_err(|error| unreadable(&error))?;
    let question = Foreseeing { registry: registry.id, version: registry.version, change, terminals };
    let found = service::preview(&*call.api.store, &registry, &question, call.api.now_ns()).await;
    let found = found.map_err(|error| match error {
        Unpreviewed::Store(error) => error.into(),
        Unpreviewed::TooMany => Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "too_many", error.to_string()),
        Unpreviewed::Filter(error) => {
            Problem::invalid("invalid_filter", error.to_string()).field("terminals")
        }
        Unpreviewed::Damaged(error) => unreadable(&error),
    })?;
    let sha256 = question.answered_by(&found).sha256;
    let answer = PreviewAnswer { sha256, terminals: question.terminals, preview: found };
    // the version that was looked at
    Ok(Reply::of(&answer)?.header(header::ETAG, etag(registry.version)))
}

/// Whoever changes a list in force so that it may cut somebody off needs the role that puts lists in force. Without a preview the change is
/// refused anyway, unless it takes nothing from anybody.
///
/// # Errors
/// If the caller lacks the role.
pub fn may_cut_off(call: &Call, command: &Command) -> Result<(), Problem> {
    let Command::Registry { command, .. } = command else { return Ok(()) };
    let (RegistryCommand::Add { preview, .. } | RegistryCommand::Remove { preview, .. }) = command else {
        return Ok(());
    };
    if preview.is_none() || call.caller()?.roles.contains(&Role::Approver) {
        return Ok(());
    }
    let detail = "a change by which a list in force may cut somebody off needs the role approver";
    Err(Problem::forbidden(detail).field("preview"))
}
