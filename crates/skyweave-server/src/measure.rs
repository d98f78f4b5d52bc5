//! Counters, gauges and histograms, and the text in which Prometheus reads them.
//!
//! The format is [version 0.0.4](https://prometheus.io/docs/instrumenting/exposition_formats/).

use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Something that only grows.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// Counts.
    pub fn add(&self, count: u64) {
        self.0.fetch_add(count, Ordering::Relaxed);
    }

    /// How many there were.
    #[must_use]
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Something that goes up and down.
#[derive(Debug, Default)]
pub struct Gauge(AtomicU64);

impl Gauge {
    /// It is this now.
    pub fn set(&self, value: f64) {
        self.0.store(value.to_bits(), Ordering::Relaxed);
    }

    /// What it is.
    #[must_use]
    pub fn get(&self) -> f64 {
        f64::from_bits(self.0.load(Ordering::Relaxed))
    }
}

/// Upper bounds of a histogram's buckets, s.
const BOUNDS_S: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 15.0];

/// How long something took.
#[derive(Debug, Default)]
pub struct Histogram {
    buckets: [AtomicU64; BOUNDS_S.len()],
    count: AtomicU64,
    sum_us: AtomicU64,
}

impl Histogram {
    /// It took this long.
    pub fn observe(&self, time: Duration) {
        let seconds = time.as_secs_f64();
        if let Some(bucket) = BOUNDS_S.iter().position(|bound| seconds <= *bound) {
            self.buckets[bucket].fetch_add(1, Ordering::Relaxed);
        }
        self.count.fetch_add(1, Ordering::Relaxed);
        self.sum_us.fetch_add(u64::try_from(time.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// How many times it was looked at.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }
}

/// The text as it grows.
#[derive(Debug, Default)]
pub struct Page(String);

impl Page {
    /// A counter.
    pub fn counter(&mut self, name: &str, help: &str, counter: &Counter) {
        self.head(name, help, "counter");
        self.sample(name, "", counter.get() as f64);
    }

    /// A gauge.
    pub fn gauge(&mut self, name: &str, help: &str, value: f64) {
        self.head(name, help, "gauge");
        self.sample(name, "", value);
    }

    /// A histogram of seconds.
    pub fn histogram(&mut self, name: &str, help: &str, histogram: &Histogram) {
        self.head(name, help, "histogram");
        let mut below = 0;
        for (bound, bucket) in BOUNDS_S.iter().zip(&histogram.buckets) {
            below += bucket.load(Ordering::Relaxed);
            self.sample(&format!("{name}_bucket"), &format!("{{le=\"{bound}\"}}"), below as f64);
        }
        // who observes meanwhile must not make the last bucket less than the one before
        let count = histogram.count().max(below);
        self.sample(&format!("{name}_bucket"), "{le=\"+Inf\"}", count as f64);
        self.sample(&format!("{name}_sum"), "", histogram.sum_us.load(Ordering::Relaxed) as f64 / 1e6);
        self.sample(&format!("{name}_count"), "", count as f64);
    }

    /// What comes before the samples of a name.
    pub fn head(&mut self, name: &str, help: &str, kind: &str) {
        // writing to a text cannot fail
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    /// One sample; `labels` with their braces, or empty.
    pub fn sample(&mut self, name: &str, labels: &str, value: f64) {
        let _ = writeln!(self.0, "{name}{labels} {value}");
    }

    /// The whole text.
    #[must_use]
    pub fn text(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_add_up() {
        let histogram = Histogram::default();
        for ms in [1, 3, 3, 700, 60_000] {
            histogram.observe(Duration::from_millis(ms));
        }
        let mut page = Page::default();
        page.histogram("skyweave_x_seconds", "X.", &histogram);
        let text = page.text();
        for line in [
            "# TYPE skyweave_x_seconds histogram",
            "skyweave_x_seconds_bucket{le=\"0.001\"} 1",
            "skyweave_x_seconds_bucket{le=\"0.005\"} 3",
            "skyweave_x_seconds_bucket{le=\"1\"} 4",
            "skyweave_x_seconds_bucket{le=\"15\"} 4",
            "skyweave_x_seconds_bucket{le=\"+Inf\"} 5",
            "skyweave_x_seconds_count 5",
            "skyweave_x_seconds_sum 60.707",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}: {text}");
        }
    }
}
