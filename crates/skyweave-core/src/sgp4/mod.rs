//! SGP4 and SDP4: from mean elements to position and velocity, in the improved mode with WGS72 constants.
//!
//! Sources: Hoots and Roehrich, Spacetrack Report #3 (1980); Hoots, Schumacher and Glover (2004); Vallado, Crawford,
//! Hujsak and Kelso, Revisiting Spacetrack Report #3 (AIAA 2006-6753), whose verification set is a test here.
//! Lengths in Earth radii, times in minutes, angles in radians within the theory; km and km/s in the answer, TEME.
//!
//! | name here | symbol | meaning |
//! |---|---|---|
//! | `mean_motion` | n''o | un-Kozai'd mean motion, rad/min |
//! | `c1`, `c4`, `c5`, `d2`.. `d4`, `t2`..`t5` | C1.., D2.., | drag polynomials |
//! | `eta`, `delmo` | eta, (1 + eta cos Mo)^3 | of the perigee density model |
//! | `node_rate` .. | Omega-dot .. | secular rates of J2, J4 |

pub mod batch;
mod gravity;
mod periodics;
mod resonance;
mod third_body;

use crate::elements::MeanElements;
use crate::geodesy::{Vec3, gmst82_rad};
use crate::math::{cbrt, cos, sin, sin_cos, wrap_turn};
use crate::time::{days_since_j2000, unix_seconds};
use gravity::{EARTH_RADIUS_KM, J2, J3_OVER_J2, J4, xke};
use periodics::{LongPeriod, osculating};
use resonance::Resonance;
use std::f64::consts::TAU;
use third_body::LunarSolar;

pub use gravity::{EARTH_RADIUS_KM as EARTH_RADIUS_WGS72_KM, MU_KM3_S2 as MU_WGS72_KM3_S2};

/// Orbits with a longer period feel the Moon, the Sun and resonances.
const DEEP_SPACE_PERIOD_MIN: f64 = 225.0;
/// Eccentricity below which the terms that divide by it are left out.
const SMALL_ECCENTRICITY: f64 = 1.0e-4;

/// Why there is no position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Sgp4Error {
    /// The elements themselves cannot be an orbit.
    #[error("elements are no orbit: mean motion, eccentricity or an angle is out of range or not a number")]
    Elements,
    /// Drag or the Moon drove the mean eccentricity out of [0, 1).
    #[error("mean eccentricity left the range [0, 1)")]
    MeanEccentricity,
    /// The mean motion fell to zero or below.
    #[error("mean motion is not positive any more")]
    MeanMotion,
    /// Periodic terms drove the eccentricity out of [0, 1).
    #[error("perturbed eccentricity left the range [0, 1]")]
    PerturbedEccentricity,
    /// The semi-latus rectum is negative.
    #[error("semi-latus rectum is negative")]
    SemiLatusRectum,
    /// The orbit passes below the surface.
    #[error("decayed: the orbit passes below the surface")]
    Decayed,
}

/// Position (km) and velocity (km/s) in TEME.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StateKm {
    /// Position, km.
    pub position_km: Vec3,
    /// Velocity, km/s.
    pub velocity_km_s: Vec3,
}

/// Mean angles at a time: what planes of satellites are told apart by.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MeanAngles {
    /// Right ascension of the ascending node, rad, in [0, 2 pi).
    pub raan_rad: f64,
    /// Mean argument of latitude (perigee plus mean anomaly), rad, in [0, 2 pi).
    pub argument_of_latitude_rad: f64,
}

/// One object, ready to be propagated.
#[derive(Debug, Clone)]
pub struct Sgp4 {
    eccentricity: f64,
    inclination: f64,
    raan: f64,
    argument_of_perigee: f64,
    mean_anomaly: f64,
    mean_motion: f64,
    bstar: f64,
    anomaly_rate: f64,
    perigee_rate: f64,
    node_rate: f64,
    node_drag: f64,
    c1: f64,
    c4: f64,
    t2: f64,
    long_period: LongPeriod,
    regime: Regime,
}

#[derive(Debug, Clone)]
enum Regime {
    /// Perigee below 220 km: the drag polynomials stop at their first terms.
    LowPerigee,
    NearEarth(DragTerms),
    DeepSpace(Box<DeepSpace>),
}

#[derive(Debug, Clone)]
struct DragTerms {
    omega_drag: f64,
    anomaly_drag: f64,
    eta: f64,
    delmo: f64,
    c5: f64,
    sin_mean_anomaly: f64,
    d2: f64,
    d3: f64,
    d4: f64,
    t3: f64,
    t4: f64,
    t5: f64,
}

