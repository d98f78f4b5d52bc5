//! A dish through slots, told by hand.

use super::*;
use crate::answer::{answer, refusal};
use crate::holding::{Direction, Pass};
use crate::wire::{
    DishClearObstructionMapRequest, DishGetStatusResponse, DishInhibitGpsRequest, DishSetConfigRequest,
    DishStowRequest, GetHistoryRequest, GetLocationRequest, GetStatusRequest, RebootRequest, Request,
    Response, UtDisablementCode, request, response,
};
use proptest::prelude::*;
use skyweave_core::geodesy::Geodetic;
use skyweave_core::ids::{CellId, GatewayId, PopId};
use skyweave_core::place::Sector;
use skyweave_core::refusal::RefusalCode;
use tonic::Code;

const FIRST: SlotNo = SlotNo(97_000_000);

fn identity() -> Identity {
    Identity {
        id: "ut-test".into(),
        software_version: "test".into(),
        moves: false,
        mask: HorizonMask::default(),
        boot_ns: 30 * SECOND_NS,
        tells_location: false,
    }
}

fn at(seconds: i64) -> GpsNs {
    GpsNs::in_slot(FIRST, seconds * SECOND_NS)
}

fn link(satellite: u32) -> Link {
    Link {
        satellite: SatId(satellite),
        gateway: GatewayId(0),
        pop: PopId(0),
        down_bps: 123e6,
        up_bps: 12e6,
        rtt_s: 0.031_25,
    }
}

fn pass(azimuth_deg: f64, from_deg: f64, to_deg: f64) -> Pass {
    let direction = |elevation: f64| Direction {
        azimuth_rad: azimuth_deg.to_radians(),
        elevation_rad: elevation.to_radians(),
    };
    Pass { from: direction(from_deg), to: direction(to_deg) }
}

fn holding(slot: i64, outcome: Result<Link, Outage>) -> Holding {
    Holding {
        slot: SlotNo(FIRST.0 + slot),
        place: Geodetic::from_degrees(50.45, 30.52),
        cell: CellId(7),
        pass: matches!(outcome, Ok(_) | Err(Outage::Obstructed)).then(|| pass(10.0, 40.0, 50.0)),
        outcome,
    }
}

fn served() -> Dish {
    let mut dish = Dish::new(identity(), at(0));
    dish.slot_began(holding(0, Ok(link(1))));
    dish
}

fn ask(dish: &mut Dish, question: request::Request) -> Result<Response, tonic::Status> {
    answer(dish, &Request { id: 42, request: Some(question), ..Request::default() })
}

fn status(dish: &mut Dish) -> DishGetStatusResponse {
    let answered = ask(dish, request::Request::GetStatus(GetStatusRequest {})).unwrap();
    assert_eq!(answered.id, 42);
    let Some(response::Response::DishGetStatus(status)) = answered.response else { panic!("{answered:?}") };
    status
}

#[test]
fn a_served_dish_says_what_the_slot_says() {
    let mut dish = served();
    dish.advance(at(14));
    let told = status(&mut dish);
    assert_eq!(told.outage, None);
    assert_eq!((told.downlink_throughput_bps, told.uplink_throughput_bps), (123e6, 12e6));
    assert_eq!((told.pop_ping_latency_ms, told.pop_ping_drop_rate), (31.25, 0.0));
    assert_eq!(told.disablement_code(), UtDisablementCode::Okay);
    assert_eq!(told.device_state.unwrap().uptime_s, 14);
    assert!(told.gps_stats.unwrap().gps_valid && told.is_snr_above_noise_floor);
}

