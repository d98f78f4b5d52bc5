//! The kernel for near-circular orbits in thin air: nearly all of a constellation, nearly always.
//!
//! With `e_L` <= [`LARGEST_EL`] the series in the eccentricity end after a few terms, and everything that divides, takes a root or
//! iterates in the general theory becomes a short polynomial. Three divisions are left, and no branch.
//! An orbit qualifies up to a time of its own (its horizon, see `constants`), so the kernel needs no checks either.
//!
//! From a time to a position most operations wait for the one before, for hundreds of cycles, while the processor could start
//! two every cycle. So the way is cut into four stages, each run over the whole group before the next: a processor that looks
//! a few hundred instructions ahead then always has several satellites under way. What passes between stages is in
//! [`Between`], which stays in the nearest cache.

use super::angles::{
    COSINE_10, COSINE_12, COSINE_15, SINE_9, SINE_11, SINE_14, cosine, sine, sine_cosine, turned,
};
use super::constants::{GROUP, Group, PerLane};
use super::place::{Radial, State, placed};
use crate::simd::{Lanes, Simd};

/// Largest `e_L` (eccentricity with its long-period part) for which the series below are exact to 1e-9 km.
pub(super) const LARGEST_EL: f64 = 0.004;

/// What one stage leaves for the next.
#[derive(Debug, Clone)]
#[repr(C, align(64))]
pub(super) struct Between {
    t: PerLane,
    e: PerLane,
    perigee: PerLane,
    decay: PerLane,
    inverse: PerLane,
    axn: PerLane,
    ayn: PerLane,
    along: PerLane,
    sin_mean: PerLane,
    cos_mean: PerLane,
    a: PerLane,
    b: PerLane,
    sin_u: PerLane,
    cos_u: PerLane,
    e_cos: PerLane,
    e_sin: PerLane,
    a_over_r: PerLane,
}

// macros and not closures: what is not inlined is not compiled for the path
macro_rules! load {
    ($simd:ident, $from:ident . $name:ident [$at:ident]) => {
        $simd.load(&$from.$name[$at..])
    };
}
macro_rules! pass_on {
    ($to:ident [$at:ident]: $($name:ident),*) => {
        $($name.store(&mut $to.$name[$at..]);)*
    };
}

/// Runs the four stages over a group, for the times in `between`.
#[inline(always)]
pub(super) fn propagate<S: Simd>(simd: S, c: &Group, between: &mut Between, out: &mut [&mut PerLane; 6]) {
    let mut at = 0;
    while at <= GROUP - S::LANES {
        drag(simd, c, between, at);
        at += S::LANES;
    }
    let mut at = 0;
    while at <= GROUP - S::LANES {
        angles(simd, c, between, at);
        at += S::LANES;
    }
    let mut at = 0;
    while at <= GROUP - S::LANES {
        kepler(simd, between, at);
        at += S::LANES;
    }
    let mut at = 0;
    while at <= GROUP - S::LANES {
        let state = orientation(simd, c, between, at);
        for (lanes, value) in out.iter_mut().zip(state) {
            value.store(&mut lanes[at..]);
        }
        at += S::LANES;
    }
}

impl Between {
    /// Nothing yet.
    pub(super) const fn new() -> Self {
        const NONE: PerLane = [0.0; GROUP];
        Self {
            t: NONE,
            e: NONE,
            perigee: NONE,
            decay: NONE,
            inverse: NONE,
            axn: NONE,
            ayn: NONE,
            along: NONE,
            sin_mean: NONE,
            cos_mean: NONE,
            a: NONE,
            b: NONE,
            sin_u: NONE,
            cos_u: NONE,
            e_cos: NONE,
            e_sin: NONE,
            a_over_r: NONE,
        }
    }

    /// Where the times go that the stages begin with, minutes since the epoch.
    #[inline(always)]
    pub(super) fn times(&mut self) -> &mut PerLane {
        &mut self.t
    }
}

