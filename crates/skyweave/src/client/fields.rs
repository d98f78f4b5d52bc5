//! Fields from the command line: `name=Kyiv address.territory=odesa roaming='{"days":30}'`.

use miette::{Result, miette};
use serde_json::{Map, Value};

/// An object from `key=value` words, over what there is already. A dot in a key leads into an inner object. A value that is JSON (a
/// number, true, false, null, or in brackets, braces or quotes) is that; everything else is a text.
pub fn object(words: &[String], mut object: Map<String, Value>) -> Result<Map<String, Value>> {
    for word in words {
        let Some((key, value)) = word.split_once('=') else {
            return Err(miette!(help = "accepted: key=value", "`{word}` has no ="));
        };
        put(&mut object, key, value_of(value)).ok_or_else(|| {
            miette!(
                help = "accepted: names with dots between them, such as address.territory=odesa",
                "`{key}` is no key"
            )
        })?;
    }
    Ok(object)
}

fn put(object: &mut Map<String, Value>, key: &str, value: Value) -> Option<()> {
    match key.split_once('.') {
        _ if key.is_empty() => None,
        None => {
            object.insert(key.to_owned(), value);
            Some(())
        }
        Some((outer, inner)) if !outer.is_empty() => {
            let within = object.entry(outer).or_insert_with(|| Value::Object(Map::new()));
            put(within.as_object_mut()?, inner, value)
        }
        Some(_) => None,
    }
}

fn value_of(text: &str) -> Value {
    let first = text.chars().next().unwrap_or_default();
    let may_be_json =
        matches!(first, '{' | '[' | '"' | '-' | '0'..='9') || matches!(text, "true" | "false" | "null");
    let read = serde_json::from_str(text).ok().filter(|_| may_be_json);
    read.unwrap_or_else(|| Value::String(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(words: &[&str]) -> Result<Value> {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        object(&words, Map::new()).map(Value::Object)
    }

    #[test]
    fn words_become_an_object() {
        let found = of(&[
            "name=Line 1",
            "a.b=2",
            "a.c=[\"land\"]",
            "key=UT-1",
            "text=\"7\"",
            "x=",
            "on=true",
            "eq=a=b",
        ]);
        let expected = json!({
            "name": "Line 1", "a": { "b": 2, "c": ["land"] }, "key": "UT-1", "text": "7", "x": "", "on": true, "eq": "a=b",
        });
        assert_eq!(found.unwrap(), expected);
        assert_eq!(of(&["v=1.2.3"]).unwrap(), json!({ "v": "1.2.3" }));
    }

    #[test]
    fn what_is_no_field() {
        for bad in ["name", "=x", ".a=1", "a.=1"] {
            assert!(of(&[bad]).is_err(), "{bad}");
        }
        assert!(of(&["a=1", "a.b=2"]).is_err());
    }
}
