//! Time from left to right.

use super::words::moment;
use crate::results::UtcMs;
use skyweave_core::time::SlotNo;

/// Steps between ticks, s.
const STEPS_S: [i64; 16] =
    [15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800];

/// Time from left to right.
pub struct TimeAxis {
    from: i64,
    until: i64,
    left: f64,
    width: f64,
}

/// A tick and its label.
#[derive(Debug, PartialEq)]
pub struct Tick {
    pub x: f64,
    pub label: String,
}

impl TimeAxis {
    /// The axis of some slots, the last excluded, between two places.
    pub const fn new((from, until): (i64, i64), (left, right): (f64, f64)) -> Self {
        Self { from, until, left, width: right - left }
    }

    /// Where a slot begins.
    pub fn x(&self, slot: i64) -> f64 {
        self.left + (slot - self.from) as f64 / self.slots() * self.width
    }

    /// The place after the last slot.
    pub fn right(&self) -> f64 {
        self.left + self.width
    }

    fn slots(&self) -> f64 {
        (self.until - self.from).max(1) as f64
    }

    /// Ticks at full minutes, hours or days, at most `most` of them where that can be.
    pub fn ticks(&self, most: i64) -> Vec<Tick> {
        let (from, until) = (UtcMs::of_slot(SlotNo(self.from)).0, UtcMs::of_slot(SlotNo(self.until)).0);
        let span = (until - from).max(1);
        let step = STEPS_S.into_iter().map(|s| s * 1_000).find(|step| span / step <= most);
        let step = step.unwrap_or(span);
        let first = (from + step - 1).div_euclid(step) * step;
        let mut ticks = Vec::new();
        let mut at = first;
        while at <= until {
            let x = self.left + (at - from) as f64 / span as f64 * self.width;
            ticks.push(Tick { x, label: label(at, step) });
            at += step;
        }
        ticks
    }
}

/// Seconds only where steps have them, the date where a step is a day.
fn label(at_ms: i64, step_ms: i64) -> String {
    let text = UtcMs(at_ms).to_string();
    let shown = match step_ms {
        ..60_000 => 11..19,
        86_400_000.. => 5..10,
        _ => 11..16,
    };
    text.get(shown).unwrap_or_default().to_owned()
}

/// The times of a window in words, for those who do not see the axis.
pub fn spoken((from, until): (i64, i64)) -> String {
    format!("{} to {} UTC", moment(from), moment(until))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_at_round_times() {
        // 18:00:12 to 18:40:12
        let axis = TimeAxis::new((97_555_682, 97_555_842), (0.0, 160.0));
        let ticks = axis.ticks(5);
        let labels: Vec<&str> = ticks.iter().map(|tick| tick.label.as_str()).collect();
        assert_eq!(labels, ["18:10", "18:20", "18:30", "18:40"]);
        assert!((ticks[0].x - 39.2).abs() < 1e-9, "{}", ticks[0].x);
        assert_eq!(axis.x(97_555_842), axis.right());
    }

    #[test]
    fn a_window_of_one_slot_has_a_width() {
        let axis = TimeAxis::new((7, 8), (10.0, 20.0));
        assert_eq!((axis.x(7), axis.x(8)), (10.0, 20.0));
        let empty = TimeAxis::new((7, 7), (10.0, 20.0));
        assert_eq!(empty.x(7), 10.0);
        assert!(empty.ticks(5).len() <= 1);
    }
}
