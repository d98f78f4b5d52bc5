//! The running service: where it is kept, and what its customers and operators talk to.
//!
//! | module | what it does |
//! |---|---|
//! | [`store`] | keeps events and what they come to, in SQLite or PostgreSQL |
//! | [`service`] | lets `skyweave-control` decide on what is stored, and stores what follows |
//! | [`live`] | the network as it runs: plans slots ahead of the clock |
//! | [`api`] | REST, events, webhooks, telemetry |
//! | [`log`] | the public log outside of a process: keys, files, witnesses, points of enforcement |
//! | [`orders`] | orders from a draft to a proven bundle in force |
//! | [`server`] | listens, keeps clients in bounds, ends in order |
//! | [`clock`] | the time and chance, which nothing else takes from the machine |
#![forbid(unsafe_code)]

pub mod api;
pub mod clock;
pub mod live;
pub mod log;
mod measure;
pub mod orders;
pub mod server;
pub mod service;
mod stall;
pub mod store;
