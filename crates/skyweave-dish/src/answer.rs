//! Questions and answers: what a dish says to a request.

use crate::cause;
use crate::dish::{Dish, State};
use crate::holding::Holding;
use crate::outages::LENGTHS_S;
use crate::wire::dish_get_diagnostics_response::{Alerts, Location, TestResult};
use crate::wire::dish_outage::Cause;
use crate::wire::{
    AlignmentStats, AttitudeEstimationState, DeviceInfo, DeviceState, DishAlerts,
    DishClearObstructionMapResponse, DishConfig, DishGetConfigResponse, DishGetContextResponse,
    DishGetDiagnosticsResponse, DishGetHistoryResponse, DishGetStatusResponse, DishGpsStats,
    DishInhibitGpsResponse, DishObstructionStats, DishPowerSaveRequest, DishSetConfigResponse,
    DishStowResponse, GetDeviceInfoResponse, GetLocationResponse, HasActuators, LlaPosition, PositionSource,
    Quaternion, RebootResponse, Request, Response, Status as WireStatus, UserClassOfService,
    UserMobilityClass, request, response,
};
use skyweave_core::refusal::RefusalCode;
use skyweave_core::schedule::Outage;
use tonic::Status;

/// What [`Response::api_version`] says; the number is Skyweave's own.
const API_VERSION: u64 = 1;
/// What virtual dishes are made of.
const HARDWARE: &str = "skyweave_virtual_1";
/// A wire of 1 Gbit/s.
const ETHERNET_MBPS: i32 = 1_000;
/// A virtual dish lies flat and looks at the zenith, as the planner takes terminals to do.
const BORESIGHT_ELEVATION_DEG: f32 = 90.0;
/// From the frame of north, east and down to one whose third axis looks up: half a turn about north.
const NED_TO_DISH: Quaternion = Quaternion { q_scalar: 0.0, q_x: 1.0, q_y: 0.0, q_z: 0.0 };
const ANSWERED: &str = "a virtual dish answers reboot, get_status, get_history, get_device_info, get_location, dish_stow, \
    dish_get_context, dish_get_obstruction_map, dish_set_config, dish_get_config, dish_power_save, dish_inhibit_gps, \
    dish_clear_obstruction_map and get_diagnostics";

/// Answers a request with what holds at the time that the dish was told last.
///
/// # Errors
/// As gRPC statuses: `UNAVAILABLE` without power, `NOT_FOUND` if the request is for somebody else, `UNIMPLEMENTED` for what a virtual dish does
/// not know, `INVALID_ARGUMENT` for settings that cannot be, `PERMISSION_DENIED` for the location where it is not told.
pub fn answer(dish: &mut Dish, asked: &Request) -> Result<Response, Status> {
    if dish.state(dish.now()) == State::Off {
        return Err(Status::unavailable("this dish has no power"));
    }
    let own = &dish.identity.id;
    if !asked.target_id.is_empty() && asked.target_id != *own {
        return Err(Status::not_found(format!(
            "this is {own}; leave target_id empty to ask whoever answers"
        )));
    }
    let Some(question) = &asked.request else { return Err(Status::unimplemented(ANSWERED)) };
    Ok(Response {
        id: asked.id,
        status: Some(WireStatus::default()),
        api_version: API_VERSION,
        response: told(dish, question)?,
    })
}

/// An error in a response, for a caller whom it must not end.
#[must_use]
pub fn refusal(id: u64, status: &Status) -> Response {
    let told = WireStatus { code: status.code().into(), message: status.message().to_owned() };
    Response { id, status: Some(told), api_version: API_VERSION, response: None }
}

