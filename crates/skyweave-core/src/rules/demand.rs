//! What terminals ask for.

/// What terminals ask for.
#[derive(Debug, Clone, PartialEq)]
pub struct DemandRules {
    /// Plans; a terminal without one of its own has the first, and terminals without a name are spread over all by their shares.
    pub plans: Vec<Plan>,
    /// Share of the busy hour's demand by hour of local mean solar time.
    pub by_hour: [f64; 24],
}

/// A plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Name, unique among plans.
    pub name: String,
    /// Share of terminals without a name that have it, 0 to 1; all shares sum to 1.
    pub share: f64,
    /// Downlink demand of a terminal in the busy hour, bit/s.
    pub down_bps: f64,
    /// Uplink demand, bit/s.
    pub up_bps: f64,
    /// Priority: where something is full, rates are in proportion to it.
    pub weight: f64,
    /// It asks for the same at every hour.
    pub steady: bool,
}

impl Default for DemandRules {
    fn default() -> Self {
        let plan = Plan {
            name: "standard".to_owned(),
            share: 1.0,
            down_bps: 2e6,
            up_bps: 0.2e6,
            weight: 1.0,
            steady: false,
        };
        Self { plans: vec![plan], by_hour: BY_HOUR }
    }
}

/// An evening peak and a quiet night, as fixed access networks report them; round figures of our own.
pub const BY_HOUR: [f64; 24] = [
    0.65, 0.50, 0.40, 0.35, 0.30, 0.32, 0.38, 0.45, 0.52, 0.58, 0.62, 0.65, 0.68, 0.68, 0.68, 0.70, 0.74,
    0.80, 0.88, 0.95, 1.00, 1.00, 0.95, 0.80,
];

impl DemandRules {
    /// Share of the busy hour's demand at a longitude, rad, so many seconds after midnight UTC: between the middles of the hours it
    /// changes evenly.
    #[must_use]
    pub fn of_hour(&self, longitude_rad: f64, utc_s: f64) -> f64 {
        let solar_h = utc_s / 3_600.0 + longitude_rad * (12.0 / std::f64::consts::PI);
        let place = (solar_h - 0.5).rem_euclid(24.0);
        let hour = (place as usize).min(23);
        let (now, next) = (self.by_hour[hour], self.by_hour[(hour + 1) % 24]);
        now + (next - now) * (place - hour as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::PI;

    #[test]
    fn hours_are_those_of_the_sun() {
        let rules = DemandRules::default();
        assert_eq!(rules.of_hour(0.0, 20.5 * 3_600.0), 1.0);
        assert_eq!(rules.of_hour(PI / 2.0, 14.5 * 3_600.0), 1.0);
        assert_eq!(rules.of_hour(-PI, 4.5 * 3_600.0), rules.of_hour(PI, 4.5 * 3_600.0));
        assert!((rules.of_hour(0.0, 0.0) - 0.5 * (0.80 + 0.65)).abs() < 1e-12);
    }
}