/// Secular terms of drag on eccentricity and perigee; angles in half-turns.
#[inline(always)]
fn drag<S: Simd>(simd: S, c: &Group, between: &mut Between, at: usize) {
    // said once, so that no load asks again
    assert!(at <= GROUP - S::LANES);
    macro_rules! of {
        ($name:ident) => {
            load!(simd, c.$name[at])
        };
    }
    let t = load!(simd, between.t[at]);
    let anomaly_drifted = t.mul_add(of!(anomaly_rate), of!(anomaly));
    let cos_m = cosine(simd, anomaly_drifted, &COSINE_10);
    let shift = cos_m.mul_add(of!(shift_3), of!(shift_2)).mul_add(cos_m, of!(shift_1)) * cos_m;
    let anomaly = t.mul_add(of!(shifted_anomaly_rate), of!(shifted_anomaly)) + shift;
    let perigee = t.mul_add(of!(perigee_rate), of!(perigee)) - shift;
    let sin_m = sine(simd, anomaly, &SINE_9);
    let e = of!(e_sine).mul_add(sin_m, t.mul_add(of!(e_rate), of!(e))).max(simd.splat(1.0e-6));
    let decay = t
        .mul_add(of!(decay_4), of!(decay_3))
        .mul_add(t, of!(decay_2))
        .mul_add(t, of!(decay_1))
        .mul_add(t, simd.splat(1.0));
    let inverse = simd.splat(1.0) / decay;
    pass_on!(between[at]: e, perigee, decay, inverse);
}

/// Long-period terms and the mean argument of latitude; p''/a0 = decay^2 (1 - e^2).
#[inline(always)]
fn angles<S: Simd>(simd: S, c: &Group, between: &mut Between, at: usize) {
    // said once, so that no load asks again
    assert!(at <= GROUP - S::LANES);
    macro_rules! of {
        ($name:ident) => {
            load!(simd, c.$name[at])
        };
    }
    let t = load!(simd, between.t[at]);
    let e = load!(simd, between.e[at]);
    let inverse = load!(simd, between.inverse[at]);
    let perigee = load!(simd, between.perigee[at]);
    let (sin_w, cos_w) = sine_cosine(simd, perigee, &SINE_11, &COSINE_12);
    let latitude = t
        .mul_add(of!(latitude_5), of!(latitude_4))
        .mul_add(t, of!(latitude_3))
        .mul_add(t, of!(latitude_2))
        .mul_add(t, of!(latitude_1))
        .mul_add(t, of!(latitude_0));
    let (sin_mean, cos_mean) = sine_cosine(simd, latitude, &SINE_14, &COSINE_15);
    let inverse2 = inverse * inverse;
    let inverse_p = (e * e).mul_add(inverse2, inverse2);
    let axn = e * cos_w;
    let ayn = e.mul_add(sin_w, inverse_p * of!(ay));
    let along = (inverse_p * of!(xl)) * axn;
    let a = ayn.neg_mul_add(cos_mean, axn * sin_mean);
    let b = axn.mul_add(cos_mean, ayn * sin_mean);
    pass_on!(between[at]: axn, ayn, along, sin_mean, cos_mean, a, b);
}

/// Kepler's equation: d = E + w - latitude solves d = along + A cos d + B sin d. Then the true argument of latitude.
#[inline(always)]
fn kepler<S: Simd>(simd: S, between: &mut Between, at: usize) {
    // said once, so that no load asks again
    assert!(at <= GROUP - S::LANES);
    macro_rules! number {
        ($value:expr) => {
            simd.splat($value)
        };
    }
    macro_rules! of {
        ($name:ident) => {
            load!(simd, between.$name[at])
        };
    }
    let one = number!(1.0);
    let (axn, ayn, along, a, b) = (of!(axn), of!(ayn), of!(along), of!(a), of!(b));
    let slope = one / (one - b);
    let first = (along + a) * slope;
    let first2 = first * first;
    let bend = (first * b).mul_add(number!(1.0 / 6.0), number!(0.5) * a) * first2;
    let off = slope * bend;
    let d = off.mul_add((a * first) * slope, first - off);
    let d2 = d * d;
    let sin_d = d2.mul_add(number!(-1.0 / 6.0), one) * d;
    let cos_d = d2.mul_add(number!(1.0 / 24.0), number!(-0.5)).mul_add(d2, one);
    let (sin_e, cos_e) = turned((of!(sin_mean), of!(cos_mean)), (sin_d, cos_d));
    let e_cos = a.neg_mul_add(sin_d, b * cos_d);
    let e_sin = d - along;
    let a_over_r = one / (one - e_cos);
    let el2 = axn.mul_add(axn, ayn * ayn);
    let shared = el2.mul_add(number!(0.125), number!(0.5)) * e_sin;
    let sin_u = axn.neg_mul_add(shared, sin_e - ayn) * a_over_r;
    let cos_u = ayn.mul_add(shared, cos_e - axn) * a_over_r;
    pass_on!(between[at]: sin_u, cos_u, e_cos, e_sin, a_over_r);
}

