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

    /// Runs a kernel on eight lanes.
    #[expect(
        unsafe_code,
        reason = "code compiled for an instruction is called with the proof of the instruction"
    )]
    pub(super) fn enter<K: Kernel>(self, kernel: K) -> K::Out {
        // SAFETY: `self` exists, so the processor has what the function is compiled for.
        unsafe { compiled_for_it(self, kernel) }
    }
}

#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx2,fma")]
fn compiled_for_it<K: Kernel>(token: Avx512, kernel: K) -> K::Out {
    kernel.run(token)
}

/// Eight lanes.
#[derive(Clone, Copy)]
pub(super) struct F64x8(__m512d);

/// Eight truth values.
#[derive(Clone, Copy)]
pub(super) struct Mask8(__mmask8);

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

impl Simd for Avx512 {
    const LANES: usize = 8;
    type F64s = F64x8;

    #[inline(always)]
    fn splat(self, value: f64) -> F64x8 {
        F64x8(there!(_mm512_set1_pd(value)))
    }

    #[inline(always)]
    fn load(self, from: &[f64]) -> F64x8 {
        let from = &from[..8];
        F64x8(there!(std::mem::transmute::<[f64; 8], __m512d>([
            from[0], from[1], from[2], from[3], from[4], from[5], from[6], from[7]
        ])))
    }
}

macro_rules! operator {
    ($trait:ident, $method:ident, $intrinsic:ident) => {
        impl $trait for F64x8 {
            type Output = Self;

            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                Self(there!($intrinsic(self.0, other.0)))
            }
        }
    };
}

operator!(Add, add, _mm512_add_pd);
operator!(Sub, sub, _mm512_sub_pd);
operator!(Mul, mul, _mm512_mul_pd);
operator!(Div, div, _mm512_div_pd);

impl Neg for F64x8 {
    type Output = Self;

    #[inline(always)]
    fn neg(self) -> Self {
        Self(there!(_mm512_xor_pd(self.0, _mm512_set1_pd(-0.0))))
    }
}

impl Lanes for F64x8 {
    const LANES: usize = 8;
    type Mask = Mask8;

    #[inline(always)]
    fn store(self, to: &mut [f64]) {
        let to = &mut to[..8];
        let lanes = there!(std::mem::transmute::<__m512d, [f64; 8]>(self.0));
        for (to, lane) in to.iter_mut().zip(lanes) {
            *to = lane;
        }
    }

    #[inline(always)]
    fn mul_add(self, b: Self, c: Self) -> Self {
        Self(there!(_mm512_fmadd_pd(self.0, b.0, c.0)))
    }

    #[inline(always)]
    fn neg_mul_add(self, b: Self, c: Self) -> Self {
        Self(there!(_mm512_fnmadd_pd(self.0, b.0, c.0)))
    }

    #[inline(always)]
    fn sqrt(self) -> Self {
        Self(there!(_mm512_sqrt_pd(self.0)))
    }

    #[inline(always)]
    fn abs(self) -> Self {
        Self(there!(_mm512_abs_pd(self.0)))
    }

    #[inline(always)]
    fn min(self, other: Self) -> Self {
        Self(there!(_mm512_min_pd(self.0, other.0)))
    }

    #[inline(always)]
    fn max(self, other: Self) -> Self {
        Self(there!(_mm512_max_pd(self.0, other.0)))
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
    fn xor(self, other: Self) -> Self {
        Self(there!(_mm512_xor_pd(self.0, other.0)))
    }

    #[inline(always)]
    fn shift_bits_up<const N: i32>(self) -> Self {
        Self(there!(_mm512_castsi512_pd(_mm512_sll_epi64(_mm512_castpd_si512(self.0), _mm_cvtsi32_si128(N)))))
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
