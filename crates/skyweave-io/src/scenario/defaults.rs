//! What a scenario gets where it says nothing. Each figure has its source; assumptions are marked so.

use super::format::{
    Access, Addressing, Cells, Demand, DownBeams, Downlink, Feeder, FeederBand, FeederDown, FeederModem,
    FeederUp, Fibre, Ground, GroundKind, GsoLimit, LaserBudget, LaserLayout, Lasers, Pair, Radio, UpBeams,
    Uplink, Weather,
};
use skyweave_core::rules::DemandRules;
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
            budget: LaserBudget::default(),
            per_satellite_gbps: 400.0,
            acquisition_s: 12.0,
        }
    }
}

impl Default for LaserBudget {
    fn default() -> Self {
        Self {
            power_w: 1.0,
            transmit_aperture_m: 0.1,
            receive_aperture_m: 0.1,
            wavelength_nm: 1_550.0,
            pointing_loss_db: 3.0,
            optical_loss_db: 2.0,
            photons_per_bit: 20.0,
        }
    }
}

impl Default for Radio {
    fn default() -> Self {
        Self {
            min_elevation_deg: 25.0,
            min_elevation_by_latitude: Vec::new(),
            down: Downlink::default(),
            up: Uplink::default(),
            down_beams: DownBeams::default(),
            up_beams: UpBeams::default(),
            cells_per_beam: 4,
            beams_per_cell: 8,
            beam_cell_km: 24.0,
            beam_width_deg: 2.5,
            beam_peak_gain_dbi: 36.0,
            beam_side_lobe_db: -12.0,
            beam_far_gain_dbi: 3.0,
            satellite_power_w: 48.0,
            terminal_antenna_m: 0.5,
            satellite_scan_exponent: 1.2,
            terminal_scan_exponent: 1.2,
            satellite_down_gbps: 96.0,
            satellite_up_gbps: 24.0,
            gso: vec![unwritten(GsoLimit { area: None, from: None, min_separation_deg: 18.0 })],
        }
    }
}

/// The property that has the names of parts in most datasets of borders.
pub fn boundary_key() -> String {
    "name".to_owned()
}

/// What pointing loses, and what is set aside for interference, on a feeder link.
pub fn feeder_loss_db() -> f64 {
    0.5
}

impl Default for Feeder {
    fn default() -> Self {
        Self { diversity: true, drowned_share: 0.5, antenna_m: 1.8, bands: vec![ka(), e()] }
    }
}

/// Ka band: frequencies of filings; power, noise and carriers are assumptions.
fn ka() -> FeederBand {
    FeederBand {
        name: unwritten("ka".to_owned()),
        up: feeder_up([54.0, 10.0, 28.75]),
        up_carriers: 16,
        down: feeder_down([30.0, 24.0, 19.0], 200.0),
        down_carriers: 14,
        second_generation_only: false,
    }
}

/// E band of the second generation: the same.
fn e() -> FeederBand {
    FeederBand {
        name: unwritten("e".to_owned()),
        up: feeder_up([62.0, 16.0, 83.5]),
        up_carriers: 40,
        down: feeder_down([40.0, 28.0, 73.5], 400.0),
        down_carriers: 40,
        second_generation_only: true,
    }
}

fn feeder_up([eirp_dbw, g_over_t_db_k, frequency_ghz]: [f64; 3]) -> FeederUp {
    FeederUp {
        eirp_dbw,
        g_over_t_db_k,
        frequency_ghz,
        bandwidth_mhz: 250.0,
        pointing_loss_db: feeder_loss_db(),
        interference_margin_db: feeder_loss_db(),
        modem: FeederModem::default(),
    }
}

fn feeder_down([eirp_dbw, g_over_t_db_k, frequency_ghz]: [f64; 3], noise_temperature_k: f64) -> FeederDown {
    FeederDown {
        eirp_dbw,
        g_over_t_db_k,
        noise_temperature_k,
        frequency_ghz,
        bandwidth_mhz: 250.0,
        pointing_loss_db: feeder_loss_db(),
        interference_margin_db: feeder_loss_db(),
        modem: FeederModem::default(),
    }
}

impl Default for Weather {
    fn default() -> Self {
        Self {
            climate: unwritten(COARSE_CLIMATE.to_owned()),
            exceedance_percent: None,
            rain_reach_km: 5.0,
            rain: None,
            rain_holds: unwritten("1h".to_owned()),
        }
    }
}

/// The climate that needs no file.
pub const COARSE_CLIMATE: &str = "coarse";

impl Default for Ground {
    fn default() -> Self {
        Self {
            gateways: vec![unwritten("builtin".to_owned())],
            pops: vec![unwritten("builtin".to_owned())],
            gateway: Vec::new(),
            pop: Vec::new(),
            default_antennas: 8,
            default_min_elevation_deg: 25.0,
            default_gateway_capacity_gbps: None,
            default_pop_capacity_gbps: None,
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
        Self {
            down_mbps: 2.0,
            up_mbps: 0.2,
            by_hour: unwritten(DemandRules::default().by_hour.to_vec()),
            plans: Vec::new(),
        }
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

impl Default for Access {
    fn default() -> Self {
        Self {
            up_processing_ms: 1.0,
            down_processing_ms: 5.7,
            period_weights: [0.0, 0.10, 0.38, 0.47, 0.05, 0.0, 0.0, 0.0],
            wander_share: 0.19,
            open_share: Pair([0.21, 0.83]),
            request_period_frames: 18,
            requested_open_share: 0.85,
            idle_after_ms: 100.0,
            down_jitter_ms: Pair([0.8, 1.9]),
            uplink_closes_ms: 1.0,
            uplink_opens_ms: 48.0,
            uplink_opens_tail_ms: 24.0,
            downlink_opens_ms: Pair([40.0, 90.0]),
            recovery_ms: 250.0,
            recovery_open_factor: 0.5,
            detour_share: 0.09,
            detour_stay: 0.55,
            detour_ms: Pair([0.0, 40.0]),
        }
    }
}
