//! `skyweave query` and `skyweave cluster` as their users see them: `cargo xtask test --only sql` builds and runs these tests.

mod errors;
mod rows;
mod support;
