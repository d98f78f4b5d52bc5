//! What single figures of a scenario may be. One table serves the check and the documentation.

use super::diagnostic::{ScenarioError, Source};
use super::format::Scenario;

/// A figure of a scenario, and what it may be.
pub struct Limit {
    /// Where it stands.
    pub path: &'static str,
    /// The value of a scenario.
    value: fn(&Scenario) -> f64,
    /// Least and greatest that is accepted.
    pub accepted: (f64, f64),
}

const fn limit(path: &'static str, value: fn(&Scenario) -> f64, accepted: (f64, f64)) -> Limit {
    Limit { path, value, accepted }
}

/// Power, gain and loss in dB: beyond this is a slip of the pen.
const DECIBELS: (f64, f64) = (-200.0, 200.0);
/// Loss against Shannon: less than none would be gain.
const LOSS_DB: (f64, f64) = (0.0, 100.0);
const EFFICIENCY_BPS_HZ: (f64, f64) = (1e-3, 20.0);
const BANDWIDTH_MHZ: (f64, f64) = (1e-3, 1e5);
const FREQUENCY_GHZ: (f64, f64) = (0.1, 1_000.0);
const CAPACITY_GBPS: (f64, f64) = (1e-6, 1e6);
const DEMAND_MBPS: (f64, f64) = (0.0, 1e6);

/// All figures with limits that stand alone; those of lists are checked where the lists are read.
pub const LIMITS: [Limit; 35] = [
    limit(
        "constellation.min_serving_altitude_km",
        |s| s.constellation.min_serving_altitude_km,
        (0.0, 60_000.0),
    ),
    limit("constellation.max_element_age_days", |s| s.constellation.max_element_age_days, (0.0, 36_525.0)),
    limit("lasers.per_satellite", |s| f64::from(s.lasers.per_satellite), (0.0, 16.0)),
    limit("lasers.max_range_km", |s| s.lasers.max_range_km, (0.0, 100_000.0)),
    limit("lasers.min_ray_height_km", |s| s.lasers.min_ray_height_km, (0.0, 2_000.0)),
    limit("lasers.capacity_gbps", |s| s.lasers.capacity_gbps, CAPACITY_GBPS),
    limit("lasers.per_satellite_gbps", |s| s.lasers.per_satellite_gbps, CAPACITY_GBPS),
    limit("lasers.acquisition_s", |s| s.lasers.acquisition_s, (0.0, 105.0)),
    limit("radio.min_elevation_deg", |s| s.radio.min_elevation_deg, (0.0, 89.0)),
    limit("radio.beams_per_satellite", |s| f64::from(s.radio.beams_per_satellite), (1.0, 10_000.0)),
    limit("radio.cells_per_beam", |s| f64::from(s.radio.cells_per_beam), (1.0, 1_000.0)),
    limit("radio.satellite_down_gbps", |s| s.radio.satellite_down_gbps, CAPACITY_GBPS),
    limit("radio.satellite_up_gbps", |s| s.radio.satellite_up_gbps, CAPACITY_GBPS),
    limit("radio.feeder_up_gbps", |s| s.radio.feeder_up_gbps, CAPACITY_GBPS),
    limit("radio.feeder_down_gbps", |s| s.radio.feeder_down_gbps, CAPACITY_GBPS),
    limit("radio.down.eirp_dbw", |s| s.radio.down.eirp_dbw, DECIBELS),
    limit("radio.down.g_over_t_db_k", |s| s.radio.down.g_over_t_db_k, DECIBELS),
    limit("radio.down.frequency_ghz", |s| s.radio.down.frequency_ghz, FREQUENCY_GHZ),
    limit("radio.down.bandwidth_mhz", |s| s.radio.down.bandwidth_mhz, BANDWIDTH_MHZ),
    limit("radio.down.implementation_loss_db", |s| s.radio.down.implementation_loss_db, LOSS_DB),
    limit("radio.down.max_efficiency_bps_hz", |s| s.radio.down.max_efficiency_bps_hz, EFFICIENCY_BPS_HZ),
    limit("radio.up.eirp_dbw", |s| s.radio.up.eirp_dbw, DECIBELS),
    limit("radio.up.g_over_t_db_k", |s| s.radio.up.g_over_t_db_k, DECIBELS),
    limit("radio.up.frequency_ghz", |s| s.radio.up.frequency_ghz, FREQUENCY_GHZ),
    limit("radio.up.bandwidth_mhz", |s| s.radio.up.bandwidth_mhz, BANDWIDTH_MHZ),
    limit("radio.up.implementation_loss_db", |s| s.radio.up.implementation_loss_db, LOSS_DB),
    limit("radio.up.max_efficiency_bps_hz", |s| s.radio.up.max_efficiency_bps_hz, EFFICIENCY_BPS_HZ),
    limit("ground.default_antennas", |s| f64::from(s.ground.default_antennas), (1.0, 1_000.0)),
    limit("ground.default_min_elevation_deg", |s| s.ground.default_min_elevation_deg, (0.0, 89.0)),
    limit("ground.fibre.route_factor", |s| s.ground.fibre.route_factor, (1.0, 10.0)),
    limit("ground.fibre.velocity_factor", |s| s.ground.fibre.velocity_factor, (0.1, 1.0)),
    limit("ground.fibre.reach_km", |s| s.ground.fibre.reach_km, (0.0, 20_100.0)),
    limit("demand.down_mbps", |s| s.demand.down_mbps, DEMAND_MBPS),
    limit("demand.up_mbps", |s| s.demand.up_mbps, DEMAND_MBPS),
    limit("cells.resolution", |s| f64::from(*s.cells.resolution.get_ref()), (3.0, 6.0)),
];

/// Checks all figures with limits.
pub fn check(scenario: &Scenario, source: &Source) -> Result<(), ScenarioError> {
    for Limit { path, value, accepted: (least, greatest) } in &LIMITS {
        let found = value(scenario);
        if !(*least..=*greatest).contains(&found) {
            let keys: Vec<&str> = path.split('.').collect();
            let message = format!("{path} is {found}");
            let help = format!("accepted: from {least} to {greatest}");
            return Err(source.fault(source.span_of(&keys), &message, "out of range", &help));
        }
    }
    Ok(())
}
