//! The handlers of all resources that are kinds of things: list, show, create, update, and one for all verbs.

use super::call::{Call, Reply, unreadable, unwritable};
use super::checks::{self, carry_out_lawfully};
use super::collections::{Collection, Seen};
use super::filter;
use super::page::{self, Cursor, Fields, Filling};
use super::problem::Problem;
use crate::service::{CarriedOut, Request, Work};
use crate::store::{Answer, Column, Condition, EntityRow, ListQuery, Scope};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use skyweave_control::command::Command;
use skyweave_control::entity::AnyEntity;
use skyweave_control::id::{EntityId, Kind};

/// Accounts whose organizations a client may see.
const MOST_ACCOUNTS: i64 = 10_000;

/// `GET /api/v1/things`
pub async fn list(collection: &'static Collection, call: Call) -> Result<Reply, Problem> {
    let limit = call.number("limit", page::USUAL, 1..=page::MOST)?;
    let fields = Fields::of(call.parameter("fields"), collection.kind)?;
    let mut query = visible(collection, &call).await?;
    query.conditions.extend(filter::conditions(collection.kind, &call)?);
    let asked = page::fingerprint(collection.path, &call.query);
    query.after = call.parameter("cursor").map(|text| Cursor::read(text, &asked)).transpose()?;
    let total = match call.parameter("count") {
        Some("true") => Some(call.api.store.count(&query).await?),
        _ => None,
    };
    let mut filling = Filling::new(limit);
    loop {
        query.limit = filling.wanted();
        if !filling.add(call.api.store.list(&query).await?, |row| row.doc.len()) {
            break;
        }
        query.after = filling.rows.last().map(|row| row.id.clone());
    }
    let Filling { rows, more, .. } = filling;
    let next = rows.last().filter(|_| more).map(|last| Cursor::write(&last.id, &asked));
    let docs = rows.into_iter().map(|row| fields.of_doc(row.doc)).collect::<Result<Vec<String>, _>>()?;
    Ok(Reply::json(page::body(&docs, next.as_deref(), total)))
}

/// `GET /api/v1/things/{id}`
pub async fn show(collection: &'static Collection, call: Call) -> Result<Reply, Problem> {
    let fields = Fields::of(call.parameter("fields"), collection.kind)?;
    let row = find(collection, &call).await?;
    let tag = etag(row.version as u64);
    let known = call.headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    if known.is_some_and(|known| known.split(',').any(|one| matches(one, &tag))) {
        return Ok(Reply::nothing().status(StatusCode::NOT_MODIFIED).header(header::ETAG, tag));
    }
    Ok(Reply::json(fields.of_doc(row.doc)?).header(header::ETAG, tag))
}

/// `POST /api/v1/things`
pub async fn create(collection: &'static Collection, call: Call) -> Result<Reply, Problem> {
    let mut body = call.object()?;
    let id = match body.remove("id") {
        Some(id) => id,
        None => json!(new_id(&call, collection.kind)?),
    };
    complete(collection, &call, &mut body)?;
    let command = with_verb(collection.create, None, wrapped(body, collection.create_field));
    let request = request(&call, collection.kind, &id, &command, None).await?;
    one(call, collection, request, StatusCode::CREATED).await
}

/// `PUT /api/v1/things/{id}`
pub async fn update(collection: &'static Collection, call: Call) -> Result<Reply, Problem> {
    let Some((verb, field)) = collection.update else { return Err(Problem::not_found("such a verb")) };
    let mut body = call.object()?;
    complete(collection, &call, &mut body)?;
    let expected = if_match(&call.headers)?;
    let command = with_verb(verb, None, wrapped(body, field));
    let request = request(&call, collection.kind, &json!(call.param("id")), &command, expected).await?;
    one(call, collection, request, StatusCode::OK).await
}

/// `POST /api/v1/things/{id}/verb`
pub async fn act(
    collection: &'static Collection,
    verb: &'static str,
    by: Option<&'static str>,
    call: Call,
) -> Result<Reply, Problem> {
    let body = call.object()?;
    let expected = if_match(&call.headers)?;
    let command = with_verb(verb, by, body);
    let request = request(&call, collection.kind, &json!(call.param("id")), &command, expected).await?;
    one(call, collection, request, StatusCode::OK).await
}

