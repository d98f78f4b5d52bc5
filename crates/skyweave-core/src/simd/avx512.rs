//! Eight lanes: AVX-512 F, DQ and VL.

use super::{Kernel, Lanes, Mask, Simd};
use std::arch::x86_64::{
    __m512d, __mmask8, _CMP_LE_OQ, _CMP_LT_OQ, _mm_cvtsi32_si128, _mm512_abs_pd, _mm512_add_pd,
    _mm512_castpd_si512, _mm512_castsi512_pd, _mm512_cmp_pd_mask, _mm512_div_pd, _mm512_fmadd_pd,
    _mm512_fnmadd_pd, _mm512_mask_blend_pd, _mm512_max_pd, _mm512_min_pd, _mm512_mul_pd, _mm512_set1_pd,
    _mm512_sll_epi64, _mm512_sqrt_pd, _mm512_sub_pd, _mm512_xor_pd,
};
use std::ops::{Add, Div, Mul, Neg, Sub};

/// The proof that the processor has avx512f, avx512dq, avx512vl, avx2, fma.
#[derive(Clone, Copy)]
pub(super) struct Avx512(());

impl Avx512 {
    /// The proof, if it holds.
    pub(super) fn new() -> Option<Self> {
        let there = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("fma");
        there.then_some(Self(()))
    }
}

/// Eight lanes.
#[derive(Clone, Copy)]
pub(super) struct F64x8(__m512d);

/// Eight truth values.
#[derive(Clone, Copy)]
pub(super) struct Mask8(__mmask8);

width! {
    features "avx512f,avx512dq,avx512vl,avx2,fma",
    types Avx512, F64x8(__m512d), Mask8,
    lanes 8: [0 1 2 3 4 5 6 7],
    intrinsics {
        splat _mm512_set1_pd, add _mm512_add_pd, sub _mm512_sub_pd, mul _mm512_mul_pd, div _mm512_div_pd,
        mul_add _mm512_fmadd_pd,
        neg_mul_add _mm512_fnmadd_pd, sqrt _mm512_sqrt_pd, min _mm512_min_pd, max _mm512_max_pd, xor _mm512_xor_pd,
    },
    own {
        #[inline(always)]
        fn abs(self) -> Self {
            Self(there!(_mm512_abs_pd(self.0)))
        }

        #[inline(always)]
        fn lt(self, other: Self) -> Mask8 {
            Mask8(there!(_mm512_cmp_pd_mask::<_CMP_LT_OQ>(self.0, other.0)))
        }

        #[inline(always)]
        fn le(self, other: Self) -> Mask8 {
            Mask8(there!(_mm512_cmp_pd_mask::<_CMP_LE_OQ>(self.0, other.0)))
        }

        #[inline(always)]
        fn select(mask: Mask8, yes: Self, no: Self) -> Self {
            Self(there!(_mm512_mask_blend_pd(mask.0, no.0, yes.0)))
        }

        #[inline(always)]
        fn shift_bits_up<const N: i32>(self) -> Self {
            Self(there!(_mm512_castsi512_pd(_mm512_sll_epi64(_mm512_castpd_si512(self.0), _mm_cvtsi32_si128(N)))))
        }
    }
}

impl Mask for Mask8 {
    const LANES: usize = 8;

    #[inline(always)]
    fn bits(self) -> u32 {
        u32::from(self.0)
    }

    #[inline(always)]
    fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}
