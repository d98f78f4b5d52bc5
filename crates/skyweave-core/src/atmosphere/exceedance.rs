//! Shares of an average year, and quantities known at some of them.

use crate::math::ln;

/// A share of an average year in which a loss is exceeded, 0.001 to 5 %: the range of P.618's rain method.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Exceedance(f64);

impl Exceedance {
    /// The least share, %.
    pub const LEAST_PERCENT: f64 = 0.001;
    /// The greatest share, %.
    pub const MOST_PERCENT: f64 = 5.0;

    /// A share in per cent; `None` outside 0.001 to 5.
    #[must_use]
    pub fn of_percent(percent: f64) -> Option<Self> {
        (Self::LEAST_PERCENT..=Self::MOST_PERCENT).contains(&percent).then_some(Self(percent))
    }

    /// The share, %.
    #[must_use]
    pub fn percent(self) -> f64 {
        self.0
    }
}

/// Shares of an average year at which the values of [`Quantiles`] stand, %.
pub const QUANTILE_PERCENTS: [f64; 8] = [1.0, 2.0, 3.0, 5.0, 10.0, 20.0, 30.0, 50.0];

/// A quantity by the share of an average year in which it is exceeded, at [`QUANTILE_PERCENTS`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quantiles(pub [f64; 8]);

impl Quantiles {
    /// The value exceeded for a share in per cent, linear in the share's logarithm (P.836-6, P.840-8). Below 1 % it is that
    /// of 1 %, as P.618-13 wants for gases and clouds (equations 65 and 66); above 50 % that of 50 %.
    #[must_use]
    pub fn at(&self, percent: f64) -> f64 {
        let Some(above) = QUANTILE_PERCENTS.iter().position(|known| *known >= percent) else {
            return self.0[QUANTILE_PERCENTS.len() - 1];
        };
        if above == 0 || QUANTILE_PERCENTS[above] == percent {
            return self.0[above];
        }
        let (low, high) = (QUANTILE_PERCENTS[above - 1], QUANTILE_PERCENTS[above]);
        let share = (ln(percent) - ln(low)) / (ln(high) - ln(low));
        self.0[above - 1] + (self.0[above] - self.0[above - 1]) * share
    }

    /// The same value at every share.
    #[must_use]
    pub fn constant(value: f64) -> Self {
        Self([value; 8])
    }

    /// Each value changed alike.
    #[must_use]
    pub fn map(self, change: impl Fn(f64) -> f64) -> Self {
        Self(self.0.map(change))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_outside_the_method_are_refused() {
        for (percent, known) in
            [(0.000_9, false), (0.001, true), (5.0, true), (5.1, false), (f64::NAN, false), (-1.0, false)]
        {
            assert_eq!(Exceedance::of_percent(percent).is_some(), known, "{percent}");
        }
    }

    #[test]
    fn quantiles_are_linear_in_the_logarithm() {
        let quantiles = Quantiles([8.0, 7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0]);
        for (percent, value) in [(0.01, 8.0), (1.0, 8.0), (3.0, 6.0), (50.0, 1.0), (80.0, 1.0)] {
            assert_eq!(quantiles.at(percent), value, "{percent} %");
        }
        assert!((quantiles.at(200.0_f64.sqrt()) - 3.5).abs() < 1e-12);
    }
}
