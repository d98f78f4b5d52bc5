//! What a satellite is worth to a cell: named policies behind one trait.
//!
//! A score is what the policy wants most (its merit) and, alike for all of them, what the weights say of height, the angle off the
//! boresight, staying put, age and the separation from the geostationary arc, and a draw. The load of satellites is taken off when cells choose, since it
//! changes with each choice.

use super::allowed::Standing;
use super::candidates::Candidate;
use super::preference::{self, Outlook};
use super::stance::Stance;
use crate::curve::Curve;
use crate::geodesy::{EcefPosition, Vec3};
use crate::ids::SatId;
use crate::math::{acos, atan2, ln};
use crate::orbit::Sky;
use crate::radio::UserRate;
use crate::rules::{PolicyKind, ScheduleRules, ScoreWeights};
use crate::visibility::View;
use crate::world::Satellite;

/// A cell that chooses.
pub struct Chooser<'a> {
    /// The sky over it.
    pub outlook: &'a Outlook,
    /// Lowest elevation, rad.
    pub min_elevation_rad: f64,
    /// The satellite that served it in the slot before.
    pub previous: Option<SatId>,
    /// What its draws start from.
    pub draw: u64,
    /// True if this choice goes to any candidate alike.
    pub is_uniform: bool,
    /// By satellite: its way to the cell's PoP, one way, s.
    pub way_s: &'a [f64],
    /// What one beam over a link would carry.
    pub rate: &'a dyn Fn(&View, EcefPosition) -> UserRate,
}

/// A satellite that could serve a cell. What a policy does not ask for is not computed.
pub struct Prospect<'a> {
    chooser: &'a Chooser<'a>,
    candidate: &'a Candidate,
    stance: Stance,
    mark: Mark,
    sky: &'a Sky,
}

impl<'a> Prospect<'a> {
    /// A candidate before a cell that chooses, in whose sky it stands so. `mark` is as [`Scorer::mark`] makes it.
    #[inline]
    pub(super) const fn new(
        chooser: &'a Chooser<'a>,
        candidate: &'a Candidate,
        stance: Stance,
        mark: Mark,
        sky: &'a Sky,
    ) -> Self {
        Self { chooser, candidate, stance, mark, sky }
    }

    /// The satellite.
    #[must_use]
    pub const fn satellite(&self) -> SatId {
        self.candidate.satellite
    }

    /// Sine of its elevation.
    #[must_use]
    pub const fn elevation_sine(&self) -> f64 {
        self.stance.elevation_sine
    }

    /// Where it is.
    #[must_use]
    pub const fn position(&self) -> EcefPosition {
        self.candidate.position
    }

    /// The unit vector towards it.
    #[must_use]
    pub const fn direction(&self) -> Vec3 {
        self.stance.direction
    }

    /// How the cell sees it.
    #[must_use]
    pub const fn view(&self) -> View {
        View {
            satellite: self.satellite(),
            elevation_sine: self.elevation_sine(),
            range_m: self.stance.range_m,
        }
    }

    /// What one beam over the link would carry.
    #[must_use]
    pub fn rate(&self) -> UserRate {
        (self.chooser.rate)(&self.view(), self.position())
    }

    /// How long its way to the PoP takes, ms, one way.
    #[must_use]
    pub fn way_ms(&self) -> f64 {
        self.chooser.way_s[self.satellite().index()] * 1e3
    }

    /// True if it is of the second generation.
    #[must_use]
    pub const fn second_generation(&self) -> bool {
        self.mark.second_generation
    }

    /// How long it stays above the lowest elevation, s: on a circle of its present radius, plane and speed, over a spherical Earth.
    #[must_use]
    pub fn remaining_s(&self) -> f64 {
        let at = self.position().0;
        let radius = at.norm();
        let velocity_m_s = self.sky.velocity_m_s[self.satellite().index()];
        let speed = velocity_m_s.norm().max(1.0);
        let up = self.chooser.outlook.vertical();
        let along = velocity_m_s.dot(up) / speed;
        let above = at.dot(up) / radius;
        // the widest angle at the Earth's centre between the place and a satellite at this elevation
        let place = self.chooser.outlook.position().0.norm();
        let e = self.chooser.min_elevation_rad;
        let widest = acos((place / radius * crate::math::cos(e)).min(1.0)) - e;
        let height = (above * above + along * along).sqrt();
        let share = crate::math::cos(widest.max(0.0)) / height.max(1e-12);
        if share >= 1.0 {
            return 0.0;
        }
        let angle = atan2(along, above) + acos(share);
        (angle * radius / speed).max(0.0)
    }
}

