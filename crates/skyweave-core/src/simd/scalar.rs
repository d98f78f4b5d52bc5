//! One lane, on any machine.

use super::{Kernel, Lanes, Mask, Simd};

/// One lane.
#[derive(Clone, Copy)]
pub(super) struct Scalar;

/// Runs a kernel on one lane, with the processor's own fused multiply-add where it has one.
#[expect(unsafe_code, reason = "code compiled for an instruction is called after asking for the instruction")]
pub(super) fn enter<K: Kernel>(kernel: K) -> K::Out {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("fma") {
        // SAFETY: the processor has FMA, as was just asked.
        return unsafe { with_fma(kernel) };
    }
    kernel.run(Scalar)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "fma")]
fn with_fma<K: Kernel>(kernel: K) -> K::Out {
    kernel.run(Scalar)
}

impl Simd for Scalar {
    const LANES: usize = 1;
    type F64s = f64;

    #[inline(always)]
    fn splat(self, value: f64) -> f64 {
        value
    }

    #[inline(always)]
    fn load(self, from: &[f64]) -> f64 {
        from[0]
    }
}

impl Lanes for f64 {
    const LANES: usize = 1;
    type Mask = bool;

    #[inline(always)]
    fn store(self, to: &mut [f64]) {
        to[0] = self;
    }

    #[inline(always)]
    fn mul_add(self, b: Self, c: Self) -> Self {
        Self::mul_add(self, b, c)
    }

    #[inline(always)]
    fn neg_mul_add(self, b: Self, c: Self) -> Self {
        Self::mul_add(-self, b, c)
    }

    #[inline(always)]
    fn sqrt(self) -> Self {
        Self::sqrt(self)
    }

    #[inline(always)]
    fn abs(self) -> Self {
        Self::abs(self)
    }

    #[inline(always)]
    fn min(self, other: Self) -> Self {
        if self < other { self } else { other }
    }

    #[inline(always)]
    fn max(self, other: Self) -> Self {
        if self > other { self } else { other }
    }

    #[inline(always)]
    fn lt(self, other: Self) -> bool {
        self < other
    }

    #[inline(always)]
    fn le(self, other: Self) -> bool {
        self <= other
    }

    #[inline(always)]
    fn select(mask: bool, yes: Self, no: Self) -> Self {
        if mask { yes } else { no }
    }

    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        Self::from_bits(self.to_bits() ^ other.to_bits())
    }

    #[inline(always)]
    fn shift_bits_up<const N: i32>(self) -> Self {
        Self::from_bits(self.to_bits() << N)
    }
}

impl Mask for bool {
    const LANES: usize = 1;

    #[inline(always)]
    fn bits(self) -> u32 {
        u32::from(self)
    }

    #[inline(always)]
    fn and(self, other: Self) -> Self {
        self & other
    }
}
