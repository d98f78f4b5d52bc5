//! The crate from outside. One program for all: linking dominates a build of tests.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::expect_used,
    reason = "helpers of tests fail as tests do"
)]

mod activation;
mod allow_list;
mod borders;
mod bulk;
mod cover_edges;
mod decisions;
mod enforcement;
mod events;
mod folding;
mod guide;
mod held;
mod import;
mod incident_rules;
mod incidents;
mod search;
mod support;
