//! .

pub mod elements;
