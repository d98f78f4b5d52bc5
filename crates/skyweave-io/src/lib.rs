//! .
#![forbid(unsafe_code)]

pub mod results;
pub mod slots;
