//! Numbers of element sets in the units they are published in, with the range each must lie in.

use std::f64::consts::TAU;

/// Minutes in a day: mean motion is published in revolutions per day and wanted in rad/min.
const MINUTES_PER_DAY: f64 = 1440.0;
/// Largest catalogue number: nine digits.
pub(super) const LARGEST_NUMBER: u32 = 999_999_999;

/// One published number.
#[derive(Debug)]
pub(super) struct Quantity {
    /// Its name in an OMM.
    pub key: &'static str,
    /// Its name in words.
    pub name: &'static str,
    /// The range in words, with the unit.
    pub accepted: &'static str,
    /// The unit as an OMM in XML may state it.
    pub unit: &'static str,
    holds: fn(f64) -> bool,
}

pub(super) const INCLINATION: Quantity = Quantity {
    key: "INCLINATION",
    name: "inclination",
    accepted: "0 to 180 degrees",
    unit: "deg",
    holds: |v| (0.0..=180.0).contains(&v),
};
pub(super) const RAAN: Quantity = Quantity {
    key: "RA_OF_ASC_NODE",
    name: "right ascension of the ascending node",
    accepted: "at most 360 degrees either way",
    unit: "deg",
    holds: is_angle,
};
pub(super) const ARGUMENT_OF_PERIGEE: Quantity = Quantity {
    key: "ARG_OF_PERICENTER",
    name: "argument of perigee",
    accepted: "at most 360 degrees either way",
    unit: "deg",
    holds: is_angle,
};
pub(super) const MEAN_ANOMALY: Quantity = Quantity {
    key: "MEAN_ANOMALY",
    name: "mean anomaly",
    accepted: "at most 360 degrees either way",
    unit: "deg",
    holds: is_angle,
};
pub(super) const ECCENTRICITY: Quantity = Quantity {
    key: "ECCENTRICITY",
    name: "eccentricity",
    accepted: "a number from 0 to below 1",
    unit: "",
    holds: |v| (0.0..1.0).contains(&v),
};
pub(super) const MEAN_MOTION: Quantity = Quantity {
    key: "MEAN_MOTION",
    name: "mean motion",
    accepted: "more than 0 and less than 20 revolutions per day",
    unit: "rev/day",
    holds: |v| v > 0.0 && v < 20.0,
};
pub(super) const BSTAR: Quantity = Quantity {
    key: "BSTAR",
    name: "B*",
    accepted: "a finite number, 1/Earth radii",
    unit: "1/ER",
    holds: f64::is_finite,
};

fn is_angle(v: f64) -> bool {
    (-360.0..=360.0).contains(&v)
}

impl Quantity {
    /// The value, if it is in range. Not a number and infinite never are.
    pub fn check(&self, value: Option<f64>) -> Option<f64> {
        value.filter(|v| v.is_finite() && (self.holds)(*v))
    }
}

/// A decimal number, exponent allowed; none for anything else, such as `NaN`, `inf` or an empty text.
pub(super) fn decimal(text: &str) -> Option<f64> {
    let plain = text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'));
    if plain { text.parse().ok() } else { None }
}

/// From revolutions per day to rad/min.
pub(super) fn rad_per_minute(revolutions_per_day: f64) -> f64 {
    revolutions_per_day * TAU / MINUTES_PER_DAY
}
