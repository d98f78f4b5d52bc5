//! Those who may ask for tokens. A client gives others no more than it has: none of the roles that it lacks, nothing outside of its account.

use super::auth::{self, Role};
use super::call::{Call, Reply};
use super::notes;
use super::page::{self, Cursor};
use super::problem::Problem;
use super::routes::{Needs, OPERATORS, Parameter, Route, Takes};
use super::shapes::Shape;
use crate::clock::{chance, seconds};
use crate::store::{Client, Scope};
use axum::http::{Method, StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

const LONGEST_NAME: usize = 200;

/// A client that is to be made.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClientSpec {
    /// What people call it.
    #[schemars(length(min = 1, max = 200))]
    pub name: String,
    /// What it may do: at least one role, and none that the client that makes it lacks, but for `terminal`.
    pub roles: BTreeSet<Role>,
    /// The account whose subtree it sees; if none is given, that of the client that makes it.
    #[serde(default)]
    pub account: Option<String>,
    /// The terminal for which it speaks, with the role `terminal`.
    #[serde(default)]
    pub terminal: Option<String>,
}

/// A client, without its secret.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ClientAnswer {
    /// Its id: the `client_id` of OAuth2.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// What it may do.
    pub roles: Vec<Role>,
    /// The account whose subtree it sees; everything if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The terminal for which it speaks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terminal: Option<String>,
    /// When it was made, s since 1970.
    pub created_s: i64,
    /// True if it is let in no more.
    pub disabled: bool,
    /// Its secret; shown this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<String>,
}

/// A page of clients.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ClientPage {
    /// In the order of their ids.
    pub results: Vec<ClientAnswer>,
    /// What the next page is asked with; missing on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// The routes of this module.
pub fn routes() -> Vec<Route> {
    let list_text = "List those who may ask for tokens";
    let list_route =
        Route::new(Method::GET, "/api/v1/clients", "list_clients", list_text, Shape::ClientPage, list).asks(
            [
                Parameter::number("limit", "Clients on a page.", (1, page::MOST)),
                Parameter::text("cursor", "The `next` of the page before."),
            ],
        );
    let create_text = "Make a client; its secret is shown this once";
    let routes = [
        list_route,
        Route::new(Method::POST, "/api/v1/clients", "create_client", create_text, Shape::Client, create)
            .takes(Takes::Json(Shape::ClientSpec))
            .status(201),
        Route::new(Method::GET, "/api/v1/clients/{id}", "show_client", "Show a client", Shape::Client, show),
        Route::new(
            Method::POST,
            "/api/v1/clients/{id}/disable",
            "disable_client",
            "Let a client in no more, at once; none that has a role that this one lacks, and not the last approver of the service",
            Shape::Client,
            disable,
        ),
        Route::new(
            Method::POST,
            "/api/v1/clients/{id}/rotate-secret",
            "rotate_client_secret",
            "Give a client another secret; its tokens stay good until they expire",
            Shape::Client,
            rotate,
        ),
    ];
    routes.into_iter().map(|route| route.tag("clients").needs(Needs::AnyOf(OPERATORS))).collect()
}

async fn list(call: Call) -> Result<Reply, Problem> {
    let limit = call.number("limit", page::USUAL, 1..=page::MOST)?;
    let asked = page::fingerprint("clients", &call.query);
    let after =
        call.parameter("cursor").map(|text| Cursor::read(text, &asked)).transpose()?.unwrap_or_default();
    let mut found = call.api.store.clients(&call.caller()?.scope(), &after, limit + 1).await?;
    let more = found.len() as i64 > limit;
    found.truncate(limit as usize);
    let next = found.last().filter(|_| more).map(|last| Cursor::write(&last.id, &asked));
    Reply::of(&ClientPage { results: found.into_iter().map(|client| shown(client, None)).collect(), next })
}

async fn show(call: Call) -> Result<Reply, Problem> {
    Reply::of(&shown(find(&call).await?, None))
}

async fn create(call: Call) -> Result<Reply, Problem> {
    let spec: ClientSpec = call.json()?;
    let caller = call.caller()?;
    let length = spec.name.chars().count();
    if !(1..=LONGEST_NAME).contains(&length) || spec.name.chars().any(char::is_control) {
        let detail = format!(
            "the name has {length} characters; accepted: 1 to {LONGEST_NAME}, none of them a control character"
        );
        return Err(Problem::invalid("invalid_body", detail).field("name"));
    }
    if spec.roles.is_empty() {
        return Err(Problem::invalid("invalid_body", "accepted as roles: at least one").field("roles"));
    }
    if let Some(role) =
        spec.roles.iter().find(|role| **role != Role::Terminal && !caller.roles.contains(role))
    {
        let detail = format!("this client lacks the role {} itself, and so cannot give it", role.name());
        return Err(Problem::forbidden(detail).field("roles"));
    }
    if spec.terminal.is_some() != spec.roles.contains(&Role::Terminal) {
        let detail = "accepted: a terminal together with the role terminal";
        return Err(Problem::invalid("invalid_body", detail).field("terminal"));
    }
    let account = account_for(&call, spec.account, spec.terminal.as_deref()).await?;
    let roles: Vec<Role> = spec.roles.into_iter().collect();
    let (client, secret) = auth::new_client(&spec.name, &roles, call.api.now_ns())?;
    let client = Client { account, terminal: spec.terminal, ..client };
    let note = notes::by_caller(&call, "client.created", &client)?;
    call.api.store.put_client(client.clone(), note).await?;
    let address = format!("/api/v1/clients/{}", client.id);
    let reply = Reply::of(&shown(client, Some(secret)))?;
    Ok(reply.status(StatusCode::CREATED).header(header::LOCATION, address))
}

