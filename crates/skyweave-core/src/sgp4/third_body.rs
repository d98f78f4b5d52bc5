//! The pull of the Sun and the Moon on orbits beyond 225 minutes: secular rates and long-period terms.
//!
//! Names follow Hoots, Schumacher and Glover (2004), appendix A; `z11` .. `z33` are Z with those indices, `s1` .. `s7`
//! the coefficients of one body. The Sun and the Moon have the same formulas with other constants.

use super::{Mean, Sgp4Error};
use crate::math::{atan2, sin_cos, wrap_half_turn, wrap_turn};
use std::f64::consts::{PI, TAU};

/// Below this inclination (3 degrees) from the equator the node's secular rate is left out, rad.
const EQUATORIAL_RAD: f64 = 5.235_987_7e-2;
/// Below this inclination the periodics are applied by Lyddane's change of variables, rad.
const LYDDANE_RAD: f64 = 0.2;

/// Rates of the mean elements, rad/min and 1/min.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Rates {
    pub(super) eccentricity: f64,
    pub(super) inclination: f64,
    pub(super) mean_anomaly: f64,
    pub(super) argument_of_perigee: f64,
    pub(super) raan: f64,
}

/// Both bodies.
#[derive(Debug, Clone)]
pub(super) struct LunarSolar {
    sun: Body,
    moon: Body,
}

/// One perturbing body as it acts on one orbit.
#[derive(Debug, Clone)]
struct Body {
    /// Mean motion of the body, rad/min (zns, znl).
    mean_motion: f64,
    /// Eccentricity of the body's orbit (zes, zel).
    eccentricity: f64,
    /// Mean longitude at the epoch, rad (zmos, zmol).
    longitude: f64,
    s: [f64; 5],
    z: Z,
    harmonics: Harmonics,
}

/// Sums over the geometry of body and orbit.
#[derive(Debug, Clone)]
struct Z {
    z1: f64,
    z2: f64,
    z3: f64,
    z11: f64,
    z12: f64,
    z13: f64,
    z21: f64,
    z22: f64,
    z23: f64,
    z31: f64,
    z32: f64,
    z33: f64,
}

/// Coefficients of the long-period terms: of f2, f3 and sin f for each element.
#[derive(Debug, Clone)]
struct Harmonics {
    e: [f64; 2],
    i: [f64; 2],
    l: [f64; 3],
    gh: [f64; 3],
    h: [f64; 2],
}

/// Long-period changes of one instant.
#[derive(Debug, Clone, Copy, Default)]
struct Changes {
    e: f64,
    i: f64,
    l: f64,
    gh: f64,
    h: f64,
}

/// Where a body stands: sines and cosines of its argument of perigee g, inclination i and node (relative to the orbit's) h.
struct Place {
    g: (f64, f64),
    i: (f64, f64),
    h: (f64, f64),
}

/// What a body is, apart from its place.
struct Kind {
    strength: f64,
    mean_motion: f64,
    eccentricity: f64,
    longitude: f64,
}

impl LunarSolar {
    pub(super) fn new(orbit: &Mean, days_since_1950: f64) -> Self {
        // days since 1900 January 0.5
        let day = days_since_1950 + 18_261.5;
        let (sin_node, cos_node) = sin_cos(orbit.raan);

        let sun = Place {
            g: (-0.980_884_58, 0.194_590_5),
            i: (0.397_854_16, 0.917_448_67),
            h: (sin_node, cos_node),
        };

        let lunar_node = (4.523_602_0 - 9.242_202_9e-4 * day) % TAU;
        let (sin_ln, cos_ln) = sin_cos(lunar_node);
        let cos_il = 0.913_751_64 - 0.035_680_96 * cos_ln;
        let sin_il = (1.0 - cos_il * cos_il).sqrt();
        let sin_hl = 0.089_683_511 * sin_ln / sin_il;
        let cos_hl = (1.0 - sin_hl * sin_hl).sqrt();
        let lunar_perigee = 5.835_151_4 + 0.001_944_368_0 * day;
        let y = 0.397_854_16 * sin_ln / sin_il;
        let x = cos_hl * cos_ln + 0.917_448_67 * sin_hl * sin_ln;
        let moon = Place {
            g: sin_cos(lunar_perigee + atan2(y, x) - lunar_node),
            i: (sin_il, cos_il),
            h: (sin_node * cos_hl - cos_node * sin_hl, cos_hl * cos_node + sin_hl * sin_node),
        };

        Self {
            sun: Body::new(
                orbit,
                &sun,
                &Kind {
                    strength: 2.986_479_7e-6,
                    mean_motion: 1.194_59e-5,
                    eccentricity: 0.016_75,
                    longitude: (6.256_583_7 + 0.017_201_977 * day) % TAU,
                },
            ),
            moon: Body::new(
                orbit,
                &moon,
                &Kind {
                    strength: 4.796_806_5e-7,
                    mean_motion: 1.583_521_8e-4,
                    eccentricity: 0.054_90,
                    longitude: (4.719_967_2 + 0.229_971_50 * day - lunar_perigee) % TAU,
                },
            ),
        }
    }

