//! The rule of incidents, one story at a time.

use proptest::prelude::*;
use skyweave_control::entity::{Cause, Outcome, PositionEvidence};
use skyweave_control::incident::{CERTAIN, Fix, Inside, Limits, Notice, Params, Watch, observe};

const HOUR_S: i64 = 3_600;
/// Longitude of the border, 1e-7 degrees: west of it is allowed.
const BORDER_E7: i32 = 300_000_000;
/// 1e-7 degrees of longitude in a kilometre at the equator.
const KM_E7: i32 = 89_932;

/// West of a border at the equator: certain beyond two standard deviations, and in proportion between.
struct West(i32);

impl Inside for West {
    fn mass_65536(&self, fixes: &[Fix]) -> u32 {
        let share = |fix: &Fix| {
            let beyond_m = f64::from(fix.longitude_e7 - self.0) / f64::from(KM_E7) * 1_000.0;
            (0.5 - beyond_m / (4.0 * f64::from(fix.error_m))).clamp(0.0, 1.0)
        };
        (fixes.iter().map(share).sum::<f64>() / fixes.len() as f64 * f64::from(CERTAIN)) as u32
    }
}

/// A terminal's story: its positions, and everything that is noticed.
struct Story {
    watch: Watch,
    now_s: i64,
    notices: Vec<Notice>,
    roaming: Option<West>,
    limit_cm_s: Option<u32>,
}

impl Story {
    fn new() -> Self {
        Self { watch: Watch::default(), now_s: 0, notices: Vec::new(), roaming: None, limit_cm_s: None }
    }

    fn see(&mut self, fix: Fix) {
        let roaming = self.roaming.as_ref().map(|roaming| roaming as &dyn Inside);
        let home = West(BORDER_E7);
        let limits = Limits { home: &home, roaming, in_motion_limit_cm_s: self.limit_cm_s, fastest_m_s: 45 };
        let (watch, notice) = observe(self.stored(), &fix, &limits, &Params::default());
        self.watch = watch;
        self.notices.extend(notice);
    }

    /// What a service keeps of a terminal goes through its database; here now and then.
    fn stored(&self) -> Watch {
        if self.now_s % (5 * HOUR_S) != 0 {
            return self.watch.clone();
        }
        let text = serde_json::to_string(&self.watch).unwrap();
        assert!(text.len() < 2_000, "{text}");
        let watch: Watch = serde_json::from_str(&text).unwrap();
        assert_eq!(watch, self.watch);
        watch
    }

    /// For so long, a position each `every_s`, so many km east of the border.
    fn stays(mut self, hours: i64, every_s: i64, east_km: f64) -> Self {
        let until_s = self.now_s + hours * HOUR_S;
        while self.now_s < until_s {
            self.see(fix(self.now_s, east_km, 20, PositionEvidence::ClaimedGnss));
            self.now_s += every_s;
        }
        self
    }

    fn causes(&self) -> Vec<Cause> {
        let cause = |notice: &Notice| match notice {
            Notice::Opened(finding) | Notice::Changed(finding) => Some(finding.cause),
            Notice::Closed(_) => None,
        };
        self.notices.iter().filter_map(cause).collect()
    }
}

fn fix(time_s: i64, east_km: f64, error_m: u32, evidence: PositionEvidence) -> Fix {
    let longitude_e7 = BORDER_E7 + (east_km * f64::from(KM_E7)) as i32;
    Fix { time_s, latitude_e7: 0, longitude_e7, error_m, evidence }
}

#[test]
fn near_a_border_nobody_is_noticed_for_a_single_position() {
    let mut story = Story::new();
    for _ in 0..30 {
        story = story.stays(48, HOUR_S, -0.5);
        story = story.stays(1, HOUR_S, 0.3);
        // hours in which both sides are seen say nothing
        story = story.stays(1, 600, -0.02);
    }
    // it may be called flicker, from which nothing follows
    assert!(story.causes().iter().all(|cause| *cause == Cause::BorderFlicker), "{:?}", story.causes());
}

#[test]
fn going_to_and_fro_at_the_border_is_flicker_and_nothing_follows() {
    let mut story = Story::new();
    for _ in 0..30 {
        story = story.stays(6, HOUR_S, -0.5).stays(3, HOUR_S, 0.5);
    }
    assert_eq!(story.causes(), [Cause::BorderFlicker]);
    let story = story.stays(10 * 24, HOUR_S, -0.5);
    assert_eq!(story.notices.last(), Some(&Notice::Closed(Outcome::CameBack)));
}

#[test]
fn whoever_goes_deep_and_stays_is_roaming_and_then_diverted() {
    let story = Story::new().stays(48, HOUR_S, -30.0).stays(30, HOUR_S, 40.0);
    assert_eq!(story.causes(), [Cause::Roaming]);
    let story = story.stays(5 * 24, HOUR_S, 60.0);
    assert_eq!(story.causes(), [Cause::Roaming, Cause::Diverted]);
    let Some(Notice::Changed(finding)) = story.notices.last() else { panic!("a change") };
    assert_eq!(finding.since_s.0, 48 * HOUR_S);
    assert_eq!(finding.until_s.0 - finding.since_s.0, 5 * 24 * HOUR_S);
    assert_eq!(finding.outside_65536, CERTAIN);
    // one hour at home does not undo it, a day does
    let story = story.stays(2, HOUR_S, -30.0).stays(4, HOUR_S, 20.0);
    assert_eq!(story.watch.raised(), Some(Cause::Diverted));
    let story = story.stays(26, HOUR_S, -30.0);
    assert_eq!(story.notices.last(), Some(&Notice::Closed(Outcome::CameBack)));
    assert_eq!(story.watch.raised(), None);
}

