//! Reading JSON in its one form.

use super::{MOST, Malformed, Value};
use std::collections::BTreeMap;

/// No document is longer, in bytes.
pub const MOST_BYTES: usize = 32 << 20;
const MOST_DEPTH: usize = 24;

/// Reads a value that is in its one form.
///
/// # Errors
/// Where it is not.
pub fn parse(bytes: &[u8]) -> Result<Value, Malformed> {
    if bytes.len() > MOST_BYTES {
        return Err(Malformed::new("document", format!("it is longer than {MOST_BYTES} bytes")));
    }
    let text = str::from_utf8(bytes).map_err(|e| at(e.valid_up_to(), "it is not UTF-8"))?;
    let mut reader = Reader { text, at: 0 };
    let value = reader.value(0)?;
    if reader.at == text.len() { Ok(value) } else { Err(reader.wrong("something after the end")) }
}

fn at(byte: usize, what: &str) -> Malformed {
    Malformed::new(format!("byte {byte}"), what)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn wrong(&self, what: &str) -> Malformed {
        at(self.at, what)
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn takes(&mut self, word: &str) -> bool {
        let found = self.rest().starts_with(word);
        if found {
            self.at += word.len();
        }
        found
    }

    fn value(&mut self, depth: usize) -> Result<Value, Malformed> {
        if depth > MOST_DEPTH {
            return Err(self.wrong("nested too deep"));
        }
        match self.peek() {
            Some(b'"') => self.text().map(Value::Text),
            Some(b'0'..=b'9') => self.number(),
            Some(b'[') => self.list(depth),
            Some(b'{') => self.object(depth),
            _ if self.takes("true") => Ok(Value::Bool(true)),
            _ if self.takes("false") => Ok(Value::Bool(false)),
            _ => {
                Err(self.wrong("a value is needed: an object, a list, a text, a whole number, true or false"))
            }
        }
    }

    fn number(&mut self) -> Result<Value, Malformed> {
        let digits = self.rest().bytes().take_while(u8::is_ascii_digit).count();
        let text = self.rest().get(..digits).unwrap_or("");
        if digits > 1 && text.starts_with('0') {
            return Err(self.wrong("a number begins with 0"));
        }
        let number: u64 = text.parse().map_err(|_| self.wrong("a number is too large"))?;
        if number > MOST {
            return Err(self.wrong("a number is too large"));
        }
        self.at += digits;
        Ok(Value::Number(number))
    }

    fn text(&mut self) -> Result<String, Malformed> {
        self.at += 1;
        let mut text = String::new();
        loop {
            let plain = self.rest().bytes().take_while(|&c| c != b'"' && c != b'\\' && c >= b' ').count();
            text.push_str(self.rest().get(..plain).unwrap_or(""));
            self.at += plain;
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(text);
                }
                Some(b'\\') => text.push(self.escape()?),
                Some(_) => return Err(self.wrong("a control character within a text")),
                None => return Err(self.wrong("a text without an end")),
            }
        }
    }

    /// Only what must be escaped, and only in its short form.
    fn escape(&mut self) -> Result<char, Malformed> {
        const SHORT: [(&str, char); 7] = [
            ("\\\"", '"'),
            ("\\\\", '\\'),
            ("\\b", '\u{8}'),
            ("\\f", '\u{c}'),
            ("\\n", '\n'),
            ("\\r", '\r'),
            ("\\t", '\t'),
        ];
        if let Some((_, letter)) = SHORT.iter().find(|(word, _)| self.takes(word)) {
            return Ok(*letter);
        }
        let control = (0..0x20_u8).map(char::from).filter(|c| SHORT.iter().all(|(_, short)| short != c));
        for letter in control {
            if self.takes(&format!("\\u{:04x}", u32::from(letter))) {
                return Ok(letter);
            }
        }
        Err(self.wrong("an escape that is not in its one form"))
    }

    fn list(&mut self, depth: usize) -> Result<Value, Malformed> {
        self.at += 1;
        let mut items = Vec::new();
        if self.takes("]") {
            return Ok(Value::List(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            if self.takes("]") {
                return Ok(Value::List(items));
            }
            if !self.takes(",") {
                return Err(self.wrong("`,` or `]` is needed"));
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<Value, Malformed> {
        self.at += 1;
        let mut fields: BTreeMap<String, Value> = BTreeMap::new();
        if self.takes("}") {
            return Ok(Value::Object(fields));
        }
        loop {
            if self.peek() != Some(b'"') {
                return Err(self.wrong("the name of a field is needed"));
            }
            let name = self.text()?;
            // one order for every reader: by bytes and by UTF-16 it is the same only for ASCII
            if !name.is_ascii() || fields.last_key_value().is_some_and(|(last, _)| *last >= name) {
                return Err(self.wrong("the names of fields are ASCII, in order, each once"));
            }
            if !self.takes(":") {
                return Err(self.wrong("`:` is needed"));
            }
            let value = self.value(depth + 1)?;
            fields.insert(name, value);
            if self.takes("}") {
                return Ok(Value::Object(fields));
            }
            if !self.takes(",") {
                return Err(self.wrong("`,` or `}` is needed"));
            }
        }
    }
}
