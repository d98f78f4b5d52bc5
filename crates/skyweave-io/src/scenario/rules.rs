//! The parameters of the planner, from the units of scenarios to SI.

use super::format::{LaserLayout, Scenario, ServiceInference};
use skyweave_core::rules::{Carrier, DemandRules, LaserPattern, LaserRules, RadioRules, Rules, ServiceRules};

/// The rules that a scenario states.
pub fn rules(scenario: &Scenario) -> Rules {
    let lasers = &scenario.lasers;
    let radio = &scenario.radio;
    Rules {
        lasers: LaserRules {
            pattern: match lasers.pattern {
                LaserLayout::None => LaserPattern::None,
                LaserLayout::Grid => LaserPattern::Grid,
            },
            per_satellite: lasers.per_satellite,
            max_range_m: lasers.max_range_km * 1e3,
            min_ray_height_m: lasers.min_ray_height_km * 1e3,
            cross_shell: lasers.cross_shell,
            capacity_bps: lasers.capacity_gbps * 1e9,
            per_satellite_bps: lasers.per_satellite_gbps * 1e9,
            acquisition_s: lasers.acquisition_s,
        },
        radio: RadioRules {
            min_elevation_rad: radio.min_elevation_deg.to_radians(),
            down: Carrier::from(&radio.down),
            up: Carrier::from(&radio.up),
            beams_per_satellite: radio.beams_per_satellite,
            cells_per_beam: radio.cells_per_beam,
            satellite_down_bps: radio.satellite_down_gbps * 1e9,
            satellite_up_bps: radio.satellite_up_gbps * 1e9,
            feeder_up_bps: radio.feeder_up_gbps * 1e9,
            feeder_down_bps: radio.feeder_down_gbps * 1e9,
        },
        service: ServiceRules {
            infer: scenario.constellation.service == ServiceInference::Inferred,
            min_serving_altitude_m: scenario.constellation.min_serving_altitude_km * 1e3,
            max_element_age_days: scenario.constellation.max_element_age_days,
        },
        demand: DemandRules {
            down_bps: scenario.demand.down_mbps * 1e6,
            up_bps: scenario.demand.up_mbps * 1e6,
        },
    }
}
