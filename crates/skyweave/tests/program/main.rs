//! The program from outside. One program for all: linking dominates a build of tests.
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

mod bad_input;
mod commands;
mod dish;
mod kill_resume;
mod orders;
mod packets;
mod parallel;
mod rehearse;
mod scenarios;
mod service;
mod shell;
mod support;
mod sweep;
mod up;
mod traffic;
mod validate;
