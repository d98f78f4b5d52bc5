//! Which satellite a terminal is likely to be given: a conditional logit with five terms.
//!
//! A satellite's score is `w.f`, and it is chosen with the probability `(1 - u) e^score / sum e^score + u / n`: a share `u` is
//! spread evenly over all `n` candidates, so that a choice that the terms know nothing of costs a bounded amount. The terms are
//! scaled so that one unit of each is a step that matters.
//!
//! | term | f | unit of one step | meaning |
//! |---|---|---|---|
//! | [`Term::Elevation`] | 2.5 ln(sine of the elevation) | the sine falls by a third | short, loss-free paths |
//! | [`Term::Gso`] | -max(0, 22 deg - separation) / 5 deg | 5 deg nearer to the geostationary arc | 18 to 22 deg are filed as protected |
//! | [`Term::Scan`] | -max(0, angle off the boresight - 45 deg) / 10 deg | 10 deg more | a phased array loses gain, and sees no further than about 53 deg |
//! | [`Term::Stay`] | 1 for the satellite of the slot before | | staying put |
//! | [`Term::Generation`] | 1 for a second-generation satellite | | several times the capacity |
//!
//! The boresight is assumed to be tilted by [`TILT_RAD`] from the zenith, away from the equator, as motorised terminals set
//! themselves up; that is what the fields of view of two measured ones are (65 deg of elevation, 53 deg around it).

use crate::geodesy::{EcefPosition, Vec3};
use crate::gso::GsoArc;
use crate::math::{acos, exp, ln};
use crate::place::Place;
use crate::rules::{PolicyKind, ScoreWeights};

/// How many terms there are.
pub const TERMS: usize = 5;
/// Tilt of a terminal's boresight from the zenith, away from the equator, rad: 25 deg.
pub const TILT_RAD: f64 = 25.0 * RAD_PER_DEG;
/// Its sine and cosine.
const TILT: (f64, f64) = (0.422_618_261_740_699_44, 0.906_307_787_036_65);
/// Separations from the geostationary arc are avoided below this, rad.
pub(super) const GSO_AVOIDED_RAD: f64 = 22.0 * RAD_PER_DEG;
/// A little less than its cosine: above this an angle has to be computed.
const GSO_AVOIDED_COSINE: f64 = 0.927;
const GSO_STEP_RAD: f64 = 5.0 * RAD_PER_DEG;
/// Angles off the boresight are avoided above this, rad.
const SCAN_FREE_RAD: f64 = 45.0 * RAD_PER_DEG;
/// A little more than its cosine: below this an angle has to be computed.
const SCAN_FREE_COSINE: f64 = 0.7072;
const SCAN_STEP_RAD: f64 = 10.0 * RAD_PER_DEG;
/// Elevations below this are taken as this, as a sine: no terminal looks so low, and a logarithm needs a bound.
const LEAST_SINE: f64 = 0.05;
const RAD_PER_DEG: f64 = std::f64::consts::PI / 180.0;

/// A term of the score, in the order of [`Weights::terms`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Term {
    /// Height above the horizon.
    Elevation,
    /// Separation from the geostationary arc.
    Gso,
    /// Angle off the boresight.
    Scan,
    /// The satellite of the slot before.
    Stay,
    /// A satellite of the second generation.
    Generation,
}

impl Term {
    /// All of them, in the order of the weights.
    pub const ALL: [Self; TERMS] = [Self::Elevation, Self::Gso, Self::Scan, Self::Stay, Self::Generation];

    /// The name in outputs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Elevation => "elevation",
            Self::Gso => "gso",
            Self::Scan => "scan",
            Self::Stay => "stay",
            Self::Generation => "generation",
        }
    }
}

/// What a choice goes by.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weights {
    /// By term, without unit.
    pub terms: [f64; TERMS],
    /// Share of the probability that is spread evenly, 0 to 1.
    pub uniform_share: f64,
}

