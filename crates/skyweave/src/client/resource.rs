//! What can be done to things of a kind: list, show, make, change, and every verb of the API by its name.

use super::connection::{Connection, Sending};
use super::{documents, fields, show};
use crate::args::Resource;
use miette::{Result, miette};
use serde_json::{Map, Value};
use skyweave_control::id::Kind;
use skyweave_server::api::collections::Collection;
use std::process::ExitCode;

/// Things that a list asks for at once.
const AT_ONCE: usize = 1_000;

/// Does it.
pub fn act(kind: Kind, options: &Resource) -> Result<ExitCode> {
    let collection = Collection::of(kind).ok_or_else(|| miette!("there is no such resource"))?;
    let base = format!("/api/v1/{}", collection.path);
    let sending = Sending {
        dry_run: options.dry_run,
        if_match: options.if_version.map(|version| format!("\"{version}\"")),
        idempotency_key: options.idempotency_key.clone(),
    };
    let create = if collection.create == "enter" { "register" } else { collection.create };
    match options.verb.as_str() {
        "list" => list(collection, &base, options),
        "show" => {
            let (id, _) = subject(options)?;
            let connection = Connection::open(&options.connect)?;
            let answer = connection.get(&format!("{base}/{}", in_address(id)), &[])?;
            show::thing(&answer.body, options.json);
            Ok(ExitCode::SUCCESS)
        }
        verb if verb == "create" || verb == collection.create || (verb == create && is_new(options)) => {
            let body = given(kind, &options.words, options)?;
            let connection = Connection::open(&options.connect)?;
            Ok(done(&connection.send("POST", &base, &Value::Object(body), &sending)?.body, options))
        }
        "update" if collection.update.is_some() => update(kind, &base, options, sending),
        "preview" if kind == Kind::Registry => {
            let (id, words) = subject(options)?;
            let body = Value::Object(preview(given(kind, &[], options)?, words)?);
            let connection = Connection::open(&options.connect)?;
            let path = format!("{base}/{}/preview", in_address(id));
            Ok(done(&connection.send("POST", &path, &body, &sending)?.body, options))
        }
        verb => {
            let known = collection.verbs.iter().find(|route| route.path == verb);
            let route = known.ok_or_else(|| unknown(collection, verb))?;
            let (id, words) = subject(options)?;
            let body = given(kind, words, options)?;
            let connection = Connection::open(&options.connect)?;
            let path = format!("{base}/{}/{}", in_address(id), route.path);
            Ok(done(&connection.send("POST", &path, &Value::Object(body), &sending)?.body, options))
        }
    }
}

/// Whether a terminal is registered that is not in the books yet: then no id comes first.
fn is_new(options: &Resource) -> bool {
    options.words.first().is_none_or(|word| word.contains('='))
}

/// The fields of a file, if one is given, with those of the command line over them.
fn given(kind: Kind, words: &[String], options: &Resource) -> Result<Map<String, Value>> {
    let file = options.from.as_deref().map(|file| documents::fields(kind, file)).transpose()?;
    Ok(documents::with_lists(fields::object(words, file.unwrap_or_default())?))
}

/// Which change is previewed: `change` and `keys` say it, and all other words filter the terminals.
fn preview(mut body: Map<String, Value>, words: &[String]) -> Result<Map<String, Value>> {
    let of_change = |word: &&String| word.starts_with("change=") || word.starts_with("keys=");
    let (change, terms): (Vec<&String>, Vec<&String>) = words.iter().partition(of_change);
    let change: Vec<String> = change.into_iter().cloned().collect();
    body = documents::with_lists(fields::object(&change, body)?);
    body.insert("terminals".to_owned(), terms.into_iter().cloned().collect());
    Ok(body)
}

fn filters(words: &[String]) -> Result<Vec<(String, String)>> {
    let pair = |word: &String| {
        let pair = word.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
        pair.ok_or_else(|| miette!(help = "accepted: key=value", "`{word}` has no ="))
    };
    words.iter().map(pair).collect()
}

