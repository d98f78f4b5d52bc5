//! The running service: where it is kept, and what its customers and operators talk to.
//!
//! [`store`] keeps it: events and what they come to.
#![forbid(unsafe_code)]

pub mod store;
