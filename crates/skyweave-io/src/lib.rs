//! .
#![forbid(unsafe_code)]

pub mod hypatia;
