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
    3.141592653588614,
    -5.1677127798736935,
    2.5501640322517565,
    -0.5992643838262887,
    0.08214446069359944,
    -0.0073629369703338094,
    0.00044617723626065245,
];
/// The same; error 1.3e-11.
pub(super) const SINE_11: [f64; 6] = [
    3.1415926532437624,
    -5.167712741221928,
    2.550162794724807,
    -0.5992474049209237,
    0.08203123017572587,
    -0.007000500386077822,
];
/// The same; error 3.3e-9.
pub(super) const SINE_9: [f64; 5] =
    [3.141592580043073, -5.1677068788374765, 2.5500313758880426, -0.598045166058813, 0.07722011360188136];
/// cos(pi x) as a polynomial in x^2; error 1.9e-15.
pub(super) const COSINE_15: [f64; 8] = [
    0.9999999999999981,
    -4.934802200543689,
    4.058712126333491,
    -1.335262766186475,
    0.23533058836701523,
    -0.025806532291710198,
    0.0019278709712297166,
    -0.00010041751384883853,
];
/// The same; error 7.5e-13.
pub(super) const COSINE_12: [f64; 7] = [
    0.9999999999992518,
    -4.9348022002509655,
    4.058712107589445,
    -1.3352623161490491,
    0.23532544343383824,
    -0.025776340766918725,
    0.0018400218846888596,
];
/// The same; error 2.2e-10.
pub(super) const COSINE_10: [f64; 6] = [
    0.9999999997806542,
    -4.934802137228707,
    4.058709164349544,
    -1.3352120567107997,
    0.23493755903905086,
    -0.02439671660527728,
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
