//! Pages: where the next one begins, and which fields are wanted.

use super::call::unreadable;
use super::problem::Problem;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

/// Things on a page if nobody says.
pub const USUAL: i64 = 100;
/// Things on a page at most.
pub const MOST: i64 = 1_000;
/// Characters of the fingerprint of a question in a cursor.
const FINGERPRINT: usize = 12;

/// Where a page begins: after an id. It holds only for the question that it was given to, and no secret.
pub struct Cursor;

impl Cursor {
    /// The cursor after an id.
    #[must_use]
    pub fn write(after: &str, asked: &str) -> String {
        URL_SAFE_NO_PAD.encode(format!("1 {asked} {after}"))
    }

    /// The id that a cursor stands after.
    ///
    /// # Errors
    /// If it is none, or of another question.
    pub fn read(text: &str, asked: &str) -> Result<String, Problem> {
        let decoded = URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let decoded = decoded.unwrap_or_default();
        let mut parts = decoded.splitn(3, ' ');
        let (version, of, after) = (parts.next(), parts.next(), parts.next());
        match (version, of, after) {
            (Some("1"), Some(of), Some(after)) if of == asked && !after.contains('\0') => {
                Ok(after.to_owned())
            }
            (Some("1"), Some(_), Some(_)) => {
                let detail = "the cursor is of another question; accepted: the `next` of a page with the same parameters";
                Err(Problem::invalid("invalid_cursor", detail).field("cursor"))
            }
            _ => {
                let detail = "that is no cursor; accepted: the `next` of the page before";
                Err(Problem::invalid("invalid_cursor", detail).field("cursor"))
            }
        }
    }
}

/// What tells questions apart: their address and their parameters, but for those of the page itself.
#[must_use]
pub fn fingerprint(path: &str, query: &[(String, String)]) -> String {
    let mut asked: Vec<&(String, String)> = query
        .iter()
        .filter(|(name, _)| !matches!(name.as_str(), "cursor" | "limit" | "fields" | "count"))
        .collect();
    asked.sort();
    let mut hash = Sha256::new();
    hash.update(path);
    for (name, value) in asked {
        hash.update([0]);
        hash.update(name);
        hash.update([1]);
        hash.update(value);
    }
    URL_SAFE_NO_PAD.encode(hash.finalize()).chars().take(FINGERPRINT).collect()
}

/// The body of a page.
#[must_use]
pub fn body(docs: &[String], next: Option<&str>, total: Option<i64>) -> String {
    let mut text = format!("{{\"results\":[{}]", docs.join(","));
    if let Some(next) = next {
        text.push_str(&format!(",\"next\":\"{next}\""));
    }
    if let Some(total) = total {
        text.push_str(&format!(",\"total\":{total}"));
    }
    text.push('}');
    text
}

/// The fields that are wanted; all if nobody says.
pub struct Fields(Option<BTreeSet<String>>);

impl Fields {
    /// From `id,state`.
    ///
    /// # Errors
    /// If a name is empty.
    pub fn of(text: Option<&str>) -> Result<Self, Problem> {
        let Some(text) = text else { return Ok(Self(None)) };
        let names: BTreeSet<String> = text.split(',').map(|name| name.trim().to_owned()).collect();
        if names.contains("") {
            let detail = "accepted as fields: names with commas between them, such as id,state";
            return Err(Problem::invalid("invalid_parameter", detail).field("fields"));
        }
        Ok(Self(Some(names)))
    }

    /// What is wanted of a thing.
    ///
    /// # Errors
    /// If the thing is no JSON object.
    pub fn of_doc(&self, doc: String) -> Result<String, Problem> {
        let Some(names) = &self.0 else { return Ok(doc) };
        let mut object: Map<String, Value> =
            serde_json::from_str(&doc).map_err(|error| unreadable(&error))?;
        object.retain(|name, _| names.contains(name));
        Ok(Value::Object(object).to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_of_one_question() {
        let query =
            |text: &str| vec![("state".to_owned(), text.to_owned()), ("limit".to_owned(), "3".to_owned())];
        let (one, other) = (fingerprint("plans", &query("a")), fingerprint("plans", &query("b")));
        assert_ne!(one, other);
        assert_ne!(one, fingerprint("accounts", &query("a")));
        assert_eq!(one, fingerprint("plans", &query("a")[..1]));
        let cursor = Cursor::write("plan_1", &one);
        assert_eq!(Cursor::read(&cursor, &one).unwrap(), "plan_1");
        assert!(Cursor::read(&cursor, &other).unwrap_err().detail.contains("another question"));
        for bad in ["", "x", "!!", "AAAA", "MSAx"] {
            assert!(Cursor::read(bad, &one).unwrap_err().detail.contains("no cursor"), "{bad}");
        }
    }

    #[test]
    fn fields_are_picked() {
        let fields = Fields::of(Some("id,state")).unwrap();
        assert_eq!(fields.of_doc("{\"id\":1,\"b\":2}".to_owned()).unwrap(), "{\"id\":1}");
        assert!(Fields::of(Some("id,,x")).is_err());
    }
}
