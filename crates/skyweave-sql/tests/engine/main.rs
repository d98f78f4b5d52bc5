//! SQL over the planner and over results, on one machine and on a cluster of processes: `cargo xtask test --only sql` builds and runs these tests.

#[cfg(feature = "cluster")]
mod cluster;
mod functions;
mod pushdown;
mod support;
