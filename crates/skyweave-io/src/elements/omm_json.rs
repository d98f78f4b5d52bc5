//! OMM as JSON: an array of flat objects, or one such object.
//!
//! A small reader of its own, since it must know where each value stands, and must take a number's digits as they are.

use super::fault::{Fault, Gathered, quoted};
use super::omm::{Field, Record};
use std::borrow::Cow;
use std::ops::Range;

/// Reads each object. Text that is no JSON ends the reading: what follows has no known structure.
pub(super) fn gather(text: &str, gathered: &mut Gathered) {
    let mut scan = Scan { text, at: 0 };
    if let Err(fault) = objects(&mut scan, gathered) {
        gathered.take(Err(fault));
    }
}

fn objects(scan: &mut Scan<'_>, gathered: &mut Gathered) -> Result<(), Fault> {
    if scan.peek() == Some('{') {
        object(scan, 1, gathered)?;
        return scan.end();
    }
    scan.expect('[', "an array of objects")?;
    if !scan.skip(']') {
        for number in 1.. {
            object(scan, number, gathered)?;
            if !scan.skip(',') {
                break;
            }
        }
        scan.expect(']', "`,` and one more object, or `]`")?;
    }
    scan.end()
}

fn object(scan: &mut Scan<'_>, number: usize, gathered: &mut Gathered) -> Result<(), Fault> {
    let record = fields(scan).map_err(|fault| fault.in_record(number))?;
    gathered.take(record.elements().map_err(|fault| fault.in_record(number)));
    Ok(())
}

fn fields<'t>(scan: &mut Scan<'t>) -> Result<Record<'t>, Fault> {
    scan.peek();
    let span = scan.at..scan.at + 1;
    scan.expect('{', "an object")?;
    let mut fields = Vec::new();
    if !scan.skip('}') {
        loop {
            let (key, _) = scan.string("the name of a field in quotes")?;
            scan.expect(':', "`:` after the name of a field")?;
            let (value, span) = scan.value()?;
            fields.push(Field { key, value, span, unit: None });
            if !scan.skip(',') {
                break;
            }
        }
        scan.expect('}', "`,` and one more field, or `}`")?;
    }
    Ok(Record { fields, span })
}

struct Scan<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Scan<'t> {
    /// The next character that is no white space.
    fn peek(&mut self) -> Option<char> {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
        self.text[self.at..].chars().next()
    }

    fn skip(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        self.at += if found { wanted.len_utf8() } else { 0 };
        found
    }

    fn expect(&mut self, wanted: char, accepted: &str) -> Result<(), Fault> {
        if self.skip(wanted) { Ok(()) } else { Err(self.unexpected(accepted)) }
    }

    fn end(&mut self) -> Result<(), Fault> {
        if self.peek().is_none() { Ok(()) } else { Err(self.unexpected("the end of the text")) }
    }

    fn unexpected(&mut self, accepted: &str) -> Fault {
        match self.peek() {
            Some(c) => Fault::new(
                self.at..self.at + c.len_utf8(),
                format!("the JSON has {} here", quoted(c.encode_utf8(&mut [0; 4]))),
                accepted,
            ),
            None => Fault::new(self.at..self.at, "the JSON ends here", accepted),
        }
    }

    /// A string, and where its content stands.
    fn string(&mut self, accepted: &str) -> Result<(Cow<'t, str>, Range<usize>), Fault> {
        self.expect('"', accepted)?;
        let start = self.at;
        let mut escaped = false;
        let Some(length) = self.text[start..].bytes().position(|byte| {
            let closes = byte == b'"' && !escaped;
            escaped = byte == b'\\' && !escaped;
            closes
        }) else {
            return Err(Fault::new(start - 1..start, "the string is not closed", "a string in quotes"));
        };
        self.at = start + length + 1;
        let span = start..start + length;
        match serde_json::from_str(&self.text[start - 1..self.at]) {
            Ok(content) => Ok((Cow::Owned(content), span)),
            Err(_) => Err(Fault::value(
                span.clone(),
                "the string",
                &self.text[span],
                "characters from U+0020 and the escapes of JSON",
            )),
        }
    }

    /// A string, a number as it is written, or none for `null`.
    fn value(&mut self) -> Result<(Option<Cow<'t, str>>, Range<usize>), Fault> {
        const ACCEPTED: &str = "a string, a number or null";
        match self.peek() {
            Some('"') => self.string(ACCEPTED).map(|(text, span)| (Some(text), span)),
            Some(c) if c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.') => {
                let rest = &self.text[self.at..];
                let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.' | '_');
                let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
                let span = self.at..self.at + length;
                self.at = span.end;
                let word = &self.text[span.clone()];
                Ok(((word != "null").then_some(Cow::Borrowed(word)), span))
            }
            _ => Err(self.unexpected(ACCEPTED)),
        }
    }
}