fn told(dish: &mut Dish, question: &request::Request) -> Result<Option<response::Response>, Status> {
    use request::Request as Ask;
    use response::Response as Tell;
    let told = match question {
        Ask::Reboot(_) => {
            dish.reboot();
            Tell::Reboot(RebootResponse {})
        }
        Ask::GetStatus(_) => Tell::DishGetStatus(status(dish)),
        Ask::GetHistory(_) => Tell::DishGetHistory(history(dish)),
        Ask::GetDeviceInfo(_) => {
            Tell::GetDeviceInfo(GetDeviceInfoResponse { device_info: Some(device(dish)) })
        }
        Ask::GetLocation(_) => Tell::GetLocation(location(dish)?),
        Ask::DishStow(asked) => {
            dish.stow(!asked.unstow);
            Tell::DishStow(DishStowResponse {})
        }
        Ask::DishGetContext(_) => Tell::DishGetContext(context(dish)),
        Ask::DishGetObstructionMap(_) => Tell::DishGetObstructionMap(dish.map.tell()),
        Ask::DishSetConfig(asked) => {
            let config = asked.dish_config.ok_or_else(|| {
                Status::invalid_argument(
                    "dish_set_config has no dish_config; say what to set, and `apply` it",
                )
            })?;
            dish.set(&config).map_err(Status::invalid_argument)?;
            Tell::DishSetConfig(DishSetConfigResponse { updated_dish_config: Some(dish.settings.tell()) })
        }
        Ask::DishGetConfig(_) => {
            Tell::DishGetConfig(DishGetConfigResponse { dish_config: Some(dish.settings.tell()) })
        }
        Ask::DishPowerSave(asked) => {
            dish.set(&sleep(asked)).map_err(Status::invalid_argument)?;
            // the interface has no answer to it but an empty one
            return Ok(None);
        }
        Ask::DishInhibitGps(asked) => {
            dish.inhibit_gps(asked.inhibit_gps);
            Tell::DishInhibitGps(DishInhibitGpsResponse { inhibit_gps: asked.inhibit_gps })
        }
        Ask::DishClearObstructionMap(_) => {
            dish.clear_map();
            Tell::DishClearObstructionMap(DishClearObstructionMapResponse {})
        }
        Ask::GetDiagnostics(_) => Tell::DishGetDiagnostics(diagnostics(dish)),
    };
    Ok(Some(told))
}

fn sleep(asked: &DishPowerSaveRequest) -> DishConfig {
    DishConfig {
        power_save_start_minutes: asked.power_save_start_minutes,
        power_save_duration_minutes: asked.power_save_duration_minutes,
        power_save_mode: asked.enable_power_save,
        apply_power_save_start_minutes: true,
        apply_power_save_duration_minutes: true,
        apply_power_save_mode: true,
        ..DishConfig::default()
    }
}

fn device(dish: &Dish) -> DeviceInfo {
    DeviceInfo {
        id: dish.identity.id.clone(),
        hardware_version: HARDWARE.to_owned(),
        software_version: dish.identity.software_version.clone(),
        country_code: String::new(),
        utc_offset_s: 0,
        bootcount: i32::try_from(dish.boots).unwrap_or(i32::MAX),
    }
}

fn uptime(dish: &Dish) -> DeviceState {
    DeviceState { uptime_s: dish.uptime_s() }
}

/// Why the slot does not serve it.
fn unserved(dish: &Dish) -> Option<Outage> {
    dish.holding.as_ref()?.outcome.err()
}

fn refused(dish: &Dish) -> Option<RefusalCode> {
    match unserved(dish) {
        Some(Outage::NotAdmitted(code)) => Some(code),
        _ => None,
    }
}

