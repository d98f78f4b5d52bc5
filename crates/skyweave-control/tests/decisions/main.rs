//! The decision table against Cedar itself, against brute force, and against stories with known ends.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

mod fuzz;
mod golden;
mod guide;
mod hostile;
mod natural_earth;
mod oracle;
mod refused;
mod world;
