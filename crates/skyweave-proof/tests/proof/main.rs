//! Orders from the draft to what a dish has in force, with everybody played by the tests.
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

mod audits;
mod bundles;
mod hostile;
mod keys;
mod one_person;
mod one_person_by_inputs;
mod orders;
mod python;
mod simulation;
mod world;