    /// Secular rates of both bodies together.
    pub(super) fn secular_rates(&self, orbit: &Mean) -> Rates {
        let (sin_i, cos_i) = sin_cos(orbit.inclination);
        let near_equator = orbit.inclination < EQUATORIAL_RAD || orbit.inclination > PI - EQUATORIAL_RAD;
        let mut rates = Rates::default();
        for body in [&self.sun, &self.moon] {
            let (n, z) = (body.mean_motion, &body.z);
            let [s1, s2, s3, s4, s5] = body.s;
            let node = if near_equator { 0.0 } else { -n * s2 * (z.z21 + z.z23) };
            let node = if sin_i == 0.0 { node } else { node / sin_i };
            rates.eccentricity += s1 * n * s5;
            rates.inclination += s2 * n * (z.z11 + z.z13);
            rates.mean_anomaly -=
                n * s3 * (z.z1 + z.z3 - 14.0 - 6.0 * orbit.eccentricity * orbit.eccentricity);
            rates.argument_of_perigee += s4 * n * (z.z31 + z.z33 - 6.0) - cos_i * node;
            rates.raan += node;
        }
        rates
    }

    /// Adds the long-period terms of an instant to the mean elements.
    pub(super) fn add_periodics(&self, mean: &Mean, minutes: f64) -> Result<Mean, Sgp4Error> {
        let (sun, moon) = (self.sun.changes(minutes), self.moon.changes(minutes));
        let change = Changes {
            e: sun.e + moon.e,
            i: sun.i + moon.i,
            l: sun.l + moon.l,
            gh: sun.gh + moon.gh,
            h: sun.h + moon.h,
        };
        let mut m = *mean;
        m.inclination += change.i;
        m.eccentricity += change.e;
        let (sin_i, cos_i) = sin_cos(m.inclination);
        if m.inclination >= LYDDANE_RAD {
            let node = change.h / sin_i;
            m.argument_of_perigee += change.gh - cos_i * node;
            m.raan += node;
            m.mean_anomaly += change.l;
        } else {
            lyddane(&mut m, &change, (sin_i, cos_i));
        }
        if m.inclination < 0.0 {
            m.inclination = -m.inclination;
            m.raan += PI;
            m.argument_of_perigee -= PI;
        }
        if !(0.0..=1.0).contains(&m.eccentricity) {
            return Err(Sgp4Error::PerturbedEccentricity);
        }
        Ok(m)
    }
}

/// Lyddane's form of the periodics: it does not divide by the sine of a small inclination.
fn lyddane(m: &mut Mean, change: &Changes, (sin_i, cos_i): (f64, f64)) {
    let (sin_n, cos_n) = sin_cos(m.raan);
    let alpha = sin_i * sin_n + change.h * cos_n + change.i * cos_i * sin_n;
    let beta = sin_i * cos_n - change.h * sin_n + change.i * cos_i * cos_n;
    let node = m.raan % TAU;
    let longitude =
        m.mean_anomaly + m.argument_of_perigee + change.l + change.gh + (cos_i - change.i * sin_i) * node;
    m.raan = node + wrap_half_turn(atan2(alpha, beta) - node);
    m.mean_anomaly += change.l;
    m.argument_of_perigee = longitude - m.mean_anomaly - cos_i * m.raan;
}

