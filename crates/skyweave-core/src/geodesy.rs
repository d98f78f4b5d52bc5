//! Frames, ellipsoids and angles on and above the Earth.
//!
//! | name | frame | unit |
//! |---|---|---|
//! | [`TemePosition`] | true equator, mean equinox of date: what SGP4 answers in | m |
//! | [`EcefPosition`] | Earth-fixed; TEME turned by GMST-82, polar motion left out (under 15 m) | m |
//! | [`Geodetic`] | latitude and longitude on an [`Ellipsoid`], height above it | rad, m |
//!
//! UT1 is taken as UTC: at most 0.9 s, which turns the whole sky by at most 420 m at the equator, satellites and lasers alike.

use crate::math::{asin, atan2, cos, sin, sin_cos, wrap_turn};
use std::f64::consts::TAU;
use std::ops::{Add, Mul, Sub};

/// Speed of light in vacuum, m/s.
pub const LIGHT_M_S: f64 = 299_792_458.0;
/// Mean radius of the Earth, m (IUGG).
pub const EARTH_MEAN_RADIUS_M: f64 = 6_371_008.8;
/// Turn rate of the Earth, rad/s (IERS conventions 2010).
pub const EARTH_RATE_RAD_S: f64 = 7.292_115e-5;

/// A vector in three dimensions; the frame and the unit are those of the type that holds it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Vec3 {
    /// First component.
    pub x: f64,
    /// Second component.
    pub y: f64,
    /// Third component.
    pub z: f64,
}

impl Vec3 {
    /// A vector from its components.
    #[inline]
    #[must_use]
    pub const fn new(x: f64, y: f64, z: f64) -> Self {
        Self { x, y, z }
    }

    /// Scalar product.
    #[inline]
    #[must_use]
    pub fn dot(self, other: Self) -> f64 {
        self.x * other.x + self.y * other.y + self.z * other.z
    }

    /// Vector product.
    #[must_use]
    pub fn cross(self, other: Self) -> Self {
        Self::new(
            self.y * other.z - self.z * other.y,
            self.z * other.x - self.x * other.z,
            self.x * other.y - self.y * other.x,
        )
    }

    /// Length.
    #[inline]
    #[must_use]
    pub fn norm(self) -> f64 {
        self.dot(self).sqrt()
    }
}

impl Add for Vec3 {
    type Output = Self;
    #[inline]
    fn add(self, other: Self) -> Self {
        Self::new(self.x + other.x, self.y + other.y, self.z + other.z)
    }
}

impl Sub for Vec3 {
    type Output = Self;
    #[inline]
    fn sub(self, other: Self) -> Self {
        Self::new(self.x - other.x, self.y - other.y, self.z - other.z)
    }
}

impl Mul<f64> for Vec3 {
    type Output = Self;
    #[inline]
    fn mul(self, factor: f64) -> Self {
        Self::new(self.x * factor, self.y * factor, self.z * factor)
    }
}

/// A position in the frame that SGP4 works in, m.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TemePosition(pub Vec3);

/// A position that turns with the Earth, m.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct EcefPosition(pub Vec3);

impl TemePosition {
    /// The Earth-fixed position when Greenwich stands at `gmst_rad`.
    #[inline]
    #[must_use]
    pub fn to_ecef(self, gmst: Gmst) -> EcefPosition {
        EcefPosition(gmst.turn(self.0))
    }
}

impl EcefPosition {
    /// Distance to another Earth-fixed position, m.
    #[inline]
    #[must_use]
    pub fn range_m(self, other: Self) -> f64 {
        (self.0 - other.0).norm()
    }

