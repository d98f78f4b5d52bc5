//! Rehearsals: a rule of the service on a made-up fleet, and how often it was right. Nothing is planned and nothing is stored.
//!
//! | module | what is rehearsed |
//! |---|---|
//! | [`diverted`] | terminals that go beyond a front are found by their positions, and those who live at it are left alone |
//! | [`allow_list`] | the preview of a list names those who would lose service by mistake |

pub mod allow_list;
pub mod diverted;

/// A part of a whole; none of nothing.
fn share(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}