/// The account of a new client: within that of the one who makes it.
async fn account_for(
    call: &Call,
    account: Option<String>,
    terminal: Option<&str>,
) -> Result<Option<String>, Problem> {
    let caller = call.caller()?;
    let account = account.or_else(|| caller.client.account.clone());
    if let Some(account) = &account {
        let inside = match caller.scope() {
            Scope::All => call.api.store.entity("account", account).await?.is_some(),
            Scope::Account(scope) => call.api.store.contains_account(&scope, account).await?,
        };
        if !inside {
            let shown: String = account.chars().take(60).collect();
            return Err(Problem::not_found(format!("account {}", shown.escape_debug())).field("account"));
        }
    }
    if let Some(terminal) = terminal {
        let row = call.api.store.entity("terminal", terminal).await?;
        let inside = match (&row, &account) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(row), Some(account)) => match &row.account {
                Some(of) => call.api.store.contains_account(account, of).await?,
                None => false,
            },
        };
        if !inside {
            let shown: String = terminal.chars().take(60).collect();
            return Err(Problem::not_found(format!("terminal {}", shown.escape_debug())).field("terminal"));
        }
    }
    Ok(account)
}

async fn disable(call: Call) -> Result<Reply, Problem> {
    // of two who disable each other one must come second
    let _alone = call.api.changing_clients.lock().await;
    let client = find(&call).await?;
    has_all_roles_of(&call, &client, "disable one that has it")?;
    if approves_for_all(&client) && !others_approve(&call, &client).await? {
        let detail = "this is the last client that approves for the whole service; make another one first";
        return Err(Problem::new(StatusCode::CONFLICT, "last_approver", detail));
    }
    let client = Client { disabled: true, ..client };
    let note = notes::by_caller(&call, "client.disabled", &client)?;
    call.api.store.put_client(client.clone(), note).await?;
    Reply::of(&shown(client, None))
}

/// Whether it may take every decision of the service.
fn approves_for_all(client: &Client) -> bool {
    !client.disabled && client.account.is_none() && auth::roles_of(client).contains(&Role::Approver)
}

async fn others_approve(call: &Call, client: &Client) -> Result<bool, Problem> {
    let mut after = String::new();
    loop {
        let found = call.api.store.clients(&Scope::All, &after, page::MOST).await?;
        if found.iter().any(|other| other.id != client.id && approves_for_all(other)) {
            return Ok(true);
        }
        let Some(last) = found.into_iter().next_back() else { return Ok(false) };
        after = last.id;
    }
}

async fn rotate(call: Call) -> Result<Reply, Problem> {
    let _alone = call.api.changing_clients.lock().await;
    let client = find(&call).await?;
    has_all_roles_of(&call, &client, "take over one that has it")?;
    let secret = format!("skysec_{}", URL_SAFE_NO_PAD.encode(chance::<32>()?));
    let client = Client { secret_sha256: auth::hash(&secret), ..client };
    let note = notes::by_caller(&call, "client.secret_rotated", &client)?;
    call.api.store.put_client(client.clone(), note).await?;
    Reply::of(&shown(client, Some(secret)))
}

/// Nobody gets power over a client that may do more.
fn has_all_roles_of(call: &Call, client: &Client, what: &str) -> Result<(), Problem> {
    let caller = call.caller()?;
    let lacks = |role: &Role| *role != Role::Terminal && !caller.roles.contains(role);
    let Some(role) = auth::roles_of(client).into_iter().find(lacks) else { return Ok(()) };
    let detail = format!("this client lacks the role {} itself, and so cannot {what}", role.name());
    Err(Problem::forbidden(detail))
}

async fn find(call: &Call) -> Result<Client, Problem> {
    let id = call.param("id");
    let none = || {
        let shown: String = id.chars().take(60).collect();
        Problem::not_found(format!("client {}", shown.escape_debug()))
    };
    let client = call.api.store.client(id).await?.ok_or_else(none)?;
    let visible = match (call.caller()?.scope(), &client.account) {
        (Scope::All, _) => true,
        (Scope::Account(scope), Some(account)) => call.api.store.contains_account(&scope, account).await?,
        (Scope::Account(_), None) => false,
    };
    if visible { Ok(client) } else { Err(none()) }
}

fn shown(client: Client, client_secret: Option<String>) -> ClientAnswer {
    ClientAnswer {
        roles: auth::roles_of(&client),
        created_s: seconds(client.created_ns).0,
        id: client.id,
        name: client.name,
        account: client.account,
        terminal: client.terminal,
        disabled: client.disabled,
        client_secret,
    }
}
