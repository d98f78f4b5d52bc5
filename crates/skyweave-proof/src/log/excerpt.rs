//! Some entries of a log, each with its proof, under one checkpoint. What a bundle is handed out with.

use super::merkle::{self, Hash, Unproven};
use super::proof::{MOST_HASHES, hash};
use super::reader::{Files, Reader, Unreadable};
use crate::json::{Fields, Malformed, Value, text_item, to_base64};

/// Some entries of a log. Nothing in it is verified yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    /// The signed and cosigned checkpoint.
    pub checkpoint: String,
    /// Entries in the order of the log.
    pub entries: Vec<Logged>,
}

/// An entry and that it is in a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logged {
    /// Which entry, from 0.
    pub index: u64,
    /// From the entry's sibling upwards.
    pub path: Vec<Hash>,
    /// The entry.
    pub entry: Vec<u8>,
}

impl Excerpt {
    /// Takes entries from a log's files, under a checkpoint of the reader's size.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn of<F: Files + ?Sized>(
        reader: &Reader<'_, F>,
        checkpoint: String,
        indices: &[u64],
    ) -> Result<Self, Unreadable> {
        let logged = |index: &u64| {
            let path = reader.prove_inclusion(*index, reader.size())?;
            Ok(Logged { index: *index, path, entry: reader.entry(*index)? })
        };
        Ok(Self { checkpoint, entries: indices.iter().map(logged).collect::<Result<_, _>>()? })
    }

    /// Verifies that every entry is in the log of this size and root.
    ///
    /// # Errors
    /// The first entry that is not, and why.
    pub fn verify(&self, size: u64, root: &Hash) -> Result<(), (u64, Unproven)> {
        let verify = |one: &Logged| {
            let leaf = merkle::leaf(&one.entry);
            merkle::verify_inclusion(&leaf, one.index, &one.path, size, root).map_err(|e| (one.index, e))
        };
        self.entries.iter().try_for_each(verify)
    }

    /// Its fields.
    #[must_use]
    pub fn write(&self) -> Value {
        let logged = |one: &Logged| {
            Value::object([
                ("entry", Some(Value::text(to_base64(&one.entry)))),
                ("index", Some(Value::Number(one.index))),
                ("path", Some(Value::list(&one.path, |hash| Value::text(to_base64(hash))))),
            ])
        };
        Value::object([
            ("checkpoint", Some(Value::text(&self.checkpoint))),
            ("entries", Some(Value::list(&self.entries, logged))),
        ])
    }

    /// Of its fields.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(fields: &mut Fields) -> Result<Self, Malformed> {
        let checkpoint = fields.text("checkpoint")?;
        let entries = fields.list("entries", |value, place| {
            let mut fields = Fields::of(value, place)?;
            let path = fields.list("path", |value, place| {
                let text = text_item(value, place.clone())?;
                hash(&text).ok_or_else(|| Malformed::new(place, "base64 of 32 bytes is needed"))
            })?;
            if path.len() > MOST_HASHES {
                return Err(fields.wrong("path", "more hashes than any tree has levels"));
            }
            let logged = Logged { index: fields.number("index")?, path, entry: fields.base64("entry")? };
            fields.end()?;
            Ok(logged)
        })?;
        if !entries.is_sorted_by(|a, b| a.index < b.index) {
            return Err(fields.wrong("entries", "they are not in the order of the log, each once"));
        }
        Ok(Self { checkpoint, entries })
    }
}
