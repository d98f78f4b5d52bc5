//! What the kernels need of each satellite, prepared once, eight satellites to a group.
//!
//! | name here | in [`crate::sgp4`] | unit |
//! |---|---|---|
//! | `anomaly`, `perigee`, `latitude_0`, `node_0` and their rates | M, omega, M + omega, Omega | half-turns, minutes |
//! | `shift_1`.. | the drag terms that move M and omega against each other, as a cubic in cos M | half-turns |
//! | `decay_1`.. | -C1, -D2, -D3, -D4 | 1/min.. |
//! | `e`, `e_rate`, `e_sine` | eo - tempe | |
//! | `turn_*` | amplitude x of a small turn, -x^2/2, -x^3/6 | rad |
//! | `axis_km`, `radius_*`, `speed`, `rate_*` | factors of r, rk, and of their rates | km, km/s |

use super::super::gravity::{EARTH_RADIUS_KM, J2, xke};
use super::super::{Regime, Sgp4};
use super::fast::LARGEST_EL;
use crate::math::cbrt;
use std::f64::consts::PI;

/// The first rung of the ladder of horizons, min: eight years.
const LONGEST_HORIZON_MIN: f64 = 4_194_304.0;
/// Largest change of the root of the axis, as a share.
const LARGEST_DECAY: f64 = 0.1;
/// How far below zero the mean eccentricity may fall: the theory gives up at 0.001.
const LARGEST_NEGATIVE_E: f64 = 0.0009;
/// Least perigee, Earth radii: 1 and the short-period terms of the radius.
const LEAST_PERIGEE: f64 = 1.003;
/// Largest move of the perigee by drag within a revolution times e, rad: its cosine is exact to 2.2e-10.
const LARGEST_SHIFT: f64 = 2.0e-4;
/// Largest move of the eccentricity by drag within a revolution: its sine is exact to 3.3e-9.
const LARGEST_E_SINE: f64 = 3.0e-5;
/// Largest `xl_cof`: orbits close to 180 degrees of inclination divide by nearly nothing.
const LARGEST_XL: f64 = 0.02;
/// Largest angle, half-turns (a year and a half of a low orbit): up to it the order in which an angle is added up moves a
/// satellite by less than 1e-7 km.
pub(super) const LARGEST_ANGLE: f64 = 16_384.0;

/// Satellites of a group: the lanes of the widest vector.
pub(super) const GROUP: usize = 4 * crate::simd::MOST_LANES;

/// One number for each satellite of a group.
pub(super) type PerLane = [f64; GROUP];

/// The constants of a group. A lane without a satellite is all zeros, which is a point at the Earth's centre and no error.
#[derive(Debug, Clone)]
#[repr(C, align(64))]
pub(super) struct Group {
    /// Minutes from the epoch, either way, up to which the fast kernel holds; negative for a satellite that never qualifies.
    pub horizon: PerLane,
    pub anomaly: PerLane,
    pub anomaly_rate: PerLane,
    pub shifted_anomaly: PerLane,
    pub shifted_anomaly_rate: PerLane,
    pub perigee: PerLane,
    pub perigee_rate: PerLane,
    pub shift_1: PerLane,
    pub shift_2: PerLane,
    pub shift_3: PerLane,
    pub e: PerLane,
    pub e_rate: PerLane,
    pub e_sine: PerLane,
    pub decay_1: PerLane,
    pub decay_2: PerLane,
    pub decay_3: PerLane,
    pub decay_4: PerLane,
    pub latitude_0: PerLane,
    pub latitude_1: PerLane,
    pub latitude_2: PerLane,
    pub latitude_3: PerLane,
    pub latitude_4: PerLane,
    pub latitude_5: PerLane,
    pub node_0: PerLane,
    pub node_1: PerLane,
    pub node_2: PerLane,
    pub ay: PerLane,
    pub xl: PerLane,
    pub axis_km: PerLane,
    pub radius_mean: PerLane,
    pub radius_2u: PerLane,
    pub speed: PerLane,
    pub rate_2u: PerLane,
    pub rate_mean: PerLane,
    pub sin_i: PerLane,
    pub cos_i: PerLane,
    pub turn_latitude: [PerLane; 3],
    pub turn_node: [PerLane; 3],
    pub turn_inclination: [PerLane; 3],
    /// Lanes with a near-Earth satellite, as bits.
    pub near_earth: u32,
    /// Lanes with a deep-space satellite, as bits.
    pub deep_space: u32,
}

