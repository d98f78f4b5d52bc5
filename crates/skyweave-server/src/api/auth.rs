//! Who asks: OAuth2 client credentials, bearer tokens of 15 minutes, roles.

use super::problem::Problem;
use super::state::Api;
use crate::clock::{self, SECOND_NS};
use crate::store::{Client, Scope, StoreError, Token};
use axum::http::{HeaderMap, Method, StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use skyweave_control::command::Actor;
use std::sync::Arc;
use std::time::Duration;

/// How long a token is good, s.
pub const TOKEN_LIFE_S: i64 = 15 * 60;
/// How far the clock may have been set back since a token was issued, s.
const CLOCK_SLACK_S: i64 = 60;
/// How long a new token may take into the store before it is good without.
const PATIENCE: Duration = Duration::from_secs(1);
/// What tokens begin with, so that they are recognised where they should not be.
const TOKEN_PREFIX: &str = "skytok_";
const SECRET_PREFIX: &str = "skysec_";
const CLIENT_PREFIX: &str = "client_";
const ULID_LETTERS: usize = 26;

/// What a client may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Reads.
    Viewer,
    /// Reads, and changes what one person may change.
    Operator,
    /// Reads, and takes decisions that others must have prepared.
    Approver,
    /// Reports telemetry of one terminal, and asks what is decided about it.
    Terminal,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 4] = [Self::Viewer, Self::Operator, Self::Approver, Self::Terminal];

    /// Its name in interfaces.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Operator => "operator",
            Self::Approver => "approver",
            Self::Terminal => "terminal",
        }
    }

    /// The role of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}

/// Who asks, once that is known.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The client.
    pub client: Client,
    /// Its roles.
    pub roles: Vec<Role>,
    /// When its token ends, ns since 1970.
    pub expires_ns: i64,
}

impl Caller {
    /// Whether it has one of these roles.
    #[must_use]
    pub fn has_any(&self, roles: &[Role]) -> bool {
        self.roles.iter().any(|role| roles.contains(role))
    }

    /// What it sees.
    #[must_use]
    pub fn scope(&self) -> Scope {
        self.client.account.clone().map_or(Scope::All, Scope::Account)
    }

    /// As whom its commands are decided.
    ///
    /// # Errors
    /// If the account that the client was made for is no id.
    pub fn actor(&self) -> Result<Actor, Problem> {
        let scope = self.client.account.as_deref().map(str::parse).transpose();
        let scope =
            scope.map_err(|_| Problem::forbidden("the client was made for an account that is none"))?;
        Ok(Actor { name: self.client.id.clone(), scope })
    }
}

/// The hash by which secrets and tokens are known.
#[must_use]
pub fn hash(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}

/// A new client with its secret, which is not kept.
///
/// # Errors
/// If the operating system has no chance to give.
pub fn new_client(name: &str, roles: &[Role], now_ns: i64) -> Result<(Client, String), StoreError> {
    let secret = format!("{SECRET_PREFIX}{}", URL_SAFE_NO_PAD.encode(clock::chance::<32>()?));
    let roles: Vec<&str> = roles.iter().map(|role| role.name()).collect();
    let client = Client {
        id: format!("{CLIENT_PREFIX}{}", clock::ulid(now_ns)?),
        name: name.to_owned(),
        secret_sha256: hash(&secret),
        roles: roles.join(" "),
        account: None,
        terminal: None,
        created_ns: now_ns,
        disabled: false,
    };
    Ok((client, secret))
}

/// The roles of a client.
#[must_use]
pub fn roles_of(client: &Client) -> Vec<Role> {
    client.roles.split(' ').filter_map(Role::named).collect()
}

/// Finds out who asks.
///
/// # Errors
/// If there is no bearer token, or it is not good, or not good any more.
pub async fn authenticate(api: &Api, headers: &HeaderMap) -> Result<Caller, Problem> {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let Some(token) = given.and_then(|value| scheme(value, "bearer")) else {
        let detail = "no bearer token was sent; get one at POST /api/auth/connect/token and send `Authorization: Bearer TOKEN`";
        return Err(unauthenticated("no_token", detail, ""));
    };
    known(api, token).await
}

/// Finds out who asks, by a bearer token or by the session of a browser.
///
/// # Errors
/// If there is neither, or it is not good any more, or the session comes from another page.
pub async fn authenticate_request(
    api: &Api,
    method: &Method,
    headers: &HeaderMap,
) -> Result<Caller, Problem> {
    if !headers.contains_key(header::AUTHORIZATION)
        && let Some(session) = super::sign_in::session(method, headers)?
    {
        return known(api, session).await;
    }
    authenticate(api, headers).await
}

