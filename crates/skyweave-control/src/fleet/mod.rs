//! Many terminals at once.

pub mod search;
