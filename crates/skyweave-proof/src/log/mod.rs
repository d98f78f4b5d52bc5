//! A public log: what is in it, that it only grew, and who says so.
//!
//! | module | what it has | specification |
//! |---|---|---|
//! | [`merkle`] | hashes of entries, proofs that one is in a log, proofs that a log only grew | RFC 6962, RFC 9162 |
//! | [`note`] | texts with the signatures of those who vouch for them | C2SP signed-note, tlog-cosignature |
//! | [`checkpoint`] | a log's name, size and root at one moment | C2SP tlog-checkpoint |

pub mod checkpoint;
pub mod merkle;
pub mod note;