/// Short-period terms, and the orbit's place in space: the short-period angles are small turns.
#[inline(always)]
fn orientation<S: Simd>(simd: S, c: &Group, between: &Between, at: usize) -> State<S::F64s> {
    // said once, so that no load asks again
    assert!(at <= GROUP - S::LANES);
    macro_rules! number {
        ($value:expr) => {
            simd.splat($value)
        };
    }
    macro_rules! of {
        ($name:ident) => {
            load!(simd, c.$name[at])
        };
    }
    macro_rules! had {
        ($name:ident) => {
            load!(simd, between.$name[at])
        };
    }
    let one = number!(1.0);
    macro_rules! small_turn {
        ($constant:ident, $by:ident, $by2:ident) => {{
            let [first, half_square, sixth_cube] = &c.$constant;
            let sine = $by2.mul_add(simd.load(&sixth_cube[at..]), simd.load(&first[at..])) * $by;
            (sine, $by2.mul_add(simd.load(&half_square[at..]), one))
        }};
    }
    let t = had!(t);
    let node = t.mul_add(of!(node_2), of!(node_1)).mul_add(t, of!(node_0));
    let mean_node = sine_cosine(simd, node, &SINE_14, &COSINE_15);

    let (axn, ayn, inverse) = (had!(axn), had!(ayn), had!(inverse));
    let el2 = axn.mul_add(axn, ayn * ayn);
    let beta = el2.mul_add(number!(-0.125), number!(-0.5)).mul_add(el2, one);
    let inverse2 = inverse * inverse;
    let inverse_pl = el2.mul_add(el2, el2).mul_add(inverse2, inverse2);
    let inverse_pl2 = inverse_pl * inverse_pl;
    let (sin_u, cos_u) = (had!(sin_u), had!(cos_u));
    let twice_sin_u = sin_u + sin_u;
    let sin_2u = twice_sin_u * cos_u;
    let cos_2u = twice_sin_u.neg_mul_add(sin_u, one);

    let (e_cos, e_sin) = (had!(e_cos), had!(e_sin));
    let decay = had!(decay);
    let r_km = (one - e_cos) * (of!(axis_km) * (decay * decay));
    let radius_km = (inverse_pl2 * beta)
        .neg_mul_add(of!(radius_mean), one)
        .mul_add(r_km, (inverse_pl * of!(radius_2u)) * cos_2u);
    let speed = of!(speed) * inverse * had!(a_over_r);
    let short = (inverse2 * inverse) * inverse_pl;
    let short_2u = short * of!(rate_2u);
    let radial_rate = short_2u.neg_mul_add(sin_2u, speed * e_sin);
    let cross_rate = short_2u.mul_add(cos_2u, speed.mul_add(beta, short * of!(rate_mean)));

    let s = inverse_pl2 * sin_2u;
    let s2 = s * s;
    let k = inverse_pl2 * cos_2u;
    let k2 = k * k;
    let latitude = turned((sin_u, cos_u), small_turn!(turn_latitude, s, s2));
    let node = turned(mean_node, small_turn!(turn_node, s, s2));
    let inclination = turned((of!(sin_i), of!(cos_i)), small_turn!(turn_inclination, k, k2));
    let radial = Radial { radius_km, outward_km_s: radial_rate, onward_km_s: cross_rate };
    placed(radial, latitude, node, inclination)
}