/// How satellites are chosen.
pub trait Policy: Sync {
    /// What the policy wants most, in steps of its weight, besides height.
    fn merit(&self, weights: &ScoreWeights, prospect: &Prospect<'_>) -> f64;

    /// True if all satellites in view are to be looked at and not the highest few alone.
    fn looks_at_all(&self) -> bool {
        false
    }
}

/// The highest satellite: what all weigh is enough.
struct HighestElevation;

impl Policy for HighestElevation {
    fn merit(&self, _: &ScoreWeights, _: &Prospect<'_>) -> f64 {
        0.0
    }
}

/// The satellite that stays in view longest.
struct LongestVisible;

impl Policy for LongestVisible {
    fn merit(&self, weights: &ScoreWeights, prospect: &Prospect<'_>) -> f64 {
        weights.remaining * prospect.remaining_s() / 60.0
    }

    fn looks_at_all(&self) -> bool {
        true
    }
}

/// As measured terminals are served: what all weigh, and chance.
struct Measured;

impl Policy for Measured {
    fn merit(&self, _: &ScoreWeights, _: &Prospect<'_>) -> f64 {
        0.0
    }
}

/// The satellite over which the cell gets most.
struct MaxCapacity;

impl Policy for MaxCapacity {
    fn merit(&self, weights: &ScoreWeights, prospect: &Prospect<'_>) -> f64 {
        let rate = prospect.rate();
        weights.capacity * ln((rate.down_bps + rate.up_bps).max(1.0))
    }
}

/// The policy of this name.
#[must_use]
pub fn named(kind: PolicyKind) -> &'static dyn Policy {
    match kind {
        PolicyKind::HighestElevation => &HighestElevation,
        PolicyKind::LongestVisible => &LongestVisible,
        PolicyKind::Measured => &Measured,
        PolicyKind::MaxCapacity => &MaxCapacity,
    }
}

/// A policy with its weights, ready to score.
pub(super) struct Scorer {
    pub policy: &'static dyn Policy,
    pub weights: ScoreWeights,
    seed: u64,
    /// The term of the elevation over its sine.
    height: Curve,
    /// The term of the angle off the boresight over its cosine.
    scan: Curve,
    /// Evenly spread draws of a standard Gumbel distribution.
    gumbel: Vec<f32>,
}

/// Ways that take longer than this, ms, are alike: who has no near gateway is not served by the least far one alone. With it a site
/// in the Arctic, 16 ms away at the least, sees as many ways as measured, and sites beside a gateway no detours.
const FAR_WAY_MS: f64 = 12.0;

/// The binary logarithm of how many draws there are to choose from.
const DRAWS_LOG2: u32 = 12;

impl Scorer {
    pub fn new(rules: &ScheduleRules, seed: u64) -> Self {
        let is_certain = rules.weights.chance == 0.0 && rules.weights.uniform_share == 0.0;
        let draws = if is_certain { 0 } else { 1 << DRAWS_LOG2 };
        let share = |draw: u32| (f64::from(draw) + 0.5) / f64::from(draws);
        Self {
            policy: named(rules.policy),
            weights: rules.weights,
            seed,
            height: Curve::new(1.0, preference::height),
            scan: Curve::new(1.0, preference::scan),
            gumbel: (0..draws).map(|draw| gumbel(share(draw)) as f32).collect(),
        }
    }

    /// The score of a satellite, but for its load.
    pub fn score(&self, prospect: &Prospect<'_>) -> f64 {
        let (weights, chooser) = (&self.weights, prospect.chooser);
        let way = if weights.way == 0.0 { 0.0 } else { -weights.way * prospect.way_ms().min(FAR_WAY_MS) };
        if chooser.is_uniform {
            return way + self.chance(prospect);
        }
        let mut score = way + self.policy.merit(weights, prospect);
        score += weights.elevation * self.height.at(prospect.elevation_sine());
        if weights.scan != 0.0 {
            score += weights.scan * self.scan.at(prospect.stance.scan_cosine.max(0.0));
        }
        if prospect.candidate.standing == Standing::Near && chooser.outlook.arc().is_some() {
            score += weights.gso * preference::gso(prospect.stance.gso_cosine);
        }
        score += if chooser.previous == Some(prospect.satellite()) { weights.stay } else { 0.0 };
        score += weights.generation * f64::from(u8::from(prospect.second_generation()));
        if weights.chance != 0.0 {
            score += weights.chance * self.chance(prospect);
        }
        score
    }

    /// True if this choice goes to any candidate alike.
    pub fn is_uniform(&self, draw: u64) -> bool {
        self.weights.uniform_share > 0.0 && unit(mixed(draw ^ 0x5bd1)) < self.weights.uniform_share
    }

