//! Orders over REST. What is signed is signed elsewhere: here it is taken in as the bytes that it is, and judged by the rules of the log.

use super::call::{Call, Reply};
use super::page::{self, Cursor};
use super::problem::Problem;
use super::routes::{APPROVERS, CHANGERS, Needs, OPERATORS, Parameter, Route, Takes};
use super::shapes::Shape;
use crate::clock::seconds;
use crate::log::folder::DOCUMENTS;
use crate::orders::{DraftError, OrderError, Orders, Standing};
use axum::http::{Method, StatusCode, header};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use skyweave_control::order::Request;
use skyweave_proof::document::Document;
use skyweave_proof::json::{from_base64, to_base64};
use skyweave_proof::order::{Action, Class, Order, Relation, RelationKind, Target, TargetKind};
use skyweave_proof::{UtcTime, hex, unhex};
use std::sync::Arc;

/// An order that is to be drawn up.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderSpec {
    /// `cut`, `emergency` or `restore`.
    pub class: String,
    /// `activate`, `deactivate`, `restrict`, `throttle` or `restore`.
    pub action: String,
    /// `territory`, `restriction`, `registry`, `plan-class` or `fail-mode`.
    pub target: String,
    /// Its name.
    pub name: String,
    /// The principal who asks for it and will sign it.
    pub requester: String,
    /// Why.
    pub reason: String,
    /// By what law.
    pub basis: String,
    /// From when on, s since 1970; at once if none is given.
    #[serde(default)]
    #[schemars(range(min = 0, max = 4_102_444_800_i64))]
    pub start_s: Option<u64>,
    /// Until when, s since 1970; for all but restores.
    #[serde(default)]
    #[schemars(range(min = 0, max = 4_102_444_800_i64))]
    pub expires_s: Option<u64>,
    /// `ratifies`, `renews`, `revokes` or `supersedes`, with `order`.
    #[serde(default)]
    pub relation: Option<String>,
    /// The earlier order that it has to do with.
    #[serde(default)]
    pub order: Option<String>,
}

/// Something that was signed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Signed {
    /// The DSSE envelope, base64 of its bytes.
    pub envelope: String,
}

/// An order.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OrderAnswer {
    /// SHA-256 of its bytes.
    pub id: String,
    /// Where it is: `previewed`, `proposed`, `logged`, `witnessed`, `in-force`, `expired`, `revoked`, `superseded`, `auto-reverted`,
    /// `rejected` or `stale-preview`.
    pub state: String,
    /// Its bytes, base64: what is signed, and what says everything about it.
    pub payload: String,
    /// What it does, in words.
    pub what: Option<String>,
    /// Who asks.
    pub requester: String,
    /// Who must agree; the requester does not count.
    pub quorum: String,
    /// Who approved.
    pub approved: Vec<String>,
    /// Who refused.
    pub rejected: Vec<String>,
    /// Where it stands in the log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<u64>,
    /// The epoch with which it came into force.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub epoch: Option<u64>,
    /// When it was drawn up, s since 1970.
    pub created_s: i64,
    /// When it changed last, s since 1970.
    pub updated_s: i64,
}

/// A page of orders.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OrderPage {
    /// In the order of their ids.
    pub results: Vec<OrderAnswer>,
    /// What the next page is asked with; missing on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// The routes of this module.
