//! Orders from the draft to what a dish has in force, with everybody played by the tests.

mod audits;
mod bundles;
mod hostile;
mod keys;
mod one_person;
mod orders;
mod python;
mod simulation;
mod speed;
#[cfg(test)]
mod world;
