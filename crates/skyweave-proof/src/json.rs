//! JSON in one form, so that a document has one sequence of bytes: that of RFC 8785 for what is used here.
//!
//! Objects with their names in order, no blanks, whole numbers only, texts escaped where they must be and nowhere else. Reading accepts
//! that form alone: what is read and written again has the same bytes.

mod parse;

pub use parse::{MOST_BYTES, parse};

use crate::log::merkle::Hash;
use crate::{UtcTime, hex, unhex};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// The largest whole number that every reader of JSON takes as it is: 2^53 - 1.
pub const MOST: u64 = (1 << 53) - 1;

/// A value. There is no null: what is not there is left out. There are no fractions and nothing negative.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// True or false.
    Bool(bool),
    /// A whole number, at most [`MOST`].
    Number(u64),
    /// A text.
    Text(String),
    /// Values in order.
    List(Vec<Value>),
    /// Values by name.
    Object(BTreeMap<String, Value>),
}

/// Why bytes are not the document they should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {what}")]
pub struct Malformed {
    /// Where: a byte, or a field.
    pub place: String,
    /// What was found and what would be accepted.
    pub what: String,
}

impl Malformed {
    /// At a place.
    pub fn new(place: impl Into<String>, what: impl Into<String>) -> Self {
        Self { place: place.into(), what: what.into() }
    }
}

impl Value {
    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A hash, as hexadecimal digits.
    #[must_use]
    pub fn hash(hash: &Hash) -> Self {
        Self::Text(hex(hash))
    }

    /// A number of seconds.
    #[must_use]
    pub fn time(time: UtcTime) -> Self {
        Self::Number(time.0.min(MOST))
    }

    /// A list.
    pub fn list<T>(items: impl IntoIterator<Item = T>, write: impl Fn(T) -> Self) -> Self {
        Self::List(items.into_iter().map(write).collect())
    }

    /// An object of these fields; those without a value are left out.
    #[must_use]
    pub fn object<const N: usize>(fields: [(&str, Option<Self>); N]) -> Self {
        let there = fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
        Self::Object(there.collect())
    }

    /// Its one form.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut text = String::new();
        self.write(&mut text);
        text.into_bytes()
    }

    fn write(&self, to: &mut String) {
        match self {
            Self::Bool(true) => to.push_str("true"),
            Self::Bool(false) => to.push_str("false"),
            Self::Number(number) => to.push_str(&number.to_string()),
            Self::Text(text) => quote(text, to),
            Self::List(items) => {
                to.push('[');
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        to.push(',');
                    }
                    item.write(to);
                }
                to.push(']');
            }
            Self::Object(fields) => {
                to.push('{');
                for (at, (name, value)) in fields.iter().enumerate() {
                    if at > 0 {
                        to.push(',');
                    }
                    quote(name, to);
                    to.push(':');
                    value.write(to);
                }
                to.push('}');
            }
        }
    }
}

/// RFC 8785, section 3.2.2.2.
fn quote(text: &str, to: &mut String) {
    to.push('"');
    for letter in text.chars() {
        match letter {
            '"' => to.push_str("\\\""),
            '\\' => to.push_str("\\\\"),
            '\u{8}' => to.push_str("\\b"),
            '\u{c}' => to.push_str("\\f"),
            '\n' => to.push_str("\\n"),
            '\r' => to.push_str("\\r"),
            '\t' => to.push_str("\\t"),
            control if control < ' ' => to.push_str(&format!("\\u{:04x}", u32::from(control))),
            other => to.push(other),
        }
    }
    to.push('"');
}

/// The fields of an object, taken out one after another; what nobody took is an error, since it could mean something to another reader.
#[derive(Debug)]
pub struct Fields {
    place: String,
    fields: BTreeMap<String, Value>,
}

impl Fields {
    /// The fields of a value that is an object.
    ///
    /// # Errors
    /// It is none.
    pub fn of(value: Value, place: impl Into<String>) -> Result<Self, Malformed> {
        let place = place.into();
        match value {
            Value::Object(fields) => Ok(Self { place, fields }),
            _ => Err(Malformed::new(place, "an object is needed")),
        }
    }

    /// An error at a field.
    pub fn wrong(&self, name: &str, what: impl Into<String>) -> Malformed {
        Malformed::new(format!("{}.{name}", self.place), what)
    }

    /// A field that may be missing.
    pub fn optional(&mut self, name: &str) -> Option<Value> {
        match self.fields.entry(name.to_owned()) {
            Entry::Occupied(there) => Some(there.remove()),
            Entry::Vacant(_) => None,
        }
    }

