//! The OpenAPI document is made from the code, and the committed one is the same.

use skyweave_server::api::openapi;
use std::path::Path;

#[test]
fn the_committed_document_is_that_of_the_code() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    let made = openapi::text();
    if std::env::var_os("SKYWEAVE_WRITE_DOCS").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == made,
        "docs/openapi.json is out of date; SKYWEAVE_WRITE_DOCS=1 cargo test -p skyweave-server --test api writes it anew"
    );
}

#[test]
fn every_body_has_a_schema_and_every_reference_leads_somewhere() {
    let document: serde_json::Value = serde_json::from_str(&openapi::text()).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    let mut references = Vec::new();
    collect(&document, &mut references);
    assert!(references.len() > 100);
    for reference in references {
        let pointer = reference.trim_start_matches('#');
        assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let body = &operation["requestBody"]["content"]["application/json"]["schema"];
            let empty = body.is_object()
                && body.get("$ref").is_none()
                && body.get("properties").is_none()
                && body.get("type").is_none();
            assert!(!empty, "{method} {path} has a body without a shape");
        }
    }
}

fn collect(value: &serde_json::Value, into: &mut Vec<String>) {
    match value {
        serde_json::Value::Object(object) => {
            into.extend(object.get("$ref").and_then(|reference| reference.as_str()).map(ToOwned::to_owned));
            object.values().for_each(|value| collect(value, into));
        }
        serde_json::Value::Array(values) => values.iter().for_each(|value| collect(value, into)),
        _ => {}
    }
}
