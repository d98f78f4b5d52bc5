//! The service: accounts, terminals, territories and restrictions. It takes values and returns values; what reads files, clocks and
//! databases is `skyweave-server`.
#![forbid(unsafe_code)]

pub mod evidence;
pub mod restriction;
pub mod territory;