impl Weights {
    /// What the policy `measured` goes by where a scenario states nothing else.
    pub const FITTED: Self = Self::of(&ScoreWeights::of(PolicyKind::Measured));

    /// The weights of the choice model among those of a scenario.
    #[must_use]
    pub const fn of(all: &ScoreWeights) -> Self {
        let terms = [all.elevation, all.gso, all.scan, all.stay, all.generation];
        Self { terms, uniform_share: all.uniform_share }
    }

    /// The score of a satellite.
    #[inline]
    #[must_use]
    pub fn score(&self, features: &[f64; TERMS]) -> f64 {
        let mut score = 0.0;
        for (weight, feature) in self.terms.iter().zip(features) {
            score += weight * feature;
        }
        score
    }

    /// The probability of each of some candidates, from their scores.
    #[must_use]
    pub fn probabilities(&self, scores: &[f64]) -> Vec<f64> {
        let top = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let mut shares: Vec<f64> = scores.iter().map(|score| exp(score - top)).collect();
        let sum: f64 = shares.iter().sum();
        let even = self.uniform_share / scores.len() as f64;
        for share in &mut shares {
            *share = (1.0 - self.uniform_share) * *share / sum + even;
        }
        shares
    }
}

/// The sky over a place, as its terminals look at it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outlook {
    position: EcefPosition,
    up: Vec3,
    boresight: Vec3,
    arc: Option<GsoArc>,
}

/// Where a satellite stands in that sky.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Seen {
    /// Sine of the elevation.
    pub elevation_sine: f64,
    /// Cosine of the separation from the geostationary arc; -1 where the arc is below the horizon.
    pub gso_cosine: f64,
    /// Cosine of the angle off the boresight.
    pub scan_cosine: f64,
}

impl Outlook {
    /// The outlook of a terminal that set itself up: tilted away from the equator.
    #[must_use]
    pub fn new(place: &Place) -> Self {
        let sign = if place.up.z < 0.0 { -1.0 } else { 1.0 };
        let level = (place.up.x * place.up.x + place.up.y * place.up.y).sqrt();
        let poleward = (Vec3::new(0.0, 0.0, 1.0) - place.up * place.up.z) * (sign / level.max(1e-9));
        let boresight = place.up * TILT.1 + poleward * TILT.0;
        Self { position: place.ecef, up: place.up, boresight, arc: GsoArc::seen_from(place) }
    }

    /// The same for a terminal that points elsewhere (a unit vector, Earth-fixed).
    #[must_use]
    pub fn pointing(self, boresight: Vec3) -> Self {
        Self { boresight, ..self }
    }

    /// Where the place is.
    #[must_use]
    pub const fn position(&self) -> EcefPosition {
        self.position
    }

    /// The vertical there.
    #[must_use]
    pub const fn vertical(&self) -> Vec3 {
        self.up
    }

    /// Where terminals point, a unit vector, Earth-fixed.
    #[must_use]
    pub const fn boresight(&self) -> Vec3 {
        self.boresight
    }

    /// The geostationary arc there, where it is above the horizon.
    #[must_use]
    pub const fn arc(&self) -> Option<&GsoArc> {
        self.arc.as_ref()
    }

    /// Cosine of the angle of a direction (a unit vector) off the boresight.
    #[must_use]
    pub fn scan_cosine(&self, direction: Vec3) -> f64 {
        direction.dot(self.boresight)
    }

    /// Where a satellite stands.
    #[must_use]
    pub fn look(&self, satellite: EcefPosition) -> Seen {
        let line = satellite.0 - self.position.0;
        let direction = line * (1.0 / line.norm());
        Seen {
            elevation_sine: direction.dot(self.up),
            gso_cosine: self.arc.map_or(-1.0, |arc| arc.separation_cosine(direction)),
            scan_cosine: self.scan_cosine(direction),
        }
    }
}