    /// Latitude, longitude and height on an ellipsoid (Bowring's formula, one step: under 1 mm below 1,000 km).
    #[must_use]
    pub fn to_geodetic(self, ellipsoid: Ellipsoid) -> Geodetic {
        let Vec3 { x, y, z } = self.0;
        let (a, b, e2) = (ellipsoid.semi_major_m, ellipsoid.semi_minor_m(), ellipsoid.eccentricity_squared());
        let p = (x * x + y * y).sqrt();
        let second_e2 = e2 / (1.0 - e2);
        let mut latitude_rad = atan2(z, p * (1.0 - e2));
        for _ in 0..3 {
            let (s, c) = sin_cos(latitude_rad);
            let reduced = atan2(b * s, a * c);
            let (rs, rc) = sin_cos(reduced);
            latitude_rad = atan2(z + second_e2 * b * rs * rs * rs, p - e2 * a * rc * rc * rc);
        }
        let (s, c) = sin_cos(latitude_rad);
        let normal = a / (1.0 - e2 * s * s).sqrt();
        let height_m = if c.abs() > 0.1 { p / c - normal } else { z / s - normal * (1.0 - e2) };
        Geodetic { latitude_rad, longitude_rad: atan2(y, x), height_m }
    }

    /// Lowest height above the mean sphere of the straight ray to another position, m (negative if it passes below).
    #[must_use]
    pub fn ray_height_m(self, other: Self) -> f64 {
        let along = other.0 - self.0;
        let share = (-self.0.dot(along) / along.dot(along)).clamp(0.0, 1.0);
        (self.0 + along * share).norm() - EARTH_MEAN_RADIUS_M
    }
}

/// Greenwich mean sidereal time, as the turn between TEME and the Earth-fixed frame.
#[derive(Debug, Clone, Copy)]
pub struct Gmst {
    sine: f64,
    cosine: f64,
}

impl Gmst {
    /// GMST by the IAU-82 model at an instant, given as UT1 (here: UTC) days since J2000.0.
    #[must_use]
    pub fn iau82(days_since_j2000: f64) -> Self {
        let (sine, cosine) = sin_cos(gmst82_rad(days_since_j2000));
        Self { sine, cosine }
    }

    /// A vector of the TEME frame, seen from the Earth-fixed one.
    #[inline]
    #[must_use]
    pub fn turn(self, v: Vec3) -> Vec3 {
        Vec3::new(self.cosine * v.x + self.sine * v.y, self.cosine * v.y - self.sine * v.x, v.z)
    }

    /// A velocity of the TEME frame (m/s) at a position of the Earth-fixed one, as it looks to somebody who turns with the Earth.
    #[inline]
    #[must_use]
    pub fn turn_velocity(self, velocity: Vec3, at: EcefPosition) -> Vec3 {
        let turned = self.turn(velocity);
        Vec3::new(turned.x + EARTH_RATE_RAD_S * at.0.y, turned.y - EARTH_RATE_RAD_S * at.0.x, turned.z)
    }
}

/// Greenwich mean sidereal time in radians, in [0, 2 pi), by the IAU-82 polynomial (Aoki et al. 1982; Vallado 2006, eq. C-1).
#[must_use]
pub fn gmst82_rad(days_since_j2000: f64) -> f64 {
    let t = days_since_j2000 / 36_525.0;
    // 876,600 h of the linear term are whole turns a day: kept apart, they cost no digits
    let turns = days_since_j2000 - days_since_j2000.floor();
    let seconds = 67_310.548_41 + t * (8_640_184.812_866 + t * (0.093_104 - t * 6.2e-6));
    wrap_turn((turns + seconds / 86_400.0) * TAU)
}

/// An ellipsoid of revolution.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ellipsoid {
    /// Equatorial radius, m.
    pub semi_major_m: f64,
    /// Flattening, without unit.
    pub flattening: f64,
}

impl Ellipsoid {
    /// The ellipsoid of GPS.
    pub const WGS84: Self = Self { semi_major_m: 6_378_137.0, flattening: 1.0 / 298.257_223_563 };
    /// Its predecessor, for tools that use it.
    pub const WGS72: Self = Self { semi_major_m: 6_378_135.0, flattening: 1.0 / 298.26 };

    /// Polar radius, m.
    #[must_use]
    pub fn semi_minor_m(self) -> f64 {
        self.semi_major_m * (1.0 - self.flattening)
    }