/// A command from its parts.
///
/// # Errors
/// If the parts are not those of the verb, or the caller may not give it.
pub async fn request(
    call: &Call,
    kind: Kind,
    id: &Value,
    command: &Value,
    expected_version: Option<u64>,
) -> Result<Request, Problem> {
    if let Some(text) = id.as_str()
        && text.parse::<EntityId>().is_ok_and(|id| id.kind != kind)
    {
        return Err(Problem::not_found(format!("{} {text}", kind.name().replace('_', " "))));
    }
    let command = json!({ "kind": kind.name(), "id": id, "do": command });
    let command: Command = serde_json::from_value(command).map_err(|error| unreadable(&error))?;
    super::preview::may_cut_off(call, &command)?;
    checks::text_of(call, &command).await?;
    Ok(Request { command, expected_version })
}

async fn one(
    call: Call,
    collection: &'static Collection,
    request: Request,
    status: StatusCode,
) -> Result<Reply, Problem> {
    let caller = call.caller()?;
    let reply = |done: &AnyEntity| {
        let address = format!("/api/v1/{}/{}", collection.path, done.id());
        let mut headers = vec![(header::ETAG, etag(done.version()))];
        if status == StatusCode::CREATED {
            headers.push((header::LOCATION, address));
        }
        (headers, serde_json::to_string(done))
    };
    let keep = call.repeat.clone().map(|repeat| {
        let client = caller.client.id.clone();
        move |out: &CarriedOut| {
            let (headers, body) =
                out.done.first().map_or_else(|| (Vec::new(), Ok(String::new())), |done| reply(&done.subject));
            Answer {
                client: client.clone(),
                key: repeat.key.clone(),
                request_sha256: repeat.request_sha256.clone(),
                status: i64::from(status.as_u16()),
                headers: headers_json(&headers),
                body: body.unwrap_or_default(),
            }
        }
    });
    let work = Work {
        actor: &caller.actor()?,
        requests: &[request],
        now_ns: call.api.now_ns(),
        rules: &call.api.rules,
        law_since: None,
        dry_run: call.dry_run,
        answer: keep.as_ref().map(|keep| keep as &(dyn Fn(&CarriedOut) -> Answer + Send + Sync)),
    };
    let out = carry_out_lawfully(&call, work).await?;
    let done = out.done.first().ok_or_else(|| Problem::not_found("such a thing"))?;
    let (headers, body) = reply(&done.subject);
    let body = body.map_err(|error| unwritable(&error))?;
    let status = if call.dry_run { StatusCode::OK } else { status };
    Ok(Reply { status, headers, ..Reply::json(body) })
}

/// Headers as they are kept with an answer.
pub fn headers_json(headers: &[(HeaderName, String)]) -> String {
    let pairs: Vec<(&str, &str)> =
        headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    serde_json::to_string(&pairs).unwrap_or_default()
}

fn with_verb(verb: &str, by: Option<&str>, mut body: Map<String, Value>) -> Value {
    // what the address says must not be said otherwise by the body: a field of the same name is one too many
    if body.contains_key("verb") || (by.is_some() && body.contains_key("by")) {
        body.insert("verb in the address and the body".to_owned(), Value::Null);
    }
    body.insert("verb".to_owned(), json!(verb));
    if let Some(by) = by {
        body.insert("by".to_owned(), json!(by));
    }
    Value::Object(body)
}

fn wrapped(body: Map<String, Value>, field: Option<&str>) -> Map<String, Value> {
    match field {
        Some(field) => Map::from_iter([(field.to_owned(), Value::Object(body))]),
        None => body,
    }
}

/// Fills in what the client may leave to the server.
fn complete(collection: &Collection, call: &Call, body: &mut Map<String, Value>) -> Result<(), Problem> {
    match collection.kind {
        Kind::Appeal if !body.contains_key("permit") => {
            body.insert("permit".to_owned(), json!(new_id(call, Kind::Permit)?));
        }
        Kind::Territory => complete_territory(body),
        _ => {}
    }
    Ok(())
}

