//! From mean to osculating: long-period terms, Kepler's equation, short-period terms of J2, orientation.

use super::gravity::{EARTH_RADIUS_KM, J2, J3_OVER_J2, xke};
use super::{Mean, Sgp4Error, StateKm};
use crate::geodesy::Vec3;
use crate::math::{atan2, cbrt, sin_cos, wrap_turn};

/// A step of Kepler's iteration below this ends it, rad.
const KEPLER_TOLERANCE_RAD: f64 = 1.0e-12;
/// Iterations of Kepler's equation at most.
const KEPLER_STEPS: usize = 10;
/// Longest step of Kepler's iteration, rad: keeps very eccentric orbits from overshooting.
const KEPLER_LONGEST_STEP_RAD: f64 = 0.95;

/// What depends on the inclination alone.
#[derive(Debug, Clone, Copy)]
pub(super) struct LongPeriod {
    pub(super) sin_i: f64,
    pub(super) cos_i: f64,
    pub(super) xl_cof: f64,
    pub(super) ay_cof: f64,
    pub(super) con41: f64,
    pub(super) x1mth2: f64,
    pub(super) x7thm1: f64,
}

impl LongPeriod {
    pub(super) fn of(sin_i: f64, cos_i: f64) -> Self {
        // an inclination of 180 degrees divides by zero; Vallado's floor
        let one_cos = if (cos_i + 1.0).abs() > 1.5e-12 { 1.0 + cos_i } else { 1.5e-12 };
        let cos_i2 = cos_i * cos_i;
        Self {
            sin_i,
            cos_i,
            xl_cof: -0.25 * J3_OVER_J2 * sin_i * (3.0 + 5.0 * cos_i) / one_cos,
            ay_cof: -0.5 * J3_OVER_J2 * sin_i,
            con41: 3.0 * cos_i2 - 1.0,
            x1mth2: 1.0 - cos_i2,
            x7thm1: 7.0 * cos_i2 - 1.0,
        }
    }
}

/// Position and velocity from the mean elements of an instant.
pub(super) fn osculating(mean: &Mean, lp: &LongPeriod) -> Result<StateKm, Sgp4Error> {
    let e = mean.eccentricity;
    let root = cbrt(xke() / mean.mean_motion);
    let a = root * root;

    let (sin_w, cos_w) = sin_cos(mean.argument_of_perigee);
    let axn = e * cos_w;
    let inverse_p = 1.0 / (a * (1.0 - e * e));
    let ayn = e * sin_w + inverse_p * lp.ay_cof;
    let u = wrap_turn(mean.mean_anomaly + mean.argument_of_perigee + inverse_p * lp.xl_cof * axn);

    let (sin_e, cos_e) = kepler(u, axn, ayn);
    let e_cos = axn * cos_e + ayn * sin_e;
    let e_sin = axn * sin_e - ayn * cos_e;
    let el2 = axn * axn + ayn * ayn;
    let pl = a * (1.0 - el2);
    if pl < 0.0 {
        return Err(Sgp4Error::SemiLatusRectum);
    }
    let r = a * (1.0 - e_cos);
    let r_rate = a.sqrt() * e_sin / r;
    let rv_rate = pl.sqrt() / r;
    let beta_l = (1.0 - el2).sqrt();
    let shared = e_sin / (1.0 + beta_l);
    let sin_u = a / r * (sin_e - ayn - axn * shared);
    let cos_u = a / r * (cos_e - axn + ayn * shared);
    let sin_2u = (cos_u + cos_u) * sin_u;
    let cos_2u = 1.0 - 2.0 * sin_u * sin_u;

    let j2_1 = 0.5 * J2 / pl;
    let j2_2 = j2_1 / pl;
    let radius = r * (1.0 - 1.5 * j2_2 * beta_l * lp.con41) + 0.5 * j2_1 * lp.x1mth2 * cos_2u;
    let latitude = atan2(sin_u, cos_u) - 0.25 * j2_2 * lp.x7thm1 * sin_2u;
    let node = mean.raan + 1.5 * j2_2 * lp.cos_i * sin_2u;
    let inclination = mean.inclination + 1.5 * j2_2 * lp.cos_i * lp.sin_i * cos_2u;
    let radial_rate = r_rate - mean.mean_motion * j2_1 * lp.x1mth2 * sin_2u / xke();
    let cross_rate = rv_rate + mean.mean_motion * j2_1 * (lp.x1mth2 * cos_2u + 1.5 * lp.con41) / xke();
    if radius < 1.0 {
        return Err(Sgp4Error::Decayed);
    }

    let (sin_l, cos_l) = sin_cos(latitude);
    let (sin_n, cos_n) = sin_cos(node);
    let (sin_i, cos_i) = sin_cos(inclination);
    let m = Vec3::new(-sin_n * cos_i, cos_n * cos_i, sin_i);
    let n = Vec3::new(cos_n, sin_n, 0.0);
    let outward = m * sin_l + n * cos_l;
    let forward = m * cos_l - n * sin_l;
    let km_s = EARTH_RADIUS_KM * xke() / 60.0;
    Ok(StateKm {
        position_km: outward * (radius * EARTH_RADIUS_KM),
        velocity_km_s: (outward * radial_rate + forward * cross_rate) * km_s,
    })
}

/// Sine and cosine of E + omega, where u is the mean argument of latitude without the node (Newton's method).
fn kepler(u: f64, axn: f64, ayn: f64) -> (f64, f64) {
    let mut guess = u;
    let mut answer = sin_cos(guess);
    for _ in 0..KEPLER_STEPS {
        let (sine, cosine) = sin_cos(guess);
        answer = (sine, cosine);
        let slope = 1.0 - cosine * axn - sine * ayn;
        let step = (u - ayn * cosine + axn * sine - guess) / slope;
        guess += step.clamp(-KEPLER_LONGEST_STEP_RAD, KEPLER_LONGEST_STEP_RAD);
        if step.abs() < KEPLER_TOLERANCE_RAD {
            break;
        }
    }
    answer
}
