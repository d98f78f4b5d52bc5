//! The rule of incidents on a made-up fleet: 15,000 terminals along a front over a month, 300 of them diverted, 200 who live at the front.
//!
//! `cargo test -p skyweave-control --test control incidents -- --nocapture` prints precision and recall. `SKYWEAVE_FLEET_SCALE` makes the fleet smaller by
//! that factor (4 by default, 1 for all 15,000), `SKYWEAVE_FLEET_SEED` another one: the parameters were set on the default.

use skyweave_control::entity::Cause;
use skyweave_control::fleet::synthetic::{Front, Life, Lives, Noise, Terminal, fleet};
use skyweave_control::incident::{Limits, Notice, Params, Watch, observe};
use std::collections::BTreeMap;

const SEED: u64 = 0x2026_1122;
const DAYS: u32 = 30;
const DAY_S: i64 = 86_400;

/// What the detector said of one terminal in a month.
struct Verdict {
    life: Life,
    gravest: Option<Cause>,
    /// From the way across the front to the notice, s.
    delay_s: Option<i64>,
}

fn judge(terminal: &Terminal, noise: Noise, interval_s: i64) -> Verdict {
    let front = Front::default();
    let limits = Limits { home: &front, roaming: None, in_motion_limit_cm_s: None, fastest_m_s: 45 };
    let params = Params::default();
    let mut watch = Watch::default();
    let mut gravest = None;
    let mut found_s = None;
    for fix in terminal.fixes(front, noise, 0, DAYS, interval_s) {
        let (after, notice) = observe(watch, &fix, &limits, &params);
        watch = after;
        if let Some(Notice::Opened(finding) | Notice::Changed(finding)) = notice {
            gravest = gravest.max(Some(finding.cause));
            if finding.cause == Cause::Diverted {
                found_s.get_or_insert(fix.time_s);
            }
        }
    }
    let delay_s = found_s.zip(terminal.diverted_s()).map(|(found_s, left_s)| found_s - left_s);
    Verdict { life: terminal.life, gravest, delay_s }
}

struct Score {
    precision: f64,
    recall: f64,
    wrongly: BTreeMap<Life, usize>,
    /// Share of those that stay where they may be.
    roaming_at_home: f64,
    median_delay_days: f64,
}

fn score(name: &str, noise: Noise, interval_s: i64, scale: usize) -> Score {
    let fleet = fleet(number("SKYWEAVE_FLEET_SEED").unwrap_or(SEED), &Lives::default().scaled(scale), DAYS);
    let (one, other) = fleet.split_at(fleet.len() / 2);
    let judged = |part: &[Terminal]| -> Vec<Verdict> {
        part.iter().map(|terminal| judge(terminal, noise, interval_s)).collect()
    };
    let verdicts: Vec<Verdict> = std::thread::scope(|scope| {
        let other = scope.spawn(|| judged(other));
        judged(one).into_iter().chain(other.join().unwrap()).collect()
    });
    let diverted = verdicts.iter().filter(|v| v.life == Life::Diverted).count();
    let called: Vec<&Verdict> = verdicts.iter().filter(|v| v.gravest == Some(Cause::Diverted)).collect();
    let right = called.iter().filter(|v| v.life == Life::Diverted).count();
    let mut wrongly: BTreeMap<Life, usize> = BTreeMap::new();
    for verdict in called.iter().filter(|v| v.life != Life::Diverted) {
        *wrongly.entry(verdict.life).or_default() += 1;
    }
    let stays = |v: &&Verdict| matches!(v.life, Life::Home | Life::BorderDweller);
    let at_home = verdicts.iter().filter(stays).count();
    let roaming = verdicts.iter().filter(stays).filter(|v| v.gravest >= Some(Cause::Roaming)).count();
    let roaming_at_home = roaming as f64 / at_home as f64;
    let flicker = verdicts.iter().filter(stays).filter(|v| v.gravest == Some(Cause::BorderFlicker)).count();
    let mut delays: Vec<i64> = called.iter().filter_map(|v| v.delay_s).collect();
    delays.sort_unstable();
    let median_delay_days = delays.get(delays.len() / 2).map_or(f64::NAN, |s| *s as f64 / DAY_S as f64);
    let precision = right as f64 / called.len().max(1) as f64;
    let recall = right as f64 / diverted as f64;
    println!(
        "{name:32} terminals {:6}  diverted {diverted:3}  precision {precision:.3}  recall {recall:.3}  wrongly {wrongly:?}  \
         at home: roaming {roaming}, flicker {flicker} of {at_home}  delay, median {median_delay_days:.1} d",
        verdicts.len()
    );
    Score { precision, recall, wrongly, roaming_at_home, median_delay_days }
}

fn scale() -> usize {
    number("SKYWEAVE_FLEET_SCALE").unwrap_or(4) as usize
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap())
}

#[test]
fn diverted_terminals_are_found_and_border_dwellers_left_alone() {
    let cases = [
        ("open sky, hourly", Noise::open_sky(), 3_600, 0.98, 0.0),
        ("300 m for hours, hourly", Noise::lasting(), 3_600, 0.98, 0.0),
        ("jammed and spoofed, hourly", Noise::jammed(), 3_600, 0.98, 0.0),
        // an hour of spoofing looks like six, and nobody can tell a jump from a drive
        ("jammed and spoofed, 4 a day", Noise::jammed(), 21_600, 0.9, 0.03),
        ("jammed and spoofed, daily", Noise::jammed(), 86_400, 0.7, 0.01),
    ];
    let scores = cases.map(|(name, noise, interval_s, ..)| score(name, noise, interval_s, scale()));
    for ((name, _, interval_s, least_recall, most_roaming), score) in cases.into_iter().zip(scores) {
        assert!(score.precision >= 0.99, "{name}: wrongly {:?}", score.wrongly);
        assert!(score.recall >= least_recall, "{name}");
        assert!(score.roaming_at_home <= most_roaming, "{name}");
        assert!(interval_s > 21_600 || score.median_delay_days < 8.0, "{name}");
    }
}
