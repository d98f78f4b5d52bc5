//! Places spread evenly over a Gaussian, in units of its sigma.
//!
//! Vogel's spiral: the n-th of N places is turned by the golden angle against the one before it, and so far out that (n + 1/2) / N of the
//! probability is nearer. Only operations that IEEE 754 rounds exactly are used, so that the places are the same on every machine.

use std::sync::LazyLock;

/// How many places stand for a Gaussian.
pub(super) const COUNT: usize = 1_024;

/// Cosine and sine of the golden angle, pi (3 - sqrt 5).
const TURN: (f64, f64) = (-0.737_368_878_078_319_7, 0.675_490_294_261_523_7);

/// No place is further out, in sigma: sqrt(2 ln 2048).
pub(super) const FARTHEST_SIGMA: f64 = 3.91;

static PLACES: LazyLock<Vec<(f64, f64)>> = LazyLock::new(|| {
    let mut direction = (1.0_f64, 0.0_f64);
    let place = |n: usize| {
        let beyond = 1.0 - (n as f64 + 0.5) / COUNT as f64;
        let out = (-2.0 * logarithm(beyond)).sqrt();
        let at = (out * direction.0, out * direction.1);
        let (x, y) = direction;
        direction = (x * TURN.0 - y * TURN.1, x * TURN.1 + y * TURN.0);
        at
    };
    (0..COUNT).map(place).collect()
});

/// East and north of the middle, in sigma.
pub(super) fn places() -> &'static [(f64, f64)] {
    &PLACES
}

/// The natural logarithm of a number from 2^-16 to 1, by the series of the inverse hyperbolic tangent.
fn logarithm(mut value: f64) -> f64 {
    let mut halvings = 0.0;
    while value < 0.7 {
        value *= 2.0;
        halvings += 1.0;
    }
    let ratio = (value - 1.0) / (value + 1.0);
    let square = ratio * ratio;
    let mut power = ratio;
    let mut sum = 0.0;
    for n in 0..14 {
        sum += power / f64::from(2 * n + 1);
        power *= square;
    }
    2.0 * sum - halvings * std::f64::consts::LN_2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_places_have_the_moments_of_a_gaussian() {
        let mean = |f: fn(&(f64, f64)) -> f64| places().iter().map(f).sum::<f64>() / COUNT as f64;
        assert!(mean(|p| p.0).abs() < 3e-3 && mean(|p| p.1).abs() < 3e-3);
        assert!((mean(|p| p.0 * p.0) - 1.0).abs() < 5e-3 && (mean(|p| p.1 * p.1) - 1.0).abs() < 5e-3);
        assert!(mean(|p| p.0 * p.1).abs() < 5e-3);
        assert!(places().iter().all(|p| p.0.hypot(p.1) < FARTHEST_SIGMA));
    }

    #[test]
    fn logarithms() {
        for value in [1.0, 0.9, 0.5, 0.01, 1.0 / 2048.0] {
            assert!((logarithm(value) - f64::ln(value)).abs() < 1e-13, "{value}");
        }
    }
}
