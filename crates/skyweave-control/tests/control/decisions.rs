//! The decision table against Cedar itself, against brute force, and against stories with known ends.

mod fuzz;
mod golden;
mod guide;
mod hostile;
mod natural_earth;
mod oracle;
mod refused;
mod world;
