//! How late packets were: a histogram of nanoseconds, 32 bins for each doubling (each 3 % wide).

const SUB_BITS: u32 = 5;
const SUB: u64 = 1 << SUB_BITS;
const BINS: usize = ((64 - SUB_BITS + 1) as usize) << SUB_BITS;

/// How late packets left, ns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lateness {
    bins: Vec<u64>,
    count: u64,
    max_ns: u64,
}

impl Default for Lateness {
    fn default() -> Self {
        Self { bins: vec![0; BINS], count: 0, max_ns: 0 }
    }
}

impl Lateness {
    /// Counts one packet.
    pub fn record(&mut self, late_ns: u64) {
        self.bins[bin(late_ns)] += 1;
        self.count += 1;
        self.max_ns = self.max_ns.max(late_ns);
    }

    /// How many were counted.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The latest of all, ns.
    #[must_use]
    pub fn max_ns(&self) -> u64 {
        self.max_ns
    }

    /// So late or less was this share of them, ns: the upper edge of its bin. 0 if none was counted.
    #[must_use]
    pub fn quantile_ns(&self, share: f64) -> u64 {
        let wanted = (share.clamp(0.0, 1.0) * self.count as f64).ceil().max(1.0) as u64;
        let mut seen = 0;
        for (at, &count) in self.bins.iter().enumerate() {
            seen += count;
            if count > 0 && seen >= wanted {
                return upper_edge(at).min(self.max_ns);
            }
        }
        0
    }
}

fn bin(value: u64) -> usize {
    if value < SUB {
        return value as usize;
    }
    let shift = value.ilog2() - SUB_BITS;
    (((u64::from(shift) + 1) << SUB_BITS) + (value >> shift) - SUB) as usize
}

fn upper_edge(bin: usize) -> u64 {
    let bin = bin as u64;
    if bin < SUB {
        return bin;
    }
    let shift = (bin >> SUB_BITS) - 1;
    let first = (SUB + (bin & (SUB - 1))) << shift;
    first + ((1 << shift) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_within_a_bin() {
        let mut lateness = Lateness::default();
        assert_eq!(lateness.quantile_ns(0.5), 0);
        (1..=10_000).for_each(|i| lateness.record(i * 10));
        assert_eq!((lateness.count(), lateness.max_ns()), (10_000, 100_000));
        for (share, exact) in [(0.5, 50_000.0), (0.99, 99_000.0), (1.0, 100_000.0)] {
            let seen = lateness.quantile_ns(share) as f64;
            assert!((exact..=exact * 1.032).contains(&seen), "{share}: {seen}");
        }
    }

    #[test]
    fn every_number_has_its_bin() {
        for value in (0..64).flat_map(|bit| [1_u64 << bit, (1 << bit) - 1]).chain([u64::MAX]) {
            let at = bin(value);
            assert!(upper_edge(at) >= value && (at == 0 || upper_edge(at - 1) < value), "{value}");
        }
    }
}
