//! The rule of incidents on a made-up fleet: terminals along a front over a month, some of them diverted, some that live at the front.
//!
//! One terminal of four of those that `skyweave rehearse scenarios/fleet/diverted.toml` has: precision and recall on all of them are its results.

use skyweave_control::fleet::rehearsal::diverted::{Called, Detected, Month, detect};
use skyweave_control::fleet::synthetic::{Front, Life, Lives, Noise, fleet};
use skyweave_control::incident::Params;

const SEED: u64 = 0x2026_1122;
const DAYS: u32 = 30;
const DAY_S: i64 = 86_400;

/// The share of those that stay where they may be, and that were called roaming or graver.
fn roaming_at_home(detected: &Detected) -> f64 {
    let stays = [Life::Home, Life::BorderDweller].map(|life| detected.lives[&life]);
    let sum = |count: fn(&Called) -> usize| -> usize { stays.iter().map(count).sum() };
    sum(|called| called.roaming + called.diverted) as f64 / sum(|called| called.terminals) as f64
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
    let fleet = fleet(SEED, &Lives::default().scaled(4), DAYS);
    for (name, noise, interval_s, least_recall, most_roaming) in cases {
        let month = Month { days: DAYS, front: Front::default(), noise, interval_s, rule: Params::default() };
        let detected = detect(&fleet, &month, &|| ());
        println!("{name}: {detected:?}");
        assert!(detected.precision >= Some(0.99), "{name}");
        assert!(detected.recall >= Some(least_recall), "{name}");
        assert!(roaming_at_home(&detected) <= most_roaming, "{name}");
        assert!(interval_s > 21_600 || detected.median_delay_s < Some(8 * DAY_S), "{name}");
    }
}
