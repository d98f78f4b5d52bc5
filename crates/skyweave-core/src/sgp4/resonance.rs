//! Secular motion of deep-space orbits, and the resonance of 12 h and 24 h orbits with the Earth's gravity field.
//!
//! Source: Hoots, Schumacher and Glover (2004), appendix A. The integration always starts at the epoch, so that an answer
//! does not depend on which times were asked for before.

use super::Mean;
use super::gravity::xke;
use super::third_body::Rates;
use crate::math::{cbrt, sin_cos, wrap_turn};
use std::f64::consts::TAU;

/// Turn rate of the Earth as the theory has it, rad/min.
const EARTH_RATE_RAD_MIN: f64 = 4.375_269_088_011_3e-3;
/// Step of the integrator, min.
const STEP_MIN: f64 = 720.0;

/// What resonance needs to know beside the elements: the secular rates of near-Earth theory, and GMST at the epoch.
pub(super) struct Drift {
    pub(super) anomaly: f64,
    pub(super) perigee: f64,
    pub(super) node: f64,
    pub(super) gmst_rad: f64,
}

/// Secular rates, and resonance where there is one.
#[derive(Debug, Clone)]
pub(super) struct Resonance {
    rates: Rates,
    gmst_rad: f64,
    integrator: Option<Integrator>,
}

#[derive(Debug, Clone)]
struct Integrator {
    kind: Kind,
    mean_motion: f64,
    longitude: f64,
    longitude_drift: f64,
}

#[derive(Debug, Clone)]
enum Kind {
    /// 24 h: coefficients del1, del2, del3.
    OneDay([f64; 3]),
    /// 12 h and eccentric: one row a term.
    HalfDay { terms: Box<[Term; 10]>, perigee: f64, perigee_rate: f64 },
}

/// `d sin(perigees omega + longitudes lambda - phase)`.
#[derive(Debug, Clone, Copy)]
struct Term {
    d: f64,
    perigees: f64,
    longitudes: f64,
    phase: f64,
}

impl Resonance {
    pub(super) fn new(orbit: &Mean, rates: &Rates, drift: &Drift) -> Self {
        let n = orbit.mean_motion;
        let theta = drift.gmst_rad % TAU;
        let integrator = if n > 0.003_490_658_5 && n < 0.005_235_987_7 {
            Some(Integrator {
                kind: Kind::OneDay(one_day(orbit)),
                mean_motion: n,
                longitude: (orbit.mean_anomaly + orbit.raan + orbit.argument_of_perigee - theta) % TAU,
                longitude_drift: drift.anomaly + drift.perigee + drift.node - EARTH_RATE_RAD_MIN
                    + rates.mean_anomaly
                    + rates.argument_of_perigee
                    + rates.raan
                    - n,
            })
        } else if (8.26e-3..=9.24e-3).contains(&n) && orbit.eccentricity >= 0.5 {
            Some(Integrator {
                kind: Kind::HalfDay {
                    terms: Box::new(half_day(orbit)),
                    perigee: orbit.argument_of_perigee,
                    perigee_rate: drift.perigee,
                },
                mean_motion: n,
                longitude: (orbit.mean_anomaly + 2.0 * orbit.raan - 2.0 * theta) % TAU,
                longitude_drift: drift.anomaly
                    + rates.mean_anomaly
                    + 2.0 * (drift.node + rates.raan - EARTH_RATE_RAD_MIN)
                    - n,
            })
        } else {
            None
        };
        Self { rates: *rates, gmst_rad: drift.gmst_rad, integrator }
    }

    /// Adds the secular and resonant terms of `t` minutes.
    pub(super) fn advance(&self, mean: &mut Mean, t: f64) {
        mean.eccentricity += self.rates.eccentricity * t;
        mean.inclination += self.rates.inclination * t;
        mean.argument_of_perigee += self.rates.argument_of_perigee * t;
        mean.raan += self.rates.raan * t;
        mean.mean_anomaly += self.rates.mean_anomaly * t;
        let Some(integrator) = &self.integrator else { return };
        let theta = wrap_turn(self.gmst_rad + t * EARTH_RATE_RAD_MIN);
        let (longitude, mean_motion) = integrator.run(t);
        mean.mean_motion = mean_motion;
        mean.mean_anomaly = match integrator.kind {
            Kind::OneDay(_) => longitude - mean.raan - mean.argument_of_perigee + theta,
            Kind::HalfDay { .. } => longitude - 2.0 * mean.raan + 2.0 * theta,
        };
    }
}

