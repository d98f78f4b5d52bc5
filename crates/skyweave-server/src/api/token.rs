//! `POST /api/auth/connect/token`: where clients get their tokens.

use super::auth::{self, TokenRefusal, TokenRequest};
use super::call::{Call, Reply};
use super::problem::Problem;
use super::routes::{Needs, Route, Takes};
use super::shapes::Shape;
use axum::http::{Method, StatusCode, header};

/// The routes of this module.
pub fn routes() -> Vec<Route> {
    let summary =
        "Get a bearer token of 15 minutes for a client's credentials (OAuth2, RFC 6749 section 4.4)";
    let route =
        Route::new(Method::POST, "/api/auth/connect/token", "get_token", summary, Shape::Token, token);
    vec![route.tag("auth").needs(Needs::Nothing).takes(Takes::Form)]
}

async fn token(call: Call) -> Result<Reply, Problem> {
    let mut asked = TokenRequest::default();
    let mut given: Vec<String> = Vec::new();
    for (name, value) in form_urlencoded::parse(&call.body).into_owned() {
        if given.contains(&name) || value.contains('\0') {
            // RFC 6749 section 3.2: parameters must not be included more than once
            return refuse(&auth::invalid_request("each parameter once, and without U+0000"));
        }
        match name.as_str() {
            "grant_type" => asked.grant_type = value,
            "client_id" => asked.client_id = Some(value),
            "client_secret" => asked.client_secret = Some(value),
            "scope" => asked.scope = Some(value),
            // RFC 6749 section 3.2: unrecognized parameters must be ignored
            _ => {}
        }
        given.push(name);
    }
    match auth::token(&call.api, &call.headers, asked).await {
        Ok(answer) => Ok(Reply::of(&answer)?.header(header::PRAGMA, "no-cache")),
        Err(refusal) => refuse(&refusal),
    }
}

fn refuse(refusal: &TokenRefusal) -> Result<Reply, Problem> {
    let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::BAD_REQUEST);
    let mut reply = Reply::of(refusal)?.status(status);
    if status == StatusCode::UNAUTHORIZED {
        reply = reply.header(header::WWW_AUTHENTICATE, "Basic realm=\"skyweave\"");
    }
    if let Some(wait_s) = refusal.retry_after_s {
        reply = reply.header(header::RETRY_AFTER, wait_s.to_string());
    }
    Ok(reply)
}
