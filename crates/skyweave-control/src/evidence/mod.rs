//! Positions as evidence: how likely a terminal is inside a territory, and what is decided when that is not certain.
//!
//! | module | what it has |
//! |---|---|
//! | [`fusion`] | fixes of several kinds as one place with one error |
//! | [`mass`] | the share of the probability of that place inside a territory |
//! | [`judgement`] | the decision for a terminal whose place is not certain |
//!
//! A place is a Gaussian of the same width in every direction, on a plane that touches the Earth there: good to 50 km of error below
//! 80 degrees of latitude, and better information than that is not in a fix.

pub mod fusion;
pub mod judgement;
pub mod mass;
mod scatter;

pub use fusion::{Estimate, fused};
pub use judgement::{Judgement, judge};
pub use mass::{Region, mass_inside};

use skyweave_proof::table::{Evidence, Point};

/// A position of a terminal as somebody knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fix {
    /// When, in s since 1970-01-01 UTC.
    pub time_s: i64,
    /// Where.
    pub point: Point,
    /// One sigma in m.
    pub error_m: u32,
    /// What kind of knowledge it is.
    pub evidence: Evidence,
}