#[test]
fn every_outage_shows_as_its_cause_and_ends_with_the_slot() {
    let cases = [
        (Outage::NoBeam, Cause::NoSchedule),
        (Outage::GsoArc, Cause::NoSats),
        (Outage::NoPop, Cause::NoPings),
        (Outage::Rain, Cause::NoDownlink),
        (Outage::Obstructed, Cause::Obstructed),
        (Outage::NotAdmitted(RefusalCode::BlockedArea), Cause::NoSchedule),
    ];
    for (outage, cause) in cases {
        let mut dish = served();
        dish.slot_began(holding(1, Err(outage)));
        dish.advance(at(20));
        let told = status(&mut dish);
        let shown = told.outage.unwrap();
        assert_eq!((shown.cause(), shown.start_timestamp_ns), (cause, at(15).0), "{outage:?}");
        assert_eq!(shown.duration_ns, 5_000_000_000);
        assert_eq!((told.pop_ping_drop_rate, told.downlink_throughput_bps), (1.0, 0.0));
        let is_blocked = outage == Outage::NotAdmitted(RefusalCode::BlockedArea);
        assert_eq!(told.disablement_code() == UtDisablementCode::BlockedArea, is_blocked);
        assert_eq!(told.alerts.unwrap().unexpected_location, is_blocked);
        dish.slot_began(holding(2, Ok(link(2))));
        assert_eq!(status(&mut dish).outage, None);
        dish.advance(at(31));
        let Ok(Response { response: Some(response::Response::DishGetHistory(history)), .. }) =
            ask(&mut dish, request::Request::GetHistory(GetHistoryRequest {}))
        else {
            panic!("no history")
        };
        assert_eq!(history.current, 31);
        assert_eq!((history.outages.len(), history.outages[0].did_switch), (1, true));
        // seconds that end in slot 1: the one that ends as it begins is felt as it then was
        let lost: Vec<usize> = (0..31).filter(|at| history.pop_ping_drop_rate[*at] == 1.0).collect();
        assert_eq!((lost.len(), lost[lost.len() - 1] - lost[0]), (15, 14), "{lost:?}");
    }
}

#[test]
fn without_power_nobody_answers_and_with_it_the_dish_boots() {
    let mut dish = served();
    dish.slot_began(holding(1, Err(Outage::NoPower)));
    let refused = ask(&mut dish, request::Request::GetStatus(GetStatusRequest {})).unwrap_err();
    assert_eq!(refused.code(), Code::Unavailable);
    dish.slot_began(holding(2, Ok(link(1))));
    dish.advance(at(40));
    let told = status(&mut dish);
    assert_eq!(told.outage.unwrap().cause(), Cause::Booting);
    assert_eq!(told.device_info.unwrap().bootcount, 2);
    assert_eq!(told.device_state.unwrap().uptime_s, 10);
    dish.slot_began(holding(3, Ok(link(1))));
    dish.slot_began(holding(4, Ok(link(1))));
    dish.advance(at(61));
    assert_eq!(status(&mut dish).outage, None);
}

#[test]
fn a_reboot_takes_its_time_and_begins_the_history_again() {
    let mut dish = served();
    dish.advance(at(10));
    ask(&mut dish, request::Request::Reboot(RebootRequest {})).unwrap();
    for (slot, second) in [(0, 12), (1, 25), (2, 39)] {
        dish.slot_began(holding(slot, Ok(link(1))));
        dish.advance(at(second));
        let told = status(&mut dish);
        assert_eq!(told.outage.unwrap().cause(), Cause::Booting, "{second}");
        assert!(!told.gps_stats.unwrap().gps_valid);
        assert_eq!(dish.history.tell().current, second.unsigned_abs() - 10);
    }
    dish.advance(at(40));
    assert_eq!(status(&mut dish).outage, None);
}

#[test]
fn stow_holds_until_it_is_undone() {
    let mut dish = served();
    ask(&mut dish, request::Request::DishStow(DishStowRequest { unstow: false })).unwrap();
    dish.slot_began(holding(1, Ok(link(1))));
    let told = status(&mut dish);
    assert!(told.stow_requested && told.outage.unwrap().cause() == Cause::Stowed);
    ask(&mut dish, request::Request::DishStow(DishStowRequest { unstow: true })).unwrap();
    let told = status(&mut dish);
    assert!(!told.stow_requested && told.outage.is_none());
}

#[test]
fn the_location_is_for_whom_the_user_lets_know() {
    let mut dish = served();
    let ask_place = || request::Request::GetLocation(GetLocationRequest::default());
    assert_eq!(ask(&mut dish, ask_place()).unwrap_err().code(), Code::PermissionDenied);
    let config =
        DishConfig { location_request_mode: 1, apply_location_request_mode: true, ..DishConfig::default() };
    let set = DishSetConfigRequest { dish_config: Some(config) };
    ask(&mut dish, request::Request::DishSetConfig(set)).unwrap();
    let answered = ask(&mut dish, ask_place()).unwrap();
    let Some(response::Response::GetLocation(told)) = answered.response else { panic!("{answered:?}") };
    let place = told.lla.unwrap();
    assert!((place.lat - 50.45).abs() < 1e-9 && (place.lon - 30.52).abs() < 1e-9);
}