/// Whose a token is.
async fn known(api: &Api, token: &str) -> Result<Caller, Problem> {
    let bad = |detail: &str| unauthenticated("invalid_token", detail, ", error=\"invalid_token\"");
    let known = match api.fresh.find(&hash(token)) {
        Some(known) => Some(known),
        None => api.store.token(&hash(token)).await?,
    };
    let known =
        known.ok_or_else(|| bad("the token is not known; get another at POST /api/auth/connect/token"))?;
    let now_ns = api.now_ns();
    if now_ns >= known.expires_ns {
        return Err(bad("the token has expired; get another at POST /api/auth/connect/token"));
    }
    if known.issued_ns > now_ns + CLOCK_SLACK_S * SECOND_NS {
        return Err(bad(
            "the token is of a time that is still to come: the server's clock was set back; get another",
        ));
    }
    let client = api.store.client(&known.client).await?.filter(|client| !client.disabled);
    let client = client.ok_or_else(|| bad("the client of this token has been disabled"))?;
    let roles = roles_of(&client);
    Ok(Caller { client, roles, expires_ns: known.expires_ns })
}

fn unauthenticated(code: &str, detail: &str, more: &str) -> Problem {
    let challenge = format!("Bearer realm=\"skyweave\"{more}");
    Problem::new(StatusCode::UNAUTHORIZED, code, detail).header(header::WWW_AUTHENTICATE, challenge)
}

fn scheme<'a>(value: &'a str, name: &str) -> Option<&'a str> {
    let (scheme, rest) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case(name).then(|| rest.trim())
}

/// What is asked of the token endpoint, by form.
#[derive(Debug, Default, Deserialize, JsonSchema)]
pub struct TokenRequest {
    /// `client_credentials`.
    #[serde(default)]
    pub grant_type: String,
    /// The client, unless it is in an `Authorization: Basic` header.
    #[serde(default)]
    pub client_id: Option<String>,
    /// Its secret, unless it is in the header.
    #[serde(default)]
    pub client_secret: Option<String>,
    /// Roles with blanks between them, all of which the client must have. The token has all roles of the client in any case.
    #[serde(default)]
    pub scope: Option<String>,
}

/// A token, as [RFC 6749](https://www.rfc-editor.org/rfc/rfc6749#section-5.1) sends it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TokenAnswer {
    /// The token.
    pub access_token: String,
    /// `Bearer`.
    pub token_type: String,
    /// How long it is good, s.
    pub expires_in: i64,
    /// The client's roles, with blanks between them.
    pub scope: String,
}

/// An error of the token endpoint, as [RFC 6749](https://www.rfc-editor.org/rfc/rfc6749#section-5.2) sends it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TokenRefusal {
    /// The kind of error, for programs.
    pub error: String,
    /// What was found, and what would be accepted.
    pub error_description: String,
    #[serde(skip)]
    pub(super) status: u16,
    #[serde(skip)]
    pub(super) retry_after_s: Option<u64>,
}

fn refusal(status: StatusCode, error: &str, description: &str) -> TokenRefusal {
    TokenRefusal {
        error: error.to_owned(),
        error_description: description.to_owned(),
        status: status.as_u16(),
        retry_after_s: None,
    }
}

/// The request is not as RFC 6749 wants it.
#[must_use]
pub fn invalid_request(accepted: &str) -> TokenRefusal {
    refusal(StatusCode::BAD_REQUEST, "invalid_request", &format!("accepted: {accepted}"))
}

