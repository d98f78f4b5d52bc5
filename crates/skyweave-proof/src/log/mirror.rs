//! Who vouches for what it has stored and serves, and for nothing else (C2SP tlog-mirror).
//!
//! A mirror is told of a checkpoint as a witness is, then stores the entries up to it, and cosigns it only when the root over what it
//! stored is the root that the log signed. Entries come by whatever way (tlog-mirror allows it): a mirror of ours fetches the log's files;
//! the `add-entries` request with its subtree proofs is not spoken.

use super::merkle::{self, Frontier};
use super::note::{Signatory, Verifier};
use super::witness::{Response, Seen, check};
use crate::UtcTime;
use std::collections::BTreeMap;

/// A mirror of one log: whom it knows, and its key.
pub struct Mirror {
    logs: BTreeMap<String, Vec<Verifier>>,
    key: Signatory,
}

/// What a mirror has of a log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Copy {
    /// The newest checkpoint that the log signed.
    pending: Option<Pending>,
    /// Entries under the last checkpoint that the mirror cosigned.
    committed: Frontier,
    /// The same with those that were stored since.
    stored: Frontier,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Pending {
    seen: Seen,
    text: String,
    log_lines: String,
}

/// Why a mirror does not store or does not cosign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotMirrored {
    /// There is no checkpoint that has these entries.
    #[error("entry {index} is beyond the newest checkpoint, of {size} entries")]
    Beyond {
        /// Which entry.
        index: u64,
        /// Entries of the checkpoint.
        size: u64,
    },
    /// Entries are missing.
    #[error("{stored} of {size} entries are stored: a mirror cosigns only what it has")]
    Missing {
        /// Entries stored.
        stored: u64,
        /// Entries of the checkpoint.
        size: u64,
    },
    /// What was stored since the last cosignature is not the log that was signed: delete it.
    #[error("the entries from {from} on are not those of the log that was signed")]
    Others {
        /// The first that may be wrong.
        from: u64,
    },
}

impl Mirror {
    /// A mirror of a log.
    #[must_use]
    pub fn new(origin: &str, log: Vec<Verifier>, key: Signatory) -> Self {
        Self { logs: BTreeMap::from([(origin.to_owned(), log)]), key }
    }

    /// What its cosignatures are verified with.
    #[must_use]
    pub const fn verifier(&self) -> &Verifier {
        self.key.verifier()
    }

    /// Takes a checkpoint as a witness would, without cosigning it.
    ///
    /// # Errors
    /// What to answer.
    pub fn add_checkpoint(&self, copy: &mut Copy, body: &[u8], now: UtcTime) -> Result<Response, Response> {
        let latest = copy.pending.as_ref().map(|pending| pending.seen);
        let continued = check(body, &self.logs, |_| latest)?;
        let time = now.max(latest.map_or(UtcTime(1), |seen| seen.time));
        let seen = Seen { size: continued.checkpoint.size, root: continued.checkpoint.root, time };
        copy.pending =
            Some(Pending { seen, text: continued.text.to_owned(), log_lines: continued.log_lines });
        Ok(Response { status: 200, content_type: "text/plain; charset=utf-8", body: String::new() })
    }

    /// Cosigns the newest checkpoint if all its entries are stored: the checkpoint to serve, signatures included.
    ///
    /// # Errors
    /// Entries are missing, or are not those that the log signed; then what was stored since the last cosignature is forgotten.
    pub fn cosign(&self, copy: &mut Copy, now: UtcTime) -> Result<String, NotMirrored> {
        let stored = copy.stored.size();
        let Some(pending) = &copy.pending else { return Err(NotMirrored::Missing { stored, size: 0 }) };
        let size = pending.seen.size;
        if stored < size {
            return Err(NotMirrored::Missing { stored, size });
        }
        if copy.stored.root() != pending.seen.root {
            copy.stored = copy.committed.clone();
            return Err(NotMirrored::Others { from: copy.committed.size() });
        }
        copy.committed = copy.stored.clone();
        let line = self.key.line(&pending.text, now.max(pending.seen.time));
        Ok(format!("{}\n{}{line}", pending.text, pending.log_lines))
    }
}