fn status(dish: &Dish) -> DishGetStatusResponse {
    let (now, felt, state) = (dish.now(), dish.feels(), dish.state(dish.now()));
    let is_connected = matches!(state, State::Connected(_));
    let mobility =
        if dish.identity.moves { UserMobilityClass::Mobile } else { UserMobilityClass::Stationary };
    DishGetStatusResponse {
        device_info: Some(device(dish)),
        device_state: Some(uptime(dish)),
        // nobody knows the schedule of slots to come: less than none is unknown
        seconds_to_first_nonempty_slot: if is_connected { 0.0 } else { -1.0 },
        pop_ping_drop_rate: felt.drop_rate,
        obstruction_stats: Some(obstruction(dish)),
        alerts: Some(alerts(dish)),
        downlink_throughput_bps: felt.down_bps,
        uplink_throughput_bps: felt.up_bps,
        pop_ping_latency_ms: felt.latency_ms,
        stow_requested: dish.stowed,
        boresight_azimuth_deg: 0.0,
        boresight_elevation_deg: BORESIGHT_ELEVATION_DEG,
        outage: dish.outages.current(now),
        gps_stats: Some(gps(dish)),
        eth_speed_mbps: ETHERNET_MBPS,
        mobility_class: mobility.into(),
        is_snr_above_noise_floor: hears(state),
        class_of_service: UserClassOfService::UnknownUserClassOfService.into(),
        has_actuators: HasActuators::No.into(),
        disablement_code: cause::code(unserved(dish)).into(),
        alignment_stats: Some(alignment()),
        is_cell_disabled: refused(dish) == Some(RefusalCode::CellIsDisabled),
        ned2dish_quaternion: Some(NED_TO_DISH),
        config: Some(dish.settings.tell()),
    }
}

/// True if there is a signal: also where it leads nowhere.
fn hears(state: State) -> bool {
    matches!(state, State::Connected(_) | State::Down(Cause::NoPings))
}

fn alignment() -> AlignmentStats {
    AlignmentStats {
        has_actuators: HasActuators::No.into(),
        tilt_angle_deg: 0.0,
        boresight_azimuth_deg: 0.0,
        boresight_elevation_deg: BORESIGHT_ELEVATION_DEG,
        attitude_estimation_state: AttitudeEstimationState::FilterConverged.into(),
        attitude_uncertainty_deg: 0.0,
        desired_boresight_azimuth_deg: 0.0,
        desired_boresight_elevation_deg: BORESIGHT_ELEVATION_DEG,
    }
}

fn history(dish: &Dish) -> DishGetHistoryResponse {
    DishGetHistoryResponse { outages: dish.outages.recent(dish.now()), ..dish.history.tell() }
}

fn is_obstructed(dish: &Dish) -> bool {
    dish.state(dish.now()) == State::Down(Cause::Obstructed)
}

fn obstruction(dish: &Dish) -> DishObstructionStats {
    let (seconds, obstructed) = (dish.looked.seconds, dish.looked.obstructed);
    let prolonged = dish.outages.obstructions();
    DishObstructionStats {
        fraction_obstructed: dish.map.fraction_hidden(),
        valid_s: seconds as f32,
        currently_obstructed: is_obstructed(dish),
        avg_prolonged_obstruction_duration_s: prolonged.map_or(0.0, |(_, average_s)| average_s),
        // as dishes do that have had none
        avg_prolonged_obstruction_interval_s: prolonged
            .map_or(f32::NAN, |(count, _)| dish.uptime_s() as f32 / count as f32),
        avg_prolonged_obstruction_valid: prolonged.is_some(),
        time_obstructed: obstructed as f32 / (seconds as f32).max(1.0),
        patches_valid: dish.map.seen(),
    }
}

fn alerts(dish: &Dish) -> DishAlerts {
    let refused = refused(dish);
    DishAlerts {
        unexpected_location: refused.is_some_and(cause::is_misplaced),
        is_heating: dish.settings.heats(),
        is_power_save_idle: dish.sleeps(dish.now()),
        moving_too_fast_for_policy: refused == Some(RefusalCode::MovingTooFastForPolicy),
        lower_signal_than_predicted: unserved(dish) == Some(Outage::Rain),
        obstruction_map_reset: dish.shows_reset(),
        ..DishAlerts::default()
    }
}