impl Integrator {
    /// Resonant longitude and mean motion after `t` minutes, by Euler-Maclaurin steps of half a day.
    fn run(&self, t: f64) -> (f64, f64) {
        let step = if t > 0.0 { STEP_MIN } else { -STEP_MIN };
        let half_square = 0.5 * STEP_MIN * STEP_MIN;
        let (mut at, mut longitude, mut n) = (0.0, self.longitude, self.mean_motion);
        loop {
            let longitude_rate = n + self.longitude_drift;
            let (pull, pull_slope) = self.pull(longitude, at);
            let pull_rate = pull_slope * longitude_rate;
            if (t - at).abs() < STEP_MIN {
                let rest = t - at;
                return (
                    longitude + longitude_rate * rest + pull * rest * rest * 0.5,
                    n + pull * rest + pull_rate * rest * rest * 0.5,
                );
            }
            longitude += longitude_rate * step + pull * half_square;
            n += pull * step + pull_rate * half_square;
            at += step;
        }
    }

    /// Acceleration of the longitude, and its derivative by the longitude.
    fn pull(&self, longitude: f64, at: f64) -> (f64, f64) {
        match &self.kind {
            Kind::OneDay(del) => {
                const PHASES: [f64; 3] = [0.131_309_08, 2.884_319_8, 0.374_480_87];
                let mut sum = (0.0, 0.0);
                for ((d, phase), order) in del.iter().zip(PHASES).zip([1.0, 2.0, 3.0]) {
                    let (sine, cosine) = sin_cos(order * (longitude - phase));
                    sum.0 += d * sine;
                    sum.1 += order * d * cosine;
                }
                sum
            }
            Kind::HalfDay { terms, perigee, perigee_rate } => {
                let omega = perigee + perigee_rate * at;
                let mut sum = (0.0, 0.0);
                for term in terms.iter() {
                    let (sine, cosine) =
                        sin_cos(term.perigees * omega + term.longitudes * longitude - term.phase);
                    sum.0 += term.d * sine;
                    sum.1 += term.longitudes * term.d * cosine;
                }
                sum
            }
        }
    }
}

/// (n / xke)^(2/3): the inverse of the semi-major axis, in 1/Earth radii.
fn inverse_axis(orbit: &Mean) -> f64 {
    let root = cbrt(orbit.mean_motion / xke());
    root * root
}

/// Coefficients of the 24 h resonance.
fn one_day(orbit: &Mean) -> [f64; 3] {
    let (sin_i, cos_i) = sin_cos(orbit.inclination);
    let e2 = orbit.eccentricity * orbit.eccentricity;
    let inverse_a = inverse_axis(orbit);
    let one_cos = 1.0 + cos_i;
    let g200 = 1.0 + e2 * (-2.5 + 0.8125 * e2);
    let g310 = 1.0 + 2.0 * e2;
    let g300 = 1.0 + e2 * (-6.0 + 6.609_37 * e2);
    let f220 = 0.75 * one_cos * one_cos;
    let f311 = 0.9375 * sin_i * sin_i * (1.0 + 3.0 * cos_i) - 0.75 * one_cos;
    let f330 = 1.875 * one_cos * one_cos * one_cos;
    let common = 3.0 * orbit.mean_motion * orbit.mean_motion * inverse_a * inverse_a;
    [
        common * f311 * g310 * 2.146_074_8e-6 * inverse_a,
        2.0 * common * f220 * g200 * 1.789_167_9e-6,
        3.0 * common * f330 * g300 * 2.212_301_5e-7 * inverse_a,
    ]
}

/// A cubic in the eccentricity, from its constant term up.
fn cubic(e: f64, c: [f64; 4]) -> f64 {
    let e2 = e * e;
    c[0] + c[1] * e + c[2] * e2 + c[3] * (e * e2)
}

