use super::*;

const SEEDS: std::ops::Range<u64> = 0..6;

fn access(seed: u64) -> Access {
    Access::new(AccessParams::default(), seed)
}

/// Instants over three slots, dense where a slot begins.
fn instants() -> impl Iterator<Item = GpsNs> {
    let begin = GpsNs::in_slot(SlotNo(97_000_001), -200_000_000);
    let edge = (0..8_000_i64).map(|i| i * 61_003);
    let rest = (0..9_000_i64).map(|i| 488_000_000 + i * 5_003_017);
    edge.chain(rest).map(move |ns| begin.plus_ns(ns))
}

#[test]
fn frames_begin_at_whole_nanoseconds_and_fill_the_slot() {
    assert_eq!(frame_start_ns(0), 0);
    assert_eq!((frame_start_ns(1), frame_start_ns(2), frame_start_ns(3)), (1_333_334, 2_666_667, 4_000_000));
    assert_eq!(frame_start_ns(FRAMES_PER_SLOT), SLOT_NS);
    for frame in 0..=FRAMES_PER_SLOT {
        let start = frame_start_ns(frame);
        assert_eq!((frame_not_before(start), frame_not_before(start - 1)), (frame, frame));
    }
}

#[test]
fn an_instant_knows_its_slot() {
    let instant = GpsNs::in_slot(SlotNo(5), 14_999_999_999);
    assert_eq!((instant.slot(), instant.plus_ns(1).slot()), (SlotNo(5), SlotNo(6)));
    assert_eq!((instant.offset_ns(), GpsNs(-1).offset_ns()), (14_999_999_999, 14_999_999_999));
}

#[test]
fn packets_keep_their_order_and_are_never_early() {
    for seed in SEEDS {
        let access = access(seed);
        for activity in [Activity::Steady, Activity::Sporadic] {
            let mut before = GpsNs(i64::MIN);
            for now in instants() {
                let left = access.uplink(now, activity);
                assert!(left >= before && left >= now, "{seed} {activity:?} {now:?}");
                before = left;
            }
        }
        let mut before = GpsNs(i64::MIN);
        for arrival in instants() {
            let out = access.downlink(arrival);
            assert!(out >= before && out >= arrival, "{seed} {arrival:?}");
            before = out;
        }
    }
}

#[test]
fn order_holds_where_detours_end() {
    let params = AccessParams { detour_share: 0.5, detour_stay: 0.0, ..AccessParams::default() };
    for seed in SEEDS {
        let access = Access::new(params.clone(), seed);
        for slot in (0..200).map(SlotNo) {
            let mut before = GpsNs(i64::MIN);
            for ns in (-150_000_000..150_000_000).step_by(500_000) {
                let out = access.downlink(GpsNs::in_slot(slot, ns));
                assert!(out >= before, "{seed} {slot:?} {ns}");
                before = out;
            }
        }
    }
}

#[test]
fn grants_fall_on_frames_and_never_in_a_reallocation() {
    let params = AccessParams::default();
    let closes_ns = SLOT_NS - ns(params.uplink_closes_s);
    for seed in SEEDS {
        for now in instants() {
            let offset_ns = access(seed).uplink(now, Activity::Steady).offset_ns();
            assert_eq!(frame_start_ns(frame_not_before(offset_ns)), offset_ns);
            assert!((ns(params.uplink_opens_s)..closes_ns).contains(&offset_ns), "{offset_ns}");
        }
    }
}

#[test]
fn a_steady_slot_has_one_period_of_grants() {
    let mut weights = [0.0; 8];
    weights[3] = 1.0;
    let params = AccessParams {
        period_weights: weights,
        wander_share: 0.0,
        open_share: [1.0, 1.0],
        recovery_open_factor: 1.0,
        ..AccessParams::default()
    };
    let access = Access::new(params, 3);
    let mut at = access.grant_not_before(GpsNs::in_slot(SlotNo(8), 1_000_000_000), Activity::Steady);
    for _ in 0..1_000 {
        let next = access.grant_not_before(at.plus_ns(1), Activity::Steady);
        // four frames, with the rounding of their beginnings
        assert!((next.0 - at.0 - 5_333_333).abs() <= 1, "{}", next.0 - at.0);
        at = next;
    }
}