/// Satellites of GPS are not in this world: how many a dish says it sees is made up, the same each time for the same dish and minute.
fn gps(dish: &Dish) -> DishGpsStats {
    const MINUTE_NS: i64 = 60_000_000_000;
    let is_used = !dish.gps_inhibited && !dish.boots_at(dish.now());
    let minute = dish.now().0.div_euclid(MINUTE_NS);
    let mixed = dish
        .identity
        .id
        .bytes()
        .fold(minute.unsigned_abs(), |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    DishGpsStats {
        gps_valid: is_used,
        gps_sats: if is_used { 10 + (mixed >> 32) as u32 % 6 } else { 0 },
        no_sats_after_ttff: false,
        inhibit_gps: dish.gps_inhibited,
    }
}

fn location(dish: &Dish) -> Result<GetLocationResponse, Status> {
    const HOW: &str = "this dish does not tell where it is; set location_request_mode to LOCAL, or start it with --location";
    if !dish.settings.tells_location() {
        return Err(Status::permission_denied(HOW));
    }
    let held = dish.holding.as_ref();
    let held = held.ok_or_else(|| Status::unavailable("this dish does not know yet where it is"))?;
    let source = if dish.gps_inhibited { PositionSource::Starlink } else { PositionSource::Gps };
    Ok(GetLocationResponse { lla: Some(position(held)), source: source.into() })
}

fn position(held: &Holding) -> LlaPosition {
    LlaPosition {
        lat: held.place.latitude_rad.to_degrees(),
        lon: held.place.longitude_rad.to_degrees(),
        alt: held.place.height_m,
    }
}

fn context(dish: &Dish) -> DishGetContextResponse {
    /// What a dish says where there was no such outage.
    const NEVER_S: f32 = -1.0;
    let link = dish.holding.as_ref().and_then(|held| held.outcome.ok());
    let (drop_rate, latency_ms) = dish.history.means(15);
    let since: [f32; LENGTHS_S.len()] =
        dish.outages.seconds_since(dish.now()).map(|since| since.unwrap_or(NEVER_S));
    let stats = obstruction(dish);
    DishGetContextResponse {
        device_info: Some(device(dish)),
        obstruction_fraction: stats.fraction_obstructed,
        obstruction_valid_s: stats.valid_s,
        cell_id: dish.holding.as_ref().map_or(0, |held| held.cell.0),
        pop_rack_id: link.map_or(0, |link| link.pop.0),
        seconds_to_slot_end: dish.seconds_to_slot_end(),
        device_state: Some(uptime(dish)),
        initial_satellite_id: link.map_or(0, |link| link.satellite.0),
        initial_gateway_id: link.map_or(0, |link| link.gateway.0),
        obstruction_current: stats.currently_obstructed,
        pop_ping_drop_rate_15s_mean: drop_rate,
        pop_ping_latency_ms_15s_mean: latency_ms,
        seconds_since_last_1s_outage: since[0],
        seconds_since_last_2s_outage: since[1],
        seconds_since_last_5s_outage: since[2],
        seconds_since_last_15s_outage: since[3],
        seconds_since_last_60s_outage: since[4],
        obstruction_time: stats.time_obstructed,
        disablement_code: cause::code(unserved(dish)).into(),
    }
}

fn diagnostics(dish: &Dish) -> DishGetDiagnosticsResponse {
    let device = device(dish);
    let alerts = alerts(dish);
    let told =
        dish.holding.as_ref().filter(|_| dish.settings.tells_location()).map(position).unwrap_or_default();
    DishGetDiagnosticsResponse {
        id: device.id,
        hardware_version: device.hardware_version,
        software_version: device.software_version,
        utc_offset_s: device.utc_offset_s,
        alerts: Some(Alerts {
            dish_is_heating: alerts.is_heating,
            moving_too_fast_for_policy: alerts.moving_too_fast_for_policy,
            obstructed: is_obstructed(dish),
            ..Alerts::default()
        }),
        disablement_code: cause::code(unserved(dish)).into(),
        hardware_self_test: TestResult::Passed.into(),
        location: Some(Location {
            enabled: dish.settings.tells_location(),
            latitude: told.lat,
            longitude: told.lon,
            altitude_meters: told.alt,
        }),
    }
}
