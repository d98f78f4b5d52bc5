//! What customers and operators talk to: REST with OAuth2, events, webhooks, telemetry.
//!
//! [`routes`] is the table of everything; `call` the one way through; [`collections`] the resources that are kinds of things, all of which
//! `entities` handles. A handler reads what is asked, lets [`crate::service`] decide and store, and answers.

pub mod auth;
mod bulk;
mod call;
mod checks;
mod clients;
pub mod collections;
mod couriers;
mod decisions;
mod deliver;
mod entities;
mod events;
mod filter;
mod forward;
mod fresh;
mod health;
mod imports;
mod limit;
mod live;
mod live_stream;
mod log;
mod metrics;
mod notes;
pub mod openapi;
mod orders;
mod page;
mod page_files;
mod preview;
mod positions;
pub mod problem;
pub mod routes;
pub mod search;
mod shapes;
mod sign_in;
mod sse;
mod state;
mod streams;
mod telemetry;
mod token;
mod turns;
mod webhook;
mod webhooks;

pub use deliver::deliver;
pub use limit::Rate;
pub use notes::of_client as note_of_client;
pub use page_files::Page;
pub use sign_in::{Codes, new_code};
pub use state::{Api, Limits};
pub use telemetry::{KEPT_S as TELEMETRY_KEPT_S, Measured};
pub use webhook::{Targets, signature};

use axum::Router;
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{RawPathParams, Request};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter, on};
use problem::Problem;
use routes::Route;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Everything that is answered.
pub fn router(api: &Arc<Api>) -> Router {
    let mut by_path: BTreeMap<String, Vec<Arc<Route>>> = BTreeMap::new();
    for route in routes::all().into_iter().filter(|route| !api.planner_alone || routes::is_of_planner(route))
    {
        by_path.entry(route.path.clone()).or_default().push(Arc::new(route));
    }
    let mut router = Router::new();
    for (path, routes) in by_path {
        let methods: Vec<&str> = routes.iter().map(|route| route.method.as_str()).collect();
        let allowed = methods.join(", ");
        let mut answers = MethodRouter::new();
        for route in routes {
            answers = answers.merge(answered_by(Arc::clone(api), route));
        }
        router = router.route(&path, answers.fallback(move || std::future::ready(other_method(&allowed))));
    }
    let api = Arc::clone(api);
    log::files(&api, router).fallback(move |method: Method, uri: Uri, headers: HeaderMap| async move {
        match page_files::answer(&api, &method, &uri, &headers) {
            Some(file) => {
                api.requests.of_page.add(1);
                finished(file)
            }
            None => nothing_here(&uri),
        }
    })
}

fn answered_by(api: Arc<Api>, route: Arc<Route>) -> MethodRouter {
    let method = MethodFilter::try_from(route.method.clone()).unwrap_or(MethodFilter::GET);
    on(method, move |params: Result<RawPathParams, RawPathParamsRejection>, request: Request| async move {
        match params {
            Ok(params) => {
                let params = params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
                call::answer(api, route, params, request).await
            }
            Err(_) => finished(Problem::invalid("invalid_path", "the address is no UTF-8").into_response()),
        }
    })
}

fn other_method(allowed: &str) -> Response {
    let detail = format!("this address does not take that method; accepted: {allowed}");
    let problem = Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail);
    let mut response = finished(problem.into_response());
    if let Ok(allowed) = HeaderValue::from_str(allowed) {
        response.headers_mut().insert(header::ALLOW, allowed);
    }
    response
}

fn nothing_here(uri: &Uri) -> Response {
    let shown: String = uri.path().chars().take(100).collect();
    let detail =
        format!("there is nothing at {}; accepted: what /api/v1/openapi.json lists", shown.escape_debug());
    finished(Problem::new(StatusCode::NOT_FOUND, "no_such_address", detail).into_response())
}

fn finished(mut response: Response) -> Response {
    call::common_headers(response.headers_mut());
    response
}
