//! What terminals really do.

use super::Random;
use serde::Serialize;

const HOUR_S: i64 = 3_600;
const DAY_S: i64 = 24 * HOUR_S;

/// What a terminal does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Life {
    /// It is used 10 to 250 km behind the front, and moves within some km.
    Home,
    /// It is used within 2 km of the front, on the right side.
    BorderDweller,
    /// It goes beyond the front for good: at once or by a few stops, to 1 to 120 km beyond.
    Diverted,
    /// It is beyond the front once, for 6 to 72 hours.
    Visitor,
    /// It is beyond the front on most days, for 2 to 8 hours.
    Commuter,
}

impl Life {
    /// Every kind of life.
    pub const ALL: [Self; 5] =
        [Self::Home, Self::BorderDweller, Self::Diverted, Self::Visitor, Self::Commuter];
}

/// How many terminals do what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lives {
    /// See [`Life::Home`].
    pub home: usize,
    /// See [`Life::BorderDweller`].
    pub border_dwellers: usize,
    /// See [`Life::Diverted`].
    pub diverted: usize,
    /// See [`Life::Visitor`].
    pub visitors: usize,
    /// See [`Life::Commuter`].
    pub commuters: usize,
}

impl Default for Lives {
    /// 15,000 terminals, of which 300 are diverted and 200 live at the front.
    fn default() -> Self {
        Self { home: 14_300, border_dwellers: 200, diverted: 300, visitors: 150, commuters: 50 }
    }
}

impl Lives {
    /// The same mixture with one of so many.
    #[must_use]
    pub fn scaled(&self, one_of: usize) -> Self {
        Self {
            home: self.home / one_of,
            border_dwellers: self.border_dwellers / one_of,
            diverted: self.diverted / one_of,
            visitors: self.visitors / one_of,
            commuters: self.commuters / one_of,
        }
    }

    /// The life of each.
    pub fn each(&self) -> impl Iterator<Item = Life> + use<> {
        let counted = [
            (Life::Home, self.home),
            (Life::BorderDweller, self.border_dwellers),
            (Life::Diverted, self.diverted),
            (Life::Visitor, self.visitors),
            (Life::Commuter, self.commuters),
        ];
        counted.into_iter().flat_map(|(life, count)| std::iter::repeat_n(life, count))
    }
}

/// Where a terminal is at any time: east of the front and north of its middle, m.
#[derive(Debug, Clone)]
pub(super) struct Path {
    home: (f64, f64),
    /// When it leaves home, s from the beginning.
    pub(super) leaves_s: i64,
    /// The way there and beyond: times and places.
    stops: Vec<(i64, (f64, f64))>,
    /// Hours of each day that it spends at the last stop, from and to; all if none.
    daily_h: Option<(i64, i64)>,
}

impl Path {
    pub(super) fn of(life: Life, days: u32, random: &mut Random) -> Self {
        let north_m = random.between(-80_000.0, 80_000.0);
        let east_m = match life {
            Life::Home => -random.between(10_000.0, 250_000.0),
            Life::BorderDweller => -random.between(20.0, 2_000.0),
            Life::Commuter => -random.between(500.0, 15_000.0),
            Life::Diverted | Life::Visitor => -random.between(1_000.0, 150_000.0),
        };
        let home = (east_m, north_m);
        let month_s = i64::from(days) * DAY_S;
        let mut path = Self { home, leaves_s: month_s, stops: Vec::new(), daily_h: None };
        match life {
            Life::Home | Life::BorderDweller => {}
            Life::Diverted => path.divert(month_s, random),
            Life::Visitor => {
                let hours = random.between(6.0, 72.0) as i64;
                let latest_s = (month_s - hours * HOUR_S - DAY_S).max(HOUR_S);
                path.leaves_s = random.between(0.0, latest_s as f64) as i64;
                let there = (random.between(2_000.0, 40_000.0), north_m);
                let arrives_s = path.leaves_s + 2 * HOUR_S;
                let departs_s = arrives_s + hours * HOUR_S;
                path.stops = vec![(arrives_s, there), (departs_s, there), (departs_s + 2 * HOUR_S, home)];
            }
            Life::Commuter => {
                let from_h = random.between(5.0, 14.0) as i64;
                path.leaves_s = 0;
                path.daily_h = Some((from_h, from_h + random.between(2.0, 8.0) as i64));
                path.stops = vec![(0, (random.between(500.0, 12_000.0), north_m))];
            }
        }
        path
    }

    /// It leaves in the first two thirds of the month, makes some stops, and ends up to 120 km beyond the front; one in ten stays within 5 km.
    fn divert(&mut self, month_s: i64, random: &mut Random) {
        self.leaves_s = random.between(DAY_S as f64, month_s as f64 * 2.0 / 3.0) as i64;
        let shallow = random.happens(0.1);
        let depth_m =
            if shallow { random.between(1_000.0, 5_000.0) } else { random.between(5_000.0, 120_000.0) };
        let stops = 1 + (random.share() * 4.0) as i64;
        let (mut time_s, north_m) = (self.leaves_s, self.home.1);
        for stop in 1..=stops {
            // the first stop is beyond the front already
            let share = stop as f64 / stops as f64;
            let place = (depth_m * share, north_m + random.between(-20_000.0, 20_000.0));
            time_s += random.between(6.0, 16.0) as i64 * HOUR_S;
            self.stops.push((time_s, place));
            time_s += random.between(2.0, 36.0) as i64 * HOUR_S;
            self.stops.push((time_s, place));
        }
    }

    pub(super) fn at(&self, time_s: i64) -> (f64, f64) {
        if let Some((from_h, to_h)) = self.daily_h {
            let hour = time_s.rem_euclid(DAY_S) / HOUR_S;
            // one day of the week it stays at home
            let stays = time_s.div_euclid(DAY_S) % 7 == 6;
            let away = (from_h..to_h).contains(&hour) && !stays;
            return self.stops.last().filter(|_| away).map_or(self.home, |(_, there)| *there);
        }
        let mut before = (self.leaves_s, self.home);
        for &(at_s, place) in &self.stops {
            if time_s < at_s {
                return between(before, (at_s, place), time_s);
            }
            before = (at_s, place);
        }
        before.1
    }
}

/// On the straight way from one place to another; before it at the first.
fn between(from: (i64, (f64, f64)), to: (i64, (f64, f64)), time_s: i64) -> (f64, f64) {
    let share = ((time_s - from.0) as f64 / (to.0 - from.0) as f64).clamp(0.0, 1.0);
    (from.1.0 + (to.1.0 - from.1.0) * share, from.1.1 + (to.1.1 - from.1.1) * share)
}
