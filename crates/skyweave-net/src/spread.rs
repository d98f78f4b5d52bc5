//! Quantiles of many durations in little memory: counts in bins that are 1/64 of their value wide.

use crate::time::Ns;

/// Bins to a doubling.
const STEPS: u32 = 64;
const STEP_BITS: u32 = STEPS.trailing_zeros();

/// Durations, counted. A quantile is off by 1.6 % of itself at most; least, greatest and mean are exact.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Spread {
    bins: Vec<u64>,
    count: u64,
    sum_ns: u128,
    least: Ns,
    most: Ns,
}

impl Spread {
    /// Counts a duration.
    pub fn add(&mut self, duration: Ns) {
        let bin = bin(duration.0);
        if self.bins.len() <= bin {
            self.bins.resize(bin + 1, 0);
        }
        self.bins[bin] += 1;
        self.least = if self.count == 0 { duration } else { self.least.min(duration) };
        self.most = self.most.max(duration);
        self.count += 1;
        self.sum_ns += u128::from(duration.0);
    }

    /// How many were counted.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// The shortest; none if nothing was counted.
    #[must_use]
    pub fn least(&self) -> Option<Ns> {
        (self.count > 0).then_some(self.least)
    }

    /// The longest.
    #[must_use]
    pub fn most(&self) -> Option<Ns> {
        (self.count > 0).then_some(self.most)
    }

    /// The mean, ns.
    #[must_use]
    pub fn mean_ns(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum_ns as f64 / self.count as f64)
    }

    /// The duration that a share of all are not longer than.
    #[must_use]
    pub fn quantile(&self, share: f64) -> Option<Ns> {
        let wanted = ((share.clamp(0.0, 1.0) * self.count as f64).ceil() as u64).max(1);
        let mut below = 0;
        let bin = self.bins.iter().position(|count| {
            below += count;
            below >= wanted
        })?;
        Some(Ns(middle(bin)).clamp(self.least, self.most))
    }
}

/// Values below `STEPS` have a bin each; above, a doubling has `STEPS` bins.
fn bin(value: u64) -> usize {
    let bits = 64 - value.leading_zeros();
    let shift = bits.saturating_sub(STEP_BITS + 1);
    (u64::from(shift * STEPS) + (value >> shift)) as usize
}

fn middle(bin: usize) -> u64 {
    let bin = bin as u64;
    let shift = (bin / u64::from(STEPS)).saturating_sub(1);
    let low = (bin - shift * u64::from(STEPS)) << shift;
    low + ((1 << shift) - 1) / 2
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn quantiles_are_within_their_promise(mut values in prop::collection::vec(0_u64..10_000_000_000, 1..300), share in 0.0_f64..1.0) {
            let mut spread = Spread::default();
            for &value in &values {
                spread.add(Ns(value));
            }
            values.sort_unstable();
            let place = ((share * values.len() as f64).ceil() as usize).max(1) - 1;
            let Some(found) = spread.quantile(share) else { panic!("nothing") };
            prop_assert!(found.0.abs_diff(values[place]) as f64 <= values[place] as f64 / 64.0, "{:?} {}", found, values[place]);
            prop_assert_eq!(spread.least().zip(spread.most()), Some((Ns(values[0]), Ns(values[values.len() - 1]))));
        }
    }

    #[test]
    fn of_nothing_there_is_no_quantile() {
        assert_eq!(Spread::default().quantile(0.5), None);
    }
}
