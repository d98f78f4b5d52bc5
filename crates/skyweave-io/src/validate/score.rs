//! Distributions as quantiles, and scores of a predicted distribution against an observed one.

use super::resample::quantile;

/// The samples in order.
#[must_use]
pub fn sorted(samples: impl IntoIterator<Item = f64>) -> Vec<f64> {
    let mut samples: Vec<f64> = samples.into_iter().collect();
    samples.sort_by(f64::total_cmp);
    samples
}

/// The median of samples in any order.
#[must_use]
pub fn median(samples: impl IntoIterator<Item = f64>) -> f64 {
    quantile(&sorted(samples), 0.5)
}

/// A distribution as some of its quantiles, linear between them and ending with the outermost.
#[derive(Debug, Clone, PartialEq)]
pub struct QuantileCurve {
    /// Share and value, by share.
    pub points: Vec<(f64, f64)>,
}

impl QuantileCurve {
    /// What a share `p` does not exceed: the outermost value beyond the outermost shares.
    #[must_use]
    pub fn at(&self, p: f64) -> f64 {
        let after = self.points.partition_point(|(share, _)| *share < p);
        match (after.checked_sub(1).and_then(|i| self.points.get(i)), self.points.get(after)) {
            (Some(&(p0, v0)), Some(&(p1, v1))) => v0 + (v1 - v0) * (p - p0) / (p1 - p0),
            (None, Some(&(_, value))) | (Some(&(_, value)), None) => value,
            (None, None) => f64::NAN,
        }
    }

    /// Values at the middles of `count` equal shares, in order.
    #[must_use]
    pub fn spread(&self, count: usize) -> Vec<f64> {
        (0..count).map(|i| self.at((i as f64 + 0.5) / count as f64)).collect()
    }
}

/// The mean quantile loss (pinball loss) of predicting `predicted` for the quantile `p` of these observations. Its unit is theirs.
#[must_use]
pub fn quantile_loss(observed: &[f64], p: f64, predicted: f64) -> f64 {
    let loss = |y: &f64| if *y >= predicted { p * (y - predicted) } else { (1.0 - p) * (predicted - y) };
    observed.iter().map(loss).sum::<f64>() / observed.len() as f64
}

/// The mean continuous ranked probability score of a predicted distribution, given as equally likely sorted values, over the
/// observations: E|X - y| - E|X - X'| / 2 (Gneiting and Raftery 2007, equation 21). A single value gives the mean absolute error.
#[must_use]
pub fn crps(observed: &[f64], predicted: &[f64]) -> f64 {
    let n = predicted.len() as f64;
    let to_observed = |y: &f64| predicted.iter().map(|x| (x - y).abs()).sum::<f64>() / n;
    // the sum over pairs of a sorted list by each one's place in it
    let among: f64 = predicted.iter().enumerate().map(|(i, x)| x * (2.0 * i as f64 + 1.0 - n)).sum::<f64>()
        * 2.0
        / (n * n);
    observed.iter().map(to_observed).sum::<f64>() / observed.len() as f64 - among / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_linear_between_samples() {
        let samples = sorted([3.0, 1.0, 2.0]);
        assert_eq!(
            (quantile(&samples, 0.0), quantile(&samples, 0.25), quantile(&samples, 1.0)),
            (1.0, 1.5, 3.0)
        );
        assert!(quantile(&[], 0.5).is_nan());
        let curve = QuantileCurve { points: vec![(0.0, 10.0), (0.5, 20.0), (0.95, 29.0)] };
        assert_eq!((curve.at(0.0), curve.at(0.25), curve.at(0.99)), (10.0, 15.0, 29.0));
        assert_eq!(curve.spread(2), [15.0, 25.0]);
    }

    #[test]
    fn the_loss_is_least_at_the_quantile() {
        let observed: Vec<f64> = (0..=100).map(f64::from).collect();
        for p in [0.05, 0.5, 0.95] {
            let at = |value: f64| quantile_loss(&observed, p, value);
            assert!(at(100.0 * p) < at(100.0 * p - 3.0) && at(100.0 * p) < at(100.0 * p + 3.0));
        }
        assert_eq!(quantile_loss(&[4.0], 0.5, 1.0), 1.5);
    }

    #[test]
    fn crps_of_known_cases() {
        assert_eq!(crps(&[4.0, 8.0], &[5.0]), 2.0);
        // uniform on [0, 1] against 0: 1/2 - 1/6
        let uniform: Vec<f64> = (0..1000).map(|i| (f64::from(i) + 0.5) / 1000.0).collect();
        assert!((crps(&[0.0], &uniform) - 1.0 / 3.0).abs() < 1e-4);
    }
}