impl Seen {
    /// The values of the terms, in their order.
    #[must_use]
    pub fn features(&self, is_previous: bool, is_second_generation: bool) -> [f64; TERMS] {
        [
            height(self.elevation_sine),
            gso(self.gso_cosine),
            scan(self.scan_cosine),
            f64::from(u8::from(is_previous)),
            f64::from(u8::from(is_second_generation)),
        ]
    }
}

/// The term of the elevation, from its sine.
pub(super) fn height(elevation_sine: f64) -> f64 {
    2.5 * ln(elevation_sine.max(LEAST_SINE))
}

/// The term of the separation from the geostationary arc, from its cosine.
pub(super) fn gso(cosine: f64) -> f64 {
    if cosine <= GSO_AVOIDED_COSINE {
        return 0.0;
    }
    -(GSO_AVOIDED_RAD - acos(cosine)).max(0.0) / GSO_STEP_RAD
}

/// The term of the angle off the boresight, from its cosine.
pub(super) fn scan(cosine: f64) -> f64 {
    if cosine >= SCAN_FREE_COSINE {
        return 0.0;
    }
    -(acos(cosine) - SCAN_FREE_RAD).max(0.0) / SCAN_STEP_RAD
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geodesy::{Ellipsoid, Geodetic};

    fn satellite(latitude: f64, longitude: f64) -> EcefPosition {
        Geodetic { height_m: 550_000.0, ..Geodetic::from_degrees(latitude, longitude) }
            .to_ecef(Ellipsoid::WGS84)
    }

    #[test]
    fn terms_are_what_their_table_says() {
        let outlook = Outlook::new(&Place::from_degrees(45.0, 10.0));
        let overhead = outlook.look(satellite(45.0, 10.0)).features(true, false);
        assert!(overhead[0].abs() < 1e-9 && overhead[1] == 0.0 && overhead[2] == 0.0, "{overhead:?}");
        assert_eq!(overhead[3..], [1.0, 0.0]);
        // 8 degrees of latitude to the south: about 31 deg of elevation, in front of the arc and far off the boresight
        let south = outlook.look(satellite(37.0, 10.0)).features(false, true);
        assert!(south[0] < -1.2 && south[1] < -2.0 && south[2] < -2.0, "{south:?}");
        assert_eq!(south[3..], [0.0, 1.0]);
        // the mirror image: far from the arc, and within the field of view
        let north = outlook.look(satellite(53.0, 10.0)).features(false, true);
        assert!(north[1] == 0.0 && north[2] == 0.0, "{north:?}");
        let south_of_the_equator = Outlook::new(&Place::from_degrees(-45.0, 10.0));
        let mirrored = south_of_the_equator.look(satellite(-53.0, 10.0)).features(false, true);
        for (one, other) in north.iter().zip(mirrored) {
            assert!((one - other).abs() < 1e-9);
        }
    }

    #[test]
    fn the_tilt_is_the_angle_that_it_is_said_to_be() {
        let (sine, cosine) = crate::math::sin_cos(TILT_RAD);
        assert!((sine - TILT.0).abs() < 1e-15 && (cosine - TILT.1).abs() < 1e-15);
    }

    #[test]
    fn all_places_have_finite_terms() {
        for latitude in [-90.0, -60.0, 0.0, 60.0, 85.0, 90.0] {
            let outlook = Outlook::new(&Place::from_degrees(latitude, 0.0));
            for away in [0.0, 5.0, 30.0] {
                let features = outlook.look(satellite(latitude - away, 3.0)).features(false, false);
                assert!(features.iter().all(|f| f.is_finite()), "{latitude}: {features:?}");
            }
        }
    }

    #[test]
    fn probabilities_sum_to_one_and_have_a_floor() {
        let weights = Weights { terms: [1.0; TERMS], uniform_share: 0.05 };
        let probabilities = weights.probabilities(&[-1_000.0, 0.0, 1.0, 2.0]);
        assert!((probabilities.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        assert!((probabilities[0] - 0.0125).abs() < 1e-12);
        assert!(probabilities.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
