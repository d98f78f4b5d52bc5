//! Where the candidates of a cell stand in its sky, several at once on vectors.

use super::allowed::Standing;
use super::candidates::{Candidate, KEPT};
use super::preference::Outlook;
use crate::geodesy::Vec3;
use crate::gso::SeparationsInLanes;
use crate::simd::{Kernel, Lanes, MOST_LANES, Path, Simd};

/// So many are looked at together: the highest and the satellite of the slot before, in whole vectors.
pub(super) const TOGETHER: usize = (KEPT + 1).next_multiple_of(MOST_LANES);

/// Where some candidates stand; only the first ones mean something, as many as there were.
#[derive(Debug, Clone, Default)]
pub(super) struct Stances {
    /// Unit vectors towards them.
    directions: [[f64; TOGETHER]; 3],
    ranges_m: [f64; TOGETHER],
    elevation_sines: [f64; TOGETHER],
    scan_cosines: [f64; TOGETHER],
    /// Where one stands so near to the geostationary arc that it counts.
    gso_cosines: [f64; TOGETHER],
}

/// Where one candidate stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Stance {
    /// The unit vector towards it.
    pub direction: Vec3,
    /// How far it is, m.
    pub range_m: f64,
    /// Sine of its elevation.
    pub elevation_sine: f64,
    /// Cosine of its angle off the boresight.
    pub scan_cosine: f64,
    /// Cosine of its separation from the geostationary arc, if it stands so near that this counts.
    pub gso_cosine: f64,
}

impl Stances {
    /// Looks at candidates, [`TOGETHER`] at most.
    pub fn look(&mut self, path: Path, outlook: &Outlook, candidates: &[Candidate]) {
        path.run(Look { stances: self, outlook, candidates });
    }

    /// Where one of them stands.
    #[inline]
    pub fn of(&self, place: usize) -> Stance {
        let [x, y, z] = &self.directions;
        Stance {
            direction: Vec3::new(x[place], y[place], z[place]),
            range_m: self.ranges_m[place],
            elevation_sine: self.elevation_sines[place],
            scan_cosine: self.scan_cosines[place],
            gso_cosine: self.gso_cosines[place],
        }
    }
}

struct Look<'a> {
    stances: &'a mut Stances,
    outlook: &'a Outlook,
    candidates: &'a [Candidate],
}

impl Kernel for Look<'_> {
    type Out = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let Self { stances, outlook, candidates } = self;
        let mut near = 0_u32;
        for (place, candidate) in candidates.iter().take(TOGETHER).enumerate() {
            let at = candidate.position.0;
            let [x, y, z] = &mut stances.directions;
            (x[place], y[place], z[place]) = (at.x, at.y, at.z);
            stances.elevation_sines[place] = candidate.sine_squared;
            near |= u32::from(candidate.standing == Standing::Near) << place;
        }
        let (from, boresight) = (outlook.position().0, outlook.boresight());
        let splat = |v: Vec3| [simd.splat(v.x), simd.splat(v.y), simd.splat(v.z)];
        let (from, [bx, by, bz]) = (splat(from), splat(boresight));
        let one = simd.splat(1.0);
        for at in (0..candidates.len().min(TOGETHER)).step_by(S::LANES) {
            let [xs, ys, zs] = &mut stances.directions;
            let dx = simd.load(&xs[at..]) - from[0];
            let dy = simd.load(&ys[at..]) - from[1];
            let dz = simd.load(&zs[at..]) - from[2];
            let range = (dx * dx + dy * dy + dz * dz).sqrt();
            let inverse = one / range;
            let (x, y, z) = (dx * inverse, dy * inverse, dz * inverse);
            x.store(&mut xs[at..]);
            y.store(&mut ys[at..]);
            z.store(&mut zs[at..]);
            range.store(&mut stances.ranges_m[at..]);
            (x * bx + y * by + z * bz).store(&mut stances.scan_cosines[at..]);
            simd.load(&stances.elevation_sines[at..]).sqrt().store(&mut stances.elevation_sines[at..]);
            let lanes = (1_u32 << S::LANES) - 1;
            if near >> at & lanes != 0
                && let Some(arc) = outlook.arc()
            {
                let arc = SeparationsInLanes::of(simd, arc);
                arc.separation_cosines(x, y, z).store(&mut stances.gso_cosines[at..]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geodesy::EcefPosition;
    use crate::ids::SatId;
    use crate::place::Place;

    #[test]
    fn candidates_stand_where_the_outlook_has_them_on_every_path() {
        for latitude_deg in [-80.0, -33.0, 0.0, 51.0, 89.0] {
            let outlook = Outlook::new(&Place::from_degrees(latitude_deg, 20.0));
            let candidates: Vec<Candidate> = (0..=KEPT as u32)
                .map(|k| {
                    let away = 0.7 * f64::from(k) - 4.0;
                    let at = Place::from_degrees((latitude_deg + away).clamp(-90.0, 90.0), 20.0 - away);
                    let standing = if k % 3 == 1 { Standing::Near } else { Standing::Clear };
                    let position = EcefPosition(at.ecef.0 * 1.08);
                    Candidate { satellite: SatId(k), standing, sine_squared: 0.01 * f64::from(k), position }
                })
                .collect();
            for path in crate::golden::paths() {
                let mut stances = Stances::default();
                for count in [1, 5, candidates.len()] {
                    stances.look(path, &outlook, &candidates[..count]);
                    for (place, candidate) in candidates[..count].iter().enumerate() {
                        let (stance, seen) = (stances.of(place), outlook.look(candidate.position));
                        let line = candidate.position.0 - outlook.position().0;
                        assert_eq!(stance.range_m.to_bits(), line.norm().to_bits());
                        assert_eq!(stance.direction, line * (1.0 / line.norm()));
                        assert_eq!(stance.scan_cosine.to_bits(), seen.scan_cosine.to_bits());
                        assert_eq!(stance.elevation_sine, candidate.sine_squared.sqrt());
                        if candidate.standing == Standing::Near && outlook.arc().is_some() {
                            assert_eq!(stance.gso_cosine.to_bits(), seen.gso_cosine.to_bits());
                        }
                    }
                }
            }
        }
    }
}