impl Copy {
    /// The next entry that is needed.
    #[must_use]
    pub const fn next(&self) -> u64 {
        self.stored.size()
    }

    /// How many entries the newest checkpoint has.
    #[must_use]
    pub fn wanted(&self) -> u64 {
        self.pending.as_ref().map_or(0, |pending| pending.seen.size)
    }

    /// Says that the next entry is stored durably.
    ///
    /// # Errors
    /// No checkpoint has it.
    pub fn store(&mut self, entry: &[u8]) -> Result<(), NotMirrored> {
        let (index, size) = (self.next(), self.wanted());
        if index >= size {
            return Err(NotMirrored::Beyond { index, size });
        }
        self.stored.push(merkle::leaf(entry));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::checkpoint::Checkpoint;
    use crate::log::merkle::Hash;
    use crate::log::note::{Kind, Note};
    use crate::log::witness::Request;

    fn log() -> Signatory {
        Signatory::new("log.example", Kind::Ed25519, &[1; 32]).unwrap()
    }

    fn request(old: u64, entries: &[&str]) -> String {
        let leaves: Vec<Hash> = entries.iter().map(|entry| merkle::leaf(entry.as_bytes())).collect();
        let (size, root) = (leaves.len() as u64, merkle::root_of(&leaves));
        let text = Checkpoint { origin: "log.example".to_owned(), size, root, extensions: vec![] }.to_text();
        let note = format!("{text}\n{}", log().line(&text, UtcTime(0)));
        Request { old, proof: merkle::prove_consistency(&leaves, old as usize), note: &note }.to_text()
    }

    #[test]
    fn only_what_is_stored_is_cosigned() {
        let key = Signatory::new("mirror.example", Kind::Cosignature, &[2; 32]).unwrap();
        let mirror = Mirror::new("log.example", vec![log().verifier().clone()], key);
        let mut copy = Copy::default();
        assert_eq!(copy.store(b"a"), Err(NotMirrored::Beyond { index: 0, size: 0 }));
        mirror.add_checkpoint(&mut copy, request(0, &["a", "b", "c"]).as_bytes(), UtcTime(10)).unwrap();
        assert_eq!(mirror.cosign(&mut copy, UtcTime(11)), Err(NotMirrored::Missing { stored: 0, size: 3 }));
        copy.store(b"a").unwrap();
        copy.store(b"b").unwrap();
        assert_eq!(mirror.cosign(&mut copy, UtcTime(11)), Err(NotMirrored::Missing { stored: 2, size: 3 }));
        copy.store(b"x").unwrap();
        assert_eq!(copy.store(b"d"), Err(NotMirrored::Beyond { index: 3, size: 3 }));
        assert_eq!(mirror.cosign(&mut copy, UtcTime(11)), Err(NotMirrored::Others { from: 0 }));
        for entry in ["a", "b", "c"] {
            copy.store(entry.as_bytes()).unwrap();
        }
        let note = mirror.cosign(&mut copy, UtcTime(12)).unwrap();
        let known = [mirror.verifier().clone(), log().verifier().clone()];
        let signed = Note::parse(note.as_bytes()).unwrap().verify(&known).unwrap();
        assert_eq!(signed.iter().map(|one| one.time).collect::<Vec<_>>(), [None, Some(UtcTime(12))]);

        // it keeps to the log it has seen, as a witness does
        let refused =
            mirror.add_checkpoint(&mut copy, request(3, &["a", "b", "z", "d"]).as_bytes(), UtcTime(13));
        assert_eq!(refused.unwrap_err().status, 422);
        mirror.add_checkpoint(&mut copy, request(3, &["a", "b", "c", "d"]).as_bytes(), UtcTime(13)).unwrap();
        assert_eq!((copy.next(), copy.wanted()), (3, 4));
        copy.store(b"D").unwrap();
        assert_eq!(mirror.cosign(&mut copy, UtcTime(14)), Err(NotMirrored::Others { from: 3 }));
        assert_eq!(copy.next(), 3);
    }
}
