//! All routes in one table: address, who may, what it takes and gives, and its handler. The router, the OpenAPI document and the test of
//! every role on every route are made from it.

use super::auth::Role;
use super::call::{Call, Reply};
use super::collections::{COLLECTIONS, Collection};
use super::problem::Problem;
use super::shapes::Shape;
use super::{
    bulk, clients, decisions, entities, events, filter, health, imports, live, log, metrics, openapi, orders,
    page, positions, preview, sign_in, telemetry, token, webhooks,
};
use axum::http::Method;
use futures_util::future::BoxFuture;
use std::sync::Arc;

/// What handles a request.
pub type Handler = Arc<dyn Fn(Call) -> BoxFuture<'static, Result<Reply, Problem>> + Send + Sync>;

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Everybody.
    Nothing,
    /// A client with one of these roles.
    AnyOf(&'static [Role]),
}

/// Those who read.
pub const READERS: &[Role] = &[Role::Viewer, Role::Operator, Role::Approver];
/// Those who change things.
pub const OPERATORS: &[Role] = &[Role::Operator];
/// Those who take prepared decisions.
pub const APPROVERS: &[Role] = &[Role::Approver];
/// Those who report telemetry.
pub const REPORTERS: &[Role] = &[Role::Operator, Role::Terminal];
/// Those who change things in lists of commands, each as its role allows.
pub const CHANGERS: &[Role] = &[Role::Operator, Role::Approver];

/// What a route takes as its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Takes {
    /// None.
    Nothing,
    /// A JSON object of this shape.
    Json(Shape),
    /// A form.
    Form,
    /// CSV of any length.
    File,
}

/// A parameter behind the `?`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// What it means.
    pub text: &'static str,
    /// Least and greatest value, if it is a number.
    pub range: Option<(i64, i64)>,
    /// True if it is `true` or `false`.
    pub is_switch: bool,
    /// True if `name!=value` asks for the contrary.
    pub negatable: bool,
}

impl Parameter {
    /// A text.
    #[must_use]
    pub const fn text(name: &'static str, text: &'static str) -> Self {
        Self { name, text, range: None, is_switch: false, negatable: false }
    }

    /// A number.
    #[must_use]
    pub const fn number(name: &'static str, text: &'static str, range: (i64, i64)) -> Self {
        Self { range: Some(range), ..Self::text(name, text) }
    }

    /// `true` or `false`.
    #[must_use]
    pub const fn switch(name: &'static str, text: &'static str) -> Self {
        Self { is_switch: true, ..Self::text(name, text) }
    }
}

/// `?dry_run=true`
pub const DRY_RUN: Parameter = Parameter::switch("dry_run", "Decide and answer, and change nothing.");
/// `?fields=id,state`
const FIELDS: Parameter =
    Parameter::text("fields", "Only these fields of each thing, with commas between them.");

/// A route.
pub struct Route {
    /// GET, POST, PUT or DELETE.
    pub method: Method,
    /// The address, with `{name}` for what differs.
    pub path: String,
    /// Its name in the OpenAPI document.
    pub name: String,
    /// Under which heading it stands there.
    pub tag: &'static str,
    /// What it does.
    pub summary: String,
    /// Who may.
    pub needs: Needs,
    /// The parameters that it takes.
    pub parameters: Vec<Parameter>,
    /// The body that it takes.
    pub takes: Takes,
    /// What it gives: a status, and the shape of the body.
    pub gives: (u16, Shape),
    /// Whether it takes an `Idempotency-Key`.
    pub repeatable: bool,
    /// Whether it takes an `If-Match`.
    pub conditional: bool,
    /// What handles it.
    pub handler: Handler,
}

impl Route {
    /// A route for readers that takes nothing and gives 200.
    pub fn new<F, A>(method: Method, path: &str, name: &str, summary: &str, gives: Shape, handler: F) -> Self
    where
        F: Fn(Call) -> A + Send + Sync + 'static,
        A: Future<Output = Result<Reply, Problem>> + Send + 'static,
    {
        Self {
            method,
            path: path.to_owned(),
            name: name.to_owned(),
            tag: "service",
            summary: summary.to_owned(),
            needs: Needs::AnyOf(READERS),
            parameters: Vec::new(),
            takes: Takes::Nothing,
            gives: (200, gives),
            repeatable: false,
            conditional: false,
            handler: Arc::new(move |call| Box::pin(handler(call))),
        }
    }

    /// Under another heading.
    #[must_use]
    pub fn tag(mut self, tag: &'static str) -> Self {
        self.tag = tag;
        self
    }

    /// For others.
    #[must_use]
    pub fn needs(mut self, needs: Needs) -> Self {
        self.needs = needs;
        self
    }

    /// With parameters.
    #[must_use]
    pub fn asks(mut self, parameters: impl IntoIterator<Item = Parameter>) -> Self {
        self.parameters.extend(parameters);
        self
    }

    /// With a body.
    #[must_use]
    pub fn takes(mut self, takes: Takes) -> Self {
        self.takes = takes;
        self
    }

    /// With another status.
    #[must_use]
    pub fn status(mut self, status: u16) -> Self {
        self.gives.0 = status;
        self
    }

