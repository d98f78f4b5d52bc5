//! What is decided about a terminal, and the proofs behind it.
//!
//! A leaf: it reads no file, no clock and no policy language, so that a gateway, a dish or an auditor can hold all of it.
//! [`refusal`] has the codes that a refused terminal is told, [`table`] the compiled decision table.
#![forbid(unsafe_code)]

pub mod dsse;
mod hex;
pub mod log;
pub mod refusal;
pub mod table;

pub use hex::hex;
