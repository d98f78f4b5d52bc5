//! One contract, held by both stores: SQLite always, PostgreSQL where Debian's package is installed.
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

mod cluster;
mod contract;
mod hostile;
mod kill;
mod plans;
mod rows;
mod trouble;
