//! The API as its customers meet it: over HTTP, against a server of its own for each test.
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

mod bench;
mod books;
mod bounds;
mod decisions;
mod desk;
mod document;
mod events;
mod fuzz;
mod hooks;
mod imports;
mod law;
mod matrix;
mod orders;
mod pages;
mod past;
mod powers;
mod repeats;
mod search;
mod telemetry;
mod tenants;
mod tokens;
mod verify;
mod watching;
