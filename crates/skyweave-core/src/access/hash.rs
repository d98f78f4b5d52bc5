//! Numbers drawn by counting: each is a function of a seed, a purpose, a slot and an index, so that any of them can be had
//! without those before it.
//!
//! The mixing is the finaliser of `SplitMix64` (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014;
//! constants of Stafford's variant 13).

use crate::time::SlotNo;

/// What a number is drawn for: numbers for different purposes have nothing to do with each other.
#[derive(Debug, Clone, Copy)]
pub(super) enum Purpose {
    Period = 1,
    Phase,
    Wander,
    WanderPhase,
    OpenShare,
    Grant,
    RequestPhase,
    UplinkOpens,
    DownlinkOpens,
    JitterWidth,
    Jitter,
    DetourRedrawn,
    Detour,
    DetourLength,
}

/// Where numbers are drawn from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Draws {
    pub seed: u64,
}

impl Draws {
    /// 64 bits.
    #[inline]
    pub fn bits(self, purpose: Purpose, slot: SlotNo, index: u64) -> u64 {
        let purpose = mix(self.seed ^ mix(purpose as u64));
        mix(mix(purpose ^ slot.0 as u64).wrapping_add(index.wrapping_mul(GOLDEN)))
    }

    /// Evenly from [0, 1).
    #[inline]
    pub fn unit(self, purpose: Purpose, slot: SlotNo, index: u64) -> f64 {
        (self.bits(purpose, slot, index) >> 11) as f64 * UNIT_STEP
    }

    /// Evenly from 0 to `below` - 1.
    #[inline]
    pub fn below(self, purpose: Purpose, slot: SlotNo, index: u64, below: u32) -> u32 {
        ((u128::from(self.bits(purpose, slot, index)) * u128::from(below)) >> 64) as u32
    }
}

/// 2^64 over the golden ratio, odd.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;
/// 2^-53: the step between two neighbouring numbers.
const UNIT_STEP: f64 = 1.0 / 9_007_199_254_740_992.0;

#[inline]
const fn mix(state: u64) -> u64 {
    let z = state.wrapping_add(GOLDEN);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_even_and_do_not_follow_each_other() {
        let draws = Draws { seed: 7 };
        let of = |slot: i64, index: u64| draws.unit(Purpose::Grant, SlotNo(slot), index);
        let n = 40_000_u64;
        let mean = (0..n).map(|i| of(3, i)).sum::<f64>() / n as f64;
        assert!((mean - 0.5).abs() < 0.005, "{mean}");
        for step in [1, 2, 60] {
            let product = (0..n).map(|i| (of(3, i) - 0.5) * (of(3, i + step) - 0.5)).sum::<f64>() / n as f64;
            assert!(product.abs() < 0.002, "{product}");
        }
        let slots = (0..n as i64).map(|s| (of(s, 0) - 0.5) * (of(s + 1, 0) - 0.5)).sum::<f64>() / n as f64;
        assert!(slots.abs() < 0.002, "{slots}");
    }

    #[test]
    fn purposes_and_seeds_are_apart() {
        let at = |seed: u64, purpose| Draws { seed }.bits(purpose, SlotNo(5), 9);
        assert_ne!(at(1, Purpose::Grant), at(1, Purpose::Jitter));
        assert_ne!(at(1, Purpose::Grant), at(2, Purpose::Grant));
        assert_eq!(at(1, Purpose::Grant), at(1, Purpose::Grant));
    }
}
