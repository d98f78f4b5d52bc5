//! .

pub mod catalog;
pub mod elements;
