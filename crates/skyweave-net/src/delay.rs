//! Propagation delay that changes all the time, as satellites move.

use crate::time::Ns;

/// One-way delay as a cubic of time, ns. Within a slot the delay of a link differs from the cubic through four of its instants by
/// less than 10 ns.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Delay {
    /// The instant from which time counts here.
    since: Ns,
    /// Of powers of seconds: ns, ns/s, ns/s^2, ns/s^3.
    coefficients: [f64; 4],
    /// The shortest of those that it goes through.
    least: Ns,
}

/// Between the instants that it goes through a delay is never shorter than this share of the shortest of them.
const LEAST_SHARE: f64 = 0.9;

impl Delay {
    /// A delay that stays.
    #[must_use]
    pub const fn fixed(delay: Ns) -> Self {
        Self { since: Ns(0), coefficients: [delay.0 as f64, 0.0, 0.0, 0.0], least: delay }
    }

    /// The cubic through delays, in seconds, at four instants: a begin, and one, two and three thirds of a duration after it.
    #[must_use]
    pub fn through(begin: Ns, duration_s: f64, at_s: [f64; 4]) -> Self {
        let [a, b, c, d] = at_s.map(|delay_s| delay_s * 1e9);
        // Newton's forward differences over steps of a third
        let (first, second, third) = (b - a, c - 2.0 * b + a, d - 3.0 * c + 3.0 * b - a);
        let step = 3.0 / duration_s;
        let linear = first - second / 2.0 + third / 3.0;
        let square = second / 2.0 - third / 2.0;
        let coefficients = [a, linear * step, square * step * step, third / 6.0 * step * step * step];
        let least = a.min(b).min(c).min(d) * LEAST_SHARE;
        Self { since: begin, coefficients, least: Ns(least as u64) }
    }

    /// It is at least this long within its duration.
    #[must_use]
    pub const fn least(&self) -> Ns {
        self.least
    }

    /// The delay of what starts at an instant.
    #[inline]
    #[must_use]
    pub fn at(&self, now: Ns) -> Ns {
        let [c0, c1, c2, c3] = self.coefficients;
        // signed numbers convert in one step
        let seconds = (now.0 as i64 - self.since.0 as i64) as f64 * 1e-9;
        let ns = c0 + seconds * (c1 + seconds * (c2 + seconds * c3));
        Ns(((ns + 0.5) as i64).max(0) as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_goes_through_its_four_instants() {
        let begin = Ns::from_s(30.0);
        let at_s = [0.0031, 0.0029, 0.00285, 0.0030];
        let delay = Delay::through(begin, 15.0, at_s);
        for (third, expected) in at_s.into_iter().enumerate() {
            let now = begin.after(Ns::from_s(5.0 * third as f64));
            assert!(delay.at(now).0.abs_diff(Ns::from_s(expected).0) <= 1, "{third}");
        }
        assert_eq!(Delay::fixed(Ns(77)).at(Ns(5)), Ns(77));
    }

    /// A satellite that passes at 500 km and 7.6 km/s, in the middle of a slot.
    #[test]
    fn within_a_slot_it_is_within_ten_nanoseconds() {
        let range_s = |t: f64| (500e3_f64.powi(2) + (7_600.0 * (t - 7.5)).powi(2)).sqrt() / 299_792_458.0;
        let delay = Delay::through(Ns(0), 15.0, [0.0, 5.0, 10.0, 15.0].map(range_s));
        let worst = (0..=1_500)
            .map(|step| f64::from(step) * 0.01)
            .map(|t| (delay.at(Ns::from_s(t)).0 as f64 - range_s(t) * 1e9).abs())
            .fold(0.0, f64::max);
        println!("a cubic of delay: {worst:.2} ns");
        assert!(worst < 10.0, "{worst}");
    }
}
