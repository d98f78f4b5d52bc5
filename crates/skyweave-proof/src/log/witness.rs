//! Who vouches that a log only grew (C2SP tlog-witness, `add-checkpoint`).
//!
//! A state machine without state of its own: what was cosigned last is handed in, and what is cosigned next is handed out as a comparison
//! and swap. The caller makes it, durably, *before* it answers; if another request was quicker, it answers [`Response::conflict`]. Two
//! requests that race can so never roll a log back.

use super::checkpoint::Checkpoint;
use super::decimal;
use super::merkle::{self, Hash};
use super::note::{Note, Signatory, Verifier};
use super::proof::hash;
use crate::{UtcTime, hex};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// No request has more lines of proof.
const MOST_PROOF_LINES: usize = 63;

/// A witness: whom it knows, and its key.
pub struct Witness {
    logs: BTreeMap<String, Vec<Verifier>>,
    key: Signatory,
}

/// What a witness remembers of a log: what it cosigned last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// Entries.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
    /// When.
    pub time: UtcTime,
}

/// An answer of HTTP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// 200, 400, 403, 404, 409 or 422.
    pub status: u16,
    /// Of the body.
    pub content_type: &'static str,
    /// The body.
    pub body: String,
}

/// What to do with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Answer this and change nothing.
    Refuse(Response),
    /// Swap what is remembered, if it still is `before`, and then answer.
    Cosign(Box<Cosigned>),
}

/// A checkpoint that is found good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cosigned {
    /// The log.
    pub origin: String,
    /// What must still be remembered.
    pub before: Option<Seen>,
    /// What is to be remembered.
    pub after: Seen,
    /// The checkpoint with the log's and the witness's signatures: what monitors are shown.
    pub checkpoint: String,
    /// What is answered once it is remembered durably.
    pub response: Response,
}

/// A request of `add-checkpoint` as it is written. No signature is looked at yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request<'a> {
    /// What the log thinks was cosigned last.
    pub old: u64,
    /// That the log only grew since then.
    pub proof: Vec<Hash>,
    /// The signed checkpoint.
    pub note: &'a str,
}

impl Response {
    fn plain(status: u16, body: impl Into<String>) -> Self {
        Self { status, content_type: "text/plain; charset=utf-8", body: body.into() }
    }

    /// Something else was cosigned last: 409 with its size.
    #[must_use]
    pub fn conflict(size: u64) -> Self {
        Self { status: 409, content_type: "text/x.tlog.size", body: format!("{size}\n") }
    }
}

impl<'a> Request<'a> {
    /// Reads the body of a request.
    ///
    /// # Errors
    /// What is wrong with its form.
    pub fn parse(body: &'a [u8]) -> Result<Self, &'static str> {
        let body = str::from_utf8(body).map_err(|_| "the body is not UTF-8")?;
        let (head, note) = body.split_once("\n\n").ok_or("no empty line before the checkpoint")?;
        let mut lines = head.split('\n');
        let old = lines.next().and_then(|line| line.strip_prefix("old ")).and_then(decimal);
        let old = old.ok_or("the first line is `old` and a size")?;
        let proof: Vec<Hash> =
            lines.map(hash).collect::<Option<_>>().ok_or("a line of the proof is no hash")?;
        if proof.len() > MOST_PROOF_LINES {
            return Err("more than 63 lines of proof");
        }
        Ok(Self { old, proof, note })
    }

    /// The body.
    #[must_use]
    pub fn to_text(&self) -> String {
        let proof: String = self.proof.iter().map(|hash| crate::json::to_base64(hash) + "\n").collect();
        format!("old {}\n{proof}\n{}", self.old, self.note)
    }
}

/// Where monitors find a log's checkpoint below the prefix of a witness or mirror: `HASH/checkpoint`.
#[must_use]
pub fn monitoring_path(origin: &str) -> String {
    format!("{}/checkpoint", hex(&Sha256::digest(origin)))
}

/// A checkpoint that its log signed and that continues what was seen.
pub(super) struct Continued<'a> {
    pub checkpoint: Checkpoint,
    /// The note with the signatures of the log alone.
    pub text: &'a str,
    pub log_lines: String,
    pub before: Option<Seen>,
}

/// The checks of `add-checkpoint`, which witnesses and mirrors share.
pub(super) fn check<'a>(
    body: &'a [u8],
    logs: &BTreeMap<String, Vec<Verifier>>,
    latest: impl Fn(&str) -> Option<Seen>,
) -> Result<Continued<'a>, Response> {
    let bad = |what: &str| Response::plain(400, format!("{what}\n"));
    let request = Request::parse(body).map_err(bad)?;
    let note = Note::parse(request.note.as_bytes()).map_err(|e| bad(&e.to_string()))?;
    let checkpoint = Checkpoint::parse(note.text).map_err(|e| bad(&e.to_string()))?;
    let Some(keys) = logs.get(&checkpoint.origin) else {
        return Err(Response::plain(404, format!("the log `{}` is not known here\n", checkpoint.origin)));
    };
    note.verify(keys).map_err(|e| Response::plain(403, format!("{e}\n")))?;
    if request.old > checkpoint.size {
        return Err(bad("the old size is larger than the checkpoint's"));
    }
    let before = latest(&checkpoint.origin);
    let (size, root) = before.map_or((0, merkle::empty_root()), |seen| (seen.size, seen.root));
    if request.old != size {
        return Err(Response::conflict(size));
    }
    let unproven = |e: merkle::Unproven| Response::plain(422, format!("{e}\n"));
    if checkpoint.size == 0 && checkpoint.root != merkle::empty_root() {
        return Err(unproven(merkle::Unproven::Root));
    }
    merkle::verify_consistency((size, &root), (checkpoint.size, &checkpoint.root), &request.proof)
        .map_err(unproven)?;
    let is_of_log = |line: &&str| {
        let one = format!("{}\n{line}\n", note.text);
        Note::parse(one.as_bytes()).is_ok_and(|note| note.verify(keys).is_ok())
    };
    let log_lines = note
        .lines
        .lines()
        .filter(is_of_log)
        .map(|line| {
            line.to_owned()
                + "
"
        })
        .collect();
    Ok(Continued { checkpoint, text: note.text, log_lines, before })
}

impl Witness {
    /// A witness of some logs: their origins and keys.
    #[must_use]
    pub const fn new(logs: BTreeMap<String, Vec<Verifier>>, key: Signatory) -> Self {
        Self { logs, key }
    }

    /// What its cosignatures are verified with.
    #[must_use]
    pub const fn verifier(&self) -> &Verifier {
        self.key.verifier()
    }

    /// What to do with the body of an `add-checkpoint` request. `latest` says what was cosigned last of a log.
    ///
    /// A clock that went back moves no time back: the time that is signed never precedes the last one.
    pub fn decide(&self, body: &[u8], latest: impl Fn(&str) -> Option<Seen>, now: UtcTime) -> Decision {
        let continued = match check(body, &self.logs, latest) {
            Ok(continued) => continued,
            Err(response) => return Decision::Refuse(response),
        };
        let Checkpoint { origin, size, root, .. } = continued.checkpoint;
        let time = now.max(continued.before.map_or(UtcTime(1), |seen| seen.time));
        let line = self.key.line(continued.text, time);
        let checkpoint = format!("{}\n{}{line}", continued.text, continued.log_lines);
        Decision::Cosign(Box::new(Cosigned {
            origin,
            before: continued.before,
            after: Seen { size, root, time },
            checkpoint,
            response: Response::plain(200, line),
        }))
    }
}

#[cfg(test)]
mod tests;
