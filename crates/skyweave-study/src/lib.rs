//! What is done with a scenario, for the program and for Python alike: nothing here parses arguments or prints.
//!
//! | module | what |
//! |---|---|
//! | [`policies`] | a scenario read, and what it declares about who may be served compiled and put in force |
//! | [`ends`] | what somebody calls the ends of a way |
//! | [`sight`] | what a site sees at a time |
//! | [`window`] | parts of the window of time |
//! | [`ways`] | the way between two ends in a slot, hop by hop |
//! | [`demand`] | what terminals with packets ask of the planner |
//! | [`experiment`] | packets through planned slots, in virtual time |
//! | [`faults`] | trouble on user links, as files write it |
//! | [`preview`] | what other policies would do to those who are served |
//! | [`sweep`] | a scenario with values varied: every combination, and one table of all of them |
#![forbid(unsafe_code)]

pub mod demand;
pub mod ends;
pub mod experiment;
pub mod faults;
pub mod policies;
pub mod preview;
pub mod sight;
pub mod sweep;
pub mod ways;
pub mod window;
