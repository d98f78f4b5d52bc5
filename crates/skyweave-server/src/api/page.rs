//! Pages: where the next one begins, and which fields are wanted.

use super::call::unreadable;
use super::problem::Problem;
use super::shapes;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use skyweave_control::id::Kind;
use std::collections::BTreeSet;

/// Things on a page if nobody says.
pub const USUAL: i64 = 100;
/// Things on a page at most.
pub const MOST: i64 = 1_000;
/// Bytes after which a page ends, however few things are on it.
const BYTES: usize = 4 << 20;
/// Things that are read first, before it is known how large they are.
const FIRST: i64 = 16;
/// Things that are read at once, however small those before them are.
const MOST_AT_ONCE: usize = 500;
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

/// A page while it is read, in parts: it ends by things or by bytes.
pub struct Filling<R> {
    /// What is on it so far.
    pub rows: Vec<R>,
    /// Whether there is more behind it.
    pub more: bool,
    limit: i64,
    bytes: usize,
    at_once: i64,
}

impl<R> Filling<R> {
    /// An empty page for up to `limit` rows.
    #[must_use]
    pub const fn new(limit: i64) -> Self {
        Self { rows: Vec::new(), more: false, limit, bytes: 0, at_once: FIRST }
    }

    /// How many rows to read next, behind the last one. One more than is wanted tells whether there are more.
    #[must_use]
    pub fn wanted(&self) -> i64 {
        self.at_once.min(self.limit + 1 - self.rows.len() as i64)
    }

    /// Takes what was read. Whether to read on.
    pub fn add(&mut self, found: Vec<R>, length: impl Fn(&R) -> usize) -> bool {
        let all = (found.len() as i64) < self.wanted();
        for row in found {
            let length = length(&row);
            let is_full = self.rows.len() as i64 == self.limit;
            if is_full || (!self.rows.is_empty() && self.bytes + length > BYTES) {
                self.more = true;
                return false;
            }
            self.bytes += length;
            self.rows.push(row);
        }
        // as many as fit if they go on like this
        let mean = self.bytes / self.rows.len().max(1) + 1;
        self.at_once = ((BYTES - self.bytes.min(BYTES)) / mean + 1).min(MOST_AT_ONCE) as i64;
        !all
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
    /// From `id,state`, of a kind of thing.
    ///
    /// # Errors
    /// If a name is empty, or of no field of such a thing.
    pub fn of(text: Option<&str>, kind: Kind) -> Result<Self, Problem> {
        let Some(text) = text else { return Ok(Self(None)) };
        let names: BTreeSet<String> = text.split(',').map(|name| name.trim().to_owned()).collect();
        let wrong = |detail: String| Err(Problem::invalid("invalid_parameter", detail).field("fields"));
        if names.contains("") {
            return wrong("accepted as fields: names with commas between them, such as id,state".to_owned());
        }
        let known = shapes::fields_of(kind);
        if let Some(unknown) = names.iter().find(|name| !known.contains(*name)) {
            let unknown: String = unknown.chars().take(40).collect();
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            let (unknown, known) = (unknown.escape_debug(), known.join(", "));
            return wrong(format!("`{unknown}` is none of the fields; accepted: {known}"));
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
    fn a_page_ends_by_things_or_bytes() {
        let rows: Vec<(usize, usize)> =
            (0..3_000).map(|n| (n, if n < 2_000 { 10 } else { 1 << 20 })).collect();
        for (after, limit, expected, more) in [
            (0, 5, 5, true),
            (0, 1_000, 1_000, true),
            (0, 2_500, 2_003, true),
            (2_000, 100, 4, true),
            (2_997, 3, 3, false),
            (2_998, 100, 2, false),
            (3_000, 100, 0, false),
        ] {
            let mut page = Filling::new(limit);
            loop {
                let from = after + page.rows.len();
                let found = rows[from..].iter().take(page.wanted() as usize).copied().collect();
                if !page.add(found, |row| row.1) {
                    break;
                }
            }
            assert_eq!((page.rows.len(), page.more), (expected, more), "after {after}");
            assert!(page.rows.iter().map(|row| row.0).eq(after..after + expected));
        }
    }

    #[test]
    fn fields_are_picked() {
        let fields = Fields::of(Some("id,state"), Kind::Account).unwrap();
        assert_eq!(fields.of_doc("{\"id\":1,\"b\":2}".to_owned()).unwrap(), "{\"id\":1}");
        for (bad, part) in [("id,,name", "commas"), ("id,idd", "`idd` is none of the fields; accepted: ")] {
            let refused = Fields::of(Some(bad), Kind::Account).err().unwrap();
            assert!(refused.detail.contains(part), "{}", refused.detail);
        }
    }

    /// Whatever a thing may say can be asked for, also what only some of its states have.
    #[test]
    fn every_field_may_be_asked_for() {
        assert!(
            ["id", "state", "reason"].iter().all(|name| shapes::fields_of(Kind::ServiceLine).contains(*name))
        );
        for kind in Kind::ALL {
            assert!(shapes::fields_of(*kind).contains("version"), "{kind:?}");
        }
    }
}
