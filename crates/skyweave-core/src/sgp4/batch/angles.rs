//! Sines and cosines of angles in half-turns, each as exact as its place in the theory needs.
//!
//! An angle counted in half-turns is brought into its half-turn without rounding: the nearest whole number is taken off, and
//! its parity is the sign. So an angle costs two additions and a subtraction before the polynomial, and no table, branch or
//! multi-part constant. The polynomials are minimax fits of sin(pi x) and cos(pi x) on |x| <= 1/2, found with Remez' exchange.

use crate::simd::{Lanes, Simd};

/// 1.5 * 2^52: adding it leaves a whole number in the last bits, for |x| < 2^51.
const WHOLE: f64 = 6_755_399_441_055_744.0;

/// sin(pi x) / x as a polynomial in x^2; error of the sine 3.9e-14.
pub(super) const SINE_14: [f64; 7] = [
    3.141_592_653_588_614,
    -5.167_712_779_873_693_5,
    2.550_164_032_251_756_5,
    -0.599_264_383_826_288_7,
    0.082_144_460_693_599_44,
    -0.007_362_936_970_333_809_4,
    0.000_446_177_236_260_652_45,
];
/// The same; error 1.3e-11.
pub(super) const SINE_11: [f64; 6] = [
    3.141_592_653_243_762_4,
    -5.167_712_741_221_928,
    2.550_162_794_724_807,
    -0.599_247_404_920_923_7,
    0.082_031_230_175_725_87,
    -0.007_000_500_386_077_822,
];
/// The same; error 3.3e-9.
pub(super) const SINE_9: [f64; 5] = [
    3.141_592_580_043_073,
    -5.167_706_878_837_476_5,
    2.550_031_375_888_042_6,
    -0.598_045_166_058_813,
    0.077_220_113_601_881_36,
];
/// cos(pi x) as a polynomial in x^2; error 1.9e-15.
pub(super) const COSINE_15: [f64; 8] = [
    0.999_999_999_999_998_1,
    -4.934_802_200_543_689,
    4.058_712_126_333_491,
    -1.335_262_766_186_475,
    0.235_330_588_367_015_23,
    -0.025_806_532_291_710_198,
    0.001_927_870_971_229_716_6,
    -0.000_100_417_513_848_838_53,
];
/// The same; error 7.5e-13.
pub(super) const COSINE_12: [f64; 7] = [
    0.999_999_999_999_251_8,
    -4.934_802_200_250_965_5,
    4.058_712_107_589_445,
    -1.335_262_316_149_049_1,
    0.235_325_443_433_838_24,
    -0.025_776_340_766_918_725,
    0.001_840_021_884_688_859_6,
];
/// The same; error 2.2e-10.
pub(super) const COSINE_10: [f64; 6] = [
    0.999_999_999_780_654_2,
    -4.934_802_137_228_707,
    4.058_709_164_349_544,
    -1.335_212_056_710_799_7,
    0.234_937_559_039_050_86,
    -0.024_396_716_605_277_28,
];

/// An angle as the part within half a half-turn of zero, and the sign bit of sine and cosine.
#[derive(Clone, Copy)]
pub(super) struct Reduced<V> {
    part: V,
    sign: V,
}

/// Takes the whole half-turns off.
#[inline(always)]
pub(super) fn reduce<S: Simd>(simd: S, half_turns: S::F64s) -> Reduced<S::F64s> {
    let shifted = half_turns + simd.splat(WHOLE);
    let whole = shifted - simd.splat(WHOLE);
    Reduced { part: half_turns - whole, sign: shifted.shift_bits_up::<63>() }
}

/// A polynomial, the constant term first.
#[inline(always)]
pub(super) fn polynomial<S: Simd, const N: usize>(simd: S, x: S::F64s, terms: &[f64; N]) -> S::F64s {
    let mut sum = simd.splat(terms[N - 1]);
    for term in terms[..N - 1].iter().rev() {
        sum = sum.mul_add(x, simd.splat(*term));
    }
    sum
}

/// Sine of an angle in half-turns.
#[inline(always)]
pub(super) fn sine<S: Simd, const N: usize>(simd: S, half_turns: S::F64s, terms: &[f64; N]) -> S::F64s {
    let Reduced { part, sign } = reduce(simd, half_turns);
    part.xor(sign) * polynomial(simd, part * part, terms)
}

/// Cosine of an angle in half-turns.
#[inline(always)]
pub(super) fn cosine<S: Simd, const N: usize>(simd: S, half_turns: S::F64s, terms: &[f64; N]) -> S::F64s {
    let Reduced { part, sign } = reduce(simd, half_turns);
    polynomial(simd, part * part, terms).xor(sign)
}

/// Sine and cosine of an angle in half-turns.
#[inline(always)]
pub(super) fn sine_cosine<S: Simd, const N: usize, const M: usize>(
    simd: S,
    half_turns: S::F64s,
    sine_terms: &[f64; N],
    cosine_terms: &[f64; M],
) -> (S::F64s, S::F64s) {
    let Reduced { part, sign } = reduce(simd, half_turns);
    let square = part * part;
    (part.xor(sign) * polynomial(simd, square, sine_terms), polynomial(simd, square, cosine_terms).xor(sign))
}

/// (sine, cosine) turned by an angle given by its own sine and cosine.
#[inline(always)]
pub(super) fn turned<V: Lanes>((sine, cosine): (V, V), (by_sine, by_cosine): (V, V)) -> (V, V) {
    (cosine.mul_add(by_sine, sine * by_cosine), sine.neg_mul_add(by_sine, cosine * by_cosine))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::Kernel;
    use std::f64::consts::PI;

    /// Largest errors of the polynomials, in the order of their declarations.
    struct Errors;

    impl Kernel for Errors {
        type Out = [f64; 6];

        #[inline(always)]
        fn run<S: Simd>(self, simd: S) -> [f64; 6] {
            let mut worst = [0.0_f64; 6];
            for step in -30_000..30_000_i32 {
                let half_turns = f64::from(step) * 1.234_5e-4;
                let x = simd.splat(half_turns);
                let (sin, cos) = (PI * half_turns).sin_cos();
                let (sine_14, cosine_15) = sine_cosine(simd, x, &SINE_14, &COSINE_15);
                let found = [
                    (sine_14, sin),
                    (sine(simd, x, &SINE_11), sin),
                    (sine(simd, x, &SINE_9), sin),
                    (cosine_15, cos),
                    (cosine(simd, x, &COSINE_12), cos),
                    (cosine(simd, x, &COSINE_10), cos),
                ];
                for (worst, (ours, truth)) in worst.iter_mut().zip(found) {
                    let mut lanes = [0.0; 8];
                    ours.store(&mut lanes);
                    *worst = worst.max((lanes[0] - truth).abs());
                }
            }
            worst
        }
    }

    #[test]
    fn the_polynomials_are_as_exact_as_they_say() {
        for path in crate::golden::paths() {
            let errors = path.run(Errors);
            // the host's sine of a rounded pi x is itself off by some 1e-15
            for (error, said) in errors.into_iter().zip([4.3e-14, 1.4e-11, 3.4e-9, 4.0e-15, 8.0e-13, 2.3e-10])
            {
                assert!(error < said && error > 0.5 * said - 2e-15, "{error:e} against {said:e}");
            }
        }
    }
}
