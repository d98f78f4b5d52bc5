//! Numbers drawn from a seed, and intervals by resampling in blocks.

/// How long blocks are, slots: five minutes, longer than any satellite is held.
pub const BLOCK: usize = 20;
/// Times a series is drawn anew.
const DRAWS: usize = 4_000;

/// `SplitMix64` (Steele, Lea and Flood 2014): the same numbers for the same seed everywhere.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// Begins with a seed.
    #[must_use]
    pub const fn seeded(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number in [0, 1).
    pub fn share(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A number below `end`, which is not zero.
    pub fn below(&mut self, end: usize) -> usize {
        ((self.share() * end as f64) as usize).min(end.saturating_sub(1))
    }

    /// The place of one of some probabilities, drawn by them; the last if they sum to less than what was drawn.
    pub fn choose(&mut self, probabilities: &[f64]) -> usize {
        let mut left = self.share();
        for (place, probability) in probabilities.iter().enumerate() {
            left -= probability;
            if left < 0.0 {
                return place;
            }
        }
        probabilities.len().saturating_sub(1)
    }
}

/// Arithmetic mean; not a number for none.
#[must_use]
pub fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The value that a share of the sorted ones lies below, between neighbours by their distance; not a number for none.
#[must_use]
pub fn quantile(sorted: &[f64], share: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    let at = share.clamp(0.0, 1.0) * last as f64;
    let below = at.floor() as usize;
    let above = (below + 1).min(last);
    sorted[below] + (sorted[above] - sorted[below]) * (at - below as f64)
}

/// The 95 % interval of the mean of a series whose neighbours go together: moving-block bootstrap (Kuensch 1989), by quantiles.
#[must_use]
pub fn block_bootstrap(series: &[f64], seed: u64) -> (f64, f64) {
    if series.is_empty() {
        return (f64::NAN, f64::NAN);
    }
    let mut random = Random::seeded(seed);
    let block = BLOCK.min(series.len());
    let starts = series.len() - block + 1;
    let mut means: Vec<f64> = (0..DRAWS)
        .map(|_| {
            let (mut sum, mut count) = (0.0, 0);
            while count < series.len() {
                let start = random.below(starts);
                for value in series[start..start + block].iter().take(series.len() - count) {
                    sum += value;
                    count += 1;
                }
            }
            sum / count as f64
        })
        .collect();
    means.sort_unstable_by(f64::total_cmp);
    (quantile(&means, 0.025), quantile(&means, 0.975))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_numbers_are_the_published_ones() {
        // reference output for seed 1234567 of the authors' own code
        let mut random = Random::seeded(1_234_567);
        assert_eq!([random.bits(), random.bits()], [6_457_827_717_110_365_317, 3_203_168_211_198_807_973]);
    }

    #[test]
    fn intervals_widen_where_neighbours_go_together() {
        let mut random = Random::seeded(7);
        let free: Vec<f64> = (0..600).map(|_| random.share()).collect();
        let held: Vec<f64> = (0..600).map(|slot| free[slot / 10 * 10]).collect();
        let width = |series: &[f64]| {
            let (low, high) = block_bootstrap(series, 1);
            high - low
        };
        // the standard error of 600 uniform numbers is 0.0118; of 60 held for ten slots each, 0.0373
        assert!((0.038..0.055).contains(&width(&free)), "{}", width(&free));
        assert!((0.11..0.18).contains(&width(&held)), "{}", width(&held));
        assert_eq!(block_bootstrap(&free, 1), block_bootstrap(&free, 1));
    }

    #[test]
    fn quantiles_lie_between_neighbours() {
        assert_eq!(quantile(&[1.0, 2.0, 4.0], 0.75), 3.0);
        assert!(quantile(&[], 0.5).is_nan());
    }
}
