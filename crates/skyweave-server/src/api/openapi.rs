//! The OpenAPI 3.1 document, made from the table of routes and the types of their bodies.

use super::auth::Role;
use super::call::{Call, Content, Reply, too_many_strangers};
use super::problem::Problem;
use super::routes::{self, Needs, Parameter, Route, Takes, role_names};
use super::shapes::{self, Shape};
use axum::body::{Body, Bytes};
use axum::http::{Method, StatusCode};
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};
use std::sync::LazyLock;

const DESCRIPTION: &str = "The service of Skyweave. Every change is an event; lists have cursors; what is sent twice with one Idempotency-Key \
     is done once; errors are problems as RFC 9457 has them, with a `code` for programs and a `detail` that says what was found and what would do.";

/// The routes of this module.
pub fn routes() -> Vec<Route> {
    let summary = "This document";
    vec![
        Route::new(Method::GET, "/api/v1/openapi.json", "openapi", summary, Shape::Document, show)
            .needs(Needs::Nothing),
    ]
}

async fn show(call: Call) -> Result<Reply, Problem> {
    static DOCUMENT: LazyLock<Bytes> = LazyLock::new(|| text().into());
    call.api.take_stranger().map_err(too_many_strangers)?;
    let content = Content::Stream("application/json", Body::from(DOCUMENT.clone()));
    Ok(Reply { content, ..Reply::nothing().status(StatusCode::OK) })
}

/// The document as text, the same each time.
#[must_use]
pub fn text() -> String {
    let mut text = serde_json::to_string_pretty(&document(&routes::all())).unwrap_or_default();
    text.push('\n');
    text
}

/// The document of these routes.
#[must_use]
pub fn document(routes: &[Route]) -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    });
    let mut generator = settings.into_generator();
    let problem = shapes::of::<Problem>(&mut generator);
    let mut paths = Map::new();
    for route in routes {
        let operation = operation(route, &mut generator);
        let path = paths.entry(route.path.clone()).or_insert_with(|| json!({}));
        path[route.method.as_str().to_lowercase()] = operation;
    }
    let roles: Map<String, Value> = Role::ALL
        .iter()
        .map(|role| (role.name().to_owned(), json!(format!("The role {}.", role.name()))))
        .collect();
    let mut document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Skyweave",
            "version": env!("CARGO_PKG_VERSION"),
            "description": DESCRIPTION,
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "paths": paths,
        "components": {
            "schemas": generator.take_definitions(true),
            "responses": { "Problem": {
                "description": "A problem (RFC 9457).",
                "content": { "application/problem+json": { "schema": problem } },
            } },
            "securitySchemes": { "client": {
                "type": "oauth2",
                "flows": { "clientCredentials": { "tokenUrl": "/api/auth/connect/token", "scopes": roles } },
            } },
        },
    });
    repetition_is_harmless(&mut document);
    document
}

/// What is said twice in a set is in it once, and not refused.
fn repetition_is_harmless(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            object.remove("uniqueItems");
            object.values_mut().for_each(repetition_is_harmless);
        }
        Value::Array(values) => values.iter_mut().for_each(repetition_is_harmless),
        _ => {}
    }
}

fn operation(route: &Route, generator: &mut SchemaGenerator) -> Value {
    let (status, shape) = &route.gives;
    let mut answer = json!({ "description": "Done." });
    let mut schema = shape.schema(generator);
    if route.takes_parameter("fields") {
        // only the fields that were asked for may be there
        let whole = if schema["properties"]["results"].is_object() {
            &mut schema["properties"]["results"]["items"]
        } else {
            &mut schema
        };
        let part = json!({ "type": "object", "description": "What `fields` asked for." });
        *whole = json!({ "anyOf": [whole.take(), part] });
    }
    if !schema.is_null() {
        answer["content"] = json!({ shape.media_type(): { "schema": schema } });
    }
    let mut answers = Map::from_iter([(status.to_string(), answer.clone())]);
    if route.parameters.contains(&routes::DRY_RUN) && *status != 200 {
        answers.insert(
            "200".to_owned(),
            json!({ "description": "What would be.", "content": answer["content"] }),
        );
    }
    if route.method == Method::GET && matches!(shape, Shape::Entity(_)) {
        answers.insert(
            "304".to_owned(),
            json!({ "description": "It is still the one that If-None-Match names." }),
        );
    }
    if *shape == Shape::Token {
        let refusal = shapes::of::<super::auth::TokenRefusal>(generator);
        for status in ["400", "401", "429", "503"] {
            let content = json!({ "application/json": { "schema": refusal } });
            answers.insert(
                status.to_owned(),
                json!({ "description": "An error (RFC 6749).", "content": content }),
            );
        }
    }
    for status in ["4XX", "5XX"] {
        answers.insert(status.to_owned(), json!({ "$ref": "#/components/responses/Problem" }));
    }
    let mut operation = json!({
        "operationId": route.name,
        "tags": [route.tag],
        "summary": route.summary,
        "parameters": parameters(route),
        "responses": answers,
        "security": match route.needs {
            Needs::Nothing => json!([]),
            Needs::AnyOf(_) => role_names(route.needs).iter().map(|role| json!({ "client": [role] })).collect(),
        },
    });
    if let Some(body) = body(route, generator) {
        operation["requestBody"] = body;
    }
    operation
}

fn body(route: &Route, generator: &mut SchemaGenerator) -> Option<Value> {
    let (media, schema) = match &route.takes {
        Takes::Nothing => return None,
        Takes::Json(shape) => ("application/json", shape.schema(generator)),
        Takes::Form => ("application/x-www-form-urlencoded", shapes::token_request(generator)),
        Takes::File => ("text/csv", json!({ "type": "string" })),
    };
    let name = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next());
    let whole = name.and_then(|name| generator.definitions().get(name)).unwrap_or(&schema);
    let needed = whole["required"].as_array().is_some_and(|required| !required.is_empty());
    Some(
        json!({ "required": needed || matches!(route.takes, Takes::File | Takes::Form), "content": { media: { "schema": schema } } }),
    )
}

fn parameters(route: &Route) -> Vec<Value> {
    let mut found = Vec::new();
    for part in route.path.split('/') {
        if let Some(name) = part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
            found.push(
                json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }),
            );
        }
    }
    for parameter in &route.parameters {
        found.push(query(parameter, parameter.name, parameter.text));
        if parameter.negatable {
            found.push(query(
                parameter,
                &format!("{}!", parameter.name),
                &format!("Not: {}", parameter.text),
            ));
        }
    }
    if route.repeatable {
        found.push(json!({
            "name": "Idempotency-Key",
            "in": "header",
            "description": "A request that comes again with the same key within a day gets the same answer, and nothing is done twice.",
            "schema": { "type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$" },
        }));
    }
    if route.conditional {
        found.push(json!({
            "name": "If-Match",
            "in": "header",
            "description": "The ETag of the version that must still be; `*` for any.",
            "schema": { "type": "string", "pattern": "^(\"[0-9]{1,18}\"|\\*)$" },
        }));
    }
    found
}

fn query(parameter: &Parameter, name: &str, text: &str) -> Value {
    let schema = match (parameter.range, parameter.is_switch) {
        (Some((least, most)), _) => json!({ "type": "integer", "minimum": least, "maximum": most }),
        (None, true) => json!({ "type": "boolean" }),
        (None, false) => json!({ "type": "string" }),
    };
    json!({ "name": name, "in": "query", "description": text, "schema": schema })
}
