//! Chance by counting: a number for every seed and count, the same on every machine.

/// Scrambles a seed and a count (the finalizer of `SplitMix64`; Steele, Lea and Flood, OOPSLA 2014).
#[inline]
#[must_use]
pub const fn hash(seed: u64, count: u64) -> u64 {
    let mut z = seed ^ count.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// A number from 0 to 1, 1 excluded.
#[inline]
#[must_use]
pub fn unit(seed: u64, count: u64) -> f64 {
    (hash(seed, count) >> 11) as f64 * (1.0 / (1_u64 << 53) as f64)
}

/// Numbers one after another.
#[derive(Debug, Clone, Copy)]
pub struct Draws {
    seed: u64,
    count: u64,
}

impl Draws {
    /// Begins with a seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self { seed: hash(seed, 0), count: 0 }
    }

    /// The next, from 0 to 1, 1 excluded.
    pub fn unit(&mut self) -> f64 {
        self.count += 1;
        unit(self.seed, self.count)
    }

    /// The next of an exponential distribution with a mean.
    pub fn exponential(&mut self, mean: f64) -> f64 {
        -skyweave_core::math::ln(1.0 - self.unit()) * mean
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_are_even_and_exponential() {
        let mut draws = Draws::new(7);
        let n = 100_000;
        let mean = (0..n).map(|_| draws.unit()).sum::<f64>() / f64::from(n);
        assert!((mean - 0.5).abs() < 0.005, "{mean}");
        let mean = (0..n).map(|_| draws.exponential(3.0)).sum::<f64>() / f64::from(n);
        assert!((mean - 3.0).abs() < 0.05, "{mean}");
    }
}
