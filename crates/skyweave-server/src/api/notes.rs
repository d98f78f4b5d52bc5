//! Events of clients and webhooks: who let whom in, and who has events sent where. They are no entities and nothing is folded from them, but they are
//! in the one list of events; what is secret is not.

use super::call::Call;
use super::problem::Problem;
use crate::store::{Client, Note, Webhook};
use serde_json::{Value, json};

/// Kinds of events that are of no entity. Only operators see them, as only they see clients and webhooks.
pub const KINDS: [&str; 3] = ["client", "order", "webhook"];

/// What happened to a client.
#[must_use]
pub fn of_client(name: &'static str, client: &Client, actor: &str, time_ns: i64) -> Note {
    let mut data = json!({ "name": client.name, "roles": client.roles.split(' ').collect::<Vec<_>>() });
    for (field, value) in [("account", &client.account), ("terminal", &client.terminal)] {
        if let Some(value) = value {
            data[field] = json!(value);
        }
    }
    note(("client", &client.id, client.account.clone()), (name, actor, time_ns), &data)
}

/// What the caller did to a client.
///
/// # Errors
/// If nobody asks.
pub fn by_caller(call: &Call, name: &'static str, client: &Client) -> Result<Note, Problem> {
    Ok(of_client(name, client, &call.caller()?.client.id, call.api.now_ns()))
}

/// What the caller did to a webhook. Of its address only the host is told: the rest may be what proves to it who sends.
///
/// # Errors
/// If nobody asks.
pub fn of_webhook(call: &Call, name: &'static str, webhook: &Webhook) -> Result<Note, Problem> {
    let host = webhook.url.parse::<axum::http::Uri>().ok().and_then(|url| url.host().map(ToOwned::to_owned));
    let mut data = json!({ "host": host, "state": webhook.state, "delivered": webhook.delivered });
    if !webhook.kinds.is_empty() {
        data["kinds"] = json!(webhook.kinds.split(' ').collect::<Vec<_>>());
    }
    let what = ("webhook", webhook.id.as_str(), webhook.account.clone());
    Ok(note(what, (name, &call.caller()?.client.id, call.api.now_ns()), &data))
}

fn note(
    (kind, id, account): (&'static str, &str, Option<String>),
    (name, actor, time_ns): (&'static str, &str, i64),
    data: &Value,
) -> Note {
    let payload = json!({ "type": name, "data": data }).to_string();
    Note { kind, id: id.to_owned(), name, time_ns, actor: actor.to_owned(), account, payload }
}