    /// Square of the first eccentricity.
    #[must_use]
    pub fn eccentricity_squared(self) -> f64 {
        self.flattening * (2.0 - self.flattening)
    }
}

/// A place by latitude, longitude and height above the ellipsoid.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Geodetic {
    /// Geodetic latitude, rad, north positive.
    pub latitude_rad: f64,
    /// Longitude, rad, east positive.
    pub longitude_rad: f64,
    /// Height above the ellipsoid, m.
    pub height_m: f64,
}

impl Geodetic {
    /// A place on the ellipsoid from degrees.
    #[must_use]
    pub fn from_degrees(latitude_deg: f64, longitude_deg: f64) -> Self {
        Self {
            latitude_rad: latitude_deg.to_radians(),
            longitude_rad: longitude_deg.to_radians(),
            height_m: 0.0,
        }
    }

    /// Earth-fixed position.
    #[must_use]
    pub fn to_ecef(self, ellipsoid: Ellipsoid) -> EcefPosition {
        let (sin_lat, cos_lat) = sin_cos(self.latitude_rad);
        let (sin_lon, cos_lon) = sin_cos(self.longitude_rad);
        let e2 = ellipsoid.eccentricity_squared();
        let normal = ellipsoid.semi_major_m / (1.0 - e2 * sin_lat * sin_lat).sqrt();
        let equatorial = (normal + self.height_m) * cos_lat;
        EcefPosition(Vec3::new(
            equatorial * cos_lon,
            equatorial * sin_lon,
            (normal * (1.0 - e2) + self.height_m) * sin_lat,
        ))
    }

    /// The unit vector that points straight up here, Earth-fixed.
    #[must_use]
    pub fn up(self) -> Vec3 {
        let (sin_lat, cos_lat) = sin_cos(self.latitude_rad);
        let (sin_lon, cos_lon) = sin_cos(self.longitude_rad);
        Vec3::new(cos_lat * cos_lon, cos_lat * sin_lon, sin_lat)
    }

    /// Length of the great circle to another place on the mean sphere, m.
    #[must_use]
    pub fn great_circle_m(self, other: Self) -> f64 {
        let half_lat = sin(0.5 * (other.latitude_rad - self.latitude_rad));
        let half_lon = sin(0.5 * (other.longitude_rad - self.longitude_rad));
        let chord =
            half_lat * half_lat + cos(self.latitude_rad) * cos(other.latitude_rad) * half_lon * half_lon;
        2.0 * EARTH_MEAN_RADIUS_M * asin(chord.sqrt())
    }

    /// The place a share (0 to 1) of the way along the great circle to another, at a height in between.
    #[must_use]
    pub fn towards(self, other: Self, share: f64) -> Self {
        let angle = self.great_circle_m(other) / EARTH_MEAN_RADIUS_M;
        let height_m = self.height_m + (other.height_m - self.height_m) * share;
        if angle < 1e-12 {
            return Self { height_m, ..self };
        }
        let along = self.up() * (sin((1.0 - share) * angle) / sin(angle))
            + other.up() * (sin(share * angle) / sin(angle));
        Self {
            latitude_rad: atan2(along.z, (along.x * along.x + along.y * along.y).sqrt()),
            longitude_rad: atan2(along.y, along.x),
            height_m,
        }
    }

    /// Distance from here to the nearest point of the great-circle arc between two places, on the mean sphere, m.
    #[must_use]
    pub fn distance_to_arc_m(self, from: Self, to: Self) -> f64 {
        let ends = self.great_circle_m(from).min(self.great_circle_m(to));
        let pole = from.up().cross(to.up());
        let norm = pole.norm();
        if norm < 1e-12 {
            return ends;
        }
        let pole = pole * (1.0 / norm);
        let here = self.up();
        let foot = here - pole * here.dot(pole);
        let within = foot.dot(pole.cross(from.up())) >= 0.0 && foot.dot(to.up().cross(pole)) >= 0.0;
        if within { EARTH_MEAN_RADIUS_M * asin(here.dot(pole).abs()) } else { ends }
    }
}