#[derive(Debug, Clone)]
struct DeepSpace {
    bodies: LunarSolar,
    resonance: Resonance,
}

/// Mean elements at a time, after the secular terms.
#[derive(Debug, Clone, Copy)]
struct Mean {
    eccentricity: f64,
    inclination: f64,
    raan: f64,
    argument_of_perigee: f64,
    mean_anomaly: f64,
    mean_motion: f64,
}

impl Sgp4 {
    /// Prepares an object.
    ///
    /// # Errors
    /// [`Sgp4Error::Elements`] when the elements are no orbit.
    #[expect(clippy::too_many_lines, reason = "one theory, in the order in which the report derives it")]
    pub fn new(elements: &MeanElements) -> Result<Self, Sgp4Error> {
        let e = elements.eccentricity;
        let angles = [
            elements.inclination_rad,
            elements.raan_rad,
            elements.argument_of_perigee_rad,
            elements.mean_anomaly_rad,
            elements.bstar,
        ];
        let usable = (0.0..1.0).contains(&e)
            && elements.mean_motion_rad_min > 0.0
            && elements.mean_motion_rad_min.is_finite()
            && angles.iter().all(|v| v.is_finite());
        if !usable {
            return Err(Sgp4Error::Elements);
        }

        let (sin_i, cos_i) = sin_cos(elements.inclination_rad);
        let cos_i2 = cos_i * cos_i;
        let beta2 = 1.0 - e * e;
        let beta = beta2.sqrt();
        let (mean_motion, a) = un_kozai(elements.mean_motion_rad_min, cos_i2, beta, beta2);
        let p = a * beta2;
        let con42 = 1.0 - 5.0 * cos_i2;
        let con41 = -con42 - 2.0 * cos_i2;
        let perigee = a * (1.0 - e);

        let (s, qoms4) = density_parameters((perigee - 1.0) * EARTH_RADIUS_KM);
        let p_inverse2 = 1.0 / (p * p);
        let xi = 1.0 / (a - s);
        let eta = a * e * xi;
        let eta2 = eta * eta;
        let e_eta = e * eta;
        let psi2 = (1.0 - eta2).abs();
        let coef = qoms4 * xi * xi * xi * xi;
        let coef1 = coef / (psi2 * psi2 * psi2 * psi2.sqrt());
        let c2 = coef1
            * mean_motion
            * (a * (1.0 + 1.5 * eta2 + e_eta * (4.0 + eta2))
                + 0.375 * J2 * xi / psi2 * con41 * (8.0 + 3.0 * eta2 * (8.0 + eta2)));
        let c1 = elements.bstar * c2;
        let x1mth2 = 1.0 - cos_i2;
        let omega = elements.argument_of_perigee_rad;
        let c4 = 2.0
            * mean_motion
            * coef1
            * a
            * beta2
            * (eta * (2.0 + 0.5 * eta2) + e * (0.5 + 2.0 * eta2)
                - J2 * xi / (a * psi2)
                    * (-3.0 * con41 * (1.0 - 2.0 * e_eta + eta2 * (1.5 - 0.5 * e_eta))
                        + 0.75 * x1mth2 * (2.0 * eta2 - e_eta * (1.0 + eta2)) * cos(2.0 * omega)));

        let cos_i4 = cos_i2 * cos_i2;
        let j2_first = 1.5 * J2 * p_inverse2 * mean_motion;
        let j2_second = 0.5 * j2_first * J2 * p_inverse2;
        let j4_term = -0.46875 * J4 * p_inverse2 * p_inverse2 * mean_motion;
        let anomaly_rate = mean_motion
            + 0.5 * j2_first * beta * con41
            + 0.0625 * j2_second * beta * (13.0 - 78.0 * cos_i2 + 137.0 * cos_i4);
        let perigee_rate = -0.5 * j2_first * con42
            + 0.0625 * j2_second * (7.0 - 114.0 * cos_i2 + 395.0 * cos_i4)
            + j4_term * (3.0 - 36.0 * cos_i2 + 49.0 * cos_i4);
        let node_rate_first = -j2_first * cos_i;
        let node_rate = node_rate_first
            + (0.5 * j2_second * (4.0 - 19.0 * cos_i2) + 2.0 * j4_term * (3.0 - 7.0 * cos_i2)) * cos_i;

        let mut object = Self {
            eccentricity: e,
            inclination: elements.inclination_rad,
            raan: elements.raan_rad,
            argument_of_perigee: omega,
            mean_anomaly: elements.mean_anomaly_rad,
            mean_motion,
            bstar: elements.bstar,
            anomaly_rate,
            perigee_rate,
            node_rate,
            node_drag: 3.5 * beta2 * node_rate_first * c1,
            c1,
            c4,
            t2: 1.5 * c1,
            long_period: LongPeriod::of(sin_i, cos_i),
            regime: Regime::LowPerigee,
        };
        if TAU / mean_motion >= DEEP_SPACE_PERIOD_MIN {
            object.regime = Regime::DeepSpace(Box::new(object.deep_space(elements)));
        } else if perigee >= 220.0 / EARTH_RADIUS_KM + 1.0 {
            let c3 = if e > SMALL_ECCENTRICITY {
                -2.0 * coef * xi * J3_OVER_J2 * mean_motion * sin_i / e
            } else {
                0.0
            };
            let anomaly_drag =
                if e > SMALL_ECCENTRICITY { -2.0 / 3.0 * coef * elements.bstar / e_eta } else { 0.0 };
            let (sin_m, cos_m) = sin_cos(elements.mean_anomaly_rad);
            let c1_2 = c1 * c1;
            let d2 = 4.0 * a * xi * c1_2;
            let d_common = d2 * xi * c1 / 3.0;
            let d3 = (17.0 * a + s) * d_common;
            let d4 = 0.5 * d_common * a * xi * (221.0 * a + 31.0 * s) * c1;
            let one_eta = 1.0 + eta * cos_m;
            object.regime = Regime::NearEarth(DragTerms {
                omega_drag: elements.bstar * c3 * cos(omega),
                anomaly_drag,
                eta,
                delmo: one_eta * one_eta * one_eta,
                c5: 2.0 * coef1 * a * beta2 * (1.0 + 2.75 * (eta2 + e_eta) + e_eta * eta2),
                sin_mean_anomaly: sin_m,
                d2,
                d3,
                d4,
                t3: d2 + 2.0 * c1_2,
                t4: 0.25 * (3.0 * d3 + c1 * (12.0 * d2 + 10.0 * c1_2)),
                t5: 0.2 * (3.0 * d4 + 12.0 * c1 * d3 + 6.0 * d2 * d2 + 15.0 * c1_2 * (2.0 * d2 + c1_2)),
            });
        }
        Ok(object)
    }

