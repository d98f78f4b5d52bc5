//! Which part of the world is on the map, and where places are on it: equirectangular, true to scale in its middle.

/// Size that a map of the world has at its widest, px.
const WORLD_WIDTH: f64 = 1_200.0;
/// Size that a map of a region has at most, px.
const REGION: (f64, f64) = (600.0, 560.0);
/// The world is shown at least from and to here, degrees north: beyond it hardly anybody lives.
const INHABITED: (f64, f64) = (-57.0, 78.0);
/// How far a map of the world goes on beyond the date line at both ends, so that marks there are whole, degrees.
const OVERLAP_DEG: f64 = 3.0;
/// A gap of longitudes must be this wide for less than the world to be shown, degrees.
const LEAST_GAP_DEG: f64 = 150.0;
/// Least extent of a region, degrees.
const LEAST_EXTENT_DEG: f64 = 4.0;
/// Free space around a region, as a share of its extent.
const MARGIN: f64 = 0.07;
/// Wider than high by this factor, a map takes the whole width of the page.
const WIDE: f64 = 1.7;

/// The part of the world that is shown. `east` may be beyond 180.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct View {
    pub west: f64,
    pub east: f64,
    pub south: f64,
    pub north: f64,
    px_per_deg: (f64, f64),
}

impl View {
    /// The part around some places (latitude and longitude, degrees).
    pub fn around(places: impl Iterator<Item = (f64, f64)>) -> Self {
        let (latitudes, mut longitudes): (Vec<f64>, Vec<f64>) = places.unzip();
        longitudes.sort_by(f64::total_cmp);
        let south = latitudes.iter().copied().fold(f64::INFINITY, f64::min);
        let north = latitudes.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        match occupied(&longitudes) {
            Some(range) if south <= north => Self::region(range, (south, north)),
            _ => Self::world(south, north),
        }
    }

    fn world(south: f64, north: f64) -> Self {
        let south = if south < INHABITED.0 { (south - 4.0).max(-92.0) } else { INHABITED.0 };
        let north = if north > INHABITED.1 { (north + 4.0).min(92.0) } else { INHABITED.1 };
        let (west, east) = (-180.0 - OVERLAP_DEG, 180.0 + OVERLAP_DEG);
        let scale = WORLD_WIDTH / (east - west);
        Self { west, east, south, north, px_per_deg: (scale, scale) }
    }

    fn region(longitudes: (f64, f64), latitudes: (f64, f64)) -> Self {
        let middle = f64::midpoint(latitudes.0, latitudes.1);
        let shrink = middle.clamp(-75.0, 75.0).to_radians().cos();
        let (west, east) = wider(longitudes, LEAST_EXTENT_DEG / shrink);
        let (south, north) = wider(latitudes, LEAST_EXTENT_DEG);
        let (south, north) = (south.max(-90.0), north.min(90.0));
        let scale = (REGION.0 / ((east - west) * shrink)).min(REGION.1 / (north - south));
        // a narrow region gets its surroundings, so that two maps have room beside each other and no more
        let missing = REGION.0 / (scale * shrink) - (east - west);
        let grow = missing.min(east - west).max(0.0) / 2.0;
        Self { west: west - grow, east: east + grow, south, north, px_per_deg: (scale * shrink, scale) }
    }

    /// Width and height, px.
    pub fn size(&self) -> (f64, f64) {
        let (x, y) = self.px_per_deg;
        (((self.east - self.west) * x).round(), ((self.north - self.south) * y).round())
    }

    /// True if it should take the whole width of the page.
    pub fn is_wide(&self) -> bool {
        let (width, height) = self.size();
        width > WIDE * height
    }

    /// Where a place is, px; of the longitudes that mean the same, the one that is in the view, if any.
    pub fn place(&self, latitude_deg: f64, longitude_deg: f64) -> (f64, f64) {
        let turns = ((self.west - longitude_deg) / 360.0).ceil().max(0.0);
        self.point(longitude_deg + 360.0 * turns, latitude_deg)
    }

    /// Where coordinates are, px.
    pub fn point(&self, longitude_deg: f64, latitude_deg: f64) -> (f64, f64) {
        let (x, y) = self.px_per_deg;
        ((longitude_deg - self.west) * x, (self.north - latitude_deg) * y)
    }

    /// Pixels that a length takes at the middle of the map.
    pub fn px(&self, km: f64) -> f64 {
        /// Length of a degree of latitude, km.
        const KM_PER_DEG: f64 = 111.2;
        km / KM_PER_DEG * self.px_per_deg.1
    }
}

/// The range of longitudes beside the widest gap, if that is wide enough; the end may be beyond 180.
fn occupied(sorted: &[f64]) -> Option<(f64, f64)> {
    let (first, last) = (*sorted.first()?, *sorted.last()?);
    let mut widest = (first + 360.0 - last, (first, last));
    for pair in sorted.windows(2) {
        if pair[1] - pair[0] > widest.0 {
            widest = (pair[1] - pair[0], (pair[1], pair[0] + 360.0));
        }
    }
    (widest.0 >= LEAST_GAP_DEG).then_some(widest.1)
}

fn wider((low, high): (f64, f64), least: f64) -> (f64, f64) {
    let extent = ((high - low) * (1.0 + 2.0 * MARGIN)).max(least);
    let middle = f64::midpoint(low, high);
    (middle - extent / 2.0, middle + extent / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_all_over_the_world_are_on_a_map_of_the_world() {
        let places =
            [(50.0, 30.0), (40.0, -74.0), (-18.0, 178.0), (35.0, 139.0), (64.0, -150.0), (19.0, 72.0)];
        let view = View::around(places.into_iter());
        assert_eq!((view.west, view.east, view.south, view.north), (-183.0, 183.0, -57.0, 78.0));
        assert!(view.is_wide());
        let pole = View::around(places.into_iter().chain([(-89.98, -24.0)]));
        assert_eq!(pole.south, -92.0, "the mark of a site at the pole is whole");
        assert_eq!(View::around(std::iter::empty()).west, -183.0);
    }

    #[test]
    fn a_region_is_on_a_map_of_its_own_even_across_the_date_line() {
        let view = View::around([(-18.0, 178.0), (-16.0, -179.0)].into_iter());
        assert!(view.west < 178.0 && view.east > 181.0 && view.east < 190.0, "{view:?}");
        let (width, height) = view.size();
        let (x, y) = view.place(-16.0, -179.0);
        assert!((0.0..width).contains(&x) && (0.0..height).contains(&y), "{x} {y} of {width} {height}");
        assert!(view.place(-16.0, -179.0).0 > view.place(-18.0, 178.0).0);
    }

    #[test]
    fn one_place_has_surroundings() {
        let view = View::around([(60.0, 10.0)].into_iter());
        assert_eq!(view.north - view.south, LEAST_EXTENT_DEG);
        let (width, height) = view.size();
        let (x, y) = view.place(60.0, 10.0);
        assert!((x - width / 2.0).abs() < 1.0 && (y - height / 2.0).abs() < 1.0);
        // true to scale: a degree of longitude is half as long as one of latitude here
        assert!((view.px_per_deg.0 / view.px_per_deg.1 - 0.5).abs() < 1e-9);
    }
}