impl Group {
    const fn empty() -> Self {
        const NONE: PerLane = [0.0; GROUP];
        Self {
            horizon: [-1.0; GROUP],
            anomaly: NONE,
            anomaly_rate: NONE,
            shifted_anomaly: NONE,
            shifted_anomaly_rate: NONE,
            perigee: NONE,
            perigee_rate: NONE,
            shift_1: NONE,
            shift_2: NONE,
            shift_3: NONE,
            e: NONE,
            e_rate: NONE,
            e_sine: NONE,
            decay_1: NONE,
            decay_2: NONE,
            decay_3: NONE,
            decay_4: NONE,
            latitude_0: NONE,
            latitude_1: NONE,
            latitude_2: NONE,
            latitude_3: NONE,
            latitude_4: NONE,
            latitude_5: NONE,
            node_0: NONE,
            node_1: NONE,
            node_2: NONE,
            ay: NONE,
            xl: NONE,
            axis_km: NONE,
            radius_mean: NONE,
            radius_2u: NONE,
            speed: NONE,
            rate_2u: NONE,
            rate_mean: NONE,
            sin_i: NONE,
            cos_i: NONE,
            turn_latitude: [NONE; 3],
            turn_node: [NONE; 3],
            turn_inclination: [NONE; 3],
            near_earth: 0,
            deep_space: 0,
        }
    }

    /// Prepares up to [`GROUP`] satellites.
    pub fn new(satellites: &[Sgp4]) -> Self {
        let mut group = Self::empty();
        for (lane, satellite) in satellites.iter().enumerate() {
            if satellite.is_deep_space() {
                group.deep_space |= 1 << lane;
            } else {
                group.near_earth |= 1 << lane;
                group.set(lane, satellite);
            }
        }
        group
    }

    fn set(&mut self, lane: usize, s: &Sgp4) {
        let a0 = {
            let root = cbrt(xke() / s.mean_motion);
            root * root
        };
        self.set_angles(lane, s);
        self.decay_1[lane] = -s.c1;
        self.e[lane] = s.eccentricity;
        self.e_rate[lane] = -(s.bstar * s.c4);
        if let Regime::NearEarth(drag) = &s.regime {
            self.decay_2[lane] = -drag.d2;
            self.decay_3[lane] = -drag.d3;
            self.decay_4[lane] = -drag.d4;
            self.e[lane] += s.bstar * drag.c5 * drag.sin_mean_anomaly;
            self.e_sine[lane] = -(s.bstar * drag.c5);
        }

        let lp = &s.long_period;
        let half_j2 = 0.5 * J2;
        let km_s = EARTH_RADIUS_KM * xke() / 60.0;
        self.ay[lane] = lp.ay_cof / a0;
        self.xl[lane] = lp.xl_cof / a0;
        self.axis_km[lane] = a0 * EARTH_RADIUS_KM;
        self.radius_mean[lane] = 1.5 * lp.con41 * half_j2 / (a0 * a0);
        self.radius_2u[lane] = 0.5 * lp.x1mth2 * half_j2 / a0 * EARTH_RADIUS_KM;
        self.speed[lane] = km_s / a0.sqrt();
        let rate = km_s * half_j2 / (a0 * a0 * a0.sqrt());
        self.rate_2u[lane] = rate * lp.x1mth2;
        self.rate_mean[lane] = 1.5 * rate * lp.con41;
        self.sin_i[lane] = lp.sin_i;
        self.cos_i[lane] = lp.cos_i;
        let j2_2 = half_j2 / (a0 * a0);
        let turns = [
            (&mut self.turn_latitude, -0.25 * j2_2 * lp.x7thm1),
            (&mut self.turn_node, 1.5 * j2_2 * lp.cos_i),
            (&mut self.turn_inclination, 1.5 * j2_2 * lp.cos_i * lp.sin_i),
        ];
        for (turn, x) in turns {
            turn[0][lane] = x;
            turn[1][lane] = -0.5 * x * x;
            turn[2][lane] = -x * x * x / 6.0;
        }
        self.horizon[lane] = self.horizon_min(lane, s, a0);
    }

