//! The packet engine's time: whole nanoseconds.

/// An instant, ns since the experiment began; as a difference, a duration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Ns(pub u64);

/// Nanoseconds in a second.
pub const NS_PER_S: u64 = 1_000_000_000;

impl Ns {
    /// Never: later than every instant.
    pub const NEVER: Self = Self(u64::MAX);

    /// So many seconds, rounded to the nearest nanosecond; nothing below zero.
    #[must_use]
    pub fn from_s(seconds: f64) -> Self {
        Self((seconds * 1e9).round_ties_even() as u64)
    }

    /// So many milliseconds.
    #[must_use]
    pub const fn from_ms(milliseconds: u64) -> Self {
        Self(milliseconds * 1_000_000)
    }

    /// In seconds.
    #[must_use]
    pub fn as_s(self) -> f64 {
        self.0 as f64 * 1e-9
    }

    /// In milliseconds.
    #[must_use]
    pub fn as_ms(self) -> f64 {
        self.0 as f64 * 1e-6
    }

    /// The instant so much later; [`Self::NEVER`] stays what it is.
    #[must_use]
    pub const fn after(self, duration: Self) -> Self {
        Self(self.0.saturating_add(duration.0))
    }

    /// How long after an instant this one is; zero if it is before it.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Self {
        Self(self.0.saturating_sub(earlier.0))
    }
}

/// How long so many bytes take at a rate: rounded up, so that no link is faster than it says. [`Ns::NEVER`] at a rate of zero.
#[must_use]
pub fn serialization(bytes: u32, rate_bps: u64) -> Ns {
    // below 2.3 GB at once the product stays within 64 bits
    let bit_ns = u64::from(bytes) * 8 * NS_PER_S;
    bit_ns
        .checked_add(rate_bps.saturating_sub(1))
        .and_then(|all| all.checked_div(rate_bps))
        .map_or(Ns::NEVER, Ns)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_link_is_faster_than_it_says() {
        assert_eq!(serialization(1_502, 10_000_000), Ns(1_201_600));
        assert_eq!(serialization(1, 3), Ns(2_666_666_667));
        assert_eq!(serialization(1_500, 0), Ns::NEVER);
        assert_eq!(serialization(0, 5), Ns(0));
    }

    #[test]
    fn never_is_never_over() {
        assert_eq!(Ns::NEVER.after(Ns(1)), Ns::NEVER);
        assert_eq!(Ns(3).since(Ns(5)), Ns(0));
        assert_eq!(Ns::from_s(0.25), Ns::from_ms(250));
    }
}
