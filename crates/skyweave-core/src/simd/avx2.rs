//! Four lanes: AVX2 and FMA.

use super::{Kernel, Lanes, Mask, Simd};
use std::arch::x86_64::{
    __m256d, _CMP_LE_OQ, _CMP_LT_OQ, _mm256_add_pd, _mm256_and_pd, _mm256_andnot_pd, _mm256_blendv_pd,
    _mm256_castpd_si256, _mm256_castsi256_pd, _mm256_cmp_pd, _mm256_div_pd, _mm256_fmadd_pd,
    _mm256_fnmadd_pd, _mm256_max_pd, _mm256_min_pd, _mm256_movemask_pd, _mm256_mul_pd, _mm256_set1_pd,
    _mm256_slli_epi64, _mm256_sqrt_pd, _mm256_sub_pd, _mm256_xor_pd,
};
use std::ops::{Add, Div, Mul, Neg, Sub};

/// The proof that the processor has avx2 and fma.
#[derive(Clone, Copy)]
pub(super) struct Avx2(());

impl Avx2 {
    /// The proof, if it holds.
    pub(super) fn new() -> Option<Self> {
        let there = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
        there.then_some(Self(()))
    }

    /// Runs a kernel on four lanes.
    #[expect(
        unsafe_code,
        reason = "code compiled for an instruction is called with the proof of the instruction"
    )]
    pub(super) fn enter<K: Kernel>(self, kernel: K) -> K::Out {
        // SAFETY: `self` exists, so the processor has what the function is compiled for.
        unsafe { compiled_for_it(self, kernel) }
    }
}

#[target_feature(enable = "avx2,fma")]
fn compiled_for_it<K: Kernel>(token: Avx2, kernel: K) -> K::Out {
    kernel.run(token)
}

/// Four lanes.
#[derive(Clone, Copy)]
pub(super) struct F64x4(__m256d);

/// Four truth values.
#[derive(Clone, Copy)]
pub(super) struct Mask4(__m256d);

/// The one reason of this file: an intrinsic called where its instruction is known to be there.
macro_rules! there {
    ($e:expr) => {{
        // SAFETY: a value of this width was made by the token, so the processor has the instruction. A vector is as
        // large as an array of its lanes, and any bits are valid in both.
        #[expect(unsafe_code, reason = "intrinsics need their instruction, and the token proves it")]
        unsafe {
            $e
        }
    }};
}

impl Simd for Avx2 {
    const LANES: usize = 4;
    type F64s = F64x4;

    #[inline(always)]
    fn splat(self, value: f64) -> F64x4 {
        F64x4(there!(_mm256_set1_pd(value)))
    }

    #[inline(always)]
    fn load(self, from: &[f64]) -> F64x4 {
        let from = &from[..4];
        F64x4(there!(std::mem::transmute::<[f64; 4], __m256d>([from[0], from[1], from[2], from[3]])))
    }
}

macro_rules! operator {
    ($trait:ident, $method:ident, $intrinsic:ident) => {
        impl $trait for F64x4 {
            type Output = Self;

            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                Self(there!($intrinsic(self.0, other.0)))
            }
        }
    };
}

operator!(Add, add, _mm256_add_pd);
operator!(Sub, sub, _mm256_sub_pd);
operator!(Mul, mul, _mm256_mul_pd);
operator!(Div, div, _mm256_div_pd);

impl Neg for F64x4 {
    type Output = Self;

    #[inline(always)]
    fn neg(self) -> Self {
        Self(there!(_mm256_xor_pd(self.0, _mm256_set1_pd(-0.0))))
    }
}

impl Lanes for F64x4 {
    const LANES: usize = 4;
    type Mask = Mask4;

    #[inline(always)]
    fn store(self, to: &mut [f64]) {
        let to = &mut to[..4];
        let lanes = there!(std::mem::transmute::<__m256d, [f64; 4]>(self.0));
        for (to, lane) in to.iter_mut().zip(lanes) {
            *to = lane;
        }
    }

    #[inline(always)]
    fn mul_add(self, b: Self, c: Self) -> Self {
        Self(there!(_mm256_fmadd_pd(self.0, b.0, c.0)))
    }

    #[inline(always)]
    fn neg_mul_add(self, b: Self, c: Self) -> Self {
        Self(there!(_mm256_fnmadd_pd(self.0, b.0, c.0)))
    }

    #[inline(always)]
    fn sqrt(self) -> Self {
        Self(there!(_mm256_sqrt_pd(self.0)))
    }

    #[inline(always)]
    fn abs(self) -> Self {
        Self(there!(_mm256_andnot_pd(_mm256_set1_pd(-0.0), self.0)))
    }

    #[inline(always)]
    fn min(self, other: Self) -> Self {
        Self(there!(_mm256_min_pd(self.0, other.0)))
    }

    #[inline(always)]
    fn max(self, other: Self) -> Self {
        Self(there!(_mm256_max_pd(self.0, other.0)))
    }

    #[inline(always)]
    fn lt(self, other: Self) -> Mask4 {
        Mask4(there!(_mm256_cmp_pd::<_CMP_LT_OQ>(self.0, other.0)))
    }

    #[inline(always)]
    fn le(self, other: Self) -> Mask4 {
        Mask4(there!(_mm256_cmp_pd::<_CMP_LE_OQ>(self.0, other.0)))
    }

    #[inline(always)]
    fn select(mask: Mask4, yes: Self, no: Self) -> Self {
        Self(there!(_mm256_blendv_pd(no.0, yes.0, mask.0)))
    }

    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        Self(there!(_mm256_xor_pd(self.0, other.0)))
    }

    #[inline(always)]
    fn shift_bits_up<const N: i32>(self) -> Self {
        Self(there!(_mm256_castsi256_pd(_mm256_slli_epi64::<N>(_mm256_castpd_si256(self.0)))))
    }
}

impl Mask for Mask4 {
    const LANES: usize = 4;

    #[inline(always)]
    fn bits(self) -> u32 {
        there!(_mm256_movemask_pd(self.0) as u32)
    }

    #[inline(always)]
    fn and(self, other: Self) -> Self {
        Self(there!(_mm256_and_pd(self.0, other.0)))
    }
}
