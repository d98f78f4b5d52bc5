//! How much one client may ask for: a bucket of tokens that fills evenly. Time is an argument.

use std::collections::BTreeMap;

/// Buckets that are kept at most; the fullest go first, for they say the least.
const MOST_BUCKETS: usize = 10_000;

/// How a bucket fills.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    /// Requests a second in the long run.
    pub per_second: f64,
    /// Requests at once after a pause.
    pub burst: f64,
}

/// Buckets by name.
#[derive(Debug)]
pub struct Limiter {
    rate: Rate,
    buckets: BTreeMap<String, Bucket>,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    tokens: f64,
    at_ns: i64,
}

impl Limiter {
    /// With full buckets.
    #[must_use]
    pub const fn new(rate: Rate) -> Self {
        Self { rate, buckets: BTreeMap::new() }
    }

    /// Takes one token.
    ///
    /// # Errors
    /// How many whole seconds to wait, if there is none.
    pub fn take(&mut self, name: &str, now_ns: i64) -> Result<(), u64> {
        let Rate { per_second, burst } = self.rate;
        if self.buckets.len() >= MOST_BUCKETS && !self.buckets.contains_key(name) {
            self.buckets.retain(|_, bucket| bucket.filled(per_second, burst, now_ns) < burst);
            if self.buckets.len() >= MOST_BUCKETS {
                self.buckets.clear();
            }
        }
        let full = Bucket { tokens: burst, at_ns: now_ns };
        let bucket = self.buckets.entry(name.to_owned()).or_insert(full);
        bucket.tokens = bucket.filled(per_second, burst, now_ns);
        bucket.at_ns = now_ns;
        if bucket.tokens >= 1.0 {
            bucket.tokens -= 1.0;
            return Ok(());
        }
        Err(((1.0 - bucket.tokens) / per_second).ceil().max(1.0) as u64)
    }
}

impl Bucket {
    fn filled(&self, per_second: f64, burst: f64, now_ns: i64) -> f64 {
        // a clock that was set back fills nothing
        let elapsed_s = now_ns.saturating_sub(self.at_ns).max(0) as f64 / 1e9;
        (self.tokens + elapsed_s * per_second).min(burst)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: i64 = 1_000_000_000;

    #[test]
    fn a_burst_is_taken_and_then_the_rate() {
        let mut limiter = Limiter::new(Rate { per_second: 2.0, burst: 3.0 });
        for _ in 0..3 {
            limiter.take("a", 0).unwrap();
        }
        assert_eq!(limiter.take("a", 0), Err(1));
        limiter.take("b", 0).unwrap();
        assert_eq!(limiter.take("a", S / 4), Err(1));
        limiter.take("a", S / 2).unwrap();
        limiter.take("a", -S).unwrap_err();
        for _ in 0..3 {
            limiter.take("a", 100 * S).unwrap();
        }
        limiter.take("a", 100 * S).unwrap_err();
    }

    #[test]
    fn many_names_take_no_more_memory() {
        let mut limiter = Limiter::new(Rate { per_second: 1.0, burst: 5.0 });
        for n in 0..3 * MOST_BUCKETS {
            limiter.take(&n.to_string(), 0).unwrap();
        }
        assert!(limiter.buckets.len() <= MOST_BUCKETS);
    }
}
