//! Where a cell's entry is found: cells of H3 resolution 5 in pages of 343, a page for each cell of resolution 2.
//!
//! The number of a cell is its base cell and its digits to base 7, so that a coarser cell is a run of numbers. Pages that are of one
//! kind throughout, as over oceans and within countries, take no room.

use super::number::ClassNo;
use h3o::{CellIndex, Resolution};

/// The resolution of the finest cells of a table.
pub const FINEST: Resolution = Resolution::Five;

const FINEST_DIGITS: u32 = 5;
const BASE_CELLS: u32 = 122;
const PAGE_SLOTS: u32 = 343;
const PAGES: u32 = BASE_CELLS * 49;
const OTHER: u32 = 1 << 31;

/// What stands for a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Entry {
    /// All of one class.
    Whole(ClassNo),
    /// Borders cross it: a number in the table of borders.
    Border(u32),
}

impl Entry {
    const fn coded(self) -> u32 {
        match self {
            Self::Whole(class) => class.0 as u32,
            Self::Border(number) => OTHER | number,
        }
    }

    const fn decoded(code: u32) -> Self {
        if code & OTHER == 0 { Self::Whole(ClassNo(code as u16)) } else { Self::Border(code & !OTHER) }
    }
}

/// Every cell of the world.
#[derive(Debug, Clone)]
pub(super) struct Grid {
    /// A whole page's entry, or `OTHER` and the number of a page in `slots`.
    pages: Vec<u32>,
    slots: Vec<u32>,
}

/// Base cell and digits to base 7, down to the given number of digits, of a cell that is as fine or finer.
fn number(cell: CellIndex, digits: u32) -> u32 {
    let bits = u64::from(cell);
    let base = (bits >> 45) as u32 & 0x7f;
    (1..=digits).fold(base, |number, digit| number * 7 + ((bits >> (45 - 3 * digit)) as u32 & 7))
}

impl Grid {
    /// A world of class 0.
    pub fn new() -> Self {
        Self { pages: vec![0; PAGES as usize], slots: Vec::new() }
    }

    /// Enters a cell of resolution 5 or coarser, or says that a part of it has an entry already.
    pub fn enter(&mut self, cell: CellIndex, entry: Entry) -> Result<(), ()> {
        let digits = u32::from(u8::from(cell.resolution()));
        if digits <= 2 {
            let run = 7_u32.pow(2 - digits);
            let first = number(cell, digits) * run;
            let pages = self.pages.get_mut(first as usize..(first + run) as usize).ok_or(())?;
            if pages.iter().any(|&page| page != 0) {
                return Err(());
            }
            pages.fill(entry.coded());
            return Ok(());
        }
        let page = self.pages.get_mut(number(cell, 2) as usize).ok_or(())?;
        if *page == 0 {
            *page = OTHER | (self.slots.len() as u32 / PAGE_SLOTS);
            self.slots.resize(self.slots.len() + PAGE_SLOTS as usize, 0);
        }
        if *page & OTHER == 0 {
            return Err(());
        }
        let run = 7_u32.pow(FINEST_DIGITS.saturating_sub(digits));
        let first =
            (*page & !OTHER) * PAGE_SLOTS + number(cell, digits.min(FINEST_DIGITS)) * run % PAGE_SLOTS;
        let slots = self.slots.get_mut(first as usize..(first + run) as usize).ok_or(())?;
        if slots.iter().any(|&slot| slot != 0) {
            return Err(());
        }
        slots.fill(entry.coded());
        Ok(())
    }

    /// The entry of a cell of resolution 5, or of the one around a finer cell.
    pub fn entry(&self, cell: CellIndex) -> Entry {
        let number = number(cell, FINEST_DIGITS);
        let page = self.pages.get((number / PAGE_SLOTS) as usize).copied().unwrap_or(0);
        if page & OTHER == 0 {
            return Entry::decoded(page);
        }
        let slot = (page & !OTHER) * PAGE_SLOTS + number % PAGE_SLOTS;
        Entry::decoded(self.slots.get(slot as usize).copied().unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use h3o::LatLng;

    #[test]
    fn coarse_and_fine_cells_are_found_again() {
        let kyiv = LatLng::new(50.45, 30.52).unwrap();
        for resolution in 0..=5_u8 {
            let cell = kyiv.to_cell(FINEST).parent(Resolution::try_from(resolution).unwrap()).unwrap();
            let mut grid = Grid::new();
            grid.enter(cell, Entry::Whole(ClassNo(7))).unwrap();
            assert_eq!(grid.enter(kyiv.to_cell(FINEST), Entry::Border(0)), Err(()), "overlap");
            assert!(cell.children(FINEST).all(|child| grid.entry(child) == Entry::Whole(ClassNo(7))));
            let finer = kyiv.to_cell(FINEST).center_child(Resolution::Nine).unwrap();
            assert_eq!(grid.entry(finer), Entry::Whole(ClassNo(7)));
            for beside in cell.grid_ring_fast(1).flatten() {
                let child = beside.center_child(FINEST).unwrap();
                assert_eq!(grid.entry(child), Entry::Whole(ClassNo::NOWHERE), "{resolution}");
            }
        }
    }

    #[test]
    fn a_coarse_cell_does_not_go_over_a_finer_one() {
        let place = LatLng::new(-33.0, 151.0).unwrap();
        let mut grid = Grid::new();
        grid.enter(place.to_cell(FINEST), Entry::Border(3)).unwrap();
        for coarse in [Resolution::Zero, Resolution::Two, Resolution::Four] {
            let coarse = place.to_cell(FINEST).parent(coarse).unwrap();
            assert_eq!(grid.enter(coarse, Entry::Whole(ClassNo(1))), Err(()));
        }
        assert_eq!(grid.entry(place.to_cell(FINEST)), Entry::Border(3));
    }
}
