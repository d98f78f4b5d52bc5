//! The last 15 minutes in rings, a sample a second.

use crate::wire::DishGetHistoryResponse;

/// Samples in a ring.
pub const RING: usize = 900;
/// The unit of a stored drop rate: 0 and 1 are exact.
const WHOLE: f32 = u16::MAX as f32;

/// A second.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample {
    /// Share of pings to the PoP that were lost, from 0 to 1.
    pub drop_rate: f32,
    /// Round trip to the PoP, ms; 0 where nothing came back.
    pub latency_ms: f32,
    /// To the terminal, bit/s.
    pub down_bps: f32,
    /// From the terminal, bit/s.
    pub up_bps: f32,
}

impl Sample {
    /// A second without service.
    pub const NOTHING: Self = Self { drop_rate: 1.0, latency_ms: 0.0, down_bps: 0.0, up_bps: 0.0 };
}

#[derive(Debug, Clone, Copy, Default)]
struct Stored {
    latency_ms: f32,
    down_bps: f32,
    up_bps: f32,
    drop: u16,
}

/// The rings.
#[derive(Debug)]
pub struct History {
    /// Samples since the dish booted.
    current: u64,
    ring: Box<[Stored]>,
}

impl Default for History {
    fn default() -> Self {
        Self { current: 0, ring: vec![Stored::default(); RING].into_boxed_slice() }
    }
}

impl History {
    /// Adds a second.
    pub fn push(&mut self, sample: Sample) {
        self.current += 1;
        self.replace_newest(sample);
    }

    /// Changes the newest second.
    pub fn replace_newest(&mut self, sample: Sample) {
        let Some(newest) = self.current.checked_sub(1) else { return };
        self.ring[(newest % RING as u64) as usize] = Stored {
            latency_ms: sample.latency_ms,
            down_bps: sample.down_bps,
            up_bps: sample.up_bps,
            drop: (sample.drop_rate.clamp(0.0, 1.0) * WHOLE).round() as u16,
        };
    }

    /// Counts seconds whose samples nobody can see any more, since more than a ring follows.
    pub fn skip(&mut self, seconds: u64) {
        self.current += seconds;
    }

    /// Forgets everything, as a boot does.
    pub fn clear(&mut self) {
        self.current = 0;
        self.ring.fill(Stored::default());
    }

    /// Drop rate and latency on average over the last seconds, of those that there are.
    #[must_use]
    pub fn means(&self, seconds: usize) -> (f32, f32) {
        let there = (seconds.min(RING) as u64).min(self.current);
        let (mut drop, mut latency, mut answered) = (0.0, 0.0, 0.0_f32);
        for back in 0..there {
            let stored = &self.ring[((self.current - 1 - back) % RING as u64) as usize];
            drop += f32::from(stored.drop) / WHOLE;
            if stored.drop < u16::MAX {
                latency += stored.latency_ms;
                answered += 1.0;
            }
        }
        (drop / (there as f32).max(1.0), latency / answered.max(1.0))
    }

    /// The rings as clients read them, without outages.
    #[must_use]
    pub fn tell(&self) -> DishGetHistoryResponse {
        let ring = |value: fn(&Stored) -> f32| self.ring.iter().map(value).collect();
        DishGetHistoryResponse {
            current: self.current,
            pop_ping_drop_rate: ring(|stored| f32::from(stored.drop) / WHOLE),
            pop_ping_latency_ms: ring(|stored| stored.latency_ms),
            downlink_throughput_bps: ring(|stored| stored.down_bps),
            uplink_throughput_bps: ring(|stored| stored.up_bps),
            outages: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(latency_ms: f32) -> Sample {
        Sample { latency_ms, drop_rate: 0.0, ..Sample::NOTHING }
    }

    #[test]
    fn the_newest_sample_is_where_clients_look_for_it() {
        let mut history = History::default();
        for second in 0..2_000_u16 {
            history.push(sample(f32::from(second)));
            let told = history.tell();
            let newest = (told.current - 1) % RING as u64;
            assert_eq!(told.pop_ping_latency_ms[newest as usize], f32::from(second));
            assert_eq!(told.pop_ping_latency_ms.len(), RING);
        }
    }

    #[test]
    fn what_was_skipped_leaves_the_ring_in_step() {
        let mut history = History::default();
        history.push(sample(1.0));
        history.skip(5_000);
        for second in 0..RING as u16 {
            history.push(sample(f32::from(second)));
        }
        let told = history.tell();
        assert_eq!(told.current, 5_001 + RING as u64);
        assert_eq!(told.pop_ping_latency_ms[((told.current - 1) % RING as u64) as usize], 899.0);
    }

    #[test]
    fn means_leave_out_what_never_came_back() {
        let mut history = History::default();
        assert_eq!(history.means(15), (0.0, 0.0));
        history.push(sample(30.0));
        history.push(Sample::NOTHING);
        assert_eq!(history.means(15), (0.5, 30.0));
    }
}
