//! The kernel for any orbit under 225 minutes: slower, with checks.
//!
//! It takes the roots and quotients that [`super::fast`] replaces by series, and iterates Kepler's equation lane by lane until
//! each has converged. Whatever comes near a limit of the theory is not decided here: such a lane is reported, and the scalar
//! code says what is wrong with it, so that an error never depends on rounding.

use super::angles::{COSINE_15, SINE_14, cosine, polynomial, sine, sine_cosine, turned};
use super::constants::{Group, LARGEST_ANGLE};
use super::place::{Radial, State, placed};
use crate::simd::{Lanes, Mask, Simd};
use std::f64::consts::FRAC_1_PI;

/// A step of Kepler's iteration below this ends it, rad.
const KEPLER_TOLERANCE_RAD: f64 = 1.0e-12;
/// Iterations of Kepler's equation at most.
const KEPLER_STEPS: usize = 10;
/// Longest step of Kepler's iteration, rad: keeps very eccentric orbits from overshooting.
const KEPLER_LONGEST_STEP_RAD: f64 = 0.95;
/// Least share of the root of the axis that is left after decay.
const LEAST_DECAY: f64 = 0.05;
/// Limits of the mean eccentricity, inside those of the theory.
const E_LIMITS: (f64, f64) = (-0.000_99, 0.99);
/// Largest square of `e_L`, inside the theory's limit of 1.
const LARGEST_EL2: f64 = 0.99;
/// Largest small turn of the short-period terms, rad.
const LARGEST_TURN_RAD: f64 = 0.03;
/// Least radius, km: the surface, and a little for rounding.
const LEAST_RADIUS_KM: f64 = crate::sgp4::EARTH_RADIUS_WGS72_KM + 1.0e-6;

