//! Elementary functions with the same bits on every machine.
//!
//! The platform's own `sin`, `atan2` or `exp` differ from one C library to the next, and a plan must not. These are
//! straight-line `f64` code without fused operations, so that every IEEE 754 machine rounds alike. Errors are under
//! 1.5 ulp for the arguments a planner meets (|x| < 10^6 rad), tested below against the host's functions.
//!
//! Coefficients of the polynomials: fdlibm (Sun Microsystems, 1993), files `k_sin.c`, `k_cos.c`, `s_atan.c`.

use std::f64::consts::{FRAC_PI_2, FRAC_PI_4, LN_2, LOG2_E, LOG10_2, PI, SQRT_2, TAU};

/// The first 33 bits of pi/2: `n` times it is exact for |n| < 2^20.
const HALF_PI_HEAD: f64 = 1.570_796_326_734_125_6;
/// The next 33 bits of pi/2.
const HALF_PI_MIDDLE: f64 = 6.077_100_506_303_966e-11;
/// What is left of pi/2 after the two parts above.
const HALF_PI_TAIL: f64 = 2.022_266_248_795_950_6e-21;

/// Sine and cosine of an angle in radians.
#[inline]
#[must_use]
pub fn sin_cos(x: f64) -> (f64, f64) {
    let quadrant = (x * (2.0 / PI)).round_ties_even();
    let head = x - quadrant * HALF_PI_HEAD;
    let reduced = head - quadrant * HALF_PI_MIDDLE;
    let lost = (head - reduced) - quadrant * HALF_PI_MIDDLE;
    let r = reduced + (lost - quadrant * HALF_PI_TAIL);
    let (sine, cosine) = (sine_kernel(r), cosine_kernel(r));
    match (quadrant as i64) & 3 {
        0 => (sine, cosine),
        1 => (cosine, -sine),
        2 => (-sine, -cosine),
        _ => (-cosine, sine),
    }
}

/// Sine of an angle in radians.
#[inline]
#[must_use]
pub fn sin(x: f64) -> f64 {
    sin_cos(x).0
}

/// Cosine of an angle in radians.
#[inline]
#[must_use]
pub fn cos(x: f64) -> f64 {
    sin_cos(x).1
}

#[inline]
fn sine_kernel(r: f64) -> f64 {
    let z = r * r;
    let p = 8.333_333_333_322_49e-3
        + z * (-1.984_126_982_985_795e-4
            + z * (2.755_731_370_707_006_8e-6
                + z * (-2.505_076_025_340_686_3e-8 + z * 1.589_690_995_211_55e-10)));
    r + r * z * (-1.666_666_666_666_663_2e-1 + z * p)
}

#[inline]
fn cosine_kernel(r: f64) -> f64 {
    let z = r * r;
    let p = 4.166_666_666_666_66e-2
        + z * (-1.388_888_888_887_411e-3
            + z * (2.480_158_728_947_673e-5
                + z * (-2.755_731_435_139_066_3e-7
                    + z * (2.087_572_321_298_175e-9 + z * -1.135_964_755_778_819_5e-11))));
    let half = 0.5 * z;
    let w = 1.0 - half;
    w + (((1.0 - w) - half) + z * z * p)
}

/// The angle of the point (`x`, `y`) from the x axis, in (-pi, pi].
#[must_use]
pub fn atan2(y: f64, x: f64) -> f64 {
    if x == 0.0 && y == 0.0 {
        return 0.0;
    }
    let steep = y.abs() > x.abs();
    let acute = if steep { FRAC_PI_2 - atan_unit(x.abs() / y.abs()) } else { atan_unit(y.abs() / x.abs()) };
    let upper = if x < 0.0 { PI - acute } else { acute };
    if y < 0.0 { -upper } else { upper }
}

/// Arc tangent of a ratio in [0, 1].
fn atan_unit(ratio: f64) -> f64 {
    // (upper bound, reduced argument, angle taken off), after fdlibm's s_atan.c
    let (t, high) = if ratio < 7.0 / 16.0 {
        (ratio, 0.0)
    } else if ratio < 11.0 / 16.0 {
        ((2.0 * ratio - 1.0) / (2.0 + ratio), 0.463_647_609_000_806_1)
    } else {
        ((ratio - 1.0) / (ratio + 1.0), FRAC_PI_4)
    };
    let z = t * t;
    let w = z * z;
    let even = 3.333_333_333_333_293e-1
        + w * (1.428_571_427_250_346_6e-1
            + w * (9.090_887_133_436_507e-2
                + w * (6.661_073_137_387_531e-2
                    + w * (4.976_877_994_615_932e-2 + w * 1.628_582_011_536_578_2e-2))));
    let odd = -1.999_999_999_987_648_3e-1
        + w * (-1.111_111_040_546_235_6e-1
            + w * (-7.691_876_205_044_83e-2
                + w * (-5.833_570_133_790_573e-2 + w * -3.653_157_274_421_691_5e-2)));
    high + (t - t * (z * even + w * odd))
}

