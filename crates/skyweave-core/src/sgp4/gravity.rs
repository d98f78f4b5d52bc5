//! The WGS72 constants that element sets are fitted with. Any other set puts satellites 1 km away from where they are.

/// Equatorial radius, km.
pub const EARTH_RADIUS_KM: f64 = 6378.135;
/// Gravitational parameter, km^3/s^2.
pub const MU_KM3_S2: f64 = 398_600.8;
/// Second zonal harmonic.
pub const J2: f64 = 0.001_082_616;
/// Third zonal harmonic.
pub const J3: f64 = -0.000_002_538_81;
/// Fourth zonal harmonic.
pub const J4: f64 = -0.000_001_655_97;
/// J3 over J2.
pub const J3_OVER_J2: f64 = J3 / J2;

/// Mean motion of an orbit of one Earth radius, rad/min: 60 / sqrt(`EARTH_RADIUS_KM`^3 / `MU_KM3_S2`).
#[must_use]
pub fn xke() -> f64 {
    60.0 / (EARTH_RADIUS_KM * EARTH_RADIUS_KM * EARTH_RADIUS_KM / MU_KM3_S2).sqrt()
}