#[test]
fn the_map_shows_the_way_of_the_satellite_and_what_hides_it() {
    let sector = Sector { from_rad: 0.0, to_rad: 0.5, elevation_rad: 45.0_f64.to_radians() };
    let mask = HorizonMask { sectors: vec![sector] };
    let mut dish = Dish::new(Identity { mask, ..identity() }, at(0));
    dish.slot_began(holding(0, Err(Outage::Obstructed)));
    dish.advance(at(15));
    let stats = status(&mut dish).obstruction_stats.unwrap();
    assert!(stats.patches_valid > 5, "{stats:?}");
    assert!((0.3..0.7).contains(&stats.fraction_obstructed), "{stats:?}");
    assert_eq!((stats.time_obstructed, stats.currently_obstructed), (1.0, true));
    ask(&mut dish, request::Request::DishClearObstructionMap(DishClearObstructionMapRequest {})).unwrap();
    let told = status(&mut dish);
    assert_eq!(told.obstruction_stats.unwrap().patches_valid, 0);
    assert!(told.alerts.unwrap().obstruction_map_reset);
}

#[test]
fn gps_can_be_taken_out_of_use() {
    let mut dish = served();
    ask(&mut dish, request::Request::DishInhibitGps(DishInhibitGpsRequest { inhibit_gps: true })).unwrap();
    let gps = status(&mut dish).gps_stats.unwrap();
    assert_eq!((gps.inhibit_gps, gps.gps_valid, gps.gps_sats), (true, false, 0));
}

#[test]
fn a_slot_that_nobody_follows_up_ends() {
    let mut dish = served();
    dish.advance(at(29));
    assert_eq!(status(&mut dish).outage, None, "the next may be late");
    dish.advance(at(31));
    assert_eq!(status(&mut dish).outage.unwrap().cause(), Cause::NoSchedule);
}

#[test]
fn what_was_measured_goes_before_what_was_planned() {
    let mut dish = served();
    let sample = Sample { drop_rate: 0.25, latency_ms: 99.0, down_bps: 1e6, up_bps: 2e5 };
    dish.felt(at(5), sample);
    assert_eq!(dish.feels(), sample);
    assert_eq!(dish.history.tell().pop_ping_latency_ms[4], 99.0);
    dish.advance(at(8));
    assert_eq!(dish.feels().latency_ms, 31.25);
}

#[test]
fn questions_nobody_knows_and_questions_for_others_get_their_status() {
    let mut dish = served();
    assert_eq!(answer(&mut dish, &Request::default()).unwrap_err().code(), Code::Unimplemented);
    let status = Some(request::Request::GetStatus(GetStatusRequest {}));
    let other = Request { target_id: "Router-1".into(), request: status, ..Request::default() };
    assert_eq!(answer(&mut dish, &other).unwrap_err().code(), Code::NotFound);
    assert!(answer(&mut dish, &Request { target_id: "ut-test".into(), ..other.clone() }).is_ok());
    let told = answer(&mut dish, &other).unwrap_or_else(|status| refusal(other.id, &status));
    assert_eq!((told.status.unwrap().code, told.response), (Code::NotFound as i32, None));
}

#[test]
fn an_hour_without_a_word_costs_no_more_than_a_ring() {
    let mut dish = served();
    dish.advance(at(1_000_000));
    let history = dish.history.tell();
    assert_eq!(history.current, 1_000_000);
    assert_eq!(history.pop_ping_drop_rate.iter().filter(|drop| **drop == 1.0).count(), RING);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// However finely time is cut, and whenever somebody asks, the same comes of it.
    #[test]
    fn it_does_not_matter_when_somebody_looks(steps in prop::collection::vec(1_i64..4_000, 1..60)) {
        let outcomes = [Ok(link(1)), Err(Outage::Rain), Ok(link(2)), Ok(link(2)), Err(Outage::NoSatellite), Ok(link(3))];
        let run = |looks: &[i64]| {
            let mut dish = Dish::new(identity(), at(0));
            let mut now = 0;
            for (slot, outcome) in (0..).zip(outcomes) {
                for look in looks.iter().scan(0, |sum, step| { *sum += step; Some(*sum) }) {
                    let look = GpsNs::in_slot(FIRST, look * 1_000_000);
                    if look.0 < at(slot * 15).0 && look.0 > now {
                        dish.advance(look);
                        now = look.0;
                    }
                }
                dish.slot_began(holding(slot, outcome));
            }
            dish.advance(at(90));
            (dish.history.tell(), dish.outages.recent(at(90)), dish.map.tell())
        };
        prop_assert_eq!(run(&steps), run(&[]));
    }
}
