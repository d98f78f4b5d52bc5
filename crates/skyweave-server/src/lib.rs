//! The running service: stores, REST, events.
#![forbid(unsafe_code)]
