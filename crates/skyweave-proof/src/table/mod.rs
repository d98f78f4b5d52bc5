//! The compiled decision table: from a cell, a place or a class of places and a terminal's attributes to a decision.
//!
//! | module | what it has |
//! |---|---|
//! | [`attribute`] | what a decision depends on besides the place, as scaled integers |
//! | [`program`] | conditions on attributes, as steps that lead forwards |
//! | [`policy`] | policies, and what they decide together |
//! | [`geometry`] | which side of an edge a point is on, exactly |
//! | [`border`] | cells that borders cross |
//! | [`document`] | the table as bytes with one form, whose SHA-256 is its identity |
//! | [`explain`] | a decision with everything that can be said about it |
//!
//! Everything that is in the same territories is of one *class*, and there are few; so a planner asks once which class a place is of,
//! and then each slot what is decided for the class. Deciding does not allocate, does not fail, and reads no clock: time is an attribute.
//!
//! **Emergency calls** are not decided here: there is nothing in a table that could refuse one ([`Table::EMERGENCY_CALL`]).

pub mod attribute;
pub mod border;
mod bytes;
mod check;
pub mod document;
pub mod explain;
pub mod geometry;
mod grid;
mod nearest;
pub mod number;
mod parse;
pub mod policy;
pub mod program;

pub use attribute::{Attribute, Attributes, Evidence, LineState, Registries, Surface};
pub use border::Share;
pub use document::Document;
pub use explain::{Explanation, Remedy};
pub use geometry::Point;
pub use nearest::Move;
pub use number::{AreaNo, ClassNo, PlanNo, PolicyNo, ProtectedClassNo, RegistryNo, UseClassNo};
pub use policy::{Decision, Outcome, Policy, PolicyKind};

use border::Borders;
use document::WHOLE_PARTS;
use grid::{Entry, FINEST, Grid};
use h3o::{CellIndex, LatLng};
use policy::{ClassRules, Programs};
use sha2::{Digest, Sha256};

/// Why bytes or a document are not a decision table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("decision table, {place}: {what}")]
pub struct Malformed {
    /// Where: a byte, or a part of the document.
    pub place: String,
    /// What was found and what would be accepted.
    pub what: String,
}

/// What a cell is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CellClass {
    /// All of it is of one class.
    Whole(ClassNo),
    /// Several classes: ask for the place, or for the shares.
    Mixed,
}

/// A decision table that was checked and can be asked.
#[derive(Debug, Clone)]
pub struct Table {
    document: Document,
    identity: [u8; 32],
    grid: Grid,
    borders: Borders,
    programs: Programs,
    rules: Vec<ClassRules>,
}

impl Table {
    /// What becomes of an emergency call, wherever and whoever: policies have no way to say otherwise.
    pub const EMERGENCY_CALL: Outcome = Outcome::Permitted;

    /// Makes a table of a document.
    ///
    /// # Errors
    /// What is wrong with it: something that does not exist is referred to, or something is not in its one form.
    pub fn new(document: Document) -> Result<Self, Malformed> {
        let bytes = document.to_bytes();
        Self::of(document, &bytes)
    }