/// Terms of the 12 h resonance.
fn half_day(orbit: &Mean) -> [Term; 10] {
    const ROOT22: f64 = 1.789_167_9e-6;
    const ROOT32: f64 = 3.739_379_2e-7;
    const ROOT44: f64 = 7.363_695_3e-9;
    const ROOT52: f64 = 1.142_863_9e-7;
    const ROOT54: f64 = 2.176_580_3e-9;
    const G22: f64 = 5.768_639_6;
    const G32: f64 = 0.952_408_98;
    const G44: f64 = 1.801_499_8;
    const G52: f64 = 1.050_833_0;
    const G54: f64 = 4.410_889_8;

    let e = orbit.eccentricity;
    let low = e <= 0.65;
    let choose = |small: [f64; 4], large: [f64; 4]| cubic(e, if low { small } else { large });
    let g201 = -0.306 - (e - 0.64) * 0.440;
    let g211 = if low {
        cubic(e, [3.616, -13.247, 16.29, 0.0])
    } else {
        cubic(e, [-72.099, 331.819, -508.738, 266.724])
    };
    let g310 = choose([-19.302, 117.39, -228.419, 156.591], [-346.844, 1582.851, -2415.925, 1246.113]);
    let g322 = choose([-18.9068, 109.7927, -214.6334, 146.5816], [-342.585, 1554.908, -2366.899, 1215.972]);
    let g410 = choose([-41.122, 242.694, -471.094, 313.953], [-1052.797, 4758.686, -7193.992, 3651.957]);
    let g422 = choose([-146.407, 841.88, -1629.014, 1083.435], [-3581.69, 16178.11, -24462.77, 12422.52]);
    let g520 = if low {
        cubic(e, [-532.114, 3017.977, -5740.032, 3708.276])
    } else if e > 0.715 {
        cubic(e, [-5149.66, 29936.92, -54087.36, 31324.56])
    } else {
        cubic(e, [1464.74, -4664.75, 3763.64, 0.0])
    };
    let (g521, g532, g533) = if e < 0.7 {
        (
            cubic(e, [-822.710_72, 4568.6173, -8491.4146, 5337.524]),
            cubic(e, [-853.666, 4690.25, -8624.77, 5341.4]),
            cubic(e, [-919.2277, 4988.61, -9064.77, 5542.21]),
        )
    } else {
        (
            cubic(e, [-51_752.104, 218_913.95, -309_468.16, 146_349.42]),
            cubic(e, [-40_023.88, 170_470.89, -242_699.48, 115_605.82]),
            cubic(e, [-37_995.78, 161_616.52, -229_838.2, 109_377.94]),
        )
    };

    let (sin_i, cos_i) = sin_cos(orbit.inclination);
    let (s2, c2) = (sin_i * sin_i, cos_i * cos_i);
    let f220 = 0.75 * (1.0 + 2.0 * cos_i + c2);
    let f221 = 1.5 * s2;
    let f321 = 1.875 * sin_i * (1.0 - 2.0 * cos_i - 3.0 * c2);
    let f322 = -1.875 * sin_i * (1.0 + 2.0 * cos_i - 3.0 * c2);
    let f441 = 35.0 * s2 * f220;
    let f442 = 39.375 * s2 * s2;
    let f522 = 9.843_75
        * sin_i
        * (s2 * (1.0 - 2.0 * cos_i - 5.0 * c2) + 0.333_333_33 * (-2.0 + 4.0 * cos_i + 6.0 * c2));
    let f523 = sin_i
        * (4.921_875_12 * s2 * (-2.0 - 4.0 * cos_i + 10.0 * c2)
            + 6.562_500_12 * (1.0 + 2.0 * cos_i - 3.0 * c2));
    let f542 = 29.531_25 * sin_i * (2.0 - 8.0 * cos_i + c2 * (-12.0 + 8.0 * cos_i + 10.0 * c2));
    let f543 = 29.531_25 * sin_i * (-2.0 - 8.0 * cos_i + c2 * (12.0 + 8.0 * cos_i - 10.0 * c2));

    let inverse_a = inverse_axis(orbit);
    let k2 = 3.0 * orbit.mean_motion * orbit.mean_motion * inverse_a * inverse_a;
    let k3 = k2 * inverse_a;
    let k4 = k3 * inverse_a;
    let k5 = k4 * inverse_a;
    let term = |d: f64, perigees: f64, longitudes: f64, phase: f64| Term { d, perigees, longitudes, phase };
    [
        term(k2 * ROOT22 * f220 * g201, 2.0, 1.0, G22),
        term(k2 * ROOT22 * f221 * g211, 0.0, 1.0, G22),
        term(k3 * ROOT32 * f321 * g310, 1.0, 1.0, G32),
        term(k3 * ROOT32 * f322 * g322, -1.0, 1.0, G32),
        term(2.0 * k4 * ROOT44 * f441 * g410, 2.0, 2.0, G44),
        term(2.0 * k4 * ROOT44 * f442 * g422, 0.0, 2.0, G44),
        term(k5 * ROOT52 * f522 * g520, 1.0, 1.0, G52),
        term(k5 * ROOT52 * f523 * g532, -1.0, 1.0, G52),
        term(2.0 * k5 * ROOT54 * f542 * g521, 1.0, 2.0, G54),
        term(2.0 * k5 * ROOT54 * f543 * g533, -1.0, 2.0, G54),
    ]
}