    /// Whether a field is there and not taken yet.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.fields.contains_key(name)
    }

    /// A field.
    ///
    /// # Errors
    /// It is missing.
    pub fn value(&mut self, name: &str) -> Result<Value, Malformed> {
        self.optional(name).ok_or_else(|| self.wrong(name, "is missing"))
    }

    /// A text.
    ///
    /// # Errors
    /// It is missing, or is none.
    pub fn text(&mut self, name: &str) -> Result<String, Malformed> {
        match self.value(name)? {
            Value::Text(text) => Ok(text),
            _ => Err(self.wrong(name, "a text is needed")),
        }
    }

    /// A number.
    ///
    /// # Errors
    /// It is missing, or is none.
    pub fn number(&mut self, name: &str) -> Result<u64, Malformed> {
        match self.value(name)? {
            Value::Number(number) => Ok(number),
            _ => Err(self.wrong(name, "a whole number is needed")),
        }
    }

    /// A time, s since 1970-01-01 UTC.
    ///
    /// # Errors
    /// It is missing, or is none.
    pub fn time(&mut self, name: &str) -> Result<UtcTime, Malformed> {
        self.number(name).map(UtcTime)
    }

    /// A hash.
    ///
    /// # Errors
    /// It is missing, or is none.
    pub fn hash(&mut self, name: &str) -> Result<Hash, Malformed> {
        let text = self.text(name)?;
        let bytes = unhex(&text).and_then(|bytes| bytes.try_into().ok());
        bytes.ok_or_else(|| self.wrong(name, "64 hexadecimal digits are needed"))
    }

    /// Bytes as base64.
    ///
    /// # Errors
    /// It is missing, or is none.
    pub fn base64(&mut self, name: &str) -> Result<Vec<u8>, Malformed> {
        let text = self.text(name)?;
        from_base64(&text).ok_or_else(|| self.wrong(name, "base64 is needed"))
    }

    /// A list, each of whose items is read.
    ///
    /// # Errors
    /// It is missing, or is none, or an item is wrong.
    pub fn list<T>(
        &mut self,
        name: &str,
        mut read: impl FnMut(Value, String) -> Result<T, Malformed>,
    ) -> Result<Vec<T>, Malformed> {
        let Value::List(items) = self.value(name)? else {
            return Err(self.wrong(name, "a list is needed"));
        };
        let place = format!("{}.{name}", self.place);
        items.into_iter().enumerate().map(|(at, item)| read(item, format!("{place}[{at}]"))).collect()
    }

    /// The fields of a field.
    ///
    /// # Errors
    /// It is missing, or is no object.
    pub fn fields(&mut self, name: &str) -> Result<Self, Malformed> {
        let value = self.value(name)?;
        Self::of(value, format!("{}.{name}", self.place))
    }

    /// One of the words that a field may have.
    ///
    /// # Errors
    /// It is missing, or another.
    pub fn word<T: Copy>(&mut self, name: &str, words: &[(&str, T)]) -> Result<T, Malformed> {
        let text = self.text(name)?;
        let found = words.iter().find(|(word, _)| *word == text);
        found.map(|(_, value)| *value).ok_or_else(|| {
            let accepted: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            self.wrong(name, format!("`{text}`; accepted: {}", accepted.join(", ")))
        })
    }

    /// Nothing may be left.
    ///
    /// # Errors
    /// A field that nobody asked for.
    pub fn end(self) -> Result<(), Malformed> {
        match self.fields.keys().next() {
            None => Ok(()),
            Some(name) => Err(self.wrong(name, "is not known")),
        }
    }
}

/// The word of a value, for writing what [`Fields::word`] reads.
#[must_use]
pub fn word_of<T: PartialEq>(words: &[(&'static str, T)], value: &T) -> &'static str {
    words.iter().find(|(_, one)| one == value).map_or("", |(word, _)| word)
}

/// A text item of a list.
///
/// # Errors
/// It is none.
pub fn text_item(value: Value, place: String) -> Result<String, Malformed> {
    match value {
        Value::Text(text) => Ok(text),
        _ => Err(Malformed::new(place, "a text is needed")),
    }
}

/// A hash item of a list.
///
/// # Errors
/// It is none.
pub fn hash_item(value: Value, place: String) -> Result<Hash, Malformed> {
    let text = text_item(value, place.clone())?;
    let bytes = unhex(&text).and_then(|bytes| bytes.try_into().ok());
    bytes.ok_or_else(|| Malformed::new(place, "64 hexadecimal digits are needed"))
}

/// Base64 of bytes.
#[must_use]
pub fn to_base64(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// Bytes of base64 in its one form.
#[must_use]
pub fn from_base64(text: &str) -> Option<Vec<u8>> {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.decode(text).ok()
}

#[cfg(test)]
mod tests;
