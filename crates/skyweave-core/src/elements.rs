//! Mean orbital elements, as element sets carry them and SGP4 takes them.

use hifitime::Epoch;

/// Mean elements of one object (SGP4's own kind: Brouwer theory, Kozai mean motion), in TEME of their epoch.
#[derive(Debug, Clone, PartialEq)]
pub struct MeanElements {
    /// Name as published, for instance `STARLINK-1008`.
    pub name: String,
    /// Catalogue number, up to nine digits.
    pub catalog_number: u32,
    /// International designator such as `2019-074B`; empty where none was published.
    pub international_designator: String,
    /// When the elements hold.
    pub epoch: Epoch,
    /// Inclination, rad.
    pub inclination_rad: f64,
    /// Right ascension of the ascending node, rad.
    pub raan_rad: f64,
    /// Eccentricity, in [0, 1).
    pub eccentricity: f64,
    /// Argument of perigee, rad.
    pub argument_of_perigee_rad: f64,
    /// Mean anomaly, rad.
    pub mean_anomaly_rad: f64,
    /// Kozai mean motion, rad/min.
    pub mean_motion_rad_min: f64,
    /// Drag term B*, 1/Earth radii.
    pub bstar: f64,
}
