//! The table of limits.

use super::{Limit, each, maybe, one};
use crate::scenario::format::{ElevationLimit, FeederBand, Plan, Scenario};
use skyweave_core::atmosphere::Exceedance;

/// Power, gain and loss in dB: beyond this is a slip of the pen.
const DECIBELS: (f64, f64) = (-200.0, 200.0);
/// Less than none would be gain.
const LOSS_DB: (f64, f64) = (0.0, 100.0);
const NOISE_K: (f64, f64) = (1.0, 100_000.0);
const BANDWIDTH_MHZ: (f64, f64) = (1e-3, 1e5);
/// Where what the air takes from a wave is known.
const FREQUENCY_GHZ: (f64, f64) = (1.0, 350.0);
pub const CAPACITY_GBPS: (f64, f64) = (1e-6, 1e6);
const DEMAND_MBPS: (f64, f64) = (0.0, 1e6);
const ELEVATION_DEG: (f64, f64) = (0.0, 89.0);
/// DVB-S2X.
const ROLL_OFF: (f64, f64) = (0.05, 0.35);
/// From QPSK to 256APSK.
const BITS: (f64, f64) = (2.0, 8.0);
const ARRAYS: (f64, f64) = (1.0, 32.0);
const ARRAY_BEAMS: (f64, f64) = (1.0, 128.0);
const POLARISATIONS: (f64, f64) = (1.0, 2.0);
const CHANNELS: (f64, f64) = (1.0, 16.0);
const CARRIERS: (f64, f64) = (1.0, 1_000.0);
const ANTENNA_M: (f64, f64) = (0.05, 30.0);
/// Exponents of the cosine of a scan angle.
const SCAN: (f64, f64) = (0.0, 10.0);
const SHARE: (f64, f64) = (0.0, 1.0);
/// Weights of a score: a negative one wants the opposite.
const WEIGHT: (f64, f64) = (-100.0, 100.0);
/// `longest-visible` stays at nearly any price.
const STAY_WEIGHT: (f64, f64) = (-1_000.0, 1_000.0);
/// Jitter stays within two frames of 1/750 s.
const TWO_FRAMES_MS: (f64, f64) = (0.0, 2.6);
const MILLISECONDS: (f64, f64) = (0.0, 1_000.0);

/// The values of a field in each of the feeder's bands.
fn bands(scenario: &Scenario, value: fn(&FeederBand) -> f64) -> Vec<f64> {
    scenario.feeder.bands.iter().map(value).collect()
}

/// The values of a field in each plan.
fn plans(scenario: &Scenario, value: fn(&Plan) -> f64) -> Vec<f64> {
    scenario.demand.plans.iter().map(|plan| value(plan.get_ref())).collect()
}

/// The values of a field in each lowest elevation by latitude.
fn by_latitude(scenario: &Scenario, value: fn(&ElevationLimit) -> f64) -> Vec<f64> {
    scenario.radio.min_elevation_by_latitude.iter().map(value).collect()
}