/// What a definition says that may also be said beside it.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Inside {
    from_s: Option<i64>,
    until_s: Option<i64>,
    disputed: bool,
    front_line: bool,
}

/// Where nothing is said beside the definition, what stands in it counts.
fn complete_territory(body: &mut Map<String, Value>) {
    let Some(Value::String(text)) = body.get("definition") else { return };
    let hash = skyweave_control::decide::sha256_of(text);
    // what cannot be read is refused later, with the reason
    let inside: Inside = serde_json::from_str(text).unwrap_or_default();
    let mut fill = |field: &str, value: Value| _ = body.entry(field).or_insert(value);
    fill("definition_sha256", json!(hash));
    fill("valid_from_s", json!(inside.from_s.unwrap_or(0)));
    fill("valid_until_s", json!(inside.until_s));
    fill("disputed", json!(inside.disputed));
    fill("front_line", json!(inside.front_line));
}

/// A new id of a kind.
///
/// # Errors
/// If the operating system has no chance to give.
pub fn new_id(call: &Call, kind: Kind) -> Result<EntityId, Problem> {
    Ok(EntityId { kind, ulid: crate::clock::ulid(call.api.now_ns())? })
}

/// Which things of a kind the caller may see.
async fn visible(collection: &Collection, call: &Call) -> Result<ListQuery, Problem> {
    let scope = call.caller()?.scope();
    let all =
        |scope| ListQuery { kind: collection.kind.name(), scope, after: None, limit: 0, conditions: vec![] };
    let Scope::Account(_) = &scope else { return Ok(all(Scope::All)) };
    match collection.seen {
        Seen::ByAccount => Ok(all(scope)),
        Seen::ByAll => Ok(all(Scope::All)),
        Seen::ByNobody => {
            let what = format!("{} are for those who run the service", collection.path);
            Err(Problem::forbidden(what))
        }
        Seen::ByItsAccounts => {
            let accounts = ListQuery { kind: "account", limit: MOST_ACCOUNTS, ..all(scope) };
            let accounts = call.api.store.list(&accounts).await?;
            let organizations = accounts.into_iter().filter_map(|account| account.organization);
            let theirs = Condition::Is(Column::Id, organizations.collect());
            Ok(ListQuery { conditions: vec![theirs], ..all(Scope::All) })
        }
    }
}

/// The thing that the address names, if the caller may see it.
///
/// # Errors
/// If there is none, or the caller may not.
pub async fn find(collection: &Collection, call: &Call) -> Result<EntityRow, Problem> {
    let id = call.param("id");
    let mut query = visible(collection, call).await?;
    query.conditions.push(Condition::Is(Column::Id, vec![id.to_owned()]));
    query.limit = 1;
    let found = call.api.store.list(&query).await?.pop();
    let shown: String = id.chars().take(60).collect();
    found.ok_or_else(|| Problem::not_found(format!("{} {}", collection.one, shown.escape_debug())))
}

/// The tag of a version.
#[must_use]
pub fn etag(version: u64) -> String {
    format!("\"{version}\"")
}

fn matches(one: &str, tag: &str) -> bool {
    let one = one.trim();
    one == "*" || one.trim_start_matches("W/") == tag
}

/// The version that `If-Match` asks for; none for `*` or without it.
fn if_match(headers: &HeaderMap) -> Result<Option<u64>, Problem> {
    let Some(given) = headers.get(header::IF_MATCH) else { return Ok(None) };
    let given = given.to_str().unwrap_or_default().trim();
    if given == "*" {
        return Ok(None);
    }
    let version =
        given.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).and_then(|text| text.parse().ok());
    version.map(Some).ok_or_else(|| {
        let shown: String = given.chars().take(40).collect();
        let detail = format!(
            "`{}` is no tag; accepted as If-Match: the ETag of an answer, such as \"3\", or *",
            shown.escape_debug()
        );
        Problem::invalid("invalid_if_match", detail)
    })
}
