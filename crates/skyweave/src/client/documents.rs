//! Files that people have, as the fields that the API takes: policies in Cedar, the definition of a territory, keys of terminals one a line.

use miette::{IntoDiagnostic, Result, WrapErr};
use serde_json::{Map, Value, json};
use skyweave_control::decide::sha256_of;
use skyweave_control::id::Kind;
use std::path::Path;

/// Fields that are lists: their values may be written with commas between them.
const LISTS: [&str; 2] = ["keys", "members"];

/// The fields that a file stands for. A JSON object of fields is just that.
pub fn fields(kind: Kind, file: &Path) -> Result<Map<String, Value>> {
    let text =
        std::fs::read_to_string(file).into_diagnostic().wrap_err_with(|| file.display().to_string())?;
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    if kind == Kind::Restriction && file.extension().is_some_and(|extension| extension == "cedar") {
        return Ok(Map::from_iter([("name".to_owned(), json!(name)), ("text".to_owned(), json!(text))]));
    }
    if kind == Kind::Registry && !text.trim_start().starts_with('{') {
        let keys = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        return Ok(Map::from_iter([("keys".to_owned(), keys.collect())]));
    }
    let object: Map<String, Value> = serde_json::from_str(&text)
        .into_diagnostic()
        .wrap_err_with(|| format!("{}: accepted: {}", file.display(), accepted(kind)))?;
    if kind == Kind::Territory && object.contains_key("pieces") {
        let from_s = object.get("from_s").cloned().unwrap_or_else(|| json!(0));
        let name = object.get("name").cloned().unwrap_or_default();
        let mut fields = Map::from_iter([
            ("name".to_owned(), name),
            ("definition".to_owned(), json!(text)),
            ("definition_sha256".to_owned(), json!(sha256_of(&text))),
            ("valid_from_s".to_owned(), from_s),
        ]);
        // what the document says counts, also over what was said of the territory before
        for (inside, beside) in
            [("until_s", "valid_until_s"), ("disputed", "disputed"), ("front_line", "front_line")]
        {
            fields.extend(object.get(inside).map(|value| (beside.to_owned(), value.clone())));
        }
        return Ok(fields);
    }
    Ok(object)
}

const fn accepted(kind: Kind) -> &'static str {
    match kind {
        Kind::Restriction => "a file of policies whose name ends in .cedar, or a JSON object of fields",
        Kind::Territory => "the definition of a territory (docs/territories.md), or a JSON object of fields",
        Kind::Registry => "keys of terminals, one a line, or a JSON object of fields",
        _ => "a JSON object of fields",
    }
}

/// Texts in the place of lists become lists.
pub fn with_lists(mut fields: Map<String, Value>) -> Map<String, Value> {
    for name in LISTS {
        if let Some(Value::String(text)) = fields.get(name) {
            let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
            let list: Value = parts.collect();
            fields.insert(name.to_owned(), list);
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn of(kind: Kind, name: &str, text: &str) -> Value {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(name);
        fs::write(&file, text).unwrap();
        fields(kind, &file).map_or_else(|error| json!(error.to_string()), Value::Object)
    }

    #[test]
    fn files_that_people_have() {
        let policies = of(Kind::Restriction, "on.cedar", "permit(principal, action, resource);");
        assert_eq!(policies, json!({ "name": "on.cedar", "text": "permit(principal, action, resource);" }));
        let definition = r#"{"name":"area","from_s":7,"pieces":[]}"#;
        let territory = of(Kind::Territory, "area.json", definition);
        let hash = sha256_of(definition);
        let expected =
            json!({ "name": "area", "definition": definition, "definition_sha256": hash, "valid_from_s": 7 });
        assert_eq!(territory, expected);
        let definition = r#"{"name":"area","until_s":9,"disputed":true,"pieces":[]}"#;
        let territory = of(Kind::Territory, "area.json", definition);
        let said = [&territory["valid_until_s"], &territory["disputed"], &territory["front_line"]];
        assert_eq!(said, [&json!(9), &json!(true), &Value::Null]);
        let keys = of(Kind::Registry, "keys.txt", "# ours\nUT-1\n\n UT-2 \n");
        assert_eq!(keys, json!({ "keys": ["UT-1", "UT-2"] }));
        let plain = of(Kind::Plan, "plan.json", r#"{"name":"p"}"#);
        assert_eq!(plain, json!({ "name": "p" }));
        assert!(
            of(Kind::Territory, "area.json", "[]")
                .as_str()
                .unwrap()
                .contains("the definition of a territory")
        );
    }

    #[test]
    fn lists_may_be_written_with_commas() {
        let fields = json!({ "keys": "UT-1, UT-2", "name": "a,b", "members": ["x"] });
        let Value::Object(fields) = fields else { panic!("no object") };
        let expected = json!({ "keys": ["UT-1", "UT-2"], "name": "a,b", "members": ["x"] });
        assert_eq!(Value::Object(with_lists(fields)), expected);
    }
}
