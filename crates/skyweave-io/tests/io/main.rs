//! The crate from outside. One program for all: linking dominates a build of tests.
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

mod access_fit;
mod catalog_fetch;
mod climate;
mod elements;
mod ground;
mod hostile;
mod hypatia;
mod planes;
mod report;
mod results;
mod scenario;
mod scenario_weather;
mod schedule_options;
mod validate;
mod validate_delay;