/// Arc sine of a value in [-1, 1], in [-pi/2, pi/2]; values beyond are clamped, since they come from rounding.
#[must_use]
pub fn asin(x: f64) -> f64 {
    let x = x.clamp(-1.0, 1.0);
    atan2(x, ((1.0 - x) * (1.0 + x)).sqrt())
}

/// Arc cosine of a value in [-1, 1], in [0, pi]; values beyond are clamped, since they come from rounding.
#[must_use]
pub fn acos(x: f64) -> f64 {
    let x = x.clamp(-1.0, 1.0);
    atan2(((1.0 - x) * (1.0 + x)).sqrt(), x)
}

/// Base-2 logarithm of a positive, finite, normal number.
#[must_use]
pub fn log2(x: f64) -> f64 {
    let (exponent, rest) = split_logarithm(x);
    exponent + rest / LN_2
}

/// Natural logarithm of a positive, finite, normal number.
#[must_use]
pub fn ln(x: f64) -> f64 {
    let (exponent, rest) = split_logarithm(x);
    exponent * LN_2 + rest
}

/// Decimal logarithm of a positive, finite, normal number.
#[must_use]
pub fn log10(x: f64) -> f64 {
    LOG10_2 * log2(x)
}

/// A positive number as a power of two and the natural logarithm of what it is multiplied with, in [-ln 2 / 2, ln 2 / 2].
#[inline]
fn split_logarithm(x: f64) -> (f64, f64) {
    let bits = x.to_bits();
    let mut exponent = ((bits >> 52) & 0x7ff) as i64 - 1023;
    let mut mantissa = f64::from_bits((bits & 0x000f_ffff_ffff_ffff) | 0x3ff0_0000_0000_0000);
    if mantissa > SQRT_2 {
        mantissa *= 0.5;
        exponent += 1;
    }
    // ln m = 2 atanh s, and |s| < 0.1716
    let s = (mantissa - 1.0) / (mantissa + 1.0);
    let z = s * s;
    let mut series = 0.0;
    for odd in (1..=23).rev().step_by(2) {
        series = series * z + 1.0 / f64::from(odd);
    }
    (exponent as f64, 2.0 * s * series)
}

/// Ten times the decimal logarithm of a positive ratio: the ratio in decibels.
#[must_use]
pub fn to_db(ratio: f64) -> f64 {
    10.0 * LOG10_2 * log2(ratio)
}

/// The ratio that stands behind a value in decibels.
#[must_use]
pub fn from_db(db: f64) -> f64 {
    exp2(db / (10.0 * LOG10_2))
}

/// Two to the power of `x`, for |x| < 1000.
#[must_use]
pub fn exp2(x: f64) -> f64 {
    let whole = x.round_ties_even();
    let f = (x - whole) * LN_2;
    let mut series = 1.0;
    for n in (1..=14).rev() {
        series = 1.0 + series * f / f64::from(n);
    }
    series * f64::from_bits(((whole as i64 + 1023) as u64) << 52)
}

/// One over the factorials of 0 to 13: the Taylor series of the exponential function.
const INVERSE_FACTORIALS: [f64; 14] = [
    1.0,
    1.0,
    1.0 / 2.0,
    1.0 / 6.0,
    1.0 / 24.0,
    1.0 / 120.0,
    1.0 / 720.0,
    1.0 / 5_040.0,
    1.0 / 40_320.0,
    1.0 / 362_880.0,
    1.0 / 3_628_800.0,
    1.0 / 39_916_800.0,
    1.0 / 479_001_600.0,
    1.0 / 6_227_020_800.0,
];
/// The first 32 bits of ln 2: `n` times it is exact for |n| < 2^21.
const LN_2_HEAD: f64 = 6.931_471_803_691_238e-1;
/// What is left of ln 2.
const LN_2_TAIL: f64 = 1.908_214_929_270_587_7e-10;

