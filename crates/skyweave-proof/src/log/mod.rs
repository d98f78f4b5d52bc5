//! A public log: what is in it, that it only grew, and who says so.
//!
//! The specifications are those of C2SP at commit `5ba5ee830903e91240fc6f9f3a7a9293d49e69c9` (2026-07-22); docs/log.md says what is
//! followed and what is not.
//!
//! | module | what it has | specification |
//! |---|---|---|
//! | [`merkle`] | hashes of entries, proofs that one is in a log, proofs that a log only grew | RFC 6962, RFC 9162 |
//! | [`note`] | texts with the signatures of those who vouch for them | C2SP signed-note, tlog-cosignature |
//! | [`checkpoint`] | a log's name, size and root at one moment | C2SP tlog-checkpoint |
//! | [`tile`] | the names of a log's files, and entries in bundles | C2SP tlog-tiles |
//! | [`writer`] | a log that grows, as files to write | C2SP tlog-tiles |
//! | [`reader`] | a log read from its files: roots, entries, proofs | C2SP tlog-tiles |
//! | [`policy`] | which logs and witnesses are trusted, and how many it takes | C2SP tlog-policy |
//! | [`proof`] | that one entry is in a log, as a text | C2SP tlog-proof |
//! | [`excerpt`] | that several entries are, under one checkpoint | ours |
//! | [`witness`] | who vouches that a log only grew: a state machine without state of its own | C2SP tlog-witness |
//! | [`mirror`] | who vouches for what it has stored, and for nothing else | C2SP tlog-mirror |

pub mod checkpoint;
pub mod excerpt;
pub mod merkle;
pub mod mirror;
pub mod note;
pub mod policy;
pub mod proof;
pub mod reader;
pub mod tile;
pub mod witness;
pub mod writer;

/// A number in decimal digits, in its one form.
pub(crate) fn decimal(text: &str) -> Option<u64> {
    let is_decimal = text.bytes().all(|c| c.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    text.parse().ok().filter(|_| is_decimal)
}