#[test]
fn what_comes_during_a_reallocation_goes_out_together() {
    let params = AccessParams { detour_share: 0.0, ..AccessParams::default() };
    let opens_s = params.downlink_opens_s;
    let processing_s = params.down_processing_s;
    let access = Access::new(params, 1);
    let out = |ns: i64| access.downlink(GpsNs::in_slot(SlotNo(40), ns));
    let held = out(0);
    assert_eq!([out(10_000_000), out(ns(opens_s[0]))], [held; 2]);
    let most_s = opens_s[1] + processing_s + 2.0 * FRAME_S;
    assert!((ns(opens_s[0] + processing_s)..=ns(most_s)).contains(&held.offset_ns()));
    let sent = |ns: i64| access.uplink(GpsNs::in_slot(SlotNo(40), ns), Activity::Steady);
    assert_eq!(sent(0), sent(30_000_000));
}

#[test]
fn the_same_seed_gives_the_same_and_another_does_not() {
    let of = |seed: u64| -> Vec<GpsNs> {
        instants().map(|now| access(seed).downlink(access(seed).uplink(now, Activity::Steady))).collect()
    };
    assert_eq!(of(4), of(4));
    assert_ne!(of(4), of(5));
}

#[test]
fn detours_come_as_often_as_stated_and_stay() {
    let params = AccessParams { detour_share: 0.2, detour_stay: 0.5, ..AccessParams::default() };
    let access = Access::new(params, 11);
    let slots = 40_000;
    let detours: Vec<i64> = (0..slots).map(|slot| access.detour_ns(SlotNo(slot))).collect();
    let share = detours.iter().filter(|ns| **ns > 0).count() as f64 / slots as f64;
    assert!((share - 0.2).abs() < 0.01, "{share}");
    let kept = detours.windows(2).filter(|pair| pair[0] > 0 && pair[0] == pair[1]).count() as f64;
    assert!((kept / (share * slots as f64) - 0.5).abs() < 0.03);
    assert!(detours.iter().all(|ns| (0..=super::ns(LONGEST_DETOUR_S)).contains(ns)));
}

#[test]
fn a_silent_terminal_waits_longer() {
    let params = AccessParams::default();
    let of = |activity| RttAddition::tabulate(&params, activity);
    let (steady, sporadic) = (of(Activity::Steady), of(Activity::Sporadic));
    let fixed_s = params.up_processing_s + params.down_processing_s;
    assert!(steady.quantile_s(0.0) >= fixed_s && sporadic.quantile_s(0.0) >= fixed_s);
    assert!(sporadic.quantile_s(0.5) > steady.quantile_s(0.5) + 0.002);
    let spread: Vec<f64> = [0.05, 0.5, 0.95, 1.0].map(|p| sporadic.quantile_s(p)).to_vec();
    assert!(spread.is_sorted());
    let access = access(0);
    assert_eq!(access.activity(20_000_000), Activity::Steady);
    assert_eq!(access.activity(2_000_000_000), Activity::Sporadic);
}

#[test]
fn senseless_parameters_still_let_packets_through() {
    let params = AccessParams {
        period_weights: [0.0; 8],
        open_share: [0.0, 0.0],
        requested_open_share: 0.0,
        recovery_open_factor: 0.0,
        request_period_frames: 0,
        ..AccessParams::default()
    };
    let access = Access::new(params, 0);
    for activity in [Activity::Steady, Activity::Sporadic] {
        let left = access.uplink(GpsNs::in_slot(SlotNo(3), 5), activity);
        assert!(left.0 - GpsNs::in_slot(SlotNo(3), 5).0 < 2 * SLOT_NS);
    }
}
