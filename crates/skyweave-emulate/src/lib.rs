//! Real programs behind virtual dishes, on Linux.
//!
//! A packet's way, from a program in a shell to one at a PoP:
//!
//! ```text
//! program -> kernel of its namespace -> TUN -> driver -> Network (links, queues, delay) -> driver -> TUN -> kernel -> server
//! ```
//!
//! - [`network`]: what a packet engine must offer; [`addresses`]: who has which address, PoPs' terminals included; [`packet`]: what
//!   may enter.
//! - [`engine`]: the thread that drives a network by the wall clock, and [`report`] what it counted.
//! - [`namespace`]: a network of its own for programs, without root where the kernel allows it; [`program`]: what runs there.
//! - [`publish`], [`nat`]: the host's services and network behind a PoP.
//! - [`emulator`]: all of it put together; [`meeting`]: the socket by which shells join a network that runs.
//!
//! A program that uses it calls [`enter_if_asked`] first in its `main`: namespaces are made and held by the same program, started again.
#![cfg(target_os = "linux")]

pub mod addresses;
mod channel;
mod driver;
pub mod emulator;
pub mod engine;
mod error;
mod forward;
pub mod host_routes;
mod inside;
mod intercept;
mod lateness;
pub mod meeting;
pub mod names;
pub mod namespace;
pub mod nat;
mod netlink;
pub mod network;
mod offload;
pub mod packet;
pub mod program;
pub mod publish;
mod relay;
pub mod report;
mod responder;
mod tun;

pub use error::EmulateError;
pub use inside::enter_if_asked;
pub use lateness::Lateness;