    /// What it does is decided, can be tried, and can be repeated.
    #[must_use]
    pub fn decided(mut self) -> Self {
        self.repeatable = true;
        self.parameters.push(DRY_RUN);
        self
    }

    /// Only if the thing is still the same.
    #[must_use]
    pub fn conditional(mut self) -> Self {
        self.conditional = true;
        self
    }

    /// Whether it takes a parameter of this name.
    #[must_use]
    pub fn takes_parameter(&self, name: &str) -> bool {
        self.parameters.iter().any(|parameter| {
            parameter.name == name || (parameter.negatable && name.strip_suffix('!') == Some(parameter.name))
        })
    }
}

/// Every route.
#[must_use]
pub fn all() -> Vec<Route> {
    let mut routes = token::routes();
    routes.extend(COLLECTIONS.iter().flat_map(of_collection));
    routes.extend(bulk::routes());
    routes.extend(preview::routes());
    routes.extend(imports::routes());
    routes.extend(decisions::routes());
    routes.extend(events::routes());
    routes.extend(telemetry::routes());
    routes.extend(positions::routes());
    routes.extend(webhooks::routes());
    routes.extend(clients::routes());
    routes.extend(live::routes());
    routes.extend(sign_in::routes());
    routes.extend(metrics::routes());
    routes.extend(orders::routes());
    routes.extend(log::routes());
    routes.extend(health::routes());
    routes.extend(openapi::routes());
    routes
}

/// Whether a planner that runs apart answers it: the live network and how it is, and orders, by which it plans.
#[must_use]
pub fn is_of_planner(route: &Route) -> bool {
    const PATHS: [&str; 6] =
        ["/metrics", "/healthz", "/readyz", "/health/live", "/health/ready", "/api/auth/connect/token"];
    ["live", "log", "orders"].contains(&route.tag) || PATHS.contains(&route.path.as_str())
}

/// A role that changes things, as who may.
const fn alone(role: Role) -> &'static [Role] {
    match role {
        Role::Approver => APPROVERS,
        _ => OPERATORS,
    }
}

fn of_collection(collection: &'static Collection) -> Vec<Route> {
    let path = format!("/api/v1/{}", collection.path);
    let one = format!("{path}/{{id}}");
    let named = |verb: &str| format!("{verb}_{}", collection.kind.name());
    let entity = || Shape::Entity(collection.kind);
    let (article, noun) =
        (if collection.one.starts_with(['a', 'i', 'o', 'u']) { "an" } else { "a" }, collection.one);
    let noun = noun.trim_start_matches("user ");
    let mut routes = vec![
        Route::new(
            Method::GET,
            &path,
            &named("list"),
            &format!("List {}, in the order of their ids", collection.path.replace('-', " ")),
            Shape::Page(collection.kind),
            move |call| entities::list(collection, call),
        )
        .asks([
            Parameter::number("limit", "Things on a page.", (1, page::MOST)),
            Parameter::text("cursor", "The `next` of the page before."),
            FIELDS,
            Parameter::switch("count", "Say how many there are in all."),
        ])
        .asks(filter::parameters(collection.kind)),
        Route::new(
            Method::GET,
            &one,
            &named("show"),
            &format!("Show {article} {noun}"),
            entity(),
            move |call| entities::show(collection, call),
        )
        .asks([FIELDS]),
        Route::new(
            Method::POST,
            &path,
            &named(collection.create),
            &format!("Make {article} {noun}"),
            entity(),
            move |call| entities::create(collection, call),
        )
        .needs(Needs::AnyOf(OPERATORS))
        .takes(Takes::Json(Shape::Creation(collection.kind)))
        .status(201)
        .decided(),
    ];
    if let Some((verb, field)) = collection.update {
        let shape = Shape::Verb { kind: collection.kind, verb, field, by: None };
        routes.push(
            Route::new(
                Method::PUT,
                &one,
                &named("update"),
                &format!("Say something else about {article} {noun}: all that is said about it from now on"),
                entity(),
                move |call| entities::update(collection, call),
            )
            .needs(Needs::AnyOf(alone(collection.role(verb))))
            .takes(Takes::Json(shape))
            .decided()
            .conditional(),
        );
    }
    for verb in collection.verbs {
        let shape = Shape::Verb { kind: collection.kind, verb: verb.verb, field: None, by: verb.by };
        let needs = alone(verb.role);
        routes.push(
            Route::new(
                Method::POST,
                &format!("{one}/{}", verb.path),
                &named(&verb.path.replace('-', "_")),
                verb.summary,
                entity(),
                move |call| entities::act(collection, verb.verb, verb.by, call),
            )
            .needs(Needs::AnyOf(needs))
            .takes(Takes::Json(shape))
            .decided()
            .conditional(),
        );
    }
    routes.into_iter().map(|route| route.tag(collection.path)).collect()
}

/// The names of roles that may use a route; none for everybody.
#[must_use]
pub fn role_names(needs: Needs) -> Vec<&'static str> {
    match needs {
        Needs::Nothing => Vec::new(),
        Needs::AnyOf(roles) => roles.iter().map(|role| role.name()).collect(),
    }
}