    /// Reads a table. Only the one form of a document is accepted: what is read has the same bytes when it is written.
    ///
    /// # Errors
    /// Bytes that are no table, or a table that is not in its one form.
    pub fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        Self::of(Document::parse(bytes)?, bytes)
    }

    fn of(document: Document, bytes: &[u8]) -> Result<Self, Malformed> {
        check::check(&document)?;
        let mut grid = Grid::new();
        let whole = document.whole.iter().map(|&(cell, class)| (cell, Entry::Whole(class)));
        let borders =
            document.borders.iter().zip(0..).map(|(border, number)| (border.cell, Entry::Border(number)));
        for (cell, entry) in whole.chain(borders) {
            grid.enter(cell, entry).map_err(|()| Malformed {
                place: format!("cell {cell}"),
                what: "a part of it is listed twice".to_owned(),
            })?;
        }
        Ok(Self {
            identity: Sha256::digest(bytes).into(),
            grid,
            borders: Borders::of(&document),
            programs: Programs::of(&document.programs),
            rules: document.rules.iter().map(|rules| ClassRules::of(rules, &document.policies)).collect(),
            document,
        })
    }

    /// The SHA-256 of its bytes.
    #[must_use]
    pub const fn identity(&self) -> [u8; 32] {
        self.identity
    }

    /// What it was made of: names, policies, territories.
    #[must_use]
    pub const fn document(&self) -> &Document {
        &self.document
    }

    /// What a cell of any resolution is of; one finer than resolution 5 is taken as the cell of resolution 5 around it.
    #[must_use]
    pub fn class_of_cell(&self, cell: CellIndex) -> CellClass {
        if cell.resolution() >= FINEST {
            return match self.grid.entry(cell) {
                Entry::Whole(class) => CellClass::Whole(class),
                Entry::Border(_) => CellClass::Mixed,
            };
        }
        let mut entries = cell.children(FINEST).map(|child| self.grid.entry(child));
        match entries.next() {
            Some(first @ Entry::Whole(class)) if entries.all(|other| other == first) => {
                CellClass::Whole(class)
            }
            _ => CellClass::Mixed,
        }
    }

    /// The class of a place: exact wherever a border is.
    #[must_use]
    pub fn class_at(&self, point: Point) -> ClassNo {
        let (latitude_deg, longitude_deg) = point.degrees();
        // a point is on the map, and so its degrees are numbers
        let Ok(place) = LatLng::new(latitude_deg, longitude_deg) else { return ClassNo::NOWHERE };
        self.class_in(place.to_cell(FINEST), point)
    }

    /// The same where the cell, of resolution 5 or finer, is known: without trigonometry.
    #[must_use]
    pub fn class_in(&self, cell: CellIndex, point: Point) -> ClassNo {
        match self.grid.entry(cell) {
            Entry::Whole(class) => class,
            Entry::Border(number) => self.borders.class_at(number, point),
        }
    }

    /// The classes in a cell of any resolution and their shares of its area, which add up to 65,536 but for rounding in cells coarser
    /// than resolution 5. A finer one is taken to be of the class of its centre.
    #[must_use]
    pub fn shares_of_cell(&self, cell: CellIndex) -> Vec<Share> {
        if cell.resolution() > FINEST {
            let centre = LatLng::from(cell);
            let point = Point::from_degrees(centre.lat(), centre.lng());
            let class = point.map_or(ClassNo::NOWHERE, |point| self.class_in(cell, point));
            return vec![Share { class, parts: WHOLE_PARTS }];
        }
        let mut parts_of = std::collections::BTreeMap::new();
        for child in cell.children(FINEST) {
            match self.grid.entry(child) {
                Entry::Whole(class) => *parts_of.entry(class).or_insert(0) += u64::from(WHOLE_PARTS),
                Entry::Border(number) => {
                    for share in self.borders.shares(number) {
                        *parts_of.entry(share.class).or_insert(0) += u64::from(share.parts);
                    }
                }
            }
        }
        let cells = cell.children_count(FINEST);
        parts_of.into_iter().map(|(class, parts)| Share { class, parts: (parts / cells) as u32 }).collect()
    }

    /// What becomes of a terminal with these attributes at a place of this class.
    #[must_use]
    pub fn decide(&self, class: ClassNo, attributes: &Attributes) -> Decision {
        let rules = self.rules.get(class.index());
        rules.map_or(Decision::BY_DEFAULT, |rules| rules.decide(&self.programs, attributes))
    }

    /// The areas of a class: territories first, then cells that policies name.
    #[must_use]
    pub fn areas_of(&self, class: ClassNo) -> &[AreaNo] {
        self.document.classes.get(class.index()).map_or(&[], Vec::as_slice)
    }

    /// How many classes there are.
    #[must_use]
    pub fn class_count(&self) -> usize {
        self.document.classes.len()
    }

    /// The number of a territory.
    #[must_use]
    pub fn territory_named(&self, name: &str) -> Option<AreaNo> {
        let at = self.document.territories.binary_search_by(|territory| territory.name.as_str().cmp(name));
        at.ok().map(|at| AreaNo(at as u16))
    }

    /// The number of a plan.
    #[must_use]
    pub fn plan_named(&self, name: &str) -> Option<PlanNo> {
        position(&self.document.plans, name).map(PlanNo)
    }

    /// The number of a class of use.
    #[must_use]
    pub fn use_class_named(&self, name: &str) -> Option<UseClassNo> {
        position(&self.document.use_classes, name).map(UseClassNo)
    }

    /// The number of a protected class.
    #[must_use]
    pub fn protected_class_named(&self, name: &str) -> Option<ProtectedClassNo> {
        position(&self.document.protected_classes, name).map(ProtectedClassNo)
    }

    /// The number of a registry.
    #[must_use]
    pub fn registry_named(&self, name: &str) -> Option<RegistryNo> {
        position(&self.document.registries, name).map(RegistryNo)
    }

    /// A policy of a decision.
    #[must_use]
    pub fn policy(&self, number: PolicyNo) -> Option<&Policy> {
        self.document.policies.get(number.index())
    }
}

fn position(names: &[String], name: &str) -> Option<u16> {
    names.binary_search_by(|one| one.as_str().cmp(name)).ok().map(|at| at as u16)
}
