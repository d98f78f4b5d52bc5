//! Results of a small world: what is in the tables, and what happens to files when things go wrong.

#[cfg(test)]
#[path = "results/disk.rs"]
mod disk;
#[cfg(test)]
#[path = "results/runs.rs"]
mod runs;
#[cfg(test)]
#[path = "results/slots.rs"]
mod slots;
#[cfg(test)]
#[path = "results/tables.rs"]
mod tables;
#[cfg(test)]
#[path = "results/world.rs"]
mod world;
