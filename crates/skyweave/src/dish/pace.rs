//! The time that dishes live by: the scenario's, at the pace of the wall clock or a multiple of it.

use skyweave_core::access::GpsNs;
use skyweave_dish::service::Clock;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

/// A clock that stands at an instant until it is started.
#[derive(Debug, Clone)]
pub struct Pace {
    begins: GpsNs,
    speed: f64,
    started: Arc<OnceLock<Instant>>,
}

impl Pace {
    /// A clock that stands.
    pub fn standing_at(begins: GpsNs, speed: f64) -> Self {
        Self { begins, speed, started: Arc::default() }
    }

    /// Starts it, if it stands.
    pub fn start(&self) {
        self.started.get_or_init(Instant::now);
    }

    /// The time.
    pub fn now(&self) -> GpsNs {
        let real = self.started.get().map_or(Duration::ZERO, Instant::elapsed);
        self.begins.plus_ns((real.as_secs_f64() * self.speed * 1e9) as i64)
    }

    /// How long the wall clock takes to an instant; nothing if that is over.
    pub fn until(&self, instant: GpsNs) -> Duration {
        let left_ns = (instant.0 - self.now().0).max(0);
        Duration::from_secs_f64(left_ns as f64 * 1e-9 / self.speed)
    }

    /// The same as servers of dishes ask it.
    pub fn clock(&self) -> Clock {
        let pace = self.clone();
        Clock::new(move || pace.now())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_stands_until_it_is_started_and_then_runs_as_fast_as_was_asked() {
        let begins = GpsNs(5_000_000_000);
        let pace = Pace::standing_at(begins, 1_000.0);
        assert_eq!(pace.now(), begins);
        assert_eq!(pace.until(begins.plus_ns(1_000_000_000)), Duration::from_millis(1));
        pace.start();
        std::thread::sleep(Duration::from_millis(5));
        assert!(pace.now() >= begins.plus_ns(5_000_000_000));
        assert_eq!(pace.until(begins), Duration::ZERO);
    }
}