/// All figures with limits that one bound each is enough for; what must fit together is checked in `together`, and things with a
/// place where they are read.
pub const LIMITS: [Limit; 129] = [
    one(
        "constellation.min_serving_altitude_km",
        |s| s.constellation.min_serving_altitude_km,
        (0.0, 60_000.0),
    ),
    one("constellation.max_element_age_days", |s| s.constellation.max_element_age_days, (0.0, 36_525.0)),
    one("lasers.per_satellite", |s| f64::from(s.lasers.per_satellite), (0.0, 16.0)),
    one("lasers.max_range_km", |s| s.lasers.max_range_km, (0.0, 100_000.0)),
    one("lasers.min_ray_height_km", |s| s.lasers.min_ray_height_km, (0.0, 2_000.0)),
    one("lasers.capacity_gbps", |s| s.lasers.capacity_gbps, CAPACITY_GBPS),
    one("lasers.budget.power_w", |s| s.lasers.budget.power_w, (1e-6, 1e6)),
    one("lasers.budget.transmit_aperture_m", |s| s.lasers.budget.transmit_aperture_m, (1e-3, 10.0)),
    one("lasers.budget.receive_aperture_m", |s| s.lasers.budget.receive_aperture_m, (1e-3, 10.0)),
    one("lasers.budget.wavelength_nm", |s| s.lasers.budget.wavelength_nm, (100.0, 100_000.0)),
    one("lasers.budget.pointing_loss_db", |s| s.lasers.budget.pointing_loss_db, LOSS_DB),
    one("lasers.budget.optical_loss_db", |s| s.lasers.budget.optical_loss_db, LOSS_DB),
    one("lasers.budget.photons_per_bit", |s| s.lasers.budget.photons_per_bit, (0.1, 1e6)),
    one("lasers.per_satellite_gbps", |s| s.lasers.per_satellite_gbps, CAPACITY_GBPS),
    one("lasers.acquisition_s", |s| s.lasers.acquisition_s, (0.0, 105.0)),
    one("radio.min_elevation_deg", |s| s.radio.min_elevation_deg, ELEVATION_DEG),
    each(
        "radio.min_elevation_by_latitude[].from_latitude_deg",
        |s| by_latitude(s, |limit| limit.from_latitude_deg),
        (0.0, 90.0),
    ),
    each(
        "radio.min_elevation_by_latitude[].elevation_deg",
        |s| by_latitude(s, |limit| limit.elevation_deg),
        ELEVATION_DEG,
    ),
    one("radio.down.eirp_dbw", |s| s.radio.down.eirp_dbw, DECIBELS),
    one("radio.down.g_over_t_db_k", |s| s.radio.down.g_over_t_db_k, DECIBELS),
    one("radio.down.noise_temperature_k", |s| s.radio.down.noise_temperature_k, NOISE_K),
    one("radio.down.frequency_ghz", |s| s.radio.down.frequency_ghz, FREQUENCY_GHZ),
    one("radio.down.bandwidth_mhz", |s| s.radio.down.bandwidth_mhz, BANDWIDTH_MHZ),
    one("radio.down.pointing_loss_db", |s| s.radio.down.pointing_loss_db, LOSS_DB),
    one("radio.down.interference_margin_db", |s| s.radio.down.interference_margin_db, LOSS_DB),
    one("radio.down.modem.roll_off", |s| s.radio.down.modem.roll_off, ROLL_OFF),
    one(
        "radio.down.modem.implementation_margin_db",
        |s| s.radio.down.modem.implementation_margin_db,
        LOSS_DB,
    ),
    one("radio.down.modem.max_bits_per_symbol", |s| f64::from(s.radio.down.modem.max_bits_per_symbol), BITS),
    one("radio.up.eirp_dbw", |s| s.radio.up.eirp_dbw, DECIBELS),
    one("radio.up.g_over_t_db_k", |s| s.radio.up.g_over_t_db_k, DECIBELS),
    one("radio.up.frequency_ghz", |s| s.radio.up.frequency_ghz, FREQUENCY_GHZ),
    one("radio.up.bandwidth_mhz", |s| s.radio.up.bandwidth_mhz, BANDWIDTH_MHZ),
    one("radio.up.pointing_loss_db", |s| s.radio.up.pointing_loss_db, LOSS_DB),
    one("radio.up.interference_margin_db", |s| s.radio.up.interference_margin_db, LOSS_DB),
    one("radio.up.modem.roll_off", |s| s.radio.up.modem.roll_off, ROLL_OFF),
    one("radio.up.modem.implementation_margin_db", |s| s.radio.up.modem.implementation_margin_db, LOSS_DB),
    one("radio.up.modem.max_bits_per_symbol", |s| f64::from(s.radio.up.modem.max_bits_per_symbol), BITS),
    one("radio.down_beams.arrays", |s| f64::from(s.radio.down_beams.arrays), ARRAYS),
    one("radio.down_beams.beams_per_array", |s| f64::from(s.radio.down_beams.beams_per_array), ARRAY_BEAMS),
    one("radio.down_beams.polarisations", |s| f64::from(s.radio.down_beams.polarisations), POLARISATIONS),
    one("radio.down_beams.channels", |s| f64::from(s.radio.down_beams.channels), CHANNELS),
    one("radio.up_beams.arrays", |s| f64::from(s.radio.up_beams.arrays), ARRAYS),
    one("radio.up_beams.beams_per_array", |s| f64::from(s.radio.up_beams.beams_per_array), ARRAY_BEAMS),
    one("radio.up_beams.polarisations", |s| f64::from(s.radio.up_beams.polarisations), POLARISATIONS),
    one("radio.up_beams.channels", |s| f64::from(s.radio.up_beams.channels), CHANNELS),
    one("radio.cells_per_beam", |s| f64::from(s.radio.cells_per_beam), (1.0, 1_000.0)),
    one("radio.beams_per_cell", |s| f64::from(s.radio.beams_per_cell), (1.0, 16.0)),
    one("radio.beam_cell_km", |s| s.radio.beam_cell_km, (0.0, 200.0)),
    one("radio.beam_width_deg", |s| s.radio.beam_width_deg, (0.1, 30.0)),
    one("radio.beam_peak_gain_dbi", |s| s.radio.beam_peak_gain_dbi, (0.0, 80.0)),
    one("radio.beam_side_lobe_db", |s| s.radio.beam_side_lobe_db, (-60.0, -3.0)),
    one("radio.beam_far_gain_dbi", |s| s.radio.beam_far_gain_dbi, (-40.0, 40.0)),
    one("radio.satellite_power_w", |s| s.radio.satellite_power_w, (1e-3, 1e6)),
    one("radio.terminal_antenna_m", |s| s.radio.terminal_antenna_m, ANTENNA_M),
    one("radio.satellite_scan_exponent", |s| s.radio.satellite_scan_exponent, SCAN),
    one("radio.terminal_scan_exponent", |s| s.radio.terminal_scan_exponent, SCAN),
    one("radio.satellite_down_gbps", |s| s.radio.satellite_down_gbps, CAPACITY_GBPS),
    one("radio.satellite_up_gbps", |s| s.radio.satellite_up_gbps, CAPACITY_GBPS),
    each(
        "radio.gso[].min_separation_deg",
        |s| s.radio.gso.iter().map(|limit| limit.get_ref().min_separation_deg).collect(),
        (0.0, 60.0),
    ),
    one("feeder.drowned_share", |s| s.feeder.drowned_share, SHARE),
    one("feeder.antenna_m", |s| s.feeder.antenna_m, ANTENNA_M),
    each("feeder.bands[].up.eirp_dbw", |s| bands(s, |band| band.up.eirp_dbw), DECIBELS),
    each("feeder.bands[].up.g_over_t_db_k", |s| bands(s, |band| band.up.g_over_t_db_k), DECIBELS),
    each("feeder.bands[].up.frequency_ghz", |s| bands(s, |band| band.up.frequency_ghz), FREQUENCY_GHZ),
    each("feeder.bands[].up.bandwidth_mhz", |s| bands(s, |band| band.up.bandwidth_mhz), BANDWIDTH_MHZ),
    each("feeder.bands[].up.pointing_loss_db", |s| bands(s, |band| band.up.pointing_loss_db), LOSS_DB),
    each(
        "feeder.bands[].up.interference_margin_db",
        |s| bands(s, |band| band.up.interference_margin_db),
        LOSS_DB,
    ),
    each("feeder.bands[].up.modem.roll_off", |s| bands(s, |band| band.up.modem.roll_off), ROLL_OFF),
    each(
        "feeder.bands[].up.modem.implementation_margin_db",
        |s| bands(s, |band| band.up.modem.implementation_margin_db),
        LOSS_DB,
    ),
    each(
        "feeder.bands[].up.modem.max_bits_per_symbol",
        |s| bands(s, |band| f64::from(band.up.modem.max_bits_per_symbol)),
        BITS,
    ),
    each("feeder.bands[].up_carriers", |s| bands(s, |band| f64::from(band.up_carriers)), CARRIERS),
    each("feeder.bands[].down.eirp_dbw", |s| bands(s, |band| band.down.eirp_dbw), DECIBELS),
    each("feeder.bands[].down.g_over_t_db_k", |s| bands(s, |band| band.down.g_over_t_db_k), DECIBELS),
    each(
        "feeder.bands[].down.noise_temperature_k",
        |s| bands(s, |band| band.down.noise_temperature_k),
        NOISE_K,
    ),
    each("feeder.bands[].down.frequency_ghz", |s| bands(s, |band| band.down.frequency_ghz), FREQUENCY_GHZ),
    each("feeder.bands[].down.bandwidth_mhz", |s| bands(s, |band| band.down.bandwidth_mhz), BANDWIDTH_MHZ),
    each("feeder.bands[].down.pointing_loss_db", |s| bands(s, |band| band.down.pointing_loss_db), LOSS_DB),
    each(
        "feeder.bands[].down.interference_margin_db",
        |s| bands(s, |band| band.down.interference_margin_db),
        LOSS_DB,
    ),
    each("feeder.bands[].down.modem.roll_off", |s| bands(s, |band| band.down.modem.roll_off), ROLL_OFF),
    each(
        "feeder.bands[].down.modem.implementation_margin_db",
        |s| bands(s, |band| band.down.modem.implementation_margin_db),
        LOSS_DB,
    ),
    each(
        "feeder.bands[].down.modem.max_bits_per_symbol",
        |s| bands(s, |band| f64::from(band.down.modem.max_bits_per_symbol)),
        BITS,
    ),
    each("feeder.bands[].down_carriers", |s| bands(s, |band| f64::from(band.down_carriers)), CARRIERS),
    maybe(
        "weather.exceedance_percent",
        |s| s.weather.exceedance_percent,
        (Exceedance::LEAST_PERCENT, Exceedance::MOST_PERCENT),
    ),
    one("weather.rain_reach_km", |s| s.weather.rain_reach_km, MILLISECONDS),
    one("schedule.starved", |s| s.schedule.starved, (0.0, 1e6)),
    maybe("schedule.weights.elevation", |s| s.schedule.weights.elevation, WEIGHT),
    maybe("schedule.weights.gso", |s| s.schedule.weights.gso, WEIGHT),
    maybe("schedule.weights.scan", |s| s.schedule.weights.scan, WEIGHT),
    maybe("schedule.weights.stay", |s| s.schedule.weights.stay, STAY_WEIGHT),
    maybe("schedule.weights.generation", |s| s.schedule.weights.generation, WEIGHT),
    maybe("schedule.weights.load", |s| s.schedule.weights.load, WEIGHT),
    maybe("schedule.weights.way", |s| s.schedule.weights.way, WEIGHT),
    maybe("schedule.weights.remaining", |s| s.schedule.weights.remaining, WEIGHT),
    maybe("schedule.weights.capacity", |s| s.schedule.weights.capacity, WEIGHT),
    maybe("schedule.weights.chance", |s| s.schedule.weights.chance, (0.0, 100.0)),
    maybe("schedule.weights.uniform_share", |s| s.schedule.weights.uniform_share, SHARE),
    one("ground.default_antennas", |s| f64::from(s.ground.default_antennas), (1.0, 1_000.0)),
    one("ground.default_min_elevation_deg", |s| s.ground.default_min_elevation_deg, ELEVATION_DEG),
    maybe("ground.default_gateway_capacity_gbps", |s| s.ground.default_gateway_capacity_gbps, CAPACITY_GBPS),
    maybe("ground.default_pop_capacity_gbps", |s| s.ground.default_pop_capacity_gbps, CAPACITY_GBPS),
    one("ground.fibre.route_factor", |s| s.ground.fibre.route_factor, (1.0, 10.0)),
    one("ground.fibre.velocity_factor", |s| s.ground.fibre.velocity_factor, (0.1, 1.0)),
    one("ground.fibre.reach_km", |s| s.ground.fibre.reach_km, (0.0, 20_100.0)),
    one("demand.down_mbps", |s| s.demand.down_mbps, DEMAND_MBPS),
    one("demand.up_mbps", |s| s.demand.up_mbps, DEMAND_MBPS),
    each("demand.by_hour[]", |s| s.demand.by_hour.get_ref().clone(), (0.0, 100.0)),
    each("demand.plans[].share", |s| plans(s, |plan| plan.share), SHARE),
    each("demand.plans[].down_mbps", |s| plans(s, |plan| plan.down_mbps), DEMAND_MBPS),
    each("demand.plans[].up_mbps", |s| plans(s, |plan| plan.up_mbps), DEMAND_MBPS),
    each("demand.plans[].weight", |s| plans(s, |plan| plan.weight), (1e-3, 1e3)),
    one("cells.resolution", |s| f64::from(*s.cells.resolution.get_ref()), (3.0, 6.0)),
    one("access.up_processing_ms", |s| s.access.up_processing_ms, MILLISECONDS),
    one("access.down_processing_ms", |s| s.access.down_processing_ms, MILLISECONDS),
    each("access.period_weights[]", |s| s.access.period_weights.to_vec(), (0.0, 1e6)),
    one("access.wander_share", |s| s.access.wander_share, SHARE),
    each("access.open_share[]", |s| s.access.open_share.0.to_vec(), (0.02, 1.0)),
    one("access.request_period_frames", |s| f64::from(s.access.request_period_frames), (1.0, 750.0)),
    one("access.requested_open_share", |s| s.access.requested_open_share, SHARE),
    one("access.idle_after_ms", |s| s.access.idle_after_ms, (0.0, 1e6)),
    each("access.down_jitter_ms[]", |s| s.access.down_jitter_ms.0.to_vec(), TWO_FRAMES_MS),
    one("access.uplink_closes_ms", |s| s.access.uplink_closes_ms, MILLISECONDS),
    one("access.uplink_opens_ms", |s| s.access.uplink_opens_ms, MILLISECONDS),
    one("access.uplink_opens_tail_ms", |s| s.access.uplink_opens_tail_ms, MILLISECONDS),
    each("access.downlink_opens_ms[]", |s| s.access.downlink_opens_ms.0.to_vec(), MILLISECONDS),
    one("access.recovery_ms", |s| s.access.recovery_ms, (0.0, 15_000.0)),
    one("access.recovery_open_factor", |s| s.access.recovery_open_factor, SHARE),
    one("access.detour_share", |s| s.access.detour_share, SHARE),
    one("access.detour_stay", |s| s.access.detour_stay, SHARE),
    each("access.detour_ms[]", |s| s.access.detour_ms.0.to_vec(), (0.0, 100.0)),
];
