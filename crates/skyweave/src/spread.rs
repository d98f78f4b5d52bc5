//! How long something took, over many times, in little memory: exact mean and maximum, quantiles to 3 %.

use std::time::Duration;

/// Steps of a doubling: a quantile is at most 1/32 too long.
const STEPS_LOG2: u32 = 5;

/// Durations, counted by their length.
#[derive(Debug, Default, Clone)]
pub struct Spread {
    count: u64,
    total: Duration,
    longest: Duration,
    /// By [`step_of`]; as long as it needs to be, and never longer than 2,000 or so.
    steps: Vec<u64>,
}

impl Spread {
    /// Counts one in.
    pub fn add(&mut self, time: Duration) {
        let step = step_of(nanoseconds(time));
        if self.steps.len() <= step {
            self.steps.resize(step + 1, 0);
        }
        self.steps[step] += 1;
        self.count += 1;
        self.total += time;
        self.longest = self.longest.max(time);
    }

    /// Counts those of another in.
    pub fn merge(&mut self, other: &Self) {
        if self.steps.len() < other.steps.len() {
            self.steps.resize(other.steps.len(), 0);
        }
        self.steps.iter_mut().zip(&other.steps).for_each(|(mine, theirs)| *mine += theirs);
        self.count += other.count;
        self.total += other.total;
        self.longest = self.longest.max(other.longest);
    }

    /// How many there are.
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// All together.
    pub const fn total(&self) -> Duration {
        self.total
    }

    /// The longest.
    pub const fn longest(&self) -> Duration {
        self.longest
    }

    /// The time that a share of all does not exceed.
    pub fn quantile(&self, share: f64) -> Duration {
        let wanted = (share * self.count as f64).ceil() as u64;
        let mut reached = 0;
        let step = self.steps.iter().position(|count| {
            reached += count;
            reached >= wanted.max(1)
        });
        step.map_or(Duration::ZERO, |step| Duration::from_nanos(end_of(step)).min(self.longest))
    }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// Lengths below 64 ns have a step each; after that each doubling has 32.
const fn step_of(ns: u64) -> usize {
    let shift = (u64::BITS - ns.leading_zeros()).saturating_sub(STEPS_LOG2 + 1);
    ((shift as usize) << STEPS_LOG2) + (ns >> shift) as usize
}

/// The longest of a step.
const fn end_of(step: usize) -> u64 {
    let shift = (step >> STEPS_LOG2).saturating_sub(1);
    let first = (step - (shift << STEPS_LOG2)) as u64;
    (first << shift) | ((1 << shift) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_follow_each_other_and_are_narrow() {
        for step in 1..1_500 {
            let (begin, end) = (end_of(step - 1) + 1, end_of(step));
            assert!(step_of(begin) == step && step_of(end) == step, "{step}");
            assert!((end - begin) as f64 <= begin as f64 / 32.0, "{step}: {begin} to {end}");
        }
        assert_eq!(step_of(u64::MAX), step_of(1 << 63) + 31);
    }

    #[test]
    fn quantiles_are_close_and_never_beyond_the_longest() {
        let (mut low, mut high) = (Spread::default(), Spread::default());
        for us in 1..=1_000 {
            if us % 2 == 0 { &mut low } else { &mut high }.add(Duration::from_micros(us));
        }
        low.merge(&high);
        assert_eq!((low.count(), low.longest()), (1_000, Duration::from_millis(1)));
        assert_eq!(low.total(), Duration::from_micros(500_500));
        let p95 = low.quantile(0.95).as_secs_f64() * 1e6;
        assert!((950.0..950.0 * 33.0 / 32.0).contains(&p95), "{p95}");
        assert_eq!(low.quantile(1.0), low.longest());
        assert_eq!(Spread::default().quantile(0.95), Duration::ZERO);
    }
}