    /// Angles and their rates, in half-turns; the constant and linear parts of the shift are folded into them.
    fn set_angles(&mut self, lane: usize, s: &Sgp4) {
        let (mut shift_0, mut shift_rate) = (0.0, 0.0);
        let mut along = [0.0; 4];
        along[0] = s.t2;
        if let Regime::NearEarth(drag) = &s.regime {
            // anomaly_drag ((1 + eta cos M)^3 - delmo) + omega_drag t
            shift_0 = drag.anomaly_drag * (1.0 - drag.delmo) / PI;
            shift_rate = drag.omega_drag / PI;
            self.shift_1[lane] = 3.0 * drag.anomaly_drag * drag.eta / PI;
            self.shift_2[lane] = self.shift_1[lane] * drag.eta;
            self.shift_3[lane] = drag.anomaly_drag * drag.eta * drag.eta * drag.eta / PI;
            along = [s.t2, drag.t3, drag.t4, drag.t5];
        }
        let whole = |half_turns: f64| half_turns - 2.0 * (0.5 * half_turns).round_ties_even();
        self.anomaly[lane] = whole(s.mean_anomaly / PI);
        self.anomaly_rate[lane] = s.anomaly_rate / PI;
        self.shifted_anomaly[lane] = self.anomaly[lane] + shift_0;
        self.shifted_anomaly_rate[lane] = self.anomaly_rate[lane] + shift_rate;
        self.perigee[lane] = whole(s.argument_of_perigee / PI) - shift_0;
        self.perigee_rate[lane] = s.perigee_rate / PI - shift_rate;
        self.latitude_0[lane] = whole((s.mean_anomaly + s.argument_of_perigee) / PI);
        self.latitude_1[lane] = (s.anomaly_rate + s.perigee_rate) / PI;
        self.latitude_2[lane] = s.mean_motion * along[0] / PI;
        self.latitude_3[lane] = s.mean_motion * along[1] / PI;
        self.latitude_4[lane] = s.mean_motion * along[2] / PI;
        self.latitude_5[lane] = s.mean_motion * along[3] / PI;
        self.node_0[lane] = whole(s.raan / PI);
        self.node_1[lane] = s.node_rate / PI;
        self.node_2[lane] = s.node_drag / PI;
    }

    /// How long the fast kernel holds: the longest of a ladder of times whose worst case it is made for.
    fn horizon_min(&self, lane: usize, s: &Sgp4, a0: f64) -> f64 {
        let ladder = std::iter::successors(Some(LONGEST_HORIZON_MIN), |t| Some(t * 0.8));
        ladder.take_while(|t| *t > 1.0).find(|t| self.is_fast_until(lane, s, a0, *t)).unwrap_or(-1.0)
    }

    fn is_fast_until(&self, lane: usize, s: &Sgp4, a0: f64, t: f64) -> bool {
        // every term at its largest, either way
        let worst = |terms: &[&PerLane]| terms.iter().rev().fold(0.0, |sum, c| (sum + c[lane].abs()) * t);
        let decay = worst(&[&self.decay_1, &self.decay_2, &self.decay_3, &self.decay_4]);
        let drift = worst(&[&self.e_rate]) + 2.0 * self.e_sine[lane].abs();
        let e = s.eccentricity + drift;
        let least_axis = a0 * (1.0 - decay) * (1.0 - decay);
        let el = e + s.long_period.ay_cof.abs() / least_axis;
        let shift = PI * (self.shift_1[lane].abs() + self.shift_2[lane].abs() + self.shift_3[lane].abs());
        let latitude =
            [&self.latitude_1, &self.latitude_2, &self.latitude_3, &self.latitude_4, &self.latitude_5];
        let angles = worst(&latitude)
            + worst(&[&self.anomaly_rate])
            + worst(&[&self.shifted_anomaly_rate])
            + worst(&[&self.perigee_rate])
            + worst(&[&self.node_1, &self.node_2]);
        decay < LARGEST_DECAY
            && el < LARGEST_EL
            && drift - s.eccentricity < LARGEST_NEGATIVE_E
            && least_axis * (1.0 - el) > LEAST_PERIGEE
            && e * shift < LARGEST_SHIFT
            && self.e_sine[lane].abs() < LARGEST_E_SINE
            && s.long_period.xl_cof.abs() < LARGEST_XL
            && angles < LARGEST_ANGLE
    }
}
