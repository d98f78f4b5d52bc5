//! The running service: where it is kept, and what its customers and operators talk to.
//!
//! [`store`] keeps it: events and what they come to. [`service`] lets `skyweave-control` decide on what is stored, and stores what follows.
#![forbid(unsafe_code)]

pub mod clock;
pub mod service;
pub mod store;
