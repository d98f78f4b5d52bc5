//! A place on the ground, and what stands around it.

use crate::geodesy::{EcefPosition, Ellipsoid, Geodetic, Vec3};
use std::f64::consts::TAU;

/// A place on the ground with what the geometry needs of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    /// Latitude, longitude, height (WGS84).
    pub geodetic: Geodetic,
    /// The same, Earth-fixed.
    pub ecef: EcefPosition,
    /// The vertical there.
    pub up: Vec3,
}

impl Place {
    /// A place from its coordinates.
    #[must_use]
    pub fn new(geodetic: Geodetic) -> Self {
        Self { geodetic, ecef: geodetic.to_ecef(Ellipsoid::WGS84), up: geodetic.up() }
    }

    /// A place on the ellipsoid from degrees.
    #[must_use]
    pub fn from_degrees(latitude_deg: f64, longitude_deg: f64) -> Self {
        Self::new(Geodetic::from_degrees(latitude_deg, longitude_deg))
    }
}

/// What stands around a terminal: the lowest elevation at which it sees the sky, by azimuth.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct HorizonMask {
    /// Sectors, which may overlap: then the highest counts.
    pub sectors: Vec<Sector>,
}

/// A sector of the horizon, clockwise; it may pass north.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sector {
    /// Azimuth where it begins, rad.
    pub from_rad: f64,
    /// Azimuth where it ends, rad; the same as `from_rad` is all around.
    pub to_rad: f64,
    /// Everything below this elevation is hidden, rad.
    pub elevation_rad: f64,
}

impl Sector {
    fn holds(&self, azimuth_rad: f64) -> bool {
        let width = (self.to_rad - self.from_rad).rem_euclid(TAU);
        let width = if width == 0.0 { TAU } else { width };
        (azimuth_rad - self.from_rad).rem_euclid(TAU) < width
    }
}

impl HorizonMask {
    /// True if something stands in the way of this direction.
    #[must_use]
    pub fn hides(&self, azimuth_rad: f64, elevation_rad: f64) -> bool {
        self.sectors.iter().any(|sector| elevation_rad < sector.elevation_rad && sector.holds(azimuth_rad))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sectors_hide_what_is_low_in_them_and_may_pass_north() {
        let sector = |from: f64, to: f64, elevation: f64| Sector {
            from_rad: from.to_radians(),
            to_rad: to.to_radians(),
            elevation_rad: elevation.to_radians(),
        };
        let mask = HorizonMask { sectors: vec![sector(350.0, 20.0, 60.0), sector(90.0, 180.0, 40.0)] };
        let hides = |azimuth: f64, elevation: f64| mask.hides(azimuth.to_radians(), elevation.to_radians());
        assert!(hides(355.0, 59.0) && hides(-5.0, 10.0) && hides(10.0, 30.0) && hides(90.0, 39.0));
        assert!(!hides(25.0, 5.0) && !hides(355.0, 61.0) && !hides(180.0, 39.0) && !hides(120.0, 41.0));
        let all = HorizonMask { sectors: vec![sector(0.0, 0.0, 30.0)] };
        assert!(all.hides(3.0, 0.5) && !all.hides(3.0, 0.6));
        assert!(!HorizonMask::default().hides(0.0, 0.0));
    }
}