pub fn routes() -> Vec<Route> {
    let all = "/api/v1/orders";
    let one = "/api/v1/orders/{id}";
    let routes = [
        Route::new(
            Method::GET,
            all,
            "list_orders",
            "List orders, in the order of their ids",
            Shape::OrderPage,
            list,
        )
        .asks([
            Parameter::number("limit", "Orders on a page.", (1, page::MOST)),
            Parameter::text("cursor", "The `next` of the page before."),
        ]),
        Route::new(
            Method::POST,
            all,
            "draft_order",
            "Draw up an order with its preview; its requester signs it and proposes it",
            Shape::Order,
            draft,
        )
        .needs(Needs::AnyOf(OPERATORS))
        .takes(Takes::Json(Shape::OrderSpec))
        .status(201),
        Route::new(Method::GET, one, "show_order", "Show an order", Shape::Order, show),
        Route::new(
            Method::GET,
            "/api/v1/orders/{id}/preview",
            "preview_order",
            "What is foreseen of an order: the document that it names by its hash",
            Shape::Foreseen,
            preview,
        ),
        Route::new(
            Method::POST,
            "/api/v1/orders/{id}/propose",
            "propose_order",
            "Propose an order: its bytes, signed by its requester, become an entry of the log",
            Shape::Order,
            propose,
        )
        .needs(Needs::AnyOf(CHANGERS))
        .takes(Takes::Json(Shape::Signed)),
        Route::new(
            Method::POST,
            "/api/v1/orders/{id}/approvals",
            "approve_order",
            "Approve or refuse an order: a principal's signed word on it becomes an entry of the log",
            Shape::Order,
            approve,
        )
        .needs(Needs::AnyOf(APPROVERS))
        .takes(Takes::Json(Shape::Signed)),
    ];
    routes.into_iter().map(|route| route.tag("orders")).collect()
}

/// The orders of this server.
pub fn orders(call: &Call) -> Result<&Arc<Orders>, Problem> {
    call.api.orders.as_ref().ok_or_else(|| {
        let detail = "this server has no log; whoever runs it starts it with --log DIR";
        Problem::new(StatusCode::NOT_FOUND, "no_log", detail)
    })
}

async fn list(call: Call) -> Result<Reply, Problem> {
    let limit = call.number("limit", page::USUAL, 1..=page::MOST)?;
    let asked = page::fingerprint("orders", &call.query);
    let after =
        call.parameter("cursor").map(|text| Cursor::read(text, &asked)).transpose()?.unwrap_or_default();
    let mut found = orders(&call)?.standings(&after, limit + 1).await?;
    let more = found.len() as i64 > limit;
    found.truncate(limit as usize);
    let next = found.last().filter(|_| more).map(|last| Cursor::write(&last.row.id, &asked));
    Reply::of(&OrderPage { results: found.into_iter().map(shown).collect(), next })
}

async fn show(call: Call) -> Result<Reply, Problem> {
    Reply::of(&shown(orders(&call)?.standing(call.param("id")).await?))
}

async fn draft(call: Call) -> Result<Reply, Problem> {
    let spec: OrderSpec = call.json()?;
    let orders = orders(&call)?;
    let request = request_of(spec)?;
    let row = orders.draft(request, &call.caller()?.client.id, call.api.now_ns()).await?;
    let address = format!("/api/v1/orders/{}", row.id);
    let standing = orders.standing(&row.id).await?;
    Ok(Reply::of(&shown(standing))?.status(StatusCode::CREATED).header(header::LOCATION, address))
}

async fn preview(call: Call) -> Result<Reply, Problem> {
    let orders = orders(&call)?;
    let standing = orders.standing(call.param("id")).await?;
    let order = Order::parse(&standing.row.payload).map_err(|error| damaged(&error))?;
    let none = || Problem::not_found("preview of a sealed order");
    let matter = order.matter().ok_or_else(none)?;
    let name = format!("{DOCUMENTS}/{}", hex(&matter.preview.hash));
    let bytes = call.api.store.document(&name).await?.ok_or_else(|| Problem::not_found("such preview"))?;
    Ok(Reply::json(String::from_utf8_lossy(&bytes).into_owned()))
}

async fn propose(call: Call) -> Result<Reply, Problem> {
    let entry = envelope(&call)?;
    let orders = orders(&call)?;
    let actor = &call.caller()?.client.id;
    Reply::of(&shown(orders.propose(call.param("id"), entry, actor, call.api.now_ns()).await?))
}

async fn approve(call: Call) -> Result<Reply, Problem> {
    let entry = envelope(&call)?;
    let orders = orders(&call)?;
    let actor = &call.caller()?.client.id;
    Reply::of(&shown(orders.say(call.param("id"), entry, actor, call.api.now_ns()).await?))
}

/// The envelope of a body.
pub fn envelope(call: &Call) -> Result<Vec<u8>, Problem> {
    let signed: Signed = call.json()?;
    from_base64(&signed.envelope)
        .ok_or_else(|| Problem::invalid("invalid_body", "accepted as envelope: base64").field("envelope"))
}

