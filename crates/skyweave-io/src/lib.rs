//! Files and tables: how worlds come in and results go out. No policy is made here.
//!
//! In: [`scenario`] (with [`builtin`] data, [`borders`], [`cells`], [`geofile`]), [`elements`], [`catalog`] and [`inspect`], and
//! the ITU's maps by [`climate`].
//! Out: [`results`], [`slots`], [`summary`] and [`report`]. Both ways: [`hypatia`]. Against measurements: [`validate`].
#![forbid(unsafe_code)]

pub mod borders;
pub mod builtin;
pub mod catalog;
pub mod cells;
pub mod climate;
pub mod elements;
pub mod geofile;
pub mod hypatia;
pub mod inspect;
pub mod report;
pub mod pcapng;
pub mod results;
pub mod scenario;
pub mod slots;
pub mod summary;
pub mod traces;
pub mod validate;