fn list(collection: &Collection, base: &str, options: &Resource) -> Result<ExitCode> {
    let query = filters(&options.words)?;
    let connection = Connection::open(&options.connect)?;
    let mut found: Vec<Value> = Vec::new();
    let mut cursor: Option<String> = None;
    let wanted = options.limit.map_or(usize::MAX, |limit| limit as usize);
    // what is cut off is counted, where people read it
    let counted = options.limit.is_some() && !options.json && query.iter().all(|(name, _)| name != "count");
    let count = counted.then(|| ("count".to_owned(), "true".to_owned()));
    let mut total = None;
    loop {
        let mut page = query.clone();
        page.extend(count.clone().filter(|_| found.is_empty()));
        page.push(("limit".to_owned(), wanted.saturating_sub(found.len()).min(AT_ONCE).to_string()));
        page.extend(cursor.take().map(|cursor| ("cursor".to_owned(), cursor)));
        let answer = connection.get(base, &page)?.body;
        total = total.or(answer["total"].as_u64());
        found.extend(answer["results"].as_array().cloned().unwrap_or_default());
        cursor = answer["next"].as_str().map(ToOwned::to_owned);
        if cursor.is_none() || found.len() >= wanted {
            break;
        }
    }
    show::list(collection.kind, &found, total, options.json);
    Ok(ExitCode::SUCCESS)
}

/// Says something else about a thing: what is said now, with the given fields put over it. What others change meanwhile is not lost.
fn update(kind: Kind, base: &str, options: &Resource, sending: Sending) -> Result<ExitCode> {
    let (id, words) = subject(options)?;
    let given = given(kind, words, options)?;
    let connection = Connection::open(&options.connect)?;
    let path = format!("{base}/{}", in_address(id));
    let now = connection.get(&path, &[])?;
    let mut body: Map<String, Value> = now.body.as_object().cloned().unwrap_or_default();
    let asked = connection.get("/api/v1/openapi.json", &[])?.body;
    let known = known_fields(&asked, base);
    body.retain(|name, _| known.contains(name));
    merge(&mut body, given);
    let sending = Sending { if_match: sending.if_match.or(now.etag), ..sending };
    Ok(done(&connection.send("PUT", &path, &Value::Object(body), &sending)?.body, options))
}

/// The fields that an update takes, as the server's own document has them.
fn known_fields(document: &Value, base: &str) -> Vec<String> {
    let body = &document["paths"][format!("{base}/{{id}}")]["put"]["requestBody"];
    let properties = &body["content"]["application/json"]["schema"]["properties"];
    properties.as_object().map(|properties| properties.keys().cloned().collect()).unwrap_or_default()
}

fn merge(into: &mut Map<String, Value>, from: Map<String, Value>) {
    for (name, value) in from {
        match (into.get_mut(&name), value) {
            (Some(Value::Object(inner)), Value::Object(value)) => merge(inner, value),
            (_, value) => _ = into.insert(name, value),
        }
    }
}

fn done(body: &Value, options: &Resource) -> ExitCode {
    show::thing(body, options.json);
    ExitCode::SUCCESS
}

/// The id, and what follows it.
fn subject(options: &Resource) -> Result<(&str, &[String])> {
    match options.words.split_first() {
        Some((id, words)) if !id.contains('=') => Ok((id, words)),
        _ => Err(miette!(help = "accepted: VERB ID [KEY=VALUE]...", "`{}` needs an id first", options.verb)),
    }
}

/// Only what ids are made of, so that nothing else becomes part of the address.
fn in_address(id: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '-';
    id.chars().fold(String::new(), |mut address, letter| {
        if plain(letter) {
            address.push(letter);
        } else {
            for byte in letter.encode_utf8(&mut [0; 4]).bytes() {
                address.push_str(&format!("%{byte:02X}"));
            }
        }
        address
    })
}

fn unknown(collection: &Collection, verb: &str) -> miette::Report {
    let mut known = vec!["list", "show", "create"];
    known.extend((collection.kind == Kind::Registry).then_some("preview"));
    known.extend(collection.update.map(|_| "update"));
    known.extend(collection.verbs.iter().map(|route| route.path));
    miette!(help = format!("accepted: {}", known.join(", ")), "there is no `{verb}` for a {}", collection.one)
}