fn request_of(spec: OrderSpec) -> Result<Request, Problem> {
    fn word<T: Copy>(
        field: &str,
        text: &str,
        of: &dyn Fn(&str) -> Option<T>,
        accepted: &str,
    ) -> Result<T, Problem> {
        of(text).ok_or_else(|| {
            let shown: String = text.chars().take(40).collect();
            let detail = format!("`{}` is no {field}; accepted: {accepted}", shown.escape_debug());
            Problem::invalid("invalid_body", detail).field(field)
        })
    }
    let class = word("class", &spec.class, &Class::named, "cut, emergency, restore")?;
    let action =
        word("action", &spec.action, &Action::named, "activate, deactivate, restore, restrict, throttle")?;
    let kind = word(
        "target",
        &spec.target,
        &TargetKind::named,
        "fail-mode, plan-class, registry, restriction, territory",
    )?;
    let relation = match (&spec.relation, &spec.order) {
        (None, None) => None,
        (Some(kind), Some(order)) => {
            let kind = word("relation", kind, &RelationKind::named, "ratifies, renews, revokes, supersedes")?;
            let hash = |text: &str| unhex(text).and_then(|bytes| bytes.try_into().ok());
            Some(Relation { kind, order: word("order", order, &hash, "the id of an order")? })
        }
        _ => {
            let detail = "a relation and the order that it is to come together; accepted: both or none";
            return Err(Problem::invalid("invalid_body", detail).field("relation"));
        }
    };
    for (field, text) in [("reason", &spec.reason), ("basis", &spec.basis)] {
        if text.trim().is_empty() || text.len() > 4_000 {
            let detail = format!("accepted as {field}: 1 to 4000 bytes of text");
            return Err(Problem::invalid("invalid_body", detail).field(field));
        }
    }
    Ok(Request {
        class,
        requester: spec.requester,
        action,
        target: Target { kind, name: spec.name },
        reason: spec.reason,
        basis: spec.basis,
        start: spec.start_s.map(UtcTime),
        expires: spec.expires_s.map(UtcTime),
        relation,
    })
}

fn shown(standing: Standing) -> OrderAnswer {
    let Standing { row, quorum, approved, rejected, index, epoch } = standing;
    let order = Order::parse(&row.payload).ok();
    let matter = order.as_ref().and_then(|order| order.matter());
    OrderAnswer {
        id: row.id,
        state: row.state,
        what: matter.map(ToString::to_string),
        requester: order.as_ref().map_or_else(String::new, |order| order.requester.clone()),
        payload: to_base64(&row.payload),
        quorum,
        approved,
        rejected,
        index,
        epoch,
        created_s: seconds(row.created_ns).0,
        updated_s: seconds(row.updated_ns).0,
    }
}

fn damaged(error: &dyn std::fmt::Display) -> Problem {
    tracing::error!("an order that is stored cannot be read: {error}");
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "damaged", "what is stored cannot be read")
}

impl From<OrderError> for Problem {
    fn from(error: OrderError) -> Self {
        let refused = |code: &str| Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, error.to_string());
        match &error {
            OrderError::Store(store) => store.clone().into(),
            OrderError::NoOrder(_) => Self::new(StatusCode::NOT_FOUND, "not_found", error.to_string()),
            OrderError::Refused(_) => refused("refused_by_the_rules"),
            OrderError::TooLong(_) | OrderError::Other(_) => refused("not_accepted"),
            OrderError::Files(_) | OrderError::Unreadable(_) | OrderError::Point(_) => {
                tracing::error!("{error}");
                let detail =
                    "the log cannot be read or written; whoever runs the server finds the reason in its log";
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "log_unavailable", detail).retry_after(10)
            }
        }
    }
}

impl From<DraftError> for Problem {
    fn from(error: DraftError) -> Self {
        match error {
            DraftError::Order(error) => error.into(),
            error => Self::new(StatusCode::UNPROCESSABLE_ENTITY, "no_order", error.to_string()),
        }
    }
}
