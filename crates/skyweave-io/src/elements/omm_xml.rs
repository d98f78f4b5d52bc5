//! OMM as XML: every `omm` element is a record, every element in it that holds text alone is a field.

use super::fault::{Fault, Gathered};
use super::omm::{Field, Record};
use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};
use std::borrow::Cow;
use std::ops::Range;

/// Reads each `omm`. Text that is no XML ends the reading: what follows has no known structure.
pub(super) fn gather(text: &str, gathered: &mut Gathered) {
    let mut walk = Walk::default();
    if let Err(fault) = walk.through(text, gathered) {
        gathered.take(Err(match walk.record {
            Some(_) => fault.in_record(walk.records),
            None => fault,
        }));
    }
}

#[derive(Default)]
struct Walk<'t> {
    records: usize,
    record: Option<Record<'t>>,
    /// The element that was opened last, while only text followed.
    leaf: Option<Leaf>,
}

struct Leaf {
    key: String,
    unit: Option<String>,
    content: String,
    start: usize,
}

impl Walk<'_> {
    fn through(&mut self, text: &str, gathered: &mut Gathered) -> Result<(), Fault> {
        let mut reader = Reader::from_str(text);
        reader.config_mut().enable_all_checks(true);
        let mut open = 0_usize;
        loop {
            let before = position(text, reader.buffer_position());
            let event = reader.read_event().map_err(|error| {
                let at = position(text, reader.error_position());
                Fault::new(tag_at(text, at), format!("the XML is broken: {error}"), "well-formed XML")
            })?;
            let after = position(text, reader.buffer_position());
            match event {
                Event::Start(tag) => {
                    open += 1;
                    self.open(&tag, before..after)?;
                }
                Event::Empty(tag) => {
                    self.open(&tag, before..after)?;
                    self.close(tag.local_name().as_ref(), after, gathered);
                }
                Event::End(tag) => {
                    open = open.saturating_sub(1);
                    self.close(tag.local_name().as_ref(), before, gathered);
                }
                Event::Text(part) => self.content(&part.xml10_content()),
                Event::CData(part) => self.content(&part.xml10_content()),
                Event::GeneralRef(reference) => self.content(&resolved(&reference, before..after)?),
                Event::DocType(_) => {
                    return Err(Fault::new(before..after, "the XML has a DOCTYPE", "XML without one"));
                }
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
                Event::Eof if open > 0 => {
                    let accepted = "closing tags for all elements that were opened";
                    return Err(Fault::new(text.len()..text.len(), "the XML ends here", accepted));
                }
                Event::Eof => return Ok(()),
            }
        }
    }

    fn open(&mut self, tag: &BytesStart<'_>, span: Range<usize>) -> Result<(), Fault> {
        let name = tag.local_name();
        if name.as_ref() == "omm" {
            if self.record.is_some() {
                return Err(Fault::new(span, "the XML has an omm within an omm", "one after the other"));
            }
            self.records += 1;
            self.record = Some(Record { fields: Vec::new(), span });
            self.leaf = None;
            return Ok(());
        }
        self.leaf = Some(Leaf {
            key: name.as_ref().to_owned(),
            unit: unit(tag, &span)?,
            content: String::new(),
            start: span.end,
        });
        Ok(())
    }

    fn content(&mut self, part: &str) {
        if let Some(leaf) = &mut self.leaf {
            leaf.content.push_str(part);
        }
    }

    fn close(&mut self, name: &str, end: usize, gathered: &mut Gathered) {
        if name == "omm" {
            if let Some(record) = self.record.take() {
                gathered.take(record.elements().map_err(|fault| fault.in_record(self.records)));
            }
        } else if let (Some(record), Some(leaf)) = (&mut self.record, self.leaf.take()) {
            record.fields.push(Field {
                key: Cow::Owned(leaf.key),
                value: Some(Cow::Owned(leaf.content)),
                span: leaf.start..end.max(leaf.start),
                unit: leaf.unit,
            });
        }
        self.leaf = None;
    }
}

/// What the attribute `units` says.
fn unit(tag: &BytesStart<'_>, span: &Range<usize>) -> Result<Option<String>, Fault> {
    let broken = || Fault::new(span.clone(), "the attributes of the tag are broken", "well-formed XML");
    for attribute in tag.attributes() {
        let attribute = attribute.map_err(|_| broken())?;
        if attribute.key.as_ref() == "units" {
            return Ok(Some(attribute.value.into_owned()));
        }
    }
    Ok(None)
}

fn resolved(reference: &BytesRef<'_>, span: Range<usize>) -> Result<String, Fault> {
    let predefined = match reference.as_ref() {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "apos" => Some('\''),
        "quot" => Some('"'),
        _ => reference.resolve_char_ref().ok().flatten(),
    };
    predefined.map(String::from).ok_or_else(|| {
        Fault::value(
            span,
            "the reference",
            reference,
            "&amp; &lt; &gt; &apos; &quot; or the number of a character",
        )
    })
}

/// A reader's position as a place between two characters of the text.
fn position(text: &str, at: u64) -> usize {
    text.floor_char_boundary(usize::try_from(at).unwrap_or(usize::MAX))
}

/// The tag that begins at a place, or the place itself.
fn tag_at(text: &str, at: usize) -> Range<usize> {
    let length = if text[at..].starts_with('<') { text[at..].find('>').map_or(0, |end| end + 1) } else { 0 };
    at..at + length
}
