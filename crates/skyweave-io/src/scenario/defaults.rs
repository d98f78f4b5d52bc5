//! What a scenario gets where it says nothing. Each figure has its source; assumptions are marked so.

use super::format::{
    Addressing, Cells, Demand, Downlink, Fibre, Ground, GroundKind, LaserLayout, Lasers, Radio, Uplink,
};
use toml::Spanned;

/// A value that stands in no file.
fn unwritten<T>(value: T) -> Spanned<T> {
    Spanned::new(0..0, value)
}

/// No satellite under 400 km served a terminal in 972 labelled slots of 2024.
pub fn min_serving_altitude_km() -> f64 {
    400.0
}

/// SGP4 loses 1 to 3 km a day: beyond two weeks nobody can tell where a satellite is within its plane.
pub fn max_element_age_days() -> f64 {
    14.0
}

pub fn zero() -> Spanned<f64> {
    unwritten(0.0)
}

pub fn one() -> f64 {
    1.0
}

pub fn all_kinds() -> Vec<GroundKind> {
    vec![GroundKind::Gateways, GroundKind::Pops, GroundKind::Fibres]
}

impl Default for Lasers {
    fn default() -> Self {
        Self {
            pattern: LaserLayout::Grid,
            per_satellite: 4,
            max_range_km: 5_400.0,
            min_ray_height_km: 80.0,
            cross_shell: false,
            capacity_gbps: 100.0,
            per_satellite_gbps: 400.0,
            acquisition_s: 12.0,
        }
    }
}

impl Default for Radio {
    fn default() -> Self {
        Self {
            min_elevation_deg: 25.0,
            down: Downlink::default(),
            up: Uplink::default(),
            beams_per_satellite: 48,
            cells_per_beam: 4,
            satellite_down_gbps: 96.0,
            satellite_up_gbps: 24.0,
            feeder_up_gbps: 24.0,
            feeder_down_gbps: 12.0,
        }
    }
}

impl Default for Ground {
    fn default() -> Self {
        Self {
            gateways: vec![unwritten("builtin".to_owned())],
            pops: vec![unwritten("builtin".to_owned())],
            gateway: Vec::new(),
            pop: Vec::new(),
            default_antennas: 8,
            default_min_elevation_deg: 25.0,
            fibre: Fibre::default(),
        }
    }
}

impl Default for Fibre {
    fn default() -> Self {
        Self { route_factor: 1.5, velocity_factor: 2.0 / 3.0, reach_km: 4_000.0, routes: Vec::new() }
    }
}

impl Default for Cells {
    fn default() -> Self {
        Self { resolution: unwritten(5), areas: Vec::new() }
    }
}

impl Default for Demand {
    fn default() -> Self {
        Self { down_mbps: 2.0, up_mbps: 0.2 }
    }
}

impl Default for Addressing {
    fn default() -> Self {
        Self {
            carrier_nat: unwritten("100.64.0.0/10".to_owned()),
            ipv6: None,
            pops: std::collections::BTreeMap::new(),
            names: std::collections::BTreeMap::new(),
        }
    }
}