/// e to the power of `x`. Below -700 it is zero, and above 700 what it is there.
#[must_use]
pub fn exp(x: f64) -> f64 {
    if x < -700.0 {
        return 0.0;
    }
    let x = x.min(700.0);
    let whole = (x * LOG2_E).round_ties_even();
    let f = (x - whole * LN_2_HEAD) - whole * LN_2_TAIL;
    let mut series = 0.0;
    for term in INVERSE_FACTORIALS.iter().rev() {
        series = series * f + term;
    }
    series * f64::from_bits(((whole as i64 + 1023) as u64) << 52)
}

/// `base` to the power of `exponent`, for a base that is positive or zero.
#[must_use]
pub fn pow(base: f64, exponent: f64) -> f64 {
    if base > 0.0 {
        exp(exponent * ln(base))
    } else if exponent == 0.0 {
        1.0
    } else {
        0.0
    }
}

/// Cube root of a positive number.
#[must_use]
pub fn cbrt(x: f64) -> f64 {
    // A third of the exponent is a start within 6 %; each Newton step doubles the digits.
    let mut root = f64::from_bits(x.to_bits() / 3 + 0x2a9f_7893_782d_a1ce);
    for _ in 0..5 {
        root -= (root * root * root - x) / (3.0 * root * root);
    }
    root
}

/// An angle brought into [0, 2 pi).
#[inline]
#[must_use]
pub fn wrap_turn(angle_rad: f64) -> f64 {
    let wrapped = angle_rad - TAU * (angle_rad / TAU).floor();
    if wrapped >= TAU { 0.0 } else { wrapped }
}

/// An angle brought into [-pi, pi).
#[inline]
#[must_use]
pub fn wrap_half_turn(angle_rad: f64) -> f64 {
    wrap_turn(angle_rad + PI) - PI
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ulps(a: f64, b: f64) -> f64 {
        (a - b).abs() / (b.abs() * f64::EPSILON).max(f64::MIN_POSITIVE)
    }

    #[test]
    fn trigonometry_agrees_with_the_host_within_two_ulp() {
        for step in -200_000..200_000_i32 {
            let x = f64::from(step) * 0.012_345_678_9;
            let (s, c) = sin_cos(x);
            assert!((s - x.sin()).abs() < 3e-16, "sin({x}): {s} against {}", x.sin());
            assert!((c - x.cos()).abs() < 3e-16, "cos({x}): {c} against {}", x.cos());
        }
    }

    #[test]
    fn inverse_functions_agree_with_the_host() {
        for i in -1000..=1000_i32 {
            let x = f64::from(i) / 1000.0;
            assert!((asin(x) - x.asin()).abs() < 1e-15, "asin({x})");
            assert!((acos(x) - x.acos()).abs() < 1e-15, "acos({x})");
            for j in -50..=50_i32 {
                let y = f64::from(j) / 7.0;
                assert!((atan2(y, x) - y.atan2(x)).abs() < 1e-15, "atan2({y}, {x})");
            }
        }
    }

    #[test]
    fn powers_and_logarithms_agree_with_the_host() {
        for i in 1..5000_i32 {
            let x = f64::from(i) * 0.037;
            assert!((log2(x) - x.log2()).abs() < 1e-14, "log2({x})");
            assert!(ulps(exp2(x / 10.0), (x / 10.0).exp2()) < 4.0, "exp2({})", x / 10.0);
            assert!(ulps(cbrt(x), x.cbrt()) < 2.0, "cbrt({x})");
            assert!((ln(x) - x.ln()).abs() < 1e-14, "ln({x})");
            assert!((log10(x) - x.log10()).abs() < 1e-14, "log10({x})");
            assert!(ulps(exp(x / 2.0 - 40.0), (x / 2.0 - 40.0).exp()) < 2.0, "exp({})", x / 2.0 - 40.0);
            assert!((pow(x, 1.3) / x.powf(1.3) - 1.0).abs() < 1e-14, "pow({x}, 1.3)");
            assert!((pow(x, -2.7) / x.powf(-2.7) - 1.0).abs() < 1e-14, "pow({x}, -2.7)");
            assert!((from_db(to_db(x)) / x - 1.0).abs() < 1e-13, "decibels of {x}");
        }
    }

    #[test]
    fn powers_at_their_ends() {
        assert_eq!((exp(0.0), exp(-800.0), pow(0.0, 0.7), pow(0.0, 0.0)), (1.0, 0.0, 0.0, 1.0));
        assert_eq!(exp(1e9), exp(700.0));
    }

    #[test]
    fn angles_wrap_into_their_turn() {
        assert!((wrap_turn(-0.5) - (TAU - 0.5)).abs() < 1e-15);
        assert!((wrap_half_turn(PI + 0.25) - (0.25 - PI)).abs() < 1e-14);
        assert!(wrap_turn(-1e-18) < TAU);
    }
}