/// Sine of the elevation of `target` over the horizon of a place with vertical `up`, and the range to it in m.
#[inline]
#[must_use]
pub fn elevation_sine_and_range(place: EcefPosition, up: Vec3, target: EcefPosition) -> (f64, f64) {
    let line = target.0 - place.0;
    let range_m = line.norm();
    (line.dot(up) / range_m, range_m)
}

/// Direction to a target as seen from a place: azimuth (north 0, east positive, in [0, 2 pi)) and elevation, rad.
#[must_use]
pub fn azimuth_elevation_rad(place: Geodetic, target: EcefPosition) -> (f64, f64) {
    let line = target.0 - place.to_ecef(Ellipsoid::WGS84).0;
    let (sin_lat, cos_lat) = sin_cos(place.latitude_rad);
    let (sin_lon, cos_lon) = sin_cos(place.longitude_rad);
    let east = cos_lon * line.y - sin_lon * line.x;
    let outward = cos_lon * line.x + sin_lon * line.y;
    let north = cos_lat * line.z - sin_lat * outward;
    let up = cos_lat * outward + sin_lat * line.z;
    (wrap_turn(atan2(east, north)), asin(up / line.norm()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gmst_is_that_of_vallados_example() {
        // Vallado, Fundamentals of Astrodynamics, example 3-5: 1992-08-20 12:14 UT1 -> 152.578 787 81 deg
        let days = (714_312_840.0 - 946_728_000.0) / 86_400.0;
        assert!((gmst82_rad(days).to_degrees() - 152.578_787_81).abs() < 1e-7);
    }

    #[test]
    fn geodetic_and_ecef_are_each_others_inverse() {
        for lat in [-89.9, -51.5, -0.001, 0.0, 27.3, 70.74, 89.9] {
            for height_m in [0.0, 550_000.0] {
                let place = Geodetic { height_m, ..Geodetic::from_degrees(lat, -117.77) };
                for ellipsoid in [Ellipsoid::WGS84, Ellipsoid::WGS72] {
                    let back = place.to_ecef(ellipsoid).to_geodetic(ellipsoid);
                    assert!((back.latitude_rad - place.latitude_rad).abs() < 1e-11);
                    assert!((back.height_m - height_m).abs() < 1e-3);
                }
            }
        }
    }

    #[test]
    fn a_ray_of_4584_km_at_475_km_stays_80_km_up() {
        let radius = EARTH_MEAN_RADIUS_M + 475_000.0;
        let half = 4_584_000.0 / 2.0;
        let depth = (radius * radius - half * half).sqrt();
        let a = EcefPosition(Vec3::new(half, depth, 0.0));
        let b = EcefPosition(Vec3::new(-half, depth, 0.0));
        assert!((a.ray_height_m(b) - 80_000.0).abs() < 200.0, "{}", a.ray_height_m(b));
    }

    #[test]
    fn great_circles_and_their_arcs() {
        let kyiv = Geodetic::from_degrees(50.45, 30.52);
        let warsaw = Geodetic::from_degrees(52.23, 21.01);
        assert!((kyiv.great_circle_m(warsaw) - 690_000.0).abs() < 5_000.0);
        let middle = kyiv.towards(warsaw, 0.5);
        assert!(middle.distance_to_arc_m(kyiv, warsaw) < 1.0);
        let beyond = Geodetic::from_degrees(48.0, 40.0);
        assert!((beyond.distance_to_arc_m(kyiv, warsaw) - beyond.great_circle_m(kyiv)).abs() < 1.0);
    }

    #[test]
    fn a_satellite_due_north_is_at_azimuth_zero() {
        let place = Geodetic::from_degrees(10.0, 20.0);
        let north = Geodetic { height_m: 500_000.0, ..Geodetic::from_degrees(14.0, 20.0) };
        let (azimuth, elevation) = azimuth_elevation_rad(place, north.to_ecef(Ellipsoid::WGS84));
        assert!(!(1e-9..=TAU - 1e-9).contains(&azimuth));
        assert!(elevation > 0.6 && elevation < 0.9);
    }
}
