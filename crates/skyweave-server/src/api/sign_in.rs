//! Signing in by a link that is printed, for the page: a code that is good once, and a cookie.
//!
//! The cookie is a token like any other, kept by its hash, for a week. Browsers send it along by themselves, so for whatever changes something
//! they must also say that they come from a page of this host.

use super::auth::{Role, hash, new_client};
use super::call::{Call, Reply};
use super::notes;
use super::problem::Problem;
use super::routes::{Needs, Parameter, Route};
use super::shapes::Shape;
use crate::clock::{self, SECOND_NS};
use crate::store::{Client, Scope, Store, StoreError, Token};
use axum::http::{HeaderMap, Method, StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// The name of the cookie.
const COOKIE: &str = "skyweave_session";
/// How long a session is good, s.
const SESSION_S: i64 = 7 * 24 * 3_600;
/// How long a link is good, s.
const LINK_S: i64 = 24 * 3_600;
const TOKEN_PREFIX: &str = "skyses_";
/// What the client of the page is called.
const NAME: &str = "page";
/// Clients that are looked through for it.
const MOST_CLIENTS: i64 = 1_000;

/// Codes that were printed and not used yet, by their hashes: the client, and until when.
#[derive(Debug, Default)]
pub struct Codes(Mutex<BTreeMap<Vec<u8>, (String, i64)>>);

impl Codes {
    fn add(&self, sha256: Vec<u8>, client: String, until_ns: i64) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(sha256, (client, until_ns));
    }

    /// The client of a code, which is good no more.
    fn take(&self, sha256: &[u8], now_ns: i64) -> Option<String> {
        let mut codes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        codes.retain(|_, (_, until_ns)| *until_ns > now_ns);
        codes.remove(sha256).map(|(client, _)| client)
    }
}

/// The routes of this module.
pub fn routes() -> Vec<Route> {
    let summary = "Sign a browser in with a code that was printed, and lead it to the page";
    vec![
        Route::new(Method::GET, "/sign-in", "sign_in", summary, Shape::Nothing, sign_in)
            .tag("page")
            .needs(Needs::Nothing)
            .asks([Parameter::text("code", "The code, good once.")])
            .status(303),
    ]
}

/// A code by which a browser signs in once, as the client of the page; that is made if it is missing.
///
/// # Errors
/// If the store cannot be read or written, or there is no chance to be had.
pub async fn new_code(codes: &Codes, store: &dyn Store) -> Result<String, StoreError> {
    let now_ns = clock::now_ns();
    let clients = store.clients(&Scope::All, "", MOST_CLIENTS).await?;
    let known =
        clients.into_iter().find(|client| client.name == NAME && !client.disabled && is_whole(client));
    let client = if let Some(client) = known {
        client.id
    } else {
        // nobody ever knows its secret: it is there for its sessions
        let (client, _) = new_client(NAME, &[Role::Viewer, Role::Operator, Role::Approver], now_ns)?;
        let id = client.id.clone();
        let note = notes::of_client("client.created", &client, "start of the server", now_ns);
        store.put_client(client, note).await?;
        id
    };
    let code = URL_SAFE_NO_PAD.encode(clock::chance::<24>()?);
    codes.add(hash(&code), client, now_ns + LINK_S * SECOND_NS);
    Ok(code)
}

/// Whether a client is of the service and of no account.
fn is_whole(client: &Client) -> bool {
    client.account.is_none() && client.terminal.is_none()
}

async fn sign_in(call: Call) -> Result<Reply, Problem> {
    call.api.take_stranger().map_err(super::call::too_many_strangers)?;
    let to_the_page = || Reply::nothing().status(StatusCode::SEE_OTHER).header(header::LOCATION, "/");
    let code = call.parameter("code").unwrap_or_default();
    let Some(client) = call.api.codes.take(&hash(code), call.api.now_ns()) else {
        if super::auth::authenticate_request(&call.api, &Method::GET, &call.headers).await.is_ok() {
            // the link was opened again where it was used
            return Ok(to_the_page());
        }
        let detail = "this link was used before, or is of an earlier start; accepted: the link that `skyweave up` printed last, once";
        return Err(Problem::new(StatusCode::FORBIDDEN, "used_code", detail));
    };
    let secret = format!("{TOKEN_PREFIX}{}", URL_SAFE_NO_PAD.encode(clock::chance::<32>()?));
    let issued_ns = call.api.now_ns();
    let expires_ns = issued_ns + SESSION_S * SECOND_NS;
    call.api.store.put_token(Token { sha256: hash(&secret), client, issued_ns, expires_ns }).await?;
    let cookie = format!("{COOKIE}={secret}; Path=/; Max-Age={SESSION_S}; HttpOnly; SameSite=Strict");
    Ok(to_the_page().header(header::SET_COOKIE, cookie))
}

/// The session of a request, if it comes with one.
///
/// # Errors
/// If it would change something and does not come from a page of this host.
pub fn session<'a>(method: &Method, headers: &'a HeaderMap) -> Result<Option<&'a str>, Problem> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|cookies| cookies.split(';'));
    let found = pairs.find_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='));
    if found.is_some() && !method.is_safe() && !is_own(headers) {
        let detail = "a request that changes something and is signed in by a cookie must come from a page of this server; accepted: an \
                      Origin header of its own host, or a bearer token";
        return Err(Problem::new(StatusCode::FORBIDDEN, "foreign_origin", detail));
    }
    Ok(found)
}

/// Whether a request says that it comes from a page of the host that it is sent to.
fn is_own(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let (Some(origin), Some(host)) = (text(header::ORIGIN), text(header::HOST)) else { return false };
    let of_origin = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
    of_origin.is_some_and(|of_origin| of_origin.eq_ignore_ascii_case(host))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn a_code_is_good_once_and_not_for_ever() {
        let codes = Codes::default();
        codes.add(vec![1], "a".to_owned(), 10);
        codes.add(vec![2], "b".to_owned(), 10);
        assert_eq!(codes.take(&[1], 5).as_deref(), Some("a"));
        assert_eq!(codes.take(&[1], 5), None);
        assert_eq!(codes.take(&[2], 10), None);
    }

    #[test]
    fn a_cookie_alone_changes_nothing() {
        let headers = |pairs: &[(&'static str, &'static str)]| -> HeaderMap {
            pairs
                .iter()
                .map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value)))
                .collect()
        };
        let cookie = ("cookie", "theme=dark; skyweave_session=abc");
        let only = headers(&[cookie]);
        assert_eq!(session(&Method::GET, &only).unwrap(), Some("abc"));
        assert_eq!(session(&Method::POST, &only).unwrap_err().code, "foreign_origin");
        for (origin, accepted) in [
            ("http://127.0.0.1:8080", true),
            ("https://127.0.0.1:8080", true),
            ("http://127.0.0.1:8081", false),
            ("http://evil.example", false),
            ("null", false),
        ] {
            let all = headers(&[cookie, ("host", "127.0.0.1:8080"), ("origin", origin)]);
            assert_eq!(session(&Method::POST, &all).is_ok(), accepted, "{origin}");
        }
        assert_eq!(session(&Method::POST, &headers(&[("cookie", "other=1")])).unwrap(), None);
        assert_eq!(session(&Method::GET, &headers(&[("cookie", "xskyweave_session=abc")])).unwrap(), None);
    }
}
