//! The planner.
#![deny(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs))]

pub mod math;
pub mod ids;
pub mod time;
pub mod geodesy;
pub mod elements;
pub mod sgp4;

#[cfg(test)]
mod golden;