/// Propagates the lanes of a group that begin at `at` by `t` minutes; the bits are those of the lanes that are good.
#[expect(clippy::too_many_lines, reason = "one theory, in the order in which the report derives it")]
#[inline(always)]
pub(super) fn propagate<S: Simd>(simd: S, c: &Group, at: usize, t: S::F64s) -> (State<S::F64s>, u32) {
    let one = simd.splat(1.0);
    macro_rules! of {
        ($constant:ident) => {
            simd.load(&c.$constant[at..])
        };
    }
    macro_rules! number {
        ($value:expr) => {
            simd.splat($value)
        };
    }
    macro_rules! small_turn {
        ($constant:ident, $by:ident) => {{
            let x = simd.load(&c.$constant[0][at..]) * $by;
            let x2 = x * x;
            let sine = x2.mul_add(number!(1.0 / 120.0), number!(-1.0 / 6.0)).mul_add(x2, one) * x;
            let cosine = x2
                .mul_add(number!(-1.0 / 720.0), number!(1.0 / 24.0))
                .mul_add(x2, number!(-0.5))
                .mul_add(x2, one);
            (x.abs(), (sine, cosine))
        }};
    }

    // secular terms; angles in half-turns
    let anomaly_drifted = t.mul_add(of!(anomaly_rate), of!(anomaly));
    let cos_m = cosine(simd, anomaly_drifted, &COSINE_15);
    let shift = cos_m.mul_add(of!(shift_3), of!(shift_2)).mul_add(cos_m, of!(shift_1)) * cos_m;
    let anomaly = t.mul_add(of!(shifted_anomaly_rate), of!(shifted_anomaly)) + shift;
    let perigee = t.mul_add(of!(perigee_rate), of!(perigee)) - shift;
    let sin_m = sine(simd, anomaly, &SINE_14);
    let e_drifted = of!(e_sine).mul_add(sin_m, t.mul_add(of!(e_rate), of!(e)));
    let e = e_drifted.max(number!(1.0e-6));
    let (sin_w, cos_w) = sine_cosine(simd, perigee, &SINE_14, &COSINE_15);
    let decay = t
        .mul_add(of!(decay_4), of!(decay_3))
        .mul_add(t, of!(decay_2))
        .mul_add(t, of!(decay_1))
        .mul_add(t, one);
    let inverse = one / decay;
    let inverse2 = inverse * inverse;
    let latitude = t
        .mul_add(of!(latitude_5), of!(latitude_4))
        .mul_add(t, of!(latitude_3))
        .mul_add(t, of!(latitude_2))
        .mul_add(t, of!(latitude_1))
        .mul_add(t, of!(latitude_0));
    let mut good = latitude
        .abs()
        .lt(number!(LARGEST_ANGLE))
        .and(perigee.abs().lt(number!(LARGEST_ANGLE)))
        .and(number!(LEAST_DECAY).lt(decay))
        .and(number!(E_LIMITS.0).lt(e_drifted))
        .and(e_drifted.lt(number!(E_LIMITS.1)));

    // long-period terms
    let inverse_p = inverse2 / e.neg_mul_add(e, one);
    let axn = e * cos_w;
    let ayn = e.mul_add(sin_w, inverse_p * of!(ay));
    let along = (inverse_p * of!(xl)) * axn;
    let u = along.mul_add(number!(FRAC_1_PI), latitude);

    // Kepler: d = E + w - u solves d = axn sin(u + d) - ayn cos(u + d)
    let (mut sin_e, mut cos_e) = sine_cosine(simd, u, &SINE_14, &COSINE_15);
    let mut d = number!(0.0);
    let mut last = number!(f64::INFINITY);
    let all_lanes = (1_u32 << S::LANES) - 1;
    for _ in 0..KEPLER_STEPS {
        let unfinished = number!(KEPLER_TOLERANCE_RAD).le(last);
        let slope = axn.neg_mul_add(cos_e, ayn.neg_mul_add(sin_e, one));
        let step = (axn.mul_add(sin_e, ayn.neg_mul_add(cos_e, -d))) / slope;
        let longest = number!(KEPLER_LONGEST_STEP_RAD);
        let step = S::F64s::select(unfinished, step.min(longest).max(-longest), number!(0.0));
        let part = step * number!(FRAC_1_PI);
        let square = part * part;
        let by = (part * polynomial(simd, square, &SINE_14), polynomial(simd, square, &COSINE_15));
        let (sine, cosine) = turned((sin_e, cos_e), by);
        d = d + step;
        sin_e = S::F64s::select(unfinished, sine, sin_e);
        cos_e = S::F64s::select(unfinished, cosine, cos_e);
        last = S::F64s::select(unfinished, step.abs(), last);
        if last.lt(number!(KEPLER_TOLERANCE_RAD)).bits() == all_lanes {
            break;
        }
    }

    // short-period preliminaries
    let e_cos = axn.mul_add(cos_e, ayn * sin_e);
    let e_sin = ayn.neg_mul_add(cos_e, axn * sin_e);
    let el2 = axn.mul_add(axn, ayn * ayn);
    let beta2 = one - el2;
    good = good.and(el2.lt(number!(LARGEST_EL2)));
    let beta = beta2.abs().sqrt();
    let a_over_r = one / (one - e_cos);
    let shared = e_sin / (one + beta);
    let sin_u = axn.neg_mul_add(shared, sin_e - ayn) * a_over_r;
    let cos_u = ayn.mul_add(shared, cos_e - axn) * a_over_r;
    let twice_sin_u = sin_u + sin_u;
    let sin_2u = twice_sin_u * cos_u;
    let cos_2u = twice_sin_u.neg_mul_add(sin_u, one);
    let inverse_pl = inverse2 / beta2;
    let inverse_pl2 = inverse_pl * inverse_pl;

    let axis_km = of!(axis_km) * (decay * decay);
    let r_km = axis_km.neg_mul_add(e_cos, axis_km);
    let radius_km = (inverse_pl2 * beta)
        .neg_mul_add(of!(radius_mean), one)
        .mul_add(r_km, (inverse_pl * of!(radius_2u)) * cos_2u);
    good = good.and(number!(LEAST_RADIUS_KM).lt(radius_km));

    let speed = of!(speed) * inverse * a_over_r;
    let short = (inverse2 * inverse) * inverse_pl;
    let short_2u = short * of!(rate_2u);
    let radial_rate = short_2u.neg_mul_add(sin_2u, speed * e_sin);
    let cross_rate = short_2u.mul_add(cos_2u, speed.mul_add(beta, short * of!(rate_mean)));

    // orientation
    let s = inverse_pl2 * sin_2u;
    let k = inverse_pl2 * cos_2u;
    let (size_l, by_l) = small_turn!(turn_latitude, s);
    let (size_n, by_n) = small_turn!(turn_node, s);
    let (size_i, by_i) = small_turn!(turn_inclination, k);
    good = good.and((size_l + size_n + size_i).lt(number!(LARGEST_TURN_RAD)));
    let (sin_l, cos_l) = turned((sin_u, cos_u), by_l);
    let node = t.mul_add(of!(node_2), of!(node_1)).mul_add(t, of!(node_0));
    let (sin_n, cos_n) = turned(sine_cosine(simd, node, &SINE_14, &COSINE_15), by_n);
    let (sin_i, cos_i) = turned((of!(sin_i), of!(cos_i)), by_i);

    let radial = Radial { radius_km, outward_km_s: radial_rate, onward_km_s: cross_rate };
    (placed(radial, (sin_l, cos_l), (sin_n, cos_n), (sin_i, cos_i)), good.bits())
}