    fn deep_space(&self, elements: &MeanElements) -> DeepSpace {
        let days_since_1950 = unix_seconds(elements.epoch) / 86_400.0 + 7_306.0;
        let gmst_rad = gmst82_rad(days_since_j2000(elements.epoch));
        let epoch = self.at_epoch();
        let bodies = LunarSolar::new(&epoch, days_since_1950);
        let rates = bodies.secular_rates(&epoch);
        let resonance = Resonance::new(
            &epoch,
            &rates,
            &resonance::Drift {
                anomaly: self.anomaly_rate,
                perigee: self.perigee_rate,
                node: self.node_rate,
                gmst_rad,
            },
        );
        DeepSpace { bodies, resonance }
    }

    fn at_epoch(&self) -> Mean {
        Mean {
            eccentricity: self.eccentricity,
            inclination: self.inclination,
            raan: self.raan,
            argument_of_perigee: self.argument_of_perigee,
            mean_anomaly: self.mean_anomaly,
            mean_motion: self.mean_motion,
        }
    }

    /// True if the object is under the deep-space theory (period of 225 min and more).
    #[must_use]
    pub fn is_deep_space(&self) -> bool {
        matches!(self.regime, Regime::DeepSpace(_))
    }

    /// Mean semi-major axis at the epoch, km.
    #[must_use]
    pub fn semi_major_axis_km(&self) -> f64 {
        let ratio = xke() / self.mean_motion;
        let root = cbrt(ratio);
        root * root * EARTH_RADIUS_KM
    }

    /// Mean node and argument of latitude `minutes` after the epoch, by the theory's own secular rates and drag.
    #[must_use]
    pub fn mean_angles(&self, minutes: f64) -> MeanAngles {
        let t2 = minutes * minutes;
        let raan = self.raan + self.node_rate * minutes + self.node_drag * t2;
        let along = self.argument_of_perigee
            + self.mean_anomaly
            + (self.perigee_rate + self.anomaly_rate) * minutes
            + self.mean_motion * self.t2 * t2;
        MeanAngles { raan_rad: wrap_turn(raan), argument_of_latitude_rad: wrap_turn(along) }
    }