/// Gives a token to a client that knows its secret.
///
/// # Errors
/// As RFC 6749 names them.
pub async fn token(api: &Api, headers: &HeaderMap, asked: TokenRequest) -> Result<TokenAnswer, TokenRefusal> {
    if asked.grant_type != "client_credentials" {
        let description = "accepted as grant_type: client_credentials";
        return Err(refusal(StatusCode::BAD_REQUEST, "unsupported_grant_type", description));
    }
    let (id, secret) = credentials(headers, &asked)?;
    if !is_client_id(&id) {
        // nor may it take memory
        return Err(unknown_client());
    }
    let unavailable = |error: StoreError| {
        tracing::error!("{error}");
        refusal(
            StatusCode::SERVICE_UNAVAILABLE,
            "temporarily_unavailable",
            "the store cannot be read or written",
        )
    };
    let client = api.store.client(&id).await.map_err(unavailable)?;
    // whether there is no such client or another secret is not told apart
    let known = client.filter(|client| !client.disabled && same(&client.secret_sha256, &hash(&secret)));
    let Some(client) = known else {
        if api.take_failed_login(&id).is_err() {
            // whoever has the right secret need not wait for those who guess
            tokio::time::sleep(api.limits.guess).await;
        }
        return Err(unknown_client());
    };
    if let Err(wait_s) = api.take_login(&id) {
        let description = "too many tokens were asked for by this client; wait";
        let slow = refusal(StatusCode::TOO_MANY_REQUESTS, "slow_down", description);
        return Err(TokenRefusal { retry_after_s: Some(wait_s), ..slow });
    }
    let roles: Vec<&str> = client.roles.split(' ').collect();
    if asked
        .scope
        .iter()
        .flat_map(|scope| scope.split(' '))
        .any(|role| !role.is_empty() && !roles.contains(&role))
    {
        let description = format!("accepted as scope: {}", client.roles);
        return Err(refusal(StatusCode::BAD_REQUEST, "invalid_scope", &description));
    }
    let access_token =
        format!("{TOKEN_PREFIX}{}", URL_SAFE_NO_PAD.encode(clock::chance::<32>().map_err(unavailable)?));
    let issued_ns = api.now_ns();
    let token = Token {
        sha256: hash(&access_token),
        client: client.id,
        issued_ns,
        expires_ns: issued_ns + TOKEN_LIFE_S * SECOND_NS,
    };
    put(api, token).await.map_err(unavailable)?;
    Ok(TokenAnswer {
        access_token,
        token_type: "Bearer".to_owned(),
        expires_in: TOKEN_LIFE_S,
        scope: client.roles,
    })
}

/// Stores a token; if that takes long, somebody has the store for themselves, and the token is good before it is there.
async fn put(api: &Api, token: Token) -> Result<(), StoreError> {
    let kept = api.fresh.keep(token.clone(), api.now_ns());
    let (store, fresh) = (Arc::clone(&api.store), Arc::clone(&api.fresh));
    let writing = tokio::spawn(async move {
        let sha256 = token.sha256.clone();
        let done = store.put_token(token).await;
        fresh.forget(&sha256);
        done
    });
    let patience = if kept { PATIENCE } else { api.limits.request };
    match tokio::time::timeout(patience, writing).await {
        Ok(done) => done.unwrap_or(Err(StoreError::Closed)),
        Err(_) if kept => Ok(()),
        Err(_) => Err(StoreError::Closed),
    }
}

fn unknown_client() -> TokenRefusal {
    let description = "no client with this client_id and client_secret";
    refusal(StatusCode::UNAUTHORIZED, "invalid_client", description)
}

/// Whether a client could have this id.
fn is_client_id(text: &str) -> bool {
    let rest = text.strip_prefix(CLIENT_PREFIX).unwrap_or_default();
    rest.len() == ULID_LETTERS && rest.bytes().all(|letter| letter.is_ascii_alphanumeric())
}

fn credentials(headers: &HeaderMap, asked: &TokenRequest) -> Result<(String, String), TokenRefusal> {
    let missing = |description: &str| refusal(StatusCode::UNAUTHORIZED, "invalid_client", description);
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    if let Some(basic) = given.and_then(|value| scheme(value, "basic")) {
        let decoded = STANDARD.decode(basic).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let pair = decoded.as_deref().and_then(|text| text.split_once(':'));
        let (id, secret) =
            pair.ok_or_else(|| missing("accepted: Basic and base64 of CLIENT_ID:CLIENT_SECRET"))?;
        return Ok((id.to_owned(), secret.to_owned()));
    }
    match (&asked.client_id, &asked.client_secret) {
        (Some(id), Some(secret)) => Ok((id.clone(), secret.clone())),
        _ => Err(missing(
            "accepted: client_id and client_secret in the form, or in an Authorization: Basic header",
        )),
    }
}

/// Compares without telling by its time where two hashes differ.
fn same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && one.iter().zip(other).fold(0, |sum, (a, b)| sum | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_clients_are_told_from_other_texts() {
        let (client, _) = new_client("one", &[Role::Viewer], 1).unwrap();
        assert!(is_client_id(&client.id));
        let long = client.id.repeat(1_000);
        for other in [
            "",
            "client_",
            "client_none",
            &client.id[1..],
            &client.id[..32],
            &long,
            "client_' OR 1=1 --            ",
        ] {
            assert!(!is_client_id(other), "{other}");
        }
    }
}
