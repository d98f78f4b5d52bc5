//! SQL over results and over the planner itself, on one machine or on a cluster: [Apache DataFusion](https://datafusion.apache.org) plans and
//! runs the queries, and the feature `cluster` adds Apache DataFusion Ballista.
//!
//! | module | what it is |
//! |---|---|
//! | [`scenario`] | a scenario by its file, and the worlds that are kept once they are read |
//! | [`request`] | what a table function is to compute: plain values that travel to other machines |
//! | `arguments`, `function` | the table functions, and what may be said to them |
//! | `filter`, `table` | what of a query is pushed down into a request |
//! | `work`, `exec` | a list of hours, and the plan above it that computes their rows |
//! | `generate` | the rows |
//! | [`results`] | the files of runs as tables |
//! | [`query`] | a session, and the batches of a query |
//! | [`output`] | batches as text and files |
//! | `cluster` | scheduler, executors, jobs: with the feature `cluster` |
//!
//! No row depends on how many threads or machines computed it. An hour never depends on another one, so hours are what work is shared out by.
#![forbid(unsafe_code)]

mod arguments;
#[cfg(feature = "cluster")]
pub mod cluster;
mod error;
mod exec;
mod filter;
mod function;
mod generate;
pub mod output;
pub mod query;
pub mod request;
pub mod results;
pub mod scenario;
mod table;
mod work;

pub use error::QueryError;
