//! Files and tables: how worlds come in and results go out. No policy is made here.
//!
//! In: [`scenario`] (with [`builtin`] data, [`borders`], [`cells`], [`geofile`]), [`elements`] and [`catalog`].
//! Out: [`results`] and [`slots`]. Both ways: [`hypatia`].
#![forbid(unsafe_code)]

pub mod borders;
pub mod builtin;
pub mod cells;
pub mod geofile;
pub mod scenario;
