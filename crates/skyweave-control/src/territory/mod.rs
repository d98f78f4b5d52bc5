//! Territories: which polygons they are, where those came from, and which cells they cover.
//!
//! | module | what it has |
//! |---|---|
//! | [`boundary_set`] | a dataset of borders, pinned by its SHA-256, whose view of disputed borders is named |
//! | [`definition`] | a territory as parts of boundary sets and polygons with their source |
//! | [`outline`] | rings in degrees as polygons of whole 1e-7 degrees, strictly |
//! | [`cover`] | cells that are inside, and cells that borders cross |
//!
//! A territory is never a bare country code: which polygons are meant, in which version of which dataset, is part of it.

mod antimeridian;
pub mod boundary_set;
mod box_of_cell;
pub mod cover;
mod crossings;
pub mod definition;
mod faces;
mod index;
pub mod outline;
mod shapes;
mod topology;

pub use boundary_set::{BoundarySet, Reading};
pub use cover::Cover;
pub use definition::{Definition, Piece};
pub use skyweave_proof::table::document::Territory;

/// Why borders or a territory are refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {what}")]
pub struct Fault {
    /// Dataset, part, ring: where it is.
    pub place: String,
    /// What was found and what would be accepted.
    pub what: String,
}

impl Fault {
    fn new(place: impl Into<String>, what: impl Into<String>) -> Self {
        Self { place: place.into(), what: what.into() }
    }
}
