//! The obstruction map: the sky as the dish has seen it, a satellite's way at a time.
//!
//! 123 x 123 cells, fixed to the Earth: north up, east to the right, the zenith in the middle, the angle from it in proportion to the distance.
//! The edge is 10 degrees over the horizon.

use crate::holding::Direction;
use crate::wire::{DishGetObstructionMapResponse, ObstructionMapReferenceFrame};
use skyweave_core::math::sin_cos;
use std::f64::consts::FRAC_PI_2;
use std::sync::{Arc, LazyLock};

/// Rows, and columns.
pub const SIDE: usize = 123;
/// Elevation at the edge, deg.
pub const MIN_ELEVATION_DEG: f64 = 10.0;

const MIDDLE: f64 = (SIDE / 2) as f64;
const UNSEEN: u8 = 0;
const HIDDEN: u8 = 1;
const CLEAR: u8 = 2;

type Cells = [u8; SIDE * SIDE];

/// What every dish begins with; a dish gets cells of its own when it sees something.
static BLANK: LazyLock<Arc<Cells>> = LazyLock::new(|| Arc::new([UNSEEN; SIDE * SIDE]));

/// The map of one dish.
#[derive(Debug, Clone)]
pub struct SkyMap {
    cells: Arc<Cells>,
    seen: u32,
    hidden: u32,
}

impl Default for SkyMap {
    fn default() -> Self {
        Self { cells: Arc::clone(&BLANK), seen: 0, hidden: 0 }
    }
}

impl SkyMap {
    /// Takes note of a satellite in a direction, seen or hidden. Below the map's edge nothing is noted.
    pub fn see(&mut self, direction: Direction, is_hidden: bool) {
        let Some(cell) = cell(direction) else { return };
        let new = if is_hidden { HIDDEN } else { CLEAR };
        let old = self.cells[cell];
        if old == new {
            return;
        }
        Arc::make_mut(&mut self.cells)[cell] = new;
        self.seen += u32::from(old == UNSEEN);
        self.hidden = self.hidden + u32::from(new == HIDDEN) - u32::from(old == HIDDEN);
    }

    /// Cells that were seen.
    #[must_use]
    pub fn seen(&self) -> u32 {
        self.seen
    }

    /// The share of them that is hidden.
    #[must_use]
    pub fn fraction_hidden(&self) -> f32 {
        if self.seen == 0 { 0.0 } else { self.hidden as f32 / self.seen as f32 }
    }

    /// The map as clients read it.
    #[must_use]
    pub fn tell(&self) -> DishGetObstructionMapResponse {
        let snr = |cell: &u8| match *cell {
            UNSEEN => -1.0,
            HIDDEN => 0.0,
            _ => 1.0,
        };
        DishGetObstructionMapResponse {
            num_rows: SIDE as u32,
            num_cols: SIDE as u32,
            snr: self.cells.iter().map(snr).collect(),
            min_elevation_deg: MIN_ELEVATION_DEG as f32,
            max_theta_deg: (90.0 - MIN_ELEVATION_DEG) as f32,
            map_reference_frame: ObstructionMapReferenceFrame::FrameEarth.into(),
        }
    }
}

/// The cell of a direction.
fn cell(direction: Direction) -> Option<usize> {
    let edge_rad = (90.0 - MIN_ELEVATION_DEG).to_radians();
    let from_zenith_rad = FRAC_PI_2 - direction.elevation_rad;
    if from_zenith_rad > edge_rad {
        return None;
    }
    let distance = from_zenith_rad / edge_rad * MIDDLE;
    let (sin, cos) = sin_cos(direction.azimuth_rad);
    let (row, column) =
        ((MIDDLE - distance * cos).round() as usize, (MIDDLE + distance * sin).round() as usize);
    Some(row.min(SIDE - 1) * SIDE + column.min(SIDE - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn direction(azimuth_deg: f64, elevation_deg: f64) -> Direction {
        Direction { azimuth_rad: azimuth_deg.to_radians(), elevation_rad: elevation_deg.to_radians() }
    }

    #[test]
    fn north_is_up_and_east_to_the_right() {
        let places =
            [(0.0, 10.0, (0, 61)), (90.0, 10.0, (61, 122)), (180.0, 10.0, (122, 61)), (270.0, 10.0, (61, 0))];
        for (azimuth, elevation, (row, column)) in places {
            assert_eq!(cell(direction(azimuth, elevation)), Some(row * SIDE + column), "{azimuth}");
        }
        assert_eq!(cell(direction(123.0, 90.0)), Some(61 * SIDE + 61));
        assert_eq!(cell(direction(45.0, 50.0)), Some((61 - 22) * SIDE + 61 + 22));
        assert_eq!(cell(direction(0.0, 9.9)), None);
    }

    #[test]
    fn what_was_seen_is_counted_once_and_the_last_look_holds() {
        let mut map = SkyMap::default();
        assert_eq!((map.seen(), map.fraction_hidden()), (0, 0.0));
        map.see(direction(10.0, 40.0), true);
        map.see(direction(10.0, 40.0), true);
        map.see(direction(100.0, 40.0), false);
        assert_eq!((map.seen(), map.fraction_hidden()), (2, 0.5));
        map.see(direction(10.0, 40.0), false);
        assert_eq!((map.seen(), map.fraction_hidden()), (2, 0.0));
        let told = map.tell();
        assert_eq!(told.snr.len(), SIDE * SIDE);
        assert_eq!(told.snr.iter().filter(|snr| **snr == 1.0).count(), 2);
        assert_eq!(told.snr.iter().filter(|snr| **snr == -1.0).count(), SIDE * SIDE - 2);
    }

    #[test]
    fn dishes_that_saw_nothing_share_one_map() {
        let maps = [SkyMap::default(), SkyMap::default()];
        assert!(Arc::ptr_eq(&maps[0].cells, &maps[1].cells));
    }
}
