//! What is decided about a terminal, and the proofs behind it.
//!
//! A leaf: it reads no file, no clock and no policy language and draws nothing by chance, so that a gateway, a dish or an auditor can
//! hold all of it. Time, random bytes and files are handed in.
//!
//! | module | what it has | who needs it |
//! |---|---|---|
//! | [`refusal`] | the codes that a refused terminal is told | everybody |
//! | [`table`] | the compiled decision table | planner, dishes |
//! | [`json`], [`document`] | the one form in which documents are written, read and hashed | everybody |
//! | [`signature`], [`dsse`] | who signed which bytes | everybody |
//! | [`log`] | a public log: tiles, checkpoints, proofs, witnesses, mirrors | service, witnesses, auditors |
//! | [`quorum`], [`keys`] | who must agree to what, pinned by the genesis, changed by old and new together | everybody |
//! | [`order`] | what is ordered, approved, sealed, and the states it goes through | service, approvers |
//! | [`bound`] | how much service may be lowered without an order | planner, auditors |
//! | [`register`] | the rules: what each entry of the log does to what is in force | points of enforcement, auditors |
//! | [`bundle`] | what is in force, and [`bundle::Proven`], which only a proof makes | planner, gateways, dishes |
//! | [`audit`] | a whole log: who decided what, when and why, and each violation by name | auditors |
//!
//! One set of rules, two readers: a point of enforcement feeds [`register`] the few entries that came with a bundle and stops at the first
//! refusal; an auditor feeds it the whole log and lists them all.
#![forbid(unsafe_code)]

pub mod audit;
pub mod bound;
pub mod bundle;
pub mod document;
pub mod dsse;
mod hex;
pub mod json;
pub mod keys;
pub mod log;
pub mod order;
pub mod quorum;
pub mod refusal;
pub mod register;
pub mod signature;
pub mod table;
mod time;

pub use hex::{hex, unhex};
pub use time::UtcTime;
