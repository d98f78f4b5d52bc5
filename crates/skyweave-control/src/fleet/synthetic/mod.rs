//! Made-up fleets, from a seed: for tests of the rules and for rehearsals. They know what each terminal really does, so that precision and
//! recall can be counted.
//!
//! One is along a front: a meridian. West of it is where service lines allow terminals; everything happens within some 250 km of it. The
//! other came in deliveries, and an allow list lacks some of it.

mod listed;
mod life;
mod noise;
mod random;

pub use life::{Life, Lives};
pub use listed::{ListedFleet, Member, Truth, Truths, listed_fleet};
pub use noise::Noise;
pub use random::Random;

use crate::incident::{Fix, Inside};
use life::Path;
use noise::Noisy;
use skyweave_core::math;

/// Metres of a degree of latitude on the mean sphere (6,371.0088 km).
const M_PER_DEG: f64 = 111_195.08;

/// A front along a meridian: west of it is allowed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Front {
    /// Its longitude, degrees, east positive.
    pub longitude_deg: f64,
    /// The latitude around which everything lies, degrees, north positive.
    pub latitude_deg: f64,
}

impl Default for Front {
    /// Somewhere in open steppe at 47.5 N, 35 E: an assumption for tests, no real line.
    fn default() -> Self {
        Self { longitude_deg: 35.0, latitude_deg: 47.5 }
    }
}

impl Front {
    /// Metres of a degree of longitude here.
    fn m_per_deg_east(self) -> f64 {
        M_PER_DEG * math::cos(self.latitude_deg.to_radians())
    }

    /// How far east of the front a position is, m; negative where it is allowed.
    fn beyond_m(self, fix: &Fix) -> f64 {
        (f64::from(fix.longitude_e7) * 1e-7 - self.longitude_deg) * self.m_per_deg_east()
    }
}

impl Inside for Front {
    /// The share of the normal distribution around each position that is west of the front, averaged.
    fn mass_65536(&self, fixes: &[Fix]) -> u32 {
        let share = |fix: &Fix| normal(-self.beyond_m(fix) / f64::from(fix.error_m.max(1)));
        let sum: f64 = fixes.iter().map(share).sum();
        (sum / fixes.len().max(1) as f64 * 65_536.0).round() as u32
    }
}

/// The standard normal distribution function: Abramowitz and Stegun, 26.2.17, error under 7.5e-8.
fn normal(x: f64) -> f64 {
    const B: [f64; 5] = [0.319_381_530, -0.356_563_782, 1.781_477_937, -1.821_255_978, 1.330_274_429];
    const INVERSE_ROOT_TAU: f64 = 0.398_942_280_401_432_7;
    let t = 1.0 / (1.0 + 0.231_641_9 * x.abs());
    let sum = B.iter().rev().fold(0.0, |sum, b| (sum + b) * t);
    let tail = INVERSE_ROOT_TAU * math::exp(-0.5 * x * x) * sum;
    if x < 0.0 { tail } else { 1.0 - tail }
}

/// One terminal: what it does, and the noise of its positions.
#[derive(Debug, Clone)]
pub struct Terminal {
    /// What it does.
    pub life: Life,
    path: Path,
    seed: u64,
}

/// The terminals of a fleet, in mixed order: so many of each kind.
#[must_use]
pub fn fleet(seed: u64, lives: &Lives, days: u32) -> Vec<Terminal> {
    let mut random = Random::new(seed);
    let mut kinds: Vec<Life> = lives.each().collect();
    random.shuffle(&mut kinds);
    let terminal = |life| Terminal { life, path: Path::of(life, days, &mut random), seed: random.bits() };
    kinds.into_iter().map(terminal).collect()
}

impl Terminal {
    /// When it went beyond the front for good, s from the beginning; none if it did not.
    #[must_use]
    pub fn diverted_s(&self) -> Option<i64> {
        (self.life == Life::Diverted).then_some(self.path.leaves_s)
    }

    /// Its positions: one each `interval_s` from `from_s` on, for `days`. Some are missing, as the noise says.
    pub fn fixes(
        &self,
        front: Front,
        noise: Noise,
        from_s: i64,
        days: u32,
        interval_s: i64,
    ) -> impl Iterator<Item = Fix> + '_ {
        let mut noisy = Noisy::new(noise, self.seed, interval_s);
        let steps = i64::from(days) * 86_400 / interval_s;
        (0..steps).filter_map(move |step| {
            let passed_s = step * interval_s;
            let (east_m, north_m) = self.path.at(passed_s);
            let (east_m, north_m, error_m) = noisy.seen(east_m, north_m)?;
            let longitude_deg = front.longitude_deg + east_m / front.m_per_deg_east();
            let latitude_deg = front.latitude_deg + north_m / M_PER_DEG;
            Some(Fix {
                time_s: from_s + passed_s,
                latitude_e7: (latitude_deg * 1e7).round() as i32,
                longitude_e7: (longitude_deg * 1e7).round() as i32,
                error_m,
                evidence: crate::entity::PositionEvidence::ClaimedGnss,
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_normal_distribution_has_its_known_values() {
        for (x, expected) in [(0.0, 0.5), (1.0, 0.841_344_746), (-1.281_551_566, 0.1), (-3.0, 0.001_349_898)]
        {
            assert!((normal(x) - expected).abs() < 1e-7, "{x}: {}", normal(x));
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_fleet() {
        let of = |seed: u64| -> Vec<Fix> {
            let fleet = fleet(seed, &Lives::default().scaled(100), 3);
            fleet.iter().flat_map(|t| t.fixes(Front::default(), Noise::jammed(), 0, 3, 3_600)).collect()
        };
        assert_eq!(of(7), of(7));
        assert_ne!(of(7), of(8));
    }
}