    fn chance(&self, prospect: &Prospect<'_>) -> f64 {
        let drawn = mixed(prospect.chooser.draw ^ prospect.mark.draw);
        f64::from(self.gumbel[(drawn >> (64 - DRAWS_LOG2)) as usize])
    }

    /// What a score must know of a satellite besides where it is.
    pub fn mark(&self, satellite: &Satellite) -> Mark {
        Mark {
            draw: mixed(u64::from(satellite.catalog_number) ^ self.seed),
            second_generation: satellite.second_generation,
        }
    }

    /// What everything that a cell draws in a slot starts from.
    pub fn draw(&self, slot: i64, beam_key: u64) -> u64 {
        mixed(self.seed ^ mixed(beam_key ^ mixed(slot as u64)))
    }
}

/// What a score must know of a satellite besides where it is, close together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark {
    /// What its draws start from: by its catalogue number.
    draw: u64,
    second_generation: bool,
}

/// A number mixed so that nothing of it can be seen in the result (the finaliser of splitmix64).
fn mixed(value: u64) -> u64 {
    let a = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let b = (a ^ (a >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let c = (b ^ (b >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    c ^ (c >> 31)
}

/// Strictly between 0 and 1.
fn unit(bits: u64) -> f64 {
    ((bits >> 12) as f64 + 0.5) * (1.0 / (1_u64 << 52) as f64)
}

/// What a share of draws from the standard Gumbel distribution does not exceed. The greatest of scores with such draws is chosen
/// as by a logit.
fn gumbel(share: f64) -> f64 {
    -ln(-ln(share))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geodesy::{Ellipsoid, Geodetic};
    use crate::math::sin;
    use crate::place::Place;
    use crate::schedule::stance::Stances;
    use crate::simd::Path;

    #[test]
    fn a_satellite_stays_as_long_as_stepping_along_its_circle_says() {
        let place = Place::from_degrees(40.0, 0.0);
        let outlook = Outlook::new(&place);
        for (latitude, longitude, east, north) in
            [(41.0, 1.0, 0.8, 0.6), (38.0, -6.0, 0.9, 0.1), (44.0, 3.0, -0.3, 0.9), (40.0, 0.0, 1.0, 0.0)]
        {
            let at = Geodetic { height_m: 550e3, ..Geodetic::from_degrees(latitude, longitude) };
            let position = at.to_ecef(Ellipsoid::WGS84);
            let radius = position.0.norm();
            let radial = position.0 * (1.0 / radius);
            let easterly = Vec3::new(0.0, 0.0, 1.0).cross(radial);
            let easterly = easterly * (1.0 / easterly.norm());
            let northerly = radial.cross(easterly);
            let forward = easterly * east + northerly * north;
            let forward = forward * (1.0 / forward.norm());
            let min_elevation_rad = 25_f64.to_radians();
            let sky = Sky {
                present: vec![true],
                position: vec![position],
                velocity_m_s: vec![forward * 7_300.0],
                without_orbit: 0,
            };
            let chooser = Chooser {
                outlook: &outlook,
                min_elevation_rad,
                previous: None,
                draw: 0,
                is_uniform: false,
                way_s: &[0.0],
                rate: &|_, _| UserRate { down_bps: 1.0, up_bps: 1.0 },
            };
            let candidate =
                Candidate { satellite: SatId(0), standing: Standing::Clear, sine_squared: 0.5, position };
            let mut stances = Stances::default();
            stances.look(Path::Scalar, &outlook, &[candidate]);
            let mark = Mark { draw: 1, second_generation: false };
            let prospect = Prospect::new(&chooser, &candidate, stances.of(0), mark, &sky);
            let visible = |seconds: f64| {
                let angle = seconds * 7_300.0 / radius;
                let then = radial * (radius * angle.cos()) + forward * (radius * angle.sin());
                let line = then - place.ecef.0;
                line.dot(place.up) / line.norm() >= sin(min_elevation_rad)
            };
            let stepped = (0..1_000).take_while(|s| visible(f64::from(*s))).count() as f64;
            let found = prospect.remaining_s();
            assert!((found - stepped).abs() < 4.0, "{found} {stepped}");
        }
    }

    #[test]
    fn draws_choose_as_the_logit_says() {
        // two candidates, one a unit better: e / (1 + e)
        let count = 40_000_u64;
        let first =
            (0..count).filter(|&k| gumbel(unit(mixed(2 * k))) + 1.0 > gumbel(unit(mixed(2 * k + 1)))).count();
        let share = first as f64 / count as f64;
        assert!((share - 0.7311).abs() < 0.01, "{share}");
    }
}