    /// Position and velocity `minutes` after the epoch of the elements.
    ///
    /// # Errors
    /// Says why the theory has no answer; there is never a position that is known to be wrong.
    pub fn propagate(&self, minutes: f64) -> Result<StateKm, Sgp4Error> {
        let mean = self.secular(minutes)?;
        let (perturbed, long_period) = match &self.regime {
            Regime::DeepSpace(deep) => {
                let perturbed = deep.bodies.add_periodics(&mean, minutes)?;
                let (sin_i, cos_i) = sin_cos(perturbed.inclination);
                (perturbed, LongPeriod::of(sin_i, cos_i))
            }
            _ => (mean, self.long_period),
        };
        osculating(&perturbed, &long_period)
    }

    fn secular(&self, t: f64) -> Result<Mean, Sgp4Error> {
        let t2 = t * t;
        let anomaly_drifted = self.mean_anomaly + self.anomaly_rate * t;
        let mut mean = Mean {
            mean_anomaly: anomaly_drifted,
            argument_of_perigee: self.argument_of_perigee + self.perigee_rate * t,
            raan: self.raan + self.node_rate * t + self.node_drag * t2,
            ..self.at_epoch()
        };
        let mut axis_decay = 1.0 - self.c1 * t;
        let mut eccentricity_decay = self.bstar * self.c4 * t;
        let mut along_track = self.t2 * t2;
        match &self.regime {
            Regime::LowPerigee => {}
            Regime::NearEarth(drag) => {
                let one_eta = 1.0 + drag.eta * cos(anomaly_drifted);
                let shift =
                    drag.omega_drag * t + drag.anomaly_drag * (one_eta * one_eta * one_eta - drag.delmo);
                mean.mean_anomaly += shift;
                mean.argument_of_perigee -= shift;
                let (t3, t4) = (t2 * t, t2 * t2);
                axis_decay -= drag.d2 * t2 + drag.d3 * t3 + drag.d4 * t4;
                eccentricity_decay += self.bstar * drag.c5 * (sin(mean.mean_anomaly) - drag.sin_mean_anomaly);
                along_track += drag.t3 * t3 + t4 * (drag.t4 + t * drag.t5);
            }
            Regime::DeepSpace(deep) => deep.resonance.advance(&mut mean, t),
        }

        if mean.mean_motion <= 0.0 {
            return Err(Sgp4Error::MeanMotion);
        }
        let root = cbrt(xke() / mean.mean_motion);
        let a = root * root * axis_decay * axis_decay;
        mean.mean_motion = xke() / (a * a.sqrt());
        let e = mean.eccentricity - eccentricity_decay;
        if !(-0.001..1.0).contains(&e) {
            return Err(Sgp4Error::MeanEccentricity);
        }
        // Vallado 2006: a floor keeps the terms divided by e finite
        mean.eccentricity = e.max(1.0e-6);
        mean.mean_anomaly += self.mean_motion * along_track;
        Ok(mean)
    }
}

/// The mean motion of Brouwer's theory from the one of Kozai's, and its semi-major axis.
fn un_kozai(kozai: f64, cos_i2: f64, beta: f64, beta2: f64) -> (f64, f64) {
    let axis = |n: f64| {
        let root = cbrt(xke() / n);
        root * root
    };
    let a1 = axis(kozai);
    let d1 = 0.75 * J2 * (3.0 * cos_i2 - 1.0) / (beta * beta2);
    let delta1 = d1 / (a1 * a1);
    let a0 = a1 * (1.0 - delta1 * delta1 - delta1 * (1.0 / 3.0 + 134.0 * delta1 * delta1 / 81.0));
    let mean_motion = kozai / (1.0 + d1 / (a0 * a0));
    (mean_motion, axis(mean_motion))
}

/// The mean motion that an element set must carry (Kozai's, rad/min) for a circular orbit of a mean altitude over the
/// equatorial radius, km, and an inclination, rad.
#[must_use]
pub fn kozai_mean_motion(altitude_km: f64, inclination_rad: f64) -> f64 {
    let a = 1.0 + altitude_km / EARTH_RADIUS_KM;
    let cos_i = cos(inclination_rad);
    let delta = 0.75 * J2 * (3.0 * cos_i * cos_i - 1.0) / (a * a);
    xke() / (a * a.sqrt()) * (1.0 + delta)
}

/// Parameters s (Earth radii) and (qo - s)^4 of the power-law density, which change for low perigees.
fn density_parameters(perigee_height_km: f64) -> (f64, f64) {
    let s_km = if perigee_height_km < 98.0 {
        20.0
    } else if perigee_height_km < 156.0 {
        perigee_height_km - 78.0
    } else {
        78.0
    };
    let q = (120.0 - s_km) / EARTH_RADIUS_KM;
    (s_km / EARTH_RADIUS_KM + 1.0, q * q * q * q)
}

#[cfg(test)]
mod tests;
