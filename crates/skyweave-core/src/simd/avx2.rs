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
}

/// Four lanes.
#[derive(Clone, Copy)]
pub(super) struct F64x4(__m256d);

/// Four truth values.
#[derive(Clone, Copy)]
pub(super) struct Mask4(__m256d);

width! {
    features "avx2,fma",
    types Avx2, F64x4(__m256d), Mask4,
    lanes 4: [0 1 2 3],
    intrinsics {
        splat _mm256_set1_pd, add _mm256_add_pd, sub _mm256_sub_pd, mul _mm256_mul_pd, div _mm256_div_pd,
        mul_add _mm256_fmadd_pd,
        neg_mul_add _mm256_fnmadd_pd, sqrt _mm256_sqrt_pd, min _mm256_min_pd, max _mm256_max_pd, xor _mm256_xor_pd,
    },
    own {
        #[inline(always)]
        fn abs(self) -> Self {
            Self(there!(_mm256_andnot_pd(_mm256_set1_pd(-0.0), self.0)))
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
        fn shift_bits_up<const N: i32>(self) -> Self {
            Self(there!(_mm256_castsi256_pd(_mm256_slli_epi64::<N>(_mm256_castpd_si256(self.0)))))
        }
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
