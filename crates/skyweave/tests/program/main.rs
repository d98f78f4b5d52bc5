//! The program from outside. One program for all: linking dominates a build of tests.
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

mod apart;
mod bad_input;
#[expect(dead_code, reason = "what the tests of stores need is more")]
#[path = "../../../skyweave-server/tests/store/cluster.rs"]
mod cluster;
mod commands;
mod dish;
mod kill_resume;
mod live_dishes;
mod orders;
mod packets;
mod parallel;
mod rehearse;
mod scenarios;
mod service;
mod shell;
mod support;
mod sweep;
mod traffic;
mod up;
mod upgrade;
mod validate;
