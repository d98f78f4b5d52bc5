//! What is wrong with positions.

use super::Random;

/// What is wrong with positions. All figures are assumptions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Noise {
    /// Error of each position for itself, one standard deviation, m. This is what terminals know of, and say.
    pub white_m: f64,
    /// Error that lasts, one standard deviation, m: terminals do not know of it.
    pub lasting_m: f64,
    /// How long it lasts, h.
    pub lasting_h: f64,
    /// Bursts of spoofing a day, on average.
    pub bursts_a_day: f64,
    /// How long a burst lasts, h: from and to.
    pub burst_h: (f64, f64),
    /// Where positions are in a burst: so far east of the front and north of its middle, m; everybody's at the same airport.
    pub airport_m: (f64, f64),
    /// Share of positions that are missing.
    pub missing: f64,
    /// Share of days that are missing as a whole: the terminal is off.
    pub days_off: f64,
}

impl Noise {
    /// A receiver in the open: 15 m, and nothing else.
    #[must_use]
    pub const fn open_sky() -> Self {
        Self {
            white_m: 15.0,
            lasting_m: 0.0,
            lasting_h: 6.0,
            bursts_a_day: 0.0,
            burst_h: (1.0, 8.0),
            airport_m: (200_000.0, 30_000.0),
            missing: 0.02,
            days_off: 0.03,
        }
    }

    /// The same with an error of 300 m that lasts six hours, as under weak jamming.
    #[must_use]
    pub const fn lasting() -> Self {
        Self { lasting_m: 300.0, ..Self::open_sky() }
    }

    /// The same with bursts: every other day positions jump for one to eight hours to an airport 200 km beyond the front.
    #[must_use]
    pub const fn jammed() -> Self {
        Self { bursts_a_day: 0.5, ..Self::lasting() }
    }
}

/// The noise of one terminal, position by position.
#[derive(Debug)]
pub(super) struct Noisy {
    noise: Noise,
    random: Random,
    interval_s: i64,
    lasting: (f64, f64),
    burst_left_s: i64,
    passed_s: i64,
    off: bool,
}

impl Noisy {
    pub(super) fn new(noise: Noise, seed: u64, interval_s: i64) -> Self {
        let mut random = Random::new(seed);
        let lasting = (noise.lasting_m * random.normal(), noise.lasting_m * random.normal());
        Self { noise, random, interval_s, lasting, burst_left_s: 0, passed_s: 0, off: false }
    }

    /// Where a terminal that is here says it is, and its error, m; none if it says nothing.
    pub(super) fn seen(&mut self, east_m: f64, north_m: f64) -> Option<(f64, f64, u32)> {
        let noise = self.noise;
        let step_h = self.interval_s as f64 / 3_600.0;
        if self.passed_s % 86_400 < self.interval_s {
            self.off = self.random.happens(noise.days_off);
        }
        self.passed_s += self.interval_s;
        // a process of Ornstein and Uhlenbeck in steps: what is left of the old error, and as much new as keeps its size
        let left = (1.0 - step_h / noise.lasting_h).max(0.0);
        let fresh = noise.lasting_m * (1.0 - left * left).sqrt();
        self.lasting.0 = self.lasting.0 * left + fresh * self.random.normal();
        self.lasting.1 = self.lasting.1 * left + fresh * self.random.normal();
        let white = (noise.white_m * self.random.normal(), noise.white_m * self.random.normal());
        let spoofed = self.spoofed();
        let missing = self.random.happens(noise.missing);
        if missing || self.off {
            return None;
        }
        let lasting_m = (east_m + self.lasting.0, north_m + self.lasting.1);
        let (east_m, north_m) = if spoofed { noise.airport_m } else { lasting_m };
        Some((east_m + white.0, north_m + white.1, noise.white_m.round() as u32))
    }

    /// Whether a burst is going on; then time passes to the next position. Bursts begin within any hour, however rare positions are.
    fn spoofed(&mut self) -> bool {
        const HOUR_S: i64 = 3_600;
        let spoofed = self.burst_left_s > 0;
        let mut left_s = self.interval_s;
        while left_s > 0 {
            let step_s = left_s.min(HOUR_S);
            self.burst_left_s -= step_s;
            let begins = self.noise.bursts_a_day * step_s as f64 / 86_400.0;
            if self.burst_left_s <= 0 && self.random.happens(begins) {
                let (from_h, to_h) = self.noise.burst_h;
                self.burst_left_s = (self.random.between(from_h, to_h) * 3_600.0) as i64;
            }
            left_s -= step_s;
        }
        spoofed
    }
}