#[test]
fn whoever_stays_just_beyond_takes_longer_to_be_diverted() {
    let story = Story::new().stays(24, HOUR_S, -1.0).stays(9 * 24, HOUR_S, 1.5);
    assert_eq!(story.causes(), []);
    let story = story.stays(2 * 24, HOUR_S, 1.5);
    assert_eq!(story.causes(), [Cause::Diverted]);
}

#[test]
fn three_days_across_and_back_is_no_diversion() {
    let story = Story::new().stays(72, HOUR_S, -20.0).stays(72, HOUR_S, 30.0).stays(48, HOUR_S, -20.0);
    assert_eq!(story.causes(), [Cause::Roaming]);
    assert_eq!(story.notices.last(), Some(&Notice::Closed(Outcome::CameBack)));
}

#[test]
fn a_jump_to_an_airport_is_not_believed_for_three_days() {
    let story = Story::new().stays(48, 300, -20.0).stays(60, 300, 200.0).stays(24, 300, -20.0);
    assert_eq!(story.causes(), []);
    // who is really there is there for longer
    let story = Story::new().stays(48, 300, -20.0).stays(9 * 24, 300, 200.0);
    assert_eq!(story.causes(), [Cause::Roaming, Cause::Diverted]);
}

#[test]
fn the_network_is_believed_over_the_terminal() {
    let mut liar = Story::new();
    let mut jammed = Story::new();
    for hour in 0..(8 * 24) {
        for minute in 0..6 {
            let time_s = hour * HOUR_S + minute * 600;
            let (ranged, claimed) = (PositionEvidence::NetworkRanging, PositionEvidence::ClaimedGnss);
            let network = minute == 0;
            let evidence = if network { ranged } else { claimed };
            let error_m = if network { 2_000 } else { 20 };
            liar.see(fix(time_s, if network { 80.0 } else { -30.0 }, error_m, evidence));
            jammed.see(fix(time_s, if network { -30.0 } else { 80.0 }, error_m, evidence));
        }
    }
    assert_eq!(liar.causes(), [Cause::Roaming, Cause::Diverted]);
    assert_eq!(jammed.causes(), []);
}

#[test]
fn where_the_plan_roams_it_is_roaming_and_no_more() {
    let mut story = Story::new();
    story.roaming = Some(West(BORDER_E7 + 100 * KM_E7));
    let story = story.stays(24, HOUR_S, -50.0).stays(30 * 24, HOUR_S, 50.0);
    assert_eq!(story.causes(), [Cause::Roaming]);
}

#[test]
fn driving_with_a_plan_that_must_stand_still_is_moving() {
    let mut story = Story::new().stays(2, 60, -50.0);
    story.limit_cm_s = Some(0);
    for minute in 0..50 {
        // 15 m/s, up and down a road on the right side
        let along_km = f64::from(if minute < 25 { minute } else { 50 - minute });
        story.see(fix(story.now_s, -50.0 + along_km * 0.9, 20, PositionEvidence::ClaimedGnss));
        story.now_s += 60;
    }
    let story = story.stays(1, 60, -50.0);
    assert_eq!(story.causes(), [Cause::Moving]);
    let story = story.stays(4, 60, -50.0);
    assert_eq!(story.notices.last(), Some(&Notice::Closed(Outcome::CameBack)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// Whatever is claimed, and in whatever order it comes: nobody who is inside nine hours of ten is diverted, and an incident opens, gets graver
    /// and closes in this order.
    #[test]
    fn mostly_inside_is_never_diverted(far in prop::collection::vec(-100.0_f64..100.0, 60), phase in 0_usize..10) {
        let mut story = Story::new();
        for east_km in &far {
            for hour in 0..10 {
                let east_km = if hour == phase { *east_km } else { -30.0 };
                story = story.stays(1, 1_800, east_km);
            }
        }
        prop_assert!(!story.causes().contains(&Cause::Diverted));
        prop_assert!(!story.causes().contains(&Cause::Roaming));
    }

    #[test]
    fn notices_come_in_their_order(hours in prop::collection::vec((-60.0_f64..60.0, 1_i64..90), 1..30)) {
        let mut story = Story::new();
        for (east_km, hours) in hours {
            story = story.stays(hours, 2 * HOUR_S, east_km);
        }
        let mut open: Option<Cause> = None;
        for notice in &story.notices {
            open = match notice {
                Notice::Opened(finding) => { prop_assert!(open.is_none()); Some(finding.cause) }
                Notice::Changed(finding) => { prop_assert!(open.is_some_and(|c| c < finding.cause)); Some(finding.cause) }
                Notice::Closed(_) => { prop_assert!(open.is_some()); None }
            };
        }
        prop_assert_eq!(open, story.watch.raised());
    }
}