impl Body {
    fn new(orbit: &Mean, place: &Place, kind: &Kind) -> Self {
        let ((sin_g, cos_g), (sin_b, cos_b), (sin_h, cos_h)) = (place.g, place.i, place.h);
        let (sin_i, cos_i) = sin_cos(orbit.inclination);
        let (sin_w, cos_w) = sin_cos(orbit.argument_of_perigee);
        let e = orbit.eccentricity;
        let e2 = e * e;
        let beta2 = 1.0 - e2;
        let beta = beta2.sqrt();

        let a1 = cos_g * cos_h + sin_g * cos_b * sin_h;
        let a3 = -sin_g * cos_h + cos_g * cos_b * sin_h;
        let a7 = -cos_g * sin_h + sin_g * cos_b * cos_h;
        let a8 = sin_g * sin_b;
        let a9 = sin_g * sin_h + cos_g * cos_b * cos_h;
        let a10 = cos_g * sin_b;
        let a2 = cos_i * a7 + sin_i * a8;
        let a4 = cos_i * a9 + sin_i * a10;
        let a5 = -sin_i * a7 + cos_i * a8;
        let a6 = -sin_i * a9 + cos_i * a10;

        let x1 = a1 * cos_w + a2 * sin_w;
        let x2 = a3 * cos_w + a4 * sin_w;
        let x3 = -a1 * sin_w + a2 * cos_w;
        let x4 = -a3 * sin_w + a4 * cos_w;
        let x5 = a5 * sin_w;
        let x6 = a6 * sin_w;
        let x7 = a5 * cos_w;
        let x8 = a6 * cos_w;

        let z31 = 12.0 * x1 * x1 - 3.0 * x3 * x3;
        let z32 = 24.0 * x1 * x2 - 6.0 * x3 * x4;
        let z33 = 12.0 * x2 * x2 - 3.0 * x4 * x4;
        let z1 = 3.0 * (a1 * a1 + a2 * a2) + z31 * e2;
        let z2 = 6.0 * (a1 * a3 + a2 * a4) + z32 * e2;
        let z3 = 3.0 * (a3 * a3 + a4 * a4) + z33 * e2;
        let z = Z {
            z1: 2.0 * z1 + beta2 * z31,
            z2: 2.0 * z2 + beta2 * z32,
            z3: 2.0 * z3 + beta2 * z33,
            z11: -6.0 * a1 * a5 + e2 * (-24.0 * x1 * x7 - 6.0 * x3 * x5),
            z12: -6.0 * (a1 * a6 + a3 * a5) + e2 * (-24.0 * (x2 * x7 + x1 * x8) - 6.0 * (x3 * x6 + x4 * x5)),
            z13: -6.0 * a3 * a6 + e2 * (-24.0 * x2 * x8 - 6.0 * x4 * x6),
            z21: 6.0 * a2 * a5 + e2 * (24.0 * x1 * x5 - 6.0 * x3 * x7),
            z22: 6.0 * (a4 * a5 + a2 * a6) + e2 * (24.0 * (x2 * x5 + x1 * x6) - 6.0 * (x4 * x7 + x3 * x8)),
            z23: 6.0 * a4 * a6 + e2 * (24.0 * x2 * x6 - 6.0 * x4 * x8),
            z31,
            z32,
            z33,
        };

        let s3 = kind.strength / orbit.mean_motion;
        let s2 = -0.5 * s3 / beta;
        let s4 = s3 * beta;
        let s1 = -15.0 * e * s4;
        let s5 = x1 * x3 + x2 * x4;
        let s6 = x2 * x3 + x1 * x4;
        let s7 = x2 * x4 - x1 * x3;
        let harmonics = Harmonics {
            e: [2.0 * s1 * s6, 2.0 * s1 * s7],
            i: [2.0 * s2 * z.z12, 2.0 * s2 * (z.z13 - z.z11)],
            l: [
                -2.0 * s3 * z.z2,
                -2.0 * s3 * (z.z3 - z.z1),
                -2.0 * s3 * (-21.0 - 9.0 * e2) * kind.eccentricity,
            ],
            gh: [2.0 * s4 * z.z32, 2.0 * s4 * (z.z33 - z.z31), -18.0 * s4 * kind.eccentricity],
            h: [-2.0 * s2 * z.z22, -2.0 * s2 * (z.z23 - z.z21)],
        };
        Self {
            mean_motion: kind.mean_motion,
            eccentricity: kind.eccentricity,
            longitude: wrap_turn(kind.longitude),
            s: [s1, s2, s3, s4, s5],
            z,
            harmonics,
        }
    }

    fn changes(&self, minutes: f64) -> Changes {
        let anomaly = self.longitude + self.mean_motion * minutes;
        let true_longitude = anomaly + 2.0 * self.eccentricity * sin_cos(anomaly).0;
        let (sine, cosine) = sin_cos(true_longitude);
        let f2 = 0.5 * sine * sine - 0.25;
        let f3 = -0.5 * sine * cosine;
        let h = &self.harmonics;
        Changes {
            e: h.e[0] * f2 + h.e[1] * f3,
            i: h.i[0] * f2 + h.i[1] * f3,
            l: h.l[0] * f2 + h.l[1] * f3 + h.l[2] * sine,
            gh: h.gh[0] * f2 + h.gh[1] * f3 + h.gh[2] * sine,
            h: h.h[0] * f2 + h.h[1] * f3,
        }
    }
}
